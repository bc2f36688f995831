//! What scrolls goes along with the keyboard: whoever presses Tab sees where it has led.

use egui::scroll_area::ScrollAreaOutput;
use egui::{Id, Memory, Rect, ScrollArea, Ui};

/// A scroll area that shows what has just been given the keyboard, where that is out of sight.
pub trait FollowFocus {
    /// As [`ScrollArea::show`].
    fn show_following<R>(
        self,
        ui: &mut Ui,
        content: impl FnOnce(&mut Ui) -> R,
    ) -> ScrollAreaOutput<R>;
}

impl FollowFocus for ScrollArea {
    fn show_following<R>(
        self,
        ui: &mut Ui,
        content: impl FnOnce(&mut Ui) -> R,
    ) -> ScrollAreaOutput<R> {
        self.show(ui, |ui| {
            let result = content(ui);
            follow_focus(ui);
            result
        })
    }
}

/// Scrolls once to what was given the keyboard; after that one may scroll away from it.
fn follow_focus(ui: &Ui) {
    let focused: Option<Id> = ui.memory(Memory::focused);
    let followed = ui.scope_id().with("followed focus");
    let before = ui.data(|data| data.get_temp::<Option<Id>>(followed));
    if before == Some(focused) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(followed, focused));
    let Some(rect) = focused.and_then(|id| place_within(ui, id)) else {
        return;
    };
    let seen = ui.clip_rect();
    // What is higher than the window into it, such as a long text, scrolls by itself.
    let has_room = rect.height() <= seen.height();
    let is_seen = seen.y_range().contains(rect.top()) && seen.y_range().contains(rect.bottom());
    if has_room && !is_seen {
        ui.scroll_to_rect(rect, None);
    }
}

/// Where `id` is, if it is part of what `ui` has laid out; what lies at the same place in a neighbouring part of the
/// window, before or behind what is scrolled, is not.
fn place_within(ui: &Ui, id: Id) -> Option<Rect> {
    ui.ctx().viewport(|viewport| {
        let widgets = &viewport.this_pass.widgets;
        let place = widgets.get(id)?;
        let mut at = place;
        while at.parent_id != ui.unique_id() {
            at = widgets.get(at.parent_id).filter(|up| up.id != at.id)?;
        }
        Some(place.rect)
    })
}
