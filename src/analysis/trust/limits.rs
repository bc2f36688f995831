//! Where trust ends, with the reason for each value.

/// Of the rate that was asked for, the generator must reach this share: 1 % less load is a difference that
/// candidates are not told apart by.
pub(super) const ACHIEVED_MIN_RATIO: f64 = 0.99;
/// Independent arrivals scatter: a shortfall within three standard deviations is chance.
pub(super) const POISSON_DEVIATIONS: f64 = 3.0;
/// Lateness up to this is what a scheduler does to any thread while others compute: a time slice or two.
pub(in crate::analysis) const LATENESS_ALWAYS_FINE_NANOS: f64 = 5_000_000.0;
/// Lateness is part of the response time; up to a fifth of its p99 it does not decide between candidates.
pub(in crate::analysis) const LATENESS_OF_RESPONSE_RATIO: f64 = 0.2;
/// The window's budget is a tenth of a core; from a quarter on it takes from what it shows.
pub(super) const OBSERVER_MAX_CORES: f64 = 0.25;
/// Generator, sampler and snapshots may take a quarter of the processors, and always a quarter of a core: more is
/// a second load beside the one that is measured.
pub(super) const INSTRUMENT_MAX_RATIO: f64 = 0.25;
/// Time that the host of a virtual machine gave to others. Of 2 % on, neighbours decide as much as candidates that
/// are close; well-kept hosts are far below.
pub(super) const STEAL_MAX_RATIO: f64 = 0.02;
/// Processor time of all others on the machine: a tenth of it is missing to candidates that use all processors
/// and not to those that use one, so that it decides between them.
pub(super) const OTHER_LOAD_MAX_RATIO: f64 = 0.10;
/// Shorter readings of the machine say nothing: its counters go in steps of 10 ms per processor.
pub(super) const MACHINE_READING_MIN_NANOS: u64 = 500_000_000;
/// Below this share of its highest clock a busy machine is throttled or saves power; what it shows then is not
/// what it can do.
pub(super) const FREQUENCY_MIN_RATIO: f64 = 0.60;
/// Idle processors slow down by design: the clock is judged only where this share of processor time was used.
pub(super) const FREQUENCY_BUSY_RATIO: f64 = 0.50;
/// Share of the time in which some task waited for memory. From 1 % on, such waits are what p99 shows.
pub(super) const MEMORY_PRESSURE_MAX_RATIO: f64 = 0.01;
/// Snapshots that never arrived take the tasks of their interval from the percentiles.
pub(super) const SNAPSHOTS_LOST_MAX: f64 = 0.0;
/// A skipped tick costs resolution only; where half of them are missing, the runner's own thread did not get a
/// processor when it needed one.
pub(super) const TICKS_SKIPPED_MAX_RATIO: f64 = 0.5;
/// A machine that slept while it measured: clocks that are read one after the other differ by less.
pub(super) const SUSPENDED_MAX_NANOS: f64 = 10_000_000.0;
/// A unit of CPU work takes the same processor time for every candidate, unless the processor changed under the run: a
/// fifth is more than turbo clocks and shared cores usually do.
pub(super) const CALIBRATION_MAX_RATIO: f64 = 0.20;
/// Where more than half of the tasks fail, the figures describe failing.
pub(super) const FAILED_MAX_RATIO: f64 = 0.5;
