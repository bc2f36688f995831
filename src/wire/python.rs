//! What session and runner say of CPython: where it is, what it is, and what its lock and its garbage collector did.

use serde::{Deserialize, Serialize};

/// The interpreter that a name of a scenario stands for on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonHome {
    /// Its name.
    pub name: String,
    /// The interpreter's executable, as an absolute path.
    pub executable: String,
    /// Address of the Dask scheduler that candidates with a configured cluster use.
    pub dask_address: Option<String>,
    /// Address of the Ray cluster that candidates with a configured cluster use.
    pub ray_address: Option<String>,
}

/// The interpreter that executes the tasks of a CPython candidate, by its own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PythonFacts {
    /// What the settings of the machine call it.
    pub name: String,
    /// `3.11.7`.
    pub version: String,
    /// Whether its threads run without an interpreter lock in this block.
    pub free_threaded: bool,
    /// How worker processes come into being, as CPython calls it; none without any.
    pub start_method: Option<String>,
    /// The library that runs the tasks, with its version: `joblib 1.6.0`; none for CPython's own pools.
    pub library: Option<String>,
    /// How long that library's engine took to start, in nanoseconds; none for CPython's own pools.
    pub engine_start_nanos: Option<u64>,
}

/// What became of a modelled interpreter lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterLockUse {
    /// How long any thread held it, in nanoseconds.
    pub held_nanos: u64,
    /// How long threads waited for it, added up, in nanoseconds.
    pub waited_nanos: u64,
    /// How often it went from one thread to another.
    pub handovers: u64,
    /// How often of these the holder was asked to give way.
    pub forced: u64,
}

/// Garbage collections of CPython, of all its processes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collections {
    /// How many.
    pub count: u64,
    /// How long they took together, in nanoseconds; nothing else runs in their process meanwhile.
    pub nanos: u64,
    /// How long the longest one took, in nanoseconds.
    pub longest_nanos: u64,
}
