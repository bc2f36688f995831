//! The strokes that tell a candidate's lines apart, as the window draws them.

use egui::{Color32, Painter, Pos2, Response, Sense, Shape, Ui, Vec2};

use crate::chart::{Stroke, StrokePattern};
use crate::gui::theme::{self, space};
use crate::gui::widgets::sign_ui;

/// Width of a sample, in points: long enough for two of the longest dashes.
const SAMPLE_WIDTH: f32 = 30.0;
/// Thickness of a sample's line, in points.
const THICKNESS: f32 = 1.8;

/// A short line of the stroke.
pub fn stroke_sample_ui(ui: &mut Ui, stroke: Stroke) -> Response {
    let size = Vec2::new(SAMPLE_WIDTH, space::M);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let ends = vec![rect.left_center(), rect.right_center()];
    let color = theme::palette(ui).weak;
    paint_stroke(ui.painter(), ends, stroke, THICKNESS, color);
    response
}

/// A short line of the stroke and what it stands for, which stay in one line.
pub fn stroke_sign_ui(ui: &mut Ui, stroke: Stroke, word: &str) -> Response {
    let color = theme::palette(ui).weak;
    sign_ui(ui, SAMPLE_WIDTH, word, |painter, sign| {
        let ends = vec![sign.left_center(), sign.right_center()];
        paint_stroke(painter, ends, stroke, THICKNESS, color);
    })
}

/// How wide that is, in points.
#[must_use]
pub fn stroke_sign_width(ui: &Ui, word: &str) -> f32 {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let words = ui
        .painter()
        .layout_no_wrap(word.to_owned(), font, Color32::PLACEHOLDER);
    SAMPLE_WIDTH + space::XS + words.size().x
}

/// A line through `points`, with a full line of that width.
pub fn paint_stroke(
    painter: &Painter,
    points: Vec<Pos2>,
    stroke: Stroke,
    width: f32,
    color: Color32,
) {
    let line = egui::Stroke::new(width * stroke.width_ratio(), color);
    match stroke.pattern() {
        StrokePattern::Full => {
            painter.add(Shape::line(points, line));
        }
        StrokePattern::Dashes(on, off) => {
            painter.extend(Shape::dashed_line(&points, line, on, off));
        }
        StrokePattern::Dots(apart) => {
            painter.extend(Shape::dotted_line(&points, color, apart, width / 2.0));
        }
    }
}
