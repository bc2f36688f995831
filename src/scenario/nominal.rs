//! How long stages take, about, before they have ever run: for drawing a task to scale and for progress.
//!
//! Round figures of a server core of today, always labelled as estimated where they are shown. What a run
//! then measures never uses them.

use crate::scenario::{Amount, Distribution, Inside, Kernel, MemoryAccess, Protection, Stage};
use crate::units::Bytes;

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
}

impl Amount {
    /// About how long it takes, in nanoseconds; exact for [`Amount::Time`].
    #[must_use]
    pub fn nominal_nanos(self, kernel: Kernel) -> f64 {
        match self {
            Self::Work(units) => units as f64 * kernel.nominal_unit_nanos(),
            Self::Time(time) => time.0 as f64,
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

/// Getting pages from the system takes most of the time; a visit in random order misses the caches.
fn memory_nanos(size: Bytes, access: MemoryAccess) -> f64 {
    const NANOS_PER_LINE: f64 = 100.0;
    let touched = size.0 as f64 * NANOS_PER_BYTE;
    match access {
        MemoryAccess::Allocate => 2_000.0,
        MemoryAccess::Touch => touched,
        MemoryAccess::Stream => 1.5 * touched,
        MemoryAccess::Chase => touched + size.0 as f64 / 64.0 * NANOS_PER_LINE,
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
        match *self {
            Self::Cpu { kernel, amount, .. } => (amount.nominal_nanos(kernel), 0.0),
            Self::Wait { time } => (0.0, time.mean_nanos()),
            Self::FileWrite { size, sync, .. } | Self::FileAppend { size, sync } => {
                (size.0 as f64 * NANOS_PER_BYTE, if sync { 2e6 } else { 0.0 })
            }
            Self::FileRead { size, .. } => (size.0 as f64 * NANOS_PER_BYTE, 0.0),
            Self::Memory { size, access, .. } => (memory_nanos(size, access), 0.0),
            Self::Http {
                delay,
                response,
                request,
                ..
            } => (
                60e3 + (response.0 + request.0) as f64 * NANOS_PER_BYTE,
                delay.mean_nanos(),
            ),
            Self::Tcp {
                delay,
                response,
                request,
                ..
            } => (
                30e3 + (response.0 + request.0) as f64 * NANOS_PER_BYTE,
                delay.mean_nanos(),
            ),
            Self::Lock { hold, inside, .. } => match inside {
                Inside::Cpu => (hold.mean_nanos(), 0.0),
                Inside::Wait => (0.0, hold.mean_nanos()),
            },
            Self::Counter {
                increments,
                protection,
            } => {
                let each = match protection {
                    Protection::Unprotected => 2.0,
                    Protection::Atomic => 8.0,
                    Protection::Locked => 20.0,
                };
                (increments as f64 * each, 0.0)
            }
            Self::Payload { to_worker, back } => {
                ((to_worker.0 + back.0) as f64 * NANOS_PER_BYTE, 0.0)
            }
            Self::Barrier => (0.0, 0.0),
        }
    }
}
