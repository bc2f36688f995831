//! The menu at a chart's upper right corner: in which form it leaves the window, and whether to a file or by the
//! clipboard.

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
    let mut chosen: Option<fn(Exported) -> Action> = None;
    let button = icon_button_ui(ui, "⋯", &format!("Export {title}"));
    egui::Popup::menu(&button).show(|ui| {
        let items: [(&str, fn(Exported) -> Action); 5] = [
            ("Copy picture", |what| Action::Copy(what, Format::Png)),
            ("Copy data", |what| Action::Copy(what, Format::Csv)),
            ("Export as SVG…", |what| Action::Export(what, Format::Svg)),
            ("Export as PNG…", |what| Action::Export(what, Format::Png)),
            ("Export as CSV…", |what| Action::Export(what, Format::Csv)),
        ];
        for (place, (label, action)) in items.into_iter().enumerate() {
            if place == 2 {
                ui.separator();
            }
            if ui.button(label).clicked() {
                chosen = Some(action);
                ui.close();
            }
        }
    });
    if let Some(action) = chosen {
        actions.push(action(what()));
    }
}
