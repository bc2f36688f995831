//! What one was at last: kept runs and scenario files, each opened by one click.

use std::path::Path;

use egui::{Align, Label, Layout, Response, RichText, Sense, Ui, UiBuilder};

use crate::gui::action::{Action, RunsAction};
use crate::gui::app::{RunEntry, Search};
use crate::gui::panels::runs::{facts, mark, when};
use crate::gui::panels::start::StartView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, icon_button_ui, section_header_ui, weak_ui};

/// Shows the newest kept runs and recent files beside each other, as many of each as `most`; nothing without any.
pub(super) fn both_ui(ui: &mut Ui, view: &StartView<'_>, most: usize, actions: &mut Vec<Action>) {
    if view.runs.is_empty() && view.recent.is_empty() {
        return;
    }
    ui.columns_const(|[left, right]| {
        runs_ui(left, view, most, actions);
        files_ui(right, view, most, actions);
    });
    ui.add_space(space::S);
}

/// Shows the newest kept runs, as many as `most`.
pub(super) fn runs_ui(ui: &mut Ui, view: &StartView<'_>, most: usize, actions: &mut Vec<Action>) {
    section_header_ui(ui, "Recent runs", |ui| {
        if !view.runs.is_empty() {
            let all = egui::Button::new(RichText::new("All runs").small());
            let name = "Show all kept runs";
            if ui
                .add(all)
                .on_hover_text(name)
                .accessible_name(name)
                .clicked()
            {
                actions.push(Action::Runs(RunsAction::Browse));
            }
        }
    });
    if view.runs.is_empty() {
        let text = match view.listing {
            _ if !view.keeps_runs => {
                "This user has no folder for data, so runs are not kept".to_owned()
            }
            Search::Done => "Each run is kept when it ends, and is found here again.".to_owned(),
            Search::Failed(error) => format!("The kept runs cannot be listed: {error}"),
            Search::NotYet | Search::Looking => "Reading the runs…".to_owned(),
        };
        weak_ui(ui, text);
    }
    for run in view.runs.iter().take(most) {
        let row = Row {
            title: &run.title(),
            facts: &run_facts(run, view),
            badge: Some(mark(run, theme::palette(ui))),
            can_be: !view.locked && run.head.is_ok(),
            name: format!("Open run {}", run.title()),
            why_not: "It cannot be opened while a run is under way, nor if it is broken",
        };
        let id = &run.path;
        if row_ui(ui, id, &row).clicked() {
            actions.push(Action::Runs(RunsAction::Open(run.path.clone())));
        }
    }
}

/// When it was, and what followed from it as soon as that is known.
fn run_facts(run: &RunEntry, view: &StartView<'_>) -> String {
    match &run.head {
        Ok(head) => match view.verdicts.of(run) {
            Some(verdict) => format!("{} · {verdict}", when(head)),
            None => facts(head),
        },
        Err(error) => error.clone(),
    }
}

/// Shows the newest recent files, as many as `most`; one that is gone says so and can be taken off the list.
pub(super) fn files_ui(ui: &mut Ui, view: &StartView<'_>, most: usize, actions: &mut Vec<Action>) {
    section_header_ui(ui, "Recent files", |ui| {
        if !view.recent.is_empty() && icon_button_ui(ui, "×", "Forget the recent files").clicked()
        {
            actions.push(Action::ForgetRecent);
        }
    });
    if view.recent.is_empty() {
        weak_ui(
            ui,
            "Scenarios that you save or open appear here. A file can also be dropped on the window.",
        );
    }
    for path in view.recent.iter().take(most) {
        if view.gone.contains(path) {
            gone_ui(ui, path, actions);
            continue;
        }
        let row = Row {
            title: &stem(path),
            facts: &folder(path),
            badge: None,
            can_be: !view.locked,
            name: format!("Open file {}", stem(path)),
            why_not: "Stop the run that is under way first",
        };
        if row_ui(ui, path, &row).clicked() {
            actions.push(Action::OpenFile(path.clone()));
        }
    }
}

fn gone_ui(ui: &mut Ui, path: &Path, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    theme::card_frame(palette)
        .inner_margin(space::S)
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let name = format!("Take {} off the list", stem(path));
                if icon_button_ui(ui, "×", &name).clicked() {
                    actions.push(Action::ForgetFile(path.to_path_buf()));
                }
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    let title = RichText::new(stem(path)).color(palette.weak);
                    ui.add(Label::new(title).truncate());
                    let gone = RichText::new("⚠ not there any more").small();
                    ui.label(gone.color(palette.warning));
                    let folder = RichText::new(folder(path)).small().color(palette.weak);
                    ui.add(Label::new(folder).truncate());
                });
            });
        });
}

/// One thing that can be opened.
struct Row<'a> {
    title: &'a str,
    facts: &'a str,
    badge: Option<(&'static str, egui::Color32)>,
    can_be: bool,
    name: String,
    why_not: &'a str,
}

/// A row that is one large button.
fn row_ui(ui: &mut Ui, id: &Path, row: &Row<'_>) -> Response {
    let palette = theme::palette(ui);
    let sense = if row.can_be {
        Sense::click()
    } else {
        Sense::hover()
    };
    let builder = UiBuilder::new().id_salt(("recent", id)).sense(sense);
    let response = ui
        .scope_builder(builder, |ui| {
            let response = ui.response();
            let lit = row.can_be && (response.hovered() || response.has_focus());
            let mut frame = theme::choice_frame(palette, lit, false).inner_margin(space::S);
            if response.has_focus() {
                frame = frame.stroke(theme::focus_line(palette));
            }
            frame.show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.spacing_mut().interact_size.y = 0.0;
                ui.horizontal(|ui| {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        if let Some((word, color)) = row.badge {
                            badge_ui(ui, word, color);
                        }
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            let color = if row.can_be {
                                palette.text
                            } else {
                                palette.weak
                            };
                            let title = RichText::new(row.title).color(color);
                            ui.add(Label::new(title).truncate());
                        });
                    });
                });
                let facts = RichText::new(row.facts).small().color(palette.weak);
                ui.add(Label::new(facts).truncate());
            });
        })
        .response;
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, row.can_be, row.name.clone())
    });
    if row.can_be {
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    } else {
        response.on_hover_text(row.why_not)
    }
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn folder(path: &Path) -> String {
    path.parent()
        .map(|folder| folder.display().to_string())
        .unwrap_or_default()
}
