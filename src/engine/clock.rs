//! The clocks, and holding a thread to a schedule of instants.
//!
//! [`now_nanos`] is `CLOCK_MONOTONIC`: one clock for all processes of the machine, so that a worker
//! process's stamps need no translation. The engine's logic takes instants as arguments and never asks;
//! only what really runs tasks asks here.

#[cfg(target_os = "linux")]
use std::num::NonZeroU64;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
pub(in crate::engine) const fn timespec(instant_nanos: u64) -> rustix::time::Timespec {
    rustix::time::Timespec {
        tv_sec: (instant_nanos / 1_000_000_000).cast_signed(),
        tv_nsec: (instant_nanos % 1_000_000_000).cast_signed(),
    }
}

/// How much earlier to ask for being woken, so that being woken late is being woken in time.
///
/// The kernel wakes a thread 3 µs to 40 µs after the instant asked for, depending on the machine: in a virtual
/// machine that is many times what it is beside it. This learns the delay that one wake in ten stays below:
/// asking that much earlier, nine of ten wakes come at the deadline or a little later, and the tenth looks at
/// the clock for the microseconds that are left. A wait shorter than the delay is spent awake altogether, which
/// costs less than sleeping would.
#[derive(Debug)]
pub(in crate::engine) struct Lead {
    nanos: AtomicU64,
    /// Whether a wake came early already: until then it is learnt in longer steps.
    settled: AtomicBool,
    max_nanos: u64,
}

impl Lead {
    /// No wake is asked for earlier than that, so nobody is awake for longer than that.
    pub(in crate::engine) const MAX_NANOS: u64 = 40_000;
    /// One step down and nine up hold the balance at one early wake in ten.
    const STEP_UP_NANOS: u64 = 200;
    const STEP_DOWN_NANOS: u64 = 9 * Self::STEP_UP_NANOS;
    const FIRST_STEPS_NANOS: u64 = 2_000;

    /// Nothing learnt yet. With a single core nobody is awake before time: it is needed for the work.
    pub(in crate::engine) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            nanos: AtomicU64::new(0),
            settled: AtomicBool::new(false),
            max_nanos: if cores > 1 { Self::MAX_NANOS } else { 0 },
        }
    }

    /// The present value, in nanoseconds.
    pub(in crate::engine) fn nanos(&self) -> u64 {
        self.nanos.load(Ordering::Relaxed)
    }

    /// Who asked to be woken at `asked_nanos` was awake at `woken_nanos`.
    ///
    /// A step that is lost because two threads learn at once is not missed.
    pub(in crate::engine) fn learn(&self, asked_nanos: u64, woken_nanos: u64) {
        let lead = self.nanos();
        let next = if woken_nanos.saturating_sub(asked_nanos) < lead {
            self.settled.store(true, Ordering::Relaxed);
            lead.saturating_sub(Self::STEP_DOWN_NANOS)
        } else if self.settled.load(Ordering::Relaxed) {
            lead + Self::STEP_UP_NANOS
        } else {
            lead + Self::FIRST_STEPS_NANOS
        };
        let next = next.min(self.max_nanos);
        if next != lead {
            self.nanos.store(next, Ordering::Relaxed);
        }
    }
}

impl Default for Lead {
    fn default() -> Self {
        Self::new()
    }
}

/// Holds one thread to a schedule of instants: sleeps to shortly before each, then looks at the clock without
/// sleeping.
///
/// Beside the delay of the machine's wakes, which it learns, it is awake for the last 20 µs, and its lateness in
/// the median falls below a microsecond. That is done only where there is a second core, and only after a
/// wait of several times that length, so that it takes a quarter of a core at most: at higher rates the
/// thread is some microseconds late, and finds several tasks due at once.
///
/// The thread should have called [`wake_precisely`].
#[derive(Debug)]
pub struct Pacer {
    lead: Lead,
    /// The last look at the clock.
    seen_nanos: u64,
}

impl Pacer {
    /// Awake for that long before an instant, if the wake came as it usually does.
    pub const SPIN_NANOS: u64 = 20_000;
    /// The shortest wait whose end is spent awake.
    const SPIN_AFTER_NANOS: u64 = 4 * Self::SPIN_NANOS;
    /// The stop signal is looked at no less often than that.
    const STOP_LOOK_NANOS: u64 = 20_000_000;

    /// A pacer that is awake before instants only where another core is there for the work.
    #[must_use]
    pub fn new() -> Self {
        Self {
            lead: Lead::new(),
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
        self.seen_nanos = now_nanos();
        let awake_from = deadline_nanos.saturating_sub(self.early(deadline_nanos));
        loop {
            if stop() {
                return None;
            }
            if self.seen_nanos >= deadline_nanos {
                return Some(self.seen_nanos);
            }
            if self.seen_nanos >= awake_from {
                return Some(self.spin_until(deadline_nanos));
            }
            let until = awake_from.min(self.seen_nanos + Self::STOP_LOOK_NANOS);
            sleep_towards(until);
            self.seen_nanos = now_nanos();
            self.lead.learn(until, self.seen_nanos);
        }
    }

    /// How long before the deadline to be awake.
    fn early(&self, deadline_nanos: u64) -> u64 {
        let lead = self.lead.nanos();
        let left = deadline_nanos.saturating_sub(self.seen_nanos);
        if self.lead.max_nanos > 0 && left >= lead + Self::SPIN_AFTER_NANOS {
            lead + Self::SPIN_NANOS
        } else {
            lead
        }
    }

    /// For some tens of microseconds at most, see [`Self::early`].
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
        for max_nanos in [Lead::MAX_NANOS, 0] {
            let mut pacer = Pacer::new();
            pacer.lead.max_nanos = max_nanos;
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
    fn one_wake_in_ten_is_early_by_the_lead_that_was_learnt() {
        let lead = Lead {
            max_nanos: Lead::MAX_NANOS,
            ..Lead::new()
        };
        // Delays of 10 to 30 µs, evenly spread: the tenth part lies below 12 µs.
        let mut delays = (0..).map(|step: u64| 10_000 + step * 7_919 % 20_000);
        let mut learn = |wakes: usize| -> Vec<u64> {
            let learnt = delays.by_ref().take(wakes).map(|delay| {
                lead.learn(1_000_000, 1_000_000 + delay);
                lead.nanos()
            });
            learnt.collect()
        };
        assert!(learn(20).iter().any(|lead| *lead >= 10_000), "learns soon");
        learn(1_000);
        let learnt = learn(10_000);
        let mean = learnt.iter().sum::<u64>() / 10_000;
        assert!((10_500..13_500).contains(&mean), "{mean}");
    }

    #[test]
    fn the_lead_is_bounded_whatever_the_machine_does() {
        let lead = Lead::new();
        for _ in 0..1_000 {
            lead.learn(0, 50_000_000);
        }
        assert_eq!(lead.nanos(), lead.max_nanos);
        for _ in 0..1_000 {
            lead.learn(1_000, 0);
        }
        assert!(lead.nanos() <= Lead::STEP_UP_NANOS);
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
