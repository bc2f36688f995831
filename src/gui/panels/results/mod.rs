//! The results: the verdict, the table of all candidates, where the time of a task goes, all figures of one candidate, and
//! how far the run can be trusted. One of them is shown at a time, over the whole width.

mod attempts;
mod costs;
mod details;
mod evidence;
mod findings;
mod interpreter_lines;
mod lanes;
mod lines;
mod matrix;
mod resilience_lines;
mod sorting;
mod split;
mod table;
mod trust;
mod verdict;

use egui::{Align, Button, CursorIcon, Layout, RichText, ScrollArea, Sense, Ui};

use crate::analysis::{
    CandidateFigures, CandidateStatus, NoiseFloor, ObjectiveResult, Trust, Verdict, VerdictKind,
};
use crate::chart::{SplitChart, SplitScale};
use crate::export::Table;
use crate::gui::action::{Action, BoardAction, Exported, Format, RunsAction};
use crate::gui::app::RunState;
use crate::gui::panels::results::evidence::Evidence;
use crate::gui::panels::results::lanes::LanesPage;
use crate::gui::panels::results::sorting::Sorting;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{FollowFocus as _, badge_ui, icon_button_ui};
use crate::run::Run;

pub(super) use attempts::standing_ui;

/// In less width the pages have a line of their own, in points.
const ONE_LINE: f32 = 1100.0;

/// What the results show.
#[derive(Debug, Clone, Copy)]
pub struct ResultsView<'a> {
    /// The figures as texts, the same as in exports and on the terminal.
    pub table: &'a Table,
    /// The candidates' figures, row by row the table's.
    pub figures: &'a [CandidateFigures],
    /// How far the figures can be trusted.
    pub trust: &'a Trust,
    /// What follows from them.
    pub verdict: &'a Verdict,
    /// How each candidate stands to each objective, in the scenario's orders.
    pub objectives: &'a [Vec<ObjectiveResult>],
    /// Where the run stands.
    pub state: RunState,
    /// Where the time of a task goes.
    pub split: &'a SplitChart,
    /// How far two measurements of the same candidate differ; none if that was not asked for, or is not known
    /// before the run ends.
    pub noise_floor: Option<&'a NoiseFloor>,
    /// The run itself.
    pub run: &'a Run,
    /// Whether the window is so low that there is room for the charts or for these, and only the head stays.
    pub can_fold: bool,
}

/// One of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Page {
    /// What follows from the run.
    Verdict,
    /// All candidates, the figures that decide.
    #[default]
    Table,
    /// Where the time of a task goes.
    Split,
    /// What each worker did.
    Lanes,
    /// What became of attempts.
    Attempts,
    /// All figures of one candidate.
    Details,
    /// How far the run can be trusted.
    Trust,
}

impl Page {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (
            Self::Verdict,
            "Verdict",
            "What follows from the run, on what grounds, and what it costs",
        ),
        (
            Self::Table,
            "Candidates",
            "The figures that decide, side by side",
        ),
        (
            Self::Split,
            "Time split",
            "Where the time of a task goes, in the same parts for every back end",
        ),
        (
            Self::Lanes,
            "Time line",
            "What each worker did, moment by moment, and the slowest tasks",
        ),
        (
            Self::Attempts,
            "Faults",
            "What became of attempts under faults and with defences, and what has a name",
        ),
        (Self::Details, "Details", "All figures of one candidate"),
        (
            Self::Trust,
            "Trust",
            "What was checked, and within which limits it was",
        ),
    ];
}

/// Shows the results; keeps which page is open, the order of the rows, and whose details are shown.
#[derive(Debug, Default)]
pub struct ResultsPanel {
    page: Page,
    sorting: Sorting,
    /// What the viewer chose; what can be read, if nothing was chosen.
    scale: Option<SplitScale>,
    lanes: LanesPage,
    /// The candidate whose details are shown, as its index in the scenario.
    candidate: Option<usize>,
    /// Whether more than the head is shown where the window is too low for that and the charts.
    is_unfolded: bool,
}

impl ResultsPanel {
    /// Whether they have most of the height of a low window.
    #[must_use]
    pub const fn is_unfolded(&self) -> bool {
        self.is_unfolded
    }

    /// Opens the page of the verdict.
    pub fn show_verdict(&mut self) {
        self.page = Page::Verdict;
    }

    /// Shows the results and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
        // Without faults and defences an attempt is a task.
        if self.page == Page::Attempts && !view.run.request.has_attempts() {
            self.page = Page::Table;
        }
        if view.can_fold && !self.is_unfolded {
            self.head_ui(ui, view, false, actions);
            return;
        }
        // A page that has little to say keeps the height of the panel: it belongs to the viewer.
        ui.take_available_height();
        self.header_ui(ui, view, actions);
        match self.page {
            Page::Verdict => {
                let mut asked = None;
                scrolled(ui, "verdict", |ui| {
                    asked = verdict::verdict_ui(ui, view, actions);
                });
                self.look_at(asked, actions);
            }
            Page::Table => {
                let asked = table::table_ui(ui, view, &mut self.sorting);
                self.look_at(asked, actions);
            }
            Page::Split => scrolled(ui, "split", |ui| {
                split::split_ui(ui, view.split, &mut self.scale, actions);
            }),
            Page::Lanes => self.lanes.ui(ui, view, actions),
            Page::Attempts => scrolled(ui, "attempts", |ui| attempts::attempts_ui(ui, view)),
            Page::Details => scrolled(ui, "details", |ui| {
                details::details_ui(ui, view, &mut self.candidate);
            }),
            Page::Trust => scrolled(ui, "trust", |ui| trust::trust_ui(ui, view)),
        }
    }

    /// Opens what answers "why?".
    fn look_at(&mut self, asked: Option<Evidence>, actions: &mut Vec<Action>) {
        match asked {
            None => {}
            Some(Evidence::Figures) => self.page = Page::Table,
            Some(Evidence::Details(candidate)) => {
                (self.page, self.candidate) = (Page::Details, Some(candidate));
            }
            Some(Evidence::Split) => self.page = Page::Split,
            Some(Evidence::Lanes(candidate)) => {
                self.page = Page::Lanes;
                self.lanes.look_at(candidate);
            }
            Some(Evidence::Attempts) => self.page = Page::Attempts,
            Some(Evidence::Trust) => self.page = Page::Trust,
            Some(Evidence::Chart(id)) => actions.push(Action::Board(BoardAction::LookAt(id))),
        }
    }

    /// One line, or two where the window is narrow: the pages then have one of their own.
    fn header_ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
        let is_wide = ui.available_width() >= ONE_LINE;
        self.head_ui(ui, view, is_wide, actions);
        if !is_wide {
            ui.horizontal_wrapped(|ui| self.pages_ui(ui, view));
        }
        ui.add_space(space::XS);
    }

    /// Where the run stands and what can be done with it, and the pages if these have room too.
    fn head_ui(
        &mut self,
        ui: &mut Ui,
        view: &ResultsView<'_>,
        with_pages: bool,
        actions: &mut Vec<Action>,
    ) {
        ui.horizontal(|ui| {
            if view.can_fold {
                self.fold_ui(ui);
            }
            self.standing_ui(ui, view);
            if with_pages {
                ui.add_space(space::S);
                self.pages_ui(ui, view);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                exports_ui(ui, actions);
                compare_button_ui(ui, view, actions);
            });
        });
    }

    fn fold_ui(&mut self, ui: &mut Ui) {
        let (icon, name) = if self.is_unfolded {
            ("⏷", "Fold the results")
        } else {
            ("⏶", "Unfold the results")
        };
        if icon_button_ui(ui, icon, name).clicked() {
            self.is_unfolded = !self.is_unfolded;
        }
    }

    /// What follows from the run, in a word.
    fn standing_ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>) {
        let palette = theme::palette(ui);
        ui.label(RichText::new("Results").text_style(theme::title_style()));
        let (word, color) = verdict_badge(view.verdict.kind, palette);
        // What is not over has no answer yet, whatever its first candidates say.
        let (word, color) = if view.run.ended {
            (word, color)
        } else {
            ("not over yet", palette.weak)
        };
        // Beside the page of the verdict, which has the same for the keyboard.
        let badge = badge_ui(ui, word, color).interact(Sense::CLICK);
        let badge = badge.on_hover_cursor(CursorIcon::PointingHand);
        if badge.on_hover_text(&view.verdict.why).clicked() {
            (self.page, self.is_unfolded) = (Page::Verdict, true);
        }
        same_work_ui(ui, view.figures);
    }

    fn pages_ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>) {
        let palette = theme::palette(ui);
        ui.spacing_mut().item_spacing.x = space::XS;
        for (page, title, about) in Page::ALL {
            if page == Page::Attempts && !view.run.request.has_attempts() {
                continue;
            }
            let mut title = RichText::new(title);
            if page == Page::Trust && !view.trust.trustworthy {
                title = RichText::new("Trust ⚠").color(palette.error);
            }
            let tab = ui.selectable_label(self.page == page, title);
            if tab.on_hover_text(about).clicked() {
                self.page = page;
            }
        }
    }
}

/// What can be written to a file, from the right.
fn exports_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    for (what, format, label, name) in [
        (
            Exported::Figures,
            Format::Json,
            "JSON…",
            "Export figures as JSON",
        ),
        (
            Exported::Figures,
            Format::Csv,
            "CSV…",
            "Export figures as CSV",
        ),
        (
            Exported::Report,
            Format::Html,
            "Report…",
            "Export a report as HTML",
        ),
    ] {
        let button = ui.add(Button::new(RichText::new(label).small()));
        if button.on_hover_text(name).accessible_name(name).clicked() {
            actions.push(Action::Export(what, format));
        }
    }
}

/// Leads to two candidates beside each other.
fn compare_button_ui(ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
    let can = view.run.ended && view.figures.len() > 1;
    let button = Button::new(RichText::new("Compare…").small());
    let button = ui.add_enabled(can, button);
    let button = button
        .on_hover_text("Lay two candidates of this run beside each other")
        .on_disabled_hover_text("Takes a run that is over, with two candidates")
        .accessible_name("Compare two candidates");
    if button.clicked() {
        actions.push(Action::Runs(RunsAction::CompareCandidates));
    }
}

/// What the digests of all candidates' work say, once all are done: nothing if they did different numbers of
/// tasks, as under a closed load, or some of them more than once, which draws anew.
fn same_work(figures: &[CandidateFigures]) -> Option<bool> {
    let done = |figures: &&CandidateFigures| figures.status == CandidateStatus::Done;
    if figures.len() < 2 || !figures.iter().all(|figures| done(&figures)) {
        return None;
    }
    let first = &figures[0];
    let same_number = |other: &CandidateFigures| {
        other.counts.good == first.counts.good && other.counts.retries == 0
    };
    if first.counts.good == 0 || !figures.iter().all(same_number) {
        return None;
    }
    let digest = first.work_digest?;
    Some(
        figures
            .iter()
            .all(|other| other.work_digest == Some(digest)),
    )
}

fn same_work_ui(ui: &mut Ui, figures: &[CandidateFigures]) {
    let palette = theme::palette(ui);
    match same_work(figures) {
        Some(true) => {
            badge_ui(ui, "✔ same work", palette.good).on_hover_text(
                "The tasks of all candidates did the same: the digests of their work are equal",
            );
        }
        Some(false) => {
            badge_ui(ui, "⚠ work differs", palette.warning).on_hover_text(
                "As many tasks as elsewhere were good, and yet the digests of their work are not equal",
            );
        }
        None => {}
    }
}

fn scrolled(ui: &mut Ui, salt: &str, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt(salt)
        .show_following(ui, content);
}

fn verdict_badge(kind: VerdictKind, palette: &Palette) -> (&'static str, egui::Color32) {
    match kind {
        VerdictKind::Choose => ("decided", palette.good),
        VerdictKind::Tie => ("too close to call", palette.warning),
        VerdictKind::NoneQualifies => ("none qualifies", palette.warning),
        VerdictKind::NotTrustworthy => ("not trustworthy", palette.error),
        VerdictKind::NoObjectives => ("no objectives set", palette.weak),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn the_same_tasks_on_every_candidate_are_the_same_work() {
        let figures = candidate_figures(&support::batch_run());
        assert_eq!(same_work(&figures), Some(true));
        let mut other = figures.clone();
        other[1].work_digest = Some(7);
        assert_eq!(same_work(&other), Some(false));
        other[1].counts.good -= 1;
        assert_eq!(same_work(&other), None);
        assert_eq!(same_work(&candidate_figures(&support::sample_run())), None);
    }
}
