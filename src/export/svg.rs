//! One chart as an SVG picture that can be read by people who were not there.
//!
//! Title, what is drawn, a legend outside of the data, axes with units, the measurement shaded, and at the foot
//! which run on which machine it was; a run that cannot be trusted is stamped.

use crate::chart::axis::Axis;
use crate::chart::{Chart, Form, Scale, Series};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame};
use crate::export::facets::draw_facets;
use crate::export::font::{Weight, text_width};
use crate::export::marks;
use crate::export::plot::{
    Head, Scales, Sizes, draw_axes, draw_head, draw_lines, page_frame, y_ticks,
};
use crate::export::{Foot, Look, Theme};
use crate::run::Run;

/// 16:9, as slides are.
pub(super) const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 540.0;
pub(super) const MARGIN: f64 = 28.0;
/// Browsers may use a wider font.
pub(super) const SLACK: f64 = 1.06;

/// `chart` of `run` as a picture of its own, which says which run it is.
#[must_use]
pub fn chart_svg<'a>(chart: &Chart, run: &Run, look: impl Into<Look<'a>>) -> String {
    let look = look.into();
    let title = format!("{}: {}", chart.title, run.request.scenario.title);
    let mut canvas = Canvas::new(chart.id.slug(), WIDTH, HEIGHT, &title, look);
    let foot = Foot::of(run, look.id).draw(&mut canvas, [WIDTH, HEIGHT]);
    let frame = Frame {
        x: MARGIN,
        y: MARGIN,
        width: WIDTH - 2.0 * MARGIN,
        height: foot - MARGIN,
    };
    draw_chart(&mut canvas, &frame, chart, x_range([chart]), Sizes::PICTURE);
    canvas.finish()
}

/// `chart` as a picture of a page, which has the title and says which run it is.
pub(super) fn page_chart_svg(chart: &Chart) -> String {
    const HEIGHT: f64 = 430.0;
    let name = chart.id.slug();
    let mut canvas = Canvas::new(name, WIDTH, HEIGHT, &chart.title, Theme::Page);
    canvas.describe(&words(&chart.caption, &chart.series));
    let frame = page_frame(WIDTH, HEIGHT);
    draw_chart(&mut canvas, &frame, chart, x_range([chart]), Sizes::PAGE);
    canvas.finish()
}

/// What a chart shows, for those who cannot see it.
pub(super) fn words(caption: &str, series: &[Series]) -> String {
    let mut names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    names.dedup();
    format!("A line chart: {caption}. Lines: {}.", names.join("; "))
}

/// Draws `chart` from `x_range.0` to `x_range.1` seconds into `frame`.
pub(super) fn draw_chart(
    canvas: &mut Canvas,
    frame: &Frame,
    chart: &Chart,
    x_range: (f64, f64),
    sizes: Sizes,
) {
    let head = Head {
        title: &chart.title,
        caption: &chart.caption,
        warning: chart.warning,
        series: &chart.series,
        areas: chart.id.form() == Form::Stacked,
    };
    // Small plots of candidates have their names above them.
    let is_named = chart.has_facets() && chart.id.form() != Form::Workers;
    let names = sizes.names && !is_named;
    let mut y = draw_head(canvas, frame, head, Sizes { names, ..sizes });
    if sizes.names {
        let only = std::iter::once(chart);
        y += marks::legend(canvas, [frame.x, y], frame.width, only, sizes);
    }
    if chart.has_facets() {
        let room = Frame {
            y,
            height: frame.bottom() - y,
            ..*frame
        };
        draw_facets(canvas, &room, chart, x_range, sizes);
        return;
    }
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
    canvas.text([frame.x, unit], Anchor::Start, sizes.muted(), &y_axis.unit);
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
        x_scale: Scale::Linear,
        y: (y_axis.low, y_axis.high),
        y_scale: chart.scale,
    };
    draw_shades(canvas, chart, &scales, sizes);
    let ticks = [x_axis.ticks.as_slice(), &y_axis.ticks];
    draw_axes(canvas, &scales, ticks, &chart.x_name(), sizes);
    draw_lines(canvas, &chart.series, &scales, sizes, true);
    let at = |seconds| scales.x(seconds);
    marks::draw_marks(canvas, &plot, chart, x_range, at);
}

/// What all of `charts` show of the time.
pub(super) fn x_range<'a>(charts: impl IntoIterator<Item = &'a Chart>) -> (f64, f64) {
    let spans = charts.into_iter().filter_map(Chart::span);
    let all = spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)));
    all.unwrap_or((0.0, 1.0))
}

/// What was not measured, and where faults last.
fn draw_shades(canvas: &mut Canvas, chart: &Chart, scales: &Scales, sizes: Sizes) {
    let plot = scales.plot;
    for (start, end) in chart.unmeasured(scales.x) {
        let (from, to) = (scales.x(start), scales.x(end));
        let frame = Frame {
            x: from,
            width: to - from,
            ..plot
        };
        canvas.rect(&frame, Colours::ALL.unmeasured);
    }
    let at = |seconds| scales.x(seconds);
    marks::draw_bands(canvas, &plot, chart, scales.x, sizes, at);
}
