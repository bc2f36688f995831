//! How long after a fault's end goodput is back.
//!
//! The answer is the first instant after the end of the last fault that ends within the measurement from which on
//! goodput, over the second that follows or to the end of the measurement, is at or above a share of its mean before
//! the first fault, and begins so. Over a second, as the tasks of a tenth of one are too few to be told from chance.

use crate::analysis::resilience::course::{Counted, Course};
use crate::run::{Block, FaultWindow};
use crate::units::text;

/// Share of the goodput before the first fault at which it counts as back.
pub const RECOVERED_RATIO: f64 = 0.9;
/// Goodput is back when it is so for that long, and its mean before the first fault is one over at least as long.
const HOLDS_NANOS: u64 = 1_000_000_000;
/// It begins so over at least that long: in less there may be no task by chance.
const BEGINS_NANOS: u64 = 50_000_000;
/// What is left of the measurement must be at least that long to tell anything.
const LEAST_NANOS: u64 = 500_000_000;

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
pub(super) struct Faulty {
    /// When the measurement began.
    pub(super) start: u64,
    /// When the first fault began.
    pub(super) first: u64,
    /// When the last fault that ends within the measurement ended; none if all go on to its end.
    pub(super) over: Option<u64>,
    /// When the last fault ended: at the end of the measurement if one goes on.
    pub(super) last: u64,
    /// When the measurement ended, or how far it has come.
    pub(super) end: u64,
    /// Whether the measurement came to its end.
    pub(super) complete: bool,
}

impl Faulty {
    /// None without faults, and while the measurement has not reached the first one.
    pub(super) fn of(block: &Block, windows: &[FaultWindow]) -> Option<Self> {
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

/// When goodput was back at `ratio` of what it was; none if no fault ended within the measurement.
pub(super) fn recovery(course: &Course, faulty: &Faulty, ratio: f64) -> Option<Recovery> {
    let over = faulty.over?;
    let Some(before) = goodput_before(course, faulty) else {
        return Some(Recovery::Unknown);
    };
    // As good as a share of it: a sum of floats may be a hair below.
    let bound = before * ratio * (1.0 - 1e-9);
    let end = faulty.end;
    let reaches = |from: u64, to: u64| {
        let rate = course.per_sec(Counted::Good, from, to);
        rate.is_some_and(|rate| rate >= bound)
    };
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
        if reaches(at, next) && reaches(at, until.min(end)) {
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
pub(super) fn goodput_before(course: &Course, faulty: &Faulty) -> Option<f64> {
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
    pub fn sentence(self) -> String {
        match self {
            Self::After(0) => "goodput was back as soon as the last fault was over".to_owned(),
            Self::After(nanos) => format!(
                "goodput was back {} after the last fault",
                text::nanos(nanos as f64)
            ),
            Self::NotWithin(nanos) => format!(
                "goodput was not back at the end, {} after the last fault",
                text::nanos(nanos as f64)
            ),
            Self::Unknown => {
                "whether goodput came back is not known: too little was measured before or after the faults"
                    .to_owned()
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
