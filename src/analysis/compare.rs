//! Two candidates beside each other: difference and ratio with intervals, and whether they can be told apart.
//!
//! Within a run the blocks of a repeat are neighbours in time, so candidates are compared repeat by repeat:
//! what the machine did to both cancels. Of different runs, or where fewer than three repeats have both, the
//! samples are taken as independent (Welch).
//!
//! A pair is looked at by [`Measure::COMPARED`] at once, and at 95 % each of these would call one in twenty
//! equal pairs different: together they would cry wolf in one pair of four. The call is therefore made at the
//! confidence that keeps the error of the whole pair at 5 % (Bonferroni; Dunn 1961), while the interval that is
//! shown is the one of 95 % for its measure alone.

use crate::analysis::measure::Measure;
use crate::analysis::sample::Sample;
use crate::run::{Block, Run};
use crate::stats::bootstrap::{BLOCKS_MIN, Bootstrap, CONFIDENCE, Scale, Spread};
use crate::stats::{Figure, Uncertain};

/// Smaller differences do not matter to anybody who chooses, however sure they are: as in criterion, whose
/// noise threshold this is.
pub const SMALLEST_DIFFERENCE_RATIO: f64 = 0.01;

/// One measure of two candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub measure: Measure,
    /// First minus second, in the measure's unit, with its 95 % interval.
    pub difference: Figure,
    /// First over second, with its 95 % interval.
    pub ratio: Figure,
    /// Whether both were compared repeat by repeat.
    pub paired: bool,
    /// The share up to which a difference is taken for noise: the noise floor, or what is too small to matter.
    pub noise_ratio: f64,
    /// Whether they are too close to call: the difference may be chance, is inside of the noise floor, or is too
    /// small to matter. None with too few blocks to tell.
    pub within_noise: Option<bool>,
}

/// How far two measurements of the same candidate differ: below that, no difference counts.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseFloor {
    /// The candidate that was measured twice.
    pub candidate: usize,
    /// One entry per measure that both know.
    pub measures: Vec<NoiseOf>,
}

/// The noise floor of one measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseOf {
    /// Of what.
    pub measure: Measure,
    /// The second measurement over the first: 1 if nothing but the candidate decided.
    pub ratio: f64,
    /// How far the 95 % interval of that ratio goes away from 1: differences of up to this share are noise. None
    /// with fewer than three repeats.
    pub floor_ratio: Option<f64>,
}

impl NoiseFloor {
    /// The share up to which differences of `measure` are noise; none if it is not known.
    #[must_use]
    pub fn of(&self, measure: Measure) -> Option<f64> {
        let mut measures = self.measures.iter();
        let found = measures.find(|noise| noise.measure == measure)?;
        found.floor_ratio
    }
}

/// Compares candidate `a` with candidate `b` of one run by one measure; none if one of them does not know it.
#[must_use]
pub fn compare(run: &Run, a: usize, b: usize, measure: Measure) -> Option<Comparison> {
    let (of_a, of_b) = (blocks(run, a), blocks(run, b));
    let samples = (Sample::of(run, &of_a), Sample::of(run, &of_b));
    let floor = noise_of(run, measure).and_then(|noise| noise.floor_ratio);
    compared(
        (&samples.0, &samples.1),
        measure,
        true,
        floor,
        Measure::COMPARED.len(),
    )
}

/// Compares candidate `a` of one run with candidate `b` of another by one measure; none if one of them does not
/// know it. Of two noise floors the larger holds.
#[must_use]
pub fn compare_runs(a: (&Run, usize), b: (&Run, usize), measure: Measure) -> Option<Comparison> {
    compare_runs_at(a, b, measure, Measure::COMPARED.len())
}

/// The same, as one of so many `calls` that are made together and shall err as rarely as one: a build that fails by
/// any measure of any candidate must not fail by chance.
pub(super) fn compare_runs_at(
    (run_a, a): (&Run, usize),
    (run_b, b): (&Run, usize),
    measure: Measure,
    calls: usize,
) -> Option<Comparison> {
    let (of_a, of_b) = (blocks(run_a, a), blocks(run_b, b));
    let samples = (Sample::of(run_a, &of_a), Sample::of(run_b, &of_b));
    let floors = [run_a, run_b].map(|run| noise_of(run, measure)?.floor_ratio);
    let floor = floors.into_iter().flatten().max_by(f64::total_cmp);
    compared((&samples.0, &samples.1), measure, false, floor, calls)
}

/// How far the candidate that was measured twice differs from itself; none if none was, or if nothing is known
/// of it by now.
#[must_use]
pub fn noise_floor(run: &Run) -> Option<NoiseFloor> {
    let candidate = run.request.twin()?;
    let of = |measure: &Measure| noise_of(run, *measure);
    let measures: Vec<_> = Measure::COMPARED.iter().filter_map(of).collect();
    (!measures.is_empty()).then_some(NoiseFloor {
        candidate,
        measures,
    })
}

/// `measure` of candidate `a` over that of `b`; with an interval under the same conditions as all figures.
pub(super) fn ratio_of_means(run: &Run, a: usize, b: usize, measure: Measure) -> Option<Figure> {
    let compared = compare(run, a, b, measure)?.ratio;
    Some(if run.ended {
        compared
    } else {
        Figure::plain(compared.value)
    })
}

/// The logarithm of `measure` of candidate `a` over that of `b`, with its error where there are blocks enough; none if
/// one of them does not know it, or is not above zero.
pub(super) fn log_ratio(run: &Run, a: usize, b: usize, measure: Measure) -> Option<Uncertain> {
    let (of_a, of_b) = (blocks(run, a), blocks(run, b));
    let (of_a, of_b) = (Sample::of(run, &of_a), Sample::of(run, &of_b));
    let spread = ratio_spread(&of_a, &of_b, measure);
    if let Some(found) = spread.and_then(|spread| spread.logarithm()) {
        return Some(found);
    }
    let value = (of_a.value(measure)? / of_b.value(measure)?).ln();
    value
        .is_finite()
        .then_some(Uncertain { value, error: None })
}

/// Of the ratio, over the repeats that both have where these are enough.
fn ratio_spread(a: &Sample<'_>, b: &Sample<'_>, measure: Measure) -> Option<Spread> {
    let (repeats_a, repeats_b) = (a.repeats(measure), b.repeats(measure));
    let mut both = repeats_a.clone();
    both.retain(|repeat| repeats_b.contains(repeat));
    let spreads = if both.len() >= BLOCKS_MIN {
        paired_spreads(a, b, measure, &both)
    } else {
        independent_spreads((a, &repeats_a), (b, &repeats_b), measure)
    };
    spreads.map(|(_, ratio)| ratio)
}

fn noise_of(run: &Run, measure: Measure) -> Option<NoiseOf> {
    let firsts = blocks(run, run.request.twin()?);
    let twins: Vec<&Block> = run.twin_blocks().collect();
    let samples = (Sample::of(run, &twins), Sample::of(run, &firsts));
    let calls = Measure::COMPARED.len();
    let ratio = compared((&samples.0, &samples.1), measure, true, None, calls)?.ratio;
    Some(NoiseOf {
        measure,
        ratio: ratio.value,
        floor_ratio: ratio
            .ends()
            .map(|(low, high)| (1.0 - low).abs().max((high - 1.0).abs())),
    })
}

fn blocks(run: &Run, candidate: usize) -> Vec<&Block> {
    run.blocks_of(candidate).collect()
}

fn compared(
    (a, b): (&Sample<'_>, &Sample<'_>),
    measure: Measure,
    same_run: bool,
    floor: Option<f64>,
    calls: usize,
) -> Option<Comparison> {
    let noise_ratio = floor.unwrap_or(0.0).max(SMALLEST_DIFFERENCE_RATIO);
    let (repeats_a, repeats_b) = (a.repeats(measure), b.repeats(measure));
    let mut both = repeats_a.clone();
    both.retain(|repeat| repeats_b.contains(repeat));
    let paired = same_run && both.len() >= BLOCKS_MIN;
    let spreads = if paired {
        paired_spreads(a, b, measure, &both)
    } else {
        independent_spreads((a, &repeats_a), (b, &repeats_b), measure)
    };
    let Some((difference, ratio)) = spreads else {
        let (a, b) = (a.value(measure)?, b.value(measure)?);
        return (b > 0.0).then(|| Comparison {
            measure,
            difference: Figure::plain(a - b),
            ratio: Figure::plain(a / b),
            paired: false,
            noise_ratio,
            within_noise: None,
        });
    };
    let (low, high) = ratio.ends(confidence_of_each(calls));
    let chance = low <= 1.0 && 1.0 <= high;
    Some(Comparison {
        measure,
        difference: difference.figure(),
        ratio: ratio.figure(),
        paired,
        noise_ratio,
        within_noise: Some(chance || (ratio.value - 1.0).abs() <= noise_ratio),
    })
}

/// The confidence at which each of so many calls is made, so that all of them together err as rarely as one is shown
/// to.
fn confidence_of_each(calls: usize) -> f64 {
    1.0 - (1.0 - CONFIDENCE) / calls.max(1) as f64
}

/// Of difference and ratio, over the repeats that both have.
fn paired_spreads(
    a: &Sample<'_>,
    b: &Sample<'_>,
    measure: Measure,
    repeats: &[u32],
) -> Option<(Spread, Spread)> {
    let (of_a, of_b) = (
        a.of_repeats(measure, repeats)?,
        b.of_repeats(measure, repeats)?,
    );
    let bootstrap = Bootstrap::new(repeats.len(), a.seed());
    let difference = bootstrap.spread(Scale::Linear, |times| Some(of_a(times)? - of_b(times)?))?;
    let ratio = bootstrap.spread(Scale::Ratio, |times| {
        let below = of_b(times).filter(|below| *below > 0.0)?;
        Some(of_a(times)? / below)
    })?;
    Some((difference, ratio))
}

/// Of difference and ratio, of samples that have nothing to do with each other.
fn independent_spreads(
    (a, repeats_a): (&Sample<'_>, &[u32]),
    (b, repeats_b): (&Sample<'_>, &[u32]),
    measure: Measure,
) -> Option<(Spread, Spread)> {
    let (of_a, of_b) = (
        a.of_repeats(measure, repeats_a)?,
        b.of_repeats(measure, repeats_b)?,
    );
    let (draws_a, draws_b) = (
        Bootstrap::new(repeats_a.len(), a.seed()),
        Bootstrap::new(repeats_b.len(), b.seed()),
    );
    let spread = |scale| Some((draws_a.spread(scale, &of_a)?, draws_b.spread(scale, &of_b)?));
    let (linear_a, linear_b) = spread(Scale::Linear)?;
    let (ratio_a, ratio_b) = spread(Scale::Ratio)?;
    Some((linear_a.minus(&linear_b)?, ratio_a.over(&ratio_b)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Percentile;
    use crate::support;

    /// What is called different between the two measurements of the same candidate.
    fn told_apart(run: &Run) -> Vec<Measure> {
        let firsts = blocks(run, 0);
        let twins: Vec<&Block> = run.twin_blocks().collect();
        let samples = (Sample::of(run, &twins), Sample::of(run, &firsts));
        let differs = |measure: &Measure| {
            let calls = Measure::COMPARED.len();
            let compared = compared((&samples.0, &samples.1), *measure, true, None, calls);
            compared.unwrap().within_noise == Some(false)
        };
        Measure::COMPARED.into_iter().filter(differs).collect()
    }

    #[test]
    fn an_a_a_pair_is_called_different_in_at_most_five_of_a_hundred_analyses() {
        for repeats in [3, 5] {
            let different: Vec<_> = (0..100)
                .map(|seed| {
                    (
                        seed,
                        told_apart(&support::noisy::noisy_run(seed, repeats, &[1.0])),
                    )
                })
                .filter(|(_, told)| !told.is_empty())
                .collect();
            assert!(
                different.len() <= 5,
                "{repeats} repeats: {} of 100: {different:?}",
                different.len()
            );
        }
    }

    #[test]
    fn a_difference_of_a_fifth_is_found_with_five_repeats_and_one_of_half_a_percent_never() {
        let (mut found, mut invented) = (0, 0);
        for seed in 0..40 {
            let run = support::noisy::noisy_run(seed, 5, &[1.0, 1.2, 1.005]);
            let called = |b| {
                let compared = compare(&run, 0, b, Measure::Throughput).unwrap();
                compared.within_noise == Some(false)
            };
            found += u32::from(called(1));
            invented += u32::from(called(2));
        }
        assert!(found >= 38, "{found} of 40 found");
        assert_eq!(invented, 0);
    }

    #[test]
    fn a_ratio_is_the_inverse_of_the_opposite_one_and_the_difference_changes_its_sign() {
        let run = support::noisy::noisy_run(3, 5, &[1.0, 1.3]);
        let ahead = compare(&run, 0, 1, Measure::Response(Percentile::P50)).unwrap();
        let back = compare(&run, 1, 0, Measure::Response(Percentile::P50)).unwrap();
        assert!((ahead.ratio.value * back.ratio.value - 1.0).abs() < 1e-9);
        assert!((ahead.difference.value + back.difference.value).abs() < 1e-3);
        let (low, high) = ahead.ratio.ends().unwrap();
        assert!(
            low < 1.0 / 1.3 && high > 1.0 / 1.3 && high < 1.0,
            "{low} {high}"
        );
        assert!(ahead.paired && ahead.within_noise == Some(false));
    }

    #[test]
    fn with_two_repeats_nothing_is_told_apart_or_together() {
        let run = support::noisy::noisy_run(3, 2, &[1.0, 3.0]);
        let compared = compare(&run, 0, 1, Measure::Throughput).unwrap();
        assert_eq!((compared.within_noise, compared.ratio.ends()), (None, None));
        assert!(compared.ratio.value > 2.5);
        let floor = noise_floor(&run).unwrap();
        assert_eq!(floor.of(Measure::Throughput), None);
        assert!((floor.measures[0].ratio - 1.0).abs() < 0.3);
    }

    #[test]
    fn the_noise_floor_covers_what_the_machine_does_and_hides_what_is_smaller() {
        let run = support::noisy::noisy_run(5, 5, &[1.0, 1.02]);
        let floor = noise_floor(&run).unwrap();
        assert_eq!(floor.candidate, 0);
        let throughput = floor.of(Measure::Throughput).unwrap();
        assert!((0.005..0.08).contains(&throughput), "{throughput}");
        let tail = floor.of(Measure::Response(Percentile::P99)).unwrap();
        assert!(tail > throughput, "{tail}: tails scatter more");
        assert_eq!(noise_floor(&support::finished_run()), None);
        for seed in 0..20 {
            let run = support::noisy::noisy_run(seed, 5, &[1.0, 1.03]);
            let floor = noise_floor(&run).unwrap().of(Measure::Throughput).unwrap();
            let compared = compare(&run, 0, 1, Measure::Throughput).unwrap();
            let inside = (compared.ratio.value - 1.0).abs() <= floor;
            assert!(
                !inside || compared.within_noise == Some(true),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn a_second_measurement_that_always_comes_out_higher_raises_the_noise_floor() {
        let mut run = support::noisy::noisy_run(5, 5, &[1.0]);
        let narrow = noise_floor(&run).unwrap().of(Measure::Throughput).unwrap();
        for block in run.blocks.iter_mut().filter(|block| block.planned.twin) {
            let last = block.last.as_mut().unwrap();
            last.window_completed = last.window_completed * 5 / 4;
        }
        let floor = noise_floor(&run).unwrap();
        assert!(floor.measures[0].ratio > 1.15);
        assert!(floor.of(Measure::Throughput).unwrap() > narrow + 0.15);
    }

    #[test]
    fn runs_are_compared_as_independent_samples() {
        let (one, other) = (
            support::noisy::noisy_run(1, 5, &[1.0]),
            support::noisy::noisy_run(2, 4, &[1.5]),
        );
        let compared = compare_runs((&one, 0), (&other, 0), Measure::CpuPerTask).unwrap();
        assert!(!compared.paired && compared.within_noise == Some(false));
        assert!(
            (1.0 / compared.ratio.value - 1.5).abs() < 0.1,
            "{compared:?}"
        );
        let waiting = support::waiting_run();
        assert_eq!(
            compare_runs((&one, 0), (&waiting, 0), Measure::CpuPerTask),
            None
        );
    }

    #[test]
    fn candidates_that_share_too_few_repeats_are_compared_as_independent_samples() {
        let mut run = support::noisy::noisy_run(3, 4, &[1.0, 1.5]);
        for (candidate, repeat) in [(0, 0), (1, 1)] {
            let planned = |block: &&mut Block| {
                let planned = block.planned;
                (planned.candidate, planned.repeat, planned.twin) == (candidate, repeat, false)
            };
            let block = run.blocks.iter_mut().find(planned).unwrap();
            *block = Block::new(block.planned);
        }
        let compared = compare(&run, 0, 1, Measure::Throughput).unwrap();
        assert!(!compared.paired && compared.ratio.ends().is_some());
    }
}
