//! Carries out what the user asked for: the only place of the window with effects.
//!
//! Files and dialogs go to background threads; their outcomes come back through `logic`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use egui::Context;

use crate::gui::action::{Action, Answer, Exported, Format, SeriesAction};
use crate::gui::app::jobs::{Done, Kind};
use crate::gui::app::logic::sentence;
use crate::gui::app::runs::importing;
use crate::gui::app::{
    App, Closing, Document, Measurement, Page, Purpose, Series, SidebarTab, Then, exports,
};
use crate::gui::dialogs::FileRequest;
use crate::gui::panels::question::Question;
use crate::gui::repaint::FrameClock;
use crate::run::record::is_run_file;
use crate::run::{Run, RunRequest};
use crate::scenario::{bundled_named, parse, read_text, write_file};
use crate::session::{Session, Wake};

impl App {
    pub(super) fn perform(&mut self, action: Action, ctx: &Context) {
        match action {
            Action::EditScenario(scenario) => self.edit_scenario(*scenario, ctx),
            Action::EditText(text, scenario) => self.edit_text(text, *scenario, ctx),
            Action::Tell(Ok(text)) => self.toasts.good(text, ctx.input(|input| input.time)),
            Action::Tell(Err(text)) => self.fail(&text),
            Action::Undo => self.undo(ctx),
            Action::Redo => self.redo(ctx),
            Action::Run => self.start_run(&[]),
            Action::Stop => self.stop_run(),
            Action::Compose => self.show_sidebar(SidebarTab::Compose),
            Action::ComposeSection(section) => {
                self.show_sidebar(SidebarTab::Compose);
                self.composer.lead_to(section);
            }
            Action::Show(page) => self.show_page(page),
            Action::ShowTab(tab) => self.show_tab(tab),
            Action::GoTo(region) => self.regions.ask(region),
            Action::Zoom(step) => self.zoom(step, ctx),
            Action::FindCommand => self.toggle_palette(ctx),
            Action::Prefer(preference) => self.prefer(preference, ctx),
            Action::FindSetting(name) => self.find_setting(name),
            Action::CopyText(text) => self.copy_text(text, ctx),
            Action::ListShortcuts => self.question = Some(Question::Shortcuts),
            Action::ToggleCandidate(candidate) => self.toggle_candidate(candidate),
            Action::Back => self.pages.back(),
            Action::New => self.leave_document(Then::New),
            Action::Open => self.leave_document(Then::Open),
            Action::OpenBundled(name) => self.leave_document(Then::OpenBundled(name)),
            Action::RunBundled(name) => self.leave_document(Then::RunBundled(name)),
            Action::OpenFile(path) => self.leave_document(Then::OpenFile(path)),
            Action::Quit => self.quit(),
            Action::Save => self.save(),
            Action::SaveAs => self.save_as(),
            Action::Copy(what, format) => self.copy(what, format),
            Action::Exporting(action) => self.perform_on_export(action),
            Action::Export(what, format) => self.ask_where_to_export(what, format),
            Action::ForgetRecent => {
                self.settings.recent.clear();
                self.save_settings();
            }
            Action::ForgetFile(path) => self.forget_file(&path),
            Action::SetTheme(theme) => self.set_theme(theme, ctx),
            Action::ToggleSidebar => {
                if self.page() == Page::Start {
                    self.show_sidebar(self.tab);
                } else {
                    self.settings.sidebar = !self.settings.sidebar;
                }
                self.save_settings();
            }
            Action::ToggleResults => {
                self.settings.results = !self.settings.results;
                self.save_settings();
            }
            Action::FindInterpreters => self.look_for_interpreters(),
            Action::ChooseInterpreter { folder } => self.choose_interpreter(folder),
            Action::ChangeMachine(change) => self.change_machine(change),
            Action::Runs(action) => self.perform_on_runs(action),
            Action::Tabs(action) => self.perform_on_tabs(action),
            Action::Series(SeriesAction::Start(kind)) => self.start_series(kind),
            Action::Series(SeriesAction::Resume) => self.resume_series(),
            Action::Tour(action) => self.perform_on_tour(action, ctx),
            Action::Board(action) => self.perform_on_board(action, ctx),
            Action::About => self.tell_about(),
            Action::Answer(answer) => self.take_answer(answer),
        }
    }

    /// Measures the candidates of these names; all if there is no name.
    pub(super) fn start_run(&mut self, names: &[String]) {
        if self.is_running() || !self.has_room_for_a_tab() {
            return;
        }
        if self.document.errors() > 0 {
            self.show_sidebar(SidebarTab::Compose);
            self.fail("Mend the problems of the scenario first");
            return;
        }
        let mut request = RunRequest::all_of(self.document.scenario().clone());
        if !names.is_empty() {
            let all = request.scenario.candidate_names();
            request
                .candidates
                .retain(|&index| names.contains(&all[index]));
        }
        self.stop_looking();
        match Session::start(request.clone(), self.runner_command(), self.waker()) {
            Ok(session) => {
                let run = Run::new(request, unix_secs());
                let keeper = self.keeper(&run);
                let mut measurement = Measurement::new(run, Some(session));
                measurement.keep(keeper);
                self.open_tab(measurement);
            }
            Err(error) => self.fail(&format!("The run cannot be started: {error}")),
        }
    }

    /// What asks for a frame when something has happened: within the repaint budget while a run measures.
    pub(super) fn waker(&self) -> impl Fn(Wake) + Send + 'static + use<> {
        let (waker, clock) = (self.jobs.ctx().clone(), Arc::clone(&self.frame_clock));
        move |wake| {
            waker.request_repaint_after(match wake {
                Wake::Progress => clock.until_due(),
                Wake::Ended => FrameClock::SOON,
            });
        }
    }

    pub(super) fn stop_run(&mut self) {
        self.stop_series();
        if let Some(tab) = self.tabs.live_mut() {
            tab.measurement.stop();
        }
    }

    /// Goes on with `then`, after the questions that are due.
    pub(super) fn leave_document(&mut self, then: Then) {
        if let Then::OpenRun(path) = &then
            && self.is_running()
        {
            // It comes into a tab of its own, and the scenario stays.
            self.open_run(path.clone());
        } else if self.is_running() && then != Then::Quit {
            self.fail("Stop the run before another scenario is opened");
        } else if self.document.is_changed() {
            self.question = Some(Question::Unsaved(then));
        } else {
            self.proceed(then);
        }
    }

    fn quit(&mut self) {
        if self.is_running() {
            self.question = Some(Question::CloseDuringRun);
        } else {
            self.leave_document(Then::Quit);
        }
    }

    /// Does what waited; changes that were not saved are gone.
    fn proceed(&mut self, then: Then) {
        match then {
            Then::New => {
                self.open_document(Document::blank());
                self.pages.show(Page::Plan);
                self.show_sidebar(SidebarTab::Compose);
                let title = &self.document.scenario().title;
                self.composer.ask_for_title(self.jobs.ctx(), title);
            }
            Then::Open => self.pick(
                Purpose::Open,
                FileRequest {
                    title: "Open a scenario".to_owned(),
                    save: false,
                    folder: false,
                    file_name: String::new(),
                    kind: "Scenario",
                    extension: "ron",
                },
            ),
            Then::OpenBundled(name) => self.open_bundled(name),
            Then::RunBundled(name) => {
                self.open_bundled(name);
                self.start_run(&[]);
            }
            Then::OpenFile(path) => self.load(path),
            Then::Import(path) => self.import(path),
            Then::OpenRun(path) => self.open_run(path),
            Then::Rerun(path) => self.rerun(&path),
            Then::Quit => self.closing = Closing::Now,
        }
    }

    fn open_bundled(&mut self, name: &'static str) {
        if let Some(document) = bundled_named(name).and_then(Document::of_bundled) {
            self.open_document(document);
            self.pages.show(Page::Plan);
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        let Some(question) = self.question.take() else {
            return;
        };
        match (question, answer) {
            (Question::Unsaved(then), Answer::Save) => {
                self.after_save = Some(then);
                self.save();
            }
            (Question::Unsaved(then), Answer::Discard) => self.proceed(then),
            (Question::CloseDuringRun, Answer::StopAndClose) => {
                self.closing = Closing::AfterRun;
                self.stop_run();
                // The run may have ended while the question was open.
                if !self.is_running() {
                    self.closing = Closing::No;
                    self.leave_document(Then::Quit);
                }
            }
            (Question::CloseTab { number, .. }, Answer::StopAndClose) => {
                self.stop_and_close(number);
            }
            (Question::CloseTab { number, .. }, Answer::Discard) => self.close_for_good(number),
            (Question::Path { purpose, request }, Answer::Path(path)) => {
                self.use_path(purpose, request.with_extension(&path));
            }
            (Question::Path { .. }, _) => self.after_save = None,
            (
                Question::DeleteRun {
                    path,
                    title,
                    forever,
                },
                Answer::Delete,
            ) => self.delete_run(path, title, forever),
            _ => {}
        }
    }

    /// Goes on with the file that was chosen.
    pub(super) fn use_path(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::Open => self.load(path),
            Purpose::Import => self.leave_document(Then::Import(path)),
            Purpose::Save => self.write_scenario(path),
            Purpose::Export(what, format) => self.export(what, format, path),
            Purpose::Interpreter => self.machine_panel.choose(&path),
        }
    }

    fn choose_interpreter(&mut self, folder: bool) {
        let title = if folder {
            "Choose a virtual environment"
        } else {
            "Choose an interpreter"
        };
        let request = FileRequest {
            title: title.to_owned(),
            save: false,
            folder,
            file_name: String::new(),
            kind: "",
            extension: "",
        };
        self.pick(Purpose::Interpreter, request);
    }

    fn load(&mut self, path: PathBuf) {
        let library = self.kept_runs();
        // The list of recent files outlives the folder in which the program was started.
        let path = std::path::absolute(&path).unwrap_or(path);
        self.start("open file", Kind::Abandonable, move || {
            if is_run_file(&path) {
                return importing(library, &path);
            }
            let result = Box::new(read_text(&path).map(|text| (parse(&text), text)));
            Done::Loaded { path, result }
        });
    }

    fn save(&mut self) {
        match self.document.path() {
            Some(path) => self.write_scenario(path.to_path_buf()),
            None => self.save_as(),
        }
    }

    fn save_as(&mut self) {
        let request = FileRequest {
            title: "Save the scenario".to_owned(),
            save: true,
            folder: false,
            file_name: format!("{}.ron", self.document.file_stem()),
            kind: "Scenario",
            extension: "ron",
        };
        self.pick(Purpose::Save, request);
    }

    fn write_scenario(&mut self, path: PathBuf) {
        let number = self.document.number();
        let text = Arc::clone(self.document.text());
        self.start("save scenario", Kind::Writes, move || {
            let result = write_file(&path, &text);
            Done::Saved {
                number,
                path,
                text,
                result,
            }
        });
    }

    pub(super) fn ask_where_to_export(&mut self, what: Exported, format: Format) {
        let title = match (&what, self.measurement()) {
            (Exported::Seen(seen), _) => &seen.of,
            (Exported::SeriesReport, _) => match self.series() {
                Some(series) if series.can_be_reported() => &series.title,
                _ => {
                    self.fail(
                        "There is nothing to tell of a series before its first run has ended",
                    );
                    return;
                }
            },
            (_, Some(measurement)) => &measurement.run().request.scenario.title,
            (_, None) => {
                self.fail("There is nothing to export before the first run");
                return;
            }
        };
        let request = exports::file_request(title, &what, format);
        self.pick(Purpose::Export(what, format), request);
    }

    fn export(&mut self, what: Exported, format: Format, path: PathBuf) {
        let mut content = self.export_content();
        // Pictures show what is seen, documents all that is known.
        if matches!(what, Exported::Figures | Exported::Report)
            && let (Some(of), Some(measurement)) = (&mut content.run, self.measurement())
        {
            of.run = measurement.run().clone();
        }
        if what == Exported::SeriesReport {
            content.series = self.series().and_then(Series::reported);
        }
        self.start("export", Kind::Writes, move || {
            let result = exports::write(&content, &what, format, &path);
            Done::Exported { path, result }
        });
    }

    /// Everything that an export depends on.
    pub(super) fn export_content(&self) -> exports::Content {
        let measurement = self.measurement();
        let run = measurement.map(|measurement| exports::OfRun {
            run: measurement.shown().clone(),
            settings: self.chart_settings(),
            origin: measurement.origin(),
        });
        exports::Content {
            run,
            series: None,
            theme: exports::theme_of(self.settings.pictures.look, self.is_dark),
            line_marks: self.settings.line_marks,
            scale: self.settings.pictures.scale.factor(),
            seen: self.origin_of_seen(),
        }
    }

    /// Asks the desktop for a file.
    pub(super) fn pick(&mut self, purpose: Purpose, request: FileRequest) {
        if self.picking {
            return;
        }
        self.picking = true;
        let dialogs = Arc::clone(&self.services.dialogs);
        self.start("file dialog", Kind::Abandonable, move || {
            let picked = dialogs.pick(&request);
            Done::Picked {
                purpose,
                request,
                picked,
            }
        });
    }

    /// Does `work` on a thread of that name; if the system refuses one, says so and gives back how.
    pub(super) fn start(
        &mut self,
        name: &'static str,
        kind: Kind,
        work: impl FnOnce() -> Done + Send + 'static,
    ) -> Option<String> {
        let error = self.jobs.start(name, kind, work).err()?;
        self.picking = false;
        let text = format!("The system refuses a thread: {error}");
        self.fail(&text);
        Some(text)
    }

    pub(super) fn fail(&mut self, text: &str) {
        self.toasts.error(sentence(text));
    }

    /// Waits for what is being written. Only when the window is gone.
    pub(super) fn finish(&mut self) {
        self.stop_looking();
        self.jobs.finish_writing();
        self.save_at_the_end();
    }
}

/// Seconds since 1970; a clock before that is as good as none.
pub(super) fn unix_secs() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
