//! Which candidate meets which objective, with what margin, and how much longer a run would decide what is open.
//!
//! A figure with an interval meets its bound, or misses it, if the whole interval is on one side; else it is undecided.
//! The half-width of an interval shrinks with the square root of the number of blocks, so that with n blocks it would
//! end at the bound after n × (half-width ÷ distance to the bound)² of them. With fewer than three blocks there is no
//! interval: the value alone decides then, and the result says so. A percentile that falls among tasks that were cut
//! where some of the blocks are drawn has none either, and is undecided. What is not known is undecided, or missed if it is beyond
//! the bound for certain, and never met.

use serde::Serialize;

use crate::analysis::{CandidateFigures, CandidateStatus};
use crate::run::Run;
use crate::scenario::bounds::MAX_REPEATS;
use crate::scenario::{Objective, estimate_run_nanos};
use crate::stats::Figure;
use crate::stats::bootstrap::BLOCKS_MIN;
use crate::units::text;

/// Whether an objective is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The figure is on the good side of the bound.
    Met,
    /// There is no telling yet, and the result says why.
    Undecided,
    /// The figure is on the bad side of the bound.
    Missed,
}

impl Outcome {
    /// As people read it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Undecided => "undecided",
            Self::Missed => "missed",
        }
    }
}

/// One objective of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectiveResult {
    /// What is demanded.
    pub objective: Objective,
    /// Whether it is met.
    pub outcome: Outcome,
    /// The figure, in the unit of the bound; none if it is not known.
    pub figure: Option<Figure>,
    /// How far the figure is from the bound, as a share of the bound: positive on the good side. None without a figure,
    /// and for a bound of zero.
    pub margin_ratio: Option<f64>,
    /// Whether the value alone decided, as there are too few blocks for an interval.
    pub by_value_alone: bool,
    /// Why it is undecided, or missed without a figure, for people; empty otherwise.
    pub reason: String,
    /// How much longer a run would decide it; none if it is decided, or if no run would.
    pub to_decide: Option<Longer>,
}

/// How much more must be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Longer {
    /// Further repeats of all candidates.
    pub repeats: u32,
    /// About how long they take, in nanoseconds.
    pub nanos: u64,
}

impl Longer {
    /// In words: `14 more repeats (about 4 min)`.
    #[must_use]
    pub fn words(self) -> String {
        let repeats = text::counted(self.repeats.into(), "more repeat", "more repeats");
        format!("{repeats} (about {})", text::nanos(self.nanos as f64))
    }

    /// So many further repeats of `run`.
    pub(super) fn of(run: &Run, repeats: u32) -> Self {
        let scenario = &run.request.scenario;
        let once = estimate_run_nanos(scenario) / u64::from(scenario.protocol.repeats.max(1));
        Self {
            repeats,
            nanos: once.saturating_mul(repeats.into()),
        }
    }
}

/// The objectives of the scenario for each of `figures`, in the order of both.
#[must_use]
pub fn objective_results(run: &Run, figures: &[CandidateFigures]) -> Vec<Vec<ObjectiveResult>> {
    let objectives = &run.request.scenario.objectives;
    let of = |figures: &CandidateFigures| {
        let results = objectives.iter();
        results
            .map(|objective| result(run, figures, objective))
            .collect()
    };
    figures.iter().map(of).collect()
}

fn result(run: &Run, figures: &CandidateFigures, objective: &Objective) -> ObjectiveResult {
    let figure = figure_of(figures, objective);
    let bound = objective.bound();
    let side = if objective.is_at_least() { 1.0 } else { -1.0 };
    let mut result = ObjectiveResult {
        objective: *objective,
        outcome: Outcome::Undecided,
        figure,
        margin_ratio: figure
            .filter(|_| bound > 0.0)
            .map(|figure| side * (figure.value - bound) / bound),
        by_value_alone: false,
        reason: String::new(),
        to_decide: None,
    };
    let Some(figure) = figure else {
        result.reason = unknown(figures, objective);
        if is_beyond(run, figures, objective) {
            result.outcome = Outcome::Missed;
        }
        return result;
    };
    let is_good = |value: f64| side * (value - bound) >= 0.0;
    let decided = |good| if good { Outcome::Met } else { Outcome::Missed };
    let Some((low, high)) = figure.ends() else {
        if is_good(figure.value) && is_cut_in_draws(run, figures, objective) {
            result.reason = format!(
                "{} falls among the tasks that were cut in some of the blocks, so that its interval has no upper end",
                objective.label()
            );
            return result;
        }
        result.by_value_alone = true;
        result.outcome = decided(is_good(figure.value));
        return result;
    };
    if is_good(low) == is_good(high) {
        result.outcome = decided(is_good(low));
        return result;
    }
    let currency = &run.request.scenario.prices.currency;
    result.reason = format!(
        "the bound lies within its interval, {} to {}",
        objective.show(low, currency),
        objective.show(high, currency)
    );
    let blocks = run.blocks_of(figures.candidate).count();
    // The end that is on the other side of the bound.
    let end = if is_good(low) == is_good(figure.value) {
        high
    } else {
        low
    };
    match further_blocks(
        blocks,
        (end - figure.value).abs(),
        (bound - figure.value).abs(),
    ) {
        Some(more) => result.to_decide = Some(Longer::of(run, more)),
        None => result
            .reason
            .push_str(", and so near that no usual run would tell"),
    }
    result
}

/// How many further blocks let an interval that now reaches `half` to one side end before `distance`; none if that is
/// more than anybody runs.
pub(super) fn further_blocks(blocks: usize, half: f64, distance: f64) -> Option<u32> {
    let needed = blocks as f64 * (half / distance).powi(2);
    // No number at all where both are zero.
    if needed.is_nan() || needed > f64::from(MAX_REPEATS) {
        return None;
    }
    Some(((needed.ceil() as usize).saturating_sub(blocks) as u32).max(1))
}

/// What an objective bounds, in the unit of its bound.
pub(super) fn figure_of(figures: &CandidateFigures, objective: &Objective) -> Option<Figure> {
    match objective {
        Objective::ResponseTime { percentile, .. } => figures.response_time_figures.of(*percentile),
        Objective::Throughput { .. } => figures.throughput_per_sec,
        Objective::Goodput { .. } => figures.goodput_per_sec,
        Objective::ErrorRatio { .. } => figures.error_ratio,
        Objective::DropRatio { .. } => figures.drop_ratio,
        Objective::MemoryPerWorker { .. } => figures.memory_per_worker_bytes,
        Objective::Makespan { .. } => figures.makespan_nanos,
        Objective::CostPer1k { .. } => figures.cost_per_1k,
    }
}

/// Whether a response time that is not known is beyond its bound all the same: where its percentile falls among the tasks
/// that were cut, and these had the whole drain, which is longer than the bound.
fn is_beyond(run: &Run, figures: &CandidateFigures, objective: &Objective) -> bool {
    let Objective::ResponseTime {
        percentile,
        at_most,
    } = objective
    else {
        return false;
    };
    let enough = figures.response_time_nanos.count >= percentile.samples_needed();
    let drain = run.request.scenario.protocol.drain;
    figures.status == CandidateStatus::Done
        && enough
        && figures.counts.cancelled > 0
        && drain >= *at_most
}

/// Whether a percentile that is known has no interval for the tasks that were cut, and not for too few blocks: drawn
/// often enough, the blocks in which they were cut put it among them.
fn is_cut_in_draws(run: &Run, figures: &CandidateFigures, objective: &Objective) -> bool {
    let blocks = run.blocks_of(figures.candidate);
    matches!(objective, Objective::ResponseTime { .. })
        && run.ended
        && figures.counts.cancelled > 0
        && blocks.count() >= BLOCKS_MIN
}

/// Why a figure is not known.
fn unknown(figures: &CandidateFigures, objective: &Objective) -> String {
    let what = objective.label();
    match objective {
        Objective::ResponseTime { percentile, .. } => {
            let (count, needed) = (
                figures.response_time_nanos.count,
                percentile.samples_needed(),
            );
            if count < needed {
                let tasks = text::counted(count, "task", "tasks");
                return format!("{tasks} ended, and {what} needs {}", text::count(needed));
            }
            format!("{what} falls among the tasks that were cut by the end of the block")
        }
        Objective::Makespan { .. } => {
            "the batch was not done when the measurement ended".to_owned()
        }
        Objective::CostPer1k { .. } if figures.counts.good == 0 => {
            "no task was good, so that none has a price".to_owned()
        }
        _ => format!("{what} is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::support;
    use crate::units::{Nanos, Percentile};

    #[test]
    fn a_percentile_that_falls_among_cut_tasks_in_some_draws_is_not_met_by_its_value() {
        let mut run = support::noisy::noisy_run(1, 3, &[1.0]);
        run.request.scenario.objectives = vec![Objective::ResponseTime {
            percentile: Percentile::P95,
            at_most: Nanos::from_millis(100),
        }];
        let results = |run: &Run| objective_results(run, &candidate_figures(run)).remove(0);
        assert_eq!(results(&run)[0].outcome, Outcome::Met);
        // A tenth of the tasks of one block, and with it a thirtieth of all.
        let block = run.blocks.iter_mut().find(|block| !block.planned.twin);
        let block = block.unwrap();
        let cut = block.counts().good / 10;
        block.measured.response.set_cut(cut);
        block.last.as_mut().unwrap().measured.counts.cancelled = cut;
        let result = results(&run).remove(0);
        assert!(result.figure.is_some_and(|figure| figure.ends().is_none()));
        assert_eq!(result.outcome, Outcome::Undecided, "{result:?}");
        assert!(result.reason.contains("cut"), "{}", result.reason);
    }
}
