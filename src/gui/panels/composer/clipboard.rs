//! Stages through the clipboard of the desktop, as text: into another task, another window, or an editor.
//!
//! The stage whose line has the keyboard is meant. A menu cannot read the clipboard itself; it asks the window for it,
//! and the text comes with one of the next frames.

use egui::{Button, Event, Key, Modifiers, Response, Ui, ViewportCommand};

use crate::gui::panels::composer::edit::ListEdit;
use crate::gui::widgets::key_menu_ui;
use crate::gui::words;
use crate::scenario::{Stage, parse_stages, stage_text};
use crate::units::text;

/// The window answers within two; then there is nothing to paste.
const FRAMES_MAX: u8 = 6;

/// What waits for the clipboard, and what is to be told.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    wanted: Option<Wanted>,
    /// What went well, or wrong.
    told: Vec<Result<String, String>>,
}

/// A place that waits for the text of the clipboard.
#[derive(Debug)]
struct Wanted {
    list: String,
    at: usize,
    frames_left: u8,
}

/// What is asked of a list of stages.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// A change of its order or length.
    Edit(ListEdit),
    /// Put what this text says before the stage of that index.
    Paste {
        /// The index.
        at: usize,
        /// The text.
        text: String,
    },
    /// Send the stage of that index to the end of another task kind.
    Send {
        /// The index.
        at: usize,
        /// The index of the task kind.
        to: usize,
    },
}

impl Clipboard {
    /// Asks the window for the text of the clipboard, which is to become stages of `list` from index `at` on.
    pub(super) fn want(&mut self, ui: &Ui, list: &str, at: usize) {
        self.wanted = Some(Wanted {
            list: list.to_owned(),
            at,
            frames_left: FRAMES_MAX,
        });
        ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
    }

    /// The text that `list` waits for, if it has come.
    pub(super) fn take(&mut self, ui: &Ui, list: &str) -> Option<Asked> {
        let at = self
            .wanted
            .as_ref()
            .filter(|wanted| wanted.list == list)?
            .at;
        let text = take_event(ui, |event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        })?;
        self.wanted = None;
        Some(Asked::Paste { at, text })
    }

    /// Puts the stages that `text` describes into `stages`; `open` are their cards.
    pub(super) fn paste(
        &mut self,
        text: &str,
        at: usize,
        stages: &mut Vec<Stage>,
        open: &mut Vec<bool>,
    ) {
        match parse_stages(text) {
            Ok(new) => {
                let at = at.min(stages.len());
                self.told.push(Ok(format!(
                    "Pasted {}",
                    text::counted(new.len() as u64, "stage", "stages")
                )));
                open.splice(at..at, new.iter().map(|_| false));
                stages.splice(at..at, new);
            }
            Err(problems) => {
                let why = problems.first().map(words::unread).unwrap_or_default();
                let text = format!("What was copied is no stage, so nothing was pasted. {why}");
                self.told.push(Err(text));
            }
        }
    }

    /// Tells this with the end of the frame.
    pub(super) fn tell(&mut self, text: String) {
        self.told.push(Ok(text));
    }

    /// At the end of a frame: forgets what waits in vain, and hands out what is to be told.
    pub(super) fn end_frame(&mut self, ui: &Ui) -> Vec<Result<String, String>> {
        if let Some(wanted) = &mut self.wanted {
            wanted.frames_left = wanted.frames_left.saturating_sub(1);
            // Nothing else may ask for a frame.
            ui.ctx().request_repaint();
            if wanted.frames_left == 0 {
                self.wanted = None;
                let text = "The clipboard has no text, so nothing was pasted";
                self.told.push(Err(text.to_owned()));
            }
        }
        std::mem::take(&mut self.told)
    }

    fn copy(&mut self, ui: &Ui, stage: &Stage, name: &str) {
        ui.ctx().copy_text(stage_text(stage));
        self.told.push(Ok(format!("Copied {name} as text")));
    }

    /// Keys and menu of the line of stage `index` of `list`, which is called `name`. It can be moved to the end of
    /// each of `kinds`, the other task kinds with their indices.
    pub(super) fn line_ui(
        &mut self,
        ui: &Ui,
        line: &Response,
        (list, index, name): (&str, usize, &str),
        stage: &Stage,
        (kinds, locked): (&[(usize, &str)], bool),
    ) -> Option<Asked> {
        if line.clicked() {
            // So that the keys that follow mean this stage.
            line.request_focus();
        }
        let mut asked = None;
        key_menu_ui(line, |ui| {
            if item_ui(ui, "Copy stage", "Ctrl+C", true) {
                self.copy(ui, stage, name);
            }
            if item_ui(ui, "Cut stage", "Ctrl+X", !locked) {
                self.copy(ui, stage, name);
                asked = Some(Asked::Edit(ListEdit::Remove(index)));
            }
            if item_ui(ui, "Paste behind it", "Ctrl+V", !locked) {
                self.want(ui, list, index + 1);
            }
            if item_ui(ui, "Duplicate stage", "Ctrl+D", !locked) {
                asked = Some(Asked::Edit(ListEdit::Duplicate(index)));
            }
            if !kinds.is_empty() {
                ui.add_enabled_ui(!locked, |ui| {
                    ui.menu_button("Move to…", |ui| {
                        for (to, kind) in kinds {
                            if item_ui(ui, &format!("To {kind}"), "", !locked) {
                                asked = Some(Asked::Send { at: index, to: *to });
                            }
                        }
                    });
                });
            }
            if item_ui(ui, "Remove stage", "Delete", !locked) {
                asked = Some(Asked::Edit(ListEdit::Remove(index)));
            }
        });
        if line.has_focus() {
            asked = asked.or_else(|| self.keys(ui, index, name, stage, locked));
        }
        asked
    }

    fn keys(
        &mut self,
        ui: &Ui,
        index: usize,
        name: &str,
        stage: &Stage,
        locked: bool,
    ) -> Option<Asked> {
        if take_event(ui, |event| matches!(event, Event::Copy).then_some(())).is_some() {
            self.copy(ui, stage, name);
        }
        if locked {
            return None;
        }
        if take_event(ui, |event| matches!(event, Event::Cut).then_some(())).is_some() {
            self.copy(ui, stage, name);
            return Some(Asked::Edit(ListEdit::Remove(index)));
        }
        let pasted = take_event(ui, |event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = pasted {
            return Some(Asked::Paste {
                at: index + 1,
                text,
            });
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::D) {
            return Some(Asked::Edit(ListEdit::Duplicate(index)));
        }
        pressed(Modifiers::NONE, Key::Delete).then_some(Asked::Edit(ListEdit::Remove(index)))
    }
}

fn item_ui(ui: &mut Ui, label: &str, keys: &str, enabled: bool) -> bool {
    let mut button = Button::new(label);
    if !keys.is_empty() {
        button = button.shortcut_text(keys);
    }
    let item = ui.add_enabled(enabled, button);
    if item.clicked() {
        ui.close();
    }
    item.clicked()
}

/// Takes the first event out of the input that `wanted` gives something for.
fn take_event<T>(ui: &Ui, wanted: impl Fn(&Event) -> Option<T>) -> Option<T> {
    ui.input_mut(|input| {
        let at = input
            .events
            .iter()
            .position(|event| wanted(event).is_some())?;
        wanted(&input.events.remove(at))
    })
}
