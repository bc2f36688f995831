//! All numbers below an end, each once, in an order that looks random: without a list of them.
//!
//! A linear congruential generator whose multiplier and increment meet the conditions of Hull and Dobell
//! (1962) goes through all numbers below a power of two before it repeats. Numbers at or above the end are
//! left out: fewer than half. Its low bits alternate too regularly, so that they are mixed with the high
//! ones, which is a bijection.

use crate::stats::rng::Rng;

/// An order of the numbers below an end.
#[derive(Debug, Clone)]
pub(super) struct Permutation {
    state: u64,
    multiplier: u64,
    increment: u64,
    /// One below the power of two.
    mask: u64,
    /// Half of its bits.
    shift: u32,
    end: u64,
    left: u64,
}

impl Permutation {
    /// Of the numbers below `end`, at most 2^63; `rng` decides the order.
    pub(super) fn new(end: u64, rng: &mut Rng) -> Self {
        let mask = end.max(1).next_power_of_two() - 1;
        Self {
            state: rng.next_u64() & mask,
            // One more than a multiple of four, and an odd one: the conditions.
            multiplier: rng.next_u64() & !3 | 5,
            increment: rng.next_u64() | 1,
            mask,
            shift: mask.count_ones().div_ceil(2).max(1),
            end,
            left: end,
        }
    }
}

impl Iterator for Permutation {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        loop {
            self.state = self
                .state
                .wrapping_mul(self.multiplier)
                .wrapping_add(self.increment)
                & self.mask;
            let mixed = self.state ^ (self.state >> self.shift);
            if mixed < self.end {
                return Some(mixed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once_whatever_the_end_and_the_draws() {
        for end in (0..70).chain([127, 128, 129, 1_000, 4_097]) {
            for stream in 0..5 {
                let mut found: Vec<_> = Permutation::new(end, &mut Rng::new(3, stream)).collect();
                found.sort_unstable();
                assert!(found.iter().copied().eq(0..end), "{end}: {found:?}");
            }
        }
    }

    #[test]
    fn neighbours_are_far_apart_and_draws_give_other_orders() {
        let order = |stream| Permutation::new(4_096, &mut Rng::new(3, stream)).collect::<Vec<_>>();
        let near = order(1)
            .windows(2)
            .filter(|pair| pair[0].abs_diff(pair[1]) <= 16)
            .count();
        // A shuffle has about 32 of them.
        assert!(near < 200, "{near}");
        assert_ne!(order(1), order(2));
    }
}
