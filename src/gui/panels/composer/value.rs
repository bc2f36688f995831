//! Rows of a form with a value that is typed: the text, a slider beside it where its range is natural, and buttons for
//! less and more.

use egui::{Id, Key, Slider, SliderClamping, Ui};

use crate::gui::panels::composer::form::{FIELD_MIN_WIDTH, Field, Form, single_line, text_id};
use crate::gui::panels::composer::lines::message_ui;
use crate::gui::panels::composer::steps::{STEP_WIDTH, lower_first, step_buttons_ui, step_by_keys};
use crate::gui::panels::composer::typed::Typed;
use crate::gui::theme::space;
use crate::scenario::Severity;

/// A shorter slider cannot be aimed with, in points.
const SLIDER_MIN_WIDTH: f32 = 44.0;
/// A text field beside a slider is no wider, in points: `5,000,000` and `16 per core`.
const TEXT_MAX_WIDTH: f32 = 84.0;

/// What stands beside the text.
#[derive(Debug, Clone, Copy)]
enum Beside<'a> {
    /// A slider and buttons.
    Controls,
    /// Nothing, but arrow up and down do what buttons would.
    Keys,
    /// Nothing; in the empty field this text.
    Nothing(&'a str),
}

/// What goes on in a text field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typing {
    /// A letter came or went.
    Changed,
    /// It has the focus.
    Resting,
    /// It does not have the focus.
    Left,
    /// The typed text counts no more: a button changed the value, or Escape was pressed.
    Over,
}

impl Form<'_> {
    /// A row with a value as text, a slider where its range is natural, and buttons for less and more; arrow up and
    /// down do the same.
    pub(super) fn value<T: Typed>(&mut self, ui: &mut Ui, field: &Field, value: &mut T) {
        self.typed(ui, field, value, Beside::Controls);
    }

    /// A row with a value as text.
    pub(super) fn plain_value<T: Typed>(&mut self, ui: &mut Ui, field: &Field, value: &mut T) {
        self.typed(ui, field, value, Beside::Nothing(""));
    }

    /// A row with a value as text alone; arrow up and down make it more and less.
    pub(super) fn short_value<T: Typed>(&mut self, ui: &mut Ui, field: &Field, value: &mut T) {
        self.typed(ui, field, value, Beside::Keys);
    }

    /// A row with a value that may be absent; `absent` says in the empty field what holds then.
    pub(super) fn optional<T: Typed>(
        &mut self,
        ui: &mut Ui,
        field: &Field,
        value: &mut Option<T>,
        absent: &str,
    ) {
        self.typed(ui, field, value, Beside::Nothing(absent));
    }

    fn typed<T: Typed>(&mut self, ui: &mut Ui, field: &Field, value: &mut T, beside: Beside<'_>) {
        let written = value.clone().write();
        let mut text = self.drafts.shown(&field.path, &written);
        let unit = self.drafts.unit(&field.path, &written);
        let id = text_id(&field.path);
        let changed = self.row(ui, field, |ui| {
            typing_ui(ui, field, id, (&mut text, value), beside)
        });
        self.follow(ui, id);
        let read = read_with::<T>(&text, &unit);
        match (changed, &read) {
            (Typing::Changed, Ok(new)) => {
                *value = new.clone();
                self.drafts
                    .keep(&field.path, (text, unit), value.clone().write(), true);
            }
            (Typing::Changed, Err(_)) => {
                self.drafts
                    .keep(&field.path, (text, unit), value.clone().write(), false);
            }
            // A text that cannot be read stays with its message until somebody mends it.
            (Typing::Over, _) | (Typing::Left, Ok(_)) => self.drafts.forget(&field.path),
            (Typing::Left, Err(_)) => self.drafts.abandon(&field.path),
            (Typing::Resting, _) => {}
        }
        if let (Err(message), true) = (read, changed != Typing::Over) {
            match &mut self.aside {
                Some(aside) => aside.push(message),
                None => message_ui(ui, &message, Severity::Error),
            }
        }
    }
}

/// The value of `text`. A number alone is in `unit`, which the field had: whoever changes 20ms to 40 means 40ms.
fn read_with<T: Typed>(text: &str, unit: &str) -> Result<T, String> {
    T::read(text).or_else(|message| {
        let is_number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
        if !T::HAS_UNIT || unit.is_empty() || !is_number {
            return Err(message);
        }
        T::read(&format!("{}{unit}", text.trim())).or(Err(message))
    })
}

/// The text field and what stands beside it.
fn typing_ui<T: Typed>(
    ui: &mut Ui,
    field: &Field,
    id: Id,
    (text, value): (&mut String, &mut T),
    beside: Beside<'_>,
) -> Typing {
    let before = value.clone();
    ui.spacing_mut().item_spacing.x = space::XS;
    let has_controls = matches!(beside, Beside::Controls);
    let buttons = if has_controls {
        2.0 * (STEP_WIDTH + space::XS)
    } else {
        0.0
    };
    let room = ui.available_width() - buttons;
    let slider = (room - TEXT_MAX_WIDTH - space::XS).max(SLIDER_MIN_WIDTH);
    let has_slider = has_controls
        && value.slide().is_some()
        && room - slider - space::XS >= FIELD_MIN_WIDTH + space::L;
    let width = if has_slider {
        room - slider - space::XS
    } else {
        room
    };
    let steps = !matches!(beside, Beside::Nothing(_));
    if steps && ui.is_enabled() && ui.memory(|memory| memory.has_focus(id)) {
        step_by_keys(ui, value);
    }
    let absent = match beside {
        Beside::Nothing(absent) => absent,
        Beside::Controls | Beside::Keys => "",
    };
    let response = single_line(text, width.max(FIELD_MIN_WIDTH))
        .hint_text(absent)
        .id(id)
        .show(ui)
        .response
        .response;
    let response = response.accessible_name(&field.name);
    if has_slider {
        slider_ui(ui, &field.name, slider, value);
    }
    if has_controls {
        step_buttons_ui(ui, &field.name, value);
    }
    let escaped = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
    if *value != before || escaped {
        return Typing::Over;
    }
    match (response.changed(), response.has_focus()) {
        (true, _) => Typing::Changed,
        (false, true) => Typing::Resting,
        (false, false) => Typing::Left,
    }
}

fn slider_ui<T: Typed>(ui: &mut Ui, name: &str, width: f32, value: &mut T) {
    let Some(slide) = value.slide() else {
        return;
    };
    let mut at = slide.at;
    ui.spacing_mut().slider_width = width;
    let slider = Slider::new(&mut at, slide.low..=slide.high)
        .logarithmic(slide.is_logarithmic)
        // A value beyond the ends stays until somebody slides.
        .clamping(SliderClamping::Edits)
        .show_value(false);
    let response = ui
        .add(slider)
        .accessible_name(format!("Slide {}", lower_first(name)));
    if response.changed() {
        *value = value.slid(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Bytes, Nanos};

    #[test]
    fn a_number_without_a_unit_is_in_the_unit_of_the_field() {
        assert_eq!(read_with("40", "ms"), Ok(Nanos::from_millis(40)));
        assert_eq!(read_with(" 1.5 ", "s"), Ok(Nanos::from_millis(1_500)));
        assert_eq!(read_with("4s", "ms"), Ok(Nanos::from_secs(4)));
        assert_eq!(read_with("64", "KiB"), Ok(Bytes::from_kib(64)));
        // A unit that is none is not taken for the field's.
        assert!(read_with::<Nanos>("4q", "ms").is_err());
        assert!(read_with::<Nanos>("4 0", "ms").is_err());
        assert!(read_with::<Nanos>("40", "").is_err());
    }
}
