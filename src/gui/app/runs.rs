//! The kept runs: listed, read, changed and deleted on background threads, and written while they go on.
//!
//! Nothing is listed before somebody wants to see it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::gui::action::{RunsAction, SideChoice};
use crate::gui::app::jobs::{Done, Kind, RunFile};
use crate::gui::app::logic::sentence;
use crate::gui::app::{
    App, Changing, Chosen, Document, Measurement, Page, Purpose, Search, SidebarTab, Slot, Then,
};
use crate::gui::dialogs::FileRequest;
use crate::gui::panels::question::Question;
use crate::run::Run;
use crate::run::library::{Entry, Keeper, Kept, Library, LibraryError, Listing};
use crate::run::record::{EXTENSION, Head, Meta, Record, RecordKind, is_run_file};
use crate::scenario::{parse, read_text};

/// One kept run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntry {
    /// Its file.
    pub path: PathBuf,
    /// The file's size in bytes.
    pub bytes: u64,
    /// What it is, or why it cannot be read.
    pub head: Result<Box<Head>, String>,
}

impl RunEntry {
    fn of(entry: Entry) -> Self {
        let head = entry.head.map(Box::new);
        let head = head.map_err(|error| reason_of(&entry.path, &error.to_string()));
        Self {
            path: entry.path,
            bytes: entry.bytes,
            head,
        }
    }

    /// What it is called; of a file that cannot be read the file's name.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.head {
            Ok(head) => head.title().to_owned(),
            Err(_) => file_stem(&self.path),
        }
    }
}

fn file_stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Why the file at `path` cannot be read, without the path: that stands beside it anyway.
pub(super) fn reason_of(path: &Path, error: &str) -> String {
    let place = format!("'{}': ", path.display());
    sentence(error.strip_prefix(&place).unwrap_or(error))
}

/// What is known of the kept runs.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// The newest first.
    pub(super) entries: Vec<RunEntry>,
    /// Files that were not looked at.
    pub(super) left_out: usize,
    /// Raised with each list, so that what is derived from it is known to be old.
    pub(super) revision: u64,
    pub(super) search: Search,
    /// What is said of a run is being written, or its file is being moved.
    pub(super) changing: Changing,
    /// The file that is being read to be shown.
    pub(super) opening: Option<PathBuf>,
    /// Number of the newest list: an older one is out of date.
    newest: u64,
}

impl App {
    /// Where runs are kept; none if they are not.
    pub(super) fn kept_runs(&self) -> Option<Library> {
        self.services.runs_dir.clone().map(Library::at)
    }

    pub(super) fn perform_on_runs(&mut self, action: RunsAction) {
        match action {
            RunsAction::Browse => self.show_sidebar(SidebarTab::Runs),
            RunsAction::List => self.list_runs(),
            RunsAction::Open(path) => {
                if !self.show_tab_of(&path) {
                    self.leave_document(Then::OpenRun(path));
                }
            }
            RunsAction::Rerun(path) => self.leave_document(Then::Rerun(path)),
            RunsAction::Import => self.pick(Purpose::Import, import_request()),
            RunsAction::Say { path, meta } => self.say_of_run(path, meta),
            RunsAction::Delete { path, title } => {
                self.question = Some(Question::DeleteRun {
                    path,
                    title,
                    forever: false,
                });
            }
            RunsAction::Compare(slot, choice) => self.choose_side(slot, choice),
            RunsAction::SwapSides => self.swap_sides(),
            RunsAction::CompareCandidates => self.compare_candidates(),
            RunsAction::ChooseCandidate(slot, candidate) => self.choose_candidate(slot, candidate),
            RunsAction::CompareRuns => self.compare_two_runs(),
        }
    }

    /// Lists the kept runs, if nobody has yet and somebody could see them.
    pub(super) fn list_if_wanted(&mut self) {
        let seen = self.has_sidebar() && self.tab == SidebarTab::Runs;
        let is_page = matches!(self.page(), Page::Start | Page::Comparison);
        if self.runs.search == Search::NotYet && (seen || is_page) {
            self.list_runs();
        }
    }

    /// Lists the kept runs anew; what was listed before is shown meanwhile.
    pub(super) fn list_runs(&mut self) {
        let Some(library) = self.kept_runs() else {
            return;
        };
        self.runs.search = Search::Looking;
        self.runs.newest += 1;
        let number = self.runs.newest;
        let refused = self.start("list of runs", Kind::Abandonable, move || {
            let listing = library.list().map_err(|error| error.to_string());
            Done::RunsListed { number, listing }
        });
        if let Some(error) = refused {
            self.runs.search = Search::Failed(error);
        }
    }

    pub(super) fn take_list(&mut self, number: u64, listing: Result<Listing, String>) {
        if number != self.runs.newest {
            return;
        }
        match listing {
            Ok(listing) => {
                let entries = listing.entries.into_iter();
                self.runs.entries = entries.map(RunEntry::of).collect();
                let kept = self.runs.entries.iter().filter(|entry| entry.head.is_ok());
                let kept: Vec<_> = kept
                    .map(|entry| (entry.path.clone(), entry.title()))
                    .collect();
                for (path, name) in kept {
                    self.rename(&path, &name);
                }
                self.runs.left_out = listing.left_out;
                self.runs.revision += 1;
                self.runs.search = Search::Done;
            }
            Err(error) => self.runs.search = Search::Failed(sentence(&error)),
        }
    }

    /// The list is out of date; it is made anew if it was ever seen.
    pub(super) fn list_again(&mut self) {
        if self.runs.search != Search::NotYet {
            self.list_runs();
        }
    }

    /// Reads a kept run, to show it.
    pub(super) fn open_run(&mut self, path: PathBuf) {
        if self.runs.opening.is_some() || self.show_tab_of(&path) {
            return;
        }
        self.runs.opening = Some(path.clone());
        let refused = self.start("open run", Kind::Abandonable, move || {
            let result = Record::open(&path).map_err(|error| error.to_string());
            Done::RunRead(Box::new(RunFile { path, result }))
        });
        if refused.is_some() {
            self.runs.opening = None;
        }
    }

    pub(super) fn take_run(&mut self, file: RunFile) {
        self.runs.opening = None;
        match file.result {
            Ok(record) => self.show_record(Some(file.path), record),
            Err(error) => self.fail(&error),
        }
    }

    /// Shows what is in the file of a run.
    fn show_record(&mut self, path: Option<PathBuf>, record: Record) {
        if record.header.kind != RecordKind::Run {
            if self.is_running() {
                self.fail("Stop the run before a series is opened");
            } else {
                self.show_series(path, record);
            }
            return;
        }
        let is_open = path.as_deref().is_some_and(|path| self.show_tab_of(path));
        if is_open {
            return;
        }
        let origin = Origin {
            path,
            name: record.title().to_owned(),
            version: record.header.app_version.clone(),
        };
        let Some((_, run)) = record.steps.into_iter().next() else {
            self.fail("Nothing is in this file: it was cut before the first block began");
            return;
        };
        if !self.has_room_for_a_tab() {
            return;
        }
        // While a run measures, its scenario stays open; the other run is only looked at.
        if !self.is_running() && !self.document.is_what_was_measured(&run.request.scenario) {
            self.open_document(Document::of(run.request.scenario.clone(), None));
        }
        let mut measurement = Measurement::new(run, None);
        measurement.set_origin(origin);
        self.open_tab(measurement);
    }

    /// Takes a run in from elsewhere; another file is told what it is.
    pub(super) fn import(&mut self, path: PathBuf) {
        let library = self.kept_runs();
        self.start("import of a run", Kind::Abandonable, move || {
            match no_run(&path) {
                Some(why) => Done::RunImported(Err(why)),
                None => importing(library, &path),
            }
        });
    }

    pub(super) fn take_imported(&mut self, imported: Result<Box<(PathBuf, Record)>, String>) {
        match imported {
            Ok(imported) => {
                let (path, record) = *imported;
                self.list_again();
                self.show_record(Some(path), record);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Loads the scenario of a kept run, and starts it.
    pub(super) fn rerun(&mut self, path: &Path) {
        let mut entries = self.runs.entries.iter();
        let entry = entries.find(|entry| entry.path == path);
        let Some(Ok(head)) = entry.map(|entry| &entry.head) else {
            self.fail("This run is not in the list any more");
            return;
        };
        let header = head.header.clone();
        let Some(mut scenario) = parse(&header.scenario).scenario else {
            self.fail("The scenario of this run cannot be read by this program");
            return;
        };
        // The seed may have been given for that run only.
        scenario.protocol.seed = header.seed;
        self.open_document(Document::of(scenario, None));
        match header.kind {
            RecordKind::Run => self.start_run(&header.candidates),
            RecordKind::Sweep | RecordKind::Capacity => self.start_series(header.kind),
        }
    }

    fn say_of_run(&mut self, path: PathBuf, meta: Meta) {
        let Some(library) = self.kept_runs() else {
            return;
        };
        if self.runs.changing == Changing::Working {
            return;
        }
        self.runs.changing = Changing::Working;
        let refused = self.start("notes on a run", Kind::Writes, move || {
            let changed = library.change(&path, |said| *said = meta);
            let changed = changed.map(|head| (path, head.title().to_owned()));
            Done::RunChanged(changed.map_err(|error| error.to_string()))
        });
        if let Some(error) = refused {
            self.runs.changing = Changing::Failed(error);
        }
    }

    /// What is said of a run was written: its file, and what it is called now.
    pub(super) fn take_run_changed(&mut self, changed: Result<(PathBuf, String), String>) {
        match changed {
            Ok((path, name)) => {
                self.runs.changing = Changing::Idle;
                // A long list takes its time.
                self.rename(&path, &name);
                self.list_again();
            }
            Err(error) => self.runs.changing = Changing::Failed(sentence(&error)),
        }
    }

    /// What is kept in `path` is called so wherever it is shown.
    fn rename(&mut self, path: &Path, name: &str) {
        self.tabs.rename(path, name);
        self.comparison.rename(path, name);
        if let Some(series) = &mut self.series {
            series.rename(path, name);
        }
    }

    /// Deletes the file of a run, after the question.
    pub(super) fn delete_run(&mut self, path: PathBuf, title: String, forever: bool) {
        let Some(library) = self.kept_runs() else {
            return;
        };
        self.start("delete run", Kind::Writes, move || {
            let deleted = if forever {
                library.delete_forever(&path)
            } else {
                library.delete(&path)
            };
            Done::RunDeleted {
                path,
                title,
                deleted,
            }
        });
    }

    pub(super) fn take_deleted(
        &mut self,
        path: PathBuf,
        title: String,
        deleted: Result<(), LibraryError>,
        now: f64,
    ) {
        match deleted {
            Ok(()) => {
                self.toasts.good(format!("Deleted '{title}'"), now);
                self.take_tab_of_file_away(&path);
                self.list_again();
            }
            Err(LibraryError::Bin { .. }) => {
                self.question = Some(Question::DeleteRun {
                    path,
                    title,
                    forever: true,
                });
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// Begins to keep a run that begins.
    pub(super) fn keeper(&mut self, run: &Run) -> Option<Keeper> {
        let started = Keeper::start(self.kept_runs()?, run);
        started
            .inspect_err(|error| self.fail(&format!("This run is not kept: {error}")))
            .ok()
    }

    pub(super) fn take_kept(&mut self, kept: Result<Kept, String>, now: f64) {
        match kept {
            Ok(_) => {
                self.toasts.good("Kept in the run library".to_owned(), now);
                self.list_again();
            }
            Err(error) => self.fail(&format!("This run is not kept: {error}")),
        }
    }

    /// Puts a run away. What of it is not written yet is written on a thread of its own.
    pub(super) fn put_run_away(&mut self, measurement: Measurement) {
        let Some((keeper, run)) = measurement.into_unkept() else {
            return;
        };
        self.start("keep run", Kind::Writes, move || {
            Done::Kept(keeper.finish(&run).map_err(|error| error.to_string()))
        });
    }

    /// A side of the comparison is to be this run.
    fn choose_side(&mut self, slot: Slot, choice: SideChoice) {
        self.pages.show(Page::Comparison);
        match choice {
            SideChoice::Shown => {
                if let Some(side) = self.shown_side() {
                    self.comparison.set(slot, Chosen::Ready(Arc::new(side)));
                    self.compare_if_complete();
                }
            }
            SideChoice::File(path) => self.read_side(slot, path),
            SideChoice::Nothing => self.comparison.set(slot, Chosen::Nothing),
        }
    }
}

/// Where a run that is shown came from, or where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its file; none if it is not kept.
    pub path: Option<PathBuf>,
    /// What it is called.
    pub name: String,
    /// Version of the program that measured it.
    pub version: String,
}

fn import_request() -> FileRequest {
    FileRequest {
        title: "Import the file of a run".to_owned(),
        save: false,
        folder: false,
        file_name: String::new(),
        kind: "Run",
        extension: EXTENSION,
    }
}

/// What a file is that holds no run; none for one that does, and for one that cannot be opened, which its reader tells.
fn no_run(path: &Path) -> Option<String> {
    if is_run_file(path) || std::fs::File::open(path).is_err() {
        return None;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_scenario = read_text(path).is_ok_and(|text| parse(&text).scenario.is_some());
    Some(if is_scenario {
        format!(
            "'{name}' is a scenario, and not a run of it: 'Open' in the File menu opens it. The file of a run \
             ends in '.{EXTENSION}'"
        )
    } else {
        format!("'{name}' is no run of poolscope: choose a file that ends in '.{EXTENSION}'")
    })
}

/// A file from elsewhere: a run is copied in and shown. To be called on a background thread.
pub(super) fn importing(library: Option<Library>, path: &Path) -> Done {
    let imported = match library {
        None => Record::open(path).map(|record| (path.to_owned(), record)),
        Some(library) => match library.import(path) {
            Ok(imported) => Ok(imported),
            // It may be a file of the library itself.
            Err(LibraryError::Present { path, .. }) => {
                Record::open(&path).map(|record| (path, record))
            }
            Err(error) => {
                return Done::RunImported(Err(error.to_string()));
            }
        },
    };
    Done::RunImported(
        imported
            .map(|(path, record)| Box::new((path, record)))
            .map_err(|error| error.to_string()),
    )
}
