//! Pure mathematics: histograms and their percentiles, queueing laws, reduction to screen width.
//!
//! **Invariant**: no clock, no file, no knowledge of tasks; every function is a function of its arguments.

mod histogram;
mod percentile;
pub mod queueing;
pub mod reduce;
pub mod rng;

pub use histogram::{Histogram, HistogramLayout, SparseHistogram};
pub use percentile::{Percentile, Summary};
