//! What faults and callers did to a pool, in a way that has a name.
//!
//! Retry storms and metastable overload after Bronson et al., "Metastable failures in distributed systems" (2021): a
//! trigger, a state that feeds itself, and no way back while the load stays.

use crate::analysis::findings::{FindingKind, Found};
use crate::analysis::resilience::{
    Back, Counted, Course, Faulty, Recovery, goodput_before, recovery,
};
use crate::run::{Block, FaultWindow, IncidentKind};
use crate::scenario::Defences;
use crate::units::text;

/// Attempts per task, while faults last, above which callers make what they suffer from.
pub const STORM_RATIO: f64 = 1.5;
/// How long after the last fault goodput must have stayed away before that is called a state of its own.
const METASTABLE_NANOS: u64 = 2_000_000_000;
/// The offered rate is what it was if it differs by less than that share.
const SAME_RATE_RATIO: f64 = 0.1;
/// Attempts stay elevated if there are so many times as many per task as before the faults.
const ELEVATED_RATIO: f64 = 1.1;
/// How often a breaker must have closed and opened again before that is called flapping: once is what it is for.
const FLAPS_LEAST: u64 = 3;

/// What was found in `block`, of a candidate with these defences.
pub(super) fn of_block(
    block: &Block,
    defences: &Defences,
    windows: &[FaultWindow],
    back: Back,
) -> Vec<Found> {
    let course = Course::of(block);
    let faulty = Faulty::of(block, windows);
    let found = [
        faulty.and_then(|faulty| metastable(&course, &faulty, back)),
        storm(block, &course, faulty.as_ref(), defences),
        flapping(block),
        stuck(block),
        restarts(block, defences),
    ];
    found.into_iter().flatten().collect()
}

fn metastable(course: &Course, faulty: &Faulty, back: Back) -> Option<Found> {
    let over = faulty.over.filter(|over| *over == faulty.last)?;
    let Some(Recovery::NotWithin(away)) = recovery(course, faulty, back) else {
        return None;
    };
    let before = goodput_before(course, faulty)?;
    let (start, first, end) = (faulty.start, faulty.first, faulty.end);
    let after = course.per_sec(Counted::Good, over, end)?;
    let offered_before = course.per_sec(Counted::Offered, start, first)?;
    let offered = course.per_sec(Counted::Offered, over, end)?;
    let same_load = (offered / offered_before - 1.0).abs() <= SAME_RATE_RATIO;
    let attempts = course.amplification(over, end)?;
    let elevated = attempts >= ELEVATED_RATIO * course.amplification(start, first)?;
    (away >= METASTABLE_NANOS && same_load && elevated).then(|| Found {
        kind: FindingKind::MetastableOverload,
        weight: 1.0 - after / before,
        evidence: format!(
            "for {} after the last fault, to the end, {}: {} where {} were good \
             before it, at the same {} offered, with {} attempts per task",
            text::nanos(away as f64),
            back.missing(),
            text::per_sec(after),
            text::per_sec(before),
            text::per_sec(offered),
            text::number(attempts),
        ),
    })
}

fn storm(
    block: &Block,
    course: &Course,
    faulty: Option<&Faulty>,
    defences: &Defences,
) -> Option<Found> {
    defences.retry.filter(|retry| retry.budget.is_none())?;
    let (from, to, when) = if let Some(faulty) = faulty {
        (faulty.first, faulty.last, "while faults lasted")
    } else {
        let last = block.last.as_ref()?;
        let end = last.measure_end_nanos.unwrap_or(last.elapsed_nanos);
        (last.measure_start_nanos?, end, "over the measurement")
    };
    let attempts = course.amplification(from, to)?;
    (attempts > STORM_RATIO).then(|| Found {
        kind: FindingKind::RetryStorm,
        weight: attempts,
        evidence: format!(
            "{} attempts per task {when}, above {}, and no retry budget: {} were attempted where {} were offered",
            text::number(attempts),
            text::given(STORM_RATIO),
            text::or_missing(course.per_sec(Counted::Attempted, from, to), text::per_sec),
            text::or_missing(course.per_sec(Counted::Offered, from, to), text::per_sec),
        ),
    })
}

fn flapping(block: &Block) -> Option<Found> {
    let told = |kind| block.resilience.count(kind);
    let opened = told(IncidentKind::BreakerOpened)
        .max(block.attempts().map_or(0, |attempts| attempts.openings));
    let closed = told(IncidentKind::BreakerClosed);
    // Each opening but the first is one again, if it had closed between.
    let again = closed.min(opened.saturating_sub(1));
    (again >= FLAPS_LEAST).then(|| Found {
        kind: FindingKind::BreakerFlapping,
        weight: again as f64,
        evidence: format!(
            "opened {} and closed {} in one block",
            text::counted(opened, "time", "times"),
            text::counted(closed, "time", "times"),
        ),
    })
}

fn stuck(block: &Block) -> Option<Found> {
    let attempts = block.attempts_at_end().filter(|_| block.state.is_over())?;
    (attempts.stuck > 0).then(|| Found {
        kind: FindingKind::StuckWorkers,
        weight: attempts.stuck as f64,
        evidence: format!(
            "{} that {} given up still ran at the end, of {} that timed out",
            text::counted(attempts.stuck, "attempt", "attempts"),
            if attempts.stuck == 1 { "was" } else { "were" },
            text::count(attempts.timed_out),
        ),
    })
}

fn restarts(block: &Block, defences: &Defences) -> Option<Found> {
    let allowed = u64::from(defences.restarts?);
    let deaths = block.worker_deaths();
    (deaths > allowed).then(|| Found {
        kind: FindingKind::RestartBudgetUsedUp,
        weight: deaths as f64,
        evidence: format!(
            "{} died and {} may be replaced in a block",
            text::counted(deaths, "worker", "workers"),
            text::count(allowed),
        ),
    })
}
