//! poolscope: contract in the making.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")
)]

pub mod analysis;
pub mod chart;
//pub mod cli;
pub mod engine;
pub mod export;
#[cfg(feature = "gui")]
pub mod gui;
pub mod run;
pub mod runner;
pub mod sampler;
pub mod scenario;
pub mod session;
pub mod stats;
pub mod units;
pub mod wire;

// Unit tests use the same synthetic runs as the tests in `tests/`, which name this crate from outside.
#[cfg(test)]
extern crate self as poolscope;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
