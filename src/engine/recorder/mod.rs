//! What is recorded of each task: counters and distributions that are read while they are written.
//!
//! Recording takes no lock and allocates nothing: a few atomic additions (see `benches/recorder.rs`).
//! There are as many shards as processors, not as workers, so that a thousand threads do not carry a
//! thousand histograms in the memory that is being measured; additions are atomic, so workers may share one.
//!
//! Reading keeps the books balanced without stopping anybody: ends are read before starts, starts before
//! admissions. A task seen further along has then been seen at every earlier station as well, and the two
//! gauges (queued, in flight) are differences that cannot be negative.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::shared_histogram::SharedHistogram;
use crate::engine::task::{Cohort, Outcome, Ran, Task};
use crate::engine::totals::{Sums, Totals};
use crate::stats::SparseHistogram;

/// The four distributions of a cohort.
struct Times {
    response: SharedHistogram,
    service: SharedHistogram,
    queue_wait: SharedHistogram,
    schedule_delay: SharedHistogram,
}

impl Times {
    fn new() -> Self {
        Self {
            response: SharedHistogram::new(),
            service: SharedHistogram::new(),
            queue_wait: SharedHistogram::new(),
            schedule_delay: SharedHistogram::new(),
        }
    }
}

/// What became of offers; changed together, under the shard's lock.
#[derive(Debug, Clone, Copy, Default)]
struct Offers {
    offered: u64,
    admitted: u64,
    dropped: u64,
}

/// What became of admitted tasks.
#[derive(Default)]
struct Flow {
    /// Given up by the queue after it had taken them.
    shed: AtomicU64,
    started: AtomicU64,
    good: AtomicU64,
    failed: AtomicU64,
    timed_out: AtomicU64,
    cancelled_in_flight: AtomicU64,
    cancelled_in_queue: AtomicU64,
}

/// One shard: written by the workers that are assigned to it.
struct Shard {
    offers: [Mutex<Offers>; 2],
    flow: [Flow; 2],
    times: [Times; 2],
    sums: [Sums; 2],
    window_completed: AtomicU64,
    window_good: AtomicU64,
    /// Good tasks that were answered after the bound; of any cohort.
    good_late: AtomicU64,
    /// Those of them that ended within the window.
    window_good_late: AtomicU64,
    last_end_nanos: AtomicU64,
}

impl Shard {
    fn new() -> Self {
        Self {
            offers: Default::default(),
            flow: Default::default(),
            times: [Times::new(), Times::new()],
            sums: Default::default(),
            window_completed: AtomicU64::new(0),
            window_good: AtomicU64::new(0),
            good_late: AtomicU64::new(0),
            window_good_late: AtomicU64::new(0),
            last_end_nanos: AtomicU64::new(0),
        }
    }
}

/// Everything that is recorded of a block.
pub struct Recorder {
    shards: Box<[Shard]>,
    window_start: AtomicU64,
    window_end: AtomicU64,
    /// A good task is late if its response time is longer.
    good_within_nanos: u64,
    /// Whether the books are closed.
    closed: AtomicBool,
}

/// The counters of one cohort at one instant; see `DESIGN.md` section 6.4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Became due.
    pub offered: u64,
    /// Taken by the queue.
    pub admitted: u64,
    /// Not taken by the queue.
    pub dropped: u64,
    /// Begun by a worker.
    pub started: u64,
    /// Ended well.
    pub good: u64,
    /// Ended with an error.
    pub failed: u64,
    /// Given up by their callers.
    pub timed_out: u64,
    /// Cut by the end of the block.
    pub cancelled: u64,
    /// Attempts after the first; the recorder sees none of them.
    pub retries: u64,
    /// Admitted, not started and not cancelled.
    pub queued: u64,
    /// Started and not ended.
    pub in_flight: u64,
}

impl Tally {
    /// Admitted tasks that have not come to an end.
    #[must_use]
    pub const fn outstanding(&self) -> u64 {
        self.queued + self.in_flight
    }

    /// Closes the books: what has not come to an end by now is cancelled.
    #[must_use]
    pub const fn closed(mut self) -> Self {
        self.cancelled += self.queued + self.in_flight;
        self.queued = 0;
        self.in_flight = 0;
        self
    }
}

/// Tasks of any cohort that ended within the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WindowTally {
    /// All of them.
    pub completed: u64,
    /// Those that ended well.
    pub good: u64,
    /// Those of the good ones that were answered after the bound; 0 without a bound.
    pub good_late: u64,
}

/// What became of a task that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The queue took it.
    Admitted,
    /// The queue took it and gave up another one, of that cohort, which it had taken before.
    InPlaceOf(Cohort),
    /// The queue did not take it.
    Dropped,
    /// It was not offered after all: it waits at the door, or the block is over.
    NotOffered,
}

/// The distributions of one cohort since the last reading, in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distributions {
    /// Intended start to finish.
    pub response: SparseHistogram,
    /// Start to finish.
    pub service: SparseHistogram,
    /// Offer to start.
    pub queue_wait: SparseHistogram,
    /// Intended start to offer.
    pub schedule_delay: SparseHistogram,
}

impl Recorder {
    /// A recorder with `shards` shards, at least one.
    #[must_use]
    pub fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards.max(1)).map(|_| Shard::new()).collect(),
            window_start: AtomicU64::new(u64::MAX),
            window_end: AtomicU64::new(u64::MAX),
            good_within_nanos: u64::MAX,
            closed: AtomicBool::new(false),
        }
    }

    /// The same that counts good tasks as late if they are answered after `bound_nanos`; without a bound none is late.
    #[must_use]
    pub const fn good_within(mut self, bound_nanos: Option<u64>) -> Self {
        self.good_within_nanos = match bound_nanos {
            Some(nanos) => nanos,
            None => u64::MAX,
        };
        self
    }

    fn shard(&self, worker: usize) -> &Shard {
        &self.shards[worker % self.shards.len()]
    }

    /// Sets the edges of the measurement's window; an end that is not known yet is `u64::MAX`.
    pub fn set_window(&self, start_nanos: u64, end_nanos: u64) {
        self.window_start.store(start_nanos, Ordering::Relaxed);
        self.window_end.store(end_nanos, Ordering::Relaxed);
    }

    /// Records that `task` was offered; `admit` puts it into the queue and says what became of it.
    ///
    /// The lock is the shard's own; it makes offer and admission one step for a reader.
    pub fn offer(&self, worker: usize, task: &Task, admit: impl FnOnce() -> Admission) {
        let shard = self.shard(worker);
        let cohort = task.cohort.index();
        let mut offers = shard.offers[cohort]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match admit() {
            Admission::Admitted => offers.admitted += 1,
            Admission::InPlaceOf(victim) => {
                offers.admitted += 1;
                self.shed(worker, victim);
            }
            Admission::Dropped => offers.dropped += 1,
            Admission::NotOffered => return,
        }
        offers.offered += 1;
        drop(offers);
        let lateness = task.offered_nanos.saturating_sub(task.intended_nanos);
        shard.times[cohort].schedule_delay.record(lateness);
    }

    /// Records that the queue gave up a task that it had taken: counted as dropped from now on.
    pub fn shed(&self, worker: usize, cohort: Cohort) {
        self.shard(worker).flow[cohort.index()]
            .shed
            .fetch_add(1, Ordering::Release);
    }

    /// Records tasks that became due and still stood at the door of a full queue when the block ended.
    pub fn drop_at_door(&self, cohort: Cohort, tasks: u64) {
        let mut offers = self.shard(0).offers[cohort.index()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        offers.offered += tasks;
        offers.dropped += tasks;
    }

    /// Records that a whole list of tasks became due and was admitted at once.
    pub fn admit_batch(&self, tasks: u64) {
        let mut offers = self.shard(0).offers[Cohort::Measured.index()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        offers.offered += tasks;
        offers.admitted += tasks;
    }

    /// Records that a worker began with `task`.
    pub fn start(&self, worker: usize, task: &Task) {
        self.shard(worker).flow[task.cohort.index()]
            .started
            .fetch_add(1, Ordering::Release);
    }

    /// Closes the books: what has not ended by now was cancelled, and no later end changes a figure.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Records how `task` ended with its last part. `digest` is that part's, of a task that ended well.
    /// Cancelled tasks have no times: theirs would be the block's, not their own.
    pub fn end(&self, worker: usize, task: &Task, ran: &Ran, outcome: Outcome, digest: u64) {
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let shard = self.shard(worker);
        let cohort = task.cohort.index();
        let flow = &shard.flow[cohort];
        if outcome == Outcome::Cancelled {
            flow.cancelled_in_flight.fetch_add(1, Ordering::Release);
            return;
        }
        let times = &shard.times[cohort];
        let journey = task.journey.as_deref();
        let start_nanos = task.first_start_nanos().unwrap_or_else(|| {
            journey.map_or(ran.start_nanos, |journey| journey.first_start_nanos)
        });
        let response_nanos = ran.end_nanos.saturating_sub(task.intended_nanos);
        times.response.record(response_nanos);
        times
            .service
            .record(ran.end_nanos.saturating_sub(start_nanos));
        if shard.last_end_nanos.load(Ordering::Relaxed) < ran.end_nanos {
            shard
                .last_end_nanos
                .fetch_max(ran.end_nanos, Ordering::Relaxed);
        }
        times
            .queue_wait
            .record(start_nanos.saturating_sub(task.offered_nanos));
        if outcome != Outcome::TimedOut {
            shard.sums[cohort].split(task, ran);
        }
        let in_window = ran.end_nanos >= self.window_start.load(Ordering::Relaxed)
            && ran.end_nanos < self.window_end.load(Ordering::Relaxed);
        if in_window {
            shard.window_completed.fetch_add(1, Ordering::Relaxed);
        }
        let ended = match outcome {
            Outcome::Good => {
                if in_window {
                    shard.window_good.fetch_add(1, Ordering::Relaxed);
                }
                // Only who is late is counted: without a bound this costs a comparison.
                if response_nanos > self.good_within_nanos {
                    shard.good_late.fetch_add(1, Ordering::Relaxed);
                    if in_window {
                        shard.window_good_late.fetch_add(1, Ordering::Relaxed);
                    }
                }
                let digest = digest.wrapping_add(journey.map_or(0, |journey| journey.digest));
                shard.sums[cohort].add_digest(digest);
                &flow.good
            }
            Outcome::TimedOut => &flow.timed_out,
            Outcome::Failed | Outcome::Cancelled => &flow.failed,
        };
        ended.fetch_add(1, Ordering::Release);
    }

    /// Records that `tasks` admitted tasks of a cohort were taken off the queue and will never start.
    pub fn cancel_queued(&self, cohort: Cohort, tasks: u64) {
        self.shard(0).flow[cohort.index()]
            .cancelled_in_queue
            .fetch_add(tasks, Ordering::Release);
    }

    /// The counters of a cohort now.
    #[must_use]
    pub fn tally(&self, cohort: Cohort) -> Tally {
        let index = cohort.index();
        let sum = |read: fn(&Flow) -> &AtomicU64| -> u64 {
            self.shards
                .iter()
                .map(|shard| read(&shard.flow[index]).load(Ordering::Acquire))
                .sum()
        };
        // The order of these lines is the point; see the module's documentation.
        let good = sum(|flow| &flow.good);
        let failed = sum(|flow| &flow.failed);
        let timed_out = sum(|flow| &flow.timed_out);
        let cancelled_in_flight = sum(|flow| &flow.cancelled_in_flight);
        let cancelled_in_queue = sum(|flow| &flow.cancelled_in_queue);
        let started = sum(|flow| &flow.started);
        let shed = sum(|flow| &flow.shed);
        let mut tally = Tally {
            started,
            good,
            failed,
            timed_out,
            cancelled: cancelled_in_flight + cancelled_in_queue,
            in_flight: started - good - failed - timed_out - cancelled_in_flight,
            ..Tally::default()
        };
        for shard in &self.shards {
            let offers = shard.offers[index]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            tally.offered += offers.offered;
            tally.admitted += offers.admitted;
            tally.dropped += offers.dropped;
        }
        // What the queue took and gave up again counts as dropped.
        tally.admitted -= shed;
        tally.dropped += shed;
        tally.queued = tally.admitted - started - cancelled_in_queue;
        tally
    }

    /// Where the time of completed tasks went, and the digest of the good ones; cumulative.
    #[must_use]
    pub fn totals(&self, cohort: Cohort) -> Totals {
        let of_shard = |shard: &Shard| shard.sums[cohort.index()].totals();
        self.shards
            .iter()
            .map(of_shard)
            .fold(Totals::default(), |sum, shard| sum.plus(&shard))
    }

    /// Tasks that ended within the window, of any cohort.
    #[must_use]
    pub fn window(&self) -> WindowTally {
        let sum = |count: fn(&Shard) -> &AtomicU64| {
            let shards = self.shards.iter();
            shards
                .map(|shard| count(shard).load(Ordering::Relaxed))
                .sum()
        };
        WindowTally {
            completed: sum(|shard| &shard.window_completed),
            good: sum(|shard| &shard.window_good),
            good_late: sum(|shard| &shard.window_good_late),
        }
    }

    /// Good tasks that were answered after the bound so far, of any cohort; 0 without a bound.
    #[must_use]
    pub fn good_late(&self) -> u64 {
        let shards = self.shards.iter();
        shards
            .map(|shard| shard.good_late.load(Ordering::Relaxed))
            .sum()
    }

    /// When the last task ended so far, on the monotonic clock; 0 if none did.
    #[must_use]
    pub fn last_end_nanos(&self) -> u64 {
        self.shards
            .iter()
            .map(|shard| shard.last_end_nanos.load(Ordering::Relaxed))
            .max()
            .unwrap_or(0)
    }

    /// The distributions of a cohort since the last call. `last` looks everywhere; see
    /// the histogram's own drain. One reader only.
    #[must_use]
    pub fn drain(&self, cohort: Cohort, last: bool) -> Distributions {
        let mut drained = Distributions::default();
        for shard in &self.shards {
            let times = &shard.times[cohort.index()];
            times.response.drain(&mut drained.response, last);
            times.service.drain(&mut drained.service, last);
            times.queue_wait.drain(&mut drained.queue_wait, last);
            times
                .schedule_delay
                .drain(&mut drained.schedule_delay, last);
        }
        drained
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("shards", &self.shards.len())
            .finish_non_exhaustive()
    }
}
