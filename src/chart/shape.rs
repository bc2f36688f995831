//! The shapes that tell candidates apart beside their colours, and where on a line they stand.

use crate::chart::palette::COLOURS;

/// A shape of a candidate's marks, the same in every chart and legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Round and filled.
    Circle,
    /// Filled.
    Square,
    /// A filled triangle that points up.
    Up,
    /// Filled.
    Diamond,
    /// Two slanted strokes.
    Cross,
    /// A filled triangle that points down.
    Down,
    /// Two upright strokes.
    Plus,
    /// A filled triangle that points left.
    Left,
    /// Four strokes.
    Asterisk,
    /// A filled triangle that points right.
    Right,
    /// Round and hollow.
    Ring,
    /// A hollow square.
    Box,
}

impl Shape {
    /// The shape that goes with a candidate's colour.
    #[must_use]
    pub const fn of(candidate: usize) -> Self {
        const SHAPES: [Shape; COLOURS] = [
            Shape::Circle,
            Shape::Square,
            Shape::Up,
            Shape::Diamond,
            Shape::Cross,
            Shape::Down,
            Shape::Plus,
            Shape::Left,
            Shape::Asterisk,
            Shape::Right,
            Shape::Ring,
            Shape::Box,
        ];
        SHAPES[candidate % COLOURS]
    }

    /// Whether its outline is filled, rather than a line.
    #[must_use]
    pub const fn is_filled(self) -> bool {
        !matches!(
            self,
            Self::Cross | Self::Plus | Self::Asterisk | Self::Ring | Self::Box
        )
    }

    /// Its strokes, or its outline, as points from -1 to 1 around its middle; y grows downwards.
    #[must_use]
    pub fn strokes(self) -> Vec<Vec<[f64; 2]>> {
        let upright = || [vec![[-1.0, 0.0], [1.0, 0.0]], vec![[0.0, -1.0], [0.0, 1.0]]];
        let slanted = || {
            [
                vec![[-0.7, -0.7], [0.7, 0.7]],
                vec![[-0.7, 0.7], [0.7, -0.7]],
            ]
        };
        let round = || {
            let corner = |number: u32| {
                let angle = f64::from(number) / 16.0 * std::f64::consts::TAU;
                [angle.cos() * 0.9, angle.sin() * 0.9]
            };
            (0..16).map(corner).collect()
        };
        let square = || vec![[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]];
        match self {
            Self::Circle => vec![round()],
            Self::Square => vec![square()],
            Self::Ring => vec![closed(round())],
            Self::Box => vec![closed(square())],
            Self::Diamond => vec![vec![[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]],
            Self::Up => vec![vec![[0.0, -1.0], [0.9, 0.7], [-0.9, 0.7]]],
            Self::Down => vec![vec![[0.0, 1.0], [-0.9, -0.7], [0.9, -0.7]]],
            Self::Left => vec![vec![[-1.0, 0.0], [0.7, -0.9], [0.7, 0.9]]],
            Self::Right => vec![vec![[1.0, 0.0], [-0.7, 0.9], [-0.7, -0.9]]],
            Self::Plus => upright().into(),
            Self::Cross => slanted().into(),
            Self::Asterisk => upright().into_iter().chain(slanted()).collect(),
        }
    }
}

/// Back to where it began.
fn closed(mut outline: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    outline.extend(outline.first().copied());
    outline
}

/// How far the marks of a line are apart on an axis of x that is `width` wide: a power of two, so that they stay where
/// they are when the view moves; none where there is no axis.
#[must_use]
pub fn mark_spacing(width: f64) -> Option<f64> {
    /// As many as tell a line and do not hide it.
    const MARKS: f64 = 6.0;
    let width = width / MARKS;
    (width.is_finite() && width > 0.0).then(|| 2_f64.powf(width.log2().floor()))
}

/// The points of `run` nearest to the places of marks, which are others for each candidate; at least one of a run that
/// has points. `x` says where a point lies on the axis.
pub fn marked<P>(run: &[P], x: impl Fn(&P) -> f64, spacing: f64, candidate: usize) -> Vec<&P> {
    /// More than are seen at once, where a view was moved in far.
    const MARKS_MAX: usize = 400;
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return Vec::new();
    };
    let shift = spacing * (candidate % COLOURS) as f64 / COLOURS as f64;
    let begin = ((x(first) - shift) / spacing).ceil();
    let places = (0..MARKS_MAX).map(|number| (begin + number as f64) * spacing + shift);
    let places = places.take_while(|place| *place <= x(last));
    let mut found: Vec<&P> = places
        .filter_map(|place| run.get(run.partition_point(|point| x(point) < place)))
        .collect();
    if found.is_empty() {
        found.push(&run[run.len() / 2]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_on_points_apart_from_each_other_and_from_those_of_other_candidates() {
        let run: Vec<f64> = (0..100).map(f64::from).collect();
        let xs = |run: &[f64], candidate| -> Vec<f64> {
            let marks = marked(run, |x| *x, 24.0, candidate);
            marks.into_iter().copied().collect()
        };
        assert_eq!(xs(&run, 0), [0.0, 24.0, 48.0, 72.0, 96.0]);
        assert_eq!(xs(&run, 1), [2.0, 26.0, 50.0, 74.0, 98.0]);
        assert_eq!(xs(&run[3..5], 0), [4.0]);
        assert!(xs(&[], 0).is_empty());
    }

    #[test]
    fn marks_are_a_power_of_two_apart_and_an_axis_without_width_has_none() {
        assert_eq!(mark_spacing(60.0), Some(8.0));
        assert_eq!(mark_spacing(3.0), Some(0.5));
        assert_eq!(mark_spacing(0.0), None);
        assert_eq!(mark_spacing(f64::NAN), None);
    }

    #[test]
    fn every_colour_has_a_shape_of_its_own_within_its_bounds() {
        let shapes: Vec<Shape> = (0..COLOURS).map(Shape::of).collect();
        for (place, shape) in shapes.iter().enumerate() {
            assert!(!shapes[..place].contains(shape), "{shape:?}");
            let strokes = shape.strokes();
            let mut ends = strokes.iter().flatten().flatten();
            assert!(ends.all(|end| end.abs() <= 1.0), "{shape:?}");
        }
    }
}
