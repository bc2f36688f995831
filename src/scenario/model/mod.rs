//! The vocabulary of a scenario file.
//!
//! Every type refuses unknown fields, and every field that can have one has a default that a newcomer
//! would expect. Enums are written as `Name(field: value)`; optional values are written plainly.

mod backend;
mod defences;
mod faults;
mod label;
mod label_defences;
mod load;
mod objectives;
mod prices;
mod python;
mod setting;
mod stage;
mod sweep;
#[cfg(test)]
mod tests;
mod workers;

use serde::{Deserialize, Serialize};

use crate::units::{Nanos, Percentile};

pub use backend::{AsyncCpu, Backend, Candidate, HybridWaits, Start, Transfer};
pub use defences::{Backoff, Breaker, Defences, Jitter, Retry, RetryBudget};
pub use faults::{Crash, Fault, Inject};
pub(in crate::scenario) use load::round_nanos;
pub use load::{Arrivals, Load, ProfilePart, Queue, QueuePolicy};
pub use objectives::Objective;
pub use prices::{CostBasis, PriceCard, Target};
pub use python::{
    Cluster, Interpreter, InterpreterLock, JoblibBackend, Package, PoolCall, PythonPool,
    StartMethod,
};
pub use setting::{Range, Setting, StepScale, Values};
pub use stage::{
    Access, Amount, Distribution, Inside, Kernel, LockKind, MemoryAccess, Protection, Server, Stage,
};
pub use sweep::{Axis, CapacitySearch, Parameter, ParameterUnit, Sweep};
pub use workers::{Workers, cores_of_this_machine};

/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// One experiment: what a task does, how tasks arrive, and which back ends are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the file's form: 1.
    pub format: u32,
    /// A name of one line.
    pub title: String,
    /// What the experiment shows, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What to look for in the charts while it runs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub look_for: String,
    /// The mix of tasks; at least one.
    pub tasks: Vec<TaskKind>,
    /// How tasks become due.
    #[serde(default)]
    pub load: Load,
    /// Where tasks wait for a worker.
    #[serde(default)]
    pub queue: Queue,
    /// The built-in loopback server, for scenarios with HTTP or TCP stages.
    #[serde(default, skip_serializing_if = "Server::is_default")]
    pub server: Server,
    /// What goes wrong on purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// How callers and pools defend themselves.
    #[serde(default, skip_serializing_if = "Defences::is_default")]
    pub defences: Defences,
    /// The back ends to compare; at least one.
    pub candidates: Vec<Candidate>,
    /// Phases, repeats, order and seed.
    #[serde(default)]
    pub protocol: Protocol,
    /// What a candidate must fulfil to be chosen; nothing is chosen without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// What resources cost.
    #[serde(default)]
    pub prices: PriceCard,
    /// A sweep of one parameter, or two, for whoever asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
    /// A search for the highest rate at which the objectives hold, for whoever asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacitySearch>,
}

/// The recipe of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskKind {
    /// Unique within the scenario.
    pub name: String,
    /// Share in the mix, relative to the other kinds' weights; above 0.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// The steps, executed one after the other; at least one.
    pub stages: Vec<Stage>,
}

/// Phases, repeats, order and seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Protocol {
    /// Tasks run and are not counted for that long; the same for all candidates.
    pub warm_up: Nanos,
    /// Length of the measurement. For a batch the longest time it may take.
    pub measure: Nanos,
    /// How long tasks that are under way at the end may take; what is left then is cancelled and counted.
    pub drain: Nanos,
    /// How many blocks, each in a fresh process, measure each candidate.
    pub repeats: u32,
    /// In which order the blocks run.
    pub order: Order,
    /// Whether the first candidate is measured twice in each repeat (an A/A comparison): how far two
    /// measurements of the same differ is the noise floor, below which no difference counts.
    #[serde(skip_serializing_if = "is_false")]
    pub noise_floor: bool,
    /// All randomness follows from it.
    pub seed: u64,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            warm_up: Nanos::from_secs(1),
            measure: Nanos::from_secs(10),
            drain: Nanos::from_secs(5),
            repeats: 1,
            order: Order::Interleaved,
            noise_floor: false,
            seed: 1,
        }
    }
}

/// In which order the blocks of a run are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Order {
    /// Each repeat visits all candidates in an order of its own, drawn from the seed, so that drift hits all
    /// alike. A single repeat keeps the order of the file.
    #[default]
    Interleaved,
    /// In the order of the file.
    Listed,
}

impl Scenario {
    /// The candidates' names, made from the back end where the file gives none; in file order.
    #[must_use]
    pub fn candidate_names(&self) -> Vec<String> {
        self.candidates.iter().map(Candidate::label).collect()
    }

    /// The queue in front of candidate `index`: its own, or the scenario's.
    #[must_use]
    pub fn queue_of(&self, index: usize) -> Queue {
        self.candidates
            .get(index)
            .and_then(|candidate| candidate.queue)
            .unwrap_or(self.queue)
    }

    /// The defences of candidate `index`: its own, or the scenario's.
    #[must_use]
    pub fn defences_of(&self, index: usize) -> Defences {
        self.candidates
            .get(index)
            .and_then(|candidate| candidate.defences)
            .unwrap_or(self.defences)
    }

    /// Within which time a good task must be answered to count for goodput: the bound of the objective on the response
    /// time with the highest percentile. None without such an objective, and for batches, whose goodput is one over the
    /// makespan.
    #[must_use]
    pub fn good_within(&self) -> Option<Nanos> {
        let (_, at_most) = self.strictest_response()?;
        (!self.load.is_batch()).then_some(at_most)
    }

    /// The objective on the response time with the highest percentile, and its bound; none without any.
    #[must_use]
    pub fn strictest_response(&self) -> Option<(Percentile, Nanos)> {
        objectives::strictest_response(&self.objectives)
    }

    /// The same with all numbers of workers that are given per core as numbers for a machine of `cores`.
    #[must_use]
    pub fn for_cores(mut self, cores: u32) -> Self {
        for candidate in &mut self.candidates {
            let backend = candidate.backend.for_cores(cores);
            if backend != candidate.backend {
                // The name stays what the author of the file sees in it.
                candidate.name = Some(candidate.label());
                candidate.backend = backend;
            }
        }
        self
    }
}

const fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_one(value: &f64) -> bool {
    value.total_cmp(&1.0).is_eq()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}
