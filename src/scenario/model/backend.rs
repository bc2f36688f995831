//! Where tasks run: the candidates and their settings.

use serde::{Deserialize, Serialize};

use crate::scenario::model::defences::Defences;
use crate::scenario::model::load::Queue;
use crate::scenario::model::python::{Interpreter, PythonPool};
use crate::scenario::model::workers::Workers;

/// One back end with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Unique within the scenario; made from the back end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the tasks run.
    pub backend: Backend,
    /// A queue of its own in place of the scenario's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// Defences of its own in place of the scenario's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defences: Option<Defences>,
    /// Whether its threads share an interpreter lock, as CPython's do: on threads and async.
    #[serde(default, skip_serializing_if = "Interpreter::is_none")]
    pub interpreter: Interpreter,
    /// For a CPython candidate: which interpreter, by the name that it has in the settings of the machine. The one
    /// that is called `python` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
}

/// Where tasks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Backend {
    /// One after the other on one thread: the baseline.
    Sequential,
    /// A pool of threads in one process.
    Threads {
        /// How many threads.
        workers: Workers,
    },
    /// A pool of worker processes; tasks and results travel over pipes.
    Processes {
        /// How many processes.
        workers: Workers,
        /// How a worker process comes into being.
        #[serde(default, skip_serializing_if = "Start::is_fresh")]
        start: Start,
        /// How many tasks travel together; as the batch says if absent, else 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunk: Option<u32>,
        /// After how many tasks a worker is replaced by a new one; never if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recycle_after: Option<u64>,
        /// How payloads travel.
        #[serde(default, skip_serializing_if = "Transfer::is_pipe")]
        payload: Transfer,
    },
    /// An async runtime in one process.
    Async {
        /// How many tasks may be under way at once.
        in_flight: u32,
        /// How many threads run the event loop.
        #[serde(default = "one_u32", skip_serializing_if = "is_one_u32")]
        event_loops: u32,
        /// Where CPU stages and file stages run.
        #[serde(default)]
        cpu: AsyncCpu,
    },
    /// A pipeline: what waits runs on threads or an event loop, everything else on worker processes, with a
    /// bounded queue between.
    Hybrid {
        /// Where waits and requests run.
        waits: HybridWaits,
        /// How many worker processes run everything else.
        processes: Workers,
        /// How many tasks may wait between the two; a full queue holds up the side before it.
        #[serde(
            default = "default_between",
            skip_serializing_if = "is_default_between"
        )]
        between: u32,
    },
    /// CPython: its own executors, or a library's, in an interpreter that this machine has.
    Python(PythonPool),
}

/// Where the CPU stages of an async candidate run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum AsyncCpu {
    /// On the event loop itself, which stands still meanwhile.
    #[default]
    Inline,
    /// On blocking threads beside the loop.
    Blocking {
        /// How many threads at the most.
        threads: u32,
    },
    /// On worker processes beside the loop.
    Processes {
        /// How many processes.
        workers: u32,
    },
}

/// Where the waits of a hybrid candidate run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum HybridWaits {
    /// On a pool of threads.
    Threads {
        /// How many threads.
        workers: Workers,
    },
    /// On one event loop.
    Async {
        /// How many tasks may be under way on it at once.
        in_flight: u32,
    },
}

/// How a worker process comes into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Start {
    /// The program is started anew.
    #[default]
    Fresh,
    /// A copy of a process that is kept ready for it, where the system allows (Linux).
    Zygote,
}

/// How payloads travel to worker processes and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Transfer {
    /// Through the pipe, as everything else.
    #[default]
    Pipe,
    /// Through memory that both processes map.
    SharedMemory,
}

impl Candidate {
    /// A candidate without a name or a queue of its own.
    #[must_use]
    pub const fn of(backend: Backend) -> Self {
        Self {
            name: None,
            backend,
            queue: None,
            defences: None,
            interpreter: Interpreter::None,
            python: None,
        }
    }

    /// Whether its tasks run in CPython.
    #[must_use]
    pub const fn is_python(&self) -> bool {
        matches!(self.backend, Backend::Python(_))
    }
}

impl Backend {
    /// A pool of threads.
    #[must_use]
    pub const fn threads(workers: u32) -> Self {
        Self::Threads {
            workers: Workers::Count(workers),
        }
    }

    /// A pool of worker processes with the usual settings.
    #[must_use]
    pub const fn processes(workers: u32) -> Self {
        Self::Processes {
            workers: Workers::Count(workers),
            start: Start::Fresh,
            chunk: None,
            recycle_after: None,
            payload: Transfer::Pipe,
        }
    }

    /// The kind alone, as it stands in the `backend` column: `threads`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Threads { .. } => "threads",
            Self::Processes { .. } => "processes",
            Self::Async { .. } => "async",
            Self::Hybrid { .. } => "hybrid",
            Self::Python(pool) => pool.kind(),
        }
    }

    /// How many workers (threads, processes, event loops) execute tasks on this machine.
    #[must_use]
    pub fn workers(self) -> u32 {
        match self {
            Self::Sequential => 1,
            Self::Threads { workers } | Self::Processes { workers, .. } => workers.count(),
            Self::Async {
                event_loops, cpu, ..
            } => match cpu {
                AsyncCpu::Processes { workers } => event_loops.saturating_add(workers),
                AsyncCpu::Inline | AsyncCpu::Blocking { .. } => event_loops,
            },
            Self::Hybrid {
                waits, processes, ..
            } => {
                let waiting = match waits {
                    HybridWaits::Threads { workers } => workers.count(),
                    HybridWaits::Async { .. } => 1,
                };
                waiting.saturating_add(processes.count())
            }
            Self::Python(pool) => {
                let (threads, processes) = pool.shape();
                threads.saturating_add(processes)
            }
        }
    }

    /// How many threads and processes its CPU time is spent on, on this machine: the workers, and the blocking
    /// threads of an async runtime.
    #[must_use]
    pub fn computing(self) -> u32 {
        let beside = match self {
            Self::Async {
                cpu: AsyncCpu::Blocking { threads },
                ..
            }
            | Self::Python(PythonPool::Asyncio {
                cpu: AsyncCpu::Blocking { threads },
                ..
            }) => threads,
            _ => 0,
        };
        self.workers().saturating_add(beside)
    }

    /// How many worker processes it has on this machine; 0 for those inside the runner.
    #[must_use]
    pub fn worker_processes(self) -> u32 {
        match self {
            Self::Processes { workers, .. } => workers.count(),
            Self::Hybrid { processes, .. } => processes.count(),
            Self::Async {
                cpu: AsyncCpu::Processes { workers },
                ..
            } => workers,
            Self::Python(pool) => pool.shape().1,
            Self::Sequential | Self::Threads { .. } | Self::Async { .. } => 0,
        }
    }

    /// The number of its workers, where that is one that may depend on the machine: of the pool that computes, if it has
    /// two. An event loop has places instead, and a sequential back end is one worker.
    pub const fn pool_mut(&mut self) -> Option<&mut Workers> {
        match self {
            Self::Sequential | Self::Async { .. } => None,
            Self::Threads { workers }
            | Self::Processes { workers, .. }
            | Self::Hybrid {
                processes: workers, ..
            } => Some(workers),
            Self::Python(pool) => match pool.workers_mut() {
                [_, Some(processes)] => Some(processes),
                [only, None] => only,
            },
        }
    }

    /// The same with numbers of workers for a machine of `cores`.
    #[must_use]
    pub const fn for_cores(mut self, cores: u32) -> Self {
        match &mut self {
            Self::Threads { workers } | Self::Processes { workers, .. } => {
                *workers = Workers::Count(workers.on(cores));
            }
            Self::Hybrid {
                waits, processes, ..
            } => {
                *processes = Workers::Count(processes.on(cores));
                if let HybridWaits::Threads { workers } = waits {
                    *workers = Workers::Count(workers.on(cores));
                }
            }
            Self::Python(pool) => {
                let [first, second] = pool.workers_mut();
                if let Some(workers) = first {
                    *workers = Workers::Count(workers.on(cores));
                }
                if let Some(workers) = second {
                    *workers = Workers::Count(workers.on(cores));
                }
            }
            Self::Sequential | Self::Async { .. } => {}
        }
        self
    }
}

impl Start {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_fresh(&self) -> bool {
        matches!(self, Self::Fresh)
    }
}

impl Transfer {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(super) const fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe)
    }
}

pub(super) const fn one_u32() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(super) const fn is_one_u32(value: &u32) -> bool {
    *value == 1
}

/// Room for the unevenness of a usual task, and little memory.
pub(super) const DEFAULT_BETWEEN: u32 = 100;

pub(super) const fn default_between() -> u32 {
    DEFAULT_BETWEEN
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(super) const fn is_default_between(value: &u32) -> bool {
    *value == DEFAULT_BETWEEN
}
