//! The page with what each worker did: lanes, the slowest tasks, and why there are none.
#![cfg(feature = "gui")]

mod support;
mod window_support;

use egui_kittest::kittest::Queryable as _;
use poolscope::run::Run;

use window_support::{Window, click, is_shown, opening};

fn time_line_of(run: Run) -> Window {
    let mut harness = opening().tall(1600.0).open_with(run);
    click(&mut harness, "Time line");
    harness
}

#[test]
fn lanes_tell_how_busy_each_worker_was_and_what_was_not_kept() {
    let harness = time_line_of(support::lives::run());
    assert!(
        is_shown(&harness, "thread 1 busy 30"),
        "the lanes are named"
    );
    assert!(is_shown(&harness, "3 parts of tasks were not kept"));
    assert!(is_shown(&harness, "on CPU"));
    assert!(is_shown(&harness, "Stretch 1 of 1"));
}

#[test]
fn a_slow_task_is_found_in_the_lanes_and_its_whole_life_told() {
    let mut harness = time_line_of(support::lives::run());
    let find = harness.get_by_label_contains("Find task 2,");
    find.click_accesskit();
    harness.run_steps(3);
    assert!(is_shown(&harness, "queue wait 2.00 ms"));
    // One that lies in no stretch has a life as well.
    let find = harness.get_by_label_contains("Find task 9,");
    find.click_accesskit();
    harness.run_steps(3);
    assert!(is_shown(&harness, "on CPU 50.0 ms"));
    assert!(is_shown(&harness, "Not in the lanes"));
}

#[test]
fn a_slow_task_that_is_found_is_scrolled_to() {
    // The list stands below the lanes, which are out of sight when one has come to it.
    let mut harness = opening().open_with(support::lives::run());
    harness.set_size(egui::vec2(840.0, 600.0));
    harness.run_steps(4);
    click(&mut harness, "Time line");
    let find = "Find task 1,";
    let top = |harness: &Window| harness.get_by_label_contains(find).rect().top();
    harness.get_by_label_contains("Find task 9,").scroll_to_me();
    harness.run_steps(20);
    let before = top(&harness);
    harness.get_by_label_contains(find).click_accesskit();
    harness.run_steps(20);
    assert!(top(&harness) > before + 20.0, "{before}");
}

#[test]
fn lanes_can_be_zoomed_and_moved_without_a_mouse() {
    let mut harness = time_line_of(support::lives::run());
    for name in [
        "Zoom into the lanes",
        "Later",
        "Earlier",
        "Zoom out of the lanes",
        "Whole stretch",
    ] {
        click(&mut harness, name);
        assert!(is_shown(&harness, "thread 1 busy 30"));
    }
}

#[test]
fn tasks_of_an_event_loop_have_places_instead_of_workers() {
    let mut harness = time_line_of(support::lives::run());
    let other = harness.get_by_label_contains("Lanes of threads ×2");
    other.click_accesskit();
    harness.run_steps(3);
    assert!(is_shown(&harness, "place 1 busy"));
    assert!(is_shown(&harness, "does not tell which worker"));
}

#[test]
fn without_single_tasks_the_page_says_why() {
    let harness = time_line_of(support::finished_run());
    assert!(is_shown(&harness, "Single tasks were not kept"));
    let harness = time_line_of(support::waiting_run());
    assert!(is_shown(&harness, "Nothing yet"));
}
