//! The phases of a block as a state machine: told the time and what is outstanding, it says what is next.
//!
//! Warm-up, measurement, drain. A batch first lets its warm-up run dry, so that the list starts on an idle
//! back end, and is measured until its last task is done. It starts a moment after that: until then what is seen of the
//! idle back end is told, and an executor that is handed the whole list is given time to have it at hand, as a program
//! has its arguments before it looks at the clock.
//! It has no clock of its own, so tests drive it with any instants.

use crate::scenario::{Load, Scenario};

/// The lengths that decide, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Warm-up.
    pub warm_up_nanos: u64,
    /// Measurement; of a batch the longest it may take.
    pub measure_nanos: u64,
    /// Longest drain.
    pub drain_nanos: u64,
    /// Whether the load is a batch.
    pub batch: bool,
    /// Of a batch, from the end of the warm-up to the start.
    pub lead_nanos: u64,
}

impl Lengths {
    /// What is told of an idle back end takes half of that.
    const LEAD_NANOS: u64 = 10_000_000;
    /// A task takes a third of that to be entered in the books.
    const LEAD_NANOS_OF_TASK: u64 = 1_000;
    /// Longer than that nobody is kept waiting.
    const LEAD_NANOS_MAX: u64 = 60_000_000;

    /// Those of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            warm_up_nanos: scenario.protocol.warm_up.0,
            measure_nanos: scenario.protocol.measure.0,
            drain_nanos: scenario.protocol.drain.0,
            batch: matches!(scenario.load, Load::Batch { .. }),
            lead_nanos: match scenario.load {
                Load::Batch { tasks, .. } => tasks
                    .saturating_mul(Self::LEAD_NANOS_OF_TASK)
                    .saturating_add(Self::LEAD_NANOS)
                    .min(Self::LEAD_NANOS_MAX),
                _ => 0,
            },
        }
    }
}

/// Where a block stands. Instants are nanoseconds since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Tasks run and do not count.
    WarmUp,
    /// Batches only: the warm-up's tasks run dry.
    Settling,
    /// Tasks that become due count.
    Measure,
    /// Nothing becomes due; what is under way may end.
    Drain,
    /// Over.
    Over,
}

/// The state machine.
#[derive(Debug, Clone)]
pub struct Phases {
    lengths: Lengths,
    stand: Stand,
    /// When the present stand began.
    since_nanos: u64,
    measure_start_nanos: Option<u64>,
    measure_end_nanos: Option<u64>,
    /// Whether the measurement was cut before its end.
    cut: bool,
}

/// What the machine is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Now, in nanoseconds since the block's start.
    pub now_nanos: u64,
    /// When the last task ended so far, in nanoseconds since the block's start; 0 if none.
    pub last_end_nanos: u64,
    /// Admitted tasks that have not come to an end.
    pub outstanding: u64,
    /// Whether a stop was asked for.
    pub stop: bool,
}

impl Phases {
    /// At the start of a block.
    #[must_use]
    pub const fn new(lengths: Lengths) -> Self {
        Self {
            lengths,
            stand: Stand::WarmUp,
            since_nanos: 0,
            measure_start_nanos: None,
            measure_end_nanos: None,
            cut: false,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn stand(&self) -> Stand {
        self.stand
    }

    /// When the measurement began, or that of a batch is about to begin; none before that is known.
    #[must_use]
    pub const fn measure_start_nanos(&self) -> Option<u64> {
        self.measure_start_nanos
    }

    /// When the measurement ended; none before.
    #[must_use]
    pub const fn measure_end_nanos(&self) -> Option<u64> {
        self.measure_end_nanos
    }

    /// Whether a batch came to its end before the limit.
    #[must_use]
    pub const fn batch_done(&self) -> bool {
        self.lengths.batch && self.measure_end_nanos.is_some() && !self.cut
    }

    /// The instant at which the next change is due by time alone.
    #[must_use]
    pub const fn deadline_nanos(&self) -> u64 {
        let length = match self.stand {
            Stand::WarmUp => self.lengths.warm_up_nanos,
            Stand::Measure => self.lengths.measure_nanos,
            // The warm-up has no more tasks under way than the batch has in all: where they take longer than the
            // batch may, it will not be done in time either.
            Stand::Settling if self.lengths.measure_nanos > self.lengths.drain_nanos => {
                self.lengths.measure_nanos
            }
            Stand::Settling | Stand::Drain => self.lengths.drain_nanos,
            Stand::Over => 0,
        };
        self.since_nanos.saturating_add(length)
    }

    /// Moves on by at most one stand; says whether it did.
    pub fn advance(&mut self, facts: Facts) -> bool {
        let due = facts.now_nanos >= self.deadline_nanos();
        let idle = facts.outstanding == 0;
        let next = match self.stand {
            Stand::Over => return false,
            // Never from the measurement straight to the end: its edge is looked at while all still live.
            Stand::Measure if facts.stop || due || (self.lengths.batch && idle) => Stand::Drain,
            _ if facts.stop => Stand::Over,
            Stand::WarmUp if due && self.lengths.batch => Stand::Settling,
            Stand::WarmUp if due => Stand::Measure,
            Stand::Settling if idle || due => Stand::Measure,
            // A batch that is not done at its limit is cut; there is nothing to wait for after it.
            Stand::Drain if self.lengths.batch || idle || due => Stand::Over,
            _ => return false,
        };
        self.cut |= self.stand == Stand::Measure && (facts.stop || (self.lengths.batch && !idle));
        // Edges by time alone lie where they were planned, however late they are noticed.
        let by_time = due && !facts.stop && !self.lengths.batch;
        let batch_done = self.lengths.batch && self.stand == Stand::Measure && idle;
        let at = if by_time {
            self.deadline_nanos()
        } else if batch_done {
            facts.last_end_nanos.max(self.since_nanos)
        } else {
            // Of a batch that was stopped before it began nothing was measured.
            facts.now_nanos.max(self.since_nanos)
        };
        let lead_nanos = match next {
            Stand::Measure if self.lengths.batch => self.lengths.lead_nanos,
            _ => 0,
        };
        let at = at.saturating_add(lead_nanos);
        if next == Stand::Measure {
            self.measure_start_nanos = Some(at);
        } else if self.stand == Stand::Measure {
            self.measure_end_nanos = Some(at);
        }
        self.stand = next;
        self.since_nanos = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(now_nanos: u64, outstanding: u64) -> Facts {
        Facts {
            now_nanos,
            last_end_nanos: 0,
            outstanding,
            stop: false,
        }
    }

    const LENGTHS_OF_BATCH: Lengths = Lengths {
        warm_up_nanos: 100,
        measure_nanos: 1_000,
        drain_nanos: 50,
        batch: true,
        lead_nanos: 0,
    };

    fn phases(batch: bool) -> Phases {
        Phases::new(Lengths {
            batch,
            ..LENGTHS_OF_BATCH
        })
    }

    #[test]
    fn phases_follow_the_plan_however_late_the_looks_come() {
        let mut phases = phases(false);
        assert!(!phases.advance(facts(99, 5)));
        assert!(phases.advance(facts(130, 5)));
        assert_eq!(
            (phases.stand(), phases.measure_start_nanos()),
            (Stand::Measure, Some(100))
        );
        assert_eq!(phases.deadline_nanos(), 1_100);
        assert!(phases.advance(facts(1_107, 5)));
        assert_eq!(
            (phases.stand(), phases.measure_end_nanos()),
            (Stand::Drain, Some(1_100))
        );
        assert!(!phases.advance(facts(1_120, 1)));
        assert!(phases.advance(facts(1_121, 0)));
        assert_eq!(phases.stand(), Stand::Over);
        assert!(!phases.advance(facts(2_000, 0)));
    }

    #[test]
    fn a_drain_has_an_end_even_if_tasks_do_not() {
        let mut phases = phases(false);
        for now in [100, 1_100] {
            assert!(phases.advance(facts(now, 9)));
        }
        assert!(phases.advance(facts(1_150, 9)));
        assert_eq!(phases.stand(), Stand::Over);
    }

    #[test]
    fn a_batch_starts_on_an_idle_back_end_and_ends_with_its_last_task() {
        let mut phases = phases(true);
        assert!(phases.advance(facts(100, 2)));
        assert_eq!(phases.stand(), Stand::Settling);
        // Longer than the drain may take: as long as the batch itself.
        assert!(!phases.advance(facts(160, 1)));
        assert!(phases.advance(facts(170, 0)));
        assert_eq!(
            (phases.stand(), phases.measure_start_nanos()),
            (Stand::Measure, Some(170))
        );
        assert!(!phases.advance(facts(500, 7)));
        assert!(phases.advance(Facts {
            last_end_nanos: 777,
            ..facts(781, 0)
        }));
        assert_eq!(
            (phases.stand(), phases.measure_end_nanos()),
            (Stand::Drain, Some(777))
        );
        assert!(phases.advance(facts(782, 0)));
        assert_eq!(phases.stand(), Stand::Over);
        assert!(phases.batch_done());
    }

    #[test]
    fn a_batch_starts_a_moment_after_its_warm_up_and_its_time_runs_from_there() {
        let mut phases = Phases::new(Lengths {
            lead_nanos: 30,
            ..LENGTHS_OF_BATCH
        });
        for now in [100, 110] {
            assert!(phases.advance(facts(now, 0)));
        }
        assert_eq!(
            (phases.stand(), phases.measure_start_nanos()),
            (Stand::Measure, Some(140))
        );
        assert!(!phases.advance(facts(120, 7)), "its tasks are outstanding");
        assert_eq!(phases.deadline_nanos(), 1_140);
        let mut stopped = phases.clone();
        assert!(stopped.advance(Facts {
            stop: true,
            ..facts(125, 7)
        }));
        assert_eq!(
            (stopped.measure_start_nanos(), stopped.measure_end_nanos()),
            (Some(140), Some(140)),
            "stopped before it began"
        );
        assert!(phases.advance(Facts {
            last_end_nanos: 400,
            ..facts(402, 0)
        }));
        assert_eq!(phases.measure_end_nanos(), Some(400));
    }

    #[test]
    fn a_batch_past_its_limit_and_a_stop_are_not_done() {
        let mut phases = phases(true);
        for (now, outstanding) in [(100, 0), (100, 0), (1_100, 3), (1_101, 3)] {
            assert!(phases.advance(facts(now, outstanding)));
        }
        assert_eq!(phases.stand(), Stand::Over);
        assert!(!phases.batch_done());

        let mut stopped = Phases::new(LENGTHS_OF_BATCH);
        for now in [100, 100] {
            stopped.advance(facts(now, 0));
        }
        for now in [300, 310] {
            assert!(stopped.advance(Facts {
                stop: true,
                ..facts(now, 3)
            }));
        }
        assert_eq!(
            (stopped.stand(), stopped.measure_end_nanos()),
            (Stand::Over, Some(300))
        );
        assert!(!stopped.batch_done());
    }
}
