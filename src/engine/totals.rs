//! Sums over completed tasks: where their time went, and the digest of what they did.
//!
//! Written by workers with a few relaxed additions, of tasks whose processor time was read; read at any time.
//! A reader in between may see a task in some of the sums and not in others: by one task among all.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::task::{Parts, Ran, Task};

/// Sums over the completed tasks of a cohort, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many tasks the sums of times are of: those whose processor time was read.
    pub split_tasks: u64,
    /// From the intended start to the offer.
    pub schedule_delay_nanos: u64,
    /// From the offer to the end.
    pub parts: Parts,
    /// Wrapping sum of the digests of all good tasks.
    pub digest: u64,
}

impl Totals {
    /// The sum, part by part; digests wrap.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            split_tasks: self.split_tasks + other.split_tasks,
            schedule_delay_nanos: self.schedule_delay_nanos + other.schedule_delay_nanos,
            parts: self.parts.plus(&other.parts),
            digest: self.digest.wrapping_add(other.digest),
        }
    }
}

/// Sums over completed tasks.
#[derive(Default)]
pub(super) struct Sums {
    split_tasks: AtomicU64,
    schedule_delay: AtomicU64,
    retries: AtomicU64,
    queue_wait: AtomicU64,
    dispatch: AtomicU64,
    lock_wait: AtomicU64,
    interpreter_wait: AtomicU64,
    on_cpu: AtomicU64,
    off_cpu: AtomicU64,
    returned: AtomicU64,
    digest: AtomicU64,
}

impl Sums {
    /// Adds a task that ended with `ran`, if its processor time is known.
    pub(super) fn split(&self, task: &Task, ran: &Ran) {
        let Some(mut parts) = Parts::of(task.queued_nanos(), ran) else {
            return;
        };
        if let Some(journey) = &task.journey {
            let Some(before) = journey.parts else { return };
            parts = before.plus(&parts);
        }
        let add = |sum: &AtomicU64, nanos: u64| {
            if nanos > 0 {
                sum.fetch_add(nanos, Ordering::Relaxed);
            }
        };
        let late = task.offered_nanos.saturating_sub(task.intended_nanos);
        add(&self.schedule_delay, late);
        add(&self.retries, task.sent_nanos() - task.offered_nanos);
        add(&self.queue_wait, parts.queue_wait_nanos);
        add(&self.dispatch, parts.dispatch_nanos);
        add(&self.lock_wait, parts.lock_wait_nanos);
        add(&self.interpreter_wait, parts.interpreter_wait_nanos);
        add(&self.on_cpu, parts.on_cpu_nanos);
        add(&self.off_cpu, parts.off_cpu_nanos);
        add(&self.returned, parts.return_nanos);
        self.split_tasks.fetch_add(1, Ordering::Release);
    }

    /// Adds the digest of a good task.
    pub(super) fn add_digest(&self, digest: u64) {
        self.digest.fetch_add(digest, Ordering::Relaxed);
    }

    /// What they are now.
    pub(super) fn totals(&self) -> Totals {
        let read = |sum: &AtomicU64| sum.load(Ordering::Acquire);
        Totals {
            split_tasks: read(&self.split_tasks),
            schedule_delay_nanos: read(&self.schedule_delay),
            parts: Parts {
                retries_nanos: read(&self.retries),
                queue_wait_nanos: read(&self.queue_wait),
                dispatch_nanos: read(&self.dispatch),
                lock_wait_nanos: read(&self.lock_wait),
                interpreter_wait_nanos: read(&self.interpreter_wait),
                on_cpu_nanos: read(&self.on_cpu),
                off_cpu_nanos: read(&self.off_cpu),
                return_nanos: read(&self.returned),
            },
            digest: read(&self.digest),
        }
    }
}
