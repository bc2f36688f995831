//! What the load and the measurement did: overload, a late generator, figures that had not settled, too few of them.

use crate::analysis::findings::limits::{DROPPED_RATIO, QUEUE_RATIO};
use crate::analysis::findings::{Finding, FindingKind};
use crate::analysis::trust::{LATENESS_ALWAYS_FINE_NANOS, LATENESS_OF_RESPONSE_RATIO};
use crate::analysis::{CandidateFigures, CandidateStatus, SteadinessLabel};
use crate::run::Run;
use crate::scenario::{Objective, QueuePolicy};
use crate::units::{Percentile, text};

/// What the load and the measurement show.
pub(super) fn findings(run: &Run, figures: &CandidateFigures) -> Vec<Finding> {
    let found = [
        overload(run, figures),
        late(run, figures),
        unsteady(figures),
        too_short(run, figures),
    ];
    found.into_iter().flatten().collect()
}

/// A batch is due at once, so that its tasks wait whatever the pool is.
fn overload(run: &Run, figures: &CandidateFigures) -> Option<Finding> {
    if run.request.is_batch() {
        return None;
    }
    let split = figures.time_split.as_ref()?;
    let response = figures.response_time_nanos.mean.unwrap_or_else(|| {
        // Unknown where tasks were cut: the parts of those that were split add up to theirs.
        split.parts().iter().map(|(_, nanos)| nanos).sum()
    });
    let queued = if response > 0.0 {
        split.queue_wait_nanos / response
    } else {
        0.0
    };
    let dropped = figures.drop_ratio.map_or(0.0, |ratio| ratio.value);
    let most = queued >= QUEUE_RATIO;
    (most || dropped >= DROPPED_RATIO).then(|| {
        let mut evidence = format!(
            "{} of the response time is the wait for a worker, {} on average",
            text::percent(queued),
            text::nanos(split.queue_wait_nanos)
        );
        if dropped > 0.0 {
            evidence = format!(
                "{evidence}; {} of the tasks were dropped",
                text::percent(dropped)
            );
        }
        Finding {
            kind: FindingKind::QueueBound,
            evidence,
        }
    })
}

/// Where callers wait at the door of a full queue, that is not the generator's lateness.
fn late(run: &Run, figures: &CandidateFigures) -> Option<Finding> {
    let scenario = &run.request.scenario;
    let door = scenario.queue_of(figures.candidate).policy == QueuePolicy::Block;
    if !scenario.load.is_open() || door {
        return None;
    }
    let late = figures.schedule_delay_nanos.p99? as f64;
    let response = figures.response_time_nanos.p99? as f64;
    let limit = (response * LATENESS_OF_RESPONSE_RATIO).max(LATENESS_ALWAYS_FINE_NANOS);
    (late > limit).then(|| Finding {
        kind: FindingKind::GeneratorLate,
        evidence: format!(
            "1 of 100 tasks was offered {} late or more, above {}, and its response time has that in it",
            text::nanos(late),
            text::nanos(limit)
        ),
    })
}

fn unsteady(figures: &CandidateFigures) -> Option<Finding> {
    (figures.steadiness.label == SteadinessLabel::Drifting).then(|| Finding {
        kind: FindingKind::Unsteady,
        evidence: figures.steadiness.why.clone(),
    })
}

/// Too few for the highest percentile that is asked for; without such an objective for p99, if it is not a batch.
fn too_short(run: &Run, figures: &CandidateFigures) -> Option<Finding> {
    if !matches!(
        figures.status,
        CandidateStatus::Done | CandidateStatus::Stopped
    ) {
        return None;
    }
    let asked = run.request.scenario.objectives.iter();
    let asked = asked.filter_map(|objective| match objective {
        Objective::ResponseTime { percentile, .. } => Some(*percentile),
        _ => None,
    });
    let percentile = match asked.max() {
        Some(percentile) => percentile,
        None if run.request.is_batch() => return None,
        None => Percentile::P99,
    };
    let (count, needed) = (
        figures.response_time_nanos.count,
        percentile.samples_needed(),
    );
    (count < needed).then(|| Finding {
        kind: FindingKind::TooShort,
        evidence: format!(
            "{} ended, and {} needs {}",
            text::counted(count, "task", "tasks"),
            percentile.label(),
            text::count(needed)
        ),
    })
}
