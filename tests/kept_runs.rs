//! The kept runs and the comparison in the window: every state can be read, and what is asked for is done.
#![cfg(all(feature = "gui", unix))]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use std::path::{Path, PathBuf};

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::action::{Action, Format, RunsAction, SideChoice};
use poolscope::gui::app::{ChosenRun, Origin, Page, RunState, Slot};
use poolscope::gui::dialogs::Picked;
use poolscope::run::Run;
use poolscope::run::library::Library;
use poolscope::run::record::{Closing, Head, Header, Step};

use window_support::{
    Window, ask, click, export_chart, is_shown, opening, run_until, type_into, wait_for,
};

/// A window that keeps its runs there, with the program itself as runner.
fn window(runs_dir: Option<PathBuf>) -> Window {
    let executable = env!("CARGO_BIN_EXE_poolscope");
    let opening = opening().tall(900.0).running(executable);
    opening.runs_in(runs_dir).open()
}

/// A window in which the only kept run of `folder`, which is `run`, was clicked in the list.
fn at_the_run(folder: &Path, run: &Run, id: &str) -> Window {
    let mut window = window(Some(folder.to_owned()));
    click(&mut window, "Runs");
    wait_for(&mut window, "1 run");
    let title = &run.request.scenario.title;
    click(&mut window, &format!("Run {title} {id}"));
    window
}

/// The window that shows the kept run `id`, opened from the list.
fn opened(folder: &Path, run: &Run, id: &str) -> Window {
    let mut window = at_the_run(folder, run, id);
    click(&mut window, "Open this run");
    run_until(&mut window, "it is open", |window| {
        window.state().measurement().is_some()
    });
    window.run_steps(3);
    window
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
    let harness = opened(folder.path(), &run, &id);
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
    let mut harness = at_the_run(folder.path(), &run, &id);
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
fn a_new_name_stands_on_the_tab_of_the_run_too() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (_, id) = kept(folder.path(), &run, true);
    let mut harness = opened(folder.path(), &run, &id);
    type_into(&mut harness, "Name", "before the change");
    click(&mut harness, "Save name, tags and note");
    run_until(&mut harness, "the tab is called so", |harness| {
        let tabs = harness.state().tab_labels();
        tabs.iter().any(|tab| tab.title == "before the change")
    });
}

#[test]
fn enter_saves_the_name_of_a_run_and_escape_gives_the_old_one_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (path, id) = kept(folder.path(), &run, true);
    let mut harness = at_the_run(folder.path(), &run, &id);
    type_into(&mut harness, "Name", "Eight");
    harness.key_press(egui::Key::Enter);
    run_until(&mut harness, "it is written", |_| {
        Head::read(&path).unwrap().meta.name == "Eight"
    });
    wait_for(&mut harness, "Run Eight");
    type_into(&mut harness, "Name", "een");
    let name = |harness: &Window| {
        let field = harness.get_by_role_and_label(egui::Role::TextInput, "Name");
        field.value().unwrap_or_default()
    };
    assert_ne!(name(&harness), "Eight");
    harness.key_press(egui::Key::Escape);
    harness.run_steps(3);
    assert_eq!(name(&harness), "Eight");
    assert_eq!(Head::read(&path).unwrap().meta.name, "Eight");
}

#[test]
fn what_was_typed_about_a_run_is_saved_when_another_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (path, id) = kept(folder.path(), &run, true);
    let mut later = support::finished_run();
    later.started_unix_secs += 3_600;
    let (_, other) = kept(folder.path(), &later, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Runs");
    wait_for(&mut harness, "2 runs");
    let title = &run.request.scenario.title;
    click(&mut harness, &format!("Run {title} {id}"));
    type_into(&mut harness, "Name", "before the change");
    click(&mut harness, &format!("Run {title} {other}"));
    run_until(&mut harness, "it is written", |_| {
        Head::read(&path).is_ok_and(|head| head.meta.name == "before the change")
    });
    wait_for(&mut harness, "Run before the change");
}

#[test]
fn a_file_that_is_no_run_is_not_imported_and_told_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let import = |file: &Path, told: &str| {
        let picked = opening().answering(Picked::Path(file.to_owned()));
        let mut harness = picked.runs_in(Some(folder.path().join("runs"))).open();
        ask(&mut harness, Action::Runs(RunsAction::Import));
        wait_for(&mut harness, told);
        assert!(harness.state().measurement().is_none());
    };
    let scenario = folder.path().join("mine.ron");
    std::fs::write(&scenario, poolscope::scenario::bundled()[0].text).unwrap();
    import(&scenario, "'mine.ron' is a scenario, and not a run of it");
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "nothing of ours").unwrap();
    import(
        &notes,
        "'notes.txt' is no run of poolscope: choose a file that ends in",
    );
    import(
        &folder.path().join("gone.poolscope-run"),
        "gone.poolscope-run",
    );
}

#[test]
fn deleting_asks_first_and_no_means_no() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let (path, id) = kept(folder.path(), &run, true);
    let mut harness = at_the_run(folder.path(), &run, &id);
    click(&mut harness, "Delete this run");
    harness.get_by_label("Move the run to the bin?");
    // Its time is told, since several runs are called alike, and Enter gives the usual answer.
    let title = &run.request.scenario.title;
    let started = poolscope::units::text::date_time(run.started_unix_secs);
    harness.get_by_label(&format!("{title}, {started}"));
    assert!(harness.get_by_label("Move to the bin").is_focused());
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
    harness.get_by_label("Response time histogram");
    assert!(is_shown(&harness, "not known") || is_shown(&harness, "too close to call"));
    click(&mut harness, "Compare threads ×8");
    click(&mut harness, "Clear the run");
    assert!(is_shown(&harness, "One run chosen"));
}

#[test]
fn the_two_newest_runs_are_compared_by_one_click() {
    let folder = tempfile::tempdir().unwrap();
    kept(folder.path(), &support::finished_run(), true);
    let mut later = support::finished_run();
    later.started_unix_secs += 3_600;
    later.request.seed += 1;
    kept(folder.path(), &later, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Comparison page");
    wait_for(&mut harness, "Compare the two newest runs");
    click(&mut harness, "Compare the two newest runs");
    wait_for(&mut harness, "Candidate by candidate");
}

#[test]
fn a_second_press_of_enter_takes_no_side_of_the_comparison_away() {
    let folder = tempfile::tempdir().unwrap();
    kept(folder.path(), &support::finished_run(), true);
    let mut later = support::finished_run();
    later.started_unix_secs += 3_600;
    kept(folder.path(), &later, true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Comparison page");
    wait_for(&mut harness, "Compare the two newest runs");
    harness.get_by_label("Compare the two newest runs").focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    wait_for(&mut harness, "Candidate by candidate");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert!(is_shown(&harness, "Candidate by candidate"));
    harness.key_press(egui::Key::Tab);
    harness.run_steps(3);
    let on_page = [
        "Choose the baseline",
        "Clear the baseline",
        "Choose the run",
        "Clear the run",
        "Swap baseline and run",
    ];
    let mut nodes = harness.root().children_recursive();
    let focused = nodes.find(egui_kittest::Node::is_focused);
    let label = focused.and_then(|node| node.accesskit_node().label());
    assert!(
        label
            .as_deref()
            .is_some_and(|label| on_page.contains(&label)),
        "Tab goes on where the button was: {label:?}"
    );
}

#[test]
fn a_run_whose_file_is_gone_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = kept(folder.path(), &support::finished_run(), true);
    let mut harness = window(Some(folder.path().to_owned()));
    click(&mut harness, "Comparison page");
    std::fs::remove_file(&path).unwrap();
    let gone = SideChoice::File(path.clone());
    ask(
        &mut harness,
        Action::Runs(RunsAction::Compare(Slot::Baseline, gone)),
    );
    wait_for(&mut harness, "there is no such file");
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(is_shown(&harness, name));
    assert!(is_shown(&harness, "choose another one"));
    assert!(!is_shown(&harness, "os error"));
}

#[test]
fn two_candidates_of_the_shown_run_are_compared_like_two_runs() {
    let mut harness = window(None);
    harness.state_mut().show_run(support::finished_run());
    harness.run_steps(3);
    click(&mut harness, "Compare two candidates");
    assert_eq!(harness.state().page(), Page::Comparison);
    wait_for(&mut harness, "Measure by measure");
    harness.run_steps(3);
    harness.get_by_label("threads ×8 against sequential");
    harness.get_by_label("Response time by percentile");
    harness.get_by_label("Response time histogram");
    let choose = RunsAction::ChooseCandidate(Slot::Run, 2);
    ask(&mut harness, Action::Runs(choose));
    wait_for(&mut harness, "processes ×4 against sequential");
    click(&mut harness, "Swap the two sides");
    wait_for(&mut harness, "sequential against processes ×4");
    click(&mut harness, "Two runs");
    assert!(is_shown(&harness, "No runs chosen"));
    click(&mut harness, "Two candidates of a run");
    wait_for(&mut harness, "threads ×8 against sequential");
}

#[test]
fn without_a_run_that_is_over_there_are_no_candidates_to_compare() {
    let mut harness = window(None);
    harness.state_mut().show_run(support::waiting_run());
    harness.run_steps(3);
    click(&mut harness, "Compare two candidates");
    assert_eq!(harness.state().page(), Page::Charts);
    click(&mut harness, "Comparison page");
    click(&mut harness, "Two candidates of a run");
    assert!(is_shown(&harness, "No runs chosen"));
}

#[test]
fn the_charts_of_a_comparison_are_exported_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    for (format, begins) in [
        (Format::Svg, b"<svg".as_slice()),
        (Format::Png, b"\x89PNG"),
        (Format::Csv, b"line,x_percent,y_nanos"),
    ] {
        let path = folder
            .path()
            .join("chart")
            .with_extension(format.extension());
        let answering = opening().answering(Picked::Path(path.clone()));
        let mut harness = answering.open_with(support::finished_run());
        click(&mut harness, "Compare two candidates");
        wait_for(&mut harness, "Export Response time by percentile");
        export_chart(&mut harness, "Response time by percentile", format);
        let bytes = std::fs::read(&path).unwrap();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        assert!(bytes.starts_with(begins), "{format:?}");
    }
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
    wait_for(&mut harness, "? nothing in common");
    assert!(is_shown(&harness, "the runs have no candidate in common"));
}
