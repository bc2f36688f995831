//! The library: what can be opened, as cards.

use std::path::PathBuf;

use egui::{Button, Response, RichText, Sense, Ui, UiBuilder};

use crate::gui::action::Action;
use crate::gui::theme::{self, space};
use crate::gui::widgets::{icon_button_ui, section_header_ui, weak_ui};
use crate::scenario::{Backend, Bundled, Scenario, Topic, estimate_run_nanos, parse};

/// A bundled scenario as the library and the start page show it.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryEntry {
    /// Its file's name without ending.
    pub file: &'static str,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub about: String,
    /// What it is about.
    pub topic: Topic,
    /// The question that it answers.
    pub question: &'static str,
    /// What one will see.
    pub shows: &'static str,
    /// About how long a run of it takes on this machine, in nanoseconds.
    pub expected_nanos: u64,
    /// All of it.
    pub scenario: Scenario,
}

impl LibraryEntry {
    /// Reads it; none if it is no scenario, which a test rules out.
    #[must_use]
    pub fn of(bundled: &Bundled) -> Option<Self> {
        let scenario = parse(bundled.text).scenario?;
        Some(Self {
            file: bundled.file,
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            topic: bundled.topic,
            question: bundled.question,
            shows: bundled.shows,
            expected_nanos: estimate_run_nanos(&scenario),
            scenario,
        })
    }

    /// Whether a candidate of it runs in an interpreter.
    #[must_use]
    pub fn needs_python(&self) -> bool {
        let mut candidates = self.scenario.candidates.iter();
        candidates.any(|candidate| matches!(candidate.backend, Backend::Python(_)))
    }

    /// Whether `word`, in small letters, is in what is said of it.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        let said = [
            &*self.title,
            &*self.about,
            self.question,
            self.shows,
            &*self.scenario.look_for,
            self.topic.label(),
        ];
        said.iter().any(|text| text.to_lowercase().contains(word))
    }
}

/// What the library shows.
#[derive(Debug, Clone, Copy)]
pub struct LibraryView<'a> {
    /// The bundled scenarios.
    pub entries: &'a [LibraryEntry],
    /// Which of them is open.
    pub open: Option<&'a str>,
    /// Recent files, the newest first.
    pub recent: &'a [PathBuf],
    /// Whether a run forbids opening.
    pub locked: bool,
}

/// Shows what can be opened.
#[derive(Debug, Default)]
pub struct LibraryPanel {}

impl LibraryPanel {
    /// Shows the library and appends what the user asked for to `actions`.
    pub fn ui(&mut self, ui: &mut Ui, view: &LibraryView<'_>, actions: &mut Vec<Action>) {
        if view.locked {
            weak_ui(ui, "Stop the run to open another scenario");
        }
        ui.add_enabled_ui(!view.locked, |ui| {
            section_header_ui(ui, "Experiments to start from", |ui| {
                let new = ui.add(Button::new(RichText::new("+ New").small()));
                let name = "Compose a new experiment";
                if new.on_hover_text(name).accessible_name(name).clicked() {
                    actions.push(Action::New);
                }
            });
            for entry in view.entries {
                let selected = view.open == Some(entry.file);
                if entry_ui(ui, &entry.title, &entry.about, selected).clicked() {
                    actions.push(Action::OpenBundled(entry.file));
                }
            }
            ui.add_space(space::S);
            section_header_ui(ui, "Recent files", |ui| {
                if !view.recent.is_empty()
                    && icon_button_ui(ui, "×", "Forget the recent files").clicked()
                {
                    actions.push(Action::ForgetRecent);
                }
            });
            if view.recent.is_empty() {
                weak_ui(ui, "Scenarios that you save or open appear here. A file can also be dropped on the window.");
            }
            for path in view.recent {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let folder = path.parent().map(|folder| folder.display().to_string());
                if entry_ui(ui, &name, &folder.unwrap_or_default(), false).clicked() {
                    actions.push(Action::OpenFile(path.clone()));
                }
            }
        });
    }
}

/// A card that is one large button, named by its title.
fn entry_ui(ui: &mut Ui, title: &str, about: &str, selected: bool) -> Response {
    let palette = theme::palette(ui);
    let builder = UiBuilder::new()
        .id_salt(("entry", title, about))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            let response = ui.response();
            let hovered = ui.is_enabled() && (response.hovered() || response.has_focus());
            let mut frame = theme::choice_frame(palette, hovered, selected);
            if response.has_focus() {
                frame = frame.stroke(theme::focus_line(palette));
            }
            frame.show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = space::XS;
                ui.label(RichText::new(title).text_style(theme::title_style()));
                if !about.is_empty() {
                    let text = RichText::new(about).small().color(palette.weak);
                    ui.add(egui::Label::new(text).wrap());
                }
            });
        })
        .response;
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::Role::Button,
            enabled,
            selected,
            format!("Open {title}"),
        )
    });
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
