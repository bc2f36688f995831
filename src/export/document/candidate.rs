//! One candidate in the document.

use serde::Serialize;

use crate::analysis::{
    CandidateFigures, CandidateStatus, CounterFigures, Course, Figure, LostUpdates,
    PercentileFigures, PoolFigures, SplitFigures, Steadiness, SteadinessLabel, Summary,
};
use crate::export::document::cost::CostDocument;
use crate::export::document::interpreter::{CollectionsDocument, InterpreterLockDocument};
use crate::export::document::resilience::{FindingDocument, ResilienceDocument};
use crate::export::status_word;
use crate::run::{Calibration, Counts, MemoryKind, PoolKind, PythonFacts};
use crate::scenario::Protection;

/// The figures of one candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CandidateDocument {
    /// Its name in the scenario.
    pub name: String,
    /// The kind of back end: sequential, threads, processes, async or hybrid.
    pub backend: &'static str,
    /// How many threads, processes or event loops.
    pub workers: u32,
    /// waiting, live, done, stopped or failed.
    pub status: &'static str,
    /// Why it failed; null unless it did.
    pub cause: Option<String>,
    /// The tasks that became due in the measurements; null if none did, as where nothing was measured.
    pub counts: Option<Counts>,
    /// Tasks that ended within the measurement, per second; of a batch, per second of the makespan.
    pub throughput_per_sec: Option<Figure>,
    /// The good ones of them.
    pub goodput_per_sec: Option<Figure>,
    /// Failed and timed out tasks over those that ended by themselves; null before one has ended.
    pub error_ratio: Option<Figure>,
    /// Tasks that were dropped over those that became due; null before one has.
    pub drop_ratio: Option<Figure>,
    /// Intended start to finish.
    pub response_time_nanos: PercentilesDocument,
    /// The percentiles of the response time with their intervals.
    pub response_time_interval_nanos: PercentileIntervals,
    /// Start to finish.
    pub service_time_nanos: PercentilesDocument,
    /// Admission to start.
    pub queue_wait_nanos: PercentilesDocument,
    /// Intended start to offer: the generator's lateness.
    pub schedule_delay_nanos: PercentilesDocument,
    /// How late an event loop came to what was due on it; null without an event loop.
    pub event_loop_lag_nanos: Option<PercentilesDocument>,
    /// Where the time of a task went; null while no task's time was split.
    pub time_split_nanos: Option<TimeSplitDocument>,
    /// The modelled interpreter lock; null without one.
    pub interpreter_lock: Option<InterpreterLockDocument>,
    /// The interpreter that executed the tasks; null for native candidates.
    pub python: Option<PythonFacts>,
    /// Garbage collections of that interpreter; null for native candidates.
    pub garbage_collections: Option<CollectionsDocument>,
    /// Time to ready of the back end, mean over the blocks.
    pub cold_start_nanos: Option<Figure>,
    /// Batches: start to the end of the last task, mean over the blocks; null for other loads.
    pub makespan_nanos: Option<Figure>,
    /// Batches: makespan of the sequential candidate over this one's; null without a sequential candidate.
    pub speedup: Option<Figure>,
    /// Whether the measurements had settled: of the worst block.
    pub steadiness: SteadinessDocument,
    /// Cores that the back end kept busy, mean over the measurement.
    pub cpu_cores_used: Option<Figure>,
    /// The same per worker.
    pub cpu_cores_per_worker: Option<Figure>,
    /// Cores that the least busy worker used; null if single workers were not seen.
    pub cpu_cores_least_worker: Option<f64>,
    /// Cores that the most busy worker used; null if single workers were not seen.
    pub cpu_cores_most_worker: Option<f64>,
    /// CPU time per task that ended.
    pub cpu_per_task_nanos: Option<Figure>,
    /// Context switches of tasks that waited; null if unknown.
    pub voluntary_switches_per_sec: Option<Figure>,
    /// Context switches of tasks that had to make room; null if unknown.
    pub involuntary_switches_per_sec: Option<Figure>,
    /// Mean over the measurement.
    pub memory_per_worker_bytes: Option<Figure>,
    /// Median of the second half of the measurement: what it settles at.
    pub memory_per_worker_steady_bytes: Option<Figure>,
    /// Largest sample.
    pub memory_per_worker_peak_bytes: Option<f64>,
    /// Unique set size per worker process: what one more worker costs; null for workers that are threads.
    pub memory_uss_per_worker_bytes: Option<Figure>,
    /// Memory that came with the back end and its work, over the tasks in flight at the same instants.
    pub memory_per_task_in_flight_bytes: Option<Figure>,
    /// Runner and workers together, mean over the measurement.
    pub memory_total_bytes: Option<f64>,
    /// Largest sum of the resident set sizes at a snapshot; shared pages count in each process.
    pub memory_resident_peak_bytes: Option<u64>,
    /// How memory per worker was found; null if it is not known.
    pub memory_kind: Option<MemoryKind>,
    /// Price of 1,000 good tasks, in the currency of the scenario's price card; null while none was good.
    pub cost_per_1k: Option<Figure>,
    /// What that is made of, and what the price card's target would need.
    pub cost: CostDocument,
    /// Additions to shared counters that got lost; null without counter stages.
    pub lost_updates: Option<u64>,
    /// The same by how the counters are protected; empty without counter stages.
    pub counters: Vec<CounterDocument>,
    /// A digest of what all good tasks did, free of their order, in hexadecimal digits: candidates that did the same
    /// tasks have the same. Null if no task was digested.
    pub work_digest: Option<String>,
    /// The back end's pools, in the order in which a task passes them.
    pub pools: Vec<PoolDocument>,
    /// How many workers died.
    pub worker_deaths: u32,
    /// How many workers were replaced by plan, after so many tasks.
    pub workers_recycled: u64,
    /// What faults did, and what defences did against them.
    #[serde(flatten)]
    pub resilience: ResilienceDocument,
    /// What has a name, the worst first: what holds the candidate up, what went wrong, and what to do.
    pub findings: Vec<FindingDocument>,
    /// How fast this machine computed the scenario's kernels before each block: the blocks in their order, with an
    /// entry for each kernel.
    pub calibration: Vec<Calibration>,
    /// What limits the figures, the first failures of tasks and incidents.
    pub remarks: Vec<String>,
}

/// The figures of a distribution, in nanoseconds; null where the sample is too small.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PercentilesDocument {
    /// Median.
    pub p50: Option<u64>,
    /// 90th percentile.
    pub p90: Option<u64>,
    /// 95th percentile.
    pub p95: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
    /// 99.9th percentile.
    pub p99_9: Option<u64>,
    /// Largest value.
    pub max: Option<u64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// How many values.
    pub count: u64,
    /// How many of them were beyond the range of 73 minutes: counted, and known by the largest only.
    pub overflow: u64,
}

/// Percentiles with their intervals over the blocks, in nanoseconds; null where the sample is too small.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PercentileIntervals {
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

/// Where the time of a task went: means over the tasks whose time was split, in nanoseconds. The nine parts add
/// up to the mean response time of these tasks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimeSplitDocument {
    /// How many tasks were split: of short tasks only some.
    pub tasks: u64,
    /// Intended start to offer: the generator's own lateness.
    pub schedule_delay: f64,
    /// Earlier attempts and back-off: from admission until the last attempt entered the queue; 0 where each task has
    /// one attempt.
    pub retries: f64,
    /// In queues: before the first worker, between pools, at barriers.
    pub queue_wait: f64,
    /// From the queue to the first instruction: dispatch, and the way to a worker process.
    pub dispatch: f64,
    /// Waiting for locks.
    pub lock_wait: f64,
    /// Waiting for the modelled interpreter lock; 0 without one.
    pub interpreter_wait: f64,
    /// Using a core, by the clock of the thread's CPU time.
    pub on_cpu: f64,
    /// Neither using a core nor waiting for a lock.
    pub waiting: f64,
    /// From the last instruction to the result being known to the caller.
    #[serde(rename = "return")]
    pub result: f64,
}

/// Whether a measurement had settled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SteadinessDocument {
    /// `steady`, `drifting` or `not_judged`.
    pub label: SteadinessLabel,
    /// The course of the throughput; null if not judged.
    pub throughput: Option<Course>,
    /// The course of the median response time; null if not judged, and for closed loads.
    pub response_p50: Option<Course>,
    /// What decided, for people; empty if steady.
    pub why: String,
}

/// The counters of one protection, added up over the blocks, warm-up included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CounterDocument {
    /// How they are protected.
    pub protection: Protection,
    /// How many additions were done.
    pub additions: u64,
    /// How many of them do not show in the value.
    pub lost_updates: u64,
}

/// One pool over the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PoolDocument {
    /// What its workers are.
    pub kind: PoolKind,
    /// How many workers.
    pub workers: u32,
    /// Tasks in the queue in front of it, mean over the snapshots.
    pub queued_mean: f64,
    /// The longest queue in front of it at a snapshot.
    pub queued_peak: u64,
    /// Tasks under way on it, mean over the snapshots.
    pub in_flight_mean: f64,
}

impl From<CandidateFigures> for CandidateDocument {
    fn from(figures: CandidateFigures) -> Self {
        let status = status_word(&figures.status);
        let cause = match figures.status {
            CandidateStatus::Failed { cause } => Some(cause),
            _ => None,
        };
        let lag = figures.event_loop_lag_nanos;
        let counters = figures
            .lost_updates
            .as_ref()
            .map(counters)
            .unwrap_or_default();
        Self {
            name: figures.name,
            backend: figures.backend,
            workers: figures.workers,
            status,
            cause,
            counts: (figures.counts.offered > 0).then_some(figures.counts),
            throughput_per_sec: figures.throughput_per_sec,
            goodput_per_sec: figures.goodput_per_sec,
            response_time_nanos: figures.response_time_nanos.into(),
            response_time_interval_nanos: figures.response_time_figures.into(),
            service_time_nanos: figures.service_time_nanos.into(),
            queue_wait_nanos: figures.queue_wait_nanos.into(),
            schedule_delay_nanos: figures.schedule_delay_nanos.into(),
            event_loop_lag_nanos: (lag.count > 0).then(|| lag.into()),
            time_split_nanos: figures.time_split.map(TimeSplitDocument::from),
            interpreter_lock: figures.interpreter_lock.map(InterpreterLockDocument::from),
            python: figures.python,
            garbage_collections: figures.garbage_collections.map(CollectionsDocument::from),
            cold_start_nanos: figures.cold_start_nanos,
            makespan_nanos: figures.makespan_nanos,
            speedup: figures.speedup,
            steadiness: figures.steadiness.into(),
            cpu_cores_used: figures.cpu_cores_used,
            cpu_cores_per_worker: figures.cpu_cores_per_worker,
            cpu_cores_least_worker: figures.cpu_cores_of_workers.map(|(least, _)| least),
            cpu_cores_most_worker: figures.cpu_cores_of_workers.map(|(_, most)| most),
            cpu_per_task_nanos: figures.cpu_nanos_per_task,
            voluntary_switches_per_sec: figures.voluntary_switches_per_sec,
            involuntary_switches_per_sec: figures.involuntary_switches_per_sec,
            memory_per_worker_bytes: figures.memory_per_worker_bytes,
            memory_per_worker_steady_bytes: figures.memory_per_worker_steady_bytes,
            memory_per_worker_peak_bytes: figures.memory_per_worker_peak_bytes,
            memory_uss_per_worker_bytes: figures.memory_uss_per_worker_bytes,
            memory_per_task_in_flight_bytes: figures.memory_per_task_in_flight_bytes,
            memory_total_bytes: figures.memory_total_bytes.map(|figure| figure.value),
            memory_resident_peak_bytes: figures.memory_resident_peak_bytes,
            memory_kind: figures.memory_kind,
            cost_per_1k: figures.cost_per_1k,
            cost: figures.cost.into(),
            error_ratio: figures.error_ratio,
            drop_ratio: figures.drop_ratio,
            lost_updates: figures.lost_updates.map(|lost| lost.total),
            counters,
            work_digest: figures.work_digest.map(|digest| format!("{digest:016x}")),
            pools: figures.pools.iter().map(PoolDocument::from).collect(),
            worker_deaths: figures.worker_deaths,
            workers_recycled: figures.workers_recycled,
            resilience: figures.resilience.into(),
            findings: figures
                .findings
                .into_iter()
                .map(FindingDocument::from)
                .collect(),
            calibration: figures.calibration,
            remarks: figures.remarks,
        }
    }
}

fn counters(lost: &LostUpdates) -> Vec<CounterDocument> {
    let one = |figures: &CounterFigures| CounterDocument {
        protection: figures.protection,
        additions: figures.additions,
        lost_updates: figures.lost,
    };
    lost.by_protection.iter().map(one).collect()
}

impl From<Summary> for PercentilesDocument {
    fn from(summary: Summary) -> Self {
        let Summary {
            count,
            p50,
            p90,
            p95,
            p99,
            p99_9,
            max,
            mean,
            overflow,
        } = summary;
        Self {
            p50,
            p90,
            p95,
            p99,
            p99_9,
            max,
            mean,
            count,
            overflow,
        }
    }
}

impl From<PercentileFigures> for PercentileIntervals {
    fn from(figures: PercentileFigures) -> Self {
        let PercentileFigures {
            p50,
            p90,
            p95,
            p99,
            p99_9,
        } = figures;
        Self {
            p50,
            p90,
            p95,
            p99,
            p99_9,
        }
    }
}

impl From<SplitFigures> for TimeSplitDocument {
    fn from(split: SplitFigures) -> Self {
        Self {
            tasks: split.tasks,
            schedule_delay: split.schedule_delay_nanos,
            retries: split.retries_nanos,
            queue_wait: split.queue_wait_nanos,
            dispatch: split.dispatch_nanos,
            lock_wait: split.lock_wait_nanos,
            interpreter_wait: split.interpreter_wait_nanos,
            on_cpu: split.on_cpu_nanos,
            waiting: split.waiting_nanos,
            result: split.return_nanos,
        }
    }
}

impl From<Steadiness> for SteadinessDocument {
    fn from(steadiness: Steadiness) -> Self {
        Self {
            label: steadiness.label,
            throughput: steadiness.throughput,
            response_p50: steadiness.response_p50,
            why: steadiness.why,
        }
    }
}

impl From<&PoolFigures> for PoolDocument {
    fn from(pool: &PoolFigures) -> Self {
        Self {
            kind: pool.kind,
            workers: pool.workers,
            queued_mean: pool.queued_mean,
            queued_peak: pool.queued_peak,
            in_flight_mean: pool.in_flight_mean,
        }
    }
}
