//! The menu of a control: opened by the right mouse button, and by the keys that do the same.

use egui::{Context, Id, Key, Memory, Modifiers, Popup, Response, Ui};

/// The keys that open the menu of the control that has the keyboard.
const KEYS: [(Modifiers, Key); 2] = [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)];

/// Takes the keys that ask for the menu of the control that has the keyboard. Before other keys are looked at: those
/// match `F10` with any modifiers.
pub fn take_menu_keys(ctx: &Context) {
    let pressed = |(modifiers, key)| ctx.input_mut(|input| input.consume_key(modifiers, key));
    if KEYS.into_iter().any(pressed)
        && let Some(focused) = ctx.memory(Memory::focused)
    {
        ctx.data_mut(|data| data.insert_temp(asked_for(), Some(focused)));
    }
}

/// Shows the menu of `control`, at the pointer or, asked for by keys, below the control.
pub fn key_menu_ui(control: &Response, content: impl FnOnce(&mut Ui)) {
    let ctx = &control.ctx;
    let menu = Popup::default_response_id(control);
    let asked = ctx.data(|data| data.get_temp::<Option<Id>>(asked_for()));
    if asked.flatten() == Some(control.id) {
        ctx.data_mut(|data| data.remove_temp::<Option<Id>>(asked_for()));
        Popup::open_id(ctx, menu);
    }
    let mut popup = Popup::context_menu(control);
    if Popup::is_id_open(ctx, menu) && Popup::position_of_id(ctx, menu).is_none() {
        popup = popup.anchor(control);
    }
    popup.show(content);
}

/// Where it is noted whose menu was asked for.
fn asked_for() -> Id {
    Id::unique("menu asked for by keys")
}
