//! What the window remembers from one start to the next, gives back, and tells the desktop.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod window_support;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, Preference};
use poolscope::gui::app::Page;

use window_support::{Window, ask, opening};

fn keys(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

#[test]
fn everything_becomes_larger_and_smaller_by_keys_and_that_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || Some(folder.path().to_path_buf());
    let mut window = opening().settings_in(settings()).open();
    keys(&mut window, Modifiers::COMMAND, Key::Plus);
    keys(&mut window, Modifiers::COMMAND, Key::Plus);
    assert!((window.ctx.zoom_factor() - 1.25).abs() < 1e-6);
    keys(&mut window, Modifiers::COMMAND, Key::Minus);
    assert!((window.ctx.zoom_factor() - 1.1).abs() < 1e-6);
    window_support::run_until(&mut window, "the settings are written", |_| {
        let text = std::fs::read_to_string(folder.path().join("window.ron"));
        text.is_ok_and(|text| text.contains("scale_percent: 110"))
    });
    let mut again = opening().settings_in(settings()).open();
    assert!((again.ctx.zoom_factor() - 1.1).abs() < 1e-6);
    ask(
        &mut again,
        Action::Zoom(poolscope::gui::action::Step::Normal),
    );
    assert!((again.ctx.zoom_factor() - 1.0).abs() < 1e-6);
}

#[test]
fn a_window_that_was_small_for_a_while_gives_the_left_panel_its_width_back() {
    let mut window = opening().open();
    ask(&mut window, Action::New);
    let width = |window: &mut Window, of: [f32; 2]| {
        window.set_size(of.into());
        window.run_steps(6);
        let title = window.get_by_role_and_label(egui::Role::TextInput, "Title");
        title.rect().right()
    };
    let before = width(&mut window, [1280.0, 800.0]);
    assert!(width(&mut window, [640.0, 480.0]) < before);
    let after = width(&mut window, [1280.0, 800.0]);
    assert!((after - before).abs() < 1.0, "{before} and {after}");
}

#[test]
fn the_window_begins_with_the_page_and_the_panel_with_which_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let kept = || Some(folder.path().to_path_buf());
    let mut window = opening().settings_in(kept()).open();
    keys(&mut window, Modifiers::COMMAND, Key::Num4);
    keys(&mut window, Modifiers::ALT, Key::Num2);
    keys(&mut window, Modifiers::COMMAND, Key::Comma);
    eframe::App::on_exit(window.state_mut(), None);
    // Only what was written decides; a window of the other tests is told where to begin.
    let settings = poolscope::gui::settings::Settings::load(folder.path());
    assert_eq!(settings.page, Page::Comparison);
    let again = opening().settings_in(kept()).open();
    assert!(again.query_by_label("Open Prime check").is_none());
}

/// Runs until it fails, because there is no runner, with the keyboard in the window or not.
fn told_after_a_run(focused: bool, after_secs: u32) -> Vec<String> {
    let told = std::sync::Arc::new(window_support::Told::default());
    let mut window = opening().telling(std::sync::Arc::clone(&told)).open();
    ask(
        &mut window,
        Action::Prefer(Preference::NotifyAfter(after_secs)),
    );
    let root = window.input_mut().viewports.entry(egui::ViewportId::ROOT);
    root.or_default().focused = Some(focused);
    ask(&mut window, Action::Run);
    window_support::run_until(&mut window, "the run ends", |window| {
        !window.state().run_state().is_active()
    });
    let heard = || told.0.lock().unwrap().clone();
    if !focused && after_secs == 0 {
        window_support::run_until(&mut window, "the desktop is told", |_| !heard().is_empty());
    }
    heard()
}

#[test]
fn the_desktop_is_told_of_a_long_run_only_if_one_looks_elsewhere() {
    let told = told_after_a_run(false, 0);
    assert_eq!(told.len(), 1, "{told:?}");
    // How long it took, as lengths that were measured are written: 8.80 s.
    let took = told[0].split("After ").nth(1).unwrap();
    let digits = took.chars().filter(char::is_ascii_digit).count();
    assert!((1..=4).contains(&digits), "{took}");
    assert!(told_after_a_run(true, 0).is_empty());
    assert!(told_after_a_run(false, 86_400).is_empty());
}
