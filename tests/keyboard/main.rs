//! Nothing is reachable by the pointer alone: every control can have the keyboard, and Tab comes to all of them.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod actions;
mod lists;
#[path = "../support/mod.rs"]
mod support;
mod table;
#[path = "../window_support/mod.rs"]
mod window_support;

use std::collections::BTreeSet;

use egui::accesskit::Action as Wish;
use egui::{Key, Role};
use egui_kittest::Node;
use egui_kittest::kittest::NodeT as _;
use poolscope::gui::action::{Action, Preference};
use poolscope::gui::app::{ExportAction, Page, SidebarTab};

use window_support::{Window, ask, click, opening};

/// What can be used with the pointer.
struct Usable {
    /// Tells it from all others.
    id: String,
    /// For people.
    told: String,
    can_focus: bool,
}

fn usable(window: &Window) -> Vec<Usable> {
    let nodes = window.root().children_recursive();
    let usable = nodes.filter(|node| {
        let data = node.accesskit_node();
        let data = data.data();
        data.supports_action(Wish::Click)
            && !data.is_disabled()
            && !data.is_hidden()
            && data.role() != Role::Label
            // The keyboard scrolls by going to a control.
            && data.role() != Role::ScrollBar
    });
    usable
        .map(|node| Usable {
            id: id(&node),
            told: told(&node),
            can_focus: node.accesskit_node().data().supports_action(Wish::Focus),
        })
        .collect()
}

fn told(node: &Node<'_>) -> String {
    let data = node.accesskit_node();
    let label = data.label().unwrap_or_default();
    let label: String = label.chars().take(60).collect();
    format!("{:?} '{label}'", data.role())
}

/// What has the keyboard. Its label may change with that: lanes say where the keyboard is.
fn focused(window: &Window) -> Option<String> {
    let mut nodes = window.root().children_recursive();
    nodes.find(Node::is_focused).map(|node| id(&node))
}

fn id(node: &Node<'_>) -> String {
    format!("{:?}", node.accesskit_node().id())
}

#[track_caller]
fn all_can_have_the_keyboard(window: &Window, what: &str) {
    let usable = usable(window);
    assert!(usable.len() > 5, "{what}: there is hardly anything");
    let never: Vec<&String> = usable
        .iter()
        .filter(|one| !one.can_focus)
        .map(|one| &one.told)
        .collect();
    assert!(never.is_empty(), "{what}: {never:?}");
}

/// Presses Tab until it is back where it began, and checks that it came to everything.
#[track_caller]
fn tab_comes_to_everything(window: &mut Window, what: &str) {
    /// More than any page has.
    const PRESSED_MAX: usize = 600;
    let mut seen = BTreeSet::new();
    for _ in 0..PRESSED_MAX {
        window.key_press(Key::Tab);
        window.step();
        let Some(now) = focused(window) else { continue };
        if !seen.insert(now) {
            break;
        }
    }
    let missed: Vec<String> = usable(window)
        .into_iter()
        .filter(|one| !seen.contains(&one.id))
        .map(|one| one.told)
        .collect();
    assert!(
        missed.is_empty(),
        "{what}: Tab came to {} controls, and not to {missed:?}",
        seen.len()
    );
}

#[test]
fn all_that_can_be_clicked_can_have_the_keyboard_in_every_state() {
    for (state, run) in [
        ("waiting", support::waiting_run()),
        ("failed in part", support::sample_run()),
        ("single tasks", support::lives::run()),
        ("a drill", support::drill::run()),
    ] {
        let mut window = opening().tall(1600.0).open_with(run);
        for page in Page::CHOICES.into_iter().chain([Page::Machine]) {
            ask(&mut window, Action::Show(page));
            all_can_have_the_keyboard(&window, &format!("{state}, {}", page.label()));
        }
        for tab in [SidebarTab::Library, SidebarTab::Compose, SidebarTab::Runs] {
            ask(&mut window, Action::ShowTab(tab));
            all_can_have_the_keyboard(&window, &format!("{state}, {tab:?}"));
        }
        ask(&mut window, Action::Show(Page::Charts));
        ask(&mut window, Action::Exporting(ExportAction::Open));
        all_can_have_the_keyboard(&window, &format!("{state}, export"));
    }
}

#[test]
fn tab_walks_through_every_page_without_being_caught() {
    let mut window = opening().open();
    for page in Page::CHOICES.into_iter().chain([Page::Machine]) {
        ask(&mut window, Action::Show(page));
        tab_comes_to_everything(&mut window, page.label());
    }
}

#[test]
fn tab_walks_through_board_and_results_and_the_composer() {
    let mut window = opening().open_with(support::lives::run());
    tab_comes_to_everything(&mut window, "board");
    click(&mut window, "Time line");
    tab_comes_to_everything(&mut window, "time line");
    ask(&mut window, Action::ShowTab(SidebarTab::Compose));
    ask(&mut window, Action::Show(Page::Text));
    tab_comes_to_everything(&mut window, "composer");
}

#[test]
fn tab_walks_through_the_head_of_a_chart_as_it_is_read() {
    let mut window = opening().open_with(support::lives::run());
    let now = |window: &Window| {
        let mut nodes = window.root().children_recursive();
        let node = nodes.find(Node::is_focused)?;
        Some((node.accesskit_node().label(), node.rect()))
    };
    let percentiles = (0..200).find_map(|_| {
        window.key_press(Key::Tab);
        window.step();
        let (label, place) = now(&window)?;
        (label.as_deref() == Some("Percentiles of the response time")).then_some(place)
    });
    let percentiles = percentiles.expect("Tab comes to the percentiles");
    window.key_press(Key::Tab);
    window.step();
    let (label, place) = now(&window).unwrap();
    assert!(
        place.left() >= percentiles.right() && place.y_range().contains(percentiles.center().y),
        "{label:?} at {place} follows {percentiles}"
    );
}

#[test]
fn what_tab_leads_to_is_scrolled_into_sight() {
    let mut window = opening().open();
    ask(&mut window, Action::ShowTab(SidebarTab::Compose));
    let place = |window: &Window| {
        let mut nodes = window.root().children_recursive();
        nodes.find(Node::is_focused).map(|node| node.rect())
    };
    let is_out = |rect: &egui::Rect| rect.bottom() > 800.0;
    let mut scrolled = 0;
    for _ in 0..120 {
        window.key_press(Key::Tab);
        window.step();
        if !place(&window).is_some_and(|rect| is_out(&rect)) {
            continue;
        }
        scrolled += 1;
        // It moves there in a few frames.
        window.run_steps(8);
        let now = place(&window).unwrap();
        assert!(!is_out(&now), "{:?} is still at {now}", focused(&window));
    }
    assert!(scrolled > 0, "there was nothing to scroll to");
}

#[test]
fn nothing_is_lost_with_high_contrast_little_motion_marks_and_large_text() {
    let mut window = opening().tall(1600.0).open_with(support::finished_run());
    let before: BTreeSet<String> = names(&window);
    for preference in [
        Preference::HighContrast,
        Preference::LineMarks,
        Preference::ReducedMotion,
    ] {
        ask(&mut window, Action::Prefer(preference));
        assert_eq!(names(&window), before, "{preference:?}");
        all_can_have_the_keyboard(&window, &format!("{preference:?}"));
    }
    for page in Page::CHOICES.into_iter().chain([Page::Machine]) {
        ask(&mut window, Action::Show(page));
        all_can_have_the_keyboard(&window, page.label());
    }
    ask(&mut window, Action::Prefer(Preference::Scale(200)));
    for page in Page::CHOICES {
        ask(&mut window, Action::Show(page));
        all_can_have_the_keyboard(&window, page.label());
    }
}

/// What everything that can be used is called.
fn names(window: &Window) -> BTreeSet<String> {
    let nodes = window.root().children_recursive();
    let usable = nodes.filter(|node| {
        let data = node.accesskit_node();
        data.data().supports_action(Wish::Click)
    });
    usable
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}
