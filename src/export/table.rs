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
type Cell = fn(&CandidateFigures, &Money) -> String;

/// How amounts of money are written in one column.
struct Money<'a> {
    currency: &'a str,
    /// The smallest amount above zero; infinite if there is none.
    smallest: f64,
}

/// The table of `figures`; batches have two columns more.
#[must_use]
pub fn table(figures: &[CandidateFigures], scenario: &Scenario) -> Table {
    let batch = matches!(scenario.load, Load::Batch { .. });
    let columns: Vec<Column> = columns(batch);
    let costs = figures.iter().filter_map(|figures| figures.cost_per_1k);
    let money = Money {
        currency: &scenario.prices.currency,
        smallest: costs
            .filter(|cost| *cost > 0.0)
            .fold(f64::INFINITY, f64::min),
    };
    let row = |figures: &CandidateFigures| Row {
        candidate: figures.candidate,
        cells: columns
            .iter()
            .map(|column| (column.cell)(figures, &money))
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
            "Price of 1,000 good tasks by the price card; µ is a millionth",
            |f, money| {
                text::or_missing(f.cost_per_1k, |cost| {
                    text::money_beside(cost, money.smallest, money.currency)
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

/// The table aligned with spaces; each line ends with a line feed. As wide as it is, for pipes and files.
#[must_use]
pub fn text_table(table: &Table) -> String {
    let widths = widths(table);
    let columns: Vec<usize> = (0..table.headers.len()).collect();
    lines(table, &columns, &widths)
}

/// The table for a terminal of that many columns. What is too wide stands in parts, one below the other, each
/// with the candidates' names in front; what is the same for all candidates is told once, in a last line.
#[must_use]
pub fn text_table_within(table: &Table, columns: usize) -> String {
    let mut widths = widths(table);
    if line_width(&widths) <= columns {
        return text_table(table);
    }
    let (shared, mut differing): (Vec<usize>, Vec<usize>) =
        (1..table.headers.len()).partition(|&column| is_shared(table, column));
    // A name of any length leaves half of the line to the figures.
    widths[0] = widths[0].min(columns / 2);
    let mut parts = Vec::new();
    while !differing.is_empty() {
        let fits = |count: &usize| {
            let part = differing[..*count].iter().map(|&column| widths[column]);
            line_width(&std::iter::once(widths[0]).chain(part).collect::<Vec<_>>()) <= columns
        };
        // At least one, however narrow the terminal is.
        let count = (2..=differing.len()).take_while(fits).last().unwrap_or(1);
        let part: Vec<usize> = std::iter::once(0).chain(differing.drain(..count)).collect();
        parts.push(lines(table, &part, &widths));
    }
    if !shared.is_empty() {
        parts.push(told_once(table, &shared, columns));
    }
    parts.join("\n")
}

/// The columns that are the same for all candidates, in lines of at most that many characters, if a cell fits.
fn told_once(table: &Table, shared: &[usize], columns: usize) -> String {
    let mut text = String::from("The same for all:");
    let mut width = text.chars().count();
    for (place, &column) in shared.iter().enumerate() {
        let end = if place + 1 < shared.len() { "," } else { "\n" };
        let (header, cell) = (table.headers[column].text, &table.rows[0].cells[column]);
        let told = format!("{header} {cell}{end}");
        let chars = told.trim_end().chars().count();
        if width + 1 + chars > columns {
            text.push_str("\n   ");
            width = 3;
        }
        text.push(' ');
        text.push_str(&told);
        width += 1 + chars;
    }
    text
}

/// What stands between two columns of a text.
const BETWEEN: &str = "  ";

/// Whether several candidates have the same cell in `column`.
fn is_shared(table: &Table, column: usize) -> bool {
    let same = |pair: &[Row]| pair[0].cells[column] == pair[1].cells[column];
    table.rows.len() > 1 && table.rows.windows(2).all(same)
}

/// The widest text of each column, its head included, in characters.
fn widths(table: &Table) -> Vec<usize> {
    let chars = |text: &str| text.chars().count();
    let width = |(column, header): (usize, &Header)| {
        table
            .rows
            .iter()
            .map(|row| chars(&row.cells[column]))
            .fold(chars(header.text), usize::max)
    };
    table.headers.iter().enumerate().map(width).collect()
}

fn line_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + BETWEEN.len() * widths.len().saturating_sub(1)
}

/// The head and all rows, with these columns only.
fn lines(table: &Table, columns: &[usize], widths: &[usize]) -> String {
    let line = |cell: &dyn Fn(usize) -> String| {
        let padded = columns.iter().map(|&column| {
            let (cell, width) = (cut(&cell(column), widths[column]), widths[column]);
            match table.headers[column].align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }
        });
        let joined = padded.collect::<Vec<_>>().join(BETWEEN);
        format!("{}\n", joined.trim_end())
    };
    let mut text = line(&|column| table.headers[column].text.to_owned());
    for row in &table.rows {
        text.push_str(&line(&|column| row.cells[column].clone()));
    }
    text
}

/// `text` in at most `width` characters; an ellipsis stands for what is missing.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
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
    fn a_table_that_is_wider_than_the_terminal_stands_in_parts_that_fit() {
        let run = support::sample_run();
        let table = table(&candidate_figures(&run), &run.request.scenario);
        for columns in [40, 80, 120] {
            let text = text_table_within(&table, columns);
            let fits = |line: &str| line.chars().count() <= columns;
            assert!(text.lines().all(fits), "{columns}:\n{text}");
            for header in &table.headers {
                assert!(text.contains(header.text), "{}:\n{text}", header.text);
            }
        }
        assert_eq!(text_table_within(&table, 1_000), text_table(&table));
    }

    #[test]
    fn what_is_the_same_for_all_is_told_once_and_a_long_name_is_cut() {
        let header = |text| Header {
            text,
            align: Align::Left,
            about: "",
        };
        let row = |name: &str, figure: &str| Row {
            candidate: 0,
            cells: vec![name.to_owned(), "done".to_owned(), figure.to_owned()],
        };
        let table = Table {
            headers: vec![header("Name"), header("Status"), header("Rate")],
            rows: vec![row("a", "9 /s"), row("a name without an end", "8 /s")],
        };
        assert_eq!(
            text_table_within(&table, 24),
            "Name          Rate\na             9 /s\na name with…  8 /s\n\nThe same for all:\n    Status done\n"
        );
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
