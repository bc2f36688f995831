//! Critical sections: taking one of the process's locks, staying inside for a time, giving it back.
//!
//! All lock stages of a scenario share one set of numbered mutexes and one of numbered read-write locks: a stage
//! with `locks: 4` uses numbers 0 to 3, one with `locks: 1` meets it on number 0. Which lock a task takes,
//! whether it only reads, and how long it stays inside follow from its own draws.
//!
//! Threads use the locks of the standard library, as programs with threads do: who comes by may overtake who
//! waits. Tasks on an event loop use tokio's, which are first come, first served, and may be held across a wait
//! without holding up the loop. With computing moved to blocking threads, the stage runs there in its form for
//! threads. A block uses one form or the other, never both.

use std::sync::{LockResult, Mutex, OnceLock, PoisonError, RwLock, TryLockError, TryLockResult};

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter;
use crate::engine::stages::draw::draw;
use crate::engine::stages::shared::Apart;
use crate::engine::stages::{Loops, StageError, Workbench, cpu};
use crate::scenario::bounds::MAX_LOCKS;
use crate::scenario::{Distribution, Inside, Kernel, LockKind};
use crate::stats::rng::Rng;

/// The numbered locks of one process, each made when it is first taken.
#[derive(Debug, Default)]
pub(super) struct Locks(OnceLock<Vec<OnceLock<Box<Numbered>>>>);

/// What stands behind one number.
#[derive(Debug, Default)]
struct Numbered {
    mutex: Apart<Mutex<()>>,
    read_write: Apart<RwLock<()>>,
    async_mutex: Apart<tokio::sync::Mutex<()>>,
    async_read_write: Apart<tokio::sync::RwLock<()>>,
}

impl Locks {
    /// Number `number`, below [`MAX_LOCKS`].
    fn numbered(&self, number: u32) -> &Numbered {
        let all = self
            .0
            .get_or_init(|| (0..MAX_LOCKS).map(|_| OnceLock::new()).collect());
        all[number as usize].get_or_init(Box::default)
    }
}

/// Goes through a critical section.
#[derive(Debug)]
pub struct LockStep {
    hold: Distribution,
    inside: Inside,
    locks: u32,
    kind: LockKind,
}

/// What one task drew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Drawn {
    number: u32,
    reads: bool,
    hold_nanos: u64,
}

impl Drawn {
    /// What the task contributes to its digest: nothing of it depends on who else was there.
    const fn digest(self) -> u64 {
        self.hold_nanos ^ ((self.number as u64) << 1 | self.reads as u64).rotate_right(16)
    }
}

impl LockStep {
    pub(super) fn new(hold: Distribution, inside: Inside, locks: u32, kind: LockKind) -> Self {
        Self {
            hold,
            inside,
            locks: locks.clamp(1, MAX_LOCKS),
            kind,
        }
    }

    fn draw(&self, rng: &mut Rng) -> Drawn {
        let number = (rng.next_u64() % u64::from(self.locks)) as u32;
        let drawn = rng.unit();
        Drawn {
            number,
            reads: matches!(self.kind, LockKind::ReadWrite { readers } if drawn < readers),
            hold_nanos: draw(self.hold, rng),
        }
    }

    /// The form for threads. Whoever is inside when the block is cancelled leaves at once, and so does each
    /// that comes in after it.
    pub(super) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        let drawn = self.draw(rng);
        let locks = bench.shared.locks.numbered(drawn.number);
        let wait_nanos = &mut bench.lock_wait_nanos;
        let added_nanos = bench.within.lock_added_nanos;
        let mut inside = || {
            let digest = self.stay(drawn, rng, cancel)?;
            linger(added_nanos, cancel)?;
            Ok(digest)
        };
        match self.kind {
            LockKind::Mutex => {
                let lock = &locks.mutex.0;
                let _guard = acquire(lock.try_lock(), || lock.lock(), wait_nanos);
                inside()
            }
            LockKind::ReadWrite { .. } if drawn.reads => {
                let lock = &locks.read_write.0;
                let _guard = acquire(lock.try_read(), || lock.read(), wait_nanos);
                inside()
            }
            LockKind::ReadWrite { .. } => {
                let lock = &locks.read_write.0;
                let _guard = acquire(lock.try_write(), || lock.write(), wait_nanos);
                inside()
            }
        }
    }

    /// What a task does while it holds the lock.
    fn stay(&self, drawn: Drawn, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        if cancel.is_set() {
            return Err(StageError::Cancelled);
        }
        match self.inside {
            Inside::Cpu => cpu::compute_for(Kernel::SumOfSquares, drawn.hold_nanos, rng, cancel)?,
            Inside::Wait => {
                let until = clock::now_nanos() + drawn.hold_nanos;
                if !interpreter::released(|| cancel.wait_until(until)) {
                    return Err(StageError::Cancelled);
                }
            }
        }
        Ok(drawn.digest())
    }

    /// The form for event loops: waiting for the lock, and waiting inside, leave the loop to others.
    pub(super) async fn run_async(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        around: &Loops,
    ) -> Result<u64, StageError> {
        let drawn = self.draw(rng);
        let shared = bench.shared.clone();
        let locks = shared.locks.numbered(drawn.number);
        let mut waited = 0;
        let wait_nanos = &mut waited;
        let result = match self.kind {
            LockKind::Mutex => {
                let lock = &locks.async_mutex.0;
                let _guard = acquire_async(lock.try_lock().ok(), lock.lock(), wait_nanos).await;
                self.stay_async(drawn, bench, rng, around).await
            }
            LockKind::ReadWrite { .. } if drawn.reads => {
                let lock = &locks.async_read_write.0;
                let _guard = acquire_async(lock.try_read().ok(), lock.read(), wait_nanos).await;
                self.stay_async(drawn, bench, rng, around).await
            }
            LockKind::ReadWrite { .. } => {
                let lock = &locks.async_read_write.0;
                let _guard = acquire_async(lock.try_write().ok(), lock.write(), wait_nanos).await;
                self.stay_async(drawn, bench, rng, around).await
            }
        };
        bench.lock_wait_nanos += waited;
        result
    }

    async fn stay_async(
        &self,
        drawn: Drawn,
        bench: &mut Workbench,
        rng: &mut Rng,
        around: &Loops,
    ) -> Result<u64, StageError> {
        if around.cancel.is_set() {
            return Err(StageError::Cancelled);
        }
        let mut wait_nanos = bench.within.lock_added_nanos;
        match self.inside {
            Inside::Cpu => {
                bench.metered(|_| self.stay(drawn, rng, &around.cancel))?;
            }
            Inside::Wait => wait_nanos = wait_nanos.saturating_add(drawn.hold_nanos),
        }
        let until = clock::now_nanos().saturating_add(wait_nanos);
        if wait_nanos > 0 && !around.timer.wait_until(until).await {
            return Err(StageError::Cancelled);
        }
        Ok(drawn.digest())
    }
}

/// Stays for `nanos` longer without using a core: a fault has the lock held for too long.
pub(super) fn linger(nanos: u64, cancel: &Cancel) -> Result<(), StageError> {
    let until = clock::now_nanos().saturating_add(nanos);
    if nanos == 0 || interpreter::released(|| cancel.wait_until(until)) {
        Ok(())
    } else {
        Err(StageError::Cancelled)
    }
}

/// Takes a lock: `attempt` was made without waiting; only if it found the lock taken is `wait` called, and the
/// time it took added to `wait_nanos`.
pub(super) fn acquire<G>(
    attempt: TryLockResult<G>,
    wait: impl FnOnce() -> LockResult<G>,
    wait_nanos: &mut u64,
) -> G {
    match attempt {
        Ok(guard) => guard,
        // A lock that protects nothing cannot be left in a bad state.
        Err(TryLockError::Poisoned(error)) => error.into_inner(),
        Err(TryLockError::WouldBlock) => {
            let start = clock::now_nanos();
            // Without the interpreter lock, or else its holder could wait for one who waits for it.
            interpreter::released(|| {
                let guard = wait().unwrap_or_else(PoisonError::into_inner);
                *wait_nanos += clock::now_nanos() - start;
                guard
            })
        }
    }
}

/// As [`acquire`], for the locks of event loops.
async fn acquire_async<G>(
    attempt: Option<G>,
    wait: impl Future<Output = G>,
    wait_nanos: &mut u64,
) -> G {
    if let Some(guard) = attempt {
        return guard;
    }
    let start = clock::now_nanos();
    let guard = wait.await;
    *wait_nanos += clock::now_nanos() - start;
    guard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;
    use std::path::Path;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, mpsc};

    use crate::engine::stages::Shared;
    use crate::engine::timer::Timer;

    const KINDS: [LockKind; 3] = [
        LockKind::Mutex,
        LockKind::ReadWrite { readers: 0.0 },
        LockKind::ReadWrite { readers: 1.0 },
    ];

    fn bench(id: u64, shared: &Arc<Shared>) -> Workbench {
        Workbench::new(Path::new("."), None, id, shared.clone())
    }

    fn step(inside: Inside, hold: Nanos, locks: u32, kind: LockKind) -> LockStep {
        LockStep::new(Distribution::Constant(hold), inside, locks, kind)
    }

    /// What an event loop has around its tasks; to be called on one.
    fn loops(cancel: &Arc<Cancel>) -> Loops {
        Loops {
            timer: Timer::start().unwrap(),
            cancel: cancel.clone(),
            offload: false,
            interpreter: None,
        }
    }

    fn run_async(step: &LockStep, bench: &mut Workbench, cancel: &Arc<Cancel>) -> Option<u64> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                step.run_async(bench, &mut Rng::new(1, 1), &loops(cancel))
                    .await
            })
            .ok()
    }

    #[test]
    fn a_free_lock_is_no_wait_and_both_forms_do_the_same() {
        for kind in KINDS {
            for inside in [Inside::Cpu, Inside::Wait] {
                let step = step(inside, Nanos::from_micros(50), 4, kind);
                let mut bench = bench(1, &Arc::default());
                let cancel = Arc::new(Cancel::default());
                let threads = step.run(&mut bench, &mut Rng::new(1, 1), &cancel).ok();
                assert!(threads.is_some());
                assert_eq!(threads, run_async(&step, &mut bench, &cancel));
                assert_eq!(bench.spent().lock_wait_nanos, 0);
            }
        }
    }

    #[test]
    fn tasks_spread_over_the_locks_and_read_in_the_share_asked_for() {
        let step = step(
            Inside::Wait,
            Nanos::ZERO,
            4,
            LockKind::ReadWrite { readers: 0.7 },
        );
        let drawn: Vec<_> = (0..4_000)
            .map(|task| step.draw(&mut Rng::new(1, task)))
            .collect();
        for number in 0..4 {
            let found = drawn.iter().filter(|drawn| drawn.number == number).count();
            assert!((900..1_100).contains(&found), "{number}: {found}");
        }
        let reads = drawn.iter().filter(|drawn| drawn.reads).count();
        assert!((2_700..2_900).contains(&reads), "{reads}");
        assert_eq!(step.draw(&mut Rng::new(1, 3)), drawn[3]);
        let digests: std::collections::HashSet<_> =
            drawn.iter().map(|drawn| drawn.digest()).collect();
        assert_eq!(digests.len(), 8, "four locks, read or written");
    }

    #[test]
    fn who_finds_the_lock_taken_comes_in_after_it_was_released() {
        for kind in KINDS {
            let shared: Arc<Shared> = Arc::default();
            let (begun, has_begun) = mpsc::channel();
            let (released, ended) = (AtomicU32::new(0), AtomicU32::new(0));
            let step = step(Inside::Wait, Nanos::ZERO, 1, kind);
            std::thread::scope(|scope| {
                let locks = shared.locks.numbered(0);
                let guards = (locks.mutex.0.lock(), locks.read_write.0.write());
                std::thread::Builder::new()
                    .spawn_scoped(scope, || {
                        let mut bench = bench(2, &shared);
                        begun.send(()).unwrap();
                        step.run(&mut bench, &mut Rng::new(1, 1), &Cancel::default())
                            .unwrap();
                        ended.store(1 + released.load(Ordering::SeqCst), Ordering::SeqCst);
                    })
                    .unwrap();
                has_begun.recv().unwrap();
                released.store(1, Ordering::SeqCst);
                drop(guards);
            });
            assert_eq!(ended.into_inner(), 2, "{kind:?}");
        }
    }

    #[test]
    fn only_a_refused_attempt_is_timed() {
        let lock = Mutex::new(());
        let mut waited = 0;
        drop(acquire(lock.try_lock(), || lock.lock(), &mut waited));
        assert_eq!(waited, 0);
        let guard = lock.lock().unwrap();
        let refused = lock.try_lock();
        drop(guard);
        let wait = || {
            let _ = Cancel::default().wait_until(clock::now_nanos() + 1_000_000);
            lock.lock()
        };
        drop(acquire(refused, wait, &mut waited));
        assert!(waited >= 1_000_000, "{waited}");
    }

    #[test]
    fn a_mutex_lets_in_one_at_a_time_and_readers_share() {
        let most_inside = |kind| {
            let locks = Locks::default();
            let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
            let numbered = locks.numbered(0);
            let stay = || {
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                inside.fetch_sub(1, Ordering::SeqCst);
            };
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    std::thread::Builder::new()
                        .spawn_scoped(scope, || {
                            for _ in 0..200 {
                                let mut nanos = 0;
                                match kind {
                                    LockKind::Mutex => {
                                        let lock = &numbered.mutex.0;
                                        let _guard =
                                            acquire(lock.try_lock(), || lock.lock(), &mut nanos);
                                        stay();
                                    }
                                    LockKind::ReadWrite { .. } => {
                                        let lock = &numbered.read_write.0;
                                        let _guard =
                                            acquire(lock.try_write(), || lock.write(), &mut nanos);
                                        stay();
                                    }
                                }
                            }
                        })
                        .unwrap();
                }
            });
            most.into_inner()
        };
        assert_eq!(most_inside(LockKind::Mutex), 1);
        assert_eq!(most_inside(LockKind::ReadWrite { readers: 0.0 }), 1);
        let locks = Locks::default();
        let lock = &locks.numbered(0).read_write.0;
        let _one = lock.read().unwrap();
        assert!(lock.try_read().is_ok() && lock.try_write().is_err());
    }

    #[test]
    fn an_event_loop_goes_on_while_one_of_its_tasks_holds_the_lock_and_another_waits_for_it() {
        let shared: Arc<Shared> = Arc::default();
        let step = step(Inside::Wait, Nanos::from_millis(2), 1, LockKind::Mutex);
        let cancel = Arc::new(Cancel::default());
        let (mut one, mut other) = (bench(1, &shared), bench(2, &shared));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (mut rng, mut other_rng) = (Rng::new(1, 1), Rng::new(1, 2));
            let around = loops(&cancel);
            let (first, second) = tokio::join!(
                step.run_async(&mut one, &mut rng, &around),
                step.run_async(&mut other, &mut other_rng, &around)
            );
            assert!(first.is_ok() && second.is_ok());
        });
        assert_eq!(one.spent().lock_wait_nanos, 0);
        // How long depends on when it came: the other one may have held the lock for a while then.
        assert!(other.spent().lock_wait_nanos > 0);
    }

    #[test]
    fn who_waits_for_a_lock_comes_back_when_the_block_is_cancelled() {
        let shared: Arc<Shared> = Arc::default();
        let cancel = Arc::new(Cancel::default());
        for kind in KINDS {
            for inside in [Inside::Cpu, Inside::Wait] {
                let step = step(inside, Nanos::from_secs(3_600), 1, kind);
                let cancel = Arc::new(Cancel::default());
                let ended: Vec<_> = std::thread::scope(|scope| {
                    let workers: Vec<_> = (0..4)
                        .map(|id| {
                            let (step, cancel, mut bench) = (&step, &cancel, bench(id, &shared));
                            std::thread::Builder::new()
                                .spawn_scoped(scope, move || {
                                    step.run(&mut bench, &mut Rng::new(1, id), cancel)
                                })
                                .unwrap()
                        })
                        .collect();
                    cancel.set();
                    workers.into_iter().map(|w| w.join().unwrap()).collect()
                });
                assert!(
                    ended
                        .iter()
                        .all(|end| matches!(end, Err(StageError::Cancelled)))
                );
            }
        }
        cancel.set();
        for inside in [Inside::Cpu, Inside::Wait] {
            let step = step(inside, Nanos::from_secs(3_600), 1, LockKind::Mutex);
            assert_eq!(run_async(&step, &mut bench(1, &shared), &cancel), None);
        }
    }
}
