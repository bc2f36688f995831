//! What is tried out over a range: sweeps of one or two parameters, and the search for the capacity.

use serde::{Deserialize, Serialize};

use crate::scenario::model::setting::Values;

/// The scenario measured at several values of one parameter, or of two.
///
/// Every point is measured in every round, in an order drawn from the seed, so that what the machine does meanwhile
/// hits all points alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// What is varied.
    pub x: Axis,
    /// What is varied besides: each value of one with each value of the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<Axis>,
    /// Names of the candidates that are measured; all if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// How often each point is measured; as often as the protocol says if absent. Intervals need three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u32>,
}

/// One parameter and its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What is varied.
    pub vary: Parameter,
    /// Its values: a list such as `[1, 2, 4]`, or a `Range`.
    pub over: Values,
}

/// What can be varied. Everything else of the scenario stays as it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Parameter {
    /// How many threads or processes compute. Of a hybrid candidate its processes; of an async one its threads or
    /// processes for computing, or else its event loops. The sequential candidate stays as it is.
    #[default]
    Workers,
    /// Tasks per second, of an open load; a profile keeps its shape.
    Rate,
    /// How many tasks may be under way at once: the places of an async candidate, the queue's cap for the others.
    InFlight,
    /// How many clients, of a closed load.
    Clients,
    /// How many tasks, of a batch.
    BatchTasks,
    /// Share of computing in the nominal time of the average task, above 0 and below 1. What CPU stages and waits take
    /// together stays the same.
    CpuShare,
    /// Computing of the average task: a time for all CPU stages together, or a factor.
    CpuWork,
    /// Waiting of the average task: a time for all waits and requests together, or a factor.
    Wait,
    /// Size of the payload to and from the worker together; their proportion stays.
    Payload,
    /// How many tasks of a batch travel together.
    ChunkSize,
    /// How many tasks may wait.
    QueueCapacity,
}

/// The search for the highest rate at which the objectives hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CapacitySearch {
    /// The lowest rate that is of interest, in tasks per second: the search begins here and doubles.
    pub from: f64,
    /// The highest rate that is of interest, in tasks per second.
    pub to: f64,
    /// How narrow the highest rate that holds and the lowest that does not must lie together, relative to their
    /// rates: 0.05 for a twentieth.
    #[serde(default = "a_twentieth", skip_serializing_if = "is_a_twentieth")]
    pub precision_ratio: f64,
    /// Names of the candidates whose capacity is searched; all if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// What a parameter is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterUnit {
    /// A whole number.
    Count,
    /// Tasks per second.
    PerSec,
    /// A share from 0 to 1.
    Ratio,
    /// A time, or a factor of what the file has.
    TimeOrFactor,
    /// A number of bytes.
    Size,
}

impl Parameter {
    /// All, in the order in which a list shows them.
    pub const ALL: [Self; 11] = [
        Self::Workers,
        Self::Rate,
        Self::InFlight,
        Self::Clients,
        Self::BatchTasks,
        Self::CpuShare,
        Self::CpuWork,
        Self::Wait,
        Self::Payload,
        Self::ChunkSize,
        Self::QueueCapacity,
    ];

    /// As it is written in a file and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workers => "Workers",
            Self::Rate => "Rate",
            Self::InFlight => "InFlight",
            Self::Clients => "Clients",
            Self::BatchTasks => "BatchTasks",
            Self::CpuShare => "CpuShare",
            Self::CpuWork => "CpuWork",
            Self::Wait => "Wait",
            Self::Payload => "Payload",
            Self::ChunkSize => "ChunkSize",
            Self::QueueCapacity => "QueueCapacity",
        }
    }

    /// What it is called within a sentence.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Workers => "workers",
            Self::Rate => "rate",
            Self::InFlight => "tasks under way at most",
            Self::Clients => "clients",
            Self::BatchTasks => "tasks of the batch",
            Self::CpuShare => "CPU share",
            Self::CpuWork => "CPU work",
            Self::Wait => "waiting",
            Self::Payload => "payload",
            Self::ChunkSize => "chunk size",
            Self::QueueCapacity => "queue capacity",
        }
    }

    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> ParameterUnit {
        match self {
            Self::Workers
            | Self::InFlight
            | Self::Clients
            | Self::BatchTasks
            | Self::ChunkSize
            | Self::QueueCapacity => ParameterUnit::Count,
            Self::Rate => ParameterUnit::PerSec,
            Self::CpuShare => ParameterUnit::Ratio,
            Self::CpuWork | Self::Wait => ParameterUnit::TimeOrFactor,
            Self::Payload => ParameterUnit::Size,
        }
    }
}

impl Sweep {
    /// One parameter over `values`, with all candidates and as often as the protocol says.
    #[must_use]
    pub const fn of(vary: Parameter, over: Values) -> Self {
        Self {
            x: Axis { vary, over },
            y: None,
            candidates: Vec::new(),
            repeats: None,
        }
    }

    /// Both axes, or the one.
    pub fn axes(&self) -> impl Iterator<Item = &Axis> {
        std::iter::once(&self.x).chain(&self.y)
    }
}

/// Narrow enough to choose by, and far above what one measurement of some seconds scatters.
const A_TWENTIETH: f64 = 0.05;

const fn a_twentieth() -> f64 {
    A_TWENTIETH
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_a_twentieth(value: &f64) -> bool {
    value.total_cmp(&A_TWENTIETH).is_eq()
}
