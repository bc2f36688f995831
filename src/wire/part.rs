//! The hidden first arguments by which this executable is started anew.

/// The guard between session and runner.
pub const GUARD: &str = "__guard";
/// The runner, which measures one block.
pub const RUNNER: &str = "__runner";
