//! The figures that decided, candidate by candidate.

use crate::analysis::CandidateFigures;
use crate::analysis::objectives::{ObjectiveResult, Outcome};
use crate::analysis::verdict::leaders::Contest;
use crate::analysis::verdict::{Deciding, DecidingFigure};
use crate::run::Run;
use crate::stats::Figure;
use crate::units::text;

/// Objective number `index` of the scenario with all candidates' results.
pub(super) fn of_objective(
    run: &Run,
    figures: &[CandidateFigures],
    results: &[Vec<ObjectiveResult>],
    index: usize,
) -> Option<Deciding> {
    let scenario = &run.request.scenario;
    let objective = scenario.objectives.get(index)?;
    let currency = &scenario.prices.currency;
    let one = |(figures, results): (&CandidateFigures, &Vec<ObjectiveResult>)| {
        let result = results.get(index);
        let figure = result.and_then(|result| result.figure);
        DecidingFigure {
            candidate: figures.name.clone(),
            figure,
            text: shown(figure, |value| objective.show(value, currency)),
            outcome: result.map(|result| result.outcome),
        }
    };
    Some(Deciding {
        measure: objective.name(),
        label: objective.label(),
        bound: Some(objective.bound()),
        figures: figures.iter().zip(results).map(one).collect(),
    })
}

/// A measure by which candidates are held against each other.
pub(super) fn of_contest(run: &Run, figures: &[CandidateFigures], contest: &Contest) -> Deciding {
    let currency = &run.request.scenario.prices.currency;
    let one = |figures: &CandidateFigures| {
        let figure = (contest.figure)(figures);
        DecidingFigure {
            candidate: figures.name.clone(),
            figure,
            text: shown(figure, |value| contest.show(value, currency)),
            outcome: None,
        }
    };
    Deciding {
        measure: contest.measure.name(),
        label: contest.measure.label().to_owned(),
        bound: None,
        figures: figures.iter().map(one).collect(),
    }
}

/// The objectives in the order in which they decided: first those that ruled somebody out, then those that are open,
/// then the others; in the scenario's order where that is the same.
pub(super) fn objectives_by_weight(results: &[Vec<ObjectiveResult>]) -> Vec<usize> {
    let count = results.first().map_or(0, Vec::len);
    let worst = |index: &usize| {
        let outcomes = results
            .iter()
            .filter_map(|of| Some(of.get(*index)?.outcome));
        std::cmp::Reverse(outcomes.max().unwrap_or(Outcome::Met))
    };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(worst);
    order
}

fn shown(figure: Option<Figure>, text: impl Fn(f64) -> String) -> String {
    let Some(figure) = figure else {
        return text::MISSING.to_owned();
    };
    match figure.ends() {
        Some((low, high)) => format!("{} ({} to {})", text(figure.value), text(low), text(high)),
        None => text(figure.value),
    }
}
