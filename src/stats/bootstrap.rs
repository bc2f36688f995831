//! How sure a figure is: intervals by resampling whole blocks.
//!
//! Blocks and not tasks are drawn, because tasks of one block share their process and its moment: they are
//! not independent, and there are so many of them that an interval over tasks would be next to nothing.
//!
//! With five blocks the plain percentile interval of a bootstrap cannot hold what it promises: it never leaves
//! the range of the blocks, which holds the centre with 1 − 2 / 2⁵ = 94 % at best (three blocks: 75 %), and the
//! spread of the draws is too small by √((n − 1) / n) besides. Here the bootstrap gives the standard error,
//! corrected by that factor, and Student's t with n − 1 degrees of freedom the width (Efron and Tibshirani, "An
//! Introduction to the Bootstrap", 1993, chapter 12; Hesterberg, "What Teachers Should Know About the
//! Bootstrap", The American Statistician 69, 2015, who names both defects). Figures that are always positive get
//! their interval on the logarithmic scale, on which noise of machines is about symmetric.

use serde::{Deserialize, Serialize};

use crate::stats::rng::Rng;
use crate::stats::uncertain::Uncertain;
use crate::stats::{Histogram, HistogramLayout, student_t};

/// Fewer blocks give no interval. Two leave one degree of freedom: t is 12.7, so that 2 % of noise make an
/// interval of ± 25 %, unless both happen to agree, which makes it vanish. Three have t = 4.3.
pub const BLOCKS_MIN: usize = 3;
/// Draws: the standard error is then known to 2 %, less than it varies from sample to sample anyway.
pub const RESAMPLES: usize = 1_000;
/// The confidence of every interval that is shown.
pub const CONFIDENCE: f64 = 0.95;

/// A stream of its own, so that intervals do not move with the tasks' draws.
const BOOTSTRAP_STREAM: u64 = 0x626f_6f74;

/// A figure with its interval, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figure {
    /// The figure, over all blocks.
    pub value: f64,
    /// Lower end of the 95 % interval over the blocks; null with fewer than three blocks.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval over the blocks; null with fewer than three blocks.
    pub high: Option<f64>,
}

impl Figure {
    /// Without an interval.
    #[must_use]
    pub const fn plain(value: f64) -> Self {
        Self {
            value,
            low: None,
            high: None,
        }
    }

    /// The figure and its interval divided by `divisor`, a positive constant.
    #[must_use]
    pub fn over(self, divisor: f64) -> Self {
        Self {
            value: self.value / divisor,
            low: self.low.map(|low| low / divisor),
            high: self.high.map(|high| high / divisor),
        }
    }

    /// Both ends, if there are any.
    #[must_use]
    pub fn ends(&self) -> Option<(f64, f64)> {
        self.low.zip(self.high)
    }
}

/// On which scale the noise of a figure is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Figures that are positive: rates, times, sizes and their ratios. Where a draw is not positive, the
    /// linear scale is used and the interval ends at zero.
    Ratio,
    /// Differences, which may have either sign.
    Linear,
}

/// How far a figure varies between blocks, from which intervals of any confidence follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The figure over all blocks.
    pub value: f64,
    /// Standard error, of the logarithm on the logarithmic scale.
    error: f64,
    /// Degrees of freedom.
    freedom: f64,
    logarithmic: bool,
    never_negative: bool,
}

impl Spread {
    /// The interval that holds the true value with probability `confidence`.
    #[must_use]
    pub fn ends(&self, confidence: f64) -> (f64, f64) {
        let reach = student_t(confidence, self.freedom) * self.error;
        if self.logarithmic {
            return (self.value * (-reach).exp(), self.value * reach.exp());
        }
        let low = self.value - reach;
        let low = if self.never_negative {
            low.max(0.0)
        } else {
            low
        };
        (low, self.value + reach)
    }

    /// The value with its standard error and degrees of freedom, on the scale on which it was drawn: the logarithm of
    /// the value on the logarithmic one.
    #[must_use]
    pub fn uncertain(&self) -> Uncertain {
        let value = if self.logarithmic {
            self.value.ln()
        } else {
            self.value
        };
        Uncertain {
            value,
            error: Some((self.error, self.freedom)),
        }
    }

    /// The logarithm of the value with its error; none on the linear scale.
    #[must_use]
    pub fn logarithm(&self) -> Option<Uncertain> {
        self.logarithmic.then(|| self.uncertain())
    }

    /// The figure with its 95 % interval.
    #[must_use]
    pub fn figure(&self) -> Figure {
        let (low, high) = self.ends(CONFIDENCE);
        Figure {
            value: self.value,
            low: Some(low),
            high: Some(high),
        }
    }

    /// The ratio of two independent figures; none unless both are on the logarithmic scale. Degrees of freedom
    /// by Welch and Satterthwaite.
    #[must_use]
    pub fn over(&self, other: &Self) -> Option<Self> {
        (self.logarithmic && other.logarithmic).then(|| Self {
            value: self.value / other.value,
            ..self.with(other)
        })
    }

    /// The difference of two independent figures; none unless both are on the linear scale.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        (!self.logarithmic && !other.logarithmic).then(|| Self {
            value: self.value - other.value,
            never_negative: false,
            ..self.with(other)
        })
    }

    fn with(&self, other: &Self) -> Self {
        let (a, b) = (self.error.powi(2), other.error.powi(2));
        let freedom = if a + b > 0.0 {
            (a + b).powi(2) / (a * a / self.freedom + b * b / other.freedom)
        } else {
            self.freedom.min(other.freedom)
        };
        Self {
            error: (a + b).sqrt(),
            freedom,
            ..*self
        }
    }
}

/// The draws: how often each block counts in each resample.
///
/// Memory and time: [`RESAMPLES`] × blocks. A statistic is evaluated once per resample.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    blocks: usize,
    /// Row by row, `blocks` each.
    times: Vec<u32>,
}

impl Bootstrap {
    /// Draws for `blocks` blocks; the same for the same `seed`.
    #[must_use]
    pub fn new(blocks: usize, seed: u64) -> Self {
        let resamples = if blocks < BLOCKS_MIN { 0 } else { RESAMPLES };
        let mut rng = Rng::new(seed, BOOTSTRAP_STREAM);
        let mut times = vec![0; resamples * blocks];
        for row in times.chunks_exact_mut(blocks.max(1)) {
            for _ in 0..blocks {
                // The bias of the remainder is below 2^-50 for any number of blocks here.
                row[(rng.next_u64() % blocks as u64) as usize] += 1;
            }
        }
        Self { blocks, times }
    }

    /// The spread of `statistic`, which is given how often each block counts; none with fewer than
    /// [`BLOCKS_MIN`] blocks, or where the statistic is not known for the whole or for a draw.
    #[must_use]
    pub fn spread(
        &self,
        scale: Scale,
        statistic: impl Fn(&[u32]) -> Option<f64>,
    ) -> Option<Spread> {
        if self.blocks < BLOCKS_MIN {
            return None;
        }
        let value = statistic(&vec![1; self.blocks])?;
        let mut drawn = Vec::with_capacity(RESAMPLES);
        for row in self.times.chunks_exact(self.blocks) {
            drawn.push(statistic(row)?);
        }
        let positive = value > 0.0 && drawn.iter().all(|drawn| *drawn > 0.0);
        let logarithmic = scale == Scale::Ratio && positive;
        if logarithmic {
            for drawn in &mut drawn {
                *drawn = drawn.ln();
            }
        }
        let n = self.blocks as f64;
        Some(Spread {
            value,
            error: deviation(&drawn) * (n / (n - 1.0)).sqrt(),
            freedom: n - 1.0,
            logarithmic,
            never_negative: scale == Scale::Ratio,
        })
    }

    /// `statistic` over all blocks, with its 95 % interval where there are blocks enough; none where it is not
    /// known.
    #[must_use]
    pub fn figure(&self, statistic: impl Fn(&[u32]) -> Option<f64>) -> Option<Figure> {
        match self.spread(Scale::Ratio, &statistic) {
            Some(spread) => Some(spread.figure()),
            None => statistic(&vec![1; self.blocks]).map(Figure::plain),
        }
    }
}

/// Standard deviation of the draws.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / n).sqrt()
}

/// The histograms of several blocks, prepared for percentiles of any merge of them.
///
/// A percentile of a merge is found by bisection over the layout's slots, adding up one running count per
/// block: O(blocks × 16) instead of O(blocks × slots). Memory: one running count per slot in use and block.
#[derive(Debug, Clone)]
pub struct BlockHistograms {
    /// By block: how many values lie in this slot or below.
    running: Vec<Vec<u64>>,
    /// By block: number of values, how many of them were cut, and the largest of the others.
    totals: Vec<(u64, u64, u64)>,
}

impl BlockHistograms {
    /// Prepares `histograms`, one per block.
    #[must_use]
    pub fn new<'a>(histograms: impl IntoIterator<Item = &'a Histogram>) -> Self {
        let (running, totals) = histograms
            .into_iter()
            .map(|histogram| {
                let cut = histogram.cut();
                let totals = (histogram.count_with_cut(), cut, histogram.largest());
                (histogram.running_counts(), totals)
            })
            .unzip();
        Self { running, totals }
    }

    /// The quantile of the merge in which each block counts `times`; the same as of a merged histogram.
    /// None of nothing, or if it is one of the values that were cut.
    #[must_use]
    pub fn quantile(&self, quantile: f64, times: &[u32]) -> Option<u64> {
        let drawn = || {
            self.totals
                .iter()
                .zip(times)
                .filter(|(_, times)| **times > 0)
        };
        let sum = |of: fn(&(u64, u64, u64)) -> u64| -> u64 {
            drawn()
                .map(|(totals, times)| of(totals) * u64::from(*times))
                .sum()
        };
        let count = sum(|(count, ..)| *count);
        let known = count - sum(|(_, cut, _)| *cut);
        let max = drawn().map(|((.., max), _)| *max).max()?;
        let wanted = ((quantile.clamp(0.0, 1.0) * count as f64).ceil() as u64).max(1);
        if wanted > known {
            return None;
        }
        let at_most = |slot: usize| -> u64 {
            let blocks = self.running.iter().zip(times);
            blocks
                .map(|(running, times)| {
                    let slot = slot.min(running.len().wrapping_sub(1));
                    running
                        .get(slot)
                        .map_or(0, |count| count * u64::from(*times))
                })
                .sum()
        };
        let (mut low, mut high) = (0, HistogramLayout::SLOTS);
        while low < high {
            let middle = low.midpoint(high);
            if at_most(middle) >= wanted {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        // Beyond the last slot are the values that overflowed, of which only the largest is known.
        Some(if low < HistogramLayout::SLOTS {
            HistogramLayout::highest(low).min(max)
        } else {
            max
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of `values` as a statistic.
    fn mean(values: &[f64]) -> impl Fn(&[u32]) -> Option<f64> + '_ {
        |times| {
            let n: u32 = times.iter().sum();
            let sum: f64 = values
                .iter()
                .zip(times)
                .map(|(v, t)| v * f64::from(*t))
                .sum();
            (n > 0).then(|| sum / f64::from(n))
        }
    }

    #[test]
    fn two_blocks_give_a_figure_and_no_interval() {
        for n in 0..BLOCKS_MIN {
            let values = vec![2.0; n];
            let figure = Bootstrap::new(n, 1).figure(mean(&values));
            assert_eq!(figure, (n > 0).then_some(Figure::plain(2.0)));
        }
    }

    #[test]
    fn equal_blocks_have_an_interval_without_length_and_a_missing_figure_none() {
        let figure = Bootstrap::new(5, 1).figure(mean(&[7.0; 5])).unwrap();
        let (low, high) = figure.ends().unwrap();
        assert!((low - 7.0).abs() < 1e-9 && (high - 7.0).abs() < 1e-9);
        assert_eq!(Bootstrap::new(5, 1).figure(|_| None), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values = [1.0, 2.0, 3.0, 5.0];
        let of = |seed| Bootstrap::new(4, seed).figure(mean(&values));
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn the_interval_is_about_that_of_the_t_test() {
        let values = [98.0, 101.0, 99.0, 103.0, 100.0];
        let (low, high) = Bootstrap::new(5, 1)
            .figure(mean(&values))
            .unwrap()
            .ends()
            .unwrap();
        // Mean 100.2, deviation 1.924, standard error 0.860, t(4) = 2.776.
        assert!((low - 97.81).abs() < 0.15, "{low}");
        assert!((high - 102.59).abs() < 0.15, "{high}");
    }

    #[test]
    fn what_can_be_zero_has_no_negative_end_and_a_difference_may_have_one() {
        let values = [0.0, 0.0, 3.0, 0.0];
        let bootstrap = Bootstrap::new(4, 1);
        let (low, high) = bootstrap.figure(mean(&values)).unwrap().ends().unwrap();
        assert!(low.abs() < f64::EPSILON && high > 0.75);
        let difference = bootstrap.spread(Scale::Linear, mean(&values)).unwrap();
        assert!(difference.ends(CONFIDENCE).0 < 0.0);
    }

    #[test]
    fn intervals_of_five_blocks_hold_the_truth_as_often_as_they_promise() {
        const TRIALS: u64 = 2_000;
        for n in [3, 5, 8] {
            let held = (0..TRIALS).filter(|trial| {
                let mut rng = Rng::new(11, *trial);
                let values: Vec<f64> = (0..n).map(|_| (0.05 * rng.normal()).exp()).collect();
                let spread = Bootstrap::new(n, *trial).spread(Scale::Ratio, mean(&values));
                let (low, high) = spread.unwrap().ends(CONFIDENCE);
                (low..=high).contains(&1.0)
            });
            let share = held.count() as f64 / TRIALS as f64;
            assert!((0.93..0.975).contains(&share), "{n} blocks: {share}");
        }
    }

    #[test]
    fn ratios_and_differences_of_independent_figures_follow_welch() {
        let (a, b) = ([100.0, 102.0, 98.0, 101.0, 99.0], [50.0, 51.0, 49.0]);
        let spread = |scale, values: &[f64]| {
            Bootstrap::new(values.len(), 1)
                .spread(scale, mean(values))
                .unwrap()
        };
        let ratio = spread(Scale::Ratio, &a)
            .over(&spread(Scale::Ratio, &b))
            .unwrap();
        let (low, high) = ratio.ends(CONFIDENCE);
        assert!(
            (ratio.value - 2.0).abs() < 1e-9 && low > 1.8 && high < 2.2,
            "{low} {high}"
        );
        let difference = spread(Scale::Linear, &a)
            .minus(&spread(Scale::Linear, &b))
            .unwrap();
        // Standard errors 0.707 and 0.577: 0.913 together.
        let (low, high) = difference.ends(CONFIDENCE);
        assert!(
            (difference.value - 50.0).abs() < 1e-9 && (high - low) < 6.0,
            "{low} {high}"
        );
        assert_eq!(
            spread(Scale::Linear, &a).over(&spread(Scale::Ratio, &b)),
            None
        );
    }

    #[test]
    fn quantiles_of_a_draw_are_those_of_the_merged_histogram() {
        let mut rng = Rng::new(2, 2);
        let mut histograms = vec![Histogram::new(); 4];
        for (block, histogram) in histograms.iter_mut().enumerate() {
            for _ in 0..500 * block {
                histogram.record((rng.exponential() * 1e7) as u64);
            }
        }
        histograms[3].record(u64::MAX);
        histograms[1].set_cut(20);
        histograms[2].set_cut(700);
        let prepared = BlockHistograms::new(&histograms);
        for times in [
            [1, 1, 1, 1],
            [0, 2, 0, 2],
            [4, 0, 0, 0],
            [0, 3, 1, 0],
            [0, 0, 0, 0],
        ] {
            let mut merged = Histogram::new();
            for (histogram, times) in histograms.iter().zip(times) {
                (0..times).for_each(|_| merged.merge(histogram));
            }
            for quantile in [0.0, 0.5, 0.95, 0.999, 1.0] {
                assert_eq!(
                    prepared.quantile(quantile, &times),
                    merged.quantile(quantile)
                );
            }
        }
    }
}
