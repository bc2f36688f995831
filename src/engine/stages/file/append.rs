//! Appending to a log.
//!
//! Each of the first 64 workers of a process has a log of its own; beyond that some share one, as appending is
//! safe to share and a process has only so many files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use crate::engine::cancel::Cancel;
use crate::engine::interpreter::released;
use crate::engine::stages::file::{buffer, fold, path, pattern};
use crate::engine::stages::{StageError, Workbench};

/// A log that would get longer starts anew, as logs that are rotated do. Cutting it is part of the task that
/// comes to it.
const LOG_BYTES_MAX: u64 = 64 << 20;
/// Logs of a process.
const LOGS_MAX: u64 = 64;
/// What one call appends at the most.
const BLOCK_BYTES: u64 = 1 << 20;

/// A log that is open.
#[derive(Debug)]
pub(in crate::engine::stages) struct Log {
    file: File,
    /// About how long it is: who shares a log may be a task late.
    length: AtomicU64,
}

impl Log {
    fn open(path: &std::path::Path) -> io::Result<Self> {
        // What a worker before this one has left is gone.
        File::create(path)?;
        Ok(Self {
            file: OpenOptions::new().append(true).open(path)?,
            length: AtomicU64::new(0),
        })
    }
}

/// Appends to the worker's log.
#[derive(Debug)]
pub struct FileAppendStep {
    bytes: u64,
    sync: bool,
}

impl FileAppendStep {
    pub(in crate::engine::stages) const fn new(bytes: u64, sync: bool) -> Self {
        Self { bytes, sync }
    }

    /// What was appended, as one number; how long the log was before does not matter.
    pub(in crate::engine::stages) fn run(
        &self,
        bench: &mut Workbench,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        match self.append(bench, cancel) {
            Ok(Some(digest)) => Ok(digest),
            Ok(None) => Err(StageError::Cancelled),
            Err(error) => Err(StageError::io(
                "appending to a log in the scratch folder",
                &error,
            )),
        }
    }

    /// None if it was cancelled.
    fn append(&self, bench: &mut Workbench, cancel: &Cancel) -> io::Result<Option<u64>> {
        let log = log_of(bench)?;
        let before = log.length.fetch_add(self.bytes, Ordering::Relaxed);
        if before > 0 && before.saturating_add(self.bytes) > LOG_BYTES_MAX {
            released(|| log.file.set_len(0))?;
            log.length.store(self.bytes, Ordering::Relaxed);
        }
        let mut digest = 0;
        let mut done = 0;
        while done < self.bytes {
            if cancel.is_set() {
                return Ok(None);
            }
            let bytes = buffer(&mut bench.buffer, BLOCK_BYTES.min(self.bytes - done));
            pattern::fill(done, bytes);
            released(|| (&log.file).write_all(bytes))?;
            digest = fold(digest, done, bytes);
            done += bytes.len() as u64;
        }
        if self.sync {
            // The data and what is needed to find it, as databases flush their logs.
            released(|| log.file.sync_data())?;
        }
        Ok(Some(digest))
    }
}

/// The log of the worker, opened if it is the first to need it.
fn log_of(bench: &mut Workbench) -> io::Result<Arc<Log>> {
    if let Some(log) = &bench.log {
        return Ok(log.clone());
    }
    // Named by its first worker, whose number no worker of another process has.
    let name = path(bench, "log", bench.id);
    let mut logs = bench
        .shared
        .logs
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let number = bench.id % LOGS_MAX;
    let log = if let Some(log) = logs.get(&number) {
        log.clone()
    } else {
        let log = Arc::new(Log::open(&name)?);
        logs.insert(number, log.clone());
        log
    };
    drop(logs);
    bench.log = Some(log.clone());
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::stages::Shared;

    #[test]
    fn a_log_grows_with_each_task_and_starts_anew_at_its_bound() {
        let scratch = tempfile::tempdir().unwrap();
        let shared: Arc<Shared> = Arc::default();
        let mut bench = Workbench::new(scratch.path(), None, 3, shared);
        let length = || {
            std::fs::metadata(scratch.path().join("log-3.bin"))
                .unwrap()
                .len()
        };
        let small = FileAppendStep::new(1_000, true);
        let first = small.run(&mut bench, &Cancel::default()).unwrap();
        assert_eq!(length(), 1_000);
        assert_eq!(small.run(&mut bench, &Cancel::default()).unwrap(), first);
        assert_eq!(length(), 2_000);
        let large = FileAppendStep::new(LOG_BYTES_MAX - 2_000, false);
        large.run(&mut bench, &Cancel::default()).unwrap();
        assert_eq!(length(), LOG_BYTES_MAX);
        small.run(&mut bench, &Cancel::default()).unwrap();
        assert_eq!(length(), 1_000);
    }

    #[test]
    fn workers_beyond_the_64th_share_logs_and_no_other_worker_does() {
        let scratch = tempfile::tempdir().unwrap();
        let shared: Arc<Shared> = Arc::default();
        let step = FileAppendStep::new(10, false);
        for id in [0, 1, 64, 65, 66] {
            let mut bench = Workbench::new(scratch.path(), None, id, shared.clone());
            step.run(&mut bench, &Cancel::default()).unwrap();
        }
        let mut lengths: Vec<_> = std::fs::read_dir(scratch.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [10, 20, 20]);
    }
}
