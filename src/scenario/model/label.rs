//! What candidates are called in a legend where the file gives them no name.
//!
//! Short, because sixteen of them stand beside a chart; and different for different settings, because the
//! name is what a candidate is known by.

use std::fmt::{self, Write as _};

use crate::scenario::model::backend::{
    AsyncCpu, Backend, Candidate, DEFAULT_BETWEEN, HybridWaits, Start, Transfer,
};
use crate::scenario::model::load::{Queue, QueuePolicy};
use crate::scenario::model::python::{
    Cluster, Interpreter, JoblibBackend, PoolCall, PythonPool, StartMethod,
};

impl Candidate {
    /// The given name, or one made from the back end and from a queue and defences of its own.
    #[must_use]
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let mut label = self.backend.label();
        if let Some(python) = &self.python {
            // Not a comma, which settings have before them: one may be called `spawn`.
            let _ = write!(label, " on {python}");
        }
        match self.interpreter {
            Interpreter::None => {}
            Interpreter::LOCK => label.push_str(", interpreter lock"),
            Interpreter::Lock { switch_interval } => {
                let _ = write!(label, ", interpreter lock of {switch_interval}");
            }
        }
        if let Some(queue) = self.queue {
            let _ = write!(label, ", {}", queue.label());
        }
        if let Some(defences) = self.defences {
            let _ = write!(label, ", {}", defences.label());
        }
        label
    }
}

impl Backend {
    /// `threads ×8`, `threads ×2/core`, `async ×100, CPU on 2 threads`: unique for different settings.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Sequential => "sequential".to_owned(),
            Self::Threads { workers } => format!("threads ×{}", workers.short()),
            Self::Processes {
                workers,
                start,
                chunk,
                recycle_after,
                payload,
            } => {
                let mut label = format!("processes ×{}", workers.short());
                if start == Start::Zygote {
                    label.push_str(", zygote");
                }
                // Writing to a String cannot fail.
                if let Some(chunk) = chunk {
                    let _ = write!(label, ", chunks of {chunk}");
                }
                if let Some(tasks) = recycle_after {
                    let _ = write!(label, ", recycled after {tasks}");
                }
                if payload == Transfer::SharedMemory {
                    label.push_str(", shared memory");
                }
                label
            }
            Self::Async {
                in_flight,
                event_loops,
                cpu,
            } => {
                let mut label = format!("async ×{in_flight}");
                if event_loops != 1 {
                    let _ = write!(label, ", {event_loops} loops");
                }
                label + &cpu.label()
            }
            Self::Hybrid {
                waits,
                processes,
                between,
            } => {
                let waits = match waits {
                    HybridWaits::Threads { workers } => format!("threads ×{}", workers.short()),
                    HybridWaits::Async { in_flight } => format!("async ×{in_flight}"),
                };
                let mut label = format!("hybrid {waits} + processes ×{}", processes.short());
                if between != DEFAULT_BETWEEN {
                    let _ = write!(label, ", {between} between");
                }
                label
            }
            Self::Python(pool) => pool.label(),
        }
    }
}

impl PythonPool {
    /// `CPython threads ×8`, `joblib loky ×2`: unique for different settings.
    fn label(self) -> String {
        let mut label = match self {
            Self::Sequential => "CPython sequential".to_owned(),
            Self::ThreadPoolExecutor { workers } => format!("CPython threads ×{}", workers.short()),
            Self::ProcessPoolExecutor { workers, .. } => {
                format!("CPython processes ×{}", workers.short())
            }
            Self::MultiprocessingPool { workers, call, .. } => match call {
                PoolCall::Map => format!("CPython Pool ×{}", workers.short()),
                PoolCall::ImapUnordered => {
                    format!("CPython Pool ×{}, imap_unordered", workers.short())
                }
            },
            Self::Asyncio { in_flight, cpu } => {
                format!("CPython asyncio ×{in_flight}{}", cpu.label())
            }
            Self::Hybrid {
                threads, processes, ..
            } => format!(
                "CPython hybrid threads ×{} + processes ×{}",
                threads.short(),
                processes.short()
            ),
            Self::InterpreterPoolExecutor { workers } => {
                format!("CPython interpreters ×{}", workers.short())
            }
            Self::Joblib { workers, with, .. } => {
                let with = match with {
                    JoblibBackend::Loky => "loky",
                    JoblibBackend::Threading => "threading",
                };
                format!("joblib {with} ×{}", workers.short())
            }
            Self::Dask { workers, .. } => format!("Dask ×{}", workers.short()),
            Self::Ray { workers, .. } => format!("Ray ×{}", workers.short()),
        };
        self.add_settings(&mut label);
        label
    }

    fn add_settings(self, label: &mut String) {
        // Writing to a String cannot fail.
        let mut add = |words: fmt::Arguments<'_>| _ = write!(label, ", {words}");
        match self {
            Self::ProcessPoolExecutor {
                start,
                chunk,
                tasks_per_child,
                payload,
                ..
            }
            | Self::MultiprocessingPool {
                start,
                chunk,
                tasks_per_child,
                payload,
                ..
            } => {
                if start != StartMethod::Default {
                    add(format_args!("{}", start.label()));
                }
                if let Some(chunk) = chunk {
                    add(format_args!("chunks of {chunk}"));
                }
                if let Some(tasks) = tasks_per_child {
                    add(format_args!("{tasks} per child"));
                }
                if payload == Transfer::SharedMemory {
                    add(format_args!("shared memory"));
                }
            }
            Self::Hybrid { start, between, .. } => {
                if start != StartMethod::Default {
                    add(format_args!("{}", start.label()));
                }
                if between != DEFAULT_BETWEEN {
                    add(format_args!("{between} between"));
                }
            }
            Self::Joblib {
                chunk: Some(chunk), ..
            } => add(format_args!("chunks of {chunk}")),
            Self::Dask {
                threads, cluster, ..
            } => {
                if threads != 1 {
                    add(format_args!("{threads} threads each"));
                }
                if cluster == Cluster::Configured {
                    add(format_args!("on the cluster"));
                }
            }
            Self::Ray {
                cluster: Cluster::Configured,
                ..
            } => add(format_args!("on the cluster")),
            _ => {}
        }
    }
}

impl AsyncCpu {
    /// `, CPU on 2 threads`; nothing for the loop itself.
    fn label(self) -> String {
        match self {
            Self::Inline => String::new(),
            Self::Blocking { threads } => {
                format!(", CPU on {threads} thread{}", plural(threads))
            }
            Self::Processes { workers } => {
                let many = if workers == 1 { "" } else { "es" };
                format!(", CPU on {workers} process{many}")
            }
        }
    }
}

impl Queue {
    /// `queue of 100, drops oldest`: unique for different settings.
    #[must_use]
    pub fn label(self) -> String {
        let mut label = format!("queue of {}", self.capacity);
        match self.policy {
            QueuePolicy::DropNewest => {}
            QueuePolicy::DropOldest => label.push_str(", drops oldest"),
            QueuePolicy::Block => label.push_str(", blocks"),
            QueuePolicy::ShedByAge { older_than } => {
                let _ = write!(label, ", sheds after {older_than}");
            }
        }
        if let Some(most) = self.in_flight {
            let _ = write!(label, ", {most} at once");
        }
        label
    }
}

pub(super) const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::Workers;
    use crate::units::Nanos;

    /// Every executor with every combination of settings that differ in more than a number.
    fn pools() -> Vec<PythonPool> {
        let workers = Workers::Count(2);
        let mut pools = vec![
            PythonPool::Sequential,
            PythonPool::ThreadPoolExecutor { workers },
            PythonPool::InterpreterPoolExecutor { workers },
        ];
        let limits = [None, Some(10), Some(11)];
        for start in StartMethod::ALL {
            pools.extend([100, 10].map(|between| PythonPool::Hybrid {
                threads: workers,
                processes: workers,
                start,
                between,
            }));
            for chunk in limits {
                for tasks_per_child in limits {
                    for payload in [Transfer::Pipe, Transfer::SharedMemory] {
                        pools.push(PythonPool::ProcessPoolExecutor {
                            workers,
                            start,
                            chunk,
                            tasks_per_child,
                            payload,
                        });
                        pools.extend([PoolCall::Map, PoolCall::ImapUnordered].map(|call| {
                            PythonPool::MultiprocessingPool {
                                workers,
                                start,
                                call,
                                chunk,
                                tasks_per_child,
                                payload,
                            }
                        }));
                    }
                }
            }
        }
        for chunk in limits {
            pools.extend([JoblibBackend::Loky, JoblibBackend::Threading].map(|with| {
                PythonPool::Joblib {
                    workers,
                    with,
                    chunk,
                }
            }));
        }
        for cluster in [Cluster::Local, Cluster::Configured] {
            pools.push(PythonPool::Ray { workers, cluster });
            pools.extend([1, 2].map(|threads| PythonPool::Dask {
                workers,
                cluster,
                threads,
            }));
        }
        let places = [
            AsyncCpu::Inline,
            AsyncCpu::Blocking { threads: 2 },
            AsyncCpu::Processes { workers: 2 },
        ];
        pools.extend(places.map(|cpu| PythonPool::Asyncio { in_flight: 2, cpu }));
        pools
    }

    #[test]
    fn every_combination_of_settings_in_cpython_has_a_label_of_its_own() {
        let pools = pools();
        let labels: BTreeSet<String> = pools.iter().map(|pool| pool.label()).collect();
        assert_eq!(labels.len(), pools.len());
        for (pool, label) in [
            (pools[1], "CPython threads ×2"),
            (
                PythonPool::Dask {
                    workers: Workers::PerCore(1),
                    cluster: Cluster::Configured,
                    threads: 2,
                },
                "Dask ×1/core, 2 threads each, on the cluster",
            ),
        ] {
            assert_eq!(pool.label(), label);
        }
    }

    #[test]
    fn an_interpreter_that_is_called_like_a_setting_is_told_from_it() {
        let python = |start, name: Option<&str>| Candidate {
            python: name.map(str::to_owned),
            ..Candidate::of(Backend::Python(PythonPool::Hybrid {
                threads: Workers::Count(2),
                processes: Workers::Count(2),
                start,
                between: DEFAULT_BETWEEN,
            }))
        };
        let set = python(StartMethod::Spawn, None).label();
        let called = python(StartMethod::Default, Some("spawn")).label();
        assert_ne!(set, called);
        let threads = |interpreter| Candidate {
            interpreter,
            ..Candidate::of(Backend::threads(2))
        };
        assert_eq!(
            threads(Interpreter::LOCK).label(),
            "threads ×2, interpreter lock"
        );
        let switch_interval = Nanos::from_millis(1);
        assert_eq!(
            threads(Interpreter::Lock { switch_interval }).label(),
            "threads ×2, interpreter lock of 1ms"
        );
    }
}
