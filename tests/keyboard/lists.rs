//! What is a picture or a list is read and walked through with arrow keys.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::analysis::SweepPlan;
use poolscope::gui::action::Action;
use poolscope::gui::app::{RunState, SidebarTab};
use poolscope::run::library::Library;
use poolscope::run::record::{Closing, Header, RecordKind, Step};

use crate::support;
use crate::window_support::{Window, ask, click, is_shown, opening, run_until, wait_for};

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run_steps(3);
}

fn keep(folder: &Path) {
    for (run, closed) in [
        (support::finished_run(), true),
        (support::batch_run(), true),
        (support::sample_run(), false),
    ] {
        let header = Header::of_run(&run);
        let mut writer = Library::at(folder.to_owned()).create(&header).unwrap();
        writer.whole_run(&Step::default(), &run).unwrap();
        if closed {
            writer.close(&Closing::of([&run], run.stopped)).unwrap();
        }
    }
}

/// The run that is chosen is told of in full below the list.
fn focused(window: &Window) -> String {
    let mut nodes = window.root().children_recursive();
    let focused = nodes.find(egui_kittest::Node::is_focused);
    let label = focused.and_then(|node| node.accesskit_node().label());
    label.unwrap_or_default()
}

#[test]
fn kept_runs_are_chosen_with_arrow_keys_and_opened_with_enter() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path());
    let kept = Some(folder.path().to_owned());
    let mut window = opening().tall(1200.0).runs_in(kept).open();
    ask(&mut window, Action::ShowTab(SidebarTab::Runs));
    wait_for(&mut window, "3 runs");
    window.get_all_by_label_contains("Run ").next().unwrap();
    let rows: Vec<_> = window.get_all_by_label_contains("Run Checkout").collect();
    rows[0].focus();
    drop(rows);
    window.run_steps(3);
    let first = focused(&window);
    press(&mut window, Key::Home);
    let top = focused(&window);
    press(&mut window, Key::ArrowDown);
    let second = focused(&window);
    assert!(top.starts_with("Run ") && second.starts_with("Run "));
    assert_ne!(second, top, "{first}");
    assert!(is_shown(&window, "Open this run"), "it is chosen too");
    press(&mut window, Key::End);
    let last = focused(&window);
    assert!(last != second && last != top);
    press(&mut window, Key::ArrowDown);
    assert_eq!(focused(&window), last, "it ends there");
    press(&mut window, Key::ArrowUp);
    assert_eq!(focused(&window), second);
    press(&mut window, Key::Enter);
    run_until(&mut window, "it is open", |window| {
        window.state().run_state() != RunState::None
    });
}

/// Two parameters of two values each.
const MAP: &str = r#"(
    format: 1,
    title: "Map",
    tasks: [(name: "wait", stages: [Wait(time: Constant("1ms"))])],
    load: Closed(clients: 2),
    candidates: [(backend: Threads(workers: 2))],
    protocol: (noise_floor: false),
    sweep: (x: (vary: Workers, over: [1, 2]), y: (vary: Clients, over: [3, 4]), repeats: 1),
)"#;

#[test]
fn the_cells_of_a_map_are_read_with_arrow_keys() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = poolscope::scenario::parse(MAP).scenario.unwrap();
    let sweep = scenario.sweep.clone().unwrap();
    let mut plan = SweepPlan::new(&scenario, &sweep, 7).unwrap();
    let header = Header::new(RecordKind::Sweep, &scenario, &[0], 7, 1);
    let library = Library::at(folder.path().to_owned());
    let mut writer = library.create(&header).unwrap();
    while let Some((step, request)) = plan.next() {
        let run = support::run_of(&request);
        writer.whole_run(&step, &run).unwrap();
        assert!(plan.tell(&step, &run));
    }
    writer.close(&Closing::of([], false)).unwrap();
    let mut window = opening().tall(1600.0).open();
    ask(&mut window, Action::OpenFile(writer.path().to_owned()));
    wait_for(&mut window, "sweep: 4 of 4 visits");
    run_until(&mut window, "it is put together", |window| {
        is_shown(window, "Point by point")
    });
    window.run_steps(3);
    let maps = window.get_all_by_role(egui::Role::Image);
    let map = maps.into_iter().last().unwrap();
    map.focus();
    window.run_steps(3);
    assert!(
        focused(&window).contains("workers 1, clients 3: "),
        "{}",
        focused(&window)
    );
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowUp);
    assert!(
        focused(&window).contains("workers 2, clients 4: "),
        "{}",
        focused(&window)
    );
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowDown);
    assert!(
        focused(&window).contains("workers 2, clients 3: "),
        "{}",
        focused(&window)
    );
}

#[test]
fn lanes_are_read_from_task_to_task_zoomed_and_moved_with_keys() {
    let mut window = opening().tall(1600.0).open_with(support::lives::run());
    click(&mut window, "Time line");
    assert!(is_shown(&window, "4 workers; "));
    window.get_by_label_contains("thread 1 busy 30").focus();
    window.run_steps(3);
    assert!(focused(&window).starts_with("thread 1, task 1, good: "));
    press(&mut window, Key::ArrowDown);
    assert!(focused(&window).starts_with("thread 2, idle "));
    press(&mut window, Key::ArrowRight);
    let told = focused(&window);
    assert!(told.starts_with("thread 2, task 2, good: "), "{told}");
    assert!(told.contains("on CPU 30.0 ms"), "{told}");
    // It is found as by a click, and its life stands in the list.
    assert!(window.query_by_label("queue wait 2.00 ms").is_none());
    press(&mut window, Key::Enter);
    window.get_by_label("queue wait 2.00 ms");
    for key in [Key::Plus, Key::Plus, Key::Minus, Key::Home, Key::ArrowUp] {
        press(&mut window, key);
    }
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    window.run_steps(3);
    assert!(
        focused(&window).starts_with("thread 1, "),
        "{}",
        focused(&window)
    );
}

#[test]
fn places_of_tasks_are_not_called_workers() {
    let mut window = opening().tall(1600.0).open_with(support::lives::run());
    click(&mut window, "Time line");
    let other = window.get_by_label_contains("Lanes of threads ×2");
    other.click_accesskit();
    window.run_steps(3);
    assert!(is_shown(&window, "(tasks under way at once, not workers)"));
    assert!(is_shown(
        &window,
        "What was under way at once of threads ×2"
    ));
}
