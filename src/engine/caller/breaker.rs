//! A circuit breaker (M. Nygard, "Release It!", 2007), counting attempts and not seconds.

use std::collections::VecDeque;

use crate::engine::resilience::{BreakerState, IncidentKind};
use crate::scenario::Breaker;

/// The breaker of one task kind. Instants are nanoseconds of any one clock.
#[derive(Debug)]
pub(super) struct Circuit {
    settings: Breaker,
    state: State,
    /// The last results, oldest first; true for those that were not good.
    results: VecDeque<bool>,
    bad: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open {
        since_nanos: u64,
    },
    HalfOpen {
        since_nanos: u64,
        /// Probes that may still begin.
        left: u32,
        /// Probes that ended well.
        good: u32,
    },
}

impl Circuit {
    pub(super) const fn new(settings: Breaker) -> Self {
        Self {
            settings,
            state: State::Closed,
            results: VecDeque::new(),
            bad: 0,
        }
    }

    pub(super) const fn state(&self) -> BreakerState {
        match self.state {
            State::Closed => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether an attempt may begin now, and what that changed.
    pub(super) fn allows(&mut self, now_nanos: u64) -> (bool, Option<IncidentKind>) {
        let is_over = |since: u64| now_nanos.saturating_sub(since) >= self.settings.open_for.0;
        match &mut self.state {
            State::Closed => (true, None),
            State::Open { since_nanos } if !is_over(*since_nanos) => (false, None),
            State::HalfOpen { left, .. } if *left > 0 => {
                *left -= 1;
                (true, None)
            }
            // Probes that never come back must not keep it half-open for ever.
            State::HalfOpen { since_nanos, .. } if !is_over(*since_nanos) => (false, None),
            State::Open { .. } | State::HalfOpen { .. } => {
                self.state = State::HalfOpen {
                    since_nanos: now_nanos,
                    left: self.settings.probes.saturating_sub(1),
                    good: 0,
                };
                (true, Some(IncidentKind::BreakerHalfOpened))
            }
        }
    }

    /// An attempt has ended; says what that changed.
    pub(super) fn record(&mut self, was_good: bool, now_nanos: u64) -> Option<IncidentKind> {
        match &mut self.state {
            State::Closed => {
                if self.results.len() >= self.settings.calls as usize
                    && self.results.pop_front() == Some(true)
                {
                    self.bad -= 1;
                }
                self.results.push_back(!was_good);
                self.bad += u32::from(!was_good);
                let full = self.results.len() >= self.settings.calls as usize;
                let limit = self.settings.failure_ratio * f64::from(self.settings.calls);
                let opens = full && f64::from(self.bad) >= limit && self.bad > 0;
                opens.then(|| self.open(now_nanos))
            }
            // Began before it opened.
            State::Open { .. } => None,
            State::HalfOpen { .. } if !was_good => Some(self.open(now_nanos)),
            State::HalfOpen { good, .. } => {
                *good += 1;
                let closes = *good >= self.settings.probes;
                if closes {
                    self.state = State::Closed;
                }
                closes.then_some(IncidentKind::BreakerClosed)
            }
        }
    }

    fn open(&mut self, now_nanos: u64) -> IncidentKind {
        self.state = State::Open {
            since_nanos: now_nanos,
        };
        self.results.clear();
        self.bad = 0;
        IncidentKind::BreakerOpened
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    fn circuit() -> Circuit {
        Circuit::new(Breaker {
            failure_ratio: 0.5,
            calls: 4,
            open_for: Nanos(100),
            probes: 2,
        })
    }

    #[test]
    fn it_opens_at_its_ratio_of_the_last_calls_and_not_before_it_has_seen_as_many() {
        let mut circuit = circuit();
        assert_eq!(circuit.record(false, 1), None);
        assert_eq!(circuit.record(true, 2), None);
        assert_eq!(circuit.record(true, 3), None);
        // One of four; then the bad one falls out.
        assert_eq!(circuit.record(true, 4), None);
        assert_eq!(circuit.record(false, 5), None);
        assert_eq!(circuit.record(false, 6), Some(IncidentKind::BreakerOpened));
        assert_eq!(circuit.state(), BreakerState::Open);
        assert_eq!(circuit.allows(105), (false, None));
    }

    fn opened_at(now: u64) -> Circuit {
        let mut circuit = circuit();
        for _ in 0..4 {
            circuit.record(false, now);
        }
        assert_eq!(circuit.state(), BreakerState::Open);
        circuit
    }

    #[test]
    fn half_open_it_lets_its_probes_run_and_closes_when_all_are_good() {
        let mut circuit = opened_at(0);
        assert_eq!(circuit.record(true, 50), None, "began before it opened");
        assert_eq!(
            circuit.allows(100),
            (true, Some(IncidentKind::BreakerHalfOpened))
        );
        assert_eq!(circuit.allows(101), (true, None));
        assert_eq!(circuit.allows(102), (false, None), "no third probe");
        assert_eq!(circuit.record(true, 110), None);
        assert_eq!(circuit.record(true, 111), Some(IncidentKind::BreakerClosed));
        // What it saw before is forgotten.
        assert_eq!(circuit.record(false, 112), None);
        assert_eq!(circuit.allows(113), (true, None));
    }

    #[test]
    fn one_bad_probe_opens_it_again_and_probes_that_never_end_are_replaced() {
        let mut circuit = opened_at(0);
        assert!(circuit.allows(100).0);
        assert_eq!(
            circuit.record(false, 120),
            Some(IncidentKind::BreakerOpened)
        );
        assert_eq!(circuit.allows(219), (false, None));
        assert!(circuit.allows(220).0 && circuit.allows(221).0);
        assert_eq!(circuit.allows(319), (false, None));
        assert_eq!(
            circuit.allows(320),
            (true, Some(IncidentKind::BreakerHalfOpened))
        );
    }
}
