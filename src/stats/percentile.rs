//! Which percentiles there are, and when a sample is large enough for one.
//!
//! The maximum of n values is an upper bound of the percentile p with 95 % confidence only if
//! p^n ≤ 0.05, that is n ≥ ln 0.05 / ln p: 59 for p95, 299 for p99, 2,995 for p99.9.
//! Below that the percentile is not yet known and is shown as missing.

use serde::{Deserialize, Serialize};

use crate::stats::Histogram;

/// A percentile that is shown somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Percentile {
    /// The median.
    P50,
    /// Nine tenths are at most this.
    P90,
    /// 95 of 100 are at most this.
    P95,
    /// 99 of 100 are at most this.
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

    /// Its value in `histogram`, or none while there are too few samples.
    #[must_use]
    pub fn of(self, histogram: &Histogram) -> Option<u64> {
        if histogram.count() + histogram.cut() < self.samples_needed() {
            return None;
        }
        histogram.quantile(self.quantile())
    }
}

/// The figures of one histogram that tables and documents show; none where not known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many values.
    pub count: u64,
    /// Median.
    pub p50: Option<u64>,
    /// 90th percentile.
    pub p90: Option<u64>,
    /// 95th percentile.
    pub p95: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
    /// 99.9th percentile.
    pub p99_9: Option<u64>,
    /// Largest value; none if values were cut, which may be larger.
    pub max: Option<u64>,
    /// Arithmetic mean; none if values were cut.
    pub mean: Option<f64>,
    /// How many of the values were beyond the histogram's range: counted, and known by the largest only.
    pub overflow: u64,
}

impl Summary {
    /// Reads the figures off `histogram`.
    #[must_use]
    pub fn of(histogram: &Histogram) -> Self {
        Self {
            count: histogram.count(),
            p50: Percentile::P50.of(histogram),
            p90: Percentile::P90.of(histogram),
            p95: Percentile::P95.of(histogram),
            p99: Percentile::P99.of(histogram),
            p99_9: Percentile::P999.of(histogram),
            max: histogram.max(),
            mean: histogram.mean(),
            overflow: histogram.overflow(),
        }
    }

    /// One of its percentiles.
    #[must_use]
    pub const fn percentile(&self, percentile: Percentile) -> Option<u64> {
        match percentile {
            Percentile::P50 => self.p50,
            Percentile::P90 => self.p90,
            Percentile::P95 => self.p95,
            Percentile::P99 => self.p99,
            Percentile::P999 => self.p99_9,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_missing_until_there_are_enough_samples() {
        for (percentile, needed) in [
            (Percentile::P95, 59),
            (Percentile::P99, 299),
            (Percentile::P999, 2_995),
        ] {
            let mut histogram = Histogram::new();
            for value in 1..needed {
                histogram.record(value);
            }
            assert_eq!(percentile.of(&histogram), None);
            histogram.record(needed);
            assert!(percentile.of(&histogram).is_some());
            let bound = 0.05_f64.ln() / percentile.quantile().ln();
            assert_eq!(percentile.samples_needed(), bound.ceil() as u64);
        }
    }

    #[test]
    fn p99_is_never_above_the_maximum() {
        let mut histogram = Histogram::new();
        for _ in 0..400 {
            histogram.record(1_000_001);
        }
        let summary = Summary::of(&histogram);
        assert_eq!(summary.p99, Some(1_000_001));
        assert_eq!(summary.max, Some(1_000_001));
    }
}
