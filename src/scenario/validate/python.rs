//! What candidates in CPython must fulfil, and what their tasks cannot have there.

use std::fmt::Display;

use crate::scenario::bounds::{
    MAX_BLOCKING_THREADS, MAX_CPU, MAX_IN_FLIGHT, MAX_PROCESSES, MAX_QUEUE, MAX_RECYCLE_AFTER,
    MAX_THREADS,
};
use crate::scenario::validate::Checks;
use crate::scenario::{
    AsyncCpu, Candidate, Cluster, Load, Protection, PythonPool, Runtime, Scenario, Stage,
    StartMethod, Transfer,
};
use crate::units::text;

/// A name stands in a legend and in the settings, and is never mistaken for a path.
const INTERPRETER_NAME_CHARS: usize = 32;

impl Checks {
    /// The name of an interpreter: only for a candidate that runs in one.
    pub(super) fn interpreter_name(&mut self, path: &str, candidate: &Candidate) {
        let Some(name) = &candidate.python else {
            return;
        };
        let path = format!("{path}.python");
        if !candidate.is_python() {
            self.error(
                path,
                "only a candidate in CPython runs in an interpreter",
                "remove it, or write backend: Python(…)",
            );
            return;
        }
        let is_usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let length = name.chars().count();
        if !(1..=INTERPRETER_NAME_CHARS).contains(&length) || !name.chars().all(is_usual) {
            self.error(
                path,
                "it is no name of an interpreter",
                format!(
                    "write a name from the settings of the machine, 1 to {INTERPRETER_NAME_CHARS} of A-Z a-z \
                     0-9 . _ -; where it is installed stands in the settings, never in a scenario"
                ),
            );
        }
    }

    /// The settings of `pool`, which stand at `path`.
    pub(super) fn python_pool(&mut self, path: &str, pool: PythonPool, scenario: &Scenario) {
        let field = |name: &str| format!("{path}.{name}");
        match pool {
            PythonPool::Sequential => {}
            PythonPool::ThreadPoolExecutor { workers } => {
                self.workers(&field("workers"), workers, MAX_THREADS);
            }
            // An interpreter costs as much as a process does.
            PythonPool::InterpreterPoolExecutor { workers } | PythonPool::Ray { workers, .. } => {
                self.workers(&field("workers"), workers, MAX_PROCESSES);
            }
            PythonPool::ProcessPoolExecutor { .. } | PythonPool::MultiprocessingPool { .. } => {
                self.python_processes(path, pool, scenario);
            }
            PythonPool::Asyncio { in_flight, cpu } => {
                let most = u64::from(MAX_IN_FLIGHT);
                self.count(&field("in_flight"), in_flight, 1..=most);
                self.async_cpu(path, cpu);
            }
            PythonPool::Hybrid {
                threads,
                processes,
                between,
                ..
            } => {
                self.workers(&field("threads"), threads, MAX_THREADS);
                self.workers(&field("processes"), processes, MAX_PROCESSES);
                self.count(&field("between"), between, 1..=u64::from(MAX_QUEUE));
                self.both_sides(path, "threads", scenario);
            }
            PythonPool::Joblib { workers, chunk, .. } => {
                self.workers(&field("workers"), workers, MAX_PROCESSES);
                if !scenario.load.is_batch() {
                    self.error(
                        path,
                        "joblib runs batches: it is called with all tasks at once",
                        "write load: Batch(tasks: …), or take another back end",
                    );
                } else if let Some(chunk) = chunk {
                    self.chunk(&field("chunk"), chunk, &scenario.load);
                }
            }
            PythonPool::Dask {
                workers,
                cluster,
                threads,
            } => {
                self.workers(&field("workers"), workers, MAX_PROCESSES);
                let most = u64::from(MAX_BLOCKING_THREADS);
                self.count(&field("threads"), threads, 1..=most);
                if cluster == Cluster::Configured && threads > 1 {
                    self.warning(
                        field("threads"),
                        "a cluster that runs already has the threads that it was started with",
                        "remove it",
                    );
                }
            }
        }
    }

    /// Where an event loop's CPU stages run, native or not.
    pub(super) fn async_cpu(&mut self, path: &str, cpu: AsyncCpu) {
        match cpu {
            AsyncCpu::Inline => {}
            AsyncCpu::Blocking { threads } => {
                let most = u64::from(MAX_BLOCKING_THREADS);
                self.count(&format!("{path}.cpu.threads"), threads, 1..=most);
            }
            AsyncCpu::Processes { workers } => {
                let most = u64::from(MAX_PROCESSES);
                self.count(&format!("{path}.cpu.workers"), workers, 1..=most);
            }
        }
    }

    fn python_processes(&mut self, path: &str, pool: PythonPool, scenario: &Scenario) {
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
            return;
        };
        let field = |name: &str| format!("{path}.{name}");
        self.workers(&field("workers"), workers, MAX_PROCESSES);
        if let Some(chunk) = chunk {
            self.chunk_of_a_batch(&field("chunk"), chunk, &scenario.load);
        }
        if let Some(tasks) = tasks_per_child {
            let path = field("tasks_per_child");
            self.count(&path, tasks, 1..=MAX_RECYCLE_AFTER);
            let is_executor = matches!(pool, PythonPool::ProcessPoolExecutor { .. });
            if is_executor && start == StartMethod::Fork {
                let (major, minor) = pool.version_min();
                self.error(
                    path,
                    "ProcessPoolExecutor does not replace workers that are started by fork",
                    format!(
                        "write start: Spawn or Forkserver (CPython {major}.{minor} or later), take \
                         MultiprocessingPool, or remove it"
                    ),
                );
            }
        }
        self.shared_memory(&field("payload"), payload, scenario);
    }

    /// How many tasks of a batch travel together; other loads hand them over one by one.
    fn chunk_of_a_batch(&mut self, path: &str, chunk: u32, load: &Load) {
        if load.is_batch() {
            self.chunk(path, chunk, load);
        } else {
            self.error(
                path,
                "CPython's pools take chunks of a batch only",
                "write load: Batch(tasks: …), or remove it",
            );
        }
    }

    /// Warns of shared memory that nothing travels through.
    pub(super) fn shared_memory(&mut self, path: &str, payload: Transfer, scenario: &Scenario) {
        let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
        let is_payload = |stage: &Stage| matches!(stage, Stage::Payload { .. });
        if payload == Transfer::SharedMemory && !stages.any(is_payload) {
            self.warning(
                path,
                "no task has a payload, so that nothing travels through shared memory",
                "add a Payload stage, or remove this setting",
            );
        }
    }

    /// What the stage at `path` cannot be in CPython; `candidate` is the index of one that runs there.
    pub(super) fn stage_in_cpython(&mut self, path: &str, stage: &Stage, candidate: impl Display) {
        match *stage {
            Stage::Counter {
                protection: Protection::Atomic,
                ..
            } => self.error(
                format!("{path}.protection"),
                format!("CPython has no atomic addition, and candidates[{candidate}] runs there"),
                "write Locked",
            ),
            Stage::Cpu { kernel, amount, .. } => {
                let nanos = amount.nanos_on(Runtime::CPython, kernel);
                // Beyond the bound of native code it is told already.
                if nanos > MAX_CPU.0 as f64 && amount.nominal_nanos(kernel) <= MAX_CPU.0 as f64 {
                    self.error(
                        format!("{path}.amount"),
                        format!(
                            "about {} of computing for one task in CPython, where candidates[{candidate}] runs",
                            text::nanos(nanos)
                        ),
                        format!("at most {MAX_CPU}"),
                    );
                }
            }
            _ => {}
        }
    }
}
