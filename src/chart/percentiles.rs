//! Response time percentiles over a rolling window of a timeline.
//!
//! The window is [`WINDOW_NANOS`] long, and grows up to [`WIDEST_NANOS`] until the percentile has the samples
//! that it needs; where even that does not do there is a gap.
//! One dense histogram slides along: an interval that enters is added, one that leaves is taken out, so that a
//! whole timeline costs O(filled slots) and a percentile is found in two short walks.

use std::collections::VecDeque;

use crate::run::Interval;
use crate::stats::{HistogramLayout, Percentile, SparseHistogram};

/// Short enough to follow what happens.
pub(super) const WINDOW_NANOS: u64 = 2_000_000_000;
/// Longer would mix what should be told apart.
pub(super) const WIDEST_NANOS: u64 = 10_000_000_000;

/// The percentile at the ends of the intervals from number `from` on; none where the sample is too small.
pub(super) fn rolling(
    intervals: &VecDeque<Interval>,
    from: usize,
    percentile: Percentile,
) -> Vec<Option<f64>> {
    let mut window = Window::default();
    let mut values = Vec::with_capacity(intervals.len().saturating_sub(from));
    for index in from..intervals.len() {
        let newest = &intervals[index];
        window.take_in(intervals, index);
        while window.first < index && !reaches(&intervals[window.first], newest, WINDOW_NANOS) {
            window.let_go(intervals);
        }
        while window.count < percentile.samples_needed()
            && window.first > 0
            && reaches(&intervals[window.first - 1], newest, WIDEST_NANOS)
        {
            window.reach_back(intervals);
        }
        let max = intervals
            .range(window.first..=index)
            .map(|interval| interval.response.max)
            .max();
        values.push(window.value(percentile, max.unwrap_or(0)));
    }
    values
}

/// Whether an interval counts in a window of `nanos` that ends with `newest`. No window reaches from the
/// measurement back into the warm-up, which does not count.
pub(super) const fn reaches(interval: &Interval, newest: &Interval, nanos: u64) -> bool {
    is_measured(interval) == is_measured(newest) && within(interval, newest, nanos)
}

/// Whether an interval lies in the measurement or behind it. The one that ends as it begins does not.
const fn is_measured(interval: &Interval) -> bool {
    match interval.measure_start_nanos {
        Some(start) => interval.start_nanos >= start,
        None => false,
    }
}

/// Whether an interval lies in the `nanos` before the end of `newest`: if its middle does, so that clocks may
/// jitter.
pub(super) const fn within(interval: &Interval, newest: &Interval, nanos: u64) -> bool {
    u64::midpoint(interval.start_nanos, interval.end_nanos)
        >= newest.end_nanos.saturating_sub(nanos)
}

/// Slots per group: about the square root of the number of slots, so that both walks are short.
const GROUP: usize = 256;

/// The intervals `first..past` in one histogram.
#[derive(Default)]
struct Window {
    counts: Vec<u64>,
    groups: Vec<u64>,
    count: u64,
    first: usize,
    past: usize,
}

impl Window {
    fn take_in(&mut self, intervals: &VecDeque<Interval>, index: usize) {
        if self.past == 0 {
            self.first = index;
        }
        self.past = index + 1;
        self.add(&intervals[index].response);
        // A window that begins in the middle of a timeline is filled backwards first.
        let newest = &intervals[index];
        while self.first > 0 && reaches(&intervals[self.first - 1], newest, WINDOW_NANOS) {
            self.reach_back(intervals);
        }
    }

    fn reach_back(&mut self, intervals: &VecDeque<Interval>) {
        self.first -= 1;
        self.add(&intervals[self.first].response);
    }

    fn let_go(&mut self, intervals: &VecDeque<Interval>) {
        let response = &intervals[self.first].response;
        self.change(response, u64::wrapping_sub);
        self.count -= response.count();
        self.first += 1;
    }

    fn add(&mut self, response: &SparseHistogram) {
        self.change(response, u64::wrapping_add);
        self.count += response.count();
    }

    /// The same slots are added and taken out, so that no count ever wraps.
    fn change(&mut self, response: &SparseHistogram, by: fn(u64, u64) -> u64) {
        let mut slot = 0_usize;
        for &(gap, times) in &response.slots {
            slot = slot.saturating_add(gap as usize);
            // Outside of the layout is a damaged message: counted, and without a place.
            if slot >= HistogramLayout::SLOTS {
                break;
            }
            if slot >= self.counts.len() {
                let slots = (slot / GROUP + 1) * GROUP;
                self.counts.resize(slots, 0);
                self.groups.resize(slots / GROUP, 0);
            }
            self.counts[slot] = by(self.counts[slot], times);
            self.groups[slot / GROUP] = by(self.groups[slot / GROUP], times);
        }
    }

    fn value(&self, percentile: Percentile, max: u64) -> Option<f64> {
        if self.count < percentile.samples_needed() {
            return None;
        }
        let wanted = ((percentile.quantile() * self.count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (group, &in_group) in self.groups.iter().enumerate() {
            if seen + in_group < wanted {
                seen += in_group;
                continue;
            }
            for slot in group * GROUP..(group + 1) * GROUP {
                seen += self.counts[slot];
                if seen >= wanted {
                    return Some(HistogramLayout::highest(slot).min(max) as f64);
                }
            }
        }
        Some(max as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Histogram;
    use crate::support;

    /// What the histogram itself says of the same intervals.
    fn expected(
        intervals: &VecDeque<Interval>,
        index: usize,
        percentile: Percentile,
    ) -> Option<f64> {
        let newest = &intervals[index];
        let mut merged = Histogram::new();
        for interval in intervals.range(..=index).rev() {
            let near = reaches(interval, newest, WINDOW_NANOS);
            let wide = reaches(interval, newest, WIDEST_NANOS)
                && merged.count() < percentile.samples_needed();
            if !near && !wide {
                break;
            }
            merged.merge_sparse(&interval.response);
        }
        percentile.of(&merged).map(|nanos| nanos as f64)
    }

    #[test]
    fn the_sliding_window_says_what_merging_afresh_would_say() {
        for block in &support::finished_run().blocks {
            let intervals = block.timeline.intervals();
            for percentile in [Percentile::P50, Percentile::P99] {
                let fresh: Vec<_> = (0..intervals.len())
                    .map(|index| expected(intervals, index, percentile))
                    .collect();
                assert_eq!(rolling(intervals, 0, percentile), fresh);
                // The last few alone are the same as with all before them.
                let from = intervals.len() - 3;
                assert_eq!(rolling(intervals, from, percentile), fresh[from..]);
            }
        }
    }

    #[test]
    fn a_percentile_is_a_gap_until_the_sample_is_large_enough() {
        let run = support::finished_run();
        let intervals = run.blocks[1].timeline.intervals();
        let p999 = rolling(intervals, 0, Percentile::P999);
        // 2,995 samples at 400 a second take more than the block's 7 s.
        assert!(p999.iter().all(Option::is_none));
        let p99 = rolling(intervals, 0, Percentile::P99);
        assert!(p99[0].is_none() && p99[p99.len() - 1].is_some());
    }
}
