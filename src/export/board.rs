//! The whole board as one picture: all charts, the table of figures, and which run it was.

use crate::analysis::{CandidateFigures, candidate_figures, trust, verdict};
use crate::chart::{
    Chart, ChartId, ChartSettings, Diagram, Series, SplitChart, Tile, build, build_diagram, rows_of,
};
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Type};
use crate::export::diagram::draw_diagram;
use crate::export::font::{Weight, fitted, text_width};
use crate::export::legend;
use crate::export::marks;
use crate::export::plot::Sizes;
use crate::export::split::{draw_split, split_height};
use crate::export::svg::{SLACK, draw_chart, x_range};
use crate::export::table::{Align, Table, table};
use crate::export::{Foot, Look, Theme};
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
/// Two lines with what follows from the run.
const VERDICT: f64 = 50.0;
/// Which run it is, and the stamp.
const FOOT: f64 = 60.0;
/// A line of what has a name, and how many of them there are at the most.
const NAMED_ROW: f64 = 18.0;
const NAMED_MAX: usize = 8;
const TABLE_SIZE: f64 = 13.0;
/// Where even that is too wide for a long name.
const TABLE_SIZE_MIN: f64 = 9.0;

/// What of a board is on a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardParts {
    /// The charts over time, in their order.
    pub charts: Vec<ChartId>,
    /// Where the time of a task goes.
    pub split: bool,
    /// The table of figures, what has a name, and the verdict.
    pub figures: bool,
}

impl BoardParts {
    /// Everything that the board of `run` shows.
    #[must_use]
    pub fn all_of(run: &Run, settings: &ChartSettings) -> Self {
        let tiles = settings.arrangement.shown_for(&run.request);
        Self {
            charts: tiles.iter().map(|tile| tile.id).collect(),
            split: true,
            figures: true,
        }
    }

    /// Whether there is nothing on it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.charts.is_empty() && !self.split && !self.figures
    }

    /// How many charts stand beside each other, and how high they are.
    const fn grid(&self) -> (usize, f64) {
        match self.charts.len() {
            0 | 1 => (1, 720.0),
            2 | 4 => (2, 480.0),
            _ => (COLUMNS, CHART_HEIGHT),
        }
    }
}

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

/// The charts of `parts` as the board has them, in rows of that many columns.
fn placed(run: &Run, settings: &ChartSettings, parts: &BoardParts, columns: usize) -> Vec<Placed> {
    let mut tiles = settings.arrangement.shown_for(&run.request);
    tiles.retain(|tile| parts.charts.contains(&tile.id));
    let spans: Vec<usize> = tiles.iter().map(|tile| tile.span).collect();
    let places = rows_of(&spans, columns);
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
pub fn board_svg<'a>(run: &Run, settings: &ChartSettings, look: impl Into<Look<'a>>) -> String {
    board_part_svg(run, settings, look, &BoardParts::all_of(run, settings))
}

/// What was chosen of the board of `run` as one picture; candidates that are hidden are not on it.
#[must_use]
pub fn board_part_svg<'a>(
    run: &Run,
    settings: &ChartSettings,
    look: impl Into<Look<'a>>,
    parts: &BoardParts,
) -> String {
    let look = look.into();
    let (columns, chart_height) = parts.grid();
    let content = Drawing {
        tiles: placed(run, settings, parts, columns),
        split: parts
            .split
            .then(|| SplitChart::shown(run, &settings.hidden)),
        figures: parts.figures.then(|| Figures::of(run, settings)),
    };
    let names = content.names_height();
    let head = HEAD + if content.has_marks() { MARKS } else { 0.0 } + names;
    let chart_rows = content.tiles.last().map_or(0, |tile| tile.row + 1) as f64;
    let split_y = MARGIN + head + chart_rows * (chart_height + BETWEEN);
    let split_height = content
        .split
        .as_ref()
        .map_or(0.0, |split| split_height(split, SIZES) + BETWEEN / 2.0);
    let table_y = split_y + split_height;
    let figures_height = content.figures.as_ref().map_or(0.0, Figures::height);
    let height = table_y + figures_height + FOOT;
    let title = &run.request.scenario.title;
    let mut canvas = Canvas::new("board", WIDTH, height, title, look);
    draw_head(&mut canvas, run);
    let room = WIDTH - 2.0 * MARGIN;
    let below = MARGIN + HEAD - MARKS / 2.0;
    content.draw_names(&mut canvas, below);
    let at = [MARGIN, below + names];
    marks::legend(&mut canvas, at, room, content.charts(), SIZES);
    content.draw_tiles(&mut canvas, MARGIN + head, columns, chart_height);
    if let Some(split) = &content.split {
        let frame = Frame {
            x: MARGIN,
            y: split_y,
            width: room,
            height: split_height,
        };
        draw_split(&mut canvas, &frame, split, SIZES);
    }
    if let Some(figures) = &content.figures {
        figures.draw(&mut canvas, table_y);
    }
    Foot::of(run, look.id).draw(&mut canvas, [WIDTH, height]);
    canvas.finish()
}

/// Colours are named once for all charts.
const SIZES: Sizes = Sizes {
    title: 17.0,
    small: 12.0,
    line: 1.8,
    left: 74.0,
    names: false,
};

/// What is drawn.
struct Drawing {
    tiles: Vec<Placed>,
    split: Option<SplitChart>,
    figures: Option<Figures>,
}

impl Drawing {
    /// The charts over time.
    fn charts(&self) -> impl Iterator<Item = &Chart> + Clone {
        self.tiles.iter().filter_map(Placed::over_time)
    }

    /// A scenario without faults has no row for what its marks mean.
    fn has_marks(&self) -> bool {
        let mut charts = self.charts();
        charts.any(|chart| !(chart.bands.is_empty() && chart.marks.is_empty()))
    }

    /// The room for the candidates' names; none where the table or the time split has them.
    fn names_height(&self) -> f64 {
        let mut nowhere = Canvas::new("", WIDTH, 0.0, "", Theme::Light);
        self.draw_names(&mut nowhere, 0.0)
    }

    fn draw_names(&self, canvas: &mut Canvas, top: f64) -> f64 {
        if self.split.is_some() || self.figures.is_some() || self.tiles.is_empty() {
            return 0.0;
        }
        let series = self.tiles.iter().flat_map(|tile| match &tile.content {
            Content::Chart(chart) => &chart.series,
            Content::Diagram(diagram) => &diagram.series,
        });
        let series: Vec<Series> = series.cloned().collect();
        let sizes = Sizes {
            small: 14.0,
            ..SIZES
        };
        legend::candidates(canvas, [MARGIN, top], WIDTH - 2.0 * MARGIN, &series, sizes)
    }

    fn draw_tiles(&self, canvas: &mut Canvas, top: f64, columns: usize, height: f64) {
        let room = WIDTH - 2.0 * MARGIN;
        let width = (room - BETWEEN * (columns as f64 - 1.0)) / columns as f64;
        let x_range = x_range(self.charts());
        for tile in &self.tiles {
            let frame = Frame {
                x: MARGIN + tile.column as f64 * (width + BETWEEN),
                y: top + tile.row as f64 * (height + BETWEEN),
                width: width + (tile.span - 1) as f64 * (width + BETWEEN),
                height,
            };
            match &tile.content {
                Content::Chart(chart) => draw_chart(canvas, &frame, chart, x_range, SIZES),
                Content::Diagram(diagram) => draw_diagram(canvas, &frame, diagram, None, SIZES),
            }
        }
    }
}

/// The table with what stands below it.
struct Figures {
    table: Table,
    named: Vec<String>,
    verdict: String,
}

impl Figures {
    fn of(run: &Run, settings: &ChartSettings) -> Self {
        let mut figures = candidate_figures(run);
        // What follows from a run follows from all candidates.
        let verdict = verdict(run, &figures, &trust(run)).why;
        figures.retain(|one| !settings.hidden.contains(&one.candidate));
        Self {
            table: table(&figures, &run.request.scenario),
            named: named(&figures),
            verdict,
        }
    }

    fn table_height(&self) -> f64 {
        TABLE_ROW * (self.table.rows.len() as f64 + 1.0)
    }

    fn height(&self) -> f64 {
        self.table_height() + NAMED_ROW * self.named.len() as f64 + VERDICT
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) {
        draw_table(canvas, top, &self.table);
        let named_top = top + self.table_height();
        draw_named(canvas, named_top, &self.named);
        let look = Type {
            size: TABLE_SIZE,
            weight: Weight::Regular,
            colour: Colours::ALL.text,
        };
        let room = (WIDTH - 2.0 * MARGIN) / SLACK;
        let below = named_top + NAMED_ROW * self.named.len() as f64;
        for (line, text) in two_lines(&self.verdict, room, look).iter().enumerate() {
            let y = below + 25.0 + line as f64 * 18.0;
            canvas.text([MARGIN, y], Anchor::Start, look, text);
        }
    }
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
        let ends = [[MARGIN, y], [MARGIN + SWATCH - 10.0, y]];
        legend::swatch(canvas, ends, row.candidate, 4.0);
        let under = top + TABLE_ROW * (place as f64 + 2.0);
        canvas.line([MARGIN, under], [WIDTH - MARGIN, under], colours.grid);
    }
}
