//! What stands at the right end of a line in the order in which it is read, which is that of Tab as well.

use egui::{Layout, Ui, UiBuilder};

/// Lays out `content` from left to right within a line that is laid out from the right, where it would stand, and be
/// walked through, backwards.
///
/// Its width is that of the frame before; where that is not known yet, the frame is laid out twice.
pub fn in_order_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let id = ui.unique_id().with("width in order");
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let layout = Layout::left_to_right(ui.layout().vertical_align());
    let builder = UiBuilder::new().layout(layout);
    let available = ui.available_rect_before_wrap();
    let builder = match known {
        Some(width) => {
            let left = available.right() - width;
            builder.max_rect(available.with_min_x(left))
        }
        None => builder.max_rect(available).sizing_pass().invisible(),
    };
    let mut child = ui.new_child(builder);
    let result = content(&mut child);
    let rect = child.min_rect();
    ui.advance_cursor_after_rect(rect);
    let width = rect.width();
    if known != Some(width) {
        ui.data_mut(|data| data.insert_temp(id, width));
        ui.ctx()
            .request_discard("what stands at the right end has another width");
    }
    result
}
