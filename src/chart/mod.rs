//! What to draw, as data: the same [`Chart`] is drawn by the window and written by the exports.
//!
//! x is seconds since the measurement began (the warm-up is negative), so that candidates that ran one
//! after the other lie over each other; f64 is exact enough. Missing samples are gaps: a series is a list
//! of runs of points, and nothing is drawn between two runs. All coordinates are finite.
//!
//! [`build`] makes one chart; [`ChartBook`] keeps all of them up to date for a window, so that a frame
//! does no work that grows with the run. [`axis`] and [`palette`] are the ticks and the colours that window
//! and exports share.
//!
//! **Invariant**: nothing is drawn here: no pixels, no egui. Colours are data of [`palette`] only; a series
//! names its candidate, and whoever draws looks the colour up by that.

mod arrangement;
pub mod axis;
mod book;
mod diagram;
mod distribution;
mod facets;
mod lanes;
mod line;
mod marks;
pub mod palette;
mod percentiles;
mod plane;
mod seen;
mod shape;
mod split;
#[cfg(test)]
mod tests;
mod workers;

use std::collections::BTreeSet;

use crate::run::{IncidentKind, RunRequest};

pub use crate::stats::Percentile;
pub use arrangement::{Arrangement, Preset, SPAN_MAX, Tile, rows_of};
pub use book::{ChartBook, build, build_diagram};
pub use diagram::{Along, Diagram, nines};
pub use distribution::{Distribution, histogram_overlay, percentile_curve};
pub use facets::{Facet, FacetGrid, facet_columns};
pub use lanes::{
    Lane, LanePart, Lanes, LanesOf, NoLanes, Piece, end_words, lane_blocks, life_pieces,
    split_pieces, stretch_with,
};
pub use marks::{ChartMark, ChartTick, FaultBand, Glyph};
pub use plane::{Band, Beside, Heat, NamedRule, Plane, Rule, RuleOf};
pub use plane::{capacity_plane, name_rows, names_in_rows, scaling_planes};
pub use seen::{Top, stretch_text};
pub use shape::{Shape, mark_spacing, marked};
pub use split::{SplitBar, SplitChart, SplitPart, SplitScale};

/// From here on even steps would crowd at the upper end of a logarithmic axis.
const DECADE: f64 = 10.0;
/// With fewer labels a logarithmic axis cannot be read.
const LOG_TICKS_LEAST: usize = 4;

/// What the viewer chose to see.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "choices of a viewer that have nothing to do with each other"
)]
pub struct ChartSettings {
    /// Percentiles of the response time, ascending; each is a line per candidate.
    pub percentiles: Vec<Percentile>,
    /// Whether the response time has a logarithmic axis: candidates often differ by decades.
    pub log_response_time: bool,
    /// Whether the longest response time is a line too.
    pub response_max: bool,
    /// Candidates that are not drawn, as indices in the scenario.
    pub hidden: BTreeSet<usize>,
    /// Whether faults, retries and what happened to workers and breakers are marked.
    pub marks: bool,
    /// Whether each candidate has a column of plots of its own, instead of lines over each other.
    pub side_by_side: bool,
    /// Which charts the board has, in which order.
    pub arrangement: Arrangement,
    /// The stretch of time that charts over time are cut to, in seconds since the measurement began; none is all of it.
    pub stretch: Option<(f64, f64)>,
}

impl Default for ChartSettings {
    fn default() -> Self {
        Self {
            percentiles: vec![Percentile::P50, Percentile::P95, Percentile::P99],
            log_response_time: true,
            response_max: false,
            hidden: BTreeSet::new(),
            marks: true,
            side_by_side: false,
            arrangement: Arrangement::default(),
            stretch: None,
        }
    }
}

/// Which chart. Also its stable name in file names and ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChartId {
    /// Tasks per second over time.
    Throughput,
    /// Response time percentiles over time.
    ResponseTime,
    /// Memory per worker over time.
    MemoryPerWorker,
    /// Cost per 1k good tasks over time.
    CostPer1k,
    /// Cores used over time.
    Cpu,
    /// Tasks waiting and under way over time.
    QueueDepth,
    /// How late event loops come to what is due on them, over time.
    LoopLag,
    /// Tasks waiting before each pool of a back end that has several, over time.
    Pools,
    /// Offered, attempted and good, over time.
    Attempts,
    /// Drops, retries and time-outs, over time.
    Setbacks,
    /// What became of the tasks, one kind upon the other, over time; a plot per candidate.
    Outcomes,
    /// How many tasks took how long; not over time.
    Histogram,
    /// Response time by percentile; not over time.
    PercentileCurve,
    /// CPU used by single workers, over time; a plot per worker.
    WorkerCpu,
    /// Resident memory of single worker processes, over time; a plot per worker.
    WorkerMemory,
}

/// What a chart is made of, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines over time, of all candidates in one plot.
    Lines,
    /// Areas upon each other over time, a plot per candidate.
    Stacked,
    /// A line over time per worker, a plot for each.
    Workers,
    /// Not over time: a [`Diagram`].
    Diagram,
}

impl ChartId {
    /// All charts, in the order of the board of a run without faults.
    pub const ALL: [Self; 15] = [
        Self::Throughput,
        Self::ResponseTime,
        Self::MemoryPerWorker,
        Self::CostPer1k,
        Self::Cpu,
        Self::QueueDepth,
        Self::LoopLag,
        Self::Pools,
        Self::Attempts,
        Self::Setbacks,
        Self::Outcomes,
        Self::Histogram,
        Self::PercentileCurve,
        Self::WorkerCpu,
        Self::WorkerMemory,
    ];

    /// What one looks for first under faults; the others follow in their order.
    const FIRST_UNDER_FAULTS: [Self; 6] = [
        Self::Attempts,
        Self::ResponseTime,
        Self::Setbacks,
        Self::Throughput,
        Self::QueueDepth,
        Self::Cpu,
    ];

    /// Whether it is on the usual board: what all candidates share one plot for. The others are there to be chosen.
    fn is_usual(self) -> bool {
        self.form() == Form::Lines
    }

    /// The charts of the usual board of what `request` measures, in their order: the lag of event
    /// loops only where there are some, the pools only where a task passes several, and attempts, then first, only
    /// where they can differ from tasks.
    pub fn shown_for(request: &RunRequest) -> impl Iterator<Item = Self> + use<> {
        let (loops, pools) = (request.has_event_loops(), request.has_several_pools());
        let attempts = request.has_attempts();
        let first: &[Self] = if attempts {
            &Self::FIRST_UNDER_FAULTS
        } else {
            &[]
        };
        let others = Self::ALL.into_iter().filter(|id| !first.contains(id));
        let order = first.iter().copied().chain(others);
        order.filter(move |id| match id {
            _ if !id.is_usual() => false,
            Self::LoopLag => loops,
            Self::Pools => pools,
            Self::Attempts | Self::Setbacks => attempts,
            _ => true,
        })
    }

    /// All charts that say something about what `request` measures: the usual ones, then those that can be chosen.
    pub fn possible_for(request: &RunRequest) -> impl Iterator<Item = Self> + use<> {
        let chosen = Self::ALL.into_iter().filter(|id| !id.is_usual());
        Self::shown_for(request).chain(chosen)
    }

    /// What it is made of.
    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Outcomes => Form::Stacked,
            Self::Histogram | Self::PercentileCurve => Form::Diagram,
            Self::WorkerCpu | Self::WorkerMemory => Form::Workers,
            _ => Form::Lines,
        }
    }

    /// The chart of that [`ChartId::slug`].
    #[must_use]
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|id| id.slug() == slug)
    }

    /// For file names and ids: `throughput`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::ResponseTime => "response_time",
            Self::MemoryPerWorker => "memory_per_worker",
            Self::CostPer1k => "cost_per_1k",
            Self::Cpu => "cpu",
            Self::QueueDepth => "queue_depth",
            Self::LoopLag => "loop_lag",
            Self::Pools => "pools",
            Self::Attempts => "attempts",
            Self::Setbacks => "setbacks",
            Self::Outcomes => "outcomes",
            Self::Histogram => "response_time_histogram",
            Self::PercentileCurve => "response_time_percentiles",
            Self::WorkerCpu => "worker_cpu",
            Self::WorkerMemory => "worker_memory",
        }
    }

    /// As it stands above the chart.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Throughput => "Throughput",
            Self::ResponseTime => "Response time",
            Self::MemoryPerWorker => "Memory per worker",
            Self::CostPer1k => "Cost per 1k tasks",
            Self::Cpu => "CPU used",
            Self::QueueDepth => "Queue depth",
            Self::LoopLag => "Event-loop lag",
            Self::Pools => "Queues of the pools",
            Self::Attempts => "Attempts",
            Self::Setbacks => "Drops and retries",
            Self::Outcomes => "Outcomes",
            Self::Histogram => "Response time histogram",
            Self::PercentileCurve => "Response time by percentile",
            Self::WorkerCpu => "CPU of each worker",
            Self::WorkerMemory => "Memory of each worker",
        }
    }
}

/// What a value of the y axis is, and so how it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// Tasks per second.
    PerSec,
    /// Nanoseconds.
    Nanos,
    /// Bytes.
    Bytes,
    /// Money in this currency.
    Money(String),
    /// Cores.
    Cores,
    /// A plain count, of tasks.
    Count,
}

/// How a line is drawn, beside its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A full line.
    Solid,
    /// A full line that is half as wide.
    Thin,
    /// Dashes.
    Dashed,
    /// Dashes that are twice as long.
    LongDashed,
    /// Dots.
    Dotted,
    /// Dots that are farther apart.
    SparseDotted,
}

/// What a stroke is made of, the same in the window and in pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StrokePattern {
    /// Nothing is left out.
    Full,
    /// Dashes of this length with such gaps, in points.
    Dashes(f32, f32),
    /// Round dots whose middles are so far apart, in points.
    Dots(f32),
}

impl Stroke {
    /// The same for a percentile whichever others are shown, and another for each: p50 dots, p95 a full line, p99 dashes.
    #[must_use]
    pub const fn of_percentile(percentile: Percentile) -> Self {
        match percentile {
            Percentile::P50 => Self::Dotted,
            Percentile::P90 => Self::Thin,
            Percentile::P95 => Self::Solid,
            Percentile::P99 => Self::Dashed,
            Percentile::P999 => Self::LongDashed,
        }
    }

    /// What it is made of.
    #[must_use]
    pub const fn pattern(self) -> StrokePattern {
        match self {
            Self::Solid | Self::Thin => StrokePattern::Full,
            Self::Dashed => StrokePattern::Dashes(7.0, 4.0),
            Self::LongDashed => StrokePattern::Dashes(14.0, 6.0),
            Self::Dotted => StrokePattern::Dots(5.0),
            Self::SparseDotted => StrokePattern::Dots(10.0),
        }
    }

    /// Its width as a part of that of a full line.
    #[must_use]
    pub const fn width_ratio(self) -> f32 {
        match self {
            Self::Thin => 0.5,
            _ => 1.0,
        }
    }
}

/// How values are spread over the y axis. The points hold the values themselves in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero.
    Linear,
    /// By their logarithm; points at zero or below cannot be drawn.
    Log10,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Index of the candidate in the scenario: decides the colour.
    pub candidate: usize,
    /// As it stands in the legend: `threads ×8`, or `threads ×8 p99`.
    pub name: String,
    /// The candidate's name alone, for legends that show each candidate once.
    pub label: String,
    /// Which of the candidate's lines it is: `p99`; empty where each candidate has one line.
    pub detail: &'static str,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Runs of [seconds, value], ascending in x; a gap between two runs is missing data.
    /// Each repeat of a candidate is a run of its own (or several), and begins at a smaller x again.
    pub runs: Vec<Vec<[f64; 2]>>,
}

/// One chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Which one.
    pub id: ChartId,
    /// As it stands above it.
    pub title: String,
    /// What exactly is drawn, in a short line: "completed tasks per second, over the last 1 s".
    pub caption: String,
    /// What a reader must know before comparing the lines: that a closed load hides overload.
    pub warning: Option<&'static str>,
    /// What a value is.
    pub quantity: Quantity,
    /// How values are spread over the y axis.
    pub scale: Scale,
    /// The lines, in the order of the candidates.
    pub series: Vec<Series>,
    /// The measurement, for shading: from 0 to the end of the longest one, in seconds; none before any block
    /// has begun.
    pub measured_span: Option<(f64, f64)>,
    /// When faults lasted, for shading; empty without faults.
    pub bands: Vec<FaultBand>,
    /// What happened to workers and breakers, in no order; empty in charts that do not show it.
    pub marks: Vec<ChartMark>,
    /// When tasks were tried again, of each candidate ascending; empty in charts that do not show it.
    pub ticks: Vec<ChartTick>,
    /// How many marks are not among them, as there were too many.
    pub marks_dropped: u64,
    /// How many workers have no line here, of which it has one per worker.
    pub workers_left_out: u64,
    /// Whether each candidate has a plot of its own, with the same axes.
    pub side_by_side: bool,
    /// The part of x that is looked at, in seconds; none is all of it. The lines have their other points as well.
    pub stretch: Option<(f64, f64)>,
}

impl Chart {
    /// The y axis of a picture: all that is seen and not cut, see [`Self::top`], is on it, with at most about `at_most`
    /// ticks.
    #[must_use]
    pub fn y_axis(&self, at_most: usize) -> axis::Axis {
        let ys = self.points_seen().map(|[_, y]| y);
        let max = self.top().shown;
        let min = ys.filter(|y| *y > 0.0).fold(f64::NAN, f64::min);
        value_axis(&self.quantity, self.scale, min, max, at_most)
    }

    /// The parts of `x_range` that are not measured, for shading: the warm-up, and the drain of the longest block.
    pub fn unmeasured(&self, x_range: (f64, f64)) -> impl Iterator<Item = (f64, f64)> + use<> {
        let (low, high) = x_range;
        let (start, end) = self.measured_span.unwrap_or(x_range);
        [(low, start.min(high)), (end.max(low), high)]
            .into_iter()
            .filter(|(from, to)| to > from)
    }

    /// The parts of `x_range` in which faults lasted, cut at its ends: (begin, end, band).
    pub fn faulty(&self, x_range: (f64, f64)) -> impl Iterator<Item = (f64, f64, &FaultBand)> {
        let (low, high) = x_range;
        self.bands
            .iter()
            .map(move |band| (band.from.max(low), band.to.min(high), band))
            .filter(|(from, to, _)| to > from)
    }

    /// How many rows the labels of the bands take.
    #[must_use]
    pub fn lanes(&self) -> usize {
        let lanes = self.bands.iter().map(|band| band.lane + 1);
        lanes.max().unwrap_or(0)
    }

    /// Where the label of `band` must end: the begin of the next band in its row, in seconds; none for the last one.
    #[must_use]
    pub fn label_end(&self, band: &FaultBand) -> Option<f64> {
        let next = self
            .bands
            .iter()
            .filter(|other| other.lane == band.lane && other.from > band.from);
        next.map(|next| next.from).min_by(f64::total_cmp)
    }

    /// The candidates that have marks or ticks, in their order: each has a row for them.
    #[must_use]
    pub fn marked(&self) -> Vec<usize> {
        let marks = self.marks.iter().map(|mark| mark.candidate);
        let ticks = self.ticks.iter().map(|tick| tick.candidate);
        let candidates: BTreeSet<_> = marks.chain(ticks).collect();
        candidates.into_iter().collect()
    }

    /// The kinds of marks there are, in the order of the legend.
    #[must_use]
    pub fn mark_kinds(&self) -> Vec<IncidentKind> {
        let mut kinds: Vec<_> = self.marks.iter().map(|mark| mark.kind).collect();
        kinds.sort_by_key(|kind| *kind as usize);
        kinds.dedup();
        kinds
    }
}

/// An axis of values from `min`, the smallest above zero, to `max`: a linear one begins at zero.
fn value_axis(quantity: &Quantity, scale: Scale, min: f64, max: f64, at_most: usize) -> axis::Axis {
    match scale {
        Scale::Linear => axis::Axis::from_zero(quantity, max, at_most),
        Scale::Log10 => {
            let axis = axis::Axis::logarithmic(quantity, min, max, at_most);
            if axis.ticks.len() >= LOG_TICKS_LEAST {
                return axis;
            }
            if axis.high >= DECADE * axis.low {
                return axis.with_half_decades(quantity);
            }
            // Within a fraction of a decade even steps are as good, and there are enough of them.
            let even = axis::Axis::linear(quantity, axis.low, axis.high, at_most);
            axis::Axis {
                ticks: even.ticks,
                ..axis
            }
        }
    }
}
