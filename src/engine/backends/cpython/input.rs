//! The harness's input, and what is said there of attempts that their callers have given up.

use std::io::{self, BufWriter};
use std::process::ChildStdin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::engine::backends::cpython::books::Books;
use crate::engine::backends::cpython::{Shared, frames};
use crate::engine::backends::desk::Stopper;

/// The harness's input, to which more than one thread writes. Its end tells the harness that nobody waits for it any
/// more.
pub(super) struct Input(Mutex<Option<BufWriter<ChildStdin>>>);

impl Input {
    pub(super) fn new(orders: ChildStdin) -> Self {
        Self(Mutex::new(Some(BufWriter::new(orders))))
    }

    /// Writes a frame.
    ///
    /// # Errors
    /// If the harness is gone, or the input was closed.
    pub(super) fn write(&self, kind: u8, payload: &[u8]) -> io::Result<()> {
        self.hold().write(kind, payload)
    }

    /// Keeps everybody else from writing for a while.
    pub(super) fn hold(&self) -> Held<'_> {
        Held(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Closes it.
    pub(super) fn close(&self) {
        *self.hold().0 = None;
    }
}

/// The input in the hands of one thread.
pub(super) struct Held<'i>(MutexGuard<'i, Option<BufWriter<ChildStdin>>>);

impl Held<'_> {
    /// As [`Input::write`].
    pub(super) fn write(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        match self.0.as_mut() {
            Some(out) => frames::write(out, kind, payload),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// Tells the harness which orders nobody waits for any more. The caller's clerk must not wait for a harness that is
/// busy: a thread of its own writes. Each order is named at most once, so that there are never more than the harness
/// has.
pub(super) struct Revoker {
    tickets: Sender<Option<u64>>,
    received: Receiver<Option<u64>>,
}

impl Revoker {
    pub(super) fn new() -> Self {
        let (tickets, received) = unbounded();
        Self { tickets, received }
    }

    /// What the clerk calls when it gives up an attempt that runs.
    pub(super) fn stopper(&self, books: Arc<Books>) -> Stopper {
        let tickets = self.tickets.clone();
        Stopper(Box::new(move |attempt| {
            let ticket = books.ticket_of(attempt);
            // Whether it could be stopped, the harness says.
            ticket.is_some_and(|ticket| tickets.send(Some(ticket)).is_ok())
        }))
    }

    /// What makes [`Self::serve`] come to its end.
    pub(super) fn bell(&self) -> Sender<Option<u64>> {
        self.tickets.clone()
    }

    /// Tells the harness, until the bell rings or it is gone.
    pub(super) fn serve(self, shared: &Shared) {
        let mut goes_on = true;
        while goes_on {
            let mut payload = Vec::new();
            let first = self.received.recv().unwrap_or_default();
            for ticket in std::iter::once(first).chain(self.received.try_iter()) {
                match ticket {
                    Some(ticket) => payload.extend_from_slice(&ticket.to_le_bytes()),
                    None => goes_on = false,
                }
            }
            goes_on = goes_on && shared.input.write(b'K', &payload).is_ok();
        }
    }
}
