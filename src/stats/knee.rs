//! The knee of a curve of response time over rate: up to it more load costs little, beyond it much.
//!
//! Kleinrock's power, rate over response time, is largest there (Kleinrock, "Power and Deterministic Rules of Thumb
//! for Probabilistic Problems in Computer Communications", ICC 1979): a straight line from the origin touches the curve
//! at that point. Unlike rules that look for the sharpest bend, it does not depend on which range was measured or how
//! the axes are stretched.

/// The index of the knee in `points` of (rate, response time), which ascend by rate; none where the power is largest at
/// an end: the knee is then not within what was measured.
#[must_use]
pub fn knee(points: &[(f64, f64)]) -> Option<usize> {
    let power = |&(rate, response): &(f64, f64)| {
        let power = rate / response;
        if power.is_finite() { power } else { 0.0 }
    };
    let largest =
        (0..points.len()).max_by(|a, b| power(&points[*a]).total_cmp(&power(&points[*b])))?;
    (largest > 0 && largest + 1 < points.len()).then_some(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_worker_with_random_tasks_has_its_knee_at_half_of_its_capacity() {
        // M/M/1: 1 / (µ − λ), with µ = 100.
        let points: Vec<_> = (1..20)
            .map(|n| f64::from(n) * 5.0)
            .map(|rate| (rate, 1.0 / (100.0 - rate)))
            .collect();
        assert_eq!(points[knee(&points).unwrap()].0.round() as u32, 50);
    }

    #[test]
    fn a_curve_that_does_not_bend_where_it_was_measured_has_no_knee() {
        let flat: Vec<_> = (1..10).map(|n| (f64::from(n), 0.01)).collect();
        assert_eq!(knee(&flat), None);
        let steep: Vec<_> = (1..10)
            .map(|n| (f64::from(n), f64::from(n).powi(3)))
            .collect();
        assert_eq!(knee(&steep), None);
        assert_eq!(knee(&[]), None);
    }
}
