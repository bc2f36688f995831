//! Reduction of a series to the width of a screen or picture.
//!
//! Per pixel column the smallest and the largest value are kept, in their order: a mean would hide the
//! spike that one came to see. First and last point keep their place.

/// Reduces `points` (x ascending, all finite) to at most about `2 × columns + 2` points.
///
/// Time O(points), one allocation.
#[must_use]
pub fn min_max_per_column(points: &[[f64; 2]], columns: usize) -> Vec<[f64; 2]> {
    let columns = columns.max(1);
    if points.len() <= 2 * columns + 2 {
        return points.to_vec();
    }
    let inner = &points[1..points.len() - 1];
    let (start, end) = (points[0][0], points[points.len() - 1][0]);
    let width = (end - start) / columns as f64;
    let mut reduced = Vec::with_capacity(2 * columns + 2);
    reduced.push(points[0]);
    let mut index = 0;
    for column in 1..=columns {
        let edge = if column == columns {
            f64::INFINITY
        } else {
            start + width * column as f64
        };
        let from = index;
        while index < inner.len() && inner[index][0] < edge {
            index += 1;
        }
        push_extremes(&inner[from..index], &mut reduced);
    }
    reduced.push(points[points.len() - 1]);
    reduced
}

fn push_extremes(points: &[[f64; 2]], reduced: &mut Vec<[f64; 2]>) {
    let by_y = |a: &&[f64; 2], b: &&[f64; 2]| a[1].total_cmp(&b[1]);
    let (Some(low), Some(high)) = (points.iter().min_by(by_y), points.iter().max_by(by_y)) else {
        return;
    };
    if low[1].total_cmp(&high[1]).is_eq() {
        reduced.push(*low);
    } else if low[0] <= high[0] {
        reduced.extend([*low, *high]);
    } else {
        reduced.extend([*high, *low]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_stay_as_they_are() {
        for points in [vec![], vec![[0.0, 1.0]], vec![[0.0, 1.0], [1.0, 2.0]]] {
            assert_eq!(min_max_per_column(&points, 10), points);
        }
    }

    #[test]
    fn a_single_spike_survives_and_the_result_is_small() {
        let mut points: Vec<_> = (0..100_000).map(|i| [f64::from(i), 1.0]).collect();
        points[54_321][1] = 99.0;
        let reduced = min_max_per_column(&points, 500);
        assert!(reduced.len() <= 1_002);
        assert!(reduced.contains(&[54_321.0, 99.0]));
        assert_eq!(
            (reduced[0], reduced[reduced.len() - 1]),
            (points[0], points[99_999])
        );
        assert!(reduced.is_sorted_by(|a, b| a[0] <= b[0]));
    }
}
