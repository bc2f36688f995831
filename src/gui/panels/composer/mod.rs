//! The composer: the scenario as cards and forms.
//!
//! It draws from top to bottom into the `Ui` it is given; whoever shows it gives it a place that scrolls.
//! It edits a copy and hands the copy over when something differs; it neither validates nor saves.
//!
//! - `form` draws rows of label, control and problems; `cards` lists that are folded, moved and dragged;
//! - `edit` is what can be done, without drawing; `typed` how values are read from text;
//! - `notes` finds each problem its place; `strip` shows a task to scale.

mod candidates;
mod cards;
mod edit;
mod form;
mod kinds;
mod notes;
mod settings;
mod stages;
mod strip;
mod tasks;
mod typed;

use std::collections::BTreeMap;

use egui::Ui;

use crate::gui::action::Action;
use crate::gui::panels::composer::cards::{FoldLine, fold_line_ui};
use crate::gui::panels::composer::form::{Form, Owner, message_ui, problems_ui};
use crate::gui::panels::composer::notes::Notes;
use crate::gui::panels::composer::tasks::TaskView;
use crate::gui::panels::composer::typed::Drafts;
use crate::gui::theme::{self, space};
use crate::gui::widgets::badge_ui;
use crate::scenario::{Problem, Scenario, Severity};
use crate::units::text;

/// The first parts of all paths that some section places.
const PLACED: [&str; 9] =
    ["title", "about", "look_for", "tasks", "load", "queue", "candidates", "protocol", "prices"];

/// Edits the scenario. Keeps which cards are open and what is being typed, nothing else.
#[derive(Debug, Default)]
pub struct ComposerPanel {
    /// Sections that the user opened or folded, by title.
    sections: BTreeMap<&'static str, bool>,
    tasks: Vec<TaskView>,
    /// Which candidates show their fields.
    candidates: Vec<bool>,
    drafts: Drafts,
}

impl ComposerPanel {
    /// Shows the scenario and appends an edited one to `actions` when something changed.
    ///
    /// `problems` are those of this scenario. `locked` means that a run goes on: everything can be looked
    /// at, nothing changed.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scenario: &Scenario,
        problems: &[Problem],
        locked: bool,
        actions: &mut Vec<Action>,
    ) {
        let mut edited = scenario.clone();
        let mut form = Form { notes: Notes::new(problems), drafts: &mut self.drafts, locked };
        let sections = &mut self.sections;
        ui.push_id("composer", |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            top_ui(ui, &mut form);
            head_ui(ui, &mut form, sections, &mut edited);

            let summary = tasks::section_summary(&edited.tasks);
            if section_ui(ui, sections, "Task kinds", &summary, true) {
                tasks::tasks_ui(ui, &mut form, &mut edited.tasks, &mut self.tasks);
            }
            form.rest(ui, "tasks");

            if section_ui(ui, sections, "Load", &settings::load_summary(&edited.load), true) {
                settings::load_ui(ui, &mut form, &mut edited);
            }
            form.rest(ui, "load");
            form.rest(ui, "queue");

            let summary = text::count(edited.candidates.len() as u64);
            if section_ui(ui, sections, "Candidates", &summary, true) {
                candidates::candidates_ui(ui, &mut form, &mut edited.candidates, &mut self.candidates);
            }
            form.rest(ui, "candidates");

            if section_ui(ui, sections, "Protocol", &settings::protocol_summary(&edited), false) {
                settings::protocol_ui(ui, &mut form, &mut edited);
            }
            form.rest(ui, "protocol");

            if section_ui(ui, sections, "Prices", &settings::prices_summary(&edited.prices), false) {
                settings::prices_ui(ui, &mut form, &mut edited.prices);
            }
            form.rest(ui, "prices");
        });
        if !locked && edited != *scenario {
            actions.push(Action::EditScenario(Box::new(edited)));
        }
    }
}

/// Why nothing can be changed, how many problems there are, and those that belong to no field.
fn top_ui(ui: &mut Ui, form: &mut Form<'_>) {
    if form.locked {
        let accent = theme::palette(ui).accent;
        ui.horizontal_wrapped(|ui| {
            badge_ui(ui, "Locked", accent);
            ui.label("A run is under way: stop it to change the scenario");
        });
    }
    let (errors, warnings) = form.notes.counts();
    let errors_text = text::counted(errors as u64, "error", "errors");
    let warnings_text = text::counted(warnings as u64, "warning", "warnings");
    match (errors, warnings) {
        (0, 0) => {}
        (0, _) => message_ui(ui, &warnings_text, Severity::Warning),
        (_, 0) => message_ui(ui, &format!("{errors_text} to mend before it can run"), Severity::Error),
        (..) => {
            message_ui(ui, &format!("{errors_text} to mend before it can run, {warnings_text}"), Severity::Error);
        }
    }
    problems_ui(ui, &form.notes.take_outside(&PLACED));
}

/// Title and description.
fn head_ui(ui: &mut Ui, form: &mut Form<'_>, sections: &mut BTreeMap<&'static str, bool>, edited: &mut Scenario) {
    let owner = Owner::new("", "");
    form.line(ui, &owner.field("title", "Title", "A name of one line"), &mut edited.title, "what is compared");
    if section_ui(ui, sections, "Description", &edited.about, false) {
        let hint = "What the experiment shows, in a sentence or two";
        form.prose(ui, &owner.field("about", "About", hint), &mut edited.about, hint);
        let hint = "What to look for in the charts while it runs";
        form.prose(ui, &owner.field("look_for", "Look for", hint), &mut edited.look_for, hint);
    }
    for path in ["title", "about", "look_for"] {
        form.rest(ui, path);
    }
}

/// The line that opens and folds a section; returns whether it is open.
fn section_ui(
    ui: &mut Ui,
    sections: &mut BTreeMap<&'static str, bool>,
    title: &'static str,
    summary: &str,
    open_at_first: bool,
) -> bool {
    let open = sections.entry(title).or_insert(open_at_first);
    ui.add_space(space::XS);
    // What is inside can be seen where it is open.
    let summary = if *open { "" } else { summary };
    let line = FoldLine { title, summary, name: title, style: theme::title_style() };
    if fold_line_ui(ui, &line, *open, ui.available_width()).clicked() {
        *open = !*open;
    }
    *open
}
