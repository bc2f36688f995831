//! The menu at a chart's upper right corner: in which form it leaves the window.

use egui::Ui;

use crate::gui::action::{Action, Exported, Format};
use crate::gui::widgets::icon_button_ui;

/// Shows the button and its menu; `what` is asked for when a form was chosen.
pub(super) fn export_menu_ui(
    ui: &mut Ui,
    title: &str,
    what: impl FnOnce() -> Exported,
    actions: &mut Vec<Action>,
) {
    let mut chosen = None;
    let button = icon_button_ui(ui, "⋯", &format!("Export {title}"));
    egui::Popup::menu(&button).show(|ui| {
        for format in Format::OF_CHARTS {
            let label = format!("Export as {}…", format.label());
            if ui.button(label).clicked() {
                chosen = Some(format);
                ui.close();
            }
        }
    });
    if let Some(format) = chosen {
        actions.push(Action::Export(what(), format));
    }
}
