//! Sweeps in the window: begun, stopped, gone on with, kept and given out.
#![cfg(all(feature = "gui", unix))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, Format, SeriesAction};
use poolscope::gui::app::{Page, SeriesState};
use poolscope::gui::dialogs::Picked;
use poolscope::run::library::Library;
use poolscope::run::record::{Completeness, RecordKind};

use window_support::{Window, ask, click, export_chart, is_shown, opening, run_until, wait_for};

/// It is its own runner.
const PROGRAM: &str = env!("CARGO_BIN_EXE_poolscope");
/// A sweep of a moment.
const SWEEP: &str = r#"(
    format: 1,
    title: "Short waits",
    tasks: [(name: "wait", stages: [Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Threads(workers: 2))],
    protocol: (warm_up: "50ms", measure: "200ms", drain: "100ms", noise_floor: false),
    sweep: (x: (vary: Workers, over: [1, 2]), repeats: 1),
)"#;

/// A window that has begun the sweep of `scenario`, and where it keeps it.
fn sweeping(folder: &Path, scenario: &str) -> (Window, PathBuf) {
    let file = folder.join("sweep.ron");
    std::fs::write(&file, scenario).unwrap();
    let runs = folder.join("runs");
    let mut window = opening()
        .tall(900.0)
        .running(PROGRAM)
        .runs_in(Some(runs.clone()))
        .open();
    ask(&mut window, Action::OpenFile(file));
    run_until(&mut window, "the scenario is open", |window| {
        window.state().document().scenario().sweep.is_some()
    });
    let start = SeriesAction::Start(RecordKind::Sweep);
    window.state_mut().request(Action::Series(start));
    (window, runs)
}

#[test]
fn a_scenario_without_a_sweep_is_led_to_where_one_is_added() {
    let mut harness = opening().tall(900.0).open();
    click(&mut harness, "Sweeps page");
    assert!(is_shown(&harness, "This scenario sweeps nothing"));
    click(&mut harness, "Add a search for the capacity…");
    assert!(is_shown(&harness, "Capacity search: Search"));
    click(&mut harness, "Add a sweep…");
    assert!(is_shown(&harness, "Parameters of the sweep: One"));
}

#[test]
fn a_sweep_runs_point_by_point_is_kept_and_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, runs) = sweeping(folder.path(), SWEEP);
    run_until(&mut harness, "the sweep is over", |harness| {
        let series = harness.state().series();
        series.is_some_and(|series| series.state == SeriesState::Finished)
    });
    harness.run_steps(3);
    assert_eq!(harness.state().page(), Page::Series);
    assert!(is_shown(&harness, "sweep: 2 of 2 visits"));
    harness.get_by_label("Point by point");
    harness.get_by_label("One candidate over workers");
    assert!(
        is_shown(&harness, "Fewer than three rounds"),
        "what is missing"
    );
    let head = || {
        let listing = Library::at(runs.clone()).list().unwrap();
        listing
            .entries
            .into_iter()
            .next()
            .and_then(|entry| entry.head.ok())
    };
    run_until(&mut harness, "it is kept", |_| {
        head().is_some_and(|head| head.completeness == Completeness::Whole)
    });
    let head = head().unwrap();
    assert_eq!((head.header.kind, head.steps), (RecordKind::Sweep, 2));
    let path = Library::at(runs).list().unwrap().entries.remove(0).path;
    let exported = folder.path().join("goodput.csv");
    let answer = Picked::Path(exported.clone());
    let mut harness = opening().tall(900.0).answering(answer).open();
    harness.state_mut().request(Action::OpenFile(path));
    wait_for(&mut harness, "sweep: 2 of 2 visits");
    run_until(&mut harness, "it is put together", |harness| {
        let series = harness.state().series();
        series.is_some_and(|series| series.state == SeriesState::Finished)
    });
    harness.run_steps(3);
    export_chart(&mut harness, "Goodput", Format::Csv);
    let text = std::fs::read_to_string(&exported).unwrap();
    assert_eq!(text.lines().count(), 3, "a head and two points: {text}");
    click(&mut harness, "Export a report of the series as HTML");
    run_until(&mut harness, "the report is there", |_| {
        std::fs::read_to_string(&exported).is_ok_and(|text| text.contains("report of a sweep"))
    });
}

#[test]
fn a_sweep_that_was_stopped_goes_on_where_it_was_and_in_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let longer = SWEEP.replace("repeats: 1", "repeats: 4");
    let (mut harness, runs) = sweeping(folder.path(), &longer);
    let done = |harness: &Window| {
        let series = harness.state().series();
        series.map_or(0, |series| series.progress.done)
    };
    run_until(&mut harness, "the first run is over", |harness| {
        done(harness) >= 1
    });
    harness.state_mut().request(Action::Stop);
    let is = |harness: &Window, state: &SeriesState| {
        let series = harness.state().series();
        series.is_some_and(|series| series.state == *state)
    };
    run_until(&mut harness, "it is stopped", |harness| {
        is(harness, &SeriesState::Stopped)
    });
    assert!(done(&harness) < 8);
    let completeness = || {
        let listing = Library::at(runs.clone()).list().unwrap();
        let heads = listing
            .entries
            .into_iter()
            .filter_map(|entry| entry.head.ok());
        heads.map(|head| head.completeness).collect::<Vec<_>>()
    };
    run_until(&mut harness, "what there is is kept", |harness| {
        completeness() == [Completeness::Stopped]
            && harness.query_by_label("Go on with the series").is_some()
    });
    harness.run_steps(5);
    click(&mut harness, "Go on with the series");
    run_until(&mut harness, "it is over", |harness| {
        is(harness, &SeriesState::Finished)
    });
    assert_eq!(done(&harness), 8);
    run_until(&mut harness, "all of it is kept", |_| {
        completeness() == [Completeness::Whole]
    });
}
