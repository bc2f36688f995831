//! Keeping a run in the library while it goes on. What goes wrong with it is one line and never the run's own failure.

use crate::cli::Output;
use crate::cli::library::library;
use crate::run::Run;
use crate::run::library::Keeper;

/// Whether and how a run is kept.
#[derive(Debug)]
pub(super) struct Keeping {
    wanted: bool,
    keeper: Option<Keeper>,
    /// What it is called in the library, once it is there.
    id: Option<String>,
    /// Why the run is not kept, or not all of it; told at the end, where it is read.
    trouble: Option<String>,
}

impl Keeping {
    /// Keeps the run that comes if it is `wanted`.
    pub(super) const fn new(wanted: bool) -> Self {
        Self {
            wanted,
            keeper: None,
            id: None,
            trouble: None,
        }
    }

    /// The run begins.
    pub(super) fn begin(&mut self, run: &Run) {
        if !self.wanted {
            return;
        }
        let library = library();
        let keeper = library.and_then(|library| Ok(Keeper::start(library, run)?));
        match keeper {
            Ok(keeper) => self.keeper = Some(keeper),
            Err(error) => self.trouble = Some(format!("{error:#}")),
        }
    }

    /// Something happened in the run. Never waits for the disk.
    pub(super) fn follow(&mut self, run: &Run) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        keeper.follow(run);
        if !run.ended
            && let Some(Err(error)) = keeper.outcome()
        {
            self.trouble = Some(error.to_string());
            self.keeper = None;
        }
    }

    /// The run is over: waits until it is kept. Returns its name in the library, if it is there.
    pub(super) fn settle(&mut self, run: &Run) -> Option<&str> {
        match self.keeper.take().map(|keeper| keeper.finish(run)) {
            Some(Ok(kept)) => self.id = Some(kept.id),
            Some(Err(error)) => self.trouble = Some(error.to_string()),
            None => {}
        }
        self.id.as_deref()
    }

    /// The run is over, and its figures are given out: waits until it is kept, and says under which name.
    pub(super) fn finish(mut self, run: &Run, out: &mut Output) {
        if let Some(id) = self.settle(run) {
            out.message(format_args!(
                "Kept as {id}; see it again with 'poolscope runs show {id}'."
            ));
        }
        if let Some(trouble) = self.trouble {
            out.message(format_args!(
                "warning: this run is not kept, or not all of it: {trouble}"
            ));
        }
    }
}
