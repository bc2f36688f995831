//! Changes one CPython executor into another, native back ends into CPython's and back, and keeps what fits.

use crate::gui::panels::composer::convert_setup::{BETWEEN, IN_FLIGHT, WORKERS};
use crate::gui::panels::composer::options_python::PoolForm;
use crate::scenario::{
    AsyncCpu, Backend, Cluster, HybridWaits, Interpreter, JoblibBackend, PoolCall, PythonPool,
    Start, StartMethod, Transfer, Workers,
};

/// All that one executor can take over from another.
#[derive(Debug, Clone, Copy)]
struct Settings {
    workers: Workers,
    /// Those of the front of a pipeline.
    threads: Workers,
    start: StartMethod,
    chunk: Option<u32>,
    tasks_per_child: Option<u32>,
    payload: Transfer,
    in_flight: u32,
    cpu: AsyncCpu,
    between: u32,
    cluster: Cluster,
}

impl Settings {
    /// What an executor begins with.
    const NEW: Self = Self {
        workers: WORKERS,
        threads: Workers::Count(16),
        start: StartMethod::Default,
        chunk: None,
        tasks_per_child: None,
        payload: Transfer::Pipe,
        in_flight: IN_FLIGHT,
        cpu: AsyncCpu::Inline,
        between: BETWEEN,
        cluster: Cluster::Local,
    };

    const fn of(pool: PythonPool) -> Self {
        let mut settings = Self::NEW;
        match pool {
            PythonPool::Sequential => {}
            PythonPool::ThreadPoolExecutor { workers }
            | PythonPool::InterpreterPoolExecutor { workers } => settings.workers = workers,
            PythonPool::ProcessPoolExecutor {
                workers,
                start,
                chunk,
                tasks_per_child,
                payload,
            }
            | PythonPool::MultiprocessingPool {
                workers,
                start,
                chunk,
                tasks_per_child,
                payload,
                ..
            } => {
                settings.workers = workers;
                settings.start = start;
                settings.chunk = chunk;
                settings.tasks_per_child = tasks_per_child;
                settings.payload = payload;
            }
            PythonPool::Asyncio { in_flight, cpu } => {
                settings.in_flight = in_flight;
                settings.cpu = cpu;
                if let AsyncCpu::Blocking { threads: count }
                | AsyncCpu::Processes { workers: count } = cpu
                {
                    settings.workers = Workers::Count(count);
                }
            }
            PythonPool::Hybrid {
                threads,
                processes,
                start,
                between,
            } => {
                settings.threads = threads;
                settings.workers = processes;
                settings.start = start;
                settings.between = between;
            }
            PythonPool::Joblib { workers, chunk, .. } => {
                settings.workers = workers;
                settings.chunk = chunk;
            }
            PythonPool::Dask {
                workers, cluster, ..
            }
            | PythonPool::Ray { workers, cluster } => {
                settings.workers = workers;
                settings.cluster = cluster;
            }
        }
        settings
    }

    const fn make(self, to: PoolForm) -> PythonPool {
        let Self {
            workers,
            threads,
            start,
            chunk,
            tasks_per_child,
            payload,
            in_flight,
            cpu,
            between,
            cluster,
        } = self;
        match to {
            PoolForm::Sequential => PythonPool::Sequential,
            PoolForm::Threads => PythonPool::ThreadPoolExecutor { workers },
            PoolForm::Processes => PythonPool::ProcessPoolExecutor {
                workers,
                start,
                chunk,
                tasks_per_child,
                payload,
            },
            PoolForm::Pool => PythonPool::MultiprocessingPool {
                workers,
                start,
                call: PoolCall::Map,
                chunk,
                tasks_per_child,
                payload,
            },
            PoolForm::Asyncio => PythonPool::Asyncio { in_flight, cpu },
            PoolForm::Hybrid => PythonPool::Hybrid {
                threads,
                processes: workers,
                start,
                between,
            },
            PoolForm::Interpreters => PythonPool::InterpreterPoolExecutor { workers },
            PoolForm::Joblib => PythonPool::Joblib {
                workers,
                with: JoblibBackend::Loky,
                chunk,
            },
            PoolForm::Dask => PythonPool::Dask {
                workers,
                cluster,
                threads: 1,
            },
            PoolForm::Ray => PythonPool::Ray { workers, cluster },
        }
    }
}

/// The executor in another form; numbers are kept.
pub(super) fn convert_pool(pool: PythonPool, to: PoolForm) -> PythonPool {
    if PoolForm::of(pool) == to {
        pool
    } else {
        Settings::of(pool).make(to)
    }
}

/// The executor of CPython that is most like the native `backend`.
pub(super) fn python_of(backend: Backend) -> PythonPool {
    let mut settings = Settings::NEW;
    match backend {
        Backend::Python(pool) => pool,
        Backend::Sequential => PythonPool::Sequential,
        Backend::Threads { workers } => PythonPool::ThreadPoolExecutor { workers },
        Backend::Processes {
            workers,
            chunk,
            recycle_after,
            payload,
            ..
        } => {
            settings.workers = workers;
            settings.chunk = chunk;
            settings.tasks_per_child =
                recycle_after.map(|tasks| u32::try_from(tasks).unwrap_or(u32::MAX));
            settings.payload = payload;
            settings.make(PoolForm::Processes)
        }
        Backend::Async { in_flight, cpu, .. } => PythonPool::Asyncio { in_flight, cpu },
        Backend::Hybrid {
            waits,
            processes,
            between,
        } => {
            settings.workers = processes;
            settings.between = between;
            if let HybridWaits::Threads { workers } = waits {
                settings.threads = workers;
            }
            settings.make(PoolForm::Hybrid)
        }
    }
}

/// The native back end that is most like `pool`.
pub(super) fn native_of(pool: PythonPool) -> Backend {
    let settings = Settings::of(pool);
    let workers = settings.workers;
    match pool {
        PythonPool::Sequential => Backend::Sequential,
        PythonPool::ThreadPoolExecutor { .. }
        | PythonPool::InterpreterPoolExecutor { .. }
        | PythonPool::Joblib {
            with: JoblibBackend::Threading,
            ..
        } => Backend::Threads { workers },
        PythonPool::ProcessPoolExecutor { .. }
        | PythonPool::MultiprocessingPool { .. }
        | PythonPool::Joblib { .. }
        | PythonPool::Dask { .. }
        | PythonPool::Ray { .. } => Backend::Processes {
            workers,
            start: Start::Fresh,
            chunk: settings.chunk,
            recycle_after: settings.tasks_per_child.map(u64::from),
            payload: settings.payload,
        },
        PythonPool::Asyncio { in_flight, cpu } => Backend::Async {
            in_flight,
            event_loops: 1,
            cpu,
        },
        PythonPool::Hybrid {
            threads,
            processes,
            between,
            ..
        } => Backend::Hybrid {
            waits: HybridWaits::Threads { workers: threads },
            processes,
            between,
        },
    }
}

/// With or without an interpreter lock; a new one has CPython's switch interval.
pub(super) const fn convert_interpreter(interpreter: Interpreter, to_lock: bool) -> Interpreter {
    match (interpreter, to_lock) {
        (Interpreter::None, true) => Interpreter::LOCK,
        (Interpreter::Lock { .. }, false) => Interpreter::None,
        _ => interpreter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_executor_can_be_made_from_every_other_and_keeps_its_workers() {
        let start = PythonPool::ThreadPoolExecutor {
            workers: Workers::Count(7),
        };
        for (from, ..) in PoolForm::ENTRIES {
            let pool = convert_pool(start, from);
            assert_eq!(PoolForm::of(pool), from);
            for (to, ..) in PoolForm::ENTRIES {
                let there = convert_pool(pool, to);
                assert_eq!(PoolForm::of(there), to);
                let has_workers = |form| !matches!(form, PoolForm::Sequential | PoolForm::Asyncio);
                if has_workers(from) && has_workers(to) {
                    assert_eq!(Settings::of(there).workers, Workers::Count(7));
                }
            }
        }
    }

    #[test]
    fn chunks_start_methods_and_limits_survive_a_change_between_the_process_pools() {
        let executor = PythonPool::ProcessPoolExecutor {
            workers: Workers::PerCore(1),
            start: StartMethod::Spawn,
            chunk: Some(50),
            tasks_per_child: Some(9),
            payload: Transfer::SharedMemory,
        };
        let pool = convert_pool(executor, PoolForm::Pool);
        assert_eq!(convert_pool(pool, PoolForm::Processes), executor);
    }

    #[test]
    fn a_native_back_end_and_its_twin_in_cpython_turn_into_each_other() {
        let hybrid = Backend::Hybrid {
            waits: HybridWaits::Threads {
                workers: Workers::Count(12),
            },
            processes: Workers::Count(3),
            between: 9,
        };
        let event_loop = Backend::Async {
            in_flight: 40,
            event_loops: 1,
            cpu: AsyncCpu::Blocking { threads: 3 },
        };
        for native in [
            Backend::Sequential,
            Backend::threads(6),
            Backend::processes(5),
            event_loop,
            hybrid,
        ] {
            let python = python_of(native);
            assert_eq!(python.shape(), {
                let (workers, processes) = (native.workers(), native.worker_processes());
                (workers - processes, processes)
            });
            assert_eq!(native_of(python), native);
        }
    }
}
