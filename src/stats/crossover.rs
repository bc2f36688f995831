//! Where two curves change places: below one is ahead, above the other.
//!
//! What is looked at is the logarithm of their ratio, point by point. A point is decided where it is further from zero
//! than its error explains; with several points the error of all together is kept at 5 % (Bonferroni; Dunn 1961).
//! Between neighbouring decided points of opposite sign the curves cross, and nowhere else: what lies between decided
//! points of one sign may be noise. The place comes from straight lines between the points, its interval from curves
//! drawn around them.

use crate::stats::Figure;
use crate::stats::bootstrap::CONFIDENCE;
use crate::stats::uncertain::{Noise, Uncertain, figure_of};

/// One point along the parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioAt {
    /// The parameter's value.
    pub at: f64,
    /// Logarithm of the first curve over the second.
    pub log_ratio: Uncertain,
}

/// How two curves lie to each other over the range that was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Crossover {
    /// No point is decided: they are too close to call everywhere.
    TooClose,
    /// One is above wherever they can be told apart.
    Always {
        /// Whether it is the first.
        first_above: bool,
    },
    /// They change places, once or more.
    At {
        /// Whether the first is above before the first crossing.
        first_above_below: bool,
        /// The places, ascending, with their intervals where errors are known.
        places: Vec<Figure>,
    },
}

/// How the curves lie to each other. `points` ascend; `log_scale`: whether the parameter is spaced by ratios;
/// `smallest`: differences of the logarithm up to this matter to nobody.
#[must_use]
pub fn crossover(points: &[RatioAt], log_scale: bool, smallest: f64, seed: u64) -> Crossover {
    let ratios: Vec<Uncertain> = points.iter().map(|point| point.log_ratio).collect();
    let noise = Noise::of(&ratios);
    let confidence = 1.0 - (1.0 - CONFIDENCE) / points.len().max(1) as f64;
    let decided: Vec<(usize, bool)> = (0..points.len())
        .filter(|&index| {
            let reach = noise
                .as_ref()
                .map_or(0.0, |noise| noise.reach(index, confidence));
            ratios[index].value.abs() > reach.max(smallest)
        })
        .map(|index| (index, ratios[index].value > 0.0))
        .collect();
    let Some(&(_, first_above)) = decided.first() else {
        return Crossover::TooClose;
    };
    let changes = decided.windows(2).filter(|pair| pair[0].1 != pair[1].1);
    let places: Vec<Figure> = changes
        .map(|pair| {
            place(
                points,
                pair[0].0,
                pair[1].0,
                log_scale,
                noise.as_ref(),
                seed,
            )
        })
        .collect();
    if places.is_empty() {
        Crossover::Always { first_above }
    } else {
        Crossover::At {
            first_above_below: first_above,
            places,
        }
    }
}

/// The crossing between the points `from` and `to`, whose signs differ.
fn place(
    points: &[RatioAt],
    from: usize,
    to: usize,
    log_scale: bool,
    noise: Option<&Noise>,
    seed: u64,
) -> Figure {
    let scale = |at: f64| if log_scale { at.ln() } else { at };
    let back = |at: f64| if log_scale { at.exp() } else { at };
    let along: Vec<f64> = points[from..=to].iter().map(|p| scale(p.at)).collect();
    let values: Vec<f64> = points[from..=to]
        .iter()
        .map(|p| p.log_ratio.value)
        .collect();
    let middle_of = |(low, high): (f64, f64)| f64::midpoint(low, high);
    let found = zeros(&along, &values, values[0]);
    let Some(noise) = noise else {
        return Figure::plain(back(middle_of(found)));
    };
    let mut drawn = Vec::new();
    for curve in noise.curves(seed) {
        let moved: Vec<f64> = values
            .iter()
            .zip(&curve[from..=to])
            .map(|(v, d)| v + d)
            .collect();
        // Both ends count, so that undecided points between widen the interval.
        let (low, high) = zeros(&along, &moved, values[0]);
        drawn.extend([back(low), back(high)]);
    }
    figure_of(back(middle_of(found)), drawn)
}

/// The first and the last zero of the straight lines through the points. A curve that begins on the other side of zero
/// than `sign` has crossed at its begin or before, one that ends on that side at its end or later.
fn zeros(along: &[f64], values: &[f64], sign: f64) -> (f64, f64) {
    let (begin, end) = (along[0], along[along.len() - 1]);
    let before = |value: f64| (value > 0.0) == (sign > 0.0);
    let mut found: Vec<f64> = Vec::new();
    if !before(values[0]) {
        found.push(begin);
    }
    for index in 1..values.len() {
        let (a, b) = (values[index - 1], values[index]);
        if before(a) != before(b) {
            let share = if (a - b).abs() <= 0.0 {
                0.5
            } else {
                a / (a - b)
            };
            found.push(along[index - 1] + share * (along[index] - along[index - 1]));
        }
    }
    if values.last().is_some_and(|last| before(*last)) {
        found.push(end);
    }
    let first = found.first().copied().unwrap_or(begin);
    (first, found.last().copied().unwrap_or(end))
}

#[cfg(test)]
mod tests;
