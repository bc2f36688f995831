//! The menu bar, made from the table of commands, and the pages at its right end.

use egui::containers::menu::menu_style;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Button, Color32, FocusDirection, Id, Key, Layout, Memory, MenuBar, Modifiers, Popup,
    Response, ScrollArea, Stroke, Style, TextStyle, Ui, vec2,
};

use crate::gui::action::Action;
use crate::gui::app::Page;
use crate::gui::commands::{COMMANDS, Command, Marked, Menu, Situation};
use crate::gui::theme::space;
use crate::gui::widgets::{Spot, in_order_ui, mark_spot};

/// Shows the menus, and opens the one that was asked for by keys.
pub fn menus_ui(ui: &mut Ui, now: &Situation<'_>, asked: Option<Menu>, actions: &mut Vec<Action>) {
    MenuBar::new().style(bar_style).ui(ui, |ui| {
        // Those of the last frame: what opens takes the keys before an open menu does.
        let bar = ui.unique_id().with("buttons of the bar");
        let buttons: Vec<Id> = ui.data(|data| data.get_temp(bar)).unwrap_or_default();
        let asked = asked.and_then(|asked| Menu::ALL.iter().position(|menu| *menu == asked));
        let asked = asked.or_else(|| neighbour(ui, &buttons));
        if let Some(button) = asked.and_then(|place| buttons.get(place)) {
            open(ui, *button);
        }
        let buttons: Vec<Id> = Menu::ALL
            .into_iter()
            .map(|menu| menu_button_ui(ui, menu, now, actions).id)
            .collect();
        ui.data_mut(|data| data.insert_temp(bar, buttons));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            in_order_ui(ui, |ui| pages_ui(ui, now, actions));
        });
    });
}

/// As menus usually are, but for the frame of what has the keyboard.
fn bar_style(style: &mut Style) {
    let frame = style.visuals.widgets.hovered.bg_stroke;
    menu_style(style);
    style.visuals.widgets.hovered.bg_stroke = frame;
    style.spacing.button_padding = vec2(space::XS, 2.0);
}

fn menu_button_ui(
    ui: &mut Ui,
    menu: Menu,
    now: &Situation<'_>,
    actions: &mut Vec<Action>,
) -> Response {
    // Behind a question, the tour or the palette the keys do nothing.
    let is_free = ui.memory(|memory| memory.top_modal_layer().is_none());
    let shows_key = is_free && ui.input(|input| Menu::shows_key(input.modifiers));
    let label = label(ui, menu, shows_key);
    let button = ui
        .menu_button(label, |ui| menu_ui(ui, menu, now, actions))
        .response;
    if menu == Menu::File {
        mark_spot(ui, Spot::FileMenu, button.rect);
    }
    // The accessible name tells it from the button that is called alike.
    button.accessible_name(format!("{} menu", menu.label()))
}

/// The name of a menu, its letter underlined while that would open it.
fn label(ui: &Ui, menu: Menu, shows_key: bool) -> LayoutJob {
    let font = TextStyle::Button.resolve(ui.style());
    let plain = TextFormat::simple(font, Color32::PLACEHOLDER);
    let mut letter = plain.clone();
    if shows_key {
        letter.underline = Stroke::new(1.0, ui.visuals().text_color());
    }
    let (first, rest) = menu.label().split_at(1);
    let mut job = LayoutJob::default();
    job.append(first, 0.0, letter);
    job.append(rest, 0.0, plain);
    job
}

/// The menu beside the open one, if the arrow keys ask for it from the bar.
fn neighbour(ui: &Ui, buttons: &[Id]) -> Option<usize> {
    let focused = ui.memory(Memory::focused)?;
    let at = buttons.iter().position(|id| *id == focused)?;
    if !Popup::is_id_open(ui.ctx(), menu_of(ui, focused)?) {
        return None;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowRight) {
        Some((at + 1) % buttons.len())
    } else if pressed(Key::ArrowLeft) {
        Some((at + buttons.len() - 1) % buttons.len())
    } else {
        None
    }
}

/// Opens the menu of `button`, which gets the keyboard: Down leads to its first entry.
fn open(ui: &Ui, button: Id) {
    if let Some(menu) = menu_of(ui, button) {
        ui.memory_mut(|memory| {
            memory.move_focus(FocusDirection::None);
            memory.request_focus(button);
        });
        Popup::open_id(ui.ctx(), menu);
    }
}

fn menu_of(ui: &Ui, button: Id) -> Option<Id> {
    let button = ui.ctx().read_response(button)?;
    Some(Popup::default_response_id(&button))
}

/// Width of a menu whose entries have a mark and their keys at the right end, in points.
const MARKED_WIDTH: f32 = 260.0;
/// In a window that is less high the longest menu scrolls, in points.
const VIEW_HEIGHT: f32 = 700.0;

fn menu_ui(ui: &mut Ui, menu: Menu, now: &Situation<'_>, actions: &mut Vec<Action>) {
    if menu == Menu::View {
        // Keys at the right end take all the room that there is.
        ui.set_max_width(MARKED_WIDTH);
        let height = ui.ctx().content_rect().height();
        if height < VIEW_HEIGHT {
            let height = height - 4.0 * space::L;
            ScrollArea::vertical()
                .max_height(height)
                .min_scrolled_height(height)
                .show(ui, |ui| entries_ui(ui, menu, now, actions));
            return;
        }
    }
    entries_ui(ui, menu, now, actions);
}

fn entries_ui(ui: &mut Ui, menu: Menu, now: &Situation<'_>, actions: &mut Vec<Action>) {
    dense(ui);
    let commands: Vec<&Command> = COMMANDS.iter().filter(|one| one.menu == menu).collect();
    let parts = commands.chunk_by(|one, next| one.section == next.section);
    for (number, part) in parts.enumerate() {
        if number > 0 {
            ui.separator();
        }
        for group in part.chunk_by(|one, next| one.within == next.within) {
            let within = group.first().map_or("", |command| command.within);
            if within.is_empty() {
                commands_ui(ui, group, now, actions);
            } else {
                let possible = group.iter().any(|command| command.why_not(now).is_none());
                ui.add_enabled_ui(possible, |ui| {
                    ui.menu_button(within, |ui| {
                        dense(ui);
                        commands_ui(ui, group, now, actions);
                    });
                });
            }
        }
        if menu == Menu::File && number == 0 {
            recent_ui(ui, now, actions);
        }
    }
}

/// Entries stand closer than controls: a long menu must fit into a small window.
fn dense(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = space::XS / 2.0;
}

/// The files that were open before.
fn recent_ui(ui: &mut Ui, now: &Situation<'_>, actions: &mut Vec<Action>) {
    let recent = &now.settings.recent;
    ui.add_enabled_ui(!now.running && !recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            dense(ui);
            for path in recent {
                if ui.button(path.display().to_string()).clicked() {
                    actions.push(Action::OpenFile(path.clone()));
                    ui.close();
                }
            }
            ui.separator();
            if ui.button("Forget them").clicked() {
                actions.push(Action::ForgetRecent);
                ui.close();
            }
        });
    });
}

fn commands_ui(ui: &mut Ui, commands: &[&Command], now: &Situation<'_>, actions: &mut Vec<Action>) {
    for command in commands {
        if command_ui(ui, command, now) {
            actions.push(command.action());
            ui.close();
        }
    }
}

/// One entry; true if it was chosen.
fn command_ui(ui: &mut Ui, command: &Command, now: &Situation<'_>) -> bool {
    let why_not = command.why_not(now);
    let label = command.label(now);
    let keys = command.shown_keys();
    ui.add_enabled_ui(why_not.is_none(), |ui| {
        let response = match command.marked {
            Marked::No => ui
                .add(Button::new(label.as_str()).shortcut_text(keys))
                .accessible_name(label),
            Marked::Check(is_set) => {
                let mut set = is_set(now);
                ui.horizontal(|ui| {
                    let response = ui.checkbox(&mut set, label);
                    keys_ui(ui, keys);
                    response
                })
                .inner
            }
            Marked::Choice(is_set) => {
                ui.horizontal(|ui| {
                    let response = ui.radio(is_set(now), label);
                    keys_ui(ui, keys);
                    response
                })
                .inner
            }
        };
        response
            .on_disabled_hover_text(why_not.unwrap_or_default())
            .clicked()
    })
    .inner
}

/// The keys at the right end, where a button has them.
fn keys_ui(ui: &mut Ui, keys: String) {
    if keys.is_empty() {
        return;
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.weak(keys);
    });
}

/// The pages of the middle.
fn pages_ui(ui: &mut Ui, now: &Situation<'_>, actions: &mut Vec<Action>) {
    for page in Page::CHOICES {
        let command = COMMANDS
            .iter()
            .find(|command| command.action() == Action::Show(page));
        let why_not = command.and_then(|command| command.why_not(now));
        let keys = command.map(Command::shown_keys).unwrap_or_default();
        let tab = Button::selectable(now.page == page, page.label());
        let tab = ui.add_enabled(why_not.is_none(), tab);
        if page == Page::Comparison {
            mark_spot(ui, Spot::ComparisonPage, tab.rect);
        }
        let tab = tab.on_hover_text(format!("{} ({keys})", page.about()));
        let tab = tab.on_disabled_hover_text(why_not.unwrap_or_default());
        if tab
            .accessible_name(format!("{} page", page.label()))
            .clicked()
        {
            actions.push(Action::Show(page));
        }
    }
}
