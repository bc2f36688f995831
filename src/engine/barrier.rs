//! Barriers between the phases of a batch: tasks are held until all have come as far, or have ended.
//!
//! It is told of arrivals and ends and says who may go on; it has no clock and starts nobody.

use crate::engine::task::Task;

/// The barriers of a batch.
#[derive(Debug)]
pub(super) struct Barriers {
    tasks: u64,
    barriers: Vec<Barrier>,
}

#[derive(Debug, Default)]
struct Barrier {
    held: Vec<Task>,
    /// Tasks that ended without coming here.
    never: u64,
}

impl Barriers {
    /// `barriers` barriers for a batch of `tasks`.
    pub(super) fn new(tasks: u64, barriers: usize) -> Self {
        Self {
            tasks,
            barriers: (0..barriers).map(|_| Barrier::default()).collect(),
        }
    }

    /// `task` has come to barrier `index`. Returns everybody who may go on now.
    pub(super) fn arrive(&mut self, index: usize, task: Task) -> Vec<Task> {
        match self.barriers.get_mut(index) {
            Some(barrier) => barrier.held.push(task),
            None => return vec![task],
        }
        self.released(index)
    }

    /// A task has ended after `passed` barriers. Returns everybody who may go on now.
    pub(super) fn ended(&mut self, passed: usize) -> Vec<Task> {
        let mut free = Vec::new();
        for index in passed..self.barriers.len() {
            self.barriers[index].never += 1;
            free.append(&mut self.released(index));
        }
        free
    }

    fn released(&mut self, index: usize) -> Vec<Task> {
        let barrier = &mut self.barriers[index];
        if barrier.held.len() as u64 + barrier.never >= self.tasks {
            std::mem::take(&mut barrier.held)
        } else {
            Vec::new()
        }
    }

    /// How many tasks are held.
    pub(super) fn held(&self) -> u64 {
        let held = self.barriers.iter().map(|barrier| barrier.held.len());
        held.sum::<usize>() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::task::Cohort;

    fn task(number: u64) -> Task {
        Task::new(number, Cohort::Measured, 0, 0)
    }

    fn numbers(tasks: &[Task]) -> Vec<u64> {
        tasks.iter().map(|task| task.number).collect()
    }

    #[test]
    fn the_last_to_come_releases_all() {
        let mut barriers = Barriers::new(3, 1);
        assert_eq!(numbers(&barriers.arrive(0, task(0))), [0_u64; 0]);
        assert_eq!(numbers(&barriers.arrive(0, task(2))), [0_u64; 0]);
        assert_eq!(barriers.held(), 2);
        assert_eq!(numbers(&barriers.arrive(0, task(1))), [0, 2, 1]);
        assert_eq!(barriers.held(), 0);
    }

    #[test]
    fn a_task_that_ends_early_is_not_waited_for_at_any_barrier() {
        let mut barriers = Barriers::new(3, 2);
        assert_eq!(numbers(&barriers.arrive(0, task(0))), [0_u64; 0]);
        assert_eq!(numbers(&barriers.ended(0)), [0_u64; 0]);
        assert_eq!(numbers(&barriers.arrive(0, task(1))), [0, 1]);
        assert_eq!(numbers(&barriers.arrive(1, task(0))), [0_u64; 0]);
        // Task 1 fails between the barriers and so releases the one that waits for it.
        assert_eq!(numbers(&barriers.ended(1)), [0]);
    }
}
