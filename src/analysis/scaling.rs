//! How throughput grows with the number of workers: speed-up, efficiency and the laws that fit.

use crate::analysis::Measure;
use crate::analysis::sample::Sample;
use crate::analysis::sweep::SweepPlan;
use crate::run::SeriesPoint;
use crate::scenario::Parameter;
use crate::stats::{Figure, Law, ScalingFit, ThroughputAt, Uncertain};

/// What a sweep of workers says of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// Index of the candidate.
    pub candidate: usize,
    /// Its throughput by the number of workers, which ascends.
    pub points: Vec<WorkersFigures>,
    /// Amdahl's law; none with fewer than three numbers of workers.
    pub amdahl: Option<ScalingFit>,
    /// The Universal Scalability Law; none with fewer than four.
    pub universal: Option<ScalingFit>,
    /// Throughput of one worker, per second, to which the speed-up is related: measured, or by the law where one worker
    /// was not measured.
    pub one_per_sec: f64,
    /// Whether it was measured.
    pub one_is_measured: bool,
}

/// One number of workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorkersFigures {
    /// How many.
    pub workers: f64,
    /// Throughput per second.
    pub throughput_per_sec: Figure,
    /// Over the throughput of one worker.
    pub speedup: Figure,
    /// Speed-up per worker: 1 is ideal.
    pub efficiency_ratio: Figure,
}

/// Why a sweep has no scaling law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoScaling {
    /// Something else is varied, or something besides.
    NotWorkers,
    /// The rate of an open load decides, and not the workers.
    OpenLoad,
}

impl NoScaling {
    /// For people; none where nobody would expect a law.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::NotWorkers => None,
            Self::OpenLoad => Some(
                "there is no scaling law: an open load offers as much to few workers as to many; take a closed load or \
                 a batch",
            ),
        }
    }
}

impl ScalingFit {
    /// What the fit says, for people. `N` is the number of workers.
    #[must_use]
    pub fn sentence(&self) -> String {
        use crate::units::text;
        let with_ends = |figure: Figure, told: fn(f64) -> String| match figure.ends() {
            Some((low, high)) => {
                format!("{} ({} to {})", told(figure.value), told(low), told(high))
            }
            None => told(figure.value),
        };
        let coherency = match self.law {
            Law::Amdahl => String::new(),
            Law::Universal => format!(", coherency {}", with_ends(self.coherency, text::number)),
        };
        let peak = self.peak_workers.map_or_else(String::new, |peak| {
            let reach = match (peak.low, peak.high) {
                (Some(low), Some(high)) => {
                    format!(" ({} to {})", text::number(low), text::number(high))
                }
                (Some(low), None) => format!(" (at least {})", text::number(low)),
                _ => String::new(),
            };
            format!(
                ", most throughput at {} workers{reach}",
                text::number(peak.value)
            )
        });
        format!(
            "{}: contention {}{coherency}{peak}; off by {} on average, not to be read beyond {} workers",
            self.law.label(),
            with_ends(self.contention, text::percent),
            text::percent(self.error_ratio),
            text::count(self.limit_workers.floor() as u64)
        )
    }
}

/// The scaling of every candidate of a sweep of workers that has known throughput at two numbers or more.
///
/// # Errors
/// If the sweep is none of workers alone, or its load open.
pub fn scaling(plan: &SweepPlan) -> Result<Vec<Scaling>, NoScaling> {
    if plan.sweep.y.is_some() || plan.sweep.x.vary != Parameter::Workers {
        return Err(NoScaling::NotWorkers);
    }
    if plan.base.load.is_open() {
        return Err(NoScaling::OpenLoad);
    }
    let candidates = 0..plan.base.candidates.len();
    Ok(candidates
        .filter_map(|candidate| of_candidate(plan, candidate))
        .collect())
}

fn of_candidate(plan: &SweepPlan, candidate: usize) -> Option<Scaling> {
    let mut known: Vec<(ThroughputAt, Figure)> = plan
        .series()
        .points()
        .iter()
        .filter_map(|point| throughput_at(point, candidate))
        .collect();
    known.sort_by(|(a, _), (b, _)| a.workers.total_cmp(&b.workers));
    if known.len() < 2 {
        return None;
    }
    let points: Vec<ThroughputAt> = known.iter().map(|(point, _)| *point).collect();
    let fit = |law| ScalingFit::new(law, &points, plan.seed);
    let (amdahl, universal) = (fit(Law::Amdahl), fit(Law::Universal));
    let (first, of_first) = known[0];
    let one_is_measured = first.workers <= 1.0;
    let fitted = || {
        universal
            .as_ref()
            .or(amdahl.as_ref())
            .map(|fit| fit.best.one_per_sec)
    };
    let one_per_sec = if one_is_measured {
        of_first.value
    } else {
        // Without a law the fewest workers are taken to be ideal.
        fitted().unwrap_or(of_first.value / first.workers)
    };
    let points = known.iter().map(|(point, figure)| WorkersFigures {
        workers: point.workers,
        throughput_per_sec: *figure,
        speedup: figure.over(one_per_sec),
        efficiency_ratio: figure.over(one_per_sec * point.workers),
    });
    Some(Scaling {
        candidate,
        points: points.collect(),
        amdahl,
        universal,
        one_per_sec,
        one_is_measured,
    })
}

fn throughput_at(point: &SeriesPoint, candidate: usize) -> Option<(ThroughputAt, Figure)> {
    let blocks: Vec<_> = point.run.blocks_of(candidate).collect();
    let sample = Sample::of(&point.run, &blocks);
    let figure = sample
        .figure(Measure::Throughput)
        .filter(|figure| figure.value > 0.0)?;
    let value = figure.value.ln();
    let log_per_sec = sample
        .uncertain(Measure::Throughput)
        .unwrap_or(Uncertain { value, error: None });
    let workers = *point.coordinates.first()?;
    let at = ThroughputAt {
        workers,
        log_per_sec,
    };
    Some((at, figure))
}
