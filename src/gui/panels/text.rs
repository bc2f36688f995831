//! The scenario as the text of its file, to be edited beside the form.
//!
//! What can be read becomes the scenario at once; what cannot stays in the text with its problems marked, and the form
//! keeps the last that could be read. Undo in here is the text field's own.

use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::{Galley, Id, RichText, ScrollArea, Stroke, TextBuffer, TextEdit, TextStyle, Ui};

use crate::gui::action::Action;
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::weak_ui;
use crate::gui::words;
use crate::scenario::{MAX_FILE_BYTES, Place, Problem, Severity, parse};
use crate::units::text;

/// What a text field of that name is called.
const NAME: &str = "Text of the scenario";
/// More would push the text off the page.
const PROBLEMS_MAX: usize = 6;

/// Keeps the text that is being edited, and what is wrong with it.
#[derive(Debug, Default)]
pub struct TextPanel {
    text: String,
    /// The last text that could be read, as the document has it.
    of: Arc<str>,
    problems: Vec<Problem>,
    readable: bool,
}

impl TextPanel {
    /// Shows the text of a scenario and appends an edited one to `actions` when something changed.
    pub fn ui(&mut self, ui: &mut Ui, text: &Arc<str>, locked: bool, actions: &mut Vec<Action>) {
        if self.of != *text {
            self.write(text);
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new("Text of the scenario file").text_style(theme::title_style()));
            weak_ui(ui, self.state(locked));
            if !self.readable && ui.button("Take back what cannot be read").clicked() {
                self.write(text);
            }
        });
        let id = Id::unique("scenario text");
        self.problems_ui(ui, id);
        ui.add_space(space::XS);
        if self.edit_ui(ui, id, locked) {
            actions.extend(self.read());
        }
    }

    fn state(&self, locked: bool) -> &'static str {
        match (locked, self.readable) {
            (true, _) => "A run is under way: stop it to change the scenario",
            (false, true) => "What is changed here changes the form, and the other way round",
            (false, false) => {
                "Cannot be read; the form keeps the last text that could. An edit there replaces this one"
            }
        }
    }

    /// Forgets what was typed, and shows the text as it would be saved.
    fn write(&mut self, text: &Arc<str>) {
        self.text = text.to_string();
        let _ = self.read();
        self.of = Arc::clone(text);
    }

    /// Reads the text; gives back the edit that it is if it can be read.
    fn read(&mut self) -> Option<Action> {
        let loaded = parse(&self.text);
        self.problems = loaded.problems;
        self.readable = loaded.scenario.is_some();
        let scenario = loaded.scenario?;
        self.of = self.text.as_str().into();
        Some(Action::EditText(Arc::clone(&self.of), Box::new(scenario)))
    }

    /// What is wrong, each a line that leads to its place.
    fn problems_ui(&self, ui: &mut Ui, id: Id) {
        let palette = theme::palette(ui);
        for problem in self.problems.iter().take(PROBLEMS_MAX) {
            let color = color_of(problem, palette);
            let line = RichText::new(format!("⚠ {}", words::unread(problem)));
            let line = ui.link(line.small().color(color));
            if let (true, Some(place)) = (line.clicked(), problem.place) {
                let at = CCursor::new(letters_before(&self.text, place));
                let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
                state.cursor.set_char_range(Some(CCursorRange::one(at)));
                state.store(ui.ctx(), id);
                ui.memory_mut(|memory| memory.request_focus(id));
            }
        }
        let left = self.problems.len().saturating_sub(PROBLEMS_MAX);
        if left > 0 {
            weak_ui(ui, format!("and {} more", text::count(left as u64)));
        }
    }

    /// The text; says whether it was changed.
    fn edit_ui(&mut self, ui: &mut Ui, id: Id, locked: bool) -> bool {
        let palette = theme::palette(ui);
        let marks: Vec<(std::ops::Range<usize>, egui::Color32)> = self
            .problems
            .iter()
            .filter_map(|problem| {
                Some((
                    range_at(&self.text, problem.place?)?,
                    color_of(problem, palette),
                ))
            })
            .collect();
        let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| -> Arc<Galley> {
            let job = marked(ui, buffer.as_str(), &marks, palette, width);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("scenario text")
            .show(ui, |ui| {
                let edit = TextEdit::multiline(&mut self.text)
                    .id(id)
                    .code_editor()
                    // Tab goes on to the next control: the file is indented with spaces, and nobody is to be caught here.
                    .lock_focus(false)
                    .interactive(!locked)
                    .char_limit(MAX_FILE_BYTES)
                    .desired_width(f32::INFINITY)
                    .layouter(&mut layouter);
                ui.add(edit).accessible_name(NAME).changed()
            })
            .inner
    }
}

const fn color_of(problem: &Problem, palette: &Palette) -> egui::Color32 {
    match problem.severity {
        Severity::Error => palette.error,
        Severity::Warning => palette.warning,
    }
}

/// How many letters stand before `place`.
fn letters_before(text: &str, place: Place) -> usize {
    let lines = text.split_inclusive('\n').take(place.line - 1);
    let before: usize = lines.map(|line| line.chars().count()).sum();
    before + place.column - 1
}

/// The word that begins at `place`, in bytes; none where the text has no such place.
fn range_at(text: &str, place: Place) -> Option<std::ops::Range<usize>> {
    let (start, _) = text.char_indices().nth(letters_before(text, place))?;
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | ')' | ']' | '(' | '[');
    let rest = &text[start..];
    let first = rest.chars().next()?.len_utf8();
    let length = rest[first..].find(ends).map_or(rest.len(), |at| first + at);
    Some(start..start + length)
}

/// The text with `marks` underlined; a mark that the text has outgrown is left out.
fn marked(
    ui: &Ui,
    text: &str,
    marks: &[(std::ops::Range<usize>, egui::Color32)],
    palette: &Palette,
    width: f32,
) -> LayoutJob {
    let plain = TextFormat::simple(TextStyle::Monospace.resolve(ui.style()), palette.text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let mut at = 0;
    for (range, color) in marks {
        let Some((before, word)) = text.get(at..range.start).zip(text.get(range.clone())) else {
            continue;
        };
        job.append(before, 0.0, plain.clone());
        let wrong = TextFormat {
            underline: Stroke::new(2.0, *color),
            color: *color,
            ..plain.clone()
        };
        job.append(word, 0.0, wrong);
        at = range.end;
    }
    job.append(text.get(at..).unwrap_or_default(), 0.0, plain);
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_text_of_any_letters() {
        let text = "(title: \"é\",\n  täsks: 3)";
        let place = |line, column| Place { line, column };
        assert_eq!(range_at(text, place(1, 1)), Some(0..6));
        let found = range_at(text, place(2, 3)).unwrap();
        assert_eq!(&text[found], "täsks");
        assert_eq!(range_at(text, place(9, 9)), None);
    }
}
