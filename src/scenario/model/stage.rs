//! What a task does: its stages, and how their amounts and times are given.

use serde::{Deserialize, Serialize};

use crate::scenario::model::backend::{is_one_u32, one_u32};
use crate::scenario::model::python::InterpreterLock;
use crate::units::{Bytes, Nanos};

/// One step of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Stage {
    /// Computes; needs a core for the whole time.
    Cpu {
        /// What is computed.
        #[serde(default)]
        kernel: Kernel,
        /// How much of it.
        amount: Amount,
        /// Whether it holds the interpreter lock, where there is one; as CPython's implementation of the kernel does
        /// if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interpreter_lock: Option<InterpreterLock>,
    },
    /// Waits without using a core, as for a partner's answer.
    Wait {
        /// How long.
        time: Distribution,
    },
    /// Writes a file in the block's private scratch folder, replacing the worker's earlier one.
    FileWrite {
        /// How much is written.
        size: Bytes,
        /// How much each call writes; one call writes it all where this is more.
        #[serde(default = "mib", skip_serializing_if = "is_mib")]
        block: Bytes,
        /// In which order the blocks are written.
        #[serde(default, skip_serializing_if = "Access::is_sequential")]
        access: Access,
        /// Whether the data must reach the disk (fsync) before the stage ends.
        #[serde(default, skip_serializing_if = "is_false")]
        sync: bool,
    },
    /// Appends to the worker's log file in the scratch folder; the file starts anew when it gets large.
    FileAppend {
        /// How much is appended.
        size: Bytes,
        /// Whether the data must reach the disk (fsync) before the stage ends.
        #[serde(default, skip_serializing_if = "is_false")]
        sync: bool,
    },
    /// Reads from a prepared file in the scratch folder and verifies what it reads.
    FileRead {
        /// How much is read.
        size: Bytes,
        /// How much each call reads; one call reads it all where this is more.
        #[serde(default = "mib", skip_serializing_if = "is_mib")]
        block: Bytes,
        /// In which order the blocks are read.
        #[serde(default, skip_serializing_if = "Access::is_sequential")]
        access: Access,
        /// The size of the prepared file; as much as is read if absent. A smaller one is read again from
        /// its start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Bytes>,
    },
    /// Allocates memory, uses it, and releases it.
    Memory {
        /// How much is allocated.
        size: Bytes,
        /// How it is used.
        #[serde(default, skip_serializing_if = "MemoryAccess::is_touch")]
        access: MemoryAccess,
        /// For how many further tasks of the same worker it is held; 0 releases it at the end of the stage.
        #[serde(default, skip_serializing_if = "is_zero")]
        hold_tasks: u32,
    },
    /// An HTTP GET (a POST with a request body) to the built-in loopback server, which waits and then answers.
    Http {
        /// How long the server waits before it answers.
        delay: Distribution,
        /// The length of the answer's body.
        #[serde(default = "kib", skip_serializing_if = "is_kib")]
        response: Bytes,
        /// The length of the request's body.
        #[serde(default, skip_serializing_if = "is_no_bytes")]
        request: Bytes,
        /// The share of requests that the server answers with an error, 0 to 1: the task fails.
        #[serde(default, skip_serializing_if = "is_nothing")]
        errors: f64,
    },
    /// A request over a raw TCP connection to the built-in loopback server.
    Tcp {
        /// How long the server waits before it answers.
        delay: Distribution,
        /// The length of the answer.
        #[serde(default = "kib", skip_serializing_if = "is_kib")]
        response: Bytes,
        /// The length of what is sent beside the request's header.
        #[serde(default, skip_serializing_if = "is_no_bytes")]
        request: Bytes,
        /// The share of requests that the server answers with an error, 0 to 1: the task fails.
        #[serde(default, skip_serializing_if = "is_nothing")]
        errors: f64,
    },
    /// A critical section: takes a lock that all tasks share, stays inside for a time, and gives it back.
    /// Worker processes share no lock: each has its own, and the result says so.
    Lock {
        /// How long the lock is held.
        hold: Distribution,
        /// What is done while it is held.
        #[serde(default, skip_serializing_if = "Inside::is_cpu")]
        inside: Inside,
        /// How many locks there are; a task takes one of them, drawn by its number.
        #[serde(default = "one_u32", skip_serializing_if = "is_one_u32")]
        locks: u32,
        /// Who may be inside together.
        #[serde(default, skip_serializing_if = "LockKind::is_mutex")]
        kind: LockKind,
    },
    /// Adds to a counter that all tasks share, one by one. Lost updates are counted: additions done minus
    /// what the counter shows. Worker processes share no counter: each has its own, and the result says so.
    Counter {
        /// How many times one is added.
        increments: u64,
        /// How the counter is protected.
        #[serde(default)]
        protection: Protection,
    },
    /// Bytes that the task brings to its worker and bytes that it brings back: shared by threads, copied to
    /// and from worker processes.
    Payload {
        /// From the caller to the worker.
        to_worker: Bytes,
        /// From the worker to the caller.
        back: Bytes,
    },
    /// The end of a phase: no task of the batch goes on before all have come this far. Only with a batch, and
    /// as often in each task kind, so that all have the same phases.
    Barrier,
}

/// What a CPU stage computes. One unit of work is the same on every back end.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Kernel {
    /// Integer arithmetic: the sum of squares. A unit is one addition of a square.
    #[default]
    SumOfSquares,
    /// Trial division of the prime 10,000,000,019 up to its square root. A unit is one such check.
    PrimeCheck,
    /// SHA-256 over generated bytes. A unit is 1 KiB hashed.
    Sha256,
    /// Deflate (zlib level 6) of generated, text-like bytes. A unit is 1 KiB compressed.
    Deflate,
    /// Parsing a generated JSON document into a tree of values. A unit is 1 KiB of text.
    JsonParse,
    /// Sorting generated integers of 30 bits, comparisons and moves. A unit is 1,000 integers sorted.
    Sort,
    /// The product of two matrices of 64 × 64 double-precision numbers. A unit is one such product.
    MatrixProduct,
    /// Following a chain of pointers through 8 MiB in random order: waits for memory. A unit is 1,000 steps.
    PointerChase,
}

/// How much a CPU stage computes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Amount {
    /// A fixed number of the kernel's units: contention and slow cores show as time. Prefer this.
    Work(u64),
    /// Until the thread has used that much processor time: contention does not change the amount of CPU.
    Time(Nanos),
}

/// How a length of time is drawn, per task, from the seed and the task's number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Distribution {
    /// Always the same.
    Constant(Nanos),
    /// Anything between two times, all equally likely.
    Uniform {
        /// The shortest.
        from: Nanos,
        /// The longest; not below the shortest.
        to: Nanos,
    },
    /// Exponential, as the time to the next of many independent events: given by its mean.
    Exponential {
        /// The mean; 95 of 100 draws are below three times as much.
        mean: Nanos,
    },
    /// Log-normal, as response times of services usually are: given by its median and 95th percentile.
    LogNormal {
        /// Half of the draws are below.
        median: Nanos,
        /// 95 of 100 draws are below; not below the median.
        p95: Nanos,
    },
    /// One of two times, as with a cache that hits or misses.
    Bimodal {
        /// The usual time.
        usual: Nanos,
        /// The other time.
        other: Nanos,
        /// The share of draws that take the other time, 0 to 1.
        other_share: f64,
    },
}

/// In which order the blocks of a file are read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Access {
    /// One after the other.
    #[default]
    Sequential,
    /// At places drawn from the task's number.
    Random,
}

/// How allocated memory is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum MemoryAccess {
    /// Not at all: address space without pages.
    Allocate,
    /// One byte of every page is written, so that all of it is really there.
    #[default]
    Touch,
    /// All of it is written and then read in order: bound by memory bandwidth.
    Stream,
    /// Every cache line is visited once in random order, each address read from the line before: bound by
    /// memory latency.
    Chase,
}

/// What a task does inside a critical section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Inside {
    /// It computes: the lock is held for that much processor time.
    #[default]
    Cpu,
    /// It waits, as for a disk: the lock is held while no core is used.
    Wait,
}

/// Who may be inside a critical section together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum LockKind {
    /// One task at a time.
    #[default]
    Mutex,
    /// Many readers, or one writer.
    ReadWrite {
        /// The share of tasks that only read, 0 to 1.
        readers: f64,
    },
}

/// How a shared counter is protected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Protection {
    /// Not at all: read, add, write back. Two threads that do it at once lose an update.
    #[default]
    Unprotected,
    /// By a lock around each addition.
    Locked,
    /// By the processor's atomic addition.
    Atomic,
}

/// The built-in loopback server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// How many connections it serves at once; further callers wait. With a limit every request opens a
    /// connection of its own. No limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
}

impl Server {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Kernel {
    /// All kernels, in the order in which a list shows them.
    pub const ALL: [Self; 8] = [
        Self::SumOfSquares,
        Self::PrimeCheck,
        Self::Sha256,
        Self::Deflate,
        Self::JsonParse,
        Self::Sort,
        Self::MatrixProduct,
        Self::PointerChase,
    ];

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::SumOfSquares => "sum of squares",
            Self::PrimeCheck => "prime check",
            Self::Sha256 => "SHA-256",
            Self::Deflate => "deflate",
            Self::JsonParse => "JSON parse",
            Self::Sort => "sort",
            Self::MatrixProduct => "matrix product",
            Self::PointerChase => "pointer chase",
        }
    }

    /// One unit of its work, as it stands behind a number.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::SumOfSquares => "additions",
            Self::PrimeCheck => "checks",
            Self::Sha256 => "KiB hashed",
            Self::Deflate => "KiB compressed",
            Self::JsonParse => "KiB parsed",
            Self::Sort => "thousand integers sorted",
            Self::MatrixProduct => "products",
            Self::PointerChase => "thousand steps",
        }
    }
}

impl Kernel {
    /// What its implementation in CPython does with the interpreter lock: `hashlib` and `zlib` release it.
    #[must_use]
    pub const fn interpreter_lock(self) -> InterpreterLock {
        match self {
            Self::Sha256 | Self::Deflate => InterpreterLock::Released,
            Self::SumOfSquares
            | Self::PrimeCheck
            | Self::JsonParse
            | Self::Sort
            | Self::MatrixProduct
            | Self::PointerChase => InterpreterLock::Held,
        }
    }
}

impl Protection {
    /// All, in the order in which a list shows them.
    pub const ALL: [Self; 3] = [Self::Unprotected, Self::Locked, Self::Atomic];

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unprotected => "unprotected",
            Self::Locked => "locked",
            Self::Atomic => "atomic",
        }
    }
}

impl Stage {
    /// Computes `amount` of `kernel`.
    #[must_use]
    pub const fn cpu(kernel: Kernel, amount: Amount) -> Self {
        Self::Cpu {
            kernel,
            amount,
            interpreter_lock: None,
        }
    }

    /// What it is called in a list.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Cpu { .. } => "CPU",
            Self::Wait { .. } => "wait",
            Self::FileWrite { .. } => "file write",
            Self::FileAppend { .. } => "file append",
            Self::FileRead { .. } => "file read",
            Self::Memory { .. } => "memory",
            Self::Http { .. } => "HTTP",
            Self::Tcp { .. } => "TCP",
            Self::Lock { .. } => "lock",
            Self::Counter { .. } => "counter",
            Self::Payload { .. } => "payload",
            Self::Barrier => "barrier",
        }
    }

    /// Whether it mostly waits and leaves the core to others: what a hybrid candidate keeps off its process
    /// pool, and what async code awaits.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::Wait { .. } | Self::Http { .. } | Self::Tcp { .. }
        )
    }
}

impl Access {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_sequential(&self) -> bool {
        matches!(self, Self::Sequential)
    }
}

impl MemoryAccess {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_touch(&self) -> bool {
        matches!(self, Self::Touch)
    }
}

impl Inside {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    const fn is_cpu(&self) -> bool {
        matches!(self, Self::Cpu)
    }
}

impl LockKind {
    const fn is_mutex(&self) -> bool {
        matches!(self, Self::Mutex)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(value: &u32) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_nothing(value: &f64) -> bool {
    value.total_cmp(&0.0).is_eq()
}

const fn kib() -> Bytes {
    Bytes::from_kib(1)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_kib(value: &Bytes) -> bool {
    *value == kib()
}

const fn mib() -> Bytes {
    Bytes::from_mib(1)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_mib(value: &Bytes) -> bool {
    *value == mib()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_no_bytes(value: &Bytes) -> bool {
    value.0 == 0
}
