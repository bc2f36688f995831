//! What a screen reader reads: on every page, in every state, each control has a name.
#![cfg(feature = "gui")]

mod support;
mod window_support;

use egui::Role;
use egui_kittest::Node;
use egui_kittest::kittest::NodeT as _;
use poolscope::gui::action::Action;
use poolscope::gui::app::{Page, SidebarTab};

use window_support::{Window, ask, click, opening};

/// The roles of what can be pressed, set or typed into.
const CONTROLS: [Role; 11] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::SpinButton,
    Role::Slider,
    Role::ComboBox,
    Role::Link,
    Role::Tab,
    Role::MenuItem,
];

/// Controls without a name, each by its role and its place; and how many controls there are.
fn nameless(window: &Window) -> (Vec<String>, usize) {
    let (mut found, mut count) = (Vec::new(), 0);
    let mut open: Vec<Node<'_>> = vec![window.root()];
    while let Some(node) = open.pop() {
        open.extend(node.children());
        let data = node.accesskit_node();
        if data.is_hidden() || !CONTROLS.contains(&data.role()) {
            continue;
        }
        count += 1;
        if data.label().is_none_or(|label| label.trim().is_empty()) {
            found.push(format!("{:?} at {}", data.role(), node.rect()));
        }
    }
    (found, count)
}

#[track_caller]
fn check(window: &Window, what: &str) {
    let (found, count) = nameless(window);
    assert!(count > 5, "{what}: there are hardly any controls");
    assert!(found.is_empty(), "{what}: {found:?}");
}

#[test]
fn every_control_of_every_page_has_a_name_before_the_first_run() {
    let mut window = opening().tall(2400.0).open();
    for page in Page::CHOICES.into_iter().chain([Page::Machine]) {
        ask(&mut window, Action::Show(page));
        check(&window, page.label());
    }
    for tab in [SidebarTab::Library, SidebarTab::Compose, SidebarTab::Runs] {
        ask(&mut window, Action::ShowTab(tab));
        check(&window, &format!("{tab:?}"));
    }
}

#[test]
fn every_control_has_a_name_while_a_run_waits_goes_on_and_is_over() {
    for (state, run) in [
        ("waiting", support::waiting_run()),
        ("failed in part", support::sample_run()),
        ("finished", support::finished_run()),
        ("a batch", support::batch_run()),
        ("a drill", support::drill::run()),
    ] {
        let mut window = opening().tall(1600.0).open_with(run);
        for page in Page::CHOICES {
            ask(&mut window, Action::Show(page));
            check(&window, &format!("{state}, {}", page.label()));
        }
    }
}

#[test]
fn every_entry_of_menus_questions_and_the_palette_has_a_name() {
    let mut window = opening().open();
    for menu in [
        "File menu",
        "Edit menu",
        "View menu",
        "Run menu",
        "Help menu",
    ] {
        click(&mut window, menu);
        check(&window, menu);
        window.key_press(egui::Key::Escape);
        window.run_steps(3);
    }
    for action in [Action::ListShortcuts, Action::About] {
        let what = format!("{action:?}");
        ask(&mut window, action);
        check(&window, &what);
        click(&mut window, "Close");
    }
    ask(&mut window, Action::FindCommand);
    check(&window, "palette");
}
