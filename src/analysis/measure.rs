//! What can be measured of a candidate.

use crate::scenario::Objective;
use crate::stats::Percentile;

/// What can be measured of a block, with an interval over several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Tasks that ended within the window, per second. Of a batch: per second of the makespan.
    Throughput,
    /// The good ones of them; with an objective on the response time only those that were answered within its bound.
    /// Of a batch: the good ones, per second of the makespan.
    Goodput,
    /// The good ones of them, whenever they were answered.
    Good,
    /// Failed and timed out tasks over those that ended by themselves.
    ErrorRatio,
    /// Tasks that were dropped over those that became due.
    DropRatio,
    /// A percentile of the response times, in nanoseconds.
    Response(Percentile),
    /// Of a batch: from its start to the end of its last task, in nanoseconds.
    Makespan,
    /// Time to ready of the back end, in nanoseconds.
    ColdStart,
    /// Cores that the back end kept busy.
    CpuCores,
    /// CPU time per task that ended, in nanoseconds.
    CpuPerTask,
    /// Voluntary context switches per second.
    VoluntarySwitches,
    /// Involuntary context switches per second.
    InvoluntarySwitches,
    /// Memory per worker over the measurement, in bytes.
    MemoryPerWorker,
    /// Memory per worker in the second half of the measurement, in bytes.
    MemorySteady,
    /// Unique set size per worker process, in bytes.
    MemoryUnique,
    /// Runner and workers together, in bytes.
    MemoryTotal,
    /// Memory that came with the back end and its work, per task in flight, in bytes.
    MemoryPerTask,
    /// Price of 1,000 good tasks, by the card's basis.
    Cost,
    /// The same by what was used.
    CostConsumed,
    /// The same by what is set aside.
    CostRented,
}

impl Measure {
    /// What is compared between candidates and measured by the noise floor.
    pub const COMPARED: [Self; 8] = [
        Self::Throughput,
        Self::Goodput,
        Self::Response(Percentile::P50),
        Self::Response(Percentile::P95),
        Self::Response(Percentile::P99),
        Self::CpuPerTask,
        Self::MemoryPerWorker,
        Self::Cost,
    ];

    /// What is compared between whole runs, where each is known.
    pub const OF_RUNS: [Self; 10] = [
        Self::Makespan,
        Self::Throughput,
        Self::Goodput,
        Self::Response(Percentile::P50),
        Self::Response(Percentile::P95),
        Self::Response(Percentile::P99),
        Self::CpuPerTask,
        Self::MemoryPerWorker,
        Self::Cost,
        Self::ColdStart,
    ];

    /// What `objective` bounds.
    #[must_use]
    pub const fn bounded_by(objective: &Objective) -> Self {
        match objective {
            Objective::ResponseTime { percentile, .. } => Self::Response(*percentile),
            Objective::Throughput { .. } => Self::Throughput,
            Objective::Goodput { .. } => Self::Goodput,
            Objective::ErrorRatio { .. } => Self::ErrorRatio,
            Objective::DropRatio { .. } => Self::DropRatio,
            Objective::MemoryPerWorker { .. } => Self::MemoryPerWorker,
            Objective::Makespan { .. } => Self::Makespan,
            Objective::CostPer1k { .. } => Self::Cost,
        }
    }

    /// Whether more of it is what one wants; of everything else less is.
    #[must_use]
    pub const fn more_is_better(self) -> bool {
        matches!(self, Self::Throughput | Self::Goodput | Self::Good)
    }

    /// Its name as a title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Throughput => "Throughput",
            Self::Goodput => "Goodput",
            Self::Response(Percentile::P50) => "Response time, p50",
            Self::Response(Percentile::P90) => "Response time, p90",
            Self::Response(Percentile::P95) => "Response time, p95",
            Self::Response(Percentile::P99) => "Response time, p99",
            Self::Response(Percentile::P999) => "Response time, p99.9",
            Self::Makespan => "Makespan",
            Self::CpuPerTask => "CPU per task",
            Self::MemoryTotal => "Memory",
            Self::Cost => "Cost per 1k tasks",
            other => other.label(),
        }
    }

    /// Its name for people, within a sentence.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Goodput => "goodput",
            Self::Good => "good tasks per second",
            Self::ErrorRatio => "error ratio",
            Self::DropRatio => "drop ratio",
            Self::Response(Percentile::P50) => "p50 of the response time",
            Self::Response(Percentile::P90) => "p90 of the response time",
            Self::Response(Percentile::P95) => "p95 of the response time",
            Self::Response(Percentile::P99) => "p99 of the response time",
            Self::Response(Percentile::P999) => "p99.9 of the response time",
            Self::Makespan => "makespan",
            Self::ColdStart => "cold start",
            Self::CpuCores => "cores used",
            Self::CpuPerTask => "CPU per task",
            Self::VoluntarySwitches => "voluntary context switches",
            Self::InvoluntarySwitches => "involuntary context switches",
            Self::MemoryPerWorker => "memory per worker",
            Self::MemorySteady => "steady memory per worker",
            Self::MemoryUnique => "unique memory per worker",
            Self::MemoryTotal => "memory in all",
            Self::MemoryPerTask => "memory per task in flight",
            Self::Cost => "cost per 1k tasks",
            Self::CostConsumed => "cost per 1k tasks, as used",
            Self::CostRented => "cost per 1k tasks, as rented",
        }
    }

    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Goodput => "goodput",
            Self::Good => "good",
            Self::ErrorRatio => "error_ratio",
            Self::DropRatio => "drop_ratio",
            Self::Response(Percentile::P50) => "response_time_p50",
            Self::Response(Percentile::P90) => "response_time_p90",
            Self::Response(Percentile::P95) => "response_time_p95",
            Self::Response(Percentile::P99) => "response_time_p99",
            Self::Response(Percentile::P999) => "response_time_p99_9",
            Self::Makespan => "makespan",
            Self::ColdStart => "cold_start",
            Self::CpuCores => "cpu_cores",
            Self::CpuPerTask => "cpu_per_task",
            Self::VoluntarySwitches => "voluntary_switches",
            Self::InvoluntarySwitches => "involuntary_switches",
            Self::MemoryPerWorker => "memory_per_worker",
            Self::MemorySteady => "memory_per_worker_steady",
            Self::MemoryUnique => "memory_uss_per_worker",
            Self::MemoryTotal => "memory_total",
            Self::MemoryPerTask => "memory_per_task_in_flight",
            Self::Cost => "cost_per_1k",
            Self::CostConsumed => "cost_per_1k_consumed",
            Self::CostRented => "cost_per_1k_rented",
        }
    }
}
