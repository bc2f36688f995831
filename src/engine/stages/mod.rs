//! The stages of a task, each in a file of its own: what a worker really does.
//!
//! A [`Step`] is a stage of the scenario made ready. It runs in two forms: blocking, for threads and
//! processes, and async. Both draw the same numbers in the same order, so that a task is the same work
//! wherever it runs.

mod calibrate;
pub mod counter;
pub mod cpu;
mod draw;
pub mod file;
mod kernels;
pub mod lock;
pub mod memory;
pub mod network;
pub mod payload;
mod permutation;
mod shared;
pub(in crate::engine) mod strike;
mod tables;
pub mod wait;

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter::{self, InterpreterLock};
use crate::engine::stages::network::{NetworkStep, Protocol};
use crate::engine::timer::{Timer, Wait};
use crate::scenario::{Distribution, Stage};
use crate::stats::rng::Rng;
use crate::units::Bytes;

pub use calibrate::{KernelSpeed, KnownSpeed, calibrate};
pub(in crate::engine) use draw::draw;
pub use network::serve;
pub use shared::Shared;
pub(in crate::engine) use tables::{Tables, write_tables};

/// Why a step did not end well.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The block ended first.
    #[error("cancelled")]
    Cancelled,
    /// The step failed; the text is for people.
    #[error("{0}")]
    Failed(String),
}

impl StageError {
    /// A failure of the system: `doing` completes "while".
    fn io(doing: &str, error: &io::Error) -> Self {
        Self::Failed(format!("while {doing}: {error}"))
    }
}

/// What a worker keeps from task to task: its own files, connection and buffer.
#[derive(Debug)]
pub struct Workbench {
    scratch: PathBuf,
    /// Unique among the block's workers: part of file names.
    id: u64,
    server_port: Option<u16>,
    connection: Option<network::Connection>,
    async_connection: Option<network::AsyncConnection>,
    buffer: Vec<u8>,
    /// Prepared files that this worker has read from, by their size: those of [`Shared`], without its lock.
    prepared: Vec<(u64, Arc<File>)>,
    /// The log that this worker appends to, as above.
    log: Option<Arc<file::Log>>,
    /// Memory that is held for further tasks, each with the number of the last task that holds it.
    held: VecDeque<(u64, Vec<u64>)>,
    /// Tasks that this worker has begun.
    tasks: u64,
    /// What the stages of all workers of this process share.
    shared: Arc<Shared>,
    /// Whether processor time is read around steps.
    metering: bool,
    /// Processor time of steps since [`Self::begin`], if it was read.
    on_cpu_nanos: u64,
    /// Time that lock stages waited for their lock since [`Self::begin`].
    lock_wait_nanos: u64,
    /// Time that steps waited for the interpreter lock since [`Self::begin`], if it was read.
    interpreter_wait_nanos: u64,
    /// What befalls the stages of the present task from within.
    pub(in crate::engine) within: strike::Within,
    /// What faults left behind in this worker.
    pub(in crate::engine) leak: strike::Leak,
    /// In a worker process: what comes with a task and what goes back; none where the caller shares memory.
    pub(in crate::engine) mailbox: Option<payload::Mailbox>,
}

impl Workbench {
    /// The workbench of worker `id`.
    #[must_use]
    pub fn new(scratch: &Path, server_port: Option<u16>, id: u64, shared: Arc<Shared>) -> Self {
        Self {
            scratch: scratch.to_owned(),
            id,
            server_port,
            connection: None,
            async_connection: None,
            buffer: Vec::new(),
            prepared: Vec::new(),
            log: None,
            held: VecDeque::new(),
            tasks: 0,
            shared,
            metering: false,
            on_cpu_nanos: 0,
            lock_wait_nanos: 0,
            interpreter_wait_nanos: 0,
            within: strike::Within::default(),
            leak: strike::Leak::default(),
            mailbox: None,
        }
    }

    /// Begins to account for a task, and releases what earlier tasks held until now; reads the processor time of
    /// its steps if `metering`.
    pub fn begin(&mut self, metering: bool) {
        (self.metering, self.on_cpu_nanos) = (metering, 0);
        (self.lock_wait_nanos, self.interpreter_wait_nanos) = (0, 0);
        self.within = strike::Within::default();
        self.tasks += 1;
        let now = self.tasks;
        // Stages may hold for different times, so that the oldest is not always the first to go.
        self.held.retain(|(last, _)| *last >= now);
    }

    /// Keeps `memory` until this task and `tasks` further ones of this worker have ended.
    fn hold(&mut self, memory: Vec<u64>, tasks: u32) {
        self.held.push_back((self.tasks + u64::from(tasks), memory));
    }

    /// What the steps since [`Self::begin`] spent.
    #[must_use]
    pub fn spent(&self) -> Spent {
        Spent {
            on_cpu_nanos: self.metering.then_some(self.on_cpu_nanos),
            lock_wait_nanos: self.lock_wait_nanos,
            interpreter_wait_nanos: self.interpreter_wait_nanos,
        }
    }

    /// Executes a blocking piece of work and reads the processor time that it takes, and how long it waits for
    /// the interpreter lock.
    pub(in crate::engine) fn metered<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if !self.metering {
            return work(self);
        }
        let before = (clock::thread_cpu_nanos(), interpreter::waited_nanos());
        let result = work(self);
        self.on_cpu_nanos += clock::thread_cpu_nanos().saturating_sub(before.0);
        self.interpreter_wait_nanos += interpreter::waited_nanos() - before.1;
        result
    }
}

/// What steps spent, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Processor time; none if it was not read.
    pub on_cpu_nanos: Option<u64>,
    /// Time that lock and counter stages waited for their lock.
    pub lock_wait_nanos: u64,
    /// Time of waiting for the interpreter lock; 0 where processor time was not read.
    pub interpreter_wait_nanos: u64,
}

/// A stage made ready.
#[derive(Debug)]
pub enum Step {
    /// Computes.
    Cpu(cpu::CpuStep),
    /// Waits.
    Wait(wait::WaitStep),
    /// Writes a file.
    FileWrite(file::FileWriteStep),
    /// Appends to a log.
    FileAppend(file::FileAppendStep),
    /// Reads a file.
    FileRead(file::FileReadStep),
    /// Allocates and uses memory.
    Memory(memory::MemoryStep),
    /// Asks the loopback server.
    Network(network::NetworkStep),
    /// Goes through a critical section.
    Lock(lock::LockStep),
    /// Adds to a shared counter.
    Counter(counter::CounterStep),
    /// Brings bytes to the worker and back.
    Payload(payload::PayloadStep),
}

impl Step {
    /// Makes `stage` ready; none for a barrier, at which nothing runs. Whatever it needs beside files is made
    /// here and not by the first task.
    #[must_use]
    pub fn new(stage: &Stage) -> Option<Self> {
        Some(match *stage {
            Stage::Cpu {
                kernel,
                amount,
                interpreter_lock,
            } => Self::Cpu(cpu::CpuStep::new(kernel, amount, interpreter_lock)),
            Stage::Wait { time } => Self::Wait(wait::WaitStep::new(time)),
            Stage::FileWrite {
                size,
                block,
                access,
                sync,
            } => Self::FileWrite(file::FileWriteStep::new(size.0, block.0, access, sync)),
            Stage::FileAppend { size, sync } => {
                Self::FileAppend(file::FileAppendStep::new(size.0, sync))
            }
            Stage::FileRead {
                size,
                block,
                access,
                file,
            } => {
                let file_bytes = file.unwrap_or(size).0;
                Self::FileRead(file::FileReadStep::new(size.0, block.0, access, file_bytes))
            }
            Stage::Memory {
                size,
                access,
                hold_tasks,
            } => Self::Memory(memory::MemoryStep::new(size.0, access, hold_tasks)),
            Stage::Http {
                delay,
                response,
                request,
                errors,
            } => Self::network(Protocol::Http, delay, response, request, errors),
            Stage::Tcp {
                delay,
                response,
                request,
                errors,
            } => Self::network(Protocol::Tcp, delay, response, request, errors),
            Stage::Lock {
                hold,
                inside,
                locks,
                kind,
            } => Self::Lock(lock::LockStep::new(hold, inside, locks, kind)),
            Stage::Counter {
                increments,
                protection,
            } => Self::Counter(counter::CounterStep::new(increments, protection)),
            Stage::Payload { to_worker, back } => {
                Self::Payload(payload::PayloadStep::new(to_worker.0, back.0))
            }
            Stage::Barrier => return None,
        })
    }

    const fn network(
        protocol: Protocol,
        delay: Distribution,
        response: Bytes,
        request: Bytes,
        errors: f64,
    ) -> Self {
        let step = NetworkStep::new(protocol, delay, response.0, request.0, errors);
        Self::Network(step)
    }

    /// The payload that it moves, if it is one.
    pub(in crate::engine) const fn as_payload(&self) -> Option<&payload::PayloadStep> {
        match self {
            Self::Payload(step) => Some(step),
            _ => None,
        }
    }

    /// Whether it needs the loopback server.
    #[must_use]
    pub const fn needs_server(&self) -> bool {
        matches!(self, Self::Network(_))
    }

    /// Prepares what must lie in the scratch folder before the block starts.
    pub fn prepare(&self, scratch: &Path) -> io::Result<()> {
        match self {
            Self::FileRead(step) => step.prepare(scratch),
            Self::Payload(step) => {
                step.prepare();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Executes the step on this thread. Returns what it found or made of its input: the same for the same
    /// task number on every back end, so that sums over tasks prove that the same work was done.
    pub fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        match self {
            Self::Cpu(step) => step.run(rng, cancel),
            Self::Wait(step) => step.run(rng, cancel),
            Self::FileWrite(step) => step.run(bench, rng, cancel),
            Self::FileAppend(step) => step.run(bench, cancel),
            Self::FileRead(step) => step.run(bench, rng, cancel),
            Self::Memory(step) => step.run(bench, rng, cancel),
            Self::Network(step) => step.run(bench, rng, cancel),
            Self::Lock(step) => step.run(bench, rng, cancel),
            Self::Counter(step) => step.run(bench, cancel),
            Self::Payload(step) => step.run(bench, rng, cancel),
        }
    }

    /// Whether it would keep an event loop from everything else.
    pub(in crate::engine) const fn blocks(&self) -> bool {
        !matches!(self, Self::Wait(_) | Self::Network(_))
    }
}

/// What async tasks have around them.
#[derive(Debug)]
pub struct Loops {
    /// Ends their waits.
    pub timer: Timer,
    /// The end of the block.
    pub cancel: Arc<Cancel>,
    /// Whether what would block the loop runs on a blocking thread.
    pub offload: bool,
    /// The interpreter lock that event loops and blocking threads share; none without one.
    pub interpreter: Option<Arc<InterpreterLock>>,
}

/// A step that was begun on an async runtime.
pub(in crate::engine) enum Begun<'a> {
    /// It is over already: it ran on the event loop from beginning to end.
    Over(Result<u64, StageError>),
    /// It is over with the wait, which yields false if it was cut; and its value.
    Waits(Wait<'a>, u64),
    /// It goes on. In a box, so that the state of a connection is no part of every task that only waits.
    GoesOn(Pin<Box<dyn Future<Output = Result<u64, StageError>> + Send + 'a>>),
}

/// Begins `step` on an async runtime. A step that needs a workbench makes one with `take` unless the task has one
/// already: ten thousand tasks that only wait hold none.
pub(in crate::engine) fn begin_async<'a>(
    step: &'a Arc<Step>,
    bench: &'a mut Option<Box<Workbench>>,
    take: impl FnOnce() -> Box<Workbench>,
    rng: &'a mut Rng,
    around: &'a Loops,
) -> Begun<'a> {
    match &**step {
        Step::Wait(step) => {
            let time = step.time(rng);
            let wait = around.timer.wait_until(clock::now_nanos() + time);
            Begun::Waits(wait, time)
        }
        Step::Network(step) => {
            let own = bench.get_or_insert_with(take);
            Begun::GoesOn(Box::pin(step.run_async(own, rng, around)))
        }
        Step::Lock(step) if !around.offload => {
            let own = bench.get_or_insert_with(take);
            Begun::GoesOn(Box::pin(step.run_async(own, rng, around)))
        }
        blocking if around.offload && blocking.blocks() => {
            bench.get_or_insert_with(take);
            Begun::GoesOn(Box::pin(run_elsewhere(step, bench, rng, around)))
        }
        blocking => {
            let own = bench.get_or_insert_with(take);
            Begun::Over(own.metered(|bench| blocking.run(bench, rng, &around.cancel)))
        }
    }
}

/// Executes `step` on a blocking thread of the runtime.
async fn run_elsewhere(
    step: &Arc<Step>,
    bench: &mut Option<Box<Workbench>>,
    rng: &mut Rng,
    around: &Loops,
) -> Result<u64, StageError> {
    let (step, mut own_rng) = (step.clone(), rng.clone());
    let (cancel, lock) = (around.cancel.clone(), around.interpreter.clone());
    let mut own = bench.take().expect("who begins the step has a workbench");
    let done = tokio::task::spawn_blocking(move || {
        let result = own.metered(|bench| {
            let _entered = interpreter::enter(lock.as_ref());
            step.run(bench, &mut own_rng, &cancel)
        });
        (own, own_rng, result)
    });
    match done.await {
        Ok((own, own_rng, result)) => {
            (*bench, *rng) = (Some(own), own_rng);
            result
        }
        // The workbench is lost with its thread.
        Err(error) => Err(StageError::Failed(format!(
            "the blocking thread failed: {error}"
        ))),
    }
}
