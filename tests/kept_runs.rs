//! The kept runs, the comparison and the series in the window: every state can be read, and what is asked for is done.
#![cfg(all(feature = "gui", unix))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::{Action, SeriesAction};
use poolscope::gui::app::{App, ChosenRun, Origin, Page, RunState, SeriesState, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::run::Run;
use poolscope::run::library::Library;
use poolscope::run::record::{Closing, Completeness, Head, Header, RecordKind, Step};

/// Longer than anything here takes on a machine under load.
const PATIENCE: Duration = Duration::from_mins(2);

struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn pick(&self, _request: &FileRequest) -> Picked {
        Picked::Cancelled
    }
}

fn window(runs_dir: Option<PathBuf>) -> Harness<'static, App> {
    let services = Services {
        dialogs: Arc::new(NoDialogs),
        executable: PathBuf::from(env!("CARGO_BIN_EXE_poolscope")),
        settings_dir: None,
        runs_dir,
    };
    let mut harness = Harness::builder()
        .with_size([1280.0, 900.0])
        .build_eframe(|creation| App::new(&creation.egui_ctx, services));
    harness.run_steps(3);
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

fn wait_for(harness: &mut Harness<'static, App>, text: &str) {
    run_until(harness, text, |harness| is_shown(harness, text));
}

fn click(harness: &mut Harness<'static, App>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn type_into(harness: &mut Harness<'static, App>, field: &str, text: &str) {
    let is_long = field == "Note";
    let role = if is_long {
        egui::Role::MultilineTextInput
    } else {
        egui::Role::TextInput
    };
    harness.get_by_role_and_label(role, field).focus();
    harness.run_steps(2);
    harness.get_by_role_and_label(role, field).type_text(text);
    harness.run_steps(3);
}

/// Keeps `run` in `folder`; where the file is, and the id of the run.
fn kept(folder: &Path, run: &Run, is_whole: bool) -> (PathBuf, String) {
    let header = Header::of_run(run);
    let mut writer = Library::at(folder.to_owned()).create(&header).unwrap();
    writer.whole_run(&Step::default(), run).unwrap();
    if is_whole {
        writer.close(&Closing::of([run], run.stopped)).unwrap();
    }
    (writer.path().to_owned(), header.id)
}

#[test]
fn where_nothing_can_be_kept_and_where_nothing_is_the_list_says_so() {
    let mut harness = window(None);
    click(&mut harness, "Runs");
    assert!(is_shown(&harness, "No kept runs"));
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window(Some(folder.path().join("runs")));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "No runs yet");
}

#[test]
fn a_list_marks_what_is_whole_cut_and_broken_and_can_be_searched() {
    let folder = tempfile::tempdir().unwrap();
    let (_, whole) = kept(folder.path(), &support::finished_run(), true);
    let (_, cut) = kept(folder.path(), &support::batch_run(), false);
    std::fs::write(folder.path().join("noise.poolscope-run"), "no run").unwrap();
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "3 runs");
    for mark in ["done", "cut", "broken"] {
        harness.get_by_label(mark);
    }
    type_into(&mut harness, "Search the runs", &whole);
    assert!(is_shown(&harness, &whole));
    assert!(!is_shown(&harness, &cut));
    type_into(&mut harness, "Search the runs", " and nothing else");
    assert!(is_shown(&harness, "Nothing found"));
}

#[test]
fn an_opened_run_is_on_the_board_as_if_it_had_just_ended() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (_, id) = kept(folder.path(), &run, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "1 run");
    let row = format!("Run {} {id}", run.request.scenario.title);
    click(&mut harness, &row);
    click(&mut harness, "Open this run");
    run_until(&mut harness, "it is open", |harness| {
        harness.state().measurement().is_some()
    });
    harness.run_steps(3);
    assert_eq!(harness.state().run_state(), RunState::Finished);
    assert_eq!(harness.state().page(), Page::Charts);
    let shown = harness.state().measurement().unwrap().run();
    assert_eq!(shown.blocks.len(), run.blocks.len());
    let document = harness.state().document();
    assert_eq!(document.scenario().title, run.request.scenario.title);
    assert!(!document.is_changed());
    harness.get_by_label("shown");
}

#[test]
fn a_name_tags_and_a_note_are_written_into_the_file_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (path, id) = kept(folder.path(), &run, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "1 run");
    click(
        &mut harness,
        &format!("Run {} {id}", run.request.scenario.title),
    );
    type_into(&mut harness, "Name", "before the change");
    type_into(&mut harness, "Tags", "laptop, baseline");
    type_into(&mut harness, "Note", "on battery");
    click(&mut harness, "Save name, tags and note");
    run_until(&mut harness, "it is written", |_| {
        Head::read(&path).is_ok_and(|head| !head.meta.name.is_empty())
    });
    let meta = Head::read(&path).unwrap().meta;
    assert_eq!(meta.name, "before the change");
    assert_eq!(meta.tags, ["baseline", "laptop"]);
    assert_eq!(meta.note, "on battery");
    wait_for(&mut harness, "#baseline #laptop");
}

#[test]
fn deleting_asks_first_and_no_means_no() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (path, id) = kept(folder.path(), &run, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "1 run");
    click(
        &mut harness,
        &format!("Run {} {id}", run.request.scenario.title),
    );
    click(&mut harness, "Delete this run");
    harness.get_by_label("Move the run to the bin?");
    click(&mut harness, "Keep it");
    assert!(!is_shown(&harness, "Move the run to the bin?"));
    assert!(path.exists());
}

#[test]
fn a_colleagues_file_is_copied_in_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let (path, _) = kept(
        &folder.path().join("elsewhere"),
        &support::finished_run(),
        true,
    );
    // Whatever it is called.
    let renamed = folder.path().join("from a colleague");
    std::fs::rename(&path, &renamed).unwrap();
    let mut harness = window(Some(runs.clone()));
    harness
        .state_mut()
        .request(Action::OpenFile(renamed.clone()));
    run_until(&mut harness, "it is shown", |harness| {
        harness.state().measurement().is_some()
    });
    assert_eq!(Library::at(runs).list().unwrap().entries.len(), 1);
    assert!(renamed.exists());
}

fn chosen(run: Run) -> ChosenRun {
    ChosenRun {
        origin: Origin {
            path: None,
            name: run.request.scenario.title.clone(),
            version: "0.1.0".to_owned(),
        },
        run,
    }
}

#[test]
fn two_runs_beside_each_other_tell_what_differs_and_what_follows() {
    let mut harness = window(None);
    click(&mut harness, "Comparison page");
    assert!(is_shown(&harness, "No runs chosen"));
    let mut later = support::finished_run();
    later.started_unix_secs += 3_600;
    later.request.seed += 1;
    let baseline = chosen(support::finished_run());
    harness.state_mut().compare_runs(baseline, chosen(later));
    wait_for(&mut harness, "Candidate by candidate");
    harness.run_steps(3);
    harness.get_by_label("What differs around them");
    harness.get_by_label("Seed");
    harness.get_by_label("Response time by percentile");
    harness.get_by_label("Distribution of the response time");
    assert!(is_shown(&harness, "not known") || is_shown(&harness, "too close to call"));
    click(&mut harness, "Compare threads ×8");
    click(&mut harness, "Clear the run");
    assert!(is_shown(&harness, "One run chosen"));
}

#[test]
fn runs_without_a_common_candidate_say_so() {
    let mut harness = window(None);
    let mut other = support::finished_run();
    for candidate in &mut other.request.scenario.candidates {
        candidate.name = Some(format!("other {}", candidate.label()));
        candidate.backend = poolscope::scenario::Backend::threads(63);
    }
    let baseline = chosen(support::finished_run());
    harness.state_mut().compare_runs(baseline, chosen(other));
    wait_for(&mut harness, "Nothing to compare");
}

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

#[test]
fn a_scenario_without_a_sweep_is_offered_the_composer() {
    let mut harness = window(None);
    click(&mut harness, "Series page");
    assert!(is_shown(&harness, "This scenario sweeps nothing"));
    click(&mut harness, "Open the composer");
    assert!(is_shown(&harness, "Task kinds"));
}

#[test]
fn a_sweep_runs_point_by_point_is_kept_and_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sweep.ron");
    std::fs::write(&file, SWEEP).unwrap();
    let runs = folder.path().join("runs");
    let mut harness = window(Some(runs.clone()));
    harness.state_mut().request(Action::OpenFile(file));
    run_until(&mut harness, "the scenario is open", |harness| {
        harness.state().document().scenario().sweep.is_some()
    });
    let start = SeriesAction::Start(RecordKind::Sweep);
    harness.state_mut().request(Action::Series(start));
    run_until(&mut harness, "the sweep is over", |harness| {
        let series = harness.state().series();
        series.is_some_and(|series| series.state == SeriesState::Finished)
    });
    harness.run_steps(3);
    assert_eq!(harness.state().page(), Page::Series);
    assert!(is_shown(&harness, "sweep: 2 of 2 runs"));
    harness.get_by_label("Point by point");
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
    let mut harness = window(None);
    harness.state_mut().request(Action::OpenFile(path));
    wait_for(&mut harness, "sweep: 2 of 2 runs");
    run_until(&mut harness, "it is put together", |harness| {
        let series = harness.state().series();
        series.is_some_and(|series| series.state == SeriesState::Finished)
    });
}

#[test]
fn a_sweep_that_was_stopped_goes_on_where_it_was_and_in_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sweep.ron");
    std::fs::write(&file, SWEEP.replace("repeats: 1", "repeats: 4")).unwrap();
    let runs = folder.path().join("runs");
    let mut harness = window(Some(runs.clone()));
    harness.state_mut().request(Action::OpenFile(file));
    run_until(&mut harness, "the scenario is open", |harness| {
        harness.state().document().scenario().sweep.is_some()
    });
    let start = SeriesAction::Start(RecordKind::Sweep);
    harness.state_mut().request(Action::Series(start));
    let done = |harness: &Harness<'static, App>| {
        let series = harness.state().series();
        series.map_or(0, |series| series.progress.done)
    };
    run_until(&mut harness, "the first run is over", |harness| {
        done(harness) >= 1
    });
    harness.state_mut().request(Action::Stop);
    let is = |harness: &Harness<'static, App>, state: &SeriesState| {
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
