//! Figures as comma-separated values, for spreadsheets and scripts.
//!
//! Numbers are in the unit that ends the column's name, without rounding; what is not known is an empty cell.
//! Texts that a spreadsheet would take for a formula get an apostrophe in front.

use crate::analysis::{
    AttemptFigures, CandidateFigures, CandidateStatus, Figure, Finding, SplitFigures,
    candidate_figures, objective_results,
};
use crate::chart::{Chart, Quantity};
use crate::export::document::{recovery_nanos, recovery_word};
use crate::export::{ExportError, status_word};
use crate::run::{MemoryKind, Run};
use crate::scenario::Load;

/// One row per candidate. At the end stands a column for each objective of the scenario, in its order:
/// `objective_1_response_time_p95` with `met`, `missed` or `undecided`.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn figures_csv(run: &Run) -> Result<String, ExportError> {
    let figures = candidate_figures(run);
    let rows: Vec<_> = figures
        .iter()
        .zip(objective_results(run, &figures))
        .map(|(figures, results)| {
            let mut cells = figures_cells(figures, run);
            let outcomes = results
                .iter()
                .map(|result| result.outcome.text().to_owned());
            cells.extend(outcomes);
            cells
        })
        .collect();
    let mut header = figures_header();
    let objectives = run.request.scenario.objectives.iter().enumerate();
    header.extend(
        objectives
            .map(|(place, objective)| format!("objective_{}_{}", place + 1, objective.name())),
    );
    written(&header, rows)
}

/// The points that `chart` shows: one row per point of a line. Of areas upon each other a value is the upper edge.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn points_csv(chart: &Chart) -> Result<String, ExportError> {
    let value = format!("value_{}", unit_of(&chart.quantity));
    let header = ["line", "seconds"]
        .map(str::to_owned)
        .into_iter()
        .chain([value]);
    let points = chart.series.iter().flat_map(|series| {
        let points = chart.points_of(series);
        points.map(|[x, y]| vec![text(&series.name), x.to_string(), y.to_string()])
    });
    written(&header.collect::<Vec<_>>(), points.collect())
}

/// How a column ends whose values are of this quantity.
pub(super) const fn unit_of(quantity: &Quantity) -> &'static str {
    match quantity {
        Quantity::PerSec => "per_sec",
        Quantity::Nanos => "nanos",
        Quantity::Bytes => "bytes",
        Quantity::Money(_) => "money",
        Quantity::Cores => "cores",
        Quantity::Count => "count",
    }
}

/// The three distributions that have all their figures in the table.
const DISTRIBUTIONS: [&str; 3] = ["response_time", "service_time", "queue_wait"];

fn figures_header() -> Vec<String> {
    let mut header: Vec<String> = [
        "candidate",
        "backend",
        "workers",
        "load",
        "status",
        "cause",
        "offered",
        "admitted",
        "dropped",
        "good",
        "failed",
        "timed_out",
        "cancelled",
        "retries",
    ]
    .map(str::to_owned)
    .into();
    for name in DISTRIBUTIONS {
        header.extend(
            ["p50", "p90", "p95", "p99", "p99_9", "max", "mean"]
                .map(|part| format!("{name}_{part}_nanos")),
        );
    }
    for (name, _) in WITH_INTERVAL {
        header.extend([
            name.to_owned(),
            format!("{name}_low"),
            format!("{name}_high"),
        ]);
    }
    header.extend(PLAIN.map(|(name, _)| name.to_owned()));
    header.extend(
        [
            "memory_kind",
            "currency",
            "steadiness",
            "degraded",
            "remarks",
        ]
        .map(str::to_owned),
    );
    header
}

type OfFigure = fn(&CandidateFigures) -> Option<Figure>;

/// Figures that stand with both ends of their interval.
const WITH_INTERVAL: [(&str, OfFigure); 21] = [
    ("throughput_per_sec", |f| f.throughput_per_sec),
    ("goodput_per_sec", |f| f.goodput_per_sec),
    ("response_time_p50_over_blocks_nanos", |f| {
        f.response_time_figures.p50
    }),
    ("response_time_p95_over_blocks_nanos", |f| {
        f.response_time_figures.p95
    }),
    ("response_time_p99_over_blocks_nanos", |f| {
        f.response_time_figures.p99
    }),
    ("cold_start_nanos", |f| f.cold_start_nanos),
    ("makespan_nanos", |f| f.makespan_nanos),
    ("speedup", |f| f.speedup),
    ("cpu_cores_used", |f| f.cpu_cores_used),
    ("cpu_per_task_nanos", |f| f.cpu_nanos_per_task),
    ("voluntary_switches_per_sec", |f| {
        f.voluntary_switches_per_sec
    }),
    ("involuntary_switches_per_sec", |f| {
        f.involuntary_switches_per_sec
    }),
    ("memory_per_worker_bytes", |f| f.memory_per_worker_bytes),
    ("memory_per_worker_steady_bytes", |f| {
        f.memory_per_worker_steady_bytes
    }),
    ("memory_uss_per_worker_bytes", |f| {
        f.memory_uss_per_worker_bytes
    }),
    ("memory_per_task_in_flight_bytes", |f| {
        f.memory_per_task_in_flight_bytes
    }),
    ("cost_per_1k", |f| f.cost_per_1k),
    ("cost_per_1k_consumed", |f| f.cost.consumed_per_1k),
    ("cost_per_1k_rented", |f| f.cost.rented_per_1k),
    ("error_ratio", |f| f.error_ratio),
    ("drop_ratio", |f| f.drop_ratio),
];

type OfPlain = fn(&CandidateFigures) -> String;

/// Figures without an interval.
const PLAIN: [(&str, OfPlain); 41] = [
    ("cost_per_1k_of_cpu", |f| cell(f.cost.cpu_per_1k)),
    ("cost_per_1k_of_memory", |f| cell(f.cost.memory_per_1k)),
    ("target_instances", |f| {
        cell(f.cost.sizing.and_then(|sizing| sizing.instances))
    }),
    ("target_cost_per_month", |f| {
        cell(f.cost.sizing.map(|sizing| sizing.per_month))
    }),
    ("schedule_delay_p99_nanos", |f| {
        cell(f.schedule_delay_nanos.p99)
    }),
    ("event_loop_lag_p99_nanos", |f| {
        cell(f.event_loop_lag_nanos.p99)
    }),
    ("schedule_delay_mean_nanos", |f| {
        split(f, |split| split.schedule_delay_nanos)
    }),
    ("retries_mean_nanos", |f| {
        split(f, |split| split.retries_nanos)
    }),
    ("queues_mean_nanos", |f| {
        split(f, |split| split.queue_wait_nanos)
    }),
    ("dispatch_mean_nanos", |f| {
        split(f, |split| split.dispatch_nanos)
    }),
    ("lock_wait_mean_nanos", |f| {
        split(f, |split| split.lock_wait_nanos)
    }),
    ("interpreter_wait_mean_nanos", |f| {
        split(f, |split| split.interpreter_wait_nanos)
    }),
    ("on_cpu_mean_nanos", |f| {
        split(f, |split| split.on_cpu_nanos)
    }),
    ("waiting_mean_nanos", |f| {
        split(f, |split| split.waiting_nanos)
    }),
    ("return_mean_nanos", |f| {
        split(f, |split| split.return_nanos)
    }),
    ("memory_per_worker_peak_bytes", |f| {
        cell(f.memory_per_worker_peak_bytes)
    }),
    ("memory_total_bytes", |f| {
        cell(f.memory_total_bytes.map(|total| total.value))
    }),
    ("lost_updates", |f| {
        cell(f.lost_updates.as_ref().map(|lost| lost.total))
    }),
    ("overflowing_response_times", |f| {
        f.response_time_nanos.overflow.to_string()
    }),
    ("interpreter_lock_held_ratio", |f| {
        cell(f.interpreter_lock.map(|lock| lock.held_ratio))
    }),
    ("interpreter_lock_waiting_mean", |f| {
        cell(f.interpreter_lock.map(|lock| lock.waiting_mean))
    }),
    ("interpreter_lock_handovers_per_sec", |f| {
        cell(f.interpreter_lock.map(|lock| lock.handovers_per_sec))
    }),
    ("garbage_collections", |f| {
        cell(f.garbage_collections.map(|gc| gc.count))
    }),
    ("garbage_collection_pause_ratio", |f| {
        cell(f.garbage_collections.map(|gc| gc.pause_ratio))
    }),
    ("garbage_collection_longest_nanos", |f| {
        cell(f.garbage_collections.map(|gc| gc.longest_nanos))
    }),
    ("worker_deaths", |f| f.worker_deaths.to_string()),
    ("workers_recycled", |f| f.workers_recycled.to_string()),
    ("attempts_made", |f| {
        attempts(f, |figures| Some(figures.attempts.made))
    }),
    ("attempts_failed", |f| {
        attempts(f, |figures| Some(figures.attempts.failed))
    }),
    ("attempts_timed_out", |f| {
        attempts(f, |figures| Some(figures.attempts.timed_out))
    }),
    ("attempts_rejected", |f| {
        attempts(f, |figures| Some(figures.attempts.rejected))
    }),
    ("attempts_denied", |f| {
        attempts(f, |figures| Some(figures.attempts.denied))
    }),
    ("attempts_stopped", |f| {
        attempts(f, |figures| Some(figures.attempts.stopped))
    }),
    ("attempts_wasted", |f| {
        attempts(f, |figures| Some(figures.attempts.wasted))
    }),
    ("attempts_stuck", |f| {
        attempts(f, |figures| Some(figures.attempts.stuck))
    }),
    ("breaker_openings", |f| {
        attempts(f, |figures| Some(figures.attempts.openings))
    }),
    ("attempts_per_task", |f| {
        attempts(f, |figures| figures.amplification)
    }),
    ("wasted_work_ratio", |f| {
        attempts(f, |figures| figures.wasted_work_ratio)
    }),
    ("recovery", |f| {
        cell(f.resilience.recovery.map(recovery_word))
    }),
    ("recovery_nanos", |f| {
        cell(f.resilience.recovery.and_then(recovery_nanos))
    }),
    ("findings", |f| {
        let findings: Vec<_> = f.findings.iter().map(Finding::line).collect();
        text(&findings.join("; "))
    }),
];

fn split(figures: &CandidateFigures, part: fn(&SplitFigures) -> f64) -> String {
    cell(figures.time_split.as_ref().map(part))
}

fn attempts<T: ToString>(
    figures: &CandidateFigures,
    part: fn(&AttemptFigures) -> Option<T>,
) -> String {
    cell(figures.resilience.attempts.as_ref().and_then(part))
}

fn figures_cells(figures: &CandidateFigures, run: &Run) -> Vec<String> {
    let cause = match &figures.status {
        CandidateStatus::Failed { cause } => cause.as_str(),
        _ => "",
    };
    let mut cells = vec![
        text(&figures.name),
        figures.backend.to_owned(),
        figures.workers.to_string(),
        load_word(&run.request.scenario.load).to_owned(),
        status_word(&figures.status).to_owned(),
        text(cause),
    ];
    let counts = &figures.counts;
    cells.extend(
        [
            counts.offered,
            counts.admitted,
            counts.dropped,
            counts.good,
            counts.failed,
            counts.timed_out,
            counts.cancelled,
            counts.retries,
        ]
        // Before the first task became due a count is not known, rather than zero.
        .map(|count| cell((counts.offered > 0).then_some(count))),
    );
    for summary in [
        &figures.response_time_nanos,
        &figures.service_time_nanos,
        &figures.queue_wait_nanos,
    ] {
        let parts = [
            summary.p50,
            summary.p90,
            summary.p95,
            summary.p99,
            summary.p99_9,
            summary.max,
        ];
        cells.extend(parts.map(cell));
        cells.push(cell(summary.mean));
    }
    for (_, figure) in WITH_INTERVAL {
        let figure = figure(figures);
        cells.extend([
            cell(figure.map(|figure| figure.value)),
            cell(figure.and_then(|figure| figure.low)),
            cell(figure.and_then(|figure| figure.high)),
        ]);
    }
    cells.extend(PLAIN.map(|(_, plain)| plain(figures)));
    cells.extend([
        figures
            .memory_kind
            .map_or_else(String::new, |kind| memory_word(kind).to_owned()),
        text(&run.request.scenario.prices.currency),
        figures.steadiness.label.text().to_owned(),
        text(&figures.resilience.degraded.join("; ")),
        text(&figures.remarks.join("; ")),
    ]);
    cells
}

/// Response times of closed loads hide overload: each row says which load it is.
const fn load_word(load: &Load) -> &'static str {
    match load {
        Load::Closed { .. } => "closed",
        Load::Open { .. } | Load::Profile { .. } => "open",
        Load::Batch { .. } => "batch",
    }
}

/// The same word as in the JSON document.
pub(super) const fn memory_word(kind: MemoryKind) -> &'static str {
    match kind {
        MemoryKind::Pss => "pss",
        MemoryKind::Rss => "rss",
        MemoryKind::Derived => "derived",
    }
}

/// A number as it is, or nothing.
pub(super) fn cell(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection).
pub(super) fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

pub(super) fn written(header: &[String], rows: Vec<Vec<String>>) -> Result<String, ExportError> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| ::csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of a table, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRows {
    /// The head, then the first rows.
    pub rows: Vec<Vec<String>>,
    /// How many rows follow.
    pub more: u64,
}

/// The head and the first `most` rows of `table`, comma-separated values as they are written here.
///
/// # Errors
/// If that is no table.
pub fn first_rows(table: &str, most: usize) -> Result<FirstRows, ExportError> {
    let table = table.trim_start_matches('\u{feff}');
    let mut reader = ::csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).from_reader(table.as_bytes());
    let mut records = reader.into_records();
    let cells = |record: ::csv::StringRecord| record.iter().map(str::to_owned).collect();
    let first = records.by_ref().take(most + 1);
    let rows = first.map(|record| record.map(cells));
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(FirstRows {
        rows,
        more: records.count() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn the_first_rows_of_a_table_are_its_head_and_so_many_more_and_the_others_are_counted() {
        let header = ["name", "value"].map(str::to_owned);
        let row = |number: u32| vec![format!("a, \"{number}\""), number.to_string()];
        let table = written(&header, (0..5).map(row).collect()).unwrap();
        let first = first_rows(&format!("\u{feff}{table}"), 2).unwrap();
        assert_eq!(first.more, 3);
        assert_eq!(first.rows, [header.to_vec(), row(0), row(1)]);
        let all = first_rows(&table, 9).unwrap();
        assert_eq!((all.rows.len(), all.more), (6, 0));
    }

    #[test]
    fn a_name_that_looks_like_a_formula_gets_an_apostrophe_and_a_number_does_not() {
        for (given, expected) in [
            ("=1+1", "'=1+1"),
            ("@sum", "'@sum"),
            ("-x", "'-x"),
            ("\tx", "'\tx"),
            ("threads ×8", "threads ×8"),
        ] {
            assert_eq!(text(given), expected);
        }
        assert_eq!(cell(Some(-1.5)), "-1.5");
        assert_eq!(cell(None::<u64>), "");
    }

    #[test]
    fn every_row_has_as_many_cells_as_the_header() {
        let run = support::sample_run();
        let text = figures_csv(&run).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        assert!(
            reader
                .records()
                .all(|record| record.unwrap().len() == columns)
        );
    }
}
