//! How long after a fault's end goodput is back.
//!
//! Where the scenario bounds the response time or the goodput, back is what meets these objectives: of the tasks that
//! end, as many are good and within the bound as its percentile says, and as many per second as the other demands.
//! Else back is what is at or above a share of the mean goodput before the first fault.
//!
//! The answer is the first instant after the end of the last fault that ends within the measurement from which on
//! that holds over the second that follows, or to the end of the measurement, and begins so. Over a second, as the
//! tasks of a tenth of one are too few to be told from chance.

use crate::analysis::resilience::course::{Counted, Course};
use crate::run::{Block, FaultWindow};
use crate::scenario::{Objective, Scenario};
use crate::units::text;

/// Share of the goodput before the first fault at which it counts as back.
pub const RECOVERED_RATIO: f64 = 0.9;
/// Goodput is back when it is so for that long, and its mean before the first fault is one over at least as long.
const HOLDS_NANOS: u64 = 1_000_000_000;
/// It begins so over at least that long: in less there may be no task by chance.
const BEGINS_NANOS: u64 = 50_000_000;
/// What is left of the measurement must be at least that long to tell anything.
const LEAST_NANOS: u64 = 500_000_000;

/// What counts as back, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecoveredTo {
    /// Goodput at nine tenths of its mean before the first fault.
    #[default]
    NineTenths,
    /// The objectives on the response time and on the goodput.
    Objectives,
}

/// What counts as back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::analysis) enum Back {
    /// That share of the mean goodput before the first fault.
    Share(f64),
    /// What the scenario demands.
    Objectives {
        /// Share of the tasks that end which must be good and answered within the bound.
        in_time_ratio: Option<f64>,
        /// Good tasks within the bound, per second.
        goodput_per_sec: Option<f64>,
    },
}

impl Back {
    /// What counts as back in `scenario`. A batch has no rate to come back to.
    pub(in crate::analysis) fn of(scenario: &Scenario) -> Self {
        let in_time_ratio = scenario
            .good_within()
            .and_then(|_| Some(scenario.strictest_response()?.0.quantile()));
        let goodput = |objective: &Objective| match objective {
            Objective::Goodput { at_least } => Some(*at_least),
            _ => None,
        };
        let goodput_per_sec = scenario.objectives.iter().find_map(goodput);
        if scenario.load.is_batch() || (in_time_ratio.is_none() && goodput_per_sec.is_none()) {
            return Self::Share(RECOVERED_RATIO);
        }
        Self::Objectives {
            in_time_ratio,
            goodput_per_sec,
        }
    }

    pub(in crate::analysis) const fn to(self) -> RecoveredTo {
        match self {
            Self::Share(_) => RecoveredTo::NineTenths,
            Self::Objectives { .. } => RecoveredTo::Objectives,
        }
    }

    /// That it did not come back, in words.
    pub(in crate::analysis) fn missing(self) -> String {
        match self {
            Self::Share(ratio) => {
                format!(
                    "goodput stayed below {} of what it was",
                    text::percent(ratio)
                )
            }
            Self::Objectives { .. } => "the objectives did not hold again".to_owned(),
        }
    }

    /// Whether it holds between two instants; `before` is the mean goodput before the first fault.
    fn holds(self, course: &Course, before: f64, from: u64, to: u64) -> bool {
        // A sum of floats may be a hair below.
        const HAIR: f64 = 1.0 - 1e-9;
        let reaches = |what, bound: f64| {
            let rate = course.per_sec(what, from, to);
            rate.is_some_and(|rate| rate >= bound * HAIR)
        };
        match self {
            Self::Share(ratio) => reaches(Counted::Good, before * ratio),
            Self::Objectives {
                in_time_ratio,
                goodput_per_sec,
            } => {
                let in_time = |ratio: f64| {
                    let ended = course.between(Counted::Completed, from, to);
                    let good = course.between(Counted::InTime, from, to);
                    ended > 0.0 && good >= ratio * ended * HAIR
                };
                in_time_ratio.is_none_or(in_time)
                    && goodput_per_sec.is_none_or(|bound| reaches(Counted::InTime, bound))
            }
        }
    }
}

/// Whether and when goodput was back after the last fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// It was back that long after the fault's end, in nanoseconds.
    After(u64),
    /// It was not back at the end of the measurement, which came that long after the fault's end, in nanoseconds.
    NotWithin(u64),
    /// It cannot be told: there is no measurement before the first fault, or too little after the last one.
    Unknown,
}

/// The faults of a block on the block's own clock, as far as its measurement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::analysis) struct Faulty {
    /// When the measurement began.
    pub(in crate::analysis) start: u64,
    /// When the first fault began.
    pub(in crate::analysis) first: u64,
    /// When the last fault that ends within the measurement ended; none if all go on to its end.
    pub(in crate::analysis) over: Option<u64>,
    /// When the last fault ended: at the end of the measurement if one goes on.
    pub(in crate::analysis) last: u64,
    /// When the measurement ended, or how far it has come.
    pub(in crate::analysis) end: u64,
    /// Whether the measurement came to its end.
    pub(in crate::analysis) complete: bool,
}

impl Faulty {
    /// None without faults, and while the measurement has not reached the first one.
    pub(in crate::analysis) fn of(block: &Block, windows: &[FaultWindow]) -> Option<Self> {
        let last = block.last.as_ref()?;
        let start = last.measure_start_nanos?;
        let end = last.measure_end_nanos.unwrap_or(last.elapsed_nanos);
        let at = |nanos: u64| start.saturating_add(nanos);
        let first = windows.iter().map(|window| at(window.from_nanos)).min()?;
        let ends = windows
            .iter()
            .map(|window| window.until_nanos.map_or(u64::MAX, at));
        (first < end).then(|| Self {
            start,
            first,
            over: ends.clone().filter(|until| *until < end).max(),
            last: ends.max().unwrap_or(u64::MAX).min(end),
            end,
            complete: last.measure_end_nanos.is_some(),
        })
    }
}

/// When goodput was back; none if no fault ended within the measurement.
pub(in crate::analysis) fn recovery(
    course: &Course,
    faulty: &Faulty,
    back: Back,
) -> Option<Recovery> {
    let over = faulty.over?;
    // What objectives demand does not depend on what was before.
    let before = match back {
        Back::Share(_) => goodput_before(course, faulty),
        Back::Objectives { .. } => Some(0.0),
    };
    let Some(before) = before else {
        return Some(Recovery::Unknown);
    };
    let end = faulty.end;
    let holds = |from: u64, to: u64| back.holds(course, before, from, to);
    let instants = std::iter::once(over).chain(course.instants(over, end));
    for at in instants {
        let until = at.saturating_add(HOLDS_NANOS);
        let long_enough = if faulty.complete {
            end - at >= LEAST_NANOS
        } else {
            until <= end
        };
        if !long_enough {
            break;
        }
        let soon = at.saturating_add(BEGINS_NANOS - 1);
        let next = course.instants(soon, end).next().unwrap_or(end);
        if holds(at, next) && holds(at, until.min(end)) {
            return Some(Recovery::After(at - over));
        }
    }
    Some(if faulty.complete && end - over >= LEAST_NANOS {
        Recovery::NotWithin(end - over)
    } else {
        Recovery::Unknown
    })
}

/// Mean goodput per second from the begin of the measurement to the first fault; none if that is too short to tell, and
/// if nothing was good.
pub(in crate::analysis) fn goodput_before(course: &Course, faulty: &Faulty) -> Option<f64> {
    let long_enough = faulty.first.saturating_sub(faulty.start) >= HOLDS_NANOS;
    let rate = course.per_sec(Counted::Good, faulty.start, faulty.first);
    rate.filter(|rate| long_enough && *rate > 0.0)
}

impl Recovery {
    /// In a few words: `1.20 s`, `not within 7.00 s`, `not known`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::After(nanos) => text::nanos(nanos as f64),
            Self::NotWithin(nanos) => format!("not within {}", text::nanos(nanos as f64)),
            Self::Unknown => "not known".to_owned(),
        }
    }

    /// In a sentence without its end.
    #[must_use]
    pub fn sentence(self, to: RecoveredTo) -> String {
        let (was, were) = match to {
            RecoveredTo::NineTenths => ("goodput was back", "goodput was not back"),
            RecoveredTo::Objectives => (
                "the objectives held again",
                "the objectives did not hold again",
            ),
        };
        match self {
            Self::After(0) => format!("{was} as soon as the last fault was over"),
            Self::After(nanos) => {
                format!("{was} {} after the last fault", text::nanos(nanos as f64))
            }
            Self::NotWithin(nanos) => format!(
                "{were} at the end, {} after the last fault",
                text::nanos(nanos as f64)
            ),
            Self::Unknown => {
                format!(
                    "whether {was} is not known: too little was measured before or after the faults"
                )
            }
        }
    }

    /// The worse of two answers, of two blocks of a candidate; what cannot be told does not hide what can.
    pub(super) fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotWithin(a), Self::NotWithin(b)) => Self::NotWithin(a.max(b)),
            (Self::NotWithin(nanos), _) | (_, Self::NotWithin(nanos)) => Self::NotWithin(nanos),
            (Self::After(a), Self::After(b)) => Self::After(a.max(b)),
            (Self::After(nanos), _) | (_, Self::After(nanos)) => Self::After(nanos),
            (Self::Unknown, Self::Unknown) => Self::Unknown,
        }
    }
}
