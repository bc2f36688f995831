//! The board: the charts in a grid, one legend for all of them.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, Vec2};

use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::chart::axis::Axis;
use crate::chart::{Chart, ChartBook, ChartId, ChartSettings, Percentile, Stroke};
use crate::gui::action::{Action, Exported};
use crate::gui::app::{ExportAction, RunState};
use crate::gui::panels::chart::{ChartPoints, ChartView, chart_plot_ui};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::panels::marks;
use crate::gui::panels::results::standing_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    badge_ui, legend_toggle_ui, stroke_sample_ui, stroke_toggle_ui, weak_ui,
};
use crate::run::Run;
use crate::scenario::Load;

/// The percentiles that the response time can be shown at.
const PERCENTILES: [Percentile; 3] = [Percentile::P50, Percentile::P95, Percentile::P99];
/// A chart below this is not readable, in points.
const CHART_MIN_HEIGHT: f32 = 200.0;
/// A chart above this only adds air, in points.
const CHART_MAX_HEIGHT: f32 = 420.0;
/// A chart below this width has too few labels, in points.
const CHART_MIN_WIDTH: f32 = 330.0;
/// The six charts that every run has are two rows of three.
const COLUMNS_MAX: usize = 3;
/// A warning is written in full if it and the buttons have this much room beside the title, in points.
const WARNING_MIN_WIDTH: f32 = 440.0;
/// Height of a line of the legend, in points.
const LEGEND_ROW_HEIGHT: f32 = 22.0;

/// Why the response times of a closed load cannot be compared with those of an open one.
const CLOSED_LOAD: &str = "A client asks again only when it was answered, so a slow candidate is asked less \
    often and its response times stay low. An open load shows the waiting.";

/// What the board shows.
pub struct BoardView<'a> {
    /// Title of the scenario that was measured.
    pub title: &'a str,
    /// Whether the scenario that is open is another, or was edited since.
    pub outdated: bool,
    /// Where the run stands.
    pub state: RunState,
    /// Revision of the run, by which points are cached.
    pub revision: u64,
    /// The charts, up to date.
    pub charts: &'a ChartBook,
    /// The candidates.
    pub figures: &'a [CandidateFigures],
    /// Number of the tab: its charts share a time axis with each other only.
    pub tab: u64,
}

/// Shows the board; keeps what is hidden, which percentiles are shown, and the points.
#[derive(Debug)]
pub struct BoardPanel {
    settings: ChartSettings,
    /// Raised when the settings change, because the points depend on them too.
    version: u64,
    points: [ChartPoints; ChartId::ALL.len()],
    /// The plots forget zoom and pan in the next frame.
    reset: bool,
}

impl Default for BoardPanel {
    fn default() -> Self {
        Self {
            settings: ChartSettings {
                // What one caller in twenty sees: neither hides the tail nor needs thousands of tasks, and
                // one line per candidate is read at a glance.
                percentiles: vec![Percentile::P95],
                ..ChartSettings::default()
            },
            version: 0,
            points: Default::default(),
            reset: false,
        }
    }
}

impl BoardPanel {
    /// One that shows the same percentiles as another.
    #[must_use]
    pub fn with(settings: ChartSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Another run is shown: everything is visible again and no plot is zoomed.
    pub fn begin(&mut self, run: &Run) {
        let mut settings = std::mem::take(&mut self.settings);
        settings.hidden.clear();
        // A batch that is too small for the percentiles that are shown has a median at least.
        let shown = &mut settings.percentiles;
        if let Load::Batch { tasks, .. } = run.request.scenario.load
            && shown
                .iter()
                .all(|percentile| tasks < percentile.samples_needed())
        {
            shown.insert(0, Percentile::P50);
        }
        *self = Self {
            settings,
            version: self.version + 1,
            reset: true,
            ..Self::default()
        };
    }

    /// Which percentiles and candidates are shown.
    #[must_use]
    pub const fn settings(&self) -> &ChartSettings {
        &self.settings
    }

    /// Shows the board and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &BoardView<'_>, actions: &mut Vec<Action>) {
        for (points, id) in self.points.iter_mut().zip(ChartId::ALL) {
            if let Some(chart) = view.charts.chart(id) {
                points.refresh(chart, (view.revision, self.version));
            }
        }
        self.legend_ui(ui, view, actions);
        let ranges = self.points.iter().filter_map(ChartPoints::x_range);
        let x_range = ranges
            .reduce(|(low, high), (first, last)| (low.min(first), high.max(last)))
            .unwrap_or((0.0, 1.0));
        let place = |id| ChartId::ALL.iter().position(|other| *other == id);
        let shown: Vec<usize> = view.charts.ids().filter_map(place).collect();
        let available = ui.available_size();
        let columns = columns(available.x);
        let gap = space::S;
        let width = (available.x - gap * (columns - 1) as f32) / columns as f32;
        // Two rows fill the view: with two columns these are the four charts of the question.
        // Marks above a plot come on top of what it needs itself.
        let charts = view.charts.ids().filter_map(|id| view.charts.chart(id));
        let strip = charts.map(marks::strip_height).fold(0.0, f32::max);
        let range = CHART_MIN_HEIGHT + strip..=CHART_MAX_HEIGHT + strip;
        let height = ((available.y - gap) / 2.0).clamp(*range.start(), *range.end());
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(gap);
            for row in shown.chunks(columns) {
                ui.horizontal(|ui| {
                    for &index in row {
                        let size = Vec2::new(width, height);
                        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                            self.chart_ui(ui, view, index, x_range, actions);
                        });
                    }
                });
            }
        });
        self.reset = false;
    }

    fn legend_ui(&mut self, ui: &mut Ui, view: &BoardView<'_>, actions: &mut Vec<Action>) {
        let palette = theme::palette(ui);
        let dark = ui.visuals().dark_mode;
        ui.horizontal_wrapped(|ui| {
            // Many candidates need several lines.
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = LEGEND_ROW_HEIGHT;
            ui.spacing_mut().button_padding.y = 2.0;
            let (word, color) = state_badge(view.state, palette);
            badge_ui(ui, word, color);
            if view.outdated {
                badge_ui(ui, &format!("measured: {}", view.title), palette.warning)
                    .on_hover_text("The scenario that is open is not the one that was measured");
            }
            for figures in view.figures {
                let color = theme::series_color(figures.candidate, dark);
                let shown = !self.settings.hidden.contains(&figures.candidate);
                if legend_toggle_ui(ui, &figures.name, color, shown).clicked() {
                    if shown {
                        self.settings.hidden.insert(figures.candidate);
                    } else {
                        self.settings.hidden.remove(&figures.candidate);
                    }
                    self.changed(ui);
                }
            }
            weak_ui(ui, "shaded: not measured")
                .on_hover_text("The warm-up before 0, and the time in which the last tasks end");
            marks::legend_ui(ui, view.charts);
            for figures in view.figures {
                standing_ui(ui, figures);
            }
            if ui
                .add(Button::new(RichText::new("Reset zoom").small()))
                .on_hover_text(
                    "Drag a chart to move it, Ctrl and wheel to zoom; all share one time axis",
                )
                .clicked()
            {
                self.reset = true;
            }
            if ui
                .add(Button::new(RichText::new("Export…").small()))
                .on_hover_text("Put charts of your choice on a picture (Ctrl+E)")
                .accessible_name("Export charts of the board")
                .clicked()
            {
                actions.push(Action::Exporting(ExportAction::Open));
            }
        });
    }

    fn chart_ui(
        &mut self,
        ui: &mut Ui,
        view: &BoardView<'_>,
        index: usize,
        x_range: (f64, f64),
        actions: &mut Vec<Action>,
    ) {
        let palette = theme::palette(ui);
        let Some(chart) = view.charts.chart(ChartId::ALL[index]) else {
            return;
        };
        let size = ui.available_size();
        let frame = theme::chart_frame(palette);
        let inside = size - frame.total_margin().sum();
        frame.show(ui, |ui| {
            ui.set_min_size(inside);
            ui.set_max_size(inside);
            ui.spacing_mut().item_spacing.y = 2.0;
            self.chart_header_ui(ui, chart, actions);
            ui.add_space(space::XS);
            if chart.series.iter().all(|series| series.runs.is_empty()) {
                let (title, text) = nothing_yet(view.state);
                let needed = self.samples_needed(chart.id);
                let text = needed.unwrap_or_else(|| text.to_owned());
                crate::gui::widgets::empty_state_ui(ui, title, &text);
                return;
            }
            let points = &self.points[index];
            chart_plot_ui(
                ui,
                &ChartView {
                    chart,
                    points,
                    x_range,
                    reset: self.reset,
                    tab: view.tab,
                },
            );
        });
    }

    fn chart_header_ui(&mut self, ui: &mut Ui, chart: &Chart, actions: &mut Vec<Action>) {
        let palette = theme::palette(ui);
        ui.horizontal(|ui| {
            ui.label(RichText::new(&chart.title).text_style(theme::title_style()));
            if let Some(warning) = chart.warning {
                let has_room = ui.available_width() >= WARNING_MIN_WIDTH;
                let short = warning.split(':').next().filter(|_| !has_room);
                badge_ui(ui, short.unwrap_or(warning), palette.warning).on_hover_text(CLOSED_LOAD);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                export_menu_ui(ui, &chart.title, || Exported::Chart(chart.id), actions);
                if chart.id == ChartId::ResponseTime {
                    self.percentiles_ui(ui);
                } else {
                    strokes_ui(ui, chart);
                }
            });
        });
        let text = caption(chart);
        let label = RichText::new(&text).small().color(palette.weak);
        ui.add(egui::Label::new(label).truncate());
    }

    /// Why the response times may be empty although tasks ended: a percentile of few tasks is not known.
    fn samples_needed(&self, id: ChartId) -> Option<String> {
        if id != ChartId::ResponseTime {
            return None;
        }
        let lowest = self.settings.percentiles.first()?;
        let (label, tasks) = (lowest.label(), lowest.samples_needed());
        Some(format!(
            "{label} is not known before {tasks} tasks within 10 s"
        ))
    }

    /// From the right, because the line is laid out from there. Each button shows the stroke of its lines.
    fn percentiles_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.x = 2.0;
        for percentile in PERCENTILES.into_iter().rev() {
            let label = percentile.label();
            let selected = self.settings.percentiles.contains(&percentile);
            let stroke = Stroke::of_percentile(percentile);
            let name = format!("Response time at {label}");
            if stroke_toggle_ui(ui, label, stroke, selected)
                .on_hover_text(&name)
                .accessible_name(name)
                .clicked()
            {
                self.toggle(percentile);
                self.changed(ui);
            }
        }
    }

    /// Shows or hides a percentile; the last one stays.
    fn toggle(&mut self, percentile: Percentile) {
        let shown = &mut self.settings.percentiles;
        if !shown.contains(&percentile) {
            shown.push(percentile);
            shown.sort_by(|a, b| a.quantile().total_cmp(&b.quantile()));
        } else if shown.len() > 1 {
            shown.retain(|other| *other != percentile);
        }
    }

    /// The charts follow with the next frame.
    fn changed(&mut self, ui: &Ui) {
        const SOON: std::time::Duration = std::time::Duration::from_millis(1);
        self.version += 1;
        ui.ctx().request_repaint_after(SOON);
    }
}

/// What the strokes of a chart's lines mean, from the right.
fn strokes_ui(ui: &mut Ui, chart: &Chart) {
    let mut known: Vec<&str> = Vec::new();
    for series in chart.series.iter().rev() {
        if !series.detail.is_empty() && !known.contains(&series.detail) {
            known.push(series.detail);
            weak_ui(ui, series.detail);
            stroke_sample_ui(ui, series.stroke);
            ui.add_space(space::XS);
        }
    }
}

/// As many columns as are readable.
fn columns(width: f32) -> usize {
    ((width / CHART_MIN_WIDTH) as usize).clamp(1, COLUMNS_MAX)
}

/// What exactly is drawn and in which unit: "cores · mean over each interval".
fn caption(chart: &Chart) -> String {
    let unit = Axis::linear(&chart.quantity, 0.0, 1.0, 1).unit;
    if unit.is_empty() || chart.caption.contains(&unit) {
        chart.caption.clone()
    } else {
        format!("{unit} · {}", chart.caption)
    }
}

/// The word for where a run stands, with its colour.
fn state_badge(state: RunState, palette: &theme::Palette) -> (&'static str, egui::Color32) {
    match state {
        RunState::None | RunState::Waiting => ("waiting", palette.weak),
        RunState::Live => ("live", palette.accent),
        RunState::Stopping => ("stopping", palette.warning),
        RunState::Stopped => ("stopped", palette.warning),
        RunState::Failed => ("failed", palette.error),
        RunState::Finished => ("finished", palette.good),
    }
}

const fn nothing_yet(state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::None | RunState::Waiting => ("Waiting", "The first values come in a moment"),
        RunState::Live | RunState::Stopping => ("No data yet", ""),
        RunState::Stopped | RunState::Failed | RunState::Finished => {
            ("No data", "Nothing was measured that this chart shows")
        }
    }
}

/// The word for where a candidate stands, with its colour.
#[must_use]
pub fn status_badge(
    status: &CandidateStatus,
    palette: &theme::Palette,
) -> (&'static str, egui::Color32) {
    match status {
        CandidateStatus::Waiting => ("waiting", palette.weak),
        CandidateStatus::Live => ("live", palette.accent),
        CandidateStatus::Done => ("done", palette.good),
        CandidateStatus::Stopped => ("stopped", palette.warning),
        CandidateStatus::Failed { .. } => ("failed", palette.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_window_shows_three_columns_and_a_narrow_one_still_one() {
        assert_eq!(columns(100.0), 1);
        assert_eq!(columns(900.0), 2);
        assert_eq!(columns(1540.0), 3);
        assert_eq!(columns(4000.0), 3);
    }

    #[test]
    fn at_least_one_percentile_is_always_shown() {
        let mut board = BoardPanel::default();
        board.toggle(Percentile::P95);
        assert_eq!(board.settings.percentiles, [Percentile::P95]);
        board.toggle(Percentile::P50);
        assert_eq!(
            board.settings.percentiles,
            [Percentile::P50, Percentile::P95]
        );
        board.toggle(Percentile::P95);
        assert_eq!(board.settings.percentiles, [Percentile::P50]);
    }
}
