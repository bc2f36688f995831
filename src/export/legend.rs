//! What the colours and strokes of a chart mean, outside of its data.

use crate::chart::{Chart, Series, Stroke};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width};
use crate::export::plot::{MARK_RADIUS, Sizes};
use crate::export::svg::SLACK;

const ROW: f64 = 24.0;
/// Long enough to show dashes.
const SWATCH: f64 = 26.0;
/// Side of a swatch of an area.
const SQUARE: f64 = 12.0;
/// Between a swatch and its text.
const NEAR: f64 = 7.0;
/// Between two entries.
const APART: f64 = 20.0;

/// How much room an entry takes, without what is between two.
fn entry_width(label: &str, sizes: Sizes) -> f64 {
    SWATCH + NEAR + text_width(label, sizes.small, Weight::Regular) * SLACK
}

/// A stretch of the candidate's line, with its shape where lines have these.
pub(super) fn swatch(canvas: &mut Canvas, ends: [[f64; 2]; 2], candidate: usize, width: f64) {
    let colour = Ink::of_candidate(candidate);
    canvas.polyline(&ends, colour, Stroke::Solid, width);
    if canvas.has_line_marks() {
        let [[left, y], [right, _]] = ends;
        canvas.shape([left.midpoint(right), y], MARK_RADIUS + 0.8, candidate);
    }
}

fn label(canvas: &mut Canvas, at: [f64; 2], label: &str, sizes: Sizes) {
    let [x, y] = at;
    let text = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: Colours::ALL.text,
    };
    canvas.text(
        [x + SWATCH + NEAR, y + sizes.small * 0.36],
        Anchor::Start,
        text,
        label,
    );
}

/// What the strokes mean, in one row that ends at `right_end`; nothing where each candidate has one line. Strokes of
/// `areas` have the colours of these. Returns how wide it is.
pub(super) fn strokes(
    canvas: &mut Canvas,
    right_end: [f64; 2],
    series: &[Series],
    areas: bool,
    sizes: Sizes,
) -> f64 {
    let mut known: Vec<(&str, Stroke)> = Vec::new();
    for one in series {
        let new = known.iter().all(|(detail, _)| *detail != one.detail);
        if !one.detail.is_empty() && new {
            known.push((one.detail, one.stroke));
        }
    }
    let [mut x, y] = right_end;
    for (number, (detail, stroke)) in known.into_iter().enumerate().rev() {
        let mut drawn = series.iter().filter(|one| one.detail == detail);
        let words = if areas || drawn.any(|one| one.runs.iter().any(|run| !run.is_empty())) {
            detail.to_owned()
        } else {
            format!("{detail} (no data)")
        };
        x -= entry_width(&words, sizes);
        if areas {
            let square = Frame {
                x: x + SWATCH - SQUARE,
                y: y - SQUARE / 2.0,
                width: SQUARE,
                height: SQUARE,
            };
            canvas.part_rect(&square, Chart::area_colour(number));
            label(canvas, [x, y], &words, sizes);
            x -= APART;
            continue;
        }
        let ends = [[x, y], [x + SWATCH, y]];
        canvas.polyline(&ends, Colours::ALL.muted, stroke, sizes.line + 0.5);
        label(canvas, [x, y], &words, sizes);
        x -= APART;
    }
    right_end[0] - x
}

/// The candidates, once each, in as many rows as they need from `at` on; returns how high these are.
pub(super) fn candidates(
    canvas: &mut Canvas,
    at: [f64; 2],
    width: f64,
    series: &[Series],
    sizes: Sizes,
) -> f64 {
    let mut named: Vec<usize> = Vec::new();
    let [mut x, mut y] = [at[0], at[1] + ROW / 2.0];
    let all = series;
    for series in all {
        if named.contains(&series.candidate) {
            continue;
        }
        named.push(series.candidate);
        let lines = all
            .iter()
            .filter(|other| other.candidate == series.candidate);
        let empty = lines.flat_map(|series| &series.runs).next().is_none();
        let label = if empty {
            format!("{} (no data)", series.label)
        } else {
            series.label.clone()
        };
        let room = entry_width(&label, sizes);
        if x + room > at[0] + width && x > at[0] {
            x = at[0];
            y += ROW;
        }
        let ends = [[x, y], [x + SWATCH, y]];
        swatch(canvas, ends, series.candidate, sizes.line + 0.5);
        self::label(canvas, [x, y], &label, sizes);
        x += room + APART;
    }
    y + ROW / 2.0 - at[1]
}
