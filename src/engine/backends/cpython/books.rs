//! The tasks that the harness has: how many more it may be given, and whose an answer is.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::backends::cpython::faults;
use crate::engine::backends::cpython::frames::Order;
use crate::engine::caller::Attempt;
use crate::engine::task::Task;

/// A task that was handed over.
#[derive(Debug)]
pub(super) struct HandedOver {
    pub(super) task: Task,
    /// When.
    pub(super) at_nanos: u64,
}

impl HandedOver {
    /// Whether nobody waits for it any more.
    pub(super) fn is_given_up(&self) -> bool {
        let attempt = self.task.attempt.as_ref();
        attempt.is_some_and(|attempt| attempt.is_settled())
    }
}

/// What is to be told of tasks that were entered.
#[derive(Debug, Default)]
pub(super) struct Entered {
    pub(super) orders: Vec<Order>,
    /// What befalls some of them, in records of [`faults`].
    pub(super) afflictions: Vec<u8>,
    /// Tasks whose callers gave them up before they could be handed over.
    pub(super) given_up: Vec<Task>,
}

/// Tells an attempt from all others: cohort, number and index.
type AttemptKey = (usize, u64, u32);

fn key_of(attempt: &Attempt) -> AttemptKey {
    (attempt.cohort().index(), attempt.number(), attempt.index())
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
    handed_over: HashMap<u64, HandedOver>,
    /// Tasks that go on for nobody and whose places are free, until they come to their end.
    set_aside: BTreeMap<u64, HandedOver>,
    /// The tickets of attempts; none where nobody gives any up.
    tickets: Option<BTreeMap<AttemptKey, u64>>,
    closed: bool,
}

impl State {
    fn room(&self) -> usize {
        self.window.saturating_sub(self.handed_over.len())
    }

    fn forget_ticket_of(&mut self, task: &Task) {
        if let (Some(tickets), Some(attempt)) = (&mut self.tickets, &task.attempt) {
            tickets.remove(&key_of(attempt));
        }
    }
}

impl Books {
    /// `gives_up` if callers may give up what was handed over.
    pub(super) fn new(window: &Window, gives_up: bool) -> Self {
        let state = State {
            window: window.tasks(),
            lump: window.lump(),
            tickets: gives_up.then(BTreeMap::new),
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
            let room = state.room();
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
    pub(super) fn enter(&self, tasks: Vec<Task>, at_nanos: u64) -> Result<Entered, Vec<Task>> {
        let mut entered = Entered {
            orders: Vec::with_capacity(tasks.len()),
            ..Entered::default()
        };
        let mut state = self.lock();
        if state.closed {
            return Err(tasks);
        }
        state.handed_over.reserve(tasks.len());
        for task in tasks {
            let ticket = state.next_ticket;
            if let (Some(tickets), Some(attempt)) = (&mut state.tickets, &task.attempt) {
                // Who gives it up from now on finds its ticket.
                if attempt.is_settled() {
                    entered.given_up.push(task);
                    continue;
                }
                tickets.insert(key_of(attempt), ticket);
            }
            state.next_ticket += 1;
            entered.orders.push(Order {
                ticket,
                number: task.draw_number(),
                phase: task.segment,
            });
            if let Some(affliction) = &task.affliction {
                faults::put(ticket, affliction, &mut entered.afflictions);
            }
            state
                .handed_over
                .insert(ticket, HandedOver { task, at_nanos });
        }
        Ok(entered)
    }

    /// The ticket of an attempt that the harness has; none if it does not.
    pub(super) fn ticket_of(&self, attempt: &Attempt) -> Option<u64> {
        self.lock().tickets.as_ref()?.get(&key_of(attempt)).copied()
    }

    /// The task of an answer; none if nobody has that ticket.
    pub(super) fn leave(&self, ticket: u64) -> Option<HandedOver> {
        let mut state = self.lock();
        let Some(left) = state.handed_over.remove(&ticket) else {
            return state.set_aside.remove(&ticket);
        };
        state.forget_ticket_of(&left.task);
        self.tell_of_room(state);
        Some(left)
    }

    /// The tasks of `count` answers whose tickets count up from `first`; none, and nothing changed, if nobody has one of
    /// these.
    pub(super) fn leave_together(&self, first: u64, count: usize) -> Option<Vec<HandedOver>> {
        let mut state = self.lock();
        let tickets = first..first.checked_add(count as u64)?;
        let is_known = |ticket| {
            state.handed_over.contains_key(&ticket) || state.set_aside.contains_key(&ticket)
        };
        if !tickets.clone().all(is_known) {
            return None;
        }
        let leave = |ticket| {
            let Some(left) = state.handed_over.remove(&ticket) else {
                return state.set_aside.remove(&ticket);
            };
            state.forget_ticket_of(&left.task);
            Some(left)
        };
        let left = tickets.filter_map(leave).collect();
        self.tell_of_room(state);
        Some(left)
    }

    /// A task goes on for nobody and holds nobody up: its place is free. False if nobody has that ticket.
    pub(super) fn set_aside(&self, ticket: u64) -> bool {
        let mut state = self.lock();
        let Some(task) = state.handed_over.remove(&ticket) else {
            return false;
        };
        state.forget_ticket_of(&task.task);
        state.set_aside.insert(ticket, task);
        self.tell_of_room(state);
        true
    }

    fn tell_of_room(&self, state: MutexGuard<'_, State>) {
        let may_go_on = state.room() >= state.lump;
        drop(state);
        if may_go_on {
            self.room_came.notify_one();
        }
    }

    /// Nothing is handed over any more. Returns everything that has no answer.
    pub(super) fn close(&self) -> Vec<HandedOver> {
        let mut state = self.lock();
        state.closed = true;
        let mut left = std::mem::take(&mut state.set_aside);
        left.extend(std::mem::take(&mut state.handed_over));
        drop(state);
        self.room_came.notify_all();
        left.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

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
        let books = Books::new(&window, false);
        let most = books.room().unwrap();
        let tasks = |count: usize| (0..count as u64).map(task).collect::<Vec<_>>();
        books.enter(tasks(most), 0).unwrap();
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
        let books = Books::new(&Window::new(1, 2), false);
        assert_eq!(books.room(), Some(3));
        let entered = books.enter(vec![task(7), task(8)], 5).unwrap();
        assert_eq!(books.room(), Some(1));
        let tickets: Vec<_> = entered.orders.iter().map(|order| order.ticket).collect();
        assert_eq!(tickets, [0, 1]);
        let left = books.leave(1).unwrap();
        assert_eq!((left.task.number, left.at_nanos), (8, 5));
        assert!(books.leave(1).is_none(), "a ticket is good for one answer");
        assert_eq!(books.room(), Some(2));
    }

    #[test]
    fn answers_that_come_together_are_to_tasks_that_are_all_under_way() {
        let books = Books::new(&Window::new(9, 0), false);
        books.enter((0..4).map(task).collect(), 5).unwrap();
        assert!(books.set_aside(2));
        for (first, count) in [(1, 4), (4, 1), (u64::MAX, 2)] {
            assert!(books.leave_together(first, count).is_none());
        }
        let left = books.leave_together(1, 3).unwrap();
        let numbers: Vec<_> = left.iter().map(|one| one.task.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(books.room(), Some(8), "the first is still under way");
        assert!(
            books.leave_together(1, 1).is_none(),
            "a ticket is good for one answer"
        );
    }

    #[test]
    fn closed_books_give_back_what_has_no_answer_and_take_nothing() {
        let books = Books::new(&Window::new(1, 0), false);
        books.enter(vec![task(1)], 0).unwrap();
        std::thread::scope(|scope| {
            let waits = std::thread::Builder::new()
                .spawn_scoped(scope, || books.room())
                .unwrap();
            assert_eq!(books.close().len(), 1);
            assert_eq!(waits.join().unwrap(), None);
        });
        let refused = books.enter(vec![task(2)], 0);
        assert_eq!(refused.unwrap_err().len(), 1);
        assert!(books.close().is_empty());
    }

    fn attempt_of(number: u64) -> Task {
        let mut task = task(number);
        task.attempt = Some(Arc::new(Attempt::first(&task, 0, 0)));
        assert!(task.attempt.as_ref().unwrap().begin(1, || ()));
        task
    }

    #[test]
    fn who_gives_an_attempt_up_finds_its_ticket_as_long_as_it_is_under_way() {
        let books = Books::new(&Window::new(3, 0), true);
        let tasks = [attempt_of(5), attempt_of(6), attempt_of(7)];
        let attempts = tasks.clone().map(|task| task.attempt.unwrap());
        attempts[1].give_up();
        let entered = books.enter(tasks.to_vec(), 0).unwrap();
        assert_eq!(
            entered.given_up,
            [tasks[1].clone()],
            "before it was handed over"
        );
        let find = || attempts.clone().map(|attempt| books.ticket_of(&attempt));
        assert_eq!(find(), [Some(0), None, Some(1)]);
        books.leave(1).unwrap();
        assert_eq!(find(), [Some(0), None, None]);
        assert!(entered.afflictions.is_empty());
    }

    #[test]
    fn what_goes_on_for_nobody_takes_no_place_and_is_answered_all_the_same() {
        let books = Books::new(&Window::new(2, 0), true);
        let task = attempt_of(5);
        books.enter(vec![task.clone(), attempt_of(6)], 0).unwrap();
        assert!(books.set_aside(0) && !books.set_aside(0));
        assert_eq!(books.room(), Some(1));
        assert_eq!(books.ticket_of(task.attempt.as_ref().unwrap()), None);
        assert_eq!(books.leave(0).unwrap().task, task);
        assert!(books.leave(0).is_none());
        assert_eq!(books.room(), Some(1));
        assert!(books.set_aside(1));
        assert_eq!(books.close().len(), 1, "until the end");
    }
}
