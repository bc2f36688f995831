//! One chart of the board: its frame, its title by which it is moved, its controls, its plot.

use egui::{
    Align, Color32, CursorIcon, DragAndDrop, Label, Layout, Popup, Rect, RichText, Sense, Ui,
};

use crate::chart::axis::Axis;
use crate::chart::palette::split_rgb;
use crate::chart::{Chart, ChartId, Diagram, Form, Series, Tile};
use crate::gui::action::{Action, BoardAction, Exported};
use crate::gui::panels::board::edge::edge_ui;
use crate::gui::panels::board::facets::facets_ui;
use crate::gui::panels::board::{BoardPanel, BoardView, nothing_yet, tools};
use crate::gui::panels::chart::{ChartView, PointsKey, chart_plot_ui};
use crate::gui::panels::diagram::{DiagramPoints, plot_ui};
use crate::gui::panels::export_menu::export_menu_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    badge_ui, colour_sign_ui, empty_state_ui, few_lines_ui, in_order_ui, stroke_sign_ui,
    stroke_sign_width,
};

/// More lines than these would take too much of the plot.
const CAPTION_LINES: usize = 2;
/// A warning is written in full if it and the buttons have this much room beside the title, in points.
const WARNING_MIN_WIDTH: f32 = 440.0;

/// Why the response times of a closed load cannot be compared with those of an open one.
const CLOSED_LOAD: &str = "A client asks again only when it was answered, so a slow candidate is asked less \
    often and its response times stay low. An open load shows the waiting.";

/// Where a chart stands on the board.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) tile: Tile,
    /// Its place in the order.
    pub(super) place: usize,
    /// The last place.
    pub(super) last: usize,
    /// Columns of the board.
    pub(super) columns: usize,
    /// Whether it is as wide as the board whatever its width is.
    pub(super) is_whole: bool,
}

impl Spot {
    /// How many columns it has.
    pub(super) fn span(self) -> usize {
        self.tile.span.min(self.columns)
    }

    /// Whether it can be made wider or narrower.
    pub(super) const fn has_width(self) -> bool {
        self.columns > 1 && !self.is_whole
    }
}

/// What stands above a chart.
struct Head<'a> {
    title: &'a str,
    caption: String,
    warning: Option<&'static str>,
}

impl BoardPanel {
    pub(super) fn tile_ui(
        &mut self,
        ui: &mut Ui,
        view: &BoardView<'_>,
        spot: Spot,
        actions: &mut Vec<Action>,
    ) {
        let palette = theme::palette(ui);
        let id = spot.tile.id;
        let frame = theme::chart_frame(palette);
        let inside = ui.available_size() - frame.total_margin().sum();
        let shown = frame.show(ui, |ui| {
            ui.set_min_size(inside);
            ui.set_max_size(inside);
            ui.spacing_mut().item_spacing.y = 2.0;
            if let Some(chart) = view.charts.chart(id) {
                self.chart_ui(ui, view, (chart, spot), actions);
            } else if let Some(diagram) = view.charts.diagram(id) {
                self.diagram_ui(ui, view, (diagram, spot), actions);
            }
        });
        let rect = shown.response.rect;
        drop_ui(ui, id, rect, actions);
        edge_ui(ui, (id.title(), spot), rect, actions);
    }

    fn chart_ui(
        &mut self,
        ui: &mut Ui,
        view: &BoardView<'_>,
        (chart, spot): (&Chart, Spot),
        actions: &mut Vec<Action>,
    ) {
        let head = Head {
            title: &chart.title,
            caption: caption(chart),
            warning: chart.warning,
        };
        self.head_of_tile_ui(ui, &head, spot, Some(chart), actions);
        if chart.series.iter().all(|series| series.runs.is_empty()) {
            let (title, text) = nothing_yet(view.state);
            let text = match chart.id {
                ChartId::ResponseTime => self.samples_needed(),
                _ if chart.id.form() == Form::Workers => Some(
                    "The system told nothing of single workers: a thread has no memory of its own"
                        .to_owned(),
                )
                .filter(|_| !view.state.is_active()),
                _ => None,
            }
            .unwrap_or_else(|| text.to_owned());
            empty_state_ui(ui, title, &text);
            return;
        }
        let key = PointsKey {
            revision: view.charts.revision(),
            version: self.version,
            range: self.time.range(),
            columns: ui.available_width() as usize,
        };
        let points = &mut self.points[place_of(chart.id)].chart;
        points.refresh(chart, key);
        let view = ChartView {
            chart,
            points,
            pointed_at: self.pointed_at,
            has_hint: view.has_hint,
        };
        if chart.has_facets() {
            facets_ui(ui, &view, &mut self.time);
        } else {
            chart_plot_ui(ui, &view, &mut self.time);
        }
    }

    fn diagram_ui(
        &mut self,
        ui: &mut Ui,
        view: &BoardView<'_>,
        (diagram, spot): (&Diagram, Spot),
        actions: &mut Vec<Action>,
    ) {
        let head = Head {
            title: diagram.title,
            caption: diagram.caption.clone(),
            warning: diagram.warning,
        };
        self.head_of_tile_ui(ui, &head, spot, None, actions);
        if diagram.bounds().is_none() {
            let (title, _) = nothing_yet(view.state);
            empty_state_ui(ui, title, "Too few tasks have ended for this chart");
            return;
        }
        let points = &mut self.points[place_of(spot.tile.id)];
        let key = Some((view.charts.revision(), self.version));
        if points.diagram_of != key {
            points.diagram_of = key;
            points.diagram = DiagramPoints::of(diagram);
        }
        plot_ui(ui, diagram, &points.diagram, self.pointed_at);
    }

    fn head_of_tile_ui(
        &self,
        ui: &mut Ui,
        head: &Head<'_>,
        spot: Spot,
        chart: Option<&Chart>,
        actions: &mut Vec<Action>,
    ) {
        let palette = theme::palette(ui);
        let id = spot.tile.id;
        let kinds = chart.map(kinds).unwrap_or_default();
        let is_stacked = id.form() == Form::Stacked;
        let mut has_strokes = is_stacked;
        ui.horizontal(|ui| {
            title_ui(ui, head.title, spot, actions);
            if let Some(warning) = head.warning {
                let has_room = ui.available_width() >= WARNING_MIN_WIDTH;
                let short = warning.split(':').next().filter(|_| !has_room);
                badge_ui(ui, short.unwrap_or(warning), palette.warning).on_hover_text(CLOSED_LOAD);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                in_order_ui(ui, |ui| {
                    if id == ChartId::ResponseTime {
                        tools::percentiles_ui(ui, self, actions);
                    }
                    export_menu_ui(ui, head.title, || Exported::Chart(id), actions);
                });
                if !is_stacked {
                    has_strokes = strokes_beside_ui(ui, &kinds);
                }
            });
        });
        if let Some(chart) = chart.filter(|_| is_stacked) {
            areas_ui(ui, chart, &kinds);
        } else {
            let caption = RichText::new(&head.caption).small().color(palette.weak);
            few_lines_ui(ui, caption, CAPTION_LINES).on_hover_text(&head.caption);
        }
        if !has_strokes && !kinds.is_empty() {
            strokes_ui(ui, &kinds);
        }
        // The topmost label of the axis reaches half its height above the plot.
        ui.add_space(space::S);
    }

    /// Why the response times may be empty although tasks ended: a percentile of few tasks is not known.
    fn samples_needed(&self) -> Option<String> {
        let lowest = self.settings.percentiles.first()?;
        let (label, tasks) = (lowest.label(), lowest.samples_needed());
        Some(format!(
            "{label} is not known before {tasks} tasks within 10 s"
        ))
    }
}

fn place_of(id: ChartId) -> usize {
    let place = ChartId::ALL.iter().position(|other| *other == id);
    place.unwrap_or(0)
}

/// The title: dragged, it moves the chart; clicked, it says how else.
fn title_ui(ui: &mut Ui, title: &str, spot: Spot, actions: &mut Vec<Action>) {
    let id = spot.tile.id;
    let text = RichText::new(title).text_style(theme::title_style());
    let label = Label::new(text)
        .selectable(false)
        .sense(Sense::click_and_drag());
    let response = ui.add(label);
    response.dnd_set_drag_payload(id);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Arrange {title}"))
    });
    if response.has_focus() || response.hovered() {
        let palette = theme::palette(ui);
        let y = response.rect.bottom();
        let line = egui::Stroke::new(1.0, palette.weak);
        ui.painter().hline(response.rect.x_range(), y, line);
    }
    let response = response.on_hover_cursor(CursorIcon::Grab);
    Popup::menu(&response).show(|ui| {
        let places = (spot.place, spot.last);
        tools::arrange_menu_ui(ui, id, places, spot.tile.span, spot.columns, actions);
    });
    response.on_hover_text("Drag to move this chart, click to arrange it");
}

/// Takes a chart that is dropped here, and shows where it would go: before this one or behind it.
fn drop_ui(ui: &Ui, id: ChartId, rect: Rect, actions: &mut Vec<Action>) {
    let Some(dragged) = DragAndDrop::payload::<ChartId>(ui.ctx()) else {
        return;
    };
    let Some(pointer) = ui.ctx().pointer_interact_pos() else {
        return;
    };
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    if *dragged == id || !rect.contains(pointer) || !ui.clip_rect().contains(pointer) {
        return;
    }
    let behind = pointer.x > rect.center().x;
    let x = if behind { rect.right() } else { rect.left() };
    let line = egui::Stroke::new(3.0, theme::palette(ui).accent);
    ui.painter().vline(x, rect.y_range(), line);
    if ui.input(|input| input.pointer.any_released()) {
        let chart = *dragged;
        DragAndDrop::clear_payload(ui.ctx());
        actions.push(Action::Board(BoardAction::PutChart {
            chart,
            beside: id,
            behind,
        }));
    }
}

/// The lines of one candidate, each kind once.
fn kinds(chart: &Chart) -> Vec<&Series> {
    let mut kinds: Vec<&Series> = Vec::new();
    for series in &chart.series {
        let is_known = kinds.iter().any(|known| known.detail == series.detail);
        if !series.detail.is_empty() && !is_known {
            kinds.push(series);
        }
    }
    kinds
}

/// What the strokes of a chart's lines mean, from the right, if there is room for all of them.
fn strokes_beside_ui(ui: &mut Ui, kinds: &[&Series]) -> bool {
    let width = |series: &&Series| stroke_sign_width(ui, series.detail) + space::M;
    let has_room = kinds.iter().map(width).sum::<f32>() <= ui.available_width();
    for series in kinds.iter().rev().filter(|_| has_room) {
        stroke_sign_ui(ui, series.stroke, series.detail);
        ui.add_space(space::M - ui.spacing().item_spacing.x);
    }
    has_room
}

/// What the strokes of a chart's lines mean, below what is drawn where they have no room beside the title.
fn strokes_ui(ui: &mut Ui, kinds: &[&Series]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        ui.spacing_mut().interact_size.y = 0.0;
        for series in kinds {
            stroke_sign_ui(ui, series.stroke, series.detail);
        }
    });
}

/// The colours of areas, in the place of what is drawn: the whole line is theirs.
fn areas_ui(ui: &mut Ui, chart: &Chart, kinds: &[&Series]) {
    let dark = ui.visuals().dark_mode;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        ui.spacing_mut().interact_size.y = 0.0;
        for (number, series) in kinds.iter().enumerate() {
            let [r, g, b] = split_rgb(Chart::area_colour(number), dark);
            let sign = colour_sign_ui(ui, Color32::from_rgb(r, g, b), series.detail);
            sign.on_hover_text(&chart.caption);
        }
    });
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
