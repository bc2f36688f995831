//! Laws of the scenario file: what is written reads back, nothing panics, and everything ends soon.
//!
//! Files with mistakes and the expected words are in `tests/data/invalid`.

use proptest::collection::vec;
use proptest::prelude::*;
use ron::extensions::Extensions;

use crate::scenario::generators::any_scenario;
use crate::scenario::lex::MAX_PROBLEMS;
use crate::scenario::{
    Load, Loaded, MAX_FILE_BYTES, Scenario, bundled, describe, estimate_block_nanos,
    estimate_run_nanos, parse, preview, to_text, validate,
};

#[test]
fn what_is_written_looks_as_a_person_would_write_it() {
    let mut scenario = parse(bundled()[0].text).scenario.unwrap();
    scenario.title = "It's a \\' \"test\"".to_owned();
    scenario.about = "Two\nlines".to_owned();
    let text = to_text(&scenario);
    assert!(
        text.starts_with("// poolscope scenario, format 1\n(\n    format: 1,\n    title: \"It's")
    );
    assert!(
        text.contains("\n        (backend: Threads(workers: 8)),\n"),
        "{text}"
    );
    assert!(text.contains("\n    queue: (capacity: 10000),\n"), "{text}");
    assert_eq!(
        parse(&text),
        Loaded {
            scenario: Some(scenario),
            problems: vec![],
        }
    );
}

#[test]
fn a_scenario_out_of_bounds_is_still_there_to_be_mended() {
    let text = bundled()[0].text.replace("workers: 8", "workers: 0");
    let loaded = parse(&text);
    assert!(loaded.has_errors());
    assert_eq!(loaded.problems.len(), 2);
    assert!(loaded.scenario.is_some());
}

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    for bundled in bundled() {
        let text = format!("\u{feff}{}", bundled.text.replace('\n', "\r\n"));
        assert_eq!(parse(&text), parse(bundled.text), "{}", bundled.file);
    }
}

#[test]
fn every_single_omission_in_a_file_is_noticed_or_harmless() {
    // Deterministic fuzz: every character of a file is left out once.
    let text = bundled()[0].text;
    for (at, c) in text.char_indices() {
        let mut mutated = text.to_owned();
        mutated.remove(at);
        let loaded = parse(&mutated);
        assert!(
            loaded.scenario.is_some() || loaded.has_errors(),
            "without {c:?} at {at}"
        );
    }
}

#[test]
fn the_largest_bad_file_ends_with_few_problems_on_a_small_stack() {
    let stages = "Wait(time: Constant(\"soon\")),".repeat(MAX_FILE_BYTES / 40);
    let hostile = [
        format!("(format: 1, title: \"x\", tasks: [(name: \"a\", stages: [{stages}])])"),
        "(".repeat(MAX_FILE_BYTES),
        "?".repeat(MAX_FILE_BYTES),
        "(a: 1, ".repeat(MAX_FILE_BYTES / 8),
        "/*".repeat(MAX_FILE_BYTES / 2),
        format!(
            "(candidates: [{}])",
            "(backend: Threads(worker: 0)),".repeat(MAX_FILE_BYTES / 40)
        ),
        format!(
            "(format: 1, title: \"x\", tasks: [], candidates: [{}])",
            "(backend: Sequential),".repeat(MAX_FILE_BYTES / 30)
        ),
        format!(
            "(format: 1, title: \"x\", tasks: [], faults: [{}], candidates: [])",
            "(inject: Slow(factor: 0), from: \"1s\", until: \"1s\", task: \"a\"),"
                .repeat(MAX_FILE_BYTES / 70)
        ),
        format!("({})", "x 1 ".repeat(MAX_FILE_BYTES / 5)),
        format!("(format: {})", "9".repeat(MAX_FILE_BYTES - 20)),
    ];
    let reading = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(move || {
            for text in hostile {
                let loaded = parse(&text);
                assert!(loaded.has_errors());
                assert!(loaded.problems.len() <= MAX_PROBLEMS + 1);
            }
        });
    reading.unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn arbitrary_words_never_panic(words in vec(
        prop::sample::select(vec![
            "(", ")", "[", "]", "{", "}", ",", ":", "=", "\"", "'", "r#\"", "/*", "*/", "//", "\n", "\\",
            "format", "1", "title", "tasks", "stages", "Cpu", "Work", "Some", "None", "-1.5e9", "40ms", "\u{202e}",
        ]), 0..60)
    ) {
        let loaded = parse(&words.join(" "));
        prop_assert!(loaded.scenario.is_some() || loaded.has_errors());
    }

    #[test]
    fn a_mutated_file_never_panics_and_is_never_taken_for_another(
        which in 0..bundled().len(), from in 0..2000_usize, length in 0..40_usize, put in "\\PC{0,6}"
    ) {
        let characters: Vec<char> = bundled()[which].text.chars().collect();
        let from = from.min(characters.len());
        let to = (from + length).min(characters.len());
        let mutated: String =
            characters[..from].iter().copied().chain(put.chars()).chain(characters[to..].iter().copied()).collect();
        let loaded = parse(&mutated);
        let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
        // Where both readers read it, they read the same; what we read, ron reads.
        if let Some(scenario) = &loaded.scenario {
            prop_assert_eq!(&options.from_str::<Scenario>(&mutated).unwrap(), scenario);
        }
    }

    #[test]
    fn every_scenario_is_written_and_read_back_the_same(scenario in any_scenario()) {
        let text = to_text(&scenario);
        let loaded = parse(&text);
        prop_assert_eq!(loaded.scenario.as_ref(), Some(&scenario), "{}\n{:?}", text, loaded.problems);
        // Problems of meaning are the same with and without a file, which adds their places.
        let mut with_places: Vec<_> = loaded.problems.iter().map(|p| (&p.path, &p.message)).collect();
        let problems = validate(&scenario);
        let mut without: Vec<_> = problems.iter().map(|p| (&p.path, &p.message)).collect();
        with_places.sort_unstable();
        without.sort_unstable();
        prop_assert_eq!(with_places, without);
    }

    #[test]
    fn whatever_is_composed_can_be_judged_and_described(scenario in any_scenario()) {
        let _ = validate(&scenario);
        for line in describe(&scenario) {
            prop_assert!(!line.contains("NaN") && !line.contains("inf"), "{line}");
        }
        prop_assert!(estimate_block_nanos(&scenario) <= estimate_run_nanos(&scenario).max(1) || scenario.protocol.repeats == 0);
        for candidate in &scenario.candidates {
            let seen = preview(&scenario, candidate, 4);
            prop_assert!(seen.max_rate_per_sec.is_none_or(|rate| rate >= 0.0), "{seen:?}");
        }
        let quick = scenario.quick();
        prop_assert!(estimate_run_nanos(&quick) <= estimate_run_nanos(&scenario));
        if matches!(scenario.load, Load::Profile { .. }) {
            prop_assert_eq!(quick.load.arrivals(), scenario.load.arrivals());
        } else {
            prop_assert_eq!(quick.load, scenario.load);
        }
    }
}
