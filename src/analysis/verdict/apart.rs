//! Whether two candidates can be told apart by a measure.

use crate::analysis::compare::{SMALLEST_DIFFERENCE_RATIO, compare};
use crate::analysis::measure::Measure;
use crate::run::Run;
use crate::stats::Figure;

/// Single blocks of the same candidate differ by less than that nineteen times of twenty: the machines on which it was
/// looked at let a block vary by some 2 %, and two of them by the root of two times as much.
pub(super) const TIE_RATIO: f64 = 0.05;

/// How a measure of one candidate stands to that of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Apart {
    /// First over second, with its interval where there is one.
    pub(super) ratio: Figure,
    /// Whether they are too close to tell apart.
    pub(super) close: bool,
    /// Whether the values alone decided, as there are too few blocks for an interval.
    pub(super) by_value_alone: bool,
}

/// `a` over `b`, of which `values` are known; without intervals while the run goes on.
pub(super) fn apart(
    run: &Run,
    (a, b): (usize, usize),
    measure: Measure,
    values: (f64, f64),
) -> Apart {
    let compared = if run.ended {
        compare(run, a, b, measure)
    } else {
        None
    };
    if let Some(compared) = compared
        && let Some(close) = compared.within_noise
    {
        return Apart {
            ratio: compared.ratio,
            close,
            by_value_alone: false,
        };
    }
    let ratio = if values.0.total_cmp(&values.1).is_eq() {
        // Also of two that are zero.
        1.0
    } else {
        values.0 / values.1
    };
    Apart {
        ratio: Figure::plain(ratio),
        close: (ratio.max(1.0 / ratio) - 1.0) <= TIE_RATIO,
        by_value_alone: true,
    }
}

impl Apart {
    /// How many further blocks of `blocks` would tell them apart, if they differ as much as they seem to; none if that is
    /// nothing that matters, more than anybody runs, or not known.
    pub(super) fn further_blocks(&self, blocks: usize) -> Option<u32> {
        let (low, high) = self.ratio.ends()?;
        let beyond = (self.ratio.value - 1.0).abs();
        if !self.close || beyond <= SMALLEST_DIFFERENCE_RATIO {
            return None;
        }
        // The end on the side of no difference.
        let end = if self.ratio.value > 1.0 { low } else { high };
        let half = (end - self.ratio.value).abs();
        let distance = beyond - SMALLEST_DIFFERENCE_RATIO;
        crate::analysis::objectives::further_blocks(blocks, half, distance)
    }
}
