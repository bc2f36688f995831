//! What wakes the event loop at an instant.
//!
//! On Linux a timer of the kernel that is one of the loop's events (`timerfd_create`, section 2 of its manual); it is
//! exact whatever the thread's timer slack is. Elsewhere a thread of its own wakes the loop: one hand-over
//! more, some tens of microseconds.

use std::io;
use std::sync::{Arc, Weak};

use crate::engine::timer::{Next, Shared};

/// What rings once at the instant that was set last.
#[derive(Debug)]
pub(super) enum Alarm {
    /// The kernel's timer.
    #[cfg(target_os = "linux")]
    Kernel(std::os::fd::OwnedFd),
    /// A thread that sleeps.
    #[cfg(any(test, not(target_os = "linux")))]
    Thread(Arc<thread::Bell>),
}

impl Alarm {
    /// The best of this system.
    #[cfg(target_os = "linux")]
    pub(super) fn new() -> io::Result<Self> {
        kernel::create().map(Self::Kernel)
    }

    /// The best of this system.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self::thread())
    }

    #[cfg(any(test, not(target_os = "linux")))]
    pub(super) fn thread() -> Self {
        Self::Thread(Arc::default())
    }

    /// Rings when the monotonic clock shows `instant_nanos`, at once if it is past, and not as it was set
    /// before.
    pub(super) fn set(&self, instant_nanos: u64) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Kernel(timer) => kernel::set(timer, instant_nanos),
            #[cfg(any(test, not(target_os = "linux")))]
            Self::Thread(bell) => bell.set(Some(instant_nanos)),
        }
    }
}

#[cfg(any(test, not(target_os = "linux")))]
impl Drop for Alarm {
    fn drop(&mut self) {
        if let Self::Thread(bell) = self {
            bell.end();
        }
    }
}

/// Has `shared` release its waits whenever its alarm rings, until it is dropped or the runtime ends.
pub(super) fn drive(shared: &Arc<Shared>) -> io::Result<()> {
    match &shared.alarm {
        #[cfg(target_os = "linux")]
        Alarm::Kernel(timer) => kernel::drive(Arc::downgrade(shared), timer),
        #[cfg(any(test, not(target_os = "linux")))]
        Alarm::Thread(bell) => thread::drive(Arc::downgrade(shared), bell.clone()),
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::os::fd::OwnedFd;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use super::{Next, Shared, Weak, io};
    use crate::engine::clock;

    pub(super) fn create() -> io::Result<OwnedFd> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        Ok(timerfd_create(TimerfdClockId::Monotonic, flags)?)
    }

    pub(super) fn set(timer: &OwnedFd, instant_nanos: u64) {
        let once = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            // Zero would switch it off.
            it_value: clock::timespec(instant_nanos.max(1)),
        };
        // It fails for invalid arguments only.
        let _ = timerfd_settime(timer, TimerfdTimerFlags::ABSTIME, &once);
    }

    #[expect(
        deprecated,
        reason = "its successor is unsafe for types that may name a closed descriptor; an OwnedFd cannot"
    )]
    fn events_of(timer: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        AsyncFd::with_interest(timer, Interest::READABLE)
    }

    pub(super) fn drive(shared: Weak<Shared>, timer: &OwnedFd) -> io::Result<()> {
        // A descriptor of its own for the runtime, which may outlive the timer.
        let events = events_of(timer.try_clone()?)?;
        tokio::spawn(async move {
            // An error means that the runtime is ending.
            while let Ok(mut ring) = events.readable().await {
                // Setting it anew makes it unreadable; each ring is an event of its own, so nothing is read.
                ring.clear_ready();
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                shared.ring();
                while shared.release() == Next::Soon {
                    // The loop does what else there is to do, and comes back.
                    tokio::task::yield_now().await;
                }
            }
        });
        Ok(())
    }
}

#[cfg(any(test, not(target_os = "linux")))]
mod thread {
    use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::Duration;

    use super::{Arc, Next, Shared, Weak, io};
    use crate::engine::clock;

    /// When the thread is to ring.
    #[derive(Debug, Default)]
    pub(in crate::engine::timer) struct Bell {
        state: Mutex<State>,
        changed: Condvar,
    }

    #[derive(Debug, Default)]
    struct State {
        instant_nanos: Option<u64>,
        ended: bool,
    }

    impl Bell {
        pub(super) fn set(&self, instant_nanos: Option<u64>) {
            self.lock().instant_nanos = instant_nanos;
            self.changed.notify_one();
        }

        pub(super) fn end(&self) {
            self.lock().ended = true;
            self.changed.notify_one();
        }

        /// Waits until it is time; false when it has ended.
        fn wait(&self) -> bool {
            let mut state = self.lock();
            while !state.ended {
                let now = clock::now_nanos();
                let left = match state.instant_nanos {
                    Some(instant) if instant <= now => {
                        state.instant_nanos = None;
                        return true;
                    }
                    Some(instant) => Duration::from_nanos(instant - now),
                    None => Duration::MAX,
                };
                state = self
                    .changed
                    .wait_timeout(state, left)
                    .map_or_else(|error| error.into_inner().0, |(state, _)| state);
            }
            false
        }

        fn lock(&self) -> MutexGuard<'_, State> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    pub(super) fn drive(shared: Weak<Shared>, bell: Arc<Bell>) -> io::Result<()> {
        std::thread::Builder::new()
            .name("timer".to_owned())
            .spawn(move || {
                clock::wake_precisely();
                while bell.wait() {
                    let Some(shared) = shared.upgrade() else {
                        return;
                    };
                    shared.ring();
                    while shared.release() == Next::Soon {
                        std::hint::spin_loop();
                    }
                }
            })?;
        Ok(())
    }
}
