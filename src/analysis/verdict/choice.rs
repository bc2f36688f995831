//! Who qualifies, and who of those costs least: the order of candidates never matters.

use crate::analysis::measure::Measure;
use crate::analysis::objectives::{ObjectiveResult, Outcome};
use crate::analysis::verdict::apart::{Apart, apart};
use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::run::Run;

/// One candidate as it stands to the objectives.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) figures: &'a CandidateFigures,
    pub(super) results: &'a [ObjectiveResult],
    pub(super) standing: Standing,
}

/// How a candidate stands to the objectives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It meets all.
    Qualified,
    /// It misses none, and not all are decided.
    Undecided,
    /// It misses one at least.
    Missed,
    /// It was not measured as planned.
    Out,
}

impl<'a> Entry<'a> {
    pub(super) fn new(figures: &'a CandidateFigures, results: &'a [ObjectiveResult]) -> Self {
        let any = |outcome| results.iter().any(|result| result.outcome == outcome);
        let standing = if figures.status != CandidateStatus::Done {
            Standing::Out
        } else if any(Outcome::Missed) {
            Standing::Missed
        } else if any(Outcome::Undecided) {
            Standing::Undecided
        } else {
            Standing::Qualified
        };
        Self {
            figures,
            results,
            standing,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.figures.name
    }

    /// Price of 1,000 good tasks, if it is known.
    pub(super) fn cost(&self) -> Option<f64> {
        Some(self.figures.cost_per_1k?.value)
    }

    /// Its results with that outcome.
    pub(super) fn with(&self, outcome: Outcome) -> impl Iterator<Item = &ObjectiveResult> {
        let results = self.results.iter();
        results.filter(move |result| result.outcome == outcome)
    }
}

/// The candidates in an order that does not depend on the scenario's: by cost, unknown ones last, then by name.
pub(super) fn by_cost<'e, 'a>(entries: &[&'e Entry<'a>]) -> Vec<&'e Entry<'a>> {
    let mut sorted = entries.to_vec();
    sorted.sort_by(|a, b| {
        let cost = |entry: &Entry<'_>| entry.cost().unwrap_or(f64::INFINITY);
        cost(a)
            .total_cmp(&cost(b))
            .then_with(|| a.name().cmp(b.name()))
    });
    sorted
}

/// Who is chosen of those that qualify.
#[derive(Debug)]
pub(super) struct Choice<'e, 'a> {
    /// Those that cost least, within noise of each other; by cost.
    pub(super) best: Vec<&'e Entry<'a>>,
    /// The next one by cost, and how its cost stands to that of the cheapest; none if all are as cheap.
    pub(super) next: Option<(&'e Entry<'a>, Apart)>,
    /// How each of the best but the cheapest stands to the cheapest.
    pub(super) ties: Vec<(&'e Entry<'a>, Apart)>,
    /// Those that qualify and have no price, as something that is paid for is not known.
    pub(super) unpriced: Vec<&'e Entry<'a>>,
}

/// The cheapest of `qualified`, with all that are within noise of it. If none has a price, all of them.
pub(super) fn choose<'e, 'a>(run: &Run, qualified: &[&'e Entry<'a>]) -> Choice<'e, 'a> {
    let sorted = by_cost(qualified);
    let (priced, unpriced): (Vec<_>, Vec<_>) =
        sorted.into_iter().partition(|entry| entry.cost().is_some());
    let Some(cheapest) = priced.first().copied() else {
        return Choice {
            best: unpriced.clone(),
            next: None,
            ties: Vec::new(),
            unpriced,
        };
    };
    // Of equal costs each is the cheapest: who is close to any of them is tied.
    let least = cheapest.cost();
    let firsts: Vec<_> = priced
        .iter()
        .copied()
        .filter(|entry| entry.cost() == least)
        .collect();
    let mut choice = Choice {
        best: firsts.clone(),
        next: None,
        ties: Vec::new(),
        unpriced,
    };
    for first in &firsts[1..] {
        let stands = to_first(run, first, cheapest);
        choice.ties.push((first, stands));
    }
    for entry in priced.into_iter().skip(firsts.len()) {
        let stands: Vec<Apart> = firsts
            .iter()
            .map(|first| to_first(run, entry, first))
            .collect();
        if let Some(close) = stands.iter().find(|stands| stands.close) {
            choice.best.push(entry);
            choice.ties.push((entry, *close));
        } else if choice.next.is_none() {
            choice.next = stands.first().map(|stands| (entry, *stands));
        }
    }
    choice
}

fn to_first(run: &Run, entry: &Entry<'_>, first: &Entry<'_>) -> Apart {
    let pair = (entry.figures.candidate, first.figures.candidate);
    let costs = (
        entry.cost().unwrap_or(f64::INFINITY),
        first.cost().unwrap_or(f64::INFINITY),
    );
    apart(run, pair, Measure::Cost, costs)
}
