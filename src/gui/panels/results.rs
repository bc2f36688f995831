//! The table of all candidates, and below it what the figures mean and how far they can be trusted.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::analysis::{CandidateFigures, CandidateStatus, Trust, Verdict, VerdictKind};
use crate::gui::action::{Action, Exported, Format};
use crate::gui::panels::board::status_badge;
use crate::gui::panels::columns::{ColumnSpec, columns};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{badge_ui, swatch_ui, weak_ui};
use crate::units::text;

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 24.0;
/// Room for a candidate's name, in points.
const NAME_WIDTH: f32 = 170.0;
/// Room for the word for where it stands, in points.
const STATUS_WIDTH: f32 = 72.0;
/// Room for a figure with its unit, in points.
const FIGURE_WIDTH: f32 = 76.0;

/// What the table shows.
#[derive(Debug, Clone, Copy)]
pub struct ResultsView<'a> {
    /// The candidates' figures, in the scenario's order.
    pub figures: &'a [CandidateFigures],
    /// In which currency the cost is.
    pub currency: &'a str,
    /// Whether a batch is measured: then makespan and speed-up come first.
    pub batch: bool,
    /// How far the figures can be trusted.
    pub trust: &'a Trust,
    /// What follows from them.
    pub verdict: &'a Verdict,
}

/// Shows the figures of all candidates; keeps the order of the rows.
#[derive(Debug, Default)]
pub struct ResultsPanel {
    /// Title of the column and whether the largest comes first; none is the scenario's order.
    sorted_by: Option<(&'static str, bool)>,
}

impl ResultsPanel {
    /// Shows the results and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &ResultsView<'_>, actions: &mut Vec<Action>) {
        header_ui(ui, view, actions);
        let columns = columns(view.batch);
        let rows = self.rows(view.figures, &columns);
        ScrollArea::both().auto_shrink(false).id_salt("results").show(ui, |ui| {
            self.table_ui(ui, view, &columns, &rows);
            ui.add_space(space::S);
            notes_ui(ui, view);
        });
    }

    /// The candidates in the order that was asked for; those whose figure is not known come last.
    fn rows<'a>(
        &self,
        figures: &'a [CandidateFigures],
        columns: &[ColumnSpec],
    ) -> Vec<&'a CandidateFigures> {
        let mut rows: Vec<_> = figures.iter().collect();
        let sorted = self.sorted_by.and_then(|(title, largest_first)| {
            Some((columns.iter().find(|column| column.title == title)?, largest_first))
        });
        if let Some((column, largest_first)) = sorted {
            rows.sort_by(|a, b| match ((column.value)(a), (column.value)(b)) {
                (Some(a), Some(b)) if largest_first => b.total_cmp(&a),
                (Some(a), Some(b)) => a.total_cmp(&b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            });
        }
        rows
    }

    fn table_ui(
        &mut self,
        ui: &mut Ui,
        view: &ResultsView<'_>,
        columns: &[ColumnSpec],
        rows: &[&CandidateFigures],
    ) {
        let palette = theme::palette(ui);
        let dark = ui.visuals().dark_mode;
        TableBuilder::new(ui)
            .vscroll(false)
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(Column::initial(NAME_WIDTH).at_least(NAME_WIDTH).clip(true))
            .column(Column::exact(STATUS_WIDTH))
            .columns(Column::remainder().at_least(FIGURE_WIDTH), columns.len())
            .header(ROW_HEIGHT, |mut header| {
                header.col(|ui| left_ui(ui, |ui| drop(weak_ui(ui, "Candidate"))));
                header.col(|ui| left_ui(ui, |ui| drop(weak_ui(ui, "Status"))));
                for column in columns {
                    header.col(|ui| self.column_title_ui(ui, column));
                }
            })
            .body(|mut body| {
                for figures in rows {
                    body.row(ROW_HEIGHT, |mut row| {
                        name_cell_ui(&mut row, figures, dark);
                        status_cell_ui(&mut row, figures, palette);
                        for column in columns {
                            row.col(|ui| {
                                ui.label(column.cell(figures, view.currency));
                            });
                        }
                    });
                }
            });
    }

    fn column_title_ui(&mut self, ui: &mut Ui, column: &ColumnSpec) {
        let palette = theme::palette(ui);
        let mark = match self.sorted_by {
            Some((title, largest_first)) if title == column.title => {
                if largest_first { " ⏷" } else { " ⏶" }
            }
            _ => "",
        };
        let title = RichText::new(format!("{}{mark}", column.title)).small().color(palette.weak);
        ui.spacing_mut().button_padding.x = 0.0;
        let response = ui
            .add(Button::new(title).frame(false))
            .on_hover_text(column.hint)
            .accessible_name(format!("Sort by {}", column.title));
        if response.clicked() {
            self.sorted_by = match self.sorted_by {
                Some((title, true)) if title == column.title => Some((title, false)),
                Some((title, false)) if title == column.title => None,
                _ => Some((column.title, true)),
            };
        }
    }
}

fn left_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::left_to_right(Align::Center), content);
}

fn name_cell_ui(row: &mut TableRow<'_, '_>, figures: &CandidateFigures, dark: bool) {
    row.col(|ui| {
        left_ui(ui, |ui| {
            swatch_ui(ui, theme::series_color(figures.candidate, dark));
            ui.add(egui::Label::new(&figures.name).truncate());
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

/// Verdict, accidents, remarks and the instrument's own figures, in this order.
fn notes_ui(ui: &mut Ui, view: &ResultsView<'_>) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add(egui::Label::new(&view.verdict.why).wrap());
    for figures in view.figures {
        if let CandidateStatus::Failed { cause } = &figures.status {
            let line = format!("✖ {}: {cause}", figures.name);
            ui.add(egui::Label::new(RichText::new(line).color(palette.error)).wrap());
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
        format!("Window {}", text::or_missing(trust.observer_cpu_cores, text::cores)),
        format!("generator and sampler {}", text::or_missing(trust.instrument_cpu_cores, text::cores)),
    ];
    let delay = trust.schedule_delay_p99_nanos.map(|nanos| nanos as f64);
    parts.push(format!("schedule delay p99 {}", text::or_missing(delay, text::nanos)));
    if let Some(ratio) = trust.achieved_over_offered_ratio {
        parts.push(format!("achieved {} of the planned load", text::percent(ratio)));
    }
    let lost = trust.snapshots_lost + trust.ticks_skipped;
    parts.push(format!("{} lost", text::counted(lost, "snapshot", "snapshots")));
    parts.join(" · ")
}
