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
/// Sixteen times the largest usual pools, and far below the system's limits on threads and processes.
pub const MAX_THREADS: u32 = 1_024;
/// A process costs megabytes and three file descriptors.
pub const MAX_PROCESSES: u32 = 256;
/// Each takes about a KiB.
pub const MAX_IN_FLIGHT: u32 = 1_000_000;
/// More loops than cores have no use.
pub const MAX_EVENT_LOOPS: u32 = 64;
/// tokio's own default.
pub const MAX_BLOCKING_THREADS: u32 = 512;
/// What a large server has for one worker.
pub const MAX_MEMORY: Bytes = Bytes::from_mib(16 * 1024);
/// What a usual scratch folder has room for.
pub const MAX_FILE: Bytes = Bytes::from_mib(16 * 1024);
/// It is held in memory by both ends of the connection.
pub const MAX_RESPONSE: Bytes = Bytes::from_mib(64);
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
