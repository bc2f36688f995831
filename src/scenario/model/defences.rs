//! How callers and pools defend themselves against what goes wrong.

use serde::{Deserialize, Serialize};

use crate::units::Nanos;

/// How callers and pools defend themselves. Nothing of it unless it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Defences {
    /// How long a caller waits for an attempt, from handing it to the queue (of a batch: from its turn), before it gives
    /// the attempt up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_time_out: Option<Nanos>,
    /// How long a caller waits for a task with all its attempts, from its intended start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_time_out: Option<Nanos>,
    /// Whether attempts that failed, timed out or were lost are made again; each task has one attempt if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Whether calls of a task kind that keeps failing are cut off; each kind has a breaker of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Breaker>,
    /// How many times worker processes that died are replaced in a block, all together; twenty times for each worker if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarts: Option<u32>,
}

/// Attempts after the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How many attempts a task has at the most, the first included; at least 2.
    pub attempts: u32,
    /// How long a caller waits before the next attempt.
    #[serde(default)]
    pub backoff: Backoff,
    /// How that wait is spread.
    #[serde(default)]
    pub jitter: Jitter,
    /// How many retries there may be beside first attempts; any number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<RetryBudget>,
}

/// How long a caller waits before the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Backoff {
    /// Always as long.
    Constant {
        /// How long.
        wait: Nanos,
    },
    /// Longer each time.
    Exponential {
        /// Before the second attempt.
        first: Nanos,
        /// How many times longer before each further one.
        #[serde(default = "two", skip_serializing_if = "is_two")]
        factor: f64,
        /// Never longer than that.
        cap: Nanos,
    },
}

impl Default for Backoff {
    fn default() -> Self {
        Self::Exponential {
            first: Nanos::from_millis(10),
            factor: two(),
            cap: Nanos::from_secs(1),
        }
    }
}

/// How the wait before an attempt is spread, so that callers who failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Jitter {
    /// Evenly between nothing and the whole wait.
    #[default]
    Full,
    /// Not at all. (Not called `None`, which a file has for what is absent.)
    Off,
}

/// A bucket of tokens: each task puts a part of a token in, each retry takes one out, and without one there is no
/// retry.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RetryBudget {
    /// What each task puts in: 0.1 allows one retry for ten tasks.
    pub ratio: f64,
    /// How much the bucket holds; it is full at the start.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub burst: u32,
}

/// A circuit breaker. Closed: attempts run. Open: they fail at once. Half-open: a few run to see whether it may close.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Breaker {
    /// It opens when that share of the last `calls` attempts failed or timed out.
    #[serde(default = "half", skip_serializing_if = "is_half")]
    pub failure_ratio: f64,
    /// How many attempts it looks back on; it does not open before it has seen as many.
    #[serde(default = "twenty", skip_serializing_if = "is_twenty")]
    pub calls: u32,
    /// How long it stays open.
    pub open_for: Nanos,
    /// How many attempts run while it is half-open; it closes when all of them are good, and opens again at the first
    /// that is not.
    #[serde(default = "three", skip_serializing_if = "is_three")]
    pub probes: u32,
}

impl Defences {
    /// Whether there are none.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a caller may give up or come again: then what becomes of an attempt is not what becomes of its task.
    #[must_use]
    pub const fn watches_attempts(&self) -> bool {
        self.attempt_time_out.is_some()
            || self.task_time_out.is_some()
            || self.retry.is_some()
            || self.breaker.is_some()
    }
}

impl Retry {
    /// Three attempts, with the usual waits between and without a budget.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            attempts: 3,
            backoff: Backoff::default(),
            jitter: Jitter::Full,
            budget: None,
        }
    }
}

impl Breaker {
    /// A breaker with the usual settings.
    #[must_use]
    pub const fn usual(open_for: Nanos) -> Self {
        Self {
            failure_ratio: half(),
            calls: twenty(),
            open_for,
            probes: three(),
        }
    }
}

/// Room for a few failures before the budget counts.
pub(super) const DEFAULT_BURST: u32 = 10;

const fn two() -> f64 {
    2.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_two(value: &f64) -> bool {
    value.total_cmp(&two()).is_eq()
}

const fn half() -> f64 {
    0.5
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_half(value: &f64) -> bool {
    value.total_cmp(&half()).is_eq()
}

const fn three() -> u32 {
    3
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_three(value: &u32) -> bool {
    *value == three()
}

const fn ten() -> u32 {
    DEFAULT_BURST
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_ten(value: &u32) -> bool {
    *value == ten()
}

const fn twenty() -> u32 {
    20
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_twenty(value: &u32) -> bool {
    *value == twenty()
}
