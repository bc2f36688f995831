//! What can be seen of a block.

use crate::engine::interpreter::InterpreterUse;
use crate::engine::lives::Sampled;
use crate::engine::phases::Stand;
use crate::engine::recorder::{Distributions, Tally, WindowTally};
use crate::engine::resilience::Resilience;
use crate::engine::totals::Totals;
use crate::stats::SparseHistogram;

/// What can be seen of a block at one instant. Instants are nanoseconds since its start.
#[derive(Debug)]
pub struct Observation {
    /// When.
    pub elapsed_nanos: u64,
    /// Where it stood.
    pub stand: Stand,
    /// When the measurement began.
    pub measure_start_nanos: Option<u64>,
    /// When it ended.
    pub measure_end_nanos: Option<u64>,
    /// The counters, by cohort.
    pub tallies: [Tally; 2],
    /// What was recorded since the last observation, by cohort.
    pub distributions: [Distributions; 2],
    /// Sums over completed tasks, by cohort.
    pub totals: [Totals; 2],
    /// Tasks in the queue of each pool of workers and under way on it.
    pub pools: Vec<(u64, u64)>,
    /// How late event loops were since the last observation; empty without event loops.
    pub loop_lag: SparseHistogram,
    /// What became of the modelled interpreter lock since the back end was started; none without one.
    pub interpreter: Option<InterpreterUse>,
    /// What faults and defences did.
    pub resilience: Resilience,
    /// Tasks that ended within the measurement's window.
    pub window: WindowTally,
    /// Good tasks that were answered after the bound of the objective on the response time, of any cohort.
    pub good_late: u64,
    /// What was kept of single tasks since the last observation.
    pub lives: Sampled,
}
