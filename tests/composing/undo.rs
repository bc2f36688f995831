//! Undo and redo: buttons, keys, fields, and the change to another scenario.

use poolscope::gui::app::Page;

use super::*;

fn is_enabled(harness: &Window, label: &str) -> bool {
    !harness.get_by_label(label).accesskit_node().is_disabled()
}

#[test]
fn an_edit_is_undone_and_done_again_by_buttons() {
    let mut harness = composing(Picked::Cancelled);
    assert!(!is_enabled(&harness, "Undo") && !is_enabled(&harness, "Redo"));
    let before = scenario(&harness).clone();
    click(&mut harness, "Remove candidate 2");
    let after = scenario(&harness).clone();
    assert_eq!(after.candidates.len() + 1, before.candidates.len());
    click(&mut harness, "Undo");
    assert_eq!(*scenario(&harness), before);
    assert!(!harness.state().document().is_changed());
    click(&mut harness, "Redo");
    assert_eq!(*scenario(&harness), after);
    assert!(is_enabled(&harness, "Undo") && !is_enabled(&harness, "Redo"));
}

#[test]
fn the_edit_menu_says_what_would_be_undone() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Edit menu");
    assert!(!is_enabled(&harness, "Nothing to redo"));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    click(&mut harness, "Remove candidate 1");
    click(&mut harness, "Edit menu");
    click(&mut harness, "Undo: remove candidate 'sequential'");
    assert_eq!(scenario(&harness).candidates.len(), 4);
}

#[test]
fn a_word_typed_into_a_field_is_one_step_also_while_the_field_has_the_keyboard() {
    let mut harness = composing(Picked::Cancelled);
    let before = scenario(&harness).title.clone();
    enter(&mut harness, "Title");
    type_into(&mut harness, "Title", "Checkout");
    assert_eq!(scenario(&harness).title, "Checkout");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(scenario(&harness).title, before);
    assert_eq!(text_of(&harness, "Title"), before);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(scenario(&harness).title, "Checkout");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::COMMAND, Key::Y);
    assert_eq!(text_of(&harness, "Title"), "Checkout");
}

#[test]
fn a_text_that_is_no_value_yet_is_taken_back_before_an_edit_is() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Remove candidate 4");
    let after = scenario(&harness).clone();
    let label = "Clients";
    let clients = text_of(&harness, label);
    enter(&mut harness, label);
    type_into(&mut harness, label, "x");
    assert_eq!(text_of(&harness, label), "x");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(text_of(&harness, label), clients);
    assert_eq!(*scenario(&harness), after);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(scenario(&harness).candidates.len(), 4);
}

#[test]
fn a_field_elsewhere_keeps_its_own_undo() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Remove candidate 4");
    ask(&mut harness, Action::Show(Page::Machine));
    let after = scenario(&harness).clone();
    let label = "Dask address";
    enter(&mut harness, label);
    type_into(&mut harness, label, "old");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_ne!(text_of(&harness, label), "old");
    assert_eq!(*scenario(&harness), after);
}

#[test]
fn an_undone_edit_of_a_saved_file_is_unsaved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.ron");
    let mut harness = composing(Picked::Path(path.clone()));
    click(&mut harness, "Remove candidate 4");
    ask(&mut harness, Action::Save);
    run_until(&mut harness, "the file is written", |harness| {
        harness.state().document().path() == Some(path.as_path())
    });
    assert!(!harness.state().document().is_changed());
    click(&mut harness, "Undo");
    assert!(harness.state().document().is_changed());
    assert_eq!(harness.state().document().path(), Some(path.as_path()));
    click(&mut harness, "Redo");
    assert!(!harness.state().document().is_changed());
}

#[test]
fn unsaved_work_that_another_scenario_took_the_place_of_is_brought_back() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Remove candidate 4");
    let mine = scenario(&harness).clone();
    ask(&mut harness, Action::OpenBundled("prime_check.ron"));
    click(&mut harness, "Discard changes");
    assert_eq!(scenario(&harness).title, "Prime check");
    click(&mut harness, "Undo");
    assert_eq!(*scenario(&harness), mine);
    assert!(harness.state().document().is_changed());
    harness.get_by_label("Undone: open 'Prime check'. Open now: 'Untitled experiment'");
    click(&mut harness, "Redo");
    assert_eq!(scenario(&harness).title, "Prime check");
    assert!(!harness.state().document().is_changed());
}
