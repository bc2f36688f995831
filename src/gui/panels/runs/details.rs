//! The chosen run: what it is, what can be done with it, and what people say of it.

use std::path::PathBuf;

use egui::{Button, Key, Label, Response, RichText, TextEdit, Ui};

use crate::gui::action::{Action, RunsAction, SideChoice};
use crate::gui::app::{Changing, RunEntry, Slot};
use crate::gui::panels::runs::{RunsView, mark};
use crate::gui::theme::{self, space};
use crate::gui::widgets::{Field, badge_ui, primary_button_ui, severity_ui, weak_ui};
use crate::run::record::{Head, Meta, RecordKind};
use crate::scenario::Severity;
use crate::units::text;

/// What is being written about a run.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The run, and what was said of it when writing began.
    of: Option<(PathBuf, Meta)>,
    name: String,
    tags: String,
    note: String,
    /// Something was sent to be saved.
    sent: bool,
    /// What was written of runs before another one was chosen: it is saved too, one after the other.
    left: Vec<(PathBuf, Meta)>,
}

impl Draft {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        entry: &RunEntry,
        view: &RunsView<'_>,
        actions: &mut Vec<Action>,
    ) {
        let palette = theme::palette(ui);
        ui.horizontal(|ui| {
            let (word, color) = mark(entry, palette);
            badge_ui(ui, word, color);
            let title = RichText::new(entry.title()).text_style(theme::title_style());
            ui.add(Label::new(title).truncate());
        });
        match &entry.head {
            Ok(head) => {
                buttons_ui(ui, entry, head, view, actions);
                compare_ui(ui, entry, head, view, actions);
                weak_wrapped_ui(ui, facts(head, entry.bytes));
                ui.add_space(space::XS);
                self.words_ui(ui, entry, head, view, actions);
            }
            Err(error) => {
                severity_ui(ui, Severity::Error, error);
                ui.horizontal_wrapped(|ui| {
                    delete_ui(ui, entry, actions);
                    copy_path_ui(ui, entry);
                });
            }
        }
    }

    fn words_ui(
        &mut self,
        ui: &mut Ui,
        entry: &RunEntry,
        head: &Head,
        view: &RunsView<'_>,
        actions: &mut Vec<Action>,
    ) {
        self.take_over(entry, &head.meta);
        if *view.changing != Changing::Working && !self.left.is_empty() {
            let (path, meta) = self.left.remove(0);
            self.sent = true;
            actions.push(Action::Runs(RunsAction::Say { path, meta }));
        }
        let entered = self.fields_ui(ui, head);
        if let (Changing::Failed(error), true) = (view.changing, self.sent) {
            severity_ui(ui, Severity::Error, error);
        }
        let written = self.written();
        let changed = written != head.meta;
        let busy = *view.changing == Changing::Working || !self.left.is_empty();
        ui.horizontal(|ui| {
            ui.add_space(space::LABEL_WIDTH + space::S);
            let can_be_saved = changed && !busy;
            let save = ui.add_enabled(can_be_saved, Button::new("Save"));
            let save = save.accessible_name("Save name, tags and note");
            if save.clicked() || (entered && can_be_saved) {
                let path = entry.path.clone();
                self.sent = true;
                actions.push(Action::Runs(RunsAction::Say {
                    path,
                    meta: written,
                }));
            }
            let revert = ui.add_enabled(changed && !busy, Button::new("Revert"));
            if revert
                .accessible_name("Revert name, tags and note")
                .clicked()
            {
                self.of = None;
            }
        });
    }

    /// What is said of it, to be changed. Esc gives back what stood in a line; true when Enter was pressed in one.
    fn fields_ui(&mut self, ui: &mut Ui, head: &Head) -> bool {
        let width = f32::INFINITY;
        let field = |label, hint| Field {
            label,
            hint,
            path: "",
            problems: &[],
        };
        let name = field(
            "Name",
            "Instead of the scenario's title; Enter saves it, Esc gives the old one back",
        );
        let name = name.ui(ui, |ui| {
            let edit = TextEdit::singleline(&mut self.name).hint_text(&head.header.title);
            ui.add(edit.desired_width(width))
        });
        let tags = field(
            "Tags",
            "Words to find it by, with spaces between; Enter saves them, Esc gives the old ones back",
        );
        let tags = tags.ui(ui, |ui| {
            ui.add(TextEdit::singleline(&mut self.tags).desired_width(width))
        });
        let note = field("Note", "What is worth remembering of it");
        note.ui(ui, |ui| {
            let edit = TextEdit::multiline(&mut self.note).desired_rows(2);
            ui.add(edit.desired_width(width))
        });
        let left_by =
            |field: &Response, key| field.lost_focus() && ui.input(|input| input.key_pressed(key));
        if left_by(&name, Key::Escape) {
            self.name.clone_from(&head.meta.name);
        }
        if left_by(&tags, Key::Escape) {
            self.tags = head.meta.tags.join(" ");
        }
        left_by(&name, Key::Enter) || left_by(&tags, Key::Enter)
    }

    /// Begins anew with another run, or when what is said of it has been changed. What was written of the run before is
    /// not lost.
    fn take_over(&mut self, entry: &RunEntry, meta: &Meta) {
        let is_same = |(path, before): &(PathBuf, Meta)| *path == entry.path && before == meta;
        if self.of.as_ref().is_some_and(is_same) {
            return;
        }
        let written = self.written();
        if let Some((path, before)) = self.of.take()
            && path != entry.path
            && written != before
        {
            self.left.push((path, written));
        }
        self.of = Some((entry.path.clone(), meta.clone()));
        self.name.clone_from(&meta.name);
        self.tags = meta.tags.join(" ");
        self.note.clone_from(&meta.note);
        self.sent = false;
    }

    fn written(&self) -> Meta {
        let between = |c: char| c.is_whitespace() || c == ',';
        let words = self.tags.split(between).filter(|word| !word.is_empty());
        let mut tags: Vec<String> = words.map(str::to_owned).collect();
        tags.sort();
        tags.dedup();
        Meta {
            name: self.name.trim().to_owned(),
            tags,
            note: self.note.trim().to_owned(),
        }
    }
}

fn weak_wrapped_ui(ui: &mut Ui, text: String) {
    let color = theme::palette(ui).weak;
    let text = RichText::new(text).small().color(color);
    ui.add(Label::new(text).wrap());
}

fn facts(head: &Head, bytes: u64) -> String {
    let header = &head.header;
    let mut facts = vec![
        text::date_time(header.started_unix_secs),
        format!("seed {}", header.seed),
        text::counted(head.blocks, "block", "blocks"),
        text::bytes(bytes as f64),
        format!("poolscope {}", header.app_version),
        format!("id {}", header.id),
    ];
    if let Some(failed) = head.closing.map(|closing| closing.blocks_failed)
        && failed > 0
    {
        facts.push(format!(
            "{} failed",
            text::counted(failed, "block", "blocks")
        ));
    }
    format!("{}\n{}", facts.join(" · "), header.candidates.join(" · "))
}

fn buttons_ui(
    ui: &mut Ui,
    entry: &RunEntry,
    head: &Head,
    view: &RunsView<'_>,
    actions: &mut Vec<Action>,
) {
    let idle = !view.locked && view.opening.is_none();
    let path = || entry.path.clone();
    // Another run comes into a tab of its own; a series would take the place of the scenario.
    let opens = view.opening.is_none() && (idle || head.header.kind == RecordKind::Run);
    ui.horizontal_wrapped(|ui| {
        let open = primary_button_ui(ui, "Open", opens).on_hover_text("Show what was measured");
        if open.accessible_name("Open this run").clicked() {
            actions.push(Action::Runs(RunsAction::Open(path())));
        }
        let hover = match head.header.kind {
            RecordKind::Run => "Load its scenario and measure the same again",
            _ => "Load its scenario and begin the series anew",
        };
        let rerun = ui.add_enabled(idle, Button::new("Run again"));
        let rerun = rerun.on_hover_text(hover);
        if rerun.accessible_name("Run this scenario again").clicked() {
            actions.push(Action::Runs(RunsAction::Rerun(path())));
        }
        if !head.is_live {
            delete_ui(ui, entry, actions);
        }
        copy_path_ui(ui, entry);
    });
}

fn compare_ui(
    ui: &mut Ui,
    entry: &RunEntry,
    head: &Head,
    view: &RunsView<'_>,
    actions: &mut Vec<Action>,
) {
    if head.header.kind != RecordKind::Run {
        return;
    }
    let is_shown = view.shown == Some(&*entry.path);
    let choose = |slot| {
        let choice = SideChoice::File(entry.path.clone());
        Action::Runs(RunsAction::Compare(slot, choice))
    };
    ui.horizontal_wrapped(|ui| {
        weak_ui(ui, "Compare");
        let with_shown = view.has_shown && !is_shown && !view.locked;
        let button = Button::new(RichText::new("with the shown run").small());
        let button = ui.add_enabled(with_shown, button).on_hover_text(
            "This one is the baseline, and the run that is shown is held against it",
        );
        if button
            .accessible_name("Compare with the run that is shown")
            .clicked()
        {
            actions.push(choose(Slot::Baseline));
            let shown = RunsAction::Compare(Slot::Run, SideChoice::Shown);
            actions.push(Action::Runs(shown));
        }
        for (slot, label, name) in [
            (Slot::Baseline, "as baseline", "Take as baseline"),
            (Slot::Run, "as run", "Take as run"),
        ] {
            let button = Button::new(RichText::new(label).small());
            let button = ui.add_enabled(!view.locked, button);
            if button.accessible_name(name).clicked() {
                actions.push(choose(slot));
            }
        }
    });
}

/// Its name with the time of its start: several runs of one scenario are called alike.
fn told(entry: &RunEntry) -> String {
    match &entry.head {
        Ok(head) => {
            let started = text::date_time(head.header.started_unix_secs);
            format!("{}, {started}", entry.title())
        }
        Err(_) => entry.title(),
    }
}

fn delete_ui(ui: &mut Ui, entry: &RunEntry, actions: &mut Vec<Action>) {
    let delete = ui
        .button("Delete…")
        .on_hover_text("Move its file to the bin");
    if delete.accessible_name("Delete this run").clicked() {
        let (path, title) = (entry.path.clone(), told(entry));
        actions.push(Action::Runs(RunsAction::Delete { path, title }));
    }
}

/// Where it lies.
fn copy_path_ui(ui: &mut Ui, entry: &RunEntry) {
    let path = entry.path.display().to_string();
    if ui.button("Copy path").on_hover_text(&path).clicked() {
        ui.ctx().copy_text(path);
    }
}
