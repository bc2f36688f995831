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

/// Who has what.
#[derive(Debug)]
pub(super) struct Books {
    /// How many tasks the harness may have.
    window: usize,
    state: Mutex<State>,
    room_came: Condvar,
}

#[derive(Debug, Default)]
struct State {
    next_ticket: u64,
    handed_over: BTreeMap<u64, HandedOver>,
    closed: bool,
}

impl Books {
    pub(super) fn new(window: usize) -> Self {
        Self {
            window: window.max(1),
            state: Mutex::default(),
            room_came: Condvar::new(),
        }
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
            let room = self.window.saturating_sub(state.handed_over.len());
            if room > 0 {
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
        let left = self.lock().handed_over.remove(&ticket);
        self.room_came.notify_one();
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
    fn there_is_room_for_as_many_as_were_answered() {
        let books = Books::new(3);
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
        let books = Books::new(1);
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
