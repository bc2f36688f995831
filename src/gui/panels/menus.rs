//! The menu bar, made from the table of commands, and the pages at its right end.

use egui::{Align, Button, Layout, MenuBar, ScrollArea, Ui};

use crate::gui::action::Action;
use crate::gui::app::Page;
use crate::gui::commands::{COMMANDS, Command, Marked, Menu, Situation};
use crate::gui::theme::space;
use crate::gui::widgets::{Spot, mark_spot};

/// Shows the menus.
pub fn menus_ui(ui: &mut Ui, now: &Situation<'_>, actions: &mut Vec<Action>) {
    MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            // The accessible name tells it from the button that is called alike.
            let button = ui
                .menu_button(menu.label(), |ui| menu_ui(ui, menu, now, actions))
                .response;
            if menu == Menu::File {
                mark_spot(ui, Spot::FileMenu, button.rect);
            }
            button.accessible_name(format!("{} menu", menu.label()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            pages_ui(ui, now, actions);
        });
    });
}

/// Width of a menu whose entries have a mark and their keys at the right end, in points.
const MARKED_WIDTH: f32 = 260.0;
/// In a window that is less high the longest menu scrolls, in points.
const VIEW_HEIGHT: f32 = 700.0;

fn menu_ui(ui: &mut Ui, menu: Menu, now: &Situation<'_>, actions: &mut Vec<Action>) {
    if menu == Menu::View {
        // Keys at the right end take all the room that there is.
        ui.set_max_width(MARKED_WIDTH);
        let height = ui.ctx().content_rect().height();
        if height < VIEW_HEIGHT {
            let height = height - 4.0 * space::L;
            ScrollArea::vertical()
                .max_height(height)
                .min_scrolled_height(height)
                .show(ui, |ui| entries_ui(ui, menu, now, actions));
            return;
        }
    }
    entries_ui(ui, menu, now, actions);
}

fn entries_ui(ui: &mut Ui, menu: Menu, now: &Situation<'_>, actions: &mut Vec<Action>) {
    dense(ui);
    let commands: Vec<&Command> = COMMANDS.iter().filter(|one| one.menu == menu).collect();
    let parts = commands.chunk_by(|one, next| one.section == next.section);
    for (number, part) in parts.enumerate() {
        if number > 0 {
            ui.separator();
        }
        for group in part.chunk_by(|one, next| one.within == next.within) {
            let within = group.first().map_or("", |command| command.within);
            if within.is_empty() {
                commands_ui(ui, group, now, actions);
            } else {
                let possible = group.iter().any(|command| command.why_not(now).is_none());
                ui.add_enabled_ui(possible, |ui| {
                    ui.menu_button(within, |ui| {
                        dense(ui);
                        commands_ui(ui, group, now, actions);
                    });
                });
            }
        }
        if menu == Menu::File && number == 0 {
            recent_ui(ui, now, actions);
        }
    }
}

/// Entries stand closer than controls: a long menu must fit into a small window.
fn dense(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = space::XS / 2.0;
}

/// The files that were open before.
fn recent_ui(ui: &mut Ui, now: &Situation<'_>, actions: &mut Vec<Action>) {
    let recent = &now.settings.recent;
    ui.add_enabled_ui(!now.running && !recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            dense(ui);
            for path in recent {
                if ui.button(path.display().to_string()).clicked() {
                    actions.push(Action::OpenFile(path.clone()));
                    ui.close();
                }
            }
            ui.separator();
            if ui.button("Forget them").clicked() {
                actions.push(Action::ForgetRecent);
                ui.close();
            }
        });
    });
}

fn commands_ui(ui: &mut Ui, commands: &[&Command], now: &Situation<'_>, actions: &mut Vec<Action>) {
    for command in commands {
        if command_ui(ui, command, now) {
            actions.push(command.action());
            ui.close();
        }
    }
}

/// One entry; true if it was chosen.
fn command_ui(ui: &mut Ui, command: &Command, now: &Situation<'_>) -> bool {
    let why_not = command.why_not(now);
    let label = command.label(now);
    let keys = command.shown_keys();
    ui.add_enabled_ui(why_not.is_none(), |ui| {
        let response = match command.marked {
            Marked::No => ui
                .add(Button::new(label.as_str()).shortcut_text(keys))
                .accessible_name(label),
            Marked::Check(is_set) => {
                let mut set = is_set(now);
                ui.horizontal(|ui| {
                    let response = ui.checkbox(&mut set, label);
                    keys_ui(ui, keys);
                    response
                })
                .inner
            }
            Marked::Choice(is_set) => {
                ui.horizontal(|ui| {
                    let response = ui.radio(is_set(now), label);
                    keys_ui(ui, keys);
                    response
                })
                .inner
            }
        };
        response
            .on_disabled_hover_text(why_not.unwrap_or_default())
            .clicked()
    })
    .inner
}

/// The keys at the right end, where a button has them.
fn keys_ui(ui: &mut Ui, keys: String) {
    if keys.is_empty() {
        return;
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.weak(keys);
    });
}

/// The pages of the middle, from the right, because the line is laid out from there.
fn pages_ui(ui: &mut Ui, now: &Situation<'_>, actions: &mut Vec<Action>) {
    for page in Page::CHOICES.into_iter().rev() {
        let command = COMMANDS
            .iter()
            .find(|command| command.action() == Action::Show(page));
        let why_not = command.and_then(|command| command.why_not(now));
        let keys = command.map(Command::shown_keys).unwrap_or_default();
        let tab = Button::selectable(now.page == page, page.label());
        let tab = ui.add_enabled(why_not.is_none(), tab);
        if page == Page::Comparison {
            mark_spot(ui, Spot::ComparisonPage, tab.rect);
        }
        let tab = tab.on_hover_text(format!("{} ({keys})", page.about()));
        let tab = tab.on_disabled_hover_text(why_not.unwrap_or_default());
        if tab
            .accessible_name(format!("{} page", page.label()))
            .clicked()
        {
            actions.push(Action::Show(page));
        }
    }
}
