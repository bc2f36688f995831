//! Work off the thread that draws: each piece on a named thread of its own, its outcome in a channel.
//!
//! Pieces are rare and short (a dialog, a file), so there is no pool.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::gui::action::{Exported, Format};
use crate::gui::app::exporting::Copied;
use crate::gui::app::exports::Previewed;
use crate::gui::app::recent::RecentLooked;
use crate::gui::app::series::Told;
use crate::gui::app::verdicts::VerdictRead;
use crate::gui::app::{ChosenRun, Compared, Slot};
use crate::gui::dialogs::{FileRequest, Picked};
use crate::run::library::{Kept, LibraryError, Listing};
use crate::run::record::Record;
use crate::scenario::{Loaded, ScenarioFileError};
use crate::session::LocalPython;

/// Why a file is chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// To open it.
    Open,
    /// To save the scenario there.
    Save,
    /// To export there.
    Export(Exported, Format),
    /// To add it as an interpreter.
    Interpreter,
    /// To copy it into the kept runs.
    Import,
}

/// What came of a piece of work.
#[derive(Debug)]
pub(super) enum Done {
    /// The user was asked for a file.
    Picked {
        purpose: Purpose,
        request: FileRequest,
        picked: Picked,
    },
    /// It was looked which of the recent files are there.
    RecentLooked(RecentLooked),
    /// The file of a kept run was read for its verdict.
    VerdictRead(VerdictRead),
    /// A scenario file was read: what it turned out to be, and its text.
    Loaded {
        path: PathBuf,
        result: Box<Result<(Loaded, String), ScenarioFileError>>,
    },
    /// The scenario was saved.
    Saved {
        /// Of which document.
        number: u64,
        path: PathBuf,
        text: Arc<str>,
        result: Result<(), ScenarioFileError>,
    },
    /// Something was exported.
    Exported {
        path: PathBuf,
        result: Result<(), String>,
    },
    /// The settings were saved.
    SettingsSaved(std::io::Result<()>),
    /// The desktop was told something.
    Notified(Result<(), String>),
    /// Interpreters were looked for.
    Looked {
        search: u64,
        looked: Box<Result<LocalPython, String>>,
    },
    /// The settings of the machine were changed.
    MachineChanged(Result<(), String>),
    /// The kept runs were listed.
    RunsListed {
        number: u64,
        listing: Result<Listing, String>,
    },
    /// The file of a run was read, to be shown.
    RunRead(Box<RunFile>),
    /// A run from elsewhere was copied in, or read where it is.
    RunImported(Result<Box<(PathBuf, Record)>, String>),
    /// What is said of a run was written: its file, and what it is called now.
    RunChanged(Result<(PathBuf, String), String>),
    /// The file of a run was deleted.
    RunDeleted {
        path: PathBuf,
        title: String,
        deleted: Result<(), LibraryError>,
    },
    /// A run that had ended is written to its end.
    Kept(Result<Kept, String>),
    /// The file of a run was read, to be compared.
    SideRead {
        slot: Slot,
        path: PathBuf,
        chosen: Box<Result<ChosenRun, String>>,
    },
    /// A run of a series was taken in, or a kept one put together.
    SeriesTold(Box<Told>),
    /// A series is written to its end, in this file.
    SeriesKept(Result<PathBuf, String>),
    /// The preview of a picture was made.
    Previewed(Result<Previewed, String>),
    /// What goes to the clipboard was made.
    Copied(Result<Copied, String>),
    /// Two runs were compared.
    Compared {
        number: u64,
        compared: Box<Compared>,
    },
}

/// The file of a run as it was read.
#[derive(Debug)]
pub(super) struct RunFile {
    pub(super) path: PathBuf,
    pub(super) result: Result<Record, String>,
}

/// Whether the program has to wait for a piece before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It writes a file: leaving waits for it.
    Writes,
    /// It can be abandoned, as a dialog that is still open.
    Abandonable,
}

/// The pieces of work that are under way.
pub(super) struct Jobs {
    ctx: egui::Context,
    sender: Sender<Done>,
    receiver: Receiver<Done>,
    writers: Vec<JoinHandle<()>>,
}

impl Jobs {
    pub(super) fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = unbounded();
        Self {
            ctx,
            sender,
            receiver,
            writers: Vec::new(),
        }
    }

    /// The window, to wake it up.
    pub(super) const fn ctx(&self) -> &egui::Context {
        &self.ctx
    }

    /// Does `work` on a thread of that name.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(super) fn start(
        &mut self,
        name: &'static str,
        kind: Kind,
        work: impl FnOnce() -> Done + Send + 'static,
    ) -> std::io::Result<()> {
        /// egui paints twice for a request without delay.
        const SOON: std::time::Duration = std::time::Duration::from_millis(1);
        let (ctx, sender) = (self.ctx.clone(), self.sender.clone());
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // The window may be gone; then nobody wants to know.
                let _ = sender.send(work());
                ctx.request_repaint_after(SOON);
            })?;
        self.writers.retain(|writer| !writer.is_finished());
        if kind == Kind::Writes {
            self.writers.push(thread);
        }
        Ok(())
    }

    /// What has come to an end since the last call.
    pub(super) fn finished(&self) -> Vec<Done> {
        self.receiver.try_iter().collect()
    }

    /// Waits until all files are written. Only when the window is gone.
    pub(super) fn finish_writing(&mut self) {
        for writer in self.writers.drain(..) {
            if writer.join().is_err() {
                log::error!("a thread that was writing a file has panicked");
            }
        }
    }
}
