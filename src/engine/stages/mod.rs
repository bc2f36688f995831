//! The stages of a task, each in a file of its own: what a worker really does.
//!
//! A [`Step`] is a stage of the scenario made ready. It runs in two forms: blocking, for threads and
//! processes, and async. Both draw the same numbers in the same order, so that a task is the same work
//! wherever it runs.

mod calibrate;
pub mod cpu;
mod draw;
pub mod file;
mod kernels;
pub mod memory;
pub mod network;
pub mod wait;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::stages::network::{NetworkStep, Protocol};
use crate::engine::timer::Timer;
use crate::scenario::Stage;
use crate::stats::rng::Rng;

pub use calibrate::{KernelSpeed, calibrate};
pub(in crate::engine) use draw::draw;
pub use network::serve;

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
    /// What the stages of all workers of this process share.
    shared: Arc<Shared>,
    /// Whether processor time is read around steps.
    metering: bool,
    /// Processor time of steps since [`Self::begin`], if it was read.
    on_cpu_nanos: u64,
    /// Time that lock stages waited for their lock since [`Self::begin`].
    lock_wait_nanos: u64,
}

/// What the stages of all workers of one process share: locks and counters.
#[derive(Debug, Default)]
pub struct Shared {}

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
            shared,
            metering: false,
            on_cpu_nanos: 0,
            lock_wait_nanos: 0,
        }
    }

    /// Begins to account for a task; reads the processor time of its steps if `metering`.
    pub fn begin(&mut self, metering: bool) {
        (self.metering, self.on_cpu_nanos, self.lock_wait_nanos) = (metering, 0, 0);
    }

    /// What the steps since [`Self::begin`] spent: processor time, if it was read, and time that lock and
    /// counter stages waited for their lock; both in nanoseconds.
    #[must_use]
    pub fn spent(&self) -> (Option<u64>, u64) {
        (
            self.metering.then_some(self.on_cpu_nanos),
            self.lock_wait_nanos,
        )
    }

    /// Executes a blocking piece of work and reads the processor time that it takes.
    pub(in crate::engine) fn metered<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if !self.metering {
            return work(self);
        }
        let before = clock::thread_cpu_nanos();
        let result = work(self);
        self.on_cpu_nanos += clock::thread_cpu_nanos().saturating_sub(before);
        result
    }
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
    /// Reads a file.
    FileRead(file::FileReadStep),
    /// Allocates and touches memory.
    Memory(memory::MemoryStep),
    /// Asks the loopback server.
    Network(network::NetworkStep),
}

impl Step {
    /// Makes `stage` ready.
    #[must_use]
    /// None for a barrier, which is not executed but waited at.
    pub fn new(stage: &Stage) -> Option<Self> {
        Some(match *stage {
            Stage::Cpu { kernel, amount } => Self::Cpu(cpu::CpuStep::new(kernel, amount)),
            Stage::Wait { time } => Self::Wait(wait::WaitStep::new(time)),
            Stage::FileWrite { size, sync, .. } => {
                Self::FileWrite(file::FileWriteStep::new(size.0, sync))
            }
            Stage::FileRead { size, .. } => Self::FileRead(file::FileReadStep::new(size.0)),
            Stage::Memory { size, .. } => Self::Memory(memory::MemoryStep::new(size.0)),
            Stage::Http {
                delay,
                response,
                request,
                errors,
            } => Self::Network(NetworkStep::new(
                Protocol::Http,
                delay,
                response.0,
                request.0,
                errors,
            )),
            Stage::Tcp {
                delay,
                response,
                request,
                errors,
            } => Self::Network(NetworkStep::new(
                Protocol::Tcp,
                delay,
                response.0,
                request.0,
                errors,
            )),
            Stage::FileAppend { .. }
            | Stage::Lock { .. }
            | Stage::Counter { .. }
            | Stage::Payload { .. } => unimplemented!(),
            Stage::Barrier => return None,
        })
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
            Self::FileWrite(step) => step.run(bench, cancel).map(|()| 0),
            Self::FileRead(step) => step.run(bench, cancel).map(|()| 0),
            Self::Memory(step) => step.run(cancel).map(|()| 0),
            Self::Network(step) => step.run(bench, rng, cancel),
        }
    }

    /// Whether it would keep an event loop from everything else.
    const fn blocks(&self) -> bool {
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
}

/// Executes `step` on an async runtime.
pub async fn run_async(
    step: &Arc<Step>,
    mut bench: Workbench,
    rng: &mut Rng,
    around: &Loops,
) -> (Workbench, Result<u64, StageError>) {
    match &**step {
        Step::Wait(step) => {
            let result = step.run_async(rng, &around.timer).await;
            (bench, result)
        }
        Step::Network(step) => {
            let result = step.run_async(&mut bench, rng, &around.timer).await;
            (bench, result)
        }
        blocking if around.offload && blocking.blocks() => {
            let (step, cancel, mut own_rng) = (step.clone(), around.cancel.clone(), rng.clone());
            let (scratch, port, id) = (bench.scratch.clone(), bench.server_port, bench.id);
            let shared = bench.shared.clone();
            let done = tokio::task::spawn_blocking(move || {
                let result = bench.metered(|bench| step.run(bench, &mut own_rng, &cancel));
                (bench, own_rng, result)
            })
            .await;
            match done {
                Ok((bench, own_rng, result)) => {
                    *rng = own_rng;
                    (bench, result)
                }
                Err(error) => (
                    Workbench::new(&scratch, port, id, shared),
                    Err(StageError::Failed(format!(
                        "the blocking thread failed: {error}"
                    ))),
                ),
            }
        }
        blocking => {
            let result = bench.metered(|bench| blocking.run(bench, rng, &around.cancel));
            (bench, result)
        }
    }
}
