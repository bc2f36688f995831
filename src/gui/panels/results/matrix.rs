//! The objectives matrix: a row for each figure that decided, a column for each candidate.
//!
//! Whether a bound is met is told by a word and a sign; the colour only repeats it.

use egui::{Color32, Grid, Label, RichText, ScrollArea, TextStyle, Ui, Vec2};

use crate::analysis::{
    CandidateFigures, CandidateStatus, Deciding, ObjectiveResult, Outcome, VerdictKind,
};
use crate::export::status_word;
use crate::gui::panels::results::ResultsView;
use crate::gui::panels::results::lines::with_interval;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{candidate_swatch_ui, weak_ui};
use crate::units::text;

/// Room for what is demanded, in points.
const LABEL_WIDTH: f32 = 172.0;
/// The least and the most room for a candidate, in points.
const CELL_WIDTHS: std::ops::RangeInclusive<f32> = 112.0..=210.0;
/// Between two columns, in points.
const GAP: f32 = 12.0;

/// A figure that decided.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// What it is: `Goodput`, `p99 of the response time`.
    pub(super) label: String,
    /// What is demanded: `at most 50 ms`; empty where candidates are only held against each other.
    pub(super) demand: String,
    /// One for each candidate, in the scenario's order.
    pub(super) cells: Vec<Cell>,
}

/// One candidate's figure.
#[derive(Debug, PartialEq)]
pub(super) struct Cell {
    /// The figure, or a dash.
    pub(super) value: String,
    /// Whether it is met; none without a bound.
    pub(super) outcome: Option<Outcome>,
    /// How far it is from the bound, or what would decide it; empty if there is nothing to say.
    pub(super) margin: String,
    /// All there is to say, for the pointer.
    pub(super) about: String,
}

/// The rows: the most decisive first where something was decided, else the scenario's order.
pub(super) fn rows(view: &ResultsView<'_>) -> Vec<Row> {
    let scenario = &view.run.request.scenario;
    let of_objective = |index: usize| {
        let objective = scenario.objectives[index];
        let demand = objective.demand(&scenario.prices.currency);
        let label = objective.label();
        let results = view.objectives.iter().filter_map(|of| of.get(index));
        Row {
            demand: demand
                .strip_prefix(&label)
                .unwrap_or(&demand)
                .trim()
                .to_owned(),
            label: titled(&label),
            cells: results
                .map(|result| cell(result, &scenario.prices.currency))
                .collect(),
        }
    };
    if view.verdict.deciding.is_empty() {
        return (0..scenario.objectives.len()).map(of_objective).collect();
    }
    let place = |deciding: &Deciding| {
        let mut objectives = scenario.objectives.iter();
        objectives.position(|objective| objective.name() == deciding.measure)
    };
    let row = |deciding: &Deciding| match place(deciding).filter(|_| deciding.bound.is_some()) {
        Some(index) => of_objective(index),
        None => Row {
            label: titled(&deciding.label),
            demand: String::new(),
            cells: deciding
                .figures
                .iter()
                .map(|figure| {
                    // The interval has a line of its own: both are too long for one.
                    let (value, interval) = apart(&figure.text);
                    Cell {
                        value: value.to_owned(),
                        outcome: None,
                        margin: interval.to_owned(),
                        about: figure.text.clone(),
                    }
                })
                .collect(),
        },
    };
    view.verdict.deciding.iter().map(row).collect()
}

/// Whether there is a row.
pub(super) const fn has_rows(view: &ResultsView<'_>) -> bool {
    !(view.verdict.deciding.is_empty() && view.run.request.scenario.objectives.is_empty())
}

/// A figure and its interval: `201 µUSD (152 µUSD to 249 µUSD)` in two.
fn apart(text: &str) -> (&str, &str) {
    let parts = text.split_once(" (");
    parts.map_or((text, ""), |(value, rest)| {
        (value, rest.trim_end_matches(')'))
    })
}

/// In one piece: a number is not torn from its unit where a line ends.
fn together(words: &str) -> String {
    words.replace(' ', "\u{a0}")
}

/// With a capital letter, unless it is a percentile.
fn titled(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_alphabetic() => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => label.to_owned(),
    }
}

fn cell(result: &ObjectiveResult, currency: &str) -> Cell {
    let show = |value: f64| result.objective.show(value, currency);
    let value = result
        .figure
        .map_or_else(|| text::MISSING.to_owned(), |figure| show(figure.value));
    let whole = result
        .figure
        .map_or_else(String::new, |figure| with_interval(figure, show));
    let margin = match (&result.to_decide, result.margin_ratio) {
        (Some(longer), _) => longer.words(),
        // A dash that is said to miss must say how that is known.
        (None, _) if result.figure.is_none() => result.reason.clone(),
        (None, _) if result.outcome == Outcome::Undecided => String::new(),
        (None, Some(margin)) => together(&format!("by {}", roughly(margin.abs()))),
        (None, None) => String::new(),
    };
    let mut about = vec![result.objective.demand(currency)];
    if !whole.is_empty() {
        about.push(whole);
    }
    if result.by_value_alone {
        about.push("Judged by its value alone: an interval needs three repeats".to_owned());
    }
    if !result.reason.is_empty() {
        about.push(result.reason.clone());
    }
    if let Some(longer) = &result.to_decide {
        about.push(format!("{} would decide it", longer.words()));
    }
    Cell {
        value,
        outcome: Some(result.outcome),
        margin,
        about: about.join("\n"),
    }
}

/// A margin, as exactly as one asks for it at a glance: `71 %`, `3.1 %`, `<0.1 %`.
fn roughly(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if !percent.is_finite() {
        text::MISSING.to_owned()
    } else if percent >= 9.95 {
        format!("{} %", text::given(percent.round()))
    } else if percent == 0.0 || percent >= 0.05 {
        format!("{percent:.1} %")
    } else {
        "<0.1 %".to_owned()
    }
}

/// Shows the matrix; nothing where there is no row.
pub(super) fn matrix_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    let rows = rows(view);
    if rows.is_empty() {
        return;
    }
    let count = view.figures.len().max(1) as f32;
    let room = (ui.available_width() - LABEL_WIDTH) / count - GAP;
    let width = room.clamp(*CELL_WIDTHS.start(), *CELL_WIDTHS.end());
    ScrollArea::horizontal()
        .id_salt("objectives matrix")
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 0.0;
            ui.spacing_mut().item_spacing.y = 2.0;
            Grid::new("objectives matrix")
                .num_columns(view.figures.len() + 1)
                .striped(true)
                .spacing(Vec2::new(GAP, space::XS))
                .show(ui, |ui| {
                    weak_ui(ui, "The most decisive first");
                    for (index, figures) in view.figures.iter().enumerate() {
                        head_ui(ui, view, figures, index, width);
                    }
                    ui.end_row();
                    for row in &rows {
                        row_ui(ui, row, width);
                    }
                });
        });
}

fn sized(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        content(ui);
    });
}

/// A candidate, and how it stands.
fn head_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    figures: &CandidateFigures,
    index: usize,
    width: f32,
) {
    let palette = theme::palette(ui);
    sized(ui, width, |ui| {
        // As high as the name, so that the square stands in its middle.
        ui.spacing_mut().interact_size.y = ui.text_style_height(&TextStyle::Body);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            candidate_swatch_ui(ui, figures.candidate);
            let name = RichText::new(&figures.name).family(theme::semi_bold());
            ui.add(Label::new(name).truncate())
                .on_hover_text(&figures.name);
        });
        let (word, color) = standing(view, figures, index, palette);
        ui.label(RichText::new(word).small().color(color));
    });
}

/// How a candidate stands, in a word.
fn standing(
    view: &ResultsView<'_>,
    figures: &CandidateFigures,
    index: usize,
    palette: &Palette,
) -> (String, Color32) {
    if view.verdict.candidates.contains(&figures.name) {
        let word = match view.verdict.kind {
            _ if !view.run.ended => "✔ ahead so far",
            VerdictKind::Tie => "✔ tied",
            _ => "✔ chosen",
        };
        return (word.to_owned(), palette.good);
    }
    if figures.status != CandidateStatus::Done {
        return (status_word(&figures.status).to_owned(), palette.weak);
    }
    let results = view.objectives.get(index).map_or(&[][..], Vec::as_slice);
    let number = |outcome| results.iter().filter(|of| of.outcome == outcome).count() as u64;
    let of = results.len() as u64;
    match (number(Outcome::Missed), number(Outcome::Undecided)) {
        (0, 0) if of == 0 => (String::new(), palette.weak),
        (0, 0) => ("✔ meets all".to_owned(), palette.good),
        (0, open) => (format!("? {open} of {of} undecided"), palette.warning),
        (missed, _) => (format!("✖ misses {missed} of {of}"), palette.error),
    }
}

fn row_ui(ui: &mut Ui, row: &Row, width: f32) {
    let palette = theme::palette(ui);
    sized(ui, LABEL_WIDTH, |ui| {
        ui.add(Label::new(&row.label).wrap());
        if !row.demand.is_empty() {
            weak_ui(ui, row.demand.as_str());
        }
    });
    for cell in &row.cells {
        sized(ui, width, |ui| {
            let value = RichText::new(&cell.value).family(theme::semi_bold());
            let value = ui.add(Label::new(value).truncate());
            value.on_hover_text(&cell.about);
            if let Some(outcome) = cell.outcome {
                outcome_ui(ui, cell, outcome, palette);
            } else if !cell.margin.is_empty() {
                let ends = cell.margin.split(" to ").map(together);
                let interval = RichText::new(ends.collect::<Vec<_>>().join(" to "));
                ui.add(Label::new(interval.small().color(palette.weak)).wrap())
                    .on_hover_text(&cell.about);
            }
        });
    }
    ui.end_row();
}

fn outcome_ui(ui: &mut Ui, cell: &Cell, outcome: Outcome, palette: &Palette) {
    let (sign, color) = sign(outcome, palette);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let word = RichText::new(format!("{sign} {}", outcome.text()));
        ui.label(word.small().color(color))
            .on_hover_text(&cell.about);
        if !cell.margin.is_empty() {
            weak_ui(ui, cell.margin.as_str()).on_hover_text(&cell.about);
        }
    });
}

/// The sign and the colour of an outcome.
const fn sign(outcome: Outcome, palette: &Palette) -> (&'static str, Color32) {
    match outcome {
        Outcome::Met => ("✔", palette.good),
        Outcome::Undecided => ("?", palette.warning),
        Outcome::Missed => ("✖", palette.error),
    }
}

/// What is open, and what would decide it: a line for each, as long as there are few. Candidates of which the same is to
/// be said share a line.
pub(super) fn open_questions(view: &ResultsView<'_>) -> Vec<String> {
    /// More than these are no better understood one by one.
    const LINES_MAX: usize = 6;
    let mut open: Vec<(String, Vec<String>)> = Vec::new();
    for (figures, results) in view.figures.iter().zip(view.objectives) {
        let undecided = results
            .iter()
            .filter(|result| result.outcome == Outcome::Undecided);
        for result in undecided {
            let decide = result.to_decide.map_or_else(String::new, |longer| {
                format!("; {} would decide it", longer.words())
            });
            let line = format!("{}: {}{decide}", result.objective.label(), result.reason);
            let name = format!("'{}'", figures.name);
            match open.iter_mut().find(|(other, _)| *other == line) {
                Some((_, names)) => names.push(name),
                None => open.push((line, vec![name])),
            }
        }
    }
    let mut lines: Vec<String> = open
        .into_iter()
        .map(|(line, names)| format!("{}, {line}", names.join(", ")))
        .collect();
    if lines.len() > LINES_MAX {
        let left = lines.len() - (LINES_MAX - 1);
        lines.truncate(LINES_MAX - 1);
        lines.push(format!("and {} more", text::count(left as u64)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_are_read_at_a_glance_and_labels_begin_with_a_capital_letter() {
        for (ratio, told) in [
            (0.708, "71 %"),
            (0.0306, "3.1 %"),
            (0.0001, "<0.1 %"),
            (0.0, "0.0 %"),
            (12.5, "1,250 %"),
            (f64::INFINITY, text::MISSING),
        ] {
            assert_eq!(roughly(ratio), told);
        }
        assert_eq!(titled("goodput"), "Goodput");
        assert_eq!(
            apart("201 µUSD (152 to 249 µUSD)"),
            ("201 µUSD", "152 to 249 µUSD")
        );
        assert_eq!(apart("–"), ("–", ""));
        assert_eq!(
            titled("p99 of the response time"),
            "p99 of the response time"
        );
    }
}
