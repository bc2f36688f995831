//! The right edge of a chart, which makes it wider or narrower: dragged, or with the arrow keys.

use egui::accesskit::Action as Asked;
use egui::{CursorIcon, EventFilter, Key, Modifiers, Pos2, Rect, Sense, Stroke, Ui, Vec2};

use crate::chart::ChartId;
use crate::gui::action::{Action, BoardAction};
use crate::gui::panels::board::tile::Spot;
use crate::gui::theme::{self, space};

/// How wide the part of the window is that takes hold of an edge, in points: the gap between two charts, and a little
/// of both.
const REACH: f32 = 12.0;

/// Takes hold of the right edge of a chart that lies in `rect` and asks for the width that it is given; nothing on a
/// board of one column.
pub(super) fn edge_ui(ui: &Ui, (title, spot): (&str, Spot), rect: Rect, actions: &mut Vec<Action>) {
    if !spot.has_width() {
        return;
    }
    let id = spot.tile.id;
    let middle = rect.right() + space::S / 2.0;
    let size = Vec2::new(REACH, rect.height());
    let area = Rect::from_center_size(Pos2::new(middle, rect.center().y), size);
    let edge = ui.interact(area, egui::Id::unique(("edge", id.slug())), Sense::drag());
    let edge = edge.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    if edge.hovered() || edge.dragged() || edge.has_focus() {
        let line = Stroke::new(2.0, theme::palette(ui).accent);
        ui.painter().vline(rect.right(), rect.y_range(), line);
    }
    let span = spot.span();
    let mut asked = span;
    if let Some(pointer) = edge.interact_pointer_pos().filter(|_| edge.dragged()) {
        let column = (rect.width() + space::S) / span as f32;
        let columns = (pointer.x - rect.left() + space::S / 2.0) / column;
        asked = columns.round().max(1.0) as usize;
    }
    if edge.has_focus() {
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(edge.id, filter));
    }
    let pressed = |key, asked| {
        let by_key =
            edge.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        by_key || ui.input(|input| input.has_accesskit_action_request(edge.id, asked))
    };
    if pressed(Key::ArrowRight, Asked::Increment) {
        asked += 1;
    }
    if pressed(Key::ArrowLeft, Asked::Decrement) {
        asked -= 1;
    }
    let asked = asked.clamp(1, spot.columns);
    if asked != span {
        actions.push(width_of(id, asked));
    }
    let name = format!("Width of {title}, {span} of {} columns", spot.columns);
    edge.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, &name));
    ui.ctx().accesskit_node_builder(edge.id, |node| {
        node.add_action(Asked::Increment);
        node.add_action(Asked::Decrement);
    });
}

const fn width_of(id: ChartId, span: usize) -> Action {
    Action::Board(BoardAction::SetSpan(id, span))
}
