//! The text of the scenario beside the form: both ways, and what is wrong at its place.

use poolscope::gui::app::Page;
use poolscope::scenario::{parse, to_text};

use super::*;

const TEXT: &str = "Text of the scenario";

fn beside_the_form() -> Window {
    let mut harness = composing(Picked::Cancelled);
    ask(&mut harness, Action::Show(Page::Text));
    harness
}

fn shown(harness: &Window) -> String {
    let field = harness.get_by_role_and_label(Role::MultilineTextInput, TEXT);
    field.value().unwrap_or_default()
}

/// Replaces the whole text at once, as pasting does.
fn replace(harness: &mut Window, text: &str) {
    harness
        .get_by_role_and_label(Role::MultilineTextInput, TEXT)
        .focus();
    harness.run_steps(2);
    press(harness, Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Paste(text.to_owned()));
    harness.run_steps(3);
}

#[test]
fn an_edit_of_the_form_changes_the_text_and_an_edit_of_the_text_the_form() {
    let mut harness = beside_the_form();
    assert_eq!(shown(&harness), to_text(scenario(&harness)));
    enter(&mut harness, "Title");
    type_into(&mut harness, "Title", "Mine");
    assert!(shown(&harness).contains("title: \"Mine\""));
    let text = shown(&harness).replace("\"Mine\"", "\"Yours\"");
    replace(&mut harness, &text);
    assert_eq!(scenario(&harness).title, "Yours");
    assert_eq!(text_of(&harness, "Title"), "Yours");
    click(&mut harness, "Undo");
    assert!(shown(&harness).contains("title: \"Mine\""));
}

#[test]
fn text_that_cannot_be_read_says_where_and_leaves_the_form_as_it_was() {
    let mut harness = beside_the_form();
    let before = scenario(&harness).clone();
    let wrong = to_text(&before).replace("title:", "titel:");
    replace(&mut harness, &wrong);
    assert_eq!(*scenario(&harness), before);
    assert_eq!(shown(&harness), wrong);
    let problem = parse(&wrong).problems[0].place.unwrap();
    let place = format!("⚠ Line {}, column {}: ", problem.line, problem.column);
    assert!(harness.query_all_by_label_contains(&place).count() > 0);
    click(&mut harness, "Take back what cannot be read");
    assert_eq!(shown(&harness), to_text(&before));
}

#[test]
fn comments_are_said_to_be_lost_before_they_are() {
    let mut harness = beside_the_form();
    let text = shown(&harness).replace("title:", "// why\ntitle:");
    replace(&mut harness, &text);
    assert_eq!(shown(&harness), text);
    let told = harness.query_all_by_label_contains("The 1 comment in here will not be saved");
    assert!(told.count() > 0);
}

#[test]
fn saving_over_a_file_with_comments_asks_before_they_are_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noted.ron");
    let mut harness = composing(Picked::Cancelled);
    let text = to_text(scenario(&harness)).replace("title:", "// why\ntitle:");
    std::fs::write(&path, &text).unwrap();
    ask(&mut harness, Action::OpenFile(path.clone()));
    run_until(&mut harness, "the file is open", |harness| {
        harness.state().document().path() == Some(path.as_path())
    });
    click(&mut harness, "Compose");
    click(&mut harness, "Remove candidate 1");
    ask(&mut harness, Action::Save);
    click(&mut harness, "Cancel");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    ask(&mut harness, Action::Save);
    click(&mut harness, "Save without them");
    run_until(&mut harness, "the file is written", |harness| {
        !harness.state().document().is_changed()
    });
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, to_text(scenario(&harness)));
    assert_eq!(harness.state().document().comments(), 0);
}
