//! The window without a window: what is clicked has its effect, and every state can be read by its labels.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::chart::ChartId;
use poolscope::gui::action::{Action, Exported, Format};
use poolscope::gui::app::RunState;
use poolscope::gui::dialogs::Picked;
use poolscope::run::Run;
use poolscope::scenario::parse;
use poolscope::units::Nanos;

use window_support::{Window, ask, click, opening, run_until};

fn window_with(answer: Picked, settings_dir: Option<PathBuf>) -> Window {
    let opening = opening().answering(answer);
    opening.settings_in(settings_dir).open()
}

fn window() -> Window {
    opening().open()
}

fn window_of(run: Run) -> Window {
    opening().open_with(run)
}

fn retitle(harness: &mut Window, title: &str) {
    let mut scenario = harness.state().document().scenario().clone();
    title.clone_into(&mut scenario.title);
    ask(harness, Action::EditScenario(Box::new(scenario)));
}

#[test]
fn the_window_begins_with_an_experiment_that_only_needs_run() {
    let harness = window();
    assert_eq!(harness.state().run_state(), RunState::None);
    assert_eq!(harness.state().document().errors(), 0);
    harness.get_by_label("Run");
    harness.get_by_label("Run this experiment");
    harness.get_by_label("What Run will do");
}

#[test]
fn a_click_on_a_bundled_experiment_opens_it() {
    let mut harness = window();
    click(&mut harness, "Open Prime check");
    assert_eq!(harness.state().document().scenario().title, "Prime check");
    assert!(!harness.state().document().is_changed());
}

#[test]
fn a_run_that_cannot_start_says_why_and_leaves_the_window_usable() {
    let mut harness = window();
    click(&mut harness, "Run");
    run_until(&mut harness, "the run fails", |harness| {
        !harness.state().run_state().is_active()
    });
    assert_ne!(harness.state().run_state(), RunState::Finished);
    harness.run_steps(3);
    harness.get_by_label("Run");
}

#[test]
fn every_chart_of_a_live_run_can_be_exported_and_every_candidate_hidden() {
    let mut harness = window_of(support::live_run(Nanos::from_secs(4)));
    assert_eq!(harness.state().run_state(), RunState::Live);
    for id in &ChartId::ALL[..4] {
        harness.get_by_label(&format!("Export {}", id.title()));
    }
    let lines = |harness: &Window| {
        let charts = harness.state().measurement().unwrap().charts();
        charts.chart(ChartId::ResponseTime).unwrap().series.len()
    };
    let all = lines(&harness);
    click(&mut harness, "Show threads ×8");
    let without = lines(&harness);
    assert!(without < all, "{without} of {all}");
    click(&mut harness, "Percentiles of the response time");
    click(&mut harness, "Response time at p50");
    assert_eq!(lines(&harness), 2 * without);
}

#[test]
fn a_failed_candidate_shows_its_cause_and_the_others_their_figures() {
    let harness = window_of(support::sample_run());
    assert!(harness.query_all_by_label("failed").count() > 0);
    assert!(harness.query_all_by_label("done").count() > 0);
    let cause = harness
        .query_all_by_label_contains("processes ×4: ")
        .count();
    assert!(cause > 0, "the cause is written out");
}

#[test]
fn a_run_of_which_nothing_has_come_says_that_it_waits() {
    let harness = window_of(support::waiting_run());
    assert_eq!(harness.state().run_state(), RunState::Waiting);
    assert!(harness.query_all_by_label("Waiting").count() >= 4);
}

#[test]
fn changes_are_not_lost_without_a_question() {
    let mut harness = window();
    retitle(&mut harness, "Mine");
    assert!(harness.state().document().is_changed());
    ask(&mut harness, Action::New);
    click(&mut harness, "Cancel");
    assert_eq!(harness.state().document().scenario().title, "Mine");
    ask(&mut harness, Action::New);
    click(&mut harness, "Discard changes");
    assert_ne!(harness.state().document().scenario().title, "Mine");
    assert!(!harness.state().document().is_changed());
}

#[test]
fn a_scenario_is_saved_where_the_dialog_says_and_is_then_a_recent_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine");
    let mut harness = window_with(
        Picked::Path(path.clone()),
        Some(folder.path().join("settings")),
    );
    retitle(&mut harness, "Mine");
    ask(&mut harness, Action::Save);
    run_until(&mut harness, "saved", |harness| {
        !harness.state().document().is_changed()
    });
    let saved = std::fs::read_to_string(path.with_extension("ron")).unwrap();
    assert_eq!(parse(&saved).scenario.unwrap().title, "Mine");
    harness.run_steps(3);
    harness.get_by_label("Open mine");
}

#[test]
fn without_a_dialog_of_the_desktop_a_path_can_be_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.ron");
    let mut harness = window_with(Picked::NoDialog, None);
    ask(&mut harness, Action::SaveAs);
    run_until(&mut harness, "the question", |harness| {
        harness.query_by_label("Save file").is_some()
    });
    let field = harness.get_by_role_and_label(egui::Role::TextInput, "Path");
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(2);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "Path")
        .type_text(path.to_str().unwrap());
    harness.run_steps(2);
    click(&mut harness, "Save file");
    run_until(&mut harness, "saved", |harness| {
        harness.state().document().path().is_some()
    });
    assert!(path.exists());
}

#[test]
fn of_a_path_that_is_offered_the_name_is_typed_over() {
    let mut harness = window_with(Picked::NoDialog, None);
    ask(&mut harness, Action::SaveAs);
    run_until(&mut harness, "the question", |harness| {
        harness.query_by_label("Save file").is_some()
    });
    harness.run_steps(3);
    let typed = egui::Event::Text("mine".to_owned());
    harness.input_mut().events.push(typed);
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(egui::Role::TextInput, "Path");
    let path = field.accesskit_node().value().unwrap();
    assert!(path.ends_with("/mine.ron"), "{path}");
}

#[test]
fn a_typed_path_that_leads_nowhere_is_told_and_stays_to_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.ron");
    let mut harness = window_with(Picked::NoDialog, None);
    ask(&mut harness, Action::Open);
    run_until(&mut harness, "the question", |harness| {
        harness.query_by_label("Open file").is_some()
    });
    let field = |harness: &Window| {
        let node = harness.get_by_role_and_label(egui::Role::TextInput, "Path");
        node.accesskit_node().value().unwrap()
    };
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(2);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "Path")
        .type_text(missing.to_str().unwrap());
    harness.run_steps(2);
    click(&mut harness, "Open file");
    harness.get_by_label_contains("There is no file of that path");
    assert_eq!(field(&harness), missing.to_str().unwrap());
    click(&mut harness, "Cancel");
    assert!(harness.query_by_label("Open file").is_none());
}

#[test]
fn a_file_that_is_no_scenario_shows_all_problems_and_closes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.ron");
    std::fs::write(
        &path,
        "(format: 1, titel: \"x\", tasks: [], candidates: [])",
    )
    .unwrap();
    let mut harness = window();
    let before = harness.state().document().clone();
    ask(&mut harness, Action::OpenFile(path));
    run_until(&mut harness, "the list", |harness| {
        harness.query_by_label("Close list").is_some()
    });
    assert!(harness.query_all_by_label_contains("titel").count() > 0);
    click(&mut harness, "Close list");
    assert_eq!(*harness.state().document(), before);
}

#[test]
fn exports_are_written_off_the_thread_that_draws() {
    let folder = tempfile::tempdir().unwrap();
    for (what, format, begins) in [
        (Exported::Chart(ChartId::Throughput), Format::Svg, "<svg"),
        (Exported::TimeSplit, Format::Svg, "<svg"),
        (Exported::Board, Format::Svg, "<svg"),
        (Exported::Figures, Format::Csv, "candidate"),
        (Exported::Figures, Format::Json, "{"),
        (Exported::Report, Format::Html, "<!DOCTYPE html>"),
        (Exported::Report, Format::Markdown, "#"),
    ] {
        let path = folder.path().join(format!("export.{}", format.extension()));
        let mut harness = window_with(Picked::Path(path.clone()), None);
        harness.state_mut().show_run(support::sample_run());
        let name = format!("{what:?}");
        ask(&mut harness, Action::Export(what, format));
        run_until(&mut harness, "exported", |harness| {
            harness.query_all_by_label_contains("Exported").count() > 0
        });
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.trim_start_matches('\u{feff}').starts_with(begins),
            "{name}: {text:.40}"
        );
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn closing_with_changes_asks_and_without_closes() {
    let mut harness = window();
    retitle(&mut harness, "Mine");
    ask(&mut harness, Action::Quit);
    harness.get_by_label("Save changes");
    click(&mut harness, "Discard changes");
    let commands = &harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
    assert!(
        commands.contains(&egui::ViewportCommand::Close),
        "{commands:?}"
    );
}

#[test]
fn every_control_has_a_name_of_its_own() {
    let mut names = Vec::new();
    for open in [window, || window_of(support::sample_run())] {
        let mut harness = open();
        for tab in ["Library", "Compose"] {
            click(&mut harness, tab);
            names.clear();
            collect_names(&harness.root(), &mut names);
            names.sort();
            assert!(names.len() > 10, "{names:?}");
            for pair in names.windows(2) {
                assert!(!pair[0].is_empty(), "a control has no name");
                assert_ne!(pair[0], pair[1], "two controls are called '{}'", pair[0]);
            }
        }
    }
}

fn collect_names(node: &egui_kittest::Node<'_>, names: &mut Vec<String>) {
    use egui::Role;
    let node_data = node.accesskit_node();
    if matches!(
        node_data.role(),
        Role::Button | Role::CheckBox | Role::TextInput | Role::SpinButton | Role::ComboBox
    ) {
        names.push(node_data.label().unwrap_or_default());
    }
    for child in node.children() {
        collect_names(&child, names);
    }
}

#[test]
fn a_dropped_file_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dropped.ron");
    let bundled = &poolscope::scenario::bundled()[2];
    std::fs::write(&path, bundled.text).unwrap();
    let mut harness = window();
    harness
        .input_mut()
        .dropped_files
        .push(Arc::new(Dropped(path.clone())));
    run_until(&mut harness, "opened", |harness| {
        harness.state().document().path().is_some()
    });
    assert_eq!(harness.state().document().path(), Some(path.as_path()));
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn another_experiment_shows_what_it_would_do_and_the_charts_can_be_had_back() {
    let mut harness = window_of(support::sample_run());
    click(&mut harness, "Open Prime check");
    harness.get_by_label("What Run will do");
    assert!(harness.query_by_label("Results").is_none());
    let title = &harness
        .state()
        .measurement()
        .unwrap()
        .run()
        .request
        .scenario
        .title;
    let back = format!("← Back to the charts of '{title}'");
    click(&mut harness, &back);
    harness.get_by_label("Results");
    click(&mut harness, "Compose a new experiment");
    harness.get_by_label("What Run will do");
    assert_eq!(
        harness.state().document().scenario().title,
        "Untitled experiment"
    );
}

#[test]
fn the_pages_of_the_results_say_where_the_time_went_what_was_checked_and_all_figures() {
    let mut harness = window_of(support::finished_run());
    click(&mut harness, "Time split");
    let bars = harness.query_all_by_label_contains("Time of ").count();
    assert_eq!(bars, 5);
    harness.get_by_label("Export the time split");
    click(&mut harness, "Trust");
    harness.get_by_label("✔ trustworthy");
    assert!(harness.query_all_by_label("✔ kept").count() >= 3);
    click(&mut harness, "Details");
    click(&mut harness, "Details of threads ×8");
    for group in ["Response time", "Processor", "Memory per worker", "Tasks"] {
        assert!(harness.query_all_by_label(group).count() > 0, "{group}");
    }
    // The name of a candidate leads from the table to its details.
    click(&mut harness, "Candidates");
    assert!(harness.query_by_label("Details of threads ×8").is_none());
}

#[test]
fn before_anything_has_come_every_page_of_the_results_says_so() {
    let mut harness = window_of(support::waiting_run());
    click(&mut harness, "Time split");
    assert!(harness.query_all_by_label("No data yet").count() > 0);
    click(&mut harness, "Trust");
    harness.get_by_label("Nothing to check yet");
    click(&mut harness, "Details");
    harness.get_by_label("Details of sequential");
}

#[test]
fn no_figure_of_the_results_is_cut_off_at_the_smallest_window() {
    for run in [support::finished_run(), support::batch_run()] {
        let harness = window_of(run);
        let shown = ["Throughput", "p95", "Memory/worker", "Cost/1k"];
        for head in shown {
            let place = harness.get_all_by_label(head).last().unwrap().rect();
            assert!(
                place.right() <= 1280.0 && place.left() >= 0.0,
                "{head}: {place}"
            );
        }
    }
}

#[test]
fn lag_and_pools_have_charts_where_a_candidate_has_them() {
    let mut scenario = support::scenario();
    scenario.candidates[0] =
        poolscope::scenario::Candidate::of(poolscope::scenario::Backend::Hybrid {
            waits: poolscope::scenario::HybridWaits::Async { in_flight: 64 },
            processes: poolscope::scenario::Workers::Count(2),
            between: 10,
        });
    let run = support::run_of(&poolscope::run::RunRequest::all_of(scenario));
    let harness = window_of(run);
    let charts = harness.state().measurement().unwrap().charts();
    for id in [ChartId::LoopLag, ChartId::Pools] {
        let chart = charts.chart(id).unwrap();
        assert!(chart.bounds().is_some(), "{id:?} has points");
    }
    let batch = window_of(support::batch_run());
    let charts = batch.state().measurement().unwrap().charts();
    assert!(charts.chart(ChartId::LoopLag).is_none() && charts.chart(ChartId::Pools).is_none());
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_the_candidates() {
    let mut harness = window_of(support::sample_run());
    click(&mut harness, "Cost/1k");
    harness.get_by_label("Cost/1k ⏶");
    click(&mut harness, "Cost/1k ⏶");
    harness.get_by_label("Cost/1k ⏷");
}

#[test]
fn faults_and_defences_have_a_page_marks_with_words_and_a_label_and_a_calm_run_has_none() {
    let mut harness = window_of(support::drill::run());
    for word in [
        "fault: slow tasks",
        "worker died",
        "breaker half-open",
        "processes: degraded",
    ] {
        assert!(
            harness.query_all_by_label(word).count() > 0,
            "{word} is in the legend"
        );
    }
    let strips = harness.query_all_by_label_contains("slow tasks from 3.00 s to 5.00 s");
    assert!(strips.count() >= 4, "the charts tell the fault");
    assert_eq!(harness.query_all_by_label("degraded").count(), 2);
    click(&mut harness, "Faults");
    for head in ["Per task", "Timed out", "Recovery"] {
        harness.get_by_label(head);
    }
    harness.get_by_label("not within 7.00 s");
    harness.get_by_label("⚠ no budget: metastable overload");
    harness.get_by_label("⚠ breaker: breaker flapping");
    let calm = window_of(support::finished_run());
    for word in ["Faults", "Attempts", "fault: slow tasks", "degraded"] {
        assert!(calm.query_by_label(word).is_none(), "{word}");
    }
}
