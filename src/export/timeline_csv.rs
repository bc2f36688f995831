//! Time lines as comma-separated values, one row for each interval that a run remembers.
//!
//! Numbers are in the unit that ends the column's name; what is not known is an empty cell. Faults and incidents stand
//! in the rows of the intervals in which they lasted or happened.

use crate::analysis::fault_label;
use crate::export::ExportError;
use crate::export::csv::{cell, memory_word, text, written};
use crate::run::{Block, BreakerState, FaultWindow, Interval, Phase, Run};

/// One row per candidate, repeat and interval.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn timeline_csv(run: &Run) -> Result<String, ExportError> {
    let names = run.request.scenario.candidate_names();
    let faults = labelled_faults(run);
    let mut rows = Vec::new();
    for block in &run.blocks {
        let Some(name) = names.get(block.planned.candidate) else {
            continue;
        };
        rows.extend(
            block
                .timeline
                .intervals()
                .iter()
                .map(|interval| interval_cells(name, block, interval, &faults)),
        );
    }
    let header = TIMELINE_HEADER.map(str::to_owned);
    written(&header, rows)
}

const TIMELINE_HEADER: [&str; 29] = [
    "candidate",
    "repeat",
    "twin",
    "phase",
    "start_nanos",
    "end_nanos",
    "since_measurement_nanos",
    "offered",
    "dropped",
    "completed",
    "good",
    "failed",
    "timed_out",
    "queued",
    "in_flight",
    "cpu_nanos",
    "memory_per_worker_bytes",
    "memory_total_bytes",
    "memory_kind",
    "response_time_p50_nanos",
    "response_time_p99_nanos",
    "response_time_max_nanos",
    "attempted",
    "retries",
    "attempts_timed_out",
    "attempts_stuck",
    "breakers_open",
    "faults",
    "incidents",
];

fn interval_cells(
    name: &str,
    block: &Block,
    interval: &Interval,
    faults: &[(FaultWindow, String)],
) -> Vec<String> {
    let response = interval.response_summary();
    let since = interval
        .measure_start_nanos
        .map(|start| interval.end_nanos.cast_signed() - start.cast_signed());
    let phase = match interval.phase {
        Phase::WarmUp => "warm_up",
        Phase::Measure => "measure",
        Phase::Drain => "drain",
    };
    vec![
        text(name),
        (block.planned.repeat + 1).to_string(),
        block.planned.twin.to_string(),
        phase.to_owned(),
        interval.start_nanos.to_string(),
        interval.end_nanos.to_string(),
        cell(since),
        interval.offered.to_string(),
        interval.dropped.to_string(),
        interval.completed.to_string(),
        interval.good.to_string(),
        interval.failed_in_time().to_string(),
        cell(interval.timed_out),
        interval.queued.to_string(),
        interval.in_flight.to_string(),
        interval.cpu_nanos.to_string(),
        cell(interval.memory_per_worker_bytes),
        cell(interval.memory_total_bytes),
        interval
            .memory_kind
            .map_or_else(String::new, |kind| memory_word(kind).to_owned()),
        cell(response.p50),
        cell(response.p99),
        cell(response.max),
        interval.attempted().to_string(),
        interval.retries.to_string(),
        cell(interval.attempts.map(|attempts| attempts.timed_out)),
        cell(interval.attempts.map(|attempts| attempts.stuck)),
        cell(breakers_open(interval)),
        text(&faults_of(faults, interval).join("; ")),
        incidents_of(block, interval).join("; "),
    ]
}

/// The faults of the scenario with their words.
fn labelled_faults(run: &Run) -> Vec<(FaultWindow, String)> {
    let faults = &run.request.scenario.faults;
    let windows = run.request.fault_windows().into_iter();
    windows
        .filter_map(|window| Some((window, fault_label(faults.get(window.fault)?))))
        .collect()
}

/// How many breakers let no attempt run; none without any.
fn breakers_open(interval: &Interval) -> Option<usize> {
    let breakers = &interval.breakers;
    let open = breakers
        .iter()
        .filter(|state| **state == BreakerState::Open);
    (!breakers.is_empty()).then(|| open.count())
}

/// The faults that lasted at some instant of the interval.
fn faults_of<'a>(faults: &'a [(FaultWindow, String)], interval: &Interval) -> Vec<&'a str> {
    let Some(start) = interval.measure_start_nanos else {
        return Vec::new();
    };
    let lasted = |window: &FaultWindow| {
        let from = start.saturating_add(window.from_nanos);
        let until = window
            .until_nanos
            .map_or(u64::MAX, |until| start.saturating_add(until));
        from < interval.end_nanos && until > interval.start_nanos
    };
    let lasting = faults.iter().filter(|(window, _)| lasted(window));
    lasting.map(|(_, label)| label.as_str()).collect()
}

/// What happened within the interval, in words.
fn incidents_of(block: &Block, interval: &Interval) -> Vec<&'static str> {
    let within = interval.start_nanos + 1..=interval.end_nanos;
    let marks = block.resilience.marks().iter();
    marks
        .filter(|mark| within.contains(&mark.elapsed_nanos))
        .map(|mark| mark.kind.label())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn every_row_has_as_many_cells_as_the_header() {
        for run in [support::sample_run(), support::drill::run()] {
            let text = timeline_csv(&run).unwrap();
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let columns = reader.headers().unwrap().len();
            let mut records = reader.records();
            assert!(records.all(|record| record.unwrap().len() == columns));
        }
    }
}
