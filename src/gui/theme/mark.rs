//! The shapes that tell candidates apart beside their colours.

use egui::{Color32, Painter, Pos2, Shape, Stroke, Vec2};
use egui_plot::MarkerShape;

use crate::chart::palette::{COLOURS, series_rgb};

/// The shape of a candidate's marks, the same in every chart and legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark(MarkerShape);

impl Mark {
    /// The shape that goes with a candidate's colour.
    #[must_use]
    pub const fn of(candidate: usize) -> Self {
        /// The last two colours have the first two shapes again.
        const SHAPES: [MarkerShape; 10] = [
            MarkerShape::Circle,
            MarkerShape::Square,
            MarkerShape::Up,
            MarkerShape::Diamond,
            MarkerShape::Cross,
            MarkerShape::Down,
            MarkerShape::Plus,
            MarkerShape::Left,
            MarkerShape::Asterisk,
            MarkerShape::Right,
        ];
        Self(SHAPES[(candidate % COLOURS) % SHAPES.len()])
    }

    /// The shape that goes with this colour of a candidate; none if no candidate has it.
    #[must_use]
    pub fn of_color(color: Color32) -> Option<Self> {
        let is_it = |candidate: &usize| {
            [false, true].into_iter().any(|dark| {
                let [r, g, b] = series_rgb(*candidate, dark);
                Color32::from_rgb(r, g, b) == color
            })
        };
        (0..COLOURS).find(is_it).map(Self::of)
    }

    /// As the plot wants it.
    #[must_use]
    pub const fn shape(self) -> MarkerShape {
        self.0
    }

    /// Draws it around `centre`, from which it reaches `radius` points.
    pub fn paint(self, painter: &Painter, centre: Pos2, radius: f32, color: Color32) {
        let at = |x: f32, y: f32| centre + radius * Vec2::new(x, y);
        let stroke = Stroke::new(1.6, color);
        let filled = |corners: Vec<Pos2>| Shape::convex_polygon(corners, color, Stroke::NONE);
        let lines = |ends: &[[f32; 4]]| {
            let line =
                |[a, b, c, d]: &[f32; 4]| Shape::line_segment([at(*a, *b), at(*c, *d)], stroke);
            Shape::Vec(ends.iter().map(line).collect())
        };
        let upright = [[-1.0, 0.0, 1.0, 0.0], [0.0, -1.0, 0.0, 1.0]];
        let slanted = [[-0.7, -0.7, 0.7, 0.7], [-0.7, 0.7, 0.7, -0.7]];
        painter.add(match self.0 {
            MarkerShape::Circle => Shape::circle_filled(centre, radius * 0.9, color),
            MarkerShape::Square => filled(vec![
                at(-0.8, -0.8),
                at(0.8, -0.8),
                at(0.8, 0.8),
                at(-0.8, 0.8),
            ]),
            MarkerShape::Diamond => filled(vec![
                at(0.0, -1.0),
                at(1.0, 0.0),
                at(0.0, 1.0),
                at(-1.0, 0.0),
            ]),
            MarkerShape::Up => filled(vec![at(0.0, -1.0), at(0.9, 0.7), at(-0.9, 0.7)]),
            MarkerShape::Down => filled(vec![at(0.0, 1.0), at(-0.9, -0.7), at(0.9, -0.7)]),
            MarkerShape::Left => filled(vec![at(-1.0, 0.0), at(0.7, -0.9), at(0.7, 0.9)]),
            MarkerShape::Right => filled(vec![at(1.0, 0.0), at(-0.7, 0.9), at(-0.7, -0.9)]),
            MarkerShape::Plus => lines(&upright),
            MarkerShape::Cross => lines(&slanted),
            MarkerShape::Asterisk => Shape::Vec(vec![lines(&upright), lines(&slanted)]),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_the_shape_of_its_candidate_and_the_first_ten_differ() {
        for candidate in 0..COLOURS {
            for dark in [false, true] {
                let [r, g, b] = series_rgb(candidate, dark);
                let found = Mark::of_color(Color32::from_rgb(r, g, b));
                assert_eq!(found, Some(Mark::of(candidate)));
            }
            for other in 0..candidate.min(10) {
                let differ = candidate >= 10 || Mark::of(candidate) != Mark::of(other);
                assert!(differ, "{candidate} and {other}");
            }
        }
        assert_eq!(Mark::of_color(Color32::BLACK), None);
    }
}
