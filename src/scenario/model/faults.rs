//! What goes wrong on purpose.

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, Nanos};

/// One thing that goes wrong on purpose, in every candidate alike: which attempts are hit follows from the seed, the
/// task's number and the attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub inject: Inject,
    /// Share of the attempts that begin while it lasts, or of its instants, that it hits: above 0, at most 1.
    #[serde(default = "always", skip_serializing_if = "is_always")]
    pub probability: f64,
    /// When it begins, from the start of the measurement. The warm-up has no faults.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from: Nanos,
    /// When it ends, from the start of the measurement; it lasts to the end of the block if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Nanos>,
    /// The task kind that it hits, by name; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Inject {
    /// An attempt does its work and then fails.
    Error,
    /// An attempt takes longer: after its work it waits without using a core.
    Slow {
        /// So many times what the work took; 1 adds nothing.
        #[serde(default = "always", skip_serializing_if = "is_always")]
        factor: f64,
        /// And so much more.
        #[serde(default, skip_serializing_if = "is_zero")]
        added: Nanos,
    },
    /// An attempt never comes to its end by itself.
    Hang,
    /// An attempt takes its worker with it.
    Crash {
        /// How.
        #[serde(default)]
        how: Crash,
    },
    /// An attempt leaves memory behind in its worker, written and never given back.
    Leak {
        /// How much each attempt leaves.
        bytes: Bytes,
        /// No worker grows by more than that.
        #[serde(
            default = "default_leak_max",
            skip_serializing_if = "is_default_leak_max"
        )]
        up_to: Bytes,
    },
    /// An attempt blocks the event loop that runs it, which stands still for all other tasks.
    StallLoop {
        /// For how long.
        length: Nanos,
    },
    /// The loopback server takes longer to answer a request.
    SlowServer {
        /// By how much.
        added: Nanos,
    },
    /// The loopback server answers a request with an error.
    FailServer,
    /// The lock of a lock or counter stage is held for longer.
    HoldLock {
        /// By how much.
        added: Nanos,
    },
    /// A worker is killed at an instant: `from`, and again at each `every` until `until`. Threads cannot die alone: the
    /// program ends with them.
    KillWorker {
        /// How far apart the instants are; one instant only if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Nanos>,
    },
    /// A worker stands still from an instant on: a process is stopped and continued, a thread holds still with the
    /// next task that it begins, an event loop with all its tasks.
    StallWorker {
        /// For how long.
        length: Nanos,
        /// How far apart the instants are; one instant only if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Nanos>,
    },
}

/// How an attempt takes its worker with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Crash {
    /// A panic, or an exception that nobody foresaw: the pool catches it, and only the attempt fails.
    Panic,
    /// The process ends by itself.
    Exit {
        /// With that code.
        code: u8,
    },
    /// The process aborts (signal 6).
    #[default]
    Abort,
    /// The process touches memory that it must not (signal 11).
    Segfault,
    /// The stack overflows.
    StackOverflow,
    /// The process is killed (signal 9), as the system does when memory runs out.
    Kill,
}

impl Inject {
    /// Whether it hits attempts; the others hit workers at instants.
    #[must_use]
    pub const fn hits_attempts(&self) -> bool {
        !matches!(self, Self::KillWorker { .. } | Self::StallWorker { .. })
    }

    /// How far apart the instants of a fault of workers are; none for one instant, and for the others.
    #[must_use]
    pub const fn every(&self) -> Option<Nanos> {
        match self {
            Self::KillWorker { every } | Self::StallWorker { every, .. } => *every,
            _ => None,
        }
    }
}

impl Fault {
    /// It, always, from the start to the end.
    #[must_use]
    pub const fn new(inject: Inject) -> Self {
        Self {
            inject,
            probability: always(),
            from: Nanos::ZERO,
            until: None,
            task: None,
        }
    }

    /// Whether it lasts at an instant, in nanoseconds from the start of the measurement.
    #[must_use]
    pub fn lasts_at(&self, nanos: u64) -> bool {
        nanos >= self.from.0 && self.until.is_none_or(|until| nanos < until.0)
    }
}

const fn always() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_always(value: &f64) -> bool {
    value.total_cmp(&1.0).is_eq()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(value: &Nanos) -> bool {
    value.0 == 0
}

/// Grows visibly, and harms no machine.
const fn default_leak_max() -> Bytes {
    Bytes(256 << 20)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_default_leak_max(value: &Bytes) -> bool {
    *value == default_leak_max()
}
