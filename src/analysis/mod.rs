//! Conclusions from what is known of a run.
//!
//! Figures of a live run are given too: they cover what has arrived by then.
//!
//! **Invariant**: no drawing, no files, no text beyond reasons and advice; what is not known is `None`.

pub mod checkup;
mod compare;
mod comparison;
mod cost;
mod figures;
mod interpreter;
mod memory;
mod merged;
mod parts;
mod remarks;
mod resilience;
mod sample;
pub mod self_test;
mod steadiness;
mod trust;
mod verdict;

pub use compare::{
    Comparison, NoiseFloor, NoiseOf, SMALLEST_DIFFERENCE_RATIO, compare, compare_runs, noise_floor,
};
pub use comparison::{
    Circumstance, Deviation, Judgement, MeasureComparison, PairComparison, RunComparison,
    RunOutcome, RunOutcomeKind, SETTINGS_MAX, SettingDifference, Side, TOLERANCE_RATIO,
    compare_candidates, compare_whole, reference,
};
pub use cost::{
    Priced, Resource, Resources, basis_label, consumed_per_hour, cost_per_1k, price_per_hour,
    rented_per_hour,
};
pub use figures::{CandidateFigures, CandidateStatus, PercentileFigures, candidate_figures};
pub use interpreter::{CollectionFigures, InterpreterLockFigures};
pub use parts::{CounterFigures, LostUpdates, PoolFigures, SplitFigures};
pub use resilience::{
    AttemptFigures, BreakerFigures, FaultFigures, Finding, FindingKind, RECOVERED_RATIO, Recovery,
    ResilienceFigures, STORM_RATIO, fault_label,
};
pub use sample::Measure;
pub use steadiness::{Course, Steadiness, SteadinessLabel, steadiness};
pub use trust::{Bound, Trust, TrustLine, TrustUnit, trust};
pub use verdict::{Verdict, VerdictKind, verdict};

/// Part of every candidate's figures.
pub use crate::stats::{Figure, Summary};
