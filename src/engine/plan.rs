//! What a block executes: the scenario's recipes, ready to run.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::phases::Lengths;
use crate::engine::stages::Step;
use crate::scenario::{Backend, Load, Scenario};
use crate::stats::rng::Rng;

/// What the block needs from outside of the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The executable that is started anew for worker processes.
    pub executable: PathBuf,
    /// The block's private scratch folder.
    pub scratch: PathBuf,
    /// Port of the loopback server; none if no stage asks it.
    pub server_port: Option<u16>,
}

/// One block, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where tasks run.
    pub backend: Backend,
    /// How tasks become due.
    pub load: Load,
    /// How many tasks may wait.
    pub queue_capacity: usize,
    /// The lengths of the phases.
    pub lengths: Lengths,
    /// The recipes.
    pub recipes: Arc<Recipes>,
    /// The scenario in its file form, for worker processes.
    pub scenario_text: String,
    /// What is around.
    pub surroundings: Surroundings,
}

impl Plan {
    /// The plan for one candidate of a validated scenario.
    ///
    /// `candidate` must be an index of the scenario's candidates; none otherwise.
    #[must_use]
    pub fn new(
        scenario: &Scenario,
        scenario_text: String,
        candidate: usize,
        seed: u64,
        surroundings: Surroundings,
    ) -> Option<Self> {
        Some(Self {
            backend: scenario.candidates.get(candidate)?.backend,
            load: scenario.load.clone(),
            queue_capacity: scenario.queue_of(candidate).capacity.max(1) as usize,
            lengths: Lengths::of(scenario),
            recipes: Arc::new(Recipes::new(scenario, seed)),
            scenario_text,
            surroundings,
        })
    }
}

/// The recipes of all task kinds, and which task is of which kind.
#[derive(Debug)]
pub struct Recipes {
    kinds: Vec<Vec<Arc<Step>>>,
    /// Running sums of the weights, ascending; the last is the total.
    cumulative_weights: Vec<f64>,
    seed: u64,
}

impl Recipes {
    /// Those of `scenario`; draws follow from `seed`.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let mut total = 0.0;
        Self {
            kinds: scenario
                .tasks
                .iter()
                .map(|kind| {
                    kind.stages
                        .iter()
                        .filter_map(Step::new)
                        .map(Arc::new)
                        .collect()
                })
                .collect(),
            cumulative_weights: scenario
                .tasks
                .iter()
                .map(|kind| {
                    total += kind.weight;
                    total
                })
                .collect(),
            seed,
        }
    }

    /// The seed of the run.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The steps of task `number` and its own stream of draws: the same on every back end.
    #[must_use]
    pub fn of_task(&self, number: u64) -> (&[Arc<Step>], Rng) {
        let mut rng = Rng::new(self.seed, number);
        let total = self.cumulative_weights.last().copied().unwrap_or(0.0);
        let drawn = rng.unit() * total;
        let kind = self.cumulative_weights.partition_point(|sum| *sum <= drawn);
        let steps = self.kinds.get(kind).or_else(|| self.kinds.last());
        (steps.map_or(&[], Vec::as_slice), rng)
    }

    /// All steps of all kinds.
    pub fn steps(&self) -> impl Iterator<Item = &Arc<Step>> {
        self.kinds.iter().flatten()
    }
}
