//! What the workers of a block share: where they get tasks from, and whom they tell.
//!
//! A worker takes segments of tasks from the queue of its pool, executes them and comes back with what
//! happened; the desk keeps the books and sends the task on: to the recorder, to a barrier, or to the queue
//! of the next pool.

mod attempts;
#[cfg(test)]
mod laws;
mod ledger;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::engine::backends::Collections;
use crate::engine::barrier::Barriers;
use crate::engine::caller::{Attempt, Caller};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::faults::Faults;
use crate::engine::interpreter::{self, InterpreterLock};
use crate::engine::lives::{Lives, PartEnd};
use crate::engine::load::Gate;
use crate::engine::plan::{BACK_POOL, FRONT_POOL, Next, Recipes, Surroundings};
use crate::engine::queue::TaskQueue;
use crate::engine::recorder::Recorder;
use crate::engine::resilience::Incident;
use crate::engine::stages::{Shared, StageError, Workbench, strike};
use crate::engine::task::{Cohort, Outcome, Ran, Task};
use crate::scenario::Protection;

/// Stops the worker that executes an attempt; says whether it could.
pub(super) struct Stopper(pub(super) Box<dyn Fn(&Attempt) -> bool + Send + Sync>);

impl std::fmt::Debug for Stopper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stopper")
    }
}

/// What the workers of a block share.
#[derive(Debug)]
pub(in crate::engine) struct Desk {
    pub(super) recipes: Arc<Recipes>,
    pub(super) surroundings: Surroundings,
    pub(super) cancel: Arc<Cancel>,
    pub(super) shared: Arc<Shared>,
    /// What the worker threads share; none without one.
    pub(super) interpreter: Option<Arc<InterpreterLock>>,
    /// By pool; the first is the one that tasks are admitted to.
    pools: Vec<Pool>,
    recorder: Arc<Recorder>,
    lives: Arc<Lives>,
    gate: Arc<Gate>,
    /// What watches attempts; none if nobody does.
    caller: Option<Arc<Caller>>,
    /// What goes wrong on purpose; none if nothing does.
    pub(in crate::engine) faults: Option<Arc<Faults>>,
    /// Stops the worker that executes an attempt, if the back end can.
    stopper: OnceLock<Stopper>,
    barriers: Mutex<Barriers>,
    /// Whether any task has a barrier.
    has_barriers: bool,
    is_batch: bool,
    failures: Mutex<Vec<String>>,
    incidents: crossbeam_channel::Sender<Incident>,
    deaths: AtomicU32,
    recycled: AtomicU64,
    ended_workers_cpu_nanos: AtomicU64,
    /// The counters of worker processes, added up: additions and value, by protection.
    of_processes: Mutex<[(u64, u64); Protection::ALL.len()]>,
    /// The garbage collections of an interpreter.
    collections: Mutex<Option<Collections>>,
}

/// The queue in front of a pool of workers, and how many tasks are under way on them.
#[derive(Debug)]
struct Pool {
    queue: Arc<TaskQueue>,
    in_flight: AtomicU64,
}

/// What the desk is made of.
pub(in crate::engine) struct DeskParts {
    pub(in crate::engine) recipes: Arc<Recipes>,
    pub(in crate::engine) surroundings: Surroundings,
    pub(in crate::engine) cancel: Arc<Cancel>,
    pub(in crate::engine) interpreter: Option<Arc<InterpreterLock>>,
    pub(in crate::engine) recorder: Arc<Recorder>,
    pub(in crate::engine) lives: Arc<Lives>,
    pub(in crate::engine) gate: Arc<Gate>,
    pub(in crate::engine) caller: Option<Arc<Caller>>,
    pub(in crate::engine) faults: Option<Arc<Faults>>,
    pub(in crate::engine) incidents: crossbeam_channel::Sender<Incident>,
    /// In front of the pools, in their order.
    pub(in crate::engine) queues: Vec<Arc<TaskQueue>>,
    /// How many tasks a batch has; 0 for other loads, which have no barriers.
    pub(in crate::engine) batch_tasks: u64,
}

impl Desk {
    pub(in crate::engine) fn new(parts: DeskParts) -> Self {
        let count = parts.recipes.barriers();
        let barriers = Barriers::new(parts.batch_tasks, count);
        Self {
            recipes: parts.recipes,
            surroundings: parts.surroundings,
            cancel: parts.cancel,
            shared: Arc::default(),
            interpreter: parts.interpreter,
            pools: parts
                .queues
                .into_iter()
                .map(|queue| Pool {
                    queue,
                    in_flight: AtomicU64::new(0),
                })
                .collect(),
            recorder: parts.recorder,
            lives: parts.lives,
            gate: parts.gate,
            caller: parts.caller,
            faults: parts.faults,
            stopper: OnceLock::new(),
            has_barriers: count > 0,
            is_batch: parts.batch_tasks > 0,
            barriers: Mutex::new(barriers),
            failures: Mutex::new(Vec::new()),
            incidents: parts.incidents,
            deaths: AtomicU32::new(0),
            recycled: AtomicU64::new(0),
            ended_workers_cpu_nanos: AtomicU64::new(0),
            of_processes: Mutex::default(),
            collections: Mutex::default(),
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

    /// Takes up to `max` segments for a worker of `pool`, waiting for the first. Returns false when there
    /// will be no more.
    pub(super) fn take_blocking(
        &self,
        pool: usize,
        worker: usize,
        max: usize,
        taken: &mut Vec<Task>,
    ) -> bool {
        let mut shed = Vec::new();
        loop {
            let queue = &self.pools[pool].queue;
            let more = queue.take_blocking(clock::now_nanos, max, taken, &mut shed);
            self.took(pool, worker, taken.len(), &mut shed);
            if !more || !taken.is_empty() {
                return more;
            }
        }
    }

    /// As [`Self::take_blocking`], for event loops.
    pub(super) async fn take(
        &self,
        pool: usize,
        worker: usize,
        max: usize,
        taken: &mut Vec<Task>,
    ) -> bool {
        let mut shed = Vec::new();
        loop {
            let queue = &self.pools[pool].queue;
            let more = queue.take(clock::now_nanos, max, taken, &mut shed).await;
            self.took(pool, worker, taken.len(), &mut shed);
            if !more || !taken.is_empty() {
                return more;
            }
        }
    }

    fn took(&self, pool: usize, worker: usize, taken: usize, shed: &mut Vec<Task>) {
        self.pools[pool]
            .in_flight
            .fetch_add(taken as u64, Ordering::Relaxed);
        for task in shed.drain(..) {
            if let Some(attempt) = &task.attempt
                && !self.gives_up_waiting(attempt)
            {
                continue;
            }
            self.recorder.shed(worker, task.cohort);
            if self.has_barriers && task.cohort == Cohort::Measured {
                self.pass_barriers(0);
            }
            // Its client has been told that it will not be served.
            self.gate.task_ended(worker, clock::now_nanos());
        }
    }

    /// `worker` of `pool` is done with a segment of `task`; `result` is its digest. What comes back has to be
    /// handed on by [`Self::pass_on`] or [`Self::pass_on_blocking`].
    #[must_use]
    pub(super) fn end(
        &self,
        pool: usize,
        worker: usize,
        task: Task,
        ran: Ran,
        result: Result<u64, StageError>,
    ) -> Option<Task> {
        self.end_known_at(ran.end_nanos, pool, worker, task, ran, result)
    }

    /// As [`Self::end`], where the client of a closed load knows it at `known_nanos` only.
    #[must_use]
    pub(super) fn end_known_at(
        &self,
        known_nanos: u64,
        pool: usize,
        worker: usize,
        mut task: Task,
        ran: Ran,
        result: Result<u64, StageError>,
    ) -> Option<Task> {
        let next = if result.is_ok() {
            self.recipes.after(task.number, task.segment)
        } else {
            Next::Done
        };
        let is_awaited = if next == Next::Done {
            task.settle()
        } else {
            task.is_awaited()
        };
        let end = part_end(is_awaited, next, &result);
        self.lives.part_ended(pool, &task, &ran, end);
        if !is_awaited {
            self.discard(pool, &task, false);
            return None;
        }
        let finish = |task: &Task, outcome, digest| {
            self.end_attempt(worker, task, &ran, known_nanos, outcome, digest);
        };
        self.pools[pool].in_flight.fetch_sub(1, Ordering::Relaxed);
        let digest = match result {
            Ok(digest) => digest,
            Err(StageError::Cancelled) => {
                finish(&task, Outcome::Cancelled, 0);
                return None;
            }
            Err(StageError::Failed(message)) => {
                self.note_failure(message);
                finish(&task, Outcome::Failed, 0);
                return None;
            }
        };
        match next {
            Next::Done => {
                finish(&task, Outcome::Good, digest);
                None
            }
            Next::Segment { barrier: true, .. } if task.cohort == Cohort::Measured => {
                task.go_on(&ran, digest);
                self.pools[FRONT_POOL].queue.task_ended();
                let index = self.recipes.barriers_before(task.number, task.segment) - 1;
                let free = self.lock_barriers().arrive(index, task);
                self.pools[FRONT_POOL].queue.release(free);
                None
            }
            // In the warm-up there is nobody to wait for at a barrier.
            Next::Segment { pool: next, .. } => {
                task.go_on(&ran, digest);
                if next == FRONT_POOL {
                    self.pools[FRONT_POOL].queue.bring_back([task]);
                    None
                } else {
                    Some(task)
                }
            }
        }
    }

    /// Hands a task on to the back pool, waiting while the queue between is full.
    pub(super) fn pass_on_blocking(&self, task: Task) {
        // Once the queue has ended the books count the task as cancelled.
        let _ = self.pools[BACK_POOL].queue.put_blocking(task);
    }

    /// As [`Self::pass_on_blocking`], for event loops.
    pub(super) async fn pass_on(&self, task: Task) {
        let _ = self.pools[BACK_POOL].queue.put(task).await;
    }

    /// A task is over. `frees_place` if nobody executes it any more.
    fn finish(
        &self,
        worker: usize,
        task: &Task,
        ran: &Ran,
        known_nanos: u64,
        (outcome, digest): (Outcome, u64),
        frees_place: bool,
    ) {
        self.recorder.end(worker, task, ran, outcome, digest);
        self.lives.task_ended(task, ran, outcome);
        if frees_place {
            self.pools[FRONT_POOL].queue.task_ended();
        }
        if self.has_barriers && task.cohort == Cohort::Measured {
            self.pass_barriers(self.recipes.barriers_before(task.number, task.segment));
        }
        self.gate.task_ended(worker, known_nanos);
    }

    /// A task of the batch has ended, or was given up, after `passed` barriers: nobody waits for it any more.
    fn pass_barriers(&self, passed: usize) {
        let free = self.lock_barriers().ended(passed);
        self.pools[FRONT_POOL].queue.release(free);
    }

    fn lock_barriers(&self) -> MutexGuard<'_, Barriers> {
        self.barriers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all queues: nobody gets a task any more. Admitted tasks that have not begun are cancelled; what has
    /// begun stays in flight until the books are closed.
    pub(in crate::engine) fn end_queues(&self) {
        // Thousands of threads need not come to their end one after the other.
        if let Some(lock) = &self.interpreter {
            lock.end();
        }
        for pool in &self.pools {
            for task in pool.queue.end() {
                // Of a task whose caller gave this attempt up, or had made earlier ones, another entry tells.
                let is_new = task.attempt.as_ref().is_none_or(|attempt| {
                    attempt.settle_waiting() && attempt.first_start_nanos().is_none()
                });
                if task.segment == 0 && is_new {
                    self.recorder.cancel_queued(task.cohort, 1);
                }
            }
        }
    }

    /// Tasks in the queue of each pool and under way on it. Tasks held at a barrier are in the first queue.
    pub(in crate::engine) fn gauges(&self) -> Vec<(u64, u64)> {
        let held = self.lock_barriers().held();
        let mut gauges: Vec<_> = self
            .pools
            .iter()
            .map(|pool| {
                (
                    pool.queue.depth().queued,
                    pool.in_flight.load(Ordering::Relaxed),
                )
            })
            .collect();
        if let Some((queued, _)) = gauges.first_mut() {
            *queued += held;
        }
        gauges
    }

    /// Executes a segment of `task` on this thread from beginning to end.
    pub(super) fn work(
        &self,
        pool: usize,
        worker: usize,
        mut task: Task,
        bench: &mut Workbench,
        meter: &mut Meter,
    ) {
        if !self.begin(pool, worker, &mut task) {
            return;
        }
        let start_nanos = clock::now_nanos();
        // The worker that was woken for it may have had to wait for the interpreter lock before it could take it.
        let start_wait_nanos = interpreter::last_wait_since(task.queued_nanos());
        bench.begin(meter.wants(task.number));
        let result = run_segment(&self.recipes, &task, bench, &self.cancel);
        let end_nanos = clock::now_nanos();
        let spent = bench.spent();
        meter.saw(end_nanos - start_nanos);
        let ran = Ran {
            taken_nanos: start_nanos - start_wait_nanos,
            on_cpu_nanos: spent.on_cpu_nanos,
            lock_wait_nanos: spent.lock_wait_nanos,
            interpreter_wait_nanos: spent.interpreter_wait_nanos,
            start_wait_nanos,
            worker: Some(worker as u32),
            ..Ran::here(start_nanos, end_nanos)
        };
        // What the task waited for is no wait before the next one.
        interpreter::forget_last_wait();
        if let Some(task) = self.end(pool, worker, task, ran, result) {
            self.pass_on_blocking(task);
        }
    }
}

/// How a part ended that its worker is done with.
fn part_end(is_awaited: bool, next: Next, result: &Result<u64, StageError>) -> PartEnd {
    match result {
        _ if !is_awaited => PartEnd::Unawaited,
        Ok(_) if next == Next::Done => PartEnd::Ended(Outcome::Good),
        Ok(_) => PartEnd::GoesOn,
        Err(StageError::Cancelled) => PartEnd::Ended(Outcome::Cancelled),
        Err(StageError::Failed(_)) => PartEnd::Ended(Outcome::Failed),
    }
}

/// Executes a segment of `task` on this thread, with all that befalls it; returns its digest.
pub(super) fn run_segment(
    recipes: &Recipes,
    task: &Task,
    bench: &mut Workbench,
    cancel: &Cancel,
) -> Result<u64, StageError> {
    let stages = |bench: &mut Workbench| {
        let segment = recipes.segment(task.draw_number(), task.segment);
        segment
            .steps()
            .try_fold(0_u64, |sum, (place, step, mut rng)| {
                let value = step.run(bench, &mut rng, cancel)?;
                Ok(sum.wrapping_add(segment.digest(place, value)))
            })
    };
    bench.metered(|bench| match &task.affliction {
        None => stages(bench),
        Some(affliction) => {
            let part = recipes.part(task.number, task.segment);
            strike::run(affliction, part, bench, cancel, stages)
        }
    })
}

/// Decides of which tasks processor time is read: reading it twice takes half a microsecond, which would show
/// in tasks that take few.
#[derive(Debug, Default)]
pub(in crate::engine) struct Meter {
    last_nanos: u64,
}

impl Meter {
    /// Tasks that take longer are metered all: the reading is below 3 % of them.
    const LONG_NANOS: u64 = 20_000;
    /// Of shorter ones, one in so many.
    const OF_SHORT: u64 = 16;

    /// Whether task `number` is to be metered, judged by the one before.
    pub(super) const fn wants(&self, number: u64) -> bool {
        self.last_nanos >= Self::LONG_NANOS || number.is_multiple_of(Self::OF_SHORT)
    }

    /// The last task took `nanos`.
    pub(super) const fn saw(&mut self, nanos: u64) {
        self.last_nanos = nanos;
    }
}
