//! What happens between two frames: events of the run, outcomes of background work, the wish to close.
//!
//! Nothing here draws; it also runs while the window is hidden.

use std::time::Duration;

use egui::{Context, ViewportCommand};

use crate::gui::action::Action;
use crate::gui::app::jobs::Done;
use crate::gui::app::{App, Closing, Document, Origin, Page, Purpose, RunState};
use crate::gui::dialogs::{FileRequest, Picked};
use crate::gui::panels::question::Question;
use crate::gui::repaint::{FrameClock, Painting, process_cpu_time};
use crate::scenario::{Loaded, ScenarioFileError};

/// Events may take this long per frame; what is left comes with the next, which follows at once. A window that paints
/// every five seconds has fifty snapshots to take in, and while it waits they would be merged.
const EVENTS_BUDGET: Duration = Duration::from_millis(20);
/// Charts that move this rarely distract little.
const CALM: Duration = Duration::from_secs(1);
/// A run that is over is written within about this time.
const KEPT_SOON: Duration = Duration::from_millis(50);

impl App {
    /// Takes in what happened since the last frame.
    pub(super) fn advance(&mut self, ctx: &Context) {
        for index in 0..self.tabs.len() {
            self.drain_run(index, ctx);
        }
        self.follow_series();
        self.follow_leaving_tabs();
        self.renew_preview();
        self.follow_long_runs(ctx);
        self.note_window(ctx);
        self.follow_settings(ctx);
        for done in self.jobs.finished() {
            self.take(done, ctx);
        }
        self.look_if_wanted();
        self.list_if_wanted();
        self.look_at_recent_if_wanted();
        self.look_at_verdicts_if_wanted();
        self.take_dropped_files(ctx);
        self.take_shortcuts(ctx);
        self.regions.resume(ctx);
        self.take_close_request(ctx);
        let now = ctx.input(|input| input.time);
        if self.tour.is_some() {
            // A message would lie on the words of the tour: it waits until they are read.
            self.toasts.hold(now);
        } else if self.toasts.expire(now) {
            ctx.request_repaint_after(Duration::from_secs(1));
        }
    }

    fn drain_run(&mut self, index: usize, ctx: &Context) {
        let Some((tab, is_shown)) = self.tabs.at(index) else {
            return;
        };
        let measurement = &mut tab.measurement;
        let was_active = measurement.state().is_active();
        let more = measurement.drain(EVENTS_BUDGET);
        if is_shown {
            measurement.update_charts(tab.board.settings());
        }
        let state = measurement.state();
        let kept = measurement.follow_keeper();
        if measurement.is_being_kept() {
            ctx.request_repaint_after(KEPT_SOON);
        }
        if let (Some(Ok(kept)), false) = (&kept, measurement.is_running()) {
            let path = Some(kept.path.clone());
            let origin = measurement.origin();
            measurement.set_origin(Origin { path, ..origin });
        }
        if more {
            ctx.request_repaint_after(FrameClock::SOON);
        }
        let decides = !measurement.run().request.scenario.objectives.is_empty();
        if was_active && !state.is_active() && decides {
            tab.results.show_verdict();
        }
        if let Some(kept) = kept {
            let now = ctx.input(|input| input.time);
            self.take_kept(kept.map_err(|error| error.to_string()), now);
        }
        let is_over = was_active && !state.is_active() && !self.has_active_series();
        if is_over && self.closing == Closing::AfterRun {
            self.closing = Closing::No;
            self.actions.push(Action::Quit);
        }
    }

    /// Reckons what the frame that has just been made has cost, and asks for the next if a run measures:
    /// snapshots may fail to come, and the window must not look dead then.
    pub(super) fn account_for_frame(&mut self, ctx: &Context, frame_cpu: Option<f32>) {
        let now = process_cpu_time();
        let cost = match (now, self.cpu_at_last_frame) {
            (Some(now), Some(before)) => Some(now.saturating_sub(before)),
            // Where the system does not tell, eframe's own measure of the last frame has to do.
            (None, _) => frame_cpu.map(Duration::from_secs_f32),
            (Some(_), None) => None,
        };
        self.cpu_at_last_frame = now;
        if let Some(cost) = cost {
            self.pacer.record(cost);
        }
        let interval = self.frame_interval();
        self.frame_clock.painted(interval);
        if self.is_running() {
            ctx.request_repaint_after(interval);
        }
    }

    /// From one frame to the next while a run measures and the user does nothing.
    pub(super) fn frame_interval(&self) -> Duration {
        let painting = if self.settings.smooth_charts {
            Painting::Smooth
        } else {
            Painting::Sparing
        };
        let interval = self.pacer.interval(painting);
        if self.settings.reduced_motion {
            interval.max(CALM)
        } else {
            interval
        }
    }

    fn take(&mut self, done: Done, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        match done {
            Done::Picked {
                purpose,
                request,
                picked,
            } => self.take_picked(purpose, request, picked),
            Done::RecentLooked(looked) => self.take_recent(looked),
            Done::VerdictRead(read) => self.take_verdict(read),
            Done::Loaded { path, result } => self.take_loaded(path, *result),
            Done::Saved {
                number,
                path,
                text,
                result,
            } => match result {
                Ok(()) => {
                    self.settings.remember(&path);
                    self.save_settings();
                    self.toasts.good(format!("Saved {}", file_name(&path)), now);
                    self.document_saved(number, path, text);
                    if let Some(then) = self.after_save.take() {
                        self.leave_document(then);
                    }
                }
                Err(error) => {
                    self.after_save = None;
                    self.toasts.error(sentence(&error.to_string()));
                }
            },
            Done::Exported { path, result } => match result {
                Ok(()) => self
                    .toasts
                    .good(format!("Exported {}", path.display()), now),
                Err(error) => self.toasts.error(sentence(&error)),
            },
            Done::Looked { search, looked } => self.take_looked(search, *looked),
            Done::MachineChanged(changed) => self.take_changed(changed),
            Done::RunsListed { number, listing } => self.take_list(number, listing),
            Done::RunRead(file) => self.take_run(*file),
            Done::RunImported(imported) => self.take_imported(imported),
            Done::RunChanged(changed) => self.take_run_changed(changed),
            Done::RunDeleted {
                path,
                title,
                deleted,
            } => self.take_deleted(path, title, deleted, now),
            Done::Kept(kept) => self.take_kept(kept, now),
            Done::SideRead { slot, path, chosen } => self.take_side(slot, &path, *chosen),
            Done::SeriesTold(told) => self.take_told(*told),
            Done::SeriesKept(kept) => self.take_series_kept(kept),
            Done::Previewed(made) => self.take_preview(made, ctx),
            Done::Copied(copied) => self.take_copied(copied, ctx),
            Done::Compared { number, compared } => self.take_compared(number, compared),
            Done::SettingsSaved(saved) => self.take_settings_saved(saved),
            Done::Notified(Ok(())) => {}
            Done::Notified(Err(error)) => log::warn!("the desktop shows no message: {error}"),
        }
    }

    fn take_picked(&mut self, purpose: Purpose, request: FileRequest, picked: Picked) {
        self.picking = false;
        match picked {
            Picked::Path(path) => self.use_path(purpose, request.with_extension(&path)),
            Picked::Cancelled => self.after_save = None,
            Picked::NoDialog => {
                self.question_panel.begin(&request);
                self.question = Some(Question::Path { purpose, request });
            }
        }
    }

    fn take_loaded(
        &mut self,
        path: std::path::PathBuf,
        result: Result<(Loaded, String), ScenarioFileError>,
    ) {
        match result {
            Ok((
                Loaded {
                    scenario: Some(scenario),
                    ..
                },
                text,
            )) => {
                self.settings.remember(&path);
                self.save_settings();
                self.open_document(Document::read(scenario, &text, Some(path)));
                self.pages.show(Page::Plan);
                if self.document.errors() > 0 {
                    // Where each of them is told at its field.
                    self.show_sidebar(super::SidebarTab::Compose);
                }
            }
            Ok((
                Loaded {
                    scenario: None,
                    problems,
                },
                _,
            )) => {
                self.question = Some(Question::Problems { path, problems });
            }
            Err(error) => {
                self.recent.look_again();
                self.toasts.error(sentence(&error.to_string()));
            }
        }
    }

    fn take_dropped_files(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .first()
                .map(|file| file.path().to_path_buf())
        });
        if let Some(path) = dropped {
            self.actions.push(Action::OpenFile(path));
        }
    }

    fn take_close_request(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && self.closing != Closing::Now {
            if self.can_leave_at_once() {
                self.closing = Closing::Now;
            } else {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                self.actions.push(Action::Quit);
            }
        }
    }

    fn can_leave_at_once(&self) -> bool {
        !self.is_running() && !self.document.is_changed()
    }

    /// Whether processes of ours are at work.
    pub(super) fn is_running(&self) -> bool {
        self.has_active_series() || self.tabs.live().is_some()
    }

    /// Carries out what has been asked for since the last frame.
    pub(super) fn perform_all(&mut self, ctx: &Context) {
        let actions = std::mem::take(&mut self.actions);
        for action in actions {
            self.perform(action, ctx);
        }
        self.update_title(ctx);
        if self.closing == Closing::Now {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn update_title(&mut self, ctx: &Context) {
        let mark = if self.document.is_changed() {
            "• "
        } else {
            ""
        };
        let live = self.tabs.live().map(|tab| tab.measurement.state());
        let running = match live {
            Some(RunState::Live | RunState::Waiting) => " (running)",
            _ => "",
        };
        let title = format!(
            "{mark}{}{running} – poolscope",
            self.document.scenario().title
        );
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name()
        .map_or_else(
            || path.display(),
            |name| std::path::Path::new(name).display(),
        )
        .to_string()
}

/// With a capital letter at its beginning.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
