//! What lies over the lines of a chart: names of phases, the crosshair with what it reads, a stretch being chosen.

use std::sync::Arc;

use egui::text::{Galley, LayoutJob, TextFormat};
use egui::{Color32, FontId, Painter, Pos2, Rect, Response, Stroke, TextStyle, Ui, Vec2};
use egui_plot::{PlotPoint, PlotTransform};

use crate::gui::panels::board::view::TimeView;
use crate::gui::panels::chart::{ChartView, ZOOM_BY_KEYS, seconds};
use crate::gui::panels::plot_lines::{is_free, measured};
use crate::gui::theme::{self, space};
use crate::units::text;

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

/// The values at the crosshair in the colours of their lines, in the corner that is farther from it: below each other,
/// and in further columns where the chart is too low for all; how many have no room even so stands last.
fn readout_ui(ui: &Ui, painter: &Painter, view: &ChartView<'_>, frame: Rect, (at, x): (f64, f32)) {
    let palette = theme::palette(ui);
    let dark = ui.visuals().dark_mode;
    let font = TextStyle::Small.resolve(ui.style());
    let line = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let rows = ((frame.height() - 2.0 * space::XS) / line.max(1.0)) as usize;
    let chart = view.chart;
    let values = view.points.lines().iter().zip(&chart.series);
    let values = values.filter_map(|(line, series)| {
        let value = measured(line.value_at(at)?, chart.scale);
        let value = chart.quantity.text(value);
        let color = theme::series_color(series.candidate, dark);
        Some((format!("{value} {}", series.detail), color))
    });
    let told: Vec<_> = std::iter::once((seconds(at), palette.weak))
        .chain(values)
        .collect();
    let laid = columns(painter, &font, &told, (rows.max(2), frame.width()));
    let size = laid.iter().fold(Vec2::ZERO, |size, column| {
        let one = column.size();
        Vec2::new(size.x + one.x + space::S, size.y.max(one.y))
    });
    let size = size + Vec2::new(2.0 * space::XS - space::S, 2.0 * space::XS);
    let left = if x > frame.center().x {
        frame.left() + space::XS
    } else {
        frame.right() - size.x - space::XS
    };
    let area = Rect::from_min_size(Pos2::new(left, frame.top() + 2.0), size);
    painter.rect_filled(area, 3, palette.card);
    let mut corner = area.min + Vec2::splat(space::XS);
    for column in laid {
        let next = corner + Vec2::new(column.size().x + space::S, 0.0);
        painter.galley(corner, column, palette.text);
        corner = next;
    }
}

/// The lines in as many columns as `width` has room for, of so many `rows` each. What has no room is counted in the
/// place of the last line.
fn columns(
    painter: &Painter,
    font: &FontId,
    told: &[(String, Color32)],
    (rows, width): (usize, f32),
) -> Vec<Arc<Galley>> {
    let column = |lines: &[(String, Color32)]| {
        let mut job = LayoutJob::default();
        for (text, color) in lines {
            let before = if job.is_empty() { "" } else { "\n" };
            let text = format!("{before}{}", text.trim_end());
            job.append(&text, 0.0, TextFormat::simple(font.clone(), *color));
        }
        painter.layout_job(job)
    };
    let mut laid: Vec<Arc<Galley>> = Vec::new();
    let mut taken = 2.0 * space::XS;
    for lines in told.chunks(rows) {
        let next = column(lines);
        taken += next.size().x + space::S;
        if taken > width && !laid.is_empty() {
            break;
        }
        laid.push(next);
    }
    let shown = laid.len() * rows;
    if shown < told.len()
        && let Some(last) = laid.last_mut()
    {
        let mut lines = told[shown - rows..shown].to_vec();
        let left = text::count((told.len() - shown + 1) as u64);
        lines[rows - 1] = (format!("{left} more"), told[0].1);
        *last = column(&lines);
    }
    laid
}
