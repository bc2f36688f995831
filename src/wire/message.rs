//! What session and runner say to each other; each field with its unit.
//!
//! Times ending in `_nanos` without another word are nanoseconds since the block's start, the instant at
//! which the first warm-up task may become due.

use serde::{Deserialize, Serialize};

use crate::scenario::{Kernel, Protection};
use crate::stats::SparseHistogram;
use crate::stats::text_form::{float, floats};
use crate::wire::{
    Collections, Incident, InterpreterLockUse, LivesNews, MachineSample, Memory, PythonFacts,
    PythonHome, Resident, Resilience, WorkerSample,
};

/// Version of this language; raised at every change that the other side could misunderstand.
pub const PROTOCOL: u32 = 7;

/// From session to runner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToRunner {
    /// The first message; stays the first variant for ever.
    Hello(Hello),
    /// Measure one block.
    Start(StartBlock),
    /// End the block now: no further task starts, what is under way is cancelled, figures are kept.
    Stop,
}

/// From runner to session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromRunner {
    /// The first message; stays the first variant for ever.
    Hello(Hello),
    /// The block cannot be measured; the runner leaves.
    Refused {
        /// What is wrong, for people.
        message: String,
    },
    /// The back end is up; the first warm-up task may become due.
    Started(Box<Started>),
    /// What was measured so far; at most ten a second.
    Snapshot(Box<Snapshot>),
    /// Something that happened to a worker.
    Incident(Incident),
    /// The last message of a block that ended in order.
    Finished(Finished),
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`] of the sender.
    pub protocol: u32,
    /// The program's version, for the message when protocols differ.
    pub version: String,
    /// Process id of the sender.
    pub pid: u32,
}

impl Hello {
    /// This process's own.
    #[must_use]
    pub fn ours() -> Self {
        Self {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
        }
    }

    /// Says who is older if the two cannot talk to each other.
    ///
    /// # Errors
    /// If `other` speaks another protocol than this build.
    pub fn check(other: &Self) -> Result<(), String> {
        if other.protocol == PROTOCOL {
            return Ok(());
        }
        let age = if other.protocol < PROTOCOL {
            "older"
        } else {
            "newer"
        };
        Err(format!(
            "the other side ({}) is {age} than this program ({}): protocol {} instead of {PROTOCOL}",
            other.version,
            env!("CARGO_PKG_VERSION"),
            other.protocol,
        ))
    }
}

/// Which block to measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartBlock {
    /// The scenario in its file form.
    pub scenario: String,
    /// Index of the candidate in the scenario.
    pub candidate: u32,
    /// Which repeat it is, from 0.
    pub repeat: u32,
    /// The seed of the run.
    pub seed: u64,
    /// The process that shows the run, whose CPU time is reported as the observer's.
    pub observer_pid: u32,
    /// Where CPython candidates run; none for the others.
    pub python: Option<PythonHome>,
    /// The shortest time of a unit of each kernel in the blocks before, in nanoseconds; the calibration waits a while
    /// for that speed.
    pub fastest_nanos: Vec<(Kernel, f64)>,
}

/// The back end is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// How long the back end took from nothing to ready, in nanoseconds.
    pub cold_start_nanos: u64,
    /// Process ids of the worker processes; empty for the others.
    pub worker_pids: Vec<u32>,
    /// Memory that the runner, or the harness of an interpreter, had written itself before the pool was there, in bytes;
    /// none if unknown.
    pub baseline_bytes: Option<u64>,
    /// The machine it runs on.
    pub machine: Machine,
    /// How fast this machine computes the scenario's kernels, found just before the block.
    pub calibration: Vec<Calibration>,
    /// The interpreter that executes tasks; none for native candidates.
    pub python: Option<PythonFacts>,
}

/// How fast a kernel runs on this machine: two passes or more, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Calibration {
    /// Which kernel.
    pub kernel: Kernel,
    /// Processor time of one unit in nanoseconds, the mean of the two medians; none if they disagree.
    pub unit_nanos: Option<f64>,
    /// The medians of the first and of the last pass, in nanoseconds of processor time per unit.
    #[serde(deserialize_with = "floats")]
    pub medians_nanos: [f64; 2],
    /// Difference of slowest and fastest round over the median, of all rounds; 0.1 is ten per cent.
    #[serde(deserialize_with = "float")]
    pub spread_ratio: f64,
    /// The fastest round of all, in nanoseconds per unit: what comes between can only slow the others.
    #[serde(deserialize_with = "float")]
    pub fastest_nanos: f64,
}

/// Facts of the machine that figures depend on. None of them names a person or a place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Machine {
    /// Operating system and its version.
    pub os: String,
    /// Kernel version.
    pub kernel: String,
    /// Model of the processor.
    pub cpu: String,
    /// Processors that this process may use (affinity and quota respected).
    pub cores: u32,
    /// Memory in all, in bytes.
    pub memory_bytes: u64,
    /// Load average of the last minute before the run; none where the system has none.
    pub load_average: Option<f64>,
    /// Processors that are switched on, whoever may use them; none if unknown.
    pub processors: Option<u32>,
    /// CPU time per time that the control groups allow, in cores; none without a quota.
    pub quota_cores: Option<f64>,
    /// What decides on the clock frequency, such as `powersave`; none where the system does not tell.
    pub governor: Option<String>,
    /// What the machine runs on if it is a virtual one, such as `KVM`; none if it seems to be a real one.
    pub virtualization: Option<String>,
    /// What the system's clocks count, such as `tsc`; none where the system does not tell.
    pub clock_source: Option<String>,
}

/// The phases of a block, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Tasks run and do not count.
    WarmUp,
    /// Tasks that become due now count.
    Measure,
    /// No task becomes due; those under way may end.
    Drain,
}

/// What was measured so far.
///
/// Counters are cumulative; histograms hold what was added since the snapshot before.
/// If a snapshot could not be sent in time, the next one holds its part as well: only resolution is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Increases by one from snapshot to snapshot.
    pub sequence: u64,
    /// When it was taken.
    pub elapsed_nanos: u64,
    /// The phase at that instant. A change of phase is always taken with a snapshot of its own.
    pub phase: Phase,
    /// When the measurement began; none before.
    pub measure_start_nanos: Option<u64>,
    /// When the measurement ended; none before.
    pub measure_end_nanos: Option<u64>,
    /// The tasks that became due in the warm-up.
    pub warm_up: Cohort,
    /// The tasks that became due in the measurement: those that count.
    pub measured: Cohort,
    /// The shared counters of counter stages, cumulative; empty without such stages.
    pub counters: Vec<Counter>,
    /// The pools of the back end, in the order in which a task passes them.
    pub pools: Vec<Pool>,
    /// How late an event loop comes to what is due on it, in nanoseconds; since the last snapshot, empty
    /// without an event loop.
    pub loop_lag: SparseHistogram,
    /// The modelled interpreter lock, cumulative since the back end was started; none without one.
    pub interpreter_lock: Option<InterpreterLockUse>,
    /// The garbage collections of the interpreters of a CPython candidate, cumulative; none for the others.
    pub collections: Option<Collections>,
    /// What faults and defences did.
    pub resilience: Resilience,
    /// Tasks of any cohort that ended within the measurement's window, cumulative.
    pub window_completed: u64,
    /// Those of them that were good.
    pub window_good: u64,
    /// Those of the good ones that were answered after the bound of the scenario's objective on the response time; 0
    /// without one.
    pub window_good_late: u64,
    /// Good tasks of any cohort that were answered after that bound, cumulative since the block's start.
    pub good_late: u64,
    /// What was kept of single tasks; none once a run has taken it in, and from files of before.
    pub lives: Option<LivesNews>,
    /// What the system says.
    pub resources: Resources,
    /// Ticks of 100 ms at which no snapshot could be sent, cumulative.
    pub skipped_ticks: u64,
    /// How many snapshots before this one were merged into it, as their receiver was slow.
    pub merged: u64,
}

/// One cohort of tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Cumulative.
    pub counts: Counts,
    /// Intended start to finish, of good and failed tasks, in nanoseconds; since the last snapshot.
    pub response: SparseHistogram,
    /// Start to finish, in nanoseconds; since the last snapshot.
    pub service: SparseHistogram,
    /// Admission to start, in nanoseconds; since the last snapshot.
    pub queue_wait: SparseHistogram,
    /// Intended start to offer: the generator's own lateness, in nanoseconds; since the last snapshot.
    pub schedule_delay: SparseHistogram,
    /// Where the time of completed tasks went, cumulative.
    pub split: TimeSplit,
    /// Wrapping sum over good tasks of a digest of what each did; cumulative. The same tasks give the same
    /// sum in any order, on every back end.
    pub digest: u64,
}

/// Where the time of tasks went: sums over [`Self::tasks`] tasks, in nanoseconds. The nine parts add up to
/// their response times. Of a task with several attempts all parts but the second describe its last attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSplit {
    /// How many tasks were split: of short tasks only every sixteenth, as reading the CPU clock would show.
    pub tasks: u64,
    /// Intended start to offer.
    pub schedule_delay_nanos: u64,
    /// Earlier attempts and back-off: from admission to the instant at which the last attempt entered the queue.
    pub retries_nanos: u64,
    /// In queues: before the first worker, between pools, at barriers.
    pub queue_wait_nanos: u64,
    /// From the queue to the first instruction of the task: dispatch, and the way to a worker process.
    pub dispatch_nanos: u64,
    /// Waiting for locks of lock and counter stages.
    pub lock_wait_nanos: u64,
    /// Waiting for the modelled interpreter lock.
    pub interpreter_wait_nanos: u64,
    /// Using a core, by the clock of the thread's CPU time.
    pub on_cpu_nanos: u64,
    /// Started and neither using a core nor waiting for a lock: waits, requests, files, and waiting for a core.
    pub off_cpu_nanos: u64,
    /// From the last instruction to the result being known to the caller.
    pub return_nanos: u64,
}

impl TimeSplit {
    /// All parts together, in nanoseconds.
    #[must_use]
    pub const fn total_nanos(&self) -> u64 {
        self.schedule_delay_nanos
            + self.retries_nanos
            + self.queue_wait_nanos
            + self.dispatch_nanos
            + self.lock_wait_nanos
            + self.interpreter_wait_nanos
            + self.on_cpu_nanos
            + self.off_cpu_nanos
            + self.return_nanos
    }
}

/// One shared counter: with worker processes the sum over their own ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// How it is protected.
    pub protection: Protection,
    /// How many additions were done.
    pub additions: u64,
    /// What it shows.
    pub value: u64,
}

impl Counter {
    /// Additions that do not show in the value.
    #[must_use]
    pub const fn lost_updates(&self) -> u64 {
        self.additions.saturating_sub(self.value)
    }
}

/// A pool of workers of the back end, and the queue in front of it, at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// What its workers are.
    pub kind: PoolKind,
    /// How many workers.
    pub workers: u32,
    /// Tasks in the queue in front of it.
    pub queued: u64,
    /// Tasks under way on it.
    pub in_flight: u64,
}

/// What the workers of a pool are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// Threads of the runner.
    Threads,
    /// Worker processes.
    Processes,
    /// Event loops of the runner.
    EventLoops,
}

/// Where the tasks of a cohort are. `offered = admitted + dropped`, and
/// `admitted = good + failed + timed_out + cancelled + queued + in_flight`, always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Became due.
    pub offered: u64,
    /// Taken by the queue.
    pub admitted: u64,
    /// Not taken by the queue, which was full.
    pub dropped: u64,
    /// Ended well.
    pub good: u64,
    /// Ended with an error, or lost with its worker.
    pub failed: u64,
    /// Given up after a time limit.
    pub timed_out: u64,
    /// Cut by the end of the block.
    pub cancelled: u64,
    /// Attempts after the first.
    pub retries: u64,
    /// Admitted and not started.
    pub queued: u64,
    /// Started and not ended.
    pub in_flight: u64,
}

impl Counts {
    /// Tasks that came to an end by themselves.
    #[must_use]
    pub const fn completed(&self) -> u64 {
        self.good + self.failed + self.timed_out
    }

    /// Whether the books balance.
    #[must_use]
    pub const fn obey_the_law(&self) -> bool {
        self.offered == self.admitted + self.dropped
            && self.admitted == self.completed() + self.cancelled + self.queued + self.in_flight
    }

    /// Both cohorts together.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            admitted: self.admitted + other.admitted,
            dropped: self.dropped + other.dropped,
            good: self.good + other.good,
            failed: self.failed + other.failed,
            timed_out: self.timed_out + other.timed_out,
            cancelled: self.cancelled + other.cancelled,
            retries: self.retries + other.retries,
            queued: self.queued + other.queued,
            in_flight: self.in_flight + other.in_flight,
        }
    }
}

/// What the system says of the block's processes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// CPU time of the back end: workers, and the runner without the instrument or the harness of an interpreter;
    /// cumulative nanoseconds.
    pub cpu_nanos: u64,
    /// CPU time of the instrument itself (generator, sampler, snapshots; the whole runner where an interpreter executes
    /// the tasks), cumulative nanoseconds.
    pub instrument_cpu_nanos: u64,
    /// CPU time of the observer (window or CLI), cumulative nanoseconds; none if it cannot be read.
    pub observer_cpu_nanos: Option<u64>,
    /// Voluntary context switches of runner and workers, cumulative; none if unknown.
    pub voluntary_switches: Option<u64>,
    /// Involuntary context switches of runner and workers, cumulative; none if unknown.
    pub involuntary_switches: Option<u64>,
    /// Memory, if it was sampled since the last snapshot.
    pub memory: Option<Memory>,
    /// Resident set sizes now; none if unknown.
    pub resident: Option<Resident>,
    /// The workers that live, by ascending number; at most [`WORKER_SAMPLES_MAX`](crate::wire::WORKER_SAMPLES_MAX).
    pub workers: Vec<WorkerSample>,
    /// Workers beyond these, which are in all sums.
    pub workers_unlisted: u32,
    /// The machine, if it was sampled since the last snapshot.
    pub machine: Option<MachineSample>,
}

/// The last word on a block that ended in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Whether a stop was asked for.
    pub stopped: bool,
    /// For a batch that was done: from its start to the end of its last task, in nanoseconds.
    pub makespan_nanos: Option<u64>,
    /// How many workers died in the block.
    pub worker_deaths: u32,
    /// How many worker processes were replaced because they had served their time.
    pub workers_recycled: u64,
    /// The first failures of tasks, as texts; at most ten.
    pub failures: Vec<String>,
}

impl Snapshot {
    /// Makes this snapshot the one that would have been taken if only `newer` had been asked for:
    /// counters from `newer`, histograms added up. Used when a reader is slow.
    pub fn absorb(&mut self, newer: Self) {
        let older = std::mem::replace(self, newer);
        self.merged += older.merged + 1;
        for (mine, theirs) in [
            (&mut self.warm_up, older.warm_up),
            (&mut self.measured, older.measured),
        ] {
            mine.response.absorb(&theirs.response);
            mine.service.absorb(&theirs.service);
            mine.queue_wait.absorb(&theirs.queue_wait);
            mine.schedule_delay.absorb(&theirs.schedule_delay);
        }
        self.loop_lag.absorb(&older.loop_lag);
        match (&mut self.lives, older.lives) {
            (Some(lives), Some(older)) => lives.absorb(older),
            (lives, older) => *lives = lives.take().or(older),
        }
        self.resources.memory = self.resources.memory.or(older.resources.memory);
        self.resources.machine = self.resources.machine.or(older.resources.machine);
    }
}
