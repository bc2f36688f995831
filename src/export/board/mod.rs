//! The whole board as one picture: all charts, the table of figures, and which run it was.

mod figures;

use crate::chart::{
    Chart, ChartId, ChartSettings, Diagram, Form, Series, SplitChart, Tile, build, build_diagram,
    rows_of, stretch_text,
};
use crate::export::board::figures::Figures;
use crate::export::canvas::{Anchor, Canvas, Colours, Frame, Type};
use crate::export::diagram::draw_diagram;
use crate::export::font::{Weight, fitted, two_lines};
use crate::export::legend;
use crate::export::marks;
use crate::export::plot::Sizes;
use crate::export::split::{draw_split, split_height};
use crate::export::svg::{SLACK, draw_chart, x_range};
use crate::export::{Foot, Look, Theme};
use crate::run::Run;

/// Wide enough for the table at a size that can be read.
const WIDTH: f64 = 1_680.0;
const MARGIN: f64 = 28.0;
const COLUMNS: usize = 3;
const BETWEEN: f64 = 32.0;
const CHART_HEIGHT: f64 = 380.0;
/// What the marks on the time lines mean, where there are some.
const MARKS: f64 = 26.0;
/// Which run it is, and the stamp.
const FOOT: f64 = 60.0;

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
    // Plots side by side need the whole width, as on the board.
    let span = |tile: &Tile| {
        let is_wide = settings.side_by_side && tile.id.form() != Form::Diagram;
        if is_wide { columns } else { tile.span }
    };
    let spans: Vec<usize> = tiles.iter().map(span).collect();
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
    let title = Head::of(run, settings, &content.tiles);
    let head = title.height() + if content.has_marks() { MARKS } else { 0.0 } + names;
    let chart_rows = content.tiles.last().map_or(0, |tile| tile.row + 1) as f64;
    let split_y = MARGIN + head + chart_rows * (chart_height + BETWEEN);
    let split_height = content
        .split
        .as_ref()
        .map_or(0.0, |split| split_height(split, SIZES) + BETWEEN / 2.0);
    let table_y = split_y + split_height;
    let figures_height = content.figures.as_ref().map_or(0.0, Figures::height);
    let height = table_y + figures_height + FOOT;
    let mut canvas = Canvas::new("board", WIDTH, height, title.title, look);
    title.draw(&mut canvas);
    let room = WIDTH - 2.0 * MARGIN;
    let below = MARGIN + title.height() - MARKS / 2.0;
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

/// Title, what the scenario is about, and of which time the charts are if not of all.
struct Head<'a> {
    title: &'a str,
    lines: Vec<String>,
}

impl<'a> Head<'a> {
    const TITLE: Type = Type {
        size: 26.0,
        weight: Weight::SemiBold,
        colour: Colours::ALL.text,
    };
    const LINE: Type = Type {
        size: 14.0,
        weight: Weight::Regular,
        colour: Colours::ALL.muted,
    };
    /// From line to line.
    const ROW: f64 = 20.0;

    fn of(run: &'a Run, settings: &ChartSettings, tiles: &[Placed]) -> Self {
        let scenario = &run.request.scenario;
        let about = scenario.about.replace('\n', " ");
        let room = WIDTH - 2.0 * MARGIN;
        let mut lines = two_lines(&about, room / SLACK, Self::LINE.size, Self::LINE.weight);
        let is_over_time = tiles.iter().any(|tile| tile.over_time().is_some());
        if let Some(stretch) = settings.stretch.filter(|_| is_over_time) {
            let stretch = stretch_text(stretch);
            lines.push(format!(
                "Charts over time show a part of the run: {stretch} since the measurement began. All else is of the whole \
                 measurement."
            ));
        }
        let title = &scenario.title;
        Self { title, lines }
    }

    fn height(&self) -> f64 {
        /// Of the title, and below the last line.
        const TITLE: f64 = 46.0;
        TITLE + Self::ROW * self.lines.len() as f64
    }

    fn draw(&self, canvas: &mut Canvas) {
        let room = WIDTH - 2.0 * MARGIN;
        let title = fitted(self.title, room, Self::TITLE.size, Self::TITLE.weight);
        canvas.text([MARGIN, MARGIN + 20.0], Anchor::Start, Self::TITLE, &title);
        for (place, line) in self.lines.iter().enumerate() {
            let y = MARGIN + 43.0 + Self::ROW * place as f64;
            canvas.text([MARGIN, y], Anchor::Start, Self::LINE, line);
        }
    }
}
