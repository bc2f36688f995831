//! A task on its way: plain data, copied from the generator to the worker.

/// Which cohort a task belongs to, by its intended start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cohort {
    /// Became due in the warm-up; does not count.
    WarmUp,
    /// Became due in the measurement; counts.
    Measured,
}

impl Cohort {
    /// Both, in the order of [`Self::index`].
    pub const ALL: [Self; 2] = [Self::WarmUp, Self::Measured];

    /// Place in arrays by cohort.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// One task. Instants are nanoseconds on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Counts within the block and the cohort, from 0 for measured tasks; with the seed it decides kind and
    /// all draws.
    pub number: u64,
    /// Which cohort.
    pub cohort: Cohort,
    /// When the load model wanted it to start.
    pub intended_nanos: u64,
    /// When it was offered to the queue.
    pub offered_nanos: u64,
}

/// How a started task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Good,
    /// With an error, or lost with its worker.
    Failed,
    /// Cut by the end of the block.
    Cancelled,
}

/// When a task really ran, in nanoseconds on the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// When a worker began with it.
    pub start_nanos: u64,
    /// When it was done.
    pub end_nanos: u64,
}
