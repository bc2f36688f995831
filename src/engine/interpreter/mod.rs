//! A model of CPython's interpreter lock (the GIL): what threads of a native back end would do if they shared one.
//!
//! A worker thread *enters* and from then on holds the lock whenever it runs. It gives the lock back around
//! whatever blocks ([`released`]), and where it computes it looks whether somebody asks for it ([`check`]). Somebody
//! asks who has waited a switch interval during which the lock did not change hands; who gave way on
//! request comes back only after another one had it. Hence the effects that CPython is known for: threads that
//! compute take turns of one interval, and a thread that waits much beside one that computes pays an interval for
//! each of its operations (the convoy effect).
//!
//! A thread's part in it is known to the thread alone, as in CPython, so that a system call deep in a stage needs no
//! handle of it. Threads that never entered, and all threads of a block without the lock, pay a look at a thread-local
//! flag.
//!
//! What it does not model: the costs of the interpreter itself. The work of a task is the native one.

mod lock;
mod rules;

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lock::Got;
pub use lock::InterpreterLock;
pub use rules::InterpreterUse;

/// What a thread knows of its part.
struct Seat {
    lock: RefCell<Option<Arc<InterpreterLock>>>,
    /// 0 before its first use.
    number: Cell<u64>,
    held: Cell<bool>,
    waited_nanos: Cell<u64>,
    last_wait: Cell<(u64, u64)>,
}

thread_local! {
    static SEAT: Seat = const {
        Seat {
            lock: RefCell::new(None),
            number: Cell::new(0),
            held: Cell::new(false),
            waited_nanos: Cell::new(0),
            last_wait: Cell::new((0, 0)),
        }
    };
}

impl Seat {
    fn number(&self) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        if self.number.get() == 0 {
            self.number.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        self.number.get()
    }

    /// Takes the lock of its process, if there is one and it is not held already.
    fn take(&self) {
        if self.held.get() {
            return;
        }
        let lock = self.lock.borrow();
        let Some(lock) = &*lock else { return };
        if let Got::Held { waited } = lock.take(self.number()) {
            self.held.set(true);
            if let Some((from, to)) = waited {
                self.add_wait(from, to);
            }
        }
    }

    /// Gives the lock back if it holds it; says whether it did.
    fn release(&self) -> bool {
        let held = self.held.replace(false);
        if held && let Some(lock) = &*self.lock.borrow() {
            lock.release(self.number());
        }
        held
    }

    fn add_wait(&self, from: u64, to: u64) {
        self.waited_nanos.set(self.waited_nanos.get() + (to - from));
        self.last_wait.set((from, to));
    }

    fn give_way_if_asked(&self) {
        let asked = self
            .lock
            .borrow()
            .as_ref()
            .is_some_and(|lock| lock.is_asked());
        if asked {
            self.release();
            self.take();
        }
    }
}

/// A thread that has entered; it leaves when this is dropped.
#[derive(Debug)]
#[must_use = "the thread leaves at once"]
pub struct Entered(PhantomData<*const ()>);

impl Drop for Entered {
    fn drop(&mut self) {
        leave();
    }
}

/// This thread shares `lock` from now on, and holds it when this returns. Nothing without a lock.
pub fn enter(lock: Option<&Arc<InterpreterLock>>) -> Entered {
    if let Some(lock) = lock {
        resume(lock);
    }
    Entered(PhantomData)
}

/// As [`enter`], where no value can be kept on the stack: to be ended by [`leave`]. Does nothing if it holds the
/// lock already.
pub fn resume(lock: &Arc<InterpreterLock>) {
    SEAT.with(|seat| {
        if seat.lock.borrow().is_none() {
            seat.lock.replace(Some(lock.clone()));
        }
        seat.take();
    });
}

/// Gives the lock back until [`resume`], if this thread holds it.
pub fn pause() {
    SEAT.with(Seat::release);
}

/// This thread shares no lock any more, and holds none.
pub fn leave() {
    SEAT.with(|seat| {
        seat.release();
        seat.lock.replace(None);
    });
}

/// Calls `blocking` without the lock, as CPython does around system calls and native code.
pub fn released<T>(blocking: impl FnOnce() -> T) -> T {
    let held = SEAT.with(Seat::release);
    let result = blocking();
    if held {
        SEAT.with(Seat::take);
    }
    result
}

/// Gives way if this thread holds the lock and somebody asks for it: what CPython does at every jump backwards and
/// every call. To be called every 50 µs or so. Some nanoseconds; one without a lock.
pub fn check() {
    SEAT.with(|seat| {
        if seat.held.get() {
            seat.give_way_if_asked();
        }
    });
}

/// Whether this thread holds the lock: what it computes then needs finer checks.
#[must_use]
pub fn is_held() -> bool {
    SEAT.with(|seat| seat.held.get())
}

/// How long this thread has waited for the lock in its life, in nanoseconds.
#[must_use]
pub fn waited_nanos() -> u64 {
    SEAT.with(|seat| seat.waited_nanos.get())
}

/// Counts the last wait to nobody any more.
pub fn forget_last_wait() {
    SEAT.with(|seat| seat.last_wait.set((0, 0)));
}

/// How much of the time since `instant_nanos` this thread spent in its last wait for the lock, in nanoseconds.
#[must_use]
pub fn last_wait_since(instant_nanos: u64) -> u64 {
    SEAT.with(|seat| {
        let (from, to) = seat.last_wait.get();
        to.saturating_sub(from.max(instant_nanos))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    use crate::engine::clock;

    const MILLI: u64 = 1_000_000;

    fn lock(switch_interval_nanos: u64) -> Arc<InterpreterLock> {
        Arc::new(InterpreterLock::new(switch_interval_nanos))
    }

    /// Runs all of `threads` and returns when the last one has ended.
    fn beside_each_other(threads: Vec<Box<dyn FnOnce() + Send + '_>>) {
        std::thread::scope(|scope| {
            for thread in threads {
                std::thread::Builder::new()
                    .spawn_scoped(scope, thread)
                    .unwrap();
            }
        });
    }

    #[test]
    fn only_one_thread_runs_at_a_time_and_all_get_their_turn() {
        let lock = lock(MILLI / 5);
        let start = clock::now_nanos();
        let inside = AtomicU64::new(0);
        let work = || {
            let _entered = enter(Some(&lock));
            // Until every thread had its turn twice: nobody ends by himself before.
            while lock.used().handovers < 6 {
                assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0);
                std::hint::spin_loop();
                assert_eq!(inside.fetch_sub(1, Ordering::Relaxed), 1);
                check();
            }
        };
        beside_each_other(vec![Box::new(work), Box::new(work), Box::new(work)]);
        let used = lock.used();
        assert!(used.held_nanos <= clock::now_nanos() - start, "{used:?}");
        assert!((5..=used.handovers).contains(&used.forced), "{used:?}");
        assert!(used.waited_nanos > 0);
        assert!(!is_held());
    }

    #[test]
    fn who_is_blocked_lets_others_in_and_takes_the_lock_again() {
        let lock = lock(3_600_000 * MILLI);
        let (came, has_come) = crossbeam_channel::bounded(1);
        let _entered = enter(Some(&lock));
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .spawn_scoped(scope, || {
                    let _entered = enter(Some(&lock));
                    came.send(is_held()).unwrap();
                })
                .unwrap();
            // It could not come in otherwise: nobody asks before an hour is over.
            assert!(released(|| {
                assert!(!is_held());
                has_come.recv().unwrap()
            }));
        });
        assert!(is_held());
        assert_eq!(lock.used().forced, 0);
        assert_eq!(lock.used().handovers, 2);
    }

    #[test]
    fn who_waits_beside_one_that_computes_asks_and_is_let_in() {
        let lock = lock(2 * MILLI);
        let served = AtomicBool::new(false);
        let (begun, has_begun) = crossbeam_channel::bounded(1);
        beside_each_other(vec![
            Box::new(|| {
                let _entered = enter(Some(&lock));
                begun.send(()).unwrap();
                while !served.load(Ordering::Relaxed) {
                    check();
                }
            }),
            Box::new(|| {
                has_begun.recv().unwrap();
                let start = clock::now_nanos();
                let _entered = enter(Some(&lock));
                assert!(waited_nanos() >= 2 * MILLI);
                assert!(last_wait_since(start) >= 2 * MILLI);
                assert_eq!(last_wait_since(clock::now_nanos()), 0);
                forget_last_wait();
                assert_eq!(last_wait_since(start), 0);
                served.store(true, Ordering::Relaxed);
            }),
        ]);
        // There on request, and back again: on request as well, if that took longer than the interval.
        let used = lock.used();
        assert_eq!(used.handovers, 2, "{used:?}");
        assert!((1..=2).contains(&used.forced), "{used:?}");
    }

    #[test]
    fn once_it_has_ended_everybody_goes_on_without_it() {
        let lock = lock(3_600_000 * MILLI);
        let (entered, has_entered) = crossbeam_channel::bounded(1);
        let (over, is_over) = crossbeam_channel::bounded::<()>(1);
        beside_each_other(vec![
            Box::new(|| {
                let _entered = enter(Some(&lock));
                entered.send(()).unwrap();
                // Holds it until the other one is through.
                let _ = is_over.recv();
            }),
            Box::new(|| {
                has_entered.recv().unwrap();
                lock.end();
                let _entered = enter(Some(&lock));
                assert!(!is_held());
                over.send(()).unwrap();
            }),
        ]);
        let used = lock.used();
        assert_eq!(used, lock.used(), "nothing is counted any more");
    }

    #[test]
    fn a_thread_without_a_lock_has_nothing_to_do_with_it() {
        let _entered = enter(None);
        check();
        assert_eq!(released(|| 5), 5);
        assert!(!is_held());
        assert_eq!(waited_nanos(), 0);
    }
}
