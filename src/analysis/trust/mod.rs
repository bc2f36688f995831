//! How far a run can be trusted: which limits of the instrument and of the books were passed.
//!
//! It stamps and never hides: the figures stay as they are.

mod checks;
mod limits;
mod lines;

use crate::analysis::merged::histogram;
use crate::analysis::trust::checks::Checks;
use crate::run::{Block, BlockState, Run};
use crate::stats::Percentile;

pub use lines::{Bound, TrustLine, TrustUnit};

pub(super) use limits::{LATENESS_ALWAYS_FINE_NANOS, LATENESS_OF_RESPONSE_RATIO};

/// How far the run can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// Whether no limit was passed.
    pub trustworthy: bool,
    /// Which limits were passed, for people; empty if trustworthy.
    pub reasons: Vec<String>,
    /// What was looked at, each with its limit: the same rows on the terminal, in a report and in the window.
    pub lines: Vec<TrustLine>,
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
    let checks = Checks::of(run);
    reasons.extend(checks.reasons);
    let achieved = checks
        .lines
        .iter()
        .find(|line| line.name == "achieved_over_offered");
    Trust {
        trustworthy: reasons.is_empty(),
        reasons,
        achieved_over_offered_ratio: achieved.and_then(|line| line.value),
        schedule_delay_p99_nanos: Percentile::P99
            .of(&histogram(&blocks, |measured| &measured.schedule_delay)),
        observer_cpu_cores: mean_cores(&blocks, |window| window.observer_cpu_nanos),
        instrument_cpu_cores: mean_cores(&blocks, |window| Some(window.instrument_cpu_nanos)),
        snapshots_lost: blocks.iter().map(|block| block.snapshots_lost).sum(),
        ticks_skipped: blocks
            .iter()
            .filter_map(|block| block.last.as_ref())
            .map(|last| last.skipped_ticks)
            .sum(),
        lines: checks.lines,
    }
}

/// `'threads ×8'`, with the repeat where there are several.
fn name(run: &Run, block: &Block) -> String {
    let scenario = &run.request.scenario;
    let name = scenario.candidates[block.planned.candidate].label();
    let again = if block.planned.twin { ", again" } else { "" };
    if scenario.protocol.repeats > 1 {
        format!("'{name}' (repeat {}{again})", block.planned.repeat + 1)
    } else {
        format!("'{name}'{again}")
    }
}

fn block_reasons(run: &Run, reasons: &mut Vec<String>) {
    for block in &run.blocks {
        if let BlockState::Failed { cause } = &block.state
            && !is_asked_for(run, block, cause)
        {
            reasons.push(format!("{} failed: {cause}", name(run, block)));
        }
        if let Some(violation) = &block.violation {
            reasons.push(format!("{}: {violation}", name(run, block)));
        }
    }
}

/// Whether the program ended as the scenario asks: then that is what was found out, and no reason to doubt it.
fn is_asked_for(run: &Run, block: &Block, cause: &str) -> bool {
    /// What the engine writes before it lets a fault end the runner.
    const TOLD: &str = "injected fault";
    run.request.dies_of_faults(block.planned.candidate) && cause.contains(TOLD)
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
    use crate::run::{Calibration, Event, MachineOver};
    use crate::scenario::{Kernel, Load};
    use crate::support;
    use crate::wire::FromRunner;

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
    fn a_program_that_a_fault_ends_as_asked_is_no_reason_and_another_end_is() {
        let mut run = support::drill::run();
        run.blocks[0].state = BlockState::Failed {
            cause: "the runner was ended by signal 9: injected fault: kill".to_owned(),
        };
        let failed = |run: &Run| {
            trust(run)
                .reasons
                .iter()
                .any(|why| why.contains("failed: "))
        };
        assert!(!failed(&run));
        run.blocks[0].state = BlockState::Failed {
            cause: "the runner was ended by signal 9".to_owned(),
        };
        assert!(failed(&run));
        // Tasks that fail are what a drill is for.
        assert!(
            !trust(&run)
                .reasons
                .iter()
                .any(|why| why.contains("of the tasks of"))
        );
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
        assert_eq!(trust.reasons.len(), 1);
        assert!(trust.reasons[0].ends_with("; so in 4 further blocks"));
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
        assert!(
            reasons.contains("2 snapshots of 'sequential' never arrived"),
            "{reasons}"
        );
        assert!(
            reasons.contains("'threads ×8' has no measured task"),
            "{reasons}"
        );
    }

    /// The finished run after something happened to the machine while its first block was measured.
    fn with_machine(change: impl Fn(&mut MachineOver)) -> Trust {
        let mut run = support::finished_run();
        change(run.blocks[0].resources.machine.as_mut().unwrap());
        trust(&run)
    }

    fn line<'a>(trust: &'a Trust, name: &str) -> &'a TrustLine {
        trust.lines.iter().find(|line| line.name == name).unwrap()
    }

    #[test]
    fn every_line_of_a_quiet_run_is_known_and_within_its_limit() {
        let trust = trust(&support::finished_run());
        for line in &trust.lines {
            let unknown = line.name == "calibration" || line.name == "frequency";
            assert_eq!(line.passed, (!unknown).then_some(true), "{line:?}");
        }
        assert_eq!(trust.lines.len(), 13);
        assert_eq!(
            line(&trust, "observer_cpu").limit_text(),
            "at most 0.250 cores"
        );
        let waiting = super::trust(&support::waiting_run());
        assert!(
            waiting
                .lines
                .iter()
                .all(|line| line.passed.is_none() && line.value.is_none())
        );
        assert_eq!(waiting.lines[0].value_text(), crate::units::text::MISSING);
    }

    #[test]
    fn what_the_machine_did_beside_the_run_is_a_reason_with_value_and_limit() {
        // Six seconds on four processors.
        type Change = fn(&mut MachineOver);
        let cases: [(Change, &str, &str); 5] = [
            (
                |machine| machine.last.steal_nanos = Some(2_400_000_000),
                "steal",
                "the host took 10.0 % of the processor time from 'sequential', more than 2 %",
            ),
            (
                |machine| {
                    machine.last.busy_nanos =
                        machine.last.busy_nanos.map(|nanos| nanos + 7_200_000_000);
                },
                "other_load",
                "other programs used 30.5 % of the processors while 'sequential' was measured, more than 10 %",
            ),
            (
                |machine| machine.last.memory_pressure_nanos = Some(300_000_000),
                "memory_pressure",
                "tasks waited for memory in 5.00 % of the time while 'sequential' was measured, more than 1 %",
            ),
            (
                |machine| machine.last.suspended_nanos = Some(2_000_000_077),
                "suspended",
                "the machine slept for 2.00 s while 'sequential' was measured, more than 10.0 ms",
            ),
            (
                |machine| {
                    machine.last.busy_nanos = Some(15_000_000_000);
                    machine.last.ours_cpu_nanos = 15_000_000_000;
                    machine.last.frequency_max_hz = Some(5_000_000_000);
                },
                "frequency",
                "busy processors ran at 50.0 % of their clock while 'sequential' was measured, less than 60 %",
            ),
        ];
        for (change, name, expected) in cases {
            let trust = with_machine(change);
            assert_eq!(trust.reasons, [expected], "{name}");
            let line = line(&trust, name);
            assert_eq!(
                (line.passed, line.worst.as_deref()),
                (Some(false), Some("'sequential'"))
            );
        }
    }

    #[test]
    fn a_machine_that_does_not_tell_has_no_lines_and_is_no_reason() {
        let mut run = support::finished_run();
        for block in &mut run.blocks {
            block.resources.machine = None;
        }
        let trust = trust(&run);
        assert!(trust.trustworthy);
        for name in [
            "steal",
            "other_load",
            "memory_pressure",
            "suspended",
            "frequency",
        ] {
            assert_eq!(
                (line(&trust, name).value, line(&trust, name).passed),
                (None, None)
            );
        }
    }

    #[test]
    fn the_instrument_and_skipped_snapshots_have_limits_and_several_blocks_make_one_reason() {
        let mut run = support::finished_run();
        for block in &mut run.blocks {
            block.last.as_mut().unwrap().skipped_ticks = 200;
        }
        run.machine.as_mut().unwrap().cores = 1;
        let trust = trust(&run);
        assert_eq!(trust.reasons.len(), 1, "{:?}", trust.reasons);
        assert!(
            trust.reasons[0].ends_with("more than 50 %; so in 4 further blocks"),
            "{:?}",
            trust.reasons
        );
        assert_eq!(line(&trust, "instrument_cpu").limit, Some(0.25));
        assert_eq!(trust.ticks_skipped, 1_000);
    }

    #[test]
    fn a_processor_that_moved_between_calibrations_is_a_reason() {
        let of = |medians_nanos, fastest_nanos| Calibration {
            kernel: Kernel::Sha256,
            unit_nanos: None,
            medians_nanos,
            spread_ratio: 0.5,
            fastest_nanos,
        };
        let mut run = support::finished_run();
        let near = [
            (0, [1_000.0, 1_000.0], 1_000.0),
            (1, [1_400.0, 1_500.0], 1_100.0),
        ];
        for (block, medians, fastest) in near {
            let started = run.blocks[block].started.as_mut().unwrap();
            started.calibration = vec![of(medians, fastest)];
        }
        // Something came between: both are slow, but the processor is what it was.
        let near = trust(&run);
        assert_eq!(near.reasons, Vec::<String>::new());
        assert_eq!(line(&near, "calibration").passed, Some(true));
        run.blocks[2].started.as_mut().unwrap().calibration = vec![of([1_310.0, 1_450.0], 1_300.0)];
        let moved = trust(&run);
        let names = |block: usize| {
            let candidate = run.blocks[block].planned.candidate;
            run.request.scenario.candidates[candidate].label()
        };
        let reason = format!(
            "30.0 % slower before '{}' than before '{}', and stayed so for seconds",
            names(2),
            names(0)
        );
        assert!(
            moved.reasons[0].contains(&reason),
            "{reason}: {:?}",
            moved.reasons
        );
        // A repeat of the same candidate that was as fast as ever: its interval shows what happened to the other.
        run.blocks[3].planned.candidate = run.blocks[2].planned.candidate;
        run.blocks[3].started.as_mut().unwrap().calibration = vec![of([1_000.0, 1_000.0], 1_050.0)];
        assert_eq!(
            line(&trust(&run), "calibration").value,
            Some(1_100.0 / 1_000.0 - 1.0)
        );
    }

    #[test]
    fn figures_of_failing_tasks_are_not_trusted() {
        let request = crate::run::RunRequest::all_of(support::scenario());
        let mut run = Run::new(request.clone(), 0);
        for mut event in support::events(&request) {
            if let Event::Message {
                block: 1,
                message: FromRunner::Snapshot(snapshot),
            } = &mut event
            {
                let counts = &mut snapshot.measured.counts;
                (counts.good, counts.failed) = (counts.failed, counts.good);
            }
            run.apply(event);
        }
        let trust = trust(&run);
        assert_eq!(trust.reasons.len(), 1, "{:?}", trust.reasons);
        assert!(trust.reasons[0].contains("of the tasks of 'threads ×8' failed, more than 50 %"));
    }
}
