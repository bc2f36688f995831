//! What the system is seen to say of a run: the machine, single workers, resident peaks, and workers that died.
//!
//! Only facts that hold on any loaded machine are asserted: what is there, and which sums cannot be smaller.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{long, run_to_end, run_until, scenario};
use poolscope::run::{BlockState, Event};
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
        // They are read one after the other, so their sum is held to what all had used when the block was over.
        let last = &block.last.as_ref().unwrap().resources;
        let all = last.cpu_nanos + last.instrument_cpu_nanos;
        assert!(window.cpu_nanos > 0 && window.cpu_nanos <= all);
        assert!(0 < of_workers && of_workers <= all, "{of_workers} of {all}");
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
    let text = long(&scenario(
        r#"[Cpu(kernel: SumOfSquares, amount: Time("5ms"))]"#,
        "Closed(clients: 1)",
        &["Processes(workers: 1)"],
    ))
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    let (mut seen_nanos, mut is_killed) = (0, false);
    let (mut snapshots_after, mut of_successor) = (0, 0);
    let run = run_until(&text, |run, event| {
        let Event::Message {
            message: FromRunner::Snapshot(snapshot),
            ..
        } = event
        else {
            return false;
        };
        let workers = &snapshot.resources.workers;
        let nanos = workers.first().map_or(0, |worker| worker.cpu_nanos);
        let block = &run.blocks[0];
        if is_killed {
            // The counters of the snapshot that comes with the death may be older than that.
            snapshots_after += usize::from(!block.incidents.is_empty());
            of_successor = nanos;
            return snapshots_after > 1 && of_successor > 0;
        }
        seen_nanos = nanos;
        // It has worked for a while: what it then had used cannot be in its successor's clock.
        if seen_nanos > 50_000_000 {
            let victim = block.started.as_ref().unwrap().worker_pids[0];
            let pid = Pid::from_raw(victim.cast_signed()).unwrap();
            kill_process(pid, Signal::KILL).unwrap();
            is_killed = true;
        }
        false
    });
    let block = &run.blocks[0];
    assert_eq!(block.incidents.len(), 1);
    let last = &block.last.as_ref().unwrap().resources;
    assert!(
        last.cpu_nanos >= seen_nanos + of_successor,
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
