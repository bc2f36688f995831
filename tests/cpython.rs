//! CPython's own executors below a real runner: the same work as on native back ends, and the same laws.
//!
//! Nothing here depends on speed: what is asserted is counts, digests and laws.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/python.rs"]
mod python;

use live::scenario;
use poolscope::run::{Block, BlockState};
use python::{interpreter, run_to_end};

/// The pools that the standard library has in every version.
const POOLS: [&str; 3] = [
    "Sequential",
    "ThreadPoolExecutor(workers: 3)",
    "ProcessPoolExecutor(workers: 2)",
];

fn check_books(block: &Block, name: &str) {
    assert_eq!(
        block.state,
        BlockState::Done,
        "{name}: {:?}",
        block.finished
    );
    assert_eq!(block.violation, None, "{name}");
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{name}: {counts:?}");
    assert_eq!((counts.queued, counts.in_flight), (0, 0), "{name}");
    let ended = counts.good + counts.failed;
    assert_eq!(block.measured.response.count(), ended, "{name}");
}

fn digest(block: &Block) -> u64 {
    block.last.as_ref().unwrap().measured.digest
}

/// Backends as a scenario names them, the native baseline first.
fn with_baseline(pools: &[&str]) -> Vec<String> {
    std::iter::once("Sequential".to_owned())
        .chain(pools.iter().map(|pool| format!("Python({pool})")))
        .collect()
}

#[test]
fn every_kernel_finds_the_same_on_every_pool() {
    let Some(home) = interpreter() else { return };
    let backends = with_baseline(&POOLS);
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    for kernel in [
        "SumOfSquares, amount: Work(500)",
        "PrimeCheck, amount: Work(1)",
        "Sha256, amount: Work(200)",
        "Deflate, amount: Work(70)",
        "JsonParse, amount: Work(150)",
        "Sort, amount: Work(70)",
        "MatrixProduct, amount: Work(1)",
        "PointerChase, amount: Work(2)",
        "Sort, amount: Time(\"200us\")",
    ] {
        let text = scenario(
            &format!("[Cpu(kernel: {kernel})]"),
            "Batch(tasks: 12)",
            &backends,
        );
        let run = run_to_end(&text, &home);
        let expected = digest(&run.blocks[0]);
        assert_ne!(expected, 0);
        for (block, name) in run.blocks.iter().zip(&backends) {
            check_books(block, name);
            assert_eq!(block.counts().good, 12, "{name}: {:?}", block.finished);
            assert_eq!(digest(block), expected, "{name}: {kernel}");
        }
    }
}
