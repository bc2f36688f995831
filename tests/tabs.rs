//! Several runs in one window, each in a tab of its own.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, RunsAction};
use poolscope::gui::app::{Page, RunState, TABS_MAX, TabAction};
use poolscope::run::Run;
use poolscope::run::library::{Keeper, Library};

use window_support::{Window, ask, click, is_shown, opening, run_until, wait_for};

/// A run of that title.
fn titled(title: &str) -> Run {
    let mut run = support::finished_run();
    title.clone_into(&mut run.request.scenario.title);
    run
}

/// A window with a tab for each of these titles.
fn window_of(titles: &[&str]) -> Window {
    let mut window = opening().open();
    for title in titles {
        window.state_mut().show_run(titled(title));
        window.run_steps(3);
    }
    window
}

fn titles(window: &Window) -> Vec<String> {
    let labels = window.state().tab_labels().into_iter();
    labels.map(|label| label.title).collect()
}

fn shown(window: &Window) -> String {
    let mut labels = window.state().tab_labels().into_iter();
    labels.find(|label| label.shown).unwrap().title
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

#[test]
fn each_run_has_a_tab_and_a_click_on_it_shows_that_run() {
    let mut window = window_of(&["First", "Second"]);
    assert_eq!(shown(&window), "Second");
    click(&mut window, "Tab First, finished");
    assert_eq!(shown(&window), "First");
    let title = |window: &Window| {
        let run = window.state().measurement().unwrap().run();
        run.request.scenario.title.clone()
    };
    assert_eq!(title(&window), "First");
}

#[test]
fn what_is_hidden_in_one_tab_is_seen_in_the_other() {
    let mut window = window_of(&["First", "Second"]);
    let lines = |window: &Window| {
        let charts = window.state().measurement().unwrap().charts();
        let charts = charts.ids().filter_map(|id| charts.chart(id));
        charts.map(|chart| chart.series.len()).sum::<usize>()
    };
    let all = lines(&window);
    click(&mut window, "Show threads ×8");
    let without = lines(&window);
    assert!(without < all, "{without} of {all}");
    click(&mut window, "Tab First, finished");
    assert_eq!(lines(&window), all);
    click(&mut window, "Tab Second, finished");
    assert_eq!(lines(&window), without);
}

#[test]
fn tabs_are_walked_through_by_keyboard_from_any_page() {
    let mut window = window_of(&["First", "Second", "Third"]);
    ask(&mut window, Action::Show(Page::Plan));
    press(&mut window, Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.state().page(), Page::Charts);
    assert_eq!(shown(&window), "First");
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab);
    assert_eq!(shown(&window), "Third");
    press(&mut window, Modifiers::COMMAND, Key::PageUp);
    assert_eq!(shown(&window), "Second");
    press(&mut window, Modifiers::COMMAND, Key::PageDown);
    assert_eq!(shown(&window), "Third");
}

#[test]
fn a_run_that_is_nowhere_else_is_not_lost_without_a_question() {
    let mut window = window_of(&["First", "Second"]);
    click(&mut window, "Close tab Second");
    assert!(is_shown(&window, "Close a run that is not kept?"));
    click(&mut window, "Keep the tab");
    assert_eq!(titles(&window), ["First", "Second"]);
    press(&mut window, Modifiers::COMMAND, Key::W);
    click(&mut window, "Close and lose it");
    assert_eq!(titles(&window), ["First"]);
    press(&mut window, Modifiers::COMMAND, Key::W);
    click(&mut window, "Close and lose it");
    assert_eq!(window.state().page(), Page::Plan);
    assert_eq!(window.state().run_state(), RunState::None);
}

#[test]
fn ctrl_w_closes_nothing_that_is_not_seen() {
    let mut window = window_of(&["First"]);
    ask(&mut window, Action::Show(Page::Plan));
    press(&mut window, Modifiers::COMMAND, Key::W);
    assert!(!is_shown(&window, "Close a run that is not kept?"));
    assert_eq!(titles(&window), ["First"]);
}

/// A library with so many runs, whose window has a tab for each.
fn window_of_kept(count: usize) -> (tempfile::TempDir, Window) {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opening().runs_in(Some(folder.path().to_owned())).open();
    for number in 0..count {
        let run = titled(&format!("Run {number}"));
        let keeper = Keeper::start(Library::at(folder.path().to_owned()), &run).unwrap();
        let kept = keeper.finish(&run).unwrap();
        ask(&mut window, Action::Runs(RunsAction::Open(kept.path)));
        run_until(&mut window, "the run is there", |window| {
            window.state().tab_labels().len() > number.min(TABS_MAX - 1)
                && shown(window) == format!("Run {number}")
        });
    }
    (folder, window)
}

#[test]
fn the_oldest_kept_run_makes_room_unless_it_is_pinned_and_the_window_says_so() {
    let (_folder, mut window) = window_of_kept(TABS_MAX);
    let first = window.state().tab_labels()[0].number;
    ask(&mut window, Action::Tabs(TabAction::TogglePin(first)));
    window.state_mut().show_run(titled("One more"));
    window.run_steps(3);
    let titles = titles(&window);
    assert_eq!(titles.len(), TABS_MAX);
    assert_eq!(titles[..2], ["Run 0", "Run 2"]);
    wait_for(&mut window, "Closed the tab of 'Run 1' to make room");
}

#[test]
fn a_run_that_is_open_is_shown_and_not_opened_twice() {
    let (folder, mut window) = window_of_kept(2);
    let files = Library::at(folder.path().to_owned()).list().unwrap();
    let paths = files.entries.into_iter();
    let first = paths
        .filter(|entry| entry.head.as_ref().unwrap().title() == "Run 0")
        .map(|entry| entry.path)
        .next()
        .unwrap();
    ask(&mut window, Action::Runs(RunsAction::Open(first)));
    assert_eq!(shown(&window), "Run 0");
    assert_eq!(titles(&window), ["Run 0", "Run 1"]);
    click(&mut window, "Close tab Run 0");
    assert_eq!(titles(&window), ["Run 1"]);
}

#[test]
fn without_a_tab_that_can_be_closed_another_run_is_refused_with_the_reason() {
    let names: Vec<String> = (0..TABS_MAX)
        .map(|number| format!("Run {number}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut window = window_of(&names);
    window.state_mut().show_run(titled("One more"));
    wait_for(&mut window, "close one first");
    assert_eq!(titles(&window), names);
}

#[test]
fn a_tab_has_a_menu_that_pins_it_and_closes_the_others() {
    let (_folder, mut window) = window_of_kept(3);
    window.get_by_label("Tab Run 1, finished").click_secondary();
    window.run_steps(3);
    click(&mut window, "Pin tab");
    assert!(window.state().tab_labels()[1].pinned);
    window.get_by_label("Tab Run 2, finished").click_secondary();
    window.run_steps(3);
    click(&mut window, "Close other tabs");
    assert_eq!(titles(&window), ["Run 1", "Run 2"]);
}

#[test]
fn the_menu_of_a_tab_opens_by_keys_and_is_closed_by_them() {
    let (_folder, mut window) = window_of_kept(2);
    window.get_by_label("Tab Run 1, finished").focus();
    window.run_steps(2);
    press(&mut window, Modifiers::SHIFT, Key::F10);
    window.get_by_label("Pin tab");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Pin tab").is_none());
    window.get_by_label("Tab Run 1, finished").focus();
    window.run_steps(2);
    press(&mut window, Modifiers::NONE, Key::Menu);
    click(&mut window, "Pin tab");
    assert!(window.state().tab_labels()[1].pinned);
}

#[test]
fn runs_of_one_title_are_told_apart_by_their_times() {
    let mut window = opening().open();
    for minute in 0..2 {
        let mut run = titled("Twice");
        run.started_unix_secs = 60 * minute;
        window.state_mut().show_run(run);
        window.run_steps(3);
    }
    click(&mut window, "Tab 00:00 Twice, finished");
    assert!(window.state().tab_labels()[0].shown);
}

#[test]
fn a_long_title_makes_no_tab_wider_and_many_tabs_are_narrower() {
    let long = "A service that asks each of its neighbours before it answers";
    let width = |titles: &[&str]| {
        let window = window_of(titles);
        let tab = format!("Tab {long}, finished");
        window.get_by_label(&tab).rect().width()
    };
    let alone = width(&[long]);
    assert!(alone < 240.0, "{alone}");
    let many = width(&["b", "c", "d", "e", "f", "g", long]);
    assert!(many < 0.8 * alone, "{many} of {alone}");
}
