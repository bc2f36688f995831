//! A task on its way: plain data, moved from the generator to the worker.

use std::sync::Arc;

use crate::engine::caller::Attempt;
use crate::engine::faults::Affliction;

/// Where the attempt stands in the number that draws follow from, between the task's number and the mark of the warm-up.
const ATTEMPT_SHIFT: u32 = 48;
/// The bits of the attempt in that number. The same mask is in the harness.
pub(in crate::engine) const ATTEMPT_BITS: u64 = (1 << 63) - (1 << ATTEMPT_SHIFT);

/// Which cohort a task belongs to, by its intended start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cohort {
    /// Became due in the warm-up; does not count.
    WarmUp,
    /// Became due in the measurement; counts.
    Measured,
}

impl Cohort {
    /// Both, in the order of [`Self::index`].
    pub const ALL: [Self; 2] = [Self::WarmUp, Self::Measured];

    /// Place in arrays by cohort.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// One task. Instants are nanoseconds on the monotonic clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Counts within the block and the cohort, from 0 for measured tasks; with the seed it decides kind and
    /// all draws.
    pub number: u64,
    /// Which cohort.
    pub cohort: Cohort,
    /// When the load model wanted it to start.
    pub intended_nanos: u64,
    /// When it was offered to the queue.
    pub offered_nanos: u64,
    /// Which part of its stages is next: one after the other, in one pool each.
    pub segment: u16,
    /// What is known of the parts before; none in the first, so that tasks of one part cost no allocation.
    pub journey: Option<Box<Journey>>,
    /// What its caller watches; none where nobody does, and before its turn in a batch.
    pub attempt: Option<Arc<Attempt>>,
    /// What goes wrong with it on purpose, once it has begun.
    pub affliction: Option<Box<Affliction>>,
}

impl Task {
    /// A task that has not started.
    #[must_use]
    pub const fn new(number: u64, cohort: Cohort, intended_nanos: u64, offered_nanos: u64) -> Self {
        Self {
            number,
            cohort,
            intended_nanos,
            offered_nanos,
            segment: 0,
            journey: None,
            attempt: None,
            affliction: None,
        }
    }

    /// The number that its draws follow from: each attempt draws anew, as a caller who comes again meets another delay.
    #[must_use]
    pub fn draw_number(&self) -> u64 {
        let attempt = u64::from(self.attempt_index()) << ATTEMPT_SHIFT;
        self.number | attempt & ATTEMPT_BITS
    }

    /// 0 for its first attempt.
    #[must_use]
    pub fn attempt_index(&self) -> u32 {
        self.attempt.as_ref().map_or(0, |attempt| attempt.index())
    }

    /// Whether its caller still waits for this attempt.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.attempt
            .as_ref()
            .is_none_or(|attempt| !attempt.is_settled())
    }

    /// Its worker is done with this attempt; false if its caller has given it up.
    #[must_use]
    pub fn settle(&self) -> bool {
        self.attempt.as_ref().is_none_or(|attempt| attempt.settle())
    }

    /// When its first attempt began, if an earlier one than this did.
    #[must_use]
    pub fn first_start_nanos(&self) -> Option<u64> {
        self.attempt
            .as_ref()
            .filter(|attempt| attempt.index() > 0)
            .and_then(|attempt| attempt.first_start_nanos())
    }

    /// When its last attempt came into the queue.
    #[must_use]
    pub fn sent_nanos(&self) -> u64 {
        self.attempt
            .as_ref()
            .filter(|attempt| attempt.index() > 0)
            .map_or(self.offered_nanos, |attempt| attempt.sent_nanos())
    }

    /// When it came into the queue that it was taken from last: admission, or the end of the part before.
    #[must_use]
    pub fn queued_nanos(&self) -> u64 {
        self.journey
            .as_ref()
            .map_or_else(|| self.sent_nanos(), |journey| journey.handed_on_nanos)
    }

    /// Goes on to its next part, the last one having run as `ran` says and made `digest`.
    pub fn go_on(&mut self, ran: &Ran, digest: u64) {
        let queued_nanos = self.queued_nanos();
        let journey = self.journey.get_or_insert_with(|| {
            Box::new(Journey {
                first_start_nanos: ran.start_nanos,
                handed_on_nanos: 0,
                parts: Some(Parts::default()),
                digest: 0,
            })
        });
        let part = Parts::of(queued_nanos, ran);
        journey.parts = journey.parts.zip(part).map(|(sum, part)| sum.plus(&part));
        journey.handed_on_nanos = ran.end_nanos;
        journey.digest = journey.digest.wrapping_add(digest);
        self.segment += 1;
    }
}

/// What is known of the finished parts of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    /// When a worker began with the first part.
    pub first_start_nanos: u64,
    /// When the last part was over: since then the task waits for its next one.
    pub handed_on_nanos: u64,
    /// Where the time went; none if the processor time of a part is not known.
    pub parts: Option<Parts>,
    /// Wrapping sum of the parts' digests.
    pub digest: u64,
}

/// How a started task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Good,
    /// With an error, or lost with its worker.
    Failed,
    /// Its caller gave it up.
    TimedOut,
    /// Cut by the end of the block.
    Cancelled,
}

/// When and where one part of a task really ran, in nanoseconds on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// When it was taken off the queue.
    pub taken_nanos: u64,
    /// When a worker began with it.
    pub start_nanos: u64,
    /// When the worker was done.
    pub worker_end_nanos: u64,
    /// When the result was known to the caller.
    pub end_nanos: u64,
    /// Processor time of the worker in between, by the thread's own clock; none if it was not asked for.
    pub on_cpu_nanos: Option<u64>,
    /// Time in which it waited for locks of lock and counter stages.
    pub lock_wait_nanos: u64,
    /// Time between start and end in which it waited for the interpreter lock.
    pub interpreter_wait_nanos: u64,
    /// As that, before the start: time between being taken and the start.
    pub start_wait_nanos: u64,
    /// Which worker of its pool; none where tasks have no worker of their own.
    pub worker: Option<u32>,
}

impl Ran {
    /// A part that ran in this process: taken when it began, its result known when it was over.
    #[must_use]
    pub const fn here(start_nanos: u64, end_nanos: u64) -> Self {
        Self {
            taken_nanos: start_nanos,
            start_nanos,
            worker_end_nanos: end_nanos,
            end_nanos,
            on_cpu_nanos: None,
            lock_wait_nanos: 0,
            interpreter_wait_nanos: 0,
            start_wait_nanos: 0,
            worker: None,
        }
    }
}

/// Where the time of a task went after it was offered, in nanoseconds. The parts add up to the time from
/// the offer to the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// Earlier attempts, and waiting before the last one came into the queue.
    pub retries_nanos: u64,
    /// In queues.
    pub queue_wait_nanos: u64,
    /// From a queue to the first instruction.
    pub dispatch_nanos: u64,
    /// Waiting for locks.
    pub lock_wait_nanos: u64,
    /// Waiting for the interpreter lock.
    pub interpreter_wait_nanos: u64,
    /// Using a core.
    pub on_cpu_nanos: u64,
    /// Started, and neither using a core nor waiting for a lock or for the interpreter lock.
    pub off_cpu_nanos: u64,
    /// From the last instruction to the result being known.
    pub return_nanos: u64,
}

impl Parts {
    /// Those of one part that came into its queue at `queued_nanos`; none without its processor time.
    #[must_use]
    pub fn of(queued_nanos: u64, ran: &Ran) -> Option<Self> {
        let service = ran.worker_end_nanos.saturating_sub(ran.start_nanos);
        let lock_wait_nanos = ran.lock_wait_nanos.min(service);
        let left = service - lock_wait_nanos;
        let interpreter_wait_nanos = ran.interpreter_wait_nanos.min(left);
        let left = left - interpreter_wait_nanos;
        // Two clocks: the CPU clock may have seen some nanoseconds more.
        let on_cpu_nanos = ran.on_cpu_nanos?.min(left);
        let before = ran.start_nanos.saturating_sub(ran.taken_nanos);
        let start_wait_nanos = ran.start_wait_nanos.min(before);
        Some(Self {
            retries_nanos: 0,
            queue_wait_nanos: ran.taken_nanos.saturating_sub(queued_nanos),
            dispatch_nanos: before - start_wait_nanos,
            lock_wait_nanos,
            interpreter_wait_nanos: start_wait_nanos + interpreter_wait_nanos,
            on_cpu_nanos,
            off_cpu_nanos: left - on_cpu_nanos,
            return_nanos: ran.end_nanos.saturating_sub(ran.worker_end_nanos),
        })
    }

    /// The sum, part by part.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            retries_nanos: self.retries_nanos + other.retries_nanos,
            queue_wait_nanos: self.queue_wait_nanos + other.queue_wait_nanos,
            dispatch_nanos: self.dispatch_nanos + other.dispatch_nanos,
            lock_wait_nanos: self.lock_wait_nanos + other.lock_wait_nanos,
            interpreter_wait_nanos: self.interpreter_wait_nanos + other.interpreter_wait_nanos,
            on_cpu_nanos: self.on_cpu_nanos + other.on_cpu_nanos,
            off_cpu_nanos: self.off_cpu_nanos + other.off_cpu_nanos,
            return_nanos: self.return_nanos + other.return_nanos,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_task_add_up_from_offer_to_end() {
        let ran = Ran {
            taken_nanos: 150,
            start_nanos: 167,
            worker_end_nanos: 400,
            end_nanos: 430,
            on_cpu_nanos: Some(100),
            lock_wait_nanos: 40,
            interpreter_wait_nanos: 20,
            start_wait_nanos: 7,
            worker: None,
        };
        let mut task = Task::new(7, Cohort::Measured, 90, 100);
        let parts = Parts::of(task.queued_nanos(), &ran).unwrap();
        assert_eq!(
            parts,
            Parts {
                retries_nanos: 0,
                queue_wait_nanos: 50,
                dispatch_nanos: 10,
                lock_wait_nanos: 40,
                interpreter_wait_nanos: 27,
                on_cpu_nanos: 100,
                off_cpu_nanos: 73,
                return_nanos: 30,
            }
        );
        task.go_on(&ran, u64::MAX);
        task.go_on(&ran_at(500, 600), 3);
        let journey = task.journey.as_ref().unwrap();
        assert_eq!((task.segment, task.queued_nanos()), (2, 600));
        assert_eq!((journey.first_start_nanos, journey.digest), (167, 2));
        let sum = journey.parts.unwrap();
        assert_eq!(
            (sum.queue_wait_nanos, sum.off_cpu_nanos),
            (50 + 70, 73 + 100)
        );
    }

    fn ran_at(start: u64, end: u64) -> Ran {
        Ran {
            on_cpu_nanos: Some(0),
            ..Ran::here(start, end)
        }
    }

    #[test]
    fn each_attempt_draws_from_a_number_of_its_own_and_the_first_from_the_tasks() {
        let mut task = Task::new(7, Cohort::Measured, 0, 0);
        assert_eq!(task.draw_number(), 7);
        let first = Attempt::first(&task, 0, 0);
        task.attempt = Some(Arc::new(first.next(1).next(2)));
        assert_eq!(task.draw_number(), 2 << 48 | 7);
        assert_eq!(task.draw_number() & !ATTEMPT_BITS, 7);
    }

    #[test]
    fn a_part_without_its_processor_time_leaves_the_whole_unsplit() {
        let mut task = Task::new(0, Cohort::Measured, 0, 0);
        task.go_on(&Ran::here(1, 2), 0);
        task.go_on(&ran_at(3, 4), 0);
        assert_eq!(task.journey.unwrap().parts, None);
    }

    #[test]
    fn a_processor_time_that_exceeds_the_service_time_is_cut_to_it() {
        let ran = Ran {
            on_cpu_nanos: Some(1_000),
            ..Ran::here(10, 20)
        };
        let parts = Parts::of(10, &ran).unwrap();
        assert_eq!((parts.on_cpu_nanos, parts.off_cpu_nanos), (10, 0));
    }
}
