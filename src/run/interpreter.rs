//! The modelled interpreter lock and the garbage collections of an interpreter over a measurement.

use serde::{Deserialize, Serialize};

use crate::wire::{Collections, InterpreterLockUse};

/// What was there at an edge of the measurement's window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AtEdge {
    pub(super) lock: Option<InterpreterLockUse>,
    pub(super) collections: Option<Collections>,
}

impl AtEdge {
    /// What became of the lock from `start` to here; none without one.
    pub(super) fn lock_since(&self, start: &Self) -> Option<InterpreterLockUse> {
        let (from, to) = (start.lock?, self.lock?);
        Some(InterpreterLockUse {
            held_nanos: to.held_nanos.saturating_sub(from.held_nanos),
            waited_nanos: to.waited_nanos.saturating_sub(from.waited_nanos),
            handovers: to.handovers.saturating_sub(from.handovers),
            forced: to.forced.saturating_sub(from.forced),
        })
    }

    /// The collections from `start` to here; the longest one is of the whole block. None without an interpreter.
    pub(super) fn collections_since(&self, start: &Self) -> Option<Collections> {
        // An interpreter that had collected nothing by then may not have said so.
        let from = start.collections.unwrap_or_default();
        let to = self.collections?;
        Some(Collections {
            count: to.count.saturating_sub(from.count),
            nanos: to.nanos.saturating_sub(from.nanos),
            longest_nanos: to.longest_nanos,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_has_what_happened_between_its_edges() {
        let at = |held_nanos, handovers, count| AtEdge {
            lock: Some(InterpreterLockUse {
                held_nanos,
                waited_nanos: 2 * held_nanos,
                handovers,
                forced: handovers / 2,
            }),
            collections: Some(Collections {
                count,
                nanos: 10 * count,
                longest_nanos: 7,
            }),
        };
        let (start, end) = (at(100, 10, 3), at(160, 30, 8));
        assert_eq!(
            end.lock_since(&start),
            Some(InterpreterLockUse {
                held_nanos: 60,
                waited_nanos: 120,
                handovers: 20,
                forced: 10,
            })
        );
        let collections = Collections {
            count: 5,
            nanos: 50,
            longest_nanos: 7,
        };
        assert_eq!(end.collections_since(&start), Some(collections));
        let native = AtEdge::default();
        assert_eq!(native.lock_since(&native), None);
        assert_eq!(native.collections_since(&native), None);
        assert_eq!(
            end.collections_since(&native),
            end.collections,
            "nothing said is nothing collected"
        );
    }
}
