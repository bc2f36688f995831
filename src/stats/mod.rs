//! Pure mathematics: histograms and their percentiles, intervals, queueing laws, reduction to screen width.
//!
//! **Invariant**: no clock, no file, no knowledge of tasks; every function is a function of its arguments.

pub mod bootstrap;
mod histogram;
mod percentile;
pub mod queueing;
pub mod reduce;
pub mod rng;
mod student;
pub mod text_form;

pub use bootstrap::Figure;
pub use histogram::{Histogram, HistogramLayout, SparseHistogram};
pub use percentile::{Percentile, Summary};
pub use student::student_t;
