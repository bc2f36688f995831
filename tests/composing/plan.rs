//! What to expect before a run, on its page; and that composing by palette and series is undone in one step each.

use poolscope::gui::app::Page;
use poolscope::scenario::bundled;

use super::*;

fn is_there(harness: &Window, text: &str) -> bool {
    harness.query_all_by_label_contains(text).count() > 0
}

#[test]
fn the_plan_says_what_to_expect_of_every_candidate_and_that_nothing_was_measured() {
    let mut harness = composing(Picked::Cancelled);
    ask(&mut harness, Action::Show(Page::Plan));
    harness.get_by_label("computed, not measured");
    assert!(is_there(&harness, "Expected use of sequential: Cores"));
    assert!(is_there(&harness, "Expected use of threads ×4: Cores"));
    assert!(is_there(&harness, "task to scale, estimated: CPU "));
    // The load is not a batch: it has a curve, with warm-up, measurement and drain.
    assert!(is_there(
        &harness,
        "Load over time: at most 16 clients, warm-up"
    ));
    assert!(is_there(
        &harness,
        "What a unit of CPU work costs on this machine is not known"
    ));
}

#[test]
fn a_candidate_of_the_plan_is_one_line_and_opens_to_all_that_it_uses() {
    let mut harness = composing(Picked::Cancelled);
    // Of more candidates than are shown open at first.
    ask(&mut harness, Action::OpenBundled("io_bound_service"));
    assert!(!is_there(&harness, "throughput ≤ "));
    let first = {
        let mut lines = harness.query_all_by_label_contains("Expected use of ");
        lines.next().unwrap().accesskit_node().label().unwrap()
    };
    click(&mut harness, &first);
    harness.run_steps(3);
    assert!(is_there(&harness, "throughput ≤ "));
    // What is unfolded belongs to the document.
    ask(&mut harness, Action::OpenBundled("image_pipeline"));
    assert!(is_there(&harness, "Expected use of "));
    assert!(!is_there(&harness, "throughput ≤ "));
}

#[test]
fn a_wide_window_shows_what_to_expect_beside_what_run_will_do() {
    let mut harness = composing(Picked::Cancelled);
    ask(&mut harness, Action::Show(Page::Plan));
    let (steps, expected) = ("What Run will do", "What to expect");
    let right_of = |harness: &Window| {
        harness.get_by_label(expected).rect().left() > harness.get_by_label(steps).rect().right()
    };
    assert!(right_of(&harness));
    harness.set_size(egui::vec2(800.0, 1_600.0));
    harness.run_steps(3);
    assert!(!right_of(&harness));
}

#[test]
fn the_profile_of_the_load_says_where_each_candidate_is_full() {
    let mut harness = composing(Picked::Cancelled);
    assert!(!is_there(&harness, "Dashed where full"));
    click(&mut harness, "Load: Profile");
    assert!(is_there(&harness, "sequential (workers): ≈ "));
}

#[test]
fn an_edit_changes_what_is_expected_at_once() {
    let mut harness = composing(Picked::Cancelled);
    ask(&mut harness, Action::Show(Page::Plan));
    let more = "at most 400 clients";
    assert!(!is_there(&harness, more));
    enter(&mut harness, "Clients");
    type_into(&mut harness, "Clients", "400");
    assert!(is_there(&harness, more));
}

#[test]
fn every_bundled_scenario_has_a_plan_with_expectations() {
    let mut harness = composing(Picked::Cancelled);
    for file in bundled() {
        ask(&mut harness, Action::OpenBundled(file.file));
        let title = scenario(&harness).title.clone();
        assert_ne!(title, "Untitled experiment", "{} is not open", file.file);
        assert!(is_there(&harness, "computed, not measured"), "{title}");
        for name in scenario(&harness).candidate_names() {
            let expected = format!("Expected use of {name}: ");
            assert!(is_there(&harness, &expected), "{title}: {name}");
        }
    }
}

#[test]
fn a_stage_of_the_palette_and_a_series_are_each_one_step_to_undo() {
    let mut harness = composing(Picked::Cancelled);
    let before = scenario(&harness).clone();
    click(&mut harness, "New Wait stage");
    let with_stage = scenario(&harness).clone();
    assert_eq!(
        with_stage.tasks[0].stages.len(),
        before.tasks[0].stages.len() + 1
    );
    click(&mut harness, "Add a series…");
    click(&mut harness, "Add the series");
    assert_eq!(
        scenario(&harness).candidates.len(),
        before.candidates.len() + 3
    );
    click(&mut harness, "Undo");
    assert_eq!(*scenario(&harness), with_stage);
    click(&mut harness, "Undo");
    assert_eq!(*scenario(&harness), before);
}

#[test]
fn sliding_a_value_is_one_step_to_undo() {
    let mut harness = composing(Picked::Cancelled);
    let before = scenario(&harness).clone();
    harness.get_by_label("Slide clients").focus();
    harness.run_steps(2);
    for _ in 0..4 {
        press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    }
    assert_ne!(*scenario(&harness), before);
    click(&mut harness, "Undo");
    assert_eq!(*scenario(&harness), before);
}
