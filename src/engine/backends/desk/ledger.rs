//! What the desk keeps beside the books of tasks: failures' texts, incidents, counters, worker processes that ended.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use crate::engine::backends::Collections;
use crate::engine::backends::desk::Desk;
use crate::engine::clock;
use crate::engine::interpreter::InterpreterUse;
use crate::engine::resilience::{Incident, IncidentKind};
use crate::scenario::Protection;

/// Failures of tasks whose text is kept; all are counted.
const FAILURES_KEPT: usize = 10;

impl Desk {
    /// Keeps the first texts, each once.
    pub(super) fn note_failure(&self, message: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < FAILURES_KEPT && !failures.contains(&message) {
            failures.push(message);
        }
    }

    /// The first failures of tasks, as texts.
    pub(in crate::engine) fn failures(&self) -> Vec<String> {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A worker died.
    pub(in crate::engine::backends) fn worker_died(&self, message: String) {
        self.deaths.fetch_add(1, Ordering::Relaxed);
        self.tell(IncidentKind::WorkerDied, message);
    }

    /// Something happened.
    pub(in crate::engine) fn tell(&self, kind: IncidentKind, message: String) {
        // A full channel means hundreds of incidents: the counts say so.
        let _ = self.incidents.try_send(Incident {
            at_nanos: clock::now_nanos(),
            kind,
            message,
        });
    }

    /// A worker process has added that much to its own counter.
    pub(in crate::engine::backends) fn count(
        &self,
        protection: Protection,
        additions: u64,
        value: u64,
    ) {
        let mut counters = self.lock_counters();
        let sum = &mut counters[protection as usize];
        *sum = (sum.0.wrapping_add(additions), sum.1.wrapping_add(value));
    }

    fn lock_counters(&self) -> MutexGuard<'_, [(u64, u64); Protection::ALL.len()]> {
        self.of_processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The counters of counter stages: protection, additions done, and what it shows. With worker processes, the
    /// sum over their own ones.
    pub(in crate::engine) fn counters(&self) -> Vec<(Protection, u64, u64)> {
        let mut counters = *self.lock_counters();
        for (protection, additions, value) in self.shared.counters() {
            let sum = &mut counters[protection as usize];
            *sum = (sum.0.wrapping_add(additions), sum.1.wrapping_add(value));
        }
        Protection::ALL
            .into_iter()
            .zip(counters)
            .filter(|(_, (additions, _))| *additions > 0)
            .map(|(protection, (additions, value))| (protection, additions, value))
            .collect()
    }

    /// An interpreter has collected garbage, so much in all.
    pub(in crate::engine::backends) fn collected(&self, collections: Collections) {
        *self.lock_collections() = Some(collections);
    }

    fn lock_collections(&self) -> MutexGuard<'_, Option<Collections>> {
        self.collections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The garbage collections of an interpreter; none without one.
    pub(in crate::engine) fn collections(&self) -> Option<Collections> {
        *self.lock_collections()
    }

    /// What became of the interpreter lock; none without one.
    pub(in crate::engine) fn interpreter_use(&self) -> Option<InterpreterUse> {
        self.interpreter.as_ref().map(|lock| lock.used())
    }

    /// A worker process has ended, having used that much processor time.
    pub(in crate::engine::backends) fn worker_ended(&self, cpu_nanos: u64) {
        self.ended_workers_cpu_nanos
            .fetch_add(cpu_nanos, Ordering::Relaxed);
    }

    /// Processor time of worker processes that have ended, in nanoseconds.
    pub(in crate::engine) fn ended_workers_cpu_nanos(&self) -> u64 {
        self.ended_workers_cpu_nanos.load(Ordering::Relaxed)
    }

    /// A worker was replaced because it had served its time.
    pub(in crate::engine::backends) fn worker_recycled(&self) {
        self.recycled.fetch_add(1, Ordering::Relaxed);
    }

    /// How many workers were replaced because they had served their time.
    pub(in crate::engine) fn recycled(&self) -> u64 {
        self.recycled.load(Ordering::Relaxed)
    }

    /// How many workers died.
    pub(in crate::engine) fn deaths(&self) -> u32 {
        self.deaths.load(Ordering::Relaxed)
    }
}
