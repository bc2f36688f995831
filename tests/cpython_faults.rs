//! Faults on purpose in CPython's own executors: who is hit, what CPython makes of it, and what callers can still stop.
//!
//! Nothing here depends on speed: what is asserted is laws, counts that follow from the seed, and times that cannot be
//! shorter.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;
#[path = "live/resilience.rs"]
mod resilience;

use live::{check_books, digest, scenario};
use poolscope::run::{BlockState, Run};
use poolscope::wire::{IncidentKind, PythonHome};
use python::{Live, follow, interpreter, run_of, run_to_end};
use resilience::{check_slowed, failures, hits, python, with_settings};

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
    let native = &run.blocks[0];
    for (block, name) in run.blocks[1..].iter().zip(POOLS) {
        check_books(block, name);
        assert_eq!(hits(block), expected, "{name}");
        let counts = block.counts();
        assert_eq!(counts.good + counts.failed, 60, "{name}: {counts:?}");
        assert_eq!(
            counts.failed,
            native.counts().failed,
            "{name}: {:?}",
            failures(block)
        );
        assert_eq!(digest(block), digest(native), "{name}");
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
        ("Slow(factor: 30.0)", wait, &all[..], 30, 0),
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
            check_slowed(block, &name, each, whole);
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
    // One worker: what comes after the chunk in which it dies is never begun, however fast it was until then.
    let pools = ["ProcessPoolExecutor(workers: 1, chunk: 5)"];
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
fn what_came_back_before_a_chunk_was_lost_is_not_lost_with_it() {
    let Some(home) = interpreter() else { return };
    let pools = ["MultiprocessingPool(workers: 1, call: ImapUnordered, chunk: 5)"];
    let faults = "faults: [(inject: Crash(how: Kill), probability: 0.02)]";
    let text = python(
        "[Cpu(amount: Work(50))]",
        "Batch(tasks: 100)",
        &pools,
        faults,
    );
    let run = run_to_end(&text, &home);
    let block = &run.blocks[0];
    check_books(block, "imap_unordered");
    let counts = block.counts();
    // The worker's successor goes on with other chunks until the loss is noticed: how many it does is its speed.
    assert!(
        counts.failed >= 5 && counts.good + counts.failed == 100,
        "{counts:?}"
    );
    assert!(failures(block)[0].contains("a chunk of the batch with it"));
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

#[test]
fn a_worker_that_is_killed_at_an_instant_takes_with_it_what_its_pool_gives_up() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ProcessPoolExecutor(workers: 2, start: Fork)",
        "MultiprocessingPool(workers: 2, start: Fork)",
        "Hybrid(threads: 2, processes: 2)",
    ];
    let faults = r#"faults: [(inject: KillWorker(), from: "50ms"), (inject: StallWorker(length: "20ms"), from: "100ms")]"#;
    let stages = r#"[Wait(time: Constant("1ms")), Cpu(amount: Time("1ms"))]"#;
    // Long enough for a new pool before the second instant is over.
    let text = python(stages, "Closed(clients: 4)", &pools, faults)
        .replace(r#"measure: "300ms""#, r#"measure: "2s""#);
    let run = run_to_end(&text, &home);
    for (block, name) in run.blocks.iter().zip(pools) {
        check_books(block, name);
        assert_eq!(hits(block), [1, 1], "{name}");
        let of = |kind| {
            block
                .incidents
                .iter()
                .filter(|one| one.kind == kind)
                .count()
        };
        assert_eq!(
            of(IncidentKind::WorkerKilled),
            1,
            "{name}: {:?}",
            block.incidents
        );
        assert_eq!(
            of(IncidentKind::WorkerStalled),
            1,
            "{name}: {:?}",
            block.incidents
        );
        assert!(block.counts().good > 0, "{name}");
    }
}

#[test]
fn a_thread_that_is_killed_ends_the_program_and_one_that_stalls_holds_still_with_its_next_task() {
    let Some(home) = interpreter() else { return };
    let wait = r#"[Wait(time: Constant("1ms"))]"#;
    for pool in ["ThreadPoolExecutor(workers: 2)", "Asyncio(in_flight: 4)"] {
        let kill = r#"faults: [(inject: KillWorker(), from: "20ms")]"#;
        let (cause, _) = cause_of(&python(wait, "Closed(clients: 4)", &[pool], kill), &home);
        assert!(
            cause.contains("injected fault killed a worker"),
            "{pool}: {cause}"
        );
        let stall = r#"faults: [(inject: StallWorker(length: "80ms"))]"#;
        let run = run_to_end(&python(wait, "Closed(clients: 4)", &[pool], stall), &home);
        check_books(&run.blocks[0], pool);
        let longest = run.blocks[0].measured.service.max().unwrap();
        assert!(longest >= 80_000_000 * 97 / 100, "{pool}: {longest}");
    }
}
