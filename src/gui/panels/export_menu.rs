//! The menu at a chart's upper right corner: in which form it leaves the window, and whether to a file or by the
//! clipboard.

use egui::Ui;

use crate::gui::action::{Action, Exported, Format};
use crate::gui::widgets::icon_button_ui;

/// What is asked for in a form.
type Ask = fn(Exported, Format) -> Action;

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
        for (label, format) in [("Copy picture", Format::Png), ("Copy data", Format::Csv)] {
            if ui.button(label).clicked() {
                chosen = Some((Action::Copy as Ask, format));
                ui.close();
            }
        }
        ui.separator();
        for format in [Format::Svg, Format::Png, Format::Csv] {
            if ui
                .button(format!("Export as {}…", format.label()))
                .clicked()
            {
                chosen = Some((Action::Export, format));
                ui.close();
            }
        }
    });
    if let Some((ask, format)) = chosen {
        actions.push(ask(what(), format));
    }
}
