//! What is alike in all programs: shortcuts, the command palette, the size of everything, and the way of the
//! keyboard from one part of the window to the next.

use std::time::Duration;

use egui::{Context, Id, Rect};

use crate::gui::action::{Action, Preference, Region, RunsAction, Step};
use crate::gui::app::{App, Measurement, Page, RunState, Search, SidebarTab};
use crate::gui::commands::{COMMANDS, Situation, shortcuts};
use crate::gui::panels::palette::Item;
use crate::gui::panels::preferences::SETTINGS;
use crate::gui::panels::question::Question;
use crate::gui::settings::Settings;
use crate::gui::theme::{self, ThemeChoice};
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
            if ctx.input_mut(|input| input.consume_shortcut(&keys)) {
                self.actions.push(action);
            }
        }
    }

    pub(super) fn toggle_palette(&mut self) {
        self.palette_panel.toggle();
        if self.runs.search == Search::NotYet {
            self.list_runs();
        }
    }

    /// Shows the palette, if it is open.
    pub(super) fn palette_ui(&mut self, ctx: &Context) {
        if self.palette_panel.is_open() {
            let items = self.palette_items();
            self.palette_panel.ui(ctx, &items, &mut self.actions);
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

/// A part of the window that the keyboard goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The menus, and the line below.
    Bars,
    /// The panel on the left.
    Sidebar,
    /// The page in the middle.
    Centre,
    /// The results below the charts.
    Results,
}

/// Where the parts of the window are, and which of them the keyboard is to go to.
#[derive(Debug, Default)]
pub(super) struct Regions {
    /// In the order in which the keyboard goes through them.
    shown: Vec<(Part, Rect)>,
    asked: Option<Region>,
}

impl Regions {
    /// The keyboard is to go there when the window has been laid out.
    pub(super) const fn ask(&mut self, region: Region) {
        self.asked = Some(region);
    }

    /// A new frame is laid out.
    pub(super) fn begin(&mut self) {
        self.shown.clear();
    }

    /// A part of this frame is here.
    pub(super) fn note(&mut self, part: Part, rect: Rect) {
        self.shown.push((part, rect));
    }

    /// Gives the keyboard to the first control of the part that was asked for; parts without any are passed over.
    pub(super) fn follow(&mut self, ctx: &Context) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        self.shown.sort_by_key(|(part, _)| *part as u8);
        let controls: Vec<(Id, Rect)> = ctx.viewport(|viewport| {
            let widgets = viewport
                .this_pass
                .widgets
                .get_layer(egui::LayerId::background());
            let usable = widgets.filter(|one| one.enabled && one.sense.is_focusable());
            usable.map(|one| (one.id, one.interact_rect)).collect()
        });
        let firsts: Vec<(Part, Id)> = self
            .shown
            .iter()
            .filter_map(|(part, rect)| {
                let inside = |at: &Rect| at.is_positive() && rect.contains(at.center());
                let first = controls.iter().find(|(_, at)| inside(at))?;
                Some((*part, first.0))
            })
            .collect();
        let focused = ctx.memory(egui::Memory::focused);
        let at = controls.iter().find(|(id, _)| Some(*id) == focused);
        let part = at.and_then(|(_, at)| {
            let here = |(_, rect): &&(Part, Rect)| rect.contains(at.center());
            self.shown.iter().find(here).map(|(part, _)| *part)
        });
        if let Some(id) = target(asked, part, &firsts) {
            ctx.memory_mut(|memory| memory.request_focus(id));
        }
    }
}

/// The first control of the part to go to from `from`; from nowhere, forward begins at the panel on the left and
/// backward at the last part.
fn target<T: Copy>(asked: Region, from: Option<Part>, firsts: &[(Part, T)]) -> Option<T> {
    let place = |part: Part| firsts.iter().position(|(other, _)| *other == part);
    let at = from.and_then(place);
    let count = firsts.len();
    let index = match (asked, at) {
        (Region::Menus, _) => place(Part::Bars)?,
        (Region::Next, Some(at)) => (at + 1) % count,
        (Region::Next, None) => 1.min(count.checked_sub(1)?),
        (Region::Previous, Some(at)) => (at + count - 1) % count,
        (Region::Previous, None) => count.checked_sub(1)?,
    };
    firsts.get(index).map(|(_, first)| *first)
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

    #[test]
    fn the_keyboard_goes_round_through_the_parts_that_have_controls() {
        let firsts = [(Part::Bars, 1), (Part::Sidebar, 2), (Part::Results, 4)];
        let go = |asked, from| target(asked, from, &firsts);
        assert_eq!(go(Region::Next, None), Some(2));
        assert_eq!(go(Region::Next, Some(Part::Sidebar)), Some(4));
        assert_eq!(go(Region::Next, Some(Part::Results)), Some(1));
        assert_eq!(go(Region::Previous, Some(Part::Bars)), Some(4));
        assert_eq!(go(Region::Previous, None), Some(4));
        assert_eq!(go(Region::Menus, Some(Part::Results)), Some(1));
        assert_eq!(target::<u8>(Region::Next, None, &[]), None);
    }
}
