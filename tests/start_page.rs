//! The start page and the tour: one click runs, what one was at last is found again, and everything has a key.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use std::path::{Path, PathBuf};

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::analysis::VerdictKind;
use poolscope::gui::action::{Action, TourAction};
use poolscope::gui::app::Page;
use poolscope::gui::dialogs::Picked;
use poolscope::gui::panels::tour::STEPS;
use poolscope::gui::settings::Settings;
use poolscope::run::library::{Keeper, Library};
use poolscope::session::LocalPython;

use window_support::{
    Window, ask, click, is_shown, opening, press, run_until, type_into, wait_for,
};

/// High enough for all experiments.
const ALL_CARDS: f32 = 4_600.0;

fn at_the_start() -> Window {
    opening().at_the_start().tall(ALL_CARDS).open()
}

/// A window on the start page with these recent files and runs kept in a folder.
fn with_recent(folder: &Path, recent: &[PathBuf]) -> Window {
    let mut settings = Settings::default();
    for path in recent.iter().rev() {
        settings.remember(path);
    }
    let settings_dir = folder.join("settings");
    settings.save(&settings_dir).unwrap();
    let opening = opening().at_the_start().settings_in(Some(settings_dir));
    opening.runs_in(Some(folder.join("runs"))).open()
}

fn scenario_file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let text = poolscope::scenario::to_text(&support::scenario());
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_window_without_a_file_begins_with_all_experiments_on_the_start_page() {
    let harness = at_the_start();
    assert_eq!(harness.state().page(), Page::Start);
    for bundled in poolscope::scenario::bundled() {
        assert!(is_shown(&harness, bundled.question), "{}", bundled.question);
        let scenario = poolscope::scenario::parse(bundled.text).scenario.unwrap();
        for verb in [
            format!("Run {}", scenario.title),
            format!("Look at {} first", scenario.title),
        ] {
            harness.get_by_label(&verb);
        }
    }
}

#[test]
fn one_click_opens_an_experiment_and_runs_it() {
    let mut harness = at_the_start();
    click(&mut harness, "Run Prime check");
    assert_eq!(harness.state().document().scenario().title, "Prime check");
    // There is no runner in this window: that it was asked for is told.
    run_until(&mut harness, "the run begins and fails", |harness| {
        harness.state().measurement().is_some()
    });
    let run = harness.state().measurement().unwrap().run();
    assert_eq!(run.request.scenario.title, "Prime check");
    assert_eq!(harness.state().page(), Page::Charts);
}

#[test]
fn an_experiment_can_be_looked_at_before_it_runs() {
    let mut harness = at_the_start();
    click(&mut harness, "Look at Twenty calls first");
    assert_eq!(harness.state().page(), Page::Plan);
    assert_eq!(harness.state().document().scenario().title, "Twenty calls");
    assert!(harness.state().measurement().is_none());
    harness.get_by_label("What Run will do");
    harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::Home);
    harness.run_steps(3);
    assert_eq!(harness.state().page(), Page::Start);
}

#[test]
fn work_that_is_not_saved_is_asked_for_before_a_card_runs() {
    let mut harness = at_the_start();
    let mut scenario = harness.state().document().scenario().clone();
    "Mine".clone_into(&mut scenario.title);
    ask(&mut harness, Action::EditScenario(Box::new(scenario)));
    click(&mut harness, "Run Prime check");
    assert!(harness.state().measurement().is_none());
    click(&mut harness, "Discard changes");
    assert_eq!(harness.state().document().scenario().title, "Prime check");
    assert!(harness.state().measurement().is_some());
}

#[test]
fn experiments_are_found_by_words() {
    let mut harness = at_the_start();
    type_into(&mut harness, "Find an experiment", "breaker");
    harness.get_by_label("Run Slow dependency");
    assert!(harness.query_by_label("Run Prime check").is_none());
    type_into(&mut harness, "Find an experiment", " zebra");
    harness.get_by_label("Nothing found");
}

#[test]
fn experiments_of_python_say_when_this_machine_has_none() {
    let mut harness = at_the_start();
    harness
        .state_mut()
        .show_interpreters(LocalPython::default());
    harness.run_steps(3);
    assert!(is_shown(&harness, "needs Python, which is not there"));
    // They are there all the same, and can be run.
    harness.get_by_label("Run Python: twenty calls");
}

#[test]
fn without_recent_files_and_runs_the_page_says_what_will_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_recent(folder.path(), &[]);
    wait_for(&mut harness, "Each run is kept when it ends");
    assert!(is_shown(
        &harness,
        "Scenarios that you save or open appear here"
    ));
}

#[test]
fn a_recent_run_is_opened_by_one_click() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let library = Library::at(folder.path().join("runs"));
    Keeper::start(library, &run).unwrap().finish(&run).unwrap();
    let mut harness = with_recent(folder.path(), &[]);
    let name = format!("Open run {}", run.request.scenario.title);
    run_until(&mut harness, "the run is listed", |harness| {
        harness.query_by_label(&name).is_some()
    });
    harness.get_by_label("done");
    click(&mut harness, &name);
    run_until(&mut harness, "it is shown", |harness| {
        harness.state().measurement().is_some()
    });
    assert_eq!(harness.state().page(), Page::Charts);
}

#[test]
fn a_recent_run_says_what_followed_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let library = Library::at(folder.path().join("runs"));
    Keeper::start(library, &run).unwrap().finish(&run).unwrap();
    let mut harness = with_recent(folder.path(), &[]);
    let figures = poolscope::analysis::candidate_figures(&run);
    let trust = poolscope::analysis::trust(&run);
    let verdict = poolscope::analysis::verdict(&run, &figures, &trust);
    assert_eq!(verdict.kind, VerdictKind::NoObjectives);
    wait_for(&mut harness, "· no objectives");
}

#[test]
fn a_recent_file_is_opened_by_one_click_and_one_that_is_gone_can_be_taken_off_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let here = scenario_file(folder.path(), "here.ron");
    let gone = folder.path().join("gone.ron");
    let mut harness = with_recent(folder.path(), &[gone, here.clone()]);
    wait_for(&mut harness, "not there any more");
    assert!(harness.query_by_label("Open file gone").is_none());
    click(&mut harness, "Take gone off the list");
    assert!(harness.query_by_label("Take gone off the list").is_none());
    click(&mut harness, "Open file here");
    run_until(&mut harness, "it is open", |harness| {
        harness.state().document().path() == Some(&here)
    });
    harness.run_steps(2);
    assert_eq!(harness.state().page(), Page::Plan);
}

#[test]
fn something_of_ones_own_is_begun_from_the_start_page() {
    let mut harness = at_the_start();
    click(&mut harness, "Compose your own");
    assert_eq!(harness.state().page(), Page::Plan);
    assert!(is_shown(&harness, "Untitled experiment"));
    assert!(
        is_shown(&harness, "Add candidate"),
        "the composer is beside it"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = scenario_file(folder.path(), "mine.ron");
    let opening = opening().at_the_start();
    let mut harness = opening.answering(Picked::Path(path.clone())).open();
    click(&mut harness, "Open a file");
    run_until(&mut harness, "it is open", |harness| {
        harness.state().document().path() == Some(&path)
    });
}

#[test]
fn the_tour_leads_through_its_steps_and_back_to_where_it_was_begun() {
    let mut harness = at_the_start();
    click(&mut harness, "Start the tour");
    for (index, step) in STEPS.iter().enumerate() {
        assert_eq!(harness.state().tour_step(), Some(index));
        harness.get_by_label(step.title);
        press(&mut harness, "Next step");
    }
    assert_eq!(harness.state().tour_step(), None);
    assert_eq!(harness.state().page(), Page::Start);
    assert!(
        harness.query_by_label("Start the tour").is_none(),
        "it is offered once"
    );
    click(&mut harness, "Take the tour");
    assert_eq!(harness.state().tour_step(), Some(0));
}

#[test]
fn the_tour_is_taken_by_keys_alone() {
    let mut harness = at_the_start();
    ask(&mut harness, Action::Tour(TourAction::Begin));
    let step = |harness: &mut Window, key: egui::Key| {
        harness.key_press(key);
        harness.run_steps(3);
        harness.state().tour_step()
    };
    assert_eq!(step(&mut harness, egui::Key::Enter), Some(1));
    assert_eq!(step(&mut harness, egui::Key::ArrowRight), Some(2));
    assert_eq!(step(&mut harness, egui::Key::ArrowLeft), Some(1));
    assert_eq!(step(&mut harness, egui::Key::ArrowLeft), Some(0));
    assert_eq!(step(&mut harness, egui::Key::ArrowLeft), Some(0));
    assert_eq!(step(&mut harness, egui::Key::Enter), Some(1));
    assert_eq!(step(&mut harness, egui::Key::Escape), None);
}

#[test]
fn a_step_scrolls_to_its_thing_in_a_small_window() {
    let mut harness = opening().open();
    harness.set_size(egui::vec2(640.0, 400.0));
    ask(&mut harness, Action::Tour(TourAction::Begin));
    for step in &STEPS[..2] {
        harness.run_steps(3);
        assert!(is_shown(&harness, step.title));
        assert!(!is_shown(&harness, step.hidden), "{}", step.title);
        // The keyboard is still where it leads on, though the thing came into sight later than the words.
        harness.key_press(egui::Key::Enter);
        harness.run_steps(3);
    }
    assert_eq!(harness.state().tour_step(), Some(2));
}

#[test]
fn the_first_experiment_can_be_run_without_scrolling_in_a_small_window() {
    let mut harness = opening().at_the_start().open();
    let run = "Run First look";
    for size in [[640.0, 400.0], [960.0, 540.0], [1280.0, 800.0]] {
        harness.set_size(size.into());
        harness.run_steps(3);
        let button = harness.get_by_label(run).rect();
        assert!(button.bottom() <= size[1], "{size:?}: {button:?}");
    }
}

#[test]
fn a_message_waits_until_the_tour_is_over() {
    let mut harness = at_the_start();
    ask(&mut harness, Action::Tell(Ok("Saved it".to_owned())));
    assert!(is_shown(&harness, "Saved it"));
    ask(&mut harness, Action::Tour(TourAction::Begin));
    assert!(!is_shown(&harness, "Saved it"));
    ask(&mut harness, Action::Tour(TourAction::End));
    assert!(is_shown(&harness, "Saved it"));
}

#[test]
fn a_step_without_its_thing_says_so_and_with_a_run_it_points() {
    let mut harness = opening().open();
    for action in [
        TourAction::Begin,
        TourAction::Next,
        TourAction::Next,
        TourAction::Next,
    ] {
        ask(&mut harness, Action::Tour(action));
    }
    assert!(is_shown(&harness, STEPS[3].hidden));

    let mut harness = opening().open_with(support::finished_run());
    ask(&mut harness, Action::Tour(TourAction::Begin));
    for step in STEPS {
        assert!(is_shown(&harness, step.title));
        assert!(!is_shown(&harness, step.hidden), "{}", step.title);
        ask(&mut harness, Action::Tour(TourAction::Next));
    }
    assert_eq!(harness.state().page(), Page::Charts);
}

#[test]
fn who_declined_the_tour_is_not_asked_again_and_finds_it_in_the_help_menu() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_recent(folder.path(), &[]);
    click(&mut harness, "Do not take the tour");
    assert!(harness.query_by_label("Start the tour").is_none());
    let settings = folder.path().join("settings");
    run_until(&mut harness, "it is remembered", |_| {
        Settings::load(&settings).tour_seen
    });
    click(&mut harness, "Help menu");
    harness.get_all_by_label("Take the tour").next().unwrap();
}

#[test]
fn a_card_is_run_by_the_keyboard_alone() {
    let mut harness = at_the_start();
    let mut reached = false;
    for _ in 0..60 {
        harness.key_press(egui::Key::Tab);
        harness.run_steps(2);
        reached = harness
            .get_by_label("Run First look")
            .accesskit_node()
            .is_focused();
        if reached {
            break;
        }
    }
    assert!(reached, "Tab leads to the first card");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert!(harness.state().measurement().is_some());
}
