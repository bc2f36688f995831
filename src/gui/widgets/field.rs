//! A row of a form: label, control, and below it what is wrong with the value.

use egui::{Align, Layout, Response, RichText, Sense, Ui, Vec2};

use crate::gui::theme::{self, space};
use crate::scenario::{Problem, Severity};

/// A row of a form.
///
/// `path` is the field as problems name it (`tasks[0].stages[2].size`): problems of exactly that path
/// are shown below the control.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Before the control; also the control's accessible name.
    pub label: &'a str,
    /// Explains the term when the pointer rests on the label; empty for none.
    pub hint: &'a str,
    /// The field as problems name it.
    pub path: &'a str,
    /// All problems of the scenario.
    pub problems: &'a [Problem],
}

impl Field<'_> {
    /// Shows the row. `control` draws the control and returns its response.
    pub fn ui(&self, ui: &mut Ui, control: impl FnOnce(&mut Ui) -> Response) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            let response = ui
                .horizontal(|ui| {
                    let label = self.label_ui(ui);
                    control(ui).labelled_by(label.id)
                })
                .inner;
            problems_ui(
                ui,
                self.problems
                    .iter()
                    .filter(|problem| problem.path == self.path),
            );
            response
        })
        .inner
    }

    fn label_ui(&self, ui: &mut Ui) -> Response {
        let color = theme::palette(ui).weak;
        let size = Vec2::new(space::LABEL_WIDTH, space::CONTROL_HEIGHT);
        let layout = Layout::left_to_right(Align::Center);
        let label = ui
            .allocate_ui_with_layout(size, layout, |ui| {
                ui.set_min_width(space::LABEL_WIDTH);
                let text = RichText::new(self.label).color(color);
                ui.add(egui::Label::new(text).truncate().sense(Sense::hover()))
            })
            .inner;
        if self.hint.is_empty() {
            label
        } else {
            label.on_hover_text(self.hint)
        }
    }
}

/// What is wrong, one line each, at the left edge of the controls' column.
pub(super) fn problems_ui<'a>(ui: &mut Ui, problems: impl Iterator<Item = &'a Problem>) {
    problems.for_each(|problem| problem_ui(ui, problem));
}

/// One problem, at the field itself.
fn problem_ui(ui: &mut Ui, problem: &Problem) {
    let text = if problem.hint.is_empty() {
        problem.message.clone()
    } else {
        format!("{} – {}", problem.message, problem.hint)
    };
    severity_ui(ui, problem.severity, &text);
}

/// A text with the mark and the colour of how bad it is.
pub fn severity_ui(ui: &mut Ui, severity: Severity, text: &str) {
    let palette = theme::palette(ui);
    let (mark, color) = match severity {
        Severity::Error => ("✖", palette.error),
        Severity::Warning => ("⚠", palette.warning),
    };
    let text = RichText::new(format!("{mark} {text}")).small().color(color);
    ui.add(egui::Label::new(text).wrap());
}
