//! What a reader must know beside a candidate's figures: limits of the figures first, then what happened.

use crate::analysis::parts::LostUpdates;
use crate::run::{Block, BlockState, Incident, IncidentKind, Run};
use crate::scenario::{Backend, PythonPool, Stage};
use crate::stats::{HistogramLayout, Summary};
use crate::units::text;

/// Remarks kept per candidate: what does not fit on a screen is not read.
const REMARKS_MAX: usize = 10;

/// How attempts fail that a fault of the scenario lets fail.
const INJECTED: [&str; 2] = ["injected fault: error", "injected fault: panic"];
/// Deaths of workers that are told one by one where faults may be their cause: the others are like them.
const DEATHS_TOLD: usize = 1;

/// All remarks of the candidate with these blocks, the most important first.
pub(super) fn remarks(
    run: &Run,
    backend: Backend,
    blocks: &[&Block],
    response: &Summary,
) -> Vec<String> {
    let mut remarks = limits(run, backend, blocks, response);
    remarks.extend(lost_updates(blocks));
    // Deaths that a scenario asks for are counted where it says that the back end was not whole.
    let deaths_told = if run.request.scenario.faults.is_empty() {
        usize::MAX
    } else {
        DEATHS_TOLD
    };
    for block in blocks {
        // What faults and breakers did stands in figures and on the time line; a death has a cause of its own.
        let died = |incident: &&Incident| incident.kind == IncidentKind::WorkerDied;
        let deaths = block.incidents.iter().filter(died).take(deaths_told);
        remarks.extend(deaths.map(|incident| incident.message.clone()));
        let finished = block.finished.iter();
        let failures = finished.flat_map(|finished| &finished.failures);
        // What a scenario asks for is no news.
        let own = failures.filter(|failure| !INJECTED.contains(&failure.as_str()));
        remarks.extend(own.cloned());
    }
    let not_kept = blocks.iter().map(|block| deaths_not_told(block));
    let dropped: u64 = if deaths_told == DEATHS_TOLD {
        0
    } else {
        not_kept.sum()
    };
    let more = dropped + remarks.len().saturating_sub(REMARKS_MAX) as u64;
    remarks.truncate(REMARKS_MAX);
    if more > 0 {
        let more = text::counted(more, "more remark", "more remarks");
        remarks.push(format!("and {more}"));
    }
    remarks
}

/// How many workers died of which the cause was not kept.
fn deaths_not_told(block: &Block) -> u64 {
    let died = |incident: &&Incident| incident.kind == IncidentKind::WorkerDied;
    let kept = block.incidents.iter().filter(died).count() as u64;
    block.resilience.count(IncidentKind::WorkerDied) - kept
}

/// That updates of shared counters got lost, and how many.
fn lost_updates(blocks: &[&Block]) -> Vec<String> {
    let figures = LostUpdates::of(blocks);
    let counters = figures.iter().flat_map(|figures| &figures.by_protection);
    let lost = counters.filter(|counter| counter.lost > 0);
    lost.map(|counter| {
        format!(
            "{} of {} additions to the shared counter were lost, {}",
            text::count(counter.lost),
            text::count(counter.additions),
            text::percent(counter.lost as f64 / counter.additions as f64)
        )
    })
    .collect()
}

/// What the figures do not cover.
fn limits(run: &Run, backend: Backend, blocks: &[&Block], response: &Summary) -> Vec<String> {
    let mut remarks = Vec::new();
    let unfinished = |block: &&Block| {
        block.state == BlockState::Done
            && block.finished.is_some()
            && block.makespan_nanos().is_none()
    };
    if run.request.is_batch() && blocks.iter().any(unfinished) {
        remarks.push(
            "the batch was not done when the measurement ended; its makespan is not known"
                .to_owned(),
        );
    }
    let cut: u64 = blocks.iter().map(|block| block.counts().cancelled).sum();
    if cut > 0 {
        let cut = text::counted(cut, "task was", "tasks were");
        remarks.push(format!(
            "{cut} cut by the end of the block: counted as longer than all others, so that percentiles that fall \
             among them, mean and longest response time are not known"
        ));
    }
    if response.overflow > 0 {
        let tasks = text::counted(response.overflow, "response time is", "response times are");
        let highest = text::nanos(HistogramLayout::HIGHEST as f64);
        remarks.push(format!(
            "{tasks} longer than {highest}, the range of the histogram: counted, and only the longest is known"
        ));
    }
    let mut stages = run
        .request
        .scenario
        .tasks
        .iter()
        .flat_map(|kind| &kind.stages);
    if let Some(owners) = owners(backend) {
        if stages
            .clone()
            .any(|stage| matches!(stage, Stage::Counter { .. }))
        {
            remarks.push(format!(
                "{owners} share no counter: each has its own, so that none can lose another's updates"
            ));
        }
        if stages.any(|stage| matches!(stage, Stage::Lock { .. })) {
            remarks.push(format!(
                "{owners} share no lock: tasks of different ones never wait for each other"
            ));
        }
    }
    remarks
}

/// Those that have locks and counters of their own each, where a back end has such.
fn owners(backend: Backend) -> Option<&'static str> {
    match backend {
        Backend::Python(PythonPool::InterpreterPoolExecutor { .. }) => Some("interpreters"),
        _ => (backend.worker_processes() > 0).then_some("worker processes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{CandidateFigures, candidate_figures};
    use crate::run::{Counter, RunRequest};
    use crate::scenario::{Cluster, Distribution, Inside, LockKind, Protection, Workers};
    use crate::support;
    use crate::units::Nanos;

    #[test]
    fn processes_that_share_no_counter_and_no_lock_say_so_and_threads_do_not() {
        let mut scenario = support::scenario();
        let stages = &mut scenario.tasks[0].stages;
        stages.push(Stage::Counter {
            increments: 1,
            protection: Protection::Unprotected,
        });
        stages.push(Stage::Lock {
            hold: Distribution::Constant(Nanos::from_micros(1)),
            inside: Inside::Cpu,
            locks: 1,
            kind: LockKind::Mutex,
        });
        let figures = candidate_figures(&support::run_of(&RunRequest::all_of(scenario)));
        let says = |figures: &CandidateFigures, what: &str| {
            let mut remarks = figures.remarks.iter();
            remarks.any(|remark| remark.contains(what))
        };
        assert!(says(&figures[2], "worker processes share no lock"));
        for (place, expected) in [(1, false), (2, true)] {
            assert_eq!(says(&figures[place], "share no counter"), expected);
            assert_eq!(says(&figures[place], "share no lock"), expected);
        }
    }

    #[test]
    fn pools_of_cpython_have_locks_and_counters_as_their_processes_and_interpreters_do() {
        let workers = Workers::Count(2);
        let owners = |pool| owners(Backend::Python(pool));
        assert_eq!(owners(PythonPool::ThreadPoolExecutor { workers }), None);
        assert_eq!(
            owners(PythonPool::InterpreterPoolExecutor { workers }),
            Some("interpreters")
        );
        let cluster = Cluster::Local;
        assert_eq!(
            owners(PythonPool::Ray { workers, cluster }),
            Some("worker processes")
        );
    }

    #[test]
    fn updates_that_got_lost_are_told_with_their_share_and_others_are_not() {
        let mut run = support::finished_run();
        let counter = |protection, value| Counter {
            protection,
            additions: 4_000,
            value,
        };
        let last = run.blocks[1].last.as_mut().unwrap();
        last.counters = vec![
            counter(Protection::Unprotected, 3_000),
            counter(Protection::Atomic, 4_000),
        ];
        let remarks = &candidate_figures(&run)[run.blocks[1].planned.candidate].remarks;
        let told: Vec<_> = remarks
            .iter()
            .filter(|remark| remark.contains("lost"))
            .collect();
        assert_eq!(
            told,
            ["1,000 of 4,000 additions to the shared counter were lost, 25.0 %"]
        );
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut run = support::finished_run();
        let failures: Vec<String> = (0..11).map(|number| format!("failure {number}")).collect();
        run.blocks[2].finished.as_mut().unwrap().failures = failures;
        let figures = &candidate_figures(&run)[2];
        assert_eq!(figures.remarks.len(), REMARKS_MAX + 1);
        assert_eq!(figures.remarks[REMARKS_MAX], "and 1 more remark");
    }
}
