//! One block: ties load, back end and recorder together, phase after phase.
//!
//! It is driven from outside by [`Block::poll`], which moves it on when its time has come; between two calls
//! everything goes on by itself.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use crate::engine::backends::{
    self, BackendError, Collections, Desk, DeskParts, InterpreterFacts, Prepared, Running,
};
use crate::engine::caller::{Caller, Clerk};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::drill::Drill;
use crate::engine::lives::{Lives, Sampled};
use crate::engine::load::{Gate, LoadDriver, WARM_UP_NUMBERS};
use crate::engine::observation::Observation;
use crate::engine::parts::{lock_of, queues};
use crate::engine::phases::{Facts, Phases, Stand};
use crate::engine::plan::{FRONT_POOL, Plan};
use crate::engine::recorder::Recorder;
use crate::engine::resilience::Incident;
use crate::engine::task::Cohort;
use crate::scenario::{Load, Protection};
use crate::stats::SparseHistogram;

/// Incidents that may wait to be read; more are counted only.
const INCIDENTS_MAX: usize = 100;
/// How long workers have to notice that the block was cut.
const GRACE_NANOS: u64 = 500_000_000;

/// A block under way.
pub struct Block {
    plan: Plan,
    recorder: Arc<Recorder>,
    lives: Arc<Lives>,
    driver: LoadDriver,
    desk: Arc<Desk>,
    cancel: Arc<Cancel>,
    incidents: Receiver<Incident>,
    /// What the back end needs to be started, until it is.
    prepared: Option<Prepared>,
    running: Option<Box<dyn Running>>,
    /// Gives attempts up and makes the next ones; none if nobody watches them, and before the begin.
    clerk: Option<Clerk>,
    /// Faults that come at instants; none without faults.
    drill: Option<Drill>,
    phases: Phases,
    start_nanos: u64,
    cold_start_nanos: u64,
    over: bool,
}

impl Block {
    /// Prepares a block: queue, recorder and scratch files; no worker yet.
    ///
    /// # Errors
    /// If the scratch folder cannot be prepared.
    pub fn new(plan: Plan) -> Result<Self, BackendError> {
        for step in plan.recipes.steps() {
            step.prepare(&plan.surroundings.scratch)
                .map_err(BackendError::Scratch)?;
        }
        let prepared = Some(backends::prepare(&plan)?);
        let concurrency = backends::concurrency(plan.backend);
        let (batch_tasks, capacity_min) = match plan.load {
            // The warm-up of a batch keeps every worker busy.
            Load::Batch { tasks, .. } => {
                (tasks, usize::try_from(concurrency).unwrap_or(usize::MAX))
            }
            _ => (0, 0),
        };
        let queues = queues(&plan, capacity_min);
        let shards = std::thread::available_parallelism().map_or(1, usize::from);
        let recorder = Arc::new(Recorder::new(shards).good_within(plan.good_within_nanos));
        let warm_up_clients = if plan.lengths.warm_up_nanos > 0 {
            concurrency.min(batch_tasks)
        } else {
            0
        };
        let caller = Caller::new(plan.defences, plan.recipes.clone(), plan.load.is_batch());
        let driver = LoadDriver::new(
            plan.load.clone(),
            plan.recipes.seed(),
            plan.lengths.warm_up_nanos,
            warm_up_clients,
            Gate::new(
                queues[FRONT_POOL].clone(),
                plan.queue.policy,
                recorder.clone(),
                caller.clone(),
            ),
        );
        let cancel = Arc::new(Cancel::default());
        let lives = Arc::new(Lives::default());
        let (incident_sender, incidents) = bounded(INCIDENTS_MAX);
        let desk = Arc::new(Desk::new(DeskParts {
            recipes: plan.recipes.clone(),
            surroundings: plan.surroundings.clone(),
            cancel: cancel.clone(),
            interpreter: lock_of(plan.interpreter),
            recorder: recorder.clone(),
            lives: lives.clone(),
            gate: driver.gate().clone(),
            caller,
            faults: plan.faults.clone(),
            incidents: incident_sender,
            queues,
            batch_tasks,
        }));
        Ok(Self {
            phases: Phases::new(plan.lengths),
            drill: Drill::of(&plan),
            plan,
            recorder,
            lives,
            driver,
            desk,
            cancel,
            incidents,
            prepared,
            running: None,
            clerk: None,
            start_nanos: 0,
            cold_start_nanos: 0,
            over: false,
        })
    }

    /// Starts the back end and returns when it is ready.
    ///
    /// # Errors
    /// If the system refuses what it needs, or it has been started before.
    pub fn start(&mut self) -> Result<(), BackendError> {
        let prepared = self.prepared.take().ok_or(BackendError::StartedTwice)?;
        let before = clock::now_nanos();
        self.running = Some(backends::start(&self.plan, prepared, self.desk.clone())?);
        self.cold_start_nanos = clock::now_nanos() - before;
        Ok(())
    }

    /// Begins with the warm-up, now.
    ///
    /// # Errors
    /// If the system refuses the generator's thread.
    pub fn begin(&mut self) -> Result<(), BackendError> {
        self.clerk = self.desk.start_clerk().map_err(generator_refused)?;
        self.start_nanos = clock::now_nanos();
        let mut end_nanos = u64::MAX;
        if !self.plan.lengths.batch {
            let from = self.start_nanos + self.plan.lengths.warm_up_nanos;
            end_nanos = from + self.plan.lengths.measure_nanos;
            self.set_window(from, end_nanos);
        }
        self.driver
            .start(self.start_nanos, end_nanos)
            .map_err(generator_refused)
    }

    fn set_window(&self, start_nanos: u64, end_nanos: u64) {
        self.recorder.set_window(start_nanos, end_nanos);
        if let Some(faults) = &self.plan.faults {
            faults.measure_from(start_nanos);
        }
        self.driver.gate().measure_between(start_nanos, end_nanos);
    }

    /// How long the back end took from nothing to ready, in nanoseconds.
    #[must_use]
    pub const fn cold_start_nanos(&self) -> u64 {
        self.cold_start_nanos
    }

    /// The block's start on the monotonic clock.
    #[must_use]
    pub const fn start_nanos(&self) -> u64 {
        self.start_nanos
    }

    /// When [`Self::poll`] should be called again at the latest, on the monotonic clock.
    #[must_use]
    pub fn deadline_nanos(&self) -> u64 {
        /// While the end depends on tasks and not on time, it is looked for that often.
        const LOOK_NANOS: u64 = 5_000_000;
        let by_phase = self.start_nanos + self.phases.deadline_nanos();
        let drill = self.drill.as_ref();
        let by_time = drill.map_or(by_phase, |drill| by_phase.min(drill.deadline_nanos()));
        let by_tasks = match self.phases.stand() {
            Stand::Measure => self.plan.lengths.batch,
            Stand::Settling | Stand::Drain => true,
            Stand::WarmUp | Stand::Over => false,
        };
        if by_tasks {
            by_time.min(clock::now_nanos() + LOOK_NANOS)
        } else {
            by_time
        }
    }

    /// Moves on to the next phase if its time has come; says whether it did. Call it until it does not.
    ///
    /// # Errors
    /// If the system refuses the generator's thread, no worker is left, or a fault killed one that cannot die alone.
    pub fn poll(&mut self, stop: bool) -> Result<bool, BackendError> {
        let now = clock::now_nanos();
        if let (Some(drill), Some(running)) = (&mut self.drill, &self.running) {
            drill.poll(now, &**running, &self.desk)?;
        }
        let behind = u64::from(self.driver.gate().is_behind(now));
        let outstanding = self.outstanding() + behind;
        let facts = Facts {
            now_nanos: now - self.start_nanos,
            last_end_nanos: self
                .recorder
                .last_end_nanos()
                .saturating_sub(self.start_nanos),
            outstanding,
            stop,
        };
        // Also where the tasks that were lost were the last ones.
        self.lives()?;
        if !self.phases.advance(facts) {
            return Ok(false);
        }
        match self.phases.stand() {
            Stand::Settling => self.driver.settle(),
            Stand::Measure => self.begin_measurement()?,
            Stand::Drain => self.end_measurement(),
            Stand::Over => self.end(),
            Stand::WarmUp => {}
        }
        Ok(true)
    }

    /// Whether the back end can go on.
    fn lives(&self) -> Result<(), BackendError> {
        let Some(running) = &self.running else {
            return Ok(());
        };
        match running.failure() {
            Some(why) => Err(BackendError::Python(why)),
            None if running.lives() => Ok(()),
            None => Err(BackendError::AllDead {
                deaths: self.desk.deaths(),
            }),
        }
    }

    /// The window of other loads than batches is known from the start.
    fn begin_measurement(&mut self) -> Result<(), BackendError> {
        if self.plan.lengths.batch {
            self.driver.settle();
            let start = self.start_nanos + self.phases.measure_start_nanos().unwrap_or(0);
            self.set_window(start, u64::MAX);
            self.driver
                .measure(
                    &self.recorder,
                    start,
                    backends::takes_batch_ahead(&self.plan),
                )
                .map_err(generator_refused)?;
        }
        Ok(())
    }

    /// The window ends where it was planned, or earlier if the measurement was cut.
    fn end_measurement(&self) {
        self.driver.settle();
        if let (Some(start), Some(end)) = (
            self.phases.measure_start_nanos(),
            self.phases.measure_end_nanos(),
        ) {
            self.set_window(self.start_nanos + start, self.start_nanos + end);
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn stand(&self) -> Stand {
        self.phases.stand()
    }

    /// Process ids of the worker processes; empty for the other back ends.
    #[must_use]
    pub fn worker_pids(&self) -> Vec<u32> {
        self.running
            .as_ref()
            .map_or_else(Vec::new, |running| running.worker_pids())
    }

    /// The counters of counter stages: protection, additions done, and what it shows. With worker processes, the
    /// sum over their own ones.
    #[must_use]
    pub fn counters(&self) -> Vec<(Protection, u64, u64)> {
        self.desk.counters()
    }

    /// Process id of the zygote that worker processes are copies of; none without one.
    #[must_use]
    pub fn zygote_pid(&self) -> Option<u32> {
        self.running
            .as_ref()
            .and_then(|running| running.zygote_pid())
    }

    /// Process id of the harness, in which an interpreter executes tasks or from which it starts its workers; none for
    /// native back ends.
    #[must_use]
    pub fn harness_pid(&self) -> Option<u32> {
        self.running
            .as_ref()
            .and_then(|running| running.harness_pid())
    }

    /// The interpreter that executes tasks; none for native back ends, and once they are over.
    #[must_use]
    pub fn interpreter(&self) -> Option<&InterpreterFacts> {
        self.running
            .as_ref()
            .and_then(|running| running.interpreter())
    }

    /// The garbage collections of the interpreter's processes so far; none without one.
    #[must_use]
    pub fn collections(&self) -> Option<Collections> {
        self.desk.collections()
    }

    /// Processor time of worker processes that have ended, in nanoseconds; 0 where the system forgets it with
    /// the process. To be asked before [`Self::worker_pids`], so that no worker counts as ended and as living.
    #[must_use]
    pub fn ended_workers_cpu_nanos(&self) -> u64 {
        self.desk.ended_workers_cpu_nanos()
    }

    /// How many workers were replaced because they had served their time.
    #[must_use]
    pub fn recycled(&self) -> u64 {
        self.desk.recycled()
    }

    /// CPU time of the generator's thread so far, in nanoseconds.
    #[must_use]
    pub fn generator_cpu_nanos(&self) -> u64 {
        self.driver.gate().generator_cpu_nanos()
    }

    /// The incidents since the last call.
    #[must_use]
    pub fn take_incidents(&self) -> Vec<Incident> {
        self.incidents.try_iter().collect()
    }

    /// How many workers died.
    #[must_use]
    pub fn deaths(&self) -> u32 {
        self.desk.deaths()
    }

    /// The first failures of tasks, as texts.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.desk.failures()
    }

    /// For a batch that came to its end: how long it took, in nanoseconds.
    #[must_use]
    pub fn makespan_nanos(&self) -> Option<u64> {
        let (start, end) = (
            self.phases.measure_start_nanos()?,
            self.phases.measure_end_nanos()?,
        );
        self.phases.batch_done().then(|| end.saturating_sub(start))
    }

    /// When a batch starts, or did, on the monotonic clock; 0 before that is known and for other loads. What is seen
    /// before it is seen at that instant: nothing happens in between.
    #[must_use]
    pub fn batch_start_nanos(&self) -> u64 {
        let start = self.phases.measure_start_nanos();
        let start = start.filter(|_| self.plan.lengths.batch);
        start.map_or(0, |start| self.start_nanos + start)
    }

    /// What can be seen now. After the end the books are closed: nothing is queued or in flight.
    #[must_use]
    pub fn observe(&self) -> Observation {
        // Before the clock, so that nothing was held for longer than it shows.
        let interpreter = self.desk.interpreter_use();
        let elapsed_nanos = clock::now_nanos().max(self.batch_start_nanos()) - self.start_nanos;
        let tallies = Cohort::ALL.map(|cohort| {
            let mut tally = self.recorder.tally(cohort);
            tally.retries = self
                .desk
                .caller()
                .map_or(0, |caller| caller.retries(cohort));
            if self.over { tally.closed() } else { tally }
        });
        let mut loop_lag = SparseHistogram::default();
        if let Some(running) = &self.running {
            running.drain_loop_lag(&mut loop_lag);
        }
        Observation {
            elapsed_nanos,
            stand: self.phases.stand(),
            measure_start_nanos: self.phases.measure_start_nanos(),
            measure_end_nanos: self.phases.measure_end_nanos(),
            tallies,
            distributions: Cohort::ALL.map(|cohort| self.recorder.drain(cohort, self.over)),
            totals: Cohort::ALL.map(|cohort| self.recorder.totals(cohort)),
            pools: self.desk.gauges(),
            loop_lag,
            interpreter,
            resilience: self.desk.resilience(),
            window: self.recorder.window(),
            good_late: self.recorder.good_late(),
            lives: self.sampled(self.start_nanos + elapsed_nanos),
        }
    }

    /// What was kept of single tasks since the last call, which is seen at `now_nanos`.
    fn sampled(&self, now_nanos: u64) -> Sampled {
        let measuring = self.phases.stand() == Stand::Measure;
        let mut sampled = self.lives.drain(now_nanos, measuring);
        let slowest = sampled.slowest.iter_mut().flatten();
        for part in sampled
            .parts
            .iter_mut()
            .chain(slowest.map(|slow| &mut slow.last))
        {
            part.kind = self.plan.recipes.kind_of(part.number);
            // From here on the cohort says it.
            part.number &= !WARM_UP_NUMBERS;
        }
        sampled
    }

    /// Ends everything that runs.
    fn end(&mut self) {
        // Before anything is cancelled: the client of a cancelled task must not send another one.
        self.driver.close();
        let stuck = self.desk.resilience().attempts;
        if self.outstanding() > 0 || stuck.is_some_and(|attempts| attempts.stuck > 0) {
            self.cancel.set();
        }
        self.desk.end_queues();
        self.clerk = None;
        self.driver.join();
        if let Some(running) = self.running.take() {
            if let Some(drill) = &mut self.drill {
                drill.end(&*running);
            }
            running.end(clock::now_nanos() + GRACE_NANOS);
        }
        // What a worker that was left behind may still say comes too late.
        self.recorder.close();
        self.over = true;
    }

    /// Admitted tasks of both cohorts that have not come to an end.
    fn outstanding(&self) -> u64 {
        Cohort::ALL
            .iter()
            .map(|cohort| self.recorder.tally(*cohort).outstanding())
            .sum()
    }
}

fn generator_refused(source: std::io::Error) -> BackendError {
    BackendError::Thread {
        number: 1,
        wanted: 1,
        source,
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if !self.over {
            self.cancel.set();
            self.end();
        }
    }
}
