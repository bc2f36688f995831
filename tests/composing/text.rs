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
fn a_comment_alone_is_an_edit_that_is_kept_and_undone() {
    let mut harness = beside_the_form();
    let before = shown(&harness);
    let noted = before.replace("title:", "// why\n    title:");
    replace(&mut harness, &noted);
    assert!(harness.state().document().is_changed());
    enter(&mut harness, "Title");
    type_into(&mut harness, "Title", "Mine");
    assert!(shown(&harness).contains("// why\n    title: \"Mine\""));
    click(&mut harness, "Undo");
    assert_eq!(shown(&harness), noted);
    click(&mut harness, "Undo");
    assert_eq!(shown(&harness), before);
    assert!(!harness.state().document().is_changed());
}

#[test]
fn what_the_form_changes_leaves_the_comments_of_a_file_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noted.ron");
    let mut harness = composing(Picked::Cancelled);
    let text = to_text(scenario(&harness)).replace("title:", "// why\n  title:");
    std::fs::write(&path, &text).unwrap();
    ask(&mut harness, Action::OpenFile(path.clone()));
    run_until(&mut harness, "the file is open", |harness| {
        harness.state().document().path() == Some(path.as_path())
    });
    ask(&mut harness, Action::Show(Page::Text));
    assert_eq!(shown(&harness), text);
    click(&mut harness, "Compose");
    click(&mut harness, "Remove candidate 1");
    ask(&mut harness, Action::Save);
    run_until(&mut harness, "the file is written", |harness| {
        !harness.state().document().is_changed()
    });
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("    // why\n  title:"), "{written}");
    assert_eq!(parse(&written).scenario.as_ref(), Some(scenario(&harness)));
    assert_ne!(written, text);
}
