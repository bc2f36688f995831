//! Lines of a form that are no rows: notes, remarks, what is wrong, and the entries of menus.

use egui::text::LayoutJob;
use egui::{Button, Label, RichText, TextFormat, TextStyle, Ui, Vec2};

use crate::gui::theme::{self, space};
use crate::scenario::{Problem, Severity};

/// A line under a row, at the left edge of the controls: units, estimates, explanations.
pub(super) fn note_ui(ui: &mut Ui, text: &str) {
    let weak = theme::palette(ui).weak;
    ui.horizontal_top(|ui| {
        ui.add_space(space::LABEL_WIDTH + ui.spacing().item_spacing.x);
        ui.vertical(|ui| ui.add(Label::new(RichText::new(text).small().color(weak)).wrap()));
    });
}

/// A line over the whole width: explanations and estimates.
pub(super) fn remark_ui(ui: &mut Ui, text: &str) {
    let weak = theme::palette(ui).weak;
    ui.add(Label::new(RichText::new(text).small().color(weak)).wrap());
}

/// What is wrong, with a mark, so that the colour is not the only sign.
pub(super) fn message_ui(ui: &mut Ui, text: &str, severity: Severity) {
    let palette = theme::palette(ui);
    let color = match severity {
        Severity::Error => palette.error,
        Severity::Warning => palette.warning,
    };
    ui.add(Label::new(RichText::new(format!("⚠ {text}")).small().color(color)).wrap());
}

/// Problems, one below the other.
pub(super) fn problems_ui(ui: &mut Ui, problems: &[&Problem]) {
    for problem in problems {
        message_ui(ui, &problem_text(problem), problem.severity);
    }
}

fn problem_text(problem: &Problem) -> String {
    if problem.hint.is_empty() {
        problem.message.clone()
    } else {
        format!("{} – {}", problem.message, problem.hint)
    }
}

/// An entry of a menu or list with its explanation below the title; true when it was clicked.
pub(super) fn explained_item_ui(
    ui: &mut Ui,
    selected: bool,
    title: &str,
    explanation: &str,
) -> bool {
    let palette = theme::palette(ui);
    let mut job = LayoutJob::default();
    let body = TextFormat::simple(TextStyle::Body.resolve(ui.style()), palette.text);
    let small = TextFormat::simple(TextStyle::Small.resolve(ui.style()), palette.weak);
    job.append(title, 0.0, body);
    if !explanation.is_empty() {
        job.append("\n", 0.0, small.clone());
        job.append(explanation, 0.0, small);
    }
    // Menus are set for single lines; two lines want room around them.
    ui.spacing_mut().button_padding = Vec2::new(space::S, space::XS);
    let item = Button::selectable(selected, job).wrap_mode(egui::TextWrapMode::Extend);
    let chosen = ui.add(item).accessible_name(title).clicked();
    if chosen {
        // By itself a menu closes only after a click of the pointer.
        ui.close();
    }
    chosen
}
