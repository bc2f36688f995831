//! What the machine and single workers were seen to do, in the words of the wire.
//!
//! Counters are cumulative, so that a lost or merged sample costs resolution only; a difference of two samples
//! is what happened between them.

use serde::{Deserialize, Serialize};

use crate::stats::text_form::float;

/// Workers whose own figures are sent; of more, those with the lowest numbers.
pub const WORKER_SAMPLES_MAX: usize = 64;

/// One worker at the instant of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerSample {
    /// Which worker, from 1; worker processes come before threads and event loops. The successor of a worker
    /// process that died has its number, and begins with no CPU time.
    pub number: u32,
    /// CPU time of the worker so far, in cumulative nanoseconds.
    pub cpu_nanos: u64,
    /// Resident set size in bytes, shared pages in full; none for a worker that is a thread.
    pub resident_bytes: Option<u64>,
}

/// Resident set sizes at the instant of a snapshot: cheap enough for each of them, so that a peak between two
/// samples of [`Memory`](crate::wire::Memory) is seen. Shared pages count in full in each process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Of the runner, in bytes.
    pub runner_bytes: u64,
    /// Of all worker processes together, in bytes; 0 if the workers are threads of the runner.
    pub workers_bytes: u64,
    /// How many worker processes are in that sum.
    pub workers: u32,
    /// Of the largest worker process, in bytes; 0 if there is none.
    pub largest_worker_bytes: u64,
}

/// One sample of the whole machine; about one a second, and one at each change of phase.
///
/// It holds what this run's own processes had used when it was taken, so that a difference of two samples says
/// how much of the machine went to others: `busy - ours`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MachineSample {
    /// When it was taken.
    pub elapsed_nanos: u64,
    /// CPU time of runner, instrument, workers, built-in server and observer by then, cumulative nanoseconds.
    pub ours_cpu_nanos: u64,
    /// Time that processors did work of any process or of the kernel, over all processors, cumulative nanoseconds
    /// since the machine started, in steps of 10 ms per processor. Without idling, waiting for disks and steal.
    /// None where the system does not tell.
    pub busy_nanos: Option<u64>,
    /// Time that processors of a virtual machine had work and were not given a real one, over all processors,
    /// cumulative nanoseconds, in steps of 10 ms. None where the system does not tell; 0 on a real machine.
    pub steal_nanos: Option<u64>,
    /// Processors that are switched on.
    pub processors: Option<u32>,
    /// Present clock frequency, mean over the processors, in Hz. None where the system does not tell, as in most
    /// virtual machines.
    pub frequency_hz: Option<u64>,
    /// Highest clock frequency that the processors are made for, in Hz. None where the system does not tell.
    pub frequency_max_hz: Option<u64>,
    /// Memory that can be had without swapping, in bytes: the machine's, or what is left of this control group's
    /// limit if that is less. None where the system does not tell.
    pub memory_available_bytes: Option<u64>,
    /// Share of the last ten seconds in which some task waited for memory (PSI), from 0 to 1. None without PSI.
    pub memory_pressure_ratio: Option<f64>,
    /// Time in which some task waited for memory (PSI), cumulative nanoseconds. None without PSI.
    pub memory_pressure_nanos: Option<u64>,
    /// Time that the machine was suspended since it started, cumulative nanoseconds, to within what lies between
    /// two looks at a clock: a growth of tenths of a second within a run is a gap in it. None where the system
    /// does not tell.
    pub suspended_nanos: Option<u64>,
    /// Time for which a CPU quota held back processes of this control group or of those around it, cumulative
    /// nanoseconds. None without a quota.
    pub throttled_nanos: Option<u64>,
    /// How many periods of the quota ended in being held back, cumulative. None without a quota.
    pub throttled_periods: Option<u64>,
}

/// One sample of memory. PSS and USS of the processes are read one after the other, each at most once a second:
/// the sample is made of the newest reading of each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// How it was found.
    pub kind: MemoryKind,
    /// Per worker, in bytes.
    #[serde(deserialize_with = "float")]
    pub per_worker_bytes: f64,
    /// Mean of the worker processes' unique set sizes, in bytes: what one more worker costs. None for workers
    /// that are threads, and where the system does not tell.
    pub per_worker_uss_bytes: Option<f64>,
    /// Mean of the worker processes' resident set sizes, in bytes; none for workers that are threads.
    pub per_worker_rss_bytes: Option<f64>,
    /// Runner (or harness) and workers together, in bytes, without double counting where the system allows.
    pub total_bytes: u64,
}

/// How memory per worker was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Mean of the worker processes' proportional set sizes.
    Pss,
    /// Mean of the worker processes' resident set sizes, where the system offers nothing better:
    /// shared pages count once per process.
    Rss,
    /// Growth of the memory that the runner has written itself over its empty baseline, divided by the
    /// workers.
    Derived,
}

impl MemoryKind {
    /// As it stands behind a figure.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pss => "PSS",
            Self::Rss => "RSS",
            Self::Derived => "derived",
        }
    }
}
