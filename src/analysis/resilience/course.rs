//! How many tasks and attempts there were between two instants of a block.
//!
//! The intervals of a time line end where snapshots were taken. Between these instants tasks are taken as spread
//! evenly, so that a window may begin and end anywhere.

use crate::run::{Block, Interval};

/// What had happened at an instant, cumulative.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Edge {
    /// In nanoseconds since the block's start.
    at: u64,
    offered: u64,
    admitted: u64,
    attempted: u64,
    completed: u64,
    good: u64,
    in_time: u64,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::analysis) enum Counted {
    Offered,
    Admitted,
    Attempted,
    Completed,
    Good,
    /// The good ones that were answered within the bound of the objective on the response time; all without one.
    InTime,
}

/// The course of a block: cumulative counts at ascending instants, of all its tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::analysis) struct Course {
    edges: Vec<Edge>,
}

impl Course {
    /// O(intervals).
    pub(in crate::analysis) fn of(block: &Block) -> Self {
        Self::over(block.timeline.intervals())
    }

    pub(in crate::analysis) fn over<'a>(intervals: impl IntoIterator<Item = &'a Interval>) -> Self {
        let mut last = Edge::default();
        let mut edges = vec![last];
        for interval in intervals {
            last = Edge {
                at: interval.end_nanos,
                offered: last.offered + interval.offered,
                admitted: last.admitted + interval.admitted,
                attempted: last.attempted + interval.attempted(),
                completed: last.completed + interval.completed,
                good: last.good + interval.good,
                in_time: last.in_time + interval.good_in_time(),
            };
            edges.push(last);
        }
        Self { edges }
    }

    /// How many there were between two instants, in nanoseconds since the block's start.
    pub(in crate::analysis) fn between(&self, what: Counted, from: u64, to: u64) -> f64 {
        self.until(what, to) - self.until(what, from)
    }

    /// How many per second there were between two instants; none where no time has passed.
    pub(in crate::analysis) fn per_sec(&self, what: Counted, from: u64, to: u64) -> Option<f64> {
        let secs = to.checked_sub(from).filter(|nanos| *nanos > 0)? as f64 / 1e9;
        Some(self.between(what, from, to) / secs)
    }

    /// Attempts per task that the queue took; none where it took none.
    pub(in crate::analysis) fn amplification(&self, from: u64, to: u64) -> Option<f64> {
        let admitted = self.between(Counted::Admitted, from, to);
        (admitted > 0.0).then(|| self.between(Counted::Attempted, from, to) / admitted)
    }

    /// The instants at which counts are known, after `from` and before `to`, ascending.
    pub(in crate::analysis) fn instants(&self, from: u64, to: u64) -> impl Iterator<Item = u64> {
        let after = self.edges.partition_point(|edge| edge.at <= from);
        let later = self.edges[after..].iter().map(|edge| edge.at);
        later.take_while(move |at| *at < to)
    }

    fn until(&self, what: Counted, at: u64) -> f64 {
        let after = self.edges.partition_point(|edge| edge.at < at);
        let value = |edge: &Edge| match what {
            Counted::Offered => edge.offered,
            Counted::Admitted => edge.admitted,
            Counted::Attempted => edge.attempted,
            Counted::Completed => edge.completed,
            Counted::Good => edge.good,
            Counted::InTime => edge.in_time,
        };
        let (Some(right), Some(left)) = (
            self.edges.get(after),
            after
                .checked_sub(1)
                .and_then(|before| self.edges.get(before)),
        ) else {
            // Before the first instant, or after the last one.
            let near = self.edges.get(after).or(self.edges.last());
            return near.map_or(0.0, |edge| value(edge) as f64);
        };
        let share = (at - left.at) as f64 / (right.at - left.at) as f64;
        value(left) as f64 + share * (value(right) - value(left)) as f64
    }
}
