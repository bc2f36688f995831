//! What each worker did, as a picture, and single tasks as a table.

use crate::chart::axis::Axis;
use crate::chart::{Lane, LanePart, Lanes, LanesOf, Quantity, end_words};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::csv::{cell, text as plain, written};
use crate::export::font::{Weight, fitted, text_width, two_lines};
use crate::export::plot::Sizes;
use crate::export::svg::{MARGIN, SLACK, WIDTH};
use crate::export::{ExportError, Foot, Look};
use crate::run::{LifePart, Run};
use crate::units::text;

/// From the top of a lane to the top of the next: as much as makes a picture of lanes no higher than a slide, within
/// what can be read.
const ROW: [f64; 2] = [14.0, 22.0];
const ALL_ROWS: f64 = 480.0;
/// Between two lanes.
const APART: f64 = 5.0;
/// What title and legend take.
const HEAD: f64 = 64.0;
/// What the axis takes, and the margin.
const TAIL: f64 = 66.0;
/// What a line below the title takes.
const LINE: f64 = 20.0;
/// Narrower pieces are drawn that wide, so that they can be seen, unless another one stands there.
const SEEN: f64 = 0.3;

/// The part of `lanes` from `range.0` to `range.1`, in nanoseconds since the block's start, as a picture of its own.
#[must_use]
pub fn lanes_svg<'a>(
    run: &Run,
    lanes: &Lanes,
    range: (u64, u64),
    look: impl Into<Look<'a>>,
) -> String {
    let look = look.into();
    let sizes = Sizes::PICTURE;
    let room = (WIDTH - 2.0 * MARGIN) / SLACK;
    let mut lines = two_lines(&lanes.caption(), room, sizes.small, Weight::Regular);
    lines.extend(lanes.remarks());
    let row_height = (ALL_ROWS / lanes.lanes.len().max(1) as f64).clamp(ROW[0], ROW[1]);
    let rows = row_height * lanes.lanes.len() as f64;
    let top = MARGIN + HEAD + LINE * lines.len() as f64;
    let foot = Foot::of(run, look.id);
    let height = top + rows + TAIL + foot.height();
    let title = format!("{}: {}", lanes.title(), lanes.label);
    let mut canvas = Canvas::new("lanes", WIDTH, height, &title, look);
    let head = Type {
        size: sizes.title,
        weight: Weight::SemiBold,
        colour: Colours::ALL.text,
    };
    let mut y = MARGIN + sizes.title * 0.8;
    let title = fitted(&title, room, sizes.title, Weight::SemiBold);
    canvas.text([MARGIN, y], Anchor::Start, head, &title);
    for line in &lines {
        y += LINE;
        let line = fitted(line, room, sizes.small, Weight::Regular);
        canvas.text([MARGIN, y], Anchor::Start, sizes.muted(), &line);
    }
    legend(&mut canvas, [MARGIN, y + 10.0], lanes, sizes.muted());
    let names = lanes.lanes.iter();
    let names = names.map(|lane| text_width(&lane.name, sizes.small, Weight::Regular));
    let left = MARGIN + names.fold(0.0, f64::max) * SLACK + 12.0;
    let plot = Frame {
        x: left,
        y: top,
        width: WIDTH - MARGIN - 10.0 - left,
        height: rows,
    };
    draw_axis(&mut canvas, &plot, lanes, range, sizes);
    for (place, lane) in lanes.lanes.iter().enumerate() {
        let row = Frame {
            y: top + row_height * place as f64,
            height: row_height - APART,
            ..plot
        };
        let words = Type {
            colour: Colours::ALL.text,
            size: sizes.small.min(row_height - 2.0),
            ..sizes.muted()
        };
        let baseline = row.y + row.height / 2.0 + words.size * 0.36;
        canvas.text([MARGIN, baseline], Anchor::Start, words, &lane.name);
        draw_lane(&mut canvas, &row, lane, range);
    }
    foot.draw(&mut canvas, [WIDTH, height]);
    canvas.finish()
}

/// The colour of a part: what was not told apart has that of the axes.
fn ink(part: LanePart) -> Ink {
    let colour = part.colour().map(|part| Ink::of_part(part as usize));
    colour.unwrap_or(Colours::ALL.axis)
}

fn legend(canvas: &mut Canvas, at: [f64; 2], lanes: &Lanes, small: Type) {
    const SQUARE: f64 = 12.0;
    let [mut x, y] = at;
    for part in lanes.parts() {
        // As high as in the lanes: the colour is not the only mark.
        let height = SQUARE * f64::from(part.height());
        let square = Frame {
            x,
            y: y + 2.0 + (SQUARE - height) / 2.0,
            width: SQUARE,
            height,
        };
        canvas.rect(&square, ink(part));
        let text_at = [x + SQUARE + 6.0, y + 2.0 + SQUARE * 0.85];
        canvas.text(text_at, Anchor::Start, small, part.label());
        x += SQUARE + 24.0 + text_width(part.label(), small.size, small.weight) * SLACK;
    }
}

fn draw_axis(canvas: &mut Canvas, plot: &Frame, lanes: &Lanes, range: (u64, u64), sizes: Sizes) {
    let since = |nanos: u64| nanos as f64 - lanes.stretch.from_nanos as f64;
    let (low, high) = (since(range.0), since(range.1));
    let axis = Axis::linear(&Quantity::Nanos, low, high, (plot.width / 84.0) as usize);
    let bottom = plot.bottom() + 4.0;
    let baseline = bottom + sizes.small + 3.0;
    for tick in &axis.ticks {
        if tick.value < low || tick.value > high {
            continue;
        }
        let x = plot.x + (tick.value - low) / (high - low).max(1.0) * plot.width;
        canvas.line([x, plot.y], [x, bottom], Colours::ALL.grid);
        canvas.text([x, baseline], Anchor::Middle, sizes.muted(), &tick.label);
    }
    let mut name = "time since the begin of the stretch".to_owned();
    if range != (lanes.stretch.from_nanos, lanes.stretch.until_nanos) {
        let ends = [low, high].map(text::nanos);
        name = format!("{name}, only {} to {}", ends[0], ends[1]);
    }
    let middle = [plot.x + plot.width / 2.0, baseline + sizes.small + 4.0];
    canvas.text(middle, Anchor::Middle, sizes.muted(), &name);
}

fn draw_lane(canvas: &mut Canvas, row: &Frame, lane: &Lane, (from, until): (u64, u64)) {
    let x = |nanos: u64| {
        let share = (nanos.clamp(from, until) - from) as f64 / (until - from).max(1) as f64;
        row.x + share * row.width
    };
    let ground = Frame {
        y: row.y + row.height / 2.0 - 0.5,
        height: 1.0,
        ..*row
    };
    canvas.rect(&ground, Colours::ALL.grid);
    let mut drawn_until = f64::MIN;
    for piece in &lane.pieces {
        if piece.until_nanos <= from || piece.from_nanos >= until {
            continue;
        }
        let (left, right) = (x(piece.from_nanos), x(piece.until_nanos));
        if right - left < SEEN && right < drawn_until + SEEN {
            continue;
        }
        drawn_until = right;
        let height = row.height * f64::from(piece.part.height());
        let rect = Frame {
            x: left,
            y: row.y + (row.height - height) / 2.0,
            width: (right - left).max(SEEN),
            height,
        };
        canvas.rect(&rect, ink(piece.part));
    }
}

const HEADER: [&str; 23] = [
    "candidate",
    "repeat",
    "stretch",
    "pool",
    "worker",
    "task",
    "measured",
    "task_kind",
    "attempt",
    "part",
    "end",
    "intended_since_measurement_nanos",
    "schedule_delay_nanos",
    "before_nanos",
    "queue_wait_nanos",
    "dispatch_nanos",
    "start_wait_nanos",
    "service_nanos",
    "return_nanos",
    "on_cpu_nanos",
    "lock_wait_nanos",
    "interpreter_wait_nanos",
    "response_so_far_nanos",
];

/// The parts of tasks of one stretch, one row for each.
///
/// # Errors
/// If there are no lanes, there is nothing but the header; if the table cannot be encoded, which would be an error of
/// this program.
pub fn lives_csv(run: &Run, of: LanesOf) -> Result<String, ExportError> {
    let lanes = Lanes::of(run, of).ok();
    let rows = lanes.iter().flat_map(|lanes| {
        let row = |life| cells(run, lanes, life);
        lanes.lives.iter().map(row)
    });
    written(&HEADER.map(str::to_owned), rows.collect())
}

fn cells(run: &Run, lanes: &Lanes, life: &LifePart) -> Vec<String> {
    let kinds = &run.request.scenario.tasks;
    let kind = kinds.get(life.kind as usize).map(|kind| plain(&kind.name));
    // Of what became due in the warm-up it is negative.
    let intended = i128::from(life.intended_nanos) - i128::from(lanes.measure_start_nanos);
    let number = |value: u64| value.to_string();
    vec![
        plain(&lanes.label),
        lanes.repeat.to_string(),
        lanes.stretch.number.to_string(),
        cell(life.pool),
        cell(life.worker),
        number(life.number),
        life.measured.to_string(),
        cell(kind),
        life.attempt.to_string(),
        life.part.to_string(),
        end_words(life.end).to_owned(),
        intended.to_string(),
        number(life.schedule_delay_nanos),
        number(life.before_nanos),
        number(life.queue_wait_nanos),
        number(life.dispatch_nanos),
        number(life.start_wait_nanos),
        number(life.service_nanos),
        number(life.return_nanos),
        cell(life.on_cpu_nanos),
        number(life.lock_wait_nanos),
        number(life.interpreter_wait_nanos),
        number(life.end_nanos().saturating_sub(life.intended_nanos)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::lane_blocks;
    use crate::export::Theme;
    use crate::support;

    #[test]
    fn a_picture_shows_each_lane_and_only_what_lies_in_its_range() {
        let run = support::lives::run();
        let of = LanesOf {
            block: lane_blocks(&run, 0)[0],
            stretch: 0,
        };
        let lanes = Lanes::of(&run, of).unwrap();
        let (from, until) = (lanes.stretch.from_nanos, lanes.stretch.until_nanos);
        let all = lanes_svg(&run, &lanes, (from, until), Theme::Light);
        let late = lanes_svg(&run, &lanes, (from + 90_000_000, until), Theme::Light);
        for name in ["thread 1", "thread 4", "not kept", "on CPU", "100 ms"] {
            assert!(all.contains(name), "{name}");
        }
        let rects = |svg: &str| svg.matches("<rect").count();
        // Three tasks: two of dispatch and computing, one that waits as well, of which the first was begun before.
        assert_eq!(rects(&all) - rects(&late), 6);
    }

    #[test]
    fn the_table_has_a_row_for_each_part_and_leaves_empty_what_is_not_known() {
        let run = support::lives::run();
        let of = LanesOf {
            block: lane_blocks(&run, 1)[0],
            stretch: 0,
        };
        let csv = lives_csv(&run, of).unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[1].contains(",0,,1,true,"), "{}", lines[1]);
        assert!(lines[1].ends_with(",34000000"), "{}", lines[1]);
    }
}
