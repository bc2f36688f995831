//! How throughput grows with the number of workers: Amdahl's law and the Universal Scalability Law.
//!
//! X(N) = λ N / (1 + σ (N − 1) + κ N (N − 1)): λ is the throughput of one worker, σ the share that cannot be shared
//! (contention), κ what workers cost each other (coherency). With κ = 0 it is Amdahl's law (Amdahl, "Validity of the
//! single processor approach to achieving large scale computing capabilities", AFIPS 1967), with both Gunther's (A
//! simple capacity model of massively parallel transaction systems, CMG 1993; Guerrilla Capacity Planning, 2007).
//!
//! N / X = d + b N + c N (N − 1) with b = σ / λ, c = κ / λ and d = (1 − σ) / λ is linear, and its coefficients are not
//! negative: so σ lies within 0 and 1, and κ is not negative either. Least squares of the relative errors under that
//! condition is exact: the best of the few fits that leave out some of the three. Intervals come from curves drawn
//! around the points: as far as the points' own errors, or as what the law leaves over, whichever is more.

use crate::stats::Figure;
use crate::stats::uncertain::{Noise, Uncertain, figure_of, middle};

/// One number of workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThroughputAt {
    /// How many workers; at least 1.
    pub workers: f64,
    /// Logarithm of the throughput per second.
    pub log_per_sec: Uncertain,
}

/// Which law is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// Amdahl's law: contention alone.
    Amdahl,
    /// The Universal Scalability Law: contention and coherency.
    Universal,
}

/// A law with its coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Throughput of one worker, λ, per second.
    pub one_per_sec: f64,
    /// Contention σ, from 0 to 1.
    pub contention: f64,
    /// Coherency κ, not negative.
    pub coherency: f64,
}

/// A law fitted to a sweep of workers.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalingFit {
    /// Which law.
    pub law: Law,
    /// The best coefficients.
    pub best: Coefficients,
    /// λ per second, with its interval.
    pub one_per_sec: Figure,
    /// σ, with its interval.
    pub contention: Figure,
    /// κ, with its interval; 0 without one for Amdahl's law.
    pub coherency: Figure,
    /// The number of workers beyond which throughput falls, √((1 − σ) / κ); none where it never does. Its interval has
    /// no upper end where some of the drawn curves never fall.
    pub peak_workers: Option<Figure>,
    /// Beyond this number of workers the law must not be read: twice the largest that was measured, and not beyond a
    /// peak that was not.
    pub limit_workers: f64,
    /// Root mean square of the relative errors.
    pub error_ratio: f64,
    drawn: Vec<Coefficients>,
}

impl Law {
    /// Its name.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Amdahl => "Amdahl's law",
            Self::Universal => "Universal Scalability Law",
        }
    }

    /// How many different numbers of workers a fit needs: one more than there are coefficients.
    #[must_use]
    pub const fn points_needed(self) -> usize {
        match self {
            Self::Amdahl => 3,
            Self::Universal => 4,
        }
    }
}

impl Coefficients {
    /// Throughput of `workers`, per second.
    #[must_use]
    pub fn throughput(&self, workers: f64) -> f64 {
        self.one_per_sec * self.speedup(workers)
    }

    /// Throughput of `workers` over that of one.
    #[must_use]
    pub fn speedup(&self, workers: f64) -> f64 {
        let others = workers - 1.0;
        workers / (1.0 + self.contention * others + self.coherency * workers * others)
    }

    /// The number of workers beyond which throughput falls; none where it never does.
    #[must_use]
    pub fn peak(&self) -> Option<f64> {
        let peak = ((1.0 - self.contention) / self.coherency).sqrt();
        (self.coherency > 0.0 && peak.is_finite()).then(|| peak.max(1.0))
    }
}

impl ScalingFit {
    /// Fits `law`; none with fewer different numbers of workers than [`Law::points_needed`], or if some throughput is
    /// not known.
    #[must_use]
    pub fn new(law: Law, points: &[ThroughputAt], seed: u64) -> Option<Self> {
        let mut numbers: Vec<f64> = points.iter().map(|point| point.workers).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        let usable =
            |point: &ThroughputAt| point.workers >= 1.0 && point.log_per_sec.value.is_finite();
        if numbers.len() < law.points_needed() || !points.iter().all(usable) {
            return None;
        }
        let measured: Vec<(f64, f64)> = points
            .iter()
            .map(|point| (point.workers, point.log_per_sec.value.exp()))
            .collect();
        let best = fitted(law, &measured)?;
        let squares: f64 = measured
            .iter()
            .map(|(workers, per_sec)| (per_sec / best.throughput(*workers)).ln().powi(2))
            .sum();
        let freedom = (points.len() - law.points_needed() + 1) as f64;
        let own: Vec<Uncertain> = points.iter().map(|point| point.log_per_sec).collect();
        let left_over = (squares / freedom).sqrt();
        let noise = Noise::at_least(points.len(), Noise::of(&own), left_over, freedom);
        let drawn: Vec<Coefficients> = noise
            .curves(seed)
            .filter_map(|curve| {
                let moved: Vec<_> = measured
                    .iter()
                    .zip(curve)
                    .map(|((workers, per_sec), off)| (*workers, per_sec * off.exp()))
                    .collect();
                fitted(law, &moved)
            })
            .collect();
        let of = |part: fn(&Coefficients) -> f64| {
            figure_of(part(&best), drawn.iter().map(part).collect())
        };
        let largest = numbers[numbers.len() - 1];
        let limit = best.peak().map_or(f64::INFINITY, |peak| peak.max(largest));
        Some(Self {
            law,
            best,
            one_per_sec: of(|drawn| drawn.one_per_sec),
            contention: of(|drawn| drawn.contention),
            coherency: of(|drawn| drawn.coherency),
            peak_workers: best.peak().map(|peak| peak_figure(peak, &drawn)),
            limit_workers: limit.min(2.0 * largest),
            error_ratio: (squares / points.len() as f64).sqrt(),
            drawn,
        })
    }

    /// The range of 95 % that holds the throughput of `workers`, per second.
    #[must_use]
    pub fn band(&self, workers: f64) -> Option<(f64, f64)> {
        middle(
            self.drawn
                .iter()
                .map(|drawn| drawn.throughput(workers))
                .collect(),
        )
    }
}

fn peak_figure(peak: f64, drawn: &[Coefficients]) -> Figure {
    let drawn = drawn.iter();
    let peaks = drawn
        .map(|drawn| drawn.peak().unwrap_or(f64::INFINITY))
        .collect();
    let figure = figure_of(peak, peaks);
    Figure {
        high: figure.high.filter(|high| high.is_finite()),
        ..figure
    }
}

/// The best coefficients that are not negative; none if nothing fits.
fn fitted(law: Law, measured: &[(f64, f64)]) -> Option<Coefficients> {
    let terms: &[&[usize]] = match law {
        Law::Amdahl => &[&[0], &[1], &[0, 1]],
        Law::Universal => &[&[0], &[1], &[0, 1], &[2], &[0, 2], &[1, 2], &[0, 1, 2]],
    };
    // Times X / N, the left side is 1 and every error relative.
    let rows: Vec<[f64; 3]> = measured
        .iter()
        .map(|(n, x)| [x / n, *x, x * (n - 1.0)])
        .collect();
    let mut best: Option<(f64, [f64; 3])> = None;
    for chosen in terms {
        let Some(found) = least_squares(&rows, chosen) else {
            continue;
        };
        if found.iter().any(|value| *value < 0.0) || found[0] + found[1] <= 0.0 {
            continue;
        }
        let error: f64 = rows
            .iter()
            .map(|row| {
                let left: f64 = row.iter().zip(found).map(|(value, by)| value * by).sum();
                (left - 1.0).powi(2)
            })
            .sum();
        if best.is_none_or(|(least, _)| error < least) {
            best = Some((error, found));
        }
    }
    let (_, [d, b, c]) = best?;
    Some(Coefficients {
        one_per_sec: 1.0 / (d + b),
        contention: b / (d + b),
        coherency: c / (d + b),
    })
}

/// The coefficients of the `chosen` columns that bring the rows' sums closest to 1; the others are 0. By the normal
/// equations, with columns scaled alike.
fn least_squares(rows: &[[f64; 3]], chosen: &[usize]) -> Option<[f64; 3]> {
    /// Columns of length 1 that are closer than this to being one are not told apart.
    const SINGULAR: f64 = 1e-12;
    let length = |column: usize| {
        rows.iter()
            .map(|row| row[column].powi(2))
            .sum::<f64>()
            .sqrt()
    };
    let size = chosen.len();
    let mut system = [[0.0; 4]; 3];
    for (i, &column) in chosen.iter().enumerate() {
        for (j, &other) in chosen.iter().enumerate() {
            let products = rows.iter().map(|row| row[column] * row[other]);
            system[i][j] = products.sum::<f64>() / (length(column) * length(other));
        }
        system[i][3] = rows.iter().map(|row| row[column]).sum::<f64>() / length(column);
    }
    // Gauss and Jordan, with the largest pivot.
    for step in 0..size {
        let pivot = (step..size)
            .max_by(|a, b| system[*a][step].abs().total_cmp(&system[*b][step].abs()))?;
        system.swap(step, pivot);
        let by = system[step][step];
        if by.abs() < SINGULAR {
            return None;
        }
        system[step].iter_mut().for_each(|value| *value /= by);
        for row in 0..size {
            if row != step {
                let times = system[row][step];
                let pivot = system[step];
                for (value, above) in system[row].iter_mut().zip(pivot) {
                    *value -= times * above;
                }
            }
        }
    }
    let mut found = [0.0; 3];
    for (i, &column) in chosen.iter().enumerate() {
        found[column] = system[i][3] / length(column);
    }
    Some(found)
}

#[cfg(test)]
mod tests;
