//! What the system is seen to say of a run: the machine, single workers, resident peaks, and workers that died.
//!
//! Only facts that hold on any loaded machine are asserted: what is there, and which sums cannot be smaller.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{follow, request, run_to_end, runner, scenario};
use poolscope::run::{BlockState, Event, Run};
use poolscope::session::Session;
use poolscope::wire::FromRunner;
use rustix::process::{Pid, Signal, kill_process};

#[test]
fn the_machine_single_workers_and_resident_memory_are_known_over_the_measurement() {
    let run = run_to_end(&scenario(
        r#"[Cpu(kernel: SumOfSquares, amount: Time("2ms"))]"#,
        "Closed(clients: 2)",
        &["Threads(workers: 2)", "Processes(workers: 2)"],
    ));
    for block in &run.blocks {
        assert_eq!(block.state, BlockState::Done, "{:?}", block.finished);
        let window = block.window().unwrap();
        let machine = block.resources.machine.unwrap();
        assert!(machine.samples >= 2 && machine.nanos() > 0);
        assert!(machine.other_cpu_nanos().is_some());
        assert!(machine.last.ours_cpu_nanos > machine.first.ours_cpu_nanos);
        let suspended = machine.grown(|sample| sample.suspended_nanos).unwrap();
        assert!(suspended < 100_000_000, "{suspended}");
        let workers = &block.resources.workers;
        let numbers: Vec<_> = workers.iter().map(|worker| worker.number).collect();
        assert_eq!(numbers, [1, 2], "{:?}", block.planned);
        let of_workers: u64 = workers.iter().map(|worker| worker.cpu_nanos).sum();
        // Workers do nearly all of the work; runner and pipes have the rest.
        assert!(
            of_workers > 0 && of_workers <= window.cpu_nanos + 10_000_000,
            "{of_workers} of {}",
            window.cpu_nanos
        );
        let resident = block.resources.resident.unwrap();
        let of_processes = block.planned.candidate == 1;
        assert_eq!(resident.worker_peak_bytes.is_some(), of_processes);
        assert!(resident.total_peak_bytes > resident.worker_peak_bytes.unwrap_or(0));
        let memory = block.memory.unwrap();
        assert_eq!(memory.per_worker_uss_bytes.is_some(), of_processes);
    }
}

#[test]
fn the_processor_time_of_a_worker_that_was_killed_stays_in_the_sum() {
    let text = scenario(
        r#"[Cpu(kernel: SumOfSquares, amount: Time("5ms"))]"#,
        "Closed(clients: 1)",
        &["Processes(workers: 1)"],
    )
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#)
    .replace(r#"measure: "300ms""#, r#"measure: "1s""#);
    let request = request(&text);
    let session = Session::start(request.clone(), runner(), || ()).unwrap();
    let mut run = Run::new(request, 0);
    let mut seen_nanos = 0;
    follow(&session, &mut run, |_, event| {
        if let Event::Message {
            message: FromRunner::Snapshot(snapshot),
            ..
        } = event
        {
            let workers = &snapshot.resources.workers;
            seen_nanos = workers.first().map_or(0, |worker| worker.cpu_nanos);
        }
        // It has worked for a while: what it then had used cannot be in its successor's clock.
        seen_nanos > 50_000_000
    });
    let victim = run.blocks[0].started.as_ref().unwrap().worker_pids[0];
    let pid = Pid::from_raw(victim.cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    follow(&session, &mut run, |_, _| false);
    let block = &run.blocks[0];
    assert_eq!(block.finished.as_ref().unwrap().worker_deaths, 1);
    let last = &block.last.as_ref().unwrap().resources;
    assert!(
        last.cpu_nanos > seen_nanos,
        "{} {seen_nanos}",
        last.cpu_nanos
    );
    let workers = &block.resources.workers;
    assert_eq!(
        workers.len(),
        1,
        "the successor has the number of its predecessor"
    );
}
