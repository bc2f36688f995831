//! The edge of a panel for the keyboard: seen, and moved by the arrow keys, as the pointer drags it.
//!
//! The panel itself moves its edge, for the pointer and for who asks through a screen reader; a key asks in their name.

use egui::accesskit::{Action, ActionRequest, TreeId};
use egui::{Event, EventFilter, Id, Key, Modifiers, Rect, Stroke, Ui};

use crate::gui::theme;

/// Width of the line that shows that the edge has the keyboard, in points.
const LINE: f32 = 2.0;

/// The edge of a panel that can be made larger and smaller.
#[derive(Debug, Clone, Copy)]
pub struct PanelEdge {
    /// What the panel was made with.
    pub salt: &'static str,
    /// What the edge is called.
    pub name: &'static str,
    /// What makes the panel smaller and larger.
    pub keys: [Key; 2],
    /// The same for people.
    pub hint: &'static str,
}

impl PanelEdge {
    /// As the panel names what is dragged.
    fn id(&self, ui: &Ui) -> Id {
        ui.scope_id().with(self.salt).with("__resize")
    }

    /// Takes the keys of the edge, if it has the keyboard; before the panel is shown.
    pub fn take_keys(&self, ui: &Ui) {
        let id = self.id(ui);
        if !ui.memory(|memory| memory.has_focus(id)) {
            return;
        }
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        let wishes = [Action::Decrement, Action::Increment];
        ui.input_mut(|input| {
            for (key, action) in self.keys.into_iter().zip(wishes) {
                for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                    let request = ActionRequest {
                        action,
                        target_tree: TreeId::ROOT,
                        target_node: id.accesskit_id(),
                        data: None,
                    };
                    input.events.push(Event::AccessKitActionRequest(request));
                }
            }
        });
    }

    /// Names the edge and shows what the keyboard can do with it; after the panel was shown. `line` is where it lies.
    pub fn ui(&self, ui: &Ui, line: Rect) {
        let id = self.id(ui);
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_label(self.name);
        });
        let Some(edge) = ui.ctx().read_response(id) else {
            return;
        };
        if edge.has_focus() {
            let color = theme::palette(ui).accent;
            if line.width() > line.height() {
                let stroke = Stroke::new(LINE, color);
                ui.painter().hline(line.x_range(), line.center().y, stroke);
            } else {
                let stroke = Stroke::new(LINE, color);
                ui.painter().vline(line.center().x, line.y_range(), stroke);
            }
            edge.show_tooltip_text(self.hint);
        } else {
            edge.on_hover_text(self.hint);
        }
    }
}
