//! How fast this machine computes: the processor time of one unit of each kernel, found several times.
//!
//! One figure can be wrong without anybody noticing: a core that had not woken up, a neighbour that came by.
//! So each kernel is calibrated in several passes with pauses between, and a figure is given only where the first
//! and the last agree. No stage runs by it: it is for reading amounts of work as times, and for judging whether the
//! machine was steady.
//!
//! A neighbour who shares a core slows it for up to two or three seconds at a time (seen on a rented machine: a sixth
//! of the time by more than 15 %). A block is long enough to contain such bursts, and its intervals show them; the
//! calibration before it is not. So it waits for the speed that was found before, for a while.

use std::time::Duration;

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
/// Between two passes the core is left to others.
const PAUSE: Duration = Duration::from_millis(150);
/// Where nothing is known of a kernel's speed, passes go on for so long: longer than most bursts of a neighbour.
const SPREAD: Duration = Duration::from_secs(1);
/// So long at most the speed that was found before is waited for: longer than any burst that was seen. If it does not
/// come back, the processor has changed.
const PATIENCE: Duration = Duration::from_secs(3);
/// As fast as before is what takes no more than so many times as long.
const AS_BEFORE_RATIO: f64 = 1.08;

/// How fast a kernel runs on this machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelSpeed {
    /// Which kernel.
    pub kernel: Kernel,
    /// Processor time of one unit in nanoseconds, the mean of the two medians; none if they disagree.
    pub unit_nanos: Option<f64>,
    /// The medians of the first and of the last pass, in nanoseconds of processor time per unit.
    pub medians_nanos: [f64; 2],
    /// Difference of slowest and fastest round over the median, of all rounds; 0.1 is ten per cent.
    pub spread_ratio: f64,
    /// The fastest round of all, in nanoseconds per unit: what comes between can only slow the others.
    pub fastest_nanos: f64,
}

/// A kernel that is to be calibrated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownSpeed {
    /// Which kernel.
    pub kernel: Kernel,
    /// The fastest round found before on this machine, in nanoseconds per unit; none if this is the first time.
    pub fastest_nanos: Option<f64>,
}

/// Calibrates each of `kernels` on this thread, in two passes or more: about 30 ms of processor time per kernel and
/// pass. The passes go on for 1 s where a kernel's speed was not known, and for up to 3 s while one is slower than
/// it was before. `pause` waits that long between them, and says whether to go on.
#[must_use]
pub fn calibrate(
    kernels: &[KnownSpeed],
    mut pause: impl FnMut(Duration) -> bool,
) -> Vec<KernelSpeed> {
    let begun = clock::now_nanos();
    let elapsed = || Duration::from_nanos(clock::now_nanos() - begun);
    let mut found = vec![Vec::new(); kernels.len()];
    loop {
        for (known, passes) in kernels.iter().zip(&mut found) {
            passes.push(rounds(known.kernel));
        }
        let waiting = kernels
            .iter()
            .zip(&found)
            .any(|(known, passes)| goes_on(known.fastest_nanos, passes, elapsed()));
        if !waiting || !pause(PAUSE) {
            break;
        }
    }
    let judged = kernels.iter().zip(&found);
    judged
        .map(|(known, passes)| judge(known.kernel, passes))
        .collect()
}

/// Whether another pass is due after `passes` of a kernel that was so fast before.
fn goes_on(before: Option<f64>, passes: &[[f64; ROUNDS]], elapsed: Duration) -> bool {
    if passes.len() < 2 {
        return true;
    }
    match before {
        None => elapsed < SPREAD,
        Some(nanos) => elapsed < PATIENCE && fastest(passes) > nanos * AS_BEFORE_RATIO,
    }
}

/// The shortest of all rounds, in nanoseconds per unit.
fn fastest(passes: &[[f64; ROUNDS]]) -> f64 {
    let rounds = passes.iter().flatten().copied();
    rounds.fold(f64::INFINITY, f64::min)
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

/// What the passes say, each a list of rounds in nanoseconds per unit; at least one.
fn judge(kernel: Kernel, passes: &[[f64; ROUNDS]]) -> KernelSpeed {
    let ends = [passes.first(), passes.last()];
    let [one, other] = ends.map(|pass| median(pass.map_or(&[][..], |pass| pass)));
    let all: Vec<f64> = passes.iter().flatten().copied().collect();
    let slowest = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let fastest = fastest(passes);
    let agreed = (one - other).abs() <= AGREEMENT_RATIO * one.min(other);
    KernelSpeed {
        kernel,
        unit_nanos: agreed.then(|| f64::midpoint(one, other)),
        medians_nanos: [one, other],
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

    /// A pass whose rounds all take that long.
    const fn pass(nanos: f64) -> [f64; ROUNDS] {
        [nanos; ROUNDS]
    }

    #[test]
    fn passes_that_agree_give_the_mean_of_their_medians() {
        let first = [100.0, 90.0, 500.0, 100.0, 100.0, 101.0, 99.0];
        let last = [104.0, 104.0, 80.0, 104.0, 104.0, 104.0, 104.0];
        let speed = judge(KERNEL, &[first, pass(200.0), last]);
        assert_eq!(speed.kernel, KERNEL);
        assert_is(speed.medians_nanos[0], 100.0);
        assert_is(speed.medians_nanos[1], 104.0);
        assert_is(speed.unit_nanos.unwrap(), 102.0);
        // Of 80 to 500, around the median of all.
        assert_is(speed.spread_ratio, 420.0 / 104.0);
        assert_is(speed.fastest_nanos, 80.0);
    }

    #[test]
    fn passes_that_differ_by_more_than_five_per_cent_give_no_figure() {
        let unit = |one, other| judge(KERNEL, &[pass(one), pass(other)]).unit_nanos;
        assert_is(unit(100.0, 105.0).unwrap(), 102.5);
        assert_is(unit(105.0, 100.0).unwrap(), 102.5);
        assert_eq!(unit(100.0, 105.1), None);
        assert_eq!(unit(105.1, 100.0), None);
        let refused = judge(KERNEL, &[pass(200.0), pass(100.0)]);
        assert_is(refused.medians_nanos[0], 200.0);
        assert_is(refused.spread_ratio, 100.0 / 150.0);
        assert_is(refused.fastest_nanos, 100.0);
    }

    #[test]
    fn equal_rounds_have_no_spread() {
        let speed = judge(KERNEL, &[pass(7.0), pass(7.0)]);
        assert_is(speed.spread_ratio, 0.0);
        assert_is(speed.unit_nanos.unwrap(), 7.0);
    }

    #[test]
    fn passes_go_on_while_the_speed_of_before_is_missing_and_end_at_a_bound() {
        let at = Duration::from_millis;
        let slow = [pass(130.0), pass(125.0)];
        assert!(
            goes_on(Some(100.0), &slow[..1], at(0)),
            "one pass says nothing"
        );
        assert!(goes_on(Some(100.0), &slow, at(2_999)));
        assert!(!goes_on(Some(100.0), &slow, at(3_000)));
        let back = [pass(130.0), pass(108.0)];
        assert!(!goes_on(Some(100.0), &back, at(100)));
        // Nothing to compare with: for long enough that a burst ends.
        assert!(goes_on(None, &back, at(999)));
        assert!(!goes_on(None, &back, at(1_000)));
    }

    #[test]
    fn every_kernel_is_calibrated_in_the_order_asked_for() {
        let kernels = [Kernel::Sort, Kernel::SumOfSquares];
        let asked = kernels.map(|kernel| KnownSpeed {
            kernel,
            fastest_nanos: None,
        });
        let mut pauses = 0;
        // After the first pass another one is always due; after the second that depends on how long they took.
        let speeds = calibrate(&asked, |_| {
            pauses += 1;
            false
        });
        assert_eq!(pauses, 1, "who asks may end it");
        assert_eq!(speeds.iter().map(|s| s.kernel).collect::<Vec<_>>(), kernels);
        for speed in speeds {
            assert!(speed.medians_nanos.iter().all(|nanos| *nanos > 0.0));
            assert!(speed.spread_ratio >= 0.0);
        }
        assert!(calibrate(&[], |_| true).is_empty());
    }
}
