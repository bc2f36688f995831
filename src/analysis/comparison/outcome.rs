//! What follows from a comparison as a whole: whether a build should fail.

use serde::Serialize;

use crate::analysis::Measure;
use crate::analysis::comparison::{Circumstance, Judgement, RunComparison};
use crate::stats::Figure;
use crate::units::text;

/// Up to this share a measure may be worse before the whole is: two runs differ by more than the blocks of one do,
/// since the machine is not the same on another day, and no number of repeats shows that.
pub const TOLERANCE_RATIO: f64 = 0.05;
/// Why two runs cannot be compared at all.
pub const NOTHING_IN_COMMON: &str = "Nothing can be compared: the runs have no candidate in common, neither by name nor \
     by back end and workers.";
/// So many of a kind a sentence names; the others are counted.
const NAMED_MAX: usize = 3;

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunOutcomeKind {
    /// At least one measure of a candidate is worse by more than chance, noise and tolerance, or the run lacks something
    /// that the baseline has.
    Worse,
    /// Neither is so.
    NotWorse,
    /// No measure of any candidate could be judged.
    NotKnown,
    /// One of the runs cannot be trusted.
    NotTrustworthy,
}

/// What follows from a comparison of two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// What kind of answer it is.
    pub kind: RunOutcomeKind,
    /// Up to which share a measure may be worse.
    pub tolerance_ratio: f64,
    /// What is worse by more than that, the farthest first.
    pub worse: Vec<Deviation>,
    /// What is better by more than chance and noise, the farthest first.
    pub better: Vec<Deviation>,
    /// What the baseline has and the run lacks: it cannot be judged, and counts as worse.
    pub lost: Vec<Lost>,
    /// How many candidates both runs measured.
    pub in_common: usize,
    /// How many measures are worse within the tolerance.
    pub tolerated: usize,
    /// How many are too close to call.
    pub too_close: usize,
    /// How many are not known.
    pub not_known: usize,
    /// The answer in a few sentences.
    pub why: String,
}

/// A measure that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The candidate's name in the run.
    pub name: String,
    /// What differs.
    pub measure: Measure,
    /// Run over baseline.
    pub ratio: Figure,
}

impl Deviation {
    /// How far it is from 1, whichever the direction.
    fn reach(&self) -> f64 {
        self.ratio.value.ln().abs()
    }

    /// `p99 of the response time of 'threads ×8' is 1.42 times that of the baseline (1.30 to 1.55)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (measure, name) = (self.measure.label(), &self.name);
        let ratio = text::number(self.ratio.value);
        let interval = self
            .ratio
            .ends()
            .map(|(low, high)| format!(" ({} to {})", text::number(low), text::number(high)));
        let interval = interval.unwrap_or_default();
        format!("{measure} of '{name}' is {ratio} times the baseline's{interval}")
    }
}

/// What only the baseline has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lost {
    /// The candidate's name, as the run has it if it has it.
    pub name: String,
    /// What is not known of it, although an objective bounds it; none if the run has not measured the candidate.
    pub bound: Option<String>,
}

impl Lost {
    /// `'threads ×8' is not in the run`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let name = &self.name;
        match &self.bound {
            None => format!("'{name}' is not in the run"),
            Some(bound) => {
                format!("{bound} of '{name}', which an objective bounds, is not known of the run")
            }
        }
    }
}

impl RunOutcome {
    /// The answer in a few words, for the line above the reason.
    #[must_use]
    pub const fn headline(&self) -> &'static str {
        match self.kind {
            RunOutcomeKind::NotTrustworthy => "Not trustworthy",
            RunOutcomeKind::Worse | RunOutcomeKind::NotKnown if self.in_common == 0 => {
                "Nothing in common"
            }
            RunOutcomeKind::Worse if self.worse.is_empty() => "Incomplete",
            RunOutcomeKind::Worse => "Worse than the baseline",
            RunOutcomeKind::NotWorse if self.better.is_empty() => "Not worse than the baseline",
            RunOutcomeKind::NotWorse => "Better than the baseline",
            RunOutcomeKind::NotKnown => "Not known",
        }
    }
}

impl RunComparison {
    /// What follows, if a measure may be worse by up to `tolerance_ratio`.
    #[must_use]
    pub fn outcome(&self, tolerance_ratio: f64) -> RunOutcome {
        let mut outcome = RunOutcome {
            kind: RunOutcomeKind::NotKnown,
            tolerance_ratio,
            worse: Vec::new(),
            better: Vec::new(),
            lost: self.lost(),
            in_common: self.pairs.len(),
            tolerated: 0,
            too_close: 0,
            not_known: 0,
            why: String::new(),
        };
        for pair in &self.pairs {
            for measure in &pair.measures {
                let deviation = measure.comparison.map(|comparison| Deviation {
                    name: pair.name.clone(),
                    measure: measure.measure,
                    ratio: comparison.ratio,
                });
                match (measure.judgement, deviation) {
                    (Judgement::Worse, Some(worse)) => {
                        if is_beyond(&worse, tolerance_ratio) {
                            outcome.worse.push(worse);
                        } else {
                            outcome.tolerated += 1;
                        }
                    }
                    (Judgement::Better, Some(better)) => outcome.better.push(better),
                    (Judgement::TooClose, _) => outcome.too_close += 1,
                    _ => outcome.not_known += 1,
                }
            }
        }
        let farthest = |a: &Deviation, b: &Deviation| b.reach().total_cmp(&a.reach());
        outcome.worse.sort_by(farthest);
        outcome.better.sort_by(farthest);
        let judged =
            outcome.worse.len() + outcome.better.len() + outcome.tolerated + outcome.too_close;
        outcome.kind = if self.doubts().next().is_some() {
            RunOutcomeKind::NotTrustworthy
        } else if !outcome.worse.is_empty() || !outcome.lost.is_empty() {
            RunOutcomeKind::Worse
        } else if judged == 0 {
            RunOutcomeKind::NotKnown
        } else {
            RunOutcomeKind::NotWorse
        };
        outcome.why = self.why(&outcome);
        outcome
    }

    /// Candidates that only the baseline has, then bounded figures that only the baseline knows.
    fn lost(&self) -> Vec<Lost> {
        let candidates = self.only_in_baseline.iter().map(|name| Lost {
            name: name.clone(),
            bound: None,
        });
        let figures = self.pairs.iter().flat_map(|pair| {
            pair.lost.iter().map(|bound| Lost {
                name: pair.name.clone(),
                bound: Some(bound.clone()),
            })
        });
        candidates.chain(figures).collect()
    }

    fn why(&self, outcome: &RunOutcome) -> String {
        let mut parts = Vec::new();
        match outcome.kind {
            RunOutcomeKind::NotTrustworthy => parts.extend(self.doubted()),
            RunOutcomeKind::Worse | RunOutcomeKind::NotKnown if self.pairs.is_empty() => {}
            RunOutcomeKind::NotKnown => parts.push(
                "Nothing can be judged: that takes three repeats of each candidate in both runs"
                    .to_owned(),
            ),
            RunOutcomeKind::Worse if outcome.worse.is_empty() => {}
            RunOutcomeKind::Worse => {
                let worse = named(&outcome.worse, Deviation::sentence);
                parts.push(format!("Worse than the baseline: {worse}"));
            }
            RunOutcomeKind::NotWorse => parts.push("Not worse than the baseline".to_owned()),
        }
        if self.pairs.is_empty() {
            parts.push(NOTHING_IN_COMMON.to_owned());
        } else if !outcome.lost.is_empty() {
            let lost = named(&outcome.lost, Lost::sentence);
            parts.push(format!(
                "The run lacks what the baseline has, which counts as worse: {lost}"
            ));
        }
        let is_judged = matches!(
            outcome.kind,
            RunOutcomeKind::Worse | RunOutcomeKind::NotWorse
        );
        if is_judged && !outcome.better.is_empty() {
            let better = named(&outcome.better, Deviation::sentence);
            parts.push(format!("Better: {better}"));
        }
        if is_judged {
            let tolerance = text::given((outcome.tolerance_ratio * 1e4).round() / 1e2);
            let counts = [
                (
                    outcome.tolerated,
                    format!("worse within the tolerance of {tolerance} %"),
                ),
                (outcome.too_close, "too close to call".to_owned()),
                (outcome.not_known, "not known".to_owned()),
            ];
            let told: Vec<String> = counts
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, words)| format!("{} {words}", text::count(count as u64)))
                .collect();
            if !told.is_empty() {
                parts.push(format!(
                    "Of the measures of all candidates: {}",
                    told.join(", ")
                ));
            }
        }
        parts.extend(self.other_machine().map(str::to_owned));
        let sentences: Vec<String> = parts
            .iter()
            .map(|part| format!("{}.", part.trim_end_matches('.')))
            .collect();
        sentences.join(" ")
    }

    /// The first reason why one of the runs cannot be trusted, and how many more there are.
    fn doubted(&self) -> Option<String> {
        let mut doubts = self.doubts();
        let (name, reason) = doubts.next()?;
        let more = match doubts.count() {
            0 => String::new(),
            more => format!(
                " (and {})",
                text::counted(more as u64, "more reason", "more reasons")
            ),
        };
        Some(format!("Not trustworthy: '{name}': {reason}{more}"))
    }

    /// What is to be said of the machines, if they were not the same or not equally fast.
    fn other_machine(&self) -> Option<&'static str> {
        let of_machine = self.circumstances.iter().filter(|fact| fact.is_of_machine);
        let is_speed: Vec<bool> = of_machine.map(Circumstance::is_speed).collect();
        if is_speed.contains(&false) {
            Some("The machines differ, so the figures tell of them as much as of the work")
        } else if is_speed.is_empty() {
            None
        } else {
            Some(
                "The machine was not equally fast in both, so the figures tell of it as much as of the work",
            )
        }
    }
}

/// Whether `worse` is farther than the tolerance; of rates a fall, of everything else a rise.
fn is_beyond(worse: &Deviation, tolerance_ratio: f64) -> bool {
    let ratio = worse.ratio.value;
    if worse.measure.more_is_better() {
        ratio < 1.0 - tolerance_ratio
    } else {
        ratio > 1.0 + tolerance_ratio
    }
}

/// The first few, and how many more there are.
fn named<T>(all: &[T], sentence: fn(&T) -> String) -> String {
    let shown = all.iter().take(NAMED_MAX).map(sentence);
    let mut named = shown.collect::<Vec<_>>().join("; ");
    let more = all.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        named.extend(["; and ", &text::count(more as u64), " more"]);
    }
    named
}
