//! What a block executes: the scenario's recipes, ready to run.
//!
//! A task's stages are cut into *segments*, each executed by one worker without a break: at barriers, and
//! in pipelined back ends wherever stages that wait and stages that need a core follow each other.

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::faults::Faults;
use crate::engine::phases::Lengths;
use crate::engine::stages::Step;
use crate::engine::stages::strike::Part;
use crate::engine::task::ATTEMPT_BITS;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, Defences, Interpreter, Load, PythonPool, Queue, Scenario, Stage,
    TaskKind,
};
use crate::stats::rng::Rng;

/// Added to the seed once per step, so that each step of a task draws from a stream of its own.
const STEP_SALT: u64 = 0x5bd1_e995_9d1f_3a6b;

/// What the block needs from outside of the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The executable that is started anew for worker processes.
    pub executable: PathBuf,
    /// The block's private scratch folder.
    pub scratch: PathBuf,
    /// Port of the loopback server; none if no stage asks it.
    pub server_port: Option<u16>,
    /// Where CPython candidates run; none for the others.
    pub python: Option<PythonHome>,
}

/// An interpreter of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonHome {
    /// What the settings call it.
    pub name: String,
    /// Its executable, as an absolute path.
    pub executable: PathBuf,
    /// Address of the Dask scheduler that candidates with a configured cluster use.
    pub dask_address: Option<String>,
    /// Address of the Ray cluster that candidates with a configured cluster use.
    pub ray_address: Option<String>,
}

/// One block, ready to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where tasks run.
    pub backend: Backend,
    /// How tasks become due.
    pub load: Load,
    /// Where they wait.
    pub queue: Queue,
    /// How callers and pools defend themselves.
    pub defences: Defences,
    /// What goes wrong on purpose; none if nothing does.
    pub faults: Option<Arc<Faults>>,
    /// Whether threads share an interpreter lock.
    pub interpreter: Interpreter,
    /// The lengths of the phases.
    pub lengths: Lengths,
    /// Good tasks that are answered later, in nanoseconds, do not count for goodput; none without such an objective.
    pub good_within_nanos: Option<u64>,
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
        let &Candidate {
            backend,
            interpreter,
            ..
        } = scenario.candidates.get(candidate)?;
        let mut queue = scenario.queue_of(candidate);
        if is_pipelined(backend)
            && let Backend::Async { in_flight, .. } = backend
        {
            // A task stays in flight on its event loop while a worker process computes for it.
            queue.in_flight = Some(queue.in_flight.map_or(in_flight, |cap| cap.min(in_flight)));
        }
        Some(Self {
            backend,
            load: scenario.load.clone(),
            queue,
            defences: scenario.defences_of(candidate),
            faults: Faults::new(scenario, backend, seed).map(Arc::new),
            interpreter,
            lengths: Lengths::of(scenario),
            good_within_nanos: scenario.good_within().map(|bound| bound.0),
            recipes: Arc::new(Recipes::new(scenario, is_pipelined(backend), seed)),
            scenario_text,
            surroundings,
        })
    }

    /// How many tasks a worker takes at once.
    #[must_use]
    pub fn chunk(&self) -> usize {
        let of_candidate = match self.backend {
            Backend::Processes { chunk, .. }
            | Backend::Python(
                PythonPool::ProcessPoolExecutor { chunk, .. }
                | PythonPool::MultiprocessingPool { chunk, .. }
                | PythonPool::Joblib { chunk, .. },
            ) => chunk,
            _ => None,
        };
        let of_load = match self.load {
            Load::Batch { chunk, .. } => chunk,
            _ => 1,
        };
        of_candidate.unwrap_or(of_load).max(1) as usize
    }
}

/// Whether `backend` runs stages that wait in one pool of workers and everything else in another.
#[must_use]
pub const fn is_pipelined(backend: Backend) -> bool {
    matches!(
        backend,
        Backend::Hybrid { .. }
            | Backend::Async {
                cpu: AsyncCpu::Processes { .. },
                ..
            }
    )
}

/// The pool that tasks enter, and in which stages wait.
pub const FRONT_POOL: usize = 0;
/// The pool of worker processes behind it, in pipelined back ends.
pub const BACK_POOL: usize = 1;

/// The recipes of all task kinds, and which task is of which kind.
#[derive(Debug)]
pub struct Recipes {
    kinds: Vec<Recipe>,
    /// Running sums of the weights, ascending; the last is the total.
    cumulative_weights: Vec<f64>,
    seed: u64,
}

/// The steps of a task kind, cut into segments; at least one segment.
#[derive(Debug)]
struct Recipe {
    name: String,
    steps: Vec<Arc<Step>>,
    segments: Vec<SegmentPlan>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SegmentPlan {
    steps: Range<usize>,
    pool: usize,
    /// Whether all tasks of a batch must have come to its end before one goes on.
    barrier_after: bool,
}

/// One segment of one task.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    steps: &'a [Arc<Step>],
    /// Place of its first step in the task.
    first: usize,
    number: u64,
    seed: u64,
}

/// What comes after a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the task is done.
    Done,
    /// Another segment, in that pool.
    Segment {
        /// Which pool.
        pool: usize,
        /// Whether the task has to wait for all others of its batch first.
        barrier: bool,
    },
}

impl<'a> Segment<'a> {
    /// Its steps, each with its own stream of draws and its place in the task.
    pub fn steps(self) -> impl Iterator<Item = (usize, &'a Arc<Step>, Rng)> {
        self.steps.iter().enumerate().map(move |(index, step)| {
            let place = self.first + index;
            let seed = self
                .seed
                .wrapping_add(STEP_SALT.wrapping_mul(place as u64 + 1));
            (place, step, Rng::new(seed, self.number))
        })
    }

    /// The place in the task of its only step; none if it has none or several.
    #[must_use]
    pub const fn only_place(self) -> Option<usize> {
        if self.steps.len() == 1 {
            Some(self.first)
        } else {
            None
        }
    }

    /// What step `place` contributes to the digest of the task, having found `value`.
    #[must_use]
    pub const fn digest(self, place: usize, value: u64) -> u64 {
        Rng::new(value ^ self.number.rotate_left(17), place as u64).next_u64()
    }
}

impl Recipes {
    /// Those of `scenario`; draws follow from `seed`. `pipelined` as [`is_pipelined`] says.
    #[must_use]
    pub fn new(scenario: &Scenario, pipelined: bool, seed: u64) -> Self {
        let mut total = 0.0;
        Self {
            kinds: scenario
                .tasks
                .iter()
                .map(|kind| Recipe::new(kind, pipelined))
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

    /// How many task kinds there are.
    #[must_use]
    pub const fn kinds(&self) -> usize {
        self.kinds.len()
    }

    /// The name of a task kind; empty if there is none of that index.
    #[must_use]
    pub fn kind_name(&self, kind: usize) -> &str {
        self.kinds.get(kind).map_or("", |recipe| &recipe.name)
    }

    /// Of which kind task `number` is.
    #[must_use]
    pub fn kind_of(&self, number: u64) -> usize {
        let total = self.cumulative_weights.last().copied().unwrap_or(0.0);
        // All attempts of a task are of the same kind.
        let drawn = Rng::new(self.seed, number & !ATTEMPT_BITS).unit() * total;
        let kind = self.cumulative_weights.partition_point(|sum| *sum <= drawn);
        kind.min(self.kinds.len().saturating_sub(1))
    }

    fn of_task(&self, number: u64) -> Option<&Recipe> {
        self.kinds.get(self.kind_of(number))
    }

    /// Segment `segment` of task `number`: the same work and the same draws on every back end.
    #[must_use]
    pub fn segment(&self, number: u64, segment: u16) -> Segment<'_> {
        let found = self.of_task(number).and_then(|recipe| {
            let plan = recipe.segments.get(usize::from(segment))?;
            Some((recipe.steps.get(plan.steps.clone())?, plan.steps.start))
        });
        let (steps, first) = found.unwrap_or((&[], 0));
        Segment {
            steps,
            first,
            number,
            seed: self.seed,
        }
    }

    /// What comes after segment `segment` of task `number`.
    #[must_use]
    pub fn after(&self, number: u64, segment: u16) -> Next {
        let next = self.of_task(number).and_then(|recipe| {
            let done = recipe.segments.get(usize::from(segment))?;
            let next = recipe.segments.get(usize::from(segment) + 1)?;
            Some(Next::Segment {
                pool: next.pool,
                barrier: done.barrier_after,
            })
        });
        next.unwrap_or(Next::Done)
    }

    /// Which part of task `number` its segment `segment` is.
    #[must_use]
    pub(in crate::engine) fn part(&self, number: u64, segment: u16) -> Part {
        Part {
            is_first: segment == 0,
            is_last: self.after(number, segment) == Next::Done,
        }
    }

    /// How many barriers lie before segment `segment` of task `number`.
    #[must_use]
    pub fn barriers_before(&self, number: u64, segment: u16) -> usize {
        self.of_task(number).map_or(0, |recipe| {
            recipe
                .segments
                .iter()
                .take(usize::from(segment))
                .filter(|plan| plan.barrier_after)
                .count()
        })
    }

    /// The largest number of barriers that a task has.
    #[must_use]
    pub fn barriers(&self) -> usize {
        let barriers = |recipe: &Recipe| {
            let after = |plan: &&SegmentPlan| plan.barrier_after;
            recipe.segments.iter().filter(after).count()
        };
        self.kinds.iter().map(barriers).max().unwrap_or(0)
    }

    /// How many bytes segment `segment` of task `number` brings to its worker, and how many it brings back.
    #[must_use]
    pub fn payload_of(&self, number: u64, segment: u16) -> (usize, usize) {
        payload_of(self.segment(number, segment).steps)
    }

    /// The most bytes that a segment of any task brings, and the most that one brings back.
    #[must_use]
    pub fn payload_max(&self) -> (usize, usize) {
        let of_segment = |recipe: &Recipe, plan: &SegmentPlan| {
            payload_of(recipe.steps.get(plan.steps.clone()).unwrap_or(&[]))
        };
        self.kinds
            .iter()
            .flat_map(|recipe| {
                recipe
                    .segments
                    .iter()
                    .map(move |plan| of_segment(recipe, plan))
            })
            .fold((0, 0), |most, (to_worker, back)| {
                (most.0.max(to_worker), most.1.max(back))
            })
    }

    /// All steps of all kinds.
    pub fn steps(&self) -> impl Iterator<Item = &Arc<Step>> {
        self.kinds.iter().flat_map(|recipe| &recipe.steps)
    }
}

/// The steps of `kind` for who executes them elsewhere: phases between barriers, each a list of segments of first step,
/// end and pool. `pipelined` as [`is_pipelined`] says.
pub(in crate::engine) fn phases_of(
    kind: &TaskKind,
    pipelined: bool,
) -> Vec<Vec<(usize, usize, usize)>> {
    let mut phases = vec![Vec::new()];
    for plan in Recipe::new(kind, pipelined).segments {
        if let Some(phase) = phases.last_mut() {
            phase.push((plan.steps.start, plan.steps.end, plan.pool));
        }
        if plan.barrier_after {
            phases.push(Vec::new());
        }
    }
    phases
}

/// Bytes that `steps` bring to their worker, and bytes that they bring back.
fn payload_of(steps: &[Arc<Step>]) -> (usize, usize) {
    steps
        .iter()
        .filter_map(|step| step.as_payload())
        .fold((0, 0), |sum, step| {
            let (to_worker, back) = step.sizes();
            (sum.0 + to_worker, sum.1 + back)
        })
}

impl Recipe {
    fn new(kind: &TaskKind, pipelined: bool) -> Self {
        let pool_of = |stage: &Stage| {
            if pipelined && !stage.is_waiting() {
                BACK_POOL
            } else {
                FRONT_POOL
            }
        };
        let mut steps = Vec::new();
        // Tasks enter through the front pool, be it only to be handed on; so they do after a barrier.
        let enter = |at: usize| SegmentPlan {
            steps: at..at,
            pool: FRONT_POOL,
            barrier_after: false,
        };
        let mut segments = vec![enter(0)];
        for stage in &kind.stages {
            let at = steps.len();
            let Some(step) = Step::new(stage) else {
                // A barrier.
                if let Some(last) = segments.last_mut() {
                    last.barrier_after = true;
                }
                segments.push(enter(at));
                continue;
            };
            steps.push(Arc::new(step));
            match segments.last_mut() {
                Some(last) if last.pool == pool_of(stage) => {
                    last.steps.end = at + 1;
                }
                _ => segments.push(SegmentPlan {
                    steps: at..at + 1,
                    pool: pool_of(stage),
                    barrier_after: false,
                }),
            }
        }
        Self {
            name: kind.name.clone(),
            steps,
            segments,
        }
    }
}
