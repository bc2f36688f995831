//! CPython: its own executors as back ends, and the interpreter lock as a model on native ones.

use serde::{Deserialize, Serialize};

use crate::scenario::model::backend::{
    AsyncCpu, Transfer, default_between, is_default_between, is_one_u32, one_u32,
};
use crate::scenario::model::workers::Workers;
use crate::units::Nanos;

/// Whether the threads of a native candidate share an interpreter lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Interpreter {
    /// There is none: every thread runs whenever a core is free, as in native and in free-threaded programs.
    #[default]
    None,
    /// As in CPython: who computes in the interpreter holds a lock that all threads of the process share, and gives
    /// it away when another one has asked for it.
    Lock {
        /// How long a thread waits for the lock before it asks the holder to give way.
        #[serde(default = "five_millis", skip_serializing_if = "is_five_millis")]
        switch_interval: Nanos,
    },
}

/// Whether a CPU stage holds the interpreter lock, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum InterpreterLock {
    /// As code written in the language does.
    Held,
    /// As native libraries do while they compute on their own.
    Released,
}

/// A pool of CPython's own, or of a library for it; tasks run in an interpreter that the machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum PythonPool {
    /// One after the other on the main thread: the baseline.
    Sequential,
    /// `concurrent.futures.ThreadPoolExecutor`.
    ThreadPoolExecutor {
        /// How many threads.
        workers: Workers,
    },
    /// `concurrent.futures.ProcessPoolExecutor`.
    ProcessPoolExecutor {
        /// How many processes.
        workers: Workers,
        /// How a worker process comes into being.
        #[serde(default, skip_serializing_if = "StartMethod::is_default")]
        start: StartMethod,
        /// `chunksize` of `map`, for batches; as the batch says if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunk: Option<u32>,
        /// `max_tasks_per_child`: after how many tasks a worker is replaced; never if absent. CPython 3.11 or later,
        /// and not with `Fork`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tasks_per_child: Option<u32>,
        /// How payloads travel: pickled through the executor's pipes, or in shared memory.
        #[serde(default, skip_serializing_if = "Transfer::is_pipe")]
        payload: Transfer,
    },
    /// `multiprocessing.Pool`.
    MultiprocessingPool {
        /// How many processes.
        workers: Workers,
        /// How a worker process comes into being.
        #[serde(default, skip_serializing_if = "StartMethod::is_default")]
        start: StartMethod,
        /// How a batch is handed over. Under other loads each task is an `apply_async`.
        #[serde(default, skip_serializing_if = "PoolCall::is_map")]
        call: PoolCall,
        /// `chunksize`, for batches; as the batch says if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunk: Option<u32>,
        /// `maxtasksperchild`: after how many tasks (of a batch: chunks) a worker is replaced; never if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tasks_per_child: Option<u32>,
        /// How payloads travel: pickled through the pool's pipes, or in shared memory.
        #[serde(default, skip_serializing_if = "Transfer::is_pipe")]
        payload: Transfer,
    },
    /// `asyncio`: one event loop, tasks gathered behind a semaphore.
    Asyncio {
        /// The semaphore: how many tasks may be under way at once.
        in_flight: u32,
        /// Where CPU stages and file stages run: on the loop, by `asyncio.to_thread`, or in a
        /// `ProcessPoolExecutor`.
        #[serde(default)]
        cpu: AsyncCpu,
    },
    /// A pipeline: threads wait and fetch, processes compute, a bounded queue between.
    Hybrid {
        /// How many threads run waits and requests.
        threads: Workers,
        /// How many processes run everything else.
        processes: Workers,
        /// How a worker process comes into being.
        #[serde(default, skip_serializing_if = "StartMethod::is_default")]
        start: StartMethod,
        /// How many tasks may wait between the two; a full queue holds up the threads.
        #[serde(
            default = "default_between",
            skip_serializing_if = "is_default_between"
        )]
        between: u32,
    },
    /// `concurrent.futures.InterpreterPoolExecutor`: threads with an interpreter and a lock each. CPython 3.14 or
    /// later.
    InterpreterPoolExecutor {
        /// How many interpreters.
        workers: Workers,
    },
    /// `joblib.Parallel`, for batches; the interpreter needs the package joblib.
    Joblib {
        /// `n_jobs`.
        workers: Workers,
        /// `backend`.
        #[serde(default, skip_serializing_if = "JoblibBackend::is_loky")]
        with: JoblibBackend,
        /// `batch_size`; as joblib finds best if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunk: Option<u32>,
    },
    /// `dask.distributed`; the interpreter needs the package distributed.
    Dask {
        /// How many worker processes of a local cluster; how many tasks at once on one that runs already.
        workers: Workers,
        /// Which cluster.
        #[serde(default, skip_serializing_if = "Cluster::is_local")]
        cluster: Cluster,
        /// Threads of each worker of a local cluster.
        #[serde(default = "one_u32", skip_serializing_if = "is_one_u32")]
        threads: u32,
    },
    /// Ray's tasks; the interpreter needs the package ray.
    Ray {
        /// How many CPUs Ray is told to have on this machine; how many tasks at once on a cluster that runs already.
        workers: Workers,
        /// Which cluster.
        #[serde(default, skip_serializing_if = "Cluster::is_local")]
        cluster: Cluster,
    },
}

/// How a worker process of CPython comes into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum StartMethod {
    /// As this version of CPython does unless told otherwise: fork on Linux before 3.14, forkserver since.
    #[default]
    Default,
    /// A copy of the harness, threads and locks excepted.
    Fork,
    /// A new interpreter.
    Spawn,
    /// A copy of a process that was started for it.
    Forkserver,
}

/// Which method of `multiprocessing.Pool` a batch is handed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum PoolCall {
    /// `map`: all results at the end.
    #[default]
    Map,
    /// `imap_unordered`: each result as it comes.
    ImapUnordered,
}

/// What joblib runs tasks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum JoblibBackend {
    /// Worker processes of its own making.
    #[default]
    Loky,
    /// Threads.
    Threading,
}

/// Where a distributed engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Cluster {
    /// Started for the block on this machine.
    #[default]
    Local,
    /// The one whose address stands in the settings of this machine.
    Configured,
}

/// What an interpreter has to have installed for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// As it is imported.
    pub module: &'static str,
    /// As `pip install` knows it.
    pub distribution: &'static str,
}

impl PythonPool {
    /// The kind alone, as it stands in the `backend` column: `cpython threads`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Sequential => "cpython sequential",
            Self::ThreadPoolExecutor { .. } => "cpython threads",
            Self::ProcessPoolExecutor { .. } => "cpython processes",
            Self::MultiprocessingPool { .. } => "cpython pool",
            Self::Asyncio { .. } => "cpython asyncio",
            Self::Hybrid { .. } => "cpython hybrid",
            Self::InterpreterPoolExecutor { .. } => "cpython interpreters",
            Self::Joblib { .. } => "joblib",
            Self::Dask { .. } => "dask",
            Self::Ray { .. } => "ray",
        }
    }

    /// The package that it needs beside the standard library.
    #[must_use]
    pub const fn package(self) -> Option<Package> {
        match self {
            Self::Joblib { .. } => Some(Package {
                module: "joblib",
                distribution: "joblib",
            }),
            Self::Dask { .. } => Some(Package {
                module: "distributed",
                distribution: "distributed",
            }),
            Self::Ray { .. } => Some(Package {
                module: "ray",
                distribution: "ray",
            }),
            _ => None,
        }
    }

    /// The first version of CPython that has it, as (major, minor).
    #[must_use]
    pub const fn version_min(self) -> (u32, u32) {
        match self {
            Self::InterpreterPoolExecutor { .. } => (3, 14),
            Self::ProcessPoolExecutor {
                tasks_per_child: Some(_),
                ..
            } => (3, 11),
            _ => (3, 9),
        }
    }

    /// How many threads of the harness, event loops included, and how many worker processes execute tasks on this
    /// machine.
    #[must_use]
    pub fn shape(self) -> (u32, u32) {
        match self {
            Self::Sequential => (1, 0),
            Self::ThreadPoolExecutor { workers }
            | Self::InterpreterPoolExecutor { workers }
            | Self::Joblib {
                workers,
                with: JoblibBackend::Threading,
                ..
            } => (workers.count(), 0),
            Self::ProcessPoolExecutor { workers, .. }
            | Self::MultiprocessingPool { workers, .. }
            | Self::Joblib { workers, .. }
            | Self::Dask { workers, .. }
            | Self::Ray { workers, .. } => (0, workers.count()),
            Self::Asyncio { cpu, .. } => match cpu {
                AsyncCpu::Processes { workers } => (1, workers),
                AsyncCpu::Inline | AsyncCpu::Blocking { .. } => (1, 0),
            },
            Self::Hybrid {
                threads, processes, ..
            } => (threads.count(), processes.count()),
        }
    }

    /// The numbers of workers that depend on the machine, if they do.
    pub(super) const fn workers_mut(&mut self) -> [Option<&mut Workers>; 2] {
        match self {
            Self::Sequential | Self::Asyncio { .. } => [None, None],
            Self::ThreadPoolExecutor { workers }
            | Self::InterpreterPoolExecutor { workers }
            | Self::ProcessPoolExecutor { workers, .. }
            | Self::MultiprocessingPool { workers, .. }
            | Self::Joblib { workers, .. }
            | Self::Dask { workers, .. }
            | Self::Ray { workers, .. } => [Some(workers), None],
            Self::Hybrid {
                threads, processes, ..
            } => [Some(threads), Some(processes)],
        }
    }
}

impl StartMethod {
    /// All, in the order in which a list shows them.
    pub const ALL: [Self; 4] = [Self::Default, Self::Fork, Self::Spawn, Self::Forkserver];

    /// What CPython calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fork => "fork",
            Self::Spawn => "spawn",
            Self::Forkserver => "forkserver",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }
}

impl Interpreter {
    /// CPython's lock with its usual switch interval of 5 ms.
    pub const LOCK: Self = Self::Lock {
        switch_interval: SWITCH_INTERVAL,
    };

    pub(super) const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl PoolCall {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_map(&self) -> bool {
        matches!(self, Self::Map)
    }
}

impl JoblibBackend {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_loky(&self) -> bool {
        matches!(self, Self::Loky)
    }
}

impl Cluster {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_local(&self) -> bool {
        matches!(self, Self::Local)
    }
}

/// `sys.getswitchinterval()` of every CPython since 3.2.
const SWITCH_INTERVAL: Nanos = Nanos::from_millis(5);

const fn five_millis() -> Nanos {
    SWITCH_INTERVAL
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_five_millis(value: &Nanos) -> bool {
    value.0 == SWITCH_INTERVAL.0
}
