//! The highest rate at which the objectives hold, candidate by candidate, found by search.

mod search;
#[cfg(test)]
mod tests;

use crate::analysis::Measure;
use crate::analysis::capacity::search::{Next, Tried, bracket, next};
use crate::analysis::sample::Sample;
use crate::analysis::sweep::{Doubts, seed_of_round};
use crate::analysis::{
    CandidateFigures, CandidateStatus, Outcome, candidate_figures, objective_results,
};
use crate::run::record::Step;
use crate::run::{Run, RunRequest, Series};
use crate::scenario::estimate::{estimate_candidate_nanos, estimate_run_nanos};
use crate::scenario::{CapacitySearch, NotApplicable, Objective, Parameter, Scenario, Setting};
use crate::stats::bootstrap::BLOCKS_MIN;
use crate::stats::{Figure, Percentile, knee};
use crate::units::text;

pub use search::Held;

/// Says of a run and one of its candidates whether the objectives hold.
pub type Holds = fn(&Run, usize) -> Held;

/// A search under way: what comes next, and what is known by now.
///
/// Every probe measures one candidate at one rate. Candidates take turns, so that what the machine does meanwhile hits
/// all alike.
#[derive(Debug, Clone)]
pub struct CapacityPlan {
    /// What is searched.
    pub search: CapacitySearch,
    /// The chosen candidates, with the objectives that a rate can be too high for.
    pub base: Scenario,
    /// The seed of all probes.
    pub seed: u64,
    /// Objectives that are left out, because they ask for a high rate.
    pub left_out: Vec<Objective>,
    holds: Holds,
    probes: Vec<Probe>,
    series: Series,
    doubts: Doubts,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Probe {
    candidate: usize,
    tried: Tried,
}

/// What a search found of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFigures {
    /// Index of the candidate.
    pub candidate: usize,
    /// Its name.
    pub name: String,
    /// How the search ended.
    pub end: CapacityEnd,
    /// The highest rate that was shown to hold, per second.
    pub held_per_sec: Option<f64>,
    /// The lowest rate that was not, per second.
    pub missed_per_sec: Option<f64>,
    /// The probes, by their rates.
    pub probes: Vec<ProbeFigures>,
    /// The rate at the knee of the response time, per second; none if it is not within what was tried.
    pub knee_per_sec: Option<f64>,
    /// Price of 1,000 good tasks at the highest rate that holds.
    pub cost_per_1k: Option<Figure>,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapacityEnd {
    /// Between two rates that lie as close together as was asked for.
    Found,
    /// The objectives hold at the highest rate of interest too.
    BeyondRange,
    /// They do not hold at the lowest.
    BelowRange,
    /// It is not over.
    Open,
}

/// One rate that was tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeFigures {
    /// Tasks per second that were offered.
    pub rate_per_sec: f64,
    /// Whether the objectives hold.
    pub held: Held,
    /// How often it was measured.
    pub visits: u32,
    /// The response time at the percentile of the search, in nanoseconds.
    pub response_nanos: Option<Figure>,
    /// Good tasks per second.
    pub goodput_per_sec: Option<Figure>,
}

impl CapacityPlan {
    /// A search of which nothing is known yet.
    ///
    /// # Errors
    /// If the scenario has no rate, or no objective that a rate can be too high for.
    pub fn new(
        scenario: &Scenario,
        search: &CapacitySearch,
        seed: u64,
        holds: Holds,
    ) -> Result<Self, NotApplicable> {
        let mut base = search.base(scenario);
        base.at(&[(Parameter::Rate, Setting::Number(search.from))])?;
        let all = std::mem::take(&mut base.objectives);
        let (kept, left_out): (Vec<_>, Vec<_>) = all.into_iter().partition(limits_the_rate);
        if kept.is_empty() {
            return Err(NotApplicable {
                message: "there is no objective that a rate can be too high for".to_owned(),
                hint: "add one, such as objectives: [ResponseTime(percentile: P95, at_most: \"200ms\"), \
                       DropRatio(at_most: 0)]"
                    .to_owned(),
            });
        }
        base.objectives = kept;
        Ok(Self {
            search: search.clone(),
            base,
            seed,
            left_out,
            holds,
            probes: Vec::new(),
            series: Series::default(),
            doubts: Doubts::default(),
        })
    }

    /// The next probe; none when all is found.
    #[must_use]
    pub fn next(&self) -> Option<(Step, RunRequest)> {
        let visits = |candidate: usize| -> u32 {
            self.tried(candidate).iter().map(|tried| tried.visits).sum()
        };
        let open = |candidate: usize| match next(&self.search, &self.tried(candidate)) {
            Next::Try(rate) => Some((candidate, rate)),
            Next::Found | Next::GivenUp => None,
        };
        let candidates = 0..self.base.candidates.len();
        // Whoever was measured least is next.
        let (candidate, rate) = candidates
            .filter_map(open)
            .min_by_key(|(candidate, _)| visits(*candidate))?;
        let known = self.probe(candidate, rate);
        let round = known.map_or(0, |index| self.probes[index].tried.visits);
        let step = Step {
            point: known.unwrap_or(self.probes.len()),
            coordinates: vec![rate, candidate as f64],
            round,
        };
        let at = self
            .base
            .at(&[(Parameter::Rate, Setting::Number(rate))])
            .ok()?;
        let mut request = RunRequest::all_of(at);
        request.candidates = vec![candidate];
        request.seed = seed_of_round(self.seed, round);
        Some((step, request))
    }

    /// What a probe that was made tells. One that did not come to its end is forgotten: it comes again. Whether it was
    /// taken in.
    pub fn tell(&mut self, step: &Step, run: &Run) -> bool {
        let &[rate, candidate] = step.coordinates.as_slice() else {
            return false;
        };
        let candidate = candidate as usize;
        let known = self.probe(candidate, rate);
        if candidate >= self.base.candidates.len()
            || step.point != known.unwrap_or(self.probes.len())
            || !self.series.absorb(step, run)
        {
            return false;
        }
        self.doubts.take_in(run);
        let Some(point) = self.series.point(step.point) else {
            return false;
        };
        let tried = Tried {
            rate,
            visits: point.rounds.len() as u32,
            held: (self.holds)(&point.run, candidate),
        };
        let probe = Probe { candidate, tried };
        match known {
            Some(index) => self.probes[index] = probe,
            None => self.probes.push(probe),
        }
        true
    }

    /// How many probes were made, visits of the same rate counted each.
    #[must_use]
    pub fn probes_made(&self) -> u32 {
        self.probes.iter().map(|probe| probe.tried.visits).sum()
    }

    /// About how long the search may still take, in nanoseconds, if every rate is decided at once.
    #[must_use]
    pub fn remaining_nanos(&self) -> u64 {
        let Ok(once) = self
            .base
            .at(&[(Parameter::Rate, Setting::Number(self.search.from))])
        else {
            return 0;
        };
        let left = |candidate: usize| match next(&self.search, &self.tried(candidate)) {
            Next::Try(_) => u64::from(self.search.probes())
                .saturating_sub(self.tried(candidate).len() as u64)
                .max(1),
            Next::Found | Next::GivenUp => 0,
        };
        let candidates = once.candidates.iter().enumerate();
        candidates
            .map(|(index, candidate)| left(index) * estimate_candidate_nanos(&once, candidate))
            .fold(0, u64::saturating_add)
            .min(estimate_run_nanos(&once).saturating_mul(u64::from(self.search.probes())))
    }

    /// The scenario with the search, as a file can have it.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario {
            capacity: Some(self.search.clone()),
            ..self.base.clone()
        }
    }

    /// What is known by now.
    #[must_use]
    pub const fn series(&self) -> &Series {
        &self.series
    }

    /// Why probes are not to be trusted. An overloaded pool is none of these reasons.
    #[must_use]
    pub const fn doubts(&self) -> &Doubts {
        &self.doubts
    }

    /// The percentile of the response time that is drawn: the one of an objective, or the 95th.
    #[must_use]
    pub fn percentile(&self) -> (Percentile, Option<f64>) {
        let bounds = self
            .base
            .objectives
            .iter()
            .filter_map(|objective| match objective {
                Objective::ResponseTime {
                    percentile,
                    at_most,
                } => Some((*percentile, at_most.0 as f64)),
                _ => None,
            });
        bounds
            .max_by_key(|(percentile, _)| *percentile)
            .map_or((Percentile::P95, None), |(percentile, bound)| {
                (percentile, Some(bound))
            })
    }

    /// What was found by now, candidate by candidate.
    #[must_use]
    pub fn figures(&self) -> Vec<CapacityFigures> {
        let names = self.base.candidate_names().into_iter().enumerate();
        names
            .map(|(candidate, name)| self.of_candidate(candidate, name))
            .collect()
    }

    fn of_candidate(&self, candidate: usize, name: String) -> CapacityFigures {
        let tried = self.tried(candidate);
        let (held, missed) = bracket(&tried);
        let over = matches!(next(&self.search, &tried), Next::Found);
        let end = match (over, held, missed) {
            (true, Some(_), Some(_)) => CapacityEnd::Found,
            (true, Some(_), None) => CapacityEnd::BeyondRange,
            (true, None, Some(_)) => CapacityEnd::BelowRange,
            _ => CapacityEnd::Open,
        };
        let response = Measure::Response(self.percentile().0);
        let mut probes: Vec<ProbeFigures> = self
            .probes
            .iter()
            .enumerate()
            .filter(|(_, probe)| probe.candidate == candidate)
            .map(|(index, probe)| ProbeFigures {
                rate_per_sec: probe.tried.rate,
                held: probe.tried.held,
                visits: probe.tried.visits,
                response_nanos: self.figure(index, candidate, response),
                goodput_per_sec: self.figure(index, candidate, Measure::Goodput),
            })
            .collect();
        probes.sort_by(|a, b| a.rate_per_sec.total_cmp(&b.rate_per_sec));
        let curve: Vec<(f64, f64)> = probes
            .iter()
            .filter_map(|probe| Some((probe.rate_per_sec, probe.response_nanos?.value)))
            .collect();
        let at_capacity = held.and_then(|held| self.probe(candidate, held));
        CapacityFigures {
            candidate,
            name,
            end,
            held_per_sec: held,
            missed_per_sec: missed,
            knee_per_sec: knee(&curve).map(|index| curve[index].0),
            cost_per_1k: at_capacity.and_then(|index| self.figure(index, candidate, Measure::Cost)),
            probes,
        }
    }

    fn figure(&self, point: usize, candidate: usize, measure: Measure) -> Option<Figure> {
        let point = self.series.point(point)?;
        let blocks: Vec<_> = point.run.blocks_of(candidate).collect();
        Sample::of(&point.run, &blocks).figure(measure)
    }

    fn tried(&self, candidate: usize) -> Vec<Tried> {
        let probes = self
            .probes
            .iter()
            .filter(|probe| probe.candidate == candidate);
        probes.map(|probe| probe.tried).collect()
    }

    fn probe(&self, candidate: usize, rate: f64) -> Option<usize> {
        let is_it = |probe: &Probe| {
            probe.candidate == candidate && probe.tried.rate.total_cmp(&rate).is_eq()
        };
        self.probes.iter().position(is_it)
    }
}

impl CapacityFigures {
    /// What was found, for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let name = &self.name;
        let rate = |rate: Option<f64>| text::or_missing(rate, text::per_sec);
        let surely = if self.is_missed_surely() {
            ""
        } else {
            " surely"
        };
        match self.end {
            CapacityEnd::Found => format!(
                "'{name}' keeps the objectives up to {}; at {} it does not{surely}",
                rate(self.held_per_sec),
                rate(self.missed_per_sec)
            ),
            CapacityEnd::BeyondRange => format!(
                "'{name}' keeps the objectives at {} too, the highest rate that was asked for",
                rate(self.held_per_sec)
            ),
            CapacityEnd::BelowRange => format!(
                "'{name}' does not{surely} keep the objectives at {}, the lowest rate that was asked for",
                rate(self.missed_per_sec)
            ),
            CapacityEnd::Open => format!(
                "'{name}': the search did not come to its end; it holds at {}, and does not{surely} at {}",
                rate(self.held_per_sec),
                rate(self.missed_per_sec)
            ),
        }
    }
}

impl CapacityFigures {
    /// Whether the objectives are known not to hold where they are not known to hold.
    fn is_missed_surely(&self) -> bool {
        let mut probes = self.probes.iter();
        let rate = self.missed_per_sec.map(f64::to_bits);
        probes.any(|probe| Some(probe.rate_per_sec.to_bits()) == rate && probe.held == Held::No)
    }
}

/// Whether candidate `candidate` of `run` meets all objectives; one that broke off does not. A figure that is decided by its value alone, without an
/// interval, and close to its bound is undecided until it was measured often enough.
#[must_use]
pub fn objectives_hold(run: &Run, candidate: usize) -> Held {
    /// What one block of some seconds scatters.
    const CLOSE_RATIO: f64 = 0.1;
    let mut figures = candidate_figures(run);
    figures.retain(|figures| figures.candidate == candidate);
    // Figures of a program that broke off are those of the time before it did.
    let broke_off =
        |figures: &CandidateFigures| matches!(figures.status, CandidateStatus::Failed { .. });
    if figures.iter().any(broke_off) {
        return Held::No;
    }
    let results = objective_results(run, &figures);
    let visits = run.blocks_of(candidate).count();
    let mut outcomes = results.iter().flatten().map(|result| {
        let close = result
            .margin_ratio
            .is_some_and(|margin| margin.abs() < CLOSE_RATIO);
        if result.by_value_alone && close && visits < BLOCKS_MIN {
            Outcome::Undecided
        } else {
            result.outcome
        }
    });
    match outcomes.by_ref().max() {
        Some(Outcome::Met) => Held::Yes,
        Some(Outcome::Missed) => Held::No,
        // Nothing was measured: that is no promise.
        Some(Outcome::Undecided) | None => Held::Undecided,
    }
}

/// Whether a rate can be too high for it: not for those that ask for much, or that fixed prices make cheap.
fn limits_the_rate(objective: &Objective) -> bool {
    match objective {
        Objective::ResponseTime { .. }
        | Objective::ErrorRatio { .. }
        | Objective::DropRatio { .. }
        | Objective::MemoryPerWorker { .. } => true,
        Objective::Throughput { .. }
        | Objective::Goodput { .. }
        | Objective::Makespan { .. }
        | Objective::CostPer1k { .. } => false,
    }
}
