//! What lines that can be pressed have in common: how they look under pointer and keyboard, and the triangle of those that
//! fold.

use egui::{Painter, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Vec2};

use crate::gui::theme::Palette;

/// The ground under the pointer, and the line around what the keyboard would press.
pub fn paint_lit(painter: &Painter, rect: Rect, response: &Response, palette: &Palette) {
    if response.hovered() {
        painter.rect_filled(rect, 4, palette.control_hover.gamma_multiply(0.5));
    }
    if response.has_focus() {
        painter.rect_stroke(
            rect,
            4,
            Stroke::new(1.0, palette.accent),
            StrokeKind::Inside,
        );
    }
}

/// The triangle of a line that folds what is below it.
pub fn paint_fold(painter: &Painter, middle: Pos2, open: bool, palette: &Palette) {
    let points = if open {
        [
            Vec2::new(-4.0, -2.0),
            Vec2::new(0.0, 2.5),
            Vec2::new(4.0, -2.0),
        ]
    } else {
        [
            Vec2::new(-2.0, -4.0),
            Vec2::new(2.5, 0.0),
            Vec2::new(-2.0, 4.0),
        ]
    };
    painter.add(Shape::line(
        points.map(|point| middle + point).into(),
        Stroke::new(1.5, palette.weak),
    ));
}
