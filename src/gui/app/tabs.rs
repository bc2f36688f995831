//! The runs that the window holds, each in a tab with its board and its results; one of them may be under way.
//!
//! They are few: when another one comes, the oldest that can be had back leaves.

use crate::chart::ChartSettings;
use crate::gui::app::{App, Measurement, Origin, Page, RunState};
use crate::gui::board_settings::BoardSettings;
use crate::gui::panels::board::BoardPanel;
use crate::gui::panels::question::Question;
use crate::gui::panels::results::ResultsPanel;
use crate::run::{Event, Run};

/// As many runs as can be told apart in a strip; each may hold some ten megabytes.
pub const TABS_MAX: usize = 12;

/// What can be done with tabs. Each is meant by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TabAction {
    /// Show it.
    Show(u64),
    /// Show the one after the one that is shown; after the last comes the first.
    Next,
    /// Show the one before the one that is shown; before the first comes the last.
    Previous,
    /// Close it, after the questions that are due.
    Close(u64),
    /// Close the one that is shown.
    CloseShown,
    /// Close all others that can be closed without a question.
    CloseOthers(u64),
    /// Keep it when room is needed, or do so no longer.
    TogglePin(u64),
}

/// A run with what belongs to looking at it.
#[derive(Debug)]
pub(super) struct RunTab {
    /// Tells it from other tabs, also closed ones.
    pub(super) number: u64,
    /// The run.
    pub(super) measurement: Measurement,
    /// Its charts.
    pub(super) board: BoardPanel,
    /// Its results.
    pub(super) results: ResultsPanel,
    /// It stays when room is needed.
    is_pinned: bool,
    /// It shows the runs of a series, one after the other; the series keeps them.
    of_series: bool,
    /// It leaves when its run, which was asked to stop, has ended.
    is_leaving: bool,
}

/// One tab, as the strip shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabLabel {
    /// Its number.
    pub number: u64,
    /// What the run is called.
    pub title: String,
    /// When it was started, in seconds since 1970.
    pub started_unix_secs: u64,
    /// Where the run stands.
    pub state: RunState,
    /// Whether it stays when room is needed.
    pub pinned: bool,
    /// Whether it is the one that is shown.
    pub shown: bool,
}

/// The tabs.
#[derive(Debug, Default)]
pub(super) struct RunTabs {
    tabs: Vec<RunTab>,
    /// Index of the one that is shown; 0 if there is none.
    shown: usize,
    /// Number of the newest.
    newest: u64,
    /// What the board of the next one shows.
    settings: ChartSettings,
}

impl RunTabs {
    /// None, of which the first will show this.
    pub(super) fn new(settings: ChartSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// All boards show what `remembered` says. Says whether that is something else than before.
    pub(super) fn configure_boards(&mut self, remembered: &BoardSettings) -> bool {
        for tab in &mut self.tabs {
            tab.board.configure(remembered);
        }
        let settings = remembered.chart_settings();
        let has_changed = settings != self.settings;
        self.settings = settings;
        has_changed
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.tabs.len()
    }

    pub(super) fn shown(&self) -> Option<&RunTab> {
        self.tabs.get(self.shown)
    }

    pub(super) fn shown_mut(&mut self) -> Option<&mut RunTab> {
        self.tabs.get_mut(self.shown)
    }

    /// The run that is shown.
    pub(super) fn measurement(&self) -> Option<&Measurement> {
        self.shown().map(|tab| &tab.measurement)
    }

    /// The tab at `index`, and whether it is shown.
    pub(super) fn at(&mut self, index: usize) -> Option<(&mut RunTab, bool)> {
        let is_shown = index == self.shown;
        self.tabs.get_mut(index).map(|tab| (tab, is_shown))
    }

    /// The one whose run is under way.
    pub(super) fn live(&self) -> Option<&RunTab> {
        self.tabs.iter().find(|tab| tab.measurement.is_running())
    }

    pub(super) fn live_mut(&mut self) -> Option<&mut RunTab> {
        let mut tabs = self.tabs.iter_mut();
        tabs.find(|tab| tab.measurement.is_running())
    }

    /// The run of a series that was measured last.
    pub(super) fn of_series(&self) -> Option<&Measurement> {
        let tab = self.tabs.iter().find(|tab| tab.of_series);
        tab.map(|tab| &tab.measurement)
    }

    /// The one with the run in this file.
    fn with_file(&self, path: &std::path::Path) -> Option<u64> {
        let is_it = |tab: &&RunTab| tab.measurement.origin().path.as_deref() == Some(path);
        self.tabs.iter().find(is_it).map(|tab| tab.number)
    }

    /// The run in this file is called so from now on.
    pub(super) fn rename(&mut self, path: &std::path::Path, name: &str) {
        for tab in &mut self.tabs {
            let origin = tab.measurement.origin();
            if origin.path.as_deref() == Some(path) && origin.name != name {
                let name = name.to_owned();
                tab.measurement.set_origin(Origin { name, ..origin });
            }
        }
    }

    fn index_of(&self, number: u64) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.number == number)
    }

    fn show(&mut self, number: u64) {
        self.shown = self.index_of(number).unwrap_or(self.shown);
    }

    /// Shows the one that lies so many places to the right, around the ends.
    fn step(&mut self, places: usize) {
        self.shown = (self.shown + places) % self.tabs.len().max(1);
    }

    /// Takes a tab out; what was shown stays shown, or else its right neighbour is.
    fn remove(&mut self, index: usize) -> RunTab {
        let tab = self.tabs.remove(index);
        if index < self.shown {
            self.shown -= 1;
        }
        self.shown = self.shown.min(self.tabs.len().saturating_sub(1));
        tab
    }

    /// The tab that leaves first when room is needed: the oldest that lies in a file and that nobody wants to stay.
    fn dispensable(&self) -> Option<usize> {
        let is_kept = |tab: &RunTab| tab.measurement.origin().path.is_some() || tab.of_series;
        let is_idle = |tab: &RunTab| !tab.measurement.is_running();
        let mut tabs = self.tabs.iter();
        tabs.position(|tab| !tab.is_pinned && is_kept(tab) && is_idle(tab))
    }

    /// As the strip shows them.
    pub(super) fn labels(&self) -> Vec<TabLabel> {
        let tabs = self.tabs.iter().enumerate();
        tabs.map(|(index, tab)| TabLabel {
            number: tab.number,
            title: tab.measurement.origin().name,
            started_unix_secs: tab.measurement.run().started_unix_secs,
            state: tab.measurement.state(),
            pinned: tab.is_pinned,
            shown: index == self.shown,
        })
        .collect()
    }

    fn push(&mut self, measurement: Measurement) -> &mut RunTab {
        let mut board = BoardPanel::with(self.settings.clone());
        board.begin(measurement.run());
        self.newest += 1;
        self.shown = self.tabs.len();
        self.tabs.push(RunTab {
            number: self.newest,
            measurement,
            board,
            results: ResultsPanel::default(),
            is_pinned: false,
            of_series: false,
            is_leaving: false,
        });
        &mut self.tabs[self.shown]
    }
}

impl App {
    /// The tabs, as the strip shows them.
    #[must_use]
    pub fn tab_labels(&self) -> Vec<TabLabel> {
        self.tabs.labels()
    }

    /// What the board that is shown shows, and of which time.
    pub(super) fn chart_settings(&self) -> ChartSettings {
        let shown = self.tabs.shown();
        shown.map_or_else(ChartSettings::default, |tab| ChartSettings {
            stretch: tab.board.stretch(),
            ..tab.board.settings().clone()
        })
    }

    /// Shows a run that is only looked at, in a tab of its own.
    pub fn show_run(&mut self, run: Run) {
        if self.has_room_for_a_tab() {
            self.open_tab(Measurement::new(run, None));
        }
    }

    /// Takes in an event of the run that is shown, as if its runner had sent it: for tests and benches.
    pub fn tell_run(&mut self, event: Event) {
        if let Some(tab) = self.tabs.shown_mut() {
            tab.measurement.take(event);
        }
    }

    pub(super) fn open_tab(&mut self, measurement: Measurement) {
        let run = measurement.run();
        let is_decided = run.ended && !run.request.scenario.objectives.is_empty();
        let tab = self.tabs.push(measurement);
        if is_decided {
            tab.results.show_verdict();
        }
        self.pages.show(Page::Charts);
    }

    /// Shows the tab of the run in this file, if there is one.
    pub(super) fn show_tab_of(&mut self, path: &std::path::Path) -> bool {
        let Some(number) = self.tabs.with_file(path) else {
            return false;
        };
        self.tabs.show(number);
        self.pages.show(Page::Charts);
        true
    }

    /// Shows the next run of a series in the tab of the one before, whatever tab is looked at.
    pub(super) fn open_series_step(&mut self, measurement: Measurement) {
        let mut tabs = self.tabs.tabs.iter_mut();
        if let Some(tab) = tabs.find(|tab| tab.of_series && !tab.is_pinned) {
            tab.board.begin(measurement.run());
            tab.measurement = measurement;
            return;
        }
        for tab in &mut self.tabs.tabs {
            tab.of_series = false;
        }
        self.tabs.push(measurement).of_series = true;
    }

    /// Whether another run has room, after one was closed if need be. Says so if not.
    pub(super) fn has_room_for_a_tab(&mut self) -> bool {
        if self.tabs.len() < TABS_MAX {
            return true;
        }
        let Some(index) = self.tabs.dispensable() else {
            self.fail(&format!(
                "{TABS_MAX} runs are open, and none of them can be closed without a question: close one first"
            ));
            return false;
        };
        let name = self.tabs.tabs[index].measurement.origin().name;
        self.take_tab_away(index);
        let now = self.jobs.ctx().input(|input| input.time);
        let text = format!("Closed the tab of '{name}' to make room: the run is kept");
        self.toasts.good(text, now);
        true
    }

    pub(super) fn perform_on_tabs(&mut self, action: TabAction) {
        match action {
            TabAction::Show(number) => {
                self.tabs.show(number);
                self.pages.show(Page::Charts);
            }
            TabAction::Next => self.step_tabs(1),
            TabAction::Previous => self.step_tabs(self.tabs.len().saturating_sub(1)),
            TabAction::Close(number) => self.close_tab(number),
            TabAction::CloseShown => {
                let shown = self.tabs.shown().map(|tab| tab.number);
                // On another page nobody sees what would go.
                if let Some(number) = shown.filter(|_| self.page() == Page::Charts) {
                    self.close_tab(number);
                }
            }
            TabAction::CloseOthers(number) => {
                let others = self.tabs.tabs.iter().map(|tab| tab.number);
                let others: Vec<u64> = others.filter(|other| *other != number).collect();
                for other in others {
                    self.close_if_nothing_is_lost(other);
                }
            }
            TabAction::TogglePin(number) => {
                if let Some(index) = self.tabs.index_of(number) {
                    let tab = &mut self.tabs.tabs[index];
                    tab.is_pinned = !tab.is_pinned;
                }
            }
        }
        self.jobs.ctx().request_repaint_after(SOON);
    }

    fn step_tabs(&mut self, places: usize) {
        if !self.tabs.is_empty() {
            self.tabs.step(places);
            self.pages.show(Page::Charts);
        }
    }

    fn close_tab(&mut self, number: u64) {
        let Some(index) = self.tabs.index_of(number) else {
            return;
        };
        let title = self.tabs.tabs[index].measurement.origin().name;
        if self.is_at_work(index) {
            self.question = Some(Question::CloseTab {
                number,
                title,
                running: true,
            });
        } else if self.is_only_here(index) {
            self.question = Some(Question::CloseTab {
                number,
                title,
                running: false,
            });
        } else {
            self.take_tab_away(index);
        }
    }

    fn close_if_nothing_is_lost(&mut self, number: u64) {
        let index = self.tabs.index_of(number);
        let index = index.filter(|&index| {
            let stays = self.tabs.tabs[index].is_pinned;
            !stays && !self.is_at_work(index) && !self.is_only_here(index)
        });
        if let Some(index) = index {
            self.take_tab_away(index);
        }
    }

    /// The question was answered: it may go, even if it is lost.
    pub(super) fn close_for_good(&mut self, number: u64) {
        if let Some(index) = self.tabs.index_of(number) {
            self.take_tab_away(index);
        }
    }

    /// Ends the run of a tab; then the tab leaves.
    pub(super) fn stop_and_close(&mut self, number: u64) {
        let Some(index) = self.tabs.index_of(number) else {
            return;
        };
        self.tabs.tabs[index].is_leaving = true;
        if self.is_at_work(index) {
            self.stop_run();
        }
    }

    /// Takes away the tabs whose runs were stopped for that.
    pub(super) fn follow_leaving_tabs(&mut self) {
        while let Some(index) = self.tabs.tabs.iter().position(|tab| tab.is_leaving)
            && !self.is_at_work(index)
        {
            self.take_tab_away(index);
        }
    }

    /// Whether the run of a tab goes on, or the series does of which it is.
    fn is_at_work(&self, index: usize) -> bool {
        let tab = &self.tabs.tabs[index];
        tab.measurement.is_running() || (tab.of_series && self.has_active_series())
    }

    /// Whether what was measured would be lost with the tab.
    fn is_only_here(&self, index: usize) -> bool {
        let tab = &self.tabs.tabs[index];
        let is_in_a_file = tab.measurement.origin().path.is_some();
        let mut blocks = tab.measurement.run().blocks.iter();
        let has_figures = blocks.any(|block| block.last.is_some());
        has_figures && !is_in_a_file && !tab.of_series && !tab.measurement.is_being_kept()
    }

    /// The file is deleted: nothing shows its run any more.
    pub(super) fn take_tab_of_file_away(&mut self, path: &std::path::Path) {
        let index = self
            .tabs
            .with_file(path)
            .and_then(|number| self.tabs.index_of(number));
        if let Some(index) = index.filter(|&index| !self.is_at_work(index)) {
            self.take_tab_away(index);
        }
    }

    /// Closes a tab. What of its run is not written yet is written on a thread of its own.
    fn take_tab_away(&mut self, index: usize) {
        let tab = self.tabs.remove(index);
        self.put_run_away(tab.measurement);
    }
}

/// egui paints twice for a request without delay.
const SOON: std::time::Duration = std::time::Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn tabs(count: usize) -> RunTabs {
        let mut tabs = RunTabs::default();
        for _ in 0..count {
            tabs.push(Measurement::new(support::finished_run(), None));
        }
        tabs
    }

    fn keep(tab: &mut RunTab) {
        let origin = tab.measurement.origin();
        let path = Some(std::path::PathBuf::from("kept"));
        tab.measurement
            .set_origin(crate::gui::app::Origin { path, ..origin });
    }

    #[test]
    fn what_is_shown_stays_shown_when_others_close_and_its_neighbour_follows_it() {
        let mut tabs = tabs(4);
        tabs.show(3);
        tabs.remove(0);
        assert_eq!(tabs.shown().map(|tab| tab.number), Some(3));
        tabs.remove(1);
        assert_eq!(tabs.shown().map(|tab| tab.number), Some(4));
        tabs.remove(1);
        assert_eq!(tabs.shown().map(|tab| tab.number), Some(2));
        tabs.remove(0);
        assert!(tabs.shown().is_none());
        tabs.step(1);
    }

    #[test]
    fn next_and_previous_go_around_the_ends() {
        let mut tabs = tabs(3);
        tabs.step(1);
        assert_eq!(tabs.shown().map(|tab| tab.number), Some(1));
        tabs.step(2);
        assert_eq!(tabs.shown().map(|tab| tab.number), Some(3));
    }

    #[test]
    fn the_oldest_that_is_kept_and_not_pinned_leaves_first() {
        let mut tabs = tabs(4);
        assert_eq!(tabs.dispensable(), None);
        for index in 1..4 {
            keep(&mut tabs.tabs[index]);
        }
        assert_eq!(tabs.dispensable(), Some(1));
        tabs.tabs[1].is_pinned = true;
        assert_eq!(tabs.dispensable(), Some(2));
    }
}
