//! What the machine and the pool's own upkeep show: memory, event loops, starts.

use crate::analysis::CandidateFigures;
use crate::analysis::findings::limits::{
    LOOP_LAG_NANOS, MEMORY_RATIO, MEMORY_WAIT_RATIO, RESTART_RATIO, START_UP_RATIO,
};
use crate::analysis::findings::{Finding, FindingKind};
use crate::run::{Block, Run};
use crate::scenario::{AsyncCpu, Backend, PythonPool};
use crate::units::text;

/// What the machine and the pool's own upkeep show.
pub(super) fn findings(run: &Run, figures: &CandidateFigures, blocks: &[&Block]) -> Vec<Finding> {
    let found = [
        memory(run, figures, blocks),
        event_loop(run, figures),
        start_up(figures, blocks),
    ];
    found.into_iter().flatten().collect()
}

fn memory(run: &Run, figures: &CandidateFigures, blocks: &[&Block]) -> Option<Finding> {
    let waited = blocks
        .iter()
        .filter_map(|block| {
            let machine = block.resources.machine.as_ref()?;
            let waited = machine.grown(|sample| sample.memory_pressure_nanos)?;
            (machine.nanos() > 0).then(|| waited as f64 / machine.nanos() as f64)
        })
        .fold(0.0, f64::max);
    let there = run.machine.as_ref().map(|machine| machine.memory_bytes);
    let share = figures
        .memory_resident_peak_bytes
        .zip(there.filter(|bytes| *bytes > 0))
        .map(|(peak, there)| peak as f64 / there as f64);
    let full = share.filter(|share| *share >= MEMORY_RATIO);
    let evidence = match full {
        Some(share) => format!(
            "at its peak it had {} of the machine's memory",
            text::percent(share)
        ),
        None if waited >= MEMORY_WAIT_RATIO => format!(
            "in {} of the measurement some process waited for memory",
            text::percent(waited)
        ),
        None => return None,
    };
    Some(Finding {
        kind: FindingKind::MemoryBound,
        evidence,
    })
}

/// Only a loop that also computes is blocked by its tasks; another that comes late lacks a core.
fn event_loop(run: &Run, figures: &CandidateFigures) -> Option<Finding> {
    let candidate = run.request.scenario.candidates.get(figures.candidate)?;
    let computes = matches!(
        candidate.backend,
        Backend::Async {
            cpu: AsyncCpu::Inline,
            ..
        } | Backend::Python(PythonPool::Asyncio {
            cpu: AsyncCpu::Inline,
            ..
        })
    );
    let late = figures.event_loop_lag_nanos.p99.filter(|_| computes)?;
    (late >= LOOP_LAG_NANOS).then(|| Finding {
        kind: FindingKind::EventLoopBlocked,
        evidence: format!(
            "1 of 100 things that were due on it came {} late or more, while its tasks computed",
            text::nanos(late as f64)
        ),
    })
}

fn start_up(figures: &CandidateFigures, blocks: &[&Block]) -> Option<Finding> {
    let cold = figures.cold_start_nanos?.value;
    if let Some(makespan) = figures.makespan_nanos {
        let ratio = cold / makespan.value;
        return (ratio >= START_UP_RATIO).then(|| Finding {
            kind: FindingKind::StartUpBound,
            evidence: format!(
                "it was ready after {}, and the whole batch took {}",
                text::nanos(cold),
                text::nanos(makespan.value)
            ),
        });
    }
    // The pool starts its workers side by side: one takes at most as long as all.
    let measured: f64 = blocks
        .iter()
        .filter_map(|block| Some(block.window()?.nanos as f64))
        .sum();
    let spent = figures.workers_recycled as f64 * cold;
    let share = spent / (measured * f64::from(figures.workers.max(1)));
    (measured > 0.0 && share >= RESTART_RATIO).then(|| Finding {
        kind: FindingKind::StartUpBound,
        evidence: format!(
            "{} were replaced after their tasks, each ready after up to {}: {} of their time",
            text::counted(figures.workers_recycled, "worker", "workers"),
            text::nanos(cold),
            text::percent(share)
        ),
    })
}
