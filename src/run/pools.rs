//! The pools of a back end over the measurement: how long their queues were and how busy they were.

use serde::{Deserialize, Serialize};

use crate::wire::{Pool, PoolKind};

/// Pools of a back end that are kept: there are two kinds of stage to pass, and one queue between them.
const POOLS_MAX: usize = 8;

/// One pool over the measurement, seen at each snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PoolOver {
    /// What its workers are.
    pub kind: PoolKind,
    /// How many workers, at the last snapshot.
    pub workers: u32,
    /// How many snapshots.
    pub samples: u64,
    /// Sum of the lengths of the queue in front of it.
    queued: u64,
    /// Sum of the numbers of tasks under way on it.
    in_flight: u64,
    /// The longest queue in front of it.
    pub queued_peak: u64,
}

impl PoolOver {
    /// Tasks in the queue in front of it, mean over the snapshots.
    #[must_use]
    pub fn queued_mean(&self) -> f64 {
        self.queued as f64 / self.samples.max(1) as f64
    }

    /// Tasks under way on it, mean over the snapshots.
    #[must_use]
    pub fn in_flight_mean(&self) -> f64 {
        self.in_flight as f64 / self.samples.max(1) as f64
    }

    /// The same pool in another block.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            queued: self.queued + other.queued,
            in_flight: self.in_flight + other.in_flight,
            queued_peak: self.queued_peak.max(other.queued_peak),
            ..*self
        }
    }
}

/// Takes in the pools of one snapshot, which come in the same order each time.
pub(super) fn take(over: &mut Vec<PoolOver>, now: &[Pool]) {
    for (place, pool) in now.iter().take(POOLS_MAX).enumerate() {
        if over.len() <= place {
            over.push(PoolOver {
                kind: pool.kind,
                workers: 0,
                samples: 0,
                queued: 0,
                in_flight: 0,
                queued_peak: 0,
            });
        }
        let over = &mut over[place];
        over.workers = pool.workers;
        over.samples += 1;
        over.queued += pool.queued;
        over.in_flight += pool.in_flight;
        over.queued_peak = over.queued_peak.max(pool.queued);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_keeps_its_mean_and_its_longest_queue() {
        let mut over = Vec::new();
        for queued in [0, 6, 3] {
            let pool = Pool {
                kind: PoolKind::Threads,
                workers: 4,
                queued,
                in_flight: 2,
            };
            take(&mut over, &[pool]);
        }
        let [pool] = over[..] else { panic!("{over:?}") };
        assert!((pool.queued_mean() - 3.0).abs() < 1e-9);
        assert!((pool.in_flight_mean() - 2.0).abs() < 1e-9);
        assert_eq!((pool.queued_peak, pool.samples, pool.workers), (6, 3, 4));
        assert_eq!(pool.plus(&pool).samples, 6);
    }
}
