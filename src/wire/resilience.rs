//! What faults did, and what defences did against them.

use serde::{Deserialize, Serialize};

/// What faults and defences did in a block so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resilience {
    /// What became of the attempts of measured tasks, cumulative; none if nobody watches attempts, as each task then
    /// has one.
    pub attempts: Option<Attempts>,
    /// The circuit breakers, by task kind in the order of the scenario; empty without any.
    pub breakers: Vec<BreakerState>,
    /// How many attempts or workers each fault of the scenario has hit, cumulative, in its order.
    pub fault_hits: Vec<u64>,
}

/// What became of attempts. `made = good + failed + timed_out + rejected + under way`, where the good ones are the good
/// tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attempts {
    /// Attempts that callers made: first ones, and retries.
    pub made: u64,
    /// Those that failed: with an error, lost with their worker, or refused by a full queue.
    pub failed: u64,
    /// Of the failed: retries that a full queue did not take.
    pub refused: u64,
    /// Those that their caller gave up after a time limit.
    pub timed_out: u64,
    /// Those that a circuit breaker did not let run.
    pub rejected: u64,
    /// Retries that did not take place as the budget was used up.
    pub denied: u64,
    /// Of those that timed out: how many were really stopped, by dropping a task of an event loop or by killing a
    /// worker process.
    pub stopped: u64,
    /// Of those that timed out: how many went on running to their end for nobody.
    pub wasted: u64,
    /// Of those that timed out: how many still run for nobody at this instant. Threads cannot be killed.
    pub stuck: u64,
    /// How often circuit breakers opened.
    pub openings: u64,
}

impl Attempts {
    /// Two counts together, of different blocks or different stretches of time.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            made: self.made + other.made,
            failed: self.failed + other.failed,
            refused: self.refused + other.refused,
            timed_out: self.timed_out + other.timed_out,
            rejected: self.rejected + other.rejected,
            denied: self.denied + other.denied,
            stopped: self.stopped + other.stopped,
            wasted: self.wasted + other.wasted,
            stuck: self.stuck + other.stuck,
            openings: self.openings + other.openings,
        }
    }
}

/// A circuit breaker at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Attempts run.
    #[default]
    Closed,
    /// Attempts fail at once.
    Open,
    /// A few attempts run to see whether it may close.
    HalfOpen,
}

impl BreakerState {
    /// As it stands behind a name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// Something that happened to a worker, or to what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When.
    pub elapsed_nanos: u64,
    /// What sort of thing.
    pub kind: IncidentKind,
    /// What, for people: "worker 2 was killed by signal 9; its task is lost, it is replaced".
    pub message: String,
}

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A worker died, or a pool broke.
    WorkerDied,
    /// A worker process was ended because its caller had given up.
    WorkerStopped,
    /// A fault of the scenario killed a worker.
    WorkerKilled,
    /// A fault of the scenario made a worker stand still.
    WorkerStalled,
    /// A fault of the scenario begins.
    FaultBegan,
    /// A fault of the scenario is over.
    FaultEnded,
    /// A circuit breaker cut off its task kind.
    BreakerOpened,
    /// A circuit breaker lets a few attempts run.
    BreakerHalfOpened,
    /// A circuit breaker lets all attempts run again.
    BreakerClosed,
}

impl IncidentKind {
    /// As it stands in a legend.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WorkerDied => "worker died",
            Self::WorkerStopped => "worker stopped",
            Self::WorkerKilled => "worker killed",
            Self::WorkerStalled => "worker stalled",
            Self::FaultBegan => "fault began",
            Self::FaultEnded => "fault over",
            Self::BreakerOpened => "breaker opened",
            Self::BreakerHalfOpened => "breaker half-open",
            Self::BreakerClosed => "breaker closed",
        }
    }
}
