//! Which of the recent files are there: looked at on a background thread, while the start page shows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::{App, Page};

/// What is known of the recent files.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// Those that are not there any more.
    pub(super) gone: BTreeSet<PathBuf>,
    /// Of which list that is known, or being found out.
    of: Vec<PathBuf>,
}

/// What a look at the recent files has shown.
#[derive(Debug)]
pub(super) struct RecentLooked {
    /// The files that were looked at.
    of: Vec<PathBuf>,
    gone: BTreeSet<PathBuf>,
}

impl Recent {
    /// What is known may be out of date.
    pub(super) fn look_again(&mut self) {
        self.of.clear();
    }
}

impl App {
    /// Looks which recent files are there, if somebody sees the list and it is not known.
    pub(super) fn look_at_recent_if_wanted(&mut self) {
        if self.page() != Page::Start || self.recent.of == self.settings.recent {
            return;
        }
        let of = self.settings.recent.clone();
        self.recent.of.clone_from(&of);
        self.start("recent files", Kind::Abandonable, move || {
            let is_gone = |path: &&PathBuf| matches!(path.try_exists(), Ok(false));
            let gone = of.iter().filter(is_gone).cloned().collect();
            Done::RecentLooked(RecentLooked { of, gone })
        });
    }

    pub(super) fn take_recent(&mut self, looked: RecentLooked) {
        // The list may have changed meanwhile; then it is looked at again.
        if looked.of == self.recent.of {
            self.recent.gone = looked.gone;
        }
    }

    /// Takes a file off the list.
    pub(super) fn forget_file(&mut self, path: &Path) {
        self.settings.recent.retain(|known| known != path);
        self.save_settings();
    }
}
