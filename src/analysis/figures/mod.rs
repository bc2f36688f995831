//! The figures of a candidate, merged over its blocks: what tables, documents and verdicts are made of.

mod book;
#[cfg(test)]
mod tests;

pub use book::FiguresBook;

use crate::analysis::compare::ratio_of_means;
use crate::analysis::cost::CostFigures;
use crate::analysis::findings::{self, Finding};
use crate::analysis::interpreter::{self, CollectionFigures, InterpreterLockFigures};
use crate::analysis::measure::Measure;
use crate::analysis::merged::{Merged, lag_summary, summary};
use crate::analysis::parts::{LostUpdates, PoolFigures, SplitFigures};
use crate::analysis::remarks::remarks;
use crate::analysis::resilience::ResilienceFigures;
use crate::analysis::sample::Sample;
use crate::analysis::steadiness::{self, Steadiness};
use crate::run::{Block, BlockState, Calibration, Counts, MemoryKind, PythonFacts, Run};
use crate::scenario::{Backend, PythonPool};
use crate::stats::{Figure, Percentile, Summary};

/// Where a candidate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateStatus {
    /// No block of it has begun.
    Waiting,
    /// A block of it is under way.
    Live,
    /// All its blocks ended as planned.
    Done,
    /// Stopped before all blocks were complete; the figures cover less than was asked for.
    Stopped,
    /// At least one block ended by an accident, or its books do not balance.
    Failed {
        /// What happened, for people.
        cause: String,
    },
}

/// The figures of one candidate. `None` is "not known", never zero.
///
/// Figures have an interval once the run has ended and at least three of the candidate's blocks know them.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateFigures {
    /// Index in the scenario; also the index of its colour everywhere.
    pub candidate: usize,
    /// Its name.
    pub name: String,
    /// The kind of back end: `threads`.
    pub backend: &'static str,
    /// How many workers.
    pub workers: u32,
    /// Where it stands.
    pub status: CandidateStatus,
    /// Tasks that became due in the measurements, added up over the blocks.
    pub counts: Counts,
    /// Tasks that ended within the window per second. Batch: tasks per second of the makespan.
    pub throughput_per_sec: Option<Figure>,
    /// The good ones of them.
    pub goodput_per_sec: Option<Figure>,
    /// Failed and timed out tasks over those that ended by themselves; none before one has ended.
    pub error_ratio: Option<Figure>,
    /// Tasks that were dropped over those that became due; none before one has.
    pub drop_ratio: Option<Figure>,
    /// Intended start to finish, in nanoseconds.
    pub response_time_nanos: Summary,
    /// The percentiles of the response time with their intervals, in nanoseconds.
    pub response_time_figures: PercentileFigures,
    /// Start to finish, in nanoseconds.
    pub service_time_nanos: Summary,
    /// Admission to start, in nanoseconds.
    pub queue_wait_nanos: Summary,
    /// The generator's lateness, in nanoseconds.
    pub schedule_delay_nanos: Summary,
    /// How late an event loop came to what was due on it, in nanoseconds; empty without one.
    pub event_loop_lag_nanos: Summary,
    /// Where the time of a task went; none while no task was split.
    pub time_split: Option<SplitFigures>,
    /// The modelled interpreter lock; none without one.
    pub interpreter_lock: Option<InterpreterLockFigures>,
    /// The interpreter that executed the tasks; none for native candidates.
    pub python: Option<PythonFacts>,
    /// Garbage collections of that interpreter; none for native candidates.
    pub garbage_collections: Option<CollectionFigures>,
    /// Time to ready of the back end, in nanoseconds: mean over the blocks.
    pub cold_start_nanos: Option<Figure>,
    /// Batches: mean over the blocks, in nanoseconds.
    pub makespan_nanos: Option<Figure>,
    /// Batches: makespan of the sequential candidate divided by this one's; none without a sequential one. In CPython
    /// that of the same interpreter counts, else the native one.
    pub speedup: Option<Figure>,
    /// Whether the measurements had settled: of the worst block.
    pub steadiness: Steadiness,
    /// Cores that the back end kept busy, on average over the window.
    pub cpu_cores_used: Option<Figure>,
    /// The same divided by the workers, blocking threads of an async runtime included.
    pub cpu_cores_per_worker: Option<Figure>,
    /// Cores that the least and the most busy worker used; none if single workers were not seen.
    pub cpu_cores_of_workers: Option<(f64, f64)>,
    /// CPU time per task that ended, in nanoseconds.
    pub cpu_nanos_per_task: Option<Figure>,
    /// Voluntary context switches per second: a task waited.
    pub voluntary_switches_per_sec: Option<Figure>,
    /// Involuntary context switches per second: a task had to make room.
    pub involuntary_switches_per_sec: Option<Figure>,
    /// Mean over the measurement, in bytes.
    pub memory_per_worker_bytes: Option<Figure>,
    /// Median of the second half of the measurement, in bytes.
    pub memory_per_worker_steady_bytes: Option<Figure>,
    /// Peak over the measurement, in bytes.
    pub memory_per_worker_peak_bytes: Option<f64>,
    /// Unique set size per worker process, in bytes: what one more worker costs.
    pub memory_uss_per_worker_bytes: Option<Figure>,
    /// What the back end needs per task in flight, in bytes.
    pub memory_per_task_in_flight_bytes: Option<Figure>,
    /// Runner and workers together, mean over the measurement, in bytes.
    pub memory_total_bytes: Option<Figure>,
    /// Largest sum of the resident set sizes at a snapshot, in bytes; shared pages count in each process.
    pub memory_resident_peak_bytes: Option<u64>,
    /// How memory per worker was found.
    pub memory_kind: Option<MemoryKind>,
    /// Price of 1,000 good tasks by the scenario's price card, in its currency.
    pub cost_per_1k: Option<Figure>,
    /// What that is made of, and what the card's target would need.
    pub cost: CostFigures,
    /// Additions to shared counters that got lost; none without counter stages.
    pub lost_updates: Option<LostUpdates>,
    /// A digest of what all good tasks did, free of their order; none if no task was digested. Candidates that did
    /// the same tasks have the same.
    pub work_digest: Option<u64>,
    /// The back end's pools, in the order in which a task passes them.
    pub pools: Vec<PoolFigures>,
    /// How many workers died.
    pub worker_deaths: u32,
    /// How many workers were replaced by plan, after so many tasks.
    pub workers_recycled: u64,
    /// What faults did, and what defences did against them; empty without any of it.
    pub resilience: ResilienceFigures,
    /// What has a name, the worst first: what holds the candidate up, what went wrong, and what to do.
    pub findings: Vec<Finding>,
    /// How fast this machine computed the scenario's kernels before each block: by native code, also where the tasks run
    /// in CPython.
    pub calibration: Vec<Calibration>,
    /// What limits the figures, the first failures of tasks and incidents, for people.
    pub remarks: Vec<String>,
}

/// Percentiles with their intervals; none where the sample is too small.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PercentileFigures {
    /// Median.
    pub p50: Option<Figure>,
    /// 90th percentile.
    pub p90: Option<Figure>,
    /// 95th percentile.
    pub p95: Option<Figure>,
    /// 99th percentile.
    pub p99: Option<Figure>,
    /// 99.9th percentile.
    pub p99_9: Option<Figure>,
}

/// The figures of every candidate that the run measures, in the scenario's order.
///
/// O(candidates × (histogram slots + intervals)). Whoever asks while a run goes on keeps a [`FiguresBook`] instead.
#[must_use]
pub fn candidate_figures(run: &Run) -> Vec<CandidateFigures> {
    FiguresBook::of(run).into_figures()
}

/// Of batches how much faster each is than one task after the other.
fn set_speedups(run: &Run, figures: &mut [CandidateFigures]) {
    let measured: Vec<usize> = figures.iter().map(|figures| figures.candidate).collect();
    for figures in figures {
        let baseline = baseline_of(run, &measured, figures.candidate);
        figures.speedup = baseline.and_then(|baseline| {
            ratio_of_means(run, baseline, figures.candidate, Measure::Makespan)
        });
    }
}

/// The sequential one among `measured` that `candidate` is to be held against: one that does the same work with the
/// same means. A pool in CPython is no faster for being compared with machine code, nor the other way round.
fn baseline_of(run: &Run, measured: &[usize], candidate: usize) -> Option<usize> {
    let all = &run.request.scenario.candidates;
    let of = all.get(candidate)?;
    let sequential = if of.is_python() {
        Backend::Python(PythonPool::Sequential)
    } else {
        Backend::Sequential
    };
    let is_baseline = |index: &usize| {
        let other = &all[*index];
        other.backend == sequential && other.python == of.python
    };
    measured.iter().copied().find(is_baseline)
}

/// The figures of one candidate, without the speed-up, which needs another one; none if there is no such.
fn figures_of(run: &Run, candidate: usize) -> Option<CandidateFigures> {
    let described = run.request.scenario.candidates.get(candidate)?;
    let blocks: Vec<&Block> = run.blocks_of(candidate).collect();
    let merged = Merged::of(&blocks);
    let sample = Sample::of(run, &blocks);
    let figure = |measure| sample.figure(measure);
    let workers = described.backend.workers();
    let cpu_cores_used = figure(Measure::CpuCores);
    let steadiness = steadiness::worst(run, &blocks);
    let response_time_nanos = summary(&blocks, |measured| &measured.response);
    let service_time_nanos = summary(&blocks, |measured| &measured.service);
    let mut figures = CandidateFigures {
        candidate,
        name: described.label(),
        backend: described.backend.kind(),
        workers,
        status: status(run, &blocks),
        counts: merged.counts,
        throughput_per_sec: figure(Measure::Throughput),
        goodput_per_sec: figure(Measure::Goodput),
        error_ratio: figure(Measure::ErrorRatio),
        drop_ratio: figure(Measure::DropRatio),
        response_time_nanos,
        response_time_figures: percentile_figures(&sample, &response_time_nanos),
        service_time_nanos,
        queue_wait_nanos: summary(&blocks, |measured| &measured.queue_wait),
        schedule_delay_nanos: summary(&blocks, |measured| &measured.schedule_delay),
        event_loop_lag_nanos: lag_summary(&blocks),
        time_split: SplitFigures::of(&blocks),
        interpreter_lock: InterpreterLockFigures::of(&blocks),
        python: interpreter::python(&blocks),
        garbage_collections: CollectionFigures::of(&blocks),
        cold_start_nanos: figure(Measure::ColdStart),
        makespan_nanos: figure(Measure::Makespan),
        speedup: None,
        cpu_cores_used,
        cpu_cores_per_worker: cpu_cores_used
            .map(|cores| cores.over(f64::from(described.backend.computing().max(1)))),
        cpu_cores_of_workers: merged.worker_cores,
        cpu_nanos_per_task: figure(Measure::CpuPerTask),
        voluntary_switches_per_sec: figure(Measure::VoluntarySwitches),
        involuntary_switches_per_sec: figure(Measure::InvoluntarySwitches),
        memory_per_worker_bytes: figure(Measure::MemoryPerWorker),
        memory_per_worker_steady_bytes: figure(Measure::MemorySteady),
        memory_per_worker_peak_bytes: merged.memory_peak_bytes,
        memory_uss_per_worker_bytes: figure(Measure::MemoryUnique),
        memory_per_task_in_flight_bytes: figure(Measure::MemoryPerTask),
        memory_total_bytes: figure(Measure::MemoryTotal),
        memory_resident_peak_bytes: merged.resident_peak_bytes,
        memory_kind: merged.memory_kind,
        cost_per_1k: figure(Measure::Cost),
        cost: CostFigures::of(&sample, described.backend, service_time_nanos.mean),
        lost_updates: LostUpdates::of(&blocks),
        work_digest: merged.digest,
        pools: PoolFigures::of(&blocks),
        worker_deaths: merged.worker_deaths,
        workers_recycled: merged.workers_recycled,
        resilience: ResilienceFigures::of(run, candidate, &blocks),
        findings: Vec::new(),
        calibration: merged.calibration,
        remarks: remarks(run, described.backend, &blocks, &response_time_nanos),
        steadiness,
    };
    figures.findings = findings::findings(run, &figures, &blocks);
    Some(figures)
}

impl PercentileFigures {
    /// The one of them.
    #[must_use]
    pub const fn of(&self, percentile: Percentile) -> Option<Figure> {
        match percentile {
            Percentile::P50 => self.p50,
            Percentile::P90 => self.p90,
            Percentile::P95 => self.p95,
            Percentile::P99 => self.p99,
            Percentile::P999 => self.p99_9,
        }
    }
}

fn percentile_figures(sample: &Sample<'_>, summary: &Summary) -> PercentileFigures {
    let of = |percentile| {
        let value = summary.percentile(percentile)? as f64;
        // Without draws the merged histogram has said it already.
        if sample.has_intervals() {
            sample.figure(Measure::Response(percentile))
        } else {
            Some(Figure::plain(value))
        }
    };
    PercentileFigures {
        p50: of(Percentile::P50),
        p90: of(Percentile::P90),
        p95: of(Percentile::P95),
        p99: of(Percentile::P99),
        p99_9: of(Percentile::P999),
    }
}

fn status(run: &Run, blocks: &[&Block]) -> CandidateStatus {
    let accident = blocks
        .iter()
        .find_map(|block| match (&block.state, &block.violation) {
            (BlockState::Failed { cause }, _) => Some(cause),
            (_, violation) => violation.as_ref(),
        });
    if let Some(cause) = accident {
        return CandidateStatus::Failed {
            cause: cause.clone(),
        };
    }
    let all = |is: fn(&BlockState) -> bool| blocks.iter().all(|block| is(&block.state));
    if blocks.iter().any(|block| block.state.is_live()) {
        CandidateStatus::Live
    } else if !blocks.is_empty() && all(|state| *state == BlockState::Done) {
        CandidateStatus::Done
    } else if run.ended
        || blocks
            .iter()
            .any(|block| block.state == BlockState::Stopped)
    {
        CandidateStatus::Stopped
    } else if all(|state| *state == BlockState::Waiting) {
        CandidateStatus::Waiting
    } else {
        // Between two of its blocks.
        CandidateStatus::Live
    }
}
