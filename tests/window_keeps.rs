//! The window keeps what it runs, and never waits for it.

#![cfg(all(feature = "gui", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod window_support;

use std::path::{Path, PathBuf};

use poolscope::gui::action::Action;
use poolscope::run::library::Library;
use poolscope::run::record::Completeness;

use window_support::{Window, opening, run_until, wait_for};

/// One candidate for a moment.
const SHORT: &str = r#"(
    format: 1,
    title: "Short waits",
    tasks: [(name: "wait", stages: [Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Threads(workers: 2))],
    protocol: (warm_up: "50ms", measure: "200ms", drain: "100ms", noise_floor: false),
)"#;

/// The window after a run of the short scenario, kept in `runs`.
fn after_a_run(folder: &Path, runs: PathBuf) -> Window {
    let file = folder.join("short.ron");
    std::fs::write(&file, SHORT).unwrap();
    let opening = opening().running(env!("CARGO_BIN_EXE_poolscope"));
    let mut harness = opening.runs_in(Some(runs)).open();
    harness.state_mut().request(Action::OpenFile(file));
    run_until(&mut harness, "the scenario is open", |harness| {
        harness.state().document().scenario().title == "Short waits"
    });
    harness.state_mut().request(Action::Run);
    run_until(&mut harness, "the run is over", |harness| {
        let measurement = harness.state().measurement();
        measurement.is_some_and(|measurement| measurement.run().ended)
    });
    harness
}

#[test]
fn a_run_of_the_window_is_kept_as_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("data/runs");
    let mut harness = after_a_run(folder.path(), runs.clone());
    wait_for(&mut harness, "Kept in the run library");
    let record = Library::at(runs).open("last").unwrap();
    assert_eq!(record.completeness, Completeness::Whole);
    let shown = harness.state().measurement().unwrap().run();
    let kept = record.run().unwrap();
    assert_eq!(kept.blocks, shown.blocks);
    assert_eq!(
        (&kept.request, &kept.machine),
        (&shown.request, &shown.machine)
    );
}

#[test]
fn a_run_that_cannot_be_kept_is_said_and_shown_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut harness = after_a_run(folder.path(), file.join("runs"));
    wait_for(&mut harness, "This run is not kept");
    let shown = harness.state().measurement().unwrap().run();
    assert!(shown.blocks[0].counts().good > 0);
}
