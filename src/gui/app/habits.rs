//! What is alike in all programs: shortcuts, the command palette and the size of everything.

use std::time::Duration;

use egui::{Context, Event, Key, KeyboardShortcut, Popup};

use crate::gui::action::{Action, ComposerSection, Preference, Region, RunsAction, Step};
use crate::gui::app::{App, Measurement, Page, RunState, Search, Series, SidebarTab};
use crate::gui::commands::{COMMANDS, Menu, Situation, shortcuts};
use crate::gui::panels::palette::Item;
use crate::gui::panels::preferences::SETTINGS;
use crate::gui::panels::question::Question;
use crate::gui::settings::Settings;
use crate::gui::theme::{self, ThemeChoice};
use crate::gui::widgets::take_menu_keys;
use crate::run::record::RecordKind;

/// Kept runs that the palette finds, the newest; older ones are found in their list.
const RUNS_MAX: usize = 200;

impl App {
    /// What is possible now.
    pub(super) fn situation<'a>(&'a self, series: &'a [RecordKind]) -> Situation<'a> {
        Situation {
            undoes: self.history.undoes(),
            redoes: self.history.redoes(),
            errors: self.document.errors(),
            series,
            state: self.in_bar().map_or(RunState::None, Measurement::state),
            tabs: self.tabs.len(),
            running: self.is_running(),
            comparable: self.has_candidates_to_compare(),
            reportable_series: self.series().is_some_and(Series::can_be_reported),
            page: self.page(),
            tab: self.tab,
            settings: &self.settings,
        }
    }

    /// The run that menus and toolbar are of: the one that goes on, whichever is looked at.
    pub(super) fn in_bar(&self) -> Option<&Measurement> {
        let live = self.tabs.live().map(|tab| &tab.measurement);
        live.or_else(|| self.tabs.measurement())
    }

    /// The series that the open scenario has.
    pub(super) fn series_of_document(&self) -> Vec<RecordKind> {
        let scenario = self.document.scenario();
        let sweep = scenario.sweep.as_ref().map(|_| RecordKind::Sweep);
        let capacity = scenario.capacity.as_ref().map(|_| RecordKind::Capacity);
        sweep.into_iter().chain(capacity).collect()
    }

    /// Asks for what the pressed keys stand for. Whoever performs it says why if it is not possible.
    pub(super) fn take_shortcuts(&mut self, ctx: &Context) {
        if self.question.is_some() || self.tour.is_some() || self.exporting.choice.is_some() {
            return;
        }
        take_menu_keys(ctx);
        self.take_esc(ctx);
        // A text field outside of the composer has its own undo and keeps the keys; in the composer a text is
        // part of the scenario, and one undo is enough.
        let focused = ctx.memory(egui::Memory::focused);
        let types_elsewhere = focused.is_some_and(|id| {
            egui::TextEdit::load_state(ctx, id).is_some() && !self.composer.is_typing_in(id)
        });
        for (keys, command) in shortcuts() {
            if command.yields && types_elsewhere {
                continue;
            }
            let action = command.action();
            // Behind the palette nothing can be seen, so nothing is done there.
            if self.palette_panel.is_open() && action != Action::FindCommand {
                continue;
            }
            if !take(ctx, keys) {
                continue;
            }
            match action {
                // At once: what is typed next is already for the palette, however late the next frame is.
                Action::FindCommand => self.toggle_palette(ctx),
                action => self.ask_by_keys(action),
            }
        }
        let mut menus = Menu::ALL.into_iter();
        let asked = menus.find(|menu| menu.shortcut().is_some_and(|keys| take(ctx, keys)));
        self.asked_menu = asked.filter(|_| !self.palette_panel.is_open());
    }

    /// Esc takes away the newest message that stays, unless it closes something else.
    fn take_esc(&mut self, ctx: &Context) {
        let closes_else = self.palette_panel.is_open() || Popup::is_any_open(ctx);
        if !closes_else && ctx.input(|input| input.key_pressed(Key::Escape)) {
            self.toasts.close_failure();
        }
    }

    /// Asks for `action`. Whoever asks for a part of the window by keys goes on there.
    fn ask_by_keys(&mut self, action: Action) {
        let led_to = match action {
            Action::Show(_) => Some(Region::Page),
            Action::ShowTab(_) => Some(Region::Sidebar),
            _ => None,
        };
        self.actions.push(action);
        self.actions.extend(led_to.map(Action::GoTo));
    }

    pub(super) fn toggle_palette(&mut self, ctx: &Context) {
        self.palette_panel.toggle(ctx);
        if self.runs.search == Search::NotYet {
            self.list_runs();
        }
    }

    /// Shows the palette, if it is open.
    pub(super) fn palette_ui(&mut self, ctx: &Context) {
        if self.palette_panel.is_open() {
            let items = self.palette_items();
            let chosen = self.palette_panel.ui(ctx, &items);
            if let Some(action) = chosen {
                self.ask_by_keys(action);
            }
        }
    }

    /// Everything that the palette finds, in the order in which it stands there before something is typed.
    fn palette_items(&self) -> Vec<Item> {
        let series = self.series_of_document();
        let now = self.situation(&series);
        let commands = COMMANDS.iter().map(|command| Item {
            group: command.menu.label(),
            name: command.label(&now),
            words: format!("{} {}", command.name, command.words),
            keys: command.shown_keys(),
            why_not: command.why_not(&now),
            action: command.action(),
        });
        let mut items: Vec<Item> = commands.collect();
        items.retain(|item| item.action != Action::FindCommand);
        items.extend(ComposerSection::ALL.map(|section| Item {
            group: "Composer",
            name: format!("Compose: {}", section.title()),
            words: section.words().to_owned(),
            keys: String::new(),
            why_not: None,
            action: Action::ComposeSection(section),
        }));
        self.add_scenarios(&mut items);
        self.add_candidates(&mut items);
        self.add_runs(&mut items);
        items.extend(SETTINGS.iter().map(|setting| Item {
            group: "Settings",
            name: format!("Setting: {}", setting.name),
            words: setting.words.to_owned(),
            keys: String::new(),
            why_not: None,
            action: Action::FindSetting(setting.name),
        }));
        items
    }

    fn add_scenarios(&self, items: &mut Vec<Item>) {
        let running = self.is_running();
        let why_not = || running.then(|| "Stop the run first".to_owned());
        for entry in &self.library {
            for (verb, action) in [
                ("Open", Action::OpenBundled(entry.file)),
                ("Run", Action::RunBundled(entry.file)),
            ] {
                items.push(Item {
                    group: "Bundled experiment",
                    name: format!("{verb}: {}", entry.title),
                    words: format!("{} library scenario", entry.file),
                    keys: String::new(),
                    why_not: why_not(),
                    action,
                });
            }
        }
        for path in &self.settings.recent {
            items.push(Item {
                group: "Recent file",
                name: format!("Open: {}", path.display()),
                words: String::new(),
                keys: String::new(),
                why_not: why_not(),
                action: Action::OpenFile(path.clone()),
            });
        }
    }

    fn add_candidates(&self, items: &mut Vec<Item>) {
        let Some(tab) = self.tabs.shown() else {
            return;
        };
        let hidden = &tab.board.settings().hidden;
        for figures in tab.measurement.figures() {
            let is_hidden = hidden.contains(&figures.candidate);
            let verb = if is_hidden { "Show" } else { "Hide" };
            items.push(Item {
                group: "Candidate",
                name: format!("{verb}: {}", figures.name),
                words: "show hide chart line".to_owned(),
                keys: String::new(),
                why_not: None,
                action: Action::ToggleCandidate(figures.candidate),
            });
        }
    }

    fn add_runs(&self, items: &mut Vec<Item>) {
        let running = self.is_running();
        for entry in self.runs.entries.iter().take(RUNS_MAX) {
            let unreadable = entry.head.as_ref().err().cloned();
            items.push(Item {
                group: "Kept run",
                name: format!("Open the run: {}", entry.title()),
                words: entry.path.display().to_string(),
                keys: String::new(),
                why_not: unreadable.or_else(|| running.then(|| "Stop the run first".to_owned())),
                action: Action::Runs(RunsAction::Open(entry.path.clone())),
            });
        }
    }

    pub(super) fn show_tab(&mut self, tab: SidebarTab) {
        self.show_sidebar(tab);
        self.save_settings();
    }

    pub(super) fn toggle_candidate(&mut self, candidate: usize) {
        /// In time for the next frame, and without a second one.
        const SOON: Duration = Duration::from_millis(1);
        if let Some(tab) = self.tabs.shown_mut() {
            tab.board.toggle_candidate(candidate);
        }
        self.jobs.ctx().request_repaint_after(SOON);
    }

    /// Draws everything larger or smaller, by the next of the even steps.
    pub(super) fn zoom(&mut self, step: Step, ctx: &Context) {
        let scale = scale_after(self.settings.scale_percent, step);
        self.prefer(Preference::Scale(scale), ctx);
    }

    pub(super) fn set_theme(&mut self, theme: ThemeChoice, ctx: &Context) {
        self.settings.theme = theme;
        ctx.set_theme(theme.preference());
        self.save_settings();
    }

    pub(super) fn find_setting(&mut self, name: &str) {
        self.preferences_panel.look_for(name);
        self.pages.show(Page::Machine);
    }

    pub(super) fn copy_text(&mut self, text: String, ctx: &Context) {
        ctx.copy_text(text);
        let now = ctx.input(|input| input.time);
        self.toasts.good("Copied".to_owned(), now);
    }

    pub(super) fn tell_about(&mut self) {
        let (settings, runs) = (&self.services.settings_dir, &self.services.runs_dir);
        self.question = Some(Question::About {
            settings: settings.clone(),
            runs: runs.clone(),
        });
    }

    pub(super) fn prefer(&mut self, preference: Preference, ctx: &Context) {
        let settings = &mut self.settings;
        match preference {
            Preference::Scale(percent) => settings.scale_percent = percent,
            Preference::HighContrast => settings.high_contrast = !settings.high_contrast,
            Preference::LineMarks => settings.line_marks = !settings.line_marks,
            Preference::ReducedMotion => settings.reduced_motion = !settings.reduced_motion,
            Preference::SmoothCharts => settings.smooth_charts = !settings.smooth_charts,
            Preference::Notify => settings.notify = !settings.notify,
            Preference::NotifyAfter(secs) => settings.notify_after_secs = secs,
        }
        // Everything is drawn anew where one of these changes, and all else stays as it is.
        if matches!(
            preference,
            Preference::Scale(_) | Preference::HighContrast | Preference::LineMarks
        ) {
            apply_look(ctx, &self.settings);
        }
        self.save_settings();
    }
}

/// Whether these keys are pressed; nobody else gets them then, nor the letter that they type with Alt.
fn take(ctx: &Context, keys: KeyboardShortcut) -> bool {
    ctx.input_mut(|input| {
        let pressed = input.consume_shortcut(&keys);
        if pressed && keys.modifiers.alt {
            let is_text = |event: &Event| matches!(event, Event::Text(_));
            input.events.retain(|event| !is_text(event));
        }
        pressed
    })
}

/// Draws everything as the settings say.
pub(super) fn apply_look(ctx: &Context, settings: &Settings) {
    ctx.set_zoom_factor(f32::from(settings.scale_percent) / 100.0);
    theme::set_contrast(ctx, settings.high_contrast);
    theme::set_line_marks(ctx, settings.line_marks);
}

/// The sizes that the keys go through, in percent.
pub const SCALES: [u16; 13] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/// The size after `step`, in percent.
fn scale_after(percent: u16, step: Step) -> u16 {
    let mut scales = SCALES.into_iter();
    match step {
        Step::Up => scales.find(|scale| *scale > percent).unwrap_or(percent),
        Step::Down => scales.rfind(|scale| *scale < percent).unwrap_or(percent),
        Step::Normal => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_goes_by_even_steps_from_half_to_three_times() {
        assert_eq!(scale_after(100, Step::Up), 110);
        assert_eq!(scale_after(100, Step::Down), 90);
        assert_eq!(scale_after(300, Step::Up), 300);
        assert_eq!(scale_after(50, Step::Down), 50);
        assert_eq!(scale_after(137, Step::Up), 150);
        assert_eq!(scale_after(137, Step::Down), 125);
        assert_eq!(scale_after(137, Step::Normal), 100);
    }
}
