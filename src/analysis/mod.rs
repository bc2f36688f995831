//! Conclusions from what is known of a run.
//!
//! Figures of a live run are given too: they cover what has arrived by then.
//!
//! **Invariant**: no drawing, no files, no text beyond reasons and advice; what is not known is `None`.

pub mod checkup;
mod cost;
mod figures;
mod merged;
pub mod self_test;
mod trust;
mod verdict;

pub use cost::{Resources, basis_label, cost_per_1k, price_per_hour};
pub use figures::{CandidateFigures, CandidateStatus, candidate_figures};
pub use trust::{Trust, trust};
pub use verdict::{Verdict, VerdictKind, verdict};

/// Part of every candidate's figures.
pub use crate::stats::Summary;
