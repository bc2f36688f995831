//! Interpreters in the document: the modelled lock, and the garbage collections of CPython.

use serde::Serialize;

use crate::analysis::{CollectionFigures, InterpreterLockFigures};

/// The modelled interpreter lock over the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InterpreterLockDocument {
    /// How long a thread held it.
    pub held_nanos: u64,
    /// That time over the time of the measurements: 1 if there was always one.
    pub held_ratio: f64,
    /// How long threads waited for it, added up.
    pub waited_nanos: u64,
    /// How many threads waited for it, mean over the time of the measurements.
    pub waiting_mean: f64,
    /// How often it went from one thread to another.
    pub handovers_per_sec: f64,
    /// How often of these the holder had been asked to give way.
    pub forced_per_sec: f64,
}

/// The garbage collections of all processes of a CPython candidate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CollectionsDocument {
    /// How many, over the measurements.
    pub count: u64,
    /// How long they took, over the time of the measurements: 0.01 is one per cent of one process's time.
    pub pause_ratio: f64,
    /// How long the longest one took, warm-up included.
    pub longest_nanos: u64,
}

impl From<InterpreterLockFigures> for InterpreterLockDocument {
    fn from(lock: InterpreterLockFigures) -> Self {
        Self {
            held_nanos: lock.held_nanos,
            held_ratio: lock.held_ratio,
            waited_nanos: lock.waited_nanos,
            waiting_mean: lock.waiting_mean,
            handovers_per_sec: lock.handovers_per_sec,
            forced_per_sec: lock.forced_per_sec,
        }
    }
}

impl From<CollectionFigures> for CollectionsDocument {
    fn from(collections: CollectionFigures) -> Self {
        Self {
            count: collections.count,
            pause_ratio: collections.pause_ratio,
            longest_nanos: collections.longest_nanos,
        }
    }
}
