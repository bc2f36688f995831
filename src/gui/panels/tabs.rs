//! The strip with the opened runs, above the charts.

use egui::{Align, Button, Layout, Response, ScrollArea, Ui, Vec2, WidgetText};

use crate::gui::action::Action;
use crate::gui::app::{RunState, TabAction, TabLabel};
use crate::gui::theme::{self, Palette, space};
use crate::gui::widgets::{icon_button_ui, key_menu_ui};
use crate::units::text;

/// A tab is not wider, in points: the title of a scenario.
const WIDTH_MAX: f32 = 240.0;
/// With less there is no room for a time, a number and the begin of a title; then the strip scrolls, in points.
const WIDTH_MIN: f32 = 168.0;

/// Shows the strip and appends what the user asked for to `actions`.
pub fn tabs_ui(ui: &mut Ui, tabs: &[TabLabel], actions: &mut Vec<Action>) {
    let gap = space::XS;
    let room = ui.available_width() / tabs.len().max(1) as f32 - gap;
    let width = room.clamp(WIDTH_MIN, WIDTH_MAX).floor();
    ScrollArea::horizontal()
        .id_salt("tabs of runs")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            // From the top: each would make the line taller, and stand lower than the one before.
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for (tab, title) in tabs.iter().zip(titles(tabs)) {
                    let size = Vec2::new(width, space::CONTROL_HEIGHT);
                    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                        ui.set_min_size(size);
                        tab_ui(ui, tab, &title, actions);
                    });
                }
            });
        });
    ui.add_space(space::XS);
}

/// What stands on the tabs. Runs of one title are told apart by the time of day, which differs soonest, and those of one
/// minute by their number.
fn titles(tabs: &[TabLabel]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for tab in tabs {
        let is_alike = |other: &&TabLabel| other.title == tab.title;
        if tabs.iter().filter(is_alike).count() == 1 {
            titles.push(tab.title.clone());
            continue;
        }
        let started = text::date_time(tab.started_unix_secs);
        let time = started.split(' ').nth(1).unwrap_or_default();
        let numbered = |number: usize| match number {
            1 => format!("{time} {}", tab.title),
            _ => format!("{time} ({number}) {}", tab.title),
        };
        // So many cannot all be taken by the others.
        let free = (1..=tabs.len())
            .map(numbered)
            .find(|title| !titles.contains(title));
        titles.extend(free);
    }
    titles
}

/// One tab: its button and the one that closes it.
fn tab_ui(ui: &mut Ui, tab: &TabLabel, title: &str, actions: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let started = text::date_time(tab.started_unix_secs);
    let frame = theme::choice_frame(palette, false, false).inner_margin(egui::Margin {
        left: 0,
        right: 2,
        top: 0,
        bottom: 0,
    });
    // As the page that is chosen: a frame is for what has the keyboard.
    let frame = if tab.shown {
        frame.fill(palette.selected)
    } else {
        frame
    };
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let (symbol, word, color) = standing(tab.state, palette);
        let close = space::CONTROL_HEIGHT;
        let room = ui.available_width() - close - 4.0;
        let mut text = egui::text::LayoutJob::default();
        let font = egui::TextStyle::Body.resolve(ui.style());
        let pin = if tab.pinned { "📌 " } else { "" };
        for (part, color) in [
            (format!("{symbol} "), color),
            (format!("{pin}{title}"), palette.text),
        ] {
            let format = egui::TextFormat::simple(font.clone(), color);
            text.append(&part, 0.0, format);
        }
        text.wrap = egui::text::TextWrapping::truncate_at_width(room - 2.0 * space::S);
        // Laid out here: a button would widen to hold all of it.
        let text = WidgetText::from(ui.painter().layout_job(text));
        // What grows at the right keeps the title at the left.
        let button = Button::new(text)
            .right_text("")
            .frame_when_inactive(false)
            .min_size(Vec2::new(room, close));
        let name = format!("Tab {title}, {word}");
        let hover = format!("{}\n{word} · started {started}", tab.title);
        let response = ui.add(button).on_hover_text(hover).accessible_name(name);
        if response.clicked() {
            actions.push(Action::Tabs(TabAction::Show(tab.number)));
        }
        if response.middle_clicked() {
            actions.push(Action::Tabs(TabAction::Close(tab.number)));
        }
        menu_ui(&response, tab, actions);
        if tab.shown {
            response.scroll_to_me(None);
        }
        if icon_button_ui(ui, "✖", &format!("Close tab {title}")).clicked() {
            actions.push(Action::Tabs(TabAction::Close(tab.number)));
        }
    });
}

fn menu_ui(response: &Response, tab: &TabLabel, actions: &mut Vec<Action>) {
    key_menu_ui(response, |ui| {
        let pin = if tab.pinned { "Unpin tab" } else { "Pin tab" };
        for (label, action) in [
            (pin, TabAction::TogglePin(tab.number)),
            ("Close tab", TabAction::Close(tab.number)),
            ("Close other tabs", TabAction::CloseOthers(tab.number)),
        ] {
            if ui.button(label).clicked() {
                actions.push(Action::Tabs(action));
                ui.close();
            }
        }
    });
}

/// The symbol and the word for where a run stands, with their colour.
const fn standing(
    state: RunState,
    palette: &Palette,
) -> (&'static str, &'static str, egui::Color32) {
    match state {
        RunState::None | RunState::Waiting => ("…", "waiting", palette.weak),
        RunState::Live => ("▶", "live", palette.accent),
        RunState::Stopping => ("⏹", "stopping", palette.warning),
        RunState::Stopped => ("⏹", "stopped", palette.warning),
        RunState::Failed => ("⚠", "failed", palette.error),
        RunState::Finished => ("✔", "finished", palette.good),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_of_one_title_are_told_apart_by_their_times_and_then_by_their_numbers() {
        let tab = |title: &str, started_unix_secs| TabLabel {
            number: 1,
            title: title.to_owned(),
            started_unix_secs,
            state: RunState::Finished,
            pinned: false,
            shown: false,
        };
        let tabs = [tab("a", 0), tab("b", 0), tab("b", 59), tab("b", 3600)];
        assert_eq!(titles(&tabs), ["a", "00:00 b", "00:00 (2) b", "01:00 b"]);
    }
}
