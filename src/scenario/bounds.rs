//! How large the values of a scenario may be, and why.
//!
//! These bounds hold on every machine and protect it from slips of the finger; what one machine can bear
//! is decided where the scenario runs. Forms take their ranges from here.

use crate::units::{Bytes, Nanos};

/// A title stands on one line of a window and of a report.
pub const TITLE_CHARS: usize = 120;
/// A name stands in a legend.
pub const NAME_CHARS: usize = 64;
/// A description is a paragraph, not a document.
pub const PROSE_CHARS: usize = 4_000;
/// More kinds or stages cannot be composed or read by a person.
pub const MAX_KINDS: usize = 64;
/// As [`MAX_KINDS`], for the stages of one kind.
pub const MAX_STAGES: usize = 64;
/// More candidates cannot be told apart by colour, and a run would take too long.
pub const MAX_CANDIDATES: usize = 16;
/// Enough for ten thousand tasks that wait on a thread each. A thread takes two memory maps, of which Linux
/// gives a process 65,530, and a number of the system's 32,768 on small machines.
pub const MAX_THREADS: u32 = 16_384;
/// A machine of 256 cores is then just at [`MAX_THREADS`].
pub const MAX_PER_CORE: u32 = 64;
/// A process costs megabytes and three file descriptors.
pub const MAX_PROCESSES: u32 = 256;
/// Each takes about a KiB.
pub const MAX_IN_FLIGHT: u32 = 1_000_000;
/// More loops than cores have no use.
pub const MAX_EVENT_LOOPS: u32 = 64;
/// tokio's own default.
pub const MAX_BLOCKING_THREADS: u32 = 512;
/// A thread that waits for the interpreter lock wakes that often; CPython itself takes any time above zero.
pub const MIN_SWITCH_INTERVAL: Nanos = Nanos::from_micros(10);
/// Longer than any task that another one should have to wait for.
pub const MAX_SWITCH_INTERVAL: Nanos = Nanos::from_secs(1);
/// What a large server has for one worker.
pub const MAX_MEMORY: Bytes = Bytes::from_mib(16 * 1024);
/// What a usual scratch folder has room for.
pub const MAX_FILE: Bytes = Bytes::from_mib(16 * 1024);
/// A disk's smallest sector; smaller calls measure the system call alone, and a large file takes millions.
pub const MIN_BLOCK: Bytes = Bytes(512);
/// Each worker has a buffer of that size; larger calls are no faster.
pub const MAX_BLOCK: Bytes = Bytes::from_mib(16);
/// Each held allocation has a place in its worker's list.
pub const MAX_HOLD_TASKS: u32 = 100_000;
/// A request's or an answer's body is held in memory by both ends of the connection.
pub const MAX_BODY: Bytes = Bytes::from_mib(64);
/// Each is a descriptor on both sides, of which a process usually has at most 65,536.
pub const MAX_CONNECTIONS: u32 = 10_000;
/// Each worker and its parent hold a copy, and so does the pipe or the memory between them.
pub const MAX_PAYLOAD: Bytes = Bytes::from_mib(64);
/// Tasks of a few hundred workers hardly ever meet at one of so many.
pub const MAX_LOCKS: u32 = 1_024;
/// At some 2 ns each two seconds, and under contention ten times as long.
pub const MAX_INCREMENTS: u64 = 1_000_000_000;
/// A longer wait is a schedule and not a stage.
pub const MAX_WAIT: Nanos = Nanos::from_secs(3_600);
/// A task that computes for longer does not end within the drain of any usual protocol.
pub const MAX_CPU: Nanos = Nanos::from_secs(600);
/// A million a second is what one generator thread can keep up with.
pub const MAX_RATE: f64 = 1e6;
/// Each is a task in flight and a place in the queue.
pub const MAX_CLIENTS: u32 = 100_000;
/// At 1 µs each still 10 s.
pub const MAX_BATCH: u64 = 10_000_000;
/// Every task that has come to a barrier is remembered until the last one has.
pub const MAX_BARRIER_BATCH: u64 = 1_000_000;
/// A chunk travels as one message and is answered as one.
pub const MAX_CHUNK: u32 = 100_000;
/// Above that no run is long enough to replace a worker.
pub const MAX_RECYCLE_AFTER: u64 = 1_000_000_000;
/// A profile is drawn and read by a person.
pub const MAX_PROFILE_PARTS: usize = 64;
/// A waiting task takes some dozen bytes.
pub const MAX_QUEUE: u32 = 1_000_000;
/// One interval of the display.
pub const MIN_MEASURE: Nanos = Nanos::from_millis(100);
/// A run is watched; what takes longer than a day is a mistake.
pub const MAX_TOTAL: Nanos = Nanos::from_secs(24 * 3_600);
/// The smallest sample that tells a 99th percentile: ln 0.05 / ln 0.99. (The one of `stats`, which the
/// vocabulary does not import.)
pub const P99_SAMPLES: f64 = 299.0;
/// Intervals are narrow long before that.
pub const MAX_REPEATS: u32 = 100;
/// More things that go wrong at once cannot be told apart in a result.
pub const MAX_FAULTS: usize = 16;
/// A task that takes a thousand times as long hangs for all practical purposes.
pub const MAX_SLOW_FACTOR: f64 = 1_000.0;
/// Grows visibly in every worker, and lets a usual machine live.
pub const MAX_LEAK: Bytes = Bytes::from_mib(1024);
/// The runner looks after its workers about that often.
pub const MIN_EVERY: Nanos = Nanos::from_millis(10);
/// A task that failed a hundred times will fail again.
pub const MAX_ATTEMPTS: u32 = 100;
/// From a nanosecond to an hour in seven steps.
pub const MAX_BACKOFF_FACTOR: f64 = 100.0;
/// As many retries as a task of [`MAX_ATTEMPTS`] hardly ever takes.
pub const MAX_BUDGET_RATIO: f64 = 10.0;
/// The bucket of a second at the largest rate.
pub const MAX_BURST: u32 = 1_000_000;
/// A breaker remembers each of them.
pub const MAX_BREAKER_CALLS: u32 = 10_000;
/// More are no test any more.
pub const MAX_PROBES: u32 = 1_000;
/// One each 100 ms for longer than the longest run.
pub const MAX_RESTARTS: u32 = 1_000_000;
/// More values lie closer together than a chart shows.
pub const MAX_AXIS_VALUES: usize = 100;
/// A heat map of 20 × 20; at ten seconds for a point more than an hour for each candidate and round.
pub const MAX_POINTS: usize = 400;
/// Doubling from one task in a second to a million takes 21 probes, a precision of a tenth of a percent ten more.
pub const MAX_CAPACITY_PROBES: u32 = 40;
/// Finer than any measurement of some seconds can tell.
pub const MIN_PRECISION_RATIO: f64 = 0.001;
