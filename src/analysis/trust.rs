//! How far a run can be trusted: which limits of the instrument and of the books were passed.
//!
//! It stamps and never hides: the figures stay as they are.

use crate::analysis::merged::histogram;
use crate::run::{Block, BlockState, Run};
use crate::scenario::{Arrivals, Load};
use crate::stats::Percentile;
use crate::units::text;

/// Of the rate that was asked for, the generator must reach this share.
const ACHIEVED_MIN_RATIO: f64 = 0.99;
/// Independent arrivals scatter: a shortfall within three standard deviations is chance.
const POISSON_DEVIATIONS: f64 = 3.0;
/// Lateness up to this is what a scheduler does to any thread while others compute: a time slice or two.
const LATENESS_ALWAYS_FINE_NANOS: u64 = 5_000_000;
/// Lateness is part of the response time; up to a fifth of its p99 it does not decide between candidates.
const LATENESS_OF_RESPONSE_RATIO: f64 = 0.2;
/// The window's budget is a tenth of a core; from a quarter on it takes from what it shows.
const OBSERVER_MAX_CORES: f64 = 0.25;

/// How far the run can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// Whether no limit was passed.
    pub trustworthy: bool,
    /// Which limits were passed, for people; empty if trustworthy.
    pub reasons: Vec<String>,
    /// Offered over scheduled tasks of open loads, the worst block: 1 means that the generator kept up.
    pub achieved_over_offered_ratio: Option<f64>,
    /// 99th percentile of the generator's lateness over all blocks, in nanoseconds.
    pub schedule_delay_p99_nanos: Option<u64>,
    /// Cores that the window or CLI used while it measured, mean over the windows.
    pub observer_cpu_cores: Option<f64>,
    /// Cores that generator, sampler and snapshots used, mean over the windows.
    pub instrument_cpu_cores: Option<f64>,
    /// Snapshots that never arrived.
    pub snapshots_lost: u64,
    /// Ticks of 100 ms at which no snapshot could be sent.
    pub ticks_skipped: u64,
}

/// How far the run can be trusted, as far as can be said by now.
#[must_use]
pub fn trust(run: &Run) -> Trust {
    let blocks: Vec<&Block> = run
        .blocks
        .iter()
        .filter(|block| block.last.is_some())
        .collect();
    let mut reasons = Vec::new();
    block_reasons(run, &mut reasons);
    candidate_reasons(run, &mut reasons);
    let achieved = achieved_ratio(run, &mut reasons);
    lateness_reasons(run, &mut reasons);
    let observer = mean_cores(&blocks, |window| window.observer_cpu_nanos);
    if let Some(cores) = observer.filter(|cores| *cores > OBSERVER_MAX_CORES) {
        let (used, limit) = (text::cores(cores), text::cores(OBSERVER_MAX_CORES));
        reasons.push(format!(
            "watching took {used} while it measured, more than {limit}"
        ));
    }
    let snapshots_lost = blocks.iter().map(|block| block.snapshots_lost).sum();
    if snapshots_lost > 0 {
        let lost = text::counted(snapshots_lost, "snapshot", "snapshots");
        reasons.push(format!(
            "{lost} never arrived; percentiles lack the tasks of these"
        ));
    }
    Trust {
        trustworthy: reasons.is_empty(),
        reasons,
        achieved_over_offered_ratio: achieved,
        schedule_delay_p99_nanos: Percentile::P99
            .of(&histogram(&blocks, |measured| &measured.schedule_delay)),
        observer_cpu_cores: observer,
        instrument_cpu_cores: mean_cores(&blocks, |window| Some(window.instrument_cpu_nanos)),
        snapshots_lost,
        ticks_skipped: blocks
            .iter()
            .filter_map(|block| block.last.as_ref())
            .map(|last| last.skipped_ticks)
            .sum(),
    }
}

/// `'threads ×8'`, with the repeat where there are several.
fn name(run: &Run, block: &Block) -> String {
    let scenario = &run.request.scenario;
    let name = scenario.candidates[block.planned.candidate].label();
    if scenario.protocol.repeats > 1 {
        format!("'{name}' (repeat {})", block.planned.repeat + 1)
    } else {
        format!("'{name}'")
    }
}

fn block_reasons(run: &Run, reasons: &mut Vec<String>) {
    for block in &run.blocks {
        if let BlockState::Failed { cause } = &block.state {
            reasons.push(format!("{} failed: {cause}", name(run, block)));
        }
        if let Some(violation) = &block.violation {
            reasons.push(format!("{}: {violation}", name(run, block)));
        }
    }
}

/// A candidate of which nothing was measured cannot be compared.
fn candidate_reasons(run: &Run, reasons: &mut Vec<String>) {
    for &candidate in &run.request.candidates {
        // After a stop, blocks whose turn had not come are no reason to doubt the others.
        let mut over = run.ended && !run.stopped;
        let mut completed = 0;
        let mut failed = false;
        for block in run.blocks_of(candidate) {
            over |= block.state.is_over();
            failed |= matches!(block.state, BlockState::Failed { .. });
            completed += block.counts().completed();
        }
        let live = run.blocks_of(candidate).any(|block| block.state.is_live());
        if over && !live && !failed && completed == 0 {
            let name = run.request.scenario.candidates[candidate].label();
            reasons.push(format!("'{name}' has no measured task that came to an end"));
        }
    }
}

/// The worst block's ratio for open loads, with a reason for each block below the limit.
fn achieved_ratio(run: &Run, reasons: &mut Vec<String>) -> Option<f64> {
    let Load::Open {
        rate_per_sec,
        arrivals,
    } = run.request.scenario.load
    else {
        return None;
    };
    let mut worst: Option<f64> = None;
    for block in &run.blocks {
        let Some(window) = block.window() else {
            continue;
        };
        let expected = rate_per_sec * window.nanos as f64 / 1e9;
        // Less than one task expected says nothing.
        if expected < 1.0 {
            continue;
        }
        let offered = block.counts().offered as f64;
        let ratio = offered / expected;
        worst = Some(worst.map_or(ratio, |worst| worst.min(ratio)));
        let chance = match arrivals {
            Arrivals::Poisson => POISSON_DEVIATIONS * expected.sqrt(),
            // The first or the last may fall on the edge.
            Arrivals::Constant => 1.0,
        };
        if offered + chance < ACHIEVED_MIN_RATIO * expected {
            let name = name(run, block);
            reasons.push(format!(
                "the load of {name} reached only {} of its rate",
                text::percent(ratio)
            ));
        }
    }
    worst
}

fn lateness_reasons(run: &Run, reasons: &mut Vec<String>) {
    if !matches!(run.request.scenario.load, Load::Open { .. }) {
        return;
    }
    for block in &run.blocks {
        let measured = &block.measured;
        let late = Percentile::P99.of(&measured.schedule_delay);
        let response = Percentile::P99.of(&measured.response);
        let (Some(late), Some(response)) = (late, response) else {
            continue;
        };
        let limit =
            (response as f64 * LATENESS_OF_RESPONSE_RATIO).max(LATENESS_ALWAYS_FINE_NANOS as f64);
        if late as f64 > limit {
            reasons.push(format!(
                "the load of {} was late: p99 {}, with a limit of {}",
                name(run, block),
                text::nanos(late as f64),
                text::nanos(limit)
            ));
        }
    }
}

/// Mean cores over the windows of the blocks that know the figure; none if no block does.
fn mean_cores(
    blocks: &[&Block],
    nanos: impl Fn(&crate::run::Window) -> Option<u64>,
) -> Option<f64> {
    let (mut used, mut length) = (0, 0);
    for window in blocks.iter().filter_map(|block| block.window()) {
        if let Some(nanos) = nanos(&window) {
            used += nanos;
            length += window.read_nanos;
        }
    }
    (length > 0).then(|| used as f64 / length as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn a_run_without_accidents_is_trustworthy() {
        for run in [
            support::finished_run(),
            support::batch_run(),
            support::repeated_run(),
            support::waiting_run(),
        ] {
            let trust = trust(&run);
            assert_eq!(trust.reasons, Vec::<String>::new());
            assert!(trust.trustworthy);
        }
    }

    #[test]
    fn the_instruments_figures_are_those_of_the_windows() {
        let trust = trust(&support::finished_run());
        assert!((trust.observer_cpu_cores.unwrap() - 0.05).abs() < 1e-9);
        assert!((trust.instrument_cpu_cores.unwrap() - 0.01).abs() < 1e-9);
        assert!((0.9..1.1).contains(&trust.achieved_over_offered_ratio.unwrap()));
        let delay = trust.schedule_delay_p99_nanos.unwrap();
        assert!((40_000..40_100).contains(&delay), "{delay}");
    }

    #[test]
    fn a_failed_block_is_a_reason_that_names_the_candidate() {
        let trust = trust(&support::sample_run());
        assert!(!trust.trustworthy);
        assert!(
            trust.reasons[0].starts_with("'processes ×4' failed: "),
            "{:?}",
            trust.reasons
        );
    }

    #[test]
    fn a_generator_that_does_not_reach_its_rate_is_a_reason() {
        let mut run = support::finished_run();
        let Load::Open { rate_per_sec, .. } = &mut run.request.scenario.load else {
            panic!()
        };
        *rate_per_sec = 500.0;
        let trust = trust(&run);
        assert_eq!(trust.reasons.len(), 5);
        assert!(
            trust.reasons[0].contains("reached only"),
            "{:?}",
            trust.reasons
        );
    }

    #[test]
    fn lost_snapshots_and_a_candidate_without_tasks_are_reasons() {
        let mut run = support::finished_run();
        run.blocks[0].snapshots_lost = 2;
        run.blocks[1] = Block::new(run.blocks[1].planned);
        let reasons = trust(&run).reasons.join("; ");
        assert!(reasons.contains("2 snapshots never arrived"), "{reasons}");
        assert!(
            reasons.contains("'threads ×8' has no measured task"),
            "{reasons}"
        );
    }
}
