//! How tasks become due, and where they wait for a worker.

use serde::{Deserialize, Serialize};

use crate::scenario::model::stage::Distribution;
use crate::units::Nanos;

/// How tasks become due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Load {
    /// Clients that send their next task when the last one is answered: asks how much can be done at
    /// that concurrency. Response times hide overload, and are marked.
    Closed {
        /// How many clients.
        clients: u32,
        /// How long a client thinks between an answer and its next task.
        #[serde(default = "no_time", skip_serializing_if = "is_no_time")]
        think: Distribution,
    },
    /// Tasks become due at a rate, whether or not earlier ones are done: asks what callers see at a demand.
    Open {
        /// Tasks per second.
        rate_per_sec: f64,
        /// How the instants are spaced.
        #[serde(default)]
        arrivals: Arrivals,
    },
    /// As `Open`, with a rate that changes over the measurement: part after part, and again from the first
    /// if the measurement is longer. The warm-up has the mean rate of the whole.
    Profile {
        /// How the instants are spaced.
        #[serde(default)]
        arrivals: Arrivals,
        /// The parts in their order; at least one.
        parts: Vec<ProfilePart>,
    },
    /// A list of tasks that are all due at the start: asks how long until the last is done.
    Batch {
        /// How many.
        tasks: u64,
        /// How many tasks a worker takes at once.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        chunk: u32,
    },
}

/// One part of a load profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum ProfilePart {
    /// A constant rate: a step against the part before.
    Step {
        /// Tasks per second.
        rate_per_sec: f64,
        /// For how long.
        length: Nanos,
    },
    /// A rate that changes evenly from one value to another.
    Ramp {
        /// Tasks per second at its start.
        from_per_sec: f64,
        /// Tasks per second at its end.
        to_per_sec: f64,
        /// For how long.
        length: Nanos,
    },
    /// A rate that rises evenly from a base to a peak at half its length, and falls back.
    Spike {
        /// Tasks per second at both ends.
        base_per_sec: f64,
        /// Tasks per second in the middle.
        peak_per_sec: f64,
        /// For how long.
        length: Nanos,
    },
    /// Nothing becomes due.
    Pause {
        /// For how long.
        length: Nanos,
    },
}

impl Default for Load {
    fn default() -> Self {
        Self::closed(16)
    }
}

/// How the instants of an open load are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// Independent callers: exponential gaps. The usual case.
    #[default]
    Poisson,
    /// Equal gaps, as from a timer.
    Constant,
}

/// Where admitted tasks wait for a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Queue {
    /// How many tasks may wait. A batch is a list and not limited by it.
    pub capacity: u32,
    /// What happens when it is full, or when tasks have waited too long.
    #[serde(skip_serializing_if = "QueuePolicy::is_drop_newest")]
    pub policy: QueuePolicy,
    /// How many tasks may be under way at once, however many workers there are; no limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            policy: QueuePolicy::DropNewest,
            in_flight: None,
        }
    }
}

/// What a queue does with tasks that it has no room or no time for. All that it gives up is counted as
/// dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum QueuePolicy {
    /// A full queue refuses the task that comes.
    #[default]
    DropNewest,
    /// A full queue gives up the task that has waited longest and takes the one that comes.
    DropOldest,
    /// Callers wait at the door of a full queue until there is room, in their order; the time at the door
    /// counts as schedule delay.
    Block,
    /// A full queue refuses the task that comes; and a task that has waited longer than `older_than` when
    /// its turn comes is given up instead of started.
    ShedByAge {
        /// How long a task may wait.
        older_than: Nanos,
    },
}

impl Load {
    /// A closed load whose clients do not think.
    #[must_use]
    pub const fn closed(clients: u32) -> Self {
        Self::Closed {
            clients,
            think: no_time(),
        }
    }

    /// A batch whose tasks are taken one by one.
    #[must_use]
    pub const fn batch(tasks: u64) -> Self {
        Self::Batch { tasks, chunk: 1 }
    }

    /// Whether tasks become due by a schedule, whatever happens to earlier ones.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Profile { .. })
    }

    /// Whether it is a list of tasks.
    #[must_use]
    pub const fn is_batch(&self) -> bool {
        matches!(self, Self::Batch { .. })
    }

    /// How the instants of an open load are spaced; none for the others.
    #[must_use]
    pub const fn arrivals(&self) -> Option<Arrivals> {
        match self {
            Self::Open { arrivals, .. } | Self::Profile { arrivals, .. } => Some(*arrivals),
            Self::Closed { .. } | Self::Batch { .. } => None,
        }
    }

    /// Tasks per second of an open load, on average over a whole profile; none for the others.
    #[must_use]
    pub fn mean_rate_per_sec(&self) -> Option<f64> {
        match self {
            Self::Open { rate_per_sec, .. } => Some(*rate_per_sec),
            Self::Profile { parts, .. } => {
                let secs = Nanos(round_nanos(parts)).secs();
                let tasks: f64 = parts.iter().map(ProfilePart::tasks).sum();
                Some(if secs > 0.0 { tasks / secs } else { 0.0 })
            }
            Self::Closed { .. } | Self::Batch { .. } => None,
        }
    }

    /// How many tasks an open load wants within the first `nanos` of the measurement; none for the others.
    #[must_use]
    pub fn tasks_within(&self, nanos: u64) -> Option<f64> {
        match self {
            Self::Open { rate_per_sec, .. } => Some(rate_per_sec * nanos as f64 / 1e9),
            Self::Profile { parts, .. } => {
                let whole = round_nanos(parts);
                if whole == 0 {
                    return Some(0.0);
                }
                let per_round: f64 = parts.iter().map(ProfilePart::tasks).sum();
                let mut tasks = (nanos / whole) as f64 * per_round;
                let mut left = nanos % whole;
                for part in parts {
                    let within = left.min(part.length().0);
                    tasks += part.tasks_within(within);
                    left -= within;
                }
                Some(tasks)
            }
            Self::Closed { .. } | Self::Batch { .. } => None,
        }
    }
}

impl ProfilePart {
    /// How long it lasts.
    #[must_use]
    pub const fn length(&self) -> Nanos {
        match self {
            Self::Step { length, .. }
            | Self::Ramp { length, .. }
            | Self::Spike { length, .. }
            | Self::Pause { length } => *length,
        }
    }

    /// Makes it last so long.
    pub const fn set_length(&mut self, new: Nanos) {
        match self {
            Self::Step { length, .. }
            | Self::Ramp { length, .. }
            | Self::Spike { length, .. }
            | Self::Pause { length } => *length = new,
        }
    }

    /// How many tasks become due in it.
    #[must_use]
    pub fn tasks(&self) -> f64 {
        self.tasks_within(self.length().0)
    }

    /// Tasks per second at `nanos` after its start.
    #[must_use]
    pub fn rate_at(&self, nanos: u64) -> f64 {
        let whole = self.length().0.max(1) as f64;
        let at = (nanos as f64 / whole).clamp(0.0, 1.0);
        match *self {
            Self::Step { rate_per_sec, .. } => rate_per_sec,
            Self::Ramp {
                from_per_sec,
                to_per_sec,
                ..
            } => from_per_sec + (to_per_sec - from_per_sec) * at,
            Self::Spike {
                base_per_sec,
                peak_per_sec,
                ..
            } => base_per_sec + (peak_per_sec - base_per_sec) * (1.0 - (2.0 * at - 1.0).abs()),
            Self::Pause { .. } => 0.0,
        }
    }

    /// How many tasks become due in its first `nanos`: the integral of [`Self::rate_at`].
    #[must_use]
    pub fn tasks_within(&self, nanos: u64) -> f64 {
        let length = self.length().0;
        let nanos = nanos.min(length);
        let secs = |nanos: u64| nanos as f64 / 1e9;
        // The rate is linear between the points where it bends, so the trapezium is exact.
        let linear = |from: u64, to: u64| {
            f64::midpoint(self.rate_at(from), self.rate_at(to)) * secs(to.saturating_sub(from))
        };
        let middle = length / 2;
        if matches!(self, Self::Spike { .. }) && nanos > middle {
            linear(0, middle) + linear(middle, nanos)
        } else {
            linear(0, nanos)
        }
    }
}

impl QueuePolicy {
    const fn is_drop_newest(&self) -> bool {
        matches!(self, Self::DropNewest)
    }
}

/// How long all parts of a profile take, one after the other, in nanoseconds.
pub(in crate::scenario) fn round_nanos(parts: &[ProfilePart]) -> u64 {
    parts
        .iter()
        .map(|part| part.length().0)
        .fold(0, u64::saturating_add)
}

const fn no_time() -> Distribution {
    Distribution::Constant(Nanos::ZERO)
}

fn is_no_time(value: &Distribution) -> bool {
    *value == no_time()
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_one(value: &u32) -> bool {
    *value == 1
}
