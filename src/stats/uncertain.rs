//! Points of a curve that are known to an error, and curves drawn around them.
//!
//! The error of a point comes from few blocks and is itself uncertain: with three blocks it is often too small by
//! half. Points of one sweep are measured by the same machine in the same way, so their errors are pooled (as the
//! residual variance of an analysis of variance is): no point is taken to be surer than the pool, and Student's t gets
//! the degrees of freedom of all points together.

use crate::stats::bootstrap::CONFIDENCE;
use crate::stats::rng::Rng;
use crate::stats::{Figure, student_t};

/// Curves that are drawn: the ends of an interval of 95 % are then the 25th lowest and highest.
const CURVES: usize = 1_000;
/// A stream of its own.
const CURVE_STREAM: u64 = 0x0063_7572_7665;

/// One point's value, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertain {
    /// The value.
    pub value: f64,
    /// Standard error and degrees of freedom; none with too few blocks.
    pub error: Option<(f64, f64)>,
}

/// How far the points of a curve may be off.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    /// Standard errors of the points.
    errors: Vec<f64>,
    /// Degrees of freedom of all of them.
    freedom: f64,
}

impl Noise {
    /// Of `points`; none if no point has an error.
    #[must_use]
    pub fn of(points: &[Uncertain]) -> Option<Self> {
        let known = || points.iter().filter_map(|point| point.error);
        let freedom: f64 = known().map(|(_, freedom)| freedom).sum();
        let squares: f64 = known()
            .map(|(error, freedom)| error * error * freedom)
            .sum();
        if !(freedom > 0.0 && squares.is_finite()) {
            return None;
        }
        let pooled = (squares / freedom).sqrt();
        let own = |point: &Uncertain| point.error.map_or(pooled, |(error, _)| error.max(pooled));
        Some(Self {
            errors: points.iter().map(own).collect(),
            freedom,
        })
    }

    /// At least `error` at every point, known to `freedom`: what a law that is fitted leaves over.
    #[must_use]
    pub fn at_least(points: usize, noise: Option<Self>, error: f64, freedom: f64) -> Self {
        let mut noise = noise.unwrap_or(Self {
            errors: vec![0.0; points],
            freedom,
        });
        for own in &mut noise.errors {
            if error > *own {
                *own = error;
                noise.freedom = noise.freedom.min(freedom);
            }
        }
        noise
    }

    /// How far point `index` may be off with probability `confidence`.
    #[must_use]
    pub fn reach(&self, index: usize, confidence: f64) -> f64 {
        let error = self.errors.get(index).copied().unwrap_or(0.0);
        error * student_t(confidence, self.freedom)
    }

    /// Deviations of all points, curve by curve: normal, and as wide as an interval of 95 % by Student's t is.
    pub fn curves(&self, seed: u64) -> impl Iterator<Item = Vec<f64>> {
        /// The t of a known error.
        const NORMAL: f64 = 1.96;
        let widened = student_t(CONFIDENCE, self.freedom) / NORMAL;
        let mut rng = Rng::new(seed, CURVE_STREAM);
        (0..CURVES).map(move |_| {
            let errors = self.errors.iter();
            errors.map(|error| error * widened * rng.normal()).collect()
        })
    }
}

/// The range that holds 95 % of `values`; none of nothing.
#[must_use]
pub fn middle(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    let outside = (values.len() as f64 * (1.0 - CONFIDENCE) / 2.0).floor() as usize;
    let last = values.len().checked_sub(1)?;
    Some((values[outside.min(last)], values[last - outside.min(last)]))
}

/// `value` with the range that holds 95 % of `drawn`, which is made to hold the value too.
#[must_use]
pub fn figure_of(value: f64, drawn: Vec<f64>) -> Figure {
    let ends = middle(drawn);
    Figure {
        value,
        low: ends.map(|(low, _)| low.min(value)),
        high: ends.map(|(_, high)| high.max(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(error: f64) -> Uncertain {
        Uncertain {
            value: 1.0,
            error: Some((error, 2.0)),
        }
    }

    #[test]
    fn no_point_is_surer_than_the_pool() {
        let noise = Noise::of(&[point(3.0), point(4.0), point(0.0)]).unwrap();
        let pooled = (25.0_f64 / 3.0).sqrt();
        assert_eq!(noise.errors, [3.0_f64.max(pooled), 4.0, pooled]);
        assert!((noise.freedom - 6.0).abs() < 1e-12);
        assert!((noise.reach(1, 0.95) - 4.0 * 2.447).abs() < 0.01);
        let unknown = Uncertain {
            value: 1.0,
            error: None,
        };
        assert_eq!(Noise::of(&[unknown]), None);
        let with_one = Noise::of(&[unknown, point(2.0)]).unwrap();
        assert_eq!(with_one.errors, [2.0, 2.0]);
    }

    #[test]
    fn drawn_curves_are_as_wide_as_students_t_says() {
        let noise = Noise::of(&[point(1.0)]).unwrap();
        let drawn: Vec<f64> = noise.curves(7).map(|curve| curve[0]).collect();
        let (low, high) = middle(drawn).unwrap();
        // t of two degrees of freedom.
        assert!((high / 4.303 - 1.0).abs() < 0.06, "{high}");
        assert!((low / -4.303 - 1.0).abs() < 0.06, "{low}");
        assert_eq!(middle(Vec::new()), None);
        assert_eq!(middle(vec![3.0]), Some((3.0, 3.0)));
    }
}
