//! Conclusions from what is known of a run.
//!
//! Figures of a live run are given too: they cover what has arrived by then.
//!
//! **Invariant**: no drawing, no files, no text beyond reasons and advice; what is not known is `None`.

mod capacity;
pub mod checkup;
mod compare;
mod cost;
mod figures;
mod interpreter;
mod memory;
mod merged;
mod parts;
mod remarks;
mod resilience;
mod sample;
mod scaling;
pub mod self_test;
mod steadiness;
mod sweep;
mod trust;
mod verdict;

pub use capacity::{CapacityEnd, CapacityFigures, CapacityPlan, Held, Holds, ProbeFigures};
pub use compare::{
    Comparison, NoiseFloor, NoiseOf, SMALLEST_DIFFERENCE_RATIO, compare, compare_runs, noise_floor,
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
pub use scaling::{NoScaling, Scaling, WorkersFigures, scaling};
pub use steadiness::{Course, Steadiness, SteadinessLabel, steadiness};
pub use sweep::{Crossing, Doubts, PointFigures, SweepAxis, SweepFigures, SweepPlan};
pub use trust::{Bound, Trust, TrustLine, TrustUnit, trust};
pub use verdict::{Verdict, VerdictKind, verdict};

/// Part of every candidate's figures.
pub use crate::stats::{Figure, Summary};
