//! The course of single workers: what each used and held, at a bounded number of instants.
//!
//! Counters are kept as they were read, so that resolution is halved by leaving out every second instant and no
//! amount is lost. Only the first workers have a line; how many have none is told.

use serde::{Deserialize, Serialize};

use crate::wire::{Snapshot, WorkerSample};

/// So many workers of a block have a line: more could not be told apart.
pub const WORKER_LINES_MAX: usize = 16;
/// When there are so many instants, every second one is left out.
const INSTANTS_MAX: usize = 240;

/// One worker at the instants of its [`WorkerLines`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLine {
    /// Which worker, from 1; the successor of a worker process that died has its number.
    pub number: u32,
    /// CPU time so far, with that of those whose number it has, in cumulative nanoseconds; none while there is no such
    /// worker.
    pub cpu_nanos: Vec<Option<u64>>,
    /// Resident set size in bytes; none for a thread, and while there is no such worker.
    pub resident_bytes: Vec<Option<u64>>,
    /// CPU time of those before the one that lives now.
    before_nanos: u64,
    /// The last counter that was read.
    last_nanos: u64,
}

/// The workers of a block in the course of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLines {
    /// The instants, ascending, in nanoseconds since the block's start.
    pub at_nanos: Vec<u64>,
    /// By ascending number; at most [`WORKER_LINES_MAX`].
    pub workers: Vec<WorkerLine>,
    /// The most workers that lived at once without a line here.
    pub left_out: u64,
    /// Every so-manieth snapshot is an instant.
    stride: u64,
    /// Snapshots so far.
    snapshots: u64,
}

impl Default for WorkerLines {
    fn default() -> Self {
        Self {
            at_nanos: Vec::new(),
            workers: Vec::new(),
            left_out: 0,
            stride: 1,
            snapshots: 0,
        }
    }
}

impl WorkerLines {
    /// Takes in a snapshot. Amortised O(workers).
    pub(super) fn take(&mut self, snapshot: &Snapshot) {
        let samples = &snapshot.resources.workers;
        for sample in samples {
            self.read(sample);
        }
        let without = samples
            .iter()
            .filter(|sample| self.place(sample.number).is_err());
        let without = without.count() as u64 + u64::from(snapshot.resources.workers_unlisted);
        self.left_out = self.left_out.max(without);
        let is_instant = self.snapshots.is_multiple_of(self.stride);
        self.snapshots += 1;
        if !is_instant {
            return;
        }
        self.at_nanos.push(snapshot.elapsed_nanos);
        for line in &mut self.workers {
            let sample = samples.iter().find(|sample| sample.number == line.number);
            let cpu = sample.map(|sample| line.before_nanos + sample.cpu_nanos);
            line.cpu_nanos.push(cpu);
            line.resident_bytes
                .push(sample.and_then(|sample| sample.resident_bytes));
        }
        if self.at_nanos.len() >= INSTANTS_MAX {
            self.halve();
        }
    }

    /// Takes in a snapshot, for tests of what is made of the lines.
    #[cfg(test)]
    pub fn take_for_test(&mut self, snapshot: &Snapshot) {
        self.take(snapshot);
    }

    fn place(&self, number: u32) -> Result<usize, usize> {
        self.workers
            .binary_search_by_key(&number, |line| line.number)
    }

    /// Notes who is there, and when a successor has begun from nothing: between two instants as well.
    fn read(&mut self, sample: &WorkerSample) {
        let place = match self.place(sample.number) {
            Ok(place) => place,
            Err(place) if self.workers.len() < WORKER_LINES_MAX => {
                let missing = vec![None; self.at_nanos.len()];
                let line = WorkerLine {
                    number: sample.number,
                    cpu_nanos: missing.clone(),
                    resident_bytes: missing,
                    ..WorkerLine::default()
                };
                self.workers.insert(place, line);
                place
            }
            Err(_) => return,
        };
        let line = &mut self.workers[place];
        if sample.cpu_nanos < line.last_nanos {
            line.before_nanos += line.last_nanos;
        }
        line.last_nanos = sample.cpu_nanos;
    }

    fn halve(&mut self) {
        fn every_second<T>(values: &mut Vec<T>) {
            let mut number = 0;
            values.retain(|_| {
                number += 1;
                number % 2 == 1
            });
        }
        every_second(&mut self.at_nanos);
        for line in &mut self.workers {
            every_second(&mut line.cpu_nanos);
            every_second(&mut line.resident_bytes);
        }
        self.stride *= 2;
    }

    /// Looks at lines that came from elsewhere, before they are drawn.
    pub(super) fn check(&self) -> Result<(), String> {
        let instants = self.at_nanos.len();
        let fits = |line: &WorkerLine| {
            line.cpu_nanos.len() == instants && line.resident_bytes.len() == instants
        };
        if instants > INSTANTS_MAX || self.workers.len() > WORKER_LINES_MAX || self.stride == 0 {
            return Err("its workers have too many values".to_owned());
        }
        if !self.workers.iter().all(fits) || !self.at_nanos.is_sorted() {
            return Err("its workers do not have a value for each instant".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(number: u32, cpu_nanos: u64, resident_bytes: Option<u64>) -> WorkerSample {
        WorkerSample {
            number,
            cpu_nanos,
            resident_bytes,
        }
    }

    fn take(lines: &mut WorkerLines, at: u64, workers: Vec<WorkerSample>) {
        let mut snapshot = crate::support::snapshot_at(at);
        snapshot.resources.workers = workers;
        lines.take(&snapshot);
    }

    #[test]
    fn a_successor_goes_on_where_the_worker_before_it_ended_and_a_late_one_has_no_past() {
        let mut lines = WorkerLines::default();
        take(&mut lines, 10, vec![sample(1, 5, Some(100))]);
        take(
            &mut lines,
            20,
            vec![sample(1, 9, Some(110)), sample(2, 4, None)],
        );
        take(&mut lines, 30, vec![sample(2, 6, None)]);
        take(
            &mut lines,
            40,
            vec![sample(1, 3, Some(90)), sample(2, 8, None)],
        );
        assert_eq!(lines.at_nanos, [10, 20, 30, 40]);
        let [first, second] = &*lines.workers else {
            panic!("two workers");
        };
        assert_eq!(first.cpu_nanos, [Some(5), Some(9), None, Some(12)]);
        assert_eq!(first.resident_bytes, [Some(100), Some(110), None, Some(90)]);
        assert_eq!(second.cpu_nanos, [None, Some(4), Some(6), Some(8)]);
        assert_eq!(lines.check(), Ok(()));
    }

    #[test]
    fn lines_stay_few_and_short_and_say_what_has_none() {
        let mut lines = WorkerLines::default();
        for at in 0..10_000_u64 {
            let workers = (1..=20).map(|number| sample(number, at * 10, None));
            take(&mut lines, at, workers.collect());
        }
        assert_eq!((lines.workers.len(), lines.left_out), (WORKER_LINES_MAX, 4));
        assert!(lines.at_nanos.len() < INSTANTS_MAX && lines.at_nanos.len() >= INSTANTS_MAX / 2);
        let steps: Vec<u64> = lines
            .at_nanos
            .windows(2)
            .map(|two| two[1] - two[0])
            .collect();
        assert!(steps.iter().all(|step| *step == steps[0]), "{steps:?}");
        let line = &lines.workers[3];
        let told: Vec<_> = lines.at_nanos.iter().map(|at| Some(at * 10)).collect();
        assert_eq!(line.cpu_nanos, told);
        assert_eq!(lines.check(), Ok(()));
        lines.at_nanos.pop();
        assert!(lines.check().is_err());
    }
}
