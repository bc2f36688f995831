//! Charts leave the window: what was chosen of the board on a picture, and single charts by the clipboard.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::dialogs::Picked;

use window_support::{Window, click, is_shown, opening, press, run_until, wait_for};

/// Longer than a picture takes on a machine under load.
const PATIENCE: Duration = Duration::from_mins(5);

fn window_of_a_run() -> Window {
    opening().tall(1_000.0).open_with(support::finished_run())
}

fn open_dialog(window: &mut Window) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    wait_for(window, "Preview of the picture");
}

/// Clicks on what is called `label`, and gives back what the window then put on the clipboard.
fn copied(window: &mut Window, label: &str) -> OutputCommand {
    window.get_by_label(label).click_accesskit();
    let start = Instant::now();
    loop {
        window.step();
        let commands = window.output().platform_output.commands.iter();
        let mut copies = commands.filter(|command| {
            matches!(
                command,
                OutputCommand::CopyText(_) | OutputCommand::CopyImage(_)
            )
        });
        if let Some(copy) = copies.next() {
            return copy.clone();
        }
        assert!(start.elapsed() < PATIENCE, "nothing was copied");
        std::thread::yield_now();
    }
}

fn copied_text(window: &mut Window, label: &str) -> String {
    match copied(window, label) {
        OutputCommand::CopyText(text) => text,
        other => panic!("{other:?}"),
    }
}

fn copied_size(window: &mut Window, label: &str) -> [usize; 2] {
    match copied(window, label) {
        OutputCommand::CopyImage(image) => image.size,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chart_is_copied_as_picture_and_as_data() {
    let mut window = window_of_a_run();
    click(&mut window, "Export Throughput");
    let text = copied_text(&mut window, "Copy data");
    assert!(text.starts_with("chart,candidate,line,x,x_unit,value,unit"));
    assert!(text.contains("throughput,threads ×8,"), "{text}");
    wait_for(&mut window, "Copied");
    click(&mut window, "Export Throughput");
    assert_eq!(copied_size(&mut window, "Copy picture"), [1_920, 1_080]);
}

#[test]
fn a_selection_of_the_board_is_saved_in_the_look_and_with_the_pixels_that_were_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("board.png");
    let settings = folder.path().join("settings");
    let opening = opening().answering(Picked::Path(path.clone()));
    let opening = opening.settings_in(Some(settings.clone())).tall(1_000.0);
    let mut window = opening.open_with(support::finished_run());
    open_dialog(&mut window);
    press(&mut window, "Where the time of a task goes");
    press(&mut window, "Table of figures and verdict");
    for chart in ["Memory per worker", "Cost per 1k tasks", "CPU used"] {
        let role = egui::Role::CheckBox;
        window.get_by_role_and_label(role, chart).click_accesskit();
        window.run_steps(2);
    }
    press(&mut window, "4×");
    press(&mut window, "Print, for paper");
    press(&mut window, "Save the picture as…");
    wait_for(&mut window, "Exported");
    let bytes = std::fs::read(&path).unwrap();
    let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
    assert_eq!(width, 4 * 1_680);
    // White paper: the first pixel of a light picture and of one for paper are alike, so the settings tell.
    drop(window);
    let kept = std::fs::read_to_string(settings.join("window.ron")).unwrap();
    assert!(kept.contains("Four") && kept.contains("Print"), "{kept}");
}

#[test]
fn the_data_of_chosen_charts_is_copied_without_those_that_were_not_chosen() {
    let mut window = window_of_a_run();
    open_dialog(&mut window);
    press(&mut window, "CSV");
    let role = egui::Role::CheckBox;
    window
        .get_by_role_and_label(role, "Throughput")
        .click_accesskit();
    window.run_steps(2);
    let text = copied_text(&mut window, "Copy data");
    assert!(text.contains("\ncpu,"), "{text}");
    assert!(!text.contains("\nthroughput,"));
    // What is not over time has its place too.
    assert!(text.contains("\ntime_split,threads ×8,"), "{text}");
    assert!(!is_shown(&window, "On the picture"));
}

#[test]
fn a_picture_of_nothing_cannot_be_saved_and_says_why() {
    let mut window = window_of_a_run();
    click(&mut window, "Export charts of the board");
    let role = egui::Role::CheckBox;
    let charts = window.state().measurement().unwrap().charts();
    let titles = charts.ids().map(poolscope::chart::ChartId::title);
    let others = [
        "Where the time of a task goes",
        "Table of figures and verdict",
    ];
    let names: Vec<&str> = titles.chain(others).collect();
    for name in names {
        window.get_by_role_and_label(role, name).click_accesskit();
        window.run_steps(2);
    }
    assert!(is_shown(&window, "Nothing is chosen"));
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert!(!is_shown(&window, "Nothing is chosen"));
}

#[test]
fn what_is_hidden_on_the_board_is_not_on_the_picture_and_the_dialog_says_so() {
    let mut window = window_of_a_run();
    click(&mut window, "Show threads ×8");
    open_dialog(&mut window);
    assert!(is_shown(&window, "Without threads ×8, as on the board"));
    // What follows from a run names all candidates.
    press(&mut window, "Table of figures and verdict");
    press(&mut window, "SVG");
    let svg = copied_text(&mut window, "Copy as text");
    assert!(svg.starts_with("<svg") && !svg.contains("threads ×8"));
}

#[test]
fn the_picture_of_a_kept_run_says_which_run_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let library = poolscope::run::library::Library::at(folder.path().to_owned());
    let keeper = poolscope::run::library::Keeper::start(library, &run).unwrap();
    let kept = keeper.finish(&run).unwrap();
    let mut window = opening().runs_in(Some(PathBuf::from(folder.path()))).open();
    let open = poolscope::gui::action::RunsAction::Open(kept.path);
    window_support::ask(&mut window, poolscope::gui::action::Action::Runs(open));
    run_until(&mut window, "the run is there", |window| {
        window.state().measurement().is_some()
    });
    window.run_steps(3);
    open_dialog(&mut window);
    press(&mut window, "SVG");
    let svg = copied_text(&mut window, "Copy as text");
    assert!(svg.contains(&format!("run {}", kept.id)), "{svg}");
}

#[test]
fn a_chart_that_is_not_over_time_can_be_chosen_and_all_or_none_be_taken_at_once() {
    let mut window = window_of_a_run();
    let role = egui::Role::CheckBox;
    click(&mut window, "Charts of the board");
    let chart = "Response time histogram";
    window.get_by_role_and_label(role, chart).click();
    window.run_steps(3);
    window.key_press(Key::Escape);
    window.run_steps(3);
    open_dialog(&mut window);
    let is_checked = |window: &Window, name: &str| {
        let checkbox = window.get_by_role_and_label(egui::Role::CheckBox, name);
        checkbox.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    let charts = ["Throughput", "Response time histogram"];
    for chart in charts {
        assert!(is_checked(&window, chart), "{chart}");
    }
    press(&mut window, "None");
    assert!(is_shown(&window, "Nothing is chosen"));
    press(&mut window, "All");
    for chart in charts {
        assert!(is_checked(&window, chart), "{chart}");
    }
    // What is ticked stays ticked while something else is changed.
    window
        .get_by_role_and_label(role, "Throughput")
        .click_accesskit();
    window.run_steps(2);
    assert!(!is_checked(&window, "Throughput"));
    assert!(is_checked(&window, "Response time histogram"));
}

#[test]
fn a_board_that_is_zoomed_is_exported_zoomed_and_the_dialog_says_so() {
    let mut window = window_of_a_run();
    open_dialog(&mut window);
    assert!(!is_shown(&window, "s, as on the board"));
    press(&mut window, "CSV");
    let whole = copied_text(&mut window, "Copy data").lines().count();
    window.key_press(Key::Plus);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    // The format is the last one.
    wait_for(&mut window, "The first 50 of ");
    assert!(is_shown(&window, "s, as on the board"));
    let part = copied_text(&mut window, "Copy data").lines().count();
    assert!(part > 1 && part < whole, "{part} of {whole}");
}

#[test]
fn a_table_is_previewed_by_its_first_rows_and_a_picture_again_as_a_picture() {
    let mut window = window_of_a_run();
    open_dialog(&mut window);
    press(&mut window, "CSV");
    wait_for(&mut window, "The first 50 of ");
    for head in ["chart", "candidate", "value", "unit"] {
        window.get_by_label(head);
    }
    assert!(window.query_all_by_label("throughput").count() > 1);
    assert!(!is_shown(&window, "Preview of the picture"));
    window.get_by_label("Save the table as…");
    press(&mut window, "SVG");
    wait_for(&mut window, "Preview of the picture");
    assert!(!is_shown(&window, "The first 50 of "));
}

#[test]
fn the_preview_goes_along_with_a_run_that_ends_behind_the_dialog() {
    let run = support::waiting_run();
    let events = support::events(&run.request);
    let mut window = opening().open_with(run);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    press(&mut window, "CSV");
    wait_for(&mut window, "No rows");
    for event in events {
        window.state_mut().tell_run(event);
    }
    wait_for(&mut window, "The first 50 of ");
}
