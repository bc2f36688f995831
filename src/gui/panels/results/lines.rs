//! All figures of one candidate as lines of text, in groups. What they say is in `analysis`; here they get names.

use crate::analysis::{CandidateFigures, Figure};
use crate::gui::panels::results::{interpreter_lines, resilience_lines};
use crate::run::PoolKind;
use crate::scenario::Protection;
use crate::units::text;

/// One figure.
pub(super) struct Line {
    /// What it is called.
    pub(super) label: &'static str,
    /// What it means, for people who hover over it.
    pub(super) about: &'static str,
    /// As text, with its unit.
    pub(super) value: String,
}

/// Figures that belong together.
pub(super) struct Group {
    /// What they have in common.
    pub(super) title: &'static str,
    /// In the order in which they are read.
    pub(super) lines: Vec<Line>,
}

/// A figure with or without an interval.
pub(super) trait Known {
    fn figure(self) -> Figure;
}

impl Known for f64 {
    fn figure(self) -> Figure {
        Figure::plain(self)
    }
}

impl Known for u64 {
    fn figure(self) -> Figure {
        Figure::plain(self as f64)
    }
}

impl Known for Figure {
    fn figure(self) -> Figure {
        self
    }
}

/// `12.3 ms`, or `12.3 ms (11.9 – 12.8 ms)` with an interval: a unit that both ends share stands once.
pub(super) fn with_interval(figure: Figure, words: impl Fn(f64) -> String) -> String {
    let Some((low, high)) = figure.ends() else {
        return words(figure.value);
    };
    let (low, high) = (words(low), words(high));
    let low = match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => number,
        _ => low.as_str(),
    };
    format!("{} ({low} – {high})", words(figure.value))
}

/// A figure as a line; a dash if it is not known.
pub(super) fn line<K: Known>(
    label: &'static str,
    about: &'static str,
    value: Option<K>,
    words: impl Fn(f64) -> String,
) -> Line {
    let value = value.map_or_else(
        || text::MISSING.to_owned(),
        |value| with_interval(value.figure(), words),
    );
    Line {
        label,
        about,
        value,
    }
}

/// All figures of a candidate, what is read first first.
pub(super) fn groups(figures: &CandidateFigures, currency: &str) -> Vec<Group> {
    let mut groups = vec![
        response(figures),
        waiting(figures),
        work(figures, currency),
        processor(figures),
        memory(figures),
        tasks(figures),
    ];
    groups.extend(resilience_lines::groups(figures));
    groups.extend(interpreter_lines::groups(figures));
    if !figures.pools.is_empty() {
        groups.push(pools(figures));
    }
    groups
}

fn response(figures: &CandidateFigures) -> Group {
    let known = &figures.response_time_figures;
    let summary = &figures.response_time_nanos;
    let row = |label, about, figure: Option<Figure>| line(label, about, figure, text::nanos);
    Group {
        title: "Response time",
        lines: vec![
            row("p50", "Half are at most this", known.p50),
            row("p90", "90 of 100 are at most this", known.p90),
            row("p95", "95 of 100 are at most this", known.p95),
            row("p99", "99 of 100 are at most this", known.p99),
            row("p99.9", "999 of 1,000 are at most this", known.p99_9),
            line(
                "Longest",
                "Of all that was measured",
                summary.max,
                text::nanos,
            ),
            line("Mean", "The arithmetic mean", summary.mean, text::nanos),
        ],
    }
}

/// What the response time is made of, beside the time split.
fn waiting(figures: &CandidateFigures) -> Group {
    let row = |label, about, nanos: Option<u64>| line(label, about, nanos, text::nanos);
    let queue = &figures.queue_wait_nanos;
    let service = &figures.service_time_nanos;
    let mut lines = vec![
        row(
            "Queue wait p50",
            "Admission to start: half wait at most this",
            queue.p50,
        ),
        row("Queue wait p95", "95 of 100 wait at most this", queue.p95),
        row(
            "Service p50",
            "Start to finish: half take at most this",
            service.p50,
        ),
        row("Service p95", "95 of 100 take at most this", service.p95),
        row(
            "Schedule delay p99",
            "The generator's own lateness: part of the response time",
            figures.schedule_delay_nanos.p99,
        ),
    ];
    let lag = &figures.event_loop_lag_nanos;
    if lag.count > 0 {
        let about = "How late an event loop comes to what is due on it";
        lines.push(row("Loop lag p50", about, lag.p50));
        lines.push(row("Loop lag p99", about, lag.p99));
        lines.push(row("Loop lag, longest", about, lag.max));
    }
    Group {
        title: "Waiting and service",
        lines,
    }
}

fn work(figures: &CandidateFigures, currency: &str) -> Group {
    let mut lines = vec![
        line(
            "Throughput",
            "Tasks that ended within the measurement, per second",
            figures.throughput_per_sec,
            text::per_sec,
        ),
        line(
            "Goodput",
            "Those of them that were good",
            figures.goodput_per_sec,
            text::per_sec,
        ),
    ];
    if figures.makespan_nanos.is_some() {
        lines.push(line(
            "Makespan",
            "From the start of the batch to the end of its last task",
            figures.makespan_nanos,
            text::nanos,
        ));
        lines.push(line(
            "Speed-up",
            "Makespan of the sequential candidate over this one's",
            figures.speedup,
            text::factor,
        ));
    }
    lines.push(line(
        "Cost per 1k",
        "Price of 1,000 good tasks by the price card",
        figures.cost_per_1k,
        |cost| text::money(cost, currency),
    ));
    lines.push(line(
        "Cold start",
        "From nothing to a back end that is ready",
        figures.cold_start_nanos,
        text::nanos,
    ));
    lines.push(Line {
        label: "Course",
        about: "Whether throughput and median response time had settled, by slope and deviation",
        value: figures.steadiness.label.text().to_owned(),
    });
    if let Some(digest) = figures.work_digest {
        lines.push(Line {
            label: "Work done",
            about: "A digest of what all good tasks did, in any order: the same tasks give the same digest",
            value: format!("{digest:016x}"),
        });
    }
    Group {
        title: "Work",
        lines,
    }
}

fn processor(figures: &CandidateFigures) -> Group {
    let mut lines = vec![
        line(
            "In all",
            "Cores that the back end kept busy",
            figures.cpu_cores_used,
            text::cores,
        ),
        line(
            "Per worker",
            "The same divided by the workers",
            figures.cpu_cores_per_worker,
            text::cores,
        ),
        line(
            "Per task",
            "CPU time per task that ended",
            figures.cpu_nanos_per_task,
            text::nanos,
        ),
        line(
            "Waits per second",
            "Voluntary context switches: a thread gave up its core to wait",
            figures.voluntary_switches_per_sec,
            text::number,
        ),
        line(
            "Preempted per second",
            "Involuntary context switches: a thread had to make room",
            figures.involuntary_switches_per_sec,
            text::number,
        ),
    ];
    if let Some((least, most)) = figures.cpu_cores_of_workers {
        lines.insert(
            2,
            Line {
                label: "Least to most busy",
                about: "Cores of the least and the most busy worker",
                value: format!("{} to {}", text::number(least), text::cores(most)),
            },
        );
    }
    Group {
        title: "Processor",
        lines,
    }
}

fn memory(figures: &CandidateFigures) -> Group {
    let kind = figures.memory_kind.map_or("", |kind| kind.label());
    let mut lines = vec![
        line(
            "Steady",
            "Median of the second half of the measurement, per worker",
            figures.memory_per_worker_steady_bytes,
            text::bytes,
        ),
        line(
            "Mean",
            "Over the measurement, per worker",
            figures.memory_per_worker_bytes,
            text::bytes,
        ),
        line(
            "Peak",
            "Largest sample, per worker",
            figures.memory_per_worker_peak_bytes,
            text::bytes,
        ),
        line(
            "Unique (USS)",
            "What one more worker process costs",
            figures.memory_uss_per_worker_bytes,
            text::bytes,
        ),
        line(
            "Per task in flight",
            "Memory that came with the back end and its work",
            figures.memory_per_task_in_flight_bytes,
            text::bytes,
        ),
        line(
            "In all",
            "Runner and workers together",
            figures.memory_total_bytes,
            text::bytes,
        ),
        line(
            "Resident peak",
            "Largest sum of resident sets; shared pages count in each process",
            figures.memory_resident_peak_bytes,
            text::bytes,
        ),
    ];
    if !kind.is_empty() {
        lines.push(Line {
            label: "Found as",
            about: "PSS: shared pages in parts. Derived: the runner's growth, divided by the workers",
            value: kind.to_owned(),
        });
    }
    Group {
        title: "Memory per worker",
        lines,
    }
}

fn tasks(figures: &CandidateFigures) -> Group {
    let counts = &figures.counts;
    let count = |label, about, value: u64| Line {
        label,
        about,
        value: text::count(value),
    };
    let mut lines = vec![
        count("Offered", "Became due in the measurement", counts.offered),
        count("Good", "Ended well", counts.good),
        count("Failed", "Ended with an error, or lost", counts.failed),
        count("Timed out", "Given up after a time limit", counts.timed_out),
        count(
            "Dropped",
            "Not taken by the queue, or given up in it",
            counts.dropped,
        ),
        count("Cancelled", "Cut by the end of the block", counts.cancelled),
    ];
    for lost in figures
        .lost_updates
        .iter()
        .flat_map(|lost| &lost.by_protection)
    {
        lines.push(Line {
            label: match lost.protection {
                Protection::Unprotected => "Lost, unprotected",
                Protection::Locked => "Lost, locked",
                Protection::Atomic => "Lost, atomic",
            },
            about: "Additions to the shared counter that do not show in its value",
            value: format!(
                "{} of {}",
                text::count(lost.lost),
                text::count(lost.additions)
            ),
        });
    }
    Group {
        title: "Tasks",
        lines,
    }
}

fn pools(figures: &CandidateFigures) -> Group {
    let lines = figures.pools.iter().map(|pool| {
        let label = match pool.kind {
            PoolKind::Threads => "Threads",
            PoolKind::Processes => "Processes",
            PoolKind::EventLoops => "Event loops",
        };
        Line {
            label,
            about: "Workers; tasks before them, mean and longest; tasks under way, mean",
            value: format!(
                "×{} · {} wait (peak {}) · {} under way",
                pool.workers,
                text::number(pool.queued_mean),
                text::count(pool.queued_peak),
                text::number(pool.in_flight_mean)
            ),
        }
    });
    Group {
        title: "Pools, as a task passes them",
        lines: lines.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;

    #[test]
    fn what_is_not_known_is_a_dash_and_no_group_is_empty() {
        for run in [
            support::waiting_run(),
            support::batch_run(),
            support::sample_run(),
        ] {
            for figures in candidate_figures(&run) {
                for group in groups(&figures, "USD") {
                    assert!(!group.lines.is_empty(), "{}", group.title);
                    for line in group.lines {
                        assert!(!line.value.is_empty() && !line.value.contains("NaN"));
                    }
                }
            }
        }
        let waiting = &candidate_figures(&support::waiting_run())[0];
        let response = response(waiting);
        assert!(
            response
                .lines
                .iter()
                .all(|line| line.value == text::MISSING)
        );
    }

    #[test]
    fn an_interval_stands_behind_its_figure() {
        let figure = Figure {
            value: 2e6,
            low: Some(1e6),
            high: Some(3e6),
        };
        assert_eq!(
            with_interval(figure, text::nanos),
            "2.00 ms (1.00 – 3.00 ms)"
        );
        let figure = Figure {
            low: Some(9e5),
            ..figure
        };
        assert_eq!(
            with_interval(figure, text::nanos),
            "2.00 ms (900 µs – 3.00 ms)"
        );
        assert_eq!(with_interval(Figure::plain(2e6), text::nanos), "2.00 ms");
    }
}
