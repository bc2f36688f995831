//! The modelled interpreter lock, for real: threads and event loops that share one.
//!
//! Nothing here depends on speed: what is asserted is counts, digests and laws that hold on a loaded machine. Exact
//! times are asserted where the clock is moved by hand, in `engine::interpreter`.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{check_books, digest, long, run_to_end, run_until, scenario};
use poolscope::analysis::candidate_figures;
use poolscope::export::details;
use poolscope::run::{Block, InterpreterLockUse};

/// What became of the lock of the candidate `name`, which says its interval if that is not CPython's; the laws that hold
/// of it whatever the machine does.
fn lock_use(block: &Block, name: &str) -> InterpreterLockUse {
    let last = block.last.as_ref().unwrap();
    let used = last.interpreter_lock.unwrap();
    let lived = last.elapsed_nanos + block.started.as_ref().unwrap().cold_start_nanos;
    assert!(used.held_nanos <= lived, "{name}: {used:?} in {lived}");
    assert!(used.forced <= used.handovers, "{name}: {used:?}");
    let interval = if name.contains("10us") {
        10_000
    } else if name.contains("1ms") {
        1_000_000
    } else {
        5_000_000
    };
    // Each time somebody asked had he waited an interval during which the lock did not change hands, so that no
    // two of these overlap.
    assert!(
        used.forced * interval <= lived,
        "{name}: {used:?} in {lived}"
    );
    assert!(
        used.forced * interval <= used.waited_nanos + interval,
        "{name}: {used:?}"
    );
    used
}

#[test]
fn every_back_end_with_a_lock_does_the_same_work() {
    let backends = [
        "Sequential",
        "Threads(workers: 5)",
        "Threads(workers: 5), interpreter: Lock()",
        r#"Threads(workers: 5), interpreter: Lock(switch_interval: "10us")"#,
        "Async(in_flight: 10), interpreter: Lock()",
        "Async(in_flight: 10, event_loops: 2), interpreter: Lock()",
        "Async(in_flight: 10, cpu: Blocking(threads: 3)), interpreter: Lock()",
        r#"Async(in_flight: 10, event_loops: 2, cpu: Blocking(threads: 3)), interpreter: Lock(switch_interval: "1ms")"#,
    ];
    let stages = r#"[
        Payload(to_worker: "70KiB", back: "10B"),
        Cpu(kernel: SumOfSquares, amount: Work(1000)), Cpu(kernel: Deflate, amount: Work(2)),
        Cpu(kernel: Sha256, amount: Work(2), interpreter_lock: Held), Cpu(kernel: Sort, amount: Work(1), interpreter_lock: Released),
        Wait(time: LogNormal(median: "200us", p95: "1ms")), Tcp(delay: Constant("100us"), response: "9KiB"),
        FileWrite(size: "8KiB"), FileRead(size: "70KiB"), FileAppend(size: "1KiB"), Barrier,
        Http(delay: Constant("100us"), response: "9KiB", request: "1KiB"),
        Lock(hold: Constant("100us"), inside: Wait), Lock(hold: Constant("100us"), inside: Cpu, kind: ReadWrite(readers: 0.5)),
        Memory(size: "64KiB"), Memory(size: "64KiB", access: Chase), Counter(increments: 2000, protection: Locked),
    ]"#;
    let run = run_to_end(&scenario(stages, "Batch(tasks: 40)", &backends));
    let expected = digest(&run.blocks[0]);
    assert_ne!(expected, 0);
    for (block, name) in run.blocks.iter().zip(backends) {
        check_books(block, name);
        assert_eq!(block.counts().good, 40, "{name}: {:?}", block.finished);
        assert_eq!(digest(block), expected, "{name}");
        let last = block.last.as_ref().unwrap();
        assert_eq!(last.counters[0].lost_updates(), 0, "{name}");
        let locked = name.contains("interpreter: Lock");
        assert_eq!(last.interpreter_lock.is_some(), locked, "{name}");
        if locked {
            let used = lock_use(block, name);
            assert!(used.held_nanos > 0, "{name}: {used:?}");
        } else {
            assert_eq!(last.measured.split.interpreter_wait_nanos, 0, "{name}");
        }
    }
}

#[test]
fn threads_that_compute_in_the_interpreter_never_compute_at_the_same_time() {
    let run = run_to_end(&scenario(
        r#"[Cpu(amount: Time("12ms"))]"#,
        "Batch(tasks: 30)",
        &[
            "Threads(workers: 3), interpreter: Lock()",
            "Async(in_flight: 10, cpu: Blocking(threads: 3)), interpreter: Lock()",
        ],
    ));
    for (block, name) in run.blocks.iter().zip(["threads", "async"]) {
        check_books(block, name);
        let used = lock_use(block, name);
        let split = block.last.as_ref().unwrap().measured.split;
        assert_eq!(split.tasks, 30);
        // What waiting itself takes is on the tasks' clock too: little, and the more the slower the machine is. Three
        // at the same time would compute for two or three times as long as the batch takes.
        let makespan = block.makespan_nanos().unwrap();
        assert!(
            split.on_cpu_nanos <= makespan + makespan / 4,
            "{name}: {split:?} in {makespan}"
        );
        // A task is longer than two intervals, and another one always wants to go on.
        assert!(used.forced > 0, "{name}: {used:?}");
        assert!(split.interpreter_wait_nanos > 0, "{name}: {split:?}");
    }
    let figures = candidate_figures(&run);
    for figures in &figures {
        let lock = figures.interpreter_lock.unwrap();
        assert!(lock.held_ratio > 0.0 && lock.waiting_mean > 0.0, "{lock:?}");
        assert!(0.0 < lock.forced_per_sec && lock.forced_per_sec <= lock.handovers_per_sec);
        let wait = figures.time_split.unwrap().interpreter_wait_nanos;
        assert!(wait > 0.0, "{}", figures.name);
    }
    let details = details(&figures, &run.request.scenario);
    let heads: Vec<_> = details.headers.iter().map(|header| header.text).collect();
    for head in ["Interpreter wait", "Lock held", "Hand-overs/s"] {
        assert!(heads.contains(&head), "{heads:?}");
    }
}

#[test]
fn native_kernels_compute_without_the_lock() {
    // Whoever takes a task holds the lock, and nobody asks for it before a second is over.
    let text = long(&scenario(
        r#"[Cpu(kernel: Sha256, amount: Time("9min"))]"#,
        "Closed(clients: 3)",
        &[r#"Threads(workers: 3), interpreter: Lock(switch_interval: "1s")"#],
    ))
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    let mut forced = None;
    run_until(&text, |run, _| {
        let block = &run.blocks[0];
        let used = block.last.as_ref().and_then(|last| last.interpreter_lock);
        forced = used.map(|used| used.forced);
        block.counts().in_flight == 3
    });
    // Two of the three had to ask if the first one and the second one kept the lock while they compute.
    assert!(forced.is_some_and(|times| times < 2), "{forced:?}");
}

#[test]
fn an_addition_is_whole_under_the_lock_as_in_cpython() {
    let run = run_to_end(&scenario(
        "[Counter(increments: 300_000, protection: Unprotected)]",
        "Batch(tasks: 20)",
        &[r#"Threads(workers: 4), interpreter: Lock(switch_interval: "50us")"#],
    ));
    let block = &run.blocks[0];
    check_books(block, "threads");
    let counter = block.last.as_ref().unwrap().counters[0];
    assert!(counter.additions >= 20 * 300_000);
    assert_eq!(counter.lost_updates(), 0);
}

#[test]
fn a_block_that_is_cut_ends_whoever_holds_the_lock() {
    for (stages, backend) in [
        (r#"[Cpu(amount: Time("9min"))]"#, "Threads(workers: 4)"),
        (r#"[Wait(time: Constant("9min"))]"#, "Threads(workers: 300)"),
        (
            r#"[Lock(hold: Constant("9min"), inside: Wait)]"#,
            "Threads(workers: 4)",
        ),
        (
            r#"[Cpu(amount: Time("9min"))]"#,
            "Async(in_flight: 9, cpu: Blocking(threads: 2))",
        ),
        (r#"[Cpu(amount: Time("9min"))]"#, "Async(in_flight: 9)"),
    ] {
        let backend = format!("{backend}, interpreter: Lock()");
        let text = scenario(stages, "Closed(clients: 400)", &[&backend])
            .replace(r#"drain: "30s""#, r#"drain: "300ms""#);
        let run = run_to_end(&text);
        check_books(&run.blocks[0], &backend);
        assert_eq!(run.blocks[0].counts().good, 0, "{backend}");
        lock_use(&run.blocks[0], &backend);
    }
}
