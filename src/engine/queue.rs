//! The queue in front of a pool of workers: bounded, with the policies of a scenario.
//!
//! Threads take from it blocking, event loops take from it asynchronously. Besides the tasks that were
//! admitted it holds those that come *back* for a further part: they go first and are never refused, so
//! that a task that has begun always finds its way to the end (see `backends::hybrid`).
//!
//! It decides what happens to tasks and counts none of them; instants are arguments.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_listener::{Event, Listener as _};

use crate::engine::task::Task;
use crate::scenario::{Queue, QueuePolicy};

/// What became of a task that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// It waits.
    Admitted,
    /// It waits, and the one that had waited longest was given up for it.
    AdmittedInPlaceOf(Task),
    /// There is no room.
    Refused,
    /// The queue has ended: the task never became due.
    Ended,
}

/// What a taker got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Tasks.
    Some,
    /// Nothing to do for now.
    Nothing,
    /// Nothing to do ever after.
    Ended,
}

/// A bounded queue of tasks.
#[derive(Debug)]
pub struct TaskQueue {
    state: Mutex<State>,
    /// Notified when a task can be taken.
    task_came: Event,
    /// Notified when there is room.
    room_came: Event,
    settings: Settings,
    /// Tasks that were taken and came to their end; changed without the lock.
    ended_tasks: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    capacity: usize,
    policy: QueuePolicy,
    /// How many tasks may be under way at once.
    in_flight_max: u64,
}

#[derive(Debug, Default)]
struct State {
    /// Those that have begun and come back for their next part.
    returning: VecDeque<Task>,
    /// Those that a barrier held and has released.
    released: VecDeque<Task>,
    waiting: VecDeque<Task>,
    taken: u64,
    ended: bool,
}

/// The depth of a queue and what was taken from it, at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Tasks that wait in it.
    pub queued: u64,
    /// Tasks that were taken and have not ended.
    pub in_flight: u64,
}

impl TaskQueue {
    /// An empty queue as the scenario says, with room for at least `capacity_min` tasks.
    #[must_use]
    pub fn new(queue: &Queue, capacity_min: usize) -> Self {
        Self::with(Settings {
            capacity: (queue.capacity as usize).max(capacity_min).max(1),
            policy: queue.policy,
            in_flight_max: queue.in_flight.map_or(u64::MAX, u64::from),
        })
    }

    /// An empty queue between two pools.
    #[must_use]
    pub fn between(capacity: usize) -> Self {
        Self::with(Settings {
            capacity: capacity.max(1),
            policy: QueuePolicy::Block,
            in_flight_max: u64::MAX,
        })
    }

    fn with(settings: Settings) -> Self {
        Self {
            state: Mutex::default(),
            task_came: Event::new(),
            room_came: Event::new(),
            settings,
            ended_tasks: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers a task; never waits. Under [`QueuePolicy::Block`] a refusal means "come again when there is
    /// room", see [`Self::wait_for_room`].
    pub fn offer(&self, task: &Task) -> Offer {
        let mut state = self.lock();
        if state.ended {
            return Offer::Ended;
        }
        let mut offer = Offer::Admitted;
        if state.waiting.len() >= self.settings.capacity {
            if self.settings.policy != QueuePolicy::DropOldest {
                return Offer::Refused;
            }
            if let Some(oldest) = state.waiting.pop_front() {
                offer = Offer::AdmittedInPlaceOf(oldest);
            }
        }
        state.waiting.push_back(task.clone());
        drop(state);
        self.task_came.notify_additional(1);
        offer
    }

    /// Waits until there may be room, but no longer than `patience`.
    pub fn wait_for_room(&self, patience: Duration) {
        let listener = self.room_came.listen();
        {
            let state = self.lock();
            if state.ended || state.waiting.len() < self.settings.capacity {
                return;
            }
        }
        listener.wait_timeout(patience);
    }

    /// Puts a task into the queue as soon as there is room.
    ///
    /// # Errors
    /// With the task, if the queue has ended.
    pub fn put_blocking(&self, task: Task) -> Result<(), Task> {
        let mut task = Some(task);
        loop {
            let listener = self.room_came.listen();
            match self.try_put(&mut task) {
                Some(result) => return result,
                None => listener.wait(),
            }
        }
    }

    /// As [`Self::put_blocking`], for event loops.
    ///
    /// # Errors
    /// With the task, if the queue has ended.
    pub async fn put(&self, task: Task) -> Result<(), Task> {
        let mut task = Some(task);
        loop {
            let listener = self.room_came.listen();
            match self.try_put(&mut task) {
                Some(result) => return result,
                None => listener.await,
            }
        }
    }

    fn try_put(&self, task: &mut Option<Task>) -> Option<Result<(), Task>> {
        let mut state = self.lock();
        if state.ended {
            return task.take().map(Err);
        }
        if state.waiting.len() >= self.settings.capacity {
            return None;
        }
        state.waiting.extend(task.take());
        drop(state);
        self.task_came.notify_additional(1);
        Some(Ok(()))
    }

    /// Brings tasks back for their next part: they go before all that wait, and are always taken in.
    pub fn bring_back(&self, tasks: impl IntoIterator<Item = Task>) {
        let mut state = self.lock();
        let before = state.returning.len();
        state.returning.extend(tasks);
        let came = state.returning.len() - before;
        drop(state);
        self.task_came.notify_additional(came);
    }

    /// Tasks that a barrier held may go on: before all that wait, and always taken in, but not all at once where
    /// there is a cap. While they were held their places under it belonged to others, see [`Self::task_ended`].
    pub fn release(&self, tasks: Vec<Task>) {
        let came = tasks.len();
        if came > 0 {
            self.lock().released.extend(tasks);
            self.task_came.notify_additional(came);
        }
    }

    /// Takes up to `max` tasks, waiting for the first; what was given up for its age goes to `shed`.
    /// Returns false when the queue has ended.
    pub fn take_blocking(
        &self,
        now: impl Fn() -> u64,
        max: usize,
        taken: &mut Vec<Task>,
        shed: &mut Vec<Task>,
    ) -> bool {
        loop {
            match self.try_take(now(), max, taken, shed) {
                Taken::Some => return true,
                Taken::Ended => return false,
                Taken::Nothing if !shed.is_empty() => return true,
                Taken::Nothing => {}
            }
            let listener = self.task_came.listen();
            // What came before the listener was there is not announced to it.
            match self.try_take(now(), max, taken, shed) {
                Taken::Some => return true,
                Taken::Ended => return false,
                Taken::Nothing if !shed.is_empty() => return true,
                Taken::Nothing => listener.wait(),
            }
        }
    }

    /// As [`Self::take_blocking`], for event loops.
    pub async fn take(
        &self,
        now: impl Fn() -> u64,
        max: usize,
        taken: &mut Vec<Task>,
        shed: &mut Vec<Task>,
    ) -> bool {
        loop {
            let listener = self.task_came.listen();
            match self.try_take(now(), max, taken, shed) {
                Taken::Some => return true,
                Taken::Ended => return false,
                Taken::Nothing if !shed.is_empty() => return true,
                Taken::Nothing => listener.await,
            }
        }
    }

    /// Takes up to `max` tasks that are there now, with what a clock shows as `now_nanos`; never waits.
    pub fn try_take(
        &self,
        now_nanos: u64,
        max: usize,
        taken: &mut Vec<Task>,
        shed: &mut Vec<Task>,
    ) -> Taken {
        let mut state = self.lock();
        if state.ended {
            return Taken::Ended;
        }
        let shed_before = shed.len();
        let before = taken.len();
        while taken.len() - before < max {
            if let Some(task) = state.returning.pop_front() {
                taken.push(task);
                continue;
            }
            let in_flight = state.taken - self.ended_tasks.load(Ordering::Acquire);
            if in_flight >= self.settings.in_flight_max {
                break;
            }
            if let Some(task) = state.released.pop_front() {
                state.taken += 1;
                taken.push(task);
                continue;
            }
            let Some(task) = state.waiting.pop_front() else {
                break;
            };
            if let QueuePolicy::ShedByAge { older_than } = self.settings.policy
                && now_nanos.saturating_sub(task.offered_nanos) > older_than.0
            {
                shed.push(task);
                continue;
            }
            state.taken += 1;
            taken.push(task);
        }
        let room = shed.len() - shed_before + taken.len() - before;
        drop(state);
        if room > 0 {
            self.room_came.notify_additional(room);
        }
        if taken.len() > before {
            Taken::Some
        } else {
            Taken::Nothing
        }
    }

    /// A task that was taken from here has come to its end, or to a barrier that holds it: its place under the
    /// in-flight cap is free.
    pub fn task_ended(&self) {
        self.ended_tasks.fetch_add(1, Ordering::AcqRel);
        if self.settings.in_flight_max != u64::MAX {
            self.task_came.notify_additional(1);
        }
    }

    /// Ends the queue: nobody gets a task any more. Returns the tasks that were admitted and never taken.
    pub fn end(&self) -> Vec<Task> {
        let mut state = self.lock();
        state.ended = true;
        state.returning.clear();
        state.released.clear();
        let left = std::mem::take(&mut state.waiting);
        drop(state);
        self.task_came.notify(usize::MAX);
        self.room_came.notify(usize::MAX);
        left.into()
    }

    /// What it holds now.
    #[must_use]
    pub fn depth(&self) -> Depth {
        let state = self.lock();
        Depth {
            queued: (state.waiting.len() + state.returning.len() + state.released.len()) as u64,
            in_flight: state
                .taken
                .saturating_sub(self.ended_tasks.load(Ordering::Acquire)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::task::Cohort;
    use crate::units::Nanos;

    fn task(number: u64) -> Task {
        Task::new(number, Cohort::Measured, number, number)
    }

    fn queue(capacity: u32, policy: QueuePolicy, in_flight: Option<u32>) -> TaskQueue {
        TaskQueue::new(
            &Queue {
                capacity,
                policy,
                in_flight,
            },
            0,
        )
    }

    /// What is taken at `now`, and what is shed: their numbers.
    fn take(queue: &TaskQueue, now: u64, max: usize) -> (Vec<u64>, Vec<u64>) {
        let (mut taken, mut shed) = (Vec::new(), Vec::new());
        queue.try_take(now, max, &mut taken, &mut shed);
        let numbers = |tasks: Vec<Task>| tasks.iter().map(|task| task.number).collect();
        (numbers(taken), numbers(shed))
    }

    #[test]
    fn a_full_queue_refuses_the_newest_or_gives_up_the_oldest() {
        let newest = queue(2, QueuePolicy::DropNewest, None);
        let oldest = queue(2, QueuePolicy::DropOldest, None);
        for number in 0..2 {
            assert_eq!(newest.offer(&task(number)), Offer::Admitted);
            assert_eq!(oldest.offer(&task(number)), Offer::Admitted);
        }
        assert_eq!(newest.offer(&task(2)), Offer::Refused);
        assert_eq!(oldest.offer(&task(2)), Offer::AdmittedInPlaceOf(task(0)));
        assert_eq!(take(&newest, 0, 9).0, [0, 1]);
        assert_eq!(take(&oldest, 0, 9).0, [1, 2]);
    }

    #[test]
    fn what_has_waited_too_long_is_shed_when_its_turn_comes() {
        let older_than = Nanos(100);
        let queue = queue(9, QueuePolicy::ShedByAge { older_than }, None);
        for number in [0, 10, 200] {
            queue.offer(&task(number));
        }
        // Task 10 has waited 100, which is not longer than allowed.
        assert_eq!(take(&queue, 110, 1), (vec![10], vec![0]));
        assert_eq!(take(&queue, 301, 1), (vec![], vec![200]));
        assert_eq!(
            queue.depth(),
            Depth {
                queued: 0,
                in_flight: 1
            }
        );
    }

    #[test]
    fn the_cap_holds_back_tasks_until_one_has_ended() {
        let queue = queue(9, QueuePolicy::DropNewest, Some(2));
        (0..4).for_each(|number| assert_eq!(queue.offer(&task(number)), Offer::Admitted));
        assert_eq!(take(&queue, 0, 9).0, [0, 1]);
        assert_eq!(take(&queue, 0, 9).0, [0_u64; 0]);
        queue.task_ended();
        assert_eq!(take(&queue, 0, 9).0, [2]);
        assert_eq!(
            queue.depth(),
            Depth {
                queued: 1,
                in_flight: 2
            }
        );
    }

    #[test]
    fn returning_tasks_go_first_and_are_neither_refused_nor_capped() {
        let queue = queue(1, QueuePolicy::DropNewest, Some(1));
        queue.offer(&task(0));
        assert_eq!(take(&queue, 0, 9).0, [0]);
        queue.offer(&task(1));
        queue.bring_back([task(8), task(9)]);
        assert_eq!(take(&queue, 0, 9).0, [8, 9]);
        queue.task_ended();
        assert_eq!(take(&queue, 0, 9).0, [1]);
    }

    #[test]
    fn released_tasks_go_before_waiting_ones_and_fall_under_the_cap_again() {
        let queue = queue(9, QueuePolicy::DropNewest, Some(2));
        (0..4).for_each(|number| assert_eq!(queue.offer(&task(number)), Offer::Admitted));
        assert_eq!(take(&queue, 0, 9).0, [0, 1]);
        // Both are held at a barrier: others have their places.
        queue.task_ended();
        queue.task_ended();
        assert_eq!(take(&queue, 0, 1).0, [2]);
        queue.release(vec![task(0), task(1)]);
        assert_eq!(take(&queue, 0, 9).0, [0]);
        queue.task_ended();
        queue.task_ended();
        assert_eq!(take(&queue, 0, 9).0, [1, 3]);
    }

    #[test]
    fn an_ended_queue_gives_back_what_waited_and_wakes_everybody() {
        let queue = queue(1, QueuePolicy::Block, None);
        queue.offer(&task(0));
        std::thread::scope(|scope| {
            let put = scope.spawn(|| queue.put_blocking(task(1)));
            // Whether the put waits already or not, it must come back with its task.
            assert_eq!(queue.end(), [task(0)]);
            assert_eq!(put.join().unwrap(), Err(task(1)));
        });
        let mut taken = Vec::new();
        assert!(!queue.take_blocking(|| 0, 1, &mut taken, &mut Vec::new()));
        assert_eq!(queue.offer(&task(2)), Offer::Ended);
    }

    #[test]
    fn many_threads_take_each_task_once() {
        let queue = queue(8, QueuePolicy::Block, Some(2));
        let (tasks, takers) = (2_000, 4);
        let seen = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..takers {
                scope.spawn(|| {
                    let (mut taken, mut shed) = (Vec::new(), Vec::new());
                    while queue.take_blocking(|| 0, 3, &mut taken, &mut shed) {
                        let mut seen = seen.lock().unwrap();
                        for task in taken.drain(..) {
                            seen.push(task.number);
                            queue.task_ended();
                        }
                        if seen.len() == tasks {
                            queue.end();
                        }
                    }
                });
            }
            for number in 0..tasks as u64 {
                queue.put_blocking(task(number)).unwrap();
            }
        });
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, (0..tasks as u64).collect::<Vec<_>>());
    }
}
