//! Pure mathematics: histograms and their percentiles, intervals, queueing and scaling laws, crossings of curves, reduction to screen width.
//!
//! **Invariant**: no clock, no file, no knowledge of tasks; every function is a function of its arguments.

pub mod bootstrap;
pub mod crossover;
mod histogram;
mod knee;
mod percentile;
pub mod queueing;
pub mod reduce;
pub mod rng;
pub mod scaling;
mod student;
pub mod text_form;
pub mod uncertain;

pub use bootstrap::Figure;
pub use crossover::{Crossover, RatioAt, crossover};
pub use histogram::{Histogram, HistogramLayout, SparseHistogram};
pub use knee::knee;
pub use percentile::Summary;
pub use scaling::{Coefficients, Law, ScalingFit, ThroughputAt};
pub use student::student_t;
pub use uncertain::Uncertain;

/// What a [`Histogram`] is asked for.
pub use crate::units::Percentile;
