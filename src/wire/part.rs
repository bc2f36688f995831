//! The hidden first arguments by which this executable is started anew.

/// The guard between session and runner.
pub const GUARD: &str = "__guard";
/// The runner, which measures one block.
pub const RUNNER: &str = "__runner";
/// The probe, which finds out what machine and program are like.
pub const PROBE: &str = "__probe";
/// The finder, which finds out which interpreters the machine has.
pub const FINDER: &str = "__finder";
