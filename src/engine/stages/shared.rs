//! What the stages of all workers of one process share: locks, counters, and open files.
//!
//! Everything is made when it is first used, so that a block without locks or counters carries none in the
//! memory that is being measured. Worker processes have one of these each: they share nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex};

use crate::engine::stages::counter::Counters;
use crate::engine::stages::file::Log;
use crate::engine::stages::lock::Locks;
use crate::scenario::Protection;

/// What the stages of all workers of one process share.
#[derive(Debug, Default)]
pub struct Shared {
    pub(super) locks: Locks,
    pub(super) counters: Counters,
    /// Prepared files by their size in bytes; as many as the scenario has sizes.
    pub(super) prepared: Mutex<BTreeMap<u64, Arc<File>>>,
    /// Logs by their number; a bounded number of them.
    pub(super) logs: Mutex<BTreeMap<u64, Arc<Log>>>,
}

impl Shared {
    /// The counters that have been added to: protection, additions done, and what the counter shows.
    ///
    /// Lost updates are additions minus value. Additions are counted a moment after they are done, so the two
    /// belong together only while no task is at it: ask at the end of the block.
    #[must_use]
    pub fn counters(&self) -> Vec<(Protection, u64, u64)> {
        self.counters.readings()
    }
}

/// A value that shares no cache line with its neighbours, so that only what is meant to be contended is. Two
/// lines of 64 bytes, as processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Apart<T>(pub(super) T);
