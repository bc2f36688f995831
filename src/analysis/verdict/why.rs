//! The reason of a verdict, in a paragraph that a colleague understands who was not there.

use crate::analysis::CandidateStatus;
use crate::analysis::objectives::{ObjectiveResult, Outcome};
use crate::analysis::textbook::{Recommendation, Textbook};
use crate::analysis::verdict::apart::{Apart, TIE_RATIO};
use crate::analysis::verdict::choice::{Choice, Entry, Standing, by_cost};
use crate::analysis::verdict::leaders::besides_cost;
use crate::analysis::verdict::words::{joined, list, sentences};
use crate::run::Run;
use crate::scenario::Objective;
use crate::units::text;

/// Of each kind of candidate so many are told one by one; the others are in the table.
const TOLD_MAX: usize = 4;

/// A reason, whole and as it stands below a headline that gives the answer.
pub(super) struct Why {
    /// The answer and its grounds, for who reads nothing else.
    pub(super) whole: String,
    /// The grounds alone, without the textbook's view of them.
    pub(super) grounds: String,
}

impl Why {
    /// `answer` may be empty, where the first of the grounds gives it.
    fn of(answer: &str, mut grounds: Vec<String>, textbook: Option<String>) -> Self {
        let alone = sentences(&grounds);
        if let (Some(first), false) = (grounds.first_mut(), answer.is_empty()) {
            *first = format!("{answer}: {first}");
        }
        grounds.extend(textbook);
        Self {
            whole: sentences(&grounds),
            grounds: alone,
        }
    }
}

/// Why these are chosen.
pub(super) fn chosen(
    run: &Run,
    entries: &[Entry<'_>],
    choice: &Choice<'_, '_>,
    textbook: Option<&Textbook>,
) -> Why {
    let (answer, mut parts) = match choice.best.as_slice() {
        [one] => (
            format!("choose '{}'", one.name()),
            vec![choose_one(run, one, choice)],
        ),
        several => choose_several(run, several, choice),
    };
    if let (Some((next, stands)), [_, _, ..]) = (&choice.next, choice.best.as_slice()) {
        parts.push(format!(
            "the next one, '{}', costs {}",
            next.name(),
            more(stands)
        ));
    }
    if !choice.unpriced.is_empty() && choice.next.is_some() {
        let unpriced: Vec<&str> = choice.unpriced.iter().map(|entry| entry.name()).collect();
        parts.push(format!(
            "the cost of {} is not known, as something that is paid for was not measured",
            list(&unpriced)
        ));
    }
    parts.extend(others(run, entries));
    parts.extend(limits(run, entries, choice));
    Why::of(&answer, parts, textbook.and_then(textbook_words))
}

/// Why nobody is.
pub(super) fn none_qualifies(run: &Run, entries: &[Entry<'_>]) -> String {
    let undecided = entries
        .iter()
        .any(|entry| entry.standing == Standing::Undecided);
    let over = entries.iter().any(|entry| entry.standing != Standing::Out);
    let mut parts = vec![if !over && !run.ended {
        "no candidate is measured to its end yet".to_owned()
    } else if !over {
        "no candidate was measured as planned, so that none qualifies".to_owned()
    } else if undecided {
        "no candidate is known to meet all objectives, and some are only undecided".to_owned()
    } else {
        "no candidate meets all objectives".to_owned()
    }];
    parts.extend(others(run, entries));
    // Before anything is decided nothing is decided by values alone.
    parts.extend(by_values_alone(entries).filter(|_| over));
    parts.extend(unfinished(run));
    sentences(&parts)
}

/// Who is ahead, where nothing is demanded.
pub(super) fn no_objectives(run: &Run, mut ahead: Vec<String>) -> Why {
    ahead.extend(unfinished(run));
    let grounds = sentences(&ahead);
    Why {
        whole: format!("No objectives are set, so nothing is decided. {grounds}")
            .trim_end()
            .to_owned(),
        grounds,
    }
}

fn choose_one(run: &Run, one: &Entry<'_>, choice: &Choice<'_, '_>) -> String {
    let met = met(run, one);
    let cost = cost_words(run, one);
    match &choice.next {
        Some((next, stands)) => format!(
            "it meets {met} and costs least, {cost}; the next one, '{}', costs {}",
            next.name(),
            more(stands)
        ),
        None => format!("it is the only one that meets {met}, at {cost}"),
    }
}

/// The answer, if it is one, and its grounds.
fn choose_several(
    run: &Run,
    several: &[&Entry<'_>],
    choice: &Choice<'_, '_>,
) -> (String, Vec<String>) {
    let names: Vec<&str> = several.iter().map(|entry| entry.name()).collect();
    let all = demands(run);
    if several.iter().any(|entry| entry.cost().is_none()) {
        let grounds = format!(
            "{} meet {all}; which of them costs least is not known, as something that is paid for was not measured",
            list(&names)
        );
        return (String::new(), vec![grounds]);
    }
    let cheapest = several
        .first()
        .map_or_else(String::new, |entry| cost_words(run, entry));
    let apart: Vec<String> = choice
        .ties
        .iter()
        .map(|(entry, stands)| format!("'{}' costs {}", entry.name(), more(stands)))
        .collect();
    let mut parts = vec![format!(
        "{} meet {all}, and their costs cannot be told apart, from {cheapest}: {}",
        list(&names),
        apart.join("; ")
    )];
    let differing: Vec<String> = besides_cost(run.request.is_batch())
        .iter()
        .filter_map(|contest| {
            let figures = several.iter().map(|entry| entry.figures);
            let leaders = contest.leaders(run, figures)?;
            let currency = &run.request.scenario.prices.currency;
            (leaders.names.len() < leaders.known).then(|| {
                format!(
                    "{}, where {} {} ahead with {} against up to {}",
                    contest.measure.label(),
                    list(&leaders.names),
                    if leaders.names.len() == 1 {
                        "is"
                    } else {
                        "are"
                    },
                    contest.show(leaders.best, currency),
                    contest.show(leaders.worst, currency)
                )
            })
        })
        .collect();
    parts.push(if differing.is_empty() {
        "nothing else tells them apart either: take the simpler one".to_owned()
    } else {
        format!("what differs is the {}", differing.join("; the "))
    });
    ("too close to call".to_owned(), parts)
}

/// What a candidate meets, with its figures: `p99 of the response time at most 50 ms (with 31.0 ms)`.
fn met(run: &Run, entry: &Entry<'_>) -> String {
    let currency = &run.request.scenario.prices.currency;
    let told: Vec<String> = entry
        .results
        .iter()
        .map(|result| {
            format!(
                "{} (with {})",
                result.objective.demand(currency),
                value(run, result)
            )
        })
        .collect();
    joined(&told)
}

fn demands(run: &Run) -> String {
    let scenario = &run.request.scenario;
    let told: Vec<String> = scenario
        .objectives
        .iter()
        .map(|objective| objective.demand(&scenario.prices.currency))
        .collect();
    joined(&told)
}

fn cost_words(run: &Run, entry: &Entry<'_>) -> String {
    let currency = &run.request.scenario.prices.currency;
    match entry.cost() {
        Some(cost) => format!("{} per 1k tasks", text::money(cost, currency)),
        None => "a cost that is not known".to_owned(),
    }
}

/// `12.0 % more (8.10 % to 16.2 %)`.
fn more(stands: &Apart) -> String {
    let ratio = stands.ratio.value;
    let signed = |ratio: f64| {
        let percent = text::percent((ratio - 1.0).abs());
        if ratio < 1.0 {
            format!("-{percent}")
        } else {
            percent
        }
    };
    // Less than any percentage would show.
    if stands.ratio.ends().is_none() && (ratio - 1.0).abs() < 5e-5 {
        return "as much".to_owned();
    }
    // Beyond the double a factor reads better.
    if ratio >= 2.0 {
        return match stands.ratio.ends() {
            Some((low, high)) => format!(
                "{} times as much ({} to {})",
                text::number(ratio),
                text::number(low),
                text::number(high)
            ),
            None => format!("{} times as much", text::number(ratio)),
        };
    }
    match stands.ratio.ends() {
        Some((low, high)) => {
            format!(
                "{} more ({} to {})",
                signed(ratio),
                signed(low),
                signed(high)
            )
        }
        None => format!("{} more", signed(ratio)),
    }
}

/// Those that are not chosen as they do not qualify, each with its reason.
fn others(run: &Run, entries: &[Entry<'_>]) -> Vec<String> {
    let all: Vec<&Entry<'_>> = entries.iter().collect();
    let sorted = by_cost(&all);
    let mut parts = Vec::new();
    for (standing, tell) in [
        (
            Standing::Undecided,
            undecided as fn(&Run, &Entry<'_>) -> String,
        ),
        (Standing::Missed, missed),
        (Standing::Out, out),
    ] {
        let of: Vec<&Entry<'_>> = sorted
            .iter()
            .copied()
            .filter(|entry| entry.standing == standing)
            // While a run goes on, those whose turn has not come are no news.
            .filter(|entry| standing != Standing::Out || run.ended || is_failed(entry))
            .collect();
        parts.extend(of.iter().take(TOLD_MAX).map(|entry| tell(run, entry)));
        let more = of.len().saturating_sub(TOLD_MAX);
        if more > 0 {
            let what = match standing {
                Standing::Undecided => "undecided",
                Standing::Missed => "missing an objective",
                Standing::Out | Standing::Qualified => "not measured as planned",
            };
            let candidates = text::counted(more as u64, "more candidate is", "more candidates are");
            parts.push(format!("{candidates} {what}"));
        }
    }
    parts
}

const fn is_failed(entry: &Entry<'_>) -> bool {
    matches!(entry.figures.status, CandidateStatus::Failed { .. })
}

fn missed(run: &Run, entry: &Entry<'_>) -> String {
    let currency = &run.request.scenario.prices.currency;
    let told: Vec<String> = entry
        .with(Outcome::Missed)
        .map(|result| {
            let demand = result.objective.demand(currency);
            if result.figure.is_none() {
                return format!("{demand}, as {}", result.reason);
            }
            format!("{demand} with {}", value(run, result))
        })
        .collect();
    format!("'{}' misses {}", entry.name(), joined(&told))
}

fn undecided(run: &Run, entry: &Entry<'_>) -> String {
    let currency = &run.request.scenario.prices.currency;
    let told: Vec<String> = entry
        .with(Outcome::Undecided)
        .map(|result| format!("{}: {}", result.objective.demand(currency), result.reason))
        .collect();
    format!(
        "'{}' is undecided in {}",
        entry.name(),
        told.join(", and in ")
    )
}

fn out(_run: &Run, entry: &Entry<'_>) -> String {
    match &entry.figures.status {
        CandidateStatus::Failed { cause } => format!("'{}' is out: {cause}", entry.name()),
        _ => format!("'{}' is out: it was not measured to its end", entry.name()),
    }
}

fn value(run: &Run, result: &ObjectiveResult) -> String {
    let currency = &run.request.scenario.prices.currency;
    text::or_missing(result.figure.map(|figure| figure.value), |value| {
        result.objective.show(value, currency)
    })
}

fn textbook_words(textbook: &Textbook) -> Option<String> {
    // With a recommendation for everything there is nothing to agree with.
    let mixed = textbook.recommendation == Recommendation::Mixed && textbook.differs.is_none();
    (!mixed).then(|| textbook.words(true))
}

/// What the verdict does not cover.
fn limits(run: &Run, entries: &[Entry<'_>], choice: &Choice<'_, '_>) -> Vec<String> {
    let mut parts = Vec::new();
    let costs = choice.ties.iter().map(|(_, stands)| stands);
    let mut costs = costs.chain(choice.next.iter().map(|(_, stands)| stands));
    parts.extend(
        by_values_alone(entries).or_else(|| costs.any(|stands| stands.by_value_alone).then(once)),
    );
    let response = |objective: &Objective| matches!(objective, Objective::ResponseTime { .. });
    if run.request.is_closed() && run.request.scenario.objectives.iter().any(response) {
        parts.push(
            "the load is closed: clients wait for their answers, so that response times hide overload".to_owned(),
        );
    }
    parts.extend(unfinished(run));
    parts
}

fn by_values_alone(entries: &[Entry<'_>]) -> Option<String> {
    let mut results = entries.iter().flat_map(|entry| entry.results);
    results.any(|result| result.by_value_alone).then(once)
}

fn once() -> String {
    format!(
        "without an interval, which takes three blocks that know the figure, the values alone decide, and costs within \
         {} count as equal",
        text::percent(TIE_RATIO)
    )
}

fn unfinished(run: &Run) -> Option<String> {
    (!run.ended).then(|| "The run is not over".to_owned())
}
