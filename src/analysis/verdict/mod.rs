//! What follows from a run: who is chosen, on what grounds, and what would change it.
//!
//! Candidates that miss an objective are out, and so are those of which one is undecided; of the others the cheapest is
//! chosen, with all whose cost cannot be told from it. It never turns an untrustworthy run into advice, and where nothing
//! is demanded nothing is chosen: then it names who is ahead.
//!
//! The order of candidates never matters: ranks go by figures, ties by the comparison of pairs, lists by name.

mod apart;
mod changes;
mod choice;
mod deciding;
mod leaders;
#[cfg(test)]
mod tests;
mod why;
mod words;

use serde::{Deserialize, Serialize};

use crate::analysis::objectives::{Outcome, objective_results};
use crate::analysis::textbook::{Textbook, textbook};
use crate::analysis::verdict::choice::{Choice, Entry, Standing, choose};
use crate::analysis::verdict::leaders::{COST, contests};
use crate::analysis::{CandidateFigures, Trust};
use crate::run::Run;
use crate::stats::Figure;

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// One candidate meets the objectives at the lowest cost.
    Choose,
    /// Several do, too close to tell apart.
    Tie,
    /// No candidate meets the objectives.
    NoneQualifies,
    /// A limit of the instrument was passed, or a block failed.
    NotTrustworthy,
    /// The scenario sets no objectives.
    NoObjectives,
}

/// What follows from a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What kind of answer it is.
    pub kind: VerdictKind,
    /// The candidates that are chosen, by name; empty where nothing is decided.
    pub candidates: Vec<String>,
    /// The reason, in a paragraph.
    pub why: String,
    /// The same without the answer and the textbook, for who shows these beside it.
    pub grounds: String,
    /// The figures that decided, the most decisive first; empty where nothing is decided.
    pub deciding: Vec<Deciding>,
    /// What would change it, each in a sentence.
    pub changes: Vec<String>,
    /// What a textbook would recommend for this work; none if too little of it was measured.
    pub textbook: Option<Textbook>,
}

impl Verdict {
    /// The answer in a line without a full stop, for who shows the grounds below it; `ended` is whether the run has.
    #[must_use]
    pub fn headline(&self, ended: bool) -> String {
        let names: Vec<String> = self
            .candidates
            .iter()
            .map(|name| format!("'{name}'"))
            .collect();
        let names = match names.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            other => other.concat(),
        };
        match self.kind {
            VerdictKind::Choose if ended => format!("Choose {names}"),
            VerdictKind::Choose => format!("Ahead so far: {names}"),
            VerdictKind::Tie => format!("Too close to call: {names}"),
            VerdictKind::NoneQualifies if ended => "No candidate qualifies".to_owned(),
            VerdictKind::NoneQualifies => "No candidate qualifies so far".to_owned(),
            VerdictKind::NotTrustworthy => {
                "The figures cannot be trusted, so that nothing follows from them".to_owned()
            }
            VerdictKind::NoObjectives => "Nothing is demanded, so nothing is decided".to_owned(),
        }
    }
}

/// A measure that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciding {
    /// Its name in documents: `response_time_p99`.
    pub measure: &'static str,
    /// Its name for people.
    pub label: String,
    /// What it is held against, in the unit of the figures; none where candidates are held against each other only.
    pub bound: Option<f64>,
    /// One for each candidate, in the scenario's order.
    pub figures: Vec<DecidingFigure>,
}

/// A figure of a candidate that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidingFigure {
    /// Whose it is, by name.
    pub candidate: String,
    /// The figure; none if it is not known.
    pub figure: Option<Figure>,
    /// The figure for people, with its unit.
    pub text: String,
    /// Whether it meets the bound; none where there is no bound.
    pub outcome: Option<Outcome>,
}

/// What follows from `figures`, as far as `trust` goes.
///
/// O(candidates² × draws of a comparison) once the run has ended, without draws before: call it once per revision.
#[must_use]
pub fn verdict(run: &Run, figures: &[CandidateFigures], trust: &Trust) -> Verdict {
    if !trust.trustworthy {
        return Verdict {
            kind: VerdictKind::NotTrustworthy,
            candidates: Vec::new(),
            why: words::sentences(&trust.reasons),
            grounds: words::sentences(&trust.reasons),
            deciding: Vec::new(),
            changes: Vec::new(),
            textbook: None,
        };
    }
    if run.request.scenario.objectives.is_empty() {
        return without_objectives(run, figures);
    }
    let results = objective_results(run, figures);
    let entries: Vec<Entry<'_>> = figures
        .iter()
        .zip(&results)
        .map(|(figures, results)| Entry::new(figures, results))
        .collect();
    let qualified: Vec<&Entry<'_>> = entries
        .iter()
        .filter(|entry| entry.standing == Standing::Qualified)
        .collect();
    let by_weight = deciding::objectives_by_weight(&results);
    let objectives = by_weight
        .into_iter()
        .filter_map(|index| deciding::of_objective(run, figures, &results, index));
    if qualified.is_empty() {
        let why = why::none_qualifies(run, &entries);
        return Verdict {
            kind: VerdictKind::NoneQualifies,
            candidates: Vec::new(),
            grounds: why.clone(),
            why,
            deciding: objectives.collect(),
            changes: changes::of_none(run, &entries),
            textbook: textbook(run, figures, &[]),
        };
    }
    let choice = choose(run, &qualified);
    let chosen = in_order(&choice);
    let textbook = textbook(run, figures, &chosen);
    let cost = deciding::of_contest(run, figures, &COST);
    // Where only one qualifies, its cost decides nothing.
    let mut deciding: Vec<Deciding> = objectives.collect();
    let place = if qualified.len() > 1 {
        0
    } else {
        deciding.len()
    };
    deciding.insert(place, cost);
    let why = why::chosen(run, &entries, &choice, textbook.as_ref());
    Verdict {
        kind: if chosen.len() == 1 {
            VerdictKind::Choose
        } else {
            VerdictKind::Tie
        },
        candidates: names(figures, &chosen),
        why: why.whole,
        grounds: why.grounds,
        deciding,
        changes: changes::of_choice(run, &entries, &choice),
        textbook,
    }
}

/// Nothing is demanded, so that nothing is chosen.
fn without_objectives(run: &Run, figures: &[CandidateFigures]) -> Verdict {
    let contests = contests(run.request.is_batch());
    let told = contests
        .iter()
        .filter_map(|contest| contest.told(run, figures));
    let told: Vec<String> = told.collect();
    let known = |contest: &&leaders::Contest| contest.leaders(run, figures).is_some();
    let deciding = contests.iter().filter(known);
    let why = why::no_objectives(run, told);
    Verdict {
        kind: VerdictKind::NoObjectives,
        candidates: Vec::new(),
        why: why.whole,
        grounds: why.grounds,
        deciding: deciding
            .map(|contest| deciding::of_contest(run, figures, contest))
            .collect(),
        changes: Vec::new(),
        textbook: textbook(run, figures, &[]),
    }
}

/// The indices of those that are chosen, in the scenario's order.
fn in_order(choice: &Choice<'_, '_>) -> Vec<usize> {
    let best = choice.best.iter();
    let mut chosen: Vec<usize> = best.map(|entry| entry.figures.candidate).collect();
    chosen.sort_unstable();
    chosen
}

fn names(figures: &[CandidateFigures], chosen: &[usize]) -> Vec<String> {
    let of = figures
        .iter()
        .filter(|figures| chosen.contains(&figures.candidate));
    of.map(|figures| figures.name.clone()).collect()
}
