//! One attempt of a task, as its caller and its worker share it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::engine::task::{Cohort, Task};

const WAITING: u8 = 0;
/// For the moment in which the books learn of its start: nobody may enter its end before.
const BEGINNING: u8 = 1;
const RUNNING: u8 = 2;
const SETTLED: u8 = 3;

/// How far an attempt had come when its caller gave it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// No worker had begun with it.
    Waiting,
    /// A worker is at it.
    Running,
}

/// One attempt. Whoever settles it, the worker that ends it or the caller that gives it up, decides what becomes of the
/// task; nobody else does. Instants are nanoseconds on the monotonic clock.
#[derive(Debug)]
pub struct Attempt {
    number: u64,
    cohort: Cohort,
    intended_nanos: u64,
    offered_nanos: u64,
    kind: usize,
    /// 0 for the first attempt of its task.
    index: u32,
    /// When it was handed to the queue; of a batch, when its turn came.
    sent_nanos: u64,
    /// When the first attempt of the task began; `u64::MAX` as long as none has.
    first_start_nanos: AtomicU64,
    state: AtomicU8,
}

impl Attempt {
    /// The first attempt of `task`, which is of task kind `kind`.
    #[must_use]
    pub const fn first(task: &Task, kind: usize, sent_nanos: u64) -> Self {
        Self {
            number: task.number,
            cohort: task.cohort,
            intended_nanos: task.intended_nanos,
            offered_nanos: task.offered_nanos,
            kind,
            index: 0,
            sent_nanos,
            first_start_nanos: AtomicU64::new(u64::MAX),
            state: AtomicU8::new(WAITING),
        }
    }

    /// The attempt after this one.
    #[must_use]
    pub fn next(&self, sent_nanos: u64) -> Self {
        Self {
            index: self.index + 1,
            sent_nanos,
            first_start_nanos: AtomicU64::new(self.first_start_nanos.load(Ordering::Acquire)),
            state: AtomicU8::new(WAITING),
            ..*self
        }
    }

    /// The task of this attempt, from its first segment.
    #[must_use]
    pub const fn task(&self) -> Task {
        Task::new(
            self.number,
            self.cohort,
            self.intended_nanos,
            self.offered_nanos,
        )
    }

    /// A worker begins with it; false if its caller has given it up. `enter` is called if the task has not begun before.
    pub fn begin(&self, now_nanos: u64, enter: impl FnOnce()) -> bool {
        if !self.change(WAITING, BEGINNING) {
            return false;
        }
        if self.first_start_nanos().is_none() {
            enter();
            self.first_start_nanos.store(now_nanos, Ordering::Release);
        }
        self.state.store(RUNNING, Ordering::Release);
        true
    }

    /// The worker is done with it; false if its caller has given it up.
    pub fn settle(&self) -> bool {
        self.change(RUNNING, SETTLED)
    }

    /// The queue gives it up; false if its caller was first.
    pub fn settle_waiting(&self) -> bool {
        self.change(WAITING, SETTLED)
    }

    /// Its caller gives it up; none if it has come to its end.
    pub fn give_up(&self) -> Option<GivenUp> {
        loop {
            if self.change(WAITING, SETTLED) {
                return Some(GivenUp::Waiting);
            }
            if self.change(RUNNING, SETTLED) {
                return Some(GivenUp::Running);
            }
            if self.is_settled() {
                return None;
            }
            // The worker is about to have begun.
            std::thread::yield_now();
        }
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// Whether it is over for its caller.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.load(Ordering::Acquire) == SETTLED
    }

    /// Number of its task.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Cohort of its task.
    #[must_use]
    pub const fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// Kind of its task.
    #[must_use]
    pub const fn kind(&self) -> usize {
        self.kind
    }

    /// 0 for the first attempt of its task.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// When its task was to start.
    #[must_use]
    pub const fn intended_nanos(&self) -> u64 {
        self.intended_nanos
    }

    /// When it was handed to the queue; of a batch, when its turn came.
    #[must_use]
    pub const fn sent_nanos(&self) -> u64 {
        self.sent_nanos
    }

    /// When the first attempt of the task began; none if none has.
    #[must_use]
    pub fn first_start_nanos(&self) -> Option<u64> {
        let start = self.first_start_nanos.load(Ordering::Acquire);
        (start != u64::MAX).then_some(start)
    }
}

/// The same attempt of the same task.
impl PartialEq for Attempt {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.cohort, self.index) == (other.number, other.cohort, other.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        Attempt::first(&Task::new(3, Cohort::Measured, 5, 7), 1, 11)
    }

    #[test]
    fn either_the_worker_or_the_caller_settles_it() {
        let ended = attempt();
        assert!(ended.begin(20, || ()) && ended.settle());
        assert_eq!(ended.give_up(), None);
        let given_up = attempt();
        assert!(given_up.begin(20, || ()));
        assert_eq!(given_up.give_up(), Some(GivenUp::Running));
        assert!(!given_up.settle() && given_up.is_settled());
        let never_begun = attempt();
        assert_eq!(never_begun.give_up(), Some(GivenUp::Waiting));
        assert!(!never_begun.begin(20, || unreachable!()));
        assert_eq!(never_begun.first_start_nanos(), None);
    }

    #[test]
    fn further_attempts_remember_when_the_first_one_began() {
        let first = attempt();
        assert!(first.begin(20, || ()));
        let second = first.next(30);
        assert!(second.begin(40, || unreachable!("the task has begun before")));
        assert_eq!(second.first_start_nanos(), Some(20));
        assert_eq!((second.index(), second.sent_nanos()), (1, 30));
        assert_eq!(second.task(), Task::new(3, Cohort::Measured, 5, 7));
    }
}
