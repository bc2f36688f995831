//! A chart of several small plots with the same axes: one per candidate or per worker.

use crate::chart::axis::Axis;
use crate::chart::{Chart, Facet, Form, Scale, facet_columns};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, fitted, text_width};
use crate::export::plot::{MARK_RADIUS, Scales, Sizes, draw_lines, y_ticks};
use crate::export::svg::SLACK;

/// A narrower plot is none.
const WIDTH_MIN: f64 = 96.0;
/// A lower one neither, with its title.
const HEIGHT_MIN: f64 = 74.0;
/// Between two plots.
const APART: f64 = 14.0;

/// Draws as many of the plots as there is room for, and says how many there are beside them.
pub(super) fn draw_facets(
    canvas: &mut Canvas,
    frame: &Frame,
    chart: &Chart,
    x_range: (f64, f64),
    sizes: Sizes,
) {
    let y_axis = chart.y_axis((y_ticks(chart.scale, frame.height) / 2).max(2));
    let labels = y_axis.ticks.iter();
    let labels = labels.map(|tick| text_width(&tick.label, sizes.small, Weight::Regular));
    let left = frame.x + (labels.fold(0.0, f64::max) * SLACK + 10.0).max(sizes.left);
    let foot = 2.0 * sizes.small + 12.0;
    let unit = frame.y + sizes.small + 4.0;
    canvas.text([frame.x, unit], Anchor::Start, sizes.muted(), &y_axis.unit);
    let room = Frame {
        x: left,
        y: unit + 6.0,
        width: frame.right() - left - 10.0,
        height: frame.bottom() - foot - unit - 6.0,
    };
    let all = chart.facets().len();
    let grid = |count| {
        let size = [room.width, room.height];
        facet_columns(count, size, [WIDTH_MIN, HEIGHT_MIN])
    };
    let most = grid(all);
    let facets = chart.facets_within(most.columns * most.rows);
    let (shown, grid) = (facets.len(), grid(facets.len()));
    let cell = [
        (room.width + APART) / grid.columns as f64 - APART,
        (room.height + APART) / grid.rows as f64 - APART,
    ];
    let y_axis = chart.y_axis(y_ticks(chart.scale, cell[1] - sizes.small));
    for (number, (_, facet)) in facets.iter().enumerate() {
        let (row, column) = (number / grid.columns, number % grid.columns);
        let cell = Frame {
            x: room.x + column as f64 * (cell[0] + APART),
            y: room.y + row as f64 * (cell[1] + APART),
            width: cell[0],
            height: cell[1],
        };
        let is_last = number + grid.columns >= shown;
        draw_facet(
            canvas,
            &cell,
            chart,
            facet,
            (x_range, &y_axis),
            (column == 0, is_last),
            sizes,
        );
    }
    let middle = [
        room.x + room.width / 2.0,
        frame.bottom() - foot + 2.0 * sizes.small + 12.0,
    ];
    canvas.text(middle, Anchor::Middle, sizes.muted(), &chart.x_name());
    let more = all - shown + chart.workers_left_out as usize;
    if more > 0 {
        let beside_unit = [frame.right() - 10.0, unit];
        let text = format!("{more} more not drawn");
        canvas.text(beside_unit, Anchor::End, sizes.muted(), &text);
    }
    if facets.is_empty() {
        let middle = [room.x + room.width / 2.0, room.y + room.height / 2.0];
        canvas.text(middle, Anchor::Middle, sizes.muted(), "no data");
    }
}

fn draw_facet(
    canvas: &mut Canvas,
    cell: &Frame,
    chart: &Chart,
    facet: &Facet<'_>,
    (x, y_axis): ((f64, f64), &Axis),
    (is_first, is_last): (bool, bool),
    sizes: Sizes,
) {
    let colours = Colours::ALL;
    let head = sizes.small + 6.0;
    let plot = Frame {
        y: cell.y + head,
        height: cell.height - head,
        ..*cell
    };
    draw_title(canvas, cell, chart, facet, sizes);
    let scales = Scales {
        plot,
        x,
        x_scale: Scale::Linear,
        y: (y_axis.low, y_axis.high),
        y_scale: chart.scale,
    };
    draw_shades(canvas, chart, &scales);
    let small = sizes.muted();
    for tick in &y_axis.ticks {
        let y = scales.y(tick.value);
        canvas.line([plot.x, y], [plot.right(), y], colours.grid);
        if is_first {
            let at = [plot.x - 8.0, y + small.size * 0.36];
            canvas.text(at, Anchor::End, small, &tick.label);
        }
    }
    let x_axis = seconds_that_fit(x, plot.width, sizes);
    for tick in x_axis.ticks.iter().filter(|_| is_last) {
        let half = text_width(&tick.label, small.size, small.weight) / 2.0;
        // Below its own plot, as the next one begins soon.
        let edges = (plot.x + half, plot.right() - half);
        let x = scales.x(tick.value).max(edges.0).min(edges.1);
        let at = [x, plot.bottom() + small.size + 7.0];
        canvas.text(at, Anchor::Middle, small, &tick.label);
    }
    canvas.line(
        [plot.x, plot.bottom()],
        [plot.right(), plot.bottom()],
        colours.axis,
    );
    if chart.id.form() == Form::Stacked {
        draw_areas(canvas, facet, &scales);
    } else {
        // The plot is one candidate's, whose shape stands before its title.
        draw_lines(canvas, facet.series, &scales, sizes, false);
    }
}

/// The name in the colour of its candidate, and with its shape where lines have these.
fn draw_title(canvas: &mut Canvas, cell: &Frame, chart: &Chart, facet: &Facet<'_>, sizes: Sizes) {
    let name = Type {
        size: sizes.small,
        weight: Weight::SemiBold,
        colour: Ink::of_candidate(facet.candidate),
    };
    let room = (cell.width - 2.0 * MARK_RADIUS - 5.0) / SLACK;
    let mut titles = facet.titles();
    let shortest = titles.pop().unwrap_or_default();
    let fits = |title: &&str| text_width(title, name.size, name.weight) <= room;
    let title = match titles.into_iter().find(fits) {
        Some(title) => title.to_owned(),
        None => fitted(shortest, room, name.size, name.weight),
    };
    let mut at = [cell.x, cell.y + sizes.small];
    if canvas.bears_mark(facet.candidate) && chart.id.form() != Form::Stacked {
        let middle = [at[0] + MARK_RADIUS, at[1] - sizes.small * 0.36];
        canvas.shape(middle, MARK_RADIUS, facet.candidate);
        at[0] += 2.0 * MARK_RADIUS + 5.0;
    }
    canvas.text(at, Anchor::Start, name, &title);
}

/// An axis of time with as many labels as stand beside each other in `width`.
fn seconds_that_fit((low, high): (f64, f64), width: f64, sizes: Sizes) -> Axis {
    /// Between two labels at least.
    const BETWEEN: f64 = 12.0;
    let fits = |axis: &Axis| {
        let widths = axis
            .ticks
            .iter()
            .map(|tick| text_width(&tick.label, sizes.small, Weight::Regular) * SLACK + BETWEEN);
        let widest = widths.fold(0.0, f64::max);
        let ends = axis.ticks.windows(2).next();
        let apart = ends.map(|ends| (ends[1].value - ends[0].value) / (high - low) * width);
        apart.is_none_or(|apart| apart >= widest)
    };
    let most = (width / 30.0) as usize;
    let axes = (2..=most).rev().map(|many| Axis::seconds(low, high, many));
    let found = axes.into_iter().find(fits);
    found.unwrap_or_else(|| Axis::seconds(low, high, 1))
}

/// What was not measured, and where faults last.
fn draw_shades(canvas: &mut Canvas, chart: &Chart, scales: &Scales) {
    let (plot, colours) = (scales.plot, Colours::ALL);
    for (start, end) in chart.unmeasured(scales.x) {
        let (from, to) = (scales.x(start), scales.x(end));
        let shade = Frame {
            x: from,
            width: to - from,
            ..plot
        };
        canvas.rect(&shade, colours.unmeasured);
    }
    for (start, end, _) in chart.faulty(scales.x) {
        let (from, to) = (scales.x(start), scales.x(end));
        let fault = Frame {
            x: from,
            width: to - from,
            ..plot
        };
        canvas.rect(&fault, colours.fault);
    }
}

/// Each area from the line below it to its own; the lowest from zero.
fn draw_areas(canvas: &mut Canvas, facet: &Facet<'_>, scales: &Scales) {
    canvas.clipped(&scales.plot, |canvas| {
        // From the highest on, so that each covers what of it belongs to those below.
        for (number, series) in facet.series.iter().enumerate().rev() {
            for run in series.runs.iter().filter(|run| run.len() > 1) {
                let mut outline: Vec<[f64; 2]> = run
                    .iter()
                    .map(|&[x, y]| [scales.x(x), scales.y(y)])
                    .collect();
                let ends = [run[run.len() - 1][0], run[0][0]];
                outline.extend(ends.map(|x| [scales.x(x), scales.plot.bottom()]));
                canvas.part_area(&outline, Chart::area_colour(number));
            }
        }
    });
}
