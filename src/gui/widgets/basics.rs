//! Cards, headers, badges and buttons.

use std::sync::Arc;

use egui::{
    Button, Color32, CornerRadius, Galley, Response, RichText, Sense, Slider, Stroke, StrokeKind,
    Ui, Vec2,
};

use crate::gui::theme::{self, Mark, space};

/// A card over the whole width.
pub fn card_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = theme::card_frame(theme::palette(ui));
    frame
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            content(ui)
        })
        .inner
}

/// The title of a section, with its controls at the right end of the line.
pub fn section_header_ui(ui: &mut Ui, title: &str, controls: impl FnOnce(&mut Ui)) -> Response {
    let height = space::CONTROL_HEIGHT;
    ui.allocate_ui_with_layout(
        Vec2::new(ui.available_width(), height),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            let label = ui.label(RichText::new(title).text_style(theme::title_style()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), controls);
            label
        },
    )
    .inner
}

/// Text of the second rank.
pub fn weak_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = theme::palette(ui).weak;
    ui.label(RichText::new(text).color(color).small())
}

/// Text that breaks into at most `lines` lines and ends with an ellipsis where it would need more.
pub fn few_lines_ui(ui: &mut Ui, text: RichText, lines: usize) -> Response {
    let align = egui::Align::Min;
    let font = egui::FontSelection::Default;
    let mut job = egui::WidgetText::from(text).into_layout_job(ui.style(), font, align);
    let job = std::sync::Arc::make_mut(&mut job);
    job.wrap.max_width = ui.available_width();
    job.wrap.max_rows = lines;
    ui.label(job.clone())
}

/// A button that is only a symbol; `name` is its accessible name and its hover text.
pub fn icon_button_ui(ui: &mut Ui, icon: &str, name: &str) -> Response {
    let size = Vec2::splat(space::CONTROL_HEIGHT);
    let button = Button::new(icon).min_size(size).frame_when_inactive(false);
    let padding = ui.spacing().button_padding;
    ui.spacing_mut().button_padding = Vec2::splat(space::XS);
    let response = ui.add(button).on_hover_text(name).accessible_name(name);
    ui.spacing_mut().button_padding = padding;
    response
}

/// The button of what one most likely wants here.
pub fn primary_button_ui(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let palette = theme::palette(ui);
    let text = RichText::new(text)
        .family(theme::semi_bold())
        .color(palette.on_accent);
    let button = Button::new(text).fill(palette.accent).stroke(Stroke::NONE);
    let response = ui.add_enabled(enabled, button);
    if response.has_focus() {
        // The usual frame of what has the keyboard has the colour of the button itself.
        let line = Stroke::new(2.0, palette.text);
        let radius = ui.visuals().widgets.hovered.corner_radius;
        let place = response.rect.expand(1.0);
        ui.painter()
            .rect_stroke(place, radius, line, StrokeKind::Outside);
    }
    response
}

/// A slider whose handle shows that it has the keyboard, as the frame of a button does.
pub fn slider_ui(ui: &mut Ui, slider: Slider<'_>) -> Response {
    ui.scope(|ui| {
        let hovered = &mut ui.visuals_mut().widgets.hovered;
        hovered.fg_stroke = hovered.bg_stroke;
        ui.add(slider)
    })
    .inner
}

/// The button of what one may want of one of many: the colour of the primary one, and quieter.
pub fn tinted_button_ui(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let palette = theme::palette(ui);
    let text = RichText::new(text)
        .family(theme::semi_bold())
        .color(palette.accent);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for (state, share) in [
            (&mut widgets.inactive, 0.16),
            (&mut widgets.hovered, 0.28),
            (&mut widgets.active, 0.36),
        ] {
            state.weak_bg_fill = palette.accent.gamma_multiply(share);
            state.bg_stroke = Stroke::new(1.0, palette.accent.gamma_multiply(0.5));
        }
        ui.add_enabled(enabled, Button::new(text))
    })
    .inner
}

/// A short word in a rounded frame. State is never shown by the colour alone: the word says it.
pub fn badge_ui(ui: &mut Ui, text: &str, color: Color32) -> Response {
    badge_among_ui(ui, text, &[], color)
}

/// The same, as wide as the widest of the `words` that may stand there too: what is beside it does not move when one
/// takes the place of another.
pub fn badge_among_ui(ui: &mut Ui, text: &str, words: &[&str], color: Color32) -> Response {
    let galley = badge_text(ui, text, color);
    let widths = words
        .iter()
        .map(|word| badge_text(ui, word, color).size().x);
    let width = widths.fold(galley.size().x, f32::max);
    let size = Vec2::new(width, galley.size().y) + BADGE_PADDING * 2.0;
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let radius = CornerRadius::same((rect.height() / 2.0) as u8);
    ui.painter()
        .rect_filled(rect, radius, color.gamma_multiply(0.16));
    let corner = rect.center() - galley.size() / 2.0;
    ui.painter().galley(corner, galley, color);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    response
}

/// Width of a badge, in points.
#[must_use]
pub fn badge_width(ui: &Ui, text: &str) -> f32 {
    let galley = badge_text(ui, text, Color32::PLACEHOLDER);
    galley.size().x + BADGE_PADDING.x * 2.0
}

/// Around the text of a badge, in points.
const BADGE_PADDING: Vec2 = Vec2::new(7.0, 2.0);

fn badge_text(ui: &Ui, text: &str, color: Color32) -> Arc<Galley> {
    let font = egui::TextStyle::Small.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, color)
}

/// Side of a swatch, in points.
const SWATCH: f32 = 10.0;

/// A small square of that colour.
pub fn swatch_ui(ui: &mut Ui, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(2), color);
    response
}

/// What a candidate is told by in every chart: a small square of its colour, or its shape where its lines bear it.
pub fn candidate_swatch_ui(ui: &mut Ui, candidate: usize) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::hover());
    paint_candidate_swatch(ui.painter(), rect, candidate, ui.visuals().dark_mode);
    response
}

/// Draws that into `square`.
pub fn paint_candidate_swatch(
    painter: &egui::Painter,
    square: egui::Rect,
    candidate: usize,
    dark: bool,
) {
    let color = theme::series_color(candidate, dark);
    if let Some(mark) = Mark::in_legend(painter.ctx(), candidate) {
        mark.paint(painter, square.center(), square.width() / 2.0, color);
    } else {
        painter.rect_filled(square, CornerRadius::same(2), color);
    }
}

/// A sign of that width and its word, which stay in one line; `draw` is given the place of the sign.
pub fn sign_ui(
    ui: &mut Ui,
    width: f32,
    word: &str,
    draw: impl FnOnce(&egui::Painter, egui::Rect),
) -> Response {
    const HEIGHT: f32 = 12.0;
    let color = theme::palette(ui).weak;
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font, color);
    let before = if width > 0.0 { width + space::XS } else { 0.0 };
    let height = galley.size().y.max(HEIGHT);
    let size = Vec2::new(before + galley.size().x, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let middle = rect.center().y;
    let centre = egui::pos2(rect.left() + width / 2.0, middle);
    draw(
        ui.painter(),
        egui::Rect::from_center_size(centre, Vec2::new(width, HEIGHT)),
    );
    let text_at = egui::pos2(rect.left() + before, middle - galley.size().y / 2.0);
    ui.painter().galley(text_at, galley, color);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, word));
    response
}

/// A small square of that colour and what it stands for, which stay in one line.
pub fn colour_sign_ui(ui: &mut Ui, color: Color32, word: &str) -> Response {
    const SQUARE: f32 = 10.0;
    sign_ui(ui, SQUARE, word, |painter, sign| {
        let square = egui::Rect::from_center_size(sign.center(), Vec2::splat(SQUARE));
        painter.rect_filled(square, CornerRadius::same(2), color);
    })
}

/// An entry of a legend that shows or hides its candidate: a full square and plain text, or a hollow one
/// and weak text.
pub fn legend_toggle_ui(ui: &mut Ui, name: &str, candidate: usize, shown: bool) -> Response {
    const SQUARE: f32 = 11.0;
    let palette = theme::palette(ui);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let text_color = if shown { palette.text } else { palette.weak };
    let galley = ui
        .painter()
        .layout_no_wrap(name.to_owned(), font, text_color);
    let size = Vec2::new(
        SQUARE + space::XS + galley.size().x + 2.0 * space::XS,
        galley.size().y.max(SQUARE) + space::XS,
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(4), palette.control);
    }
    let inner = rect.shrink2(Vec2::new(space::XS, 0.0));
    let square = egui::Rect::from_center_size(
        egui::pos2(inner.left() + SQUARE / 2.0, inner.center().y),
        Vec2::splat(SQUARE),
    );
    if shown {
        paint_candidate_swatch(ui.painter(), square, candidate, ui.visuals().dark_mode);
    } else {
        let radius = CornerRadius::same(2);
        let stroke = Stroke::new(1.0, palette.weak);
        ui.painter()
            .rect_stroke(square, radius, stroke, egui::StrokeKind::Inside);
    }
    let text_at = egui::pos2(
        square.right() + space::XS,
        inner.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(text_at, galley, text_color);
    let label = format!("Show {name}");
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, true, shown, label.clone())
    });
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// What stands where there is nothing yet: what it is, and what to do.
pub fn empty_state_ui(ui: &mut Ui, title: &str, text: &str) {
    let palette = theme::palette(ui);
    let space_above = ((ui.available_height() - 60.0) / 2.0).max(space::S);
    ui.vertical_centered(|ui| {
        ui.add_space(space_above);
        ui.label(
            RichText::new(title)
                .text_style(theme::title_style())
                .color(palette.weak),
        );
        if !text.is_empty() {
            ui.label(RichText::new(text).color(palette.weak));
        }
        ui.add_space(space::S);
    });
}
