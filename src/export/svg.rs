//! One chart as an SVG picture that can be read by people who were not there.
//!
//! Title, what is drawn, a legend outside of the data, axes with units, the measurement shaded, and at the foot
//! which run on which machine it was; a run that cannot be trusted is stamped.

use crate::analysis::{Trust, trust};
use crate::chart::axis::{Axis, Tick};
use crate::chart::palette::series_rgb;
use crate::chart::{Chart, Scale};
use crate::export::Theme;
use crate::export::canvas::{Anchor, Canvas, Frame, Type};
use crate::export::font::{Weight, fitted, text_width};
use crate::export::{legend, marks};
use crate::run::Run;
use crate::units::text;

/// 16:9, as slides are.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 540.0;
const MARGIN: f64 = 28.0;
/// Browsers may use a wider font.
pub(super) const SLACK: f64 = 1.06;

/// Sizes of the texts of a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) title: f64,
    pub(super) small: f64,
    pub(super) line: f64,
    /// Room for the labels of the y axis at least: charts side by side begin at the same place.
    pub(super) left: f64,
    /// Whether the chart itself says whose line is whose.
    pub(super) names: bool,
}

/// `chart` of `run` as a picture of its own.
#[must_use]
pub fn chart_svg(chart: &Chart, run: &Run, theme: Theme) -> String {
    let colours = theme.colours();
    let title = format!("{}: {}", chart.title, run.request.scenario.title);
    let mut canvas = Canvas::new(chart.id.slug(), WIDTH, HEIGHT, &title, colours.background);
    let foot = foot(&mut canvas, run, &trust(run), theme, [WIDTH, HEIGHT]);
    let frame = Frame {
        x: MARGIN,
        y: MARGIN,
        width: WIDTH - 2.0 * MARGIN,
        height: foot - MARGIN,
    };
    let sizes = Sizes {
        title: 20.0,
        small: 13.0,
        line: 2.0,
        left: 0.0,
        names: true,
    };
    draw_chart(&mut canvas, &frame, chart, x_range([chart]), sizes, theme);
    canvas.finish()
}

/// Which run it is: scenario, machine, time, seed, version.
#[must_use]
pub fn identity(run: &Run) -> String {
    let mut parts = vec![run.request.scenario.title.clone()];
    if let Some(machine) = &run.machine {
        let cores = text::counted(u64::from(machine.cores), "core", "cores");
        parts.push(format!("{}, {cores}, {}", machine.cpu, machine.os));
    }
    parts.push(text::date_time(run.started_unix_secs));
    parts.push(format!("seed {}", run.request.seed));
    parts.push(format!("poolscope {}", env!("CARGO_PKG_VERSION")));
    parts.join(" · ")
}

/// Writes the identity and, if needed, the stamp at the foot of a picture; returns where the foot begins.
pub(super) fn foot(
    canvas: &mut Canvas,
    run: &Run,
    trust: &Trust,
    theme: Theme,
    size: [f64; 2],
) -> f64 {
    const TYPE_SIZE: f64 = 12.0;
    let colours = theme.colours();
    let [width, height] = size;
    let room = (width - 2.0 * MARGIN) / SLACK;
    let mut y = height - MARGIN + 6.0;
    let mut write = |y: f64, weight, colour, text: &str| {
        let look = Type {
            size: TYPE_SIZE,
            weight,
            colour,
        };
        canvas.text(
            [MARGIN, y],
            Anchor::Start,
            look,
            &fitted(text, room, TYPE_SIZE, weight),
        );
    };
    write(y, Weight::Regular, colours.muted, &identity(run));
    let unfinished = if run.ended {
        None
    } else {
        Some("The run is not over".to_owned())
    };
    let stamp = trust
        .reasons
        .first()
        .map(|first| match trust.reasons.len() - 1 {
            0 => format!("Not trustworthy: {first}"),
            more => format!(
                "Not trustworthy: {first} (and {})",
                text::counted(more as u64, "more", "more")
            ),
        });
    if let Some(stamp) = stamp.or(unfinished) {
        y -= 19.0;
        write(y, Weight::SemiBold, colours.warning, &stamp);
    }
    y - TYPE_SIZE - 14.0
}

/// Draws `chart` from `x_range.0` to `x_range.1` seconds into `frame`.
pub(super) fn draw_chart(
    canvas: &mut Canvas,
    frame: &Frame,
    chart: &Chart,
    x_range: (f64, f64),
    sizes: Sizes,
    theme: Theme,
) {
    let colours = theme.colours();
    let small = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: colours.muted,
    };
    let y = draw_head(canvas, frame, chart, sizes, theme);
    let mut y_axis = chart.y_axis(y_ticks(chart.scale, frame.height));
    if chart.bounds().is_none() {
        // Labels of a range that is made up would be taken for figures.
        y_axis.ticks.clear();
    }
    let labels = y_axis
        .ticks
        .iter()
        .map(|tick| text_width(&tick.label, sizes.small, Weight::Regular));
    let left = frame.x + (labels.fold(0.0, f64::max) * SLACK + 10.0).max(sizes.left);
    // The name of the unit stands above the axis; its row is kept free where there is none.
    let unit = y + sizes.small + 4.0;
    canvas.text([frame.x, unit], Anchor::Start, small, &y_axis.unit);
    let top = unit + 14.0 + marks::strip_height(chart);
    let bottom = frame.bottom() - 2.0 * sizes.small - 12.0;
    let plot = Frame {
        x: left,
        y: top,
        width: frame.right() - left - 10.0,
        height: bottom - top,
    };
    let x_axis = Axis::seconds(x_range.0, x_range.1, (plot.width / 64.0) as usize);
    let scales = Scales {
        plot,
        x: x_range,
        y: (y_axis.low, y_axis.high),
        scale: chart.scale,
    };
    draw_axes(
        canvas,
        chart,
        &scales,
        [&x_axis.ticks, &y_axis.ticks],
        sizes,
        theme,
    );
    draw_lines(canvas, chart, &scales, sizes, theme);
    let at = |seconds| scales.x(seconds);
    marks::draw_marks(canvas, &plot, chart, x_range, theme, at);
}

/// How many labels a y axis has room for; those of a logarithmic one may stand closer, being fewer than its lines.
fn y_ticks(scale: Scale, height: f64) -> usize {
    let apart = match scale {
        Scale::Linear => 62.0,
        Scale::Log10 => 36.0,
    };
    ((height / apart) as usize).max(3)
}

/// Title and caption, and at the right what the strokes mean; returns where it ends.
fn draw_head(canvas: &mut Canvas, frame: &Frame, chart: &Chart, sizes: Sizes, theme: Theme) -> f64 {
    let colours = theme.colours();
    let head = Type {
        size: sizes.title,
        weight: Weight::SemiBold,
        colour: colours.text,
    };
    let small = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: colours.muted,
    };
    let title_y = frame.y + sizes.title * 0.8;
    canvas.text([frame.x, title_y], Anchor::Start, head, &chart.title);
    legend::strokes(
        canvas,
        [frame.right() - 10.0, title_y - sizes.small * 0.36],
        chart,
        sizes,
        theme,
    );
    let caption_y = title_y + sizes.small + 7.0;
    let mut caption = chart.caption.clone();
    if let Some(warning) = chart.warning {
        caption = format!("{caption}; {warning}");
    }
    let caption = fitted(&caption, frame.width / SLACK, sizes.small, Weight::Regular);
    canvas.text([frame.x, caption_y], Anchor::Start, small, &caption);
    let below = caption_y + 6.0;
    if !sizes.names {
        return below;
    }
    let below =
        below + legend::candidates(canvas, [frame.x, below], frame.width, chart, sizes, theme);
    let only = std::iter::once(chart);
    below + marks::legend(canvas, [frame.x, below], frame.width, only, (sizes, theme))
}

/// Where a value lies.
struct Scales {
    plot: Frame,
    x: (f64, f64),
    y: (f64, f64),
    scale: Scale,
}

impl Scales {
    fn x(&self, seconds: f64) -> f64 {
        self.plot.x + (seconds - self.x.0) / (self.x.1 - self.x.0) * self.plot.width
    }

    /// Not finite for a value that a logarithmic axis does not have.
    fn y(&self, value: f64) -> f64 {
        let (low, high) = self.y;
        let share = match self.scale {
            Scale::Linear => (value - low) / (high - low),
            Scale::Log10 => (value.log10() - low.log10()) / (high.log10() - low.log10()),
        };
        self.plot.bottom() - share * self.plot.height
    }
}

/// From the first point or 0 to the last point or the end of the measurement, over all `charts`.
pub(super) fn x_range<'a>(charts: impl IntoIterator<Item = &'a Chart>) -> (f64, f64) {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for chart in charts {
        if let Some((first, last)) = chart.bounds() {
            low = low.min(first[0]);
            high = high.max(last[0]);
        }
        high = high.max(chart.measured_span.map_or(0.0, |(_, end)| end));
    }
    if high > low { (low, high) } else { (0.0, 1.0) }
}

fn draw_axes(
    canvas: &mut Canvas,
    chart: &Chart,
    scales: &Scales,
    [x_ticks, y_ticks]: [&[Tick]; 2],
    sizes: Sizes,
    theme: Theme,
) {
    let colours = theme.colours();
    let small = Type {
        size: sizes.small,
        weight: Weight::Regular,
        colour: colours.muted,
    };
    let plot = scales.plot;
    for (start, end) in chart.unmeasured(scales.x) {
        let (from, to) = (scales.x(start), scales.x(end));
        let frame = Frame {
            x: from,
            width: to - from,
            ..plot
        };
        canvas.rect(&frame, colours.unmeasured);
    }
    let at = |seconds| scales.x(seconds);
    marks::draw_bands(canvas, &plot, chart, scales.x, (sizes, theme), at);
    for tick in y_ticks {
        let y = scales.y(tick.value);
        canvas.line([plot.x, y], [plot.right(), y], colours.grid);
        canvas.text(
            [plot.x - 8.0, y + small.size * 0.36],
            Anchor::End,
            small,
            &tick.label,
        );
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
    let centre = plot.x + plot.width / 2.0;
    let about = "time since the measurement began; shaded: not measured";
    canvas.text(
        [centre, below + small.size + 5.0],
        Anchor::Middle,
        small,
        about,
    );
}

fn draw_lines(canvas: &mut Canvas, chart: &Chart, scales: &Scales, sizes: Sizes, theme: Theme) {
    let colours = theme.colours();
    let plot = scales.plot;
    if chart.bounds().is_none() {
        let look = Type {
            size: sizes.small + 1.0,
            weight: Weight::Regular,
            colour: colours.muted,
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
        for series in &chart.series {
            let colour = series_rgb(series.candidate, theme.is_dark());
            for reduced in series.reduced(plot.width as usize) {
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
    });
}
