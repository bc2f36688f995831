//! Where tasks run. Each back end is a file of its own and a line in [`start`].
//!
//! A back end takes tasks from the queue, executes them and tells the desk; it knows neither when tasks are
//! due nor what is recorded of them.

mod async_pool;
mod child;
mod pipe;
mod processes;
mod threads;

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::load::Gate;
use crate::engine::plan::{Plan, Recipes, Surroundings};
use crate::engine::recorder::Recorder;
use crate::engine::stages::{Shared, StageError, Workbench};
use crate::engine::task::{Outcome, Ran, Task};
use crate::scenario::Backend;

pub use child::{SERVER_PART, ServerProcess, WORKER_PART, start_server};
pub use processes::worker_main;

/// Failures of tasks whose text is kept; all are counted.
const FAILURES_KEPT: usize = 10;

/// Why a back end cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The system refused a thread.
    #[error("the system refused thread {number} of {wanted}; lower the number of workers")]
    Thread {
        /// Which one, from 1.
        number: u32,
        /// How many were asked for.
        wanted: u32,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused a process, or the process did not answer.
    #[error(
        "worker process {number} of {wanted} could not be started; lower the number of workers"
    )]
    Process {
        /// Which one, from 1.
        number: u32,
        /// How many were asked for.
        wanted: u32,
        /// What the system said.
        source: io::Error,
    },
    /// Every worker has died, and none can be replaced.
    #[error("no worker process is left: {deaths} died, and none was replaced any more")]
    AllDead {
        /// How many died.
        deaths: u32,
    },
    /// The async runtime could not be built.
    #[error("the async runtime could not be started")]
    Runtime(#[source] io::Error),
    /// The loopback server could not be started.
    #[error("the loopback server could not be started")]
    Server(#[source] io::Error),
    /// The scratch folder could not be prepared.
    #[error("the scratch folder could not be prepared; is there room on the disk?")]
    Scratch(#[source] io::Error),
}

/// Something that happened to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// When, in nanoseconds on the monotonic clock.
    pub at_nanos: u64,
    /// What, for people.
    pub message: String,
}

/// What the workers of a block share.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) queue: async_channel::Receiver<Task>,
    pub(super) recipes: Arc<Recipes>,
    pub(super) surroundings: Surroundings,
    pub(super) cancel: Arc<Cancel>,
    shared: Arc<Shared>,
    recorder: Arc<Recorder>,
    gate: Arc<Gate>,
    failures: Mutex<Vec<String>>,
    incidents: crossbeam_channel::Sender<Incident>,
    deaths: AtomicU32,
}

impl Desk {
    pub(super) fn new(
        queue: async_channel::Receiver<Task>,
        plan_recipes: Arc<Recipes>,
        surroundings: Surroundings,
        recorder: Arc<Recorder>,
        gate: Arc<Gate>,
        cancel: Arc<Cancel>,
        incidents: crossbeam_channel::Sender<Incident>,
    ) -> Self {
        Self {
            queue,
            recipes: plan_recipes,
            surroundings,
            cancel,
            shared: Arc::default(),
            recorder,
            gate,
            failures: Mutex::new(Vec::new()),
            incidents,
            deaths: AtomicU32::new(0),
        }
    }

    /// A workbench for worker `id`.
    pub(super) fn bench(&self, id: u64) -> Workbench {
        Workbench::new(
            &self.surroundings.scratch,
            self.surroundings.server_port,
            id,
            self.shared.clone(),
        )
    }

    /// `worker` begins with `task`.
    pub(super) fn start(&self, worker: usize, task: &Task) {
        self.recorder.start(worker, task);
    }

    /// `worker` is done with `task`.
    pub(super) fn end(&self, worker: usize, task: &Task, ran: Ran, result: Result<(), StageError>) {
        let outcome = match result {
            Ok(()) => Outcome::Good,
            Err(StageError::Cancelled) => Outcome::Cancelled,
            Err(StageError::Failed(message)) => {
                self.note_failure(message);
                Outcome::Failed
            }
        };
        self.recorder.end(worker, task, ran, outcome);
        self.gate.task_ended(worker, ran.end_nanos);
    }

    /// Keeps the first texts, each once.
    fn note_failure(&self, message: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < FAILURES_KEPT && !failures.contains(&message) {
            failures.push(message);
        }
    }

    /// The first failures of tasks, as texts.
    pub(super) fn failures(&self) -> Vec<String> {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A worker died.
    fn worker_died(&self, message: String) {
        self.deaths.fetch_add(1, Ordering::Relaxed);
        // A full channel means hundreds of deaths: the count says so.
        let _ = self.incidents.try_send(Incident {
            at_nanos: clock::now_nanos(),
            message,
        });
    }

    /// How many workers died.
    pub(super) fn deaths(&self) -> u32 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// Executes `task` on this thread from beginning to end.
    pub(super) fn work(&self, worker: usize, task: &Task, bench: &mut Workbench) {
        self.start(worker, task);
        let start_nanos = clock::now_nanos();
        let result = run_steps(&self.recipes, task.number, bench, &self.cancel);
        let ran = Ran {
            start_nanos,
            end_nanos: clock::now_nanos(),
        };
        self.end(worker, task, ran, result);
    }
}

/// Executes the steps of task `number` on this thread.
fn run_steps(
    recipes: &Recipes,
    number: u64,
    bench: &mut Workbench,
    cancel: &Cancel,
) -> Result<(), StageError> {
    let (steps, mut rng) = recipes.of_task(number);
    bench.begin_task();
    steps
        .iter()
        .try_for_each(|step| step.run(bench, &mut rng, cancel).map(|_| ()))
}

/// A back end at work.
pub(super) trait Running: Send {
    /// Process ids of its worker processes at this moment; empty for the others.
    fn worker_pids(&self) -> Vec<u32>;

    /// Whether a worker is left.
    fn lives(&self) -> bool;

    /// Ends it, the queue being closed: waits until `deadline_nanos` for workers to come to their end, then
    /// leaves them behind (threads) or kills them (processes).
    fn end(self: Box<Self>, deadline_nanos: u64);
}

/// Starts the back end of `plan` and returns when all its workers are ready.
pub(super) fn start(plan: &Plan, desk: Arc<Desk>) -> Result<Box<dyn Running>, BackendError> {
    match plan.backend {
        Backend::Sequential => threads::start(1, &desk),
        Backend::Threads { workers } => threads::start(workers.count(), &desk),
        Backend::Processes { workers, .. } => {
            processes::start(workers.count(), &plan.scenario_text, desk)
        }
        Backend::Hybrid { .. } => unimplemented!(),
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => async_pool::start(in_flight, event_loops, cpu, desk),
    }
}

/// How many tasks `backend` can have under way.
pub(super) fn concurrency(backend: Backend) -> u64 {
    match backend {
        Backend::Async { in_flight, .. } => in_flight as u64,
        other => other.workers() as u64,
    }
}
