//! All blocks of one candidate taken together.
//!
//! Histograms are merged and counts added; percentiles are never averaged. Figures with an interval are made in
//! `sample`.

use crate::run::{Block, Calibration, Counts, Distributions, MemoryKind};
use crate::stats::{Histogram, Summary};

/// What is added up over the blocks of one candidate, and has no interval.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Tasks that became due in the measurements.
    pub(super) counts: Counts,
    /// How memory was found; none while there is no sample.
    pub(super) memory_kind: Option<MemoryKind>,
    /// Largest sample of memory per worker, in bytes: of extremes there is no interval by resampling.
    pub(super) memory_peak_bytes: Option<f64>,
    /// Largest sum of the resident set sizes, in bytes.
    pub(super) resident_peak_bytes: Option<u64>,
    /// Cores that the least and the most busy worker of a block used.
    pub(super) worker_cores: Option<(f64, f64)>,
    /// Wrapping sum of the digests of good tasks.
    pub(super) digest: Option<u64>,
    /// Workers that died.
    pub(super) worker_deaths: u32,
    /// Workers that were replaced by plan.
    pub(super) workers_recycled: u64,
    /// How fast the kernels ran before each block, in the blocks' order.
    pub(super) calibration: Vec<Calibration>,
}

impl Merged {
    /// Adds up `blocks`.
    pub(super) fn of(blocks: &[&Block]) -> Self {
        let mut merged = Self::default();
        for block in blocks {
            merged.add(block);
        }
        merged
    }

    fn add(&mut self, block: &Block) {
        self.counts = self.counts.plus(&block.counts());
        self.worker_deaths += u32::try_from(block.worker_deaths()).unwrap_or(u32::MAX);
        let finished = block.finished.iter();
        self.workers_recycled += finished
            .map(|finished| finished.workers_recycled)
            .sum::<u64>();
        let started = block.started.iter();
        self.calibration
            .extend(started.flat_map(|started| &started.calibration));
        if let Some(memory) = block.memory {
            self.memory_kind = self.memory_kind.or(Some(memory.kind));
            let peak = memory.per_worker_peak_bytes;
            self.memory_peak_bytes = Some(self.memory_peak_bytes.map_or(peak, |old| old.max(peak)));
        }
        let resident = block.resources.resident.map(|over| over.total_peak_bytes);
        self.resident_peak_bytes = self.resident_peak_bytes.max(resident);
        self.add_workers(block);
        // A task whose digest is zero is as unlikely as one in 2^64: zero says that nothing was digested.
        let digest = block.last.as_ref().map_or(0, |last| last.measured.digest);
        if digest != 0 {
            self.digest = Some(self.digest.unwrap_or(0).wrapping_add(digest));
        }
    }

    fn add_workers(&mut self, block: &Block) {
        let over = block
            .makespan_nanos()
            .or(block.window().map(|window| window.read_nanos));
        let Some(nanos) = over.filter(|nanos| *nanos > 0) else {
            return;
        };
        for worker in &block.resources.workers {
            let cores = worker.cpu_nanos as f64 / nanos as f64;
            let (least, most) = self.worker_cores.unwrap_or((cores, cores));
            self.worker_cores = Some((least.min(cores), most.max(cores)));
        }
    }
}

/// The figures of the event loops' lag over all blocks.
pub(super) fn lag_summary(blocks: &[&Block]) -> Summary {
    let mut merged = Histogram::new();
    for block in blocks {
        merged.merge(&block.loop_lag);
    }
    Summary::of(&merged)
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
