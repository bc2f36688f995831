//! What stands in the middle of the window: one page at a time.

use serde::{Deserialize, Serialize};

use crate::gui::app::{App, SidebarTab};

/// A page of the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Page {
    /// The bundled experiments, and what one was at last.
    #[default]
    Start,
    /// What the open scenario would do, and the button that does it.
    Plan,
    /// The open scenario as the text of its file.
    Text,
    /// The charts and the results of the run that is shown.
    Charts,
    /// Two runs beside each other.
    Comparison,
    /// A sweep, or a search for the capacity.
    Series,
    /// The settings of this machine.
    Machine,
}

impl Page {
    /// The pages that can be chosen beside the menus, in their order.
    pub const CHOICES: [Self; 6] = [
        Self::Start,
        Self::Plan,
        Self::Text,
        Self::Charts,
        Self::Comparison,
        Self::Series,
    ];

    /// As it stands beside the menus.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Plan => "Plan",
            Self::Text => "Text",
            Self::Charts => "Charts",
            Self::Comparison => "Comparison",
            Self::Series => "Sweeps",
            Self::Machine => "Settings",
        }
    }

    /// What is on it.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Start => "Experiments to begin with, recent runs and recent files",
            Self::Plan => "What the open scenario would do",
            Self::Text => "The open scenario as the text of its file, to edit beside the form",
            Self::Charts => "Charts and results of the run that is shown",
            Self::Comparison => "Two runs beside each other",
            Self::Series => "Sweeps over a parameter, and the search for the capacity",
            Self::Machine => {
                "How the window looks, and the interpreters and clusters of this machine"
            }
        }
    }
}

/// The page that is shown, and the one that the settings were opened from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pages {
    shown: Page,
    before: Page,
}

impl Pages {
    /// As the window was left, except in its settings.
    pub(super) const fn beginning_at(page: Page) -> Self {
        let shown = match page {
            // There is no run yet.
            Page::Machine | Page::Charts => Page::Start,
            page => page,
        };
        Self {
            shown,
            before: Page::Start,
        }
    }

    /// The page to begin with at the next start.
    pub(super) const fn to_remember(self) -> Page {
        match self.shown {
            Page::Machine => self.before,
            page => page,
        }
    }

    pub(super) const fn show(&mut self, page: Page) {
        if !matches!(self.shown, Page::Machine) {
            self.before = self.shown;
        }
        self.shown = page;
    }

    /// Leaves the settings.
    pub(super) const fn back(&mut self) {
        self.shown = self.before;
    }
}

impl App {
    /// Begins with this page instead of the start page, as when a file was given.
    pub const fn begin_at(&mut self, page: Page) {
        self.pages.show(page);
    }

    /// Shows this page.
    pub(super) fn show_page(&mut self, page: Page) {
        if page == Page::Start {
            self.start_panel.begin();
            self.recent.look_again();
        }
        self.pages.show(page);
    }

    /// Shows this part of the left panel, which the start page has not.
    pub(super) fn show_sidebar(&mut self, tab: SidebarTab) {
        self.tab = tab;
        self.settings.sidebar = true;
        if self.page() == Page::Start {
            self.pages.show(Page::Plan);
        }
    }

    /// Whether the left panel is shown.
    pub(super) fn has_sidebar(&self) -> bool {
        self.settings.sidebar && self.page() != Page::Start
    }

    /// The page that is shown. There are no charts before the first run.
    #[must_use]
    pub const fn page(&self) -> Page {
        match self.pages.shown {
            Page::Charts if self.tabs.is_empty() => Page::Plan,
            page => page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_lead_back_to_where_they_were_opened() {
        let mut pages = Pages::default();
        pages.show(Page::Comparison);
        pages.show(Page::Machine);
        pages.show(Page::Machine);
        pages.back();
        assert_eq!(pages.shown, Page::Comparison);
    }
}
