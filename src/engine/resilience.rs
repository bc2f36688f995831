//! What faults did, and what defences did against them.

/// Something that happened to a worker, or to what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// When, in nanoseconds on the monotonic clock.
    pub at_nanos: u64,
    /// What sort of thing.
    pub kind: IncidentKind,
    /// What, for people.
    pub message: String,
}

/// What sort of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What faults and defences did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resilience {
    /// What became of the attempts of measured tasks; none if nobody watches attempts.
    pub attempts: Option<Attempts>,
    /// The circuit breakers, by task kind; empty without any.
    pub breakers: Vec<BreakerState>,
    /// How many attempts or workers each fault has hit.
    pub fault_hits: Vec<u64>,
}

/// What became of the attempts of measured tasks.
/// `made = good + failed + timed_out + rejected + under way`, where the good ones are the good tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Of those that timed out: how many were really stopped.
    pub stopped: u64,
    /// Of those that timed out: how many went on running to their end for nobody.
    pub wasted: u64,
    /// Of those that timed out: how many still run for nobody.
    pub stuck: u64,
    /// How often circuit breakers opened.
    pub openings: u64,
}

/// A circuit breaker at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BreakerState {
    /// Attempts run.
    #[default]
    Closed,
    /// Attempts fail at once.
    Open,
    /// A few attempts run to see whether it may close.
    HalfOpen,
}
