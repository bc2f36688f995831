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
}

impl Keeping {
    /// Keeps the run that comes if it is `wanted`.
    pub(super) const fn new(wanted: bool) -> Self {
        Self {
            wanted,
            keeper: None,
        }
    }

    /// The run begins.
    pub(super) fn begin(&mut self, run: &Run, out: &mut Output) {
        if !self.wanted {
            return;
        }
        let library = library();
        let keeper = library.and_then(|library| Ok(Keeper::start(library, run)?));
        self.keeper = keeper.map_err(|error| out.message(not_kept(&error))).ok();
    }

    /// Something happened in the run. Never waits for the disk.
    pub(super) fn follow(&mut self, run: &Run, out: &mut Output) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        keeper.follow(run);
        if !run.ended
            && let Some(Err(error)) = keeper.outcome()
        {
            out.message(not_kept(&error));
            self.keeper = None;
        }
    }

    /// The run is over, and its figures are given out: waits until it is kept, and says under which name.
    pub(super) fn finish(self, run: &Run, out: &mut Output) {
        let Some(keeper) = self.keeper else {
            return;
        };
        match keeper.finish(run) {
            Ok(kept) => out.message(format_args!(
                "Kept as {0}; see it again with 'poolscope runs show {0}'.",
                kept.id
            )),
            Err(error) => out.message(not_kept(&error)),
        }
    }
}

fn not_kept<E: std::fmt::Display>(error: &E) -> String {
    format!("warning: this run is not kept: {error:#}")
}
