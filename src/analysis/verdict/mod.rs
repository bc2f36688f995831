//! What follows from a run.
//!
//! While a scenario cannot set objectives nothing is chosen: the verdict names who is ahead and says when the
//! difference is too small to matter. It never turns an untrustworthy run into advice.

use serde::{Deserialize, Serialize};

use crate::analysis::objectives::Outcome;
use crate::analysis::textbook::Textbook;
use crate::analysis::{CandidateFigures, CandidateStatus, Trust};
use crate::run::Run;
use crate::stats::Figure;
use crate::units::text;

/// Differences up to this share are within what two runs of the same candidate differ by.
const TOO_CLOSE_RATIO: f64 = 0.02;

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
    /// The figures that decided, the most decisive first; empty where nothing is decided.
    pub deciding: Vec<Deciding>,
    /// What would change it, each in a sentence.
    pub changes: Vec<String>,
    /// What a textbook would recommend for this work; none if too little of it was measured.
    pub textbook: Option<Textbook>,
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
#[must_use]
pub fn verdict(run: &Run, figures: &[CandidateFigures], trust: &Trust) -> Verdict {
    if !trust.trustworthy {
        let why = sentences(&trust.reasons);
        return Verdict {
            kind: VerdictKind::NotTrustworthy,
            candidates: Vec::new(),
            why,
            deciding: Vec::new(),
            changes: Vec::new(),
            textbook: None,
        };
    }
    let prices = &run.request.scenario.prices;
    let mut parts = vec!["No objectives are set, so nothing is decided".to_owned()];
    if run.request.is_batch() {
        parts.extend(leader(
            "Shortest makespan",
            figures,
            Order::Lowest,
            |f| Some(f.makespan_nanos?.value),
            text::nanos,
        ));
    } else {
        parts.extend(leader(
            "Highest goodput",
            figures,
            Order::Highest,
            |f| Some(f.goodput_per_sec?.value),
            text::per_sec,
        ));
        let p99 = |f: &CandidateFigures| f.response_time_nanos.p99.map(|nanos| nanos as f64);
        parts.extend(leader(
            "Lowest p99 response time",
            figures,
            Order::Lowest,
            p99,
            text::nanos,
        ));
    }
    let money = |cost| text::money(cost, &prices.currency);
    parts.extend(leader(
        "Lowest cost per 1k tasks",
        figures,
        Order::Lowest,
        |f| Some(f.cost_per_1k?.value),
        money,
    ));
    if !run.ended {
        parts.push("The run is not over".to_owned());
    }
    Verdict {
        kind: VerdictKind::NoObjectives,
        candidates: Vec::new(),
        why: sentences(&parts),
        deciding: Vec::new(),
        changes: Vec::new(),
        textbook: None,
    }
}

/// Which end of a scale is ahead.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Highest,
    Lowest,
}

/// `Highest goodput: 'threads ×8' with 399 /s`; several names where they are too close; none while fewer than
/// two candidates know the figure.
fn leader(
    what: &str,
    figures: &[CandidateFigures],
    order: Order,
    value: impl Fn(&CandidateFigures) -> Option<f64>,
    show: impl Fn(f64) -> String,
) -> Option<String> {
    let known: Vec<_> = figures
        .iter()
        .filter(|figures| figures.status == CandidateStatus::Done)
        .filter_map(|figures| Some((figures.name.as_str(), value(figures)?)))
        .collect();
    if known.len() < 2 {
        return None;
    }
    let values = known.iter().map(|(_, value)| *value);
    let best = match order {
        Order::Highest => values.fold(f64::NEG_INFINITY, f64::max),
        Order::Lowest => values.fold(f64::INFINITY, f64::min),
    };
    let near = |value: f64| (value - best).abs() <= TOO_CLOSE_RATIO * best.abs();
    let ahead: Vec<_> = known
        .iter()
        .filter(|(_, value)| near(*value))
        .map(|(name, _)| *name)
        .collect();
    let shown = show(best);
    Some(match ahead.as_slice() {
        [one] => format!("{what}: '{one}' with {shown}"),
        all if all.len() == known.len() => {
            format!("{what}: all within 2 % of {shown}, too close to call")
        }
        several => format!(
            "{what}: {} within 2 % of {shown}, too close to call",
            list(several)
        ),
    })
}

/// `'a', 'b' and 'c'`.
fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Each part as a sentence of its own.
fn sentences(parts: &[String]) -> String {
    let ended: Vec<_> = parts
        .iter()
        .map(|part| format!("{}.", capitalised(part.trim_end_matches('.'))))
        .collect();
    ended.join(" ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{candidate_figures, trust};
    use crate::support;

    fn of(run: &Run) -> Verdict {
        verdict(run, &candidate_figures(run), &trust(run))
    }

    #[test]
    fn a_failed_block_makes_the_run_not_trustworthy_and_says_why() {
        let verdict = of(&support::sample_run());
        assert_eq!(verdict.kind, VerdictKind::NotTrustworthy);
        assert!(
            verdict.why.contains("'processes ×4' failed"),
            "{}",
            verdict.why
        );
    }

    #[test]
    fn without_objectives_nothing_is_chosen_but_the_shortest_and_the_cheapest_are_named() {
        let verdict = of(&support::batch_run());
        assert_eq!(
            (verdict.kind, verdict.candidates.len()),
            (VerdictKind::NoObjectives, 0)
        );
        assert!(
            verdict.why.contains("Shortest makespan: 'threads ×4' with"),
            "{}",
            verdict.why
        );
        assert!(
            verdict.why.contains("Lowest cost per 1k tasks"),
            "{}",
            verdict.why
        );
        assert!(!verdict.why.contains("not over"));
    }

    #[test]
    fn candidates_that_differ_by_less_than_two_percent_are_too_close_to_call() {
        // Four of five keep up with the load.
        let verdict = of(&support::finished_run());
        let names = "Highest goodput: 'threads ×8', 'processes ×4', 'async ×64' and";
        assert!(verdict.why.contains(names), "{}", verdict.why);
        assert!(verdict.why.contains("too close to call"), "{}", verdict.why);
    }

    #[test]
    fn while_nothing_is_known_nothing_is_said() {
        let verdict = of(&support::waiting_run());
        assert_eq!(
            verdict.why,
            "No objectives are set, so nothing is decided. The run is not over."
        );
    }
}
