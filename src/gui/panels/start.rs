//! What stands in the middle before the first run: what the scenario would do, and the button that does it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::app::Document;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{problem_ui, weak_ui};
use crate::units::text;

/// Shows what `document` would do.
pub fn start_ui(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    /// A comfortable line of text, in points.
    const WIDTH: f32 = 620.0;
    let palette = theme::palette(ui);
    let scenario = document.scenario();
    let width = WIDTH.min(ui.available_width());
    ui.add_space(space::XL);
    ui.vertical_centered(|ui| {
        ui.set_max_width(width);
        theme::card_frame(palette).inner_margin(space::XL).show(ui, |ui| {
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_min_width(ui.available_width());
                ui.label(RichText::new(&scenario.title).text_style(egui::TextStyle::Heading));
                paragraph_ui(ui, &scenario.about);
                part_ui(ui, "What to look for", std::slice::from_ref(&scenario.look_for));
                part_ui(ui, "What Run will do", document.plan());
                for problem in document.problems() {
                    problem_ui(ui, problem, true);
                }
                ui.add_space(space::S);
                ui.horizontal(|ui| run_ui(ui, document, actions));
            });
        });
        ui.add_space(space::S);
        weak_ui(ui, "Choose an experiment on the left, or compose your own, and press Run");
    });
}

fn run_ui(ui: &mut Ui, document: &Document, actions: &mut Vec<Action>) {
    let ready = document.errors() == 0;
    let button = crate::gui::widgets::primary_button_ui(ui, "▶ Run this experiment", ready);
    if button.accessible_name("Run this experiment").clicked() {
        actions.push(Action::Run);
    }
    weak_ui(ui, format!("takes about {}", text::clock(document.expected_nanos())));
}

fn part_ui(ui: &mut Ui, title: &str, lines: &[String]) {
    if lines.iter().all(String::is_empty) {
        return;
    }
    ui.add_space(space::XS);
    ui.label(RichText::new(title).text_style(theme::title_style()));
    lines.iter().for_each(|line| paragraph_ui(ui, line));
}

fn paragraph_ui(ui: &mut Ui, text: &str) {
    if !text.is_empty() {
        ui.add(egui::Label::new(text).wrap());
    }
}
