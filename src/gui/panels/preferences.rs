//! The page of settings: how the window looks and behaves, found by typing. The settings of the machine stand below,
//! in a panel of their own.

use std::path::Path;

use egui::{ComboBox, DragValue, RichText, TextEdit, Ui};

use crate::gui::action::{Action, Preference};
use crate::gui::app::SCALES;
use crate::gui::commands::find;
use crate::gui::settings::Settings;
use crate::gui::theme::{self, ThemeChoice, space};
use crate::gui::widgets::{card_ui, empty_state_ui, section_header_ui, weak_ui};

/// A comfortable line of text, in points.
const WIDTH: f32 = 720.0;
/// Room for what is searched, in points.
const SEARCH_WIDTH: f32 = 320.0;
/// Runs shorter than this are not left alone, and longer ones than a day are none, in seconds.
const NOTIFY_AFTER_SECS: std::ops::RangeInclusive<u32> = 1..=86_400;

/// Which setting a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Theme,
    Scale,
    HighContrast,
    LineMarks,
    ReducedMotion,
    SmoothCharts,
    Notify,
    Places,
}

/// The part of the page in which a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Appearance,
    Notifications,
    Places,
}

impl Section {
    const fn title(self) -> &'static str {
        match self {
            Self::Appearance => "Appearance",
            Self::Notifications => "Notifications",
            Self::Places => "Where things are kept",
        }
    }
}

/// A setting, as it is found.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    row: Row,
    section: Section,
    /// What it is called.
    pub name: &'static str,
    /// Other words by which it is found.
    pub words: &'static str,
    about: &'static str,
}

/// All settings of the window.
pub static SETTINGS: [Setting; 8] = [
    Setting {
        row: Row::Theme,
        section: Section::Appearance,
        name: "Theme",
        words: "dark light system colours",
        about: "",
    },
    Setting {
        row: Row::Scale,
        section: Section::Appearance,
        name: "Size of everything",
        words: "scale zoom font text larger smaller factor",
        about: "Also with Ctrl and plus, minus or 0",
    },
    Setting {
        row: Row::HighContrast,
        section: Section::Appearance,
        name: "High contrast",
        words: "accessibility colours text lines strong",
        about: "Text with a contrast of at least 7 to 1, and stronger lines, in the dark and in the light theme",
    },
    Setting {
        row: Row::LineMarks,
        section: Section::Appearance,
        name: "Marks on the lines of charts",
        words: "accessibility colour blind series shapes markers candidates",
        about: "Candidates are told apart by shape as well as by colour",
    },
    Setting {
        row: Row::ReducedMotion,
        section: Section::Appearance,
        name: "Reduced motion",
        words: "accessibility animation charts refresh",
        about: "The charts of a run move once a second; nothing else in the window is animated",
    },
    Setting {
        row: Row::SmoothCharts,
        section: Section::Appearance,
        name: "Smooth charts while measuring",
        words: "refresh rate frames live repaint budget software rendering",
        about: "Drawing then takes up to a tenth of a core from what is measured. Otherwise it keeps to about 0.5 % of the machine, and charts move less often where drawing is slow",
    },
    Setting {
        row: Row::Notify,
        section: Section::Notifications,
        name: "Tell when a long run has ended",
        words: "desktop message notification attention",
        about: "A message of the desktop, when the window is not the one that you work in",
    },
    Setting {
        row: Row::Places,
        section: Section::Places,
        name: "Folders",
        words: "files path data directory configuration runs kept",
        about: "",
    },
];

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct PreferencesView<'a> {
    /// As they are.
    pub settings: &'a Settings,
    /// Where settings are kept; none where they are not.
    pub settings_dir: Option<&'a Path>,
    /// Where runs are kept; none where they are not.
    pub runs_dir: Option<&'a Path>,
}

/// Shows the settings of the window; keeps what is searched.
#[derive(Debug, Default)]
pub struct PreferencesPanel {
    typed: String,
}

/// Whether something of that name and those words is to be shown while `typed` is searched.
pub(super) fn is_found(typed: &str, name: &str, words: &str) -> bool {
    find(typed, name, words).is_some()
}

impl PreferencesPanel {
    /// Shows only what this finds.
    pub fn look_for(&mut self, name: &str) {
        name.clone_into(&mut self.typed);
    }

    /// What is searched.
    #[must_use]
    pub fn typed(&self) -> &str {
        self.typed.trim()
    }

    /// Shows the head of the page and how the window looks and behaves.
    pub fn ui(&mut self, ui: &mut Ui, view: &PreferencesView<'_>, actions: &mut Vec<Action>) {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        if ui.button(RichText::new("← Back").small()).clicked() {
            actions.push(Action::Back);
        }
        ui.label(RichText::new("Settings").text_style(egui::TextStyle::Heading));
        ui.horizontal_wrapped(|ui| {
            let weak = theme::palette(ui).weak;
            let hint = RichText::new("Search settings").color(weak);
            let field = TextEdit::singleline(&mut self.typed).hint_text(hint);
            ui.add(field.desired_width(SEARCH_WIDTH))
                .accessible_name("Search settings");
            if !self.typed.is_empty() && ui.button("Show all settings").clicked() {
                self.typed.clear();
            }
        });
        ui.add_space(space::S);
        for section in [Section::Appearance, Section::Notifications] {
            self.section_ui(ui, section, view, actions);
        }
    }

    /// Shows where things are kept, below the settings of the machine; `any` tells whether the search found one of
    /// these.
    pub fn end_ui(
        &mut self,
        ui: &mut Ui,
        view: &PreferencesView<'_>,
        any: bool,
        actions: &mut Vec<Action>,
    ) {
        self.section_ui(ui, Section::Places, view, actions);
        let mut rows = SETTINGS.iter();
        if !any && !rows.any(|setting| self.shows(setting)) {
            empty_state_ui(ui, "No setting is called like this", "");
        }
    }

    fn shows(&self, setting: &Setting) -> bool {
        let words = format!("{} {}", setting.words, setting.section.title());
        is_found(self.typed(), setting.name, &words)
    }

    fn section_ui(
        &self,
        ui: &mut Ui,
        section: Section,
        view: &PreferencesView<'_>,
        actions: &mut Vec<Action>,
    ) {
        let of_it = SETTINGS.iter().filter(|setting| setting.section == section);
        let rows: Vec<&Setting> = of_it.filter(|setting| self.shows(setting)).collect();
        if rows.is_empty() {
            return;
        }
        section_header_ui(ui, section.title(), |_| {});
        card_ui(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            for (number, setting) in rows.into_iter().enumerate() {
                if number > 0 {
                    ui.add_space(space::S);
                }
                row_ui(ui, setting, view, actions);
                if !setting.about.is_empty() {
                    weak_ui(ui, setting.about);
                }
            }
        });
        ui.add_space(space::M);
    }
}

fn row_ui(ui: &mut Ui, setting: &Setting, view: &PreferencesView<'_>, actions: &mut Vec<Action>) {
    let settings = view.settings;
    let mut switch = |ui: &mut Ui, mut on: bool, preference| {
        if ui.checkbox(&mut on, setting.name).clicked() {
            actions.push(Action::Prefer(preference));
        }
    };
    match setting.row {
        Row::HighContrast => switch(ui, settings.high_contrast, Preference::HighContrast),
        Row::LineMarks => switch(ui, settings.line_marks, Preference::LineMarks),
        Row::ReducedMotion => switch(ui, settings.reduced_motion, Preference::ReducedMotion),
        Row::SmoothCharts => switch(ui, settings.smooth_charts, Preference::SmoothCharts),
        Row::Theme => theme_ui(ui, settings, actions),
        Row::Scale => scale_ui(ui, setting, settings, actions),
        Row::Notify => {
            switch(ui, settings.notify, Preference::Notify);
            notify_after_ui(ui, settings, actions);
        }
        Row::Places => {
            place_ui(ui, "Settings", view.settings_dir, actions);
            place_ui(ui, "Runs", view.runs_dir, actions);
        }
    }
}

fn theme_ui(ui: &mut Ui, settings: &Settings, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.label("Theme");
        for choice in ThemeChoice::ALL {
            let radio = ui.radio(settings.theme == choice, choice.label());
            let name = format!("Theme: {}", choice.label());
            if radio.accessible_name(name).clicked() {
                actions.push(Action::SetTheme(choice));
            }
        }
    });
}

fn scale_ui(ui: &mut Ui, setting: &Setting, settings: &Settings, actions: &mut Vec<Action>) {
    /// All sizes at once, in points.
    const LIST_HEIGHT: f32 = 480.0;
    let percent = |scale: u16| format!("{scale} %");
    ui.horizontal(|ui| {
        ui.label(setting.name);
        let choice = ComboBox::from_id_salt("scale")
            .height(LIST_HEIGHT)
            .selected_text(percent(settings.scale_percent));
        let response = choice.show_ui(ui, |ui| {
            for scale in SCALES {
                let is_it = scale == settings.scale_percent;
                if ui.selectable_label(is_it, percent(scale)).clicked() {
                    actions.push(Action::Prefer(Preference::Scale(scale)));
                    ui.close();
                }
            }
        });
        response.response.accessible_name(setting.name);
    });
}

fn notify_after_ui(ui: &mut Ui, settings: &Settings, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.add_space(space::XL);
        ui.add_enabled_ui(settings.notify, |ui| {
            ui.label("Long is what takes at least");
            let mut secs = settings.notify_after_secs;
            let value = DragValue::new(&mut secs)
                .range(NOTIFY_AFTER_SECS)
                .suffix(" s");
            let response = ui.add(value).accessible_name("Seconds of a long run");
            if response.changed() {
                actions.push(Action::Prefer(Preference::NotifyAfter(secs)));
            }
        });
    });
}

/// A folder, and a button that copies its path.
pub(super) fn place_ui(ui: &mut Ui, what: &str, folder: Option<&Path>, actions: &mut Vec<Action>) {
    let Some(folder) = folder else {
        weak_ui(ui, format!("{what}: not kept on this system"));
        return;
    };
    let path = folder.display().to_string();
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("{what}: {path}"));
        let copy = ui.button("Copy path");
        let name = format!("Copy the path of {}", what.to_lowercase());
        if copy.accessible_name(name).clicked() {
            actions.push(Action::CopyText(path));
        }
    });
}
