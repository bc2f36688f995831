//! Faults and defences in the document: attempts, breakers, recovery and what has a name.

use serde::Serialize;

use crate::analysis::{
    AttemptFigures, BreakerFigures, FaultFigures, Finding, FindingKind, RecoveredTo, Recovery,
    ResilienceFigures,
};
use crate::run::BreakerState;

/// What faults did to a candidate, and what its defences did against them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResilienceDocument {
    /// What became of the attempts of measured tasks; null where nobody watches attempts, as each task then has one.
    pub attempts: Option<AttemptsDocument>,
    /// The circuit breakers, by task kind; empty without any.
    pub breakers: Vec<BreakerDocument>,
    /// The faults of the scenario and how often they hit; empty without any.
    pub faults: Vec<FaultDocument>,
    /// Why the back end was not whole, such as workers that died; empty if it was.
    pub degraded: Vec<String>,
    /// `back`, `not_within_run` or `not_known`; null if no fault ended within the measurement.
    pub recovery: Option<&'static str>,
    /// From the end of the last fault that ended within the measurement to the instant from which goodput was back, for
    /// a second at least; of the worst block. Null unless it was back.
    pub recovery_nanos: Option<u64>,
    /// What counts as back: `nine_tenths` of the goodput before the first fault, or the `objectives` on response time
    /// and goodput; null where `recovery` is.
    pub recovered_to: Option<&'static str>,
}

/// What became of attempts, added up over the blocks: `made` is the sum of the good tasks, `failed`, `timed_out` and
/// `rejected`, and of those that were cut by the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AttemptsDocument {
    /// First attempts and retries.
    pub made: u64,
    /// Those that failed: with an error, lost with their worker, or refused by a full queue.
    pub failed: u64,
    /// Of the failed: retries that a full queue did not take.
    pub refused: u64,
    /// Those that their caller gave up after a time limit.
    pub timed_out: u64,
    /// Those that a circuit breaker did not let run.
    pub rejected: u64,
    /// Retries that did not take place as their budget was used up.
    pub denied: u64,
    /// Of those that timed out: how many were really stopped.
    pub stopped: u64,
    /// Of those that timed out: how many went on running to their end for nobody.
    pub wasted: u64,
    /// Of those that timed out: how many still ran for nobody at the end.
    pub stuck: u64,
    /// How often circuit breakers opened.
    pub openings: u64,
    /// Attempts per task that the queue took; null before the first one.
    pub amplification: Option<f64>,
    /// Share of the attempts that ran of which nobody had anything; null before the first one has ended.
    pub wasted_work_ratio: Option<f64>,
}

/// A circuit breaker.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BreakerDocument {
    /// Name of the task kind that it guards.
    pub task: String,
    /// Where it stood when it was seen last.
    pub state: BreakerState,
    /// How long it was open, over the time of the measurements; null before these began.
    pub open_ratio: Option<f64>,
}

/// A fault of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FaultDocument {
    /// What goes wrong, for people.
    pub label: String,
    /// How many attempts or workers it hit.
    pub hits: u64,
}

/// Something that went wrong in a way that has a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingDocument {
    /// Its name.
    pub name: FindingKind,
    /// The figures that show it, for people.
    pub evidence: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// The word for an answer.
pub(in crate::export) const fn recovery_word(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::After(_) => "back",
        Recovery::NotWithin(_) => "not_within_run",
        Recovery::Unknown => "not_known",
    }
}

/// The word for what counts as back.
const fn recovered_word(to: RecoveredTo) -> &'static str {
    match to {
        RecoveredTo::NineTenths => "nine_tenths",
        RecoveredTo::Objectives => "objectives",
    }
}

/// How long it took; none unless goodput was back.
pub(in crate::export) const fn recovery_nanos(recovery: Recovery) -> Option<u64> {
    match recovery {
        Recovery::After(nanos) => Some(nanos),
        Recovery::NotWithin(_) | Recovery::Unknown => None,
    }
}

impl From<ResilienceFigures> for ResilienceDocument {
    fn from(figures: ResilienceFigures) -> Self {
        let ResilienceFigures {
            attempts,
            breakers,
            faults,
            degraded,
            recovery,
            recovered_to,
        } = figures;
        Self {
            attempts: attempts.map(AttemptsDocument::from),
            breakers: breakers.into_iter().map(BreakerDocument::from).collect(),
            faults: faults.into_iter().map(FaultDocument::from).collect(),
            degraded,
            recovery: recovery.map(recovery_word),
            recovery_nanos: recovery.and_then(recovery_nanos),
            recovered_to: recovery.map(|_| recovered_word(recovered_to)),
        }
    }
}

impl From<AttemptFigures> for AttemptsDocument {
    fn from(figures: AttemptFigures) -> Self {
        let attempts = figures.attempts;
        Self {
            made: attempts.made,
            failed: attempts.failed,
            refused: attempts.refused,
            timed_out: attempts.timed_out,
            rejected: attempts.rejected,
            denied: attempts.denied,
            stopped: attempts.stopped,
            wasted: attempts.wasted,
            stuck: attempts.stuck,
            openings: attempts.openings,
            amplification: figures.amplification,
            wasted_work_ratio: figures.wasted_work_ratio,
        }
    }
}

impl From<BreakerFigures> for BreakerDocument {
    fn from(figures: BreakerFigures) -> Self {
        let BreakerFigures {
            task,
            state,
            open_ratio,
        } = figures;
        Self {
            task,
            state,
            open_ratio,
        }
    }
}

impl From<FaultFigures> for FaultDocument {
    fn from(figures: FaultFigures) -> Self {
        let FaultFigures { label, hits } = figures;
        Self { label, hits }
    }
}

impl From<Finding> for FindingDocument {
    fn from(finding: Finding) -> Self {
        Self {
            name: finding.kind,
            advice: finding.kind.advice(),
            evidence: finding.evidence,
        }
    }
}
