//! The window keeps what it runs, and never waits for it.

#![cfg(all(feature = "gui", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod window_support;

use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, RunsAction};
use poolscope::gui::app::{RunState, TabAction};
use poolscope::run::library::Library;
use poolscope::run::record::Completeness;
use poolscope::units::Nanos;

use window_support::{Window, ask, click, is_shown, opening, run_until, wait_for};

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

#[test]
fn a_run_goes_on_in_its_tab_while_a_kept_one_is_looked_at_and_closing_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let mut harness = after_a_run(folder.path(), runs.clone());
    wait_for(&mut harness, "Kept in the run library");
    let mut longer = harness.state().document().scenario().clone();
    longer.title = "Long waits".to_owned();
    longer.protocol.measure = Nanos::from_secs(600);
    ask(&mut harness, Action::EditScenario(Box::new(longer)));
    ask(&mut harness, Action::Run);
    run_until(&mut harness, "the second run measures", |harness| {
        harness.state().run_state() == RunState::Live
    });
    click(&mut harness, "Tab Short waits, finished");
    assert_eq!(harness.state().run_state(), RunState::Finished);
    harness.get_by_label("Stop");
    // A kept run comes into a tab meanwhile, and the scenario that measures stays open.
    click(&mut harness, "Close tab Short waits");
    assert_eq!(harness.state().tab_labels().len(), 1);
    let kept = Library::at(runs).list().unwrap().entries;
    let kept = kept.into_iter().find(|entry| {
        let head = entry.head.as_ref().unwrap();
        head.title() == "Short waits"
    });
    let open = RunsAction::Open(kept.unwrap().path);
    ask(&mut harness, Action::Runs(open));
    run_until(&mut harness, "the kept run is shown", |harness| {
        harness.state().run_state() == RunState::Finished
    });
    assert_eq!(harness.state().document().scenario().title, "Long waits");
    let live = harness.state().tab_labels()[0].number;
    ask(&mut harness, Action::Tabs(TabAction::Close(live)));
    assert!(is_shown(&harness, "Stop the run and close its tab?"));
    click(&mut harness, "Stop and close");
    run_until(&mut harness, "the tab is gone", |harness| {
        harness.state().tab_labels().len() == 1
    });
    harness.run_steps(3);
    harness.get_by_label("Run");
}
