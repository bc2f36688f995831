//! Sorting integers: comparisons, moves, and branches that nobody can predict.
//!
//! The integers are generated anew for each unit, since sorted ones would be sorted at once. Generating is
//! part of the unit: about a twentieth of it.

use crate::stats::rng::Rng;

/// Integers of one grain, which is one unit.
const INTEGERS: usize = 1_000;

/// Sorting under way.
pub(in crate::engine::stages) struct Sorting {
    rng: Rng,
    integers: Vec<u64>,
    sum: u64,
}

impl Sorting {
    /// Of the integers that `draw` decides.
    pub(super) fn new(draw: u64) -> Self {
        Self {
            rng: Rng::new(draw, 0),
            integers: vec![0; INTEGERS],
            sum: 0,
        }
    }

    /// Generates and sorts a thousand integers, `grains` times, with the unstable sort of the standard library.
    pub(super) fn advance(&mut self, grains: u64) {
        for _ in 0..grains {
            for integer in &mut self.integers {
                *integer = self.rng.next_u64();
            }
            self.integers.sort_unstable();
            // Places that only a sorted list has right.
            for place in [0, INTEGERS / 3, INTEGERS / 2, INTEGERS - 1] {
                self.sum = self.sum.rotate_left(1) ^ self.integers[place];
            }
        }
    }

    /// What follows from the order of all integers.
    pub(super) fn result(self) -> u64 {
        self.sum
    }
}
