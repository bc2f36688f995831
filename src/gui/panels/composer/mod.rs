//! The composer: the scenario as cards and forms.
//!
//! It draws from top to bottom into the `Ui` it is given; whoever shows it gives it a place that scrolls.
//! It edits a copy and hands the copy over when something differs; it neither validates nor saves.
//!
//! - `form` draws rows of label, control and problems, `value` those with a value that is typed or slid, `lines` what
//!   stands between them; `cards` lists that are folded, moved and dragged, and `stage_drag` stages that go from the
//!   palette or one task kind to another; `quick` is the row of a candidate, `series_maker` adds several;
//! - `kinds`, `fault_kinds`, `objective_kinds`, `parameters`, `options` and `options_python` are what there is to choose from, and the words that explain it;
//! - `edit`, `convert`, `convert_setup` and `convert_python` are what can be done, without drawing; `typed` and `typed_units`
//!   how values are read from text, `drafts` holds what is being typed;
//! - `clipboard` copies and pastes stages; `notes` finds each problem its place; `strip` shows a task to scale.

mod backends;
mod candidates;
mod cards;
mod clipboard;
mod convert;
mod convert_python;
mod convert_setup;
mod defences;
mod drafts;
mod edit;
mod fault_kinds;
mod faults;
mod form;
mod kinds;
mod lines;
mod load;
mod notes;
mod objective_kinds;
mod objectives;
mod options;
mod options_python;
mod parameters;
mod prices;
mod profile;
mod python;
mod quick;
mod series_maker;
mod settings;
mod share;
mod stage_drag;
mod stage_fields;
mod stages;
mod steps;
pub(in crate::gui::panels) mod strip;
mod sweep;
mod tasks;
mod times;
mod typed;
mod typed_units;
mod value;

pub(super) use strip::paint_strip;

use std::collections::{BTreeMap, BTreeSet};

use egui::{Context, Ui};

use crate::gui::action::{Action, ComposerSection};
use crate::gui::panels::composer::cards::{FoldLine, fold_line_ui, show_opened};
use crate::gui::panels::composer::clipboard::Clipboard;
use crate::gui::panels::composer::drafts::Drafts;
use crate::gui::panels::composer::form::{Form, Owner, text_id};
use crate::gui::panels::composer::lines::{message_ui, problems_ui};
use crate::gui::panels::composer::notes::Notes;
use crate::gui::panels::composer::series_maker::SeriesMaker;
use crate::gui::panels::composer::sweep::Forecast;
use crate::gui::panels::composer::tasks::TaskView;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{badge_ui, select_in_field, weak_ui};
use crate::scenario::{Candidate, Problem, Scenario, Severity};
use crate::units::text;

/// The first parts of all paths that some section places.
const PLACED: [&str; 15] = [
    "title",
    "about",
    "look_for",
    "tasks",
    "load",
    "queue",
    "server",
    "faults",
    "defences",
    "candidates",
    "protocol",
    "objectives",
    "prices",
    "sweep",
    "capacity",
];

/// Edits the scenario. Keeps which cards are open, what is being typed and which interpreters there are, nothing
/// else.
#[derive(Debug, Default)]
pub struct ComposerPanel {
    sections: Sections,
    tasks: Vec<TaskView>,
    /// Which candidates show their fields.
    candidates: Vec<bool>,
    /// The series of candidates that is being chosen.
    series: SeriesMaker,
    /// Which parts of a load profile show their fields.
    parts: Vec<bool>,
    /// Which faults show their fields.
    faults: Vec<bool>,
    /// The parts, by path, whose rarely used settings are shown.
    unfolded: BTreeSet<String>,
    drafts: Drafts,
    /// What is copied and pasted.
    clipboard: Clipboard,
    /// The text field that has the keyboard, if it is one of these.
    typing: Option<egui::Id>,
    /// The scenario as it was when the slider of the CPU share was taken hold of.
    held: Option<Box<Scenario>>,
    /// How long a sweep and a search for the capacity would take.
    forecast: Forecast,
    /// It is shown from its beginning in the next frame.
    to_top: bool,
    /// Names of the interpreters of this machine, as its settings have them; none if nobody looked.
    interpreters: Vec<String>,
}

const TASK_KINDS: &str = ComposerSection::TaskKinds.title();
const LOAD: &str = ComposerSection::Load.title();
const FAULTS: &str = ComposerSection::Faults.title();
const DEFENCES: &str = ComposerSection::Defences.title();
const CANDIDATES: &str = ComposerSection::Candidates.title();
const PROTOCOL: &str = ComposerSection::Protocol.title();
const OBJECTIVES: &str = ComposerSection::Objectives.title();
const PRICES: &str = ComposerSection::Prices.title();
const SWEEP: &str = ComposerSection::Sweep.title();
const CAPACITY: &str = ComposerSection::Capacity.title();

/// Which sections are open.
#[derive(Debug, Default)]
struct Sections {
    /// Those that the user opened or folded, by title.
    open: BTreeMap<&'static str, bool>,
    /// The one that is scrolled to with the next frame.
    lead_to: Option<&'static str>,
}

impl ComposerPanel {
    /// Another scenario is open: it is shown from its beginning.
    pub fn begin(&mut self) {
        self.to_top = true;
    }

    /// Whether it is to be shown from its beginning now; once for each [`Self::begin`].
    pub fn begins(&mut self) -> bool {
        // Whoever is led to a section wants to see that one.
        std::mem::take(&mut self.to_top) && self.sections.lead_to.is_none()
    }

    /// Gives the keyboard to the title, with all of it selected: what is typed takes its place.
    pub fn ask_for_title(&self, ctx: &Context, title: &str) {
        select_in_field(ctx, text_id("title"), 0..title.chars().count());
    }

    /// Opens `section` and scrolls to it.
    pub fn lead_to(&mut self, section: ComposerSection) {
        let title = section.title();
        self.sections.open.insert(title, true);
        self.sections.lead_to = Some(title);
    }

    /// Offers these names of interpreters for CPython candidates, as the settings of this machine have them.
    /// Without any, or for a name that is not among them, the name is typed.
    pub fn offer_interpreters(&mut self, names: Vec<String>) {
        self.interpreters = names;
    }

    /// Whether `id` is the text field of the composer that has the keyboard.
    #[must_use]
    pub fn is_typing_in(&self, id: egui::Id) -> bool {
        self.typing == Some(id)
    }

    /// The fields with a text that cannot be read show their values again. Says whether there was one.
    pub fn drop_unreadable(&mut self) -> bool {
        self.drafts.drop_unreadable()
    }

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
        self.typing = None;
        let mut form = Form {
            notes: Notes::new(problems),
            drafts: &mut self.drafts,
            clipboard: &mut self.clipboard,
            typing: &mut self.typing,
            unfolded: &mut self.unfolded,
            interpreters: &self.interpreters,
            in_cpython: edited.candidates.iter().any(Candidate::is_python),
            locked,
            aside: None,
        };
        let sections = &mut self.sections;
        ui.push_id("composer", |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            top_ui(ui, &mut form, &edited);
            head_ui(ui, &mut form, sections, &mut edited);

            let summary = tasks::section_summary(&edited.tasks);
            if section_ui(ui, sections, TASK_KINDS, &summary, true) {
                tasks::tasks_ui(ui, &mut form, &mut edited.tasks, &mut self.tasks);
                share::share_ui(ui, &mut form, &mut edited, &mut self.held);
            }
            form.rest(ui, "tasks");

            demand_ui(ui, &mut form, sections, &mut edited, &mut self.parts);
            faults::follow_names(&mut edited.faults, &scenario.tasks, &edited.tasks);
            resilience_ui(ui, &mut form, sections, &mut edited, &mut self.faults);

            let summary = text::count(edited.candidates.len() as u64);
            if section_ui(ui, sections, CANDIDATES, &summary, true) {
                let views = (&mut self.candidates, &mut self.series);
                candidates::candidates_ui(ui, &mut form, &mut edited, views);
            }
            form.rest(ui, "candidates");

            let summary = settings::protocol_summary(&edited);
            if section_ui(ui, sections, PROTOCOL, &summary, false) {
                settings::protocol_ui(ui, &mut form, &mut edited);
            }
            form.rest(ui, "protocol");

            goals_ui(ui, &mut form, sections, &mut edited);
            sweep::follow_names(&mut edited, &scenario.candidates);
            ranges_ui(ui, &mut form, sections, &mut edited, &mut self.forecast);
        });
        self.drafts.sweep();
        actions.extend(self.clipboard.end_frame(ui).into_iter().map(Action::Tell));
        if !locked && edited != *scenario {
            actions.push(Action::EditScenario(Box::new(edited)));
        }
    }
}

/// How the scenario stands, and the problems that belong to no field.
fn top_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &Scenario) {
    if form.locked {
        let accent = theme::palette(ui).accent;
        ui.horizontal_wrapped(|ui| {
            badge_ui(ui, "Locked", accent);
            ui.label("A run is under way: stop it to change the scenario");
        });
    } else {
        // Always one line: what one types in must not jump when it becomes wrong.
        state_ui(ui, form, scenario);
    }
    problems_ui(ui, &form.notes.take_outside(&PLACED));
}

fn state_ui(ui: &mut Ui, form: &Form<'_>, scenario: &Scenario) {
    let (errors, warnings) = form.notes.counts();
    let warnings_text = text::counted(warnings as u64, "warning", "warnings");
    if errors > 0 {
        let mut state = text::counted(errors as u64, "error", "errors");
        state.push_str(" to mend before it can run");
        if warnings > 0 {
            state = format!("{state}, {warnings_text}");
        }
        message_ui(ui, &state, Severity::Error);
    } else if form.drafts.abandoned() > 0 {
        message_ui(
            ui,
            "A text cannot be read; the last valid value counts",
            Severity::Error,
        );
    } else if warnings > 0 {
        message_ui(ui, &warnings_text, Severity::Warning);
    } else {
        let time = settings::protocol_summary(scenario);
        weak_ui(ui, format!("Ready to run, {time} (estimated)"));
    }
}

/// Title and description.
fn head_ui(ui: &mut Ui, form: &mut Form<'_>, sections: &mut Sections, edited: &mut Scenario) {
    let owner = Owner::new("", "");
    form.line(
        ui,
        &owner.field("title", "Title", "A name of one line"),
        &mut edited.title,
        "what is compared",
    );
    if section_ui(ui, sections, "Description", &edited.about, false) {
        let hint = "What the experiment shows, in a sentence or two";
        form.prose(
            ui,
            &owner.field("about", "About", hint),
            &mut edited.about,
            hint,
        );
        let hint = "What to look for in the charts while it runs";
        form.prose(
            ui,
            &owner.field("look_for", "Look for", hint),
            &mut edited.look_for,
            hint,
        );
    }
    for path in ["title", "about", "look_for"] {
        form.rest(ui, path);
    }
}

/// How tasks become due and wait, and who answers their requests; `parts` says which parts of a profile show their
/// fields.
fn demand_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    sections: &mut Sections,
    edited: &mut Scenario,
    parts: &mut Vec<bool>,
) {
    let summary = load::load_summary(&edited.load);
    if section_ui(ui, sections, LOAD, &summary, true) {
        load::load_ui(ui, form, edited, parts);
    }
    form.rest(ui, "load");
    form.rest(ui, "queue");

    let summary = load::server_summary(edited.server);
    if load::has_server(edited) && section_ui(ui, sections, "Loopback server", &summary, false) {
        load::server_ui(ui, form, &mut edited.server);
    }
    form.rest(ui, "server");
}

/// What goes wrong, and what is done about it; `open` says which faults show their fields.
fn resilience_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    sections: &mut Sections,
    edited: &mut Scenario,
    open: &mut Vec<bool>,
) {
    let summary = faults::faults_summary(&edited.faults);
    if section_ui(ui, sections, FAULTS, &summary, false) {
        faults::faults_ui(ui, form, edited, open);
    }
    form.rest(ui, "faults");

    let summary = defences::summary(edited.defences);
    if section_ui(ui, sections, DEFENCES, &summary, false) {
        defences::section_ui(ui, form, edited);
    }
    form.rest(ui, "defences");
}

/// What must be fulfilled, and what it may cost.
fn goals_ui(ui: &mut Ui, form: &mut Form<'_>, sections: &mut Sections, edited: &mut Scenario) {
    let summary = objectives::summary(edited);
    if section_ui(ui, sections, OBJECTIVES, &summary, false) {
        objectives::objectives_ui(ui, form, edited);
    }
    form.rest(ui, "objectives");

    let summary = prices::summary(&edited.prices);
    if section_ui(ui, sections, PRICES, &summary, false) {
        prices::prices_ui(ui, form, &mut edited.prices);
    }
    form.rest(ui, "prices");
}

/// What is tried out over a range.
fn ranges_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    sections: &mut Sections,
    edited: &mut Scenario,
    forecast: &mut Forecast,
) {
    let summary = sweep::sweep_summary(edited.sweep.as_ref());
    if section_ui(ui, sections, SWEEP, &summary, false) {
        sweep::sweep_ui(ui, form, edited, forecast);
    }
    form.rest(ui, "sweep");

    let summary = sweep::capacity_summary(edited.capacity.as_ref());
    if section_ui(ui, sections, CAPACITY, &summary, false) {
        sweep::capacity_ui(ui, form, edited, forecast);
    }
    form.rest(ui, "capacity");
}

/// The line that opens and folds a section; returns whether it is open.
fn section_ui(
    ui: &mut Ui,
    sections: &mut Sections,
    title: &'static str,
    summary: &str,
    open_at_first: bool,
) -> bool {
    let open = sections.open.entry(title).or_insert(open_at_first);
    ui.add_space(space::XS);
    // What is inside can be seen where it is open.
    let summary = if *open { "" } else { summary };
    let line = FoldLine {
        title,
        summary,
        name: title,
        style: theme::title_style(),
    };
    let response = fold_line_ui(ui, &line, *open, ui.available_width());
    if sections.lead_to == Some(title) {
        if response.has_focus() {
            sections.lead_to = None;
            let at_once = egui::style::ScrollAnimation::none();
            response.scroll_to_me_animation(Some(egui::Align::TOP), at_once);
        } else {
            // Whoever asked for it with the keyboard goes on there. What follows the keyboard scrolls as little as it
            // can, and would do so instead in the same frame.
            response.request_focus();
            ui.ctx().request_repaint();
        }
    }
    if response.clicked() {
        *open = !*open;
        if *open {
            show_opened(ui, &response);
        }
    }
    *open
}
