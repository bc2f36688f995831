//! The clocks, and holding a thread to a schedule of instants.
//!
//! [`now_nanos`] is `CLOCK_MONOTONIC`: one clock for all processes of the machine, so that a worker
//! process's stamps need no translation. The engine's logic takes instants as arguments and never asks;
//! only what really runs tasks asks here.

#[cfg(target_os = "linux")]
use std::num::NonZeroU64;

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds on the machine's monotonic clock. About 25 ns per call.
#[must_use]
pub fn now_nanos() -> u64 {
    nanos_of(ClockId::Monotonic)
}

/// Processor time that this thread has used, in nanoseconds. A system call of about 250 ns.
#[must_use]
pub fn thread_cpu_nanos() -> u64 {
    nanos_of(ClockId::ThreadCPUTime)
}

fn nanos_of(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

/// Asks the kernel to wake this thread when it says, instead of up to 50 µs later.
pub fn wake_precisely() {
    #[cfg(target_os = "linux")]
    // Where it is refused, sleeps are as late as they were: shown by the schedule delay.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
}

/// Sleeps until the monotonic clock shows `deadline_nanos`, or a little less where a signal comes in between.
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
fn sleep_towards(deadline_nanos: u64) {
    // To an instant and not for a time: what passes between the look at the clock and the call is not added.
    // Whoever calls looks at the clock afterwards, so an interrupted sleep needs no answer here.
    let _ = rustix::thread::clock_nanosleep_absolute(ClockId::Monotonic, &timespec(deadline_nanos));
}

/// Where the system has no sleep to an instant: for the time that is left.
#[cfg(any(target_vendor = "apple", target_os = "openbsd"))]
fn sleep_towards(deadline_nanos: u64) {
    std::thread::sleep(std::time::Duration::from_nanos(
        deadline_nanos.saturating_sub(now_nanos()),
    ));
}

/// An instant of the monotonic clock as system calls want it.
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
pub(in crate::engine) fn timespec(instant_nanos: u64) -> rustix::time::Timespec {
    rustix::time::Timespec {
        tv_sec: (instant_nanos / 1_000_000_000).cast_signed(),
        tv_nsec: (instant_nanos % 1_000_000_000).cast_signed(),
    }
}

/// Holds one thread to a schedule of instants: sleeps to shortly before each, then looks at the clock without
/// sleeping.
///
/// The kernel wakes a thread about 10 µs late; the last 20 µs are therefore spent awake, and the lateness in
/// the median falls below a microsecond. That is done only where there is a second core, and only after a
/// wait of at least four times that length, so that it takes at most a quarter of a core: at higher rates the
/// thread sleeps to each instant, is some microseconds late, and finds several tasks due at once.
///
/// The thread should have called [`wake_precisely`].
#[derive(Debug)]
pub struct Pacer {
    spins: bool,
    /// The last look at the clock.
    seen_nanos: u64,
}

impl Pacer {
    /// Awake for at most this long before an instant.
    pub const SPIN_NANOS: u64 = 20_000;
    /// The shortest wait whose end is spent awake.
    const SPIN_AFTER_NANOS: u64 = 4 * Self::SPIN_NANOS;
    /// The stop signal is looked at no less often than that.
    const STOP_LOOK_NANOS: u64 = 20_000_000;

    /// A pacer that is awake before instants only where another core is there for the work.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            spins: cores > 1,
            seen_nanos: 0,
        }
    }

    /// Waits until the monotonic clock shows `deadline_nanos` and returns what it shows then; none as soon as
    /// `stop` says so.
    ///
    /// An instant that the last look at the clock has seen already is over without another look: what is
    /// overdue is released in a batch.
    pub fn wait_until(&mut self, deadline_nanos: u64, stop: impl Fn() -> bool) -> Option<u64> {
        if deadline_nanos <= self.seen_nanos {
            return Some(self.seen_nanos);
        }
        let mut awake_from = None;
        loop {
            if stop() {
                return None;
            }
            let now = now_nanos();
            self.seen_nanos = now;
            if now >= deadline_nanos {
                return Some(now);
            }
            let awake_from = *awake_from.get_or_insert_with(|| {
                let spins = self.spins && deadline_nanos - now >= Self::SPIN_AFTER_NANOS;
                deadline_nanos - if spins { Self::SPIN_NANOS } else { 0 }
            });
            if now < awake_from {
                sleep_towards(awake_from.min(now + Self::STOP_LOOK_NANOS));
            } else {
                return Some(self.spin_until(deadline_nanos));
            }
        }
    }

    /// At most [`Self::SPIN_NANOS`] long.
    fn spin_until(&mut self, deadline_nanos: u64) -> u64 {
        loop {
            std::hint::spin_loop();
            self.seen_nanos = now_nanos();
            if self.seen_nanos >= deadline_nanos {
                return self.seen_nanos;
            }
        }
    }
}

impl Default for Pacer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_pacer_is_never_early_and_sees_each_instant() {
        for spins in [true, false] {
            let mut pacer = Pacer {
                spins,
                seen_nanos: 0,
            };
            let start = now_nanos();
            for step in [0, 1_000, 30_000, 200_000, 2_000_000] {
                let shown = pacer.wait_until(start + step, || false).unwrap();
                assert!(shown >= start + step && shown <= now_nanos());
            }
        }
    }

    #[test]
    fn what_is_overdue_is_released_in_a_batch_with_one_look_at_the_clock() {
        let mut pacer = Pacer::new();
        let start = now_nanos();
        let looks = Cell::new(0);
        let stop = || {
            looks.set(looks.get() + 1);
            false
        };
        let seen = pacer.wait_until(start, stop).unwrap();
        for due in [start - 5, start, seen] {
            assert_eq!(pacer.wait_until(due, stop), Some(seen));
        }
        assert_eq!(looks.get(), 1);
    }

    #[test]
    fn a_pacer_that_is_told_to_stop_does_not_wait() {
        let far = now_nanos() + 3_600_000_000_000;
        assert_eq!(Pacer::new().wait_until(far, || true), None);
        // Also when the word comes during the wait.
        let calls = Cell::new(0);
        let stop = || {
            calls.set(calls.get() + 1);
            calls.get() > 2
        };
        assert_eq!(Pacer::new().wait_until(far, stop), None);
    }
}
