//! The composer: the scenario as cards and forms.

use crate::gui::action::Action;
use crate::scenario::{Problem, Scenario};

/// Edits the scenario.
#[derive(Debug, Default)]
pub struct ComposerPanel {}

impl ComposerPanel {
    /// Shows the scenario and appends an edited one to `actions` when something changed.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        scenario: &Scenario,
        problems: &[Problem],
        locked: bool,
        actions: &mut Vec<Action>,
    ) {
        let _ = (problems, locked, actions);
        ui.label(&scenario.title);
    }
}
