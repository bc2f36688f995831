//! The choices of CPython candidates and of the interpreter lock: (value, title, explanation) each.

use crate::gui::panels::composer::options::Entry;
use crate::scenario::{Cluster, InterpreterLock, JoblibBackend, PoolCall, PythonPool, StartMethod};

/// The executor of a CPython candidate without its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PoolForm {
    /// A plain script.
    Sequential,
    /// `concurrent.futures.ThreadPoolExecutor`.
    Threads,
    /// `concurrent.futures.ProcessPoolExecutor`.
    Processes,
    /// `multiprocessing.Pool`.
    Pool,
    /// `asyncio`.
    Asyncio,
    /// Threads before processes.
    Hybrid,
    /// `concurrent.futures.InterpreterPoolExecutor`.
    Interpreters,
    /// joblib.
    Joblib,
    /// Dask.
    Dask,
    /// Ray.
    Ray,
}

impl PoolForm {
    /// The form of `pool`.
    pub(super) const fn of(pool: PythonPool) -> Self {
        match pool {
            PythonPool::Sequential => Self::Sequential,
            PythonPool::ThreadPoolExecutor { .. } => Self::Threads,
            PythonPool::ProcessPoolExecutor { .. } => Self::Processes,
            PythonPool::MultiprocessingPool { .. } => Self::Pool,
            PythonPool::Asyncio { .. } => Self::Asyncio,
            PythonPool::Hybrid { .. } => Self::Hybrid,
            PythonPool::InterpreterPoolExecutor { .. } => Self::Interpreters,
            PythonPool::Joblib { .. } => Self::Joblib,
            PythonPool::Dask { .. } => Self::Dask,
            PythonPool::Ray { .. } => Self::Ray,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 10] = [
        Self::Sequential.entry("Plain script"),
        Self::Threads.entry("ThreadPoolExecutor"),
        Self::Processes.entry("ProcessPoolExecutor"),
        Self::Pool.entry("multiprocessing.Pool"),
        Self::Asyncio.entry("asyncio"),
        Self::Hybrid.entry("Threads, then processes"),
        Self::Interpreters.entry("InterpreterPoolExecutor"),
        Self::Joblib.entry("joblib"),
        Self::Dask.entry("Dask"),
        Self::Ray.entry("Ray"),
    ];

    const fn entry(self, title: &'static str) -> Entry<Self> {
        (self, title, self.explanation())
    }

    /// What it is, in one line.
    pub(super) const fn explanation(self) -> &'static str {
        match self {
            Self::Sequential => "One after the other on the main thread: the baseline",
            Self::Threads => "Threads of one process, which share its interpreter lock",
            Self::Processes => "Worker processes, each with a lock of its own; tasks are pickled",
            Self::Pool => "The older pool of worker processes, by map or imap_unordered",
            Self::Asyncio => "One event loop; tasks are gathered behind a semaphore",
            Self::Hybrid => "Threads wait and fetch, processes compute, a queue between",
            Self::Interpreters => "Threads with an interpreter and a lock each",
            Self::Joblib => "joblib.Parallel, for batches",
            Self::Dask => "dask.distributed: a cluster on this machine or elsewhere",
            Self::Ray => "Ray's tasks, on this machine or on a cluster",
        }
    }
}

/// How a worker process of CPython comes into being.
pub(super) const START_METHODS: [Entry<StartMethod>; 4] = [
    (
        StartMethod::Default,
        "Default",
        "As the version does unless told: fork on Linux before 3.14, forkserver since",
    ),
    (
        StartMethod::Fork,
        "fork",
        "A copy of the process: quick, and unsafe beside threads",
    ),
    (
        StartMethod::Spawn,
        "spawn",
        "A new interpreter that imports everything anew",
    ),
    (
        StartMethod::Forkserver,
        "forkserver",
        "A copy of a small process that was started for it",
    ),
];

/// Which method a batch is handed to.
pub(super) const POOL_CALLS: [Entry<PoolCall>; 2] = [
    (PoolCall::Map, "map", "All results at the end"),
    (
        PoolCall::ImapUnordered,
        "imap_unordered",
        "Each result as it comes",
    ),
];

/// What joblib runs tasks with.
pub(super) const JOBLIB_BACKENDS: [Entry<JoblibBackend>; 2] = [
    (
        JoblibBackend::Loky,
        "loky",
        "Worker processes of joblib's own making",
    ),
    (
        JoblibBackend::Threading,
        "threading",
        "Threads, which share the interpreter lock",
    ),
];

/// Where a distributed engine runs.
pub(super) const CLUSTERS: [Entry<Cluster>; 2] = [
    (
        Cluster::Local,
        "Local",
        "Started for the block on this machine",
    ),
    (
        Cluster::Configured,
        "Configured",
        "The one whose address stands in the settings of this machine",
    ),
];

/// Whether native threads share an interpreter lock.
pub(super) const INTERPRETERS: [Entry<bool>; 2] = [
    (
        false,
        "No lock",
        "Every thread runs whenever a core is free: native or free-threaded",
    ),
    (
        true,
        "Lock",
        "One thread at a time computes in the interpreter, as in CPython",
    ),
];

/// Whether a CPU stage holds the interpreter lock.
pub(super) const INTERPRETER_LOCKS: [Entry<Option<InterpreterLock>>; 3] = [
    (
        None,
        "Default",
        "As CPython's implementation of the kernel does",
    ),
    (
        Some(InterpreterLock::Held),
        "Held",
        "As code written in Python does",
    ),
    (
        Some(InterpreterLock::Released),
        "Released",
        "As native libraries do while they compute",
    ),
];
