//! CPython's executors and the interpreter lock in words.

use std::fmt::Write as _;

use crate::scenario::describe::candidates::counted;
use crate::scenario::{
    AsyncCpu, Candidate, Cluster, Interpreter, JoblibBackend, Load, PoolCall, PythonPool,
    StartMethod, Transfer, Workers,
};
use crate::units::text;

/// The name that is meant where a candidate gives none.
const USUAL_NAME: &str = "python";

/// What `pool` is, where it runs, who shares a lock there, and what that interpreter must have.
pub(super) fn pool(pool: PythonPool, candidate: &Candidate, load: &Load) -> String {
    let name = candidate.python.as_deref().unwrap_or(USUAL_NAME);
    let mut words = format!(
        "in CPython (the interpreter '{name}'): {}",
        executor(pool, load)
    );
    if let Some(package) = pool.package() {
        words.extend(["; needs the package ", package.distribution]);
    }
    if pool.version_min() != PythonPool::Sequential.version_min() {
        let (major, minor) = pool.version_min();
        // Writing to a String cannot fail.
        let _ = write!(words, "; needs CPython {major}.{minor} or later");
    }
    words
}

/// What threads do that share one.
const TURNS: &str = "which take turns at its interpreter lock unless it is free-threaded";

fn executor(pool: PythonPool, load: &Load) -> String {
    match pool {
        PythonPool::Sequential => "one task after the other on the main thread".to_owned(),
        PythonPool::ThreadPoolExecutor { workers } => {
            let threads = counted(workers, "thread", "threads");
            format!("ThreadPoolExecutor of {threads}, {TURNS}")
        }
        PythonPool::ProcessPoolExecutor { .. } | PythonPool::MultiprocessingPool { .. } => {
            processes(pool, load)
        }
        PythonPool::Asyncio { in_flight, cpu } => asyncio(in_flight, cpu),
        PythonPool::Hybrid {
            threads,
            processes,
            start,
            between,
        } => format!(
            "waits and requests on {}, everything else on {}{}, and at most {} between the two",
            counted(threads, "thread", "threads"),
            counted(processes, "worker process", "worker processes"),
            started(start),
            text::counted(between.into(), "task", "tasks")
        ),
        PythonPool::InterpreterPoolExecutor { workers } => {
            let threads = counted(workers, "thread", "threads");
            format!("InterpreterPoolExecutor of {threads} with an interpreter and a lock each")
        }
        PythonPool::Joblib {
            workers,
            with,
            chunk,
        } => joblib(workers, with, chunk),
        PythonPool::Dask {
            workers,
            cluster: Cluster::Local,
            threads,
        } => format!(
            "dask.distributed on a local cluster of {} with {} each",
            counted(workers, "worker process", "worker processes"),
            text::counted(threads.into(), "thread", "threads")
        ),
        PythonPool::Dask { workers, .. } => {
            let tasks = counted(workers, "task", "tasks");
            format!("dask.distributed on the cluster of the settings, {tasks} at once")
        }
        PythonPool::Ray {
            workers,
            cluster: Cluster::Local,
        } => format!(
            "Ray on this machine with {}",
            counted(workers, "CPU", "CPUs")
        ),
        PythonPool::Ray { workers, .. } => {
            let tasks = counted(workers, "task", "tasks");
            format!("Ray on the cluster of the settings, {tasks} at once")
        }
    }
}

fn asyncio(in_flight: u32, cpu: AsyncCpu) -> String {
    let tasks = text::counted(in_flight.into(), "task", "tasks");
    let computing = match cpu {
        AsyncCpu::Inline => "computing on the loop itself".to_owned(),
        AsyncCpu::Blocking { threads } => {
            let threads = text::counted(threads.into(), "thread", "threads");
            format!("computing by asyncio.to_thread on up to {threads}")
        }
        AsyncCpu::Processes { workers } => {
            let processes = text::counted(workers.into(), "process", "processes");
            format!("computing in a ProcessPoolExecutor of {processes}")
        }
    };
    format!("asyncio with up to {tasks} under way on one event loop, {computing}")
}

fn joblib(workers: Workers, with: JoblibBackend, chunk: Option<u32>) -> String {
    let size = chunk.map_or_else(
        || "in batches as joblib finds best".to_owned(),
        |chunk| format!("{} tasks at a time", text::count(chunk.into())),
    );
    match with {
        JoblibBackend::Loky => {
            let jobs = counted(workers, "loky process", "loky processes");
            format!("joblib.Parallel on {jobs}, {size}")
        }
        JoblibBackend::Threading => {
            let jobs = counted(workers, "thread", "threads");
            format!("joblib.Parallel on {jobs}, {TURNS}, {size}")
        }
    }
}

fn processes(pool: PythonPool, load: &Load) -> String {
    let (PythonPool::ProcessPoolExecutor {
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
    }) = pool
    else {
        return String::new();
    };
    let name = match pool {
        PythonPool::MultiprocessingPool { call, .. } => match call {
            _ if !load.is_batch() => "multiprocessing.Pool",
            PoolCall::Map => "multiprocessing.Pool, by map,",
            PoolCall::ImapUnordered => "multiprocessing.Pool, by imap_unordered,",
        },
        _ => "ProcessPoolExecutor",
    };
    // Asked for a limit of tasks, the executor leaves fork by itself.
    let is_spawned = tasks_per_child.is_some()
        && start == StartMethod::Default
        && matches!(pool, PythonPool::ProcessPoolExecutor { .. });
    let start = if is_spawned {
        StartMethod::Spawn
    } else {
        start
    };
    let mut words = format!(
        "{name} of {}{}",
        counted(workers, "worker process", "worker processes"),
        started(start)
    );
    if let Some(chunk) = chunk.filter(|chunk| *chunk > 1) {
        let tasks = text::count(chunk.into());
        words.extend([", which take ", &tasks, " tasks at a time"]);
    }
    if let Some(tasks) = tasks_per_child {
        let tasks = text::counted(tasks.into(), "task or chunk", "tasks or chunks");
        words.extend([", each replaced after ", &tasks]);
    }
    if payload == Transfer::SharedMemory {
        words.push_str(", payloads through shared memory");
    }
    words
}

const fn started(start: StartMethod) -> &'static str {
    match start {
        StartMethod::Default => "",
        StartMethod::Fork => ", started by fork",
        StartMethod::Spawn => ", started by spawn",
        StartMethod::Forkserver => ", started by forkserver",
    }
}

/// What the threads of a native candidate share, if they do.
pub(super) fn interpreter_lock(interpreter: Interpreter) -> Option<String> {
    match interpreter {
        Interpreter::None => None,
        Interpreter::Lock { switch_interval } => Some(format!(
            "its threads take turns at a modelled interpreter lock, as CPython's do, which changes hands on request after {}",
            text::span(switch_interval.0)
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::{describe, parse};

    /// What is said of the candidate `fields`, behind its name.
    fn told(fields: &str) -> String {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Cpu(amount: Work(9)), Wait(time: \
             Constant(\"1ms\")), Payload(to_worker: \"1KiB\", back: \"0\")])], load: Batch(tasks: 900), \
             candidates: [(name: \"c\", {fields})])"
        );
        let loaded = parse(&text);
        assert_eq!(loaded.problems, [], "{text}");
        let lines = describe(&loaded.scenario.unwrap());
        let line = lines
            .iter()
            .find_map(|line| line.strip_prefix("Candidate 'c': "));
        let line = line.unwrap().to_owned();
        // Not what is asked here.
        line.split("; memory stages").next().unwrap().to_owned()
    }

    #[test]
    fn every_executor_is_told_with_what_it_needs_and_who_shares_a_lock() {
        for (pool, words) in [
            ("Sequential", "one task after the other on the main thread"),
            (
                "ThreadPoolExecutor(workers: 2)",
                "ThreadPoolExecutor of 2 threads, which take turns at its interpreter lock unless it is \
                 free-threaded",
            ),
            (
                "ProcessPoolExecutor(workers: 2, start: Forkserver, chunk: 30, tasks_per_child: 50, payload: \
                 SharedMemory)",
                "ProcessPoolExecutor of 2 worker processes, started by forkserver, which take 30 tasks at a time, \
                 each replaced after 50 tasks or chunks, payloads through shared memory; needs CPython 3.11 or later",
            ),
            (
                "ProcessPoolExecutor(workers: 1, tasks_per_child: 1)",
                "ProcessPoolExecutor of 1 worker process, started by spawn, each replaced after 1 task or chunk; \
                 needs CPython 3.11 or later",
            ),
            (
                "MultiprocessingPool(workers: 2, start: Fork, call: ImapUnordered)",
                "multiprocessing.Pool, by imap_unordered, of 2 worker processes, started by fork",
            ),
            (
                "Asyncio(in_flight: 20)",
                "asyncio with up to 20 tasks under way on one event loop, computing on the loop itself",
            ),
            (
                "Asyncio(in_flight: 20, cpu: Blocking(threads: 3))",
                "asyncio with up to 20 tasks under way on one event loop, computing by asyncio.to_thread on up \
                 to 3 threads",
            ),
            (
                "Asyncio(in_flight: 20, cpu: Processes(workers: 1))",
                "asyncio with up to 20 tasks under way on one event loop, computing in a ProcessPoolExecutor of \
                 1 process",
            ),
            (
                "Hybrid(threads: 8, processes: 2, start: Spawn, between: 4)",
                "waits and requests on 8 threads, everything else on 2 worker processes, started by spawn, and \
                 at most 4 tasks between the two",
            ),
            (
                "InterpreterPoolExecutor(workers: 2)",
                "InterpreterPoolExecutor of 2 threads with an interpreter and a lock each; needs CPython 3.14 or \
                 later",
            ),
            (
                "Joblib(workers: 2)",
                "joblib.Parallel on 2 loky processes, in batches as joblib finds best; needs the package joblib",
            ),
            (
                "Joblib(workers: 2, with: Threading, chunk: 5)",
                "joblib.Parallel on 2 threads, which take turns at its interpreter lock unless it is \
                 free-threaded, 5 tasks at a time; needs the package joblib",
            ),
            (
                "Dask(workers: 2, threads: 2)",
                "dask.distributed on a local cluster of 2 worker processes with 2 threads each; needs the \
                 package distributed",
            ),
            (
                "Dask(workers: 40, cluster: Configured)",
                "dask.distributed on the cluster of the settings, 40 tasks at once; needs the package distributed",
            ),
            (
                "Ray(workers: 2)",
                "Ray on this machine with 2 CPUs; needs the package ray",
            ),
            (
                "Ray(workers: 40, cluster: Configured)",
                "Ray on the cluster of the settings, 40 tasks at once; needs the package ray",
            ),
        ] {
            assert_eq!(
                told(&format!("backend: Python({pool})")),
                format!("in CPython (the interpreter 'python'): {words}"),
                "{pool}"
            );
        }
        let other = told("backend: Python(Sequential), python: \"3.13t\"");
        assert!(
            other.starts_with("in CPython (the interpreter '3.13t'): "),
            "{other}"
        );
    }

    #[test]
    fn a_modelled_interpreter_lock_is_told_with_its_interval() {
        assert_eq!(
            told("backend: Threads(workers: 2), interpreter: Lock(switch_interval: \"1ms\")"),
            "2 threads in 1 process; its threads take turns at a modelled interpreter lock, as CPython's do, \
             which changes hands on request after 1 ms"
        );
    }
}
