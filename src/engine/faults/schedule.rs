//! When faults begin and end, and the instants at which they hit workers. Knows no clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::scenario::Fault;

/// Something that is due. Faults are told by their place in the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Due {
    /// A fault of attempts is over.
    Ended(usize),
    /// A fault of attempts begins.
    Began(usize),
    /// A fault hits a worker, if it is drawn so: its instant of that number, from 0.
    Hits(usize, u64),
}

/// What is due next, in nanoseconds from the start of the measurement.
#[derive(Debug, Default)]
pub(in crate::engine) struct Schedule {
    faults: Vec<Fault>,
    next: BinaryHeap<Reverse<(u64, Due)>>,
}

impl Schedule {
    /// Of `faults`. A fault of attempts has edges only if it does not last from the start to the end.
    pub(in crate::engine) fn new<'f>(faults: impl IntoIterator<Item = &'f Fault>) -> Self {
        let mut schedule = Self {
            faults: faults.into_iter().cloned().collect(),
            next: BinaryHeap::new(),
        };
        for (index, fault) in schedule.faults.iter().enumerate() {
            if !fault.inject.hits_attempts() {
                schedule
                    .next
                    .push(Reverse((fault.from.0, Due::Hits(index, 0))));
            } else if fault.from.0 > 0 || fault.until.is_some() {
                schedule
                    .next
                    .push(Reverse((fault.from.0, Due::Began(index))));
                if let Some(until) = fault.until {
                    schedule.next.push(Reverse((until.0, Due::Ended(index))));
                }
            }
        }
        schedule
    }

    /// When the next is due; none if nothing is any more.
    pub(in crate::engine) fn next_nanos(&self) -> Option<u64> {
        self.next.peek().map(|Reverse((due, _))| *due)
    }

    /// Takes out the next that is due.
    pub(in crate::engine) fn take_due(&mut self, elapsed_nanos: u64) -> Option<Due> {
        if self.next_nanos()? > elapsed_nanos {
            return None;
        }
        let Reverse((at, due)) = self.next.pop()?;
        if let Due::Hits(index, occurrence) = due
            && let Some(fault) = self.faults.get(index)
            && let Some(every) = fault.inject.every()
        {
            let again = at.saturating_add(every.0.max(1));
            if fault.until.is_none_or(|until| again < until.0) {
                self.next
                    .push(Reverse((again, Due::Hits(index, occurrence + 1))));
            }
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Inject;
    use crate::units::Nanos;

    fn all(mut schedule: Schedule, until: u64) -> Vec<(u64, Due)> {
        let mut all = Vec::new();
        while let Some(at) = schedule.next_nanos().filter(|at| *at <= until) {
            assert_eq!(schedule.take_due(at - 1), None, "not before");
            all.push((at, schedule.take_due(at).unwrap()));
        }
        all
    }

    #[test]
    fn windows_have_two_edges_and_workers_are_hit_at_each_instant_of_theirs() {
        let window = Fault {
            from: Nanos(10),
            until: Some(Nanos(30)),
            ..Fault::new(Inject::Error)
        };
        let always = Fault::new(Inject::Hang);
        let kill = |every: Option<u64>, from, until: Option<u64>| Fault {
            from: Nanos(from),
            until: until.map(Nanos),
            ..Fault::new(Inject::KillWorker {
                every: every.map(Nanos),
            })
        };
        let once = kill(None, 15, None);
        let often = kill(Some(10), 5, Some(35));
        let schedule = Schedule::new(&[window, always, once, often]);
        assert_eq!(
            all(schedule, u64::MAX),
            [
                (5, Due::Hits(3, 0)),
                (10, Due::Began(0)),
                (15, Due::Hits(2, 0)),
                (15, Due::Hits(3, 1)),
                (25, Due::Hits(3, 2)),
                (30, Due::Ended(0)),
            ]
        );
        let endless = Schedule::new(&[kill(Some(10), 5, None)]);
        assert_eq!(all(endless, 1_000).len(), 100);
    }
}
