//! Conclusions from what is known of a run.
//!
//! Figures of a live run are given too: they cover what has arrived by then.
//!
//! **Invariant**: no drawing, no files, no text beyond reasons and advice; what is not known is `None`.

mod capacity;
pub mod checkup;
mod compare;
mod comparison;
mod cost;
mod figures;
mod findings;
mod interpreter;
mod measure;
mod memory;
mod merged;
mod objectives;
mod parts;
mod remarks;
mod resilience;
mod sample;
mod scaling;
pub mod self_test;
mod steadiness;
mod sweep;
mod textbook;
mod trust;
mod verdict;

pub use capacity::{
    CapacityEnd, CapacityFigures, CapacityPlan, Held, Holds, ProbeFigures, objectives_hold,
};
pub use compare::{
    Comparison, NoiseFloor, NoiseOf, SMALLEST_DIFFERENCE_RATIO, compare, compare_runs, noise_floor,
};
pub use comparison::{
    Circumstance, Deviation, Judgement, Lost, MeasureComparison, NOTHING_IN_COMMON, PairComparison,
    RunComparison, RunOutcome, RunOutcomeKind, SETTINGS_MAX, SettingDifference, Side,
    TOLERANCE_RATIO, compare_candidates, compare_two, compare_whole, differing_machines,
    measured_candidates, reference,
};
pub use cost::{
    CostFigures, Demand, HOURS_PER_MONTH, Priced, Resource, Resources, Sizing, basis_label,
    consumed_per_hour, cost_per_1k, price_per_hour, rented_per_hour, sizing,
};
pub use figures::{
    CandidateFigures, CandidateStatus, FiguresBook, PercentileFigures, candidate_figures,
};
pub use findings::{Finding, FindingKind, STORM_RATIO};
pub use interpreter::{CollectionFigures, InterpreterLockFigures};
pub use measure::Measure;
pub use objectives::{Longer, ObjectiveResult, Outcome, objective_results};
pub use parts::{CounterFigures, LostUpdates, PoolFigures, SplitFigures};
pub use resilience::{
    AttemptFigures, BreakerFigures, FaultFigures, RECOVERED_RATIO, RecoveredTo, Recovery,
    ResilienceFigures, fault_label,
};
pub use scaling::{NoScaling, Scaling, WorkersFigures, scaling};
pub use steadiness::{Course, Steadiness, SteadinessLabel, steadiness};
pub use sweep::{AxisValues, Crossing, Doubts, PointFigures, SweepAxis, SweepFigures, SweepPlan};
pub use textbook::{Recommendation, Textbook};
pub use trust::{Bound, Trust, TrustLine, TrustUnit, trust};
pub use verdict::{Deciding, DecidingFigure, Verdict, VerdictKind, verdict};

/// Part of every candidate's figures.
pub use crate::stats::{Figure, Summary};

/// Part of what sweeps find.
pub use crate::stats::{Crossover, ScalingFit};
