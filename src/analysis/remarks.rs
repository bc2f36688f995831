//! What a reader must know beside a candidate's figures: limits of the figures first, then what happened.

use crate::analysis::{Steadiness, SteadinessLabel};
use crate::run::{Block, BlockState, Run};
use crate::scenario::{Backend, Stage};
use crate::stats::{HistogramLayout, Summary};
use crate::units::text;

/// Remarks kept per candidate: what does not fit on a screen is not read.
const REMARKS_MAX: usize = 10;

/// All remarks of the candidate with these blocks, the most important first.
pub(super) fn remarks(
    run: &Run,
    backend: Backend,
    blocks: &[&Block],
    response: &Summary,
    steadiness: &Steadiness,
) -> Vec<String> {
    let mut remarks = limits(run, backend, blocks, response);
    if steadiness.label == SteadinessLabel::Drifting {
        remarks.insert(0, format!("not steady: {}", steadiness.why));
    }
    for block in blocks {
        let incidents = block.incidents.iter();
        remarks.extend(incidents.map(|incident| incident.message.clone()));
        let finished = block.finished.iter();
        remarks.extend(finished.flat_map(|finished| finished.failures.iter().cloned()));
    }
    let dropped: u64 = blocks.iter().map(|block| block.incidents_dropped).sum();
    let more = dropped + remarks.len().saturating_sub(REMARKS_MAX) as u64;
    remarks.truncate(REMARKS_MAX);
    if more > 0 {
        let more = text::counted(more, "more remark", "more remarks");
        remarks.push(format!("and {more}"));
    }
    remarks
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
    if backend.worker_processes() > 0 {
        if stages
            .clone()
            .any(|stage| matches!(stage, Stage::Counter { .. }))
        {
            remarks.push(
                "worker processes share no counter: each has its own, so that none can lose another's updates"
                    .to_owned(),
            );
        }
        if stages.any(|stage| matches!(stage, Stage::Lock { .. })) {
            remarks.push(
                "worker processes share no lock: tasks of different processes never wait for each other"
                    .to_owned(),
            );
        }
    }
    remarks
}
