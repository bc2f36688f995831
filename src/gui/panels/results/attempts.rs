//! The page of attempts: what became of them, candidate by candidate, and what went wrong in a way that has a name.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::analysis::{CandidateFigures, CandidateStatus, Finding};
use crate::gui::panels::results::ResultsView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, candidate_swatch_ui, weak_ui};
use crate::run::BreakerState;
use crate::units::text;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 20.0;
/// The most room for a candidate's name, in points.
const NAME_MAX: f32 = 260.0;

/// A column: its head, what it means, and its cells.
type Column = (&'static str, &'static str, fn(&CandidateFigures) -> String);

const COLUMNS: [Column; 11] = [
    (
        "Attempts",
        "First attempts and retries that callers made",
        |f| count(f, |a| a.attempts.made),
    ),
    ("Per task", "Attempts per task that the queue took", |f| {
        figure(
            f.resilience.attempts.and_then(|a| a.amplification),
            text::number,
        )
    }),
    (
        "Failed",
        "With an error, lost with their worker, or refused by a full queue",
        |f| count(f, |a| a.attempts.failed),
    ),
    (
        "Timed out",
        "Given up by their caller after a time limit",
        |f| count(f, |a| a.attempts.timed_out),
    ),
    ("Rejected", "Not let run by a circuit breaker", |f| {
        count(f, |a| a.attempts.rejected)
    }),
    (
        "Denied",
        "Retries that did not take place as their budget was used up",
        |f| count(f, |a| a.attempts.denied),
    ),
    ("Stopped", "Of those that timed out: really stopped", |f| {
        count(f, |a| a.attempts.stopped)
    }),
    (
        "Ran on",
        "Of those that timed out: went on to their end for nobody",
        |f| count(f, |a| a.attempts.wasted),
    ),
    (
        "Stuck",
        "Of those that timed out: still run for nobody",
        |f| count(f, |a| a.attempts.stuck),
    ),
    (
        "Wasted",
        "Share of the attempts that ran of which nobody had anything",
        |f| {
            figure(
                f.resilience.attempts.and_then(|a| a.wasted_work_ratio),
                text::percent,
            )
        },
    ),
    (
        "Recovery",
        "From the end of the last fault until goodput is at nine tenths of what it was before the first, for a second",
        |f| {
            let recovery = f.resilience.recovery;
            recovery.map_or_else(|| text::MISSING.to_owned(), crate::analysis::Recovery::word)
        },
    ),
];

fn count(figures: &CandidateFigures, part: fn(&crate::analysis::AttemptFigures) -> u64) -> String {
    let known = figures.resilience.attempts.as_ref().map(part);
    known.map_or_else(|| text::MISSING.to_owned(), text::count)
}

fn figure(value: Option<f64>, words: fn(f64) -> String) -> String {
    text::or_missing(value, words)
}

/// Shows the page.
pub(super) fn attempts_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    let palette = theme::palette(ui);
    table_ui(ui, view.figures);
    ui.add_space(space::S);
    ui.spacing_mut().item_spacing.y = space::XS;
    for figures in view.figures {
        for finding in of_resilience(figures) {
            let head = format!("⚠ {}: {}", figures.name, finding.kind.label());
            let head = RichText::new(head).family(theme::semi_bold());
            ui.label(head.color(palette.warning));
            ui.add(egui::Label::new(format!("{}.", finding.evidence)).wrap());
            let advice = RichText::new(format!("{}.", finding.kind.advice())).color(palette.weak);
            ui.add(egui::Label::new(advice).wrap());
            ui.add_space(space::XS);
        }
        if !figures.resilience.degraded.is_empty() {
            let why = figures.resilience.degraded.join(", ");
            let line = RichText::new(format!("⚠ {}: degraded: {why}", figures.name));
            ui.add(egui::Label::new(line.color(palette.warning)).wrap());
        }
    }
    if view
        .figures
        .iter()
        .all(|figures| of_resilience(figures).next().is_none())
    {
        weak_ui(
            ui,
            "No retry storm, metastable overload, flapping breaker, stuck worker or used-up restart budget was found",
        );
    }
}

/// What was found of faults, retries and workers that died.
fn of_resilience(figures: &CandidateFigures) -> impl Iterator<Item = &Finding> {
    let findings = figures.findings.iter();
    findings.filter(|finding| finding.kind.is_of_resilience())
}

/// What became of attempts, one row per candidate.
fn table_ui(ui: &mut Ui, all: &[CandidateFigures]) {
    let widths = COLUMNS.map(|(head, _, cell)| {
        let cells = all.iter().map(|figures| width(ui, &cell(figures)));
        cells.fold(width(ui, head), f32::max).ceil()
    });
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = ROW_HEIGHT;
        egui::Grid::new("attempts")
            .num_columns(COLUMNS.len() + 1)
            .spacing(Vec2::new(space::L, 2.0))
            .min_row_height(ROW_HEIGHT)
            .show(ui, |ui| {
                weak_ui(ui, "Candidate");
                for ((head, about, _), width) in COLUMNS.iter().zip(widths) {
                    right_ui(ui, width, |ui| {
                        weak_ui(ui, *head).on_hover_text(*about);
                    });
                }
                ui.end_row();
                for figures in all {
                    ui.horizontal(|ui| {
                        ui.set_max_width(NAME_MAX);
                        candidate_swatch_ui(ui, figures.candidate);
                        ui.add(egui::Label::new(&figures.name).truncate());
                    });
                    for ((_, _, cell), width) in COLUMNS.iter().zip(widths) {
                        right_ui(ui, width, |ui| {
                            let cell = RichText::new(cell(figures)).small();
                            ui.add(egui::Label::new(cell).extend());
                        });
                    }
                    ui.end_row();
                }
            });
    });
}

/// How wide a small text is, in points.
fn width(ui: &Ui, text: &str) -> f32 {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let color = egui::Color32::PLACEHOLDER;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    galley.size().x
}

fn right_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let size = Vec2::new(width, ROW_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), content);
}

/// How a candidate stands beside its name: a breaker that is not closed while it runs, and that it was not whole.
pub(in crate::gui::panels) fn standing_ui(ui: &mut Ui, figures: &CandidateFigures) {
    let palette = theme::palette(ui);
    let live = figures.status == CandidateStatus::Live;
    for breaker in &figures.resilience.breakers {
        if live && breaker.state != BreakerState::Closed {
            let word = format!("{}: breaker {}", figures.name, breaker.state.label());
            badge_ui(ui, &word, palette.warning).on_hover_text(format!(
                "The circuit breaker of the task kind '{}'",
                breaker.task
            ));
        }
    }
    let degraded = &figures.resilience.degraded;
    if !degraded.is_empty() {
        let word = format!("{}: degraded", figures.name);
        badge_ui(ui, &word, palette.warning).on_hover_text(degraded.join("\n"));
    }
}
