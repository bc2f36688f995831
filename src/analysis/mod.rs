//! Conclusions from what is known of a run.
//!
//! **Invariant**: no drawing, no files, no text beyond reasons and advice; what is not known is `None`.

mod figures;

pub use figures::{CandidateFigures, CandidateStatus, Trust, candidate_figures, trust};
