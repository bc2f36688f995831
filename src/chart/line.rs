//! The lines of each chart, and their value at the end of an interval.
//!
//! A value looks back over a short window, so a line can be continued without being computed afresh.

use std::collections::VecDeque;

use crate::analysis::{Resources, basis_label, cost_per_1k};
use crate::chart::percentiles::{self, reaches, within};
use crate::chart::{ChartId, ChartSettings, Quantity, Scale, Stroke};
use crate::run::{Interval, MemoryKind, Run};
use crate::stats::Percentile;
use crate::units::text;

/// At ten snapshots a second one second is what makes a rate readable.
const RATE_WINDOW_NANOS: u64 = 1_000_000_000;
/// A rate over less is noise: the first snapshot of a block may come at once.
const RATE_LEAST_NANOS: u64 = 50_000_000;
/// Cost divides by good tasks, which may be few.
const COST_WINDOW_NANOS: u64 = 5_000_000_000;
/// Memory is sampled about once a second; a sample holds until three are missing.
const MEMORY_HOLDS_NANOS: u64 = 3_000_000_000;

/// One kind of line; each candidate has one of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Throughput,
    Response(Percentile),
    /// The longest response time of the window.
    ResponseMax,
    Memory,
    Cost,
    Cpu,
    Queued,
    InFlight,
    LoopLag,
    /// Tasks before the pool of that number; nothing for a back end with a single pool.
    Pool(usize),
    Offered,
    Attempted,
    Good,
    Dropped,
    Retries,
    /// Attempts that were given up; nothing where nobody watches attempts.
    TimedOut,
    /// The outcomes up to that one of [`OUTCOMES`], together.
    UpTo(usize),
}

/// A kind of outcome, and how many of them an interval has.
type Outcome = (&'static str, fn(&Interval) -> u64);

/// What becomes of a task, from the lowest area on.
pub(super) const OUTCOMES: [Outcome; 5] = [
    ("good", Interval::good_in_time),
    ("good but late", |interval| interval.good_late),
    ("failed", Interval::failed_in_time),
    ("timed out", |interval| interval.timed_out.unwrap_or(0)),
    ("dropped", |interval| interval.dropped),
];

/// How a line is drawn and named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Styled {
    pub(super) line: Line,
    pub(super) stroke: Stroke,
    /// Empty where each candidate has one line.
    pub(super) detail: &'static str,
}

/// The lines that each candidate has in the chart.
pub(super) fn lines(id: ChartId, settings: &ChartSettings) -> Vec<Styled> {
    let one = |line| {
        vec![Styled {
            line,
            stroke: Stroke::Solid,
            detail: "",
        }]
    };
    match id {
        ChartId::Throughput => one(Line::Throughput),
        ChartId::ResponseTime => percentile_lines(settings),
        ChartId::MemoryPerWorker => one(Line::Memory),
        ChartId::CostPer1k => one(Line::Cost),
        ChartId::Cpu => one(Line::Cpu),
        ChartId::QueueDepth => vec![
            Styled {
                line: Line::Queued,
                stroke: Stroke::Solid,
                detail: "waiting",
            },
            Styled {
                line: Line::InFlight,
                stroke: Stroke::Dashed,
                detail: "under way",
            },
        ],
        ChartId::LoopLag => one(Line::LoopLag),
        ChartId::Pools => vec![
            Styled {
                line: Line::Pool(0),
                stroke: Stroke::Dashed,
                detail: "before the first pool",
            },
            Styled {
                line: Line::Pool(1),
                stroke: Stroke::Solid,
                detail: "before the second",
            },
        ],
        ChartId::Attempts => three([
            (Line::Offered, "offered"),
            (Line::Attempted, "attempted"),
            (Line::Good, "good"),
        ]),
        ChartId::Setbacks => three([
            (Line::Dropped, "dropped"),
            (Line::TimedOut, "timed out"),
            (Line::Retries, "retries"),
        ]),
        ChartId::Outcomes => {
            let kinds = OUTCOMES.iter().enumerate();
            kinds
                .map(|(number, (detail, _))| Styled {
                    line: Line::UpTo(number),
                    stroke: Stroke::Solid,
                    detail,
                })
                .collect()
        }
        // Made in other ways.
        ChartId::Histogram
        | ChartId::PercentileCurve
        | ChartId::WorkerCpu
        | ChartId::WorkerMemory => Vec::new(),
    }
}

/// Dots, dashes and a full line.
fn three(lines: [(Line, &'static str); 3]) -> Vec<Styled> {
    let strokes = [Stroke::Dotted, Stroke::Dashed, Stroke::Solid];
    let lines = lines.into_iter().zip(strokes);
    lines
        .map(|((line, detail), stroke)| Styled {
            line,
            stroke,
            detail,
        })
        .collect()
}

fn percentile_lines(settings: &ChartSettings) -> Vec<Styled> {
    let styled = |percentile: &Percentile| Styled {
        line: Line::Response(*percentile),
        stroke: Stroke::of_percentile(*percentile),
        detail: percentile.label(),
    };
    let longest = settings.response_max.then_some(Styled {
        line: Line::ResponseMax,
        stroke: Stroke::SparseDotted,
        detail: "max",
    });
    let percentiles = settings.percentiles.iter().map(styled);
    percentiles.chain(longest).collect()
}

impl Line {
    /// The values at the ends of the intervals from number `from` on; none where nothing is known.
    pub(super) fn values(
        self,
        intervals: &VecDeque<Interval>,
        from: usize,
        run: &Run,
        measured_end_nanos: Option<u64>,
    ) -> Vec<Option<f64>> {
        if let Self::Response(percentile) = self {
            return percentiles::rolling(intervals, from, percentile);
        }
        let per_sec = |index: usize, amount: fn(&Interval) -> u64| {
            rate(intervals, index, RATE_WINDOW_NANOS, amount)
        };
        let value = |index: usize| {
            let interval = &intervals[index];
            match self {
                Self::Throughput => per_sec(index, |interval| interval.completed),
                Self::Offered => per_sec(index, |interval| interval.offered),
                Self::Attempted => per_sec(index, Interval::attempted),
                Self::Good => per_sec(index, Interval::good_in_time),
                Self::Dropped => per_sec(index, |interval| interval.dropped),
                Self::Retries => per_sec(index, |interval| interval.retries),
                Self::TimedOut if interval.attempts.is_none() => None,
                Self::TimedOut => per_sec(index, Interval::attempts_timed_out),
                Self::UpTo(number) => {
                    let sums = OUTCOMES[..=number].iter();
                    let sum = |interval: &Interval| sums.clone().map(|(_, of)| of(interval)).sum();
                    rate(intervals, index, RATE_WINDOW_NANOS, sum)
                }
                Self::ResponseMax => longest(intervals, index),
                Self::Cpu => per_sec(index, |interval| interval.cpu_nanos)
                    .map(|nanos_per_sec| nanos_per_sec / 1e9),
                // The drain finishes fewer and fewer tasks and is not part of any cost.
                Self::Cost if measured_end_nanos.is_some_and(|end| interval.end_nanos > end) => {
                    None
                }
                Self::Cost => cost(intervals, index, run),
                Self::Memory => held(intervals, index, |interval| {
                    interval.memory_per_worker_bytes
                }),
                Self::Queued => Some(interval.queued as f64),
                Self::InFlight => Some(interval.in_flight as f64),
                Self::LoopLag => interval.loop_lag_max_nanos.map(|nanos| nanos as f64),
                Self::Pool(place) if interval.pools.len() > 1 => {
                    interval.pools.get(place).map(|pool| pool.queued as f64)
                }
                Self::Pool(_) | Self::Response(_) => None,
            }
        };
        (from..intervals.len()).map(value).collect()
    }
}

/// The intervals up to number `index` of which the middle lies in the `nanos` before its end, on the same
/// side of the measurement's begin.
fn window(
    intervals: &VecDeque<Interval>,
    index: usize,
    nanos: u64,
) -> impl Iterator<Item = &Interval> {
    let newest = &intervals[index];
    let near = move |interval: &&Interval| {
        // The newest one belongs to it however long it is.
        interval.end_nanos == newest.end_nanos || reaches(interval, newest, nanos)
    };
    intervals.range(..=index).rev().take_while(near)
}

/// `amount` per second over the last `nanos`; none while hardly any time has passed.
fn rate(
    intervals: &VecDeque<Interval>,
    index: usize,
    nanos: u64,
    amount: impl Fn(&Interval) -> u64,
) -> Option<f64> {
    let (mut sum, mut length) = (0_u64, 0_u64);
    for interval in window(intervals, index, nanos) {
        sum += amount(interval);
        length += interval.end_nanos.saturating_sub(interval.start_nanos);
    }
    (length >= RATE_LEAST_NANOS).then(|| sum as f64 * 1e9 / length as f64)
}

/// The longest response time of the window of percentiles; none where no task ended.
fn longest(intervals: &VecDeque<Interval>, index: usize) -> Option<f64> {
    let ended = window(intervals, index, percentiles::WINDOW_NANOS)
        .filter(|interval| !interval.response.is_empty())
        .map(|interval| interval.response.max);
    ended.max().map(|nanos| nanos as f64)
}

/// The newest sample, while it holds: what is there does not change with the phase.
fn held<T>(
    intervals: &VecDeque<Interval>,
    index: usize,
    sample: impl Fn(&Interval) -> Option<T>,
) -> Option<T> {
    let newest = &intervals[index];
    intervals
        .range(..=index)
        .rev()
        .take_while(|interval| within(interval, newest, MEMORY_HOLDS_NANOS))
        .find_map(sample)
}

fn cost(intervals: &VecDeque<Interval>, index: usize, run: &Run) -> Option<f64> {
    let cpu = rate(intervals, index, COST_WINDOW_NANOS, |interval| {
        interval.cpu_nanos
    })?;
    let good_per_sec = rate(intervals, index, COST_WINDOW_NANOS, |interval| {
        interval.good
    });
    let memory = held(intervals, index, |interval| interval.memory_total_bytes);
    let used = Resources {
        cpu_cores: Some(cpu / 1e9),
        memory_bytes: memory.map(|bytes| bytes as f64),
    };
    cost_per_1k(&run.request.scenario.prices, used, good_per_sec)
}

/// What a value of the chart is.
pub(super) fn quantity(id: ChartId, run: &Run) -> Quantity {
    match id {
        ChartId::Throughput | ChartId::Attempts | ChartId::Setbacks | ChartId::Outcomes => {
            Quantity::PerSec
        }
        ChartId::ResponseTime
        | ChartId::LoopLag
        | ChartId::Histogram
        | ChartId::PercentileCurve => Quantity::Nanos,
        ChartId::MemoryPerWorker | ChartId::WorkerMemory => Quantity::Bytes,
        ChartId::CostPer1k => Quantity::Money(run.request.scenario.prices.currency.clone()),
        ChartId::Cpu | ChartId::WorkerCpu => Quantity::Cores,
        ChartId::QueueDepth | ChartId::Pools => Quantity::Count,
    }
}

/// What exactly is drawn, in a short line.
pub(super) fn caption(id: ChartId, scale: Scale, run: &Run) -> String {
    let over = |nanos: u64| format!("over the last {}", text::span(nanos));
    let scenario = &run.request.scenario;
    let mut caption = match id {
        ChartId::Throughput => format!("completed tasks per second, {}", over(RATE_WINDOW_NANOS)),
        ChartId::ResponseTime => format!(
            "from intended start, over the last {} to {}",
            text::span(percentiles::WINDOW_NANOS),
            text::span(percentiles::WIDEST_NANOS)
        ),
        ChartId::MemoryPerWorker => memory_caption(run),
        ChartId::CostPer1k => {
            let basis = basis_label(&scenario.prices);
            format!("{basis} per 1,000 good tasks, {}", over(COST_WINDOW_NANOS))
        }
        ChartId::Cpu => format!(
            "cores kept busy by the back end, {}",
            over(RATE_WINDOW_NANOS)
        ),
        ChartId::QueueDepth => "tasks waiting for a worker, and tasks under way".to_owned(),
        ChartId::LoopLag => "longest that a loop came late to what was due on it".to_owned(),
        ChartId::Pools => "tasks waiting before each pool that a task passes".to_owned(),
        ChartId::Attempts => format!("offered, attempted and good, {}", over(RATE_WINDOW_NANOS)),
        ChartId::Setbacks => format!(
            "dropped, given up and tried again, {}",
            over(RATE_WINDOW_NANOS)
        ),
        ChartId::Outcomes => {
            // All intervals of a file are of one kind.
            let mut first = run
                .blocks
                .iter()
                .filter_map(|block| block.timeline.intervals().front());
            let joined = if first.any(|interval| interval.timed_out.is_none()) {
                "; this file counts what timed out as failed"
            } else {
                ""
            };
            format!(
                "what became of the tasks, one upon the other, {}{joined}",
                over(RATE_WINDOW_NANOS)
            )
        }
        ChartId::WorkerCpu => "cores that each worker kept busy, between two samples".to_owned(),
        ChartId::WorkerMemory => {
            "resident memory of each worker process, shared pages in full".to_owned()
        }
        // They say it themselves.
        ChartId::Histogram | ChartId::PercentileCurve => String::new(),
    };
    if scale == Scale::Log10 {
        caption.push_str("; log axis");
    }
    if scenario.protocol.repeats > 1 {
        caption.push_str("; a line per repeat");
    }
    caption
}

/// Names how memory was found, since the kinds cannot be compared to the last byte.
fn memory_caption(run: &Run) -> String {
    let has = |kind| {
        run.blocks
            .iter()
            .filter_map(|block| block.memory)
            .any(|memory| memory.kind == kind)
    };
    let kinds = [MemoryKind::Pss, MemoryKind::Rss, MemoryKind::Derived]
        .into_iter()
        .filter(|kind| has(*kind));
    let words: Vec<_> = kinds
        .map(|kind| match kind {
            MemoryKind::Pss => "PSS of processes",
            MemoryKind::Rss => "RSS of processes (shared pages count in each)",
            MemoryKind::Derived => "derived for threads and event loops",
        })
        .collect();
    if words.is_empty() {
        "mean over the workers".to_owned()
    } else {
        words.join(", ")
    }
}

/// What a reader must know before comparing the lines.
pub(super) fn warning(id: ChartId, run: &Run) -> Option<&'static str> {
    (id == ChartId::ResponseTime && run.request.is_closed())
        .then_some("closed load: hides overload")
}
