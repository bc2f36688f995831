//! The table of figures at the foot of the board, with what faults left behind and the verdict below it.

use crate::analysis::{CandidateFigures, candidate_figures, trust, verdict};
use crate::chart::ChartSettings;
use crate::export::board::{MARGIN, WIDTH};
use crate::export::canvas::{Anchor, Canvas, Colours, Type};
use crate::export::font::{Weight, fitted, lines, text_width};
use crate::export::legend;
use crate::export::svg::SLACK;
use crate::export::table::{Align, Table, table};
use crate::run::Run;
use crate::units::text;

const TABLE_ROW: f64 = 27.0;
/// Around the lines with what follows from the run, how far these are apart, and how many of them there are at the most.
const VERDICT_AROUND: f64 = 14.0;
const VERDICT_ROW: f64 = 18.0;
const VERDICT_MAX: usize = 8;
/// A line of what has a name, and how many of them there are at the most.
const NAMED_ROW: f64 = 18.0;
const NAMED_MAX: usize = 8;
const TABLE_SIZE: f64 = 13.0;
/// Where even that is too wide for a long name.
const TABLE_SIZE_MIN: f64 = 9.0;

/// The table with what stands below it.
pub(super) struct Figures {
    table: Table,
    named: Vec<String>,
    /// Line by line.
    verdict: Vec<String>,
}

impl Figures {
    pub(super) fn of(run: &Run, settings: &ChartSettings) -> Self {
        let mut figures = candidate_figures(run);
        // What follows from a run follows from all candidates.
        let verdict = verdict(run, &figures, &trust(run)).why;
        let room = (WIDTH - 2.0 * MARGIN) / SLACK;
        let verdict = lines(&verdict, VERDICT_MAX, room, TABLE_SIZE, Weight::Regular);
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

    pub(super) fn height(&self) -> f64 {
        let verdict = VERDICT_ROW * self.verdict.len() as f64 + VERDICT_AROUND;
        self.table_height() + NAMED_ROW * self.named.len() as f64 + verdict
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, top: f64) {
        draw_table(canvas, top, &self.table);
        let named_top = top + self.table_height();
        draw_named(canvas, named_top, &self.named);
        let look = Type {
            size: TABLE_SIZE,
            weight: Weight::Regular,
            colour: Colours::ALL.text,
        };
        let below = named_top + NAMED_ROW * self.named.len() as f64;
        for (line, text) in self.verdict.iter().enumerate() {
            let y = below + 25.0 + line as f64 * VERDICT_ROW;
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
