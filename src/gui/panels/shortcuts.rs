//! The list of all keys that do something: those of the commands, and those of what has the keyboard.

use egui::{RichText, Ui};

use crate::gui::commands::{COMMANDS, Menu, keys_text};
use crate::gui::theme::{self, space};

/// The keys of the commands, menu by menu.
pub(super) fn commands_ui(ui: &mut Ui) {
    for menu in Menu::ALL {
        let commands = COMMANDS.iter().filter(|command| command.menu == menu);
        let commands: Vec<_> = commands.filter(|one| !one.keys.is_empty()).collect();
        if commands.is_empty() {
            continue;
        }
        ui.label(RichText::new(menu.label()).text_style(theme::title_style()));
        if let Some(keys) = menu.shortcut() {
            keys_ui(ui, "Open this menu", &keys_text(&keys));
        }
        for command in commands {
            keys_ui(ui, command.name.trim_end_matches('…'), &command.all_keys());
        }
        ui.add_space(space::S);
    }
}

/// The keys of whatever has the keyboard.
pub(super) fn others_ui(ui: &mut Ui) {
    for (place, keys) in OTHER_KEYS {
        ui.label(RichText::new(place).text_style(theme::title_style()));
        for (what, keys) in keys {
            keys_ui(ui, what, keys);
        }
        ui.add_space(space::S);
    }
}

/// What is no command, because it belongs to whatever has the keyboard.
const OTHER_KEYS: [(&str, &[(&str, &str)]); 6] = [
    (
        "Everywhere",
        &[
            ("Next control, and the one before", "Tab, Shift+Tab"),
            ("Next control in that direction", "Arrow keys"),
            ("Press the control that has the keyboard", "Enter or Space"),
            (
                "Menu of a tab or a stage that has the keyboard",
                "Shift+F10 or Menu",
            ),
            ("Close a menu, a question or a message", "Esc"),
        ],
    ),
    (
        "On a chart of the board",
        &[
            ("Move the crosshair and read it", "Left, Right"),
            ("Show an earlier or a later time", "Shift+Left, Shift+Right"),
            ("Show a shorter or a longer time", "+, −"),
            ("Show all of the run, and follow it", "Home"),
            ("Pause the view, or go on", "Space"),
            ("Zoom in or out by pointer", "Ctrl+wheel"),
            ("Move along by pointer", "Drag"),
            ("Choose a stretch by pointer", "Drag with the right button"),
            ("Show all of the run by pointer", "Double click"),
        ],
    ),
    (
        "On the lanes of the time line",
        &[
            ("Previous or next task of the worker", "Left, Right"),
            ("Worker above or below", "Up, Down"),
            ("Show an earlier or a later time", "Shift+Left, Shift+Right"),
            ("Show a shorter or a longer time", "+, −"),
            ("Show the whole stretch", "Home"),
            ("Find the task in the list of the slowest", "Enter"),
        ],
    ),
    (
        "On the map of a sweep",
        &[("Read the next cell in that direction", "Arrow keys")],
    ),
    (
        "In the list of runs",
        &[
            ("Choose the run above or below", "Up, Down"),
            ("Choose the first or the last", "Home, End"),
            ("Open the chosen run", "Enter"),
        ],
    ),
    (
        "On the line of a stage or another card of the composer",
        &[
            ("Move it up or down", "Alt+Up, Alt+Down"),
            ("Copy, cut or paste a stage", "Ctrl+C, Ctrl+X, Ctrl+V"),
            ("Duplicate or remove a stage", "Ctrl+D, Delete"),
        ],
    ),
];

/// A line of the list: what is done, and by which keys.
fn keys_ui(ui: &mut Ui, what: &str, keys: &str) {
    ui.horizontal(|ui| {
        ui.label(what);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let color = theme::palette(ui).weak;
            ui.label(RichText::new(keys).color(color));
        });
    });
}
