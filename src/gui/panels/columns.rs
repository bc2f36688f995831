//! The columns of the table of results: one line each.

use crate::analysis::CandidateFigures;
use crate::units::text;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    /// As it stands above the column.
    pub title: &'static str,
    /// Explains the term.
    pub hint: &'static str,
    /// The figure; none is not known.
    pub value: fn(&CandidateFigures) -> Option<f64>,
    /// How it reads.
    pub unit: Unit,
}

/// How a figure reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Tasks per second.
    PerSec,
    /// Nanoseconds.
    Nanos,
    /// Bytes, with the way in which they were found.
    Memory,
    /// Cores.
    Cores,
    /// Money in the scenario's currency.
    Money,
    /// A whole number.
    Count,
    /// A factor.
    Factor,
}

impl ColumnSpec {
    /// The text of a candidate's cell.
    #[must_use]
    pub fn cell(&self, figures: &CandidateFigures, currency: &str) -> String {
        let Some(value) = (self.value)(figures) else { return text::MISSING.to_owned() };
        match self.unit {
            Unit::PerSec => text::per_sec(value),
            Unit::Nanos => text::nanos(value),
            Unit::Memory => text::bytes(value),
            Unit::Cores => text::number(value),
            Unit::Money => text::money(value, currency),
            Unit::Count => text::count(value as u64),
            Unit::Factor => text::factor(value),
        }
    }
}

/// The columns, the most important first.
#[must_use]
pub fn columns(batch: bool) -> Vec<ColumnSpec> {
    if batch { BATCH.iter().chain(COMMON).copied().collect() } else { COMMON.to_vec() }
}

fn whole(value: Option<u64>) -> Option<f64> {
    value.map(|value| value as f64)
}

const BATCH: &[ColumnSpec] = &[
    ColumnSpec {
        title: "Makespan",
        hint: "From the start of the batch to the end of its last task",
        value: |f| f.makespan_nanos,
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "Speed-up",
        hint: "Makespan of the sequential candidate divided by this one's",
        value: |f| f.speedup,
        unit: Unit::Factor,
    },
];

const COMMON: &[ColumnSpec] = &[
    ColumnSpec {
        title: "Throughput",
        hint: "Tasks that ended within the measurement, per second",
        value: |f| f.throughput_per_sec,
        unit: Unit::PerSec,
    },
    ColumnSpec {
        title: "Response p50",
        hint: "Half of the tasks were faster: from the intended start to the finish, including the queue",
        value: |f| whole(f.response_time_nanos.p50),
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "p95",
        hint: "Response time that 95 of 100 tasks stayed below",
        value: |f| whole(f.response_time_nanos.p95),
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "p99",
        hint: "Response time that 99 of 100 tasks stayed below; not known with fewer than 299 tasks",
        value: |f| whole(f.response_time_nanos.p99),
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "Service p95",
        hint: "From the start of a task to its finish, without the queue",
        value: |f| whole(f.service_time_nanos.p95),
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "Queue p95",
        hint: "From the admission of a task to its start",
        value: |f| whole(f.queue_wait_nanos.p95),
        unit: Unit::Nanos,
    },
    ColumnSpec {
        title: "Memory/worker",
        hint: "Mean over the measurement: PSS of worker processes; of threads and event loops the growth of \
               the runner over its empty baseline, divided by the workers (derived)",
        value: |f| f.memory_per_worker_bytes,
        unit: Unit::Memory,
    },
    ColumnSpec {
        title: "Cores",
        hint: "Cores that the back end kept busy, on average",
        value: |f| f.cpu_cores_used,
        unit: Unit::Cores,
    },
    ColumnSpec {
        title: "Cost per 1k",
        hint: "Price of 1,000 good tasks by the scenario's price card",
        value: |f| f.cost_per_1k,
        unit: Unit::Money,
    },
    ColumnSpec {
        title: "Dropped",
        hint: "Tasks that the full queue did not take",
        value: |f| Some(f.counts.dropped as f64),
        unit: Unit::Count,
    },
    ColumnSpec {
        title: "Failed",
        hint: "Tasks that ended with an error or were lost with their worker",
        value: |f| Some((f.counts.failed + f.counts.timed_out) as f64),
        unit: Unit::Count,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_title_of_its_own_and_an_explanation() {
        let columns = columns(true);
        for (index, column) in columns.iter().enumerate() {
            assert!(!column.hint.is_empty());
            assert!(columns[..index].iter().all(|other| other.title != column.title));
        }
    }
}
