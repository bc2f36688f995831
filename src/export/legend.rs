//! What the colours and strokes of a chart mean, outside of its data.

use crate::chart::{Chart, Series, Stroke};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width};
use crate::export::plot::{MARK_RADIUS, Sizes};
use crate::export::svg::SLACK;

/// Height of a row.
pub(super) const ROW: f64 = 24.0;
/// Long enough to show dashes.
const SWATCH: f64 = 26.0;
/// Side of a swatch of an area.
const SQUARE: f64 = 12.0;
/// Between a swatch and its text.
const NEAR: f64 = 7.0;
/// Between two entries.
const APART: f64 = 20.0;

/// How much room an entry takes, without what is between two.
fn entry_width(label: &str, swatch: f64, sizes: Sizes) -> f64 {
    swatch + NEAR + text_width(label, sizes.small, Weight::Regular) * SLACK
}

/// A stretch of the candidate's line, with its shape where lines have these.
pub(super) fn swatch(canvas: &mut Canvas, ends: [[f64; 2]; 2], candidate: usize, width: f64) {
    let colour = Ink::of_candidate(candidate);
    canvas.polyline(&ends, colour, Stroke::Solid, width);
    if canvas.bears_mark(candidate) {
        let [[left, y], [right, _]] = ends;
        canvas.shape([left.midpoint(right), y], MARK_RADIUS + 0.8, candidate);
    }
}

/// Writes `label` behind a swatch that ends at `x`.
fn label(canvas: &mut Canvas, [x, y]: [f64; 2], label: &str, sizes: Sizes) {
    let text = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: Colours::ALL.text,
    };
    canvas.text(
        [x + NEAR, y + sizes.small * 0.36],
        Anchor::Start,
        text,
        label,
    );
}

/// What the strokes of a chart's lines mean; of areas, what their colours do.
pub(super) struct Strokes {
    /// Words with the stroke of the lines, in their order.
    entries: Vec<(String, Stroke)>,
    areas: bool,
    sizes: Sizes,
}

impl Strokes {
    /// Nothing where each candidate has one line.
    pub(super) fn of(series: &[Series], areas: bool, sizes: Sizes) -> Self {
        let mut known: Vec<(&str, Stroke)> = Vec::new();
        for one in series {
            let new = known.iter().all(|(detail, _)| *detail != one.detail);
            if !one.detail.is_empty() && new {
                known.push((one.detail, one.stroke));
            }
        }
        let words = |detail: &str| {
            let mut drawn = series.iter().filter(|one| one.detail == detail);
            if areas || drawn.any(|one| one.runs.iter().any(|run| !run.is_empty())) {
                detail.to_owned()
            } else {
                format!("{detail} (no data)")
            }
        };
        let entries = known.into_iter();
        Self {
            entries: entries
                .map(|(detail, stroke)| (words(detail), stroke))
                .collect(),
            areas,
            sizes,
        }
    }

    const fn swatch(&self) -> f64 {
        if self.areas { SQUARE } else { SWATCH }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How much room they take in a row, with what is before them.
    pub(super) fn width(&self) -> f64 {
        let entries = self.entries.iter();
        let widths =
            entries.map(|(words, _)| entry_width(words, self.swatch(), self.sizes) + APART);
        widths.sum()
    }

    /// Draws them in one row that begins at `at`.
    pub(super) fn draw(&self, canvas: &mut Canvas, [mut x, y]: [f64; 2]) {
        for (number, (words, stroke)) in self.entries.iter().enumerate() {
            let end = x + self.swatch();
            if self.areas {
                let square = Frame {
                    x,
                    y: y - SQUARE / 2.0,
                    width: SQUARE,
                    height: SQUARE,
                };
                canvas.part_rect(&square, Chart::area_colour(number));
            } else {
                let width = self.sizes.line + 0.5;
                canvas.polyline(&[[x, y], [end, y]], Colours::ALL.muted, *stroke, width);
            }
            label(canvas, [end, y], words, self.sizes);
            x += entry_width(words, self.swatch(), self.sizes) + APART;
        }
    }
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
        let room = entry_width(&label, SWATCH, sizes);
        if x + room > at[0] + width && x > at[0] {
            x = at[0];
            y += ROW;
        }
        let ends = [[x, y], [x + SWATCH, y]];
        swatch(canvas, ends, series.candidate, sizes.line + 0.5);
        self::label(canvas, [x + SWATCH, y], &label, sizes);
        x += room + APART;
    }
    y + ROW / 2.0 - at[1]
}
