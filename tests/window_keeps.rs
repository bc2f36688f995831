//! The window keeps what it runs, and never waits for it.

#![cfg(all(feature = "gui", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::Action;
use poolscope::gui::app::{App, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::run::library::Library;
use poolscope::run::record::Completeness;

/// One candidate for a moment.
const SHORT: &str = r#"(
    format: 1,
    title: "Short waits",
    tasks: [(name: "wait", stages: [Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Threads(workers: 2))],
    protocol: (warm_up: "50ms", measure: "200ms", drain: "100ms", noise_floor: false),
)"#;

/// Longer than anything here takes on a machine under load.
const PATIENCE: Duration = Duration::from_mins(2);

struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn pick(&self, _request: &FileRequest) -> Picked {
        Picked::Cancelled
    }
}

/// The window after a run of the short scenario, kept in `runs`.
fn after_a_run(folder: &Path, runs: PathBuf) -> Harness<'static, App> {
    let file = folder.join("short.ron");
    std::fs::write(&file, SHORT).unwrap();
    let services = Services {
        dialogs: Arc::new(NoDialogs),
        executable: PathBuf::from(env!("CARGO_BIN_EXE_poolscope")),
        settings_dir: None,
        runs_dir: Some(runs),
    };
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(|creation| App::new(&creation.egui_ctx, services));
    harness.run_steps(3);
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

fn run_until(
    harness: &mut Harness<'static, App>,
    what: &str,
    done: impl Fn(&Harness<'static, App>) -> bool,
) {
    let start = Instant::now();
    while !done(harness) {
        assert!(start.elapsed() < PATIENCE, "never happened: {what}");
        std::thread::yield_now();
        harness.step();
    }
}

fn is_shown(harness: &Harness<'static, App>, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn a_run_of_the_window_is_kept_as_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("data/runs");
    let mut harness = after_a_run(folder.path(), runs.clone());
    run_until(&mut harness, "it is said to be kept", |harness| {
        is_shown(harness, "Kept in the run library")
    });
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
    run_until(&mut harness, "it is said", |harness| {
        is_shown(harness, "This run is not kept")
    });
    let shown = harness.state().measurement().unwrap().run();
    assert!(shown.blocks[0].counts().good > 0);
}
