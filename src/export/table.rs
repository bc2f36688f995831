//! The table of all candidates as texts: the same in the window, on the terminal and in the board's picture.

use crate::analysis::{CandidateFigures, CandidateStatus, Figure};
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

/// The word for where a candidate stands, in which one that is done and was not whole is `degraded`.
#[must_use]
pub fn standing_word(figures: &CandidateFigures) -> &'static str {
    let degraded = !figures.resilience.degraded.is_empty();
    if degraded && figures.status == CandidateStatus::Done {
        "degraded"
    } else {
        status_word(&figures.status)
    }
}

/// A column: its head and how its cells are made.
pub(super) struct Column {
    pub(super) header: Header,
    pub(super) cell: Cell,
}

/// How a cell is made.
pub(super) type Cell = fn(&CandidateFigures, &Money) -> String;

/// How amounts of money are written in one column.
pub(super) struct Money<'a> {
    currency: &'a str,
    /// The smallest amount above zero; infinite if there is none.
    smallest: f64,
}

impl Money<'_> {
    /// An amount by itself.
    pub(super) fn alone(&self, value: f64) -> String {
        text::money(value, self.currency)
    }

    /// An amount beside the others.
    pub(super) fn text(&self, value: f64) -> String {
        text::money_beside(value, self.smallest, self.currency)
    }
}

/// The table of `figures`; batches have two columns more, and response times of closed loads are marked.
#[must_use]
pub fn table(figures: &[CandidateFigures], scenario: &Scenario) -> Table {
    let batch = matches!(scenario.load, Load::Batch { .. });
    let mut columns = columns(batch);
    if matches!(scenario.load, Load::Closed { .. }) {
        columns.iter_mut().for_each(mark_closed);
    }
    of_columns(figures, scenario, columns)
}

/// The table that these columns make.
pub(super) fn of_columns(
    figures: &[CandidateFigures],
    scenario: &Scenario,
    columns: Vec<Column>,
) -> Table {
    let costs = figures
        .iter()
        .filter_map(|figures| Some(figures.cost_per_1k?.value));
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

/// What stands behind the head of a response time under a closed load.
pub const CLOSED_MARK: &str = " (closed)";

/// Response times of closed loads are marked where they stand: overload does not show in them.
fn mark_closed(column: &mut Column) {
    const ABOUT: &str = "Response time under a closed load: clients wait for their answers and send less when it \
                         gets slow, so that overload does not show. Not to be compared with an open load";
    let marked = match column.header.text {
        "p50" => "p50 (closed)",
        "p95" => "p95 (closed)",
        "p99" => "p99 (closed)",
        _ => return,
    };
    column.header.text = marked;
    column.header.about = ABOUT;
}

fn columns(batch: bool) -> Vec<Column> {
    let mut columns = vec![
        left("Candidate", "One back end with its settings", |f, _| {
            f.name.clone()
        }),
        left(
            "Status",
            "Where it stands; degraded: done, and not whole",
            |f, _| standing_word(f).to_owned(),
        ),
    ];
    if batch {
        columns.extend(batch_columns());
    }
    columns.extend(time_columns());
    columns.extend(resource_columns());
    columns.extend(count_columns());
    columns
}

pub(super) const fn left(text: &'static str, about: &'static str, cell: Cell) -> Column {
    Column {
        header: Header {
            text,
            align: Align::Left,
            about,
        },
        cell,
    }
}

pub(super) const fn right(text: &'static str, about: &'static str, cell: Cell) -> Column {
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
            |f, _| figure(f.makespan_nanos, text::nanos),
        ),
        right(
            "Speed-up",
            "Makespan of the sequential candidate over this one's",
            |f, _| text::or_missing(f.speedup.map(|speedup| speedup.value), text::factor),
        ),
    ]
}

fn time_columns() -> [Column; 6] {
    [
        right(
            "Throughput",
            "Tasks that ended within the measurement, per second",
            |f, _| figure(f.throughput_per_sec, text::per_sec),
        ),
        right(
            "p50",
            "Response time, from the intended start to the finish: half are at most this",
            |f, _| figure(f.response_time_figures.p50, text::nanos),
        ),
        right(
            "p95",
            "Response time: 95 of 100 are at most this",
            |f, _| figure(f.response_time_figures.p95, text::nanos),
        ),
        right(
            "p99",
            "Response time: 99 of 100 are at most this",
            |f, _| figure(f.response_time_figures.p99, text::nanos),
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
            text::or_missing(f.cpu_cores_used.map(|cores| cores.value), text::cores)
        }),
        right(
            "Cost/1k",
            "Price of 1,000 good tasks by the price card; µ is a millionth",
            |f, money| figure(f.cost_per_1k, |cost| money.text(cost)),
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

/// A figure with what its 95 % interval reaches to the farther side: `400 /s ±2 %`.
pub(super) fn figure(figure: Option<Figure>, text: impl Fn(f64) -> String) -> String {
    let Some(figure) = figure else {
        return text::MISSING.to_owned();
    };
    let value = text(figure.value);
    match figure.ends() {
        Some((low, high)) if figure.value > 0.0 => {
            let reach = (high - figure.value).max(figure.value - low) / figure.value;
            // Beyond that an interval says only that nothing is known yet; its ends stand in the details.
            if reach > 1.0 {
                format!("{value} ±>100 %")
            } else {
                format!("{value} ±{}", text::percent(reach))
            }
        }
        _ => value,
    }
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
        Some(figure) => format!("{} {kind}", text::bytes(figure.value))
            .trim_end()
            .to_owned(),
        None => text::MISSING.to_owned(),
    }
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
    fn a_closed_load_is_marked_at_every_response_time() {
        let closed = support::noisy::noisy_run(1, 1, &[1.0]);
        let table = table(&candidate_figures(&closed), &closed.request.scenario);
        let heads: Vec<_> = table.headers.iter().map(|header| header.text).collect();
        for head in ["p50 (closed)", "p95 (closed)", "p99 (closed)"] {
            assert!(
                heads.contains(&head) && head.ends_with(CLOSED_MARK),
                "{heads:?}"
            );
        }
        let about = table
            .headers
            .iter()
            .find(|header| header.text == "p99 (closed)");
        assert!(about.unwrap().about.contains("overload does not show"));
    }

    #[test]
    fn a_figure_of_three_repeats_shows_how_far_its_interval_reaches() {
        for (repeats, shown) in [(2, false), (3, true)] {
            let run = support::noisy::noisy_run(1, repeats, &[1.0]);
            let table = table(&candidate_figures(&run), &run.request.scenario);
            let cell = |head: &str| {
                let place = table.headers.iter().position(|header| header.text == head);
                table.rows[0].cells[place.unwrap()].clone()
            };
            for head in ["Throughput", "p99 (closed)", "Cost/1k"] {
                assert_eq!(cell(head).contains(" ±"), shown, "{}", cell(head));
            }
        }
    }
}
