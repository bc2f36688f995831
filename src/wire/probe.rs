//! What the hidden probe finds out about a machine and about poolscope on it, for `poolscope doctor`.
//!
//! The probe is not asked anything: it says hello, names each step that it begins, and ends with its report.

use serde::{Deserialize, Serialize};

use crate::wire::{Hello, Machine, MachineSample};

/// From probe to session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromProbe {
    /// The first message; stays the first variant for ever.
    Hello(Hello),
    /// What is being done now, for people: "timing waits".
    Step(String),
    /// The last message.
    Finished(Box<ProbeReport>),
}

/// All that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// Facts of the machine.
    pub machine: Machine,
    /// The machine before the probe began to work.
    pub before: MachineSample,
    /// The machine after the last step.
    pub after: MachineSample,
    /// Whether this is a build without optimisation, whose own cost says nothing.
    pub debug_build: bool,
    /// What the system allows.
    pub limits: Limits,
    /// What reading each clock costs.
    pub clocks: Vec<ClockCost>,
    /// How much later than asked for the kernel may wake a thread that asked to be woken precisely, in nanoseconds;
    /// none where the system does not tell.
    pub timer_slack_nanos: Option<u64>,
    /// How late waits end.
    pub waits: Vec<Lateness>,
    /// The scratch folder; none if it could not be used.
    pub scratch: Option<ScratchFolder>,
    /// What looking at processes costs.
    pub sampler: SamplerCost,
    /// What poolscope adds to a task.
    pub overheads: Vec<Overhead>,
    /// The built-in server; none if it could not be asked.
    pub server: Option<ServerCost>,
    /// Steps that could not be done, for people; at most one per step.
    pub failures: Vec<String>,
}

/// What the system allows this user and this control group. None where there is no limit, or it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Processors that the affinity of this process allows.
    pub affinity_cores: Option<u32>,
    /// Open files of one process, as far as the runner may raise them.
    pub open_files: Option<u64>,
    /// Processes and threads of this user.
    pub processes: Option<u64>,
    /// Processes and threads of this control group.
    pub group_tasks: Option<u64>,
    /// Threads of the whole system.
    pub system_threads: Option<u64>,
    /// Swap in all, in bytes.
    pub swap_bytes: Option<u64>,
    /// Swap in use, in bytes.
    pub swap_used_bytes: Option<u64>,
}

/// A clock that poolscope reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The monotonic clock, read several times per task.
    Monotonic,
    /// The processor time of the calling thread.
    ThreadCpu,
    /// The processor time of another process.
    ProcessCpu,
}

/// What reading a clock costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClockCost {
    /// Which clock.
    pub clock: Clock,
    /// Per reading, in nanoseconds; median of several rounds.
    pub nanos: f64,
}

/// A way of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// A plain sleep to an instant.
    Sleep,
    /// As the load generator waits: the last microseconds awake.
    Paced,
    /// The offer of a task by the load generator, at a constant rate.
    Generator,
    /// A wait stage on a thread.
    ThreadStage,
    /// A wait stage on a worker process.
    ProcessStage,
    /// A wait stage on an event loop.
    AsyncStage,
}

/// How late a wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lateness {
    /// Which way of waiting.
    pub wait: Wait,
    /// How long was waited, in nanoseconds.
    pub wanted_nanos: u64,
    /// Median of what was waited too long, in nanoseconds; none with too few samples.
    pub p50_nanos: Option<u64>,
    /// 99th percentile of it, in nanoseconds; none with too few samples.
    pub p99_nanos: Option<u64>,
}

/// The folder in which blocks keep their files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScratchFolder {
    /// Kind of the file system: `ext4`.
    pub kind: String,
    /// Whether it is in memory, so that fsync says nothing of a disk.
    pub in_memory: bool,
    /// Room that this user can fill, in bytes.
    pub free_bytes: u64,
    /// Writing 4 KiB and fsync: median in nanoseconds; none with too few samples.
    pub sync_p50_nanos: Option<u64>,
    /// Writing 4 KiB and fsync: 99th percentile in nanoseconds; none with too few samples.
    pub sync_p99_nanos: Option<u64>,
}

/// What looking at one process once costs, in nanoseconds. None where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SamplerCost {
    /// CPU time.
    pub cpu_nanos: Option<f64>,
    /// Resident size.
    pub resident_nanos: Option<f64>,
    /// Proportional and unique size.
    pub memory_nanos: Option<f64>,
    /// Resident size of the process whose proportional size was read, in bytes.
    pub memory_of_bytes: Option<u64>,
    /// The whole machine.
    pub machine_nanos: Option<f64>,
}

/// What a back end's tasks are compared with: the same work without poolscope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bare {
    /// A loop.
    Loop,
    /// A bounded queue from one thread to another.
    Queue,
    /// One byte through a pipe to another thread and back.
    Pipe,
    /// Tasks spawned on an event loop.
    Spawn,
}

/// What poolscope adds to a task that does next to nothing, on one back end with one worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overhead {
    /// The kind of back end: `threads`.
    pub backend: String,
    /// How many tasks each round had.
    pub tasks: u64,
    /// Time per task in nanoseconds: median of the rounds.
    pub nanos: f64,
    /// The fastest and the slowest round.
    pub range_nanos: (f64, f64),
    /// What it is compared with.
    pub bare: Bare,
    /// Time per item of that, in nanoseconds: median of the rounds.
    pub bare_nanos: f64,
}

/// One request after the other to the built-in server, without a delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ServerCost {
    /// Median of a request and its answer, in nanoseconds; none with too few samples.
    pub p50_nanos: Option<u64>,
    /// 99th percentile, in nanoseconds; none with too few samples.
    pub p99_nanos: Option<u64>,
}
