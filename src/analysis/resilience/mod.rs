//! What faults did to a candidate, and what its defences did against them.

mod course;
mod recovery;
#[cfg(test)]
mod tests;
mod words;

pub use recovery::{RECOVERED_RATIO, RecoveredTo, Recovery};
pub use words::fault_label;

pub(super) use course::{Counted, Course};
pub(super) use recovery::{Back, Faulty, goodput_before, recovery};

use crate::run::{Attempts, Block, BreakerState, Degraded, FaultWindow, Run};
use crate::scenario::Candidate;
use crate::units::text;

/// What faults and defences did to one candidate, over its blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResilienceFigures {
    /// What became of attempts; none where nobody watches them, as each task has one.
    pub attempts: Option<AttemptFigures>,
    /// The circuit breakers, by task kind in the order of the scenario; empty without any.
    pub breakers: Vec<BreakerFigures>,
    /// How often each fault of the scenario hit, in its order; empty before anything is known.
    pub faults: Vec<FaultFigures>,
    /// Why the back end was not whole, for people; empty if it was.
    pub degraded: Vec<String>,
    /// Whether and when goodput was back after the last fault, of the worst block; none if no fault ended within the
    /// measurement.
    pub recovery: Option<Recovery>,
    /// What counts as back.
    pub recovered_to: RecoveredTo,
}

/// What became of the attempts of measured tasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptFigures {
    /// Added up over the blocks.
    pub attempts: Attempts,
    /// Attempts per task that the queue took; none before the first one.
    pub amplification: Option<f64>,
    /// Share of the attempts that ran of which nobody had anything, as they failed or were given up; none before the
    /// first one has ended.
    pub wasted_work_ratio: Option<f64>,
}

/// A circuit breaker over the measurements.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakerFigures {
    /// Name of the task kind that it guards.
    pub task: String,
    /// Where it stood when it was seen last.
    pub state: BreakerState,
    /// How long it was open, over the time of the measurements, as the snapshots saw it; none before these began.
    pub open_ratio: Option<f64>,
}

/// A fault of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultFigures {
    /// What goes wrong, for people: `error at 30 %`.
    pub label: String,
    /// How many attempts or workers it hit.
    pub hits: u64,
}

impl ResilienceFigures {
    /// Over all `blocks` of the candidate with that index.
    pub(super) fn of(run: &Run, candidate: usize, blocks: &[&Block]) -> Self {
        let scenario = &run.request.scenario;
        let windows = run.request.fault_windows();
        let back = Back::of(scenario);
        let backend = scenario.candidates.get(candidate);
        let pools = backend.is_some_and(Candidate::is_python);
        Self {
            attempts: AttemptFigures::of(blocks),
            breakers: breakers(run, blocks),
            faults: faults(run, blocks),
            degraded: degraded(blocks, pools),
            recovery: recovered(blocks, &windows, back),
            recovered_to: back.to(),
        }
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let told = Self {
            recovered_to: RecoveredTo::default(),
            ..self.clone()
        };
        told == Self::default()
    }
}

impl AttemptFigures {
    fn of(blocks: &[&Block]) -> Option<Self> {
        let known = blocks.iter().filter_map(|block| {
            let counts = block.counts();
            Some((block.attempts_at_end()?, counts.admitted, counts.good))
        });
        let (attempts, admitted, good) =
            known.reduce(|(a, admitted, good), (b, more, better)| {
                (a.plus(&b), admitted + more, good + better)
            })?;
        // Those that were given up while they waited, were refused or rejected, have done nothing.
        let in_vain = (attempts.failed - attempts.refused.min(attempts.failed))
            + attempts.stopped
            + attempts.wasted
            + attempts.stuck;
        let ratio = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        Some(Self {
            attempts,
            amplification: ratio(attempts.made, admitted),
            wasted_work_ratio: ratio(in_vain, good + in_vain),
        })
    }
}

fn breakers(run: &Run, blocks: &[&Block]) -> Vec<BreakerFigures> {
    let tasks = &run.request.scenario.tasks;
    let nanos: u64 = blocks
        .iter()
        .filter_map(|block| Some(block.window()?.nanos))
        .sum();
    let newest = blocks
        .iter()
        .rev()
        .find(|block| !block.resilience.breakers().is_empty());
    let seen = newest.map_or(&[][..], |block| block.resilience.breakers());
    let figures = |(place, over): (usize, &crate::run::BreakerOver)| {
        let open: u64 = blocks
            .iter()
            .filter_map(|block| block.resilience.breakers().get(place))
            .map(|over| over.open_nanos)
            .sum();
        let name = tasks.get(place).map(|task| task.name.clone());
        BreakerFigures {
            task: name.unwrap_or_default(),
            state: over.state,
            open_ratio: (nanos > 0).then(|| (open as f64 / nanos as f64).min(1.0)),
        }
    };
    seen.iter().enumerate().map(figures).collect()
}

fn faults(run: &Run, blocks: &[&Block]) -> Vec<FaultFigures> {
    let told: Vec<&[u64]> = blocks
        .iter()
        .filter_map(|block| Some(&block.last.as_ref()?.resilience.fault_hits[..]))
        .collect();
    if told.is_empty() {
        return Vec::new();
    }
    let faults = run.request.scenario.faults.iter().enumerate();
    faults
        .map(|(place, fault)| FaultFigures {
            label: fault_label(fault),
            hits: told.iter().filter_map(|hits| hits.get(place)).sum(),
        })
        .collect()
}

/// The reasons of all blocks; a pool of CPython breaks as a whole, which counts as one death.
fn degraded(blocks: &[&Block], pools: bool) -> Vec<String> {
    let reasons = blocks.iter().flat_map(|block| block.degraded());
    let (mut deaths, mut stuck) = (0, 0);
    for reason in reasons {
        match reason {
            Degraded::WorkersDied(more) => deaths += more,
            Degraded::Stuck(more) => stuck += more,
        }
    }
    let died = if pools {
        let times = text::counted(deaths, "time", "times");
        format!("a worker died or the pool broke {times}")
    } else {
        format!("{} died", text::counted(deaths, "worker", "workers"))
    };
    let ran = format!(
        "{} still ran for nobody at the end",
        text::counted(stuck, "attempt", "attempts")
    );
    let died = (deaths > 0).then_some(died);
    died.into_iter().chain((stuck > 0).then_some(ran)).collect()
}

fn recovered(blocks: &[&Block], windows: &[FaultWindow], back: Back) -> Option<Recovery> {
    let answers = blocks.iter().filter_map(|block| {
        let faulty = Faulty::of(block, windows)?;
        recovery(&Course::of(block), &faulty, back)
    });
    answers.reduce(Recovery::worse)
}
