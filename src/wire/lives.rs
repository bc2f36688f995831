//! Single tasks: a bounded sample of what workers did, and the slowest tasks.

use serde::{Deserialize, Serialize};

use crate::wire::TimeSplit;

/// How a part of a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LifeEnd {
    /// The task goes on with its next part.
    GoesOn,
    /// Well, and the task with it.
    Good,
    /// With an error, or lost with its worker.
    Failed,
    /// Its caller gave it up.
    TimedOut,
    /// Cut by the end of the block.
    Cancelled,
    /// Its worker came to its end for nobody: its caller had given it up.
    Unawaited,
}

/// One part of one attempt at a task, on a worker: an instant and the lengths that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifePart {
    /// Number of the task within its block and cohort.
    pub number: u64,
    /// Whether it became due in the measurement.
    pub measured: bool,
    /// Index of its task kind in the scenario.
    pub kind: u32,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// Which part of the task's stages, from 0: parts run one after the other, in one pool each.
    pub part: u32,
    /// Which pool of the back end; none of a task that its caller gave up.
    pub pool: Option<u32>,
    /// Which worker of the pool, from 0; none where tasks have no worker of their own, as on event loops, or the back end
    /// does not tell.
    pub worker: Option<u32>,
    /// When the load model wanted the task to start.
    pub intended_nanos: u64,
    /// From then to its offer.
    pub schedule_delay_nanos: u64,
    /// From the offer until this part came into its queue: earlier attempts and earlier parts.
    pub before_nanos: u64,
    /// In that queue.
    pub queue_wait_nanos: u64,
    /// From the queue to the first instruction, without [`Self::start_wait_nanos`].
    pub dispatch_nanos: u64,
    /// Waiting for the interpreter lock before the first instruction.
    pub start_wait_nanos: u64,
    /// From the first instruction to the last.
    pub service_nanos: u64,
    /// From the last instruction to the result being known.
    pub return_nanos: u64,
    /// Of the service time, processor time; none if it was not read.
    pub on_cpu_nanos: Option<u64>,
    /// Of the service time, waiting for locks of lock and counter stages.
    pub lock_wait_nanos: u64,
    /// Of the service time, waiting for the interpreter lock.
    pub interpreter_wait_nanos: u64,
    /// How it ended.
    pub end: LifeEnd,
}

impl LifePart {
    /// When the task was offered to the queue.
    #[must_use]
    pub const fn offered_nanos(&self) -> u64 {
        self.intended_nanos
            .saturating_add(self.schedule_delay_nanos)
    }

    /// When this part came into the queue that it was taken from.
    #[must_use]
    pub const fn queued_nanos(&self) -> u64 {
        self.offered_nanos().saturating_add(self.before_nanos)
    }

    /// When it was taken off the queue.
    #[must_use]
    pub const fn taken_nanos(&self) -> u64 {
        self.queued_nanos().saturating_add(self.queue_wait_nanos)
    }

    /// When its worker began with it.
    #[must_use]
    pub const fn start_nanos(&self) -> u64 {
        self.taken_nanos()
            .saturating_add(self.dispatch_nanos)
            .saturating_add(self.start_wait_nanos)
    }

    /// When its worker was done.
    #[must_use]
    pub const fn worker_end_nanos(&self) -> u64 {
        self.start_nanos().saturating_add(self.service_nanos)
    }

    /// When its result was known.
    #[must_use]
    pub const fn end_nanos(&self) -> u64 {
        self.worker_end_nanos().saturating_add(self.return_nanos)
    }
}

/// A task from its intended start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowTask {
    /// Its last part.
    pub last: LifePart,
    /// When a worker first began with it.
    pub first_start_nanos: u64,
    /// Where its time went; none if a processor time was not read, or its caller gave it up.
    pub split: Option<TimeSplit>,
}

impl SlowTask {
    /// Intended start to end, in nanoseconds.
    #[must_use]
    pub const fn response_nanos(&self) -> u64 {
        self.last
            .end_nanos()
            .saturating_sub(self.last.intended_nanos)
    }
}

/// A time in which all parts of tasks were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Counts within the block, from 0.
    pub number: u32,
    /// Its begin.
    pub from_nanos: u64,
    /// Its end, not within it; of the one that is under way, how far it goes so far.
    pub until_nanos: u64,
    /// Parts of it that were not kept.
    pub dropped: u64,
}

impl Stretch {
    /// Whether any of `part` lies in it.
    #[must_use]
    pub const fn touches(&self, part: &LifePart) -> bool {
        part.taken_nanos() < self.until_nanos && part.end_nanos() >= self.from_nanos
    }
}

/// What was kept of single tasks since the snapshot before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivesNews {
    /// The stretches that changed, in their order; a later word on the same one holds.
    pub stretches: Vec<Stretch>,
    /// Parts that ended.
    pub parts: Vec<LifePart>,
    /// The slowest measured tasks so far, the slowest first; none if they are the same as before.
    pub slowest: Option<Vec<SlowTask>>,
}

/// Parts, and stretches, that may wait for a receiver who is slow: some seconds of a runner's parts, an hour of its
/// stretches.
const WAITING_MAX: usize = 4_096;

impl LivesNews {
    /// Takes in what came before it. Of parts that are too many to wait for their receiver the older ones are given up and
    /// counted with their stretches; of stretches the oldest are given up.
    pub(super) fn absorb(&mut self, mut older: Self) {
        self.slowest = self.slowest.take().or(older.slowest);
        if older.parts.len() + self.parts.len() > WAITING_MAX {
            for stretch in &mut older.stretches {
                let given_up = older.parts.iter().filter(|part| stretch.touches(part));
                stretch.dropped += given_up.count() as u64;
            }
            older.parts.clear();
        }
        // The later word on a stretch holds, but for what only we know to be missing.
        older.stretches.retain(|one| {
            let later = self.stretches.iter_mut();
            let later = later.filter(|later| later.number == one.number);
            let told = later.map(|later| later.dropped = later.dropped.max(one.dropped));
            told.count() == 0
        });
        let all = older.stretches.len() + self.stretches.len();
        let oldest = all.saturating_sub(WAITING_MAX).min(older.stretches.len());
        self.stretches.splice(0..0, older.stretches.drain(oldest..));
        self.parts.splice(0..0, older.parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::lives::part;

    /// A tenth of a second of stretch `number`, in which `parts` ended.
    fn news(number: u32, parts: u64) -> LivesNews {
        let from_nanos = u64::from(number) * 1_000;
        LivesNews {
            stretches: vec![Stretch {
                number,
                from_nanos,
                until_nanos: from_nanos + 1_000,
                dropped: 0,
            }],
            parts: (0..parts)
                .map(|one| part(one, Some(0), from_nanos + 1, 1))
                .collect(),
            slowest: None,
        }
    }

    fn merged(all: impl IntoIterator<Item = LivesNews>) -> LivesNews {
        all.into_iter()
            .reduce(|older, mut newer| {
                newer.absorb(older);
                newer
            })
            .unwrap()
    }

    #[test]
    fn what_waits_for_its_receiver_is_told_in_order_with_one_word_on_each_stretch() {
        let all = merged([news(0, 2), news(0, 1), news(1, 3)]);
        let numbers: Vec<_> = all.stretches.iter().map(|one| one.number).collect();
        assert_eq!((numbers, all.parts.len()), (vec![0, 1], 6));
        assert!(all.parts.is_sorted_by_key(LifePart::start_nanos));
    }

    #[test]
    fn what_waits_is_bounded_however_slow_the_receiver_is_and_what_is_missing_is_counted() {
        let most = WAITING_MAX as u64;
        let all = merged([news(7, most), news(7, 1), news(8, 5)]);
        let told: Vec<_> = all
            .stretches
            .iter()
            .map(|one| (one.number, one.dropped))
            .collect();
        assert_eq!(told, [(7, most), (8, 0)]);
        assert_eq!(all.parts.len(), 6);

        let all = merged((0..2 * WAITING_MAX as u32).map(|number| news(number, 0)));
        assert_eq!(all.stretches.len(), WAITING_MAX);
        assert_eq!(all.stretches[0].number, WAITING_MAX as u32);
    }
}
