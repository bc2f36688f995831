//! What is remembered for the next start, and the message when a long run has ended.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, UserAttentionType, ViewportCommand};

use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::{App, RunState};
use crate::gui::settings::{Settings, WindowPlace};
use crate::units::text;

/// What changes while one drags and clicks is written when it has rested for so long, in seconds.
const RESTS_SECS: f64 = 2.0;

/// How far the settings are written. One writer at a time: two could end in the wrong order.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// As they were written, or are being written.
    written: Settings,
    /// What differs from that now, and since when, in seconds of the window's clock.
    unwritten: Option<(Settings, f64)>,
    /// They are on the way.
    is_writing: bool,
    /// They are to be written again when that is done.
    is_outdated: bool,
}

impl SettingsFile {
    /// The file as it was read.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            written: settings.clone(),
            unwritten: None,
            is_writing: false,
            is_outdated: false,
        }
    }

    /// In how many seconds from `now` the settings are to be written; none as long as they are what is written.
    fn due_in(&mut self, settings: &Settings, now: f64) -> Option<f64> {
        if *settings == self.written {
            self.unwritten = None;
            return None;
        }
        match &self.unwritten {
            Some((last, since)) if last == settings => Some(since + RESTS_SECS - now),
            _ => {
                self.unwritten = Some((settings.clone(), now));
                Some(RESTS_SECS)
            }
        }
    }
}

impl App {
    /// Writes the settings on a background thread, now or when the writer before is done.
    pub(super) fn save_settings(&mut self) {
        let Some(folder) = self.services.settings_dir.clone() else {
            return;
        };
        if self.settings_file.is_writing {
            self.settings_file.is_outdated = true;
            return;
        }
        let settings = self.settings.clone();
        self.settings_file = SettingsFile {
            is_writing: true,
            ..SettingsFile::of(&settings)
        };
        let refused = self.start("save settings", Kind::Writes, move || {
            Done::SettingsSaved(settings.save(&folder))
        });
        if refused.is_some() {
            self.settings_file.is_writing = false;
        }
    }

    pub(super) fn take_settings_saved(&mut self, saved: std::io::Result<()>) {
        if let Err(error) = saved {
            log::warn!("the settings are not saved: {error}");
        }
        self.settings_file.is_writing = false;
        if std::mem::take(&mut self.settings_file.is_outdated) {
            self.save_settings();
        }
    }

    /// Writes what has changed and rests, so that a window that ends badly comes back as it was.
    pub(super) fn follow_settings(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        match self.settings_file.due_in(&self.settings, now) {
            None => {}
            Some(secs) if secs > 0.0 => ctx.request_repaint_after(Duration::from_secs_f64(secs)),
            Some(_) => self.save_settings(),
        }
    }

    /// Takes note of where the window stands and what it shows.
    pub(super) fn note_window(&mut self, ctx: &Context) {
        let before = self.settings.window;
        let zoom = ctx.zoom_factor();
        let pixels = ctx.pixels_per_point();
        let place = ctx.input(|input| {
            let viewport = input.viewport();
            let inside = viewport.inner_rect?;
            let maximized = viewport.maximized == Some(true) || viewport.fullscreen == Some(true);
            if viewport.minimized == Some(true) {
                return None;
            }
            let size = inside.size() * zoom;
            let corner = viewport.outer_rect.map(|outer| outer.min * pixels);
            let now = WindowPlace {
                corner: corner.map(|corner| [corner.x.round() as i32, corner.y.round() as i32]),
                size: [size.x.round() as u16, size.y.round() as u16],
                maximized,
            };
            // A window that fills the screen goes back to where it was before.
            let back = before.filter(|_| maximized);
            Some(back.map_or(now, |back| WindowPlace { maximized, ..back }))
        });
        if place.is_some() {
            self.settings.window = place;
        }
        self.settings.page = self.pages.to_remember();
        self.settings.tab = self.tab;
    }

    /// Writes what is remembered. Only when the window is gone.
    pub(super) fn save_at_the_end(&self) {
        if let Some(folder) = &self.services.settings_dir
            && let Err(error) = self.settings.save(folder)
        {
            log::warn!("the settings are not saved: {error}");
        }
    }

    /// Tells the desktop when what took long is over and the window is not the one that is looked at.
    pub(super) fn follow_long_runs(&mut self, ctx: &Context) {
        let (now, focused) = ctx.input(|input| (input.time, input.viewport().focused));
        if self.is_running() {
            if self.busy.is_none() {
                self.busy = Some(self.busy_since(now));
            }
            return;
        }
        let Some(busy) = self.busy.take() else {
            return;
        };
        let took_secs = now - busy.since_secs;
        let long = took_secs >= f64::from(self.settings.notify_after_secs);
        if !self.settings.notify || !long || focused == Some(true) {
            return;
        }
        let command = ViewportCommand::RequestUserAttention(UserAttentionType::Informational);
        ctx.send_viewport_cmd(command);
        let labels = self.tabs.labels();
        let tab = labels.iter().find(|tab| Some(tab.number) == busy.tab);
        let word = match tab.map(|tab| tab.state) {
            Some(RunState::Failed) => "failed",
            Some(RunState::Stopped) => "was stopped",
            _ => "is finished",
        };
        let text = format!("After {}", text::nanos(took_secs * 1e9));
        let (title, notifier) = (
            format!("'{}' {word}", busy.title),
            Arc::clone(&self.services.notifier),
        );
        self.start("notification", Kind::Abandonable, move || {
            Done::Notified(notifier.notify(&title, &text))
        });
    }
    /// What begins to run at `now`, in seconds of the window's clock.
    fn busy_since(&self, now: f64) -> Busy {
        let live = self.tabs.live();
        let title = live.map_or(&self.document.scenario().title, |tab| {
            &tab.measurement.run().request.scenario.title
        });
        Busy {
            since_secs: now,
            tab: live.map(|tab| tab.number),
            title: title.clone(),
        }
    }
}

/// What runs.
#[derive(Debug)]
pub(super) struct Busy {
    /// Since when, in seconds of the window's clock.
    since_secs: f64,
    /// The number of its tab, if it has one.
    tab: Option<u64>,
    title: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::theme::ThemeChoice;

    #[test]
    fn settings_are_written_when_they_have_rested_and_only_once() {
        let mut settings = Settings::default();
        let mut file = SettingsFile::of(&settings);
        assert_eq!(file.due_in(&settings, 10.0), None);
        settings.sidebar = false;
        assert_eq!(file.due_in(&settings, 11.0), Some(2.0));
        settings.theme = ThemeChoice::Dark;
        assert_eq!(file.due_in(&settings, 12.0), Some(2.0), "it still changes");
        assert_eq!(file.due_in(&settings, 13.5), Some(0.5));
        assert_eq!(file.due_in(&settings, 14.0), Some(0.0));
        let before = Settings::default();
        assert_eq!(file.due_in(&before, 15.0), None, "it was taken back");
        assert_eq!(file.due_in(&settings, 16.0), Some(2.0));
        file = SettingsFile::of(&settings);
        assert_eq!(file.due_in(&settings, 60.0), None);
    }
}
