//! What is alike in all programs: menus, shortcuts and the command palette are one table, and the keyboard reaches
//! everything.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;
mod window_support;

use egui::{Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::gui::action::Action;
use poolscope::gui::app::{Page, SidebarTab};

use window_support::{Window, ask, click, is_shown, opening};

fn keys(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

fn press(window: &mut Window, key: Key) {
    keys(window, Modifiers::NONE, key);
}

fn type_text(window: &mut Window, text: &str) {
    window
        .input_mut()
        .events
        .push(egui::Event::Text(text.to_owned()));
    window.run_steps(3);
}

/// The palette, with this typed.
fn search(window: &mut Window, text: &str) {
    keys(window, Modifiers::COMMAND, Key::P);
    type_text(window, text);
}

fn is_open(window: &Window) -> bool {
    window.query_by_label("Search commands").is_some()
}

/// What has the keyboard is called.
fn focused(window: &Window) -> String {
    let focused = window.root().children_recursive().find(Node::is_focused);
    focused
        .and_then(|node| node.accesskit_node().label())
        .unwrap_or_default()
}

#[test]
fn the_palette_opens_by_its_keys_and_does_what_is_found_by_enter() {
    let mut window = opening().open();
    search(&mut window, "text pag");
    assert_eq!(window.query_all_by_label("Text page").count(), 2);
    press(&mut window, Key::Enter);
    assert!(!is_open(&window));
    assert_eq!(window.state().page(), Page::Text);
}

#[test]
fn what_is_typed_together_with_the_keys_of_the_palette_is_searched_for_and_changes_no_field() {
    let mut window = opening().open();
    ask(&mut window, Action::New);
    assert_eq!(focused(&window), "Title");
    let before = window.state().document().scenario().clone();
    // A window that is drawn slowly gets all of this at once.
    let opens = egui::Event::Key {
        key: Key::P,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    let typed = egui::Event::Text("text".to_owned());
    window.input_mut().events.extend([opens, typed]);
    window.run_steps(3);
    type_text(&mut window, " pag");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().page(), Page::Text);
    assert_eq!(*window.state().document().scenario(), before);
}

#[test]
fn whoever_asks_for_a_page_by_keys_goes_on_there() {
    let mut window = opening().open();
    ask(&mut window, Action::New);
    keys(&mut window, Modifiers::COMMAND, Key::Num4);
    assert_eq!(focused(&window), "Two runs");
    keys(&mut window, Modifiers::ALT, Key::Num3);
    assert_eq!(focused(&window), "Library", "the first of the left panel");
    search(&mut window, "sweeps page");
    press(&mut window, Key::Enter);
    assert!(!focused(&window).is_empty());
    assert_ne!(focused(&window), "Library");
}

#[test]
fn arrows_choose_and_escape_closes_without_doing_anything() {
    let mut window = opening().open();
    search(&mut window, "page");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Escape);
    assert!(!is_open(&window));
    assert_eq!(window.state().page(), Page::Plan);
    search(&mut window, "theme:");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowUp);
    press(&mut window, Key::Enter);
    assert_eq!(
        window.ctx.options(|options| options.theme_preference),
        egui::ThemePreference::Light
    );
}

#[test]
fn the_palette_says_why_something_is_not_possible_and_does_not_do_it() {
    let mut window = opening().open();
    search(&mut window, "stop the run");
    window.get_by_label("Stop the run: Nothing runs");
    press(&mut window, Key::Enter);
    assert!(is_open(&window), "it stays to read the reason");
    keys(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    assert!(!is_open(&window));
}

#[test]
fn the_palette_begins_with_what_can_be_done() {
    let mut window = opening().open();
    search(&mut window, "candidates");
    assert!(is_shown(
        &window,
        "Candidates side by side, or over each other: "
    ));
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    assert!(!is_open(&window));
    assert_eq!(focused(&window), "Candidates");
    search(&mut window, "lock stage");
    press(&mut window, Key::Enter);
    assert_eq!(focused(&window), "Task kinds");
}

#[test]
fn the_palette_finds_experiments_candidates_and_what_nothing_is_called() {
    let mut window = opening().open_with(support::sample_run());
    let hidden = |window: &Window| {
        let charts = window.state().measurement().unwrap().charts();
        charts
            .chart(poolscope::chart::ChartId::Throughput)
            .unwrap()
            .series
            .len()
    };
    let all = hidden(&window);
    search(&mut window, "hide threads ×8");
    press(&mut window, Key::Enter);
    window.run_steps(2);
    assert_eq!(hidden(&window), all - 1);
    search(&mut window, "open prime");
    click(&mut window, "Open: Prime check");
    assert_eq!(window.state().document().scenario().title, "Prime check");
    search(&mut window, "qqqq");
    window.get_by_label("Nothing is called like this");
}

#[test]
fn the_palette_leads_to_the_section_where_something_is_added() {
    for (typed, section) in [("add a sweep", "Sweep"), ("add a series", "Candidates")] {
        let mut window = opening().open();
        search(&mut window, typed);
        press(&mut window, Key::Enter);
        assert_eq!(window.state().page(), Page::Plan, "{typed}");
        assert_eq!(focused(&window), section);
    }
}

#[test]
fn escape_takes_away_one_failure_after_the_other_and_first_what_is_open() {
    let mut window = opening().open();
    let fail = |text: &str| Action::Tell(Err(text.to_owned()));
    ask(&mut window, fail("The disk is full"));
    ask(&mut window, fail("The file is gone"));
    keys(&mut window, Modifiers::COMMAND, Key::P);
    press(&mut window, Key::Escape);
    assert!(is_shown(&window, "The file is gone"));
    press(&mut window, Key::Escape);
    assert!(!is_shown(&window, "The file is gone") && is_shown(&window, "The disk is full"));
    press(&mut window, Key::Escape);
    assert!(!is_shown(&window, "The disk is full"));
}

#[test]
fn the_pages_and_the_parts_of_the_left_panel_have_keys() {
    let mut window = opening().open_with(support::sample_run());
    for (key, page) in [
        (Key::Num1, Page::Plan),
        (Key::Num2, Page::Text),
        (Key::Num3, Page::Charts),
        (Key::Num4, Page::Comparison),
        (Key::Num5, Page::Series),
    ] {
        keys(&mut window, Modifiers::COMMAND, key);
        assert_eq!(window.state().page(), page);
    }
    keys(&mut window, Modifiers::ALT, Key::Num2);
    assert!(is_shown(&window, "Candidates"));
    keys(&mut window, Modifiers::ALT, Key::Num1);
    window.get_by_label("Open Prime check");
    keys(&mut window, Modifiers::COMMAND, Key::B);
    assert!(window.query_by_label("Open Prime check").is_none());
}

#[test]
fn the_list_of_shortcuts_has_the_keys_of_the_menus() {
    let mut window = opening().open();
    click(&mut window, "Help menu");
    click(&mut window, "Keyboard shortcuts");
    for keys in [
        "Ctrl+N",
        "F5 or Ctrl+R",
        "Ctrl+Shift+Z or Ctrl+Y",
        "Tab, Shift+Tab",
    ] {
        window.get_by_label(keys);
    }
    click(&mut window, "Close");
    keys(&mut window, Modifiers::COMMAND, Key::Slash);
    window.get_by_label("Ctrl+N");
}

#[test]
fn a_menu_names_every_command_and_says_what_is_set() {
    let mut window = opening().open();
    for menu in ["File", "Edit", "View", "Run", "Help"] {
        click(&mut window, &format!("{menu} menu"));
        for command in poolscope::gui::commands::COMMANDS {
            if command.menu.label() == menu && command.within.is_empty() && menu != "Edit" {
                let named = window.query_all_by_label(command.name).count();
                assert!(named > 0, "{} is not in {menu}", command.name);
            }
        }
        press(&mut window, Key::Escape);
    }
    click(&mut window, "View menu");
    click(&mut window, "Left panel");
    assert!(window.query_by_label("Library").is_none());
}

#[test]
fn the_keyboard_goes_from_part_to_part_and_into_the_menus() {
    let mut window = opening().open_with(support::sample_run());
    press(&mut window, Key::F6);
    assert_eq!(focused(&window), "Library");
    press(&mut window, Key::F6);
    assert!(!focused(&window).is_empty() && focused(&window) != "Library");
    press(&mut window, Key::F10);
    assert_eq!(focused(&window), "File menu");
    keys(&mut window, Modifiers::SHIFT, Key::F6);
    assert_ne!(focused(&window), "File menu");
    press(&mut window, Key::F6);
    assert_eq!(focused(&window), "File menu");
    press(&mut window, Key::Enter);
    window.get_by_label("Save as…");
}

#[test]
fn the_keyboard_goes_to_what_it_can_use_and_on_to_what_that_opens() {
    let mut window = opening().open();
    ask(&mut window, Action::New);
    ask(&mut window, Action::Show(Page::Series));
    press(&mut window, Key::F10);
    press(&mut window, Key::F6);
    press(&mut window, Key::F6);
    assert!(
        focused(&window).starts_with("Add a sweep"),
        "{}",
        focused(&window)
    );
    press(&mut window, Key::Enter);
    assert_eq!(focused(&window), "Sweep");
}

#[test]
fn a_menu_is_opened_by_its_letter_and_the_arrows_lead_to_the_next_one() {
    if cfg!(target_os = "macos") {
        return;
    }
    let mut window = opening().open_with(support::sample_run());
    ask(&mut window, Action::ShowTab(SidebarTab::Compose));
    let title = window.get_by_role_and_label(egui::Role::TextInput, "Title");
    title.focus();
    window.run_steps(2);
    let before = window.state().document().scenario().title.clone();
    // On most systems the same press is a letter too.
    let key = egui::Event::Key {
        key: Key::R,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::ALT,
    };
    let events = &mut window.input_mut().events;
    events.extend([key, egui::Event::Text("r".to_owned())]);
    window.run_steps(3);
    assert_eq!(window.state().document().scenario().title, before);
    assert_eq!(focused(&window), "Run menu");
    window.get_by_label("Run all candidates");
    press(&mut window, Key::ArrowRight);
    assert_eq!(focused(&window), "Help menu");
    window.get_by_label("About poolscope");
    assert!(window.query_by_label("Run all candidates").is_none());
    press(&mut window, Key::ArrowRight);
    assert_eq!(focused(&window), "File menu");
    press(&mut window, Key::ArrowLeft);
    assert_eq!(focused(&window), "Help menu");
    press(&mut window, Key::ArrowLeft);
    assert_eq!(focused(&window), "Run menu");
    press(&mut window, Key::ArrowDown);
    assert_eq!(focused(&window), "Run all candidates");
    keys(&mut window, Modifiers::ALT, Key::F);
    assert_eq!(focused(&window), "File menu");
    window.get_by_label("Save as…");
}

#[test]
fn the_keyboard_stays_near_what_was_used_and_is_gone() {
    let mut window = opening().at_the_start().tall(2400.0).open();
    window.get_by_label("Do not take the tour").focus();
    window.run_steps(2);
    press(&mut window, Key::Enter);
    assert!(window.query_by_label("Do not take the tour").is_none());
    assert_eq!(focused(&window), "", "a second Enter presses nothing else");
    press(&mut window, Key::Tab);
    let near = focused(&window);
    assert!(!near.is_empty() && !near.ends_with(" menu"), "{near}");
    window.get_by_label("Compose your own").focus();
    window.run_steps(2);
    press(&mut window, Key::Enter);
    // What is typed becomes the title of what is new.
    assert_eq!(focused(&window), "Title");
    type_text(&mut window, "Mine");
    assert_eq!(window.state().document().scenario().title, "Mine");
    press(&mut window, Key::Enter);
    assert_eq!(focused(&window), "", "what was typed is taken");
    press(&mut window, Key::Tab);
    assert_eq!(focused(&window), "Description");
    window
        .get_by_label("Remove stage 2 of task kind 'task'")
        .focus();
    window.run_steps(2);
    press(&mut window, Key::Enter);
    let tasks = |window: &Window| window.state().document().scenario().tasks[0].stages.len();
    assert_eq!(tasks(&window), 1);
    press(&mut window, Key::Tab);
    let near = focused(&window);
    assert!(near.contains("'task'") || near == "Add stage", "{near}");
    keys(&mut window, Modifiers::COMMAND, Key::P);
    press(&mut window, Key::Escape);
    assert_eq!(focused(&window), near, "it returns from the palette");
}

#[test]
fn what_stands_at_the_right_end_is_walked_through_as_it_is_read() {
    let mut window = opening().at_the_start().open();
    press(&mut window, Key::F10);
    let mut walked = Vec::new();
    for _ in 0..9 {
        press(&mut window, Key::Tab);
        walked.push(focused(&window));
    }
    let place = |name: &str| walked.iter().position(|one| one == name).unwrap();
    assert!(place("Help menu") < place("Start page"));
    assert!(place("Start page") < place("Plan page"));
    assert!(place("Plan page") < place("Text page"));
}

#[test]
fn the_edge_of_a_panel_has_a_name_and_is_moved_by_arrow_keys() {
    let mut window = opening().open_with(support::finished_run());
    for (edge, smaller, larger) in [
        ("Width of the left panel", Key::ArrowLeft, Key::ArrowRight),
        ("Height of the results", Key::ArrowDown, Key::ArrowUp),
    ] {
        let size = |window: &Window| {
            let edge = window.get_by_label(edge).rect().center();
            // The panel at the left begins at the left of the window, that at the bottom at its bottom.
            if larger == Key::ArrowRight {
                edge.x
            } else {
                800.0 - edge.y
            }
        };
        window.get_by_label(edge).focus();
        window.run_steps(3);
        let before = size(&window);
        press(&mut window, larger);
        let after = size(&window);
        assert!(after > before, "{edge}: {before} and {after}");
        assert_eq!(focused(&window), edge);
        press(&mut window, smaller);
        assert!(size(&window) < after, "{edge}");
        assert!(is_shown(&window, "by keyboard"), "what it does is told");
    }
}

#[test]
fn settings_are_found_by_words_and_change_how_the_window_looks() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Some(folder.path().to_path_buf());
    let mut window = opening().tall(1600.0).settings_in(kept).open();
    keys(&mut window, Modifiers::COMMAND, Key::Comma);
    for section in [
        "Appearance",
        "Notifications",
        "Interpreters",
        "Where things are kept",
    ] {
        window.get_by_label(section);
    }
    let panel = |window: &Window| window.ctx.style_of(window.ctx.theme()).visuals.panel_fill;
    let before = panel(&window);
    click(&mut window, "High contrast");
    assert_ne!(panel(&window), before);
    click(&mut window, "High contrast");
    assert_eq!(panel(&window), before);
    let scale = window.get_by_role_and_label(egui::Role::ComboBox, "Size of everything");
    scale.click();
    window.run_steps(3);
    window_support::press(&mut window, "125 %");
    assert!((window.ctx.zoom_factor() - 1.25).abs() < 1e-6);
    window_support::type_into(&mut window, "Search settings", "python");
    window.get_by_label("Add an interpreter");
    assert!(window.query_by_label("Appearance").is_none());
    assert!(window.query_by_label("Dask address").is_none());
    click(&mut window, "Show all settings");
    window.get_by_label("Appearance");
    window_support::type_into(&mut window, "Search settings", "qqqq");
    window.get_by_label("No setting is called like this");
}

#[test]
fn the_palette_leads_to_a_setting() {
    let mut window = opening().open();
    search(&mut window, "setting: reduced");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().page(), Page::Machine);
    window.get_by_label("Reduced motion");
    assert!(window.query_by_label("High contrast").is_none());
}

#[test]
fn what_the_program_is_comes_with_its_licence_and_where_things_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opening()
        .settings_in(Some(folder.path().to_path_buf()))
        .open();
    ask(&mut window, Action::About);
    assert!(is_shown(&window, "licensed under"));
    click(&mut window, "Copy the path of settings");
    let path = folder.path().display().to_string();
    let copies =
        |command: &egui::OutputCommand| *command == egui::OutputCommand::CopyText(path.clone());
    let commands = &window.output().platform_output.commands;
    assert!(commands.iter().any(copies) || is_shown(&window, "Copied"));
}
