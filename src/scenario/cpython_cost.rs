//! What CPython's executors can have under way, and about what they add to a task, before they have ever run.
//!
//! Round figures for estimates, as those of `nominal`: medians of a bare script with CPython 3.11 on a server core
//! of today, for libraries of their usual releases.

use crate::scenario::{
    AsyncCpu, Backend, Candidate, Cluster, Interpreter, JoblibBackend, Load, PythonPool, Scenario,
    StartMethod,
};

/// How many tasks a pool can compute at once if no interpreter lock hinders it, and how many can be under way.
pub(super) fn lanes(pool: PythonPool) -> (u32, u32) {
    let (threads, processes) = pool.shape();
    match pool {
        PythonPool::Asyncio { in_flight, cpu } => {
            let computing = match cpu {
                AsyncCpu::Inline => 1,
                AsyncCpu::Blocking { threads } => threads,
                AsyncCpu::Processes { workers } => workers,
            };
            (computing, in_flight)
        }
        PythonPool::Hybrid { between, .. } => {
            let under_way = threads.saturating_add(processes).saturating_add(between);
            (processes, under_way)
        }
        PythonPool::Dask {
            threads: each,
            cluster: Cluster::Local,
            ..
        } => {
            let all = processes.saturating_mul(each);
            (all, all)
        }
        _ => {
            let workers = threads.saturating_add(processes);
            (workers, workers)
        }
    }
}

/// How many interpreter locks the tasks of a candidate share; none if there is no such lock.
pub(super) fn interpreter_locks(candidate: &Candidate) -> Option<u32> {
    match candidate.backend {
        Backend::Python(PythonPool::InterpreterPoolExecutor { workers }) => Some(workers.count()),
        Backend::Python(pool) => Some(pool.shape().1.max(1)),
        Backend::Threads { .. } | Backend::Async { .. } => {
            (candidate.interpreter != Interpreter::None).then_some(1)
        }
        Backend::Sequential | Backend::Processes { .. } | Backend::Hybrid { .. } => None,
    }
}

/// How many tasks travel together: those of a batch, where the back end takes several at once.
pub(super) fn parcel(backend: Backend, load: &Load) -> u32 {
    let of_load = match *load {
        Load::Batch { chunk, .. } => chunk,
        _ => 1,
    };
    match backend {
        Backend::Processes { chunk, .. } => chunk.unwrap_or(of_load),
        // Executors take tasks one by one unless they are handed a batch.
        Backend::Python(
            PythonPool::ProcessPoolExecutor { chunk, .. }
            | PythonPool::MultiprocessingPool { chunk, .. },
        ) if load.is_batch() => chunk.unwrap_or(of_load),
        // Without a size of its own joblib finds one that is at least this.
        Backend::Python(PythonPool::Joblib { chunk, .. }) if load.is_batch() => chunk.unwrap_or(1),
        Backend::Python(_) => 1,
        Backend::Sequential
        | Backend::Threads { .. }
        | Backend::Async { .. }
        | Backend::Hybrid { .. } => of_load,
    }
}

/// About what the caller's interpreter spends on handing a task out and taking its result, in nanoseconds; of
/// several that travel together, the share of one. Nothing for native back ends.
pub(super) fn handling_nanos(scenario: &Scenario, backend: Backend) -> f64 {
    let Backend::Python(pool) = backend else {
        return 0.0;
    };
    let parcel_nanos = match pool {
        PythonPool::Sequential => 10e3,
        PythonPool::ThreadPoolExecutor { .. } | PythonPool::Asyncio { .. } => 50e3,
        PythonPool::MultiprocessingPool { .. } => 80e3,
        PythonPool::ProcessPoolExecutor { .. } | PythonPool::Joblib { .. } => 200e3,
        PythonPool::InterpreterPoolExecutor { .. } => 100e3,
        PythonPool::Hybrid { .. } => 250e3,
        PythonPool::Dask { .. } => 1e6,
        PythonPool::Ray { .. } => 500e3,
    };
    parcel_nanos / f64::from(parcel(backend, &scenario.load).max(1))
}

/// Whether tasks run under the interpreter lock of the one who hands them out.
pub(super) const fn shares_the_callers_lock(pool: PythonPool) -> bool {
    matches!(
        pool,
        PythonPool::Sequential
            | PythonPool::ThreadPoolExecutor { .. }
            | PythonPool::Asyncio {
                cpu: AsyncCpu::Inline | AsyncCpu::Blocking { .. },
                ..
            }
            | PythonPool::Joblib {
                with: JoblibBackend::Threading,
                ..
            }
    )
}

/// About how long it takes until an interpreter and its pool are ready, in nanoseconds.
pub(super) fn start_nanos(pool: PythonPool) -> u64 {
    /// Starting an interpreter that imports what the harness needs.
    const INTERPRETER: u64 = 150_000_000;
    let processes = u64::from(pool.shape().1);
    let pool_nanos = match pool {
        PythonPool::ProcessPoolExecutor {
            start: StartMethod::Spawn | StartMethod::Forkserver,
            ..
        }
        | PythonPool::MultiprocessingPool {
            start: StartMethod::Spawn | StartMethod::Forkserver,
            ..
        }
        | PythonPool::Hybrid {
            start: StartMethod::Spawn | StartMethod::Forkserver,
            ..
        }
        | PythonPool::Joblib {
            with: JoblibBackend::Loky,
            ..
        } => processes.saturating_mul(INTERPRETER),
        PythonPool::Dask { .. } => 3_000_000_000,
        PythonPool::Ray { .. } => 6_000_000_000,
        _ => processes.saturating_mul(INTERPRETER / 10),
    };
    INTERPRETER.saturating_add(pool_nanos)
}
