//! What a candidate's figures show that has a name: what holds it up, what went wrong, and what to do.

pub(super) mod limits;
mod load;
mod machine;
mod resilience;
#[cfg(test)]
mod tests;
pub(super) mod work;

pub use resilience::STORM_RATIO;

use serde::Serialize;

use crate::analysis::CandidateFigures;
use crate::analysis::resilience::Back;
use crate::run::{Block, Run};

/// What sort of thing was found; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The fault is over, the load is what it was, and goodput does not come back.
    MetastableOverload,
    /// Retries without a budget multiply the load while faults last.
    RetryStorm,
    /// A circuit breaker closes and opens again and again.
    BreakerFlapping,
    /// Attempts that nobody waits for kept workers busy to the end.
    StuckWorkers,
    /// Workers died more often than they may be replaced.
    RestartBudgetUsedUp,
    /// More became due than the workers can do: tasks wait for their turn, or are dropped.
    QueueBound,
    /// Tasks that need a core keep an event loop from the others.
    EventLoopBlocked,
    /// More threads or processes want a core than there are cores.
    Oversubscribed,
    /// The machine's memory is what is short.
    MemoryBound,
    /// Tasks wait for the interpreter lock.
    InterpreterLockBound,
    /// Tasks wait for locks of their own stages.
    LockBound,
    /// Bytes on their way into and out of workers take the time.
    TransferBound,
    /// Getting ready takes as long as the work.
    StartUpBound,
    /// Tasks use cores, and all that they may use are busy.
    CpuBound,
    /// Tasks wait for something outside of the machine's processors.
    WaitBound,
    /// The load generator came late: response times are partly its own.
    GeneratorLate,
    /// The measurement had not settled.
    Unsteady,
    /// Too few tasks ended for what is asked of them.
    TooShort,
}

impl FindingKind {
    /// Its name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::MetastableOverload => "metastable overload",
            Self::RetryStorm => "retry storm",
            Self::BreakerFlapping => "breaker flapping",
            Self::StuckWorkers => "stuck workers",
            Self::RestartBudgetUsedUp => "restart budget used up",
            Self::QueueBound => "overload",
            Self::EventLoopBlocked => "event loop blocked",
            Self::Oversubscribed => "oversubscribed",
            Self::MemoryBound => "memory-bound",
            Self::InterpreterLockBound => "interpreter-lock-bound",
            Self::LockBound => "lock-bound",
            Self::TransferBound => "transfer-bound",
            Self::StartUpBound => "start-up-bound",
            Self::CpuBound => "CPU-bound",
            Self::WaitBound => "wait-bound",
            Self::GeneratorLate => "generator late",
            Self::Unsteady => "unsteady",
            Self::TooShort => "too short",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::MetastableOverload => {
                "Give retries a budget, shed tasks by age or bound the queue, so that what is attempted falls below \
                 what the workers can do"
            }
            Self::RetryStorm => "Give the retries a budget, such as one for ten tasks",
            Self::BreakerFlapping => {
                "Leave the breaker open for longer, or let it look back on more calls before it opens"
            }
            Self::StuckWorkers => {
                "A thread cannot be stopped from outside: give the call a time limit of its own, or run it on worker \
                 processes or an event loop"
            }
            Self::RestartBudgetUsedUp => {
                "Find what kills the workers, or allow more restarts: those that died last were not replaced"
            }
            Self::QueueBound => {
                "Give it more workers if cores are free, else more cores or less work per task; bound the queue, or \
                 shed by age, so that those who are served are served in time"
            }
            Self::EventLoopBlocked => {
                "Move what computes off the event loop: to blocking threads, or to worker processes where a lock \
                 keeps threads from running together"
            }
            Self::Oversubscribed => {
                "Use as many workers for computing as there are cores; more only take turns"
            }
            Self::MemoryBound => {
                "Use fewer workers, hold less at a time, or take a machine with more memory per core"
            }
            Self::InterpreterLockBound => {
                "Run it on processes, in an interpreter without the lock, or in native code that releases it"
            }
            Self::LockBound => {
                "Hold the lock for less time, split it into several, or gather per worker and merge at the end"
            }
            Self::TransferBound => {
                "Send less: pass a reference or shared memory in place of the bytes, use larger chunks, or use \
                 threads, which share"
            }
            Self::StartUpBound => {
                "Keep the workers for longer, start them as copies of one that is ready, or use fewer"
            }
            Self::CpuBound => {
                "More workers than cores do not help: use less CPU per task, or more cores"
            }
            Self::WaitBound => {
                "More tasks under way at once raise the throughput: more threads, or an event loop, which needs less \
                 memory for each"
            }
            Self::GeneratorLate => {
                "Lower the rate, or leave a core to the generator: run fewer workers, or close other programs"
            }
            Self::Unsteady => {
                "Raise the warm-up, measure for longer, and look at the course of the charts for what changed"
            }
            Self::TooShort => "Measure for longer, or repeat more often",
        }
    }

    /// Whether something is wrong; the others say what holds a candidate up, as something always does.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        !matches!(
            self,
            Self::CpuBound | Self::WaitBound | Self::TransferBound | Self::StartUpBound
        )
    }

    /// Whether it tells of faults, retries and workers that died.
    #[must_use]
    pub const fn is_of_resilience(self) -> bool {
        matches!(
            self,
            Self::MetastableOverload
                | Self::RetryStorm
                | Self::BreakerFlapping
                | Self::StuckWorkers
                | Self::RestartBudgetUsedUp
        )
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What sort of thing.
    pub kind: FindingKind,
    /// The figures that show it, for people.
    pub evidence: String,
}

impl Finding {
    /// In one line: `retry storm: 3.20 attempts per task …. Give the retries a budget …`.
    #[must_use]
    pub fn line(&self) -> String {
        let (label, advice) = (self.kind.label(), self.kind.advice());
        format!("{label}: {}. {advice}", self.evidence)
    }
}

/// What was found in one block; a larger weight is the worse case of the same kind.
struct Found {
    kind: FindingKind,
    weight: f64,
    evidence: String,
}

/// Each kind once, by its worst case of `blocks` blocks, with how many of them have it.
fn worst(mut found: Vec<Found>, blocks: usize) -> Vec<Finding> {
    found.sort_by(|a, b| a.kind.cmp(&b.kind).then(b.weight.total_cmp(&a.weight)));
    let finding = |same: &[Found]| {
        let evidence = if blocks > 1 {
            let of = same.len();
            format!("in {of} of {blocks} blocks, at worst {}", same[0].evidence)
        } else {
            same[0].evidence.clone()
        };
        Finding {
            kind: same[0].kind,
            evidence,
        }
    };
    found
        .chunk_by(|a, b| a.kind == b.kind)
        .map(finding)
        .collect()
}

/// What was found of the candidate with these figures and blocks: each kind once, the worst first.
pub(super) fn findings(run: &Run, figures: &CandidateFigures, blocks: &[&Block]) -> Vec<Finding> {
    let scenario = &run.request.scenario;
    let windows = run.request.fault_windows();
    let defences = scenario.defences_of(figures.candidate);
    let back = Back::of(scenario);
    let of_blocks = blocks
        .iter()
        .flat_map(|block| resilience::of_block(block, &defences, &windows, back));
    let mut findings = worst(of_blocks.collect(), blocks.len());
    findings.extend(work::findings(run, figures));
    findings.extend(load::findings(run, figures));
    findings.extend(machine::findings(run, figures, blocks));
    findings.sort_by_key(|finding| finding.kind);
    findings
}
