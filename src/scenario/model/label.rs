//! What candidates are called in a legend where the file gives them no name.
//!
//! Short, because sixteen of them stand beside a chart; and different for different settings, because the
//! name is what a candidate is known by.

use std::fmt::Write as _;

use crate::scenario::model::backend::{
    AsyncCpu, Backend, Candidate, DEFAULT_BETWEEN, HybridWaits, Start, Transfer,
};
use crate::scenario::model::load::{Queue, QueuePolicy};

impl Candidate {
    /// The given name, or one made from the back end and from a queue of its own.
    #[must_use]
    pub fn label(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let mut label = self.backend.label();
        if let Some(queue) = self.queue {
            let _ = write!(label, ", {}", queue.label());
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
                match cpu {
                    AsyncCpu::Inline => {}
                    AsyncCpu::Blocking { threads } => {
                        let _ = write!(label, ", CPU on {threads} thread{}", plural(threads));
                    }
                    AsyncCpu::Processes { workers } => {
                        let many = if workers == 1 { "" } else { "es" };
                        let _ = write!(label, ", CPU on {workers} process{many}");
                    }
                }
                label
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

const fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}
