//! The kept runs: a list that can be searched, and below it what can be done with the chosen one.

mod details;
mod list;

pub(super) use list::{facts, when};

use std::path::{Path, PathBuf};

use egui::{Align, Button, Layout, Panel, RichText, TextEdit, Ui};

use crate::gui::action::{Action, RunsAction};
use crate::gui::app::{Changing, RunEntry, Search};
use crate::gui::panels::runs::details::Draft;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{FollowFocus as _, empty_state_ui, icon_button_ui, severity_ui, weak_ui};
use crate::run::record::Completeness;
use crate::scenario::Severity;
use crate::units::text;

/// Height of what can be done with the chosen run, in points.
const DETAILS_HEIGHT: f32 = 372.0;
/// As much of the room as it may take from the list.
const DETAILS_SHARE: f32 = 0.65;
/// Title and buttons, in points.
const DETAILS_MIN_HEIGHT: f32 = 120.0;

/// What the panel shows.
#[derive(Debug, Clone, Copy)]
pub struct RunsView<'a> {
    /// The kept runs, the newest first.
    pub entries: &'a [RunEntry],
    /// Raised with each list.
    pub revision: u64,
    /// How far the list is.
    pub search: &'a Search,
    /// Files that were not looked at.
    pub left_out: usize,
    /// Where they lie; none where runs are not kept.
    pub folder: Option<&'a Path>,
    /// The file of the run that is shown.
    pub shown: Option<&'a Path>,
    /// Whether a run is shown that can be compared.
    pub has_shown: bool,
    /// The file that is being read.
    pub opening: Option<&'a Path>,
    /// How far a change is.
    pub changing: &'a Changing,
    /// Whether a run is under way.
    pub locked: bool,
}

/// Shows the kept runs; keeps the words that are searched for, the choice, and what is being written about it.
#[derive(Debug, Default)]
pub struct RunsPanel {
    words: String,
    /// What was found for these words in the list of this revision.
    found: Option<(u64, String, Vec<usize>)>,
    chosen: Option<PathBuf>,
    /// The keyboard goes to the row of this run as soon as it is drawn.
    focus: Option<PathBuf>,
    draft: Draft,
}

impl RunsPanel {
    /// Shows the panel and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &RunsView<'_>, actions: &mut Vec<Action>) {
        if view.folder.is_none() {
            let text = "This user has no folder for data, so runs are not kept";
            empty_state_ui(ui, "No kept runs", text);
            return;
        }
        self.head_ui(ui, view, actions);
        if let Search::Failed(error) = view.search {
            severity_ui(ui, Severity::Error, error);
        }
        if view.entries.is_empty() {
            let (title, text) = match view.search {
                Search::Done => (
                    "No runs yet",
                    "Each run is kept here when it ends, and so is each of the command line. \
                     The file of a colleague's run can be imported.",
                ),
                Search::Failed(_) => ("No list", "The folder of the runs cannot be read"),
                Search::NotYet | Search::Looking => ("Reading the runs…", ""),
            };
            empty_state_ui(ui, title, text);
            return;
        }
        self.details_panel_ui(ui, view, actions);
        let found = self.found.as_ref().map_or(&[][..], |(_, _, found)| found);
        if found.is_empty() {
            let text =
                "No kept run has all of these words in its title, name, tags, note or candidates";
            empty_state_ui(ui, "Nothing found", text);
            return;
        }
        let entries = list::Entries {
            all: view.entries,
            found,
            chosen: self.chosen.as_deref(),
            shown: view.shown,
            opening: view.opening,
        };
        if let Some(chosen) = list::list_ui(ui, &entries, &mut self.focus) {
            if chosen.open {
                let path = chosen.path.clone();
                actions.push(Action::Runs(RunsAction::Open(path)));
            }
            self.focus = chosen.by_key.then(|| chosen.path.clone());
            self.chosen = Some(chosen.path);
        }
    }

    fn head_ui(&mut self, ui: &mut Ui, view: &RunsView<'_>, actions: &mut Vec<Action>) {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let import = Button::new(RichText::new("Import…").small());
                let name = "Import the file of a run";
                let hover = "Copy the file of a run from elsewhere in, and show it. It can also be dropped on the window.";
                let import = ui.add_enabled(!view.locked, import).on_hover_text(hover);
                if import.accessible_name(name).clicked() {
                    actions.push(Action::Runs(RunsAction::Import));
                }
                if icon_button_ui(ui, "⟳", "List the runs anew").clicked() {
                    actions.push(Action::Runs(RunsAction::List));
                }
                let edit = TextEdit::singleline(&mut self.words)
                    .hint_text("Search title, tags, note, date …")
                    .desired_width(f32::INFINITY);
                ui.add(edit).accessible_name("Search the runs");
            });
        });
        self.search_again(view);
        let all = text::counted(view.entries.len() as u64, "run", "runs");
        let found = self.found.as_ref().filter(|_| !self.words.is_empty());
        let mut facts = vec![match found {
            Some((_, _, found)) => format!("{} of {all}", text::count(found.len() as u64)),
            None => all,
        }];
        if view.left_out > 0 {
            let left_out = text::count(view.left_out as u64);
            facts.push(format!("{left_out} more files are not listed"));
        }
        if *view.search == Search::Looking {
            facts.push("reading…".to_owned());
        }
        if !view.entries.is_empty() {
            weak_ui(ui, facts.join(" · "));
        }
    }

    /// Looks for the words, unless the answer is known.
    fn search_again(&mut self, view: &RunsView<'_>) {
        let is_known = |(revision, words, _): &(u64, String, Vec<usize>)| {
            *revision == view.revision && *words == self.words
        };
        if self.found.as_ref().is_some_and(is_known) {
            return;
        }
        let words: Vec<String> = self.words.split_whitespace().map(str::to_owned).collect();
        let fits = |entry: &RunEntry| {
            if let Ok(head) = &entry.head {
                return head.matches(&words);
            }
            let name = entry.title().to_lowercase();
            words.iter().all(|word| name.contains(&word.to_lowercase()))
        };
        let all = view.entries.iter().enumerate();
        let found = all.filter(|(_, entry)| fits(entry)).map(|(index, _)| index);
        self.found = Some((view.revision, self.words.clone(), found.collect()));
    }

    fn details_panel_ui(&mut self, ui: &mut Ui, view: &RunsView<'_>, actions: &mut Vec<Action>) {
        let mut entries = view.entries.iter();
        let chosen = self.chosen.as_deref();
        let Some(entry) = entries.find(|entry| Some(&*entry.path) == chosen) else {
            return;
        };
        let palette = theme::palette(ui);
        let frame = egui::Frame::new()
            .fill(palette.panel)
            .inner_margin(egui::Margin::symmetric(0, space::S as i8));
        // The list keeps a share also where the results leave little.
        let most = (ui.available_height() * DETAILS_SHARE).max(DETAILS_MIN_HEIGHT);
        // Not what was remembered: a place that was short once would stay so.
        let height = DETAILS_HEIGHT.clamp(DETAILS_MIN_HEIGHT, most);
        Panel::bottom("chosen run")
            .size_range(height..=height)
            .resizable(false)
            .frame(frame)
            .show(ui, |ui| {
                egui::ScrollArea::vertical()
                    .auto_shrink(false)
                    .id_salt("chosen run")
                    .show_following(ui, |ui| self.draft.ui(ui, entry, view, actions));
            });
    }
}

/// How far a run goes, as a word with its colour.
pub(super) fn mark(entry: &RunEntry, palette: &theme::Palette) -> (&'static str, egui::Color32) {
    match &entry.head {
        Err(_) => ("broken", palette.error),
        Ok(head) if head.is_live => ("running", palette.accent),
        Ok(head) => match head.completeness {
            Completeness::Whole => ("done", palette.good),
            Completeness::Stopped => ("stopped", palette.warning),
            Completeness::Cut => ("cut", palette.warning),
        },
    }
}
