//! What would change a verdict, computed from what was measured.
//!
//! Cost by resources used is linear in both prices, so that the ratio of prices at which two candidates change places
//! is exact. A bound changes the verdict where the figure lies. What the same pool does at another load is not
//! computed: it is asked for.

use crate::analysis::objectives::{Longer, ObjectiveResult, Outcome};
use crate::analysis::verdict::choice::{Choice, Entry, Standing, by_cost};
use crate::analysis::verdict::words::{joined, sentence};
use crate::run::Run;
use crate::scenario::estimate::{lanes, mix_nanos_on};
use crate::scenario::{CostBasis, Load, Runtime};
use crate::units::text;

/// Prices of cores and memory that stand so much farther apart than the card's are no prices of any cloud.
const PRICE_RATIO_REACH: f64 = 100.0;
/// Shares of computing between which another mix of computing and waiting is a question.
const MIXED_SHARES: std::ops::RangeInclusive<f64> = 0.05..=0.95;

/// What would change that nobody qualifies.
pub(super) fn of_none(run: &Run, entries: &[Entry<'_>]) -> Vec<String> {
    let mut changes = Vec::new();
    let missed = entries
        .iter()
        .filter(|entry| entry.standing == Standing::Missed && has_figures(entry));
    // Who is nearest: by its worst margin, then by name.
    let nearest = missed.min_by(|a, b| {
        worst_margin(b)
            .total_cmp(&worst_margin(a))
            .then_with(|| a.name().cmp(b.name()))
    });
    changes.extend(nearest.map(|entry| {
        format!(
            "'{}' is nearest: it would qualify with {}",
            entry.name(),
            relaxed(run, entry)
        )
    }));
    changes.extend(repeats_for_objectives(run, entries));
    changes.extend(sweep(run));
    finished(changes)
}

/// What would change who is chosen.
pub(super) fn of_choice(run: &Run, entries: &[Entry<'_>], choice: &Choice<'_, '_>) -> Vec<String> {
    let mut changes = Vec::new();
    changes.extend(cheaper_but_out(run, entries, choice));
    if let [chosen] = choice.best.as_slice() {
        changes.extend(price_ratio(run, entries, chosen));
        changes.extend(reach(run, chosen));
    }
    changes.extend(repeats_for_objectives(run, entries));
    changes.extend(repeats_for_ties(run, choice));
    changes.extend(sweep(run));
    finished(changes)
}

fn finished(changes: Vec<String>) -> Vec<String> {
    changes.iter().map(|change| sentence(change)).collect()
}

/// Whether it is known by how much it misses what it misses.
fn has_figures(entry: &Entry<'_>) -> bool {
    entry
        .with(Outcome::Missed)
        .all(|result| result.figure.is_some())
}

/// The margin of the objective that is farthest from being met.
fn worst_margin(entry: &Entry<'_>) -> f64 {
    let margins = entry
        .with(Outcome::Missed)
        .map(|result| result.margin_ratio.unwrap_or(f64::NEG_INFINITY));
    margins.fold(f64::INFINITY, f64::min)
}

/// The bounds at which a candidate would meet what it misses: where the worse end of its interval lies.
fn relaxed(run: &Run, entry: &Entry<'_>) -> String {
    let told: Vec<String> = entry
        .with(Outcome::Missed)
        .map(|result| relaxed_bound(run, result))
        .collect();
    joined(&told)
}

fn relaxed_bound(run: &Run, result: &ObjectiveResult) -> String {
    let currency = &run.request.scenario.prices.currency;
    let objective = &result.objective;
    let side = if objective.is_at_least() {
        "at least"
    } else {
        "at most"
    };
    let bound = result.figure.map(|figure| match figure.ends() {
        Some((low, _)) if objective.is_at_least() => low,
        Some((_, high)) => high,
        None => figure.value,
    });
    format!(
        "{} {side} {}",
        objective.label(),
        text::or_missing(bound, |bound| objective.show(bound, currency))
    )
}

/// The cheapest of those that miss an objective and would cost less than who is chosen.
fn cheaper_but_out(run: &Run, entries: &[Entry<'_>], choice: &Choice<'_, '_>) -> Option<String> {
    let least = choice.best.first()?.cost()?;
    let all: Vec<&Entry<'_>> = entries.iter().collect();
    let cheaper = by_cost(&all).into_iter().find(|entry| {
        entry.standing == Standing::Missed
            && has_figures(entry)
            && entry.cost().is_some_and(|cost| cost < least)
    })?;
    let cost = cheaper.cost()?;
    Some(format!(
        "'{}' would cost {} less, and would qualify with {}",
        cheaper.name(),
        text::percent(1.0 - cost / least),
        relaxed(run, cheaper)
    ))
}

/// Core hours and GiB hours of 1,000 good tasks, from the parts of their price.
fn hours(run: &Run, entry: &Entry<'_>) -> Option<(f64, f64)> {
    let prices = &run.request.scenario.prices;
    let positive = prices.per_vcpu_hour > 0.0 && prices.per_gib_hour > 0.0;
    let cost = &entry.figures.cost;
    positive.then_some((
        cost.cpu_per_1k? / prices.per_vcpu_hour,
        cost.memory_per_1k? / prices.per_gib_hour,
    ))
}

/// The ratio of prices at which another one that qualifies would cost less, if that is anywhere near.
fn price_ratio(run: &Run, entries: &[Entry<'_>], chosen: &Entry<'_>) -> Option<String> {
    let prices = &run.request.scenario.prices;
    // What is set aside is the same for all, and an instance has one price.
    if prices.basis != CostBasis::Consumed {
        return None;
    }
    let (cores, memory) = hours(run, chosen)?;
    let now = prices.per_vcpu_hour / prices.per_gib_hour;
    let flips = entries
        .iter()
        .filter(|entry| entry.standing == Standing::Qualified && entry.name() != chosen.name());
    let flips = flips.filter_map(|entry| {
        let (other_cores, other_memory) = hours(run, entry)?;
        // cores × ratio + memory = other_cores × ratio + other_memory.
        let ratio = (other_memory - memory) / (cores - other_cores);
        let far = (ratio / now).max(now / ratio);
        (ratio.is_finite() && ratio > 0.0 && far <= PRICE_RATIO_REACH)
            .then_some((entry, ratio, far))
    });
    let (other, ratio, _) = flips.min_by(|(a, _, near), (b, _, far)| {
        near.total_cmp(far).then_with(|| a.name().cmp(b.name()))
    })?;
    let side = if ratio > now { "above" } else { "below" };
    Some(format!(
        "'{}' becomes cheaper than '{}' where a core-hour costs {side} {} times a GiB-hour; here it costs {}",
        other.name(),
        chosen.name(),
        text::number(ratio),
        text::number(now)
    ))
}

/// The rate at which the cores or the places of who is chosen would be full, by what a task took of them.
fn reach(run: &Run, chosen: &Entry<'_>) -> Option<String> {
    let scenario = &run.request.scenario;
    let offered = scenario.load.mean_rate_per_sec()?;
    let figures = chosen.figures;
    let backend = scenario.candidates.get(figures.candidate)?.backend;
    let cores = f64::from(run.machine.as_ref()?.cores).min(f64::from(backend.computing()));
    let by_cores = cores * 1e9 / figures.cpu_nanos_per_task?.value;
    let (_, places) = lanes(backend);
    let by_places = f64::from(places) * 1e9 / figures.service_time_nanos.mean?;
    let (rate, what) = if by_cores <= by_places {
        (by_cores, "cores")
    } else {
        (by_places, "places for tasks")
    };
    (rate.is_finite() && rate > offered).then(|| {
        format!(
            "by what a task takes of them now, the {what} of '{}' are full at about {}, {} times this load: a search \
             for its capacity would tell how much of that holds the objectives",
            chosen.name(),
            text::per_sec(rate),
            text::number(rate / offered)
        )
    })
}

/// What would decide what is undecided.
fn repeats_for_objectives(run: &Run, entries: &[Entry<'_>]) -> Option<String> {
    let open = entries
        .iter()
        .filter(|entry| entry.standing == Standing::Undecided);
    let longest = open
        .flat_map(|entry| entry.with(Outcome::Undecided))
        .filter_map(|result| result.to_decide)
        .max_by_key(|longer| longer.repeats)?;
    Some(format!(
        "{} of all candidates would probably decide what is undecided",
        longest.words()
    ))
    .filter(|_| run.ended)
}

/// What would tell those apart that are tied.
fn repeats_for_ties(run: &Run, choice: &Choice<'_, '_>) -> Option<String> {
    if choice.ties.is_empty() || !run.ended {
        return None;
    }
    if choice.ties.iter().any(|(_, stands)| stands.by_value_alone) {
        return Some(
            "three repeats would give costs an interval, and a difference of some per cent a chance to show".to_owned(),
        );
    }
    let further = choice.ties.iter().filter_map(|(entry, stands)| {
        let blocks = run.blocks_of(entry.figures.candidate).count();
        stands.further_blocks(blocks)
    });
    further.min().map(|repeats| {
        format!(
            "{} of all candidates would tell some of them apart, if they differ as much as they seem to",
            Longer::of(run, repeats).words()
        )
    })
}

/// The sweep that would show where another candidate takes over.
fn sweep(run: &Run) -> Option<String> {
    let scenario = &run.request.scenario;
    if scenario.candidates.len() < 2 {
        return None;
    }
    // What the work is made of, whoever does it.
    let (cpu, waiting) = mix_nanos_on(Runtime::Native, scenario);
    Some(if MIXED_SHARES.contains(&(cpu / (cpu + waiting))) {
        "a sweep of the share of computing would show where one back end takes over from another"
            .to_owned()
    } else {
        match scenario.load {
            Load::Open { .. } | Load::Profile { .. } => {
                "a sweep of the rate would show up to where this holds".to_owned()
            }
            Load::Closed { .. } => {
                "a sweep of the clients would show up to where this holds".to_owned()
            }
            Load::Batch { .. } => {
                "a sweep of the workers would show how many are worth their price".to_owned()
            }
        }
    })
}
