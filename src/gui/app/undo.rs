//! Edits of the scenario, the way back from them, and the change to another scenario.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use crate::gui::app::changes::Change;
use crate::gui::app::{App, Document, SidebarTab};
use crate::scenario::Scenario;

impl App {
    /// Takes over what was edited; not while a run goes on, whose scenario it is.
    pub(super) fn edit_scenario(&mut self, scenario: Scenario, ctx: &Context) {
        if self.is_running() {
            return;
        }
        if let Some(change) = Change::between(self.document.scenario(), &scenario) {
            self.edit_document(change, ctx, |document| document.edit(scenario));
        }
    }

    /// Takes over an edited text with the scenario that it describes.
    pub(super) fn edit_text(&mut self, text: Arc<str>, scenario: Scenario, ctx: &Context) {
        if self.is_running() || text == *self.document.text() {
            return;
        }
        let change = Change::between(self.document.scenario(), &scenario);
        let change = change.unwrap_or_else(Change::of_text);
        self.edit_document(change, ctx, |document| document.edit_text(text, scenario));
    }

    fn edit_document(&mut self, change: Change, ctx: &Context, edit: impl FnOnce(&mut Document)) {
        let control = ctx
            .memory(egui::Memory::focused)
            .or_else(|| ctx.dragged_id());
        let now = ctx.input(|input| input.time);
        let before = self.document.snapshot();
        edit(&mut self.document);
        let after = self.document.snapshot();
        self.history.edited(before, &after, change, control, now);
    }

    /// Puts another document in the place of the one that was open.
    pub(super) fn open_document(&mut self, document: Document) {
        let what = format!("open '{}'", document.scenario().title);
        self.history.left(self.document.snapshot(), what);
        self.document = document;
        self.composer.begin();
    }

    /// `written` is now in the file at `path`, as the text of the document of that number.
    pub(super) fn document_saved(&mut self, number: u64, path: PathBuf, written: Arc<str>) {
        self.history.saved(number, &path, &written);
        self.document.saved_as(number, path, written);
    }

    pub(super) fn undo(&mut self, ctx: &Context) {
        // A text that is no value yet is what somebody would take back first.
        if self.is_running() || (self.is_composing() && self.composer.drop_unreadable()) {
            return;
        }
        if let Some((state, what)) = self.history.back(self.document.snapshot()) {
            let was = self.document.number();
            self.document = Document::at(state);
            self.say_if_another(was, &format!("Undone: {what}"), ctx);
        }
    }

    pub(super) fn redo(&mut self, ctx: &Context) {
        if self.is_running() {
            return;
        }
        if let Some((state, what)) = self.history.forth(self.document.snapshot()) {
            let was = self.document.number();
            self.document = Document::at(state);
            self.say_if_another(was, &format!("Done again: {what}"), ctx);
        }
    }

    /// Whether the composer is on the screen.
    fn is_composing(&self) -> bool {
        self.has_sidebar() && self.tab == SidebarTab::Compose
    }

    /// A step to another document changes everything that is seen.
    fn say_if_another(&mut self, was: u64, what: &str, ctx: &Context) {
        if was != self.document.number() {
            let title = &self.document.scenario().title;
            let text = format!("{what}. Open now: '{title}'");
            self.toasts.good(text, ctx.input(|input| input.time));
        }
    }
}
