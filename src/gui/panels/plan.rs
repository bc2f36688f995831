//! The plan: what the open scenario would do, and the button that does it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::app::{Document, Page};
use crate::gui::panels::preview::preview_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{Spot, mark_spot, primary_button_ui, severity_ui, weak_ui};
use crate::gui::words;
use crate::units::text;

/// Shows what `document` would do.
///
/// `measured` is the title of the run that can be shown again; `is_composing` says that the composer stands beside it.
pub fn plan_ui(
    ui: &mut Ui,
    document: &Document,
    measured: Option<&str>,
    is_composing: bool,
    actions: &mut Vec<Action>,
) {
    /// A comfortable line of text, in points.
    const WIDTH: f32 = 620.0;
    let palette = theme::palette(ui);
    let scenario = document.scenario();
    let width = WIDTH.min(ui.available_width());
    ui.add_space(space::XL);
    ui.vertical_centered(|ui| {
        ui.set_max_width(width);
        theme::card_frame(palette)
            .inner_margin(space::XL)
            .show(ui, |ui| {
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    if let Some(title) = measured {
                        let back = format!("← Back to the charts of '{title}'");
                        if ui.button(RichText::new(back).small()).clicked() {
                            actions.push(Action::Show(Page::Charts));
                        }
                    }
                    ui.set_min_width(ui.available_width());
                    ui.label(RichText::new(&scenario.title).text_style(egui::TextStyle::Heading));
                    paragraph_ui(ui, &scenario.about);
                    if !scenario.look_for.is_empty() {
                        part_title_ui(ui, "What to look for");
                        paragraph_ui(ui, &scenario.look_for);
                    }
                    for problem in document.problems() {
                        let text = words::sentence(problem, scenario);
                        severity_ui(ui, problem.severity, &text);
                    }
                    ui.add_space(space::S);
                    ui.horizontal(|ui| run_ui(ui, document, is_composing, actions));
                    let steps = ui.scope(|ui| steps_ui(ui, document.plan()));
                    mark_spot(ui, Spot::Plan, steps.response.rect);
                });
            });
    });
    ui.add_space(space::M);
    preview_ui(ui, scenario);
    ui.vertical_centered(|ui| {
        ui.add_space(space::S);
        weak_ui(
            ui,
            "Choose an experiment in the library, edit it, or compose your own, and press Run",
        );
    });
}

fn run_ui(ui: &mut Ui, document: &Document, is_composing: bool, actions: &mut Vec<Action>) {
    let ready = document.errors() == 0;
    let button = primary_button_ui(ui, "▶ Run this experiment", ready);
    if button.accessible_name("Run this experiment").clicked() {
        actions.push(Action::Run);
    }
    // A button that changes nothing that one sees would seem broken.
    if !is_composing
        && ui
            .button("Edit it")
            .on_hover_text("Show its tasks, load and candidates in the left panel")
            .accessible_name("Edit this experiment")
            .clicked()
    {
        actions.push(Action::Compose);
    }
    let length = duration(document.expected_nanos());
    weak_ui(ui, format!("takes about {length}"));
}

/// A length of time as people say it: `37 seconds`, `2:05 min`.
pub(super) fn duration(nanos: u64) -> String {
    const MINUTE: u64 = 60_000_000_000;
    if nanos < MINUTE {
        text::counted(nanos / 1_000_000_000, "second", "seconds")
    } else {
        format!("{} min", text::clock(nanos))
    }
}

/// What would happen, before it happens: a scenario may come from somebody else.
fn steps_ui(ui: &mut Ui, plan: &[String]) {
    let palette = theme::palette(ui);
    ui.add_space(space::S);
    part_title_ui(ui, "What Run will do");
    ui.spacing_mut().item_spacing.y = space::XS;
    // Lines of text, not of controls.
    ui.spacing_mut().interact_size.y = 0.0;
    for line in plan {
        // Stages stand below their task.
        let inset = if line.starts_with(' ') { space::M } else { 0.0 };
        ui.horizontal(|ui| {
            ui.add_space(inset);
            let text = RichText::new(line.trim_start()).small().color(palette.weak);
            ui.add(egui::Label::new(text).wrap());
        });
    }
}

fn part_title_ui(ui: &mut Ui, title: &str) {
    ui.add_space(space::XS);
    ui.label(RichText::new(title).text_style(theme::title_style()));
}

fn paragraph_ui(ui: &mut Ui, text: &str) {
    if !text.is_empty() {
        ui.add(egui::Label::new(text).wrap());
    }
}
