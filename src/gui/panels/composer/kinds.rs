//! The types of stages that a scenario offers, with the words that explain them to whoever composes one.
//!
//! The choices inside of a stage or a candidate are in `options`.

use crate::scenario::{
    Access, Amount, Distribution, Inside, Kernel, LockKind, MemoryAccess, Protection, Stage,
};
use crate::units::{Bytes, Nanos};

/// The type of a stage without its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageType {
    /// Computes.
    Cpu,
    /// Waits.
    Wait,
    /// Asks the loopback server by HTTP.
    Http,
    /// Asks the loopback server over a bare connection.
    Tcp,
    /// Reads a file.
    FileRead,
    /// Writes a file.
    FileWrite,
    /// Appends to a file.
    FileAppend,
    /// Allocates and uses memory.
    Memory,
    /// A critical section.
    Lock,
    /// Adds to a shared counter.
    Counter,
    /// Carries bytes to the worker and back.
    Payload,
    /// Waits for all tasks of the batch.
    Barrier,
}

impl StageType {
    /// All types, in the order of the menu.
    pub(super) const ALL: [Self; 12] = [
        Self::Cpu,
        Self::Wait,
        Self::Http,
        Self::Tcp,
        Self::FileRead,
        Self::FileWrite,
        Self::FileAppend,
        Self::Memory,
        Self::Lock,
        Self::Counter,
        Self::Payload,
        Self::Barrier,
    ];

    /// The type of `stage`.
    pub(super) const fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Cpu { .. } => Self::Cpu,
            Stage::Wait { .. } => Self::Wait,
            Stage::Http { .. } => Self::Http,
            Stage::Tcp { .. } => Self::Tcp,
            Stage::FileRead { .. } => Self::FileRead,
            Stage::FileWrite { .. } => Self::FileWrite,
            Stage::FileAppend { .. } => Self::FileAppend,
            Stage::Memory { .. } => Self::Memory,
            Stage::Lock { .. } => Self::Lock,
            Stage::Counter { .. } => Self::Counter,
            Stage::Payload { .. } => Self::Payload,
            Stage::Barrier => Self::Barrier,
        }
    }

    /// What it is called at the beginning of a line.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wait => "Wait",
            Self::Http => "HTTP",
            Self::Tcp => "TCP",
            Self::FileRead => "File read",
            Self::FileWrite => "File write",
            Self::FileAppend => "File append",
            Self::Memory => "Memory",
            Self::Lock => "Lock",
            Self::Counter => "Counter",
            Self::Payload => "Payload",
            Self::Barrier => "Barrier",
        }
    }

    /// What it does, in one line.
    pub(super) const fn explanation(self) -> &'static str {
        match self {
            Self::Cpu => "Computes; needs a core for the whole time",
            Self::Wait => "Waits without a core, as for a partner's answer",
            Self::Http => "Asks the built-in loopback server, which waits and answers",
            Self::Tcp => "The same over a bare connection, without HTTP",
            Self::FileRead => "Reads a prepared file from the scratch folder, and verifies it",
            Self::FileWrite => "Writes a file in a private scratch folder",
            Self::FileAppend => "Appends to a log file in the scratch folder",
            Self::Memory => "Allocates memory, uses it, releases it",
            Self::Lock => "A critical section on a lock that all tasks share",
            Self::Counter => "Adds to a shared counter; lost updates are counted",
            Self::Payload => "Bytes to the worker and back: copied to processes",
            Self::Barrier => "All tasks of a batch come this far before one goes on",
        }
    }
}

/// A stage of that type with figures that show something within milliseconds.
pub(super) const fn default_stage(kind: StageType) -> Stage {
    const DELAY: Distribution = Distribution::Constant(Nanos::from_millis(20));
    const NOTHING: Bytes = Bytes(0);
    let (size, block) = (Bytes::from_kib(256), Bytes::from_mib(1));
    let (access, response) = (Access::Sequential, Bytes::from_kib(1));
    let (delay, request, errors, sync) = (DELAY, NOTHING, 0.0, false);
    match kind {
        // About 5 ms by the estimate.
        StageType::Cpu => Stage::Cpu {
            kernel: Kernel::SumOfSquares,
            amount: Amount::Work(5_000_000),
            interpreter_lock: None,
        },
        StageType::Wait => Stage::Wait { time: DELAY },
        StageType::Http => Stage::Http {
            delay,
            response,
            request,
            errors,
        },
        StageType::Tcp => Stage::Tcp {
            delay,
            response,
            request,
            errors,
        },
        StageType::FileRead => Stage::FileRead {
            size,
            block,
            access,
            file: None,
        },
        StageType::FileWrite => Stage::FileWrite {
            size,
            block,
            access,
            sync,
        },
        StageType::FileAppend => Stage::FileAppend {
            size: Bytes::from_kib(4),
            sync,
        },
        StageType::Memory => Stage::Memory {
            size: Bytes::from_mib(4),
            access: MemoryAccess::Touch,
            hold_tasks: 0,
        },
        StageType::Lock => Stage::Lock {
            hold: Distribution::Constant(Nanos::from_millis(1)),
            inside: Inside::Cpu,
            locks: 1,
            kind: LockKind::Mutex,
        },
        StageType::Counter => Stage::Counter {
            increments: 1_000,
            protection: Protection::Unprotected,
        },
        StageType::Payload => Stage::Payload {
            to_worker: Bytes::from_kib(64),
            back: Bytes::from_kib(64),
        },
        StageType::Barrier => Stage::Barrier,
    }
}

/// What a kernel computes, in one line.
pub(super) const fn kernel_explanation(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::SumOfSquares => "Integer arithmetic; a unit is one addition of a square",
        Kernel::PrimeCheck => "Trial division of 10,000,000,019; a unit is one such check",
        Kernel::Sha256 => "SHA-256 over generated bytes; a unit is 1 KiB hashed",
        Kernel::Deflate => "Compression (zlib level 6); a unit is 1 KiB of text-like bytes",
        Kernel::JsonParse => "A JSON text into a tree of values; a unit is 1 KiB of text",
        Kernel::Sort => "Sorting integers of 30 bits; a unit is 1,000 of them",
        Kernel::MatrixProduct => "Matrices of 64 × 64 numbers; a unit is one product",
        Kernel::PointerChase => "Random steps through 8 MiB: waits for memory; a unit is 1,000",
    }
}

/// A kernel's units as the label of their number; [`Kernel::unit`] is the same inside of a sentence.
pub(super) const fn unit_title(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::SumOfSquares => "Additions",
        Kernel::PrimeCheck => "Checks",
        Kernel::Sha256 => "KiB hashed",
        Kernel::Deflate => "KiB compressed",
        Kernel::JsonParse => "KiB parsed",
        Kernel::Sort => "Thousands sorted",
        Kernel::MatrixProduct => "Products",
        Kernel::PointerChase => "Thousand steps",
    }
}
