//! The clocks, and sleeping until an instant.
//!
//! [`now_nanos`] is `CLOCK_MONOTONIC`: one clock for all processes of the machine, so that a worker
//! process's stamps need no translation. The engine's logic takes instants as arguments and never asks;
//! only what really runs tasks asks here.

use std::num::NonZeroU64;
use std::time::Duration;

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

/// Sleeps until the monotonic clock shows `deadline_nanos`.
pub fn sleep_until(deadline_nanos: u64) {
    loop {
        let now = now_nanos();
        if now >= deadline_nanos {
            return;
        }
        std::thread::sleep(Duration::from_nanos(deadline_nanos - now));
    }
}
