//! Sorting integers: comparisons, moves, and branches that nobody can predict.
//!
//! Each unit sorts a copy of its own of a piece of a fixed table, since sorted ones would be sorted at once. Copying is
//! part of the unit: about a hundredth of it. Integers of 30 bits, so that an interpreter with integers of any size
//! takes them for small ones.

use std::sync::OnceLock;

use crate::stats::rng::Rng;

/// Integers of one grain, which is one unit.
const INTEGERS: usize = 1_000;
/// Integers of the table, which goes round: 256 KiB.
const TABLE: usize = 1 << 16;
/// Bits of each.
const BITS: u32 = 30;

/// Makes the table.
pub(super) fn warm() {
    table();
}

/// Sorting under way.
pub(in crate::engine::stages) struct Sorting {
    from: usize,
    integers: Vec<u32>,
    sum: u64,
}

impl Sorting {
    /// From the place in the table that `draw` decides.
    pub(super) fn new(draw: u64) -> Self {
        Self {
            from: draw as usize % TABLE,
            integers: Vec::with_capacity(INTEGERS),
            sum: 0,
        }
    }

    /// Sorts the next thousand integers, `grains` times, with the unstable sort of the standard library.
    pub(super) fn advance(&mut self, grains: u64) {
        let table = table();
        for _ in 0..grains {
            let end = self.from + INTEGERS;
            self.integers.clear();
            self.integers
                .extend_from_slice(&table[self.from..end.min(TABLE)]);
            self.integers
                .extend_from_slice(&table[..end.saturating_sub(TABLE)]);
            self.from = end % TABLE;
            self.integers.sort_unstable();
            // Places that only a sorted list has right.
            for place in [0, INTEGERS / 3, INTEGERS / 2, INTEGERS - 1] {
                self.sum = self.sum.rotate_left(1) ^ u64::from(self.integers[place]);
            }
        }
    }

    /// What follows from the order of all integers.
    pub(super) fn result(self) -> u64 {
        self.sum
    }
}

/// Random integers.
pub(super) fn table() -> &'static [u32] {
    static TABLE_OF_INTEGERS: OnceLock<Vec<u32>> = OnceLock::new();
    TABLE_OF_INTEGERS.get_or_init(|| {
        let mut rng = Rng::new(0, 5);
        (0..TABLE)
            .map(|_| (rng.next_u64() >> (u64::BITS - BITS)) as u32)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_that_reaches_the_end_of_the_table_goes_on_at_its_beginning() {
        let mut sorting = Sorting::new((TABLE - 10) as u64);
        sorting.advance(1);
        let mut expected = [&table()[TABLE - 10..], &table()[..INTEGERS - 10]].concat();
        expected.sort_unstable();
        assert_eq!(sorting.integers, expected);
        assert_eq!(sorting.from, INTEGERS - 10);
        assert!(table().iter().all(|integer| *integer < 1 << BITS));
        assert!(table().iter().any(|integer| *integer >= 1 << (BITS - 1)));
    }
}
