//! Scenarios in which something goes wrong on purpose, and what came of it.

#![allow(
    dead_code,
    reason = "each test uses a part of it, in a crate of its own"
)]

use poolscope::run::{Block, BlockState};
use poolscope::wire::Attempts;

use super::live::{check_books, scenario};

/// A scenario of these stages, this load and these Python pools, with more of the scenario's settings.
pub(crate) fn python(stages: &str, load: &str, pools: &[&str], settings: &str) -> String {
    let backends: Vec<String> = pools.iter().map(|pool| format!("Python({pool})")).collect();
    let backends: Vec<&str> = backends.iter().map(String::as_str).collect();
    with_settings(&scenario(stages, load, &backends), settings)
}

/// A scenario of these stages, this load and these back ends, with more of the scenario's settings.
pub(crate) fn with(stages: &str, load: &str, backends: &[&str], settings: &str) -> String {
    with_settings(&scenario(stages, load, backends), settings)
}

pub(crate) fn with_settings(text: &str, settings: &str) -> String {
    text.replace("candidates:", &format!("{settings}, candidates:"))
        // For as long as callers have something to wait for.
        .replace(r#"drain: "30s""#, r#"drain: "60s""#)
}

pub(crate) fn hits(block: &Block) -> &[u64] {
    &block.last.as_ref().unwrap().resilience.fault_hits
}

pub(crate) fn attempts(block: &Block) -> Attempts {
    block.last.as_ref().unwrap().resilience.attempts.unwrap()
}

pub(crate) fn failures(block: &Block) -> &[String] {
    &block.finished.as_ref().unwrap().failures
}

/// Why a block failed.
pub(crate) fn cause(block: &Block) -> &str {
    match &block.state {
        BlockState::Failed { cause } => cause,
        other => panic!("{other:?}: {:?}", block.finished),
    }
}

/// Asserts that all eight tasks of a batch were hit and good, each in no less than `each` milliseconds and all of them
/// in no less than `whole`.
pub(crate) fn check_slowed(block: &Block, name: &str, each: u32, whole: u64) {
    check_books(block, name);
    assert_eq!((hits(block), block.counts().good), (&[8][..], 8), "{name}");
    // Histograms are as fine as a per cent or so.
    let least = block.measured.service.quantile(0.0).unwrap() as f64 / 1e6;
    assert!(least >= 0.97 * f64::from(each), "{name}: {least} ms");
    let makespan = block.finished.as_ref().unwrap().makespan_nanos.unwrap() / 1_000_000;
    assert!(makespan >= whole, "{name}: {makespan} ms");
}

/// Asserts that every task and every attempt is in the books of a block that came to its end, once.
pub(crate) fn check_attempts(block: &Block, name: &str) {
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
