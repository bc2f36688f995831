//! How fast this machine computes: the processor time of one unit of each kernel, found twice.
//!
//! One figure can be wrong without anybody noticing: a core that had not woken up, a neighbour that came by.
//! So each kernel is calibrated twice, the second time after all the others, and a figure is given only where
//! the two agree. No stage runs by it: it is for reading amounts of work as times, and for judging whether the
//! machine was steady.

use crate::engine::clock;
use crate::engine::stages::kernels::{self, Work};
use crate::scenario::Kernel;
use crate::stats::rng::Rng;

/// Two calibrations that differ by more are refused. Rounds on an idle machine differ by one or two per cent,
/// and a comparison of candidates should tell five.
const AGREEMENT_RATIO: f64 = 0.05;
/// Rounds of one calibration; odd, so that the median is one of them.
const ROUNDS: usize = 7;
/// Processor time of one round: a thousand times the cost of looking at the clock, and about a tick of the
/// scheduler. Seven of them and the probe stay below 40 ms.
const ROUND_NANOS: u64 = 4_000_000;
/// The probe that decides how much work a round is ends when it has used that much.
const PROBE_NANOS: u64 = 1_000_000;

/// How fast a kernel runs on this machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelSpeed {
    /// Which kernel.
    pub kernel: Kernel,
    /// Processor time of one unit in nanoseconds, the mean of the two medians; none if they disagree.
    pub unit_nanos: Option<f64>,
    /// The medians of the two calibrations, in nanoseconds of processor time per unit.
    pub medians_nanos: [f64; 2],
    /// Difference of slowest and fastest round over the median, of all rounds; 0.1 is ten per cent.
    pub spread_ratio: f64,
    /// The fastest round of both, in nanoseconds per unit: what comes between can only slow the others.
    pub fastest_nanos: f64,
}

/// Calibrates each of `kernels`, twice, on this thread: about 60 ms per kernel on an idle core.
#[must_use]
pub fn calibrate(kernels: &[Kernel]) -> Vec<KernelSpeed> {
    let turn = || kernels.iter().map(|kernel| rounds(*kernel));
    let first: Vec<_> = turn().collect();
    kernels
        .iter()
        .zip(first.into_iter().zip(turn()))
        .map(|(kernel, (first, second))| judge(*kernel, &first, &second))
        .collect()
}

/// One calibration: processor time per unit in each round, in nanoseconds.
fn rounds(kernel: Kernel) -> [f64; ROUNDS] {
    kernels::warm(kernel);
    let mut work = Work::new(kernel, &mut Rng::new(0, 0));
    let mut timed = |grains: u64| {
        let start = clock::thread_cpu_nanos();
        work.advance(grains);
        clock::thread_cpu_nanos() - start
    };
    // Doubled, not taken from a nominal speed: a build for tests is twenty times as slow.
    let mut grains = 1_u64;
    let mut used = timed(grains);
    while used < PROBE_NANOS {
        grains = grains.saturating_mul(2);
        used = timed(grains);
    }
    let per_round = grains as f64 * ROUND_NANOS as f64 / used as f64;
    let grains = (per_round as u64).max(1);
    let units = grains as f64 / kernels::grains_per_unit(kernel) as f64;
    let rounds = [(); ROUNDS].map(|()| timed(grains) as f64 / units);
    work.result();
    rounds
}

/// What two calibrations say, each a list of rounds in nanoseconds per unit.
fn judge(kernel: Kernel, first: &[f64], second: &[f64]) -> KernelSpeed {
    let medians_nanos = [median(first), median(second)];
    let all: Vec<f64> = first.iter().chain(second).copied().collect();
    let slowest = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let fastest = all.iter().copied().fold(f64::INFINITY, f64::min);
    let [one, other] = medians_nanos;
    let agreed = (one - other).abs() <= AGREEMENT_RATIO * one.min(other);
    KernelSpeed {
        kernel,
        unit_nanos: agreed.then(|| f64::midpoint(one, other)),
        medians_nanos,
        spread_ratio: (slowest - fastest) / median(&all),
        fastest_nanos: fastest,
    }
}

/// The median of some rounds; the mean of the two in the middle of an even number.
fn median(rounds: &[f64]) -> f64 {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNEL: Kernel = Kernel::Sha256;

    fn assert_is(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn two_calibrations_that_agree_give_the_mean_of_their_medians() {
        let speed = judge(KERNEL, &[100.0, 90.0, 500.0], &[104.0, 104.0, 80.0]);
        assert_eq!(speed.kernel, KERNEL);
        assert_is(speed.medians_nanos[0], 100.0);
        assert_is(speed.medians_nanos[1], 104.0);
        assert_is(speed.unit_nanos.unwrap(), 102.0);
        // Of 80 to 500, around the median of all six: between 100 and 104.
        assert_is(speed.spread_ratio, 420.0 / 102.0);
    }

    #[test]
    fn two_calibrations_that_differ_by_more_than_five_per_cent_are_refused() {
        let unit = |one, other| judge(KERNEL, &[one], &[other]).unit_nanos;
        assert_is(unit(100.0, 105.0).unwrap(), 102.5);
        assert_is(unit(105.0, 100.0).unwrap(), 102.5);
        assert_eq!(unit(100.0, 105.1), None);
        assert_eq!(unit(105.1, 100.0), None);
        let refused = judge(KERNEL, &[200.0], &[100.0]);
        assert_is(refused.medians_nanos[0], 200.0);
        assert_is(refused.spread_ratio, 100.0 / 150.0);
        assert_is(refused.fastest_nanos, 100.0);
    }

    #[test]
    fn equal_rounds_have_no_spread() {
        let speed = judge(KERNEL, &[7.0; ROUNDS], &[7.0; ROUNDS]);
        assert_is(speed.spread_ratio, 0.0);
        assert_is(speed.unit_nanos.unwrap(), 7.0);
    }

    #[test]
    fn every_kernel_is_calibrated_in_the_order_asked_for() {
        let kernels = [Kernel::Sort, Kernel::SumOfSquares];
        let speeds = calibrate(&kernels);
        assert_eq!(speeds.iter().map(|s| s.kernel).collect::<Vec<_>>(), kernels);
        for speed in speeds {
            assert!(speed.medians_nanos.iter().all(|nanos| *nanos > 0.0));
            assert!(speed.spread_ratio >= 0.0);
        }
        assert!(calibrate(&[]).is_empty());
    }
}
