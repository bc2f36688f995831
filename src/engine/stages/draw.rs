//! Drawing how long something takes: one number of a [`Distribution`], from a task's own stream.

use crate::scenario::Distribution;
use crate::stats::rng::Rng;

/// No draw is longer: the tails of some distributions have no end of their own.
const LONGEST_NANOS: u64 = 3_600_000_000_000;

/// Draws a length of time, in nanoseconds; at most an hour.
///
/// Exponential by inversion, log-normal as exp(ln median + σ·N), N by Box and Muller (see `stats::rng`).
pub(in crate::engine) fn draw(distribution: Distribution, rng: &mut Rng) -> u64 {
    // A float above the range of u64 becomes its largest value.
    let drawn = match distribution {
        Distribution::Constant(time) => time.0,
        Distribution::Uniform { from, to } => {
            let width = to.0.saturating_sub(from.0) as f64;
            from.0.saturating_add((rng.unit() * width) as u64)
        }
        Distribution::Exponential { mean } => (mean.0 as f64 * rng.exponential()) as u64,
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
            (median.0 as f64 * factor) as u64
        }
    };
    drawn.min(LONGEST_NANOS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    /// An odd number, so that the median is one of them.
    const DRAWS: usize = 40_001;

    /// Draws, ascending.
    fn sorted_draws(distribution: Distribution) -> Vec<u64> {
        let mut rng = Rng::new(1, 1);
        let mut draws: Vec<_> = (0..DRAWS).map(|_| draw(distribution, &mut rng)).collect();
        draws.sort_unstable();
        draws
    }

    fn mean(draws: &[u64]) -> f64 {
        draws.iter().map(|nanos| *nanos as f64).sum::<f64>() / draws.len() as f64
    }

    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 0.03,
            "{found} instead of {expected}"
        );
    }

    #[test]
    fn a_constant_is_always_the_same() {
        let draws = sorted_draws(Distribution::Constant(Nanos(1_234_567)));
        assert!(draws.iter().all(|nanos| *nanos == 1_234_567));
    }

    #[test]
    fn uniform_draws_fill_their_range_and_stay_in_it() {
        let distribution = Distribution::Uniform {
            from: Nanos::from_millis(10),
            to: Nanos::from_millis(30),
        };
        let draws = sorted_draws(distribution);
        assert!(draws[0] >= 10_000_000 && draws[DRAWS - 1] <= 30_000_000);
        assert_near(draws[DRAWS / 4] as f64, 15e6);
        assert_near(draws[DRAWS * 3 / 4] as f64, 25e6);
        assert_near(mean(&draws), distribution.mean_nanos());
        let point = Distribution::Uniform {
            from: Nanos(7),
            to: Nanos(7),
        };
        assert_eq!(draw(point, &mut Rng::new(1, 1)), 7);
    }

    #[test]
    fn exponential_draws_have_the_mean_and_the_quantiles_of_the_law() {
        let distribution = Distribution::Exponential {
            mean: Nanos::from_millis(10),
        };
        let draws = sorted_draws(distribution);
        assert_near(mean(&draws), 10e6);
        assert_near(draws[DRAWS / 2] as f64, 10e6 * std::f64::consts::LN_2);
        assert_near(draws[DRAWS * 19 / 20] as f64, 10e6 * 20_f64.ln());
    }

    #[test]
    fn log_normal_draws_have_the_median_and_the_95th_percentile_asked_for() {
        let distribution = Distribution::LogNormal {
            median: Nanos::from_millis(40),
            p95: Nanos::from_millis(120),
        };
        let draws = sorted_draws(distribution);
        assert_near(draws[DRAWS / 2] as f64, 40e6);
        assert_near(draws[DRAWS * 19 / 20] as f64, 120e6);
        assert_near(mean(&draws), distribution.mean_nanos());
    }

    #[test]
    fn bimodal_draws_are_one_of_two_times_in_the_shares_asked_for() {
        let of_share = |other_share| Distribution::Bimodal {
            usual: Nanos::from_millis(1),
            other: Nanos::from_millis(50),
            other_share,
        };
        let others = |other_share| {
            let draws = sorted_draws(of_share(other_share));
            let others = draws.iter().filter(|nanos| **nanos == 50_000_000).count();
            let usual = draws.iter().filter(|nanos| **nanos == 1_000_000).count();
            assert_eq!(others + usual, DRAWS);
            others
        };
        assert_near(others(0.2) as f64, DRAWS as f64 * 0.2);
        assert_eq!((others(0.0), others(1.0)), (0, DRAWS));
        assert_near(
            mean(&sorted_draws(of_share(0.2))),
            of_share(0.2).mean_nanos(),
        );
    }

    #[test]
    fn no_draw_is_longer_than_an_hour() {
        let year = Nanos::from_secs(365 * 24 * 3600);
        for distribution in [
            Distribution::Constant(year),
            Distribution::Uniform {
                from: year,
                to: Nanos(u64::MAX),
            },
            Distribution::Exponential {
                mean: Nanos(u64::MAX),
            },
            Distribution::LogNormal {
                median: year,
                p95: Nanos(u64::MAX),
            },
            Distribution::Bimodal {
                usual: year,
                other: year,
                other_share: 0.5,
            },
        ] {
            let draws = sorted_draws(distribution);
            assert_eq!(draws[DRAWS - 1], LONGEST_NANOS, "{distribution:?}");
        }
    }
}
