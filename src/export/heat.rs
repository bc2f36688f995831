//! A heat map as an SVG picture: a cell for each pair of values, with its figure in it.

use crate::chart::Heat;
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, fitted, text_width};
use crate::export::plot::Sizes;
use crate::export::svg::{MARGIN, SLACK, WIDTH};
use crate::export::{Foot, Look, Theme};

/// Height of the picture.
const HEIGHT: f64 = 470.0;
/// Width of the scale.
const SCALE: f64 = 18.0;
/// Steps of the scale: more than eyes tell apart.
const STEPS: u32 = 40;
/// Narrower cells have no figure in them.
const FIGURE_MIN: f64 = 34.0;

/// `heat` as a picture of its own. `name` tells apart pictures that share a page; `foot` says of what it is, and is
/// empty where the page does.
#[must_use]
pub fn heat_svg<'a>(heat: &Heat, name: &str, look: impl Into<Look<'a>>, foot: &Foot) -> String {
    let look = look.into();
    // A page has the title, and edges of its own.
    let (sizes, margin) = if look.theme == Theme::Page {
        (Sizes::PAGE, 1.0)
    } else {
        (Sizes::PICTURE, MARGIN)
    };
    let size = [WIDTH, HEIGHT + foot.height()];
    let mut canvas = Canvas::new(name, size[0], size[1], &heat.title, look);
    foot.draw(&mut canvas, size);
    canvas.describe(&heat.caption);
    let title = Type {
        size: sizes.title,
        weight: Weight::SemiBold,
        colour: Colours::ALL.text,
    };
    let title_y = margin + sizes.title * 0.8;
    if sizes.title > 0.0 {
        canvas.text([margin, title_y], Anchor::Start, title, &heat.title);
    }
    let caption = fitted(
        &heat.caption,
        (WIDTH - 2.0 * margin) / SLACK,
        sizes.small,
        Weight::Regular,
    );
    canvas.text(
        [margin, title_y + sizes.small + 7.0],
        Anchor::Start,
        sizes.muted(),
        &caption,
    );
    let width = |label: &String| text_width(label, sizes.small, Weight::Regular) * SLACK;
    let rows = heat.rows.iter().map(width).fold(0.0, f64::max);
    let ends = heat
        .ends
        .iter()
        .flat_map(|((_, low), (_, high))| [width(low), width(high)])
        .fold(0.0, f64::max);
    let top = title_y + 3.0 * sizes.small + 22.0;
    let plot = Frame {
        x: margin + rows + 12.0,
        y: top,
        width: WIDTH - 2.0 * margin - rows - ends - SCALE - 52.0,
        height: HEIGHT - margin - 2.0 * sizes.small - 16.0 - top,
    };
    canvas.text(
        [margin, top - 9.0],
        Anchor::Start,
        sizes.muted(),
        heat.axes[1],
    );
    draw_cells(&mut canvas, heat, &plot, sizes);
    draw_scale(&mut canvas, heat, &plot, sizes);
    canvas.finish()
}

fn draw_cells(canvas: &mut Canvas, heat: &Heat, plot: &Frame, sizes: Sizes) {
    let (columns, rows) = (
        heat.columns.len().max(1) as f64,
        heat.rows.len().max(1) as f64,
    );
    let (width, height) = (plot.width / columns, plot.height / rows);
    let small = sizes.muted();
    for (number, (label, cells)) in heat.rows.iter().zip(&heat.cells).enumerate() {
        let y = plot.bottom() - (number as f64 + 1.0) * height;
        let beside = [plot.x - 8.0, y + height / 2.0 + small.size * 0.36];
        canvas.text(beside, Anchor::End, small, label);
        for (column, cell) in cells.iter().enumerate() {
            let frame = Frame {
                x: plot.x + column as f64 * width + 1.0,
                y: y + 1.0,
                width: width - 2.0,
                height: height - 2.0,
            };
            let (ink, text) = match cell {
                Some((value, text)) => (ink(share(heat, *value)), text.as_str()),
                None => (Colours::ALL.unmeasured, "no data"),
            };
            canvas.rect(&frame, ink);
            let letters = Type {
                colour: ink.letters(),
                ..small
            };
            if width >= FIGURE_MIN && height > small.size {
                let text = fitted(text, (width - 6.0) / SLACK, small.size, Weight::Regular);
                let middle = [
                    frame.x + frame.width / 2.0,
                    frame.y + frame.height / 2.0 + small.size * 0.36,
                ];
                canvas.text(middle, Anchor::Middle, letters, &text);
            }
        }
    }
    for (column, label) in heat.columns.iter().enumerate() {
        let x = plot.x + (column as f64 + 0.5) * width;
        let label = fitted(label, width / SLACK, small.size, Weight::Regular);
        canvas.text(
            [x, plot.bottom() + small.size + 6.0],
            Anchor::Middle,
            small,
            &label,
        );
    }
    let below = [
        plot.x + plot.width / 2.0,
        plot.bottom() + 2.0 * small.size + 13.0,
    ];
    canvas.text(below, Anchor::Middle, small, heat.axes[0]);
}

fn draw_scale(canvas: &mut Canvas, heat: &Heat, plot: &Frame, sizes: Sizes) {
    let Some(((_, low), (_, high))) = &heat.ends else {
        return;
    };
    let x = plot.right() + 24.0;
    let height = plot.height / f64::from(STEPS);
    for step in 0..STEPS {
        let frame = Frame {
            x,
            y: plot.bottom() - f64::from(step + 1) * height,
            width: SCALE,
            // Without a seam.
            height: height + 0.5,
        };
        canvas.rect(&frame, ink(f64::from(step) / f64::from(STEPS - 1)));
    }
    let beside = x + SCALE + 8.0;
    canvas.text(
        [beside, plot.y + sizes.small],
        Anchor::Start,
        sizes.muted(),
        high,
    );
    canvas.text([beside, plot.bottom()], Anchor::Start, sizes.muted(), low);
}

/// Where a value lies on the scale, 0 to 1.
fn share(heat: &Heat, value: f64) -> f64 {
    let Some(((low, _), (high, _))) = &heat.ends else {
        return 0.0;
    };
    if high > low {
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    } else {
        0.5
    }
}

/// All colours of the scale.
pub(super) fn inks() -> impl Iterator<Item = Ink> + Clone {
    (0..STEPS).map(|step| ink(f64::from(step) / f64::from(STEPS - 1)))
}

/// A colour of the scale, in steps: from near the ground to a strong blue, so that order shows without a legend and to
/// colour-blind readers too.
fn ink(share: f64) -> Ink {
    let last = f64::from(STEPS - 1);
    let share = (share * last).round() / last;
    let between = |from: [u8; 3], to: [u8; 3]| {
        let mix = |index: usize| {
            let (from, to) = (f64::from(from[index]), f64::from(to[index]));
            (from + (to - from) * share).round() as u8
        };
        [mix(0), mix(1), mix(2)]
    };
    Ink::new(
        between([226, 236, 247], [16, 68, 138]),
        between([34, 48, 68], [140, 196, 255]),
    )
}
