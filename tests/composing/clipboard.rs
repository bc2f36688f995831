//! Copying, cutting and pasting stages as text, by keys and by menus.

use egui::{Event, OutputCommand};
use poolscope::scenario::stage_text;

use super::*;

const FIRST: &str = "stage 1 of task kind 'task'";

/// What the window has put into the clipboard with the last frame.
fn copied(harness: &Window) -> Option<String> {
    let commands = &harness.output().platform_output.commands;
    commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

/// Sends `event` to the stage whose line has the keyboard.
fn send(harness: &mut Window, event: Event) -> Option<String> {
    harness.event(event);
    harness.step();
    let text = copied(harness);
    harness.run_steps(2);
    text
}

fn stages(harness: &Window) -> Vec<String> {
    scenario(harness).tasks[0]
        .stages
        .iter()
        .map(stage_text)
        .collect()
}

#[test]
fn a_stage_goes_through_the_clipboard_as_text_of_the_file() {
    let mut harness = composing(Picked::Cancelled);
    let [cpu, wait] = &stages(&harness)[..] else {
        panic!()
    };
    let (cpu, wait) = (cpu.clone(), wait.clone());
    click(&mut harness, FIRST);
    assert_eq!(send(&mut harness, Event::Copy), Some(cpu.clone()));
    send(&mut harness, Event::Paste(cpu.clone()));
    assert_eq!(stages(&harness), [cpu.clone(), cpu.clone(), wait.clone()]);
    harness.get_by_label("Pasted 1 stage");
    assert_eq!(send(&mut harness, Event::Cut), Some(cpu.clone()));
    assert_eq!(stages(&harness), [cpu, wait]);
}

#[test]
fn a_stage_is_duplicated_and_removed_by_keys_and_each_is_a_step_to_undo() {
    let mut harness = composing(Picked::Cancelled);
    let before = stages(&harness);
    click(&mut harness, FIRST);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(stages(&harness).len(), 3);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(stages(&harness), before);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(stages(&harness).len(), 1);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(stages(&harness), before);
}

#[test]
fn text_that_is_no_stage_is_refused_and_says_why() {
    let mut harness = composing(Picked::Cancelled);
    let before = stages(&harness);
    click(&mut harness, FIRST);
    send(&mut harness, Event::Paste("Wait(tiem: 3)".to_owned()));
    assert_eq!(stages(&harness), before);
    let texts = harness.query_all_by_label_contains("What was copied is no stage");
    assert!(texts.count() > 0);
}

#[test]
fn the_menu_of_a_task_pastes_what_the_desktop_hands_over() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Add stage to task kind 'task'");
    harness.get_by_label("Paste stage").click();
    harness.step();
    let list = r#"[Wait(time: Constant("1ms")), Wait(time: Constant("2ms"))]"#;
    harness.event(Event::Paste(list.to_owned()));
    harness.run_steps(3);
    assert_eq!(stages(&harness).len(), 4);
    assert!(stages(&harness)[3].contains("2ms"));
}

#[test]
fn an_empty_clipboard_is_told() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Add stage to task kind 'task'");
    click(&mut harness, "Paste stage");
    harness.run_steps(8);
    harness.get_by_label("The clipboard has no text, so nothing was pasted");
}

#[test]
fn the_menu_of_a_stage_offers_the_same() {
    let mut harness = composing(Picked::Cancelled);
    let wait = stages(&harness)[1].clone();
    harness
        .get_by_label("stage 2 of task kind 'task'")
        .click_secondary();
    harness.run_steps(3);
    harness.get_by_label("Cut stage Ctrl+X").click();
    let mut text = None;
    for _ in 0..3 {
        harness.step();
        text = text.or(copied(&harness));
    }
    assert_eq!(text, Some(wait));
    assert_eq!(stages(&harness).len(), 1);
}

#[test]
fn the_menu_of_a_stage_sends_it_to_another_task_kind() {
    let mut harness = composing(Picked::Cancelled);
    click(&mut harness, "Add task kind");
    let (wait, others) = (
        stages(&harness)[1].clone(),
        scenario(&harness).tasks[1].clone(),
    );
    harness
        .get_by_label("stage 2 of task kind 'task'")
        .click_secondary();
    harness.run_steps(3);
    click(&mut harness, "Move to…");
    click(&mut harness, &format!("To task kind '{}'", others.name));
    assert_eq!(stages(&harness).len(), 1);
    let moved = &scenario(&harness).tasks[1].stages;
    assert_eq!(moved.len(), others.stages.len() + 1);
    assert_eq!(moved.last().map(stage_text), Some(wait));
}
