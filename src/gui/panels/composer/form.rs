//! Rows of a form: label, control, and below it what is wrong with the value.
//!
//! Beyond [`crate::gui::widgets::Field`] these rows have accessible names that are unique among many
//! cards of the same kind ("Size of stage 2 of 'request'"), hold texts while they are typed, and are
//! switched off while a run goes on.

use std::collections::BTreeSet;

use egui::{
    Align, Button, ComboBox, Id, Label, Layout, RichText, TextEdit, TextStyle, Ui, UiBuilder, Vec2,
};

use crate::gui::panels::composer::cards::{FoldLine, fold_line_ui};
use crate::gui::panels::composer::clipboard::Clipboard;
use crate::gui::panels::composer::drafts::Drafts;
use crate::gui::panels::composer::lines::{explained_item_ui, problems_ui};
use crate::gui::panels::composer::notes::Notes;
use crate::gui::theme::{self, space};

/// An open list scrolls beyond this: all types of stages are seen at once in the smallest window.
const LIST_HEIGHT: f32 = 600.0;
/// A field never gets narrower than its usual text.
pub(super) const FIELD_MIN_WIDTH: f32 = 48.0;

/// Names one field for eyes, ears and problems.
#[derive(Debug)]
pub(super) struct Field {
    /// Before the control; empty for a control over the whole width.
    pub label: &'static str,
    /// Explains the term when the pointer rests on the label.
    pub hint: &'static str,
    /// As problems name it: `tasks[0].stages[2].size`.
    pub path: String,
    /// As a screen reader names it, unique in the panel.
    pub name: String,
}

/// A part of the scenario that has fields.
#[derive(Debug)]
pub(super) struct Owner {
    /// As problems name it: `tasks[0].stages[2]`.
    pub path: String,
    /// As its fields' names end: `stage 3 of 'request'`; empty where labels are unique already.
    pub name: String,
}

impl Owner {
    /// A part by its path and name.
    pub(super) fn new(path: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            name: name.into(),
        }
    }

    /// Its field `key`.
    pub(super) fn field(&self, key: &str, label: &'static str, hint: &'static str) -> Field {
        self.named(key, label, hint, label)
    }

    /// Its field `key`, spoken of as `spoken` where the label alone would not do.
    pub(super) fn named(
        &self,
        key: &str,
        label: &'static str,
        hint: &'static str,
        spoken: &str,
    ) -> Field {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        let name = if self.name.is_empty() {
            spoken.to_owned()
        } else {
            format!("{spoken} of {}", self.name)
        };
        Field {
            label,
            hint,
            path,
            name,
        }
    }
}

/// What all rows of one frame share.
#[derive(Debug)]
pub(super) struct Form<'a> {
    /// The problems, each placed once.
    pub notes: Notes<'a>,
    /// The texts that are being typed.
    pub drafts: &'a mut Drafts,
    /// What is copied and pasted.
    pub clipboard: &'a mut Clipboard,
    /// The text field that has the keyboard.
    pub typing: &'a mut Option<Id>,
    /// The parts, by path, whose rarely used settings are shown.
    pub unfolded: &'a mut BTreeSet<String>,
    /// Names of the interpreters of this machine, for candidates that run in one.
    pub interpreters: &'a [String],
    /// Whether some candidate runs in CPython, so that estimates for it are of use.
    pub in_cpython: bool,
    /// Whether a run goes on: everything can be read and folded, nothing changed.
    pub locked: bool,
    /// Within a row of a table: what cannot be read is collected here and told below the row, where there is room, and
    /// problems stay for whoever shows the rest.
    pub aside: Option<Vec<String>>,
}

impl Form<'_> {
    /// A row with any control; the problems of exactly this field stand below it.
    pub(super) fn row<R>(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        control: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        let locked = self.locked;
        // Ids by path: a message that appears above must not take the focus from what is typed in here.
        let scope = UiBuilder::new().scope_id(Id::unique(("composer row", &field.path)));
        let content = |ui: &mut Ui| {
            if !field.label.is_empty() {
                label_ui(ui, field.label, field.hint);
            }
            if locked {
                ui.disable();
            }
            control(ui)
        };
        let result = ui
            .horizontal(|ui| ui.scope_builder(scope, content).inner)
            .inner;
        if self.aside.is_none() {
            problems_ui(ui, &self.notes.take_at(&field.path));
        }
        result
    }

    /// The line that opens and folds what is rarely used of `owner`; `summary` says what is set there.
    pub(super) fn more(
        &mut self,
        ui: &mut Ui,
        owner: &Owner,
        summary: &str,
        content: impl FnOnce(&mut Self, &mut Ui),
    ) {
        let name = if owner.name.is_empty() {
            format!("More settings of {}", owner.path)
        } else {
            format!("More settings of {}", owner.name)
        };
        let open = self.unfolded.contains(&owner.path);
        let line = FoldLine {
            title: "More…",
            summary: if open { "" } else { summary },
            name: &name,
            style: TextStyle::Small,
        };
        if fold_line_ui(ui, &line, open, ui.available_width()).clicked() {
            if open {
                self.unfolded.remove(&owner.path);
            } else {
                self.unfolded.insert(owner.path.clone());
            }
        }
        if open {
            content(self, ui);
        }
    }

    /// A row with a line of text.
    pub(super) fn line(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        text: &mut String,
        placeholder: &str,
    ) {
        self.row(ui, field, |ui| {
            let width = ui.available_width().max(FIELD_MIN_WIDTH);
            let edit = single_line(text, width).hint_text(placeholder.to_owned());
            ui.add(edit.id(text_id(&field.path)))
                .accessible_name(&field.name)
        });
        self.follow(ui, text_id(&field.path));
    }

    /// Remembers whether the text field `id` has the keyboard.
    pub(super) fn follow(&mut self, ui: &Ui, id: Id) {
        if ui.memory(|memory| memory.has_focus(id)) {
            *self.typing = Some(id);
        }
    }

    /// A text of several lines with its label above.
    pub(super) fn prose(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        text: &mut String,
        placeholder: &str,
    ) {
        let weak = theme::palette(ui).weak;
        ui.label(RichText::new(field.label).color(weak))
            .on_hover_text(field.hint);
        let unlabelled = Field {
            label: "",
            hint: "",
            path: field.path.clone(),
            name: field.name.clone(),
        };
        self.row(ui, &unlabelled, |ui| {
            let edit = TextEdit::multiline(text)
                .id(text_id(&field.path))
                .desired_width(ui.available_width())
                .desired_rows(2)
                .hint_text(placeholder.to_owned());
            ui.add(edit).accessible_name(&field.name)
        });
        self.follow(ui, text_id(&field.path));
    }

    /// A row with a few alternatives side by side: (value, title, explanation). Returns what was clicked.
    pub(super) fn choice<T: Copy + PartialEq>(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        current: T,
        options: &[(T, &str, &str)],
    ) -> Option<T> {
        self.row(ui, field, |ui| {
            /// Between neighbours that belong together.
            const GAP: f32 = 2.0;
            ui.spacing_mut().item_spacing.x = GAP;
            ui.spacing_mut().button_padding.x = space::XS;
            let count = options.len().max(1) as f32;
            let width = ((ui.available_width() - GAP * (count - 1.0)) / count).floor();
            let mut chosen = None;
            for (value, title, explanation) in options {
                let button = Button::selectable(*value == current, *title)
                    .frame_when_inactive(true)
                    .min_size(Vec2::new(width, space::CONTROL_HEIGHT));
                let response = ui.add_sized([width, space::CONTROL_HEIGHT], button);
                let response = response.on_hover_text(*explanation);
                if response
                    .accessible_name(format!("{}: {title}", field.name))
                    .clicked()
                    && *value != current
                {
                    chosen = Some(*value);
                }
            }
            chosen
        })
    }

    /// A row with a list that opens: (value, title, explanation). Returns what was chosen.
    pub(super) fn combo<T: Copy + PartialEq>(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        current: T,
        options: &[(T, &str, &str)],
    ) -> Option<T> {
        self.row(ui, field, |ui| {
            let title = options
                .iter()
                .find(|(value, ..)| *value == current)
                .map_or("", |(_, title, _)| title);
            let mut chosen = None;
            let response = ComboBox::from_id_salt(&field.path)
                .selected_text(title)
                .width(ui.available_width())
                .height(LIST_HEIGHT)
                .truncate()
                .show_ui(ui, |ui| {
                    for (value, title, explanation) in options {
                        if explained_item_ui(ui, *value == current, title, explanation)
                            && *value != current
                        {
                            chosen = Some(*value);
                        }
                    }
                })
                .response;
            response.accessible_name(&field.name);
            chosen
        })
    }

    /// A row with a check box; the label stands behind the box.
    pub(super) fn check(&mut self, ui: &mut Ui, field: &Field, text: &str, on: &mut bool) {
        self.row(ui, field, |ui| {
            ui.checkbox(on, text).accessible_name(&field.name)
        });
    }

    /// What is left below `path` once its fields have been drawn, or all of it where it is folded.
    pub(super) fn rest(&mut self, ui: &mut Ui, path: &str) {
        problems_ui(ui, &self.notes.take_under(path));
    }

    /// A menu of things to add; switched off while a run goes on.
    pub(super) fn add_menu(
        &self,
        ui: &mut Ui,
        text: &str,
        name: &str,
        content: impl FnOnce(&mut Ui),
    ) {
        let scope = UiBuilder::new().scope_id(Id::unique(("composer menu", name)));
        ui.scope_builder(scope, |ui| {
            if self.locked {
                ui.disable();
            }
            ui.menu_button(text, content).response.accessible_name(name);
        });
    }
}

fn label_ui(ui: &mut Ui, text: &str, hint: &str) {
    let weak = theme::palette(ui).weak;
    let size = Vec2::new(space::LABEL_WIDTH, space::CONTROL_HEIGHT);
    let label = ui
        .allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(space::LABEL_WIDTH);
            ui.add(Label::new(RichText::new(text).color(weak)).truncate())
        })
        .inner;
    if !hint.is_empty() {
        label.on_hover_text(hint);
    }
}

/// The text field for `path`, which keeps the keyboard whatever appears above it.
pub(super) fn text_id(path: &str) -> Id {
    Id::unique(("composer", path))
}

pub(super) fn single_line(text: &mut String, width: f32) -> TextEdit<'_> {
    TextEdit::singleline(text)
        .desired_width(width)
        .min_size(Vec2::new(0.0, space::CONTROL_HEIGHT))
        .align(egui::Align2::LEFT_CENTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_after_their_owner() {
        let stage = Owner::new("tasks[0].stages[2]", "stage 3 of 'a'");
        let field = stage.field("size", "Size", "");
        assert_eq!(
            (field.path.as_str(), field.name.as_str()),
            ("tasks[0].stages[2].size", "Size of stage 3 of 'a'")
        );
        assert_eq!(Owner::new("", "").field("title", "Title", "").path, "title");
    }
}
