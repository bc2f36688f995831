//! The course of a block, in bounded memory.
//!
//! One interval per snapshot; when there are [`INTERVALS_MAX`], neighbours are merged pair by pair, so that
//! resolution halves and no task is lost: counters are added, gauges keep their largest value, and histograms
//! are merged. Merged ones keep two digits instead of three: they are for lines in charts, and the hundreds of
//! different times in a long interval would be most of the memory. The block's own histograms keep all three.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::run::resilience;
use crate::stats::{Histogram, SparseHistogram, Summary};
use crate::wire::{Attempts, BreakerState, MemoryKind, Phase, Pool, Snapshot};

/// At ten snapshots a second the first merge comes after a minute; a chart has about as many columns.
pub(super) const INTERVALS_MAX: usize = 600;

/// What happened from one instant to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Begin, in nanoseconds since the block's start.
    pub start_nanos: u64,
    /// End, in nanoseconds since the block's start.
    pub end_nanos: u64,
    /// The phase at its end.
    pub phase: Phase,
    /// Begin of the measurement, if it had begun at the interval's end.
    pub measure_start_nanos: Option<u64>,
    /// Tasks that became due, of any cohort.
    pub offered: u64,
    /// Tasks that were dropped, of any cohort.
    pub dropped: u64,
    /// Tasks that the queue took, of any cohort: each has a first attempt.
    pub admitted: u64,
    /// Attempts after the first, of any cohort.
    pub retries: u64,
    /// Tasks that ended by themselves, of any cohort.
    pub completed: u64,
    /// Those of them that were good.
    pub good: u64,
    /// Those of the good ones that were answered after the bound of the scenario's objective on the response time; 0
    /// without one.
    pub good_late: u64,
    /// Those of them that failed or timed out.
    pub failed: u64,
    /// Those of the failed that timed out; none in files that did not tell them apart yet.
    pub timed_out: Option<u64>,
    /// Response times of the tasks that ended, of any cohort, in nanoseconds.
    pub response: SparseHistogram,
    /// Tasks waiting for a worker at the end; after a merge the larger of both.
    pub queued: u64,
    /// Tasks under way at the end; after a merge the larger of both.
    pub in_flight: u64,
    /// CPU time that the back end used, in nanoseconds.
    pub cpu_nanos: u64,
    /// Memory per worker, in bytes, if it was sampled; after a merge the larger of both.
    pub memory_per_worker_bytes: Option<f64>,
    /// Memory in all, in bytes, if it was sampled; after a merge the larger of both.
    pub memory_total_bytes: Option<u64>,
    /// What became of the attempts of measured tasks, and how many were stuck at the end, after a merge the larger number
    /// of both; none if nobody watches attempts.
    pub attempts: Option<Attempts>,
    /// The circuit breakers at the end, by task kind; after a merge the one of both that lets fewer attempts run.
    pub breakers: Vec<BreakerState>,
    /// How memory was found.
    pub memory_kind: Option<MemoryKind>,
    /// The pools of the back end at the end, in the order in which a task passes them; after a merge the larger
    /// numbers of both.
    pub pools: Vec<Pool>,
    /// The longest that an event loop was late, in nanoseconds; none without an event loop, or if nothing was due.
    pub loop_lag_max_nanos: Option<u64>,
}

impl Interval {
    /// What happened between two snapshots of a block; `before` is none at its start.
    #[must_use]
    pub fn between(before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let now = after.warm_up.counts.plus(&after.measured.counts);
        let then = before
            .map(|before| before.warm_up.counts.plus(&before.measured.counts))
            .unwrap_or_default();
        let mut response = after.warm_up.response.clone();
        response.absorb(&after.measured.response);
        let memory = after.resources.memory;
        Self {
            start_nanos: before.map_or(0, |before| before.elapsed_nanos),
            end_nanos: after.elapsed_nanos,
            phase: after.phase,
            measure_start_nanos: after.measure_start_nanos,
            offered: now.offered.saturating_sub(then.offered),
            dropped: now.dropped.saturating_sub(then.dropped),
            admitted: now.admitted.saturating_sub(then.admitted),
            retries: now.retries.saturating_sub(then.retries),
            completed: now.completed().saturating_sub(then.completed()),
            good: now.good.saturating_sub(then.good),
            good_late: after
                .good_late
                .saturating_sub(before.map_or(0, |before| before.good_late)),
            failed: (now.failed + now.timed_out).saturating_sub(then.failed + then.timed_out),
            timed_out: Some(now.timed_out.saturating_sub(then.timed_out)),
            response,
            queued: now.queued,
            in_flight: now.in_flight,
            cpu_nanos: after
                .resources
                .cpu_nanos
                .saturating_sub(before.map_or(0, |before| before.resources.cpu_nanos)),
            memory_per_worker_bytes: memory.map(|memory| memory.per_worker_bytes),
            memory_total_bytes: memory.map(|memory| memory.total_bytes),
            attempts: after.resilience.attempts.map(|now| {
                let then = before.and_then(|before| before.resilience.attempts);
                resilience::since(&now, &then.unwrap_or_default())
            }),
            breakers: after.resilience.breakers.clone(),
            memory_kind: memory.map(|memory| memory.kind),
            pools: after.pools.clone(),
            loop_lag_max_nanos: (after.loop_lag.count() > 0).then_some(after.loop_lag.max),
        }
    }

    /// The figures of the response times. O(slots of a histogram).
    #[must_use]
    pub fn response_summary(&self) -> Summary {
        let mut response = Histogram::new();
        response.merge_sparse(&self.response);
        Summary::of(&response)
    }

    /// Good tasks that were answered within the bound: what counts for goodput.
    #[must_use]
    pub const fn good_in_time(&self) -> u64 {
        // Both are read one after the other while tasks end.
        self.good.saturating_sub(self.good_late)
    }

    /// Tasks that failed and did not time out; with those that did, where they are not told apart.
    #[must_use]
    pub fn failed_in_time(&self) -> u64 {
        self.failed.saturating_sub(self.timed_out.unwrap_or(0))
    }

    /// Attempts that callers made, of any cohort: first ones, and retries.
    #[must_use]
    pub const fn attempted(&self) -> u64 {
        self.admitted + self.retries
    }

    /// Attempts that callers gave up after a time limit; where nobody watches attempts there are none.
    #[must_use]
    pub fn attempts_timed_out(&self) -> u64 {
        self.attempts.map_or(0, |attempts| attempts.timed_out)
    }

    /// Length in seconds.
    #[must_use]
    pub fn secs(&self) -> f64 {
        self.end_nanos.saturating_sub(self.start_nanos) as f64 / 1e9
    }

    /// Appends the interval that follows.
    fn extend(&mut self, next: &Self) {
        self.end_nanos = next.end_nanos;
        self.phase = next.phase;
        self.measure_start_nanos = next.measure_start_nanos;
        self.offered += next.offered;
        self.dropped += next.dropped;
        self.admitted += next.admitted;
        self.retries += next.retries;
        self.completed += next.completed;
        self.good += next.good;
        self.good_late += next.good_late;
        self.failed += next.failed;
        let both = self.timed_out.zip(next.timed_out);
        self.timed_out = both.map(|(one, other)| one + other);
        self.response.absorb(&next.response);
        self.response.coarsen();
        self.queued = self.queued.max(next.queued);
        self.in_flight = self.in_flight.max(next.in_flight);
        self.cpu_nanos += next.cpu_nanos;
        self.memory_per_worker_bytes =
            larger(self.memory_per_worker_bytes, next.memory_per_worker_bytes);
        self.memory_total_bytes = self.memory_total_bytes.max(next.memory_total_bytes);
        self.attempts = resilience::joined(self.attempts, next.attempts);
        for (state, next) in self.breakers.iter_mut().zip(&next.breakers) {
            *state = resilience::worse(*state, *next);
        }
        self.memory_kind = self.memory_kind.or(next.memory_kind);
        self.loop_lag_max_nanos = self.loop_lag_max_nanos.max(next.loop_lag_max_nanos);
        if self.pools.len() < next.pools.len() {
            self.pools.clone_from(&next.pools);
        }
        for (pool, next) in self.pools.iter_mut().zip(&next.pools) {
            pool.queued = pool.queued.max(next.queued);
            pool.in_flight = pool.in_flight.max(next.in_flight);
            pool.workers = next.workers;
        }
    }
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

/// The intervals of a block, ascending and without gaps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    intervals: VecDeque<Interval>,
    /// How many snapshots one interval holds: 1, 2, 4 …
    snapshots_per_interval: u32,
    /// How many snapshots the newest interval holds so far.
    newest_holds: u32,
}

impl Timeline {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            intervals: VecDeque::new(),
            snapshots_per_interval: 1,
            newest_holds: 0,
        }
    }

    /// The intervals, ascending.
    #[must_use]
    pub const fn intervals(&self) -> &VecDeque<Interval> {
        &self.intervals
    }

    /// Looks at a time line that came from elsewhere, before it is gone on with or drawn.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.intervals.len() > INTERVALS_MAX {
            return Err(format!("it has {} intervals", self.intervals.len()));
        }
        if !self.snapshots_per_interval.is_power_of_two() {
            return Err("its intervals hold no number of snapshots".to_owned());
        }
        let histograms = self.intervals.iter().map(|interval| &interval.response);
        for histogram in histograms {
            histogram.check()?;
        }
        Ok(())
    }

    /// Appends what followed. Amortised O(1).
    pub fn push(&mut self, next: Interval) {
        let full = self.newest_holds >= self.snapshots_per_interval;
        match self.intervals.back_mut() {
            Some(newest) if !full => {
                newest.extend(&next);
                self.newest_holds += 1;
                return;
            }
            _ => {
                self.intervals.push_back(next);
                self.newest_holds = 1;
            }
        }
        if self.intervals.len() >= INTERVALS_MAX {
            self.halve();
        }
    }

    fn halve(&mut self) {
        let mut merged = VecDeque::with_capacity(INTERVALS_MAX);
        let mut old = std::mem::take(&mut self.intervals).into_iter();
        while let Some(mut first) = old.next() {
            match old.next() {
                Some(second) => {
                    first.extend(&second);
                    self.newest_holds = self.snapshots_per_interval * 2;
                }
                None => self.newest_holds = 1,
            }
            merged.push_back(first);
        }
        self.snapshots_per_interval *= 2;
        self.intervals = merged;
    }

    /// Response times of the tasks that ended in the last `nanos` before the end of interval `index`.
    #[must_use]
    pub fn response_before(&self, index: usize, nanos: u64) -> Histogram {
        let mut merged = Histogram::new();
        let Some(last) = self.intervals.get(index) else {
            return merged;
        };
        let from = last.end_nanos.saturating_sub(nanos);
        for interval in self.intervals.range(..=index).rev() {
            if interval.end_nanos <= from && merged.count() > 0 {
                break;
            }
            merged.merge_sparse(&interval.response);
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(number: u64) -> Interval {
        let mut response = Histogram::new();
        response.record(number);
        Interval {
            start_nanos: number * 100,
            end_nanos: (number + 1) * 100,
            phase: Phase::Measure,
            measure_start_nanos: Some(0),
            offered: 1,
            dropped: 0,
            admitted: 1,
            retries: 2,
            completed: 1,
            good: 1,
            good_late: 0,
            failed: 0,
            timed_out: Some(0),
            response: response.to_sparse(),
            queued: number,
            in_flight: 1,
            cpu_nanos: 10,
            memory_per_worker_bytes: None,
            memory_total_bytes: None,
            attempts: Some(Attempts {
                made: 3,
                ..Attempts::default()
            }),
            breakers: vec![if number.is_multiple_of(2) {
                BreakerState::Open
            } else {
                BreakerState::Closed
            }],
            memory_kind: None,
            pools: Vec::new(),
            loop_lag_max_nanos: Some(number),
        }
    }

    #[test]
    fn a_long_block_keeps_its_totals_in_a_bounded_number_of_intervals() {
        let mut timeline = Timeline::new();
        for number in 0..100_000 {
            timeline.push(interval(number));
            assert!(timeline.intervals().len() < INTERVALS_MAX);
        }
        let intervals = timeline.intervals();
        assert_eq!(intervals.iter().map(|i| i.completed).sum::<u64>(), 100_000);
        assert_eq!(
            intervals.iter().map(|i| i.response.count()).sum::<u64>(),
            100_000
        );
        assert_eq!(
            intervals.iter().map(Interval::attempted).sum::<u64>(),
            300_000
        );
        let made = |interval: &Interval| interval.attempts.map_or(0, |attempts| attempts.made);
        assert_eq!(intervals.iter().map(made).sum::<u64>(), 300_000);
        assert_eq!(intervals[0].breakers, [BreakerState::Open]);
        assert_eq!(intervals.back().unwrap().end_nanos, 100_000 * 100);
        assert_eq!(intervals.back().unwrap().loop_lag_max_nanos, Some(99_999));
        for (left, right) in intervals.iter().zip(intervals.iter().skip(1)) {
            assert_eq!(left.end_nanos, right.start_nanos);
        }
    }

    #[test]
    fn a_rolling_window_reaches_back_as_far_as_asked() {
        let mut timeline = Timeline::new();
        (0..10).for_each(|number| timeline.push(interval(number)));
        assert_eq!(timeline.response_before(9, 300).count(), 3);
        assert_eq!(timeline.response_before(1, 1_000).count(), 2);
        assert_eq!(timeline.response_before(99, 300).count(), 0);
    }
}
