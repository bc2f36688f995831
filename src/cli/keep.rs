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
    /// Why the run is not kept, or not all of it; told at the end, where it is read.
    trouble: Option<String>,
}

impl Keeping {
    /// Keeps the run that comes if it is `wanted`.
    pub(super) const fn new(wanted: bool) -> Self {
        Self {
            wanted,
            keeper: None,
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

    /// The run is over, and its figures are given out: waits until it is kept, and says under which name.
    pub(super) fn finish(mut self, run: &Run, out: &mut Output) {
        match self.keeper.take().map(|keeper| keeper.finish(run)) {
            Some(Ok(kept)) => out.message(format_args!(
                "Kept as {0}; see it again with 'poolscope runs show {0}'.",
                kept.id
            )),
            Some(Err(error)) => self.trouble = Some(error.to_string()),
            None => {}
        }
        if let Some(trouble) = self.trouble {
            out.message(format_args!(
                "warning: this run is not kept, or not all of it: {trouble}"
            ));
        }
    }
}
