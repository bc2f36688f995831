//! The figures of a candidate, merged over its blocks: what tables, documents and verdicts are made of.

use crate::run::Run;
use crate::stats::Summary;
use crate::wire::{Counts, MemoryKind};

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
    pub throughput_per_sec: Option<f64>,
    /// The good ones of them.
    pub goodput_per_sec: Option<f64>,
    /// Intended start to finish, in nanoseconds.
    pub response_time_nanos: Summary,
    /// Start to finish, in nanoseconds.
    pub service_time_nanos: Summary,
    /// Admission to start, in nanoseconds.
    pub queue_wait_nanos: Summary,
    /// The generator's lateness, in nanoseconds.
    pub schedule_delay_nanos: Summary,
    /// Time to ready of the back end, in nanoseconds: mean over the blocks.
    pub cold_start_nanos: Option<f64>,
    /// Batches: mean over the blocks, in nanoseconds.
    pub makespan_nanos: Option<f64>,
    /// Batches: makespan of the sequential candidate divided by this one's; none without a sequential one.
    pub speedup: Option<f64>,
    /// Cores that the back end kept busy, on average over the window.
    pub cpu_cores_used: Option<f64>,
    /// Mean over the measurement, in bytes.
    pub memory_per_worker_bytes: Option<f64>,
    /// Peak over the measurement, in bytes.
    pub memory_per_worker_peak_bytes: Option<f64>,
    /// Runner and workers together, mean over the measurement, in bytes.
    pub memory_total_bytes: Option<f64>,
    /// How memory per worker was found.
    pub memory_kind: Option<MemoryKind>,
    /// Price of 1,000 good tasks by the scenario's price card, in its currency.
    pub cost_per_1k: Option<f64>,
    /// How many workers died.
    pub worker_deaths: u32,
    /// The first failures of tasks and incidents, for people.
    pub remarks: Vec<String>,
}

/// How far the run can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// Whether no limit was passed.
    pub trustworthy: bool,
    /// Which limits were passed, for people; empty if trustworthy.
    pub reasons: Vec<String>,
    /// Offered over scheduled tasks of open loads, the worst block: 1 means that the generator kept up.
    pub achieved_over_offered_ratio: Option<f64>,
    /// 99th percentile of the generator's lateness over all blocks, in nanoseconds.
    pub schedule_delay_p99_nanos: Option<u64>,
    /// Cores that the window or CLI used while it measured, mean over the windows.
    pub observer_cpu_cores: Option<f64>,
    /// Cores that generator, sampler and snapshots used, mean over the windows.
    pub instrument_cpu_cores: Option<f64>,
    /// Snapshots that never arrived.
    pub snapshots_lost: u64,
    /// Ticks of 100 ms at which no snapshot could be sent.
    pub ticks_skipped: u64,
}

/// The figures of every candidate that the run measures, in the scenario's order.
#[must_use]
pub fn candidate_figures(run: &Run) -> Vec<CandidateFigures> {
    let _ = run;
    Vec::new()
}

/// How far the run can be trusted, as far as can be said by now.
#[must_use]
pub fn trust(run: &Run) -> Trust {
    let _ = run;
    Trust {
        trustworthy: true,
        reasons: Vec::new(),
        achieved_over_offered_ratio: None,
        schedule_delay_p99_nanos: None,
        observer_cpu_cores: None,
        instrument_cpu_cores: None,
        snapshots_lost: 0,
        ticks_skipped: 0,
    }
}
