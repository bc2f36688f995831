//! The whole board as one picture: all charts, the table of figures, and which run it was.

use crate::analysis::{CandidateFigures, candidate_figures, trust, verdict};
use crate::chart::{
    Chart, ChartSettings, Diagram, SplitChart, Stroke, Tile, build, build_diagram, rows_of,
};
use crate::export::Theme;
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Ink, Type};
use crate::export::diagram::draw_diagram;
use crate::export::font::{Weight, fitted, text_width};
use crate::export::marks;
use crate::export::plot::Sizes;
use crate::export::split::{draw_split, split_height};
use crate::export::svg::{SLACK, draw_chart, foot, x_range};
use crate::export::table::{Align, Table, table};
use crate::run::Run;
use crate::units::text;

/// Wide enough for the table at a size that can be read.
const WIDTH: f64 = 1_680.0;
const MARGIN: f64 = 28.0;
const COLUMNS: usize = 3;
const BETWEEN: f64 = 32.0;
const CHART_HEIGHT: f64 = 380.0;
const HEAD: f64 = 66.0;
/// What the marks on the time lines mean, where there are some.
const MARKS: f64 = 26.0;
const TABLE_ROW: f64 = 27.0;
const FOOT: f64 = 110.0;
/// A line of what has a name, and how many of them there are at the most.
const NAMED_ROW: f64 = 18.0;
const NAMED_MAX: usize = 8;
const TABLE_SIZE: f64 = 13.0;
/// Where even that is too wide for a long name.
const TABLE_SIZE_MIN: f64 = 9.0;

/// A chart of the board, and where it stands.
struct Placed {
    content: Content,
    row: usize,
    column: usize,
    span: usize,
}

enum Content {
    Chart(Chart),
    Diagram(Diagram),
}

impl Placed {
    /// The chart, if it is one over time.
    const fn over_time(&self) -> Option<&Chart> {
        match &self.content {
            Content::Chart(chart) => Some(chart),
            Content::Diagram(_) => None,
        }
    }
}

/// The charts that are shown, in rows of [`COLUMNS`].
fn placed(run: &Run, settings: &ChartSettings) -> Vec<Placed> {
    let tiles = settings.arrangement.shown_for(&run.request);
    let spans: Vec<usize> = tiles.iter().map(|tile| tile.span).collect();
    let places = rows_of(&spans, COLUMNS);
    let one = |(tile, (row, column, span)): (Tile, (usize, usize, usize))| Placed {
        content: build_diagram(tile.id, run, settings).map_or_else(
            || Content::Chart(build(tile.id, run, settings)),
            Content::Diagram,
        ),
        row,
        column,
        span,
    };
    tiles.into_iter().zip(places).map(one).collect()
}

/// All charts of `run` and its table as one picture.
#[must_use]
pub fn board_svg(run: &Run, settings: &ChartSettings, theme: Theme) -> String {
    let colours = Colours::ALL;
    let scenario = &run.request.scenario;
    let figures = candidate_figures(run);
    let trust = trust(run);
    let table = table(&figures, scenario);
    let tiles = placed(run, settings);
    let charts = || tiles.iter().filter_map(Placed::over_time);
    let split = SplitChart::of(run);
    // Colours are named by the table, once for all charts.
    let sizes = Sizes {
        title: 17.0,
        small: 12.0,
        line: 1.8,
        left: 74.0,
        names: false,
    };
    // A scenario without faults has no row for what its marks mean.
    let has_marks = charts().any(|chart| !(chart.bands.is_empty() && chart.marks.is_empty()));
    let head = HEAD + if has_marks { MARKS } else { 0.0 };
    let chart_rows = tiles.last().map_or(0, |tile| tile.row + 1) as f64;
    let split_y = MARGIN + head + chart_rows * (CHART_HEIGHT + BETWEEN);
    let table_y = split_y + split_height(&split, sizes) + BETWEEN / 2.0;
    let named = named(&figures);
    let named_height = NAMED_ROW * named.len() as f64;
    let height = table_y + TABLE_ROW * (table.rows.len() as f64 + 1.0) + named_height + FOOT;
    let mut canvas = Canvas::new("board", WIDTH, height, &scenario.title, theme);
    draw_head(&mut canvas, run);
    let at = [MARGIN, MARGIN + HEAD - MARKS / 2.0];
    let room = WIDTH - 2.0 * MARGIN;
    marks::legend(&mut canvas, at, room, charts(), sizes);
    let width = (WIDTH - 2.0 * MARGIN - BETWEEN * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
    let x_range = x_range(charts());
    for tile in &tiles {
        let frame = Frame {
            x: MARGIN + tile.column as f64 * (width + BETWEEN),
            y: MARGIN + head + tile.row as f64 * (CHART_HEIGHT + BETWEEN),
            width: width + (tile.span - 1) as f64 * (width + BETWEEN),
            height: CHART_HEIGHT,
        };
        match &tile.content {
            Content::Chart(chart) => draw_chart(&mut canvas, &frame, chart, x_range, sizes),
            Content::Diagram(diagram) => draw_diagram(&mut canvas, &frame, diagram, None, sizes),
        }
    }
    let frame = Frame {
        x: MARGIN,
        y: split_y,
        width: WIDTH - 2.0 * MARGIN,
        height: split_height(&split, sizes),
    };
    draw_split(&mut canvas, &frame, &split, sizes);
    draw_table(&mut canvas, table_y, &table);
    let conclusion = verdict(run, &figures, &trust).why;
    let look = Type {
        size: TABLE_SIZE,
        weight: Weight::Regular,
        colour: colours.text,
    };
    let room = (WIDTH - 2.0 * MARGIN) / SLACK;
    draw_named(&mut canvas, height - FOOT - named_height, &named);
    for (line, text) in two_lines(&conclusion, room, look).iter().enumerate() {
        let y = height - FOOT + 25.0 + line as f64 * 18.0;
        canvas.text([MARGIN, y], Anchor::Start, look, text);
    }
    foot(&mut canvas, run, &trust, [WIDTH, height]);
    canvas.finish()
}

/// What faults left behind, one line each: candidates that were not whole, and what has a name.
fn named(figures: &[CandidateFigures]) -> Vec<String> {
    let mut lines = Vec::new();
    for figures in figures {
        let (name, resilience) = (&figures.name, &figures.resilience);
        if !resilience.degraded.is_empty() {
            let why = resilience.degraded.join(", ");
            lines.push(format!("{name}: degraded: {why}"));
        }
        let findings = figures.findings.iter();
        let findings = findings.filter(|finding| finding.kind.is_trouble());
        lines.extend(findings.map(|finding| {
            let label = finding.kind.label();
            format!("{name}: {label}: {}", finding.evidence)
        }));
    }
    let more = lines.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        lines.truncate(NAMED_MAX);
        lines.push(format!(
            "and {}",
            text::counted(more as u64, "more", "more")
        ));
    }
    lines
}

fn draw_named(canvas: &mut Canvas, top: f64, lines: &[String]) {
    let look = Type {
        size: TABLE_SIZE,
        weight: Weight::Regular,
        colour: Colours::ALL.warning,
    };
    let room = (WIDTH - 2.0 * MARGIN) / SLACK;
    for (number, line) in lines.iter().enumerate() {
        let text = fitted(line, room, look.size, look.weight);
        let y = top + 25.0 + number as f64 * NAMED_ROW;
        canvas.text([MARGIN, y], Anchor::Start, look, &text);
    }
}

/// `text` broken between words where the room ends; what does not fit into two lines is cut.
fn two_lines(text: &str, room: f64, look: Type) -> [String; 2] {
    let fits = |end: &usize| text_width(&text[..*end], look.size, look.weight) <= room;
    let ends = text
        .char_indices()
        .filter_map(|(at, letter)| (letter == ' ').then_some(at))
        .chain([text.len()]);
    let (first, rest) = text.split_at(ends.take_while(fits).last().unwrap_or(0));
    [
        first.to_owned(),
        fitted(rest.trim_start(), room, look.size, look.weight),
    ]
}

fn draw_head(canvas: &mut Canvas, run: &Run) {
    let colours = Colours::ALL;
    let scenario = &run.request.scenario;
    let title = Type {
        size: 26.0,
        weight: Weight::SemiBold,
        colour: colours.text,
    };
    let about = Type {
        size: 14.0,
        weight: Weight::Regular,
        colour: colours.muted,
    };
    let room = WIDTH - 2.0 * MARGIN;
    let text = fitted(&scenario.title, room, title.size, title.weight);
    canvas.text([MARGIN, MARGIN + 20.0], Anchor::Start, title, &text);
    let text = fitted(
        &scenario.about.replace('\n', " "),
        room,
        about.size,
        about.weight,
    );
    canvas.text([MARGIN, MARGIN + 43.0], Anchor::Start, about, &text);
}

/// The width of each column at `size`, without what is between them.
fn widths(table: &Table, size: f64) -> Vec<f64> {
    let column = |(number, header): (usize, &crate::export::Header)| {
        let head = text_width(header.text, size, Weight::SemiBold);
        let cells = table
            .rows
            .iter()
            .map(|row| text_width(&row.cells[number], size, Weight::Regular));
        cells.fold(head, f64::max)
    };
    table.headers.iter().enumerate().map(column).collect()
}

fn draw_table(canvas: &mut Canvas, top: f64, table: &Table) {
    /// A line in the candidate's colour before its name.
    const SWATCH: f64 = 30.0;
    /// The least that keeps columns apart.
    const APART: f64 = 12.0;
    let colours = Colours::ALL;
    let room = WIDTH - 2.0 * MARGIN - SWATCH;
    let gaps = table.headers.len().saturating_sub(1).max(1) as f64;
    let mut size = TABLE_SIZE;
    let mut columns = widths(table, size);
    while size > TABLE_SIZE_MIN && columns.iter().sum::<f64>() + gaps * APART > room {
        size -= 0.5;
        columns = widths(table, size);
    }
    // What is left over goes between the columns.
    let apart = ((room - columns.iter().sum::<f64>()) / gaps).max(APART);
    let head = Type {
        size,
        weight: Weight::SemiBold,
        colour: colours.muted,
    };
    let body = Type {
        size,
        weight: Weight::Regular,
        colour: colours.text,
    };
    let baseline = |row: usize| top + TABLE_ROW * (row as f64 + 0.5) + size * 0.36;
    canvas.line(
        [MARGIN, top + TABLE_ROW],
        [WIDTH - MARGIN, top + TABLE_ROW],
        colours.axis,
    );
    let mut x = MARGIN + SWATCH;
    for (number, (header, width)) in table.headers.iter().zip(&columns).enumerate() {
        let (at, anchor) = match header.align {
            Align::Left => (x, Anchor::Start),
            Align::Right => (x + width, Anchor::End),
        };
        canvas.text([at, baseline(0)], anchor, head, header.text);
        for (place, row) in table.rows.iter().enumerate() {
            canvas.text([at, baseline(place + 1)], anchor, body, &row.cells[number]);
        }
        x += width + apart;
    }
    for (place, row) in table.rows.iter().enumerate() {
        let y = top + TABLE_ROW * (place as f64 + 1.5);
        let colour = Ink::of_candidate(row.candidate);
        canvas.polyline(
            &[[MARGIN, y], [MARGIN + SWATCH - 10.0, y]],
            colour,
            Stroke::Solid,
            4.0,
        );
        let under = top + TABLE_ROW * (place as f64 + 2.0);
        canvas.line([MARGIN, under], [WIDTH - MARGIN, under], colours.grid);
    }
}
