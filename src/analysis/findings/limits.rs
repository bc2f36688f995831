//! Where a finding begins, with the reason for each value.

/// Share of its own time above which one part of a task decides: the textbook's bound between work that waits and work
/// that computes.
pub(in crate::analysis) const DECIDES_RATIO: f64 = 0.6;
/// Share of its own time from which a lock, or the way to a worker, is worth more than anything else that could be done
/// about the pool: a third of the time goes where no work is done.
pub(super) const IN_THE_WAY_RATIO: f64 = 0.3;
/// Share of the cores that a pool may use from which they are full: what is left are the gaps between two tasks.
pub(super) const FULL_RATIO: f64 = 0.85;
/// Share of the response time from which the queue is most of what callers wait for.
pub(super) const QUEUE_RATIO: f64 = 0.5;
/// Dropped tasks of those that became due: fewer are bursts that the queue was too short for.
pub(super) const DROPPED_RATIO: f64 = 0.01;
/// An event loop that comes that late is noticed: the 99th percentile is then made by it in services that answer within
/// some 100 ms, of which this is a fifth.
pub(super) const LOOP_LAG_NANOS: u64 = 20_000_000;
/// Involuntary context switches per second and busy core: Linux gives a task about 3 ms in its turn, so that a core with
/// two takers makes some 300, and one with a single taker makes room for a few short-lived ones.
pub(super) const PREEMPTIONS_PER_CORE_SEC: f64 = 50.0;
/// Memory of all processes over that of the machine, from which little is left for the disk cache and for a peak.
pub(super) const MEMORY_RATIO: f64 = 0.8;
/// Share of the measurement in which some task waited for memory: of 1 % on a run is not trusted, at a tenth the work is
/// about memory.
pub(super) const MEMORY_WAIT_RATIO: f64 = 0.1;
/// Time to ready over the makespan of a batch from which a pool is not worth its start.
pub(super) const START_UP_RATIO: f64 = 0.5;
/// Share of the workers' time that goes into their successors' start: as much as a difference between candidates that
/// matters.
pub(super) const RESTART_RATIO: f64 = 0.1;
