//! Who offers tasks to the queue: the generator of open loads and batches, the clients of closed loads.
//!
//! An open load's generator follows its schedule and never waits for the system: a full queue drops.
//! A closed load's client offers its next task at the end of the last one; that happens on the worker that
//! ended it, so that no thread stands between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use async_channel::TrySendError;

use crate::engine::arrivals::OpenSchedule;
use crate::engine::clock;
use crate::engine::recorder::Recorder;
use crate::engine::task::{Cohort, Task};
use crate::scenario::Load;

/// The generator looks at the stop signal at least this often.
const STOP_LOOK_NANOS: u64 = 20_000_000;
/// Numbers of warm-up tasks lie above all others, so that they draw other numbers.
const WARM_UP_NUMBERS: u64 = 1 << 63;

/// The way into the queue.
#[derive(Debug)]
pub struct Gate {
    queue: async_channel::Sender<Task>,
    recorder: Arc<Recorder>,
    /// The next number of each cohort: measured tasks count from 0 however many the warm-up had.
    next_numbers: [AtomicU64; 2],
    /// Whether clients of a closed load go on.
    clients_go_on: AtomicBool,
    /// Tasks due at or after this instant belong to the measurement.
    measured_from_nanos: AtomicU64,
    /// Nothing is due at or after this instant.
    due_until_nanos: AtomicU64,
    /// Set when nothing becomes due any more.
    closed: AtomicBool,
    generator_cpu_nanos: AtomicU64,
}

impl Gate {
    /// A gate in front of `queue`; nothing is measured before [`Self::measure_between`].
    #[must_use]
    pub fn new(queue: async_channel::Sender<Task>, recorder: Arc<Recorder>) -> Self {
        Self {
            queue,
            recorder,
            next_numbers: [AtomicU64::new(WARM_UP_NUMBERS), AtomicU64::new(0)],
            clients_go_on: AtomicBool::new(false),
            measured_from_nanos: AtomicU64::new(u64::MAX),
            due_until_nanos: AtomicU64::new(u64::MAX),
            closed: AtomicBool::new(false),
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

    /// To be called by the generator's thread now and then.
    fn report_cpu(&self) {
        self.generator_cpu_nanos
            .store(clock::thread_cpu_nanos(), Ordering::Relaxed);
    }

    /// Starts `clients` clients, each with a task that is due now.
    pub fn start_clients(&self, clients: u64) {
        self.clients_go_on.store(true, Ordering::Release);
        for _ in 0..clients {
            self.offer(0, clock::now_nanos());
        }
    }

    /// No client sends another task.
    pub fn stop_clients(&self) {
        self.clients_go_on.store(false, Ordering::Release);
    }

    /// Nothing becomes due any more. The queue hands out what it holds and then ends.
    pub fn close(&self) {
        self.stop_clients();
        self.closed.store(true, Ordering::Release);
        self.queue.close();
    }

    /// A task came to its end on `worker`: under a closed load its client sends the next one.
    pub fn task_ended(&self, worker: usize, at_nanos: u64) {
        if self.clients_go_on.load(Ordering::Acquire) {
            self.offer(worker, at_nanos);
        }
    }

    fn offer(&self, worker: usize, intended_nanos: u64) {
        let measured = intended_nanos >= self.measured_from_nanos.load(Ordering::Acquire);
        let cohort = if measured {
            Cohort::Measured
        } else {
            Cohort::WarmUp
        };
        let task = Task {
            number: self.next_numbers[cohort.index()].fetch_add(1, Ordering::Relaxed),
            cohort,
            intended_nanos,
            offered_nanos: clock::now_nanos().max(intended_nanos),
        };
        if intended_nanos >= self.due_until_nanos.load(Ordering::Acquire) {
            return;
        }
        self.recorder
            .offer(worker, &task, || match self.queue.try_send(task) {
                Ok(()) => Some(true),
                Err(TrySendError::Full(_)) => Some(false),
                // The block is over: the task never became due.
                Err(TrySendError::Closed(_)) => None,
            });
    }

    /// Hands a list of tasks to the queue, which has already been told of all of them.
    fn feed(&self, tasks: u64, due_nanos: u64) {
        /// Asking for the CPU time costs about as much as a task: seldom is enough.
        const REPORT_TASKS: u64 = 256;
        for number in 0..tasks {
            if number % REPORT_TASKS == 0 {
                self.report_cpu();
            }
            let task = Task {
                number,
                cohort: Cohort::Measured,
                intended_nanos: due_nanos,
                offered_nanos: due_nanos,
            };
            // Waits while the queue is full; ends when the gate is closed.
            if self.queue.send_blocking(task).is_err() {
                return;
            }
        }
    }
}

/// What a block's load does at the edges of its phases.
#[derive(Debug)]
pub struct LoadDriver {
    load: Load,
    seed: u64,
    /// How many clients keep a batch's warm-up going.
    warm_up_clients: u64,
    gate: Arc<Gate>,
    generator: Option<JoinHandle<()>>,
}

impl LoadDriver {
    /// The driver of `load`; `workers` is how many tasks the back end can have under way.
    #[must_use]
    pub const fn new(load: Load, seed: u64, workers: u64, gate: Arc<Gate>) -> Self {
        Self {
            load,
            seed,
            warm_up_clients: workers,
            gate,
            generator: None,
        }
    }

    /// The block starts at `start_nanos` on the monotonic clock and ends its measurement at `end_nanos`.
    ///
    /// # Errors
    /// If the system refuses the generator's thread.
    pub fn start(&mut self, start_nanos: u64, end_nanos: u64) -> std::io::Result<()> {
        match self.load {
            Load::Closed { clients, .. } => self.gate.start_clients(u64::from(clients)),
            Load::Profile { .. } => unimplemented!(),
            Load::Batch { .. } => self.gate.start_clients(self.warm_up_clients),
            Load::Open {
                rate_per_sec,
                arrivals,
            } => {
                let schedule = OpenSchedule::new(rate_per_sec, arrivals, self.seed);
                let gate = self.gate.clone();
                self.spawn(move || follow(&gate, schedule, start_nanos, end_nanos))?;
            }
        }
        Ok(())
    }

    /// A batch's warm-up is over; it may run dry.
    pub fn settle(&self) {
        self.gate.stop_clients();
    }

    /// The measurement begins at `instant_nanos`.
    ///
    /// # Errors
    /// If the system refuses the generator's thread.
    pub fn measure(&mut self, recorder: &Recorder, instant_nanos: u64) -> std::io::Result<()> {
        if let Load::Batch { tasks, .. } = self.load {
            recorder.admit_batch(tasks);
            let gate = self.gate.clone();
            self.spawn(move || gate.feed(tasks, instant_nanos))?;
        }
        Ok(())
    }

    /// Nothing becomes due any more; ends the generator.
    pub fn close(&mut self) {
        self.gate.close();
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
    let mut reported_nanos = 0;
    for due in schedule {
        let due_nanos = start_nanos.saturating_add(due);
        if due_nanos >= end_nanos {
            return;
        }
        loop {
            let now = clock::now_nanos();
            if gate.closed.load(Ordering::Acquire) {
                return;
            }
            if now.saturating_sub(reported_nanos) > STOP_LOOK_NANOS {
                gate.report_cpu();
                reported_nanos = now;
            }
            if now >= due_nanos {
                break;
            }
            std::thread::sleep(Duration::from_nanos((due_nanos - now).min(STOP_LOOK_NANOS)));
        }
        gate.offer(0, due_nanos);
    }
}
