//! Candidates as a table, series of them, and stages that are put into their place: by mouse and by keyboard.

use egui::{Key, Modifiers};
use poolscope::scenario::Candidate;

use super::*;

type Panel = Harness<'static, Board>;

fn names(harness: &Panel) -> Vec<String> {
    harness.state().scenario.candidate_names()
}

/// How many stages each task kind has.
fn stages(harness: &Panel) -> Vec<usize> {
    let tasks = harness.state().scenario.tasks.iter();
    tasks.map(|task| task.stages.len()).collect()
}

/// Presses on the middle of one thing, moves to a place and lets go.
fn drag(harness: &mut Panel, label: &str, to: egui::Pos2) {
    let from = harness.get_by_label(label).rect().center();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from + egui::vec2(0.0, 12.0));
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    harness.run();
}

#[test]
fn the_main_setting_of_a_candidate_is_changed_in_its_row() {
    let mut harness = shown(Board::new(scenario()));
    retype(&mut harness, "Workers of candidate 2", "6");
    assert_eq!(names(&harness), ["sequential", "threads ×6"]);
    retype(&mut harness, "Workers of candidate 2", "x");
    harness.get_by_label_contains("'x' is no number of workers");
    assert_eq!(names(&harness), ["sequential", "threads ×6"]);
    click(&mut harness, "Back end of candidate 1");
    click(&mut harness, "Async");
    retype(&mut harness, "In flight of candidate 1", "50");
    assert_eq!(names(&harness)[0], "async ×50");
}

#[test]
fn each_row_says_which_resource_is_expected_to_be_the_scarcest() {
    let harness = shown(Board::new(scenario()));
    let one = "Expected of candidate 1: workers 100 %. Clients wait for each other where there are more than ≈ 1:";
    assert_eq!(harness.query_all_by_label_contains(one).count(), 1);
}

#[test]
fn candidates_are_ordered_by_keys_and_the_keyboard_goes_along() {
    let mut harness = shown(Board::new(scenario()));
    harness.get_by_label("candidate 1").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    assert_eq!(names(&harness), ["threads ×4", "sequential"]);
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    harness.run();
    assert_eq!(names(&harness), ["sequential", "threads ×4"]);
    assert_eq!(harness.state().edits, 2);
}

#[test]
fn a_series_adds_what_is_not_there_and_says_what_is() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Add a series…");
    harness.get_by_label("There already, and left out: threads ×4");
    click(&mut harness, "×8 in the series");
    click(&mut harness, "×16 in the series");
    click(&mut harness, "Add the series");
    assert_eq!(
        names(&harness),
        [
            "sequential",
            "threads ×4",
            "threads ×1",
            "threads ×2",
            "threads ×16"
        ]
    );
    assert_eq!(harness.state().edits, 1);
    let told = "Added threads ×1, threads ×2, threads ×16. There already: threads ×4";
    assert_eq!(harness.state().told, [Ok(told.to_owned())]);
}

#[test]
fn a_series_is_one_of_processes_loops_or_pools_of_cpython() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Add a series…");
    click(&mut harness, "Kind of the series");
    click(&mut harness, "CPython asyncio");
    click(&mut harness, "Add the series");
    let added = &harness.state().scenario.candidates[2..];
    assert_eq!(added.len(), 4);
    assert!(added.iter().all(Candidate::is_python));
}

#[test]
fn no_series_makes_more_candidates_than_a_scenario_can_have() {
    let mut full = scenario();
    full.candidates = (2..=15)
        .map(|workers| Candidate::of(Backend::processes(workers)))
        .collect();
    let mut harness = shown(Board::new(full));
    click(&mut harness, "Add a series…");
    harness.get_by_label("A scenario has at most 16 candidates");
    let button = harness.get_by_label("Add the series");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn a_stage_of_the_palette_is_added_by_a_click() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "New Wait stage");
    assert_eq!(stages(&harness), [3, 1]);
    assert!(matches!(
        harness.state().scenario.tasks[0].stages[2],
        Stage::Wait { .. }
    ));
    // What was used last gets the next one.
    click(&mut harness, "task kind 'upload'");
    click(&mut harness, "New Lock stage");
    assert_eq!(stages(&harness), [3, 2]);
    assert_eq!(harness.state().edits, 2);
}

#[test]
fn the_keyboard_goes_along_with_a_stage_that_it_added() {
    let mut harness = shown(Board::new(scenario()));
    harness.get_by_label("New Lock stage").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.run();
    let added = harness.get_by_label("stage 3 of task kind 'request'");
    assert!(added.is_focused());
}

#[test]
fn a_stage_of_the_palette_is_dragged_to_its_place() {
    let mut harness = shown(Board::new(scenario()));
    let first = harness
        .get_by_label("stage 1 of task kind 'request'")
        .rect();
    drag(
        &mut harness,
        "New Barrier stage",
        first.center_top() - egui::vec2(0.0, 2.0),
    );
    assert_eq!(stages(&harness), [3, 1]);
    assert_eq!(harness.state().scenario.tasks[0].stages[0], Stage::Barrier);
    assert_eq!(harness.state().edits, 1);
}

#[test]
fn a_stage_is_dragged_into_another_task_kind_in_one_edit() {
    let mut harness = shown(Board::new(scenario()));
    let last = harness.get_by_label("stage 1 of task kind 'upload'").rect();
    drag(
        &mut harness,
        "Drag stage 1 of task kind 'request'",
        last.center_bottom() + egui::vec2(0.0, 2.0),
    );
    assert_eq!(stages(&harness), [1, 2]);
    assert_eq!(harness.state().scenario.tasks[1].stages[1], wait(20));
    assert_eq!(harness.state().edits, 1);
}

#[test]
fn what_is_dropped_outside_of_all_task_kinds_changes_nothing() {
    let mut harness = shown(Board::new(scenario()));
    let title = harness
        .get_by_role_and_label(egui::Role::TextInput, "Title")
        .rect();
    drag(&mut harness, "New Wait stage", title.center());
    assert_eq!(harness.state().edits, 0);
}

#[test]
fn a_stage_goes_to_another_task_kind_by_a_menu() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 2 of task kind 'request'");
    click(
        &mut harness,
        "Move stage 2 of task kind 'request' to another task kind",
    );
    click(&mut harness, "To task kind 'upload'");
    assert_eq!(stages(&harness), [1, 2]);
    assert_eq!(harness.state().edits, 1);
}

#[test]
fn a_stage_is_moved_by_keys() {
    let mut harness = shown(Board::new(scenario()));
    harness
        .get_by_label("stage 1 of task kind 'request'")
        .focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().scenario.tasks[0].stages[1], wait(20));
}

#[test]
fn a_slider_beside_a_number_changes_it_by_keys() {
    let mut harness = shown(Board::new(scenario()));
    harness.get_by_label("Slide clients").focus();
    harness.run();
    for _ in 0..3 {
        harness.key_press(Key::ArrowRight);
        harness.run();
    }
    let Load::Closed { clients, .. } = harness.state().scenario.load else {
        panic!("the load stays closed")
    };
    assert!(clients > 16, "{clients}");
    assert_eq!(text_of(&harness, "Clients"), clients.to_string());
}
