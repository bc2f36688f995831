//! Text fields that are ready to be typed into.

use std::ops::Range;

use egui::text::{CCursor, CCursorRange};
use egui::{Context, Id, TextEdit};

/// Gives the keyboard to the text field `id`, with these of its letters selected: what is typed takes their place.
pub fn select_in_field(ctx: &Context, id: Id, letters: Range<usize>) {
    let mut state = TextEdit::load_state(ctx, id).unwrap_or_default();
    let (start, end) = (CCursor::new(letters.start), CCursor::new(letters.end));
    let range = CCursorRange::two(start, end);
    state.cursor.set_char_range(Some(range));
    state.store(ctx, id);
    ctx.memory_mut(|memory| memory.request_focus(id));
}
