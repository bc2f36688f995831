//! The table of all candidates, and below it what the figures mean.
//!
//! As many columns as the window has room for, the ones that decide first: a figure that one must scroll to is
//! not read. What is left out stands under the details of each candidate, and the line below says so.

use egui::{Align, Color32, Layout, RichText, ScrollArea, TextStyle, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::analysis::{CandidateFigures, CandidateStatus, VerdictKind};
use crate::export::{Align as Side, CLOSED_MARK, Header, Table, standing_word};
use crate::gui::panels::board::status_badge;
use crate::gui::panels::results::ResultsView;
use crate::gui::panels::results::evidence::{Evidence, evidence_ui};
use crate::gui::panels::results::sorting::Sorting;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{FollowFocus as _, badge_ui, candidate_swatch_ui, weak_ui};

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 23.0;
/// The least and the most room for a candidate's name, in points; a longer one is shown by the pointer.
const NAME_WIDTHS: std::ops::RangeInclusive<f32> = 90.0..=240.0;
/// Room for the word for where it stands, in points.
const STATUS_WIDTH: f32 = 66.0;
/// The same where one was not whole.
const DEGRADED_WIDTH: f32 = 74.0;
/// The least room for a figure with its unit, in points.
const FIGURE_WIDTH: f32 = 44.0;
/// Between two columns, in points.
const COLUMN_GAP: f32 = 10.0;
/// Room for the arrow of the column by which the rows are sorted, in points.
const ARROW_WIDTH: f32 = 14.0;

/// Name and status come first and are drawn in their own way; all others are figures.
const TEXT_COLUMNS: usize = 2;

/// The columns that go first where there is no room for all; those that are not named here go before these.
const LEAVE_FIRST: [&str; 7] = [
    "Cancelled",
    "Offered",
    "Service p50",
    "Queue p50",
    "Failed",
    "p50",
    "Good",
];

/// Shows the table and what follows from it; returns which evidence is asked for: that of a finding, or all figures of
/// the candidate whose name was clicked.
pub(super) fn table_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    sorting: &mut Sorting,
) -> Option<Evidence> {
    let widths = widths(ui, view.table);
    let name_width = name_width(ui, view.figures);
    let room = ui.available_width()
        - name_width
        - status_width(view.figures)
        - 2.0 * COLUMN_GAP
        - space::M;
    let columns = fitting(view.table, &widths, room);
    // What is left over goes to the names that were cut.
    let needed: f32 = columns
        .iter()
        .map(|&column| widths[column] + COLUMN_GAP)
        .sum();
    let name_width =
        longest_name(ui, view.figures).clamp(name_width, name_width + (room - needed).max(0.0));
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt("results")
        .show_following(ui, |ui| {
            let chosen = ui.scope(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(COLUMN_GAP, 0.0);
                let layout = Columns {
                    name_width,
                    widths: &widths,
                    shown: &columns,
                };
                rows_ui(ui, view, &layout, sorting)
            });
            left_out_ui(ui, view.table, &columns);
            ui.add_space(space::S);
            let mut asked = chosen.inner.map(Evidence::Details);
            notes_ui(ui, view, &mut asked);
            asked
        })
        .inner
}

/// Which columns are drawn, and how wide.
struct Columns<'a> {
    name_width: f32,
    /// Of all columns of the table.
    widths: &'a [f32],
    /// The figures that are shown, by their place in the table.
    shown: &'a [usize],
}

fn rows_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    columns: &Columns<'_>,
    sorting: &mut Sorting,
) -> Option<usize> {
    let palette = theme::palette(ui);
    let order = sorting.order(view.figures);
    let mut chosen = None;
    let mut table = TableBuilder::new(ui)
        .vscroll(false)
        .cell_layout(Layout::right_to_left(Align::Center))
        .column(Column::exact(columns.name_width).clip(true))
        .column(Column::exact(status_width(view.figures)));
    for &column in columns.shown {
        table = table.column(Column::exact(columns.widths[column]));
    }
    let heads = (0..TEXT_COLUMNS).chain(columns.shown.iter().copied());
    table
        .header(ROW_HEIGHT, |mut row| {
            for column in heads {
                row.col(|ui| title_ui(ui, &view.table.headers[column], sorting));
            }
        })
        .body(|mut body| {
            let rows = order
                .iter()
                .filter_map(|&row| view.table.rows.get(row).zip(view.figures.get(row)));
            for (cells, figures) in rows {
                body.row(ROW_HEIGHT, |mut row| {
                    if name_cell_ui(&mut row, figures) {
                        chosen = Some(figures.candidate);
                    }
                    status_cell_ui(&mut row, figures, palette);
                    for &column in columns.shown {
                        row.col(|ui| {
                            let cell = RichText::new(&cells.cells[column]).small();
                            ui.add(egui::Label::new(cell).extend());
                        });
                    }
                });
            }
        });
    chosen
}

fn status_width(figures: &[CandidateFigures]) -> f32 {
    let whole = |figures: &CandidateFigures| figures.resilience.degraded.is_empty();
    if figures.iter().all(whole) {
        STATUS_WIDTH
    } else {
        DEGRADED_WIDTH
    }
}

/// The room that each column needs, in points.
fn widths(ui: &Ui, table: &Table) -> Vec<f32> {
    let font = TextStyle::Small.resolve(ui.style());
    let width = |text: &str| {
        let galley =
            ui.painter()
                .layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    let column = |(place, header): (usize, &Header)| {
        let cells = table.rows.iter().map(|row| width(&row.cells[place]));
        cells
            .fold(width(header.text) + ARROW_WIDTH, f32::max)
            .max(FIGURE_WIDTH)
            .ceil()
    };
    table.headers.iter().enumerate().map(column).collect()
}

/// The figures that have room, in the order of the table.
fn fitting(table: &Table, widths: &[f32], room: f32) -> Vec<usize> {
    let mut shown: Vec<usize> = (TEXT_COLUMNS..table.headers.len()).collect();
    let needed = |shown: &[usize]| -> f32 {
        shown
            .iter()
            .map(|&column| widths[column] + COLUMN_GAP)
            .sum()
    };
    for leaving in LEAVE_FIRST {
        if needed(&shown) <= room {
            return shown;
        }
        let stem = |text: &'static str| text.strip_suffix(CLOSED_MARK).unwrap_or(text);
        shown.retain(|&column| stem(table.headers[column].text) != leaving);
    }
    while shown.len() > 1 && needed(&shown) > room {
        shown.pop();
    }
    shown
}

/// Which columns had no room.
fn left_out_ui(ui: &mut Ui, table: &Table, shown: &[usize]) {
    let left_out: Vec<&str> = (TEXT_COLUMNS..table.headers.len())
        .filter(|column| !shown.contains(column))
        .map(|column| table.headers[column].text)
        .collect();
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        weak_ui(ui, format!("Under Details, for want of room: {names}"));
    }
}

/// Room for the names before it is known what is left over.
fn name_width(ui: &Ui, figures: &[CandidateFigures]) -> f32 {
    longest_name(ui, figures).clamp(*NAME_WIDTHS.start(), *NAME_WIDTHS.end())
}

/// Room for the longest name with its square of colour.
fn longest_name(ui: &Ui, figures: &[CandidateFigures]) -> f32 {
    const SQUARE: f32 = 10.0 + COLUMN_GAP;
    let font = egui::TextStyle::Body.resolve(ui.style());
    let names = figures.iter().map(|figures| {
        let (name, color) = (figures.name.clone(), egui::Color32::PLACEHOLDER);
        let galley = ui.painter().layout_no_wrap(name, font.clone(), color);
        galley.size().x + SQUARE + 2.0
    });
    names.fold(0.0, f32::max)
}

/// The head of a column; a click sorts by its figures.
fn title_ui(ui: &mut Ui, header: &Header, sorting: &mut Sorting) {
    let side = match header.align {
        Side::Left => Layout::left_to_right(Align::Center),
        Side::Right => Layout::right_to_left(Align::Center),
    };
    let palette = theme::palette(ui);
    let arrow = sorting.arrow(header.text);
    let color = if arrow.is_empty() {
        palette.weak
    } else {
        palette.text
    };
    let title = RichText::new(format!("{}{arrow}", header.text))
        .small()
        .color(color);
    ui.with_layout(side, |ui| {
        let label = egui::Label::new(title).extend();
        if header.align == Side::Left {
            ui.add(label).on_hover_text(header.about);
            return;
        }
        let hover = format!("{}. Click to sort.", header.about);
        let response = ui.add(label.sense(egui::Sense::click()));
        let response = response
            .on_hover_text(hover)
            .on_hover_cursor(egui::CursorIcon::PointingHand);
        if response.clicked() {
            sorting.click(header.text);
        }
    });
}

fn left_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::left_to_right(Align::Center), content);
}

/// Returns whether the name was clicked.
fn name_cell_ui(row: &mut TableRow<'_, '_>, figures: &CandidateFigures) -> bool {
    let mut clicked = false;
    row.col(|ui| {
        left_ui(ui, |ui| {
            candidate_swatch_ui(ui, figures.candidate);
            let name = egui::Label::new(&figures.name)
                .truncate()
                .sense(egui::Sense::click());
            let response = ui.add(name).on_hover_cursor(egui::CursorIcon::PointingHand);
            let hover = format!("{}. Click for all its figures.", figures.name);
            clicked = response.on_hover_text(hover).clicked();
        });
    });
    clicked
}

fn status_cell_ui(row: &mut TableRow<'_, '_>, figures: &CandidateFigures, palette: &Palette) {
    row.col(|ui| {
        left_ui(ui, |ui| {
            let (_, color) = status_badge(&figures.status, palette);
            let word = standing_word(figures);
            let degraded = &figures.resilience.degraded;
            let color = match &figures.status {
                CandidateStatus::Done if !degraded.is_empty() => palette.warning,
                _ => color,
            };
            let badge = badge_ui(ui, word, color);
            match &figures.status {
                CandidateStatus::Failed { cause } => {
                    badge.on_hover_text(cause);
                }
                _ if !degraded.is_empty() => {
                    badge.on_hover_text(degraded.join("\n"));
                }
                _ => {}
            }
        });
    });
}

/// That a candidate was not whole, what has a name, and whether goodput came back.
fn resilience_ui(ui: &mut Ui, figures: &CandidateFigures, asked: &mut Option<Evidence>) {
    let palette = theme::palette(ui);
    let name = &figures.name;
    let resilience = &figures.resilience;
    if !resilience.degraded.is_empty() {
        let line = format!("⚠ {name}: degraded: {}", resilience.degraded.join(", "));
        ui.add(egui::Label::new(RichText::new(line).color(palette.warning)).wrap());
    } else if figures.worker_deaths > 1 {
        // A single death is among the remarks with its cause.
        let line = format!("⚠ {name}: {} workers died", figures.worker_deaths);
        ui.add(egui::Label::new(RichText::new(line).color(palette.warning)).wrap());
    }
    let trouble = figures.findings.iter();
    for finding in trouble.filter(|finding| finding.kind.is_trouble()) {
        let line = format!("⚠ {name}: {}: {}", finding.kind.label(), finding.evidence);
        let label = egui::Label::new(RichText::new(line).color(palette.warning)).wrap();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.add(label).on_hover_text(finding.kind.advice());
            let evidence = Evidence::of(finding.kind, figures.candidate);
            let what = format!("{} of {name}", finding.kind.label());
            evidence_ui(ui, evidence, &what, asked);
        });
    }
    if let Some(recovery) = resilience.recovery {
        weak_ui(
            ui,
            format!("{name}: {}", recovery.sentence(resilience.recovered_to)),
        );
    }
}

/// Verdict, accidents, deaths of workers and remarks, in this order.
fn notes_ui(ui: &mut Ui, view: &ResultsView<'_>, asked: &mut Option<Evidence>) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    let why = RichText::new(&view.verdict.why);
    let why = if view.verdict.kind == VerdictKind::NotTrustworthy {
        why.color(palette.error)
    } else {
        why
    };
    ui.add(egui::Label::new(why).wrap());
    for figures in view.figures {
        // A run that a failure makes untrustworthy has named it already.
        if let CandidateStatus::Failed { cause } = &figures.status
            && !view.verdict.why.contains(cause)
        {
            let line = format!("✖ {}: {cause}", figures.name);
            ui.add(egui::Label::new(RichText::new(line).color(palette.error)).wrap());
        }
        resilience_ui(ui, figures, asked);
        for remark in &figures.remarks {
            let line = format!("⚠ {}: {remark}", figures.name);
            ui.add(egui::Label::new(RichText::new(line).color(palette.warning)).wrap());
        }
    }
    if view.verdict.kind != VerdictKind::NotTrustworthy {
        for reason in &view.trust.reasons {
            let line = format!("⚠ {reason}");
            ui.add(egui::Label::new(RichText::new(line).color(palette.warning)).wrap());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::export::table;
    use crate::support;

    #[test]
    fn what_has_no_room_leaves_and_the_figures_that_decide_stay() {
        let run = support::batch_run();
        let table = table(&candidate_figures(&run), &run.request.scenario);
        let widths = vec![60.0; table.headers.len()];
        let all = fitting(&table, &widths, 9_999.0);
        assert_eq!(all.len(), table.headers.len() - TEXT_COLUMNS);
        let some = fitting(&table, &widths, 70.0 * 9.0);
        let names: Vec<_> = some
            .iter()
            .map(|&column| table.headers[column].text)
            .collect();
        assert!(some.len() <= 9, "{names:?}");
        for name in ["Makespan", "Speed-up", "Throughput", "p95"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert_eq!(fitting(&table, &widths, 0.0).len(), 1);
    }
}
