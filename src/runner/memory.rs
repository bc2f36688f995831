//! Memory of workers and of their home: shares of pages, which only a slow reading tells.
//!
//! The home of workers that are threads or event loops is the runner, or the harness of an interpreter.
//!
//! A reading takes time in proportion to the process's size and holds up its page faults meanwhile. So each process
//! is read once a second at the most, one after the other, and all readings together may take half a percent of a
//! core; a sample is complete when each process had its turn. Whatever they cost, there is one at the begin of
//! the measurement, when tasks have hardly begun, and one at the end of its first second.

use std::collections::BTreeMap;

use crate::runner::workers::WorkerProcess;
use crate::sampler::{ProcessMemory, Watched};
use crate::wire::{Memory, MemoryKind};

/// A process is read once a second at the most.
const PERIOD_NANOS: u64 = 1_000_000_000;
/// In the first second of a measurement there is no such pause: a short batch may have no other sample.
const EAGER_NANOS: u64 = 1_000_000_000;
/// How often [`MemoryReader::sample`] is called.
const TICK_NANOS: u64 = 100_000_000;
/// Reading may take one part in so many of the time.
const BUDGET: u64 = 200;
/// The home's place in a round; worker processes follow by their numbers from 1.
const HOME: u32 = 0;

/// Reads memory, one process after the other.
pub(super) struct MemoryReader {
    /// Where workers live that are no processes of their own: the runner, or the harness of an interpreter.
    home: Watched,
    /// Whether the workers are processes of their own.
    of_processes: bool,
    workers_wanted: u32,
    /// Memory of the home's own without a pool, in bytes.
    baseline_bytes: Option<u64>,
    /// The readings of the round that is under way, by place.
    round: BTreeMap<u32, ProcessMemory>,
    /// Whether the next round is read in one go.
    at_once: bool,
    /// When the next process may be read.
    next_nanos: u64,
    eager_until_nanos: u64,
    /// When the measurement's second sample is due, whatever it costs; none once it was taken.
    second_due_nanos: Option<u64>,
}

impl MemoryReader {
    /// A reader for this process; to be made before the back end is started.
    pub(super) fn new(of_processes: bool, workers_wanted: u32) -> Self {
        let home = Watched::new(std::process::id());
        Self {
            baseline_bytes: home.memory().map(own_bytes),
            home,
            of_processes,
            workers_wanted,
            round: BTreeMap::new(),
            at_once: true,
            next_nanos: 0,
            eager_until_nanos: 0,
            second_due_nanos: None,
        }
    }

    /// Workers live in process `home`, which had written `baseline_bytes` before they did.
    pub(super) fn move_to(&mut self, home: u32, baseline_bytes: Option<u64>) {
        self.home = Watched::new(home);
        self.baseline_bytes = baseline_bytes;
        self.round.clear();
    }

    /// Memory of the home's own before the pool was there, in bytes.
    pub(super) const fn baseline_bytes(&self) -> Option<u64> {
        self.baseline_bytes
    }

    /// The measurement begins: the next call reads everything, whatever was read before.
    pub(super) const fn measurement_begins(&mut self, now_nanos: u64) {
        self.at_once = true;
        self.eager_until_nanos = now_nanos + EAGER_NANOS;
        self.second_due_nanos = Some(self.eager_until_nanos);
    }

    /// Reads what is due. Gives a sample when a round is complete.
    pub(super) fn sample(
        &mut self,
        now_nanos: u64,
        workers: &BTreeMap<u32, WorkerProcess>,
    ) -> Option<Memory> {
        if self.second_due_nanos.is_some_and(|due| due <= now_nanos) {
            self.second_due_nanos = None;
            self.at_once = true;
        }
        if self.at_once {
            self.round.clear();
            self.next_nanos = now_nanos;
        }
        // Who is due since the last tick has its turn now; a longer pause is not made up for.
        self.next_nanos = self.next_nanos.max(now_nanos.saturating_sub(TICK_NANOS));
        while self.at_once || self.next_nanos <= now_nanos {
            // None if those whose turn was still to come are gone.
            let place = self.next_place(workers);
            if let Some(place) = place {
                self.read(place, now_nanos, workers);
            }
            if self.next_place(workers).is_none() {
                self.at_once = false;
                let round = std::mem::take(&mut self.round);
                return self.memory(&round);
            }
        }
        None
    }

    /// Whose turn is next in this round; none when it is complete. O(log workers).
    fn next_place(&self, workers: &BTreeMap<u32, WorkerProcess>) -> Option<u32> {
        match self.round.last_key_value() {
            None => Some(HOME),
            Some((last, _)) => workers.range(last + 1..).next().map(|(place, _)| *place),
        }
    }

    fn read(&mut self, place: u32, now_nanos: u64, workers: &BTreeMap<u32, WorkerProcess>) {
        let begun = crate::engine::clock::now_nanos();
        let watched = workers
            .get(&place)
            .map_or(&self.home, |worker| &worker.watched);
        // A worker that has just died has no figures; its place is taken all the same.
        self.round
            .insert(place, watched.memory().unwrap_or(ProcessMemory::NONE));
        let cost = crate::engine::clock::now_nanos().saturating_sub(begun);
        let pause = if now_nanos < self.eager_until_nanos {
            0
        } else {
            PERIOD_NANOS / (workers.len() as u64 + 1)
        };
        self.next_nanos += pause.max(cost * BUDGET);
    }

    fn memory(&self, round: &BTreeMap<u32, ProcessMemory>) -> Option<Memory> {
        let home = *round.get(&HOME)?;
        let (home_bytes, mut kind) = shared_bytes(home);
        if !self.of_processes {
            let growth = own_bytes(home).saturating_sub(self.baseline_bytes?);
            return Some(Memory {
                kind: MemoryKind::Derived,
                per_worker_bytes: growth as f64 / f64::from(self.workers_wanted),
                per_worker_uss_bytes: None,
                per_worker_rss_bytes: None,
                total_bytes: home_bytes,
            });
        }
        let mut sum = (0, 0, Some(0));
        let mut read = 0_u32;
        for (_, memory) in round
            .iter()
            .filter(|(place, memory)| **place != HOME && memory.rss_bytes > 0)
        {
            let (bytes, of_kind) = shared_bytes(*memory);
            sum.0 += bytes;
            sum.1 += memory.rss_bytes;
            sum.2 = sum.2.zip(memory.uss_bytes).map(|(sum, uss)| sum + uss);
            read += 1;
            if of_kind == MemoryKind::Rss {
                kind = MemoryKind::Rss;
            }
        }
        let (bytes, rss, uss) = sum;
        let mean = |sum: u64| sum as f64 / f64::from(read);
        (read > 0).then(|| Memory {
            kind,
            per_worker_bytes: mean(bytes),
            per_worker_uss_bytes: uss.map(mean),
            per_worker_rss_bytes: Some(mean(rss)),
            total_bytes: home_bytes + bytes,
        })
    }
}

/// What grows with a back end inside its home, in bytes: memory that the home has written itself. Its PSS
/// would also move when the window or another run maps the same executable.
fn own_bytes(memory: ProcessMemory) -> u64 {
    memory.written_bytes.unwrap_or(memory.rss_bytes)
}

/// Memory of a process in bytes: PSS, or RSS where the system offers no better.
fn shared_bytes(memory: ProcessMemory) -> (u64, MemoryKind) {
    memory
        .pss_bytes
        .map_or((memory.rss_bytes, MemoryKind::Rss), |pss| {
            (pss, MemoryKind::Pss)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::workers::Workers;

    const SECOND: u64 = 1_000_000_000;

    /// A reader that has taken the sample of the measurement's begin, two seconds before `now`.
    fn steady(workers: &Workers, now: u64) -> MemoryReader {
        let mut reader = MemoryReader::new(true, 1);
        reader.measurement_begins(now - 2 * SECOND);
        let first = reader.sample(now - 2 * SECOND, workers.processes());
        assert!(first.is_some(), "the measurement begins with a sample");
        reader
    }

    fn one_worker() -> Workers {
        let mut workers = Workers::new(1);
        workers.follow(&[std::process::id()], false);
        workers
    }

    #[test]
    fn each_process_is_read_once_a_second_at_the_most() {
        let workers = one_worker();
        let begin = 100 * SECOND;
        let mut reader = steady(&workers, begin);
        let samples = (0..100)
            .filter_map(|tick| reader.sample(begin + tick * SECOND / 10, workers.processes()))
            .count();
        assert!((1..=11).contains(&samples), "{samples} in ten seconds");
    }

    #[test]
    fn a_sample_has_shares_of_the_workers_and_counts_the_runner_in_the_total_only() {
        let workers = one_worker();
        let mut reader = MemoryReader::new(true, 1);
        let memory = reader.sample(SECOND, workers.processes()).unwrap();
        assert!(memory.total_bytes as f64 > memory.per_worker_bytes);
        if memory.kind == MemoryKind::Pss {
            let uss = memory.per_worker_uss_bytes.unwrap();
            assert!(uss > 0.0 && uss <= memory.per_worker_rss_bytes.unwrap() * 1.5);
        }
    }

    #[test]
    fn workers_that_are_gone_are_no_memory_at_all() {
        let mut workers = Workers::new(1);
        // Above the largest process id that Linux gives out (2^22).
        workers.follow(&[1 << 23], false);
        let mut reader = MemoryReader::new(true, 1);
        assert_eq!(reader.sample(SECOND, workers.processes()), None);
    }

    #[test]
    fn a_round_whose_last_worker_has_gone_comes_to_its_end() {
        let mut workers = Workers::new(2);
        workers.follow(&[std::process::id(), 1 << 23], false);
        let mut reader = steady(&workers, 100 * SECOND);
        // Runner and first worker had their turn.
        reader.round.insert(HOME, ProcessMemory::NONE);
        reader.round.insert(1, ProcessMemory::NONE);
        workers.follow(&[std::process::id()], false);
        reader.sample(101 * SECOND, workers.processes());
        assert!(reader.round.is_empty());
        let samples = (0..50)
            .filter_map(|tick| reader.sample((102 + tick) * SECOND, workers.processes()))
            .count();
        assert!(samples > 0, "the next rounds follow");
    }

    #[test]
    fn workers_may_live_in_another_process_than_this() {
        let mut reader = MemoryReader::new(false, 2);
        // Nobody has this id: what is looked for is that this process is not read in its place.
        reader.move_to(1 << 23, Some(7));
        assert_eq!(reader.baseline_bytes(), Some(7));
        let memory = reader.sample(SECOND, &BTreeMap::new()).unwrap();
        assert_eq!(memory.total_bytes, 0);
        reader.move_to(std::process::id(), None);
        reader.measurement_begins(2 * SECOND);
        let unknown = reader.sample(2 * SECOND, &BTreeMap::new());
        assert_eq!(unknown, None, "growth over nothing known is not known");
    }

    #[test]
    fn memory_of_threads_is_growth_over_the_baseline() {
        let mut reader = MemoryReader::new(false, 4);
        reader.baseline_bytes = Some(0);
        let memory = reader.sample(SECOND, &BTreeMap::new()).unwrap();
        assert_eq!(memory.kind, MemoryKind::Derived);
        assert!(memory.per_worker_bytes > 0.0 && memory.per_worker_uss_bytes.is_none());
        reader.baseline_bytes = Some(u64::MAX);
        reader.measurement_begins(2 * SECOND);
        let memory = reader.sample(2 * SECOND, &BTreeMap::new()).unwrap();
        assert!(
            memory.per_worker_bytes.to_bits() == 0,
            "no growth is none, and not below"
        );
    }
}
