//! The queue in front of a pool of workers: bounded, with the policies of a scenario.
//!
//! Threads take from it blocking, event loops take from it asynchronously. Besides the tasks that were
//! admitted it holds those that come *back* for a further part: they go first and are never refused, so
//! that a task that has begun always finds its way to the end (see `backends::hybrid`).
//!
//! It decides what happens to tasks and counts none of them; instants are arguments.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use event_listener::{Event, Listener as _};

use crate::engine::interpreter;
use crate::engine::task::Task;
use crate::scenario::{Queue, QueuePolicy};

/// What became of a task that was offered.
#[derive(Debug, Clone, PartialEq)]
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

    /// As [`Self::put_blocking`] for many tasks, in lumps as large as there is room for: who offers a batch of small
    /// tasks one by one wakes the worker for each.
    ///
    /// # Errors
    /// With the tasks that were not taken in, if the queue has ended.
    pub fn put_all_blocking(&self, mut tasks: VecDeque<Task>) -> Result<(), VecDeque<Task>> {
        while !tasks.is_empty() {
            let listener = self.room_came.listen();
            let mut state = self.lock();
            if state.ended {
                return Err(tasks);
            }
            let room = self.settings.capacity.saturating_sub(state.waiting.len());
            let came = room.min(tasks.len());
            state.waiting.extend(tasks.drain(..came));
            drop(state);
            if came > 0 {
                self.task_came.notify_additional(came);
            } else {
                listener.wait();
            }
        }
        Ok(())
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
    ///
    /// Like the threads of a `ThreadPoolExecutor`, whoever finds a task keeps the interpreter lock, and whoever is
    /// woken for one takes that lock first: another thread may have the task by then.
    pub fn take_blocking(
        &self,
        now: impl Fn() -> u64,
        max: usize,
        taken: &mut Vec<Task>,
        shed: &mut Vec<Task>,
    ) -> bool {
        loop {
            if let Some(goes_on) = self.take_or_shed(now(), max, taken, shed) {
                return goes_on;
            }
            let listener = self.task_came.listen();
            // What came before the listener was there is not announced to it.
            if let Some(goes_on) = self.take_or_shed(now(), max, taken, shed) {
                return goes_on;
            }
            interpreter::released(|| listener.wait());
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
            if let Some(goes_on) = self.take_or_shed(now(), max, taken, shed) {
                return goes_on;
            }
            listener.await;
        }
    }

    /// Whether the queue goes on, if there is something to tell: tasks, or tasks given up, or its end.
    fn take_or_shed(
        &self,
        now_nanos: u64,
        max: usize,
        taken: &mut Vec<Task>,
        shed: &mut Vec<Task>,
    ) -> Option<bool> {
        match self.try_take(now_nanos, max, taken, shed) {
            Taken::Some => Some(true),
            Taken::Ended => Some(false),
            Taken::Nothing => (!shed.is_empty()).then_some(true),
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
