//! The second table: where the time of a task went and what else a back end took, beside the main figures.
//!
//! Columns that no candidate knows are left out, so that a scenario without counters has no column for them.

use crate::analysis::{
    AttemptFigures, CandidateFigures, CollectionFigures, Figure, InterpreterLockFigures, Recovery,
    SplitFigures,
};
use crate::export::table::{Align, Column, Row, Table, figure, left, of_columns, right};
use crate::run::PythonFacts;
use crate::scenario::Scenario;
use crate::units::text;

/// The details of `figures`.
#[must_use]
pub fn details(figures: &[CandidateFigures], scenario: &Scenario) -> Table {
    let mut columns = vec![
        left("Candidate", "One back end with its settings", |f, _| {
            f.name.clone()
        }),
        left(
            "Steadiness",
            "Whether throughput and median response time had settled: by slope and deviation over the measurement",
            |f, _| f.steadiness.label.text().to_owned(),
        ),
    ];
    columns.extend(resilience_columns());
    columns.extend(split_columns());
    columns.extend(interpreter_columns());
    columns.extend(processor_columns());
    columns.extend(memory_columns());
    columns.extend(other_columns());
    columns.extend(cost_columns());
    without_unknown(&of_columns(figures, scenario, columns))
}

/// Drops the columns in which every candidate has a dash.
fn without_unknown(table: &Table) -> Table {
    let known = |column: usize| {
        let mut rows = table.rows.iter();
        table.headers[column].align == Align::Left
            || rows.any(|row| row.cells[column] != text::MISSING)
    };
    let kept: Vec<usize> = (0..table.headers.len())
        .filter(|&column| known(column))
        .collect();
    let row = |row: &Row| Row {
        candidate: row.candidate,
        cells: kept
            .iter()
            .map(|&column| row.cells[column].clone())
            .collect(),
    };
    Table {
        headers: kept
            .iter()
            .map(|&column| table.headers[column].clone())
            .collect(),
        rows: table.rows.iter().map(row).collect(),
    }
}

fn split(f: &CandidateFigures, part: fn(&SplitFigures) -> f64) -> String {
    text::or_missing(f.time_split.as_ref().map(part), text::nanos)
}

fn split_columns() -> [Column; 9] {
    [
        right(
            "Late",
            "Mean per task: the generator's own lateness, intended start to offer",
            |f, _| split(f, |split| split.schedule_delay_nanos),
        ),
        right(
            "Earlier attempts",
            "Mean per task: earlier attempts and back-off, until its last attempt entered the queue",
            |f, _| {
                let split = f.time_split.filter(|split| split.retries_nanos > 0.0);
                text::or_missing(split.map(|split| split.retries_nanos), text::nanos)
            },
        ),
        right(
            "Queue",
            "Mean per task: in queues, before the first worker, between pools and at barriers",
            |f, _| split(f, |split| split.queue_wait_nanos),
        ),
        right(
            "Dispatch",
            "Mean per task: from the queue to its first instruction, with the way to a worker process",
            |f, _| split(f, |split| split.dispatch_nanos),
        ),
        right("Lock wait", "Mean per task: waiting for locks", |f, _| {
            split(f, |split| split.lock_wait_nanos)
        }),
        right(
            "Interpreter wait",
            "Mean per task: waiting for the modelled interpreter lock",
            |f, _| {
                let split = f.time_split.filter(|_| f.interpreter_lock.is_some());
                text::or_missing(split.map(|split| split.interpreter_wait_nanos), text::nanos)
            },
        ),
        right(
            "On CPU",
            "Mean per task: using a core, by the clock of the thread's CPU time",
            |f, _| split(f, |split| split.on_cpu_nanos),
        ),
        right(
            "Waiting",
            "Mean per task: neither using a core nor waiting for a lock",
            |f, _| split(f, |split| split.waiting_nanos),
        ),
        right(
            "Return",
            "Mean per task: from its last instruction to the result being known to the caller",
            |f, _| split(f, |split| split.return_nanos),
        ),
    ]
}

/// What became of attempts; dashes where nobody watches them.
fn resilience_columns() -> [Column; 6] {
    fn attempts(f: &CandidateFigures, part: fn(&AttemptFigures) -> Option<String>) -> String {
        let known = f.resilience.attempts.as_ref().and_then(part);
        known.unwrap_or_else(|| text::MISSING.to_owned())
    }
    [
        right(
            "Attempts/task",
            "Attempts that callers made, per task that the queue took",
            |f, _| attempts(f, |figures| figures.amplification.map(text::number)),
        ),
        right("Retries", "Attempts after the first", |f, _| {
            if f.resilience.attempts.is_some() {
                text::count(f.counts.retries)
            } else {
                text::MISSING.to_owned()
            }
        }),
        right(
            "Time-outs",
            "Attempts that their caller gave up after a time limit",
            |f, _| attempts(f, |figures| Some(text::count(figures.attempts.timed_out))),
        ),
        right(
            "Rejected",
            "Attempts that an open circuit breaker did not let run",
            |f, _| {
                if f.resilience.breakers.is_empty() {
                    return text::MISSING.to_owned();
                }
                attempts(f, |figures| Some(text::count(figures.attempts.rejected)))
            },
        ),
        right(
            "Wasted work",
            "Share of the attempts that ran of which nobody had anything, as they failed or were given up",
            |f, _| attempts(f, |figures| figures.wasted_work_ratio.map(text::percent)),
        ),
        right(
            "Recovery",
            "From the end of the last fault until goodput is at nine tenths of what it was before the first, for a second",
            |f, _| {
                f.resilience
                    .recovery
                    .map_or_else(|| text::MISSING.to_owned(), Recovery::word)
            },
        ),
    ]
}

/// The modelled interpreter lock, and what CPython says of itself.
fn interpreter_columns() -> [Column; 6] {
    fn lock(f: &CandidateFigures, figure: fn(&InterpreterLockFigures) -> String) -> String {
        f.interpreter_lock
            .as_ref()
            .map_or_else(|| text::MISSING.to_owned(), figure)
    }
    fn collections(f: &CandidateFigures, figure: fn(&CollectionFigures) -> String) -> String {
        f.garbage_collections
            .as_ref()
            .map_or_else(|| text::MISSING.to_owned(), figure)
    }
    [
        right(
            "Lock held",
            "Share of the time in which a thread held the modelled interpreter lock",
            |f, _| lock(f, |lock| text::percent(lock.held_ratio)),
        ),
        right(
            "Lock waiters",
            "Threads that waited for the modelled interpreter lock, mean over the time",
            |f, _| lock(f, |lock| text::number(lock.waiting_mean)),
        ),
        right(
            "Hand-overs/s",
            "How often the modelled interpreter lock went from one thread to another, per second",
            |f, _| lock(f, |lock| text::number(lock.handovers_per_sec)),
        ),
        right(
            "Interpreter",
            "Version of the interpreter, and the library if there is one",
            |f, _| {
                f.python
                    .as_ref()
                    .map_or_else(|| text::MISSING.to_owned(), interpreter_words)
            },
        ),
        right(
            "GC pauses",
            "Time of garbage collections, over the time of the measurement: of all processes together",
            |f, _| collections(f, |gc| text::percent(gc.pause_ratio)),
        ),
        right(
            "GC longest",
            "The longest garbage collection, warm-up included",
            |f, _| collections(f, |gc| text::nanos(gc.longest_nanos as f64)),
        ),
    ]
}

/// `3.11.7`, `3.13.0 free-threaded`, `3.11.7, joblib 1.6.0`.
fn interpreter_words(python: &PythonFacts) -> String {
    let mut words = python.version.clone();
    if python.free_threaded {
        words.push_str(" free-threaded");
    }
    if let Some(library) = &python.library {
        words.extend([", ", library]);
    }
    words
}

fn processor_columns() -> [Column; 4] {
    [
        right("CPU/task", "CPU time per task that ended", |f, _| {
            figure(f.cpu_nanos_per_task, text::nanos)
        }),
        right(
            "CPU/worker",
            "Cores that a worker used, mean over the workers",
            |f, _| plain(f.cpu_cores_per_worker, text::cores),
        ),
        right(
            "Waits/s",
            "Voluntary context switches per second: a thread gave up its core to wait",
            |f, _| plain(f.voluntary_switches_per_sec, text::number),
        ),
        right(
            "Preemptions/s",
            "Involuntary context switches per second: a thread had to make room",
            |f, _| plain(f.involuntary_switches_per_sec, text::number),
        ),
    ]
}

fn memory_columns() -> [Column; 4] {
    [
        right(
            "Memory steady",
            "Memory per worker: median of the second half of the measurement",
            |f, _| plain(f.memory_per_worker_steady_bytes, text::bytes),
        ),
        right(
            "Memory peak",
            "Memory per worker: largest sample",
            |f, _| text::or_missing(f.memory_per_worker_peak_bytes, text::bytes),
        ),
        right(
            "Unique",
            "Unique set size per worker process: what one more worker costs",
            |f, _| plain(f.memory_uss_per_worker_bytes, text::bytes),
        ),
        right(
            "Memory/task",
            "Memory that came with the back end and its work, per task in flight",
            |f, _| plain(f.memory_per_task_in_flight_bytes, text::bytes),
        ),
    ]
}

fn other_columns() -> [Column; 3] {
    [
        right("Cold start", "Time to ready of the back end", |f, _| {
            plain(f.cold_start_nanos, text::nanos)
        }),
        right(
            "Loop lag p99",
            "How late an event loop came to what was due on it: 99 of 100 are at most this",
            |f, _| {
                let p99 = f.event_loop_lag_nanos.p99.map(|nanos| nanos as f64);
                text::or_missing(p99, text::nanos)
            },
        ),
        right(
            "Lost updates",
            "Additions to shared counters that do not show in their values",
            |f, _| {
                f.lost_updates
                    .as_ref()
                    .map_or_else(|| text::MISSING.to_owned(), |lost| text::count(lost.total))
            },
        ),
    ]
}

fn cost_columns() -> [Column; 6] {
    [
        right(
            "Cost/1k used",
            "Price of 1,000 good tasks by the resources that were used",
            |f, money| {
                let value = f.cost.consumed_per_1k.map(|figure| figure.value);
                text::or_missing(value, |value| money.text(value))
            },
        ),
        right(
            "Cost/1k rented",
            "Price of 1,000 good tasks by what is set aside: what the price card rents, whole instances, or else this \
             machine",
            |f, money| {
                let value = f.cost.rented_per_1k.map(|figure| figure.value);
                text::or_missing(value, |value| money.text(value))
            },
        ),
        right(
            "For CPU",
            "The part of the cost per 1,000 good tasks that is for cores",
            |f, money| text::or_missing(f.cost.cpu_per_1k, |value| money.text(value)),
        ),
        right(
            "For memory",
            "The part of the cost per 1,000 good tasks that is for memory",
            |f, money| text::or_missing(f.cost.memory_per_1k, |value| money.text(value)),
        ),
        right(
            "Instances",
            "How many instances the target rate of the price card needs, with its headroom",
            |f, _| {
                let instances = f.cost.sizing.and_then(|sizing| sizing.instances);
                instances.map_or_else(
                    || text::MISSING.to_owned(),
                    |count| text::count(count.into()),
                )
            },
        ),
        right(
            "Per month",
            "What the target rate of the price card costs in a month of 730 hours",
            |f, money| {
                let per_month = f.cost.sizing.map(|sizing| sizing.per_month);
                text::or_missing(per_month, |value| money.alone(value))
            },
        ),
    ]
}

fn plain(figure: Option<Figure>, text: fn(f64) -> String) -> String {
    text::or_missing(figure.map(|figure| figure.value), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn what_no_candidate_knows_has_no_column() {
        let run = support::finished_run();
        let table = details(&candidate_figures(&run), &run.request.scenario);
        let heads: Vec<_> = table.headers.iter().map(|header| header.text).collect();
        assert!(
            heads.contains(&"Steadiness") && heads.contains(&"CPU/task"),
            "{heads:?}"
        );
        assert!(
            !heads.contains(&"Lost updates") && !heads.contains(&"Unique"),
            "{heads:?}"
        );
        assert!(table.rows.iter().all(|row| row.cells.len() == heads.len()));
        let waiting = support::waiting_run();
        let table = details(&candidate_figures(&waiting), &waiting.request.scenario);
        assert_eq!(table.headers.len(), 2);
    }
}
