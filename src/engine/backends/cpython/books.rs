//! The tasks that the harness has: how many more it may be given, and whose an answer is.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::backends::cpython::frames::Order;
use crate::engine::task::Task;

/// A task that was handed over.
#[derive(Debug)]
pub(super) struct HandedOver {
    pub(super) task: Task,
    /// When.
    pub(super) at_nanos: u64,
}

/// How many tasks the harness may have: as many as can be under way, and so many more that no worker runs dry before
/// it hears of the next task.
#[derive(Debug)]
pub(super) struct Window {
    /// How many can be under way.
    at_once: usize,
    /// How many more at the least.
    ahead_min: usize,
    /// How many more at the most.
    ahead_max: usize,
    /// Running mean of what a task takes.
    mean_nanos: f64,
}

impl Window {
    /// What is ahead is to last that long: some times the way from here to the harness and back.
    const AHEAD_NANOS: f64 = 2e6;
    /// Waiting in the executor instead of here changes nothing for a task, but no more than that is out of the hands of
    /// the queue and its policy.
    const AHEAD_MAX: usize = 1_000;
    /// What is ahead is handed over in so many parts.
    const LUMPS: usize = 8;
    /// Part of a new time in the mean.
    const WEIGHT: f64 = 1.0 / 16.0;

    /// Of an executor in which `at_once` tasks can be under way, with `ahead` more of long tasks.
    pub(super) const fn new(at_once: usize, ahead: usize) -> Self {
        Self {
            at_once,
            ahead_min: ahead,
            // Who has no queue of its own has nothing ahead.
            ahead_max: if ahead == 0 { 0 } else { Self::AHEAD_MAX },
            mean_nanos: f64::INFINITY,
        }
    }

    /// A task took `nanos` of its worker's time.
    pub(super) fn saw(&mut self, nanos: u64) {
        let nanos = nanos as f64;
        self.mean_nanos = if self.mean_nanos.is_finite() {
            self.mean_nanos + (nanos - self.mean_nanos) * Self::WEIGHT
        } else {
            nanos
        };
    }

    fn ahead(&self) -> usize {
        let rounds = Self::AHEAD_NANOS / self.mean_nanos.max(1.0);
        let ahead = (self.at_once as f64 * rounds) as usize;
        ahead.min(self.ahead_max).max(self.ahead_min)
    }

    /// How many tasks it is now; at least one.
    pub(super) fn tasks(&self) -> usize {
        self.at_once.saturating_add(self.ahead()).max(1)
    }

    /// How many of these are to be free before more are handed over: waking the harness takes it time, and with most of
    /// what is ahead still there no worker waits for it.
    pub(super) fn lump(&self) -> usize {
        (self.ahead() / Self::LUMPS).max(1)
    }
}

/// Who has what.
#[derive(Debug)]
pub(super) struct Books {
    state: Mutex<State>,
    room_came: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many tasks the harness may have.
    window: usize,
    /// How many of these are to be free before more are handed over.
    lump: usize,
    next_ticket: u64,
    handed_over: BTreeMap<u64, HandedOver>,
    closed: bool,
}

impl Books {
    pub(super) fn new(window: &Window) -> Self {
        let state = State {
            window: window.tasks(),
            lump: window.lump(),
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            room_came: Condvar::new(),
        }
    }

    /// The harness may have that many tasks from now on.
    pub(super) fn set_window(&self, window: &Window) {
        let mut state = self.lock();
        (state.window, state.lump) = (window.tasks(), window.lump());
        drop(state);
        self.room_came.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the harness may be given tasks, and says how many; none once the books are closed.
    pub(super) fn room(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            let room = state.window.saturating_sub(state.handed_over.len());
            if room >= state.lump {
                return Some(room);
            }
            state = self
                .room_came
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Enters `tasks` as handed over at `at_nanos`, before they are. Returns them if the books are closed.
    pub(super) fn enter(
        &self,
        tasks: Vec<Task>,
        at_nanos: u64,
        orders: &mut Vec<Order>,
    ) -> Result<(), Vec<Task>> {
        let mut state = self.lock();
        if state.closed {
            return Err(tasks);
        }
        for task in tasks {
            let ticket = state.next_ticket;
            state.next_ticket += 1;
            orders.push(Order {
                ticket,
                number: task.number,
                phase: task.segment,
            });
            state
                .handed_over
                .insert(ticket, HandedOver { task, at_nanos });
        }
        Ok(())
    }

    /// The task of an answer; none if nobody has that ticket.
    pub(super) fn leave(&self, ticket: u64) -> Option<HandedOver> {
        let mut state = self.lock();
        let left = state.handed_over.remove(&ticket);
        let room = state.window.saturating_sub(state.handed_over.len());
        let may_go_on = room >= state.lump;
        drop(state);
        if may_go_on {
            self.room_came.notify_one();
        }
        left
    }

    /// Nothing is handed over any more. Returns everything that has no answer.
    pub(super) fn close(&self) -> Vec<HandedOver> {
        let mut state = self.lock();
        state.closed = true;
        let left = std::mem::take(&mut state.handed_over);
        drop(state);
        self.room_came.notify_all();
        left.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::task::Cohort;

    fn task(number: u64) -> Task {
        Task::new(number, Cohort::Measured, 0, 0)
    }

    #[test]
    fn short_tasks_are_handed_over_further_ahead_than_long_ones() {
        let mut window = Window::new(4, 4);
        assert_eq!(window.tasks(), 8, "before anything is known");
        window.saw(1_000_000);
        assert_eq!(window.tasks(), 4 + 8);
        for _ in 0..200 {
            window.saw(10_000);
        }
        assert!((700..=804).contains(&window.tasks()), "{}", window.tasks());
        let books = Books::new(&window);
        let most = books.room().unwrap();
        let tasks = |count: usize| (0..count as u64).map(task).collect::<Vec<_>>();
        books.enter(tasks(most), 0, &mut Vec::new()).unwrap();
        for answered in 0..window.lump() as u64 {
            assert!(books.lock().handed_over.len() + window.lump() > most);
            books.leave(answered);
        }
        assert_eq!(books.room(), Some(window.lump()), "handed over in lumps");
        for _ in 0..200 {
            window.saw(0);
        }
        assert_eq!(window.tasks(), 4 + Window::AHEAD_MAX);
        for _ in 0..200 {
            window.saw(50_000_000);
        }
        assert_eq!(window.tasks(), 8);
        let mut event_loop = Window::new(4, 0);
        event_loop.saw(1);
        assert_eq!(event_loop.tasks(), 4, "it has no queue of its own");
    }

    #[test]
    fn there_is_room_for_as_many_as_were_answered() {
        let books = Books::new(&Window::new(1, 2));
        assert_eq!(books.room(), Some(3));
        let mut orders = Vec::new();
        books.enter(vec![task(7), task(8)], 5, &mut orders).unwrap();
        assert_eq!(books.room(), Some(1));
        let tickets: Vec<_> = orders.iter().map(|order| order.ticket).collect();
        assert_eq!(tickets, [0, 1]);
        let left = books.leave(1).unwrap();
        assert_eq!((left.task.number, left.at_nanos), (8, 5));
        assert!(books.leave(1).is_none(), "a ticket is good for one answer");
        assert_eq!(books.room(), Some(2));
    }

    #[test]
    fn closed_books_give_back_what_has_no_answer_and_take_nothing() {
        let books = Books::new(&Window::new(1, 0));
        books.enter(vec![task(1)], 0, &mut Vec::new()).unwrap();
        std::thread::scope(|scope| {
            let waits = std::thread::Builder::new()
                .spawn_scoped(scope, || books.room())
                .unwrap();
            assert_eq!(books.close().len(), 1);
            assert_eq!(waits.join().unwrap(), None);
        });
        let refused = books.enter(vec![task(2)], 0, &mut Vec::new());
        assert_eq!(refused.unwrap_err().len(), 1);
        assert!(books.close().is_empty());
    }
}
