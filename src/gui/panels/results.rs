//! The table of all candidates, and below it what the figures mean and how far they can be trusted.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::analysis::{CandidateFigures, CandidateStatus, Trust, Verdict, VerdictKind};
use crate::export::{Align as Side, Header, Table};
use crate::gui::action::{Action, Exported, Format};
use crate::gui::panels::board::status_badge;
use crate::gui::panels::sorting::Sorting;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, swatch_ui, weak_ui};
use crate::units::text;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 23.0;
/// The least and the most room for a candidate's name, in points; a longer one is shown by the pointer.
const NAME_WIDTHS: std::ops::RangeInclusive<f32> = 90.0..=240.0;
/// Room for the word for where it stands, in points.
const STATUS_WIDTH: f32 = 66.0;
/// The least room for a figure with its unit, in points.
const FIGURE_WIDTH: f32 = 44.0;
/// Between two columns, in points.
const COLUMN_GAP: f32 = 10.0;

/// Name and status come first and are drawn in their own way; all others are figures.
const TEXT_COLUMNS: usize = 2;

/// What the table shows.
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
}

/// Shows the results and appends what the user asked for to `actions`.
pub fn results_ui(
    ui: &mut Ui,
    view: &ResultsView<'_>,
    sorting: &mut Sorting,
    actions: &mut Vec<Action>,
) {
    header_ui(ui, view, actions);
    ScrollArea::both()
        .auto_shrink(false)
        .id_salt("results")
        .show(ui, |ui| {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(COLUMN_GAP, 0.0);
                table_ui(ui, view, sorting);
            });
            ui.add_space(space::S);
            notes_ui(ui, view);
        });
}

fn table_ui(ui: &mut Ui, view: &ResultsView<'_>, sorting: &mut Sorting) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let figure_columns = view.table.headers.len().saturating_sub(TEXT_COLUMNS);
    let order = sorting.order(view.figures);
    let name_width = name_width(ui, view.figures);
    TableBuilder::new(ui)
        .vscroll(false)
        .cell_layout(Layout::right_to_left(Align::Center))
        .column(Column::exact(name_width).clip(true))
        .column(Column::exact(STATUS_WIDTH))
        .columns(Column::auto().at_least(FIGURE_WIDTH), figure_columns)
        .header(ROW_HEIGHT, |mut row| {
            for header in &view.table.headers {
                row.col(|ui| title_ui(ui, header, sorting));
            }
        })
        .body(|mut body| {
            let rows = order
                .iter()
                .filter_map(|&row| view.table.rows.get(row).zip(view.figures.get(row)));
            for (cells, figures) in rows {
                body.row(ROW_HEIGHT, |mut row| {
                    name_cell_ui(&mut row, figures, dark);
                    status_cell_ui(&mut row, figures, palette);
                    for cell in cells.cells.iter().skip(TEXT_COLUMNS) {
                        row.col(|ui| {
                            ui.add(egui::Label::new(RichText::new(cell).small()).extend());
                        });
                    }
                });
            }
        });
}

/// Room for the longest name with its square of colour.
fn name_width(ui: &Ui, figures: &[CandidateFigures]) -> f32 {
    const SQUARE: f32 = 10.0 + COLUMN_GAP;
    let font = egui::TextStyle::Body.resolve(ui.style());
    let names = figures.iter().map(|figures| {
        let (name, color) = (figures.name.clone(), egui::Color32::PLACEHOLDER);
        let galley = ui.painter().layout_no_wrap(name, font.clone(), color);
        galley.size().x + SQUARE + 2.0
    });
    let (least, most) = (*NAME_WIDTHS.start(), *NAME_WIDTHS.end());
    names.fold(least, f32::max).min(most)
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

fn name_cell_ui(row: &mut TableRow<'_, '_>, figures: &CandidateFigures, dark: bool) {
    row.col(|ui| {
        left_ui(ui, |ui| {
            swatch_ui(ui, theme::series_color(figures.candidate, dark));
            ui.add(egui::Label::new(&figures.name).truncate())
                .on_hover_text(&figures.name);
        });
    });
}

fn status_cell_ui(row: &mut TableRow<'_, '_>, figures: &CandidateFigures, palette: &Palette) {
    row.col(|ui| {
        left_ui(ui, |ui| {
            let (word, color) = status_badge(&figures.status, palette);
            let badge = badge_ui(ui, word, color);
            if let CandidateStatus::Failed { cause } = &figures.status {
                badge.on_hover_text(cause);
            }
        });
    });
}

fn header_ui(ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Results").text_style(theme::title_style()));
        let (word, color) = verdict_badge(view.verdict.kind, palette);
        badge_ui(ui, word, color);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (format, label) in [(Format::Json, "JSON…"), (Format::Csv, "CSV…")] {
                let button = ui.add(Button::new(RichText::new(label).small()));
                let name = format!("Export figures as {}", format.label());
                if button.on_hover_text(&name).accessible_name(&name).clicked() {
                    actions.push(Action::Export(Exported::Figures, format));
                }
            }
        });
    });
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

/// Verdict, accidents, deaths of workers, remarks and the instrument's own figures, in this order.
fn notes_ui(ui: &mut Ui, view: &ResultsView<'_>) {
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
        // A single death is among the remarks with its cause.
        if figures.worker_deaths > 1 {
            let line = format!("⚠ {}: {} workers died", figures.name, figures.worker_deaths);
            ui.add(egui::Label::new(RichText::new(line).color(palette.warning)).wrap());
        }
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
    weak_ui(ui, trust_line(view.trust));
}

/// What the instrument itself took and missed.
fn trust_line(trust: &Trust) -> String {
    let mut parts = vec![
        format!(
            "Window {}",
            text::or_missing(trust.observer_cpu_cores, text::cores)
        ),
        format!(
            "generator and sampler {}",
            text::or_missing(trust.instrument_cpu_cores, text::cores)
        ),
    ];
    let delay = trust.schedule_delay_p99_nanos.map(|nanos| nanos as f64);
    parts.push(format!(
        "schedule delay p99 {}",
        text::or_missing(delay, text::nanos)
    ));
    if let Some(ratio) = trust.achieved_over_offered_ratio {
        parts.push(format!(
            "achieved {} of the planned load",
            text::percent(ratio)
        ));
    }
    let lost = trust.snapshots_lost + trust.ticks_skipped;
    parts.push(format!(
        "{} lost",
        text::counted(lost, "snapshot", "snapshots")
    ));
    parts.join(" · ")
}
