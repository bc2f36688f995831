//! How long stages take, about, before they have ever run: for drawing a task to scale and for progress.
//!
//! Round figures of a server core of today, always labelled as estimated where they are shown. What a run
//! then measures never uses them. Those of CPython are medians of 3.11 on one such core; other versions are up to
//! half as fast again or as slow.

use crate::scenario::{
    Amount, Backend, Distribution, Inside, InterpreterLock, Kernel, MemoryAccess, Protection, Stage,
};
use crate::units::Bytes;

/// What executes a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// Machine code.
    Native,
    /// CPython's interpreter.
    CPython,
}

impl Backend {
    /// What executes its stages.
    #[must_use]
    pub const fn runtime(self) -> Runtime {
        match self {
            Self::Python(_) => Runtime::CPython,
            _ => Runtime::Native,
        }
    }
}

impl Kernel {
    /// About how long one unit takes on a server core of today, in nanoseconds.
    ///
    /// For drawing a task to scale before it has ever run, and always labelled as estimated.
    #[must_use]
    pub const fn nominal_unit_nanos(self) -> f64 {
        match self {
            Self::SumOfSquares => 0.5,
            Self::PrimeCheck => 95_000.0,
            Self::Sha256 => 570.0,
            Self::Deflate | Self::MatrixProduct => 40_000.0,
            Self::JsonParse => 4_600.0,
            Self::Sort => 9_000.0,
            Self::PointerChase => 120_000.0,
        }
    }

    /// As [`Self::nominal_unit_nanos`], in CPython: what is written in the language takes up to some hundred times
    /// as long, `hashlib` and `zlib` take no longer.
    #[must_use]
    pub const fn cpython_unit_nanos(self) -> f64 {
        match self {
            Self::SumOfSquares => 55.0,
            Self::PrimeCheck => 2_400_000.0,
            Self::Sha256 => 600.0,
            Self::Deflate => 40_000.0,
            Self::JsonParse => 11_000.0,
            Self::Sort => 95_000.0,
            Self::MatrixProduct => 14_000_000.0,
            Self::PointerChase => 200_000.0,
        }
    }
}

impl Amount {
    /// About how long it takes, in nanoseconds; exact for [`Amount::Time`].
    #[must_use]
    pub fn nominal_nanos(self, kernel: Kernel) -> f64 {
        self.nanos_on(Runtime::Native, kernel)
    }

    /// As [`Self::nominal_nanos`], on `runtime`.
    #[must_use]
    pub fn nanos_on(self, runtime: Runtime, kernel: Kernel) -> f64 {
        match (self, runtime) {
            (Self::Work(units), Runtime::Native) => units as f64 * kernel.nominal_unit_nanos(),
            (Self::Work(units), Runtime::CPython) => units as f64 * kernel.cpython_unit_nanos(),
            (Self::Time(time), _) => time.0 as f64,
        }
    }
}

impl Distribution {
    /// The mean, in nanoseconds. Log-normal: exp(µ + σ²/2) with µ = ln median, σ = ln(p95/median)/1.6449.
    #[must_use]
    pub fn mean_nanos(self) -> f64 {
        match self {
            Self::Constant(time) => time.0 as f64,
            Self::Uniform { from, to } => f64::midpoint(from.0 as f64, to.0 as f64),
            Self::Exponential { mean } => mean.0 as f64,
            Self::Bimodal {
                usual,
                other,
                other_share,
            } => usual.0 as f64 * (1.0 - other_share) + other.0 as f64 * other_share,
            Self::LogNormal { median, .. } => {
                let sigma = self.sigma();
                median.0 as f64 * (sigma * sigma / 2.0).exp()
            }
        }
    }

    /// The 5th and the 95th percentile, in nanoseconds; none for a constant time.
    ///
    /// Exponential: `−m·ln(1−p)`; log-normal: the median times `exp(±1.6449 σ)`; of two times, the one that the share
    /// of draws reaches.
    #[must_use]
    pub fn spread_nanos(self) -> Option<(f64, f64)> {
        let (low, high) = match self {
            Self::Constant(_) => return None,
            Self::Uniform { from, to } => {
                let (from, to) = (from.0 as f64, to.0 as f64);
                (from + 0.05 * (to - from), from + 0.95 * (to - from))
            }
            Self::Exponential { mean } => {
                let mean = mean.0 as f64;
                (-mean * 0.95_f64.ln(), -mean * 0.05_f64.ln())
            }
            Self::LogNormal { median, p95 } => {
                let (median, p95) = (median.0.max(1) as f64, p95.0.max(median.0).max(1) as f64);
                (median * median / p95, p95)
            }
            Self::Bimodal {
                usual,
                other,
                other_share,
            } => {
                let shares = [
                    (usual.0 as f64, 1.0 - other_share),
                    (other.0 as f64, other_share),
                ];
                let [(less, share), (more, _)] = if usual <= other {
                    shares
                } else {
                    [shares[1], shares[0]]
                };
                let at = |part: f64| if part <= share { less } else { more };
                (at(0.05), at(0.95))
            }
        };
        Some((low, high))
    }

    /// The deviation of the logarithm of a log-normal distribution; 0 for the others.
    #[must_use]
    pub fn sigma(self) -> f64 {
        /// The 95th percentile of the standard normal distribution.
        const Z95: f64 = 1.644_853_626_951;
        match self {
            Self::Constant(_)
            | Self::Uniform { .. }
            | Self::Exponential { .. }
            | Self::Bimodal { .. } => 0.0,
            Self::LogNormal { median, p95 } => {
                (p95.0.max(median.0).max(1) as f64 / median.0.max(1) as f64).ln() / Z95
            }
        }
    }
}

/// A GiB a second.
const NANOS_PER_BYTE: f64 = 1e9 / 1_073_741_824.0;

/// Getting pages from the system takes most of the time; a visit in random order misses the caches, and is a loop
/// of the language.
fn memory_nanos(runtime: Runtime, size: Bytes, access: MemoryAccess) -> f64 {
    let nanos_per_line = match runtime {
        Runtime::Native => 100.0,
        Runtime::CPython => 200.0,
    };
    let touched = size.0 as f64 * NANOS_PER_BYTE;
    match access {
        MemoryAccess::Allocate => 2_000.0,
        MemoryAccess::Touch => touched,
        MemoryAccess::Stream => 1.5 * touched,
        MemoryAccess::Chase => touched + size.0 as f64 / 64.0 * nanos_per_line,
    }
}

/// What each addition of a counter takes.
const fn addition_nanos(runtime: Runtime, protection: Protection) -> f64 {
    match (runtime, protection) {
        (Runtime::Native, Protection::Unprotected) => 2.0,
        (Runtime::Native, Protection::Atomic) => 8.0,
        (Runtime::Native, Protection::Locked) => 20.0,
        (Runtime::CPython, Protection::Unprotected | Protection::Atomic) => 60.0,
        (Runtime::CPython, Protection::Locked) => 150.0,
    }
}

impl Stage {
    /// About how long it takes and whether that time is spent on a core, in nanoseconds: (CPU, waiting).
    ///
    /// Files, memory and payloads are taken at 1 GiB/s, an fsync at 2 ms, a loopback request at 60 µs of CPU
    /// over HTTP and 30 µs over TCP: round figures of a usual machine, for a picture that is labelled as
    /// estimated. A wait for a lock or at a barrier depends on the others, and is not in it.
    #[must_use]
    pub fn nominal_nanos(&self) -> (f64, f64) {
        self.nanos_on(Runtime::Native)
    }

    /// As [`Self::nominal_nanos`], on `runtime`. A request takes CPython three times as much.
    #[must_use]
    pub fn nanos_on(&self, runtime: Runtime) -> (f64, f64) {
        let request_factor = match runtime {
            Runtime::Native => 1.0,
            Runtime::CPython => 3.0,
        };
        match *self {
            Self::Cpu { kernel, amount, .. } => (amount.nanos_on(runtime, kernel), 0.0),
            Self::Wait { time } => (0.0, time.mean_nanos()),
            Self::FileWrite { size, sync, .. } | Self::FileAppend { size, sync } => {
                (size.0 as f64 * NANOS_PER_BYTE, if sync { 2e6 } else { 0.0 })
            }
            Self::FileRead { size, .. } => (size.0 as f64 * NANOS_PER_BYTE, 0.0),
            Self::Memory { size, access, .. } => (memory_nanos(runtime, size, access), 0.0),
            Self::Http {
                delay,
                response,
                request,
                ..
            } => (
                60e3 * request_factor + (response.0 + request.0) as f64 * NANOS_PER_BYTE,
                delay.mean_nanos(),
            ),
            Self::Tcp {
                delay,
                response,
                request,
                ..
            } => (
                30e3 * request_factor + (response.0 + request.0) as f64 * NANOS_PER_BYTE,
                delay.mean_nanos(),
            ),
            Self::Lock { hold, inside, .. } => match inside {
                Inside::Cpu => (hold.mean_nanos(), 0.0),
                Inside::Wait => (0.0, hold.mean_nanos()),
            },
            Self::Counter {
                increments,
                protection,
            } => (increments as f64 * addition_nanos(runtime, protection), 0.0),
            Self::Payload { to_worker, back } => {
                ((to_worker.0 + back.0) as f64 * NANOS_PER_BYTE, 0.0)
            }
            Self::Barrier => (0.0, 0.0),
        }
    }

    /// For about how long it holds the interpreter lock, where there is one, in nanoseconds: while it computes,
    /// but for kernels that release the lock. Waits, files and payloads do not hold it.
    #[must_use]
    pub fn interpreter_nanos_on(&self, runtime: Runtime) -> f64 {
        let holds = match *self {
            Self::Cpu {
                kernel,
                interpreter_lock,
                ..
            } => {
                // What is chosen holds for the model of the lock; CPython does as it does.
                let chosen = match runtime {
                    Runtime::Native => interpreter_lock,
                    Runtime::CPython => None,
                };
                chosen.unwrap_or(kernel.interpreter_lock()) == InterpreterLock::Held
            }
            Self::Memory { .. }
            | Self::Lock { .. }
            | Self::Counter { .. }
            | Self::Http { .. }
            | Self::Tcp { .. } => true,
            Self::Wait { .. }
            | Self::FileWrite { .. }
            | Self::FileAppend { .. }
            | Self::FileRead { .. }
            | Self::Payload { .. }
            | Self::Barrier => false,
        };
        if holds { self.nanos_on(runtime).0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn the_spread_of_a_time_is_from_its_5th_to_its_95th_percentile() {
        let ms = Nanos::from_millis;
        let spread = |time: Distribution| {
            let (low, high) = time.spread_nanos().unwrap();
            (low.round() as u64, high.round() as u64)
        };
        assert_eq!(Distribution::Constant(ms(5)).spread_nanos(), None);
        let uniform = Distribution::Uniform {
            from: ms(100),
            to: ms(200),
        };
        assert_eq!(spread(uniform), (105_000_000, 195_000_000));
        let exponential = Distribution::Exponential { mean: ms(100) };
        assert_eq!(spread(exponential), (5_129_329, 299_573_227));
        let log_normal = Distribution::LogNormal {
            median: ms(20),
            p95: ms(80),
        };
        assert_eq!(spread(log_normal), (5_000_000, 80_000_000));
        let two = |other_share| Distribution::Bimodal {
            usual: ms(1),
            other: ms(50),
            other_share,
        };
        assert_eq!(spread(two(0.2)), (1_000_000, 50_000_000));
        assert_eq!(spread(two(0.01)), (1_000_000, 1_000_000));
    }
}
