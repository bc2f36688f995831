//! A chart over something other than time as an SVG picture.

use crate::chart::{Band, Diagram, Plane, Rule, RuleOf, Series, Stroke};
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
    let height = HEIGHT + foot.height();
    let mut canvas = Canvas::new(name, WIDTH, height, diagram.title, look);
    foot.draw(&mut canvas, [WIDTH, height]);
    canvas.describe(&words(&diagram.caption, &diagram.series));
    if look.theme == Theme::Page {
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
    let is_marked = canvas.has_line_marks();
    draw_lines(canvas, &diagram.series, &scales, sizes, is_marked);
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
                if canvas.has_line_marks() {
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
    let rules = plane.map_or(&[][..], |plane| &plane.rules);
    let rows = rules.iter().filter(|rule| rule.of == RuleOf::X).count();
    rows as f64 * name_row(sizes)
}

fn name_row(sizes: Sizes) -> f64 {
    sizes.small + 4.0
}

/// Dashed lines across. The names of those along x stand in rows above the plot, so that none stands on another or on a
/// line; those of y stand in the plot, where the fewest points are.
fn draw_rules(canvas: &mut Canvas, plane: &Plane, scales: &Scales, sizes: Sizes) {
    let plot = scales.plot;
    let along = |of| plane.rules.iter().filter(move |rule| rule.of == of);
    let look = Type {
        colour: Colours::ALL.warning,
        ..sizes.muted()
    };
    let upright: Vec<(f64, &Rule)> = along(RuleOf::X)
        .map(|rule| (scales.x(rule.at), rule))
        .filter(|(x, _)| (plot.x - 1.0..=plot.right() + 1.0).contains(x))
        .collect();
    let top = plot.y - names_height(Some(plane), sizes);
    let named = in_rows(upright, plot.x, look);
    for (row, (x, _, _)) in named.iter().enumerate() {
        let from = [*x, top + row as f64 * name_row(sizes)];
        let to = [*x, plot.bottom()];
        canvas.polyline(&[from, to], Colours::ALL.warning, Stroke::Dashed, 1.2);
    }
    for (row, (x, rule, anchor)) in named.iter().enumerate() {
        let y = top + row as f64 * name_row(sizes) + sizes.small;
        let beside = if *anchor == Anchor::End { -5.0 } else { 5.0 };
        canvas.text_over([x + beside, y], *anchor, look, &rule.label);
    }
    for rule in along(RuleOf::Y) {
        let y = scales.y(rule.at);
        if (plot.y - 1.0..=plot.bottom() + 1.0).contains(&y) {
            let ends = [[plot.x, y], [plot.right(), y]];
            canvas.polyline(&ends, Colours::ALL.warning, Stroke::Dashed, 1.2);
            let (at, anchor) = free_place(&plane.diagram, scales, y, (&rule.label, look));
            canvas.text_over(at, anchor, look, &rule.label);
        }
    }
}

/// Lines across at their x, from the upper row of names to the lowest, each with the side on which its name ends or
/// starts.
///
/// A name stands at the left of its line, where there is room. The line farthest to the right has the upper row: the names
/// in the rows below end before it begins. What has no room at its left comes last, and the one farthest to the left of
/// these first, for the same reason.
fn in_rows(mut upright: Vec<(f64, &Rule)>, left: f64, look: Type) -> Vec<(f64, &Rule, Anchor)> {
    upright.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let has_room = |(x, rule): &(f64, &Rule)| {
        x - left >= text_width(&rule.label, look.size, look.weight) * SLACK + 5.0
    };
    let roomy = upright.iter().take_while(|one| has_room(one)).count();
    let (ending, starting) = upright.split_at(roomy);
    let ending = ending.iter().map(|(x, rule)| (*x, *rule, Anchor::End));
    let starting = starting.iter().rev();
    let starting = starting.map(|(x, rule)| (*x, *rule, Anchor::Start));
    ending.chain(starting).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_crosses_the_name_of_another_where_there_is_room_at_their_left() {
        let rule = |at: f64| Rule {
            of: RuleOf::X,
            at,
            label: "not to be read beyond".to_owned(),
        };
        let rules = [300.0, 560.0, 380.0, 20.0].map(rule);
        let upright = rules.iter().map(|rule| (rule.at, rule)).collect();
        let look = Sizes::PICTURE.muted();
        let rows = in_rows(upright, 0.0, look);
        let xs: Vec<f64> = rows.iter().map(|(x, _, _)| *x).collect();
        assert_eq!(xs, [560.0, 380.0, 300.0, 20.0]);
        assert_eq!(rows[3].2, Anchor::Start);
        for (row, (x, rule, anchor)) in rows.iter().enumerate() {
            let width = text_width(&rule.label, look.size, look.weight);
            let (from, to) = match anchor {
                Anchor::End => (x - width, *x),
                _ => (*x, x + width),
            };
            // A line begins in its own row and goes down.
            let above = rows[..row].iter();
            assert!(
                above
                    .clone()
                    .all(|(line, _, _)| *line <= from || *line >= to)
            );
        }
    }
}
