//! Where tasks run. Each back end is a file of its own and a line in [`start`].
//!
//! A back end takes tasks from the queue, executes them and tells the desk; it knows neither when tasks are
//! due nor what is recorded of them.

mod async_pool;
mod child;
mod cpython;
mod desk;
mod feeder;
#[cfg(target_os = "linux")]
mod fork;
mod hybrid;
mod loop_lag;
mod pipe;
mod processes;
mod roster;
mod setup;
mod threads;
mod worker;
mod worker_process;
mod zygote;

use std::io;
use std::sync::Arc;

use crate::engine::plan::{FRONT_POOL, Plan};
use crate::scenario::{AsyncCpu, Backend, HybridWaits, PythonPool};
use crate::stats::SparseHistogram;

pub(super) use desk::{Desk, DeskParts};

pub use cpython::{NOT_STARTED, PYTHON_PART, become_python};

pub use child::{SERVER_PART, ServerProcess, WORKER_PART, ZYGOTE_PART, start_server};
pub use worker::worker_main;
pub use zygote::zygote_main;

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
    /// A fault killed a worker that cannot die alone.
    #[error(
        "an injected fault killed a worker, which is no process of its own, so that the whole program ended"
    )]
    Killed,
    /// The process that workers are copies of could not be prepared.
    #[error("the zygote of the worker processes could not be prepared")]
    Zygote(#[source] io::Error),
    /// There is no memory that processes share.
    #[error("memory that worker processes share could not be prepared; write payload: Pipe")]
    SharedMemory(#[source] io::Error),
    /// The async runtime could not be built.
    #[error("the async runtime could not be started")]
    Runtime(#[source] io::Error),
    /// CPython could not be started, or not with what the candidate asks for; the text is for people.
    #[error("{0}")]
    Python(String),
    /// A back end is started once.
    #[error("the back end was started before")]
    StartedTwice,
    /// The loopback server could not be started.
    #[error("the loopback server could not be started")]
    Server(#[source] io::Error),
    /// The scratch folder could not be prepared.
    #[error("the scratch folder could not be prepared; is there room on the disk?")]
    Scratch(#[source] io::Error),
}

/// The interpreter that executes tasks, by its own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterFacts {
    /// What the settings of the machine call it.
    pub name: String,
    /// `3.11.7`.
    pub version: String,
    /// Whether its threads run without an interpreter lock.
    pub free_threaded: bool,
    /// How worker processes come into being, as CPython calls it; none without any.
    pub start_method: Option<String>,
    /// The library that runs the tasks, with its version; none for CPython's own pools.
    pub library: Option<String>,
    /// How long that library's engine took to start, in nanoseconds; none for CPython's own pools.
    pub engine_start_nanos: Option<u64>,
    /// Memory that the interpreter had written itself before the pool was made, in bytes; none where the system does
    /// not tell.
    pub baseline_bytes: Option<u64>,
}

/// Garbage collections of an interpreter's processes, since they began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collections {
    /// How many.
    pub count: u64,
    /// How long they took together, in nanoseconds.
    pub nanos: u64,
    /// How long the longest one took, in nanoseconds.
    pub longest_nanos: u64,
}

/// A back end at work.
pub(super) trait Running: Send {
    /// Process ids of its worker processes at this moment; empty for the others.
    fn worker_pids(&self) -> Vec<u32>;

    /// Those of [`Self::worker_pids`] that a fault can hit: not those that one has killed already.
    fn victims(&self) -> Vec<u32> {
        self.worker_pids()
    }

    /// Sends a signal to the worker process `pid`, if it is one of [`Self::worker_pids`]; says whether it is.
    fn signal_worker(&self, pid: u32, signal: rustix::process::Signal) -> bool {
        let there = self.worker_pids().contains(&pid);
        if there {
            child::signal(pid, signal);
        }
        there
    }

    /// Process id of the zygote that worker processes are copies of; none without one.
    fn zygote_pid(&self) -> Option<u32> {
        None
    }

    /// Process id of the harness, in which an interpreter executes tasks or from which it starts its workers; none
    /// for native back ends.
    fn harness_pid(&self) -> Option<u32> {
        None
    }

    /// The interpreter that executes tasks; none for native back ends.
    fn interpreter(&self) -> Option<&InterpreterFacts> {
        None
    }

    /// Whether a worker is left.
    fn lives(&self) -> bool;

    /// Why nothing is left, in words of its own, if it has some.
    fn failure(&self) -> Option<String> {
        None
    }

    /// Moves how late its event loops were since the last call into `lag`; nothing without event loops.
    fn drain_loop_lag(&self, _lag: &mut SparseHistogram) {}

    /// Ends it, the queues having ended: waits until `deadline_nanos` for workers to come to their end, then
    /// leaves them behind (threads) or kills them (processes).
    fn end(self: Box<Self>, deadline_nanos: u64);
}

/// What is made before a back end is started: no part of its cold start.
pub(super) struct Prepared(Option<cpython::Prepared>);

/// Makes what the back end of `plan` needs in the scratch folder.
pub(super) fn prepare(plan: &Plan) -> Result<Prepared, BackendError> {
    match plan.backend {
        Backend::Python(pool) => cpython::prepare(plan, pool).map(Some).map(Prepared),
        _ => Ok(Prepared(None)),
    }
}

/// Starts the back end of `plan` and returns when all its workers are ready.
pub(super) fn start(
    plan: &Plan,
    prepared: Prepared,
    desk: Arc<Desk>,
) -> Result<Box<dyn Running>, BackendError> {
    match plan.backend {
        Backend::Sequential => threads::start(1, FRONT_POOL, plan.chunk(), &desk),
        Backend::Threads { workers } => {
            threads::start(workers.count(), FRONT_POOL, plan.chunk(), &desk)
        }
        Backend::Processes {
            workers,
            start,
            chunk: _,
            recycle_after,
            payload,
        } => {
            let settings = processes::Settings {
                pool: FRONT_POOL,
                pipelined: false,
                workers: workers.count(),
                chunk: plan.chunk(),
                start,
                recycle_after,
                payload,
                restarts: plan.defences.restarts,
            };
            processes::start(settings, &plan.scenario_text, desk)
        }
        Backend::Hybrid {
            waits,
            processes,
            between: _,
        } => {
            let front = hybrid::Front {
                waits,
                event_loops: 1,
            };
            hybrid::start(plan, front, processes.count(), &desk)
        }
        Backend::Async {
            in_flight,
            event_loops,
            cpu: AsyncCpu::Processes { workers },
        } => {
            let front = hybrid::Front {
                waits: HybridWaits::Async { in_flight },
                event_loops,
            };
            hybrid::start(plan, front, workers, &desk)
        }
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => async_pool::start(in_flight, event_loops, cpu, desk),
        Backend::Python(pool) => {
            let prepared = prepared
                .0
                .ok_or_else(|| BackendError::Python("nothing was prepared".to_owned()))?;
            cpython::start(plan, pool, prepared, desk)
        }
    }
}

/// Whether the back end of `plan` keeps the tasks of a batch that come to it before they are due until then.
pub(super) fn takes_batch_ahead(plan: &Plan) -> bool {
    match plan.backend {
        Backend::Python(pool) => cpython::takes_batch_ahead(plan, pool),
        _ => false,
    }
}

/// How many tasks `backend` can have under way.
pub(super) fn concurrency(backend: Backend) -> u64 {
    match backend {
        Backend::Async { in_flight, .. }
        | Backend::Python(PythonPool::Asyncio { in_flight, .. }) => u64::from(in_flight),
        Backend::Hybrid {
            waits: HybridWaits::Async { in_flight },
            processes,
            ..
        } => u64::from(in_flight) + u64::from(processes.count()),
        Backend::Python(PythonPool::Dask {
            workers, threads, ..
        }) => u64::from(workers.count()) * u64::from(threads.max(1)),
        other => u64::from(other.workers()),
    }
}
