//! Sweeps: what every point measured, and where candidates change places.

mod doubts;
mod plan;
#[cfg(test)]
mod tests;

use crate::analysis::Measure;
use crate::analysis::compare::{SMALLEST_DIFFERENCE_RATIO, log_ratio};
use crate::analysis::sample::Sample;
use crate::run::{Block, SeriesPoint};
use crate::scenario::describe::setting as setting_text;
use crate::scenario::{Axis, Parameter, ParameterUnit, Setting, StepScale, Values};
use crate::stats::{Crossover, Figure, Percentile, RatioAt, crossover};
use crate::units::text;

pub use doubts::Doubts;
pub use plan::SweepPlan;
pub(in crate::analysis) use plan::seed_of_round;

/// More pairs of candidates than these are nothing that anybody reads: those of the first candidates are told.
const CROSSINGS_MAX: usize = 60;
/// From this ratio of the largest to the smallest value on, an axis is one of ratios.
const WIDE: f64 = 8.0;

/// What a sweep measured, as far as it went.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepFigures {
    /// One axis, or two.
    pub axes: Vec<SweepAxis>,
    /// The candidates' names.
    pub candidates: Vec<String>,
    /// What is known of every point, in the order of its figures.
    pub measures: Vec<Measure>,
    /// The points, by their numbers; also those that were not visited yet.
    pub points: Vec<PointFigures>,
    /// Where candidates change places, pair by pair; for one axis only.
    pub crossings: Vec<Crossing>,
    /// The currency of costs.
    pub currency: String,
    /// How often each point is visited.
    pub rounds: u32,
}

/// What lies along an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// What is varied.
    pub parameter: Parameter,
    /// Its values, in the order of the points.
    pub settings: Vec<Setting>,
    /// Whether ratios of its values are of interest, and not differences.
    pub by_ratio: bool,
}

/// What is known of one point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointFigures {
    /// The value of each axis.
    pub settings: Vec<Setting>,
    /// How often it was visited.
    pub rounds: u32,
    /// By candidate and measure; none where it is not known.
    pub figures: Vec<Vec<Option<Figure>>>,
}

/// How two candidates lie to each other along the axis, by one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// By what.
    pub measure: Measure,
    /// Indices of the candidates.
    pub pair: (usize, usize),
    /// How they lie to each other: the first curve is that of the first candidate.
    pub crossover: Crossover,
    /// The ends of what was measured of both.
    pub range: (Setting, Setting),
}

impl Measure {
    /// What a sweep is looked at by, most important first.
    #[must_use]
    pub fn of_sweep(is_batch: bool) -> Vec<Self> {
        if is_batch {
            vec![
                Self::Makespan,
                Self::Cost,
                Self::CpuPerTask,
                Self::MemoryTotal,
            ]
        } else {
            vec![
                Self::Goodput,
                Self::Response(Percentile::P95),
                Self::Cost,
                Self::Response(Percentile::P50),
                Self::Response(Percentile::P99),
                Self::Throughput,
                Self::CpuPerTask,
                Self::MemoryTotal,
            ]
        }
    }

    /// By how many of [`Self::of_sweep`], from the first, candidates are held against each other.
    const DECIDING: usize = 3;
}

/// What values along an axis are, for whoever draws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisValues {
    /// Shares from 0 to 1.
    Shares,
    /// Times in nanoseconds.
    Nanos,
    /// Sizes in bytes.
    Bytes,
    /// Tasks per second.
    PerSec,
    /// Plain numbers.
    Numbers,
}

impl SweepAxis {
    /// What its values are.
    #[must_use]
    pub fn values(&self) -> AxisValues {
        match (self.parameter.unit(), self.settings.first()) {
            (ParameterUnit::Ratio, _) => AxisValues::Shares,
            (_, Some(Setting::Time(_))) => AxisValues::Nanos,
            (_, Some(Setting::Size(_))) => AxisValues::Bytes,
            (ParameterUnit::PerSec, _) => AxisValues::PerSec,
            _ => AxisValues::Numbers,
        }
    }

    fn of(axis: &Axis) -> Self {
        let settings = axis.settings();
        let amounts = || settings.iter().map(|setting| setting.amount());
        let (low, high) = (
            amounts().fold(f64::INFINITY, f64::min),
            amounts().fold(0.0, f64::max),
        );
        let by_ratio = match &axis.over {
            Values::Range(range) => range.scale == StepScale::Log,
            Values::List(_) => axis.vary.unit() != ParameterUnit::Ratio && high / low >= WIDE,
        };
        Self {
            parameter: axis.vary,
            settings,
            by_ratio: by_ratio && low > 0.0,
        }
    }

    /// A value as people read it.
    #[must_use]
    pub fn text(&self, setting: Setting) -> String {
        setting_text(self.parameter, setting)
    }

    /// As [`Self::text`], of a place between values that were measured.
    #[must_use]
    pub fn text_between(&self, amount: f64) -> String {
        let Some(like) = self.settings.first() else {
            return text::number(amount);
        };
        match (like, self.parameter.unit()) {
            (Setting::Number(_), ParameterUnit::TimeOrFactor) => text::factor(amount),
            (Setting::Number(_), ParameterUnit::Ratio) => text::percent(amount),
            (Setting::Number(_), ParameterUnit::PerSec) => text::per_sec(amount),
            (Setting::Number(_), _) => text::number(amount),
            (Setting::Time(_), _) => text::nanos(amount),
            (Setting::Size(_), _) => text::bytes(amount),
        }
    }
}

impl SweepFigures {
    /// What `plan` knows by now. O(points × candidates × measures) bootstraps.
    #[must_use]
    pub fn of(plan: &SweepPlan) -> Self {
        let measures = Measure::of_sweep(plan.base.load.is_batch());
        let candidates = plan
            .points
            .first()
            .map_or_else(Vec::new, |point| point.scenario.candidate_names());
        let points = plan.points.iter().enumerate().map(|(index, point)| {
            let visited = plan.series().point(index);
            PointFigures {
                settings: point.settings.clone(),
                rounds: visited.map_or(0, |visited| visited.rounds.len() as u32),
                figures: (0..candidates.len())
                    .map(|candidate| figures_at(visited, candidate, &measures))
                    .collect(),
            }
        });
        let axes: Vec<SweepAxis> = plan.sweep.axes().map(SweepAxis::of).collect();
        Self {
            points: points.collect(),
            crossings: crossings(plan, &axes, candidates.len(), &measures),
            axes,
            candidates,
            measures,
            currency: plan.base.prices.currency.clone(),
            rounds: plan.rounds(),
        }
    }

    /// One figure.
    #[must_use]
    pub fn figure(&self, point: usize, candidate: usize, measure: Measure) -> Option<Figure> {
        let place = self.measures.iter().position(|known| *known == measure)?;
        *self.points.get(point)?.figures.get(candidate)?.get(place)?
    }

    /// What a crossing says, for people, and that it may be chance where the rounds are too few to tell: `'async ×100' has more goodput below a CPU share of 24.8 % (23.1 % to
    /// 26.9 %), 'threads ×4' above`. None where the two are too close to call.
    #[must_use]
    pub fn sentence(&self, crossing: &Crossing) -> Option<String> {
        let axis = self.axes.first()?;
        let (a, b) = crossing.pair;
        let measure = crossing.measure;
        let (a, b) = (self.candidates.get(a)?, self.candidates.get(b)?);
        // Of the curves the upper one is better where more is.
        let better = |first_above: bool| {
            if first_above == measure.more_is_better() {
                (a, b)
            } else {
                (b, a)
            }
        };
        let (more, what) = (advantage(measure), axis.parameter.label());
        match &crossing.crossover {
            Crossover::TooClose => None,
            Crossover::Always { first_above } => {
                let (winner, other) = better(*first_above);
                let (low, high) = crossing.range;
                let (low, high) = (axis.text(low), axis.text(high));
                let range = if low == high {
                    format!("which is at {what} {low}")
                } else {
                    format!("{what} {low} to {high}")
                };
                let chance = self.chance();
                Some(format!(
                    "'{winner}' has {more} than '{other}' wherever they can be told apart, {range}{chance}"
                ))
            }
            Crossover::At {
                first_above_below,
                places,
            } => {
                let (mut below, mut above) = better(*first_above_below);
                let mut parts = Vec::new();
                for place in places {
                    parts.push(format!(
                        "'{below}' has {more} below {what} {}",
                        self.place(axis, *place)
                    ));
                    std::mem::swap(&mut below, &mut above);
                }
                let (parts, chance) = (parts.join(", "), self.chance());
                Some(format!("{parts}, '{below}' above{chance}"))
            }
        }
    }

    /// Whether its rounds are enough to tell differences from chance: intervals take three.
    #[must_use]
    pub const fn tells_chance(&self) -> bool {
        const ROUNDS_LEAST: u32 = 3;
        self.rounds >= ROUNDS_LEAST
    }

    /// What a sentence adds where its difference may be one.
    fn chance(&self) -> String {
        if self.tells_chance() {
            return String::new();
        }
        let rounds = text::counted(self.rounds.into(), "round", "rounds");
        format!("; by {rounds} only, which may be chance")
    }

    #[expect(clippy::unused_self, reason = "part of the sentence")]
    fn place(&self, axis: &SweepAxis, place: Figure) -> String {
        let at = axis.text_between(place.value);
        match place.ends() {
            Some((low, high)) => format!(
                "{at} ({} to {})",
                axis.text_between(low),
                axis.text_between(high)
            ),
            None => at,
        }
    }
}

/// What the better one has, by `measure`.
fn advantage(measure: Measure) -> String {
    let more = if measure.more_is_better() {
        "more"
    } else {
        "less"
    };
    match measure {
        Measure::Cost => "a lower cost per 1k tasks".to_owned(),
        Measure::Response(_) => format!("a lower {}", measure.label()),
        Measure::Makespan => "a shorter makespan".to_owned(),
        _ => format!("{more} {}", measure.label()),
    }
}

fn blocks_at(point: &SeriesPoint, candidate: usize) -> Vec<&Block> {
    point.run.blocks_of(candidate).collect()
}

fn figures_at(
    visited: Option<&SeriesPoint>,
    candidate: usize,
    measures: &[Measure],
) -> Vec<Option<Figure>> {
    let Some(point) = visited else {
        return vec![None; measures.len()];
    };
    let blocks = blocks_at(point, candidate);
    let sample = Sample::of(&point.run, &blocks);
    measures
        .iter()
        .map(|measure| sample.figure(*measure))
        .collect()
}

fn crossings(
    plan: &SweepPlan,
    axes: &[SweepAxis],
    candidates: usize,
    measures: &[Measure],
) -> Vec<Crossing> {
    let [along] = axes else {
        return Vec::new();
    };
    let pairs = (0..candidates).flat_map(|a| (a + 1..candidates).map(move |b| (a, b)));
    let of_pair = |pair: (usize, usize)| {
        let deciding = measures.iter().take(Measure::DECIDING);
        deciding.filter_map(move |measure| crossing(plan, along, pair, *measure))
    };
    pairs.flat_map(of_pair).take(CROSSINGS_MAX).collect()
}

fn crossing(
    plan: &SweepPlan,
    axis: &SweepAxis,
    pair: (usize, usize),
    measure: Measure,
) -> Option<Crossing> {
    let mut known: Vec<(Setting, RatioAt)> = plan
        .series()
        .points()
        .iter()
        .filter_map(|point| {
            let log_ratio = log_ratio(&point.run, pair.0, pair.1, measure)?;
            let setting = *axis.settings.get(point.point)?;
            let at = setting.amount();
            Some((setting, RatioAt { at, log_ratio }))
        })
        .collect();
    known.sort_by(|(_, a), (_, b)| a.at.total_cmp(&b.at));
    let range = (known.first()?.0, known.last()?.0);
    let points: Vec<RatioAt> = known.into_iter().map(|(_, point)| point).collect();
    let smallest = SMALLEST_DIFFERENCE_RATIO.ln_1p();
    Some(Crossing {
        measure,
        pair,
        crossover: crossover(&points, axis.by_ratio, smallest, plan.seed),
        range,
    })
}
