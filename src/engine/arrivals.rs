//! When tasks are due under an open load: a schedule that is fixed before the run.
//!
//! It knows neither where tasks run nor what is recorded, and it never waits for the system: instants are
//! a function of rate, spacing and seed only.

use crate::scenario::Arrivals;
use crate::stats::rng::Rng;

/// A stream of its own, so that arrivals do not move with the tasks' draws.
const ARRIVAL_STREAM: u64 = 0x6172_7269_7665;

/// The instants at which tasks become due, in nanoseconds from the block's start, ascending; endless.
#[derive(Debug, Clone)]
pub struct OpenSchedule {
    mean_gap_nanos: f64,
    spacing: Arrivals,
    rng: Rng,
    /// Kept as f64 and not as sum of rounded gaps: 2^53 ns are 104 days.
    next_nanos: f64,
}

impl OpenSchedule {
    /// The schedule of `rate_per_sec` tasks per second, a function of its arguments only.
    #[must_use]
    pub fn new(rate_per_sec: f64, spacing: Arrivals, seed: u64) -> Self {
        let mut schedule = Self {
            mean_gap_nanos: 1e9 / rate_per_sec,
            spacing,
            rng: Rng::new(seed, ARRIVAL_STREAM),
            next_nanos: 0.0,
        };
        // A Poisson process does not begin with an arrival.
        if spacing == Arrivals::Poisson {
            schedule.step();
        }
        schedule
    }

    fn step(&mut self) {
        self.next_nanos += match self.spacing {
            Arrivals::Constant => self.mean_gap_nanos,
            Arrivals::Poisson => self.mean_gap_nanos * self.rng.exponential(),
        };
    }
}

impl Iterator for OpenSchedule {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let due = self.next_nanos as u64;
        self.step();
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_rate_has_equal_gaps() {
        let due: Vec<_> = OpenSchedule::new(1_000.0, Arrivals::Constant, 1)
            .take(4)
            .collect();
        assert_eq!(due, [0, 1_000_000, 2_000_000, 3_000_000]);
    }

    #[test]
    fn poisson_arrivals_have_the_rate_and_the_variance_of_independent_callers() {
        let second = 1_000_000_000;
        let mut per_second = vec![0_u32; 2_000];
        for due in OpenSchedule::new(50.0, Arrivals::Poisson, 3) {
            let Some(bin) = per_second.get_mut((due / second) as usize) else {
                break;
            };
            *bin += 1;
        }
        let n = per_second.len() as f64;
        let mean = per_second.iter().map(|c| f64::from(*c)).sum::<f64>() / n;
        let variance = per_second
            .iter()
            .map(|c| (f64::from(*c) - mean).powi(2))
            .sum::<f64>()
            / n;
        assert!((mean - 50.0).abs() < 1.0, "{mean}");
        assert!((variance / mean - 1.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn the_same_seed_gives_the_same_schedule() {
        let draw = |seed| {
            OpenSchedule::new(10.0, Arrivals::Poisson, seed)
                .take(50)
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    }
}
