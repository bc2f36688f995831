//! A histogram that many threads add to while one reader drains it: the recorder's.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::stats::{HistogramLayout, SparseHistogram};

/// Slots that one bit of a histogram's "touched" mask stands for: an octave.
const SLOTS_PER_BIT: usize = HistogramLayout::SLOTS.div_ceil(64);

/// A histogram that any number of threads add to and one reader drains.
pub(super) struct SharedHistogram {
    /// Zero pages until touched: 264 KiB of addresses, a few KiB of memory.
    slots: Box<[AtomicU64]>,
    touched: AtomicU64,
    sum: AtomicU64,
    max: AtomicU64,
    overflow: AtomicU64,
}

impl SharedHistogram {
    pub(super) fn new() -> Self {
        Self {
            slots: bytemuck::allocation::zeroed_slice_box(HistogramLayout::SLOTS),
            touched: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            max: AtomicU64::new(0),
            overflow: AtomicU64::new(0),
        }
    }

    /// O(1), no allocation. The slot comes last: a drained value is never without its sum and its maximum.
    pub(super) fn record(&self, value: u64) {
        self.sum.fetch_add(value, Ordering::Relaxed);
        if self.max.load(Ordering::Relaxed) < value {
            self.max.fetch_max(value, Ordering::Relaxed);
        }
        match HistogramLayout::slot(value) {
            Some(slot) => {
                self.slots[slot].fetch_add(1, Ordering::Release);
                let bit = 1 << (slot / SLOTS_PER_BIT);
                if self.touched.load(Ordering::Relaxed) & bit == 0 {
                    self.touched.fetch_or(bit, Ordering::Release);
                }
            }
            None => {
                self.overflow.fetch_add(1, Ordering::Release);
            }
        }
    }

    /// Moves what was recorded since the last call into `out`. With `all`, slots whose mark is not yet
    /// visible are looked at too: for the last reading, when nobody writes any more.
    ///
    /// Sparse on the way as well: a dense histogram would show in the memory that is being measured.
    pub(super) fn drain(&self, out: &mut SparseHistogram, all: bool) {
        let marked = self.touched.swap(0, Ordering::AcqRel);
        let touched = if all { u64::MAX } else { marked };
        if touched == 0 && self.overflow.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut sparse = SparseHistogram {
            overflow: self.overflow.swap(0, Ordering::Acquire),
            ..SparseHistogram::default()
        };
        let mut last = 0;
        for bit in (0..64).filter(|bit| touched & (1 << bit) != 0) {
            let from = bit * SLOTS_PER_BIT;
            let slots = self.slots.iter().enumerate().skip(from).take(SLOTS_PER_BIT);
            for (index, slot) in slots {
                // A plain look first: the exchange would touch every page.
                if slot.load(Ordering::Relaxed) > 0 {
                    sparse
                        .slots
                        .push(((index - last) as u32, slot.swap(0, Ordering::Acquire)));
                    last = index;
                }
            }
        }
        sparse.sum = u128::from(self.sum.swap(0, Ordering::Relaxed));
        // The reading before may have taken the maximum of a value whose slot came only now.
        let seen = HistogramLayout::lowest(last);
        sparse.max = self.max.swap(0, Ordering::Relaxed).max(seen);
        out.absorb(&sparse);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Histogram;

    #[test]
    fn what_was_recorded_is_drained_once_and_exactly() {
        let shared = SharedHistogram::new();
        let mut direct = Histogram::new();
        for value in [0, 1, 2_047, 2_048, 1_000_000, 40_000_000_000, u64::MAX >> 1] {
            shared.record(value);
            direct.record(value);
        }
        let mut drained = SparseHistogram::default();
        shared.drain(&mut drained, false);
        assert_eq!(drained, direct.to_sparse());
        shared.drain(&mut drained, true);
        assert_eq!(drained, direct.to_sparse());
    }
}
