//! Sweeps and searches for the capacity as scripts see them; figures are not judged, only that they are there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use poolscope::run::record::{Record, RecordWriter};
use serde_json::Value;

/// Two pools under two clients, and a sweep of two points; about a second in all.
const TINY: &str = r#"(
    format: 1,
    title: "Tiny",
    tasks: [(name: "task", stages: [Cpu(amount: Work(1_000)), Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Threads(workers: 2)), (backend: Async(in_flight: 4))],
    protocol: (warm_up: "0s", measure: "200ms", drain: "30s"),
    sweep: (x: (vary: Clients, over: [1, 2])),
)"#;

/// A demand that every machine meets, with objectives that every machine meets.
const EASY: &str = r#"(
    format: 1,
    title: "Easy",
    tasks: [(name: "task", stages: [Wait(time: Constant("1ms"))])],
    load: Open(rate_per_sec: 10),
    candidates: [(backend: Threads(workers: 8))],
    protocol: (warm_up: "0s", measure: "500ms", drain: "30s"),
    objectives: [ErrorRatio(at_most: 0.5)],
    capacity: (from: 20, to: 40),
)"#;

#[test]
fn a_sweep_gives_figures_for_every_point_and_can_be_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), TINY);
    let out = folder.path().join("out");
    let output = poolscope(
        folder.path(),
        &["sweep", &file, "--json", "--out", out.to_str().unwrap()],
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema"], "poolscope.sweep/1");
    assert_eq!(
        (&document["visits"], &document["visits_planned"]),
        (&2.into(), &2.into())
    );
    for point in document["points"].as_array().unwrap() {
        for figures in point["figures"].as_array().unwrap() {
            assert!(
                figures["throughput"]["value"].as_f64().unwrap() > 0.0,
                "{point}"
            );
        }
    }
    for name in [
        "sweep.json",
        "sweep.csv",
        "scenario.ron",
        "charts/throughput.svg",
        "charts/goodput_dark.png",
    ] {
        assert!(out.join(name).exists(), "{name}");
    }
    // Nothing is left to be measured.
    let again = poolscope(folder.path(), &["sweep", "--resume", "last", "--json"]);
    let resumed: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(resumed["points"], document["points"], "{}", stderr(&again));
    assert!(!stderr(&again).contains("Visit"), "{}", stderr(&again));
    // What is kept is shown as the command that made it shows it.
    let kept = folder.path().join("kept");
    let show = ["runs", "show", "last", "--json", "--out"];
    let shown = [&show[..], &[kept.to_str().unwrap()]].concat();
    let shown = poolscope(folder.path(), &shown);
    let document_shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(document_shown, resumed, "{}", stderr(&shown));
    assert!(kept.join("sweep.csv").exists());
    for (name, words) in [("sweep.html", "<svg "), ("sweep.md", "## All points")] {
        let report = folder.path().join(name);
        let arguments = ["report", "last", "--out", report.to_str().unwrap()];
        let reported = poolscope(folder.path(), &arguments);
        assert_eq!(reported.status.code(), Some(0), "{}", stderr(&reported));
        let report = fs::read_to_string(report).unwrap();
        for words in [words, "Tiny", "poolscope sweep tiny.ron"] {
            assert!(report.contains(words), "{name}: {words}");
        }
        assert!(out.join("report.html").exists() && out.join("report.md").exists());
    }
    let held_against = ["report", "last", "--out", "a.md", "--baseline", "last"];
    let held_against = poolscope(folder.path(), &held_against);
    assert_eq!(held_against.status.code(), Some(2));
    assert!(stderr(&held_against).contains("is a sweep and is held against nothing"));
    let of_another_kind = poolscope(folder.path(), &["capacity", "--resume", "last"]);
    assert_eq!(of_another_kind.status.code(), Some(2));
    assert!(stderr(&of_another_kind).contains("is of a sweep and not of a capacity"));
}

#[test]
fn options_take_the_place_of_the_files_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), TINY);
    let arguments = [
        "sweep",
        &file,
        "--vary",
        "in-flight",
        "--over",
        "1..4:2",
        "--only",
        "async",
        "--no-keep",
    ];
    let output = poolscope(folder.path(), &arguments);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        text.contains("tasks under way at most  async ×N"),
        "{text}{}",
        stderr(&output)
    );
    assert!(!text.contains("threads"), "{text}");
    assert!(!stderr(&output).contains("Kept as"), "{}", stderr(&output));
}

#[test]
fn a_search_finds_that_the_objectives_hold_at_the_highest_rate_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), EASY);
    let output = poolscope(folder.path(), &["capacity", &file, "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = poolscope(folder.path(), &["runs", "show", "last", "--json"]);
    let kept: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(kept, document, "{}", stderr(&shown));
    assert_eq!(document["schema"], "poolscope.capacity/1");
    let found = &document["candidates"][0];
    assert_eq!(
        (found["end"].as_str(), found["held_per_sec"].as_f64()),
        (Some("beyond_range"), Some(40.0))
    );
    assert_eq!(found["probes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_sweep_that_another_machine_began_goes_on_only_if_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), TINY);
    poolscope(folder.path(), &["sweep", &file]);
    let kept = poolscope(folder.path(), &["runs", "path", "last"]);
    let kept = String::from_utf8(kept.stdout).unwrap();
    let record = Record::read(Path::new(kept.trim_end())).unwrap();
    // Its first visit, as a colleague's machine made it.
    let theirs = folder.path().join("theirs.poolscope-run");
    let (step, mut run) = record.steps[0].clone();
    for block in &mut run.blocks {
        block.started.as_mut().unwrap().machine.cpu = "Another processor".to_owned();
    }
    let mut writer = RecordWriter::create(&theirs, &record.header).unwrap();
    writer.whole_run(&step, &run).unwrap();
    drop(writer);
    let before = fs::read(&theirs).unwrap();

    let resume = ["sweep", "--resume", theirs.to_str().unwrap(), "--json"];
    let refused = poolscope(folder.path(), &resume);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    for words in ["Processor: Another processor → ", "--other-machine"] {
        assert!(stderr(&refused).contains(words), "{}", stderr(&refused));
    }
    assert_eq!(fs::read(&theirs).unwrap(), before);
    let gone_on = poolscope(folder.path(), &[&resume[..], &["--other-machine"]].concat());
    let document: Value = serde_json::from_slice(&gone_on.stdout).unwrap();
    assert_eq!(document["visits"], 2);
    let said = stderr(&gone_on);
    assert!(
        said.contains("warning: the machine is not as it was"),
        "{said}"
    );
}

fn poolscope(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolscope"));
    command
        .args(arguments)
        .env("XDG_DATA_HOME", home)
        .env("HOME", home);
    command.stdin(Stdio::null()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn write(folder: &Path, scenario: &str) -> String {
    let path = folder.join("scenario.ron");
    fs::write(&path, scenario).unwrap();
    path.to_str().unwrap().to_owned()
}
