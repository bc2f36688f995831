//! Following a chain of pointers through more memory than the cores' own caches hold: each step waits for the
//! one before.
//!
//! The chain is one cycle through all elements in random order (Sattolo 1986), so that no prefetcher guesses
//! the next one. It is made once per process and shared by its workers, who only read it; worker processes have
//! one each.

use std::sync::OnceLock;

use crate::stats::rng::Rng;

/// Elements of eight bytes: 8 MiB.
const ELEMENTS: usize = 1 << 20;

/// Makes the chain, about 20 ms.
pub(super) fn warm() {
    chain();
}

/// A walk along the chain. A grain is one step.
pub(in crate::engine::stages) struct Chase {
    place: u64,
    sum: u64,
}

impl Chase {
    /// From the element that `draw` decides.
    pub(super) const fn new(draw: u64) -> Self {
        Self {
            place: draw % ELEMENTS as u64,
            sum: 0,
        }
    }

    /// Follows the chain for `grains` steps.
    pub(super) fn advance(&mut self, grains: u64) {
        let chain = chain();
        for _ in 0..grains {
            self.place = chain[self.place as usize % ELEMENTS];
            self.sum = self.sum.wrapping_add(self.place);
        }
    }

    /// The sum of the places visited.
    pub(super) const fn result(self) -> u64 {
        self.sum
    }
}

/// Each element holds the number of the next one.
pub(super) fn chain() -> &'static [u64] {
    static CHAIN: OnceLock<Vec<u64>> = OnceLock::new();
    CHAIN.get_or_init(|| cycle(ELEMENTS, &mut Rng::new(0, 3)))
}

/// A permutation that is one cycle through all its elements.
fn cycle(elements: usize, rng: &mut Rng) -> Vec<u64> {
    let mut next: Vec<u64> = (0..elements as u64).collect();
    for last in (1..elements).rev() {
        // Never itself: that is what keeps the cycle in one piece.
        let other = rng.next_u64() % last as u64;
        next.swap(last, other as usize);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_visits_every_element_before_it_comes_back() {
        for elements in [1, 2, 3, 1000] {
            let next = cycle(elements, &mut Rng::new(7, 7));
            let mut place = 0;
            for step in 1..=elements {
                place = next[place] as usize;
                assert_eq!(place == 0, step == elements, "{elements}: step {step}");
            }
        }
    }
}
