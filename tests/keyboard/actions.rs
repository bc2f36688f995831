//! What no other test asks for by the name of a control or by keys is asked for here.

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use poolscope::gui::action::Action;
use poolscope::gui::app::Page;
use poolscope::gui::commands::COMMANDS;
use poolscope::gui::dialogs::Picked;

use crate::support;
use crate::window_support::{Window, ask, is_shown, opening, press, run_until};

fn keys(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn by_name(window: &mut Window, name: &str) {
    keys(window, Modifiers::COMMAND, Key::P);
    window.input_mut().events.push(Event::Text(name.to_owned()));
    window.run_steps(3);
    keys(window, Modifiers::NONE, Key::Enter);
}

#[test]
fn every_command_that_is_possible_is_done_by_its_name() {
    let mut done = 0;
    for command in COMMANDS {
        if command.action() == Action::FindCommand {
            continue;
        }
        let mut window = opening().open_with(support::lives::run());
        // Where nothing large is drawn: this is done often.
        ask(&mut window, Action::Show(Page::Plan));
        by_name(&mut window, command.name);
        let is_open = window.query_by_label("Search commands").is_some();
        if is_open {
            // It says why not, and nothing else is done.
            let reason = format!("{}: ", command.name);
            let told = is_shown(&window, &reason) || is_shown(&window, "Nothing to ");
            assert!(told, "{} was neither done nor refused", command.name);
        } else {
            done += 1;
        }
    }
    assert!(done > 45, "{done} of {} were possible", COMMANDS.len());
}

#[test]
fn what_has_keys_is_done_by_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.ron");
    let mut window = opening()
        .answering(Picked::Path(path.clone()))
        .open_with(support::finished_run());
    let pages = |window: &Window| is_shown(window, "Time split");
    assert!(pages(&window));
    keys(&mut window, Modifiers::COMMAND, Key::J);
    assert!(!pages(&window));
    keys(&mut window, Modifiers::COMMAND, Key::J);
    assert!(pages(&window));
    for modifiers in [Modifiers::COMMAND | Modifiers::SHIFT, Modifiers::COMMAND] {
        keys(&mut window, modifiers, Key::S);
        run_until(&mut window, "it is saved", |window| {
            path.exists() && !window.state().document().is_changed()
        });
        std::fs::remove_file(&path).unwrap();
    }
    keys(&mut window, Modifiers::COMMAND, Key::Q);
    let commands = &window.output().viewport_output[&egui::ViewportId::ROOT].commands;
    assert!(commands.contains(&egui::ViewportCommand::Close));
}

#[test]
fn the_recent_files_are_forgotten_by_the_button_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.ron");
    let mut window = opening()
        .tall(2400.0)
        .answering(Picked::Path(path.clone()))
        .open();
    ask(&mut window, Action::SaveAs);
    run_until(&mut window, "it is a recent file", |window| {
        is_shown(window, "Open mine")
    });
    press(&mut window, "Forget the recent files");
    run_until(&mut window, "they are gone", |window| {
        is_shown(window, "Scenarios that you save or open appear here")
    });
}

#[test]
fn settings_are_switched_by_their_names_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Some(folder.path().to_owned());
    let mut window = opening().tall(2400.0).settings_in(kept).open();
    let before = poolscope::gui::settings::Settings::default();
    keys(&mut window, Modifiers::COMMAND, Key::Comma);
    assert_eq!(window.state().page(), Page::Machine);
    for setting in [
        "Marks on the lines of charts",
        "Reduced motion",
        "Smooth charts while measuring",
        "Tell when a long run has ended",
    ] {
        press(&mut window, setting);
    }
    let settings = || poolscope::gui::settings::Settings::load(folder.path());
    run_until(&mut window, "they are kept", |_| {
        let now = settings();
        now.line_marks != before.line_marks
            && now.reduced_motion != before.reduced_motion
            && now.smooth_charts != before.smooth_charts
            && now.notify != before.notify
    });
}

#[test]
fn kept_runs_are_listed_imported_and_measured_again_by_name() {
    use poolscope::run::library::Library;
    use poolscope::run::record::{Closing, Header, Step};
    let folder = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let elsewhere = Library::at(folder.path().join("elsewhere"));
    let mut writer = elsewhere.create(&Header::of_run(&run)).unwrap();
    writer.whole_run(&Step::default(), &run).unwrap();
    writer.close(&Closing::of([&run], false)).unwrap();
    let mut window = opening()
        .tall(1200.0)
        .at_the_start()
        .runs_in(Some(folder.path().join("runs")))
        .answering(Picked::Path(writer.path().to_owned()))
        .open();
    keys(&mut window, Modifiers::ALT, Key::Num3);
    press(&mut window, "Import the file of a run");
    run_until(&mut window, "it is shown", |window| {
        window.state().measurement().is_some()
    });
    press(&mut window, "List the runs anew");
    run_until(&mut window, "it is listed", |window| {
        is_shown(window, "1 run")
    });
    let row = format!("Run {}", run.request.scenario.title);
    window.get_by_label_contains(&row).click_accesskit();
    window.run_steps(3);
    let tabs = window.state().tab_labels().len();
    press(&mut window, "Run this scenario again");
    // There is no runner here, so that it ends at once, in a tab of its own.
    run_until(&mut window, "it was begun", |window| {
        window.state().tab_labels().len() > tabs
    });
    keys(&mut window, Modifiers::ALT, Key::Home);
    press(&mut window, "Show all kept runs");
    assert!(is_shown(&window, "Import the file of a run"));
}

#[test]
fn the_chart_that_shows_why_is_one_press_away() {
    let runs = [
        support::finished_run(),
        support::sample_run(),
        support::drill::run(),
    ];
    let followed = runs.into_iter().any(|run| {
        let mut window = opening().tall(1600.0).open_with(run);
        press(&mut window, "Candidates");
        let mut links = window.query_all_by_label_contains("See the chart ");
        let Some(link) = links.next() else {
            return false;
        };
        link.click_accesskit();
        drop(links);
        window.run_steps(3);
        assert_eq!(window.state().page(), Page::Charts);
        true
    });
    assert!(followed, "no finding of these runs has a chart as evidence");
}

#[test]
fn the_plan_leads_to_the_composer_by_name() {
    let mut window = opening().open();
    press(&mut window, "Edit this experiment");
    assert!(is_shown(&window, "Task kinds"));
}

#[test]
fn a_sweep_is_begun_by_the_name_of_its_command() {
    let mut window = opening().open();
    let mut scenario = window.state().document().scenario().clone();
    scenario.capacity = None;
    scenario.sweep = Some(poolscope::scenario::Sweep::of(
        poolscope::scenario::Parameter::Workers,
        poolscope::scenario::Values::List(vec![1.0.into(), 2.0.into()]),
    ));
    ask(&mut window, Action::EditScenario(Box::new(scenario)));
    by_name(&mut window, "Run the sweep");
    run_until(&mut window, "it was begun", |window| {
        window.state().series().is_some()
    });
    assert_eq!(window.state().page(), Page::Series);
}
