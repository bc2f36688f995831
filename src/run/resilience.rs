//! What faults and defences did in one block, in bounded memory: instants, breakers, and why it is degraded.
//!
//! Instants are kept up to a bound per kind, so that a breaker that flaps hides no death of a worker; the counts are
//! exact, and what the bound drops is counted.

use serde::{Deserialize, Serialize};

use crate::run::Block;
use crate::wire::{Attempts, BreakerState, Incident, IncidentKind, Snapshot};

/// Instants kept per kind and block: more cannot be told apart in a chart.
const MARKS_MAX: u64 = 100;

/// All kinds of incidents, in the order of their counts.
const KINDS: [IncidentKind; 9] = [
    IncidentKind::WorkerDied,
    IncidentKind::WorkerStopped,
    IncidentKind::WorkerKilled,
    IncidentKind::WorkerStalled,
    IncidentKind::FaultBegan,
    IncidentKind::FaultEnded,
    IncidentKind::BreakerOpened,
    IncidentKind::BreakerHalfOpened,
    IncidentKind::BreakerClosed,
];

/// An instant at which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When, in nanoseconds since the block's start.
    pub elapsed_nanos: u64,
    /// What sort of thing.
    pub kind: IncidentKind,
}

/// One circuit breaker over a block, as the snapshots saw it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerOver {
    /// At the newest snapshot.
    pub state: BreakerState,
    /// How long it was open within the measurement, in nanoseconds: the time before each snapshot that saw it open.
    pub open_nanos: u64,
}

/// What happened to workers, faults and breakers in a block.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResilienceOver {
    marks: Vec<Mark>,
    dropped: u64,
    counts: [u64; KINDS.len()],
    breakers: Vec<BreakerOver>,
}

/// Why the figures of a block are those of a back end that was not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degraded {
    /// Workers died, or pools broke, and were replaced as far as they may be.
    WorkersDied(u64),
    /// Attempts that their callers gave up were still running at the end, and kept workers busy.
    Stuck(u64),
}

impl ResilienceOver {
    pub(super) const fn new() -> Self {
        Self {
            marks: Vec::new(),
            dropped: 0,
            counts: [0; KINDS.len()],
            breakers: Vec::new(),
        }
    }

    /// The instants that were kept, in the order in which they were told.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// How many instants were not kept.
    #[must_use]
    pub const fn marks_dropped(&self) -> u64 {
        self.dropped
    }

    /// How often that sort of thing happened, also where its instants were not kept.
    #[must_use]
    pub const fn count(&self, kind: IncidentKind) -> u64 {
        self.counts[kind as usize]
    }

    /// The circuit breakers, by task kind in the order of the scenario; empty without any.
    #[must_use]
    pub fn breakers(&self) -> &[BreakerOver] {
        &self.breakers
    }

    /// Takes in that something happened.
    pub(super) fn tell(&mut self, incident: &Incident) {
        let count = &mut self.counts[incident.kind as usize];
        *count += 1;
        if *count > MARKS_MAX {
            self.dropped += 1;
            return;
        }
        self.marks.push(Mark {
            elapsed_nanos: incident.elapsed_nanos,
            kind: incident.kind,
        });
    }

    /// Takes in a snapshot; `last` is the one before.
    pub(super) fn take(&mut self, last: Option<&Snapshot>, snapshot: &Snapshot) {
        let measured = last
            .filter(|last| last.measure_start_nanos.is_some() && last.measure_end_nanos.is_none());
        let length = measured.map_or(0, |last| {
            snapshot.elapsed_nanos.saturating_sub(last.elapsed_nanos)
        });
        let states = &snapshot.resilience.breakers;
        self.breakers.resize(
            states.len().max(self.breakers.len()),
            BreakerOver::default(),
        );
        for (over, &state) in self.breakers.iter_mut().zip(states) {
            over.state = state;
            if state == BreakerState::Open {
                over.open_nanos += length;
            }
        }
    }
}

impl Block {
    /// What became of the attempts of measured tasks so far; none if nobody watches attempts.
    #[must_use]
    pub fn attempts(&self) -> Option<Attempts> {
        self.last.as_ref()?.resilience.attempts
    }

    /// The same as things stood when the measurement ended, before what was stuck is let go with the block: attempts
    /// that were stuck for the last second of it are, and are not among the wasted ones, which came to their end.
    #[must_use]
    pub fn attempts_at_end(&self) -> Option<Attempts> {
        let attempts = self.attempts()?;
        let stuck = self.stuck_for_long().max(attempts.stuck);
        Some(Attempts {
            wasted: attempts.wasted.saturating_sub(stuck - attempts.stuck),
            stuck,
            ..attempts
        })
    }

    /// How many attempts at the least ran for nobody all through the last second of the measurement: as many as did at
    /// its begin, without those that came to their end or were stopped in it. Others that do at its end may only be slow.
    fn stuck_for_long(&self) -> u64 {
        /// Longer than what is merely slow usually takes, and short enough for a short measurement.
        const LONG_NANOS: u64 = 1_000_000_000;
        let Some(last) = &self.last else {
            return 0;
        };
        let end = last.measure_end_nanos.unwrap_or(last.elapsed_nanos);
        let mut ended = 0;
        let intervals = self.timeline.intervals().iter().rev();
        for interval in intervals.skip_while(|interval| interval.end_nanos > end) {
            let attempts = interval.attempts.unwrap_or_default();
            if interval.end_nanos.saturating_add(LONG_NANOS) <= end {
                return attempts.stuck.saturating_sub(ended);
            }
            ended += attempts.wasted + attempts.stopped;
        }
        0
    }

    /// How many workers died, or pools broke: by the runner's last word, and without one by what was told.
    #[must_use]
    pub fn worker_deaths(&self) -> u64 {
        let told = self.resilience.count(IncidentKind::WorkerDied);
        let finished = self.finished.as_ref();
        finished.map_or(told, |finished| u64::from(finished.worker_deaths))
    }

    /// Why the back end was not whole; empty if it was, and for a block that failed, which is more than that.
    #[must_use]
    pub fn degraded(&self) -> Vec<Degraded> {
        if matches!(self.state, crate::run::BlockState::Failed { .. }) {
            return Vec::new();
        }
        let deaths = self.worker_deaths();
        let stuck = self.attempts_at_end().map_or(0, |attempts| attempts.stuck);
        let deaths = (deaths > 0).then_some(Degraded::WorkersDied(deaths));
        // While it goes on, an attempt that was given up a moment ago may yet end.
        let stuck = (stuck > 0 && self.state.is_over()).then_some(Degraded::Stuck(stuck));
        deaths.into_iter().chain(stuck).collect()
    }
}

/// What happened from one cumulative count to the next; those that are stuck are as many as at the end.
pub(super) fn since(now: &Attempts, then: &Attempts) -> Attempts {
    Attempts {
        made: now.made.saturating_sub(then.made),
        failed: now.failed.saturating_sub(then.failed),
        refused: now.refused.saturating_sub(then.refused),
        timed_out: now.timed_out.saturating_sub(then.timed_out),
        rejected: now.rejected.saturating_sub(then.rejected),
        denied: now.denied.saturating_sub(then.denied),
        stopped: now.stopped.saturating_sub(then.stopped),
        wasted: now.wasted.saturating_sub(then.wasted),
        stuck: now.stuck,
        openings: now.openings.saturating_sub(then.openings),
    }
}

/// Two neighbouring stretches together; of those that are stuck the larger number.
pub(super) fn joined(a: Option<Attempts>, b: Option<Attempts>) -> Option<Attempts> {
    let (Some(first), Some(second)) = (a, b) else {
        return a.or(b);
    };
    Some(Attempts {
        stuck: first.stuck.max(second.stuck),
        ..first.plus(&second)
    })
}

/// The more closed to attempts of two states: what a stretch of time is remembered by.
pub(super) const fn worse(a: BreakerState, b: BreakerState) -> BreakerState {
    match (a, b) {
        (BreakerState::Open, _) | (_, BreakerState::Open) => BreakerState::Open,
        (BreakerState::HalfOpen, _) | (_, BreakerState::HalfOpen) => BreakerState::HalfOpen,
        _ => BreakerState::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::drill;

    fn incident(elapsed_nanos: u64, kind: IncidentKind) -> Incident {
        Incident {
            elapsed_nanos,
            kind,
            message: String::new(),
        }
    }

    #[test]
    fn a_breaker_that_flaps_hides_no_death_and_what_is_dropped_is_counted() {
        let mut over = ResilienceOver::new();
        for at in 0..10_000 {
            over.tell(&incident(at, IncidentKind::BreakerOpened));
        }
        over.tell(&incident(10_000, IncidentKind::WorkerDied));
        assert_eq!(over.marks().len() as u64, MARKS_MAX + 1);
        assert_eq!(over.marks().last().unwrap().kind, IncidentKind::WorkerDied);
        assert_eq!(over.marks_dropped(), 10_000 - MARKS_MAX);
        assert_eq!(over.count(IncidentKind::BreakerOpened), 10_000);
        assert_eq!(over.count(IncidentKind::BreakerClosed), 0);
    }

    #[test]
    fn attempts_that_hang_are_stuck_though_the_block_lets_them_go_and_slow_ones_are_not() {
        let at_end = |wasted_each: u64| {
            let run = drill::run_of_one(
                |_| {},
                |_| drill::Tick {
                    attempts: Attempts {
                        timed_out: wasted_each,
                        wasted: wasted_each,
                        stuck: 8,
                        ..Attempts::default()
                    },
                    ..drill::Tick::calm(20)
                },
            );
            let mut block = run.blocks.into_iter().next().unwrap();
            // The last snapshot comes when all were let go.
            let last = block.last.as_mut().unwrap();
            let attempts = last.resilience.attempts.as_mut().unwrap();
            attempts.stuck = 0;
            attempts.wasted += 8;
            (block.attempts_at_end().unwrap(), block.degraded())
        };
        let (hung, degraded) = at_end(0);
        assert_eq!((hung.stuck, hung.wasted), (8, 0));
        assert_eq!(degraded, [Degraded::Stuck(8)]);
        let (slow, degraded) = at_end(2);
        assert_eq!((slow.stuck, slow.wasted), (0, 120 * 2 + 8));
        assert_eq!(degraded, []);
    }

    #[test]
    fn each_kind_has_a_count_of_its_own() {
        for (place, kind) in KINDS.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }

    #[test]
    fn a_stretch_is_remembered_by_the_breaker_at_its_most_closed_to_attempts() {
        use BreakerState::{Closed, HalfOpen, Open};
        assert_eq!(worse(Closed, HalfOpen), HalfOpen);
        assert_eq!(worse(Open, HalfOpen), Open);
        assert_eq!(worse(Closed, Closed), Closed);
    }

    #[test]
    fn neighbouring_stretches_add_up_and_what_is_stuck_does_not() {
        let first = Attempts {
            made: 10,
            timed_out: 4,
            stuck: 3,
            ..Attempts::default()
        };
        let second = Attempts {
            made: 5,
            stuck: 2,
            ..first
        };
        let both = joined(Some(first), Some(second)).unwrap();
        assert_eq!((both.made, both.timed_out, both.stuck), (15, 8, 3));
        assert_eq!(joined(None, Some(first)), Some(first));
        let now = Attempts {
            made: 12,
            stuck: 1,
            ..first
        };
        let since = since(&now, &first);
        assert_eq!((since.made, since.timed_out, since.stuck), (2, 0, 1));
    }
}
