//! What can be undone: earlier states of the scenario that is composed, at most [`STEPS_MAX`] of them.
//!
//! A step holds the whole scenario with what is known of its file, so that a step back over the opening of another one
//! brings back both. Edits of one field are one step, as long as the field keeps the keyboard or the pointer.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::gui::app::changes::Change;
use crate::scenario::Scenario;

/// More steps back than anybody counts; each is a copy of a scenario, a few kilobytes.
pub const STEPS_MAX: usize = 200;
/// After so long a pause somebody who types in the same field begins with another thought, in seconds.
const PAUSE_SECS: f64 = 4.0;

/// A scenario at some instant, and how it stood to its file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Snapshot {
    /// Tells one document from another.
    pub document: u64,
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// The text that describes it.
    pub text: Arc<str>,
    /// The text that is in the file.
    pub saved: Arc<str>,
    /// The file.
    pub path: Option<PathBuf>,
    /// The bundled scenario that it is.
    pub bundled: Option<&'static str>,
}

/// A state to which one can go, and what lies between here and there.
#[derive(Debug, Clone)]
struct Step {
    state: Snapshot,
    /// As it stands behind "Undo" and "Redo".
    what: String,
}

/// The field that is being edited.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    path: String,
    control: egui::Id,
}

/// The steps back and forth.
#[derive(Debug, Default)]
pub(super) struct History {
    back: VecDeque<Step>,
    forth: Vec<Step>,
    /// The field of the newest step, and when it was edited, in egui's seconds.
    editing: Option<(Field, f64)>,
}

impl History {
    /// What undoing would undo.
    pub(super) fn undoes(&self) -> Option<&str> {
        self.back.back().map(|step| step.what.as_str())
    }

    /// What redoing would do again.
    pub(super) fn redoes(&self) -> Option<&str> {
        self.forth.last().map(|step| step.what.as_str())
    }

    /// `change` was made to `before`, which became `after`, by the control that has the keyboard or the pointer, at
    /// `now` in egui's seconds.
    pub(super) fn edited(
        &mut self,
        before: Snapshot,
        after: &Snapshot,
        change: Change,
        control: Option<egui::Id>,
        now: f64,
    ) {
        self.forth.clear();
        let Change { path, what } = change;
        let field = control.map(|control| Field { path, control });
        let goes_on = self
            .editing
            .as_ref()
            .is_some_and(|(last, at)| field.as_ref() == Some(last) && now - at < PAUSE_SECS);
        if !goes_on {
            self.push(Step {
                state: before,
                what,
            });
        } else if let Some(step) = self.back.back()
            && step.state.text == after.text
        {
            // Typed and taken back letter by letter: nothing is left to undo.
            self.back.pop_back();
            self.editing = None;
            return;
        }
        self.editing = field.map(|field| (field, now));
    }

    /// Another document takes the place of `before`. There is a way back only from one with changes that are in no
    /// file: the others can be opened again, and steps beyond them would surprise.
    pub(super) fn left(&mut self, before: Snapshot, what: String) {
        self.forth.clear();
        self.editing = None;
        if before.text == before.saved {
            self.back.clear();
        } else {
            self.push(Step {
                state: before,
                what,
            });
        }
    }

    /// The state before the newest step, from `now`.
    pub(super) fn back(&mut self, now: Snapshot) -> Option<(Snapshot, String)> {
        self.editing = None;
        let Step { state, what } = self.back.pop_back()?;
        self.forth.push(Step {
            state: now,
            what: what.clone(),
        });
        Some((state, what))
    }

    /// The state behind the step that was undone last, from `now`.
    pub(super) fn forth(&mut self, now: Snapshot) -> Option<(Snapshot, String)> {
        self.editing = None;
        let Step { state, what } = self.forth.pop()?;
        self.back.push_back(Step {
            state: now,
            what: what.clone(),
        });
        Some((state, what))
    }

    /// `written` is in the file at `path`, as the state of `document`: earlier states of it are measured by that, and
    /// so are those of another document that had this file.
    pub(super) fn saved(&mut self, document: u64, path: &Path, written: &Arc<str>) {
        for step in self.back.iter_mut().chain(&mut self.forth) {
            let state = &mut step.state;
            if state.document == document || state.path.as_deref() == Some(path) {
                state.saved = Arc::clone(written);
            }
            if state.document == document {
                state.path = Some(path.to_path_buf());
                state.bundled = None;
            }
        }
    }

    fn push(&mut self, step: Step) {
        self.back.push_back(step);
        if self.back.len() > STEPS_MAX {
            self.back.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn state(document: u64, title: &str) -> Snapshot {
        let mut scenario = support::scenario();
        title.clone_into(&mut scenario.title);
        Snapshot {
            document,
            scenario: Arc::new(scenario),
            text: title.into(),
            saved: "".into(),
            path: None,
            bundled: None,
        }
    }

    fn edit(history: &mut History, from: &str, to: &str, control: Option<&str>, now: f64) {
        let (before, after) = (state(1, from), state(1, to));
        let change = Change::between(&before.scenario, &after.scenario).unwrap();
        let control = control.map(egui::Id::unique);
        history.edited(before, &after, change, control, now);
    }

    fn title(found: Option<(Snapshot, String)>) -> Option<String> {
        found.map(|(state, _)| state.scenario.title.clone())
    }

    #[test]
    fn steps_lead_back_and_forth_until_something_else_is_edited() {
        let mut history = History::default();
        assert_eq!(history.undoes(), None);
        edit(&mut history, "a", "b", None, 0.0);
        edit(&mut history, "b", "c", None, 0.1);
        assert_eq!(history.undoes(), Some("change title"));
        assert_eq!(title(history.back(state(1, "c"))).as_deref(), Some("b"));
        assert_eq!(title(history.back(state(1, "b"))).as_deref(), Some("a"));
        assert_eq!(title(history.back(state(1, "a"))), None);
        assert_eq!(title(history.forth(state(1, "a"))).as_deref(), Some("b"));
        assert_eq!(history.redoes(), Some("change title"));
        edit(&mut history, "b", "d", None, 0.2);
        assert_eq!(history.redoes(), None);
        assert_eq!(title(history.back(state(1, "d"))).as_deref(), Some("b"));
    }

    #[test]
    fn letters_typed_into_one_field_are_one_step_until_the_field_is_left_or_rests() {
        let mut history = History::default();
        edit(&mut history, "a", "ab", Some("title"), 0.0);
        edit(&mut history, "ab", "abc", Some("title"), 3.9);
        edit(&mut history, "abc", "abcd", Some("title"), 7.8);
        assert_eq!(history.back.len(), 1);
        edit(&mut history, "abcd", "abcde", Some("title"), 12.0);
        assert_eq!(history.back.len(), 2);
        edit(&mut history, "abcde", "x", Some("elsewhere"), 12.1);
        edit(&mut history, "x", "y", None, 12.1);
        edit(&mut history, "y", "z", None, 12.1);
        assert_eq!(history.back.len(), 5);
    }

    #[test]
    fn what_was_typed_and_taken_back_leaves_no_step() {
        let mut history = History::default();
        edit(&mut history, "a", "ab", Some("title"), 0.0);
        edit(&mut history, "ab", "a", Some("title"), 0.5);
        assert_eq!(history.undoes(), None);
    }

    #[test]
    fn the_oldest_steps_go_first() {
        let mut history = History::default();
        for number in 0..=STEPS_MAX {
            let (from, to) = (number.to_string(), (number + 1).to_string());
            edit(&mut history, &from, &to, None, 0.0);
        }
        assert_eq!(history.back.len(), STEPS_MAX);
        assert_eq!(history.back[0].state.scenario.title, "1");
    }

    #[test]
    fn unsaved_work_can_be_brought_back_and_saved_work_need_not() {
        let mut history = History::default();
        history.left(state(1, "mine"), "open another".to_owned());
        assert_eq!(title(history.back(state(2, "b"))).as_deref(), Some("mine"));
        let mut clean = state(3, "c");
        clean.saved = Arc::clone(&clean.text);
        edit(&mut history, "x", "y", None, 0.0);
        history.left(clean, "open another".to_owned());
        assert_eq!((history.undoes(), history.redoes()), (None, None));
    }

    #[test]
    fn earlier_states_are_measured_by_the_file_as_it_is_now() {
        let mut history = History::default();
        edit(&mut history, "a", "b", None, 0.0);
        let written = state(1, "b").text;
        history.saved(1, Path::new("b.ron"), &written);
        let (found, _) = history.back(state(1, "b")).unwrap();
        assert_eq!(found.path.as_deref(), Some(Path::new("b.ron")));
        assert_eq!(found.saved, written);
        // A second document is saved over the file of the first.
        let mut first = state(1, "mine");
        first.path = Some(PathBuf::from("b.ron"));
        history.left(first, "open another".to_owned());
        let other = state(2, "other").text;
        history.saved(2, Path::new("b.ron"), &other);
        let (found, _) = history.back(state(2, "other")).unwrap();
        assert_eq!((found.document, found.saved), (1, other));
    }
}
