//! The plan: what the open scenario would do, and the button that does it.

use egui::{RichText, Ui};

use crate::gui::action::Action;
use crate::gui::app::{Document, Page};
use crate::gui::panels::preview::preview_ui;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{Spot, mark_spot, primary_button_ui, severity_ui, weak_ui};
use crate::gui::words;
use crate::units::text;

/// A comfortable line of text, in points.
const TEXT_WIDTH: f32 = 620.0;
/// With that much room what to expect stands beside the text, so that both are seen at once, in points.
const SIDE_BY_SIDE: f32 = 860.0;
/// The share of that room that the text takes.
const TEXT_SHARE: f32 = 0.44;

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
    let room = ui.available_width();
    if room < SIDE_BY_SIDE {
        ui.add_space(space::M);
        ui.vertical_centered(|ui| {
            ui.set_max_width(TEXT_WIDTH.min(room));
            text_ui(ui, document, measured, is_composing, actions);
        });
        ui.add_space(space::M);
        preview_ui(ui, document.scenario());
    } else {
        ui.add_space(space::S);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            let left = (room * TEXT_SHARE).min(TEXT_WIDTH);
            column_ui(ui, left, |ui| {
                text_ui(ui, document, measured, is_composing, actions);
            });
            column_ui(ui, room - left - space::M, |ui| {
                preview_ui(ui, document.scenario());
            });
        });
    }
    ui.vertical_centered(|ui| {
        ui.add_space(space::S);
        weak_ui(
            ui,
            "Choose an experiment in the library, edit it, or compose your own, and press Run",
        );
        ui.add_space(space::S);
    });
}

fn column_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let layout = egui::Layout::top_down(egui::Align::Min);
    ui.allocate_ui_with_layout(egui::Vec2::new(width, 0.0), layout, |ui| {
        ui.set_width(width);
        content(ui);
    });
}

/// What it is about, the button that runs it, and what that will do.
fn text_ui(
    ui: &mut Ui,
    document: &Document,
    measured: Option<&str>,
    is_composing: bool,
    actions: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let scenario = document.scenario();
    let frame = theme::card_frame(palette).inner_margin(space::L);
    frame.show(ui, |ui| {
        ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
            if let Some(title) = measured {
                let back = format!("← Back to the charts of '{title}'");
                if ui.button(RichText::new(back).small()).clicked() {
                    actions.push(Action::Show(Page::Charts));
                }
            }
            ui.set_min_width(ui.available_width());
            let title = RichText::new(&scenario.title).text_style(egui::TextStyle::Heading);
            ui.add(egui::Label::new(title).wrap());
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
            ui.horizontal_wrapped(|ui| run_ui(ui, document, is_composing, actions));
            let steps = ui.scope(|ui| steps_ui(ui, document.plan()));
            mark_spot(ui, Spot::Plan, steps.response.rect);
        });
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
    let weak = theme::palette(ui).weak;
    let takes = RichText::new(format!("takes about {length}")).small();
    // As a whole on the next line, where there is no room for it.
    ui.add(egui::Label::new(takes.color(weak)).extend());
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
