//! The choices inside of stages, loads and candidates: (value, title, explanation) each, and the forms of
//! those that have fields of their own.

use crate::scenario::{
    Access, Arrivals, AsyncCpu, Backend, Distribution, HybridWaits, Inside, Load, LockKind,
    MemoryAccess, Order, ProfilePart, Protection, QueuePolicy, Start, Transfer, Workers,
};

/// One entry of a choice: value, title, explanation.
pub(super) type Entry<T> = (T, &'static str, &'static str);

/// In which order blocks of a file are used.
pub(super) const ACCESSES: [Entry<Access>; 2] = [
    (Access::Sequential, "Sequential", "One after the other"),
    (
        Access::Random,
        "Random",
        "At places drawn from the task's number",
    ),
];

/// How memory is used.
pub(super) const MEMORY_ACCESSES: [Entry<MemoryAccess>; 4] = [
    (
        MemoryAccess::Touch,
        "Touch",
        "One byte of every page is written: all of it is really there",
    ),
    (
        MemoryAccess::Stream,
        "Stream",
        "All of it is written and read in order: bound by bandwidth",
    ),
    (
        MemoryAccess::Chase,
        "Chase",
        "Every cache line in random order: bound by latency",
    ),
    (
        MemoryAccess::Allocate,
        "Allocate only",
        "Not used at all: address space without pages",
    ),
];

/// What is done inside of a critical section.
pub(super) const INSIDES: [Entry<Inside>; 2] = [
    (
        Inside::Cpu,
        "Compute",
        "The lock is held for that much processor time",
    ),
    (
        Inside::Wait,
        "Wait",
        "The lock is held while no core is used, as for a disk",
    ),
];

/// Whether a lock tells readers from writers.
pub(super) const LOCK_FORMS: [Entry<bool>; 2] = [
    (false, "One at a time", "A mutex"),
    (true, "Read-write", "Many readers, or one writer"),
];

/// How a counter is protected.
pub(super) const PROTECTIONS: [Entry<Protection>; 3] = [
    (
        Protection::Unprotected,
        "None",
        "Read, add, write back: two threads at once lose an update",
    ),
    (Protection::Locked, "Lock", "A lock around each addition"),
    (
        Protection::Atomic,
        "Atomic",
        "The processor's atomic addition",
    ),
];

/// How the instants of an open load are spaced.
pub(super) const ARRIVALS: [Entry<Arrivals>; 2] = [
    (
        Arrivals::Poisson,
        "Poisson",
        "Independent callers: exponential gaps. The usual case",
    ),
    (
        Arrivals::Constant,
        "Constant",
        "Equal gaps, as from a timer",
    ),
];

/// In which order the blocks run.
pub(super) const ORDERS: [Entry<Order>; 2] = [
    (
        Order::Interleaved,
        "Interleaved",
        "Each repeat visits all candidates in an order drawn from the seed: drift hits all alike",
    ),
    (Order::Listed, "Listed", "In the order of the list"),
];

/// How a worker process comes into being.
pub(super) const STARTS: [Entry<Start>; 2] = [
    (Start::Fresh, "Fresh", "The program is started anew"),
    (
        Start::Zygote,
        "Zygote",
        "A copy of a process that is kept ready for it (Linux)",
    ),
];

/// How payloads travel.
pub(super) const TRANSFERS: [Entry<Transfer>; 2] = [
    (
        Transfer::Pipe,
        "Pipe",
        "Through the pipe, as everything else",
    ),
    (
        Transfer::SharedMemory,
        "Shared",
        "Through memory that both processes map",
    ),
];

/// Whether a number of workers depends on the machine.
pub(super) const PER_CORE: [Entry<bool>; 2] = [
    (false, "In all", "The same number on every machine"),
    (
        true,
        "Per core",
        "That many for each core of the machine it runs on",
    ),
];

/// Whose queue a candidate has.
pub(super) const QUEUES: [Entry<bool>; 2] = [
    (false, "Scenario's", "The queue of the load"),
    (true, "Its own", "A queue of this candidate alone"),
];

/// The form of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeForm {
    /// Always the same.
    Constant,
    /// Between two times.
    Uniform,
    /// By a mean.
    Exponential,
    /// By median and 95th percentile.
    LogNormal,
    /// One of two.
    Bimodal,
}

impl TimeForm {
    /// The form of `time`.
    pub(super) const fn of(time: &Distribution) -> Self {
        match time {
            Distribution::Constant(_) => Self::Constant,
            Distribution::Uniform { .. } => Self::Uniform,
            Distribution::Exponential { .. } => Self::Exponential,
            Distribution::LogNormal { .. } => Self::LogNormal,
            Distribution::Bimodal { .. } => Self::Bimodal,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 5] = [
        (Self::Constant, "Constant", "Always the same"),
        (
            Self::Uniform,
            "Uniform",
            "Anything between two times, all equally likely",
        ),
        (
            Self::Exponential,
            "Exponential",
            "As the time to the next of many independent events",
        ),
        (
            Self::LogNormal,
            "Log-normal",
            "As response times of services usually are: a median and a long tail",
        ),
        (
            Self::Bimodal,
            "Bimodal",
            "One of two times, as with a cache that hits or misses",
        ),
    ];
}

/// The form of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoadForm {
    /// Clients that wait for their answers.
    Closed,
    /// A rate.
    Open,
    /// A rate that changes.
    Profile,
    /// A list.
    Batch,
}

impl LoadForm {
    /// The form of `load`.
    pub(super) const fn of(load: &Load) -> Self {
        match load {
            Load::Closed { .. } => Self::Closed,
            Load::Open { .. } => Self::Open,
            Load::Profile { .. } => Self::Profile,
            Load::Batch { .. } => Self::Batch,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 4] = [
        (Self::Closed, "Closed", Self::Closed.explanation()),
        (Self::Open, "Open", Self::Open.explanation()),
        (Self::Profile, "Profile", Self::Profile.explanation()),
        (Self::Batch, "Batch", Self::Batch.explanation()),
    ];

    /// What it asks, in one line.
    pub(super) const fn explanation(self) -> &'static str {
        match self {
            Self::Closed => {
                "Clients send their next task when the last one is answered: how much can be done?"
            }
            Self::Open => {
                "Tasks become due at a rate, whether or not earlier ones are done: what do callers see?"
            }
            Self::Profile => "A rate that changes over time: what do callers see at its peaks?",
            Self::Batch => "All tasks are due at the start: how long until the last is done?",
        }
    }
}

/// The form of a part of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartForm {
    /// A constant rate.
    Step,
    /// From one rate to another.
    Ramp,
    /// Up and down again.
    Spike,
    /// Nothing.
    Pause,
}

impl PartForm {
    /// The form of `part`.
    pub(super) const fn of(part: &ProfilePart) -> Self {
        match part {
            ProfilePart::Step { .. } => Self::Step,
            ProfilePart::Ramp { .. } => Self::Ramp,
            ProfilePart::Spike { .. } => Self::Spike,
            ProfilePart::Pause { .. } => Self::Pause,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 4] = [
        (Self::Step, "Step", "A constant rate"),
        (Self::Ramp, "Ramp", "Evenly from one rate to another"),
        (Self::Spike, "Spike", "Up to a peak and back"),
        (Self::Pause, "Pause", "Nothing becomes due"),
    ];

    /// What it is called.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Step => "Step",
            Self::Ramp => "Ramp",
            Self::Spike => "Spike",
            Self::Pause => "Pause",
        }
    }
}

/// The form of a queue's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PolicyForm {
    /// The one that comes.
    DropNewest,
    /// The one that has waited longest.
    DropOldest,
    /// Nothing is dropped.
    Block,
    /// What has waited too long.
    ShedByAge,
}

impl PolicyForm {
    /// The form of `policy`.
    pub(super) const fn of(policy: &QueuePolicy) -> Self {
        match policy {
            QueuePolicy::DropNewest => Self::DropNewest,
            QueuePolicy::DropOldest => Self::DropOldest,
            QueuePolicy::Block => Self::Block,
            QueuePolicy::ShedByAge { .. } => Self::ShedByAge,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 4] = [
        (
            Self::DropNewest,
            "Drop newest",
            "A full queue refuses the task that comes",
        ),
        (
            Self::DropOldest,
            "Drop oldest",
            "A full queue gives up the task that has waited longest",
        ),
        (
            Self::Block,
            "Block",
            "Callers wait at the door; that counts as schedule delay",
        ),
        (
            Self::ShedByAge,
            "Shed by age",
            "What has waited too long is given up instead of started",
        ),
    ];
}

/// Where the CPU stages of an async candidate run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AsyncCpuForm {
    /// On the loop.
    Inline,
    /// On threads.
    Blocking,
    /// On processes.
    Processes,
}

impl AsyncCpuForm {
    /// The form of `cpu`.
    pub(super) const fn of(cpu: AsyncCpu) -> Self {
        match cpu {
            AsyncCpu::Inline => Self::Inline,
            AsyncCpu::Blocking { .. } => Self::Blocking,
            AsyncCpu::Processes { .. } => Self::Processes,
        }
    }

    /// All of them.
    pub(super) const ENTRIES: [Entry<Self>; 3] = [
        (
            Self::Inline,
            "Loop",
            "CPU and file stages run on the event loop, which stands still meanwhile",
        ),
        (
            Self::Blocking,
            "Threads",
            "CPU and file stages run on blocking threads beside the loop",
        ),
        (
            Self::Processes,
            "Processes",
            "CPU and file stages run on worker processes beside the loop",
        ),
    ];
}

/// Whether the waits of a hybrid candidate are on an event loop.
pub(super) const HYBRID_WAITS: [Entry<bool>; 2] = [
    (
        false,
        "Threads",
        "Waits and requests run on a pool of threads",
    ),
    (
        true,
        "Event loop",
        "Waits and requests run on one event loop",
    ),
];

/// Whether they are on an event loop.
pub(super) const fn waits_on_loop(waits: HybridWaits) -> bool {
    matches!(waits, HybridWaits::Async { .. })
}

/// Whether the number depends on the machine.
pub(super) const fn is_per_core(workers: Workers) -> bool {
    matches!(workers, Workers::PerCore(_))
}

/// Whether the lock tells readers from writers.
pub(super) const fn has_readers(kind: &LockKind) -> bool {
    matches!(kind, LockKind::ReadWrite { .. })
}

/// The kind of all CPython candidates.
pub(super) const CPYTHON: &str = "cpython";

/// The kind of `backend` as the list names it: all of CPython's are one.
pub(super) const fn backend_kind(backend: Backend) -> &'static str {
    match backend {
        Backend::Python(_) => CPYTHON,
        native => native.kind(),
    }
}

/// What a kind of back end ([`backend_kind`]) is, in one line.
pub(super) fn backend_explanation(kind: &str) -> &'static str {
    match kind {
        "threads" => "A pool of threads in one process",
        "processes" => "A pool of worker processes; tasks and results travel over pipes",
        "async" => "An async runtime (tokio) in one process",
        CPYTHON => "CPython's own executors, in an interpreter of this machine",
        "hybrid" => "Waits on threads or an event loop, everything else on processes",
        _ => "One after the other on one thread: the baseline",
    }
}

/// The kinds of back ends in the order of the list, with their titles.
pub(super) const BACKEND_KINDS: [(&str, &str); 6] = [
    ("sequential", "Sequential"),
    ("threads", "Threads"),
    ("processes", "Processes"),
    ("async", "Async"),
    ("hybrid", "Hybrid"),
    (CPYTHON, "CPython"),
];
