//! Adding to a counter that all tasks of the process share, protected in one of three ways.
//!
//! The unprotected counter is what `counter = counter + 1` is in most languages: read, add, write back. In this
//! language a data race of plain variables has no meaning at all, so the reading and the writing are relaxed
//! atomic operations, which compile to the same plain moves. What is left is the race of the program: who
//! writes back a sum that another one has overtaken destroys the other's updates. One thread at a time loses
//! none.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::engine::cancel::Cancel;
use crate::engine::interpreter;
use crate::engine::stages::lock::{acquire, linger};
use crate::engine::stages::shared::Apart;
use crate::engine::stages::{StageError, Workbench};
use crate::scenario::Protection;

/// Additions between two looks at the cancel signal: below a millisecond even where a lock is fought for.
const STRIDE: u64 = 5_000;
/// As [`STRIDE`], for threads that hold the interpreter lock and look whether somebody asks for it as well.
const HELD_STRIDE: u64 = 1_000;
/// Additions done are counted in so many places, by worker: counting must not serialise who races. It is done
/// once per stride, so that sharing a place does not matter.
const PLACES: usize = 16;

/// The counters of one process.
#[derive(Debug, Default)]
pub(super) struct Counters {
    unprotected: Apart<Racy>,
    locked: Apart<Mutex<u64>>,
    atomic: Apart<AtomicU64>,
    additions: [OnceLock<Vec<Apart<AtomicU64>>>; Protection::ALL.len()],
}

/// The unprotected counter.
#[derive(Debug, Default)]
struct Racy(AtomicU64);

impl Racy {
    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn write_back(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

impl Counters {
    /// Adds one, `times` times; adds to `wait_nanos` how long it waited for the lock.
    fn add(&self, protection: Protection, times: u64, worker: u64, wait_nanos: &mut u64) {
        for _ in 0..times {
            match protection {
                Protection::Unprotected => {
                    let seen = self.unprotected.0.read();
                    // Three instructions, not one: in most languages a thread can be interrupted in between.
                    self.unprotected
                        .0
                        .write_back(black_box(seen).wrapping_add(1));
                }
                Protection::Locked => {
                    let lock = &self.locked.0;
                    let mut value = acquire(lock.try_lock(), || lock.lock(), wait_nanos);
                    *value = value.wrapping_add(1);
                }
                Protection::Atomic => {
                    self.atomic.0.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        let places = self.additions[protection as usize]
            .get_or_init(|| (0..PLACES).map(|_| Apart::default()).collect());
        places[worker as usize % PLACES]
            .0
            .fetch_add(times, Ordering::Relaxed);
    }

    /// Protection, additions done and value of the counters that were used.
    pub(super) fn readings(&self) -> Vec<(Protection, u64, u64)> {
        Protection::ALL
            .into_iter()
            .filter_map(|protection| {
                let places = self.additions[protection as usize].get()?;
                let done = places
                    .iter()
                    .map(|place| place.0.load(Ordering::Relaxed))
                    .sum();
                let value = match protection {
                    Protection::Unprotected => self.unprotected.0.read(),
                    Protection::Locked => {
                        *self.locked.0.lock().unwrap_or_else(PoisonError::into_inner)
                    }
                    Protection::Atomic => self.atomic.0.load(Ordering::Relaxed),
                };
                Some((protection, done, value))
            })
            .collect()
    }
}

/// Adds to a shared counter.
#[derive(Debug)]
pub struct CounterStep {
    increments: u64,
    protection: Protection,
}

impl CounterStep {
    pub(super) const fn new(increments: u64, protection: Protection) -> Self {
        Self {
            increments,
            protection,
        }
    }

    /// The number of additions done. What the counter then shows depends on the others. A fault that has locks held for
    /// longer does so once, before the first addition.
    pub(super) fn run(&self, bench: &mut Workbench, cancel: &Cancel) -> Result<u64, StageError> {
        let added_nanos = bench.within.lock_added_nanos;
        if added_nanos > 0 && self.protection == Protection::Locked {
            let lock = &bench.shared.counters.locked.0;
            let _held = acquire(lock.try_lock(), || lock.lock(), &mut bench.lock_wait_nanos);
            linger(added_nanos, cancel)?;
        }
        let mut left = self.increments;
        let stride = if interpreter::is_held() {
            HELD_STRIDE
        } else {
            STRIDE
        };
        while left > 0 {
            if cancel.is_set() {
                return Err(StageError::Cancelled);
            }
            let times = left.min(stride);
            let wait_nanos = &mut bench.lock_wait_nanos;
            let counters = &bench.shared.counters;
            counters.add(self.protection, times, bench.id, wait_nanos);
            // Between two additions, where CPython looks since 3.10: under the lock an addition is whole.
            interpreter::check();
            left -= times;
        }
        Ok(self.increments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::Arc;

    use crate::engine::stages::Shared;

    /// `threads` workers that each execute 20 tasks of 20,000 additions; what the counters show then.
    fn raced(threads: u64, protection: Protection) -> Vec<(Protection, u64, u64)> {
        let shared = Arc::new(Shared::default());
        let step = CounterStep::new(20_000, protection);
        std::thread::scope(|scope| {
            for id in 0..threads {
                let mut bench = Workbench::new(Path::new("."), None, id, shared.clone());
                let step = &step;
                std::thread::Builder::new()
                    .spawn_scoped(scope, move || {
                        for _ in 0..20 {
                            assert_eq!(step.run(&mut bench, &Cancel::default()).unwrap(), 20_000);
                        }
                    })
                    .unwrap();
            }
        });
        shared.counters()
    }

    #[test]
    fn who_writes_back_an_overtaken_sum_loses_an_update() {
        let racy = Racy::default();
        let (one, other) = (racy.read(), racy.read());
        racy.write_back(one + 1);
        racy.write_back(other + 1);
        // Two additions were done.
        assert_eq!(racy.read(), 1);
    }

    #[test]
    fn protected_counters_lose_nothing_and_one_thread_loses_nothing_either() {
        for protection in Protection::ALL {
            assert_eq!(raced(1, protection), [(protection, 400_000, 400_000)]);
        }
        for protection in [Protection::Locked, Protection::Atomic] {
            assert_eq!(raced(3, protection), [(protection, 1_200_000, 1_200_000)]);
        }
    }

    #[test]
    fn an_unprotected_counter_never_shows_more_than_was_added() {
        let readings = raced(3, Protection::Unprotected);
        let [(Protection::Unprotected, 1_200_000, value)] = readings[..] else {
            panic!("{readings:?}");
        };
        assert!((1..=1_200_000).contains(&value), "{value}");
    }

    #[test]
    fn a_counter_that_nobody_used_is_not_reported_and_cancelled_additions_are_counted() {
        let shared = Arc::new(Shared::default());
        assert!(shared.counters().is_empty());
        let mut bench = Workbench::new(Path::new("."), None, 1, shared.clone());
        let cancel = Cancel::default();
        cancel.set();
        let step = CounterStep::new(u64::MAX, Protection::Atomic);
        assert!(matches!(
            step.run(&mut bench, &cancel),
            Err(StageError::Cancelled)
        ));
        assert!(shared.counters().is_empty());
    }
}
