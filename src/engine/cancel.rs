//! The signal that ends a block early: checked between steps, and waking whoever waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::engine::clock;

/// Set once, never reset.
#[derive(Debug, Default)]
pub struct Cancel {
    set: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Cancel {
    /// Sets it and wakes everybody who waits in [`Self::wait_until`].
    pub fn set(&self) {
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.set.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    /// Whether it was set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire)
    }

    /// Waits until the monotonic clock shows `deadline_nanos`; returns false as soon as it is set.
    pub fn wait_until(&self, deadline_nanos: u64) -> bool {
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.is_set() {
                return false;
            }
            let now = clock::now_nanos();
            if now >= deadline_nanos {
                return true;
            }
            let left = Duration::from_nanos(deadline_nanos - now);
            guard = self
                .changed
                .wait_timeout(guard, left)
                .map_or_else(|error| error.into_inner().0, |(guard, _)| guard);
        }
    }
}
