//! CPython's own executors below a real runner: the same work as on native back ends, and the same laws.
//!
//! Nothing here depends on speed: what is asserted is counts, digests and laws.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;

use live::{check_books, digest, long, scenario};
use poolscope::run::{BlockState, MemoryKind, Run};
use poolscope::scenario::Protection;
use poolscope::wire::PythonHome;
use python::{Live, follow, interpreter, run_of, run_to_end};

/// What the standard library has in every version, each in the forms that go other ways through the harness.
const POOLS: [&str; 14] = [
    "Sequential",
    "ThreadPoolExecutor(workers: 3)",
    "ProcessPoolExecutor(workers: 2, start: Fork)",
    "ProcessPoolExecutor(workers: 2, start: Spawn, chunk: 4)",
    "ProcessPoolExecutor(workers: 2, start: Forkserver, payload: SharedMemory)",
    "MultiprocessingPool(workers: 2, start: Fork)",
    "MultiprocessingPool(workers: 2, start: Spawn, call: ImapUnordered, chunk: 4)",
    "MultiprocessingPool(workers: 2, start: Fork, payload: SharedMemory)",
    "MultiprocessingPool(workers: 2, start: Forkserver, tasks_per_child: 3)",
    "Asyncio(in_flight: 5)",
    "Asyncio(in_flight: 5, cpu: Blocking(threads: 2))",
    "Asyncio(in_flight: 5, cpu: Processes(workers: 2))",
    "Hybrid(threads: 2, processes: 2)",
    "Hybrid(threads: 3, processes: 1, start: Spawn, between: 1)",
];

/// One of each kind.
const FEW_POOLS: [&str; 6] = [
    "Sequential",
    "ThreadPoolExecutor(workers: 3)",
    "ProcessPoolExecutor(workers: 2, start: Fork)",
    "MultiprocessingPool(workers: 2, start: Fork)",
    "Asyncio(in_flight: 5, cpu: Blocking(threads: 2))",
    "Hybrid(threads: 2, processes: 2, start: Fork)",
];

/// A scenario of these stages and this load, the native baseline first and these pools after it.
fn beside_native(stages: &str, load: &str, pools: &[&str]) -> String {
    let backends: Vec<String> = std::iter::once("Sequential".to_owned())
        .chain(pools.iter().map(|pool| format!("Python({pool})")))
        .collect();
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    scenario(stages, load, &backends)
}

/// Runs a batch of `tasks` and asserts that each pool does all of it and the same work as the native baseline.
fn check_same_work(home: &PythonHome, text: &str, tasks: u64, pools: &[&str]) -> Run {
    let run = run_to_end(text, home);
    let expected = digest(&run.blocks[0]);
    assert_ne!(expected, 0);
    for (block, name) in run
        .blocks
        .iter()
        .zip(std::iter::once(&"native").chain(pools))
    {
        check_books(block, name);
        let counts = block.counts();
        assert_eq!(counts.good, tasks, "{name}: {:?}", block.finished);
        assert_eq!(digest(block), expected, "{name}: {text}");
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
    run
}

#[test]
fn every_kernel_finds_the_same_in_an_interpreter() {
    let Some(home) = interpreter() else { return };
    let pools = ["Sequential", "ProcessPoolExecutor(workers: 2, chunk: 3)"];
    for kernel in [
        "SumOfSquares, amount: Work(500)",
        "PrimeCheck, amount: Work(1)",
        "Sha256, amount: Work(200)",
        "Deflate, amount: Work(70)",
        "JsonParse, amount: Work(150)",
        "Sort, amount: Work(70)",
        "MatrixProduct, amount: Work(1)",
        "PointerChase, amount: Work(2)",
        "Deflate, amount: Time(\"200us\")",
    ] {
        let stages = format!("[Cpu(kernel: {kernel})]");
        let text = beside_native(&stages, "Batch(tasks: 12)", &pools);
        check_same_work(&home, &text, 12, &pools);
    }
}

/// Every stage, in an order that makes pipelines change pools often.
const EVERY_STAGE: &str = r#"[
    Payload(to_worker: "70KiB", back: "10B"), Cpu(kernel: Sort, amount: Work(2)),
    Wait(time: LogNormal(median: "200us", p95: "1ms")), Wait(time: Uniform(from: "0s", to: "1ms")),
    Wait(time: Exponential(mean: "100us")), Wait(time: Bimodal(usual: "1us", other: "99us", other_share: 0.5)),
    FileWrite(size: "9KiB", block: "4KiB", access: Random), FileRead(size: "70KiB", file: "1MiB"),
    FileRead(size: "20KiB", block: "3KiB", access: Random), FileAppend(size: "5KiB"),
    Http(delay: Constant("300us"), response: "70KiB", request: "3KiB"), Tcp(delay: Uniform(from: "0s", to: "99us")),
    Memory(size: "64KiB"), Memory(size: "100KiB", access: Stream), Memory(size: "9KiB", access: Chase, hold_tasks: 2),
    Memory(size: "1MiB", access: Allocate),
    Lock(hold: Exponential(mean: "20us"), locks: 3), Lock(hold: Constant("10us"), kind: ReadWrite(readers: 0.5), inside: Wait),
    Counter(increments: 7, protection: Locked), Payload(to_worker: "3B", back: "200KiB"),
]"#;

#[test]
fn every_stage_is_the_same_work_on_every_pool() {
    let Some(home) = interpreter() else { return };
    let text = beside_native(EVERY_STAGE, "Batch(tasks: 30)", &POOLS);
    let run = check_same_work(&home, &text, 30, &POOLS);
    for (block, name) in run.blocks[1..].iter().zip(POOLS) {
        let last = block.last.as_ref().unwrap();
        let tasks = last.warm_up.counts.good + 30;
        let [counter] = &last.counters[..] else {
            panic!("{name}: {:?}", last.counters)
        };
        assert_eq!(counter.protection, Protection::Locked, "{name}");
        assert_eq!(
            (counter.additions, counter.value),
            (7 * tasks, 7 * tasks),
            "{name}"
        );
        let started = block.started.as_ref().unwrap();
        let facts = started.python.as_ref().unwrap();
        assert_eq!((&*facts.name, &facts.library), ("python", &None));
        let of_processes = !started.worker_pids.is_empty();
        assert_eq!(facts.start_method.is_some(), of_processes, "{name}");
        for method in ["Fork,", "Spawn", "Forkserver"] {
            if name.contains(&format!("start: {method}")) {
                let method = method.trim_end_matches(',').to_lowercase();
                assert_eq!(facts.start_method, Some(method), "{name}");
            }
        }
        assert_eq!(
            block.finished.as_ref().unwrap().workers_recycled > 0,
            name.contains("tasks_per_child"),
            "{name}"
        );
    }
}

#[test]
fn two_kinds_of_tasks_are_drawn_alike_and_phases_wait_for_each_other() {
    let Some(home) = interpreter() else { return };
    let text = beside_native(
        r#"[Cpu(amount: Work(50)), Barrier, Wait(time: Constant("100us")), Cpu(amount: Work(9)), Barrier, Cpu(amount: Work(5))],
            weight: 2), (name: "other", stages:
            [Wait(time: Constant("50us")), Cpu(kernel: Sha256, amount: Work(3)), Barrier, Barrier, Cpu(amount: Work(7))]"#,
        "Batch(tasks: 40, chunk: 3)",
        &FEW_POOLS,
    );
    check_same_work(&home, &text, 40, &FEW_POOLS);
}

#[test]
fn a_batch_under_a_cap_is_handed_over_task_by_task() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 3)",
        "MultiprocessingPool(workers: 2)",
    ];
    let text = beside_native("[Cpu(amount: Work(50))]", "Batch(tasks: 40)", &pools)
        .replace("candidates:", "queue: (in_flight: 2), candidates:");
    check_same_work(&home, &text, 40, &pools);
}

#[test]
fn closed_loads_keep_their_clients_busy_and_open_ones_offer_what_is_scheduled() {
    let Some(home) = interpreter() else { return };
    let stages = r#"[Cpu(amount: Work(100)), Wait(time: Constant("1ms"))]"#;
    for (load, clients) in [
        ("Closed(clients: 4)", 4),
        (r#"Closed(clients: 9, think: Constant("2ms"))"#, 9),
    ] {
        for name in FEW_POOLS {
            let text = long(&scenario(stages, load, &[&format!("Python({name})")]));
            let mut live = Live::start(&text, 0, Some(home.clone()));
            let mut run = run_of(&text);
            follow(&live, 0, &mut run, |run, _| {
                run.blocks[0].counts().good >= 10 * clients
            });
            live.stop();
            follow(&live, 0, &mut run, |_, _| false);
            let block = &run.blocks[0];
            assert_eq!(block.state, BlockState::Stopped, "{name}");
            let counts = block.counts();
            assert!(
                counts.obey_the_law() && counts.good >= 10 * clients && counts.failed == 0,
                "{name}: {counts:?}"
            );
        }
    }
    let load = "Open(rate_per_sec: 200, arrivals: Constant)";
    let run = run_to_end(&beside_native(stages, load, &FEW_POOLS), &home);
    for (block, name) in run.blocks[1..].iter().zip(FEW_POOLS) {
        check_books(block, name);
        let counts = block.counts();
        assert_eq!((counts.offered, counts.failed), (60, 0), "{name}");
    }
}

#[test]
fn a_full_queue_drops_and_counts() {
    let Some(home) = interpreter() else { return };
    let pools = ["ThreadPoolExecutor(workers: 1)", "Asyncio(in_flight: 1)"];
    let stages = r#"[Wait(time: Constant("100ms"))]"#;
    let text = beside_native(stages, "Open(rate_per_sec: 2000)", &pools)
        .replace("candidates:", "queue: (capacity: 3), candidates:");
    for (block, name) in run_to_end(&text, &home).blocks[1..].iter().zip(pools) {
        check_books(block, name);
        let counts = block.counts();
        assert!(counts.dropped > counts.admitted, "{name}: {counts:?}");
    }
}

#[test]
fn the_same_tasks_fail_and_say_why() {
    let Some(home) = interpreter() else { return };
    let stages = r#"[Http(delay: Constant("0s"), errors: 0.5), Cpu(amount: Work(10))]"#;
    let run = run_to_end(
        &beside_native(stages, "Batch(tasks: 40)", &FEW_POOLS),
        &home,
    );
    let expected = run.blocks[0].counts().failed;
    assert!((5..35).contains(&expected), "{expected}");
    for (block, name) in run.blocks[1..].iter().zip(FEW_POOLS) {
        check_books(block, name);
        assert_eq!(block.counts().failed, expected, "{name}");
        assert_eq!(digest(block), digest(&run.blocks[0]), "{name}");
        let failures = &block.finished.as_ref().unwrap().failures;
        assert_eq!(
            failures,
            &run.blocks[0].finished.as_ref().unwrap().failures,
            "{name}"
        );
    }
}

#[test]
fn memory_and_processor_time_are_the_interpreters_own() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 2)",
        "ProcessPoolExecutor(workers: 2)",
    ];
    let stages = r#"[Cpu(amount: Time("5ms")), Memory(size: "1MiB", hold_tasks: 3)]"#;
    let text = beside_native(stages, "Batch(tasks: 60)", &pools);
    let run = run_to_end(&text, &home);
    for (block, name) in run.blocks[1..].iter().zip(pools) {
        check_books(block, name);
        let snapshot = block.last.as_ref().unwrap();
        // 60 tasks of 5 ms, wherever they ran.
        let used = snapshot.resources.cpu_nanos;
        assert!(used > 300_000_000, "{name}: {used}");
        let instrument = snapshot.resources.instrument_cpu_nanos;
        assert!(instrument > 0, "{name}: {instrument}");
        let memory = block
            .memory
            .as_ref()
            .unwrap_or_else(|| panic!("{name}: no sample"));
        let kind = if name.starts_with("Thread") {
            MemoryKind::Derived
        } else {
            MemoryKind::Pss
        };
        assert_eq!(memory.kind, kind, "{name}");
        assert!(memory.total_mean_bytes > 4e6, "{name}: {memory:?}");
        assert!(memory.per_worker_peak_bytes > 0.0, "{name}: {memory:?}");
        let baseline = block.started.as_ref().unwrap().baseline_bytes.unwrap();
        assert!(baseline > 1 << 20, "{name}: {baseline}");
    }
}

#[test]
fn garbage_collections_are_counted() {
    let Some(home) = interpreter() else { return };
    // The futures of a batch live all at once: containers enough for some collections.
    let text = beside_native(
        "[Cpu(amount: Work(1))]",
        "Batch(tasks: 3000)",
        &FEW_POOLS[1..3],
    );
    let run = run_to_end(&text, &home);
    assert_eq!(run.blocks[0].last.as_ref().unwrap().collections, None);
    for (block, name) in run.blocks[1..].iter().zip(&FEW_POOLS[1..]) {
        check_books(block, name);
        let collections = block.last.as_ref().unwrap().collections.unwrap();
        // In worker processes it may be that nothing is left to collect.
        if name.starts_with("Thread") {
            assert!(collections.longest_nanos > 0, "{name}: {collections:?}");
        }
        assert!(
            collections.longest_nanos <= collections.nanos
                && (collections.count > 0) == (collections.nanos > 0),
            "{name}: {collections:?}"
        );
    }
}

#[test]
fn the_time_of_a_task_is_split_and_waiting_for_a_worker_is_queueing() {
    let Some(home) = interpreter() else { return };
    let pools = [
        "ThreadPoolExecutor(workers: 2)",
        "MultiprocessingPool(workers: 2, call: ImapUnordered)",
    ];
    let stages = r#"[Wait(time: Constant("5ms"))]"#;
    let run = run_to_end(&beside_native(stages, "Batch(tasks: 60)", &pools), &home);
    for (block, name) in run.blocks[1..].iter().zip(pools) {
        check_books(block, name);
        let split = block.last.as_ref().unwrap().measured.split;
        assert_eq!(split.tasks, 60, "{name}");
        let total = block.measured.response.mean().unwrap() * 60.0;
        let found = split.total_nanos() as f64;
        assert!(
            (found / total - 1.0).abs() < 0.01,
            "{name}: {found} of {total}"
        );
        // Thirty rounds of 5 ms: the last task waits for 29 of them, all of them for half as many on average.
        assert!(
            split.queue_wait_nanos > 20 * split.dispatch_nanos / 10,
            "{name}: {split:?}"
        );
        assert!(
            split.off_cpu_nanos >= 60 * 5_000_000 * 9 / 10,
            "{name}: {split:?}"
        );
    }
}

#[test]
fn a_candidate_without_an_interpreter_says_so_and_what_to_do() {
    let text = scenario(
        "[Cpu(amount: Work(5))]",
        "Batch(tasks: 3)",
        &["Python(Sequential)"],
    );
    let cause = |home| {
        let mut run = run_of(&text);
        let live = Live::start(&text, 0, home);
        follow(&live, 0, &mut run, |_, _| false);
        match &run.blocks[0].state {
            BlockState::Failed { cause } => cause.clone(),
            other => panic!("{other:?}"),
        }
    };
    let missing = cause(None);
    assert!(missing.contains("install CPython 3.9"), "{missing}");
    let gone = cause(Some(PythonHome {
        name: "my venv".to_owned(),
        executable: "/nonexistent/python".to_owned(),
        ..PythonHome::default()
    }));
    assert!(
        gone.contains("'my venv'") && gone.contains("No such file"),
        "{gone}"
    );
    let other = cause(Some(PythonHome {
        name: "no python".to_owned(),
        executable: "/bin/cat".to_owned(),
        ..PythonHome::default()
    }));
    assert!(
        other.contains("'no python' ended with code 1") && other.contains("invalid option"),
        "{other}"
    );
}

#[test]
fn what_an_interpreter_does_not_have_is_said_with_what_to_do() {
    let Some(home) = interpreter() else { return };
    for (pool, words) in [
        ("InterpreterPoolExecutor(workers: 2)", &["3.14"][..]),
        ("Joblib(workers: 2)", &["joblib", "-m pip install joblib"]),
        (
            "Dask(workers: 2)",
            &["distributed", "-m pip install distributed"],
        ),
        ("Ray(workers: 2)", &["ray", "-m pip install ray"]),
    ] {
        let text = scenario(
            "[Cpu(amount: Work(5))]",
            "Batch(tasks: 3)",
            &[&format!("Python({pool})"), "Sequential"],
        );
        let run = run_to_end(&text, &home);
        // An interpreter that has it measures it.
        if let BlockState::Failed { cause } = &run.blocks[0].state {
            for word in words {
                assert!(cause.contains(word), "{pool}: {cause}");
            }
        } else {
            check_books(&run.blocks[0], pool);
        }
        assert_eq!(run.blocks[1].state, BlockState::Done, "the others go on");
    }
}
