//! Figures that have parts: where the time of a task went, what shared counters lost, what each pool held.

use crate::run::{Block, PoolKind, PoolOver, TimeSplit};
use crate::scenario::Protection;

/// Means over the tasks whose time was split, in nanoseconds. The nine parts add up to their response time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitFigures {
    /// How many tasks were split.
    pub tasks: u64,
    /// Intended start to offer: the generator's own lateness.
    pub schedule_delay_nanos: f64,
    /// Earlier attempts and back-off; 0 where each task has one attempt.
    pub retries_nanos: f64,
    /// In queues: before the first worker, between pools, at barriers.
    pub queue_wait_nanos: f64,
    /// Dispatch, and the way to a worker process.
    pub dispatch_nanos: f64,
    /// Waiting for locks.
    pub lock_wait_nanos: f64,
    /// Waiting for the modelled interpreter lock; 0 without one.
    pub interpreter_wait_nanos: f64,
    /// Using a core, by the clock of the thread's CPU time.
    pub on_cpu_nanos: f64,
    /// Neither using a core nor waiting for a lock.
    pub waiting_nanos: f64,
    /// From the last instruction to the result being known to the caller.
    pub return_nanos: f64,
}

impl SplitFigures {
    /// Over all measured tasks of `blocks`; none while none was split.
    pub(super) fn of(blocks: &[&Block]) -> Option<Self> {
        let mut sum = TimeSplit::default();
        for last in blocks.iter().filter_map(|block| block.last.as_ref()) {
            let split = last.measured.split;
            sum.tasks += split.tasks;
            sum.schedule_delay_nanos += split.schedule_delay_nanos;
            sum.retries_nanos += split.retries_nanos;
            sum.queue_wait_nanos += split.queue_wait_nanos;
            sum.dispatch_nanos += split.dispatch_nanos;
            sum.lock_wait_nanos += split.lock_wait_nanos;
            sum.interpreter_wait_nanos += split.interpreter_wait_nanos;
            sum.on_cpu_nanos += split.on_cpu_nanos;
            sum.off_cpu_nanos += split.off_cpu_nanos;
            sum.return_nanos += split.return_nanos;
        }
        let mean = |nanos: u64| nanos as f64 / sum.tasks as f64;
        (sum.tasks > 0).then(|| Self {
            tasks: sum.tasks,
            schedule_delay_nanos: mean(sum.schedule_delay_nanos),
            retries_nanos: mean(sum.retries_nanos),
            queue_wait_nanos: mean(sum.queue_wait_nanos),
            dispatch_nanos: mean(sum.dispatch_nanos),
            lock_wait_nanos: mean(sum.lock_wait_nanos),
            interpreter_wait_nanos: mean(sum.interpreter_wait_nanos),
            on_cpu_nanos: mean(sum.on_cpu_nanos),
            waiting_nanos: mean(sum.off_cpu_nanos),
            return_nanos: mean(sum.return_nanos),
        })
    }

    /// The parts in the order in which a task passes them, with the words for people.
    #[must_use]
    pub const fn parts(&self) -> [(&'static str, f64); 9] {
        [
            ("schedule delay", self.schedule_delay_nanos),
            ("earlier attempts and back-off", self.retries_nanos),
            ("queue wait", self.queue_wait_nanos),
            ("dispatch and transfer", self.dispatch_nanos),
            ("lock wait", self.lock_wait_nanos),
            ("interpreter lock", self.interpreter_wait_nanos),
            ("on CPU", self.on_cpu_nanos),
            ("waiting", self.waiting_nanos),
            ("return of the result", self.return_nanos),
        ]
    }
}

/// Additions to shared counters that do not show in their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostUpdates {
    /// Of all counters together.
    pub total: u64,
    /// One entry per protection that a counter of the scenario has.
    pub by_protection: Vec<CounterFigures>,
}

/// The counters of one protection, added up over the blocks, warm-up included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterFigures {
    /// How they were protected.
    pub protection: Protection,
    /// How many additions were done.
    pub additions: u64,
    /// How many of them do not show.
    pub lost: u64,
}

impl LostUpdates {
    /// Over all `blocks`; none without a counter.
    pub(super) fn of(blocks: &[&Block]) -> Option<Self> {
        let mut by_protection: Vec<CounterFigures> = Vec::new();
        let lasts = blocks.iter().filter_map(|block| block.last.as_ref());
        for counter in lasts.flat_map(|last| &last.counters) {
            let known = |figures: &CounterFigures| figures.protection == counter.protection;
            let place = by_protection.iter().position(known).unwrap_or_else(|| {
                by_protection.push(CounterFigures {
                    protection: counter.protection,
                    additions: 0,
                    lost: 0,
                });
                by_protection.len() - 1
            });
            by_protection[place].additions += counter.additions;
            by_protection[place].lost += counter.lost_updates();
        }
        by_protection.sort_by_key(|figures| figures.protection);
        (!by_protection.is_empty()).then(|| Self {
            total: by_protection.iter().map(|figures| figures.lost).sum(),
            by_protection,
        })
    }
}

/// One pool over the measurements of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolFigures {
    /// What its workers are.
    pub kind: PoolKind,
    /// How many workers.
    pub workers: u32,
    /// Tasks in the queue in front of it, mean over the snapshots.
    pub queued_mean: f64,
    /// The longest queue in front of it at a snapshot.
    pub queued_peak: u64,
    /// Tasks under way on it, mean over the snapshots.
    pub in_flight_mean: f64,
}

impl PoolFigures {
    /// Over all `blocks`, whose pools come in the same order.
    pub(super) fn of(blocks: &[&Block]) -> Vec<Self> {
        let mut pools: Vec<PoolOver> = Vec::new();
        for block in blocks {
            for (place, pool) in block.pools.iter().enumerate() {
                match pools.get_mut(place) {
                    Some(sum) => *sum = sum.plus(pool),
                    None => pools.push(*pool),
                }
            }
        }
        let figures = |pool: &PoolOver| Self {
            kind: pool.kind,
            workers: pool.workers,
            queued_mean: pool.queued_mean(),
            queued_peak: pool.queued_peak,
            in_flight_mean: pool.in_flight_mean(),
        };
        pools.iter().map(figures).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Counter;
    use crate::support;

    #[test]
    fn the_parts_of_a_task_add_up_to_its_response_time() {
        let run = support::finished_run();
        let blocks: Vec<&Block> = run.blocks_of(1).collect();
        let split = SplitFigures::of(&blocks).unwrap();
        let response = blocks[0].measured.response.mean().unwrap();
        let sum: f64 = split.parts().iter().map(|(_, nanos)| nanos).sum();
        // The synthetic response time begins at the offer, and not all of its parts are equally late.
        assert!((sum / response - 1.0).abs() < 0.05, "{sum} of {response}");
        let waiting = support::waiting_run();
        assert_eq!(
            SplitFigures::of(&waiting.blocks.iter().collect::<Vec<_>>()),
            None
        );
    }

    #[test]
    fn lost_updates_are_counted_by_protection_over_all_blocks() {
        let mut run = support::repeated_run();
        assert_eq!(
            LostUpdates::of(&run.blocks.iter().collect::<Vec<_>>()),
            None
        );
        let counter = |protection, value| Counter {
            protection,
            additions: 100,
            value,
        };
        for block in &mut run.blocks {
            let counters = &mut block.last.as_mut().unwrap().counters;
            counters.push(counter(Protection::Atomic, 100));
            counters.push(counter(Protection::Unprotected, 93));
        }
        let blocks: Vec<&Block> = run.blocks_of(1).collect();
        let lost = LostUpdates::of(&blocks).unwrap();
        assert_eq!(lost.total, 14);
        let by: Vec<_> = lost
            .by_protection
            .iter()
            .map(|one| (one.protection, one.additions, one.lost))
            .collect();
        assert_eq!(
            by,
            [
                (Protection::Unprotected, 200, 14),
                (Protection::Atomic, 200, 0)
            ]
        );
    }
}
