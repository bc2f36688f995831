//! Who offers tasks to the queue: the generator of open loads and batches, the clients of closed loads.
//!
//! An open load's generator follows its schedule and never waits for the system: a full queue drops. Only
//! where the scenario wants callers to wait at the door does it wait with them, and what was due meanwhile
//! keeps its intended start.
//! A closed load's client offers its next task at the end of the last one; that happens on the worker that
//! ended it, so that no thread stands between. Clients that think, or that may have to wait at the door, are
//! served by a thread of their own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use crate::engine::arrivals::OpenSchedule;
use crate::engine::caller::{Caller, Due};
use crate::engine::clock::{self, Pacer};
use crate::engine::queue::{Offer, TaskQueue};
use crate::engine::recorder::{Admission, Recorder};
use crate::engine::stages::draw;
use crate::engine::task::{Cohort, Task};
use crate::scenario::{Distribution, Load, QueuePolicy};
use crate::stats::rng::Rng;
use crate::units::Nanos;

/// The generator looks at the stop signal at least this often.
const STOP_LOOK_NANOS: u64 = 20_000_000;
/// Numbers of warm-up tasks lie above all others, so that they draw other numbers.
pub(in crate::engine) const WARM_UP_NUMBERS: u64 = 1 << 63;
/// A stream of its own, so that thinking does not move with the tasks' draws.
const THINK_STREAM: u64 = 0x7468_696e_6b73;

/// The way into the queue.
#[derive(Debug)]
pub struct Gate {
    queue: Arc<TaskQueue>,
    recorder: Arc<Recorder>,
    /// What watches the attempts of tasks; none if nobody does.
    caller: Option<Arc<Caller>>,
    /// Whether callers wait at the door of a full queue.
    callers_wait: bool,
    /// The next number of each cohort: measured tasks count from 0 however many the warm-up had.
    next_numbers: [AtomicU64; 2],
    /// Whether clients of a closed load go on.
    clients_go_on: AtomicBool,
    /// Where the next task of a client is told, if a thread of its own serves clients.
    clients: Option<Sender<u64>>,
    /// Tasks due at or after this instant belong to the measurement.
    measured_from_nanos: AtomicU64,
    /// Nothing is due at or after this instant.
    due_until_nanos: AtomicU64,
    /// Set when nothing becomes due any more.
    closed: AtomicBool,
    /// Whether a task that was due stands at the door of a full queue.
    at_door: AtomicBool,
    /// Tasks of clients that the thread which serves them has not been told of yet.
    untold: AtomicU64,
    /// The first instant at which the generator, or the thread that serves clients, has a task to offer;
    /// `u64::MAX` if there is none.
    next_due_nanos: AtomicU64,
    generator_cpu_nanos: AtomicU64,
}

impl Gate {
    /// A gate in front of `queue`; nothing is measured before [`Self::measure_between`].
    #[must_use]
    pub fn new(
        queue: Arc<TaskQueue>,
        policy: QueuePolicy,
        recorder: Arc<Recorder>,
        caller: Option<Arc<Caller>>,
    ) -> Self {
        Self {
            queue,
            recorder,
            caller,
            callers_wait: policy == QueuePolicy::Block,
            next_numbers: [AtomicU64::new(WARM_UP_NUMBERS), AtomicU64::new(0)],
            clients_go_on: AtomicBool::new(false),
            clients: None,
            measured_from_nanos: AtomicU64::new(u64::MAX),
            due_until_nanos: AtomicU64::new(u64::MAX),
            closed: AtomicBool::new(false),
            at_door: AtomicBool::new(false),
            untold: AtomicU64::new(0),
            next_due_nanos: AtomicU64::new(u64::MAX),
            generator_cpu_nanos: AtomicU64::new(0),
        }
    }

    /// Says from when on tasks count, and from when on none is due; `u64::MAX` if not known yet.
    pub fn measure_between(&self, start_nanos: u64, end_nanos: u64) {
        self.measured_from_nanos
            .store(start_nanos, Ordering::Release);
        self.due_until_nanos.store(end_nanos, Ordering::Release);
    }

    /// CPU time of the generator's thread so far, in nanoseconds.
    #[must_use]
    pub fn generator_cpu_nanos(&self) -> u64 {
        self.generator_cpu_nanos.load(Ordering::Relaxed)
    }

    /// Whether a task that is due at `now_nanos` has not been offered yet: it waits at the door of a full queue,
    /// or behind one that does.
    #[must_use]
    pub fn is_behind(&self, now_nanos: u64) -> bool {
        let until = self.due_until_nanos.load(Ordering::Acquire);
        // In the order in which a task passes them, so that none is overlooked on its way.
        self.untold.load(Ordering::Acquire) > 0
            || self.next_due_nanos.load(Ordering::Acquire) < until.min(now_nanos)
            || self.at_door.load(Ordering::Acquire)
    }

    /// To be called by the generator's thread now and then.
    fn report_cpu(&self) {
        self.generator_cpu_nanos
            .store(clock::thread_cpu_nanos(), Ordering::Relaxed);
    }

    /// Tells when the first of `due` is due.
    fn tell_next(&self, due: &BinaryHeap<Reverse<u64>>) {
        let next = due.peek().map_or(u64::MAX, |&Reverse(next)| next);
        self.next_due_nanos.store(next, Ordering::Release);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Starts `clients` clients, each with a task that is due now.
    fn start_clients(&self, clients: u64) {
        self.clients_go_on.store(true, Ordering::Release);
        for _ in 0..clients {
            self.send_next(0, clock::now_nanos());
        }
    }

    /// No client sends another task.
    fn stop_clients(&self) {
        self.clients_go_on.store(false, Ordering::Release);
    }

    /// Nothing becomes due any more.
    fn close(&self) {
        self.stop_clients();
        self.closed.store(true, Ordering::Release);
    }

    /// A task came to its end on `worker`: under a closed load its client sends the next one.
    pub fn task_ended(&self, worker: usize, at_nanos: u64) {
        if self.clients_go_on.load(Ordering::Acquire) {
            self.send_next(worker, at_nanos);
        }
    }

    fn send_next(&self, worker: usize, from_nanos: u64) {
        if let Some(clients) = &self.clients {
            self.untold.fetch_add(1, Ordering::AcqRel);
            // The thread that serves them ends only with the block.
            let _ = clients.send(from_nanos);
        } else {
            self.offer(worker, from_nanos);
        }
    }

    /// Offers a task that is due at `intended_nanos`. Returns false if it has to wait at the door.
    pub(in crate::engine) fn offer(&self, worker: usize, intended_nanos: u64) -> bool {
        if intended_nanos >= self.due_until_nanos.load(Ordering::Acquire) {
            return true;
        }
        let cohort = self.cohort_of(intended_nanos);
        let number = self.next_numbers[cohort.index()].fetch_add(1, Ordering::Relaxed);
        self.offer_numbered(worker, number, cohort, intended_nanos)
    }

    fn cohort_of(&self, intended_nanos: u64) -> Cohort {
        if intended_nanos >= self.measured_from_nanos.load(Ordering::Acquire) {
            Cohort::Measured
        } else {
            Cohort::WarmUp
        }
    }

    fn offer_numbered(
        &self,
        worker: usize,
        number: u64,
        cohort: Cohort,
        intended_nanos: u64,
    ) -> bool {
        let offered_nanos = clock::now_nanos().max(intended_nanos);
        let mut task = Task::new(number, cohort, intended_nanos, offered_nanos);
        if let Some(caller) = &self.caller {
            caller.send(&mut task);
        }
        let mut has_to_wait = false;
        self.recorder
            .offer(worker, &task, || match self.queue.offer(&task) {
                Offer::Admitted => {
                    self.watch(&task);
                    Admission::Admitted
                }
                Offer::AdmittedInPlaceOf(victim) => {
                    self.watch(&task);
                    match (&self.caller, victim.attempt) {
                        // What becomes of its task is a matter of its attempts.
                        (Some(caller), Some(attempt)) => {
                            caller.enter(0, Due::Evicted(attempt));
                            Admission::Admitted
                        }
                        _ => Admission::InPlaceOf(victim.cohort),
                    }
                }
                Offer::Refused if self.callers_wait => {
                    has_to_wait = true;
                    Admission::NotOffered
                }
                Offer::Refused => Admission::Dropped,
                Offer::Ended => Admission::NotOffered,
            });
        !has_to_wait
    }

    fn watch(&self, task: &Task) {
        if let (Some(caller), Some(attempt)) = (&self.caller, &task.attempt) {
            caller.watch(attempt);
        }
    }

    /// Offers a task and waits at the door with it if it has to. A task that still stands there when the
    /// block ends has become due and is dropped.
    fn offer_at_door(&self, intended_nanos: u64) {
        if intended_nanos >= self.due_until_nanos.load(Ordering::Acquire) {
            return;
        }
        let cohort = self.cohort_of(intended_nanos);
        if self.is_closed() {
            // It became due while the one before it stood at the door.
            self.recorder.drop_at_door(cohort, 1);
            return;
        }
        let number = self.next_numbers[cohort.index()].fetch_add(1, Ordering::Relaxed);
        if self.offer_numbered(0, number, cohort, intended_nanos) {
            return;
        }
        self.at_door.store(true, Ordering::Release);
        loop {
            self.queue
                .wait_for_room(Duration::from_nanos(STOP_LOOK_NANOS));
            if self.is_closed() {
                self.recorder.drop_at_door(cohort, 1);
                break;
            }
            if self.offer_numbered(0, number, cohort, intended_nanos) {
                break;
            }
        }
        self.at_door.store(false, Ordering::Release);
    }

    /// Hands a list of tasks, of which the recorder has already been told, to the queue: when they are due, or `ahead` of
    /// that for who keeps them until then.
    fn feed(&self, tasks: u64, due_nanos: u64, ahead: bool) {
        /// Asking for the CPU time costs about as much as a task: seldom is enough.
        const LUMP: u64 = 256;
        let mut pacer = Pacer::new();
        if !ahead && pacer.wait_until(due_nanos, || self.is_closed()).is_none() {
            return;
        }
        for first in (0..tasks).step_by(LUMP as usize) {
            self.report_cpu();
            let lump = (first..tasks.min(first + LUMP))
                .map(|number| Task::new(number, Cohort::Measured, due_nanos, due_nanos));
            // Waits while the queue is full; ends when the queue does.
            if self.queue.put_all_blocking(lump.collect()).is_err() {
                return;
            }
        }
        self.report_cpu();
    }
}

/// What a block's load does at the edges of its phases.
#[derive(Debug)]
pub struct LoadDriver {
    load: Load,
    seed: u64,
    warm_up_nanos: u64,
    /// How many clients keep a batch's warm-up going.
    warm_up_clients: u64,
    gate: Arc<Gate>,
    /// The next tasks of clients that are served by a thread of their own.
    clients: Option<Receiver<u64>>,
    generator: Option<JoinHandle<()>>,
}

impl LoadDriver {
    /// The driver of `load` and its gate in front of `queue`; `workers` is how many tasks the back end can
    /// have under way.
    #[must_use]
    pub fn new(load: Load, seed: u64, warm_up_nanos: u64, workers: u64, mut gate: Gate) -> Self {
        let mut clients = None;
        if let Load::Closed { think, .. } = load
            && (think != Distribution::Constant(Nanos::ZERO) || gate.callers_wait)
        {
            // At most one entry for each client.
            let (sender, receiver) = unbounded();
            gate.clients = Some(sender);
            clients = Some(receiver);
        }
        Self {
            load,
            seed,
            warm_up_nanos,
            warm_up_clients: workers,
            gate: Arc::new(gate),
            clients,
            generator: None,
        }
    }

    /// The way into the queue.
    #[must_use]
    pub const fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// The block starts at `start_nanos` on the monotonic clock and ends its measurement at `end_nanos`.
    ///
    /// # Errors
    /// If the system refuses the generator's thread.
    pub fn start(&mut self, start_nanos: u64, end_nanos: u64) -> std::io::Result<()> {
        match self.load {
            Load::Closed { clients, think } => {
                if let Some(next) = self.clients.take() {
                    let (gate, seed) = (self.gate.clone(), self.seed);
                    self.spawn(move || serve_clients(&gate, &next, think, seed))?;
                }
                self.gate.start_clients(u64::from(clients));
            }
            Load::Batch { .. } => self.gate.start_clients(self.warm_up_clients),
            Load::Open { .. } | Load::Profile { .. } => {
                if let Some(schedule) = OpenSchedule::new(&self.load, self.warm_up_nanos, self.seed)
                {
                    let gate = self.gate.clone();
                    self.spawn(move || follow(&gate, schedule, start_nanos, end_nanos))?;
                }
            }
        }
        Ok(())
    }

    /// A batch's warm-up is over; it may run dry.
    pub fn settle(&self) {
        self.gate.stop_clients();
    }

    /// The measurement begins at `instant_nanos`; `ahead` if a batch is to be in the queue before that.
    ///
    /// # Errors
    /// If the system refuses the generator's thread.
    pub fn measure(
        &mut self,
        recorder: &Recorder,
        instant_nanos: u64,
        ahead: bool,
    ) -> std::io::Result<()> {
        if let Load::Batch { tasks, .. } = self.load {
            recorder.admit_batch(tasks);
            let gate = self.gate.clone();
            self.spawn(move || gate.feed(tasks, instant_nanos, ahead))?;
        }
        Ok(())
    }

    /// Nothing becomes due any more, and tasks at the door go away.
    pub fn close(&self) {
        self.gate.close();
    }

    /// Waits for the generator's thread; the queue must have ended, or it may wait for room for ever.
    pub fn join(&mut self) {
        if let Some(generator) = self.generator.take() {
            // A generator that panicked has aborted the process already.
            let _ = generator.join();
        }
    }

    fn spawn(&mut self, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let gate = self.gate.clone();
        let thread = std::thread::Builder::new()
            .name("generator".to_owned())
            .spawn(move || {
                clock::wake_precisely();
                work();
                gate.report_cpu();
            })?;
        self.generator = Some(thread);
        Ok(())
    }
}

/// Offers the tasks of `schedule` at their instants until `end_nanos`.
fn follow(gate: &Gate, schedule: OpenSchedule, start_nanos: u64, end_nanos: u64) {
    let mut pacer = Pacer::new();
    let mut reported_nanos = 0;
    for due in schedule {
        let due_nanos = start_nanos.saturating_add(due);
        if due_nanos >= end_nanos {
            break;
        }
        gate.next_due_nanos.store(due_nanos, Ordering::Release);
        let Some(now) = pacer.wait_until(due_nanos, || gate.is_closed()) else {
            // What became due while the generator stood at the door was offered to a full queue.
            if gate.callers_wait && due_nanos <= clock::now_nanos() {
                gate.offer_at_door(due_nanos);
                continue;
            }
            break;
        };
        if now.saturating_sub(reported_nanos) > STOP_LOOK_NANOS {
            gate.report_cpu();
            reported_nanos = now;
        }
        if gate.callers_wait {
            gate.offer_at_door(due_nanos);
        } else {
            gate.offer(0, due_nanos);
        }
    }
    gate.next_due_nanos.store(u64::MAX, Ordering::Release);
}

/// Serves the clients of a closed load: each thinks after its last task and then offers the next one.
fn serve_clients(gate: &Gate, next: &Receiver<u64>, think: Distribution, seed: u64) {
    let mut rng = Rng::new(seed, THINK_STREAM);
    let mut pacer = Pacer::new();
    let mut due = BinaryHeap::new();
    while !gate.is_closed() {
        gate.report_cpu();
        let first = due.peek().map(|&Reverse(first)| first);
        let wait = first.map_or(STOP_LOOK_NANOS, |first: u64| {
            first
                .saturating_sub(clock::now_nanos())
                .saturating_sub(Pacer::SPIN_NANOS)
                .min(STOP_LOOK_NANOS)
        });
        match next.recv_timeout(Duration::from_nanos(wait)) {
            Ok(from_nanos) => {
                due.push(Reverse(from_nanos.saturating_add(draw(think, &mut rng))));
                gate.tell_next(&due);
                gate.untold.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(first) = first.filter(|first| *first <= clock::now_nanos() + Pacer::SPIN_NANOS)
        else {
            continue;
        };
        if pacer.wait_until(first, || gate.is_closed()).is_some() {
            gate.offer_at_door(first);
        }
        due.pop();
        gate.tell_next(&due);
    }
    // Whose task is due and behind another at the door when the block ends was not served either.
    for Reverse(behind) in due {
        if behind <= clock::now_nanos() {
            gate.offer_at_door(behind);
        }
    }
}
