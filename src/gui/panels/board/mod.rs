//! The board: the charts in a grid that a person arranges, one legend and one time axis for all of them.

mod edge;
mod facets;
mod legend;
pub(in crate::gui::panels) mod over_plot;
mod tile;
mod tools;
pub(in crate::gui::panels) mod view;

use std::time::Duration;

use egui::{Align, Key, Layout, Modifiers, ScrollArea, Stroke, StrokeKind, Ui, Vec2};

use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::chart::{Chart, ChartBook, ChartId, ChartSettings, Form, Percentile, Tile, rows_of};
use crate::gui::action::{Action, BoardAction};
use crate::gui::app::RunState;
use crate::gui::board_settings::BoardSettings;
use crate::gui::panels::board::view::TimeView;
use crate::gui::panels::chart::ChartPoints;
use crate::gui::panels::diagram::DiagramPoints;
use crate::gui::panels::marks;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{FollowFocus as _, empty_state_ui, in_order_ui};
use crate::run::Run;
use crate::scenario::Load;

/// A chart below this is not readable, in points.
const CHART_MIN_HEIGHT: f32 = 200.0;
/// A chart above this only adds air, in points.
const CHART_MAX_HEIGHT: f32 = 420.0;
/// A chart below this width has too few labels, in points.
const CHART_MIN_WIDTH: f32 = 330.0;
/// The six charts that every run has are two rows of three.
const COLUMNS_MAX: usize = 3;
/// In less height the legend and the buttons scroll with the charts, in points.
const HEAD_STAYS: f32 = 300.0;
/// In less width the buttons stand above the legend, in points.
const HEAD_BESIDE: f32 = 700.0;
/// As long a chart that was asked for has a frame, in seconds.
const POINTED_SECS: f64 = 2.5;
/// The charts follow what was changed.
const SOON: Duration = Duration::from_millis(1);

/// What the board shows.
pub struct BoardView<'a> {
    /// Title of the scenario that was measured.
    pub title: &'a str,
    /// Title of the scenario that is open.
    pub open_title: &'a str,
    /// Whether the scenario that is open is another, or was edited since.
    pub outdated: bool,
    /// Where the run stands.
    pub state: RunState,
    /// Whether the view is paused.
    pub is_paused: bool,
    /// From one frame to the next while the run measures.
    pub frame_interval: Duration,
    /// The run as it is shown.
    pub run: &'a Run,
    /// The charts, up to date.
    pub charts: &'a ChartBook,
    /// The candidates.
    pub figures: &'a [CandidateFigures],
    /// Whether charts say how one zooms.
    pub has_hint: bool,
}

/// The points of one chart, as whatever draws it wants them.
#[derive(Debug, Default)]
struct Points {
    /// Of a chart over time.
    chart: ChartPoints,
    /// Of another one, with what they were made from: revision of the run, version of the settings.
    diagram: DiagramPoints,
    diagram_of: Option<(u64, u64)>,
}

/// Shows the board; keeps what is hidden, where it looks, and the points.
#[derive(Debug, Default)]
pub struct BoardPanel {
    settings: ChartSettings,
    /// The charts that are shown, in their order.
    tiles: Vec<Tile>,
    /// Raised when the settings change, because the points depend on them too.
    version: u64,
    points: [Points; ChartId::ALL.len()],
    time: TimeView,
    /// The chart that was asked for, until it is drawn in view.
    wanted: Option<ChartId>,
    /// The candidate that is pointed at in the legend.
    pointed_at: Option<usize>,
    /// The chart that was asked for last, and until when its frame says so, in seconds of the window's clock.
    pointed: Option<(ChartId, f64)>,
}

impl BoardPanel {
    /// One that shows this.
    #[must_use]
    pub fn with(settings: ChartSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Shows or hides a candidate.
    pub fn toggle_candidate(&mut self, candidate: usize) {
        if !self.settings.hidden.remove(&candidate) {
            self.settings.hidden.insert(candidate);
        }
        self.version += 1;
    }

    /// Another run is shown: everything is visible again and no plot is zoomed.
    pub fn begin(&mut self, run: &Run) {
        self.settings.hidden.clear();
        // A batch that is too small for the percentiles that are shown has a median at least.
        let shown = &mut self.settings.percentiles;
        if let Load::Batch { tasks, .. } = run.request.scenario.load
            && shown
                .iter()
                .all(|percentile| tasks < percentile.samples_needed())
        {
            shown.insert(0, Percentile::P50);
        }
        self.version += 1;
        self.time = TimeView::default();
        self.points = Default::default();
    }

    /// Shows what `remembered` says.
    pub fn configure(&mut self, remembered: &BoardSettings) {
        let settings = ChartSettings {
            hidden: self.settings.hidden.clone(),
            ..remembered.chart_settings()
        };
        if settings != self.settings {
            self.settings = settings;
            self.version += 1;
        }
    }

    /// Brings a chart into view.
    pub const fn look_at(&mut self, id: ChartId) {
        self.wanted = Some(id);
    }

    /// Shows all of the run again, as it goes on.
    pub const fn follow(&mut self) {
        self.time.follow();
    }

    /// Whether a part of the run was ever looked at, or chosen.
    #[must_use]
    pub const fn was_zoomed(&self) -> bool {
        self.time.was_moved()
    }

    /// Shows a shorter or a longer stretch of time.
    pub fn zoom(&mut self, closer: bool) {
        let factor = if closer { 2.0 } else { 0.5 };
        self.time.zoom(factor, self.time.crosshair());
    }

    /// The stretch of time that is shown, in seconds since the measurement began.
    #[must_use]
    pub fn shown_secs(&self) -> (f64, f64) {
        self.time.range()
    }

    /// The same where it is only a part of the run; none while all of it is shown.
    #[must_use]
    pub const fn stretch(&self) -> Option<(f64, f64)> {
        self.time.chosen()
    }

    /// Which percentiles, candidates and charts are shown.
    #[must_use]
    pub const fn settings(&self) -> &ChartSettings {
        &self.settings
    }

    /// Shows the board and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &BoardView<'_>, actions: &mut Vec<Action>) {
        self.tiles = self.settings.arrangement.shown_for(&view.run.request);
        self.time.set_all(x_range(view.charts));
        take_keys(ui, actions);
        let head_stays = ui.available_height() >= HEAD_STAYS;
        if head_stays {
            self.head_ui(ui, view, actions);
        }
        self.grid_ui(ui, view, !head_stays, actions);
        let (crosshair_moved, asks_to_pause) = self.time.end_frame();
        if crosshair_moved {
            ui.ctx().request_repaint_after(SOON);
        }
        if asks_to_pause {
            actions.push(Action::Board(BoardAction::TogglePause));
        }
    }

    /// The charts, which scroll; and with them the head, if it is to.
    fn grid_ui(
        &mut self,
        ui: &mut Ui,
        view: &BoardView<'_>,
        with_head: bool,
        actions: &mut Vec<Action>,
    ) {
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
        let tiles = self.tiles.clone();
        // Plots side by side need the whole width.
        let side_by_side = self.settings.side_by_side;
        let is_whole = |tile: &Tile| side_by_side && tile.id.form() != Form::Diagram;
        let span = |tile: &Tile| if is_whole(tile) { columns } else { tile.span };
        let spans: Vec<usize> = tiles.iter().map(span).collect();
        let spots = rows_of(&spans, columns);
        let placed: Vec<_> = tiles.into_iter().zip(spots).enumerate().collect();
        ScrollArea::vertical()
            .auto_shrink(false)
            .show_following(ui, |ui| {
                if with_head {
                    self.head_ui(ui, view, actions);
                }
                if placed.is_empty() {
                    empty_state_ui(ui, "No charts", "Choose some in the menu 'Charts' above");
                }
                ui.spacing_mut().item_spacing = Vec2::splat(gap);
                for row in placed.chunk_by(|(_, (_, a)), (_, (_, b))| a.0 == b.0) {
                    ui.horizontal(|ui| {
                        for &(place, (tile, (_, _, span))) in row {
                            let wide = width * span as f32 + gap * (span - 1) as f32;
                            let size = Vec2::new(wide, height);
                            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                                let spot = tile::Spot {
                                    tile,
                                    place,
                                    last: placed.len() - 1,
                                    columns,
                                    is_whole: is_whole(&tile),
                                };
                                self.tile_ui(ui, view, spot, actions);
                                self.point_ui(ui, tile.id);
                            });
                        }
                    });
                }
            });
    }

    /// Brings the chart that was asked for into view and frames it for a while.
    fn point_ui(&mut self, ui: &Ui, id: ChartId) {
        let rect = ui.min_rect();
        let now = ui.input(|input| input.time);
        if self.wanted == Some(id) {
            self.wanted = None;
            ui.scroll_to_rect(rect, None);
            self.pointed = Some((id, now + POINTED_SECS));
        }
        let Some((pointed, until)) = self.pointed else {
            return;
        };
        if now >= until {
            self.pointed = None;
        } else if pointed == id {
            let line = Stroke::new(2.0, theme::palette(ui).accent);
            ui.painter().rect_stroke(rect, 6, line, StrokeKind::Inside);
            ui.ctx()
                .request_repaint_after(Duration::from_secs_f64(until - now));
        }
    }

    /// The legend, and the buttons at its right, or above it where there is little room; these come first, as the legend
    /// can do with what they leave.
    fn head_ui(&mut self, ui: &mut Ui, view: &BoardView<'_>, actions: &mut Vec<Action>) {
        if ui.available_width() < HEAD_BESIDE {
            ui.horizontal_wrapped(|ui| tools::tools_ui(ui, self, view, actions));
            self.legend_ui(ui, view);
            return;
        }
        ui.horizontal_top(|ui| {
            ui.spacing_mut().interact_size.y = legend::ROW_HEIGHT;
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                in_order_ui(ui, |ui| tools::tools_ui(ui, self, view, actions));
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.set_width(ui.available_width());
                    self.legend_ui(ui, view);
                });
            });
        });
    }
}

/// What can be done without a chart being focused.
fn take_keys(ui: &Ui, actions: &mut Vec<Action>) {
    let is_free =
        ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
    if !is_free {
        return;
    }
    for (key, action) in [
        (Key::Space, BoardAction::TogglePause),
        (Key::Home, BoardAction::Follow),
        (Key::Plus, BoardAction::ZoomIn),
        (Key::Minus, BoardAction::ZoomOut),
    ] {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            actions.push(Action::Board(action));
        }
    }
}

/// From the first point of all charts over time to the last one.
fn x_range(charts: &ChartBook) -> (f64, f64) {
    let charts = charts.ids().filter_map(|id| charts.chart(id));
    let runs = charts.flat_map(|chart: &Chart| chart.series.iter().flat_map(|line| &line.runs));
    let ends = runs.filter_map(|run| Some((run.first()?[0], run.last()?[0])));
    let range = ends.reduce(|(low, high), (first, last)| (low.min(first), high.max(last)));
    let (low, high) = range.unwrap_or((0.0, 1.0));
    // A run whose first values have just come has one instant, which needs some room to stand in.
    (low, if high > low { high } else { low + 1.0 })
}

/// As many columns as are readable.
fn columns(width: f32) -> usize {
    ((width / CHART_MIN_WIDTH) as usize).clamp(1, COLUMNS_MAX)
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
}
