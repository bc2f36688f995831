//! Composing in the whole window: what is edited can be undone, copied, and written as text.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod clipboard;
mod undo;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::action::Action;
use poolscope::gui::app::{App, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::scenario::Scenario;

/// Longer than any background thread of these tests takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Answers every dialog alike.
struct Canned(Picked);

impl FileDialogs for Canned {
    fn pick(&self, _request: &FileRequest) -> Picked {
        self.0.clone()
    }
}

/// The window with the composer open; dialogs answer `picked`.
fn composing(picked: Picked) -> Harness<'static, App> {
    let mut harness = Harness::builder()
        .with_size([1280.0, 2400.0])
        .build_eframe(|creation| {
            let services = Services {
                dialogs: Arc::new(Canned(picked)),
                executable: PathBuf::from("no-such-executable"),
                settings_dir: None,
                runs_dir: None,
            };
            App::new(&creation.egui_ctx, services)
        });
    ask(&mut harness, Action::New);
    harness
}

fn ask(harness: &mut Harness<'static, App>, action: Action) {
    harness.state_mut().request(action);
    harness.run_steps(3);
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn press(harness: &mut Harness<'static, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

/// Puts the keyboard into the text field and marks all of its text.
fn enter(harness: &mut Harness<'static, App>, label: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .focus();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
}

/// Types letter by letter into the text field that has the keyboard.
fn type_into(harness: &mut Harness<'static, App>, label: &str, text: &str) {
    for letter in text.chars() {
        harness
            .get_by_role_and_label(Role::TextInput, label)
            .type_text(&letter.to_string());
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

fn text_of(harness: &Harness<'static, App>, label: &str) -> String {
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    field.value().unwrap_or_default()
}

fn scenario<'a>(harness: &'a Harness<'static, App>) -> &'a Scenario {
    harness.state().document().scenario()
}

/// Draws frames until `done`; background threads need a moment.
fn run_until(
    harness: &mut Harness<'static, App>,
    what: &str,
    done: impl Fn(&Harness<'static, App>) -> bool,
) {
    let start = Instant::now();
    while !done(harness) {
        assert!(start.elapsed() < PATIENCE, "never happened: {what}");
        std::thread::yield_now();
        harness.step();
    }
}
