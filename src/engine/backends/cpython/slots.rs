//! Since when a task could have begun: what tells the executor's own queue from its dispatch.
//!
//! An executor with `W` workers is handed more tasks than these can execute at once, so that none of them runs dry.
//! What waits for a worker waits in a queue, as it would in ours; only from the instant at which a worker was free
//! does its time belong to the executor. Answers do not say which worker they come from, and need not: each worker
//! is free from the end of one task to the begin of the next, so a task began on one that was free by then. Of those
//! that were free the one is taken that was so last, as all others have been idle for longer.

use std::collections::BTreeMap;

/// The workers of an executor, by the instant since which each is free.
#[derive(Debug)]
pub(super) struct Slots {
    /// How many are free since when.
    free: BTreeMap<u64, u64>,
}

impl Slots {
    /// `workers` workers that have not done anything yet.
    pub(super) fn new(workers: u64) -> Self {
        Self {
            free: BTreeMap::from([(0, workers.max(1))]),
        }
    }

    /// A task that was handed over at `handed_nanos` ran from `start_nanos` to `end_nanos`. Returns since when it could
    /// have begun: when it was handed over or when a worker was free for it, whichever was later, and no later than it
    /// did begin. O(log workers).
    pub(super) fn ran(&mut self, handed_nanos: u64, start_nanos: u64, end_nanos: u64) -> u64 {
        let last = self.free.range(..=start_nanos).next_back();
        // None was free: answers came in another order than tasks ended. Then the one that is free next is taken.
        let first = || self.free.iter().next();
        let since_nanos = last.or_else(first).map_or(0, |(since, _)| *since);
        self.leave(since_nanos);
        *self.free.entry(end_nanos.max(since_nanos)).or_default() += 1;
        handed_nanos.max(since_nanos).min(start_nanos)
    }

    fn leave(&mut self, since_nanos: u64) {
        if let Some(count) = self.free.get_mut(&since_nanos) {
            *count -= 1;
            if *count == 0 {
                self.free.remove(&since_nanos);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_executor_could_begin_when_it_was_handed_the_task() {
        let mut slots = Slots::new(2);
        assert_eq!(slots.ran(100, 130, 200), 100);
        assert_eq!(slots.ran(300, 310, 320), 300);
    }

    #[test]
    fn behind_busy_workers_a_task_could_begin_when_one_was_done() {
        let mut slots = Slots::new(2);
        assert_eq!(slots.ran(0, 5, 50), 0);
        assert_eq!(slots.ran(0, 6, 70), 0);
        // Handed over at once with them, begun 3 after a worker was done.
        assert_eq!(slots.ran(0, 53, 90), 50);
        assert_eq!(slots.ran(0, 71, 80), 70);
        assert_eq!(slots.ran(0, 85, 99), 80);
    }

    #[test]
    fn chunks_that_are_answered_as_a_whole_are_split_as_well() {
        let mut slots = Slots::new(2);
        // The second chunk ran beside the first and is answered after it.
        for (start, end) in [(1, 10), (10, 20), (20, 30)] {
            let free = if start == 1 { 0 } else { start };
            assert_eq!(slots.ran(0, start, end), free);
        }
        for (start, end) in [(2, 11), (11, 21), (21, 31)] {
            let free = if start == 2 { 0 } else { start };
            assert_eq!(slots.ran(0, start, end), free);
        }
    }

    #[test]
    fn answers_in_any_order_never_say_that_a_task_could_begin_after_it_did() {
        let mut slots = Slots::new(1);
        assert_eq!(slots.ran(0, 50, 60), 0);
        assert_eq!(slots.ran(0, 10, 20), 10);
        assert_eq!(slots.ran(0, 60, 70), 60);
        let workers: u64 = slots.free.values().sum();
        assert_eq!(workers, 1);
    }
}
