//! Composing in the whole window: what is edited can be undone, copied, and written as text.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod clipboard;
mod plan;
mod share;
mod text;
mod undo;
#[path = "../window_support/mod.rs"]
mod window_support;

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::action::Action;
use poolscope::gui::dialogs::Picked;
use poolscope::scenario::Scenario;

use window_support::{Window, ask, click, opening, run_until};

/// The window with the composer open; dialogs answer `picked`.
fn composing(picked: Picked) -> Window {
    let mut window = opening().tall(2400.0).answering(picked).open();
    ask(&mut window, Action::New);
    window
}

fn press(harness: &mut Window, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

/// Puts the keyboard into the text field and marks all of its text.
fn enter(harness: &mut Window, label: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .focus();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
}

/// Types letter by letter into the text field that has the keyboard.
fn type_into(harness: &mut Window, label: &str, text: &str) {
    for letter in text.chars() {
        harness
            .get_by_role_and_label(Role::TextInput, label)
            .type_text(&letter.to_string());
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

fn text_of(harness: &Window, label: &str) -> String {
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    field.value().unwrap_or_default()
}

fn scenario(harness: &Window) -> &Scenario {
    harness.state().document().scenario()
}
