//! Where the time of a task goes, as a picture: one bar per candidate.

use crate::chart::{SplitBar, SplitChart, SplitPart, SplitScale};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::font::{Weight, fitted, text_width};
use crate::export::legend;
use crate::export::plot::Sizes;
use crate::export::svg::{MARGIN, SLACK, WIDTH};
use crate::export::{Foot, Look, Theme};
use crate::run::Run;
use crate::units::text;

/// From the top of a bar to the top of the next.
const ROW: f64 = 30.0;
const BAR: f64 = 20.0;
/// Room for the length behind a bar.
const FIGURE: f64 = 84.0;
/// A longer name is cut.
const NAME_MAX: f64 = 260.0;
/// What the foot of a picture takes.
const FOOT: f64 = 72.0;

/// The chart of `run` as a picture of its own.
#[must_use]
pub fn split_svg<'a>(run: &Run, look: impl Into<Look<'a>>) -> String {
    let look = look.into();
    let chart = SplitChart::of(run);
    let sizes = Sizes::PICTURE;
    let height = MARGIN + split_height(&chart, sizes) + FOOT;
    let title = format!("{}: {}", SplitChart::TITLE, run.request.scenario.title);
    let mut canvas = Canvas::new("time_split", WIDTH, height, &title, look);
    let frame = Frame {
        x: MARGIN,
        y: MARGIN,
        width: WIDTH - 2.0 * MARGIN,
        height: split_height(&chart, sizes),
    };
    draw_split(&mut canvas, &frame, &chart, sizes);
    Foot::of(run, look.id).draw(&mut canvas, [WIDTH, height]);
    canvas.finish()
}

/// `chart` as a picture of a page, which has the title and says which run it is.
pub(super) fn page_split_svg(chart: &SplitChart) -> String {
    let sizes = Sizes::PAGE;
    let frame = Frame {
        x: 0.0,
        y: 0.0,
        width: WIDTH,
        height: split_height(chart, sizes),
    };
    let (height, title) = (frame.height, SplitChart::TITLE);
    let mut canvas = Canvas::new("time_split", WIDTH, height, title, Theme::Page);
    let caption = chart.readable_scale().caption();
    let names: Vec<&str> = chart.bars.iter().map(|bar| bar.label.as_str()).collect();
    canvas.describe(&format!(
        "A bar chart: {caption}. Bars: {}.",
        names.join("; ")
    ));
    draw_split(&mut canvas, &frame, chart, sizes);
    canvas.finish()
}

/// How high the chart is.
pub(super) fn split_height(chart: &SplitChart, sizes: Sizes) -> f64 {
    head_height(sizes) + ROW * chart.bars.len() as f64
}

fn head_height(sizes: Sizes) -> f64 {
    sizes.title + 2.0 * sizes.small + if sizes.title > 0.0 { 34.0 } else { 26.0 }
}

/// Draws the chart into `frame`.
pub(super) fn draw_split(canvas: &mut Canvas, frame: &Frame, chart: &SplitChart, sizes: Sizes) {
    let colours = Colours::ALL;
    let scale = chart.readable_scale();
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
    if sizes.title > 0.0 {
        canvas.text([frame.x, title_y], Anchor::Start, head, SplitChart::TITLE);
    }
    let mut caption = scale.caption().to_owned();
    if let Some(warning) = chart.warning {
        caption = format!("{caption}; {warning}");
    }
    let caption = fitted(&caption, frame.width / SLACK, sizes.small, Weight::Regular);
    let caption_y = title_y + sizes.small + if sizes.title > 0.0 { 7.0 } else { 0.0 };
    canvas.text([frame.x, caption_y], Anchor::Start, small, &caption);
    legend(canvas, [frame.x, caption_y + 8.0], chart, small);
    let names = chart
        .bars
        .iter()
        .map(|bar| text_width(&bar.label, sizes.small, Weight::Regular));
    let names = (names.fold(0.0, f64::max) * SLACK).min(NAME_MAX);
    for (place, bar) in chart.bars.iter().enumerate() {
        let y = frame.y + head_height(sizes) + ROW * place as f64;
        let row = Frame {
            x: frame.x,
            y,
            width: frame.width,
            height: BAR,
        };
        draw_bar(canvas, &row, (chart, bar, scale), (names, small));
    }
}

/// Where in the list of all parts it stands: also the number of its colour.
fn place(part: SplitPart) -> usize {
    part as usize
}

fn legend(canvas: &mut Canvas, at: [f64; 2], chart: &SplitChart, small: Type) {
    const SQUARE: f64 = 12.0;
    let [mut x, y] = at;
    for part in chart.parts() {
        let square = Frame {
            x,
            y: y + 2.0,
            width: SQUARE,
            height: SQUARE,
        };
        canvas.part_rect(&square, place(part));
        let text_at = [x + SQUARE + 6.0, y + 2.0 + SQUARE * 0.85];
        canvas.text(text_at, Anchor::Start, small, part.label());
        x += SQUARE + 24.0 + text_width(part.label(), small.size, small.weight) * SLACK;
    }
}

fn draw_bar(
    canvas: &mut Canvas,
    row: &Frame,
    (chart, bar, scale): (&SplitChart, &SplitBar, SplitScale),
    (names, small): (f64, Type),
) {
    /// A line in the candidate's colour before its name.
    const SWATCH: f64 = 26.0;
    let colours = Colours::ALL;
    let middle = row.y + row.height / 2.0;
    let baseline = middle + small.size * 0.36;
    let swatch = [[row.x, middle], [row.x + SWATCH - 8.0, middle]];
    legend::swatch(canvas, swatch, bar.candidate, 4.0);
    let name = Type {
        colour: colours.text,
        ..small
    };
    let label = fitted(&bar.label, names, small.size, small.weight);
    canvas.text([row.x + SWATCH, baseline], Anchor::Start, name, &label);
    let left = row.x + SWATCH + names + 12.0;
    let width = row.right() - FIGURE - left;
    if bar.tasks == 0 {
        canvas.text([left, baseline], Anchor::Start, small, "no data");
        return;
    }
    let whole = chart.width_nanos(bar, scale);
    for (part, begin, length) in bar.spans() {
        let piece = Frame {
            x: left + begin / whole * width,
            y: row.y,
            width: length / whole * width,
            height: row.height,
        };
        let fill = Ink::of_part(place(part));
        canvas.part_rect(&piece, place(part));
        let label = text::nanos(length);
        if text_width(&label, small.size, small.weight) * SLACK + 8.0 <= piece.width {
            let look = Type {
                colour: fill.letters(),
                ..small
            };
            let at = [piece.x + piece.width / 2.0, baseline];
            canvas.text_on_part(at, look, &label, place(part));
        }
    }
    let total = text::nanos(bar.total_nanos());
    canvas.text([row.right(), baseline], Anchor::End, name, &total);
}
