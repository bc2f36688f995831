//! Parent side of a run: starts runners one after the other, reads them, commands them, ends them.
//!
//! A [`Session`] is the handle on a running run. Its thread starts one runner per block, in the order of
//! [`RunRequest::plan`], and sends [`Event`]s; the receiver feeds them to a `Run`.
//!
//! **Invariant**: nothing here executes a stage. Dropping a [`Session`] ends every process that it started.

use std::path::PathBuf;

use crossbeam_channel::Receiver;

use crate::run::{Event, RunRequest};

/// How a runner is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerCommand {
    /// The executable of poolscope. A parameter, because in a test the current executable is the test.
    pub executable: PathBuf,
}

/// The handle on a run that is under way.
#[derive(Debug)]
pub struct Session {
    events: Receiver<Event>,
}

impl Session {
    /// Starts `request`. `wake` is called after each event from a background thread, at most about ten
    /// times a second for snapshots: the window asks for a repaint in it, the CLI does nothing.
    ///
    /// # Errors
    /// If the system refuses the session's thread.
    pub fn start(
        request: RunRequest,
        command: RunnerCommand,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let _ = (request, command, wake);
        Err(std::io::ErrorKind::Unsupported.into())
    }

    /// What happens, in order; ends with [`Event::RunEnded`]. The channel is bounded: while it is full,
    /// snapshots are merged into one, so a slow receiver loses resolution and nothing else.
    #[must_use]
    pub const fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// Asks the run to end: the current block is cut, the remaining ones are not started, all figures so
    /// far are kept. Returns at once; everything is over within two seconds.
    pub fn stop(&self) {}
}
