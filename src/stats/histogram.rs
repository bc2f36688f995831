//! A High Dynamic Range histogram: constant memory, three significant digits, exact merging.
//!
//! Layout as in Gil Tene's `HdrHistogram`: values below 2,048 have a slot each; above, each octave is
//! divided into 1,024 slots of equal width, so that a value is known to one part in 1,024.
//! All histograms share one layout, so merging is an addition of slots: exact, and free of order.
//! Values above the trackable range are counted in an overflow counter and never silently moved.
//!
//! It is ours and not the `hdrhistogram` crate because the recorder needs the same layout over
//! atomics that can be read while they are written; that crate is the oracle in the tests.

use serde::{Deserialize, Serialize};

/// The arithmetic of the slots, shared with the recorder's histogram of atomics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramLayout;

/// Bits of a value that the layout keeps: 2^11 = 2,048 gives three significant digits.
const KEPT_BITS: u32 = 11;
const HALF: u64 = 1 << (KEPT_BITS - 1);
/// Values need fewer than this many bits: 2^42 ns is 73 minutes, longer than any time-out allowed.
const VALUE_BITS: u32 = 42;

impl HistogramLayout {
    /// The largest value that has a slot, in the unit recorded (nanoseconds everywhere here).
    pub const HIGHEST: u64 = (1 << VALUE_BITS) - 1;
    /// How many slots a histogram has.
    pub const SLOTS: usize = ((VALUE_BITS - KEPT_BITS + 2) as usize) * HALF as usize;

    /// The slot of `value`, or none above [`Self::HIGHEST`]. Constant time.
    #[must_use]
    pub const fn slot(value: u64) -> Option<usize> {
        if value > Self::HIGHEST {
            return None;
        }
        // The octave above the linear part; 0 for values below 2,048.
        let octave = (u64::BITS - (value | (2 * HALF - 1)).leading_zeros()) - KEPT_BITS;
        Some((octave as u64 * HALF + (value >> octave)) as usize)
    }

    /// The lowest value of `slot`.
    #[must_use]
    pub const fn lowest(slot: usize) -> u64 {
        let slot = slot as u64;
        if slot < 2 * HALF {
            return slot;
        }
        let octave = slot / HALF - 1;
        (slot - octave * HALF) << octave
    }

    /// The highest value of `slot`: what a percentile reports, so that it never understates.
    #[must_use]
    pub const fn highest(slot: usize) -> u64 {
        Self::lowest(slot + 1) - 1
    }
}

/// Counts of values by slot, with exact count, sum, minimum and maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// Counts by slot; shorter than the layout while no larger value was seen.
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    max: u64,
    overflow: u64,
    cut: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty histogram. Memory grows to the largest value's slot, 264 KiB at the most.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            counts: Vec::new(),
            count: 0,
            sum: 0,
            max: 0,
            overflow: 0,
            cut: 0,
        }
    }

    /// Says that `cut` further values exist of which nothing is known but that they are larger than all counted
    /// ones: those of tasks that were cut before they ended. Ranks count them, so that percentiles are not those of
    /// the survivors.
    pub const fn set_cut(&mut self, cut: u64) {
        self.cut = cut;
    }

    /// How many values are known to be larger than all counted ones, and not more; see [`Self::set_cut`].
    #[must_use]
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    /// How many values there are, those that were cut included: what ranks are counted in.
    #[must_use]
    pub const fn count_with_cut(&self) -> u64 {
        self.count + self.cut
    }

    /// Counts `value` once.
    pub fn record(&mut self, value: u64) {
        self.add(value, 1);
    }

    fn add(&mut self, value: u64, times: u64) {
        match HistogramLayout::slot(value) {
            Some(slot) => self.add_slot(slot, times),
            None => self.overflow += times,
        }
        self.count += times;
        self.sum += u128::from(value) * u128::from(times);
        self.max = self.max.max(value);
    }

    fn add_slot(&mut self, slot: usize, times: u64) {
        if self.counts.len() <= slot {
            self.counts.resize(slot + 1, 0);
        }
        self.counts[slot] += times;
    }

    /// Adds what `other` counted. Exact; order and grouping never matter.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.overflow += other.overflow;
        self.cut += other.cut;
    }

    /// Adds what `other` counted. Slots outside of the layout (a damaged message) count as overflow.
    pub fn merge_sparse(&mut self, other: &SparseHistogram) {
        let mut slot = 0_usize;
        let mut counted = other.overflow;
        for &(gap, times) in &other.slots {
            slot = slot.saturating_add(gap as usize);
            counted = counted.saturating_add(times);
            if slot < HistogramLayout::SLOTS {
                self.add_slot(slot, times);
            } else {
                self.overflow += times;
            }
        }
        self.count += counted;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.overflow += other.overflow;
    }

    /// How many values were counted, overflow included.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many values were above [`HistogramLayout::HIGHEST`].
    #[must_use]
    pub const fn overflow(&self) -> u64 {
        self.overflow
    }

    /// Whether nothing was counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The largest value, exactly; none if empty, or if values were cut.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        (self.count > 0 && self.cut == 0).then_some(self.max)
    }

    /// The largest value that was counted, whatever was cut; 0 if empty.
    #[must_use]
    pub const fn largest(&self) -> u64 {
        self.max
    }

    /// The arithmetic mean, exactly up to the division; none if empty, or if values were cut.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0 && self.cut == 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The smallest recorded slot's upper value below or at which at least `quantile` (0 to 1) of the
    /// values lie; never above the maximum; none if empty, or if it is one of those that were cut. O(slots).
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        let all = self.count + self.cut;
        let wanted = ((quantile.clamp(0.0, 1.0) * all as f64).ceil() as u64).max(1);
        if wanted > self.count {
            return None;
        }
        let mut seen = 0;
        for (slot, &count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Some(HistogramLayout::highest(slot).min(self.max));
            }
        }
        Some(self.max)
    }

    /// The share of values at or below `value`, to the resolution of the layout; none if empty.
    #[must_use]
    pub fn share_at_most(&self, value: u64) -> Option<f64> {
        let last = HistogramLayout::slot(value).unwrap_or(usize::MAX - 1);
        let below: u64 = self.counts.iter().take(last + 1).sum();
        (self.count > 0).then(|| below as f64 / (self.count + self.cut) as f64)
    }

    /// By slot, up to the last one in use: how many values lie in it or below, overflow excluded.
    #[must_use]
    pub fn running_counts(&self) -> Vec<u64> {
        let counts = self.counts.iter();
        counts
            .scan(0, |seen, count| {
                *seen += count;
                Some(*seen)
            })
            .collect()
    }

    /// The slots that hold something, as (lowest value, highest value, count), ascending.
    pub fn filled(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(slot, &count)| {
                (
                    HistogramLayout::lowest(slot),
                    HistogramLayout::highest(slot),
                    count,
                )
            })
    }

    /// What its slots take of memory, in bytes.
    #[must_use]
    pub const fn memory_bytes(&self) -> u64 {
        (self.counts.len() * size_of::<u64>()) as u64
    }

    /// The form that travels and is kept per interval.
    #[must_use]
    pub fn to_sparse(&self) -> SparseHistogram {
        let mut sparse = SparseHistogram {
            slots: Vec::new(),
            sum: self.sum,
            max: self.max,
            overflow: self.overflow,
        };
        let mut last = 0;
        for (slot, &count) in self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
        {
            sparse.slots.push(((slot - last) as u32, count));
            last = slot;
        }
        sparse
    }
}

/// Only the slots that hold something: a few hundred bytes for an interval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseHistogram {
    /// Distance to the previous filled slot (the first: to slot 0), and the count.
    pub slots: Vec<(u32, u64)>,
    /// Sum of all values.
    #[serde(with = "crate::stats::text_form::wide")]
    pub sum: u128,
    /// Largest value; 0 if empty.
    pub max: u64,
    /// Values above the layout's range, counted here only.
    pub overflow: u64,
}

impl SparseHistogram {
    /// The form that figures are read from.
    #[must_use]
    pub fn to_dense(&self) -> Histogram {
        let mut dense = Histogram::new();
        dense.merge_sparse(self);
        dense
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.overflow == 0
    }

    /// How many values were counted, overflow included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.overflow + self.slots.iter().map(|(_, count)| count).sum::<u64>()
    }

    /// Adds what `other` counted. O(slots of both).
    pub fn absorb(&mut self, other: &Self) {
        let (mut mine, mut theirs) = (self.places().peekable(), other.places().peekable());
        let mut slots = Vec::with_capacity(self.slots.len() + other.slots.len());
        let mut last = 0;
        loop {
            let (place, count) = match (mine.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(a), Some(b)) if a.0 == b.0 => (a.0, a.1 + b.1),
                (Some(a), Some(b)) => *if a.0 < b.0 { a } else { b },
                (Some(one), None) | (None, Some(one)) => *one,
            };
            mine.next_if(|next| next.0 == place);
            theirs.next_if(|next| next.0 == place);
            slots.push(((place - last) as u32, count));
            last = place;
        }
        drop((mine, theirs));
        self.slots = slots;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
        self.overflow += other.overflow;
    }

    /// Keeps about two significant digits instead of three: neighbouring slots go together in groups, each
    /// counted in its middle, at most 0.8 % from where it was (below 2,048: at most 8). Count, sum and maximum
    /// stay exact. Doing it again changes nothing.
    pub fn coarsen(&mut self) {
        /// Slots of a group; an octave has 1,024.
        const GROUP: u64 = 16;
        let mut slots: Vec<(u32, u64)> = Vec::new();
        let (mut last, mut group) = (0, None);
        for (slot, count) in self.places() {
            if group == Some(slot / GROUP) {
                if let Some((_, sum)) = slots.last_mut() {
                    *sum += count;
                }
                continue;
            }
            group = Some(slot / GROUP);
            let middle = slot / GROUP * GROUP + GROUP / 2;
            slots.push(((middle - last) as u32, count));
            last = middle;
        }
        slots.shrink_to_fit();
        self.slots = slots;
    }

    /// The filled slots as (slot, count), ascending.
    fn places(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.slots.iter().scan(0_u64, |slot, &(gap, count)| {
            *slot += u64::from(gap);
            Some((*slot, count))
        })
    }
}

#[cfg(test)]
mod tests;
