//! A chart over something other than time as an SVG picture.

use crate::chart::Diagram;
use crate::export::Theme;
use crate::export::canvas::{Anchor, Canvas, Colours, Frame};
use crate::export::font::{Weight, text_width};
use crate::export::plot::{
    Head, Scales, Sizes, draw_axes, draw_head, draw_lines, page_frame, y_ticks,
};
use crate::export::svg::{MARGIN, SLACK, WIDTH, words};

/// Height of the picture.
const HEIGHT: f64 = 470.0;
/// Room that a label of x needs.
const X_APART: f64 = 72.0;

/// `diagram` as a picture of its own. `name` tells apart pictures that share a page.
#[must_use]
pub fn diagram_svg(diagram: &Diagram, name: &str, theme: Theme) -> String {
    let mut canvas = Canvas::new(name, WIDTH, HEIGHT, diagram.title, theme);
    canvas.describe(&words(&diagram.caption, &diagram.series));
    if theme == Theme::Page {
        let frame = page_frame(WIDTH, HEIGHT);
        draw_diagram(&mut canvas, &frame, diagram, Sizes::PAGE);
    } else {
        let frame = Frame {
            x: MARGIN,
            y: MARGIN,
            width: WIDTH - 2.0 * MARGIN,
            height: HEIGHT - 2.0 * MARGIN,
        };
        draw_diagram(&mut canvas, &frame, diagram, Sizes::PICTURE);
    }
    canvas.finish()
}

fn draw_diagram(canvas: &mut Canvas, frame: &Frame, diagram: &Diagram, sizes: Sizes) {
    let head = Head {
        title: diagram.title,
        caption: &diagram.caption,
        warning: diagram.warning,
        series: &diagram.series,
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
    draw_lines(canvas, &diagram.series, &scales, sizes);
}
