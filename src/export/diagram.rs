//! A chart over something other than time as an SVG picture.

use crate::chart::{Band, Diagram, Plane, Rule, RuleOf, Series, Stroke};
use crate::export::Theme;
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width};
use crate::export::plot::{
    Head, Scales, Sizes, draw_axes, draw_head, draw_lines, page_frame, y_ticks,
};
use crate::export::svg::{MARGIN, SLACK, WIDTH, foot_height, plain_foot, words};

/// Height of the picture.
const HEIGHT: f64 = 470.0;
/// Room that a label of x needs.
const X_APART: f64 = 72.0;

/// `diagram` as a picture of its own. `name` tells apart pictures that share a page; `foot` says of what it is, and is
/// empty where the page does.
#[must_use]
pub fn diagram_svg(diagram: &Diagram, name: &str, theme: Theme, foot: &str) -> String {
    drawn(diagram, None, name, theme, foot)
}

/// `plane` as a picture of its own, with its bands, its marked places, and a dot for every point that was measured.
#[must_use]
pub fn plane_svg(plane: &Plane, name: &str, theme: Theme, foot: &str) -> String {
    drawn(&plane.diagram, Some(plane), name, theme, foot)
}

fn drawn(diagram: &Diagram, plane: Option<&Plane>, name: &str, theme: Theme, foot: &str) -> String {
    let height = HEIGHT + foot_height(foot);
    let mut canvas = Canvas::new(name, WIDTH, height, diagram.title, theme);
    plain_foot(&mut canvas, foot, height);
    canvas.describe(&words(&diagram.caption, &diagram.series));
    if theme == Theme::Page {
        let frame = page_frame(WIDTH, HEIGHT);
        draw_diagram(&mut canvas, &frame, diagram, plane, Sizes::PAGE);
    } else {
        let frame = Frame {
            x: MARGIN,
            y: MARGIN,
            width: WIDTH - 2.0 * MARGIN,
            height: HEIGHT - 2.0 * MARGIN,
        };
        draw_diagram(&mut canvas, &frame, diagram, plane, Sizes::PICTURE);
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
    let top = unit + if name.is_empty() { 0.0 } else { 14.0 };
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
    draw_lines(canvas, &diagram.series, &scales, sizes);
    if let Some(plane) = plane {
        draw_dots(canvas, &diagram.series, &scales, sizes);
        draw_rules(canvas, &plane.rules, &scales, sizes);
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
                let colour = Ink::of_candidate(series.candidate);
                canvas.polyline(&[at], colour, Stroke::Solid, sizes.line + 1.5);
            }
        }
    }
}

/// Dashed lines across; the names of those along x stand in rows, so that none stands on another.
fn draw_rules(canvas: &mut Canvas, rules: &[Rule], scales: &Scales, sizes: Sizes) {
    let plot = scales.plot;
    let look = Type {
        colour: Colours::ALL.warning,
        ..sizes.muted()
    };
    let mut row = 0.0;
    for rule in rules {
        let (from, to, at, anchor) = match rule.of {
            RuleOf::X => {
                let x = scales.x(rule.at);
                let y = plot.y + (row + 1.0) * (sizes.small + 3.0);
                row += 1.0;
                // Towards the middle of the chart, where there is room.
                if x > plot.x + plot.width / 2.0 {
                    ([x, plot.y], [x, plot.bottom()], [x - 5.0, y], Anchor::End)
                } else {
                    ([x, plot.y], [x, plot.bottom()], [x + 5.0, y], Anchor::Start)
                }
            }
            RuleOf::Y => {
                let y = scales.y(rule.at);
                (
                    [plot.x, y],
                    [plot.right(), y],
                    [plot.x + 5.0, y - 5.0],
                    Anchor::Start,
                )
            }
        };
        let inside = |[x, y]: [f64; 2]| {
            (plot.x - 1.0..=plot.right() + 1.0).contains(&x)
                && (plot.y - 1.0..=plot.bottom() + 1.0).contains(&y)
        };
        if inside(from) && inside(to) {
            canvas.polyline(&[from, to], Colours::ALL.warning, Stroke::Dashed, 1.2);
            canvas.text(at, anchor, look, &rule.label);
        }
    }
}
