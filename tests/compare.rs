//! `compare` and `report` as scripts see them: the real program on record files of synthetic runs, so that nothing here
//! depends on the speed of a machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use poolscope::run::Run;
use poolscope::run::record::{Closing, Header, Meta, RecordWriter, Step};
use serde_json::Value;
use support::noisy::noisy_run;

/// A folder with the files of some runs.
struct Shelf(tempfile::TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Keeps `run` under `name` and returns the path of its file.
    fn keep(&self, name: &str, run: &Run) -> String {
        let path = self.at(&format!("{name}.poolscope-run"));
        let mut writer = RecordWriter::create(&path, &Header::of_run(run)).unwrap();
        writer.whole_run(&Step::default(), run).unwrap();
        let meta = Meta {
            name: name.to_owned(),
            ..Meta::default()
        };
        writer.meta(&meta).unwrap();
        writer.close(&Closing::of([run], run.stopped)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn poolscope(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_poolscope"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("XDG_DATA_HOME", self.at("data"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn a_run_that_is_worse_ends_with_five_and_says_what_is_worse() {
    let shelf = Shelf::new();
    let fast = shelf.keep("before the change", &noisy_run(1, 5, &[1.0]));
    let slow = shelf.keep("after it", &noisy_run(2, 5, &[1.5]));
    let worse = shelf.poolscope(&["compare", &fast, &slow]);
    assert_eq!(code(&worse), 5, "{}", stderr(&worse));
    let told = stdout(&worse);
    for words in [
        "Baseline: before the change, 2026-03-01 12:00 UTC, poolscope ",
        "Run: after it, ",
        "Around them differs:",
        "Seed: 1 → 2",
        "threads ×1",
        "p99 of the response time",
        "Worse than the baseline: ",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let better = shelf.poolscope(&["compare", &slow, &fast]);
    assert_eq!(code(&better), 0);
    assert!(stdout(&better).contains("Not worse than the baseline."));
    let patient = shelf.poolscope(&["compare", &fast, &slow, "--tolerance", "200%"]);
    assert_eq!(code(&patient), 0, "{}", stdout(&patient));
}

#[test]
fn what_cannot_be_judged_is_no_success() {
    let shelf = Shelf::new();
    let few = shelf.keep("few", &noisy_run(1, 2, &[1.0]));
    let many = shelf.keep("many", &noisy_run(2, 5, &[3.0]));
    let unknown = shelf.poolscope(&["compare", &few, &many]);
    assert_eq!(code(&unknown), 4);
    assert!(stdout(&unknown).contains("Nothing can be judged: that takes three repeats"));
    let failed = shelf.keep("failed", &support::sample_run());
    let sample = shelf.poolscope(&["compare", &failed, &failed]);
    assert_eq!(code(&sample), 4);
    assert!(stdout(&sample).contains("Not trustworthy: 'failed': 'processes ×4' failed"));
    let missing = shelf.poolscope(&["compare", "nowhere", &many]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("nowhere"), "{}", stderr(&missing));
}

#[test]
fn the_document_of_a_comparison_follows_its_schema() {
    let shelf = Shelf::new();
    let (then, now) = (noisy_run(1, 3, &[1.0, 1.2]), noisy_run(2, 3, &[1.5, 1.2]));
    let (then, now) = (shelf.keep("then", &then), shelf.keep("now", &now));
    let output = shelf.poolscope(&["compare", &then, &now, "--json"]);
    assert_eq!(code(&output), 5, "{}", stderr(&output));
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/compare.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|e| e.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(document["schema"], "poolscope.compare/1");
    assert_eq!(document["baseline"]["name"], "then");
    assert_eq!(document["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(document["outcome"]["kind"], "worse");
}

#[test]
fn the_candidates_of_one_run_stand_beside_each_other() {
    let shelf = Shelf::new();
    let run = shelf.keep("one", &noisy_run(1, 3, &[1.0, 1.5, 1.0]));
    let first = shelf.poolscope(&["compare", &run]);
    assert_eq!(code(&first), 0);
    assert!(
        stdout(&first).starts_with("The baseline of each table is 'threads ×1' of the same run.")
    );
    assert!(stdout(&first).contains("\nthreads ×2\n") && stdout(&first).contains("\nthreads ×3\n"));
    let other = shelf.poolscope(&["compare", &run, "--against", "threads x3"]);
    assert!(stdout(&other).contains("'threads ×3'"));
    let unknown = shelf.poolscope(&["compare", &run, "--against", "fibers"]);
    assert_eq!(code(&unknown), 2);
}

#[test]
fn a_report_is_a_page_or_markdown_by_the_ending_of_its_file() {
    let shelf = Shelf::new();
    let (then, now) = (
        shelf.keep("then", &noisy_run(1, 3, &[1.0])),
        shelf.keep("now", &noisy_run(2, 3, &[1.5])),
    );
    let page = shelf.poolscope(&["report", &now, "--out", "review.html", "--baseline", &then]);
    assert_eq!(code(&page), 0, "{}", stderr(&page));
    assert_eq!(stdout(&page), "");
    let text = std::fs::read_to_string(shelf.at("review.html")).unwrap();
    assert!(text.starts_with("<!DOCTYPE html>") && text.contains("Against the baseline"));
    let markdown = shelf.poolscope(&["report", &now, "--out", "review.md"]);
    assert_eq!(code(&markdown), 0);
    let text = std::fs::read_to_string(shelf.at("review.md")).unwrap();
    assert!(text.starts_with("# Checkout service\n"), "{text}");
    let pdf = shelf.poolscope(&["report", &now, "--out", "review.pdf"]);
    assert_eq!(code(&pdf), 2);
    assert!(stderr(&pdf).contains(".html") && !shelf.at("review.pdf").exists());
    let compared = shelf.poolscope(&["compare", &then, &now, "--out", "compared.html"]);
    assert_eq!(code(&compared), 5);
    assert!(
        std::fs::read_to_string(shelf.at("compared.html"))
            .unwrap()
            .contains("chart-pair0-curve")
    );
}

#[test]
fn a_baseline_that_cannot_be_found_is_told_before_anything_is_measured() {
    let shelf = Shelf::new();
    let output = shelf.poolscope(&["run", "first_look", "--baseline", "nowhere"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("nowhere"), "{}", stderr(&output));
    let several = shelf.poolscope(&["run", "first_look", "prime_check", "--baseline", "last"]);
    assert_eq!(code(&several), 2);
}
