//! What this machine has for candidates of CPython, looked for and changed on background threads.
//!
//! Nothing is looked for before somebody wants to see it, and nothing while a run measures.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::logic::sentence;
use crate::gui::app::{App, Page, SidebarTab};
use crate::scenario::Backend;
use crate::session::{
    AddError, ClusterKind, LocalError, LocalPython, LocalSettings, RunnerCommand, add_interpreter,
};

/// A change to the settings of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineChange {
    /// Add this interpreter, or virtual environment, under that name.
    Add {
        /// What scenarios call it.
        name: String,
        /// An executable, or the folder of a virtual environment.
        path: PathBuf,
    },
    /// Remove the interpreter of this name.
    Remove(String),
    /// Set the address of a cluster, or forget it.
    Address(ClusterKind, Option<String>),
}

/// How far the search is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Search {
    /// Nobody wanted to know yet.
    #[default]
    NotYet,
    /// Under way; what was found before is still shown.
    Looking,
    /// Ended.
    Done,
    /// Ended without a result, for this reason.
    Failed(String),
}

/// How far a change is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Changing {
    /// Nothing is being changed.
    #[default]
    Idle,
    /// Under way.
    Working,
    /// Not done, for this reason.
    Failed(String),
}

/// What is known of the machine.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// What was found last.
    pub(super) local: LocalPython,
    pub(super) search: Search,
    pub(super) changing: Changing,
    /// Ends what is under way.
    unwanted: Arc<AtomicBool>,
    /// Number of the newest search: what comes of an older one is out of date.
    newest: u64,
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

impl App {
    /// Looks for interpreters, if nobody has yet and somebody could see them.
    pub(super) fn look_if_wanted(&mut self) {
        if self.machine.search != Search::NotYet || self.is_running() {
            return;
        }
        let candidates = &self.document.scenario().candidates;
        let composes = self.tab == SidebarTab::Compose
            && self.has_sidebar()
            && candidates
                .iter()
                .any(|candidate| matches!(candidate.backend, Backend::Python(_)));
        if self.page() == Page::Machine || composes {
            self.look_for_interpreters();
        }
    }

    /// Looks for interpreters anew.
    pub(super) fn look_for_interpreters(&mut self) {
        if self.is_running() || self.machine.search == Search::Looking {
            return;
        }
        self.machine.search = Search::Looking;
        let (command, folder) = (self.runner_command(), self.services.settings_dir.clone());
        self.machine.newest += 1;
        let (search, unwanted) = (self.machine.newest, Arc::clone(&self.machine.unwanted));
        let refused = self.start("interpreters", Kind::Abandonable, move || {
            let go_on = || !unwanted.load(Ordering::Relaxed);
            let looked = LocalPython::look_in(folder.as_deref(), &command, go_on);
            let looked = Box::new(looked.map_err(|error| error.to_string()));
            Done::Looked { search, looked }
        });
        if let Some(error) = refused {
            self.machine.search = Search::Failed(error);
        }
    }

    /// Ends what is under way, as when a run begins, which is to have the machine for itself. What was looked for is
    /// looked for again when it is wanted.
    pub(super) fn stop_looking(&mut self) {
        self.machine.unwanted.store(true, Ordering::Relaxed);
        self.machine.unwanted = Arc::default();
        self.machine.newest += 1;
        if self.machine.search == Search::Looking {
            self.machine.search = Search::NotYet;
        }
    }

    /// What came of a search.
    pub(super) fn take_looked(&mut self, search: u64, looked: Result<LocalPython, String>) {
        if search != self.machine.newest {
            return;
        }
        match looked {
            Ok(local) => self.show_interpreters(local),
            Err(error) => self.machine.search = Search::Failed(sentence(&error)),
        }
    }

    /// Shows interpreters and settings as if they had just been found.
    pub fn show_interpreters(&mut self, local: LocalPython) {
        let usable = local.found.usable();
        let names = usable.map(|found| found.name().to_owned()).collect();
        self.composer.offer_interpreters(names);
        self.machine.local = local;
        self.machine.search = Search::Done;
    }

    /// Changes the settings of the machine, then looks again.
    pub(super) fn change_machine(&mut self, change: MachineChange) {
        if self.is_running() || self.machine.changing == Changing::Working {
            return;
        }
        let Some(folder) = self.services.settings_dir.clone() else {
            let error = LocalError::NoFolder.to_string();
            self.machine.changing = Changing::Failed(sentence(&error));
            return;
        };
        self.machine.changing = Changing::Working;
        let command = self.runner_command();
        let unwanted = Arc::clone(&self.machine.unwanted);
        let refused = self.start("machine settings", Kind::Writes, move || {
            let go_on = || !unwanted.load(Ordering::Relaxed);
            let changed = carry_out(change, &folder, &command, go_on);
            Done::MachineChanged(changed.map_err(|error| error.to_string()))
        });
        if let Some(error) = refused {
            self.machine.changing = Changing::Failed(error);
        }
    }

    /// What came of a change.
    pub(super) fn take_changed(&mut self, changed: Result<(), String>) {
        match changed {
            Ok(()) => {
                self.machine.changing = Changing::Idle;
                self.machine_panel.accepted();
                // One that is under way may have read the settings before the change.
                self.stop_looking();
                self.look_for_interpreters();
            }
            Err(error) => self.machine.changing = Changing::Failed(sentence(&error)),
        }
    }

    pub(super) fn runner_command(&self) -> RunnerCommand {
        RunnerCommand {
            executable: self.services.executable.clone(),
        }
    }
}

fn carry_out(
    change: MachineChange,
    folder: &Path,
    command: &RunnerCommand,
    go_on: impl FnMut() -> bool,
) -> Result<(), AddError> {
    match change {
        MachineChange::Add { name, path } => {
            add_interpreter(command, folder, &name, &path, go_on)?;
        }
        MachineChange::Remove(name) => {
            LocalSettings::change(folder, |settings| settings.remove(&name))?;
        }
        MachineChange::Address(cluster, address) => {
            LocalSettings::change(folder, |settings| {
                settings.set_address(cluster, address.as_deref())
            })?;
        }
    }
    Ok(())
}
