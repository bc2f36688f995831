//! A chart over something other than time as an SVG picture.

use crate::chart::{
    Band, Beside, Diagram, NamedRule, Plane, RuleOf, Series, Stroke, name_rows, names_in_rows,
};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width};
use crate::export::plot::{
    Head, MARK_RADIUS, Scales, Sizes, draw_axes, draw_head, draw_lines, page_frame, y_ticks,
};
use crate::export::svg::{MARGIN, SLACK, WIDTH, words};
use crate::export::{Foot, Look, Theme};

/// Height of the picture.
const HEIGHT: f64 = 470.0;
/// Room that a label of x needs.
const X_APART: f64 = 72.0;

/// `diagram` as a picture of its own. `name` tells apart pictures that share a page; `foot` says of what it is, and is
/// empty where the page does.
#[must_use]
pub fn diagram_svg<'a>(
    diagram: &Diagram,
    name: &str,
    look: impl Into<Look<'a>>,
    foot: &Foot,
) -> String {
    drawn(diagram, None, name, look.into(), foot)
}

/// `plane` as a picture of its own, with its bands, its marked places, and a dot for every point that was measured.
#[must_use]
pub fn plane_svg<'a>(plane: &Plane, name: &str, look: impl Into<Look<'a>>, foot: &Foot) -> String {
    drawn(&plane.diagram, Some(plane), name, look.into(), foot)
}

fn drawn(
    diagram: &Diagram,
    plane: Option<&Plane>,
    name: &str,
    look: Look<'_>,
    foot: &Foot,
) -> String {
    let sizes = if look.theme == Theme::Page {
        Sizes::PAGE
    } else {
        Sizes::PICTURE
    };
    // Names take no room away from the plot.
    let inside = HEIGHT + names_height(plane, sizes);
    let height = inside + foot.height();
    let mut canvas = Canvas::new(name, WIDTH, height, diagram.title, look);
    foot.draw(&mut canvas, [WIDTH, height]);
    canvas.describe(&words(&diagram.caption, &diagram.series));
    if look.theme == Theme::Page {
        let frame = page_frame(WIDTH, inside);
        draw_diagram(&mut canvas, &frame, diagram, plane, sizes);
    } else {
        let frame = Frame {
            x: MARGIN,
            y: MARGIN,
            width: WIDTH - 2.0 * MARGIN,
            height: inside - 2.0 * MARGIN,
        };
        draw_diagram(&mut canvas, &frame, diagram, plane, sizes);
    }
    canvas.finish()
}

/// Draws `diagram` into `frame`, with what `plane` adds to it.
pub(super) fn draw_diagram(
    canvas: &mut Canvas,
    frame: &Frame,
    diagram: &Diagram,
    plane: Option<&Plane>,
    sizes: Sizes,
) {
    let head = Head {
        title: diagram.title,
        caption: &diagram.caption,
        warning: diagram.warning,
        series: &diagram.series,
        areas: false,
    };
    let y = draw_head(canvas, frame, head, sizes);
    let mut y_axis = diagram.y_axis(y_ticks(diagram.y.scale(), frame.height));
    let mut x_axis = diagram.x_axis((frame.width / X_APART) as usize);
    if diagram.bounds().is_none() {
        // Labels of a range that is made up would be taken for figures.
        y_axis.ticks.clear();
        x_axis.ticks.clear();
    }
    let labels = y_axis
        .ticks
        .iter()
        .map(|tick| text_width(&tick.label, sizes.small, Weight::Regular));
    let left = frame.x + labels.fold(0.0, f64::max) * SLACK + 12.0;
    let name = if y_axis.unit.is_empty() {
        diagram.y_name
    } else {
        &y_axis.unit
    };
    let unit = y + sizes.small + 4.0;
    canvas.text([frame.x, unit], Anchor::Start, sizes.muted(), name);
    let top = unit + if name.is_empty() { 0.0 } else { 14.0 } + names_height(plane, sizes);
    let bottom = frame.bottom() - 2.0 * sizes.small - 14.0;
    let last = x_axis.ticks.last();
    let last = last.map_or(0.0, |tick| {
        text_width(&tick.label, sizes.small, Weight::Regular)
    });
    let scales = Scales {
        plot: Frame {
            x: left,
            y: top,
            width: frame.right() - left - (last * SLACK / 2.0).max(10.0),
            height: bottom - top,
        },
        x: (x_axis.low, x_axis.high),
        x_scale: diagram.x.scale(),
        y: (y_axis.low, y_axis.high),
        y_scale: diagram.y.scale(),
    };
    for tick in &x_axis.ticks {
        let x = scales.x(tick.value);
        let plot = scales.plot;
        canvas.line([x, plot.y], [x, plot.bottom()], Colours::ALL.grid);
    }
    let ticks = [x_axis.ticks.as_slice(), &y_axis.ticks];
    draw_axes(canvas, &scales, ticks, diagram.x_name, sizes);
    if let Some(plane) = plane {
        draw_bands(canvas, &plane.bands, &scales);
    }
    draw_lines(canvas, &diagram.series, &scales, sizes, true);
    if let Some(plane) = plane {
        draw_dots(canvas, &diagram.series, &scales, sizes);
        draw_rules(canvas, plane, &scales, sizes);
    }
}

/// What lies below the lines.
fn draw_bands(canvas: &mut Canvas, bands: &[Band], scales: &Scales) {
    canvas.clipped(&scales.plot, |canvas| {
        for band in bands {
            let place = |x: f64, y: f64| [scales.x(x), scales.y(y)];
            let upper = band.points.iter().map(|&[x, _, high]| place(x, high));
            let lower = band.points.iter().rev().map(|&[x, low, _]| place(x, low));
            let outline: Vec<[f64; 2]> = upper
                .chain(lower)
                .map(|[x, y]| {
                    [
                        x,
                        if y.is_finite() {
                            y
                        } else {
                            scales.plot.bottom()
                        },
                    ]
                })
                .collect();
            if let &[from, to] = outline.as_slice() {
                canvas.polyline(
                    &[from, to],
                    Ink::of_candidate(band.candidate),
                    Stroke::Solid,
                    1.0,
                );
            } else if !outline.is_empty() {
                canvas.veil(&outline, Ink::of_candidate(band.candidate));
            }
        }
    });
    for band in bands {
        for (x, is_above) in band.beyond(scales.y.0, scales.y.1) {
            draw_arrow(canvas, scales.x(x), is_above, band.candidate, &scales.plot);
        }
    }
}

/// An arrow inside of the plot's edge: what is drawn goes on beyond it.
fn draw_arrow(canvas: &mut Canvas, x: f64, is_above: bool, candidate: usize, plot: &Frame) {
    /// Half of its width, and its height.
    const SIZE: [f64; 2] = [5.0, 8.0];
    let (tip, inwards) = if is_above {
        (plot.y + 1.0, 1.0)
    } else {
        (plot.bottom() - 1.0, -1.0)
    };
    let base = tip + inwards * SIZE[1];
    let outline = [[x, tip], [x + SIZE[0], base], [x - SIZE[0], base]];
    canvas.polygon(&outline, Ink::of_candidate(candidate));
}

/// A dot at every point of a full line: what was measured, and not what lies between.
fn draw_dots(canvas: &mut Canvas, series: &[Series], scales: &Scales, sizes: Sizes) {
    let measured = series
        .iter()
        .filter(|series| series.stroke == Stroke::Solid);
    for series in measured {
        for &[x, y] in series.runs.iter().flatten() {
            let at = [scales.x(x), scales.y(y)];
            if at[0].is_finite() && at[1].is_finite() {
                if canvas.bears_mark(series.candidate) {
                    canvas.shape(at, MARK_RADIUS, series.candidate);
                } else {
                    let colour = Ink::of_candidate(series.candidate);
                    canvas.polyline(&[at], colour, Stroke::Solid, sizes.line + 1.5);
                }
            }
        }
    }
}

/// What the names of the rules along x take above the plot.
fn names_height(plane: Option<&Plane>, sizes: Sizes) -> f64 {
    plane.map_or(0, |plane| name_rows(&plane.rules)) as f64 * name_row(sizes)
}

fn name_row(sizes: Sizes) -> f64 {
    sizes.small + 4.0
}

/// Dashed lines across. The names of those along x stand in rows above the plot, so that none stands on another or on a
/// line; those of y stand in the plot, where the fewest points are.
fn draw_rules(canvas: &mut Canvas, plane: &Plane, scales: &Scales, sizes: Sizes) {
    /// Between a line and its name.
    const NEAR: f64 = 5.0;
    let plot = scales.plot;
    let look = sizes.muted();
    let top = plot.y - names_height(Some(plane), sizes);
    let named = names_in_rows(
        &plane.rules,
        (plot.x, plot.right()),
        |at| scales.x(at),
        |name| text_width(name, look.size, look.weight) * SLACK + NEAR,
    );
    for (row, NamedRule { x, .. }) in named.iter().enumerate() {
        let from = [*x, top + row as f64 * name_row(sizes)];
        let to = [*x, plot.bottom()];
        canvas.polyline(&[from, to], look.colour, Stroke::Dashed, 1.2);
    }
    for (row, NamedRule { x, rule, beside }) in named.iter().enumerate() {
        let y = top + row as f64 * name_row(sizes) + sizes.small;
        let (at, anchor) = match beside {
            Beside::Left => (x - NEAR, Anchor::End),
            Beside::Right => (x + NEAR, Anchor::Start),
        };
        canvas.text_over([at, y], anchor, look, &rule.label);
    }
    let across = plane.rules.iter().filter(|rule| rule.of == RuleOf::Y);
    let look = Type {
        colour: Colours::ALL.warning,
        ..look
    };
    for rule in across {
        let y = scales.y(rule.at);
        if (plot.y - 1.0..=plot.bottom() + 1.0).contains(&y) {
            let ends = [[plot.x, y], [plot.right(), y]];
            canvas.polyline(&ends, look.colour, Stroke::Dashed, 1.2);
            let (at, anchor) = free_place(&plane.diagram, scales, y, (&rule.label, look));
            canvas.text_over(at, anchor, look, &rule.label);
        }
    }
}

/// Where beside the line across at `y` its name stands on the least: above or below it, at the left or the right.
fn free_place(
    diagram: &Diagram,
    scales: &Scales,
    y: f64,
    (label, look): (&str, Type),
) -> ([f64; 2], Anchor) {
    /// Looks at a line that often.
    const STEPS: u32 = 64;
    let plot = scales.plot;
    let width = text_width(label, look.size, look.weight) * SLACK;
    let seen = diagram.series.iter().flat_map(|series| &series.runs);
    let seen: Vec<[f64; 2]> = seen
        .flat_map(|run| run.windows(2))
        .flat_map(|ends| {
            let [from, to] = [ends[0], ends[1]].map(|[x, y]| [scales.x(x), scales.y(y)]);
            (0..=STEPS).map(move |step| {
                let share = f64::from(step) / f64::from(STEPS);
                [0, 1].map(|part| from[part] + (to[part] - from[part]) * share)
            })
        })
        .collect();
    let (above, below) = (y - 5.0, y + look.size + 3.0);
    let sides = [
        (plot.x + 5.0, Anchor::Start),
        (plot.right() - 5.0, Anchor::End),
    ];
    let places = [above, below].into_iter().flat_map(|baseline| {
        let fits = baseline - look.size > plot.y && baseline < plot.bottom();
        sides
            .into_iter()
            .filter(move |_| fits || baseline < y)
            .map(move |(x, anchor)| ([x, baseline], anchor))
    });
    let crowd = |([x, baseline], anchor): &([f64; 2], Anchor)| {
        let left = if *anchor == Anchor::End {
            x - width
        } else {
            *x
        };
        let is_in = |point: &&[f64; 2]| {
            (left - 4.0..=left + width + 4.0).contains(&point[0])
                && (baseline - look.size - 2.0..=baseline + 4.0).contains(&point[1])
        };
        seen.iter().filter(is_in).count()
    };
    let best = places.min_by_key(crowd);
    best.unwrap_or(([plot.x + 5.0, above], Anchor::Start))
}
