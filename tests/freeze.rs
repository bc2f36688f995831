//! The freeze test, scaled down: what callers wait while a process stands still is in the percentiles.
//!
//! A constant rate for four seconds, and a stop of two seconds within it: p75, p90 and p99 are then 1.0, 1.6 and
//! 1.96 s, however fast the machine is. A tool that leaves out what it could not start in time shows next to nothing.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;

use std::time::{Duration, Instant};

use live::{long, request, run_to_end, runner, say_skipped, scenario};
use poolscope::analysis::self_test::{FREEZE_TOLERANCE_RATIO, FrozenPercentile, freeze_test};
use poolscope::session::{Freeze, FreezeTarget, run_with_freeze};

/// A machine that is busy catches up late, which only adds: so often may it try again. Nothing that leaves out what
/// callers waited gets there, however often.
const ATTEMPTS: usize = 3;
/// Two seconds of the schedule, which are to be caught up with.
const WAITING: u32 = 150;
/// The tolerance of the least percentile is 50 ms. Who takes more than half of that for those alone, without any
/// freeze and while nothing else becomes due, may be beyond it.
const CATCHES_UP: Duration = Duration::from_millis(25);

const TASK: &str = "[Cpu(kernel: SumOfSquares, amount: Work(10))]";

/// How long this machine takes now for what has to be caught up with.
fn catching_up(backend: &str) -> Duration {
    let text = scenario(TASK, &format!("Batch(tasks: {WAITING})"), &[backend]);
    Duration::from_nanos(run_to_end(&text).blocks[0].makespan_nanos().unwrap())
}

/// Stops `target` for two seconds of four, and holds the percentiles to what follows from the schedule.
fn check(backend: &str, target: FreezeTarget) {
    let text = scenario(
        TASK,
        "Open(rate_per_sec: 75, arrivals: Constant)",
        &[backend],
    )
    .replace(r#"measure: "300ms""#, r#"measure: "4s""#);
    let freeze = Freeze {
        target,
        after: Duration::from_millis(900),
        length: Duration::from_secs(2),
    };
    let (mut seen, mut needed) = (Vec::new(), Duration::ZERO);
    for _ in 0..ATTEMPTS {
        let frozen = run_with_freeze(request(&text), runner(), freeze, |_| true).unwrap();
        let block = &frozen.run.blocks[0];
        let nanos = frozen.frozen_nanos.expect("it was stopped and went on");
        assert!(nanos >= 2_000_000_000);
        let percentiles = freeze_test(block, nanos).unwrap();
        assert_eq!(block.counts().offered, 300, "the schedule did not wait");
        assert!(
            percentiles
                .iter()
                .all(|percentile| percentile.error_ratio().unwrap() > -FREEZE_TOLERANCE_RATIO),
            "{backend}, {target:?} stopped for {nanos} ns, and less was told: {percentiles:#?}"
        );
        if percentiles.iter().all(FrozenPercentile::holds) {
            return;
        }
        seen.push(percentiles);
        needed = needed.max(catching_up(backend));
    }
    if needed > CATCHES_UP {
        return say_skipped(&format!(
            "{backend} takes {needed:?} for what it has to catch up with; the machine is busy or slow"
        ));
    }
    panic!("{backend}, {target:?}: never within the tolerance: {seen:#?}");
}

#[test]
fn a_stopped_sequential_runner_shows_in_the_percentiles() {
    check("Sequential", FreezeTarget::Runner);
}

#[test]
fn stopped_threads_show_in_the_percentiles() {
    check("Threads(workers: 3)", FreezeTarget::Runner);
}

#[test]
fn a_stopped_runner_of_processes_shows_in_the_percentiles() {
    check("Processes(workers: 2)", FreezeTarget::Runner);
}

#[test]
fn a_stopped_worker_process_shows_in_the_percentiles() {
    check("Processes(workers: 1)", FreezeTarget::Worker);
}

#[test]
fn a_stopped_event_loop_shows_in_the_percentiles() {
    check("Async(in_flight: 10)", FreezeTarget::Runner);
}

#[test]
fn stopped_blocking_threads_of_an_event_loop_show_in_the_percentiles() {
    check(
        "Async(in_flight: 10, event_loops: 2, cpu: Blocking(threads: 2))",
        FreezeTarget::Runner,
    );
}

#[test]
fn a_stopped_pipeline_shows_in_the_percentiles() {
    check(
        "Hybrid(waits: Async(in_flight: 10), processes: 2)",
        FreezeTarget::Runner,
    );
}

#[test]
fn a_stopped_worker_process_of_a_pipeline_shows_in_the_percentiles() {
    check(
        "Hybrid(waits: Threads(workers: 2), processes: 1)",
        FreezeTarget::Worker,
    );
}

#[test]
fn a_freeze_that_is_broken_off_leaves_no_stopped_process_behind() {
    let load = "Open(rate_per_sec: 200, arrivals: Constant)";
    let text = long(&scenario(TASK, load, &["Processes(workers: 1)"]));
    let freeze = Freeze {
        target: FreezeTarget::Worker,
        after: Duration::ZERO,
        length: Duration::from_mins(4),
    };
    let mut pids = None;
    let broken_off = run_with_freeze(request(&text), runner(), freeze, |run| {
        let block = &run.blocks[0];
        let worker = block.started.as_ref().map(|started| started.worker_pids[0]);
        pids = block.runner_pid.zip(worker);
        !worker.is_some_and(is_stopped)
    })
    .unwrap();
    assert_eq!(broken_off.frozen_nanos, None);
    let (runner, worker) = pids.expect("the block had begun");
    let deadline = Instant::now() + Duration::from_mins(2);
    while [runner, worker]
        .into_iter()
        .any(|pid| parts::part_of(pid).is_some())
    {
        assert!(Instant::now() < deadline, "runner and worker are gone");
        std::thread::yield_now();
    }
}

/// Whether the system says that the process is stopped.
fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| rest.starts_with(" T"))
}
