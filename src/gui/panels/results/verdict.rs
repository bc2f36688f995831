//! The page of the verdict: what follows from the run, on what grounds, what would change it, and what it costs.

use egui::{Align, Color32, Label, Layout, RichText, Ui, Vec2};

use crate::analysis::{Recommendation, VerdictKind};
use crate::gui::action::{Action, ComposerSection, RunsAction};
use crate::gui::app::RunState;
use crate::gui::panels::results::evidence::{Evidence, evidence_ui};
use crate::gui::panels::results::{ResultsView, costs::costs_ui, findings::findings_ui, matrix};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, empty_state_ui, weak_ui};
use crate::gui::words;

/// From this width on, the words stand beside the matrix, in points.
const SIDE_BY_SIDE: f32 = 900.0;
/// The part of the width that the words have then.
const WORDS_RATIO: f32 = 0.34;
/// A comfortable line of text, in points.
const LINE_MAX: f32 = 760.0;

/// Shows the page; returns which evidence is asked for.
pub(super) fn verdict_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    actions: &mut Vec<Action>,
) -> Option<Evidence> {
    if view.run.blocks.iter().all(|block| block.last.is_none()) {
        let (title, text) = nothing_yet(view.state);
        empty_state_ui(ui, title, text);
        return None;
    }
    ui.spacing_mut().item_spacing.y = space::XS;
    let mut asked = None;
    let full = ui.available_width();
    if full < SIDE_BY_SIDE || !matrix::has_rows(view) {
        column_ui(ui, full.min(LINE_MAX), |ui| {
            words_ui(ui, view, actions, &mut asked);
        });
        ui.add_space(space::S);
        matrix::matrix_ui(ui, view);
    } else {
        ui.horizontal_top(|ui| {
            let width = (full * WORDS_RATIO).min(LINE_MAX);
            column_ui(ui, width, |ui| words_ui(ui, view, actions, &mut asked));
            ui.add_space(space::L);
            let rest = ui.available_width();
            column_ui(ui, rest, |ui| matrix::matrix_ui(ui, view));
        });
    }
    if view.run.ended {
        list_ui(ui, "Still open", &matrix::open_questions(view));
    }
    title_ui(ui, "What it costs");
    costs_ui(ui, view);
    if view.run.request.scenario.prices.target.is_none() {
        let button = ui.button(RichText::new("Set a target rate…").small());
        let hover = "Then the run tells how many instances it needs, and what they cost in a month";
        if button.on_hover_text(hover).clicked() {
            actions.push(Action::ComposeSection(ComposerSection::Prices));
        }
    }
    title_ui(ui, "What holds the candidates up");
    findings_ui(ui, view.figures, &mut asked);
    asked
}

/// What stands there before anything was measured.
const fn nothing_yet(state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::Failed => (
            "No verdict",
            "Nothing could be measured: the page Candidates says why",
        ),
        RunState::Stopped | RunState::Stopping => (
            "No verdict",
            "The run was stopped before anything was measured",
        ),
        RunState::None | RunState::Waiting | RunState::Live | RunState::Finished => (
            "No verdict yet",
            "It forms as soon as the first block measures",
        ),
    }
}

fn column_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
        ui.set_width(width);
        content(ui);
    });
}

/// The answer, the reason, and what would change it; sets `asked` where evidence is asked for.
fn words_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    actions: &mut Vec<Action>,
    asked: &mut Option<Evidence>,
) {
    let palette = theme::palette(ui);
    let verdict = view.verdict;
    if let Some((word, color, about)) = state_badge(view.state, palette) {
        badge_ui(ui, word, color).on_hover_text(about);
    }
    ui.label(RichText::new(verdict.headline(view.run.ended)).text_style(theme::title_style()));
    match verdict.kind {
        VerdictKind::NotTrustworthy => {
            for reason in &view.trust.reasons {
                let reason = RichText::new(format!("✖ {reason}")).color(palette.error);
                ui.add(Label::new(reason).wrap());
            }
            let button = ui.button("See what was checked");
            let hover = "Opens the page Trust: every check with its limit";
            if button.on_hover_text(hover).clicked() {
                *asked = Some(Evidence::Trust);
            }
        }
        VerdictKind::NoObjectives => {
            ui.add(Label::new(&verdict.grounds).wrap());
            let button = ui.button("Set objectives…");
            let hover = "Shows the objectives of the scenario in the left panel";
            if button.on_hover_text(hover).clicked() {
                actions.push(Action::ComposeSection(ComposerSection::Objectives));
            }
        }
        VerdictKind::Choose | VerdictKind::Tie | VerdictKind::NoneQualifies => {
            ui.add(Label::new(&verdict.grounds).wrap());
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::M;
                evidence_ui(ui, Evidence::Figures, "the verdict", asked);
                if view.run.ended && view.figures.len() > 1 {
                    difference_ui(ui, actions);
                }
            });
        }
    }
    list_ui(ui, "What would change it", &verdict.changes);
    textbook_ui(ui, view);
}

/// Leads to two candidates beside each other, with intervals.
fn difference_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let link = ui.link(RichText::new("See the differences").small());
    let hover = "Lays two candidates beside each other, each difference with its interval";
    if link.on_hover_text(hover).clicked() {
        actions.push(Action::Runs(RunsAction::CompareCandidates));
    }
}

/// What is to be known of a run that is not simply finished: word, colour, meaning.
const fn state_badge(
    state: RunState,
    palette: &Palette,
) -> Option<(&'static str, Color32, &'static str)> {
    match state {
        RunState::Waiting | RunState::Live | RunState::Stopping => Some((
            "preliminary",
            palette.accent,
            "The run goes on: what is said here can change until its end",
        )),
        RunState::Stopped => Some((
            "stopped early",
            palette.warning,
            "The figures cover what was measured until the run was stopped",
        )),
        RunState::Failed => Some((
            "a block failed",
            palette.error,
            "At least one block did not end as planned: the page Candidates says which",
        )),
        RunState::None | RunState::Finished => None,
    }
}

fn textbook_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    let palette = theme::palette(ui);
    let Some(textbook) = &view.verdict.textbook else {
        return;
    };
    title_ui(ui, "What a textbook says");
    ui.add(Label::new(sentence(&textbook.text)).wrap());
    match &textbook.differs {
        Some(differs) => {
            let differs = RichText::new(format!("≠ {}", sentence(differs)));
            ui.add(Label::new(differs.color(palette.warning)).wrap());
        }
        // Nothing is chosen, or there is nothing to agree with.
        None if view.verdict.candidates.is_empty()
            || textbook.recommendation == Recommendation::Mixed => {}
        None => {
            weak_ui(ui, "This measurement agrees");
        }
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.add_space(space::S);
    ui.label(RichText::new(title).family(theme::semi_bold()));
}

/// Lines below a title; nothing without lines.
fn list_ui(ui: &mut Ui, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    title_ui(ui, title);
    for line in lines {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            ui.label("•");
            ui.add(Label::new(words::unbroken(line)).wrap());
        });
    }
}
