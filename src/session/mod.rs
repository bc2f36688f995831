//! Parent side of a run: starts runners one after the other, reads them, commands them, ends them.
//!
//! A [`Session`] is the handle on a running run. Its thread starts one runner per block, in the order of
//! [`RunRequest::plan`], and sends [`Event`]s; the receiver feeds them to a `Run`.
//!
//! **Invariant**: nothing here executes a stage. Dropping a [`Session`] ends every process that it started.

mod add;
mod child;
mod complaints;
mod conductor;
mod freeze;
mod interpreters;
mod local;
mod orphans;
mod outbox;
mod probe;
mod resolve;

use std::path::PathBuf;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::run::{Event, RunRequest};
use crate::session::conductor::{Command, Conductor};
pub use add::{AddError, add_interpreter};
pub use freeze::{Freeze, FreezeTarget, FrozenRun, run_with_freeze};
pub use interpreters::{FindError, find_interpreters, look_at_interpreter};
pub use local::{ClusterKind, LocalError, LocalSettings, runs_folder, settings_folder};
pub use probe::{ProbeError, probe};
pub use resolve::LocalPython;

/// Events that may wait for the receiver before snapshots are merged: six seconds at ten a second.
const EVENTS_MAX: usize = 64;

/// How a runner is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerCommand {
    /// The executable of poolscope. A parameter, because in a test the current executable is the test.
    pub executable: PathBuf,
}

/// Why a receiver is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The run goes on: whoever shows it may take their time.
    Progress,
    /// The run has ended, and nothing is disturbed any more.
    Ended,
}

/// The handle on a run that is under way.
#[derive(Debug)]
pub struct Session {
    events: Receiver<Event>,
    commands: Sender<Command>,
    thread: Option<JoinHandle<()>>,
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
        wake: impl Fn(Wake) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (event_sender, events) = bounded(EVENTS_MAX);
        // A stop and an end: more would say the same.
        let (commands, command_receiver) = bounded(2);
        let conductor = Conductor::new(request, command, command_receiver, event_sender, wake);
        let thread = std::thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || conductor.run())?;
        Ok(Self {
            events,
            commands,
            thread: Some(thread),
        })
    }

    /// What happens, in order; ends with [`Event::RunEnded`]. The channel is bounded: while it is full,
    /// snapshots are merged into one, so a slow receiver loses resolution and nothing else.
    #[must_use]
    pub const fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// Asks the run to end: the current block is cut, the remaining ones are not started, all figures so
    /// far are kept. Returns at once; everything is over within two seconds.
    pub fn stop(&self) {
        // A full channel holds a stop already; a closed one means that the run has ended.
        let _ = self.commands.try_send(Command::Stop);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.commands.try_send(Command::End);
        // The conductor does not wait for a receiver that is gone.
        let (_, nobody) = bounded(0);
        self.events = nobody;
        if let Some(thread) = self.thread.take() {
            // A conductor that panicked has dropped its runner while unwinding.
            let _ = thread.join();
        }
    }
}
