//! Faults on purpose in CPython's own executors: who is hit, what CPython makes of it, and what callers can still stop.
//!
//! Nothing here depends on speed: what is asserted is laws, counts that follow from the seed, and times that cannot be
//! shorter.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;

use live::{check_books, digest, scenario};
use poolscope::run::{Block, BlockState, Run};
use poolscope::wire::{Attempts, IncidentKind, PythonHome};
use python::{Live, follow, interpreter, run_of, run_to_end};

/// What the standard library has in every version, each in the forms that go other ways through the harness.
const POOLS: [&str; 12] = [
    "Sequential",
    "ThreadPoolExecutor(workers: 3)",
    "ProcessPoolExecutor(workers: 2, start: Fork)",
    "ProcessPoolExecutor(workers: 2, start: Spawn, chunk: 7)",
    "ProcessPoolExecutor(workers: 2, start: Forkserver, chunk: 40)",
    "MultiprocessingPool(workers: 2, start: Fork)",
    "MultiprocessingPool(workers: 2, start: Spawn, call: ImapUnordered, chunk: 40)",
    "Asyncio(in_flight: 5)",
    "Asyncio(in_flight: 5, cpu: Blocking(threads: 2))",
    "Asyncio(in_flight: 5, cpu: Processes(workers: 2))",
    "Hybrid(threads: 2, processes: 2)",
    "Hybrid(threads: 3, processes: 1, start: Spawn, between: 1)",
];

/// A scenario of these stages, this load and these Python pools, with more of the scenario's settings.
fn python(stages: &str, load: &str, pools: &[&str], settings: &str) -> String {
    let backends: Vec<String> = pools.iter().map(|pool| format!("Python({pool})")).collect();
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    with_settings(&scenario(stages, load, &backends), settings)
}

fn with_settings(text: &str, settings: &str) -> String {
    text.replace("candidates:", &format!("{settings}, candidates:"))
        // For as long as callers have something to wait for.
        .replace(r#"drain: "300ms""#, r#"drain: "60s""#)
}

fn hits(block: &Block) -> &[u64] {
    &block.last.as_ref().unwrap().resilience.fault_hits
}

fn attempts(block: &Block) -> Attempts {
    block.last.as_ref().unwrap().resilience.attempts.unwrap()
}

fn failures(block: &Block) -> &[String] {
    &block.finished.as_ref().unwrap().failures
}

/// Asserts that every task and every attempt is in the books of a block that came to its end, once.
fn check_attempts(block: &Block, name: &str) {
    check_books(block, name);
    let (counts, attempts) = (block.counts(), attempts(block));
    let text = format!("{name}: {counts:?} {attempts:?}");
    assert_eq!(counts.cancelled, 0, "{text}");
    assert_eq!(attempts.made, counts.admitted + counts.retries, "{text}");
    let ended = counts.good + attempts.failed + attempts.timed_out + attempts.rejected;
    assert_eq!(attempts.made, ended, "{text}");
    let left = attempts.stopped + attempts.wasted + attempts.stuck;
    assert!(left <= attempts.timed_out, "{text}");
}

/// What takes no worker with it, each with a share of its own.
const HARMLESS: &str = r#"faults: [
    (inject: Error, probability: 0.2), (inject: Crash(how: Panic), probability: 0.1),
    (inject: Slow(factor: 1.5, added: "200us"), probability: 0.3),
    (inject: Leak(bytes: "64KiB", up_to: "256KiB"), probability: 0.4),
    (inject: HoldLock(added: "200us"), probability: 0.3), (inject: SlowServer(added: "300us"), probability: 0.3),
    (inject: FailServer, probability: 0.15)]"#;

/// Stages that all of these faults can hit, and pipelines that change pools between them.
const STRUCK: &str = r#"[Cpu(amount: Work(50)), Http(delay: Constant("100us")), Lock(hold: Constant("20us"), locks: 2),
    Cpu(kernel: Sha256, amount: Work(5)), Tcp(delay: Constant("50us")),
    Lock(hold: Constant("20us"), kind: ReadWrite(readers: 0.5), inside: Wait),
    Counter(increments: 7, protection: Locked), Payload(to_worker: "3KiB", back: "2KiB")]"#;

#[test]
fn the_same_attempts_are_hit_as_on_a_native_back_end_and_fail_alike() {
    let Some(home) = interpreter() else { return };
    let backends: Vec<String> = std::iter::once("Sequential".to_owned())
        .chain(POOLS.iter().map(|pool| format!("Python({pool})")))
        .collect();
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    let text = with_settings(&scenario(STRUCK, "Batch(tasks: 60)", &backends), HARMLESS);
    let run = run_to_end(&text, &home);
    let expected = hits(&run.blocks[0]);
    assert!(
        expected.iter().all(|hits| (1..60).contains(hits)),
        "{expected:?}"
    );
    let first = &run.blocks[1];
    for (block, name) in run.blocks[1..].iter().zip(POOLS) {
        check_books(block, name);
        assert_eq!(hits(block), expected, "{name}");
        let counts = block.counts();
        assert_eq!(counts.good + counts.failed, 60, "{name}: {counts:?}");
        assert_eq!(
            counts.failed,
            first.counts().failed,
            "{name}: {:?}",
            failures(block)
        );
        assert_eq!(digest(block), digest(first), "{name}");
        let mut texts = failures(block).to_vec();
        texts.sort();
        let fault = "the loopback server answered with an error (503), as an injected fault asks";
        let all = ["injected fault: error", "injected fault: panic", fault];
        assert_eq!(texts, all, "{name}");
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
}

/// Service times and makespans are no shorter than what faults add: these cannot be measured too long.
#[test]
fn what_is_slow_stalled_or_held_takes_as_long_as_its_fault_says() {
    let Some(home) = interpreter() else { return };
    let wait = r#"[Wait(time: Constant("1ms"))]"#;
    let lock = r#"[Lock(hold: Constant("10us"), locks: 1)]"#;
    let server = r#"[Http(delay: Constant("0s"))]"#;
    let counter = "[Counter(increments: 3, protection: Locked)]";
    let all = ["ThreadPoolExecutor(workers: 3)", "Asyncio(in_flight: 4)"];
    for (fault, stages, pools, each, whole) in [
        (r#"Slow(factor: 30.0)"#, wait, &all[..], 30, 0),
        (r#"Slow(added: "30ms")"#, wait, &all[..], 30, 0),
        (
            r#"Slow(added: "30ms")"#,
            wait,
            &["ProcessPoolExecutor(workers: 2, chunk: 2)"][..],
            30,
            0,
        ),
        (r#"StallLoop(length: "20ms")"#, wait, &all[1..], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, lock, &all[..], 20, 8 * 20),
        (r#"HoldLock(added: "20ms")"#, counter, &all[..], 20, 8 * 20),
        (r#"SlowServer(added: "30ms")"#, server, &all[..], 30, 0),
    ] {
        let text = python(
            stages,
            "Batch(tasks: 8)",
            pools,
            &format!("faults: [(inject: {fault})]"),
        );
        for (block, pool) in run_to_end(&text, &home).blocks.iter().zip(pools) {
            let name = format!("{fault} on {pool}");
            check_books(block, &name);
            assert_eq!((hits(block), block.counts().good), (&[8][..], 8), "{name}");
            // Histograms are as fine as a per cent or so.
            let least = block.measured.service.quantile(0.0).unwrap() as f64 / 1e6;
            assert!(least >= 0.97 * f64::from(each), "{name}: {least} ms");
            let makespan = block.finished.as_ref().unwrap().makespan_nanos.unwrap() / 1_000_000;
            assert!(makespan >= whole, "{name}: {makespan} ms");
        }
    }
}

#[test]
fn what_attempts_leave_behind_shows_in_the_memory_of_their_workers() {
    let Some(home) = interpreter() else { return };
    let faults = r#"faults: [(inject: Leak(bytes: "40MiB", up_to: "60MiB"))]"#;
    let pools = ["ProcessPoolExecutor(workers: 2, start: Fork)"];
    let stages = r#"[Wait(time: Constant("400ms"))]"#;
    let run = run_to_end(&python(stages, "Batch(tasks: 8)", &pools, faults), &home);
    check_books(&run.blocks[0], "leak");
    let memory = run.blocks[0].memory.as_ref().unwrap();
    let peak = memory.per_worker_peak_bytes;
    assert!((60e6..120e6).contains(&peak), "{memory:?}");
}

/// Each with an end of its own.
const CRASHES: [(&str, &str, &str); 4] = [
    ("Exit(code: 3)", "exit", "ended with code 3"),
    ("Abort", "abort", "signal 6"),
    ("Segfault", "segfault", "signal 11"),
    ("Kill", "kill", "signal 9"),
];

/// The cause of a block that failed, and that nothing of it is left.
fn cause_of(text: &str, home: &PythonHome) -> (String, Run) {
    let mut run = run_of(text);
    let live = Live::start(text, 0, Some(home.clone()));
    follow(&live, 0, &mut run, |_, _| false);
    assert_eq!(live.processes(), Vec::<u32>::new(), "something is left");
    let BlockState::Failed { cause } = &run.blocks[0].state else {
        panic!("{:?} {:?}", run.blocks[0].state, run.blocks[0].finished)
    };
    (cause.clone(), run)
}

#[test]
fn a_crash_ends_a_program_of_threads_and_is_named_as_its_cause() {
    let Some(home) = interpreter() else { return };
    let wait = r#"[Wait(time: Constant("1ms"))]"#;
    let check = |pool: &str, (how, name, end): (&str, &str, &str)| {
        let faults = format!("faults: [(inject: Crash(how: {how}), probability: 0.1)]");
        let text = python(wait, "Batch(tasks: 40)", &[pool], &faults);
        let (cause, run) = cause_of(&text, &home);
        let named = format!("injected fault: {name}: the interpreter 'python' ");
        assert!(
            cause.starts_with(&named) && cause.contains(end),
            "{pool}: {cause}"
        );
        assert!(run.blocks[0].counts().obey_the_law(), "{pool}");
    };
    for crash in CRASHES {
        check("ThreadPoolExecutor(workers: 3)", crash);
    }
    for pool in [
        "Sequential",
        "Asyncio(in_flight: 5)",
        "Asyncio(in_flight: 5, cpu: Blocking(threads: 2))",
        // The stage that waits is the last, and runs on a thread.
        "Hybrid(threads: 2, processes: 2)",
    ] {
        check(pool, CRASHES[1]);
    }
}

#[test]
fn a_crash_breaks_a_process_pool_executor_which_gives_up_all_that_is_pending() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ProcessPoolExecutor(workers: 2, start: Fork)",
        "ProcessPoolExecutor(workers: 2, start: Spawn)",
        "Asyncio(in_flight: 4, cpu: Processes(workers: 2))",
        "Hybrid(threads: 2, processes: 2)",
    ];
    for (index, (how, ..)) in CRASHES.iter().enumerate() {
        let pools = if index == 0 {
            &pools[..]
        } else {
            &pools[index..=index]
        };
        // Under a cap it is handed over task by task: whatever is not pending then is executed by the next pool.
        let settings = format!(
            "queue: (in_flight: 4), faults: [(inject: Crash(how: {how}), probability: 0.05)]"
        );
        let text = python(
            "[Cpu(amount: Work(50))]",
            "Batch(tasks: 80)",
            pools,
            &settings,
        );
        for (block, name) in run_to_end(&text, &home).blocks.iter().zip(pools) {
            let name = format!("{how} on {name}");
            check_books(block, &name);
            let counts = block.counts();
            let hit = hits(block)[0];
            assert!(
                counts.good > 0 && counts.failed >= hit && hit > 0,
                "{name}: {counts:?}"
            );
            assert_eq!(counts.good + counts.failed, 80, "{name}: {counts:?}");
            assert!(
                failures(block)
                    .iter()
                    .all(|text| text.contains("ProcessPoolExecutor gives up all")),
                "{name}: {:?}",
                failures(block)
            );
            let deaths = block.finished.as_ref().unwrap().worker_deaths;
            assert!(
                deaths > 0 && deaths as usize == block.incidents.len(),
                "{name}: {deaths}"
            );
            for incident in &block.incidents {
                assert_eq!(incident.kind, IncidentKind::WorkerDied, "{name}");
                let text = &incident.message;
                // The last one may break when all is done.
                let new = text.contains("made a new pool") || text.contains("nothing more to do");
                assert!(text.contains("BrokenProcessPool") && new, "{name}: {text}");
            }
        }
    }
}

#[test]
fn a_batch_that_breaks_its_pool_loses_what_map_has_not_yielded() {
    let Some(home) = interpreter() else { return };
    let pools = ["ProcessPoolExecutor(workers: 2, chunk: 5)"];
    let faults = "faults: [(inject: Crash(how: Kill), probability: 0.02)]";
    let text = python(
        "[Cpu(amount: Work(50))]",
        "Batch(tasks: 100)",
        &pools,
        faults,
    );
    let run = run_to_end(&text, &home);
    check_books(&run.blocks[0], "map");
    let counts = run.blocks[0].counts();
    assert!(
        counts.failed > 5 && counts.good + counts.failed == 100,
        "{counts:?}"
    );
    assert_eq!(
        run.blocks[0].incidents.len(),
        1,
        "{:?}",
        run.blocks[0].incidents
    );
}

#[test]
fn so_many_pools_are_made_anew_as_the_scenario_lets() {
    let Some(home) = interpreter() else { return };
    let settings = "queue: (in_flight: 4), defences: (restarts: 2),
        faults: [(inject: Crash(how: Exit(code: 1)), probability: 0.5)]";
    for (pool, words) in [
        ("ProcessPoolExecutor(workers: 2)", "more than 1 times"),
        (
            "MultiprocessingPool(workers: 2)",
            "more than 2 worker processes",
        ),
    ] {
        let text = python(
            "[Cpu(amount: Work(50))]",
            "Batch(tasks: 60)",
            &[pool],
            settings,
        );
        let (cause, run) = cause_of(&text, &home);
        assert!(cause.contains(words), "{pool}: {cause}");
        assert!(run.blocks[0].counts().obey_the_law(), "{pool}");
    }
}

#[test]
fn a_multiprocessing_pool_replaces_its_worker_and_never_answers_what_that_had_at_hand() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "MultiprocessingPool(workers: 2, start: Fork)",
        "MultiprocessingPool(workers: 2, start: Spawn)",
    ];
    for code in [0, 3] {
        let settings = format!(
            "queue: (in_flight: 4), faults: [(inject: Crash(how: Exit(code: {code})), probability: 0.05)]"
        );
        let text = python(
            "[Cpu(amount: Work(50))]",
            "Batch(tasks: 40)",
            &pools,
            &settings,
        );
        for (block, name) in run_to_end(&text, &home).blocks.iter().zip(pools) {
            check_books(block, name);
            let (counts, hit) = (block.counts(), hits(block)[0]);
            assert!(hit > 0);
            assert_eq!(
                (counts.failed, counts.good),
                (hit, 40 - hit),
                "{name}: {:?}",
                failures(block)
            );
            assert_eq!(block.incidents.len() as u64, hit, "{name}");
            let text = &block.incidents[0].message;
            let code = format!("(code {code})");
            assert!(
                text.contains(&code) && text.contains("wait for ever"),
                "{name}: {text}"
            );
            assert!(failures(block)[0].contains("never answers it"), "{name}");
        }
    }
}

/// Callers that wait for a while and come again.
const PATIENT: &str = r#"defences: (attempt_time_out: "700ms",
    retry: (attempts: 3, backoff: Constant(wait: "1ms"), jitter: Off))"#;

#[test]
fn only_a_time_out_ends_the_wait_for_what_a_multiprocessing_pool_has_lost() {
    let Some(home) = interpreter() else { return };
    let pools = ["MultiprocessingPool(workers: 2, start: Fork)"];
    let settings = format!("{PATIENT}, faults: [(inject: Crash(how: Kill), probability: 0.3)]");
    let load = "Open(rate_per_sec: 100, arrivals: Constant)";
    let text = python("[Cpu(amount: Work(50))]", load, &pools, &settings);
    let run = run_to_end(&text, &home);
    let block = &run.blocks[0];
    check_attempts(block, "mp");
    let attempts = attempts(block);
    assert!(
        attempts.timed_out > 0 && attempts.stopped > 0,
        "{attempts:?}"
    );
    let text = &block.incidents[0].message;
    assert!(
        text.contains("only the caller's time-out ends the wait"),
        "{text}"
    );
}

#[test]
fn what_hangs_is_really_stopped_by_an_event_loop_and_takes_a_thread_for_ever() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "Asyncio(in_flight: 30)",
        "Asyncio(in_flight: 30, cpu: Blocking(threads: 2))",
        "ThreadPoolExecutor(workers: 2)",
        "ProcessPoolExecutor(workers: 2, start: Fork)",
        "MultiprocessingPool(workers: 2, start: Fork)",
        "Hybrid(threads: 2, processes: 2)",
    ];
    let settings = format!("{PATIENT}, faults: [(inject: Hang, probability: 0.2)]");
    let load = "Open(rate_per_sec: 100, arrivals: Constant)";
    let stages =
        r#"[Wait(time: Constant("100us")), Cpu(amount: Work(50)), Lock(hold: Constant("10us"))]"#;
    let run = run_to_end(&python(stages, load, &pools, &settings), &home);
    for (block, name) in run.blocks.iter().zip(pools) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        let text = format!("{name}: {counts:?} {attempts:?} {:?}", hits(block));
        assert!(hits(block)[0] > 0 && attempts.timed_out > 0, "{text}");
        if name.starts_with("Asyncio") {
            assert_eq!((attempts.stuck, attempts.wasted), (0, 0), "{text}");
            assert!(attempts.stopped > 0 && counts.good > 0, "{text}");
        } else {
            assert!(attempts.stuck > 0 && attempts.wasted == 0, "{text}");
        }
        if name.starts_with("Thread") {
            // What waits behind its two threads has not begun, and can be cancelled.
            assert!(attempts.stuck <= 2 && attempts.stopped > 0, "{text}");
        }
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
}

#[test]
fn what_waits_inside_an_executor_is_cancelled_and_what_runs_there_goes_on_for_nobody() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 1)",
        "ProcessPoolExecutor(workers: 1, start: Fork)",
        "MultiprocessingPool(workers: 1, start: Fork)",
        "Asyncio(in_flight: 4, cpu: Blocking(threads: 1))",
        "Asyncio(in_flight: 4, cpu: Processes(workers: 1))",
        "Hybrid(threads: 1, processes: 1)",
        "Sequential",
    ];
    // No attempt that begins can end in time.
    let settings = r#"defences: (attempt_time_out: "40ms")"#;
    let stages = r#"[Cpu(amount: Time("60ms"))]"#;
    let run = run_to_end(
        &python(stages, "Closed(clients: 6)", &pools, settings),
        &home,
    );
    for (block, name) in run.blocks.iter().zip(pools) {
        check_attempts(block, name);
        let (counts, attempts) = (block.counts(), attempts(block));
        let text = format!("{name}: {counts:?} {attempts:?}");
        assert_eq!(counts.good + counts.failed, 0, "{text}");
        assert!(attempts.wasted + attempts.stuck > 0, "{text}");
        if name.starts_with("Thread") || name.contains("Blocking") {
            assert!(attempts.stopped > 0, "{text}");
        }
    }
}

#[test]
fn attempts_that_wait_for_answers_and_locks_can_be_cancelled_anywhere() {
    let Some(home) = interpreter() else { return };
    let stages = r#"[Http(delay: Uniform(from: "0s", to: "4ms")), Lock(hold: Exponential(mean: "1ms"), inside: Wait),
        Tcp(delay: Uniform(from: "0s", to: "4ms")),
        Lock(hold: Exponential(mean: "1ms"), kind: ReadWrite(readers: 0.5), inside: Wait)]"#;
    let settings = r#"defences: (attempt_time_out: "15ms",
        retry: (attempts: 9, backoff: Constant(wait: "1ms"), jitter: Full))"#;
    let pools = ["Asyncio(in_flight: 6)"];
    let run = run_to_end(
        &python(stages, "Closed(clients: 12)", &pools, settings),
        &home,
    );
    check_attempts(&run.blocks[0], "asyncio");
    let attempts = attempts(&run.blocks[0]);
    assert!(
        attempts.timed_out > 0 && attempts.stuck == 0,
        "{attempts:?}"
    );
    // Whoever comes after those that were cancelled finds the locks free, and nobody else's answer.
    assert_eq!(failures(&run.blocks[0]), Vec::<String>::new());
}

#[test]
fn the_time_of_tasks_that_ask_a_server_on_an_event_loop_is_split() {
    let Some(home) = interpreter() else { return };
    let stages =
        r#"[Http(delay: Constant("5ms"), response: "20KiB"), Tcp(delay: Constant("5ms"))]"#;
    let pools = ["Asyncio(in_flight: 4)"];
    let run = run_to_end(
        &python(stages, "Batch(tasks: 20)", &pools, "queue: ()"),
        &home,
    );
    check_books(&run.blocks[0], "asyncio");
    let split = run.blocks[0].last.as_ref().unwrap().measured.split;
    assert_eq!(split.tasks, 20);
    assert!(split.on_cpu_nanos > 0, "{split:?}");
    assert!(split.off_cpu_nanos >= 20 * 10_000_000 * 9 / 10, "{split:?}");
}

#[test]
fn nothing_of_a_block_that_hangs_survives_it() {
    let Some(home) = interpreter() else { return };
    for pool in [
        "ThreadPoolExecutor(workers: 2)",
        "ProcessPoolExecutor(workers: 2)",
        "MultiprocessingPool(workers: 2)",
    ] {
        let settings = r#"defences: (attempt_time_out: "50ms"), faults: [(inject: Hang)]"#;
        let text = python(
            "[Cpu(amount: Work(50))]",
            "Closed(clients: 3)",
            &[pool],
            settings,
        );
        let mut run = run_of(&text);
        let live = Live::start(&text, 0, Some(home.clone()));
        follow(&live, 0, &mut run, |_, _| false);
        assert_eq!(live.processes(), Vec::<u32>::new(), "{pool}");
        assert!(run.blocks[0].counts().obey_the_law(), "{pool}");
        assert_eq!(run.blocks[0].counts().good, 0, "{pool}");
    }
}
