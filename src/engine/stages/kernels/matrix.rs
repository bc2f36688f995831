//! The product of two square matrices, row by row, with the plain triple loop.
//!
//! No library of linear algebra: it would choose its instructions by the processor and bring threads of its
//! own. 96 KiB in all, so that the matrices stay in the caches of one core.

use std::hint::black_box;
use std::sync::OnceLock;

use crate::stats::rng::Rng;

/// Rows and columns. One row of the product is a grain, all of them are a unit.
pub(super) const SIDE: usize = 64;

/// On the heap, as it is too large for the stack of a small thread.
type Matrix = Vec<[f64; SIDE]>;

/// Makes the factors.
pub(super) fn warm() {
    factors();
}

/// A product under way. After the last row it begins anew.
pub(in crate::engine::stages) struct Product {
    row: usize,
    result: Matrix,
    sum: u64,
}

impl Product {
    /// From the row that `draw` decides.
    pub(super) fn new(draw: u64) -> Self {
        Self {
            row: draw as usize % SIDE,
            result: vec![[0.0; SIDE]; SIDE],
            sum: 0,
        }
    }

    /// Computes `grains` rows: 64 × 64 multiplications and additions each.
    pub(super) fn advance(&mut self, grains: u64) {
        // The compiler must not know that it computes the same product again.
        let (left, right) = black_box(factors());
        for _ in 0..grains {
            let mut row = [0.0; SIDE];
            // In this order the innermost loop goes along rows of both matrices.
            for (factor, right_row) in left[self.row].iter().zip(right) {
                for (sum, value) in row.iter_mut().zip(right_row) {
                    *sum += factor * value;
                }
            }
            // All sums of the row count; the order of a sum of bits does not matter.
            self.sum = row
                .iter()
                .fold(self.sum, |sum, value| sum.wrapping_add(value.to_bits()));
            self.result[self.row] = row;
            self.row = (self.row + 1) % SIDE;
        }
        black_box(&self.result);
    }

    /// The sum of the bits of all that was computed.
    pub(super) fn result(self) -> u64 {
        self.sum
    }
}

/// The two matrices; values between 0 and 1.
pub(super) fn factors() -> (&'static [[f64; SIDE]], &'static [[f64; SIDE]]) {
    static FACTORS: OnceLock<[Matrix; 2]> = OnceLock::new();
    let [left, right] = FACTORS.get_or_init(|| {
        let mut rng = Rng::new(0, 2);
        let mut matrices = [vec![[0.0; SIDE]; SIDE], vec![[0.0; SIDE]; SIDE]];
        for value in matrices.iter_mut().flatten().flatten() {
            *value = rng.unit();
        }
        matrices
    });
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_that_of_the_definition() {
        let mut product = Product::new(5);
        product.advance(SIDE as u64);
        let (left, right) = factors();
        for (row, found) in product.result.iter().enumerate() {
            for (column, found) in found.iter().enumerate() {
                let expected: f64 = left[row]
                    .iter()
                    .zip(right)
                    .map(|(factor, right_row)| factor * right_row[column])
                    .sum();
                assert!((found - expected).abs() < 1e-9, "{row} {column}");
            }
        }
    }
}
