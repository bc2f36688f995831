//! Where tasks run: the candidates and their settings.

use serde::{Deserialize, Serialize};

use crate::scenario::model::load::Queue;

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
        #[serde(default = "hundred", skip_serializing_if = "is_hundred")]
        between: u32,
    },
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

/// How many workers: a number, or so many per core of the machine it runs on.
///
/// Written as `8` or as `"2 per core"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Workers {
    /// That many.
    Count(u32),
    /// That many for each core.
    PerCore(u32),
}

/// Processors that this process may use.
#[must_use]
pub fn cores_of_this_machine() -> u32 {
    std::thread::available_parallelism()
        .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

impl Workers {
    /// How many they are on this machine.
    #[must_use]
    pub fn count(self) -> u32 {
        self.on(cores_of_this_machine())
    }

    /// How many they are on a machine of `cores`.
    #[must_use]
    pub const fn on(self, cores: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::PerCore(times) => times.saturating_mul(cores),
        }
    }
}

impl From<u32> for Workers {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl std::fmt::Display for Workers {
    /// `8`, or `2 per core`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::PerCore(times) => write!(f, "{times} per core"),
        }
    }
}

impl Serialize for Workers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::PerCore(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Workers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Workers;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number such as 8, or a text such as \"2 per core\"")
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Workers, E> {
                u32::try_from(value).map(Workers::Count).map_err(E::custom)
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Workers, E> {
                u32::try_from(value).map(Workers::Count).map_err(E::custom)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Workers, E> {
                text.strip_suffix("per core")
                    .and_then(|times| times.trim().parse().ok())
                    .map(Workers::PerCore)
                    .ok_or_else(|| {
                        E::custom(format!(
                            "'{text}' is no number of workers; write 8 or \"2 per core\""
                        ))
                    })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Workers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Workers".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How many workers: a number, or so many per core of the machine it runs on",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^[0-9]+ per core$" }
            ],
            "examples": [8, "2 per core"]
        })
    }
}

impl Candidate {
    /// A candidate without a name or a queue of its own.
    #[must_use]
    pub const fn of(backend: Backend) -> Self {
        Self {
            name: None,
            backend,
            queue: None,
        }
    }

    /// The given name, or one made from the back end.
    #[must_use]
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.backend.label())
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

    /// `threads ×8`, `async ×100, CPU on 2 threads`: unique for different settings.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Sequential => "sequential".to_owned(),
            Self::Threads { workers } => format!("threads ×{workers}"),
            Self::Processes {
                workers,
                start,
                chunk,
                recycle_after,
                payload,
            } => {
                let mut label = format!("processes ×{workers}");
                if start == Start::Zygote {
                    label.push_str(", zygote");
                }
                if let Some(chunk) = chunk {
                    label.push_str(&format!(", chunks of {chunk}"));
                }
                if let Some(tasks) = recycle_after {
                    label.push_str(&format!(", new after {tasks}"));
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
                let loops = if event_loops == 1 {
                    String::new()
                } else {
                    format!(", {event_loops} loops")
                };
                match cpu {
                    AsyncCpu::Inline => format!("async ×{in_flight}{loops}"),
                    AsyncCpu::Blocking { threads } => {
                        format!("async ×{in_flight}{loops}, CPU on {threads} threads")
                    }
                    AsyncCpu::Processes { workers } => {
                        format!("async ×{in_flight}{loops}, CPU on {workers} processes")
                    }
                }
            }
            Self::Hybrid {
                waits,
                processes,
                between,
            } => {
                let waits = match waits {
                    HybridWaits::Threads { workers } => format!("threads ×{workers}"),
                    HybridWaits::Async { in_flight } => format!("async ×{in_flight}"),
                };
                let between = if between == hundred() {
                    String::new()
                } else {
                    format!(", {between} between")
                };
                format!("hybrid {waits} + processes ×{processes}{between}")
            }
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
        }
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
            Self::Sequential | Self::Threads { .. } | Self::Async { .. } => 0,
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
    const fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe)
    }
}

const fn one_u32() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_one_u32(value: &u32) -> bool {
    *value == 1
}

const fn hundred() -> u32 {
    100
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_hundred(value: &u32) -> bool {
    *value == hundred()
}
