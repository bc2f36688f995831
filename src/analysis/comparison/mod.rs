//! Two runs as a whole, or the candidates of one: what differs around them first, then candidate by candidate.
//!
//! Figures of different machines, programs or scenarios can be laid beside each other, and tell of these as much as
//! of the work; so what differs there is found out first, and named first by whoever shows it. The baseline is what
//! something is held against; ratios are always *run over baseline*.
//!
//! Many calls are made at once here, one per measure and pair of candidates, and one that is wrong would fail a
//! build. They are therefore made at the confidence that keeps the error of all of them together at 5 %.

mod circumstances;
mod outcome;
mod settings;
#[cfg(test)]
mod tests;

use crate::analysis::Measure;
use crate::analysis::compare::compare_runs_at;
use crate::analysis::sample::Sample;
use crate::analysis::{Comparison, compare, trust};
use crate::run::{Block, MemoryKind, Run};
use crate::scenario::{Objective, Scenario};
use crate::stats::Figure;

pub use circumstances::{Circumstance, differing_machines};
pub use outcome::{
    Deviation, Lost, NOTHING_IN_COMMON, RunOutcome, RunOutcomeKind, TOLERANCE_RATIO,
};
pub use settings::{SETTINGS_MAX, SettingDifference};

/// One of two runs that are compared.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The run.
    pub run: &'a Run,
    /// What its reader calls it, such as its name in the library.
    pub name: &'a str,
    /// Version of the program that measured it.
    pub version: &'a str,
}

/// Two runs beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct RunComparison {
    /// What differs between machines, programs and interpreters; empty where nothing does.
    pub circumstances: Vec<Circumstance>,
    /// What differs between the scenarios, without their candidates and their prose.
    pub settings: Vec<SettingDifference>,
    /// How many such differences are not listed, as there are too many.
    pub settings_dropped: usize,
    /// The candidates that both runs measured, in the order of the run.
    pub pairs: Vec<PairComparison>,
    /// Candidates that only the baseline measured.
    pub only_in_baseline: Vec<String>,
    /// Candidates that only the run measured.
    pub only_in_run: Vec<String>,
    /// What their reader calls baseline and run.
    pub names: [String; 2],
    /// Why each of them cannot be trusted, for people; empty of one that can.
    pub distrust: [Vec<String>; 2],
}

impl RunComparison {
    /// Why one of the two cannot be trusted: name of the run and reason.
    pub fn doubts(&self) -> impl Iterator<Item = (&str, &str)> {
        let sides = self.names.iter().zip(&self.distrust);
        sides.flat_map(|(name, reasons)| reasons.iter().map(move |reason| (&**name, &**reason)))
    }
}

/// One candidate beside another, or beside itself in another run.
#[derive(Debug, Clone, PartialEq)]
pub struct PairComparison {
    /// Index in the scenario of the run: decides the colour.
    pub candidate: usize,
    /// Its name.
    pub name: String,
    /// Index in the scenario of the baseline.
    pub baseline: usize,
    /// The name there.
    pub baseline_name: String,
    /// What differs between their settings.
    pub settings: Vec<SettingDifference>,
    /// What a reader must know before comparing, for people.
    pub notes: Vec<&'static str>,
    /// Each measure that at least one of them knows.
    pub measures: Vec<MeasureComparison>,
    /// What an objective of either scenario bounds and only the baseline knows, for people and within a sentence.
    pub lost: Vec<String>,
}

/// One measure of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureComparison {
    /// What is compared.
    pub measure: Measure,
    /// Of the baseline; none if not known.
    pub baseline: Option<Figure>,
    /// Of the run; none if not known.
    pub run: Option<Figure>,
    /// Run minus baseline and run over baseline; none where one is not known, or both mean different things.
    pub comparison: Option<Comparison>,
    /// What follows.
    pub judgement: Judgement,
}

/// What follows from one measure of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The run is better, by more than chance and noise.
    Better,
    /// The run is worse, by more than chance and noise.
    Worse,
    /// The difference may be chance, is inside of the noise floor, or is too small to matter.
    TooClose,
    /// A figure is missing, or there are fewer than three repeats.
    NotKnown,
}

impl Judgement {
    /// As it stands in a table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::TooClose => "too close to call",
            Self::NotKnown => "not known",
        }
    }

    fn of(comparison: Option<&Comparison>) -> Self {
        let Some(comparison) = comparison else {
            return Self::NotKnown;
        };
        match comparison.within_noise {
            None => Self::NotKnown,
            Some(true) => Self::TooClose,
            Some(false)
                if (comparison.ratio.value > 1.0) == comparison.measure.more_is_better() =>
            {
                Self::Better
            }
            Some(false) => Self::Worse,
        }
    }
}

/// Lays `run` beside `baseline`.
#[must_use]
pub fn compare_whole(baseline: Side<'_>, run: Side<'_>) -> RunComparison {
    let scenarios = (&baseline.run.request.scenario, &run.run.request.scenario);
    let (settings, settings_dropped) = settings::of_scenarios(scenarios.0, scenarios.1);
    let (paired, only_in_baseline, only_in_run) = paired(baseline.run, run.run);
    let calls = Measure::OF_RUNS.len() * paired.len();
    let pair = |&(of_baseline, of_run): &(usize, usize)| {
        pair((baseline.run, of_baseline), (run.run, of_run), |measure| {
            compare_runs_at(
                (run.run, of_run),
                (baseline.run, of_baseline),
                measure,
                calls,
            )
        })
    };
    RunComparison {
        circumstances: circumstances::differing(baseline, run, &paired),
        settings,
        settings_dropped,
        pairs: paired.iter().map(pair).collect(),
        only_in_baseline,
        only_in_run,
        names: [baseline, run].map(|side| side.name.to_owned()),
        distrust: [baseline, run].map(|side| trust(side.run).reasons),
    }
}

/// Lays every other candidate of `run` beside `reference`, an index in the scenario; empty if it was not measured.
#[must_use]
pub fn compare_candidates(run: &Run, reference: usize) -> Vec<PairComparison> {
    let measured = measured_candidates(run);
    if !measured.contains(&reference) {
        return Vec::new();
    }
    let others = measured.into_iter().filter(|other| *other != reference);
    others.map(|other| two(run, reference, other)).collect()
}

/// Lays candidate `other` of `run` beside `reference`, both as indices in the scenario; none if one of them was not
/// measured, or if they are the same.
#[must_use]
pub fn compare_two(run: &Run, reference: usize, other: usize) -> Option<PairComparison> {
    let measured = measured_candidates(run);
    let are_there = measured.contains(&reference) && measured.contains(&other);
    (are_there && reference != other).then(|| two(run, reference, other))
}

fn two(run: &Run, reference: usize, other: usize) -> PairComparison {
    pair((run, reference), (run, other), |measure| {
        compare(run, other, reference, measure)
    })
}

/// What the candidates of `run` are held against if nobody says otherwise: the sequential one, else the first. None
/// of a run without candidates.
#[must_use]
pub fn reference(run: &Run) -> Option<usize> {
    let measured = measured_candidates(run);
    let candidates = &run.request.scenario.candidates;
    let is_sequential = |index: &&usize| candidates[**index].backend.kind() == "sequential";
    let sequential = measured.iter().find(is_sequential);
    sequential.or(measured.first()).copied()
}

/// The candidates that are measured, in the scenario's order.
#[must_use]
pub fn measured_candidates(run: &Run) -> Vec<usize> {
    let all = &run.request.scenario.candidates;
    let mut measured = run.request.candidates.clone();
    measured.retain(|index| *index < all.len());
    measured.sort_unstable();
    measured.dedup();
    measured
}

/// Candidates of both runs as (of the baseline, of the run), and the names of those that only one has.
type Paired = (Vec<(usize, usize)>, Vec<String>, Vec<String>);

/// By name; what is left by back end and workers, where these say clearly which is meant.
fn paired(baseline: &Run, run: &Run) -> Paired {
    let (of_baseline, of_run) = (measured_candidates(baseline), measured_candidates(run));
    let scenarios = (&baseline.request.scenario, &run.request.scenario);
    let label = |scenario: &Scenario, index: usize| scenario.candidates[index].label();
    let kind = |scenario: &Scenario, index: usize| {
        let candidate = &scenario.candidates[index];
        let backend = candidate.backend;
        (backend.kind(), backend.workers(), candidate.python.clone())
    };
    let mut left: Vec<usize> = of_baseline;
    let mut pairs = Vec::new();
    let mut unnamed = Vec::new();
    for of_run in of_run {
        let name = label(scenarios.1, of_run);
        match left
            .iter()
            .position(|&index| label(scenarios.0, index) == name)
        {
            Some(place) => pairs.push((left.remove(place), of_run)),
            None => unnamed.push(of_run),
        }
    }
    let mut only_in_run = Vec::new();
    let kinds: Vec<_> = unnamed
        .iter()
        .map(|&index| kind(scenarios.1, index))
        .collect();
    for (&of_run, wanted) in unnamed.iter().zip(&kinds) {
        let is_alike = |index: &&usize| kind(scenarios.0, **index) == *wanted;
        let alike: Vec<usize> = left.iter().filter(is_alike).copied().collect();
        let alone = kinds.iter().filter(|kind| *kind == wanted).count() == 1;
        if let ([one], true) = (alike.as_slice(), alone) {
            left.retain(|index| index != one);
            pairs.push((*one, of_run));
        } else {
            only_in_run.push(label(scenarios.1, of_run));
        }
    }
    pairs.sort_by_key(|&(_, of_run)| of_run);
    let only_in_baseline = left.iter().map(|&index| label(scenarios.0, index));
    (pairs, only_in_baseline.collect(), only_in_run)
}

/// Memory that was found in different ways.
const MEMORY_KINDS: &str =
    "memory per worker was found in different ways and cannot be compared to the last byte";
/// Response times of a closed load beside those of another.
const CLOSED: &str =
    "one of the loads is closed, which hides overload: response times are not compared";
/// Money of two kinds.
const CURRENCIES: &str = "the prices are in different currencies: cost is not compared";

fn pair(
    (baseline, of_baseline): (&Run, usize),
    (run, of_run): (&Run, usize),
    comparison: impl Fn(Measure) -> Option<Comparison>,
) -> PairComparison {
    let scenarios = (&baseline.request.scenario, &run.request.scenario);
    let candidates = (
        &scenarios.0.candidates[of_baseline],
        &scenarios.1.candidates[of_run],
    );
    let blocks = (blocks(baseline, of_baseline), blocks(run, of_run));
    let samples = (Sample::of(baseline, &blocks.0), Sample::of(run, &blocks.1));
    let same_load = baseline.request.is_closed() == run.request.is_closed();
    let same_money = scenarios.0.prices.currency == scenarios.1.prices.currency;
    let is_comparable = |measure| match measure {
        Measure::Response(_) => same_load,
        Measure::Cost => same_money,
        _ => true,
    };
    let measures = Measure::OF_RUNS.into_iter().filter_map(|measure| {
        // Whether a batch or not: else nobody waits for the last task.
        let batches = baseline.request.is_batch() && run.request.is_batch();
        if measure == Measure::Makespan && !batches {
            return None;
        }
        let figures = (samples.0.figure(measure), samples.1.figure(measure));
        let comparison = comparison(measure).filter(|_| is_comparable(measure));
        (figures.0.is_some() || figures.1.is_some()).then(|| MeasureComparison {
            measure,
            baseline: figures.0,
            run: figures.1,
            judgement: if is_lost(measure, figures) {
                Judgement::Worse
            } else {
                Judgement::of(comparison.as_ref())
            },
            comparison,
        })
    });
    let mut notes = Vec::new();
    if memory_kind(&blocks.0) != memory_kind(&blocks.1) {
        notes.push(MEMORY_KINDS);
    }
    notes.extend((!same_load).then_some(CLOSED));
    notes.extend((!same_money).then_some(CURRENCIES));
    PairComparison {
        candidate: of_run,
        name: candidates.1.label(),
        baseline: of_baseline,
        baseline_name: candidates.0.label(),
        settings: settings::of_candidates(candidates.0, candidates.1),
        notes,
        measures: measures.collect(),
        lost: lost(
            scenarios.0.objectives.iter().chain(&scenarios.1.objectives),
            &samples,
        ),
    }
}

/// What `objectives` bound and only the first sample knows.
fn lost<'a>(
    objectives: impl Iterator<Item = &'a Objective>,
    samples: &(Sample<'_>, Sample<'_>),
) -> Vec<String> {
    let mut lost = Vec::new();
    for objective in objectives {
        let measure = Measure::bounded_by(objective);
        let is_lost = samples.0.figure(measure).is_some() && samples.1.figure(measure).is_none();
        let label = objective.label();
        if is_lost && !lost.contains(&label) {
            lost.push(label);
        }
    }
    lost
}

/// Whether there was surely some of a rate and now there is none, of which a ratio has no interval.
fn is_lost(measure: Measure, (baseline, run): (Option<Figure>, Option<Figure>)) -> bool {
    let was_there = baseline
        .and_then(|figure| figure.ends())
        .is_some_and(|(low, _)| low > 0.0);
    let is_none = run.is_some_and(|figure| figure.ends().is_some() && figure.value <= 0.0);
    measure.more_is_better() && was_there && is_none
}

fn blocks(run: &Run, candidate: usize) -> Vec<&Block> {
    run.blocks_of(candidate).collect()
}

fn memory_kind(blocks: &[&Block]) -> Option<MemoryKind> {
    blocks.iter().find_map(|block| Some(block.memory?.kind))
}
