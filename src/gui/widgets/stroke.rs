//! Samples of the strokes that tell a candidate's lines apart, and the button that shows or hides such a line.

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Shape, Ui, Vec2};

use crate::chart::Stroke;
use crate::gui::theme::{self, space};

/// Long enough for three dashes, in points.
const SAMPLE_WIDTH: f32 = 22.0;
/// Thickness of a sample's line, in points.
const THICKNESS: f32 = 1.8;
/// Length of a dash, in points.
const DASH: f32 = 6.0;
/// Between two dashes or dots, in points.
const GAP: f32 = 4.0;

/// A short line of the stroke.
pub fn stroke_sample_ui(ui: &mut Ui, stroke: Stroke) -> Response {
    let size = Vec2::new(SAMPLE_WIDTH, space::M);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(
        ui.painter(),
        rect.left_center(),
        stroke,
        theme::palette(ui).weak,
    );
    response
}

/// A button with a line of the stroke and what it stands for.
pub fn stroke_toggle_ui(ui: &mut Ui, label: &str, stroke: Stroke, selected: bool) -> Response {
    let palette = theme::palette(ui);
    let color = if selected { palette.text } else { palette.weak };
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(label.to_owned(), font, color);
    let size = Vec2::new(
        SAMPLE_WIDTH + galley.size().x + 5.0 * space::XS,
        space::CONTROL_HEIGHT - space::XS,
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = if selected {
        palette.selected
    } else if response.hovered() || response.has_focus() {
        palette.control
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
    let inner = Rect::from_min_max(
        rect.left_top() + Vec2::new(2.0 * space::XS, 0.0),
        rect.right_bottom(),
    );
    paint(ui.painter(), inner.left_center(), stroke, color);
    let text_at = Pos2::new(
        inner.left() + SAMPLE_WIDTH + space::XS,
        inner.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(text_at, galley, color);
    let label = label.to_owned();
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, selected, label.clone())
    });
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

fn paint(painter: &Painter, from: Pos2, stroke: Stroke, color: Color32) {
    let ends = [from, from + Vec2::new(SAMPLE_WIDTH, 0.0)];
    let line = egui::Stroke::new(THICKNESS, color);
    match stroke {
        Stroke::Solid => {
            painter.line_segment(ends, line);
        }
        Stroke::Dashed => {
            painter.extend(Shape::dashed_line(&ends, line, DASH, GAP));
        }
        Stroke::Dotted => {
            painter.extend(Shape::dotted_line(&ends, color, GAP, THICKNESS / 2.0));
        }
    }
}
