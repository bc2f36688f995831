//! Every back end, for real: real threads, worker processes and event loops below a real runner.
//!
//! Nothing here depends on speed: runs are short, and what is asserted is counts and laws.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{long, run_to_end, run_until, scenario};
use poolscope::run::{Block, BlockState, MemoryKind, Run};

const BACKENDS: [&str; 6] = [
    "Sequential",
    "Threads(workers: 3)",
    "Processes(workers: 2)",
    "Async(in_flight: 10)",
    "Async(in_flight: 10, event_loops: 2)",
    "Async(in_flight: 10, cpu: Blocking(threads: 2))",
];

const EVERY_STAGE: &str = r#"[
    Cpu(kernel: SumOfSquares, amount: Work(1000)),
    Cpu(kernel: Sha256, amount: Time("50us")),
    Wait(time: LogNormal(median: "1ms", p95: "3ms")),
    FileWrite(size: "8KiB"), FileRead(size: "70KiB"), Memory(size: "64KiB"),
    Http(delay: Constant("500us"), response: "2KiB"),
]"#;

/// One scenario with every stage on every back end.
fn every_stage(load: &str) -> Run {
    run_to_end(&scenario(EVERY_STAGE, load, &BACKENDS))
}

fn check_books(block: &Block) {
    assert_eq!(block.state, BlockState::Done, "{:?}", block.finished);
    assert_eq!(block.violation, None);
    assert_eq!(block.snapshots_lost, 0);
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{counts:?}");
    assert_eq!(
        (counts.queued, counts.in_flight),
        (0, 0),
        "the books are closed"
    );
    let responses = block.measured.response.count();
    assert_eq!(
        responses,
        counts.good + counts.failed,
        "one response time per ended task"
    );
    assert_eq!(block.measured.service.count(), responses);
    assert_eq!(block.measured.queue_wait.count(), responses);
}

#[test]
fn a_batch_ends_with_every_task_good_on_every_back_end() {
    let run = every_stage("Batch(tasks: 40)");
    assert_eq!(run.blocks.len(), BACKENDS.len());
    for (block, backend) in run.blocks.iter().zip(BACKENDS) {
        check_books(block);
        let counts = block.counts();
        assert_eq!(
            (counts.offered, counts.good),
            (40, 40),
            "{backend} {:?}",
            block.finished
        );
        assert!(block.finished.as_ref().unwrap().makespan_nanos.unwrap() > 0);
        let started = block.started.as_ref().unwrap();
        assert_eq!(
            started.worker_pids.len(),
            if backend.contains("Processes") { 2 } else { 0 }
        );
    }
}

#[test]
fn a_closed_load_keeps_its_clients_busy_on_every_back_end() {
    for block in &every_stage("Closed(clients: 4)").blocks {
        check_books(block);
        let counts = block.counts();
        let last = block.last.as_ref().unwrap();
        let under_way = last.warm_up.counts.in_flight + last.warm_up.counts.queued;
        assert_eq!(under_way, 0, "the warm-up's tasks have ended too");
        // Each client has sent one at the begin, whenever the next ones came.
        let both = counts.plus(&last.warm_up.counts);
        assert!(both.good >= 4 && both.dropped == 0, "{both:?}");
    }
    for backend in BACKENDS {
        let text = long(&scenario(EVERY_STAGE, "Closed(clients: 4)", &[backend]));
        let run = run_until(&text, |run, _| run.blocks[0].counts().good >= 40);
        assert_eq!(run.blocks[0].state, BlockState::Stopped, "{backend}");
        let counts = run.blocks[0].counts();
        assert!(counts.obey_the_law() && counts.dropped == 0, "{counts:?}");
    }
}

#[test]
fn an_open_load_offers_the_scheduled_tasks_on_every_back_end() {
    let run = every_stage("Open(rate_per_sec: 200, arrivals: Constant)");
    for block in &run.blocks {
        check_books(block);
        // 300 ms at 200/s, whatever the back end does.
        assert_eq!(block.counts().offered, 60);
    }
}

#[test]
fn a_full_queue_drops_and_counts_on_every_back_end() {
    let text = scenario(
        r#"[Wait(time: Constant("100ms"))]"#,
        "Open(rate_per_sec: 2000)",
        &[
            "Threads(workers: 1)",
            "Processes(workers: 1)",
            "Async(in_flight: 1)",
        ],
    )
    .replace("candidates:", "queue: (capacity: 3), candidates:")
    // The first tasks find an empty queue.
    .replace("warm_up: \"100ms\"", "warm_up: \"0s\"");
    for block in &run_to_end(&text).blocks {
        check_books(block);
        let counts = block.counts();
        assert!(
            counts.dropped > counts.admitted && counts.good == counts.admitted,
            "{counts:?}"
        );
        let deepest = block
            .timeline
            .intervals()
            .iter()
            .map(|interval| interval.queued)
            .max();
        assert!(deepest <= Some(3), "{deepest:?} is more than it holds");
        // Who found the last of its three places had two others before him, and waits for both and for himself.
        let [waited, response] = [&block.measured.queue_wait, &block.measured.response]
            .map(poolscope::stats::Histogram::max);
        assert!(waited >= Some(200_000_000), "{waited:?}");
        assert!(response >= Some(300_000_000), "{response:?}");
    }
}

#[test]
fn tasks_that_outlive_the_drain_are_cancelled_and_counted() {
    let text = scenario(
        r#"[Wait(time: Constant("1h"))]"#,
        "Closed(clients: 4)",
        &[
            "Threads(workers: 2)",
            "Processes(workers: 2)",
            "Async(in_flight: 2)",
        ],
    );
    // With no warm-up the four clients' first tasks belong to the measurement.
    let text = text
        .replace("warm_up: \"100ms\"", "warm_up: \"0s\"")
        .replace("drain: \"30s\"", "drain: \"300ms\"");
    for block in &run_to_end(&text).blocks {
        check_books(block);
        assert_eq!(
            (block.counts().cancelled, block.counts().good),
            (4, 0),
            "{:?}",
            block.counts()
        );
    }
}

#[test]
fn the_same_seed_gives_every_back_end_the_same_mix_of_work() {
    // A task of the failing kind fails because no such block of memory exists: the count of failures
    // tells how many of the forty were of that kind.
    let text = scenario("[Cpu(amount: Work(10))]", "Batch(tasks: 40)", &BACKENDS).replace(
        "tasks: [",
        r#"tasks: [(name: "fails", weight: 0.5, stages: [Memory(size: "4194304GiB")]),"#,
    );
    let failed: Vec<_> = run_to_end(&text)
        .blocks
        .iter()
        .map(|block| block.counts().failed)
        .collect();
    assert!(failed[0] > 3 && failed[0] < 30, "{failed:?}");
    assert!(failed.iter().all(|count| *count == failed[0]), "{failed:?}");
}

#[test]
fn a_batch_of_an_instant_has_the_processor_time_and_the_memory_of_its_workers() {
    // It is over before the first tick: what the workers used is seen at its end or never.
    let run = run_to_end(&scenario(
        r#"[Cpu(kernel: Sha256, amount: Time("1ms"))]"#,
        "Batch(tasks: 20)",
        &BACKENDS,
    ));
    for block in &run.blocks {
        check_books(block);
        let used = block.window().unwrap().cpu_nanos;
        assert!(used >= 19_000_000, "{:?}: {used} ns", block.planned);
        let kind = block.memory.map(|memory| memory.kind);
        let of_processes = block.planned.candidate == 2;
        assert!(
            kind.is_none_or(|kind| (kind == MemoryKind::Derived) != of_processes),
            "{:?}: {kind:?}",
            block.planned
        );
    }
}
