//! What must come out when poolscope measures itself: the freeze test and the A/A test.
//!
//! *Freeze test.* At a constant rate a process is stopped for a part of the measurement. A task that became due
//! `t` before the process goes on has a response time of `t`; all others have next to none. So the percentiles
//! follow from the lengths alone (Gil Tene's "coordinated omission": a tool that leaves out the tasks that it could
//! not start in time shows a p99 near zero instead).
//!
//! *A/A test.* The same candidate measured as if it were two: the interval of the ratio must hold 1, and how far it
//! reaches is the noise floor of this machine.

use crate::run::{Block, BlockState, Run};
use crate::stats::bootstrap::{Bootstrap, CONFIDENCE, Scale, Spread};

/// A percentile may differ from what follows from the schedule by this share of it.
pub const FREEZE_TOLERANCE_RATIO: f64 = 0.05;
/// Which percentiles the freeze test looks at, as numbers from 0 to 1.
pub const FREEZE_QUANTILES: [f64; 3] = [0.75, 0.90, 0.99];

/// One percentile of the freeze test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrozenPercentile {
    /// Which, from 0 to 1.
    pub quantile: f64,
    /// What follows from the schedule, in nanoseconds.
    pub expected_nanos: f64,
    /// What was measured, in nanoseconds; none without samples.
    pub measured_nanos: Option<u64>,
}

impl FrozenPercentile {
    /// Measured over expected, less 1; none without samples.
    #[must_use]
    pub fn error_ratio(&self) -> Option<f64> {
        Some(self.measured_nanos? as f64 / self.expected_nanos - 1.0)
    }

    /// Whether it is within [`FREEZE_TOLERANCE_RATIO`].
    #[must_use]
    pub fn holds(&self) -> bool {
        self.error_ratio()
            .is_some_and(|error| error.abs() <= FREEZE_TOLERANCE_RATIO)
    }
}

/// The percentile `quantile` of response times at a constant rate, in nanoseconds, if the system stood still for
/// `frozen_nanos` of `measured_nanos`.
#[must_use]
pub fn frozen_percentile_nanos(quantile: f64, frozen_nanos: u64, measured_nanos: u64) -> f64 {
    let (frozen, measured) = (frozen_nanos as f64, measured_nanos as f64);
    // The slowest (1 - quantile) of all tasks became due at the begin of the stop, one after the other.
    (frozen - (1.0 - quantile) * measured).max(0.0)
}

/// The percentiles of a block that was stopped for `frozen_nanos` within its measurement, or why there are none.
///
/// # Errors
/// With a text for people, if the block did not come to its end.
pub fn freeze_test(block: &Block, frozen_nanos: u64) -> Result<[FrozenPercentile; 3], String> {
    if let BlockState::Failed { cause } = &block.state {
        return Err(cause.clone());
    }
    let (BlockState::Done, Some(window)) = (&block.state, block.window()) else {
        return Err("The block did not come to its end.".to_owned());
    };
    if let Some(violation) = &block.violation {
        return Err(violation.clone());
    }
    let counts = block.counts();
    if counts.completed() != counts.offered {
        return Err(format!(
            "Of {} tasks that became due, {} came to their end.",
            counts.offered,
            counts.completed()
        ));
    }
    Ok(FREEZE_QUANTILES.map(|quantile| FrozenPercentile {
        quantile,
        expected_nanos: frozen_percentile_nanos(quantile, frozen_nanos, window.nanos),
        measured_nanos: block.measured.response.quantile(quantile),
    }))
}

/// What two series of blocks of the same candidate say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfComparison {
    /// How many blocks each series has.
    pub blocks: usize,
    /// Ratio of the two throughputs.
    pub ratio: f64,
    /// Its 95 % interval.
    pub low: f64,
    /// Its 95 % interval.
    pub high: f64,
    /// The interval of [`SURE`].
    sure: (f64, f64),
}

/// One run in a thousand of the same against the same is called different by chance.
const SURE: f64 = 0.999;

impl SelfComparison {
    /// Whether the 95 % interval holds 1: so it does in 19 of 20 comparisons of the same with itself.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.low <= 1.0 && 1.0 <= self.high
    }

    /// Whether an interval holds 1 that holds it in all but one of a thousand such comparisons.
    #[must_use]
    pub fn surely_the_same(&self) -> bool {
        self.sure.0 <= 1.0 && 1.0 <= self.sure.1
    }

    /// The noise floor: the difference, as a share, that the interval cannot tell from none.
    #[must_use]
    pub fn noise_floor_ratio(&self) -> f64 {
        (1.0 - self.low).abs().max((self.high - 1.0).abs())
    }
}

/// Compares the blocks of the first candidate with those of its twin, by throughput; none with too few blocks.
#[must_use]
pub fn self_comparison(run: &Run) -> Option<SelfComparison> {
    let series = |twin: bool| -> Vec<f64> {
        run.blocks
            .iter()
            .filter(|block| block.planned.twin == twin && block.state == BlockState::Done)
            .filter_map(Block::window)
            .filter(|window| window.nanos > 0)
            .map(|window| window.good as f64 / (window.nanos as f64 / 1e9))
            .collect()
    };
    let (first, twin) = (series(false), series(true));
    compare(&first, &twin)
}

fn compare(first: &[f64], twin: &[f64]) -> Option<SelfComparison> {
    let ratio = mean_spread(first, 1)?.over(&mean_spread(twin, 2)?)?;
    let (low, high) = ratio.ends(CONFIDENCE);
    Some(SelfComparison {
        blocks: first.len().min(twin.len()),
        ratio: ratio.value,
        low,
        high,
        sure: ratio.ends(SURE),
    })
}

fn mean_spread(values: &[f64], seed: u64) -> Option<Spread> {
    Bootstrap::new(values.len(), seed).spread(Scale::Ratio, |times| {
        let weights = values.iter().zip(times);
        let sum: f64 = weights
            .map(|(value, times)| value * f64::from(*times))
            .sum();
        let count: u32 = times.iter().sum();
        (count > 0).then(|| sum / f64::from(count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_of_half_the_time_gives_the_known_percentiles() {
        let nanos = |quantile| frozen_percentile_nanos(quantile, 5_000_000_000, 10_000_000_000);
        for (quantile, secs) in [
            (0.75, 2.5),
            (0.90, 4.0),
            (0.99, 4.9),
            (0.5, 0.0),
            (0.2, 0.0),
        ] {
            assert!((nanos(quantile) / 1e9 - secs).abs() < 1e-9, "{quantile}");
        }
        let short = frozen_percentile_nanos(0.75, 1_000_000_000, 2_000_000_000);
        assert!((short / 1e9 - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_percentile_holds_within_five_per_cent_and_not_without_samples() {
        let of = |measured_nanos| FrozenPercentile {
            quantile: 0.75,
            expected_nanos: 1_000.0,
            measured_nanos,
        };
        assert!(of(Some(1_049)).holds() && of(Some(951)).holds());
        assert!(!of(Some(1_051)).holds() && !of(Some(0)).holds() && !of(None).holds());
    }

    #[test]
    fn the_same_twice_differs_by_the_noise_only() {
        let (first, twin) = ([100.0, 102.0, 98.0, 101.0], [99.0, 101.0, 103.0, 97.0]);
        let same = compare(&first, &twin).unwrap();
        assert!(same.holds() && same.surely_the_same() && same.noise_floor_ratio() > 0.01);
        let other = compare(&first, &twin.map(|value| value * 1.5)).unwrap();
        assert!(!other.holds() && !other.surely_the_same());
        assert_eq!(
            compare(&first[..1], &twin),
            None,
            "one block has no interval"
        );
    }
}
