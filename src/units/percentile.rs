//! Which percentiles there are, and how large a sample must be for one.
//!
//! The maximum of n values is an upper bound of the percentile p with 95 % confidence only if
//! p^n ≤ 0.05, that is n ≥ ln 0.05 / ln p: 59 for p95, 299 for p99, 2,995 for p99.9.
//! Below that the percentile is not yet known and is shown as missing.

use serde::{Deserialize, Serialize};

/// A percentile that is shown somewhere, or bounded by an objective.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Percentile {
    /// The median.
    P50,
    /// Nine tenths are at most this.
    P90,
    /// 95 of 100 are at most this.
    P95,
    /// 99 of 100 are at most this: what most agreements are about.
    #[default]
    P99,
    /// 999 of 1,000 are at most this.
    P999,
}

impl Percentile {
    /// All of them, ascending.
    pub const ALL: [Self; 5] = [Self::P50, Self::P90, Self::P95, Self::P99, Self::P999];

    /// As a number from 0 to 1.
    #[must_use]
    pub const fn quantile(self) -> f64 {
        match self {
            Self::P50 => 0.5,
            Self::P90 => 0.9,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
            Self::P999 => 0.999,
        }
    }

    /// As people write it: `p99.9`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
        }
    }

    /// The smallest sample from which it may be told; see the module's documentation.
    #[must_use]
    pub const fn samples_needed(self) -> u64 {
        match self {
            Self::P50 => 5,
            Self::P90 => 29,
            Self::P95 => 59,
            Self::P99 => 299,
            Self::P999 => 2_995,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_needs_so_many_samples_that_one_of_them_is_likely_above_it() {
        for percentile in Percentile::ALL {
            let bound = 0.05_f64.ln() / percentile.quantile().ln();
            assert_eq!(percentile.samples_needed(), bound.ceil() as u64);
        }
    }
}
