//! The command palette: everything that can be asked for, found by typing a part of its name.

use egui::text::LayoutJob;
use egui::{
    Align2, Button, Context, Event, FontId, Id, Key, Modal, Modifiers, ScrollArea, TextEdit,
    TextFormat, TextStyle, Ui, Vec2,
};

use crate::gui::action::Action;
use crate::gui::commands::{Found, find};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{empty_state_ui, select_in_field, weak_ui};
use crate::units::text;

/// Width of the palette, in points: a name, its group and its keys on one line.
const WIDTH: f32 = 620.0;
/// From the upper edge of the window, in points: the list below has room, and the eye finds it there.
const FROM_TOP: f32 = 72.0;
/// The list scrolls beyond this, in points.
const LIST_HEIGHT: f32 = 420.0;
/// More are not looked through; the line below says how many are left out.
const SHOWN_MAX: usize = 60;

/// Something that the palette finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it belongs to: a menu, the library, the kept runs.
    pub group: &'static str,
    /// What it is called.
    pub name: String,
    /// Other words by which it is found.
    pub words: String,
    /// The keys that do the same; empty for none.
    pub keys: String,
    /// Why it is not possible now.
    pub why_not: Option<String>,
    /// What it asks for.
    pub action: Action,
}

/// Shows the palette while it is open; keeps what is typed and what is chosen.
#[derive(Debug, Default)]
pub struct PalettePanel {
    open: bool,
    typed: String,
    chosen: usize,
    /// The field is still to be given the keyboard.
    unfocused: bool,
    /// The chosen row is still to be scrolled to.
    moved: bool,
}

impl PalettePanel {
    /// Opens it, or closes it. What is typed from now on is typed here, also what has come with the keys that open it:
    /// one may type faster than the window is drawn.
    pub fn toggle(&mut self, ctx: &Context) {
        *self = Self {
            open: !self.open,
            unfocused: true,
            ..Self::default()
        };
        if self.open {
            ctx.input_mut(|input| {
                input.events.retain(|event| match event {
                    Event::Text(text) => {
                        self.typed.push_str(text);
                        false
                    }
                    _ => true,
                });
            });
        }
    }

    /// Whether it is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Shows it with what is in `items`; returns what was chosen.
    pub fn ui(&mut self, ctx: &Context, items: &[Item]) -> Option<Action> {
        let palette = theme::palette_of(ctx);
        let id = Id::unique("command palette");
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, [0.0, FROM_TOP]);
        let modal = Modal::new(id).area(area);
        let modal = modal.frame(theme::popup_frame(palette, palette.control_border));
        let room = ctx.content_rect().size() - Vec2::new(2.0 * space::XL, FROM_TOP + space::XL);
        let mut done = None;
        let modal = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(room.x));
            self.move_by_keys(ui);
            let entered = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
            self.field_ui(ui);
            let found = found(items, self.typed.trim());
            self.chosen = self.chosen.min(found.len().saturating_sub(1));
            let clicked = self.list_ui(ui, &found, room.y);
            let chosen = clicked.or_else(|| entered.then_some(self.chosen));
            done = chosen.and_then(|row| found.get(row)).map(|(item, _)| *item);
        });
        match done {
            Some(item) if item.why_not.is_none() => {
                self.open = false;
                return Some(item.action.clone());
            }
            _ if modal.should_close() => self.open = false,
            _ => {}
        }
        None
    }

    /// Arrows and pages move the choice, while the field keeps the keyboard.
    fn move_by_keys(&mut self, ui: &Ui) {
        /// As many rows as are seen at once, less one that stays in sight.
        const PAGE: isize = 12;
        for (key, by) in [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, PAGE),
            (Key::PageUp, -PAGE),
        ] {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
                self.chosen = self.chosen.saturating_add_signed(by);
                self.moved = true;
            }
        }
    }

    fn field_ui(&mut self, ui: &mut Ui) {
        let weak = theme::palette(ui).weak;
        let hint = "Type a command, a scenario, a run, a candidate or a setting";
        let field = TextEdit::singleline(&mut self.typed)
            .hint_text(egui::RichText::new(hint).color(weak))
            .desired_width(f32::INFINITY)
            // Enter chooses and must not take the keyboard from the field.
            .return_key(None);
        let response = ui.add(field).accessible_name("Search commands");
        if std::mem::take(&mut self.unfocused) {
            let end = self.typed.chars().count();
            select_in_field(ui.ctx(), response.id, end..end);
        }
        if response.changed() {
            self.chosen = 0;
            self.moved = true;
        }
    }

    /// The row that was clicked.
    fn list_ui(&mut self, ui: &mut Ui, found: &[(&Item, Found)], room: f32) -> Option<usize> {
        if found.is_empty() {
            empty_state_ui(ui, "Nothing is called like this", "");
            return None;
        }
        let mut clicked = None;
        let height = LIST_HEIGHT.min(room - 2.0 * space::CONTROL_HEIGHT);
        ScrollArea::vertical()
            .max_height(height)
            // Else it stays as low as it was when last little was found.
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (row, (item, letters)) in found.iter().take(SHOWN_MAX).enumerate() {
                    let chosen = row == self.chosen;
                    let response = row_ui(ui, item, letters, chosen);
                    if chosen && self.moved {
                        response.scroll_to_me(None);
                    }
                    if response.gained_focus() {
                        self.chosen = row;
                    }
                    if response.clicked() {
                        clicked = Some(row);
                    }
                }
            });
        self.moved = false;
        if found.len() > SHOWN_MAX {
            let more = text::count((found.len() - SHOWN_MAX) as u64);
            weak_ui(ui, format!("{more} more: type on to find them"));
        }
        clicked
    }
}

/// What fits, the best first; what fits alike in its own order.
fn found<'a>(items: &'a [Item], typed: &str) -> Vec<(&'a Item, Found)> {
    let fits = items.iter().filter_map(|item| {
        let words = format!("{} {}", item.group, item.words);
        Some((item, find(typed, &item.name, &words)?))
    });
    let mut found: Vec<_> = fits.collect();
    if !typed.is_empty() {
        // Enter is for what can be done: what cannot be done now comes behind it, unless that only looks alike.
        found.sort_by_key(|(item, fit)| {
            let is_possible = item.why_not.is_none();
            std::cmp::Reverse((fit.whole, is_possible, fit.score))
        });
    }
    found
}

fn row_ui(ui: &mut Ui, item: &Item, found: &Found, chosen: bool) -> egui::Response {
    let palette = theme::palette(ui);
    let job = line(ui, palette, item, found);
    let size = Vec2::new(ui.available_width(), space::CONTROL_HEIGHT);
    ui.add_enabled_ui(item.why_not.is_none(), |ui| {
        let button = Button::selectable(chosen, job)
            .shortcut_text(item.keys.as_str())
            .truncate()
            .min_size(size);
        let response = ui.add(button);
        match &item.why_not {
            None => response.accessible_name(item.name.as_str()),
            Some(why) => response.accessible_name(format!("{}: {why}", item.name)),
        }
    })
    .inner
}

/// The name with the letters that were typed, then what it belongs to, or why it is not possible.
fn line(ui: &Ui, palette: &Palette, item: &Item, found: &Found) -> LayoutJob {
    let body = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let bold = FontId::new(body.size, theme::semi_bold());
    let ink = if item.why_not.is_some() {
        palette.weak
    } else {
        palette.text
    };
    let mut job = LayoutJob::default();
    for (at, letter) in item.name.chars().enumerate() {
        let typed = found.letters.binary_search(&at).is_ok();
        let (font, color) = if typed && item.why_not.is_none() {
            (bold.clone(), palette.accent)
        } else {
            (body.clone(), ink)
        };
        job.append(&letter.to_string(), 0.0, TextFormat::simple(font, color));
    }
    let after = item.why_not.as_deref().unwrap_or(item.group);
    let format = TextFormat::simple(small, palette.weak);
    job.append(after, space::S, format);
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, why_not: Option<&str>) -> Item {
        Item {
            group: "File",
            name: name.to_owned(),
            words: String::new(),
            keys: String::new(),
            why_not: why_not.map(str::to_owned),
            action: Action::About,
        }
    }

    #[test]
    fn what_is_possible_comes_before_its_equals_and_all_stand_in_order_before_one_types() {
        let items = [
            item("Save it", Some("no")),
            item("Save me", None),
            item("Quit", None),
        ];
        let names = |typed| -> Vec<String> {
            let found = found(&items, typed);
            found.iter().map(|(item, _)| item.name.clone()).collect()
        };
        assert_eq!(names(""), ["Save it", "Save me", "Quit"]);
        assert_eq!(names("save"), ["Save me", "Save it"]);
        assert_eq!(names("file quit"), ["Quit"]);
    }
}
