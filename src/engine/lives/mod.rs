//! The lives of single tasks: a bounded sample of what workers did, and the slowest tasks.
//!
//! Histograms say how long tasks took and not what was going on beside them. To draw what each worker did, neighbours
//! must be complete, so the sample is made of *stretches*: about every `PERIOD_NANOS` of the measurement one begins, and every part of a
//! task that touches it is kept. A stretch ends where the next one begins, or earlier with the end of the part that
//! makes `PARTS_MAX` of them: of slow tasks the stretches lie end to end and show everything, of fast ones each is a
//! fraction of a millisecond, whatever the length of the run. Parts that began within a stretch and end later are kept
//! too, up to `TAIL_MAX`; more are counted.
//!
//! Of the measured tasks the `SLOWEST` are kept as well. One that is not slower by a thousandth than the fastest of
//! those, which is below what a histogram tells apart, does not take its place: else every task of a growing queue,
//! slower than all before, would have to be written down.
//!
//! A part that is not kept costs one relaxed reading and a comparison, a task one more: no lock, no writing. What is
//! kept takes one lock, at most some hundred times a second. Nobody but the reader, who comes ten times a second,
//! begins a stretch; no clock is read here.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::task::{Cohort, Outcome, Parts, Ran, Task};

/// From the begin of one stretch to that of the next.
const PERIOD_NANOS: u64 = 1_000_000_000;
/// Parts of a stretch: some dozens for each of a few workers, more than a picture shows at once.
const PARTS_MAX: usize = 256;
/// Parts that began within a stretch and end after it; as many as are under way at its end.
const TAIL_MAX: usize = 256;
/// Tasks in the list of the slowest: a page of them.
const SLOWEST: usize = 20;
/// How much slower, as one part of so many, than the fastest of the slowest.
const MARGIN: u64 = 1_024;

/// How a part of a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartEnd {
    /// The task goes on with its next part.
    GoesOn,
    /// The task, or this attempt, ended with it.
    Ended(Outcome),
    /// Nobody waited for it any more: its caller had given it up.
    Unawaited,
}

/// One part of one attempt at a task, on a worker. Instants are nanoseconds on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifePart {
    /// Number of the task within block and cohort.
    pub number: u64,
    /// Its cohort.
    pub cohort: Cohort,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// Which part of the task's stages, from 0.
    pub part: u16,
    /// Index of its kind; the block knows it when it is read.
    pub kind: usize,
    /// Which pool of the back end it ran on; none of a task whose caller gave it up.
    pub pool: Option<usize>,
    /// When the load model wanted the task to start.
    pub intended_nanos: u64,
    /// When it was offered to the queue.
    pub offered_nanos: u64,
    /// When this part came into the queue that it was taken from.
    pub queued_nanos: u64,
    /// When and where it ran.
    pub ran: Ran,
    /// How it ended.
    pub end: PartEnd,
}

impl LifePart {
    fn of(pool: Option<usize>, task: &Task, ran: &Ran, end: PartEnd) -> Self {
        Self {
            number: task.number,
            cohort: task.cohort,
            attempt: task.attempt_index(),
            part: task.segment,
            kind: 0,
            pool,
            intended_nanos: task.intended_nanos,
            offered_nanos: task.offered_nanos,
            // The last attempt of a task that ends without a worker came later than the first one began, which is all that
            // is known to have run: lengths that follow one another must not count that time twice.
            queued_nanos: task.queued_nanos().min(ran.taken_nanos),
            ran: *ran,
            end,
        }
    }
}

/// A task from its intended start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowTask {
    /// Its last part.
    pub last: LifePart,
    /// When a worker first began with it.
    pub first_start_nanos: u64,
    /// Earlier attempts, and waiting between them.
    pub retries_nanos: u64,
    /// Where the time went since it, or its last attempt, came into the queue; none where a processor time is not known.
    pub parts: Option<Parts>,
}

impl SlowTask {
    /// Intended start to end, in nanoseconds.
    #[must_use]
    pub const fn response_nanos(&self) -> u64 {
        self.last
            .ran
            .end_nanos
            .saturating_sub(self.last.intended_nanos)
    }
}

/// A time in which all parts were kept. Instants are nanoseconds on the monotonic clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Counts within the block, from 0.
    pub number: u32,
    /// Its begin.
    pub from_nanos: u64,
    /// Its end, not within it; of the one that is under way, the instant at which it was read.
    pub until_nanos: u64,
    /// Parts of it that were not kept.
    pub dropped: u64,
}

/// What was kept since the reader came last.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sampled {
    /// The stretches that changed, in their order.
    pub stretches: Vec<Stretch>,
    /// Parts that ended, of these stretches or of the ones before.
    pub parts: Vec<LifePart>,
    /// The slowest tasks so far, the slowest first; none if they are the same as last time.
    pub slowest: Option<Vec<SlowTask>>,
}

/// What is written under the lock.
#[derive(Debug, Default)]
struct Kept {
    /// The newest stretch; none before the first.
    stretch: Option<Stretch>,
    /// Parts of it that were kept, and were dropped.
    seen: usize,
    parts: Vec<LifePart>,
    slowest: Vec<SlowTask>,
    /// Whether the list of the slowest changed since it was read.
    news: bool,
}

/// The sample of a block.
#[derive(Debug, Default)]
pub struct Lives {
    /// The begin of the newest stretch.
    from: AtomicU64,
    /// Its end: who starts later is not of interest. 0 before the first.
    until: AtomicU64,
    /// Faster tasks are not among the slowest, in nanoseconds.
    bar: AtomicU64,
    kept: Mutex<Kept>,
}

impl Lives {
    /// A part ended. O(1); takes no lock outside of a stretch, nor for what was over before it.
    pub fn part_ended(&self, pool: usize, task: &Task, ran: &Ran, end: PartEnd) {
        if ran.taken_nanos >= self.until.load(Ordering::Relaxed)
            || ran.end_nanos < self.from.load(Ordering::Relaxed)
        {
            return;
        }
        self.keep(LifePart::of(Some(pool), task, ran, end));
    }

    #[cold]
    fn keep(&self, part: LifePart) {
        let mut kept = self.lock();
        let Kept {
            stretch: Some(stretch),
            seen,
            parts,
            ..
        } = &mut *kept
        else {
            return;
        };
        // It may have changed since the quick look.
        if part.ran.taken_nanos >= stretch.until_nanos || part.ran.end_nanos < stretch.from_nanos {
            return;
        }
        *seen += 1;
        if *seen == PARTS_MAX && part.ran.end_nanos < stretch.until_nanos {
            // Up to its end nothing is missing; it is within the stretch.
            stretch.until_nanos = part.ran.end_nanos + 1;
            self.until.store(stretch.until_nanos, Ordering::Relaxed);
        }
        if *seen > PARTS_MAX + TAIL_MAX || parts.len() >= PARTS_MAX + TAIL_MAX {
            stretch.dropped += 1;
        } else {
            parts.push(part);
        }
    }

    /// A task ended. O(`SLOWEST`), and O(1) without a lock if it is not one of the slowest.
    pub fn task_ended(&self, task: &Task, ran: &Ran, outcome: Outcome) {
        let response_nanos = ran.end_nanos.saturating_sub(task.intended_nanos);
        if response_nanos > self.bar.load(Ordering::Relaxed) {
            self.keep_slow(task, ran, outcome);
        }
    }

    #[cold]
    fn keep_slow(&self, task: &Task, ran: &Ran, outcome: Outcome) {
        // What the end of the block cut has no time of its own.
        if task.cohort != Cohort::Measured || outcome == Outcome::Cancelled {
            return;
        }
        let journey = task.journey.as_deref();
        let first_start_nanos = task.first_start_nanos().unwrap_or_else(|| {
            journey.map_or(ran.start_nanos, |journey| journey.first_start_nanos)
        });
        let parts = Parts::of(task.queued_nanos(), ran).and_then(|last| match journey {
            None => Some(last),
            Some(journey) => journey.parts.map(|before| before.plus(&last)),
        });
        let slow = SlowTask {
            last: LifePart::of(None, task, ran, PartEnd::Ended(outcome)),
            first_start_nanos,
            retries_nanos: task.sent_nanos().saturating_sub(task.offered_nanos),
            parts: parts.filter(|_| outcome != Outcome::TimedOut),
        };
        let mut kept = self.lock();
        if kept.slowest.len() == SLOWEST {
            if slow.response_nanos() <= self.bar.load(Ordering::Relaxed) {
                return;
            }
            kept.slowest.pop();
        }
        let place = kept
            .slowest
            .partition_point(|other| other.response_nanos() >= slow.response_nanos());
        kept.slowest.insert(place, slow);
        kept.news = true;
        if kept.slowest.len() == SLOWEST {
            let least = kept.slowest[SLOWEST - 1].response_nanos();
            self.bar.store(least + least / MARGIN, Ordering::Relaxed);
        }
    }

    /// What was kept since the last call; begins a stretch at `now_nanos` if it is time for one and `measuring`. One reader
    /// only.
    pub fn drain(&self, now_nanos: u64, measuring: bool) -> Sampled {
        let mut kept = self.lock();
        let due = |stretch: &Stretch| now_nanos >= stretch.from_nanos + PERIOD_NANOS;
        let due = measuring && kept.stretch.as_ref().is_none_or(due);
        if due || !measuring {
            // What begins after this one is another's, or nobody's.
            if let Some(stretch) = &mut kept.stretch {
                stretch.until_nanos = stretch.until_nanos.min(now_nanos);
                self.until.store(stretch.until_nanos, Ordering::Relaxed);
            }
        }
        let mut stretches: Vec<Stretch> = kept.stretch.into_iter().collect();
        if due {
            let stretch = Stretch {
                number: stretches.last().map_or(0, |last| last.number + 1),
                from_nanos: now_nanos,
                until_nanos: u64::MAX,
                dropped: 0,
            };
            kept.stretch = Some(stretch);
            kept.seen = 0;
            stretches.push(stretch);
            self.from.store(stretch.from_nanos, Ordering::Relaxed);
            self.until.store(stretch.until_nanos, Ordering::Relaxed);
        }
        for stretch in &mut stretches {
            stretch.until_nanos = stretch.until_nanos.min(now_nanos);
        }
        let news = std::mem::take(&mut kept.news);
        Sampled {
            stretches,
            parts: std::mem::take(&mut kept.parts),
            slowest: news.then(|| kept.slowest.clone()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
