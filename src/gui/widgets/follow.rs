//! Brings what has got the keyboard into view: egui moves the keyboard beyond the edge of what is scrolled, and leaves
//! it there unseen.

use egui::{Id, LayerId, Ui};

use crate::gui::theme::space;

/// Draws the content of a scrolled area, and scrolls to the control in it that has just got the keyboard. `salt` tells
/// the area from others.
pub fn following_focus<R>(ui: &mut Ui, salt: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    let layer = ui.layer_id();
    let first = controls_of(ui, layer);
    let drawn = content(ui);
    let key = Id::unique(("followed focus", salt));
    let focused = ui.memory(|memory| memory.focused());
    let before = ui.data_mut(|data| {
        let before = data.get_temp::<Option<Id>>(key).flatten();
        data.insert_temp(key, focused);
        before
    });
    if let Some(id) = focused
        && before != focused
    {
        follow(ui, id, (layer, first));
    }
    drawn
}

/// Scrolls to `id`, if it is among the controls of this layer from this one on.
fn follow(ui: &Ui, id: Id, (layer, first): (LayerId, usize)) {
    // What was clicked on is in view, and must not move away below the pointer.
    let is_pointed = ui.input(|input| input.pointer.any_down() || input.pointer.any_released());
    let rect = ui.ctx().viewport(|viewport| {
        let controls = &viewport.this_pass.widgets;
        let is_within = controls
            .order(id)
            .is_some_and(|(of, place)| of == layer && place >= first);
        let rect = controls.get(id).map(|control| control.rect);
        rect.filter(|_| is_within)
    });
    if let Some(rect) = rect
        && !is_pointed
    {
        let rect = rect.expand2(egui::vec2(0.0, space::L));
        if !ui.clip_rect().y_range().contains(rect.top())
            || !ui.clip_rect().y_range().contains(rect.bottom())
        {
            ui.scroll_to_rect(rect, None);
        }
    }
}

/// How many controls the layer has until now.
fn controls_of(ui: &Ui, layer: LayerId) -> usize {
    ui.ctx()
        .viewport(|viewport| viewport.this_pass.widgets.get_layer(layer).count())
}

#[cfg(test)]
mod tests {
    use egui::{ScrollArea, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    #[test]
    fn what_gets_the_keyboard_comes_into_view_in_its_own_area_only() {
        let mut harness = Harness::builder()
            .with_size(vec2(300.0, 200.0))
            .build_ui(|ui| {
                for area in ["left", "right"] {
                    ScrollArea::vertical()
                        .id_salt(area)
                        .max_height(80.0)
                        .auto_shrink(false)
                        .animated(false)
                        .show(ui, |ui| {
                            following_focus(ui, area, |ui| {
                                for number in 0..20 {
                                    let _ = ui.button(format!("{area} {number}"));
                                }
                            });
                        });
                }
            });
        let top = |harness: &Harness<'_>, name: &str| harness.get_by_label(name).rect().top();
        let other = top(&harness, "right 0");
        harness.get_by_label("left 19").focus();
        harness.run();
        let shown = top(&harness, "left 19");
        assert!((0.0..80.0).contains(&shown), "{shown}");
        assert!((top(&harness, "right 0") - other).abs() < 0.5);
        harness.get_by_label("left 0").focus();
        harness.run();
        let shown = top(&harness, "left 0");
        assert!((0.0..80.0).contains(&shown), "{shown}");
    }
}
