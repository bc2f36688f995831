//! The signal that ends a block early: checked between steps, and waking whoever waits.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::clock::{self, Lead};

/// What [`Cancel`] is before and after it was set.
const CLEAR: u32 = 0;
const SET: u32 = 1;

/// Called when the signal is set.
type Hook = Box<dyn Fn() + Send + Sync>;

/// Set once, never reset.
#[derive(Default)]
pub struct Cancel {
    state: AtomicU32,
    hooks: Mutex<Vec<Hook>>,
    waiters: waiters::Waiters,
    lead: Lead,
}

impl Cancel {
    /// Sets it, wakes everybody who waits in [`Self::wait_until`], and calls what [`Self::on_set`] was given.
    pub fn set(&self) {
        let hooks = {
            let mut hooks = self.hooks();
            self.state.store(SET, Ordering::Release);
            std::mem::take(&mut *hooks)
        };
        self.waiters.wake_all(&self.state);
        for hook in hooks {
            hook();
        }
    }

    /// Whether it was set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.state.load(Ordering::Acquire) == SET
    }

    /// Calls `hook` once, on the thread that sets the signal; now, if it is set already.
    pub fn on_set(&self, hook: impl Fn() + Send + Sync + 'static) {
        let mut hooks = self.hooks();
        if self.is_set() {
            drop(hooks);
            hook();
        } else {
            hooks.push(Box::new(hook));
        }
    }

    /// Waits until the monotonic clock shows `deadline_nanos`; returns false as soon as it is set.
    ///
    /// A thread that called [`clock::wake_precisely`] wakes some microseconds late: it asks to be woken earlier
    /// by the delay that is usual here, and is awake for what is left. Waiting threads share nothing but the
    /// signal's own word, so ten thousand of them do not stand in each other's way.
    #[must_use]
    pub fn wait_until(&self, deadline_nanos: u64) -> bool {
        let asked_nanos = deadline_nanos.saturating_sub(self.lead.nanos());
        loop {
            if self.is_set() {
                return false;
            }
            let now = clock::now_nanos();
            if now >= deadline_nanos {
                return true;
            }
            if now >= asked_nanos {
                std::hint::spin_loop();
            } else if self.waiters.wait(&self.state, asked_nanos) {
                self.lead.learn(asked_nanos, clock::now_nanos());
            }
        }
    }

    fn hooks(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_set()).finish()
    }
}

/// The kernel keeps who waits on a word in memory, until an instant of the monotonic clock.
#[cfg(target_os = "linux")]
mod waiters {
    use std::num::NonZeroU32;
    use std::sync::atomic::AtomicU32;

    use rustix::thread::futex::{self, Flags};

    use crate::engine::clock;

    #[derive(Default)]
    pub(super) struct Waiters;

    impl Waiters {
        /// Returns at `deadline_nanos`, when `word` is not clear, or earlier; says whether time was up.
        #[expect(clippy::unused_self, reason = "other systems keep their waiters in it")]
        pub(super) fn wait(&self, word: &AtomicU32, deadline_nanos: u64) -> bool {
            let deadline = clock::timespec(deadline_nanos);
            let waited = futex::wait_bitset(
                word,
                Flags::PRIVATE,
                super::CLEAR,
                Some(&deadline),
                NonZeroU32::MAX,
            );
            waited == Err(rustix::io::Errno::TIMEDOUT)
        }

        #[expect(clippy::unused_self, reason = "other systems keep their waiters in it")]
        pub(super) fn wake_all(&self, word: &AtomicU32) {
            // It fails for an address that is not mapped only.
            let _ = futex::wake(word, Flags::PRIVATE, i32::MAX.unsigned_abs());
        }
    }
}

/// Elsewhere a condition variable does.
#[cfg(not(target_os = "linux"))]
mod waiters {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Condvar, Mutex, PoisonError};
    use std::time::Duration;

    use crate::engine::clock;

    #[derive(Default)]
    pub(super) struct Waiters {
        lock: Mutex<()>,
        changed: Condvar,
    }

    impl Waiters {
        /// Returns at `deadline_nanos`, when `word` is not clear, or earlier; says whether time was up.
        pub(super) fn wait(&self, word: &AtomicU32, deadline_nanos: u64) -> bool {
            let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            if word.load(Ordering::Acquire) != super::CLEAR {
                return false;
            }
            let left = deadline_nanos.saturating_sub(clock::now_nanos());
            self.changed
                .wait_timeout(guard, Duration::from_nanos(left))
                .is_ok_and(|(_, ended)| ended.timed_out())
        }

        pub(super) fn wake_all(&self, _word: &AtomicU32) {
            // With the lock, nobody stands between their look at the word and their wait.
            let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_wait_is_never_early_and_a_deadline_that_has_passed_is_no_wait() {
        let cancel = Cancel::default();
        for micros in [0, 100, 2_000] {
            let deadline = clock::now_nanos() + micros * 1_000;
            assert!(cancel.wait_until(deadline));
            assert!(clock::now_nanos() >= deadline);
        }
    }

    #[test]
    fn setting_it_ends_every_wait_and_calls_every_hook_once() {
        let cancel = Cancel::default();
        let called = Arc::new(AtomicU32::new(0));
        let hook = |called: &Arc<AtomicU32>| {
            let called = called.clone();
            move || {
                called.fetch_add(1, Ordering::Relaxed);
            }
        };
        cancel.on_set(hook(&called));
        cancel.on_set(hook(&called));
        std::thread::scope(|scope| {
            let waiting: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| cancel.wait_until(u64::MAX)))
                .collect();
            assert_eq!(called.load(Ordering::Relaxed), 0);
            cancel.set();
            for wait in waiting {
                assert!(!wait.join().unwrap());
            }
        });
        cancel.set();
        assert_eq!(called.load(Ordering::Relaxed), 2);
        cancel.on_set(hook(&called));
        assert_eq!(called.load(Ordering::Relaxed), 3, "late hooks are called");
    }
}
