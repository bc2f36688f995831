//! The table of all candidates as texts: the same in the window, on the terminal and in the board's picture.

use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::scenario::{Load, Scenario};
use crate::units::text;

/// Which side of a column its cells stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Figures.
    Right,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As it stands above the column.
    pub text: &'static str,
    /// The side of its cells.
    pub align: Align,
    /// What it means, for people who hover over it.
    pub about: &'static str,
}

/// The cells of one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index in the scenario: decides the colour.
    pub candidate: usize,
    /// One per header.
    pub cells: Vec<String>,
}

/// All candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub headers: Vec<Header>,
    /// The candidates in the scenario's order.
    pub rows: Vec<Row>,
}

/// The word for where a candidate stands; a failure's cause is not part of it.
#[must_use]
pub const fn status_word(status: &CandidateStatus) -> &'static str {
    match status {
        CandidateStatus::Waiting => "waiting",
        CandidateStatus::Live => "live",
        CandidateStatus::Done => "done",
        CandidateStatus::Stopped => "stopped",
        CandidateStatus::Failed { .. } => "failed",
    }
}

/// A column: its head and how its cells are made.
struct Column {
    header: Header,
    cell: Cell,
}

/// How a cell is made.
type Cell = fn(&CandidateFigures, &Scenario) -> String;

/// The table of `figures`; batches have two columns more.
#[must_use]
pub fn table(figures: &[CandidateFigures], scenario: &Scenario) -> Table {
    let batch = matches!(scenario.load, Load::Batch { .. });
    let columns: Vec<Column> = columns(batch);
    let row = |figures: &CandidateFigures| Row {
        candidate: figures.candidate,
        cells: columns
            .iter()
            .map(|column| (column.cell)(figures, scenario))
            .collect(),
    };
    let rows = figures.iter().map(row).collect();
    Table {
        headers: columns.into_iter().map(|column| column.header).collect(),
        rows,
    }
}

fn columns(batch: bool) -> Vec<Column> {
    let mut columns = vec![
        left("Candidate", "One back end with its settings", |f, _| {
            f.name.clone()
        }),
        left("Status", "Where it stands", |f, _| {
            status_word(&f.status).to_owned()
        }),
    ];
    if batch {
        columns.extend(batch_columns());
    }
    columns.extend(time_columns());
    columns.extend(resource_columns());
    columns.extend(count_columns());
    columns
}

const fn left(text: &'static str, about: &'static str, cell: Cell) -> Column {
    Column {
        header: Header {
            text,
            align: Align::Left,
            about,
        },
        cell,
    }
}

const fn right(text: &'static str, about: &'static str, cell: Cell) -> Column {
    Column {
        header: Header {
            text,
            align: Align::Right,
            about,
        },
        cell,
    }
}

fn batch_columns() -> [Column; 2] {
    [
        right(
            "Makespan",
            "From the start of the batch to the end of its last task",
            |f, _| text::or_missing(f.makespan_nanos, text::nanos),
        ),
        right(
            "Speed-up",
            "Makespan of the sequential candidate over this one's",
            |f, _| text::or_missing(f.speedup, text::factor),
        ),
    ]
}

fn time_columns() -> [Column; 6] {
    [
        right(
            "Throughput",
            "Tasks that ended within the measurement, per second",
            |f, _| text::or_missing(f.throughput_per_sec, text::per_sec),
        ),
        right(
            "p50",
            "Response time, from the intended start to the finish: half are at most this",
            |f, _| time(f.response_time_nanos.p50),
        ),
        right(
            "p95",
            "Response time: 95 of 100 are at most this",
            |f, _| time(f.response_time_nanos.p95),
        ),
        right(
            "p99",
            "Response time: 99 of 100 are at most this",
            |f, _| time(f.response_time_nanos.p99),
        ),
        right(
            "Service p50",
            "Start to finish, without the time in the queue: median",
            |f, _| time(f.service_time_nanos.p50),
        ),
        right("Queue p50", "Admission to start: median", |f, _| {
            time(f.queue_wait_nanos.p50)
        }),
    ]
}

fn resource_columns() -> [Column; 3] {
    [
        right(
            "Memory/worker",
            "Mean over the measurement, and how it was found",
            |f, _| memory(f),
        ),
        right("CPU", "Cores that the back end kept busy", |f, _| {
            text::or_missing(f.cpu_cores_used, text::cores)
        }),
        right(
            "Cost/1k",
            "Price of 1,000 good tasks by the price card",
            |f, scenario| {
                text::or_missing(f.cost_per_1k, |cost| {
                    text::money(cost, &scenario.prices.currency)
                })
            },
        ),
    ]
}

fn count_columns() -> [Column; 5] {
    [
        right(
            "Offered",
            "Tasks that became due in the measurement",
            |f, _| tasks(f, f.counts.offered),
        ),
        right("Good", "Tasks that ended well", |f, _| {
            tasks(f, f.counts.good)
        }),
        right(
            "Failed",
            "Tasks that ended with an error, timed out, or were lost with their worker",
            |f, _| tasks(f, f.counts.failed + f.counts.timed_out),
        ),
        right(
            "Dropped",
            "Tasks that the full queue did not take",
            |f, _| tasks(f, f.counts.dropped),
        ),
        right("Cancelled", "Tasks cut by the end of the block", |f, _| {
            tasks(f, f.counts.cancelled)
        }),
    ]
}

fn time(nanos: Option<u64>) -> String {
    text::or_missing(nanos.map(|nanos| nanos as f64), text::nanos)
}

/// Before the first task became due a count is not known, rather than zero.
fn tasks(figures: &CandidateFigures, count: u64) -> String {
    if figures.counts.offered == 0 {
        text::MISSING.to_owned()
    } else {
        text::count(count)
    }
}

fn memory(figures: &CandidateFigures) -> String {
    let kind = figures.memory_kind.map_or("", |kind| kind.label());
    match figures.memory_per_worker_bytes {
        Some(bytes) => format!("{} {kind}", text::bytes(bytes))
            .trim_end()
            .to_owned(),
        None => text::MISSING.to_owned(),
    }
}

/// The table aligned with spaces, for terminals; each line ends with a line feed.
#[must_use]
pub fn text_table(table: &Table) -> String {
    const BETWEEN: &str = "  ";
    let chars = |text: &str| text.chars().count();
    let width = |(column, header): (usize, &Header)| {
        table
            .rows
            .iter()
            .map(|row| chars(&row.cells[column]))
            .fold(chars(header.text), usize::max)
    };
    let widths: Vec<usize> = table.headers.iter().enumerate().map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells
            .zip(&table.headers)
            .zip(&widths)
            .map(|((cell, header), &width)| match header.align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            });
        let joined = padded.collect::<Vec<_>>().join(BETWEEN);
        format!("{}\n", joined.trim_end())
    };
    let mut text = line(&mut table.headers.iter().map(|header| header.text));
    for row in &table.rows {
        text.push_str(&line(&mut row.cells.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn what_is_not_known_is_a_dash_and_the_cells_match_the_headers() {
        let run = support::sample_run();
        let table = table(&candidate_figures(&run), &run.request.scenario);
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.cells.len() == table.headers.len())
        );
        let waiting = &table.rows[4].cells;
        assert_eq!(
            waiting[..4],
            [
                "async ×64, CPU on 2 threads",
                "waiting",
                text::MISSING,
                text::MISSING
            ]
        );
        assert!(
            table.rows[0]
                .cells
                .iter()
                .any(|cell| cell.ends_with("MiB derived"))
        );
    }

    #[test]
    fn a_batch_has_makespan_and_speed_up() {
        let run = support::batch_run();
        let table = table(&candidate_figures(&run), &run.request.scenario);
        assert_eq!(
            (table.headers[2].text, table.headers[3].text),
            ("Makespan", "Speed-up")
        );
        assert_eq!(table.rows[0].cells[3], "1.00×");
    }

    #[test]
    fn figures_of_a_text_table_end_in_one_column() {
        let header = |text, align| Header {
            text,
            align,
            about: "",
        };
        let table = Table {
            headers: vec![header("Name", Align::Left), header("Rate", Align::Right)],
            rows: vec![
                Row {
                    candidate: 0,
                    cells: vec!["a".to_owned(), "9 /s".to_owned()],
                },
                Row {
                    candidate: 1,
                    cells: vec!["b ×12".to_owned(), "1,000 /s".to_owned()],
                },
            ],
        };
        assert_eq!(
            text_table(&table),
            "Name       Rate\na          9 /s\nb ×12  1,000 /s\n"
        );
    }
}
