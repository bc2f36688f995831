//! The workers of a block as the sampler sees them: processes by their ids, or threads of the runner by their names.
//!
//! A worker has a number from 1 for the whole block. The engine tells which worker processes live; one that is gone
//! hands its number to the next that appears.

use std::collections::{BTreeMap, BTreeSet};

use crate::sampler::{self, Watched};
use crate::wire::WorkerSample;

/// Threads whose CPU time is read; a worker beyond these is not listed.
const THREADS_MAX: usize = crate::wire::WORKER_SAMPLES_MAX;
/// Threads of workers begin with one of these words, and a number may follow.
const THREAD_NAMES: [&str; 2] = ["worker", "event loop"];

/// One worker process.
pub(super) struct WorkerProcess {
    pub(super) pid: u32,
    pub(super) watched: Watched,
    cpu_nanos: u64,
}

/// The workers of a block.
pub(super) struct Workers {
    /// How many worker processes the back end has; threads are numbered after these.
    processes_wanted: u32,
    /// Worker processes by number.
    processes: BTreeMap<u32, WorkerProcess>,
    /// Worker threads: number and thread id, ascending.
    threads: Vec<(u32, u32)>,
    /// What worker processes come from, if that is a process of its own: the zygote that they are copies of, or the
    /// harness of an interpreter, whose threads may be workers as well.
    origin: Option<(u32, Watched)>,
    /// How many worker threads there are, also those beyond the list.
    thread_count: usize,
    /// Last readings of worker processes that are gone.
    gone_cpu_nanos: u64,
    any_is_gone: bool,
    /// What children of this process had used that ended before the block.
    ended_before_nanos: Option<u64>,
    /// The last sum: CPU time does not shrink.
    highest_cpu_nanos: u64,
}

impl Workers {
    pub(super) fn new(processes_wanted: u32) -> Self {
        Self {
            processes_wanted,
            processes: BTreeMap::new(),
            threads: Vec::new(),
            origin: None,
            thread_count: 0,
            gone_cpu_nanos: 0,
            any_is_gone: false,
            ended_before_nanos: sampler::ended_children_cpu_nanos(),
            highest_cpu_nanos: 0,
        }
    }

    /// Takes in which worker processes live by now, and reads their CPU clocks; threads are looked for if
    /// `look_for_threads`, which costs some microseconds for each.
    pub(super) fn follow(&mut self, pids: &[u32], look_for_threads: bool) {
        let living: BTreeSet<u32> = pids.iter().copied().collect();
        let gone = self
            .processes
            .extract_if(.., |_, worker| !living.contains(&worker.pid));
        for (_, worker) in gone {
            self.gone_cpu_nanos += worker.cpu_nanos;
            self.any_is_gone = true;
        }
        let known: BTreeSet<u32> = self.pids().collect();
        let mut number = 1;
        for &pid in pids.iter().filter(|pid| !known.contains(pid)) {
            while self.processes.contains_key(&number) {
                number += 1;
            }
            let worker = WorkerProcess {
                pid,
                watched: Watched::new(pid),
                cpu_nanos: 0,
            };
            self.processes.insert(number, worker);
        }
        for worker in self.processes.values_mut() {
            if let Some(nanos) = worker.watched.cpu_nanos() {
                worker.cpu_nanos = nanos;
            }
        }
        if look_for_threads {
            let threads = numbered(&sampler::own_threads());
            self.thread_count = threads.len();
            self.threads = threads;
            self.threads.truncate(THREADS_MAX);
        }
    }

    /// Takes in whether worker processes come from a process that lives.
    pub(super) fn follow_origin(&mut self, pid: Option<u32>) {
        if self.origin.as_ref().map(|(pid, _)| *pid) != pid {
            self.origin = pid.map(|pid| (pid, Watched::new(pid)));
        }
    }

    /// The process that worker processes come from.
    pub(super) fn origin(&self) -> Option<&Watched> {
        self.origin.as_ref().map(|(_, watched)| watched)
    }

    /// Whether a worker process has gone: with it went its counters that nobody adds up.
    pub(super) const fn any_is_gone(&self) -> bool {
        self.any_is_gone
    }

    /// CPU time of all worker processes and of what they come from, those that are gone included, in cumulative
    /// nanoseconds.
    ///
    /// The system keeps the exact time of children that ended and were waited for, and the engine reads that of
    /// worker processes at their end (`ended_nanos`), also of those that are no children of this process; until then
    /// the last reading of each stands in for it. Both were read before it was asked who lives, so that no worker
    /// counts as ended and as living.
    pub(super) fn cpu_nanos(&mut self, ended_nanos: u64, children_nanos: Option<u64>) -> u64 {
        let living: u64 = self.processes.values().map(|worker| worker.cpu_nanos).sum();
        // Once it has ended, it is among the children that ended, and so are its own.
        let origin = self.origin().and_then(Watched::cpu_nanos);
        let origin = origin.unwrap_or(0);
        let exact = children_nanos
            .zip(self.ended_before_nanos)
            .map_or(0, |(now, before)| now.saturating_sub(before));
        self.highest_cpu_nanos = self
            .highest_cpu_nanos
            .max(origin + living + self.gone_cpu_nanos.max(exact).max(ended_nanos));
        self.highest_cpu_nanos
    }

    /// The first `limit` workers.
    pub(super) fn samples(&self, limit: usize) -> Vec<WorkerSample> {
        let of_processes = self.processes.iter().map(|(&number, worker)| WorkerSample {
            number,
            cpu_nanos: worker.cpu_nanos,
            resident_bytes: worker.watched.resident_bytes(),
        });
        let of_threads = self.threads.iter().filter_map(|&(number, tid)| {
            Some(WorkerSample {
                number: number.saturating_add(self.processes_wanted),
                cpu_nanos: sampler::thread_cpu_nanos(tid)?,
                resident_bytes: None,
            })
        });
        of_processes.chain(of_threads).take(limit).collect()
    }

    /// How many live.
    pub(super) fn count(&self) -> usize {
        self.processes.len() + self.thread_count
    }

    /// Resident sizes of the worker processes, in bytes.
    pub(super) fn resident_bytes(&self) -> impl Iterator<Item = u64> {
        self.processes
            .values()
            .filter_map(|worker| worker.watched.resident_bytes())
    }

    /// Process ids of the worker processes.
    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.processes.values().map(|worker| worker.pid)
    }

    /// The worker processes by number.
    pub(super) const fn processes(&self) -> &BTreeMap<u32, WorkerProcess> {
        &self.processes
    }
}

/// The worker threads among `threads` (id and name, by ascending id): number and id, by ascending number. One whose
/// name has no number of its own is numbered by its place.
fn numbered(threads: &[(u32, String)]) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for (tid, name) in threads {
        let Some(rest) = THREAD_NAMES.iter().find_map(|word| name.strip_prefix(word)) else {
            continue;
        };
        let number = match rest.trim() {
            "" => Some(found.len() as u32 + 1),
            // Another word that begins alike is another thread.
            digits => digits.parse().ok(),
        };
        found.extend(number.map(|number| (number, *tid)));
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worker_threads_are_known_by_their_names() {
        let threads = [
            (7, "poolscope"),
            (8, "worker 2"),
            (9, "worker 1"),
            (10, "generator"),
            (11, "workers' friend"),
            (12, "worker 3"),
        ]
        .map(|(tid, name)| (tid, name.to_owned()));
        assert_eq!(numbered(&threads), [(1, 9), (2, 8), (3, 12)]);
        let loops =
            [(5, "event loop"), (6, "event loop")].map(|(tid, name)| (tid, name.to_owned()));
        assert_eq!(numbered(&loops), [(1, 5), (2, 6)]);
    }

    #[test]
    fn a_worker_keeps_its_number_and_leaves_it_to_its_successor() {
        let own = std::process::id();
        let mut workers = Workers::new(1);
        // Nobody has the other two ids: what is looked for is the numbers.
        let numbers = |workers: &Workers| -> Vec<_> {
            workers
                .processes
                .iter()
                .map(|(number, worker)| (*number, worker.pid))
                .collect()
        };
        workers.follow(&[1 << 23, own], false);
        assert_eq!(numbers(&workers), [(1, 1 << 23), (2, own)]);
        workers.follow(&[own], false);
        assert_eq!(numbers(&workers), [(2, own)]);
        workers.follow(&[own, 1 << 24], false);
        assert_eq!(numbers(&workers), [(1, 1 << 24), (2, own)]);
        assert_eq!(workers.count(), 2);
        let samples = workers.samples(10);
        assert!(samples[1].cpu_nanos > 0 && samples[1].resident_bytes.unwrap() > 0);
    }

    #[test]
    fn the_cpu_time_of_a_worker_that_is_gone_stays_in_the_sum() {
        let mut workers = Workers::new(1);
        workers.follow(&[std::process::id()], false);
        let before = workers.cpu_nanos(0, None);
        assert!(before > 0);
        workers.follow(&[], false);
        assert!(workers.cpu_nanos(0, None) >= before);
    }
}
