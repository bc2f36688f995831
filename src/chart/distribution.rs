//! How response times are distributed, several candidates or runs over each other: as a curve of percentiles and as
//! a histogram.
//!
//! Both are made of the merged histograms of all blocks. Where a sample is too small for a percentile, the curve
//! ends: it goes as far as the rule of [`Percentile::samples_needed`] goes. Tasks that were cut count as longer than
//! all others, so a curve ends before them as well.

use crate::analysis::PairComparison;
use crate::chart::diagram::{Along, Diagram, nines};
use crate::chart::{Quantity, Scale, Series, Stroke};
use crate::run::Run;
use crate::stats::{Histogram, Percentile};

/// Places of a curve for each nine.
const PLACES_PER_NINE: f64 = 80.0;
/// Bars of a histogram in a decade: each is a ninth wider than the one before.
const BARS_PER_DECADE: f64 = 22.0;
/// The confidence at which a percentile is known.
const UNKNOWN: f64 = 0.05;

/// One line: the response times of one candidate of one run.
#[derive(Debug, Clone, Copy)]
pub struct Distribution<'a> {
    /// Which run.
    pub run: &'a Run,
    /// Index of the candidate in that run's scenario.
    pub candidate: usize,
    /// Index that decides the colour.
    pub colour: usize,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Which of several lines of one colour it is: `baseline`; empty where each has one.
    pub detail: &'static str,
}

impl<'a> Distribution<'a> {
    /// All candidates of `run`.
    #[must_use]
    pub fn of_run(run: &'a Run) -> Vec<Self> {
        let mut candidates = run.request.candidates.clone();
        candidates.sort_unstable();
        candidates.retain(|index| *index < run.request.scenario.candidates.len());
        let one = |candidate| Self {
            run,
            candidate,
            colour: candidate,
            stroke: Stroke::Solid,
            detail: "",
        };
        candidates.into_iter().map(one).collect()
    }

    /// A candidate in two runs: dashes for the baseline.
    #[must_use]
    pub const fn of_pair(pair: &PairComparison, baseline: &'a Run, run: &'a Run) -> [Self; 2] {
        [
            Self {
                run: baseline,
                candidate: pair.baseline,
                colour: pair.candidate,
                stroke: Stroke::Dashed,
                detail: "baseline",
            },
            Self {
                run,
                candidate: pair.candidate,
                colour: pair.candidate,
                stroke: Stroke::Solid,
                detail: "run",
            },
        ]
    }

    /// Two candidates of one run: dashes for the baseline, and each in its own colour.
    #[must_use]
    pub const fn of_candidates(pair: &PairComparison, run: &'a Run) -> [Self; 2] {
        let [mut baseline, mut candidate] = Self::of_pair(pair, run, run);
        baseline.colour = pair.baseline;
        candidate.detail = "candidate";
        [baseline, candidate]
    }

    fn histogram(&self) -> Histogram {
        let mut merged = Histogram::new();
        for block in self.run.blocks_of(self.candidate) {
            merged.merge(&block.measured.response);
        }
        merged
    }

    fn series(&self, points: Vec<[f64; 2]>) -> Series {
        let label = self.run.request.scenario.candidates[self.candidate].label();
        let name = if self.detail.is_empty() {
            label.clone()
        } else {
            format!("{label}, {}", self.detail)
        };
        Series {
            candidate: self.colour,
            name,
            label,
            detail: self.detail,
            stroke: self.stroke,
            runs: if points.is_empty() {
                Vec::new()
            } else {
                vec![points]
            },
        }
    }
}

/// The percentiles of the response times, with an axis that is stretched towards 100 %.
#[must_use]
pub fn percentile_curve(lines: &[Distribution<'_>]) -> Diagram {
    let series = lines.iter().map(|line| {
        let histogram = line.histogram();
        line.series(curve(&histogram))
    });
    Diagram {
        slug: "response_time_percentiles",
        title: "Response time by percentile",
        caption: "tasks that took at most that long, from intended start; log axes".to_owned(),
        warning: warning(lines),
        x: Along::Percentiles,
        x_name: "share of the tasks, stretched towards 100 %",
        y: Along::Values {
            quantity: Quantity::Nanos,
            scale: Scale::Log10,
        },
        y_name: "",
        reach: None,
        series: series.collect(),
    }
}

/// How many tasks took how long.
#[must_use]
pub fn histogram_overlay(lines: &[Distribution<'_>]) -> Diagram {
    let series = lines.iter().map(|line| {
        let histogram = line.histogram();
        line.series(bars(&histogram))
    });
    Diagram {
        slug: "response_time_histogram",
        title: "Response time histogram",
        caption: format!(
            "share of the tasks by how long they took; {BARS_PER_DECADE} steps a decade"
        ),
        warning: warning(lines),
        x: Along::Values {
            quantity: Quantity::Nanos,
            scale: Scale::Log10,
        },
        x_name: "response time, log axis",
        y: Along::Percent,
        y_name: "share of the tasks",
        reach: None,
        series: series.collect(),
    }
}

fn warning(lines: &[Distribution<'_>]) -> Option<&'static str> {
    let closed = lines.iter().any(|line| line.run.request.is_closed());
    closed.then_some("closed load: hides overload")
}

/// [nines, nanoseconds], ascending, as far as percentiles are known.
fn curve(histogram: &Histogram) -> Vec<[f64; 2]> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let all = histogram.count_with_cut();
    // By the rule for each percentile, solved for the quantile: 1 - confidence = quantile ^ samples.
    let highest = nines(UNKNOWN.powf(1.0 / all as f64));
    let known = Known::of(histogram);
    let places = (highest * PLACES_PER_NINE).floor() as u32;
    let place = |number: u32| f64::from(number) / PLACES_PER_NINE;
    // What the tables say is on the curve, exactly.
    let told =
        Percentile::ALL.map(|percentile| (nines(percentile.quantile()), percentile.quantile()));
    let is_told = |at: f64| told.iter().any(|(other, _)| (at - other).abs() < 1e-9);
    let between = (0..=places).map(place).filter(|at| !is_told(*at));
    let mut at: Vec<(f64, f64)> = between
        .map(|at| (at, 1.0 - 10_f64.powf(-at)))
        .chain(told.into_iter().filter(|(at, _)| *at <= highest))
        .collect();
    at.sort_by(|a, b| a.0.total_cmp(&b.0));
    at.into_iter()
        .map_while(|(at, quantile)| Some([at, known.quantile(quantile)? as f64]))
        .filter(|point| point[1] > 0.0)
        .collect()
}

/// Running counts of a histogram, for many percentiles at once.
struct Known<'a> {
    histogram: &'a Histogram,
    /// (values in this slot or below, highest value of the slot).
    running: Vec<(u64, u64)>,
}

impl<'a> Known<'a> {
    fn of(histogram: &'a Histogram) -> Self {
        let running = histogram.filled().scan(0, |seen, (_, highest, count)| {
            *seen += count;
            Some((*seen, highest))
        });
        Self {
            running: running.collect(),
            histogram,
        }
    }

    /// The same as [`Histogram::quantile`].
    fn quantile(&self, quantile: f64) -> Option<u64> {
        let all = self.histogram.count_with_cut();
        let wanted = ((quantile * all as f64).ceil() as u64).max(1);
        if wanted > self.histogram.count() {
            return None;
        }
        let place = self.running.partition_point(|(seen, _)| *seen < wanted);
        // Beyond the layout only the maximum is known.
        let most = self.histogram.largest();
        let found = self.running.get(place);
        Some(found.map_or(most, |(_, highest)| most.min(*highest)))
    }
}

/// The outline of the bars, [nanoseconds, per cent of all tasks], from left to right.
fn bars(histogram: &Histogram) -> Vec<[f64; 2]> {
    let all = histogram.count_with_cut();
    let edge = |bar: i64| 10_f64.powf(bar as f64 / BARS_PER_DECADE);
    let bar_of = |lowest: u64, highest: u64| {
        let middle = ((lowest + highest) as f64 / 2.0).max(1.0);
        (middle.log10() * BARS_PER_DECADE).floor() as i64
    };
    let mut counts: Vec<(i64, u64)> = Vec::new();
    for (lowest, highest, count) in histogram.filled() {
        let bar = bar_of(lowest, highest);
        match counts.last_mut() {
            Some((last, sum)) if *last == bar => *sum += count,
            _ => counts.push((bar, count)),
        }
    }
    let (Some(&(first, _)), Some(&(last, _))) = (counts.first(), counts.last()) else {
        return Vec::new();
    };
    let mut outline = vec![[edge(first), 0.0]];
    let mut counts = counts.into_iter().peekable();
    for bar in first..=last {
        let count = counts
            .next_if(|(next, _)| *next == bar)
            .map_or(0, |(_, count)| count);
        let percent = count as f64 * 100.0 / all as f64;
        outline.extend([[edge(bar), percent], [edge(bar + 1), percent]]);
    }
    outline.push([edge(last + 1), 0.0]);
    outline
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Side, compare_whole};
    use crate::support;

    #[test]
    fn the_curve_goes_through_the_percentiles_of_the_table_and_ends_where_they_are_not_known() {
        let run = support::finished_run();
        let curve = percentile_curve(&Distribution::of_run(&run));
        let figures = crate::analysis::candidate_figures(&run);
        assert_eq!(curve.series.len(), 5);
        for (series, figures) in curve.series.iter().zip(&figures) {
            assert_eq!(series.label, figures.name);
            let points = &series.runs[0];
            assert!(points.is_sorted_by(|a, b| a[0] < b[0] && a[1] <= b[1]));
            for percentile in Percentile::ALL {
                let at = nines(percentile.quantile());
                let found = points.iter().find(|point| (point[0] - at).abs() < 1e-9);
                let nanos = figures.response_time_nanos.percentile(percentile);
                assert_eq!(
                    found.map(|point| point[1] as u64),
                    nanos,
                    "{}: {}",
                    series.name,
                    percentile.label()
                );
            }
        }
    }

    #[test]
    fn tasks_that_were_cut_end_the_curve_and_have_no_bar() {
        let mut histogram = Histogram::new();
        (0..900).for_each(|_| histogram.record(1_000_000));
        histogram.set_cut(100);
        let points = curve(&histogram);
        let last = points.last().unwrap();
        assert!(
            (last[0] - 1.0).abs() < 1e-9,
            "{last:?}: of 1,000 nine tenths are known"
        );
        assert_eq!(Some(last[1] as u64), histogram.quantile(0.9));
        let outline = bars(&histogram);
        let most = outline.iter().map(|point| point[1]).fold(0.0, f64::max);
        assert!((most - 90.0).abs() < 1e-9);
        assert!(curve(&Histogram::new()).is_empty() && bars(&Histogram::new()).is_empty());
    }

    #[test]
    fn the_bars_of_a_histogram_hold_every_task_once_and_gaps_are_at_zero() {
        let mut histogram = Histogram::new();
        for value in [900_000, 1_100_000, 50_000_000, 50_000_100] {
            histogram.record(value);
        }
        let outline = bars(&histogram);
        let bars: Vec<f64> = outline[1..outline.len() - 1]
            .iter()
            .step_by(2)
            .map(|p| p[1])
            .collect();
        assert!((bars.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        assert!(bars.iter().filter(|bar| **bar > 0.0).count() == 3 && bars.contains(&0.0));
        assert!(outline[0][1] == 0.0 && outline[outline.len() - 1][1] == 0.0);
        assert!(outline.is_sorted_by(|a, b| a[0] <= b[0]));
    }

    #[test]
    fn a_candidate_of_two_runs_has_two_strokes_of_one_colour() {
        let (then, now) = (
            support::noisy::noisy_run(1, 3, &[1.0]),
            support::noisy::noisy_run(2, 3, &[1.3]),
        );
        let side = |run| Side {
            run,
            name: "",
            version: "",
        };
        let pair = &compare_whole(side(&then), side(&now)).pairs[0];
        let lines = Distribution::of_pair(pair, &then, &now);
        for diagram in [percentile_curve(&lines), histogram_overlay(&lines)] {
            let told: Vec<_> = diagram
                .series
                .iter()
                .map(|series| (series.candidate, series.detail, series.stroke))
                .collect();
            assert_eq!(
                told,
                [(0, "baseline", Stroke::Dashed), (0, "run", Stroke::Solid)]
            );
            assert_eq!(diagram.warning, Some("closed load: hides overload"));
            let ([low, _], [high, _]) = diagram.bounds().unwrap();
            let axis = diagram.x_axis(8);
            assert!(
                axis.low <= low && high <= axis.high * (1.0 + 1e-9),
                "{axis:?}"
            );
        }
        let waiting = support::waiting_run();
        let nothing = percentile_curve(&Distribution::of_run(&waiting));
        assert_eq!(nothing.bounds(), None);
        assert!(nothing.y_axis(5).ticks.len() >= 2);
    }
}
