//! Waiting without using a core, and drawing how long.

use std::time::Duration;

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::stages::StageError;
use crate::scenario::Distribution;
use crate::stats::rng::Rng;

/// No draw is longer: a log-normal tail has no end of its own.
const LONGEST_NANOS: f64 = 3600e9;

/// Draws a length of time, in nanoseconds.
pub(in crate::engine) fn draw(distribution: Distribution, rng: &mut Rng) -> u64 {
    match distribution {
        Distribution::Constant(time) => time.0,
        Distribution::Uniform { from, to } => {
            from.0 + (rng.unit() * to.0.saturating_sub(from.0) as f64) as u64
        }
        Distribution::Exponential { mean } => {
            (mean.0 as f64 * rng.exponential()).min(LONGEST_NANOS) as u64
        }
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => {
            if rng.unit() < other_share {
                other.0
            } else {
                usual.0
            }
        }
        Distribution::LogNormal { median, .. } => {
            let factor = (distribution.sigma() * rng.normal()).exp();
            (median.0 as f64 * factor).min(LONGEST_NANOS) as u64
        }
    }
}

/// Waits.
#[derive(Debug)]
pub struct WaitStep {
    time: Distribution,
}

impl WaitStep {
    pub(super) const fn new(time: Distribution) -> Self {
        Self { time }
    }

    pub(super) fn run(&self, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        let time = draw(self.time, rng);
        if cancel.wait_until(clock::now_nanos() + time) {
            Ok(time)
        } else {
            Err(StageError::Cancelled)
        }
    }

    /// tokio's timer ticks once a millisecond and rounds up: a wait is about a millisecond late.
    pub(super) async fn run_async(&self, rng: &mut Rng) -> u64 {
        let time = draw(self.time, rng);
        tokio::time::sleep(Duration::from_nanos(time)).await;
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn log_normal_draws_have_the_median_and_the_95th_percentile_asked_for() {
        let distribution = Distribution::LogNormal {
            median: Nanos::from_millis(40),
            p95: Nanos::from_millis(120),
        };
        let mut rng = Rng::new(1, 1);
        let mut draws: Vec<_> = (0..20_001).map(|_| draw(distribution, &mut rng)).collect();
        draws.sort_unstable();
        let near = |index: usize, millis: f64| {
            let found = draws[index] as f64 / 1e6;
            assert!(
                (found / millis - 1.0).abs() < 0.03,
                "{found} instead of {millis}"
            );
        };
        near(10_000, 40.0);
        near(19_000, 120.0);
        let mean = draws.iter().sum::<u64>() as f64 / draws.len() as f64;
        assert!((mean / distribution.mean_nanos() - 1.0).abs() < 0.03);
    }

    #[test]
    fn a_cancelled_wait_ends_at_once() {
        let cancel = Cancel::default();
        cancel.set();
        let step = WaitStep::new(Distribution::Constant(Nanos::from_secs(3600)));
        assert!(matches!(
            step.run(&mut Rng::new(1, 1), &cancel),
            Err(StageError::Cancelled)
        ));
    }
}
