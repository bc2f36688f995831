//! The interpreter lock between real threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::engine::clock;
use crate::engine::interpreter::rules::{InterpreterUse, Rules};

/// A lock that all threads of a block share, as those of a CPython process do.
#[derive(Debug)]
pub struct InterpreterLock {
    switch_interval: Duration,
    state: Mutex<State>,
    /// Notified when the lock was given back, if anybody waits for it.
    free: Condvar,
    /// Notified when the lock was taken, if anybody gave way.
    taken: Condvar,
    /// Whether the holder is asked to give way: what it reads at each check.
    asked: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    rules: Rules,
    /// How many threads wait for the lock.
    waiting: u32,
    /// How many threads gave way and wait until another one had it.
    giving_way: u32,
    /// Once it has ended, nobody holds it and nobody waits for it.
    ended: bool,
}

/// What came of wanting the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Got {
    /// It is held.
    Held {
        /// From when to when the thread waited for it, on the monotonic clock; none if it was free.
        waited: Option<(u64, u64)>,
    },
    /// It has ended: everybody goes on without.
    Ended,
}

impl InterpreterLock {
    /// A free lock. A thread that waits for it asks the holder to give way after `switch_interval_nanos`.
    #[must_use]
    pub fn new(switch_interval_nanos: u64) -> Self {
        Self {
            switch_interval: Duration::from_nanos(switch_interval_nanos),
            state: Mutex::default(),
            free: Condvar::new(),
            taken: Condvar::new(),
            asked: AtomicBool::new(false),
        }
    }

    /// Lets everybody go on without it, now and from now on: the block is over.
    pub fn end(&self) {
        let mut state = self.lock();
        if !state.ended {
            let _ = state.rules.release(clock::now_nanos());
            state.ended = true;
            self.free.notify_all();
            self.taken.notify_all();
        }
    }

    /// What became of it so far.
    #[must_use]
    pub fn used(&self) -> InterpreterUse {
        let state = self.lock();
        state.rules.used(clock::now_nanos())
    }

    /// Whether the holder is asked to give way.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Takes it for `thread`, a number above 0 that no other thread has, waiting until it is free.
    pub(super) fn take(&self, thread: u64) -> Got {
        let mut state = self.lock();
        if state.ended {
            return Got::Ended;
        }
        let from = clock::now_nanos();
        if state.rules.take(thread, from) {
            self.took(&state);
            return Got::Held { waited: None };
        }
        state.waiting += 1;
        loop {
            let seen = state.rules.switches();
            let (woken, waited) = self
                .free
                .wait_timeout(state, self.switch_interval)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if state.ended {
                state.waiting -= 1;
                return Got::Ended;
            }
            let now = clock::now_nanos();
            if state.rules.take(thread, now) {
                state.waiting -= 1;
                state.rules.waited(now - from);
                self.took(&state);
                return Got::Held {
                    waited: Some((from, now)),
                };
            }
            if waited.timed_out() {
                state.rules.ask(seen);
                self.asked.store(state.rules.is_asked(), Ordering::Relaxed);
            }
        }
    }

    fn took(&self, state: &State) {
        self.asked.store(false, Ordering::Relaxed);
        if state.giving_way > 0 {
            self.taken.notify_all();
        }
    }

    /// Gives it back for `thread`, which holds it; if that was asked for, waits until another one had it.
    pub(super) fn release(&self, thread: u64) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        let gives_way = state.rules.release(clock::now_nanos());
        if state.waiting > 0 {
            self.free.notify_one();
        }
        if !gives_way {
            return;
        }
        // Whoever asked still waits: it cannot have taken the lock since, or nobody would be asked.
        state.giving_way += 1;
        while !state.ended && !state.rules.has_switched_from(thread) {
            state = self
                .taken
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.giving_way -= 1;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
