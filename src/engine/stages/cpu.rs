//! Computing: kernels of real fields, by amount of work or by processor time.
//!
//! A kernel works in grains, far finer than its unit of work, so that a time can be hit closely and a
//! cancelled task ends soon.

use std::hint::black_box;
use std::io::{Sink, Write};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::stages::StageError;
use crate::scenario::{Amount, Kernel};
use crate::stats::rng::Rng;

/// The smallest prime above 10^10. Trial division has to go all the way to its square root.
const PRIME: u64 = 10_000_000_019;
/// Odd divisors from 3 up to the square root of [`PRIME`].
const DIVISORS: u64 = 49_999;
/// Bytes of one grain of hashing and compressing: a block of SHA-256.
const GRAIN_BYTES: usize = 64;
/// What is hashed and compressed; long enough that deflate's window of 32 KiB does not see it repeat.
const TEXT_BYTES: usize = 128 << 10;
/// Work between two looks at the cancel signal, in nanoseconds: about a millisecond.
const STRIDE_NANOS: f64 = 1e6;

/// Computes.
#[derive(Debug)]
pub struct CpuStep {
    kernel: Kernel,
    amount: Amount,
}

/// How many grains make a unit of `kernel`.
const fn grains_per_unit(kernel: Kernel) -> u64 {
    match kernel {
        Kernel::SumOfSquares => 1,
        Kernel::PrimeCheck => DIVISORS,
        Kernel::Sha256 | Kernel::Deflate => (1024 / GRAIN_BYTES) as u64,
        _ => unimplemented!(),
    }
}

impl CpuStep {
    pub(super) const fn new(kernel: Kernel, amount: Amount) -> Self {
        Self { kernel, amount }
    }

    pub(super) fn run(&self, rng: &mut Rng, cancel: &Cancel) -> Result<u64, StageError> {
        let mut work = Work::new(self.kernel, rng);
        let grain_nanos = self.kernel.nominal_unit_nanos() / grains_per_unit(self.kernel) as f64;
        match self.amount {
            Amount::Work(units) => {
                let stride = ((STRIDE_NANOS / grain_nanos) as u64).max(1);
                let mut left = units.saturating_mul(grains_per_unit(self.kernel));
                while left > 0 {
                    if cancel.is_set() {
                        return Err(StageError::Cancelled);
                    }
                    let grains = left.min(stride);
                    work.advance(grains);
                    left -= grains;
                }
            }
            Amount::Time(time) => {
                Self::run_for(&mut work, time.0, grain_nanos, cancel)?;
                black_box(work.result());
                // How much was computed in that time depends on the machine.
                return Ok(time.0);
            }
        }
        Ok(black_box(work.result()))
    }

    /// Works until the thread has used `nanos` of processor time: 80 % of what is left by the speed seen so
    /// far, then a look at the clock, so that a few looks suffice and the end is hit closely.
    fn run_for(
        work: &mut Work,
        nanos: u64,
        nominal_grain_nanos: f64,
        cancel: &Cancel,
    ) -> Result<(), StageError> {
        /// Below this, another look at the clock costs as much as what is left.
        const CLOSE_ENOUGH_NANOS: u64 = 500;
        let start = clock::thread_cpu_nanos();
        let mut done = 0;
        let mut used = 0;
        while used + CLOSE_ENOUGH_NANOS < nanos {
            if cancel.is_set() {
                return Err(StageError::Cancelled);
            }
            let grain_nanos = if done == 0 {
                nominal_grain_nanos
            } else {
                (used as f64 / done as f64).max(0.01)
            };
            let aim = ((nanos - used) as f64 * 0.8).min(STRIDE_NANOS);
            let grains = ((aim / grain_nanos) as u64).max(1);
            work.advance(grains);
            done += grains;
            used = clock::thread_cpu_nanos() - start;
        }
        Ok(())
    }
}

/// A kernel under way.
enum Work {
    Squares { next: u64, sum: u64 },
    Prime { divisor: u64, divided: u64 },
    Sha(Box<Sha256>, usize),
    Deflate(Box<ZlibEncoder<Sink>>, usize),
}

impl Work {
    fn new(kernel: Kernel, rng: &mut Rng) -> Self {
        let start = rng.next_u64();
        let offset = start as usize % (TEXT_BYTES / GRAIN_BYTES) * GRAIN_BYTES;
        match kernel {
            Kernel::SumOfSquares => Self::Squares {
                next: start,
                sum: 0,
            },
            Kernel::PrimeCheck => Self::Prime {
                divisor: 3,
                divided: 0,
            },
            Kernel::Sha256 => Self::Sha(Box::default(), offset),
            Kernel::Deflate => {
                let encoder = ZlibEncoder::new(std::io::sink(), Compression::new(6));
                Self::Deflate(Box::new(encoder), offset)
            }
            _ => unimplemented!(),
        }
    }

    /// Does `grains` more grains.
    fn advance(&mut self, grains: u64) {
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
            Self::Sha(hash, position) => each_piece(position, grains, |bytes| hash.update(bytes)),
            Self::Deflate(encoder, position) => each_piece(position, grains, |bytes| {
                // Writing to a sink cannot fail.
                let _ = encoder.write_all(bytes);
            }),
        }
    }

    /// Something that depends on all that was computed.
    fn result(self) -> u64 {
        match self {
            Self::Squares { sum, .. } => sum,
            Self::Prime { divided, .. } => divided,
            Self::Sha(hash, _) => u64::from(hash.finalize()[0]),
            Self::Deflate(encoder, _) => {
                let written = encoder.total_out();
                black_box(encoder.finish().is_ok());
                written
            }
        }
    }
}

/// Hands `grains` grains of the generated text to `take`, in as few pieces as possible.
fn each_piece(position: &mut usize, grains: u64, mut take: impl FnMut(&[u8])) {
    let text = generated_text();
    let mut left = grains;
    while left > 0 {
        let pieces = left.min(((TEXT_BYTES - *position) / GRAIN_BYTES) as u64);
        let end = *position + pieces as usize * GRAIN_BYTES;
        take(&text[*position..end]);
        *position = end % TEXT_BYTES;
        left -= pieces;
    }
}

/// Bytes with about the redundancy of log lines: words of a small vocabulary and numbers.
fn generated_text() -> &'static [u8] {
    const WORDS: [&str; 16] = [
        "request", "served", "cache", "miss", "user", "order", "item", "total", "GET", "POST",
        "status", "200", "404", "region", "north", "latency",
    ];
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut rng = Rng::new(0, 0);
        let mut text = Vec::with_capacity(TEXT_BYTES + 32);
        while text.len() < TEXT_BYTES {
            let draw = rng.next_u64();
            text.extend_from_slice(WORDS[(draw % 16) as usize].as_bytes());
            text.extend_from_slice(format!("={} ", (draw >> 8) % 10_000).as_bytes());
        }
        text.truncate(TEXT_BYTES);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

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
            whole.advance(3_000);
            for grains in [1, 999, 2_000] {
                parts.advance(grains);
            }
            assert_eq!(whole.result(), parts.result(), "{kernel:?}");
        }
    }

    #[test]
    fn a_time_is_processor_time_of_this_thread() {
        let step = CpuStep::new(Kernel::SumOfSquares, Amount::Time(Nanos::from_millis(3)));
        let start = clock::thread_cpu_nanos();
        step.run(&mut Rng::new(1, 1), &Cancel::default()).unwrap();
        assert!(clock::thread_cpu_nanos() - start >= 2_999_000);
    }

    #[test]
    fn cancelled_work_ends() {
        let cancel = Cancel::default();
        cancel.set();
        for amount in [Amount::Work(u64::MAX), Amount::Time(Nanos::from_secs(3600))] {
            let step = CpuStep::new(Kernel::PrimeCheck, amount);
            assert!(matches!(
                step.run(&mut Rng::new(1, 1), &cancel),
                Err(StageError::Cancelled)
            ));
        }
    }
}
