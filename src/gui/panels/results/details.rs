//! All figures of one candidate, in groups side by side.

use egui::{Align, Layout, RichText, Ui, Vec2};

use crate::gui::panels::results::ResultsView;
use crate::gui::panels::results::lines::{Group, groups};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{candidate_swatch_ui, empty_state_ui, weak_ui};

/// Width of a group, in points: four of them at a window of 1280.
const GROUP_WIDTH: f32 = 296.0;

/// Shows the choice of the candidate, and its figures; `chosen` is its index in the scenario.
pub(super) fn details_ui(ui: &mut Ui, view: &ResultsView<'_>, chosen: &mut Option<usize>) {
    let shown = |candidate: usize| {
        view.figures
            .iter()
            .find(|figures| figures.candidate == candidate)
    };
    let Some(figures) = chosen.and_then(shown).or(view.figures.first()) else {
        empty_state_ui(ui, "No candidate", "");
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(space::XS, 2.0);
        for other in view.figures {
            candidate_swatch_ui(ui, other.candidate);
            let is_shown = other.candidate == figures.candidate;
            let tab = ui.selectable_label(is_shown, &other.name);
            if tab
                .accessible_name(format!("Details of {}", other.name))
                .clicked()
            {
                *chosen = Some(other.candidate);
            }
            ui.add_space(space::XS);
        }
    });
    ui.add_space(space::XS);
    let groups = groups(figures, &view.run.request.scenario.prices.currency);
    groups_ui(ui, &groups);
    ui.add_space(space::XS);
    weak_ui(
        ui,
        "Behind a figure stands its 95 % interval over the repeats, once there are three",
    );
}

/// As many groups side by side as have room.
fn groups_ui(ui: &mut Ui, groups: &[Group]) {
    let columns = ((ui.available_width() / GROUP_WIDTH) as usize).clamp(1, groups.len().max(1));
    let gap = space::L;
    let width = (ui.available_width() - gap * (columns - 1) as f32) / columns as f32;
    for row in groups.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for group in row {
                let layout = Layout::top_down(Align::Min);
                ui.allocate_ui_with_layout(Vec2::new(width, 0.0), layout, |ui| {
                    ui.set_width(width);
                    group_ui(ui, group);
                });
            }
        });
        ui.add_space(space::S);
    }
}

fn group_ui(ui: &mut Ui, group: &Group) {
    let palette = theme::palette(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.spacing_mut().interact_size.y = 0.0;
    ui.label(RichText::new(group.title).family(theme::semi_bold()));
    for line in &group.lines {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let label = RichText::new(line.label).small().color(palette.weak);
            ui.label(label).on_hover_text(line.about);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(&line.value).small()).truncate());
            });
        });
    }
}
