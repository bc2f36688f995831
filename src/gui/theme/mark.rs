//! The shapes that tell candidates apart beside their colours, as the window draws them.

use egui::{Color32, Context, Painter, Pos2, Shape as Drawn, Stroke, Vec2};
use egui_plot::MarkerShape;

use crate::chart::Shape;
use crate::chart::palette::needs_shape;

/// The shape of a candidate's marks, the same in every chart and legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(Shape);

impl Mark {
    /// The shape that goes with a candidate's colour.
    #[must_use]
    pub const fn of(candidate: usize) -> Self {
        Self(Shape::of(candidate))
    }

    /// The shape that stands for that candidate in legends; none where the colour is enough.
    #[must_use]
    pub fn in_legend(ctx: &Context, candidate: usize) -> Option<Self> {
        bears_mark(ctx, candidate).then(|| Self::of(candidate))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::palette::COLOURS;

    #[test]
    fn the_shapes_of_as_many_candidates_as_there_are_colours_differ() {
        for candidate in 0..COLOURS {
            for other in 0..candidate {
                assert_ne!(
                    Mark::of(candidate),
                    Mark::of(other),
                    "{candidate} and {other}"
                );
            }
        }
    }

    #[test]
    fn a_legend_has_the_shape_of_each_candidate_whose_line_bears_one() {
        let ctx = Context::default();
        // The first has its colour alone, the one that has the same colour again its shape as well.
        assert_eq!(Mark::in_legend(&ctx, 0), None);
        assert_eq!(Mark::in_legend(&ctx, COLOURS), Some(Mark::of(COLOURS)));
        set_line_marks(&ctx, true);
        assert_eq!(Mark::in_legend(&ctx, 0), Some(Mark::of(0)));
    }
}
