//! What scrolls goes along with the keyboard: whoever presses Tab sees where it has led.

use egui::scroll_area::ScrollAreaOutput;
use egui::{Id, Memory, ScrollArea, Ui};

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
    let response = focused.and_then(|id| ui.ctx().read_response(id));
    let Some(response) = response.filter(|one| one.layer_id == ui.layer_id()) else {
        return;
    };
    let (rect, seen) = (response.rect, ui.clip_rect());
    let is_here = ui.min_rect().contains(rect.center());
    // What is higher than the window into it, such as a long text, scrolls by itself.
    let has_room = rect.height() <= seen.height();
    let is_seen = seen.y_range().contains(rect.top()) && seen.y_range().contains(rect.bottom());
    if is_here && has_room && !is_seen {
        ui.scroll_to_rect(rect, None);
    }
}
