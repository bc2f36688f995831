//! Whether a measurement had settled: steady, drifting, or not judged.
//!
//! As in fio's steady state, two things decide: the slope of a straight line through the measurement, as a share
//! of the mean over its whole length, and how far the mean of a part strays from the mean of all. Unlike there,
//! what chance does to so many tasks is allowed for, so that a short measurement of a Poisson load is not called
//! drifting for its dice.

use serde::{Deserialize, Serialize};

use crate::run::{Block, Interval, Run};
use crate::scenario::Load;
use crate::stats::{Histogram, Percentile};
use crate::units::text;

/// Parts of the measurement: enough for a slope with eight degrees of freedom, few enough for each to hold tasks.
const PARTS: usize = 10;
/// Two snapshots per part: with one, a snapshot that came late would be a deviation.
const INTERVALS_MIN: usize = 2 * PARTS;
/// Tasks that must end in each part: with fewer, chance alone moves its rate by 18 % and more.
const TASKS_MIN: u64 = 30;
/// A drift up to this share of the mean shifts the mean by half of it, which blocks differ by anyway.
const CHANGE_MAX_RATIO: f64 = 0.05;
/// A slope within so many standard errors of zero is chance.
const CHANGE_ERRORS: f64 = 3.0;
/// The limit of the deviation in fio's own example of a steady state.
const DEVIATION_MAX_RATIO: f64 = 0.10;
/// The largest of ten deviations is beyond four standard deviations once in 1,600 measurements.
const DEVIATION_ERRORS: f64 = 4.0;

/// Whether a measurement had settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SteadinessLabel {
    /// Slope and deviation are within their limits.
    Steady,
    /// There is no telling, and the reason says why.
    NotJudged,
    /// Slope or deviation is beyond its limit: the figures depend on when one looked.
    Drifting,
}

impl SteadinessLabel {
    /// As people read it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::NotJudged => "not judged",
            Self::Drifting => "drifting",
        }
    }
}

/// The label with what decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Steadiness {
    /// The label.
    pub label: SteadinessLabel,
    /// The course of the throughput; none if not judged.
    pub throughput: Option<Course>,
    /// The course of the median response time; none if not judged, and for closed loads, where it says the same.
    pub response_p50: Option<Course>,
    /// What decided, for people: "throughput fell by 12 % over the measurement, more than 5 %". Empty if steady.
    pub why: String,
}

/// How a figure went over a measurement, each as a share of its mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Course {
    /// What the fitted straight line gains from begin to end; negative if it falls.
    pub change_ratio: f64,
    /// The largest gain or loss that counts as steady: 5 %, or three standard errors of it.
    pub change_limit_ratio: f64,
    /// The largest distance of a tenth's mean from the mean of all.
    pub deviation_ratio: f64,
    /// The largest distance that counts as steady: 10 %, or four standard deviations of chance.
    pub deviation_limit_ratio: f64,
}

impl Course {
    /// Whether both are within their limits.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.change_ratio.abs() <= self.change_limit_ratio
            && self.deviation_ratio <= self.deviation_limit_ratio
    }

    /// Of the means of equal parts of the time, where chance alone moves one by `chance_ratio` of the mean; none
    /// if the mean is not positive.
    #[must_use]
    pub fn of(means: &[f64], chance_ratio: f64) -> Option<Self> {
        let n = means.len() as f64;
        let mean = means.iter().sum::<f64>() / n;
        if means.len() < 3 || mean <= 0.0 {
            return None;
        }
        let middle = (n - 1.0) / 2.0;
        let at = |index: usize| index as f64 - middle;
        let square: f64 = (0..means.len()).map(|index| at(index).powi(2)).sum();
        let along = means.iter().enumerate();
        let slope = along
            .clone()
            .map(|(index, value)| at(index) * value)
            .sum::<f64>()
            / square;
        let left: f64 = along
            .map(|(index, value)| (value - mean - slope * at(index)).powi(2))
            .sum();
        let error = (left / (n - 2.0) / square).sqrt();
        let farthest = means
            .iter()
            .map(|value| (value - mean).abs())
            .fold(0.0, f64::max);
        Some(Self {
            change_ratio: slope * n / mean,
            change_limit_ratio: CHANGE_MAX_RATIO.max(CHANGE_ERRORS * error * n / mean),
            deviation_ratio: farthest / mean,
            deviation_limit_ratio: DEVIATION_MAX_RATIO.max(DEVIATION_ERRORS * chance_ratio),
        })
    }

    /// What is beyond its limit, for people.
    fn complaint(&self, what: &str) -> Option<String> {
        let (change, limit) = (self.change_ratio.abs(), self.change_limit_ratio);
        if change > limit {
            let went = if self.change_ratio > 0.0 {
                "rose"
            } else {
                "fell"
            };
            let (change, limit) = (text::percent(change), text::percent(limit));
            return Some(format!(
                "{what} {went} by {change} over the measurement, more than {limit}"
            ));
        }
        (self.deviation_ratio > self.deviation_limit_ratio).then(|| {
            let strayed = text::percent(self.deviation_ratio);
            let limit = text::percent(self.deviation_limit_ratio);
            format!(
                "{what} of a tenth of the measurement was {strayed} off the mean, more than {limit}"
            )
        })
    }
}

/// Whether the measurement of `block` had settled.
#[must_use]
pub fn steadiness(run: &Run, block: &Block) -> Steadiness {
    let load = &run.request.scenario.load;
    match load {
        Load::Batch { .. } => return not_judged("a batch runs empty by design"),
        Load::Profile { .. } => return not_judged("the load changes by design"),
        Load::Open { .. } | Load::Closed { .. } => {}
    }
    if run.request.has_passing_faults() {
        return not_judged("faults come and go by design");
    }
    if !block.state.is_over() {
        return not_judged("it is not over");
    }
    let intervals = measured(block);
    if intervals.len() < INTERVALS_MIN {
        return not_judged("the measurement is too short: it has fewer than 20 snapshots");
    }
    let parts = parts(&intervals);
    if parts.iter().any(|part| part.completed < TASKS_MIN) {
        return not_judged("too few tasks ended in a tenth of the measurement: fewer than 30");
    }
    let rates: Vec<f64> = parts.iter().map(Part::per_sec).collect();
    let mean_tasks = parts.iter().map(|part| part.completed).sum::<u64>() as f64 / PARTS as f64;
    let throughput = Course::of(&rates, mean_tasks.sqrt().recip());
    let response_p50 = if load.is_open() {
        response(&parts)
    } else {
        None
    };
    let complaints: Vec<String> = [
        throughput.and_then(|course| course.complaint("throughput")),
        response_p50.and_then(|course| course.complaint("the median response time")),
    ]
    .into_iter()
    .flatten()
    .collect();
    Steadiness {
        label: if complaints.is_empty() {
            SteadinessLabel::Steady
        } else {
            SteadinessLabel::Drifting
        },
        throughput,
        response_p50,
        why: complaints.join("; "),
    }
}

/// The worst of `blocks`; not judged if there is none.
pub(super) fn worst(run: &Run, blocks: &[&Block]) -> Steadiness {
    blocks
        .iter()
        .map(|block| steadiness(run, block))
        .max_by_key(|steadiness| steadiness.label)
        .unwrap_or_else(|| not_judged("it was not measured"))
}

fn not_judged(why: &str) -> Steadiness {
    Steadiness {
        label: SteadinessLabel::NotJudged,
        throughput: None,
        response_p50: None,
        why: why.to_owned(),
    }
}

/// The intervals that lie within the measurement.
fn measured(block: &Block) -> Vec<&Interval> {
    let Some(last) = &block.last else {
        return Vec::new();
    };
    let Some(start) = last.measure_start_nanos else {
        return Vec::new();
    };
    let end = last.measure_end_nanos.unwrap_or(last.elapsed_nanos);
    let within = |interval: &&Interval| interval.start_nanos >= start && interval.end_nanos <= end;
    block.timeline.intervals().iter().filter(within).collect()
}

/// What happened in a tenth of the measurement.
#[derive(Default)]
struct Part {
    completed: u64,
    secs: f64,
    response: Histogram,
}

impl Part {
    fn per_sec(&self) -> f64 {
        if self.secs > 0.0 {
            self.completed as f64 / self.secs
        } else {
            0.0
        }
    }
}

fn parts(intervals: &[&Interval]) -> Vec<Part> {
    let start = intervals.first().map_or(0, |interval| interval.start_nanos);
    let end = intervals
        .last()
        .map_or(start, |interval| interval.end_nanos);
    let length = (end - start).max(1) as f64;
    let mut parts: Vec<Part> = (0..PARTS).map(|_| Part::default()).collect();
    for interval in intervals {
        let middle = interval.start_nanos.midpoint(interval.end_nanos) - start;
        let place = (middle as f64 / length * PARTS as f64) as usize;
        let part = &mut parts[place.min(PARTS - 1)];
        part.completed += interval.completed;
        part.secs += interval.secs();
        part.response.merge_sparse(&interval.response);
    }
    parts
}

/// Of the median response time; none where a part does not know it.
fn response(parts: &[Part]) -> Option<Course> {
    let mut all = Histogram::new();
    let mut medians = Vec::with_capacity(parts.len());
    for part in parts {
        medians.push(Percentile::P50.of(&part.response)? as f64);
        all.merge(&part.response);
    }
    // The standard error of a median of n values is about 0.93 × interquartile range / √n.
    let quartile = |quantile| all.quantile(quantile).map(|nanos| nanos as f64);
    let range = quartile(0.75)? - quartile(0.25)?;
    let each = all.count() as f64 / parts.len() as f64;
    let mean = medians.iter().sum::<f64>() / medians.len() as f64;
    Course::of(&medians, 0.93 * range / each.sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;
    use crate::support;
    use crate::units::Nanos;

    fn label(course: Option<Course>) -> bool {
        course.unwrap().is_steady()
    }

    #[test]
    fn a_constant_is_steady_and_nothing_or_zero_has_no_course() {
        let course = Course::of(&[5.0; 10], 0.01).unwrap();
        assert!(course.is_steady());
        assert!(course.change_ratio.abs() < 1e-12 && course.deviation_ratio < 1e-12);
        assert_eq!(Course::of(&[], 0.0), None);
        assert_eq!(Course::of(&[0.0; 10], 0.0), None);
    }

    #[test]
    fn a_slope_drifts_beyond_five_percent_and_a_single_stray_part_beyond_ten() {
        let sloped = |gain: f64| -> Vec<f64> {
            (0..10)
                .map(|i| 100.0 + gain * 100.0 * f64::from(i) / 10.0)
                .collect()
        };
        assert!(label(Course::of(&sloped(0.04), 0.0)));
        assert!(!label(Course::of(&sloped(0.08), 0.0)));
        assert!(!label(Course::of(&sloped(-0.08), 0.0)));
        let course = Course::of(&sloped(0.2), 0.0).unwrap();
        assert!(
            (course.change_ratio - 0.2 / 1.09).abs() < 1e-9,
            "{course:?}"
        );
        let mut stray = [100.0; 10];
        stray[5] = 115.0;
        assert!(!label(Course::of(&stray, 0.01)));
        assert!(
            label(Course::of(&stray, 0.05)),
            "chance may do that to so few tasks"
        );
    }

    #[test]
    fn the_dice_of_independent_arrivals_are_hardly_ever_called_a_drift() {
        for tasks in [30.0, 200.0, 5_000.0_f64] {
            let drifting = (0..500).filter(|seed| {
                let mut rng = Rng::new(*seed, 1);
                let parts: Vec<f64> = (0..10)
                    .map(|_| tasks + tasks.sqrt() * rng.normal())
                    .collect();
                !label(Course::of(&parts, tasks.sqrt().recip()))
            });
            let drifting = drifting.count();
            assert!(drifting <= 15, "{tasks} tasks a part: {drifting} of 500");
        }
    }

    #[test]
    fn blocks_of_an_open_load_are_judged_by_throughput_and_response_time() {
        let run = support::finished_run();
        for block in &run.blocks {
            let found = steadiness(&run, block);
            assert!(found.throughput.unwrap().is_steady(), "{found:?}");
            // Four processes are at 98 % of their capacity, where queues wander without end.
            let expected = match block.planned.candidate {
                2 => SteadinessLabel::Drifting,
                _ => SteadinessLabel::Steady,
            };
            assert_eq!(found.label, expected, "{found:?}");
        }
    }

    #[test]
    fn a_queue_that_grows_all_the_time_is_a_drift_of_the_response_time() {
        let mut scenario = support::scenario();
        scenario.candidates.truncate(1);
        scenario.queue.capacity = 100_000;
        let run = support::run_of(&crate::run::RunRequest::all_of(scenario));
        let found = steadiness(&run, &run.blocks[0]);
        assert_eq!(found.label, SteadinessLabel::Drifting);
        assert!(found.throughput.unwrap().is_steady());
        assert!(
            found.why.starts_with("the median response time rose by"),
            "{}",
            found.why
        );
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let batch = support::batch_run();
        assert!(steadiness(&batch, &batch.blocks[0]).why.contains("batch"));
        let live = support::live_run(Nanos::from_millis(3_000));
        assert_eq!(steadiness(&live, &live.blocks[3]).why, "it is not over");
        let slow = support::run_of(&crate::run::RunRequest::all_of(support::slow_scenario()));
        assert_eq!(slow.blocks.len(), 1);
        assert_eq!(
            steadiness(&slow, &slow.blocks[0]).label,
            SteadinessLabel::Steady
        );
        let waiting = support::waiting_run();
        assert_eq!(worst(&waiting, &[]).label, SteadinessLabel::NotJudged);
    }
}
