//! What CPU stages compute: kernels of real fields.
//!
//! A kernel works in grains, finer than its unit of work, so that a time can be hit closely and a cancelled
//! task ends soon. Work done in parts is the same work. Where a kernel starts in its data follows from the
//! task's own draws; what it needs beside that (texts, documents, matrices, a chain of pointers) is made
//! once per process by [`warm`], before anything is timed.

mod chase;
mod deflate;
mod json;
mod matrix;
mod sort;
mod text;

use std::hint::black_box;

use sha2::{Digest, Sha256};

use crate::scenario::Kernel;
use crate::stats::rng::Rng;

/// The smallest prime above 10^10. Trial division has to go all the way to its square root.
const PRIME: u64 = 10_000_000_019;
/// Squares are added up from a number below this: small ones, as programs have them. To an interpreter whose integers
/// grow as they need to, the squares of large ones would be another kernel.
const SQUARES_FROM: u64 = 1 << 20;
/// Odd divisors from 3 up to the square root of [`PRIME`].
const DIVISORS: u64 = 49_999;

/// How many grains make a unit of `kernel`.
pub(super) const fn grains_per_unit(kernel: Kernel) -> u64 {
    match kernel {
        Kernel::SumOfSquares | Kernel::Sort => 1,
        Kernel::PrimeCheck => DIVISORS,
        Kernel::Sha256 | Kernel::Deflate => (1024 / text::GRAIN_BYTES) as u64,
        Kernel::JsonParse => (1024 / json::DOCUMENT_BYTES) as u64,
        Kernel::MatrixProduct => matrix::SIDE as u64,
        Kernel::PointerChase => 1_000,
    }
}

/// About how long one grain of `kernel` takes, in nanoseconds.
pub(super) const fn nominal_grain_nanos(kernel: Kernel) -> f64 {
    kernel.nominal_unit_nanos() / grains_per_unit(kernel) as f64
}

/// How many grains of `kernel` must be done together where a time is to be hit, as it does not spread its work
/// evenly over fewer.
pub(super) const fn grains_per_lump(kernel: Kernel) -> u64 {
    match kernel {
        Kernel::Deflate => deflate::SMALL_MESSAGE_BYTES / text::GRAIN_BYTES as u64,
        _ => 1,
    }
}

/// Makes what `kernel` needs beside its own state, so that no task pays for it.
pub(super) fn warm(kernel: Kernel) {
    match kernel {
        Kernel::SumOfSquares | Kernel::PrimeCheck => {}
        Kernel::Sort => sort::warm(),
        Kernel::Sha256 | Kernel::Deflate => text::warm(),
        Kernel::JsonParse => json::warm(),
        Kernel::MatrixProduct => matrix::warm(),
        Kernel::PointerChase => chase::warm(),
    }
}

/// What `kernel` works on, as bytes that another program can read, and what to call it; none where it has no data.
/// Numbers are little-endian, matrices row by row.
pub(super) fn table(kernel: Kernel) -> Option<(&'static str, Vec<u8>)> {
    Some(match kernel {
        Kernel::SumOfSquares | Kernel::PrimeCheck => return None,
        Kernel::Sha256 | Kernel::Deflate => ("text", text::generated_text().to_vec()),
        Kernel::JsonParse => ("json", json::documents().to_vec()),
        Kernel::Sort => {
            let bytes = sort::table()
                .iter()
                .flat_map(|integer| integer.to_le_bytes());
            ("sort", bytes.collect())
        }
        Kernel::MatrixProduct => {
            let (left, right) = matrix::factors();
            let values = left.iter().chain(right).flatten();
            let bytes = values.flat_map(|value| value.to_le_bytes());
            ("matrix", bytes.collect())
        }
        Kernel::PointerChase => {
            let bytes = chase::chain().iter().flat_map(|next| next.to_le_bytes());
            ("chain", bytes.collect())
        }
    })
}

/// A kernel under way.
pub(super) enum Work {
    Squares { next: u64, sum: u64 },
    Prime { divisor: u64, divided: u64 },
    Sha(Box<Sha256>, text::Position),
    Deflate(deflate::Compressing),
    Json(json::Parsing),
    Sort(sort::Sorting),
    Matrix(matrix::Product),
    Chase(chase::Chase),
}

impl Work {
    /// `kernel` from the place that one draw decides.
    pub(super) fn new(kernel: Kernel, rng: &mut Rng) -> Self {
        Self::from(kernel, rng.next_u64(), deflate::MESSAGE_BYTES)
    }

    /// As [`Self::new`], in the lumps of [`grains_per_lump`].
    pub(super) fn in_lumps(kernel: Kernel, rng: &mut Rng) -> Self {
        Self::from(kernel, rng.next_u64(), deflate::SMALL_MESSAGE_BYTES)
    }

    fn from(kernel: Kernel, start: u64, message_bytes: u64) -> Self {
        match kernel {
            Kernel::SumOfSquares => Self::Squares {
                next: start % SQUARES_FROM,
                sum: 0,
            },
            Kernel::PrimeCheck => Self::Prime {
                divisor: 3,
                divided: 0,
            },
            Kernel::Sha256 => Self::Sha(Box::default(), text::Position::new(start)),
            Kernel::Deflate => Self::Deflate(deflate::Compressing::new(start, message_bytes)),
            Kernel::JsonParse => Self::Json(json::Parsing::new(start)),
            Kernel::Sort => Self::Sort(sort::Sorting::new(start)),
            Kernel::MatrixProduct => Self::Matrix(matrix::Product::new(start)),
            Kernel::PointerChase => Self::Chase(chase::Chase::new(start)),
        }
    }

    /// Does `grains` more grains.
    pub(super) fn advance(&mut self, grains: u64) {
        match self {
            Self::Squares { next, sum } => {
                for _ in 0..grains {
                    // The compiler knows the closed form of the sum; it must not know the summand.
                    *sum = sum.wrapping_add(black_box(*next).wrapping_mul(*next));
                    *next = next.wrapping_add(1);
                }
            }
            Self::Prime { divisor, divided } => {
                let prime = black_box(PRIME);
                for _ in 0..grains {
                    *divided += u64::from(prime.is_multiple_of(*divisor));
                    *divisor += 2;
                    if *divisor > 2 * DIVISORS + 1 {
                        *divisor = 3;
                    }
                }
            }
            Self::Sha(hash, position) => position.advance(grains, |bytes| hash.update(bytes)),
            Self::Deflate(compressing) => compressing.advance(grains),
            Self::Json(parsing) => parsing.advance(grains),
            Self::Sort(sorting) => sorting.advance(grains),
            Self::Matrix(product) => product.advance(grains),
            Self::Chase(chase) => chase.advance(grains),
        }
    }

    /// Something that depends on all that was computed.
    pub(super) fn result(self) -> u64 {
        let result = match self {
            Self::Squares { sum, .. } => sum,
            Self::Prime { divided, .. } => divided,
            Self::Sha(hash, _) => {
                let mut first = [0; 8];
                first.copy_from_slice(&hash.finalize()[..8]);
                u64::from_le_bytes(first)
            }
            Self::Deflate(compressing) => compressing.result(),
            Self::Json(parsing) => parsing.result(),
            Self::Sort(sorting) => sorting.result(),
            Self::Matrix(product) => product.result(),
            Self::Chase(chase) => chase.result(),
        };
        black_box(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prime_is_prime_and_its_divisors_reach_the_square_root() {
        let last = 2 * DIVISORS + 1;
        assert!(last * last <= PRIME && (last + 2) * (last + 2) > PRIME);
        assert!(
            (3..=last)
                .step_by(2)
                .all(|divisor| !PRIME.is_multiple_of(divisor))
                && !PRIME.is_multiple_of(2)
        );
    }

    #[test]
    fn work_done_in_parts_is_the_same_work() {
        for kernel in Kernel::ALL {
            let mut whole = Work::new(kernel, &mut Rng::new(1, 2));
            let mut parts = Work::new(kernel, &mut Rng::new(1, 2));
            whole.advance(300);
            for grains in [1, 99, 200] {
                parts.advance(grains);
            }
            assert_eq!(whole.result(), parts.result(), "{kernel:?}");
        }
    }

    #[test]
    fn results_tell_more_work_from_less_and_other_work_from_the_same() {
        for kernel in Kernel::ALL {
            let result = |stream, grains| {
                let mut work = Work::new(kernel, &mut Rng::new(1, stream));
                work.advance(grains);
                work.result()
            };
            assert_eq!(result(1, 700), result(1, 700), "{kernel:?}");
            // The check of one and the same prime always comes to the same end.
            if kernel != Kernel::PrimeCheck {
                assert_ne!(result(1, 700), result(1, 701), "{kernel:?}");
                assert_ne!(result(1, 700), result(2, 700), "{kernel:?}");
            }
        }
    }
}
