//! What all pictures with two axes have in common: head, axes, lines.

use crate::chart::axis::Tick;
use crate::chart::{Scale, Series, mark_spacing, marked};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, text_width, two_lines};
use crate::export::legend::{self, Strokes};
use crate::export::svg::SLACK;

/// How far the shape of a candidate reaches from its point.
pub(super) const MARK_RADIUS: f64 = 4.2;

/// Sizes of the texts of a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Of the title; 0 where the page around the picture has it.
    pub(super) title: f64,
    pub(super) small: f64,
    pub(super) line: f64,
    /// Room for the labels of the y axis at least: charts side by side begin at the same place.
    pub(super) left: f64,
    /// Whether the chart itself says whose line is whose.
    pub(super) names: bool,
}

impl Sizes {
    /// For a picture of its own.
    pub(super) const PICTURE: Self = Self {
        title: 20.0,
        small: 13.0,
        line: 2.0,
        left: 0.0,
        names: true,
    };
    /// For a picture of a page, which has the title.
    pub(super) const PAGE: Self = Self {
        title: 0.0,
        ..Self::PICTURE
    };

    /// How explanations and labels look.
    pub(super) const fn muted(&self) -> Type {
        Type {
            size: self.small,
            weight: Weight::Regular,
            colour: Colours::ALL.muted,
        }
    }
}

/// The room of a picture of a page, which has edges of its own: the last label of an axis reaches beyond its end.
pub(super) fn page_frame(width: f64, height: f64) -> Frame {
    Frame {
        x: 1.0,
        y: 1.0,
        width: width - 17.0,
        height: height - 7.0,
    }
}

/// What stands above a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) title: &'a str,
    pub(super) caption: &'a str,
    pub(super) warning: Option<&'a str>,
    pub(super) series: &'a [Series],
    /// Whether the lines are the upper edges of areas that are told apart by their colours.
    pub(super) areas: bool,
}

/// Title and caption, and at their right what the strokes mean, or below them where there is no room; then the candidates.
/// Returns where it ends.
pub(super) fn draw_head(canvas: &mut Canvas, frame: &Frame, head: Head<'_>, sizes: Sizes) -> f64 {
    let look = Type {
        size: sizes.title,
        weight: Weight::SemiBold,
        colour: Colours::ALL.text,
    };
    let title_y = frame.y + sizes.title * 0.8;
    let has_title = sizes.title > 0.0;
    if has_title {
        canvas.text([frame.x, title_y], Anchor::Start, look, head.title);
    }
    let caption_y = title_y + sizes.small + if has_title { 7.0 } else { 0.0 };
    let mut caption = head.caption.to_owned();
    if let Some(warning) = head.warning {
        caption = format!("{caption}; {warning}");
    }
    let strokes = Strokes::of(head.series, head.areas, sizes);
    let (beside, row) = if has_title {
        (text_width(head.title, look.size, look.weight), title_y)
    } else {
        (
            text_width(&caption, sizes.small, Weight::Regular),
            caption_y,
        )
    };
    let is_beside = strokes.is_empty() || beside * SLACK + strokes.width() <= frame.width;
    let room = frame.width / SLACK;
    let lines = two_lines(&caption, room, sizes.small, Weight::Regular);
    let mut last_y = caption_y;
    for (place, line) in lines.iter().enumerate() {
        last_y = caption_y + place as f64 * (sizes.small + 4.0);
        canvas.text([frame.x, last_y], Anchor::Start, sizes.muted(), line);
    }
    let mut below = last_y + 6.0;
    if is_beside {
        let at = [frame.right() - strokes.width(), row - sizes.small * 0.36];
        strokes.draw(canvas, at);
    } else {
        strokes.draw(canvas, [frame.x, below + legend::ROW / 2.0]);
        below += legend::ROW;
    }
    if !sizes.names {
        return below;
    }
    below + legend::candidates(canvas, [frame.x, below], frame.width, head.series, sizes)
}

/// Where a value lies.
pub(super) struct Scales {
    pub(super) plot: Frame,
    pub(super) x: (f64, f64),
    pub(super) x_scale: Scale,
    pub(super) y: (f64, f64),
    pub(super) y_scale: Scale,
}

impl Scales {
    /// Not finite for a value that a logarithmic axis does not have.
    pub(super) fn x(&self, value: f64) -> f64 {
        self.plot.x + share(self.x_scale, self.x, value) * self.plot.width
    }

    /// Not finite for a value that a logarithmic axis does not have.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.plot.bottom() - share(self.y_scale, self.y, value) * self.plot.height
    }
}

/// Where `value` lies between the ends: 0 at the low one, 1 at the high one.
fn share(scale: Scale, (low, high): (f64, f64), value: f64) -> f64 {
    match scale {
        Scale::Linear => (value - low) / (high - low),
        Scale::Log10 => (value.log10() - low.log10()) / (high.log10() - low.log10()),
    }
}

/// How many labels a y axis has room for; those of a logarithmic one may stand closer, being fewer than its lines.
pub(super) fn y_ticks(scale: Scale, height: f64) -> usize {
    let apart = match scale {
        Scale::Linear => 62.0,
        Scale::Log10 => 36.0,
    };
    ((height / apart) as usize).max(3)
}

/// Lines across at the labels of y, labels below at those of x, and below these what x is.
pub(super) fn draw_axes(
    canvas: &mut Canvas,
    scales: &Scales,
    [x_ticks, y_ticks]: [&[Tick]; 2],
    x_name: &str,
    sizes: Sizes,
) {
    let colours = Colours::ALL;
    let small = sizes.muted();
    let plot = scales.plot;
    for tick in y_ticks {
        let y = scales.y(tick.value);
        canvas.line([plot.x, y], [plot.right(), y], colours.grid);
        let at = [plot.x - 8.0, y + small.size * 0.36];
        canvas.text(at, Anchor::End, small, &tick.label);
    }
    let below = plot.bottom() + small.size + 7.0;
    for tick in x_ticks {
        let x = scales.x(tick.value);
        canvas.line([x, plot.bottom()], [x, plot.bottom() + 4.0], colours.axis);
        canvas.text([x, below], Anchor::Middle, small, &tick.label);
    }
    canvas.line(
        [plot.x, plot.bottom()],
        [plot.right(), plot.bottom()],
        colours.axis,
    );
    let centre = [plot.x + plot.width / 2.0, below + small.size + 5.0];
    canvas.text(centre, Anchor::Middle, small, x_name);
}

/// All lines, cut at the plot; "no data" where there are none. With `is_marked` those lines bear the shapes of their candidates that need them.
pub(super) fn draw_lines(
    canvas: &mut Canvas,
    series: &[Series],
    scales: &Scales,
    sizes: Sizes,
    is_marked: bool,
) {
    let plot = scales.plot;
    if series
        .iter()
        .all(|series| series.runs.iter().all(Vec::is_empty))
    {
        let look = Type {
            size: sizes.small + 1.0,
            ..sizes.muted()
        };
        let middle = [plot.x + plot.width / 2.0, plot.y + plot.height / 2.0];
        canvas.text(middle, Anchor::Middle, look, "no data");
        return;
    }
    // Lines along the edge keep their full width.
    let edge = Frame {
        x: plot.x - sizes.line,
        y: plot.y - sizes.line,
        width: plot.width + 2.0 * sizes.line,
        height: plot.height + 2.0 * sizes.line,
    };
    canvas.clipped(&edge, |canvas| {
        for series in series {
            let colour = Ink::of_candidate(series.candidate);
            for reduced in series.seen(scales.x, plot.width as usize) {
                let placed: Vec<_> = reduced
                    .iter()
                    .map(|&[x, y]| [scales.x(x), scales.y(y)])
                    .collect();
                for part in placed.split(|point| !(point[0].is_finite() && point[1].is_finite())) {
                    if !part.is_empty() {
                        canvas.polyline(part, colour, series.stroke, sizes.line);
                    }
                }
            }
        }
        // Over the lines of all candidates.
        for series in series.iter().filter(|_| is_marked) {
            if !canvas.bears_mark(series.candidate) {
                continue;
            }
            for reduced in series.seen(scales.x, plot.width as usize) {
                draw_marks(canvas, &reduced, series.candidate, scales);
            }
        }
    });
}

/// The shapes of a candidate's line at some of its points.
fn draw_marks(canvas: &mut Canvas, run: &[[f64; 2]], candidate: usize, scales: &Scales) {
    let on_axis = |x: f64| match scales.x_scale {
        Scale::Linear => x,
        Scale::Log10 => x.log10(),
    };
    let width = on_axis(scales.x.1) - on_axis(scales.x.0);
    let Some(spacing) = mark_spacing(width) else {
        return;
    };
    for [x, y] in marked(run, |point| on_axis(point[0]), spacing, candidate) {
        let at = [scales.x(*x), scales.y(*y)];
        if at[0].is_finite() && at[1].is_finite() {
            canvas.shape(at, MARK_RADIUS, candidate);
        }
    }
}
