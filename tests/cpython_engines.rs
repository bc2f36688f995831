//! joblib, Dask and Ray below a real runner, in an interpreter that has them: the same work as on native back ends, and
//! nothing left behind.
//!
//! Nothing here depends on speed. Where the interpreter lacks a package, the test of it says so, unless
//! `POOLSCOPE_REQUIRE_PYTHON` is 1.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;

use std::io::Write as _;
use std::process::Command;

use live::scenario;
use poolscope::run::{Block, BlockState};
use poolscope::wire::PythonHome;
use python::{interpreter, run_to_end};

/// The interpreter, if it has `module`.
fn interpreter_with(module: &str) -> Option<PythonHome> {
    let home = interpreter()?;
    let question = format!("import importlib.util as u; assert u.find_spec('{module}')");
    let asked = Command::new(&home.executable)
        .args(["-I", "-c", &question])
        .output()
        .unwrap();
    if asked.status.success() {
        return Some(home);
    }
    let required = std::env::var("POOLSCOPE_REQUIRE_PYTHON").is_ok_and(|value| value == "1");
    assert!(!required, "the interpreter has to have {module}");
    // Past the capture of the test harness: a test that was skipped must not look like one that was run.
    let _ = writeln!(
        std::io::stderr(),
        "skipped: the interpreter has no package {module}"
    );
    None
}

const STAGES: &str = r#"[
    Payload(to_worker: "70KiB", back: "10B"), Wait(time: Uniform(from: "0s", to: "1ms")),
    Cpu(kernel: SumOfSquares, amount: Work(300)), Cpu(kernel: JsonParse, amount: Work(3)),
    FileWrite(size: "9KiB", block: "4KiB"), Memory(size: "64KiB"),
]"#;

/// Asserts that each of `pools` does the same work as the native baseline, and says what it is.
fn check(module: &str, load: &str, pools: &[&str]) {
    let Some(home) = interpreter_with(module) else {
        return;
    };
    let backends: Vec<String> = std::iter::once("Sequential".to_owned())
        .chain(pools.iter().map(|pool| format!("Python({pool})")))
        .collect();
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    // Each client has sent a task at the begin, however long it takes.
    let text = scenario(STAGES, load, &backends).replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    let run = run_to_end(&text, &home);
    let digest = |block: &Block| block.last.as_ref().unwrap().measured.digest;
    for (block, name) in run.blocks.iter().zip(&backends) {
        assert_eq!(block.state, BlockState::Done, "{name}");
        assert_eq!(block.violation, None, "{name}");
        let counts = block.counts();
        assert!(
            counts.good > 0 && counts.failed == 0,
            "{name}: {counts:?} {:?}",
            block.finished
        );
        if load.starts_with("Batch") {
            assert_eq!(digest(block), digest(&run.blocks[0]), "{name}");
        }
    }
    for (block, name) in run.blocks.iter().zip(&backends).skip(1) {
        let started = block.started.as_ref().unwrap();
        let facts = started.python.as_ref().unwrap();
        let library = facts.library.as_deref().unwrap_or_default();
        assert!(library.starts_with(module), "{name}: {library}");
        assert!(facts.engine_start_nanos.is_some(), "{name}");
    }
}

#[test]
fn joblib_does_the_same_work_with_processes_and_with_threads() {
    let pools = [
        "Joblib(workers: 2)",
        "Joblib(workers: 2, chunk: 5)",
        "Joblib(workers: 2, with: Threading)",
    ];
    check("joblib", "Batch(tasks: 40)", &pools);
}

#[test]
fn dask_does_the_same_work_as_a_batch_and_task_by_task() {
    let pools = ["Dask(workers: 2)", "Dask(workers: 1, threads: 2)"];
    check("distributed", "Batch(tasks: 40)", &pools);
    check("distributed", "Closed(clients: 4)", &pools[..1]);
}

#[test]
fn ray_does_the_same_work_as_a_batch_and_task_by_task() {
    let pools = ["Ray(workers: 2)"];
    check("ray", "Batch(tasks: 40)", &pools);
    check("ray", "Closed(clients: 4)", &pools);
}
