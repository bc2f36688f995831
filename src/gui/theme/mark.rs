//! The shapes that tell candidates apart beside their colours, as the window draws them.

use egui::{Color32, Context, Painter, Pos2, Shape as Drawn, Stroke, Vec2};
use egui_plot::MarkerShape;

use crate::chart::Shape;
use crate::chart::palette::{COLOURS, needs_shape, series_rgb};

/// The shape of a candidate's marks, the same in every chart and legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(Shape);

impl Mark {
    /// The shape that goes with a candidate's colour.
    #[must_use]
    pub const fn of(candidate: usize) -> Self {
        Self(Shape::of(candidate))
    }

    /// The shape that stands for the candidate with this colour in legends; none where the colour is enough, or is no
    /// candidate's.
    #[must_use]
    pub fn in_legend(ctx: &Context, color: Color32) -> Option<Self> {
        let candidate = candidate_of(color).filter(|one| bears_mark(ctx, *one));
        candidate.map(Self::of)
    }

    /// As the plot wants it.
    #[must_use]
    pub const fn shape(self) -> MarkerShape {
        match self.0 {
            Shape::Circle | Shape::Ring => MarkerShape::Circle,
            Shape::Square | Shape::Box => MarkerShape::Square,
            Shape::Up => MarkerShape::Up,
            Shape::Diamond => MarkerShape::Diamond,
            Shape::Cross => MarkerShape::Cross,
            Shape::Down => MarkerShape::Down,
            Shape::Plus => MarkerShape::Plus,
            Shape::Left => MarkerShape::Left,
            Shape::Asterisk => MarkerShape::Asterisk,
            Shape::Right => MarkerShape::Right,
        }
    }

    /// Whether its outline is filled.
    #[must_use]
    pub const fn is_filled(self) -> bool {
        self.0.is_filled()
    }

    /// Draws it around `centre`, from which it reaches `radius` points.
    pub fn paint(self, painter: &Painter, centre: Pos2, radius: f32, color: Color32) {
        let place = |[x, y]: [f64; 2]| centre + radius * Vec2::new(x as f32, y as f32);
        for stroke in self.0.strokes() {
            let points: Vec<Pos2> = stroke.into_iter().map(place).collect();
            painter.add(if self.0.is_filled() {
                Drawn::convex_polygon(points, color, Stroke::NONE)
            } else {
                Drawn::line(points, Stroke::new(1.6, color))
            });
        }
    }
}

/// Marks the lines of charts from now on, or does so no longer.
pub fn set_line_marks(ctx: &Context, marked: bool) {
    ctx.data_mut(|data| data.insert_temp(egui::Id::unique("line marks"), marked));
}

/// Whether the lines of charts are marked.
fn has_line_marks(ctx: &Context) -> bool {
    let marked = ctx.data(|data| data.get_temp(egui::Id::unique("line marks")));
    marked.unwrap_or_default()
}

/// Whether the line of that candidate bears its shape: where the user wants it, and where colours are too many.
#[must_use]
pub fn bears_mark(ctx: &Context, candidate: usize) -> bool {
    needs_shape(candidate) || has_line_marks(ctx)
}

/// The candidate that has this colour; none if no candidate has it.
fn candidate_of(color: Color32) -> Option<usize> {
    let is_it = |candidate: &usize| {
        [false, true].into_iter().any(|dark| {
            let [r, g, b] = series_rgb(*candidate, dark);
            Color32::from_rgb(r, g, b) == color
        })
    };
    (0..COLOURS).find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_the_shape_of_its_candidate_and_all_differ() {
        for candidate in 0..COLOURS {
            for dark in [false, true] {
                let [r, g, b] = series_rgb(candidate, dark);
                let found = candidate_of(Color32::from_rgb(r, g, b));
                assert_eq!(found, Some(candidate));
            }
            for other in 0..candidate {
                assert_ne!(
                    Mark::of(candidate),
                    Mark::of(other),
                    "{candidate} and {other}"
                );
            }
        }
        assert_eq!(candidate_of(Color32::BLACK), None);
    }
}
