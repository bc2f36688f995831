//! All blocks of one candidate taken together.
//!
//! Histograms are merged and counts added; rates are over the summed windows, so that a longer block weighs
//! more. Percentiles are never averaged.

use crate::run::{Block, Counts, Distributions, MemoryKind};
use crate::stats::{Histogram, Summary};

/// Sums over the blocks of one candidate.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Tasks that became due in the measurements.
    pub(super) counts: Counts,
    /// Length of all windows, in nanoseconds.
    pub(super) window_nanos: u64,
    /// Tasks that ended within a window.
    pub(super) window_completed: u64,
    /// The good ones of them.
    pub(super) window_good: u64,
    /// CPU time of the back end from reading to reading, in nanoseconds.
    pub(super) cpu_nanos: u64,
    /// Length of what that CPU time was used in, in nanoseconds.
    pub(super) cpu_over_nanos: u64,
    /// Makespans of the batches that ended, in nanoseconds.
    pub(super) makespans: Vec<u64>,
    /// What those batches completed.
    pub(super) makespan_completed: u64,
    /// The good ones of them.
    pub(super) makespan_good: u64,
    /// Times to ready, in nanoseconds.
    pub(super) cold_starts: Vec<u64>,
    /// Memory; none while there is no sample.
    pub(super) memory: Option<MergedMemory>,
    /// Workers that died.
    pub(super) worker_deaths: u32,
}

/// Memory over the blocks: means of the blocks' means, largest of their peaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergedMemory {
    pub(super) kind: MemoryKind,
    pub(super) per_worker_mean_bytes: f64,
    pub(super) per_worker_peak_bytes: f64,
    pub(super) total_mean_bytes: f64,
}

impl Merged {
    /// Adds up `blocks`.
    pub(super) fn of(blocks: &[&Block]) -> Self {
        let mut merged = Self::default();
        for block in blocks {
            merged.add(block);
        }
        merged.memory = memory(blocks);
        merged
    }

    fn add(&mut self, block: &Block) {
        let counts = block.counts();
        self.counts = self.counts.plus(&counts);
        let makespan = block
            .finished
            .as_ref()
            .and_then(|finished| finished.makespan_nanos);
        if let Some(window) = block.window() {
            self.window_nanos += window.nanos;
            self.window_completed += window.completed;
            self.window_good += window.good;
            self.cpu_nanos += window.cpu_nanos;
            // A batch that is done uses nothing between its end and the reading.
            self.cpu_over_nanos += makespan.unwrap_or(window.read_nanos);
        }
        if let Some(started) = &block.started {
            self.cold_starts.push(started.cold_start_nanos);
        }
        // Without a last word the incidents tell, of which each is a death.
        let told = block.incidents.len() as u64 + block.incidents_dropped;
        self.worker_deaths += block
            .finished
            .as_ref()
            .map_or(told as u32, |finished| finished.worker_deaths);
        if let Some(makespan) = makespan {
            self.makespans.push(makespan);
            self.makespan_completed += counts.completed();
            self.makespan_good += counts.good;
        }
    }

    /// `amount` per second of the windows; none before the first window has a length.
    pub(super) fn per_window_sec(&self, amount: u64) -> Option<f64> {
        (self.window_nanos > 0).then(|| amount as f64 * 1e9 / self.window_nanos as f64)
    }

    /// Cores that the back end kept busy; none before there are two readings.
    pub(super) fn cpu_cores(&self) -> Option<f64> {
        (self.cpu_over_nanos > 0).then(|| self.cpu_nanos as f64 / self.cpu_over_nanos as f64)
    }

    /// `amount` per second of the makespans; none before the first batch is done.
    pub(super) fn per_makespan_sec(&self, amount: u64) -> Option<f64> {
        let nanos: u64 = self.makespans.iter().sum();
        (nanos > 0).then(|| amount as f64 * 1e9 / nanos as f64)
    }
}

/// The arithmetic mean; none of nothing.
pub(super) fn mean(values: &[u64]) -> Option<f64> {
    let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
    (!values.is_empty()).then(|| sum as f64 / values.len() as f64)
}

/// The figures of one distribution over all blocks. O(slots); a single block is read without a copy.
pub(super) fn summary(blocks: &[&Block], part: impl Fn(&Distributions) -> &Histogram) -> Summary {
    match blocks {
        [] => Summary::default(),
        [block] => Summary::of(part(&block.measured)),
        blocks => Summary::of(&histogram(blocks, part)),
    }
}

/// One distribution, merged over all blocks.
pub(super) fn histogram(
    blocks: &[&Block],
    part: impl Fn(&Distributions) -> &Histogram,
) -> Histogram {
    let mut merged = Histogram::new();
    for block in blocks {
        merged.merge(part(&block.measured));
    }
    merged
}

fn memory(blocks: &[&Block]) -> Option<MergedMemory> {
    let over: Vec<_> = blocks.iter().filter_map(|block| block.memory).collect();
    let first = over.first()?;
    let n = over.len() as f64;
    Some(MergedMemory {
        kind: first.kind,
        per_worker_mean_bytes: over
            .iter()
            .map(|memory| memory.per_worker_mean_bytes)
            .sum::<f64>()
            / n,
        per_worker_peak_bytes: over
            .iter()
            .map(|memory| memory.per_worker_peak_bytes)
            .fold(0.0, f64::max),
        total_mean_bytes: over
            .iter()
            .map(|memory| memory.total_mean_bytes)
            .sum::<f64>()
            / n,
    })
}
