//! Waits of async tasks that end within some microseconds of their instant.
//!
//! The timer of the async runtime (tokio) counts whole milliseconds, so it is not used. Here a sorted list of
//! deadlines stands before one timer of the kernel, which wakes the event loop like any other of its
//! events: the waits are in the loop that runs the tasks, and no thread has to hand anything over.
//!
//! What one wait costs in time is about one system call, shared by all waits that end within
//! [`COALESCE_NANOS`]; in memory, an entry in a tree of about fifty bytes beside its task.

mod alarm;
mod deadlines;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use crate::engine::clock::{self, Lead};
use alarm::Alarm;
use deadlines::{Deadlines, Key};

/// Waits that end within that time of each other end together, at the latest of their instants. Less than
/// what the kernel needs to wake a thread.
pub const COALESCE_NANOS: u64 = 5_000;

/// Once the timer has ended, no deadline is later.
const ENDED: u64 = u64::MAX;
/// No wait is due later; below [`ENDED`].
const LATEST: u64 = u64::MAX - 1;

/// The timer of one async runtime. Clones are the same timer.
#[derive(Debug, Clone)]
pub struct Timer(Arc<Shared>);

/// What the timer, its waits and its alarm share.
#[derive(Debug)]
struct Shared {
    /// Waits that are due at or before this instant have been taken off the list and woken.
    released_nanos: AtomicU64,
    deadlines: Mutex<Deadlines>,
    alarm: Alarm,
    lead: Lead,
}

impl Timer {
    /// The timer of the runtime on whose thread this is called.
    ///
    /// # Errors
    /// If the system refuses a timer.
    ///
    /// # Panics
    /// Outside of a runtime, or in one without I/O.
    pub fn start() -> io::Result<Self> {
        Self::with(Alarm::new()?)
    }

    fn with(alarm: Alarm) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            released_nanos: AtomicU64::new(0),
            deadlines: Mutex::new(Deadlines::default()),
            alarm,
            lead: Lead::new(),
        });
        alarm::drive(&shared)?;
        Ok(Self(shared))
    }

    /// Waits until the monotonic clock shows `deadline_nanos`. The wait yields false if [`Self::end`] cut it.
    pub fn wait_until(&self, deadline_nanos: u64) -> Wait<'_> {
        Wait {
            shared: &self.0,
            deadline_nanos: deadline_nanos.min(LATEST),
            key: None,
        }
    }

    /// Ends every wait, now and from now on.
    pub fn end(&self) {
        self.0.end();
    }

    /// Ends every wait when called; does not keep the timer.
    pub fn ender(&self) -> impl Fn() + Send + Sync + use<> {
        let timer: Weak<Shared> = Arc::downgrade(&self.0);
        move || {
            if let Some(shared) = timer.upgrade() {
                shared.end();
            }
        }
    }
}

/// What comes after a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The alarm, if anybody waits.
    Alarm,
    /// Another release, within the delay of a wake.
    Soon,
}

impl Shared {
    /// The alarm rings: learns from how late it is.
    fn ring(&self) {
        if let Some(asked_nanos) = self.lock().rung() {
            self.lead.learn(asked_nanos, clock::now_nanos());
        }
    }

    /// Wakes the waits that are due, and sets the alarm for the next. Where that is so near that the alarm
    /// would come too late, says so: then this is to be called again soon.
    #[must_use]
    fn release(&self) -> Next {
        let (due, next) = {
            let mut deadlines = self.lock();
            let now = clock::now_nanos();
            if self.released_nanos.load(Ordering::Relaxed) == ENDED {
                return Next::Alarm;
            }
            // Under the lock, so that no wait that is due by now comes onto the list afterwards.
            self.released_nanos.store(now, Ordering::Release);
            let due = deadlines.take_due(now);
            let lead = self.lead.nanos();
            let next = match deadlines.next_alarm(COALESCE_NANOS, lead) {
                Some(instant) if instant <= now => Next::Soon,
                Some(instant) => {
                    deadlines.set_alarm(instant, now);
                    self.alarm.set(instant);
                    Next::Alarm
                }
                None => Next::Alarm,
            };
            (due, next)
        };
        for waker in due {
            waker.wake();
        }
        next
    }

    fn end(&self) {
        let all = {
            let mut deadlines = self.lock();
            self.released_nanos.store(ENDED, Ordering::Release);
            deadlines.take_due(ENDED)
        };
        for waker in all {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Deadlines> {
        self.deadlines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait of one task; see [`Timer::wait_until`].
#[derive(Debug)]
#[must_use = "a wait does nothing unless it is awaited"]
pub struct Wait<'t> {
    shared: &'t Shared,
    deadline_nanos: u64,
    /// While it is on the list.
    key: Option<Key>,
}

impl Wait<'_> {
    /// When it is to be over, on the monotonic clock.
    #[must_use]
    pub const fn deadline_nanos(&self) -> u64 {
        self.deadline_nanos
    }

    /// Whether it is over, and how.
    fn over(&self) -> Option<bool> {
        match self.shared.released_nanos.load(Ordering::Acquire) {
            ENDED => Some(false),
            released => (self.deadline_nanos <= released).then_some(true),
        }
    }
}

impl Future for Wait<'_> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        if let Some(key) = self.key
            && self.over().is_none()
        {
            // Somebody else woke the task, or the alarm did.
            let mut deadlines = self.shared.lock();
            if self.over().is_none() {
                deadlines.update(key, context.waker());
                return Poll::Pending;
            }
        } else {
            let now = clock::now_nanos();
            if now >= self.deadline_nanos {
                return Poll::Ready(self.over() != Some(false));
            }
            let mut deadlines = self.shared.lock();
            if self.over().is_none() {
                let (waker, lead) = (context.waker().clone(), self.shared.lead.nanos());
                let (key, alarm) = deadlines.add(self.deadline_nanos, waker, now, lead);
                if let Some(instant) = alarm {
                    self.shared.alarm.set(instant);
                }
                drop(deadlines);
                self.key = Some(key);
                return Poll::Pending;
            }
        }
        // Whoever released it took it off the list.
        self.key = None;
        Poll::Ready(self.over() != Some(false))
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take()
            && self.over().is_none()
        {
            self.shared.lock().remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime(loops: usize) -> tokio::runtime::Runtime {
        let mut builder = if loops == 1 {
            tokio::runtime::Builder::new_current_thread()
        } else {
            tokio::runtime::Builder::new_multi_thread()
        };
        builder.worker_threads(loops).enable_io().build().unwrap()
    }

    /// On each kind of alarm, on one and on two event loops.
    fn everywhere<F: Future<Output = ()>>(test: impl Fn(Timer) -> F) {
        for loops in [1, 2] {
            for alarm in [Alarm::new, || Ok(Alarm::thread())] {
                runtime(loops).block_on(async {
                    let timer = Timer::with(alarm().unwrap()).unwrap();
                    test(timer).await;
                });
            }
        }
    }

    #[test]
    fn no_wait_is_early_and_every_wait_ends() {
        everywhere(|timer| async move {
            let tasks: Vec<_> = (0..200)
                .map(|number: u64| {
                    let timer = timer.clone();
                    tokio::spawn(async move {
                        for step in 0..5 {
                            let nanos = (number * 7_919 + step * 104_729) % 3_000_000;
                            let due = clock::now_nanos() + nanos;
                            assert!(timer.wait_until(due).await);
                            assert!(clock::now_nanos() >= due);
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(timer.0.lock().len(), 0);
        });
    }

    #[test]
    fn ending_the_timer_ends_every_wait_now_and_later() {
        everywhere(|timer| async move {
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let timer = timer.clone();
                    tokio::spawn(async move { timer.wait_until(u64::MAX).await })
                })
                .collect();
            while timer.0.lock().len() < 100 {
                tokio::task::yield_now().await;
            }
            timer.ender()();
            for task in tasks {
                assert!(!task.await.unwrap(), "the wait was cut");
            }
            assert!(!timer.wait_until(u64::MAX).await);
            assert!(!timer.wait_until(0).await);
        });
    }

    #[test]
    fn a_wait_that_is_dropped_leaves_the_list_and_the_others_go_on() {
        everywhere(|timer| async move {
            let far = clock::now_nanos() + 3_600_000_000_000;
            for _ in 0..10 {
                tokio::select! {
                    biased;
                    _ = timer.wait_until(far) => panic!("an hour has not passed"),
                    () = std::future::ready(()) => {}
                }
            }
            assert_eq!(timer.0.lock().len(), 0);
            assert!(timer.wait_until(clock::now_nanos() + 1_000).await);
        });
    }

    #[test]
    fn a_wait_that_moves_to_another_task_wakes_that_one() {
        everywhere(|timer| async move {
            let far = clock::now_nanos() + 20_000_000;
            let mut wait = Box::pin(timer.wait_until(far));
            let first = std::future::poll_fn(|context| Poll::Ready(wait.as_mut().poll(context)));
            let over = tokio::task::unconstrained(first).await.is_ready();
            // Only a machine that slept in between finds it over.
            assert!(!over || clock::now_nanos() >= far);
            if !over {
                assert!(wait.await);
            }
            assert!(clock::now_nanos() >= far);
        });
    }

    #[test]
    fn the_thread_that_rings_ends_with_its_timer() {
        runtime(1).block_on(async {
            let alarm = Alarm::thread();
            let Alarm::Thread(bell) = &alarm else {
                unreachable!("it was made as one");
            };
            let bell = Arc::downgrade(bell);
            drop(Timer::with(alarm).unwrap());
            let deadline = clock::now_nanos() + 120_000_000_000;
            while bell.strong_count() > 0 {
                assert!(clock::now_nanos() < deadline, "the thread is gone");
                std::thread::yield_now();
            }
        });
    }
}
