//! Less and more: the buttons beside a field, and the keys that do the same.

use egui::{Button, Key, Modifiers, Ui};

use crate::gui::panels::composer::typed::Typed;
use crate::gui::theme::space;

/// Width of a button beside a field.
pub(super) const STEP_WIDTH: f32 = 30.0;

/// Arrow up and down in the field do what its buttons do.
pub(super) fn step_by_keys<T: Typed>(ui: &Ui, value: &mut T) {
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowUp)) {
        *value = value.clone().more();
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
        *value = value.clone().less();
    }
}

/// The buttons beside the field `name`.
pub(super) fn step_buttons_ui<T: Typed>(ui: &mut Ui, name: &str, value: &mut T) {
    ui.spacing_mut().button_padding.x = 2.0;
    for (index, (symbol, verb)) in T::STEPS.into_iter().enumerate() {
        let size = [STEP_WIDTH, space::CONTROL_HEIGHT];
        let response = ui.add_sized(size, Button::new(symbol)).on_hover_text(verb);
        if response
            .accessible_name(format!("{verb} {}", lower_first(name)))
            .clicked()
        {
            *value = if index == 0 {
                value.clone().less()
            } else {
                value.clone().more()
            };
        }
    }
}

/// For a name inside of a sentence: `Size of stage 1` becomes `size of stage 1`; `CPU` stays.
pub(super) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lowered_inside_of_a_sentence_and_abbreviations_are_not() {
        assert_eq!(lower_first("Size of stage 1"), "size of stage 1");
        assert_eq!(lower_first("CPU threads"), "CPU threads");
        assert_eq!(lower_first(""), "");
    }
}
