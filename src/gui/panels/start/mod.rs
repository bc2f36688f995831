//! The start page: the bundled experiments, what one was at last, and the ways to something of one's own.

mod cards;
mod glyphs;
mod picture;
mod recent;

use std::collections::BTreeSet;
use std::path::PathBuf;

use egui::{Align, Button, Layout, RichText, ScrollArea, TextEdit, Ui};

use crate::gui::action::{Action, TourAction};
use crate::gui::app::{RunEntry, Search, Verdicts};
use crate::gui::panels::library::LibraryEntry;
use crate::gui::panels::start::cards::Shape;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{
    FollowFocus as _, card_ui, empty_state_ui, in_order_ui, primary_button_ui, weak_ui,
};
use crate::scenario::Topic;
use crate::session::LocalPython;

/// Width of the column with what one was at last, in points.
const RECENT_WIDTH: f32 = 280.0;
/// With less room the recent things stand below the first cards, in points.
const SIDE_BY_SIDE: f32 = 920.0;
/// With less room the ways to something of one's own stand below the title, in points.
const HEAD_SIDE_BY_SIDE: f32 = 720.0;
/// Lower pages have cards that are wide and not tall, so that the first can be run without scrolling, in points.
const LOW: f32 = 500.0;
/// Still lower ones offer the tour only by the button below the title, in points.
const VERY_LOW: f32 = 340.0;
/// As many recent runs, and as many files, as a glance takes in.
pub const RUNS_MAX: usize = 8;
/// As many of each as leave the cards in sight.
const NARROW_MAX: usize = 3;
/// More experiments than this are searched for by words.
const FILTER_FROM: usize = 12;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct StartView<'a> {
    /// The bundled experiments; at least one.
    pub entries: &'a [LibraryEntry],
    /// Recent files, the newest first.
    pub recent: &'a [PathBuf],
    /// Those of them that are not there any more.
    pub gone: &'a BTreeSet<PathBuf>,
    /// The kept runs, the newest first.
    pub runs: &'a [RunEntry],
    /// What followed from the newest of them, as far as it is known.
    pub verdicts: &'a Verdicts,
    /// How far the list of the runs is.
    pub listing: &'a Search,
    /// Whether runs are kept at all.
    pub keeps_runs: bool,
    /// What this machine has for candidates of CPython.
    pub local: &'a LocalPython,
    /// How far the search for that is.
    pub machine: &'a Search,
    /// Whether the tour is still to be offered.
    pub offers_tour: bool,
    /// Whether a run forbids opening.
    pub locked: bool,
}

/// Shows the start page; keeps the words that are searched for.
#[derive(Debug, Default)]
pub struct StartPanel {
    words: String,
    /// The page is shown from its beginning in the next frame.
    to_top: bool,
}

impl StartPanel {
    /// Shows the page from its beginning, with all experiments.
    pub fn begin(&mut self) {
        self.words.clear();
        self.to_top = true;
    }

    /// Shows the page and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &StartView<'_>, actions: &mut Vec<Action>) {
        let height = ui.available_height();
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("start");
        if std::mem::take(&mut self.to_top) {
            area = area.vertical_scroll_offset(0.0);
        }
        area.show_following(ui, |ui| {
            head_ui(ui, view, actions);
            if view.offers_tour && height >= VERY_LOW {
                tour_offer_ui(ui, actions);
            }
            let shape = if height < LOW {
                Shape::Wide
            } else {
                Shape::Tall
            };
            let room = ui.available_width();
            if room < SIDE_BY_SIDE {
                self.experiments_ui(ui, view, (shape, true), actions);
                return;
            }
            // From the right: Tab comes to the few recent things before the many cards.
            ui.horizontal_top(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.x = space::L;
                    column_ui(ui, RECENT_WIDTH, |ui| {
                        recent::runs_ui(ui, view, RUNS_MAX, actions);
                        ui.add_space(space::S);
                        recent::files_ui(ui, view, RUNS_MAX, actions);
                    });
                    column_ui(ui, room - RECENT_WIDTH - space::L, |ui| {
                        self.experiments_ui(ui, view, (shape, false), actions);
                    });
                });
            });
            ui.add_space(space::M);
        });
    }

    /// The cards of that shape; `with_recent` things between those of the first topic and all others.
    fn experiments_ui(
        &mut self,
        ui: &mut Ui,
        view: &StartView<'_>,
        (shape, with_recent): (Shape, bool),
        actions: &mut Vec<Action>,
    ) {
        if view.entries.len() > FILTER_FROM {
            let edit = TextEdit::singleline(&mut self.words)
                .hint_text("Find an experiment: lock, queue, memory, Python …")
                .desired_width(360.0);
            ui.add(edit).accessible_name("Find an experiment");
        }
        let words: Vec<String> = self
            .words
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let found = |entry: &&LibraryEntry| words.iter().all(|word| entry.mentions(word));
        if !words.is_empty() {
            let found: Vec<&LibraryEntry> = view.entries.iter().filter(found).collect();
            if found.is_empty() {
                let text =
                    "No experiment has all of these words. Compose your own, or find fewer words.";
                empty_state_ui(ui, "Nothing found", text);
            }
            cards::grid_ui(ui, &found, (shape, false), view, actions);
            return;
        }
        for topic in Topic::ALL {
            let of_topic = view.entries.iter().filter(|entry| entry.topic == topic);
            let of_topic: Vec<&LibraryEntry> = of_topic.collect();
            if !of_topic.is_empty() {
                ui.add_space(space::XS);
                ui.label(RichText::new(topic.label()).text_style(theme::title_style()));
                let is_first = topic == Topic::ALL[0];
                cards::grid_ui(ui, &of_topic, (shape, is_first), view, actions);
                ui.add_space(space::S);
            }
            if with_recent && topic == Topic::ALL[0] {
                recent::both_ui(ui, view, NARROW_MAX, actions);
            }
        }
    }
}

fn column_ui(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(egui::vec2(width, 0.0), layout, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.x = space::S;
        content(ui);
    });
}

/// What the page is for, and the ways to something of one's own.
fn head_ui(ui: &mut Ui, view: &StartView<'_>, actions: &mut Vec<Action>) {
    if ui.available_width() < HEAD_SIDE_BY_SIDE {
        ui.scope(title_ui);
        ui.horizontal_wrapped(|ui| {
            for way in ways(view) {
                way_ui(ui, way, actions);
            }
        });
    } else {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                in_order_ui(ui, |ui| {
                    for way in ways(view) {
                        way_ui(ui, way, actions);
                    }
                });
                ui.with_layout(Layout::top_down(Align::Min), title_ui);
            });
        });
    }
    ui.add_space(space::XS);
}

fn title_ui(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let title = "Which pool should run this work?";
    ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
    weak_ui(
        ui,
        "Pick an experiment: it runs the same work on threads, on processes and async, on this machine, and shows it live.",
    );
}

/// A way to something of one's own.
struct Way {
    label: &'static str,
    name: &'static str,
    hover: &'static str,
    can_be: bool,
    action: Action,
}

fn ways(view: &StartView<'_>) -> [Way; 3] {
    [
        Way {
            label: "+ Compose your own",
            name: "Compose your own",
            hover: "A new experiment in the composer: tasks, load and candidates of your own (Ctrl+N)",
            can_be: !view.locked,
            action: Action::New,
        },
        Way {
            label: "Open a file…",
            name: "Open a file",
            hover: "A scenario, or the run of a colleague (Ctrl+O)",
            can_be: !view.locked,
            action: Action::Open,
        },
        Way {
            label: "Take the tour",
            name: "Take the tour",
            hover: "Seven steps that show where things are; Esc ends it",
            can_be: true,
            action: Action::Tour(TourAction::Begin),
        },
    ]
}

fn way_ui(ui: &mut Ui, way: Way, actions: &mut Vec<Action>) {
    let button = ui.add_enabled(way.can_be, Button::new(way.label));
    let button = button
        .on_hover_text(way.hover)
        .on_disabled_hover_text("Stop the run that is under way first");
    if button.accessible_name(way.name).clicked() {
        actions.push(way.action);
    }
}

fn tour_offer_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                in_order_ui(ui, |ui| tour_answers_ui(ui, actions));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let offer = "New here? A short tour of seven steps shows where things are.";
                    ui.add(egui::Label::new(offer).wrap());
                });
            });
        });
    });
}

fn tour_answers_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    if primary_button_ui(ui, "Start the tour", true).clicked() {
        actions.push(Action::Tour(TourAction::Begin));
    }
    if ui
        .button("No, thanks")
        .on_hover_text("It is found again in the Help menu, and above")
        .accessible_name("Do not take the tour")
        .clicked()
    {
        actions.push(Action::Tour(TourAction::End));
    }
}
