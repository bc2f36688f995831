//! A chart of several small plots with the same axes: one per candidate, or one per worker.
//!
//! They are painted and not made of plots of the library: dozens of these would cost more than a frame may.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, Painter, Pos2, Rect, Response, Sense, Stroke, TextStyle, Ui, Vec2};
use egui_plot::PlotPoint;

use crate::chart::axis::Axis;
use crate::chart::palette::split_rgb;
use crate::chart::{Chart, Facet, Form, Quantity, Scale, facet_columns};
use crate::gui::panels::board::view::TimeView;
use crate::gui::panels::chart::{ChartView, ZOOM_BY_KEYS, seconds, y_ticks};
use crate::gui::panels::plot_lines::{Inks, LinePoints, measured, plotted, y_range};
use crate::gui::theme::{self, space};
use crate::gui::widgets::paint_stroke;
use crate::run::WORKER_LINES_MAX;
use crate::units::text;

/// Room for the labels of the y axis, in points.
const Y_AXIS_WIDTH: f32 = 56.0;
/// Room for the labels of the time axis, in points.
const X_AXIS_HEIGHT: f32 = 18.0;
/// Room for the name above a plot, in points.
const NAME_HEIGHT: f32 = 15.0;
/// The smallest plot with its name, in points.
const LEAST: [f64; 2] = [88.0, 52.0];
/// Between two plots, in points.
const APART: f32 = 8.0;
/// Room that a label of the time axis takes, in points.
const X_LABEL_WIDTH: f32 = 40.0;
/// Room that a label of the y axis takes, in points.
const Y_LABEL_HEIGHT: f32 = 22.0;
/// Width of a line, in points.
const LINE_WIDTH: f32 = 1.4;
/// Above what is highest, and below what is lowest on a logarithmic axis, as a share of it.
const MARGIN: f64 = 0.06;

/// What all of the plots share.
struct Frame<'a> {
    chart: &'a Chart,
    /// The time that is shown.
    x: (f64, f64),
    /// From the lowest to the highest, on the plot's scale.
    y: (f64, f64),
    axis: Axis,
}

impl Frame<'_> {
    fn place(&self, rect: Rect, point: [f64; 2]) -> Pos2 {
        let share = |(low, high): (f64, f64), at: f64| (at - low) / (high - low).max(1e-300);
        Pos2::new(
            rect.left() + share(self.x, point[0]) as f32 * rect.width(),
            rect.bottom() - share(self.y, point[1]) as f32 * rect.height(),
        )
    }
}

/// Draws as many of the small plots as have room, and says how many there are beside them.
pub(super) fn facets_ui(ui: &mut Ui, view: &ChartView<'_>, time: &mut TimeView) {
    let chart = view.chart;
    let area = ui.available_rect_before_wrap();
    let behind = ui.allocate_rect(area, Sense::hover());
    let room = Rect::from_min_max(
        area.min + Vec2::new(Y_AXIS_WIDTH, 0.0),
        area.max - Vec2::new(0.0, X_AXIS_HEIGHT),
    );
    let size = [f64::from(room.width()), f64::from(room.height())];
    let all = chart.facets().len();
    let most = facet_columns(all, size, LEAST);
    let facets = chart.facets_within(most.columns * most.rows);
    let shown = facets.len();
    let grid = facet_columns(shown, size, LEAST);
    let cell = Vec2::new(
        (room.width() + APART) / grid.columns as f32 - APART,
        (room.height() + APART) / grid.rows as f32 - APART,
    );
    let frame = frame(view, time, cell.y - NAME_HEIGHT);
    let dark = ui.visuals().dark_mode;
    let inks = Inks::of_lines(dark, view.pointed_at, view.points.lines());
    for (number, (first, facet)) in facets.iter().enumerate() {
        let lines = &view.points.lines()[*first..first + facet.series.len()];
        let (row, column) = (number / grid.columns, number % grid.columns);
        let step = cell + Vec2::splat(APART);
        let corner = room.min + Vec2::new(column as f32 * step.x, row as f32 * step.y);
        let rect = Rect::from_min_size(
            corner + Vec2::new(0.0, NAME_HEIGHT),
            cell - Vec2::new(0.0, NAME_HEIGHT),
        );
        let is_last = number + grid.columns >= shown;
        axes_ui(ui, &frame, rect, (column == 0, is_last));
        facet_ui(ui, &frame, view, (facet, lines), (rect, inks), time);
    }
    more_ui(ui, area, behind, (all - shown, chart.workers_left_out));
}

/// How many plots there are beside those that are shown: short, below the labels of the y axis, and in words for
/// whoever asks.
fn more_ui(ui: &Ui, area: Rect, behind: Response, (without_room, without_line): (usize, u64)) {
    let more = without_room as u64 + without_line;
    if more == 0 {
        return;
    }
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let at = Pos2::new(area.left(), area.bottom() - NAME_HEIGHT / 2.0);
    let words = format!("+ {more}");
    let painter = ui.painter();
    painter.text(at, Align2::LEFT_CENTER, words, font, palette.weak);
    let mut told = Vec::new();
    if without_room > 0 {
        let plots = text::counted(without_room as u64, "more plot has", "more plots have");
        told.push(format!(
            "{plots} no room: a wider chart or fewer candidates leave some"
        ));
    }
    if without_line > 0 {
        let workers = text::counted(without_line, "worker has", "workers have");
        told.push(format!(
            "{workers} no plot: only the first {WORKER_LINES_MAX} of a candidate are recorded one by one"
        ));
    }
    let told = told.join("\n");
    behind.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &told));
    behind.on_hover_text(told);
}

/// The axes that everything that is seen lies on.
fn frame<'a>(view: &ChartView<'a>, time: &TimeView, height: f32) -> Frame<'a> {
    let chart = view.chart;
    let (mut low, mut high) = y_range(chart, view.points.lines()).unwrap_or((0.0, 1.0));
    let margin = (high - low) * MARGIN;
    high += margin;
    // A line of zeros is the axis itself.
    if chart.scale == Scale::Log10 {
        low -= margin;
    }
    let steps = ((height / Y_LABEL_HEIGHT) as usize).clamp(2, 6);
    let mut axis = y_ticks(chart, low, high, steps);
    axis.ticks
        .retain(|tick| (low..=high).contains(&plotted(tick.value, chart.scale)));
    Frame {
        chart,
        x: time.range(),
        y: (low, high),
        axis,
    }
}

/// The ground of a plot with its lines across, labels at the left of the first column, and of time below the last row.
fn axes_ui(ui: &Ui, frame: &Frame<'_>, rect: Rect, (is_first, is_last): (bool, bool)) {
    let palette = theme::palette(ui);
    let painter = ui.painter();
    let font = TextStyle::Small.resolve(ui.style());
    for (from, to) in frame.chart.unmeasured(frame.x) {
        let left = frame.place(rect, [from, 0.0]).x;
        let right = frame.place(rect, [to, 0.0]).x;
        let shade = Rect::from_x_y_ranges(left..=right, rect.y_range());
        painter.rect_filled(shade, 0, palette.shade);
    }
    for (from, to, _) in frame.chart.faulty(frame.x) {
        let [left, right] = [from, to].map(|at| frame.place(rect, [at, 0.0]).x);
        let fault = Rect::from_x_y_ranges(left..=right, rect.y_range());
        painter.rect_filled(fault, 0, palette.fault);
    }
    let grid = Stroke::new(1.0, palette.grid);
    let mut above = f32::INFINITY;
    for tick in &frame.axis.ticks {
        let y = frame
            .place(rect, [0.0, plotted(tick.value, frame.chart.scale)])
            .y;
        painter.hline(rect.x_range(), y, grid);
        // Labels of a low plot would stand on each other.
        if is_first && above - y >= font.size {
            above = y;
            let at = Pos2::new(rect.left() - space::XS, y);
            painter.text(
                at,
                Align2::RIGHT_CENTER,
                &tick.label,
                font.clone(),
                palette.weak,
            );
        }
    }
    painter.rect_stroke(rect, 0, grid, egui::StrokeKind::Inside);
    let steps = ((rect.width() / X_LABEL_WIDTH) as usize).max(1);
    let time = Axis::seconds(frame.x.0, frame.x.1, steps);
    let mut free_from = rect.left();
    for tick in time.ticks.iter().filter(|_| is_last) {
        let x = frame.place(rect, [tick.value, 0.0]).x;
        let galley = painter.layout_no_wrap(tick.label.clone(), font.clone(), palette.weak);
        let width = galley.size().x;
        // Within its plot: beyond it stand the labels of the next one.
        let left = (x - width / 2.0).clamp(rect.left(), (rect.right() - width).max(rect.left()));
        if left >= free_from {
            free_from = left + width + space::XS;
            let corner = Pos2::new(left, rect.bottom() + 2.0);
            painter.galley(corner, galley, palette.weak);
        }
    }
}

fn facet_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &ChartView<'_>,
    (facet, lines): (&Facet<'_>, &[LinePoints]),
    (rect, inks): (Rect, Inks),
    time: &mut TimeView,
) {
    let palette = theme::palette(ui);
    let clipped = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    for (number, line) in lines.iter().enumerate().rev() {
        for run in &line.runs {
            if frame.chart.id.form() == Form::Stacked {
                let [r, g, b] = split_rgb(Chart::area_colour(number), inks.dark);
                area_ui(&clipped, frame, rect, run, Color32::from_rgb(r, g, b));
            } else {
                let color = inks.of(facet.candidate);
                line_ui(&clipped, frame, rect, (line, run), color);
            }
        }
    }
    let id = egui::Id::unique((frame.chart.id.slug(), facet.title));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    time.take(ui, &response, rect.x_range());
    if let Some((from, to)) = time.choosing() {
        let [left, right] = [from, to].map(|at| frame.place(rect, [at, 0.0]).x);
        let area = Rect::from_x_y_ranges(left..=right, rect.y_range());
        clipped.rect_filled(area, 0, palette.accent.gamma_multiply(0.18));
    }
    let mut read = None;
    if let Some(at) = time.crosshair() {
        let x = frame.place(rect, [at, 0.0]).x;
        clipped.vline(x, rect.y_range(), Stroke::new(1.0, palette.weak));
        read = values(frame, lines, facet, at);
    }
    name_ui(
        ui,
        facet,
        rect,
        read.as_ref().map(|(short, _)| short.as_str()),
    );
    if response.has_focus() {
        let edge = Stroke::new(1.5, palette.accent);
        clipped.rect_stroke(rect, 0, edge, egui::StrokeKind::Inside);
        if view.has_hint && !response.hovered() {
            response.show_tooltip_text(ZOOM_BY_KEYS);
        }
    }
    let name = format!("Plot of {} of {}", frame.chart.title, facet.title);
    let told = read
        .as_ref()
        .map_or_else(|| name.clone(), |(_, long)| format!("{name} at {long}"));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &told));
    if let Some(told) = view.with_hint(read.map(|(_, long)| long)) {
        response.on_hover_text_at_pointer(told);
    }
}

/// The candidate or the worker above its plot, in its colour, and at the right what the crosshair reads.
fn name_ui(ui: &Ui, facet: &Facet<'_>, rect: Rect, read: Option<&str>) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let painter = ui.painter();
    let bottom = rect.top() - 2.0;
    let fitted = |text: &str, width: f32, color: Color32| {
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), color);
        job.wrap = TextWrapping::truncate_at_width(width);
        painter.layout_job(job)
    };
    let mut room = rect.width();
    if let Some(read) = read {
        let galley = fitted(read, rect.width() * 0.6, palette.text);
        room -= galley.size().x + space::XS;
        let corner = Pos2::new(rect.right(), bottom) - galley.size();
        painter.galley(corner, galley, palette.text);
    }
    let color = theme::series_color(facet.candidate, ui.visuals().dark_mode);
    let mut titles = facet.titles();
    let shortest = titles.pop().unwrap_or_default();
    let mut whole = titles
        .into_iter()
        .map(|title| painter.layout_no_wrap(title.to_owned(), font.clone(), color));
    let galley = whole.find(|galley| galley.size().x <= room);
    let galley = galley.unwrap_or_else(|| fitted(shortest, room.max(1.0), color));
    let corner = Pos2::new(rect.left(), bottom - galley.size().y);
    painter.galley(corner, galley, color);
}

/// The values of the lines at a time: in a few letters, and with all that is known of them. None where no line has one.
fn values(
    frame: &Frame<'_>,
    lines: &[LinePoints],
    facet: &Facet<'_>,
    at: f64,
) -> Option<(String, String)> {
    let chart = frame.chart;
    let is_stacked = chart.id.form() == Form::Stacked;
    let mut below = 0.0;
    let (mut short, mut long) = (Vec::new(), Vec::new());
    for (line, series) in lines.iter().zip(facet.series) {
        let Some(value) = line.value_at(at) else {
            continue;
        };
        let mut value = measured(value, chart.scale);
        if is_stacked {
            // An area is what lies between two lines.
            let edge = value;
            value = (edge - below).max(0.0);
            below = edge;
        }
        let value = chart.quantity.text(value);
        if !is_stacked || short.is_empty() {
            // The axis says the unit of cores, and there is hardly any room.
            let number = value
                .split(' ')
                .next()
                .filter(|_| chart.quantity == Quantity::Cores);
            short.push(number.unwrap_or(&value).to_owned());
        }
        long.push(format!(
            "{}  {value}",
            if series.detail.is_empty() {
                &series.name
            } else {
                series.detail
            }
        ));
    }
    let when = seconds(at);
    (!long.is_empty()).then(|| (short.join(" · "), format!("{when}\n{}", long.join("\n"))))
}

fn line_ui(
    painter: &Painter,
    frame: &Frame<'_>,
    rect: Rect,
    (line, run): (&LinePoints, &[PlotPoint]),
    color: Color32,
) {
    let points: Vec<Pos2> = run
        .iter()
        .map(|point| frame.place(rect, [point.x, point.y]))
        .collect();
    if let [only] = *points {
        painter.circle_filled(only, LINE_WIDTH * 1.5, color);
        return;
    }
    paint_stroke(painter, points, line.stroke, LINE_WIDTH, color);
}

/// What lies below a line, down to zero: areas are drawn from the highest on, and each covers those behind it.
fn area_ui(painter: &Painter, frame: &Frame<'_>, rect: Rect, run: &[PlotPoint], color: Color32) {
    let mut mesh = Mesh::default();
    for point in run {
        let top = frame.place(rect, [point.x, point.y]);
        for pos in [top, Pos2::new(top.x, rect.bottom())] {
            mesh.vertices.push(Vertex {
                pos,
                uv: WHITE_UV,
                color,
            });
        }
    }
    for number in 1..run.len() as u32 {
        let first = 2 * (number - 1);
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    painter.add(mesh);
}
