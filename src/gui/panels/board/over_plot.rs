//! What lies over the lines of a chart: names of phases, the crosshair with what it reads, a stretch being chosen.

use egui::{Painter, Pos2, Rect, Response, Stroke, TextStyle, Ui, Vec2};
use egui_plot::{PlotPoint, PlotTransform};

use crate::gui::panels::board::view::TimeView;
use crate::gui::panels::chart::{ChartView, ZOOM_BY_KEYS, seconds};
use crate::gui::panels::plot_lines::{is_free, measured};
use crate::gui::theme::{self, Mark, space};

/// What lies over the lines: names of phases, the stretch that is being chosen, the crosshair with what it reads, and the
/// edge of the plot that has the keyboard. What `happened` at the crosshair is told with what it reads.
pub(in crate::gui::panels) fn over_plot_ui(
    ui: &Ui,
    view: &ChartView<'_>,
    time: &TimeView,
    (response, transform, happened): (&Response, &PlotTransform, Option<String>),
) {
    let frame = *transform.frame();
    let palette = theme::palette(ui);
    let painter = ui.painter().with_clip_rect(frame);
    let (low, high) = time.range();
    let place = |at: f64| {
        let share = (at - low) / (high - low).max(f64::MIN_POSITIVE);
        frame.left() + share as f32 * frame.width()
    };
    phases_ui(ui, &painter, view, transform, (low, high));
    if let Some((from, to)) = time.choosing() {
        let area = Rect::from_x_y_ranges(place(from)..=place(to), frame.y_range());
        painter.rect_filled(area, 0, palette.accent.gamma_multiply(0.18));
    }
    let mut read = None;
    if let Some(at) = time.crosshair().filter(|at| (low..=high).contains(at)) {
        let line = Stroke::new(1.0, palette.weak);
        painter.vline(place(at), frame.y_range(), line);
        read = view.points.values_at(at, view.chart);
        // Where the pointer is, the same stands beside it.
        if read.is_some() && !response.hovered() {
            readout_ui(ui, &painter, view, frame, (at, place(at)));
        }
    }
    if response.has_focus() {
        let edge = Stroke::new(1.5, palette.accent);
        painter.rect_stroke(frame, 0, edge, egui::StrokeKind::Inside);
        if view.has_hint && !response.hovered() {
            response.show_tooltip_text(ZOOM_BY_KEYS);
        }
    }
    let name = format!("Plot of {}", view.chart.title);
    let mut told = read.map_or_else(|| name.clone(), |read| format!("{name} at {read}"));
    if let Some(line) = happened {
        told.push('\n');
        told.push_str(&line);
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &told));
}

/// What is not measured is named where there is room for the word: at the bottom, else at the top, and not at all where
/// lines pass through both.
fn phases_ui(
    ui: &Ui,
    painter: &Painter,
    view: &ChartView<'_>,
    transform: &PlotTransform,
    (low, high): (f64, f64),
) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let (chart, frame) = (view.chart, *transform.frame());
    for (from, to) in chart.unmeasured((low, high)) {
        let is_before = chart.measured_span.is_none_or(|(start, _)| to <= start);
        let word = if is_before { "warm-up" } else { "drain" };
        let galley = painter.layout_no_wrap(word.to_owned(), font.clone(), palette.weak);
        let width = (to - from) / (high - low) * f64::from(frame.width());
        if (width as f32) < galley.size().x + 2.0 * space::XS {
            continue;
        }
        let left = (from - low) / (high - low) * f64::from(frame.width());
        let left = frame.left() + left as f32 + space::XS;
        let tops = [frame.bottom() - galley.size().y - 2.0, frame.top() + 2.0];
        let mut corners = tops.into_iter().map(|top| Pos2::new(left, top));
        let free = corners.find(|corner| {
            let area = Rect::from_min_size(*corner, galley.size());
            let place = |point: &PlotPoint| transform.position_from_point(point);
            is_free(view.points.lines(), area, place)
        });
        if let Some(corner) = free {
            painter.galley(corner, galley, palette.weak);
        }
    }
}

/// A row of what the crosshair reads: whose it is, and its words.
type Row = (Option<usize>, String);

/// The values at the crosshair in the colours of their lines, with the shapes of those that bear one, in the corner that
/// is farther from it: below each other, and in further columns where the chart is too low for all; then how many more
/// there are.
fn readout_ui(ui: &Ui, painter: &Painter, view: &ChartView<'_>, frame: Rect, (at, x): (f64, f32)) {
    let palette = theme::palette(ui);
    let font = TextStyle::Small.resolve(ui.style());
    let line = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let height = ((frame.height() - 2.0 * space::XS) / line.max(1.0)) as usize;
    let height = height.max(2);
    let mut rows = readout_rows(view, at);
    let mark_of = |row: &Row| row.0.and_then(|one| Mark::in_legend(ui.ctx(), one));
    let is_marked = rows.iter().any(|row| mark_of(row).is_some());
    let indent = if is_marked { line } else { 0.0 };
    let color_of = |(candidate, _): &Row| {
        candidate.map_or(palette.weak, |candidate| {
            theme::series_color(candidate, ui.visuals().dark_mode)
        })
    };
    let galley_of = |row: &Row| painter.layout_no_wrap(row.1.clone(), font.clone(), color_of(row));
    let widths = rows.iter().map(|row| galley_of(row).size().x);
    let width = indent + widths.fold(0.0, f32::max) + space::S;
    let columns = ((frame.width() / width.max(1.0)) as usize).max(1);
    cut(&mut rows, columns * height);
    let columns = rows.len().div_ceil(height);
    let size = Vec2::new(width * columns as f32, line * rows.len().min(height) as f32);
    let size = size + Vec2::new(2.0 * space::XS - space::S, 2.0 * space::XS);
    let left = if x > frame.center().x {
        frame.left() + space::XS
    } else {
        frame.right() - size.x - space::XS
    };
    let area = Rect::from_min_size(Pos2::new(left, frame.top() + 2.0), size);
    painter.rect_filled(area, 3, palette.card);
    let first = area.min + Vec2::splat(space::XS);
    for (place, row) in rows.iter().enumerate() {
        let (column, below) = (place / height, place % height);
        let corner = first + Vec2::new(width * column as f32, line * below as f32);
        if let Some(mark) = mark_of(row) {
            let centre = corner + Vec2::splat(line / 2.0);
            mark.paint(painter, centre, line * 0.3, color_of(row));
        }
        painter.galley(
            corner + Vec2::new(indent, 0.0),
            galley_of(row),
            color_of(row),
        );
    }
}

/// When, and what each line has there.
fn readout_rows(view: &ChartView<'_>, at: f64) -> Vec<Row> {
    let chart = view.chart;
    let values = view.points.lines().iter().zip(&chart.series);
    let values = values.filter_map(|(line, series)| {
        let value = measured(line.value_at(at)?, chart.scale);
        let told = format!("{} {}", chart.quantity.text(value), series.detail);
        Some((Some(series.candidate), told.trim_end().to_owned()))
    });
    std::iter::once((None, seconds(at))).chain(values).collect()
}

/// Leaves `room` rows at the most, of which the last counts what has none.
fn cut(rows: &mut Vec<Row>, room: usize) {
    if rows.len() > room {
        let more = rows.len() + 1 - room;
        rows.truncate(room - 1);
        rows.push((None, format!("{more} more")));
    }
}
