//! What befalls one attempt.

use crate::scenario::{Crash, Inject};

/// What befalls one attempt; see [`Inject`] for the meanings. Several faults add up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affliction {
    /// It fails when its work is done.
    pub error: bool,
    /// It never comes to its end by itself.
    pub hang: bool,
    /// It takes its worker with it.
    pub crash: Option<Crash>,
    /// It takes so many times as long.
    pub slow_factor: f64,
    /// It takes so much longer, in nanoseconds.
    pub slow_added_nanos: u64,
    /// What it leaves behind in its worker, in bytes.
    pub leak_bytes: u64,
    /// No worker grows by more than that, in bytes.
    pub leak_up_to_bytes: u64,
    /// Its worker holds still before it begins, in nanoseconds: an event loop with all its tasks.
    pub stall_nanos: u64,
    /// The loopback server takes so much longer for each of its requests, in nanoseconds.
    pub server_added_nanos: u64,
    /// The loopback server answers its requests with an error.
    pub server_fails: bool,
    /// It holds each lock so much longer, in nanoseconds.
    pub lock_added_nanos: u64,
}

impl Default for Affliction {
    fn default() -> Self {
        Self {
            error: false,
            hang: false,
            crash: None,
            slow_factor: 1.0,
            slow_added_nanos: 0,
            leak_bytes: 0,
            leak_up_to_bytes: 0,
            stall_nanos: 0,
            server_added_nanos: 0,
            server_fails: false,
            lock_added_nanos: 0,
        }
    }
}

impl Affliction {
    /// Whether nothing befalls it.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what `inject` does to an attempt; faults of workers do nothing to it.
    pub fn add(&mut self, inject: Inject) {
        match inject {
            Inject::Error => self.error = true,
            Inject::Hang => self.hang = true,
            Inject::Crash { how } => self.crash = Some(how),
            Inject::Slow { factor, added } => {
                self.slow_factor *= factor;
                self.slow_added_nanos = self.slow_added_nanos.saturating_add(added.0);
            }
            Inject::Leak { bytes, up_to } => {
                self.leak_bytes = self.leak_bytes.saturating_add(bytes.0);
                self.leak_up_to_bytes = self.leak_up_to_bytes.max(up_to.0);
            }
            Inject::StallLoop { length } => {
                self.stall_nanos = self.stall_nanos.saturating_add(length.0);
            }
            Inject::SlowServer { added } => {
                self.server_added_nanos = self.server_added_nanos.saturating_add(added.0);
            }
            Inject::FailServer => self.server_fails = true,
            Inject::HoldLock { added } => {
                self.lock_added_nanos = self.lock_added_nanos.saturating_add(added.0);
            }
            Inject::KillWorker { .. } | Inject::StallWorker { .. } => {}
        }
    }
}
