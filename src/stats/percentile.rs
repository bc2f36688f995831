//! What histograms say of their percentiles; which there are, and what sample they need, is [`Percentile`]'s.

use serde::{Deserialize, Serialize};

use crate::stats::Histogram;
use crate::units::Percentile;

impl Percentile {
    /// Its value in `histogram`, or none while there are too few samples ([`Percentile::samples_needed`]).
    #[must_use]
    pub fn of(self, histogram: &Histogram) -> Option<u64> {
        if histogram.count_with_cut() < self.samples_needed() {
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
