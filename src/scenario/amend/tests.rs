//! Scenario texts that are edited: what stays, what moves, and that the outcome is always the scenario.

use proptest::prelude::*;

use super::*;
use crate::scenario::bundled;
use crate::scenario::generators::any_scenario;

const NOTED: &str = "\
// Why we measure this.
(
    format: 1,
    title: \"Noted\", // to be renamed
    tasks: [
        // The hot path.
        (name: \"a\", stages: [Wait(time: Constant(\"1000ms\"))]),
        // The cold one.
        (
            name: \"b\", /* short */
            stages: [
                // A lookup.
                Wait(time: Constant(\"2ms\")), // p50
                Cpu(kernel: PrimeCheck, amount: Work(1_000)),
            ],
        ),
    ],
    load: Batch(tasks: 10_000),
    candidates: [(backend: Sequential), (backend: Threads(workers: 4))],
)
";

fn edited(edit: impl FnOnce(&mut Scenario)) -> String {
    let before = parse(NOTED).scenario.unwrap();
    let mut after = before.clone();
    edit(&mut after);
    let text = amend(NOTED, &before, &after);
    assert_eq!(parse(&text).scenario.as_ref(), Some(&after), "{text}");
    text
}

#[test]
fn an_edit_changes_its_place_and_nothing_else() {
    assert_eq!(edited(|_| {}), NOTED);
    assert_eq!(
        edited(|scenario| scenario.title = "Mine".to_owned()),
        NOTED.replace("\"Noted\"", "\"Mine\"")
    );
    let text = edited(|scenario| scenario.tasks[1].name = "c".to_owned());
    assert_eq!(text, NOTED.replace("\"b\"", "\"c\""));
}

#[test]
fn what_is_added_stands_as_its_neighbours_do() {
    let text = edited(|scenario| {
        scenario.about = "More".to_owned();
        scenario
            .candidates
            .insert(1, scenario.candidates[0].clone());
        let stage = scenario.tasks[0].stages[0].clone();
        scenario.tasks[1].stages.push(stage);
    });
    let expected = NOTED
        .replace(
            "// to be renamed\n",
            "// to be renamed\n    about: \"More\",\n",
        )
        .replace(
            "(backend: Sequential), ",
            "(backend: Sequential), (backend: Sequential), ",
        )
        .replace(
            "Work(1_000)),\n",
            "Work(1_000)),\n                Wait(time: Constant(\"1s\")),\n",
        );
    assert_eq!(text, expected);
}

#[test]
fn comments_move_and_go_with_what_they_stand_at() {
    let text = edited(|scenario| scenario.tasks.swap(0, 1));
    let [hot, cold] = ["// The hot path.", "// The cold one."].map(|note| text.find(note));
    assert!(cold < hot && cold.is_some(), "{text}");
    let text = edited(|scenario| {
        scenario.tasks.remove(0);
    });
    assert!(!text.contains("hot path") && text.contains("// The cold one."));
    assert!(text.contains("Why we measure") && text.contains("10_000"));
}

#[test]
fn a_text_of_something_else_is_written_anew() {
    let before = parse(bundled()[0].text).scenario.unwrap();
    let after = parse(bundled()[1].text).scenario.unwrap();
    assert_eq!(amend(NOTED, &before, &after), to_text(&after));
    assert_eq!(amend("(", &before, &after), to_text(&after));
}

#[test]
fn bundled_scenarios_keep_their_comments_when_a_candidate_is_removed() {
    let comments = |text: &str| text.matches("//").count();
    for file in bundled() {
        let before = parse(file.text).scenario.unwrap();
        let mut after = before.clone();
        after.candidates.truncate(1);
        after.title.push('!');
        let text = amend(file.text, &before, &after);
        assert_eq!(parse(&text).scenario, Some(after), "{}", file.file);
        let head = file.text.find("candidates:").unwrap();
        assert!(comments(&text) >= comments(&file.text[..head]), "{text}");
    }
}

/// A comment before each entry that has a line of its own, and one behind it.
fn noted(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let indent = indent_of(&format!("\n{line}")).to_owned();
        if line.ends_with(',') {
            format!("{indent}// before\n{line} // behind\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

proptest! {
    #[test]
    fn whatever_is_edited_the_text_describes_it(
        before in any_scenario().boxed(), other in any_scenario().boxed(), parts in 0_u8..64, windows in any::<bool>(),
    ) {
        let mut after = before.clone();
        let part = |bit: u8| parts & (1 << bit) != 0;
        if part(0) { after.title = other.title; }
        if part(1) { after.tasks = other.tasks; }
        if part(2) { after.load = other.load; }
        if part(3) { after.candidates.extend(other.candidates); }
        if part(4) { after.candidates.reverse(); }
        if part(5) { after.protocol = other.protocol; }
        let mut text = noted(&to_text(&before));
        if windows { text = text.replace('\n', "\r\n"); }
        let amended = amend(&text, &before, &after);
        let read = parse(&amended).scenario;
        prop_assert_eq!(read.as_ref(), Some(&after), "{}", amended);
        // Not by writing all of it anew.
        prop_assert!(amended.contains("// before") || !text.contains("// before"), "{}", amended);
    }
}
