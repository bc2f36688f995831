//! When a caller comes again, and how often callers may.

use crate::scenario::{Backoff, Jitter, Retry, RetryBudget};
use crate::stats::rng::Rng;

/// A stream of its own, so that back-off does not move with the tasks' draws.
const BACKOFF_STREAM: u64 = 0x0062_6163_6b6f_6666;

/// How long the caller of task `number` waits before attempt `index` (1 is the second), in nanoseconds.
///
/// Full jitter spreads it evenly between nothing and the whole wait (M. Brooker, "Exponential backoff and jitter",
/// AWS Architecture Blog, 2015). The draw follows from seed, task and attempt.
pub(super) fn wait_nanos(retry: &Retry, seed: u64, number: u64, index: u32) -> u64 {
    let whole = match retry.backoff {
        Backoff::Constant { wait } => wait.0,
        Backoff::Exponential { first, factor, cap } => {
            let power = i32::try_from(index.saturating_sub(1)).unwrap_or(i32::MAX);
            // A product beyond any number is above every cap.
            let grown = first.0 as f64 * factor.powi(power);
            if grown >= cap.0 as f64 {
                cap.0
            } else {
                grown as u64
            }
        }
    };
    match retry.jitter {
        Jitter::Off => whole,
        Jitter::Full => {
            let seed = seed ^ BACKOFF_STREAM.wrapping_mul(u64::from(index) + 1);
            (whole as f64 * Rng::new(seed, number).unit()) as u64
        }
    }
}

/// The tokens that retries take, as a scenario's budget says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tokens {
    left: f64,
    ratio: f64,
    most: f64,
}

impl Tokens {
    /// A full bucket.
    pub(super) fn new(budget: RetryBudget) -> Self {
        let most = f64::from(budget.burst);
        Self {
            left: most,
            ratio: budget.ratio,
            most,
        }
    }

    /// A task has made its first attempt.
    pub(super) const fn put(&mut self) {
        self.left = (self.left + self.ratio).min(self.most);
    }

    /// Whether there may be a retry; if so, it is paid for.
    pub(super) fn take(&mut self) -> bool {
        /// Ten tenths are one, whatever their sum as floating-point numbers.
        const WHOLE: f64 = 1.0 - 1e-9;
        let there = self.left >= WHOLE;
        if there {
            self.left = (self.left - 1.0).max(0.0);
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    fn retry(backoff: Backoff, jitter: Jitter) -> Retry {
        Retry {
            attempts: 9,
            backoff,
            jitter,
            budget: None,
        }
    }

    #[test]
    fn waits_grow_by_their_factor_up_to_their_cap() {
        let backoff = Backoff::Exponential {
            first: Nanos(10),
            factor: 3.0,
            cap: Nanos(100),
        };
        let retry = retry(backoff, Jitter::Off);
        let waits: Vec<_> = (1..=5)
            .map(|index| wait_nanos(&retry, 1, 7, index))
            .collect();
        assert_eq!(waits, [10, 30, 90, 100, 100]);
        assert_eq!(wait_nanos(&retry, 1, 7, u32::MAX), 100);
    }

    #[test]
    fn full_jitter_spreads_evenly_and_the_same_for_the_same_task_and_attempt() {
        let retry = retry(Backoff::Constant { wait: Nanos(1_000) }, Jitter::Full);
        let waits: Vec<_> = (0..1_000)
            .map(|number| wait_nanos(&retry, 5, number, 1))
            .collect();
        let mean = waits.iter().sum::<u64>() as f64 / 1_000.0;
        assert!((450.0..550.0).contains(&mean), "{mean}");
        assert!(waits.iter().all(|wait| *wait <= 1_000));
        assert_eq!(waits[3], wait_nanos(&retry, 5, 3, 1));
        assert_ne!(waits[3], wait_nanos(&retry, 5, 3, 2));
    }

    #[test]
    fn a_bucket_allows_a_burst_and_then_its_ratio() {
        let mut tokens = Tokens::new(RetryBudget {
            ratio: 0.1,
            burst: 2,
        });
        assert!(tokens.take() && tokens.take() && !tokens.take());
        for _ in 0..9 {
            tokens.put();
        }
        assert!(!tokens.take());
        tokens.put();
        assert!(tokens.take() && !tokens.take());
        for _ in 0..1_000 {
            tokens.put();
        }
        assert!(
            tokens.take() && tokens.take() && !tokens.take(),
            "no more than it holds"
        );
    }
}
