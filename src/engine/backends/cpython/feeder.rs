//! What hands tasks to the harness.
//!
//! Tasks are handed over while the harness has fewer than the executor can use, so that the queue in front of it, with
//! its policies and its bound, stays the one of the scenario. A batch is handed over as a whole, phase by phase, as one
//! call of the executor's `map` wants it.

use std::sync::Arc;

use crate::engine::backends::cpython::faults::{RECORD_BYTES, RECORDS_MAX};
use crate::engine::backends::cpython::frames::{self, ORDERS_MAX, Order};
use crate::engine::backends::cpython::input::Held;
use crate::engine::backends::cpython::{Shared, lost};
use crate::engine::clock::{self, Pacer};
use crate::engine::plan::FRONT_POOL;
use crate::engine::task::{Cohort, Ran, Task};

/// A batch that goes to one call of `map`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Batch {
    /// How many tasks it has.
    pub(super) tasks: usize,
    /// How many travel together; the library's own choice if 0.
    pub(super) chunk: u32,
}

/// Hands tasks to the harness until the queue has ended.
pub(super) struct Feeder {
    shared: Arc<Shared>,
    batch: Option<Batch>,
    /// Whether the batch has begun: then everything that comes is a phase of it.
    begun: bool,
    /// Memory for the moment.
    payload: Vec<u8>,
}

impl Feeder {
    pub(super) const fn new(shared: Arc<Shared>, batch: Option<Batch>) -> Self {
        Self {
            shared,
            batch,
            begun: false,
            payload: Vec::new(),
        }
    }

    /// Serves until the queue has ended or the harness is gone, and tells the harness to come to its end if the block
    /// ended in order. Without that word the end of its input means that nobody waits for it any more; with it, its
    /// input stays open until it has left.
    pub(super) fn serve(mut self) {
        while let Some(tasks) = self.take() {
            if self.hand_over(tasks).is_err() {
                // The thread that reads the answers finds out why, and gives up what has none.
                self.shared.input.close();
                return;
            }
        }
        if self.shared.desk.cancel.is_set() {
            self.shared.input.close();
        } else {
            // A harness that is gone needs no word.
            let _ = self.shared.input.write(b'E', &[]);
        }
    }

    /// The next tasks; none at the end.
    fn take(&mut self) -> Option<Vec<Task>> {
        let room = match self.batch {
            Some(batch) if self.begun => batch.tasks,
            _ => self.shared.books.room()?,
        };
        let mut tasks = Vec::new();
        if !self.take_up_to(room, &mut tasks) {
            return None;
        }
        let Some(batch) = self.batch else {
            return Some(tasks);
        };
        // The warm-up has run dry before the first task of the batch comes.
        if !self.begun && tasks.iter().all(|task| task.cohort == Cohort::Measured) {
            self.begun = true;
            while tasks.len() < batch.tasks {
                if !self.take_up_to(batch.tasks - tasks.len(), &mut tasks) {
                    return None;
                }
            }
        }
        Some(tasks)
    }

    /// Waits for tasks and takes what is there; false at the end.
    fn take_up_to(&self, most: usize, tasks: &mut Vec<Task>) -> bool {
        let desk = &self.shared.desk;
        let mut begun = Vec::new();
        let goes_on = desk.take_blocking(FRONT_POOL, 0, most, &mut begun);
        begun.retain_mut(|task| desk.begin(FRONT_POOL, task.number as usize, task));
        tasks.append(&mut begun);
        goes_on
    }

    fn hand_over(&mut self, tasks: Vec<Task>) -> std::io::Result<()> {
        let shared = self.shared.clone();
        // Tasks of a batch may come before they are due.
        let now_nanos = clock::now_nanos();
        let due_nanos = tasks.iter().map(|task| task.intended_nanos).max();
        let at_nanos = due_nanos.unwrap_or(0).max(now_nanos);
        // From the entry on it may be given up: nobody is told so of an order that has not been given.
        let mut input = shared.input.hold();
        let entered = match shared.books.enter(tasks, at_nanos) {
            Ok(entered) => entered,
            Err(tasks) => {
                self.give_up(tasks);
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
        };
        for task in &entered.given_up {
            // Nothing of it ran.
            shared.desk.discard(FRONT_POOL, task, true);
        }
        for records in entered.afflictions.chunks(RECORDS_MAX * RECORD_BYTES) {
            input.write(b'X', records)?;
        }
        let orders = entered.orders;
        if at_nanos > now_nanos {
            Pacer::new()
                .wait_until(at_nanos, || shared.is_leaving())
                .ok_or(std::io::ErrorKind::BrokenPipe)?;
        }
        match self.batch {
            Some(batch) if self.begun => {
                for orders in orders.chunks(ORDERS_MAX) {
                    self.send_batch(&mut input, batch.chunk, orders)?;
                }
            }
            _ if orders.is_empty() => {}
            _ => {
                self.payload.clear();
                frames::put_orders(&orders, &mut self.payload);
                input.write(b'T', &self.payload)?;
            }
        }
        Ok(())
    }

    /// Hands over orders for one call of `map`.
    fn send_batch(
        &mut self,
        input: &mut Held<'_>,
        chunk: u32,
        orders: &[Order],
    ) -> std::io::Result<()> {
        self.payload.clear();
        self.payload.extend_from_slice(&chunk.to_le_bytes());
        let kind = if frames::put_consecutive(orders, &mut self.payload) {
            b'C'
        } else {
            frames::put_orders(orders, &mut self.payload);
            b'M'
        };
        input.write(kind, &self.payload)
    }

    /// The harness went before it was given these.
    fn give_up(&self, tasks: Vec<Task>) {
        for task in tasks {
            let now = clock::now_nanos();
            let worker = task.number as usize;
            let goes_on =
                self.shared
                    .desk
                    .end(FRONT_POOL, worker, task, Ran::here(now, now), Err(lost()));
            debug_assert!(goes_on.is_none(), "a failed task goes nowhere");
        }
    }
}
