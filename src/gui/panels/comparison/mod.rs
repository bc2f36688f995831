//! Two runs beside each other: what differs around them first, then candidate by candidate.

mod around;
mod candidates;
mod pairs;
mod sides;

use egui::{RichText, ScrollArea, Ui};

use crate::analysis::{Judgement, RunComparison, RunOutcome, RunOutcomeKind};
use crate::gui::action::{Action, RunsAction, SideChoice};
use crate::gui::app::{Around, Chosen, Compared, Comparing, RunEntry, Slot, TwoCandidates};
use crate::gui::panels::comparison::pairs::PairView;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{FollowFocus as _, badge_ui, card_ui, empty_state_ui, severity_ui};
use crate::scenario::Severity;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct ComparisonView<'a> {
    /// Baseline and run.
    pub sides: &'a [Chosen; 2],
    /// Two candidates of one run, while these are compared.
    pub candidates: Option<&'a TwoCandidates>,
    /// Whether the run that is shown has candidates to compare.
    pub has_candidates: bool,
    /// What follows.
    pub comparing: &'a Comparing,
    /// Another number for each comparison, by which points are cached.
    pub number: u64,
    /// The kept runs, the newest first.
    pub entries: &'a [RunEntry],
    /// Title of the run that is shown; none while it goes on.
    pub shown: Option<&'a str>,
    /// Whether a run is under way.
    pub locked: bool,
}

/// Shows the comparison; keeps which candidate is open, and the points of its charts.
#[derive(Debug, Default)]
pub struct ComparisonPanel {
    pairs: PairView,
}

impl ComparisonPanel {
    /// Shows the page and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &ComparisonView<'_>, actions: &mut Vec<Action>) {
        ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("comparison")
            .show_following(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                sides::head_ui(ui, view, actions);
                match view.candidates {
                    Some(two) => candidates::candidates_ui(ui, two, view.locked, actions),
                    None => sides::sides_ui(ui, view, actions),
                }
                match view.comparing {
                    Comparing::Incomplete => incomplete_ui(ui, view, actions),
                    Comparing::Working => empty_state_ui(
                        ui,
                        "Comparing…",
                        "Each measure is drawn again many times to find its interval",
                    ),
                    Comparing::Failed(error) => severity_ui(ui, Severity::Error, error),
                    Comparing::Done(compared) => {
                        self.compared_ui(ui, compared, view.number, actions);
                    }
                }
            });
    }

    fn compared_ui(
        &mut self,
        ui: &mut Ui,
        compared: &Compared,
        number: u64,
        actions: &mut Vec<Action>,
    ) {
        match &compared.around {
            Around::Runs(around) => {
                let (comparison, outcome) = &**around;
                outcome_ui(ui, comparison, outcome);
                around::around_ui(ui, comparison, &compared.scenario);
            }
            Around::OneRun { .. } if compared.pairs.is_empty() => {
                let nothing = "The run has not measured both candidates";
                empty_state_ui(ui, "Nothing to compare", nothing);
            }
            Around::OneRun { doubts } => candidates::outcome_ui(ui, &compared.pairs, doubts),
        }
        self.pairs.ui(ui, compared, number, actions);
    }
}

fn incomplete_ui(ui: &mut Ui, view: &ComparisonView<'_>, actions: &mut Vec<Action>) {
    let sides = view.sides;
    let ready = sides
        .iter()
        .filter(|side| matches!(side, Chosen::Ready(_)))
        .count();
    let reading = sides.iter().any(|side| matches!(side, Chosen::Reading(_)));
    let (title, text) = match (ready, reading) {
        (_, true) => ("Reading…", ""),
        (0, false) => (
            "No runs chosen",
            "Choose a baseline and a run above, or in the list of kept runs on the left",
        ),
        _ => (
            "One run chosen",
            "Choose the other one above, or in the list of kept runs on the left",
        ),
    };
    empty_state_ui(ui, title, text);
    let is_empty = sides.iter().all(|side| matches!(side, Chosen::Nothing));
    if let (Some([now, before]), true, false) =
        (sides::newest_two(view.entries), is_empty, view.locked)
    {
        ui.vertical_centered(|ui| {
            let compare = ui.button("Compare the two newest runs");
            let about = "The newest is held against the one before it";
            if compare.on_hover_text(about).clicked() {
                for (slot, path) in [(Slot::Baseline, before), (Slot::Run, now)] {
                    let choice = SideChoice::File(path.to_owned());
                    actions.push(Action::Runs(RunsAction::Compare(slot, choice)));
                }
            }
        });
    }
}

fn outcome_ui(ui: &mut Ui, comparison: &RunComparison, outcome: &RunOutcome) {
    let palette = theme::palette(ui);
    card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Outcome").text_style(theme::title_style()));
            let (symbol, color) = outcome_mark(outcome, palette);
            let word = outcome.headline().to_lowercase();
            badge_ui(ui, &format!("{symbol} {word}"), color);
        });
        ui.add(egui::Label::new(&outcome.why).wrap());
        for (name, reason) in comparison.doubts().skip(1) {
            severity_ui(ui, Severity::Warning, &format!("{name}: {reason}"));
        }
    });
}

const fn outcome_mark(outcome: &RunOutcome, palette: &Palette) -> (&'static str, egui::Color32) {
    match outcome.kind {
        // Two experiments rather than one that got worse.
        RunOutcomeKind::Worse if outcome.in_common == 0 => ("?", palette.warning),
        RunOutcomeKind::Worse => ("✖", palette.error),
        RunOutcomeKind::NotWorse => ("✔", palette.good),
        RunOutcomeKind::NotKnown => ("?", palette.warning),
        RunOutcomeKind::NotTrustworthy => ("⚠", palette.error),
    }
}

/// The symbol and the colour of a judgement; the word stands beside it.
const fn judged(judgement: Judgement, palette: &Palette) -> (&'static str, egui::Color32) {
    match judgement {
        Judgement::Better => ("✔", palette.good),
        Judgement::Worse => ("✖", palette.error),
        Judgement::TooClose => ("≈", palette.weak),
        Judgement::NotKnown => ("?", palette.weak),
    }
}
