//! Faults, deaths of workers and circuit breakers on the time line of a picture, and what their glyphs mean.

use crate::chart::{Chart, Glyph, Stroke};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width};
use crate::export::plot::Sizes;
use crate::export::svg::SLACK;
use crate::units::text;

/// Height of the marks of one candidate.
const ROW: f64 = 10.0;
/// Height of the names of faults.
const LANE: f64 = 15.0;
/// Half the width of a glyph.
const REACH: f64 = 3.6;
/// Many candidates share that much height.
const STRIP_MAX: f64 = 60.0;
/// Between a glyph and its word.
const NEAR: f64 = 6.0;
/// Between two entries.
const APART: f64 = 20.0;
/// Height of a row of the legend.
const LEGEND_ROW: f64 = 24.0;

/// How high the strip above the plot is that the names of faults and the marks of `chart` need.
pub(super) fn strip_height(chart: &Chart) -> f64 {
    chart.lanes() as f64 * LANE + rows_height(chart)
}

fn rows_height(chart: &Chart) -> f64 {
    (chart.marked().len() as f64 * ROW).min(STRIP_MAX)
}

/// Draws the stretches in which faults last over the plot and the strip above it: `x` says where a second lies.
pub(super) fn draw_bands(
    canvas: &mut Canvas,
    plot: &Frame,
    chart: &Chart,
    x_range: (f64, f64),
    sizes: Sizes,
    x: impl Fn(f64) -> f64,
) {
    let colours = Colours::ALL;
    let strip = strip_height(chart);
    let label = Type {
        size: sizes.small - 1.0,
        weight: Weight::Regular,
        colour: colours.fault_text,
    };
    for (from, to, fault) in chart.faulty(x_range) {
        let (left, right) = (x(from), x(to));
        let band = Frame {
            x: left,
            y: plot.y - strip,
            width: right - left,
            height: plot.height + strip,
        };
        canvas.rect(&band, colours.fault);
        // A name may reach beyond its band, where no edge may cross it.
        let below_names = band.y + chart.lanes() as f64 * LANE;
        for [edge, top] in [[left, band.y], [right, below_names]] {
            let ends = [[edge, top], [edge, band.bottom()]];
            canvas.polyline(&ends, colours.fault_text, Stroke::Dotted, 1.0);
        }
        // Names of stretches that overlap stand below each other.
        let y = band.y + (fault.lane + 1) as f64 * LANE - 4.0;
        let end = chart
            .label_end(fault)
            .map_or(plot.right(), |end| x(end.min(x_range.1)));
        let room = (end - left - 8.0) / SLACK;
        let mut words = chart.fault_words(fault).into_iter();
        // What does not fit is not cut: the legend has the names.
        if let Some(words) = words.find(|words| text_width(words, label.size, label.weight) <= room)
        {
            canvas.text([left + 4.0, y], Anchor::Start, label, &words);
        }
    }
}

/// Draws the marks into the strip above the plot, one row per candidate that has some.
pub(super) fn draw_marks(
    canvas: &mut Canvas,
    plot: &Frame,
    chart: &Chart,
    x_range: (f64, f64),
    x: impl Fn(f64) -> f64,
) {
    let rows = chart.marked();
    let strip = rows_height(chart);
    let row_height = strip / rows.len().max(1) as f64;
    let reach = REACH.min(row_height / 2.0 - 0.6);
    for (row, candidate) in rows.iter().enumerate() {
        let colour = Ink::of_candidate(*candidate);
        let bottom = plot.y - strip + (row + 1) as f64 * row_height;
        let middle = bottom - row_height / 2.0;
        for (at, _) in chart.ticks_per_column(*candidate, &x) {
            if at >= plot.x && at <= plot.right() {
                canvas.polyline(&[[at, middle], [at, bottom]], colour, Stroke::Solid, 1.0);
            }
        }
    }
    for mark in &chart.marks {
        let row = rows
            .iter()
            .position(|candidate| *candidate == mark.candidate);
        let (Some(row), Some(glyph)) = (row, Glyph::of(mark.kind)) else {
            continue;
        };
        if mark.at < x_range.0 || mark.at > x_range.1 {
            continue;
        }
        let y = plot.y - strip + (row as f64 + 0.5) * row_height;
        let colour = Ink::of_candidate(mark.candidate);
        draw_glyph(canvas, [x(mark.at), y], reach, glyph, colour);
    }
}

fn draw_glyph(canvas: &mut Canvas, at: [f64; 2], reach: f64, glyph: Glyph, colour: Ink) {
    for stroke in glyph.strokes() {
        let points: Vec<_> = stroke
            .iter()
            .map(|[x, y]| [at[0] + x * reach, at[1] + y * reach])
            .collect();
        if glyph.is_filled() {
            canvas.polygon(&points, colour);
        } else {
            canvas.polyline(&points, colour, Stroke::Solid, 1.4);
        }
    }
}

/// What the shading and the glyphs of `charts` mean, in as many rows as they need from `at` on; returns how high these
/// are, which is nothing without faults and marks.
pub(super) fn legend<'a>(
    canvas: &mut Canvas,
    at: [f64; 2],
    width: f64,
    charts: impl Iterator<Item = &'a Chart> + Clone,
    sizes: Sizes,
) -> f64 {
    let colours = Colours::ALL;
    let entries = entries(charts);
    if entries.is_empty() {
        return 0.0;
    }
    let words = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: colours.text,
    };
    let [mut x, mut y] = [at[0], at[1] + LEGEND_ROW / 2.0];
    for (sign, label) in entries {
        let swatch = match sign {
            Sign::Band => 18.0,
            Sign::Glyph(_) => 2.0 * REACH,
            Sign::Tick => 2.0,
        };
        let label = &label;
        let room = swatch + NEAR + text_width(label, words.size, words.weight) * SLACK;
        if x + room > at[0] + width && x > at[0] {
            x = at[0];
            y += LEGEND_ROW;
        }
        match sign {
            Sign::Band => draw_swatch(canvas, [x, y], swatch),
            Sign::Glyph(glyph) => {
                draw_glyph(canvas, [x + REACH, y], REACH, glyph, colours.muted);
            }
            Sign::Tick => {
                let ends = [[x + 1.0, y - REACH], [x + 1.0, y + REACH]];
                canvas.polyline(&ends, colours.muted, Stroke::Solid, 1.0);
            }
        }
        let baseline = y + sizes.small * 0.36;
        canvas.text([x + swatch + NEAR, baseline], Anchor::Start, words, label);
        x += room + APART;
    }
    y + LEGEND_ROW / 2.0 - at[1]
}

/// A short stretch of shading.
fn draw_swatch(canvas: &mut Canvas, [x, y]: [f64; 2], width: f64) {
    let colours = Colours::ALL;
    let band = Frame {
        x,
        y: y - 6.0,
        width,
        height: 12.0,
    };
    canvas.rect(&band, colours.fault);
    for edge in [band.x, band.right()] {
        let ends = [[edge, band.y], [edge, band.bottom()]];
        canvas.polyline(&ends, colours.fault_text, Stroke::Dotted, 1.0);
    }
}

/// What stands before a word of the legend.
enum Sign {
    /// A stretch of shading.
    Band,
    /// The shape of a mark.
    Glyph(Glyph),
    /// A short line.
    Tick,
}

fn entries<'a>(charts: impl Iterator<Item = &'a Chart> + Clone) -> Vec<(Sign, String)> {
    let mut entries = Vec::new();
    // All charts over time have the same bands.
    let faults = charts.clone().find(|chart| !chart.bands.is_empty());
    let faults = faults.map(Chart::fault_key).unwrap_or_default();
    entries.extend(faults.into_iter().map(|fault| (Sign::Band, fault)));
    // Small plots have no room for more.
    let charts = charts.filter(|chart| !chart.has_facets());
    if charts.clone().any(|chart| !chart.ticks.is_empty()) {
        entries.push((Sign::Tick, "retries".to_owned()));
    }
    let mut kinds: Vec<_> = charts.clone().flat_map(Chart::mark_kinds).collect();
    kinds.sort_by_key(|kind| *kind as usize);
    kinds.dedup();
    let glyphs = kinds.into_iter().filter_map(|kind| {
        let glyph = Glyph::of(kind)?;
        Some((Sign::Glyph(glyph), kind.label().to_owned()))
    });
    entries.extend(glyphs);
    let dropped = charts.map(|chart| chart.marks_dropped).max().unwrap_or(0);
    if let (true, Some(last)) = (dropped > 0, entries.last_mut()) {
        let more = text::counted(dropped, "more is", "more are");
        last.1 = format!("{} (and {more} not drawn)", last.1);
    }
    entries
}
