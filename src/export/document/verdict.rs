//! Objectives and verdict in the document.

use serde::Serialize;

use crate::analysis::{
    CandidateFigures, Deciding, DecidingFigure, Figure, ObjectiveResult, Outcome, Recommendation,
    Textbook, Verdict, VerdictKind,
};
use crate::run::Run;
use crate::scenario::Objective;

/// One objective of the scenario, and how each candidate stands to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ObjectiveDocument {
    /// What is bounded: `response_time_p99`.
    pub measure: &'static str,
    /// What is demanded, for people: `p99 of the response time at most 50 ms`.
    pub demand: String,
    /// `at_most` or `at_least`.
    pub side: &'static str,
    /// The bound: nanoseconds, bytes, per second, a share, or money in the currency of the prices.
    pub bound: f64,
    /// How each candidate stands to it, in the scenario's order.
    pub results: Vec<ObjectiveResultDocument>,
}

/// How one candidate stands to an objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ObjectiveResultDocument {
    /// Name of the candidate.
    pub candidate: String,
    /// Whether it is met.
    pub outcome: Outcome,
    /// The figure in the unit of the bound; null if it is not known.
    pub figure: Option<Figure>,
    /// How far the figure is from the bound, as a share of the bound: positive on the good side. Null without a figure,
    /// and for a bound of zero.
    pub margin_ratio: Option<f64>,
    /// Whether the value alone decided, as there are fewer than three blocks.
    pub by_value_alone: bool,
    /// Why it is undecided, for people; null if it is decided.
    pub reason: Option<String>,
    /// Further repeats of all candidates that would probably decide it; null if it is decided, or if no run would.
    pub further_repeats: Option<u32>,
    /// About how long these take, in nanoseconds.
    pub further_nanos: Option<u64>,
}

/// What follows from the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VerdictDocument {
    /// What kind of answer it is.
    pub kind: VerdictKind,
    /// The candidates that are chosen; empty where nothing is decided.
    pub candidates: Vec<String>,
    /// The reason, for people.
    pub why: String,
    /// The figures that decided, the most decisive first.
    pub deciding: Vec<DecidingDocument>,
    /// What would change it, for people: each a sentence.
    pub changes: Vec<String>,
    /// What a textbook would recommend for this work; null if too little of it was measured.
    pub textbook: Option<TextbookDocument>,
}

/// A measure that decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecidingDocument {
    /// Its name.
    pub measure: &'static str,
    /// Its name for people.
    pub label: String,
    /// What it is held against; null where candidates are held against each other only.
    pub bound: Option<f64>,
    /// One for each candidate, in the scenario's order.
    pub figures: Vec<DecidingFigureDocument>,
}

/// A figure of a candidate that decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecidingFigureDocument {
    /// Name of the candidate.
    pub candidate: String,
    /// The figure; null if it is not known.
    pub figure: Option<Figure>,
    /// The figure for people.
    pub text: String,
    /// Whether it meets the bound; null where there is none.
    pub outcome: Option<Outcome>,
}

/// What a textbook would recommend.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TextbookDocument {
    /// What it recommends.
    pub recommendation: Recommendation,
    /// Share of waiting in a task's own time, from 0 to 1.
    pub io_ratio: f64,
    /// Share of computing in a task's own time, from 0 to 1.
    pub cpu_ratio: f64,
    /// The recommendation for people.
    pub text: String,
    /// Where the measurement says otherwise, for people; null where it does not.
    pub differs: Option<String>,
}

/// The objectives of `run` with the `results` of the candidates that have these `figures`.
pub(super) fn objectives(
    run: &Run,
    figures: &[CandidateFigures],
    results: &[Vec<ObjectiveResult>],
) -> Vec<ObjectiveDocument> {
    let scenario = &run.request.scenario;
    let one = |(index, objective): (usize, &Objective)| ObjectiveDocument {
        measure: objective.name(),
        demand: objective.demand(&scenario.prices.currency),
        side: if objective.is_at_least() {
            "at_least"
        } else {
            "at_most"
        },
        bound: objective.bound(),
        results: figures
            .iter()
            .zip(results)
            .filter_map(|(figures, results)| Some(of(figures, results.get(index)?)))
            .collect(),
    };
    scenario.objectives.iter().enumerate().map(one).collect()
}

fn of(figures: &CandidateFigures, result: &ObjectiveResult) -> ObjectiveResultDocument {
    ObjectiveResultDocument {
        candidate: figures.name.clone(),
        outcome: result.outcome,
        figure: result.figure,
        margin_ratio: result.margin_ratio,
        by_value_alone: result.by_value_alone,
        reason: (!result.reason.is_empty()).then(|| result.reason.clone()),
        further_repeats: result.to_decide.map(|longer| longer.repeats),
        further_nanos: result.to_decide.map(|longer| longer.nanos),
    }
}

impl From<Verdict> for VerdictDocument {
    fn from(verdict: Verdict) -> Self {
        let Verdict {
            kind,
            candidates,
            why,
            grounds: _,
            deciding,
            changes,
            textbook,
        } = verdict;
        Self {
            kind,
            candidates,
            why,
            deciding: deciding.into_iter().map(DecidingDocument::from).collect(),
            changes,
            textbook: textbook.map(TextbookDocument::from),
        }
    }
}

impl From<Deciding> for DecidingDocument {
    fn from(deciding: Deciding) -> Self {
        Self {
            measure: deciding.measure,
            label: deciding.label,
            bound: deciding.bound,
            figures: deciding
                .figures
                .into_iter()
                .map(DecidingFigureDocument::from)
                .collect(),
        }
    }
}

impl From<DecidingFigure> for DecidingFigureDocument {
    fn from(figure: DecidingFigure) -> Self {
        let DecidingFigure {
            candidate,
            figure,
            text,
            outcome,
        } = figure;
        Self {
            candidate,
            figure,
            text,
            outcome,
        }
    }
}

impl From<Textbook> for TextbookDocument {
    fn from(textbook: Textbook) -> Self {
        let Textbook {
            recommendation,
            io_ratio,
            cpu_ratio,
            text,
            differs,
        } = textbook;
        Self {
            recommendation,
            io_ratio,
            cpu_ratio,
            text,
            differs,
        }
    }
}
