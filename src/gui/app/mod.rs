//! The application's state and its construction.
//!
//! `logic` takes in what happened, `ui` only lays out, `perform` is the only place with effects.

mod board;
mod changes;
mod comparison;
mod document;
mod exporting;
mod exports;
mod habits;
mod history;
mod jobs;
mod logic;
mod machine;
mod measurement;
mod page;
mod perform;
mod recent;
mod regions;
mod remember;
mod runs;
mod series;
mod series_file;
mod series_plan;
mod tabs;
mod tour;
mod two_candidates;
mod ui;
mod undo;
mod verdicts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use comparison::{Around, Chosen, ChosenRun, Compared, Comparing, Slot};
pub use document::Document;
pub use exporting::{BoardChoice, ExportAction, Preview};
pub use habits::SCALES;
pub use history::STEPS_MAX;
pub use jobs::Purpose;
pub use machine::{Changing, MachineChange, Search};
pub use measurement::{Measurement, RunState};
pub use page::Page;
pub use runs::{Origin, RunEntry};
pub use series::{Series, SeriesState};
pub use series_plan::{SeriesFigures, SeriesProgress};
pub use tabs::{TABS_MAX, TabAction, TabLabel};
pub use two_candidates::TwoCandidates;
pub use verdicts::Verdicts;

use serde::{Deserialize, Serialize};

use crate::gui::action::Action;
use crate::gui::commands::Menu;
use crate::gui::dialogs::FileDialogs;
use crate::gui::notify::Notifier;
use crate::gui::panels::comparison::ComparisonPanel;
use crate::gui::panels::composer::ComposerPanel;
use crate::gui::panels::library::{LibraryEntry, LibraryPanel};
use crate::gui::panels::machine::MachinePanel;
use crate::gui::panels::palette::PalettePanel;
use crate::gui::panels::preferences::PreferencesPanel;
use crate::gui::panels::question::{Question, QuestionPanel};
use crate::gui::panels::runs::RunsPanel;
use crate::gui::panels::series::SeriesPanel;
use crate::gui::panels::start::StartPanel;
use crate::gui::panels::text::TextPanel;
use crate::gui::panels::toasts::Toasts;
use crate::gui::panels::tour::TourPanel;
use crate::gui::repaint::{FrameClock, Pacer};
use crate::gui::settings::Settings;
use crate::gui::theme;
use crate::scenario::{bundled, cores_of_this_machine};

/// What the application needs from outside; tests give their own.
pub struct Services {
    /// Who asks the user for files.
    pub dialogs: Arc<dyn FileDialogs>,
    /// The executable of poolscope, which is started as runner.
    pub executable: PathBuf,
    /// Who tells the desktop that a long run has ended.
    pub notifier: Arc<dyn Notifier>,
    /// Where the settings are kept; none keeps nothing.
    pub settings_dir: Option<PathBuf>,
    /// Where runs are kept; none keeps nothing.
    pub runs_dir: Option<PathBuf>,
}

/// Which part of the left panel is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SidebarTab {
    /// What can be opened.
    Library,
    /// The scenario as a form.
    Compose,
    /// The kept runs.
    Runs,
}

/// Whether the window is about to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// It stays.
    No,
    /// It closes when the run, which was asked to stop, has ended.
    AfterRun,
    /// All questions are answered.
    Now,
}

/// What waits until the scenario may be left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Begin a new scenario.
    New,
    /// Ask for a file and open it.
    Open,
    /// Open the bundled scenario of this name.
    OpenBundled(&'static str),
    /// Open the bundled scenario of this name and measure it.
    RunBundled(&'static str),
    /// Open this file: a scenario, or a run from elsewhere.
    OpenFile(PathBuf),
    /// Copy the run in this file into the kept ones, and show it.
    Import(PathBuf),
    /// Show the kept run in this file.
    OpenRun(PathBuf),
    /// Measure again what the run in this file measured.
    Rerun(PathBuf),
    /// Leave the program.
    Quit,
}

/// The application.
pub struct App {
    services: Services,
    settings: Settings,
    document: Document,
    /// The way back from edits.
    history: history::History,
    library: Vec<LibraryEntry>,
    /// The runs that were started or opened.
    tabs: tabs::RunTabs,
    /// What stands in the middle.
    pages: page::Pages,
    /// Interpreters and clusters.
    machine: machine::Machine,
    /// Which recent files are gone.
    recent: recent::Recent,
    /// What followed from the newest kept runs.
    verdicts: Verdicts,
    /// The tour, while it is taken.
    tour: Option<tour::Tour>,
    /// The kept runs.
    runs: runs::Runs,
    comparison: comparison::TwoSides,
    series: Option<Series>,
    /// Number of the newest series.
    series_number: u64,
    jobs: jobs::Jobs,
    /// A dialog of the desktop is open.
    picking: bool,
    question: Option<Question>,
    /// What goes on when the scenario is saved.
    after_save: Option<Then>,
    closing: Closing,
    /// How far the settings are written.
    settings_file: remember::SettingsFile,
    /// What runs, and since when.
    busy: Option<remember::Busy>,

    tab: SidebarTab,
    start_panel: StartPanel,
    library_panel: LibraryPanel,
    runs_panel: RunsPanel,
    comparison_panel: ComparisonPanel,
    series_panel: SeriesPanel,
    composer: ComposerPanel,
    text_panel: TextPanel,
    preferences_panel: PreferencesPanel,
    /// The dialog for pictures of the board.
    exporting: exporting::Exporting,
    /// The theme in which the window was last drawn: exported pictures have the same.
    is_dark: bool,
    machine_panel: MachinePanel,
    tour_panel: TourPanel,
    question_panel: QuestionPanel,
    palette_panel: PalettePanel,
    /// The widest that the panel on the left could be in the last frame, in points.
    sidebar_most: Option<f32>,
    /// Where the parts of the window stood in the last frame, and which the keyboard is to go to.
    regions: regions::Regions,
    /// The menu that keys have asked for, until it is open.
    asked_menu: Option<Menu>,
    toasts: Toasts,
    actions: Vec<Action>,

    pacer: Pacer,
    frame_clock: Arc<FrameClock>,
    cpu_at_last_frame: Option<Duration>,
    title: String,
}

impl App {
    /// The application with the first bundled scenario.
    #[must_use]
    pub fn new(ctx: &egui::Context, services: Services) -> Self {
        theme::apply(ctx);
        let settings = services
            .settings_dir
            .as_deref()
            .map(Settings::load)
            .unwrap_or_default();
        // Our own keys do it, so that the size is remembered.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.set_theme(settings.theme.preference());
        habits::apply_look(ctx, &settings);
        let (pages, tab) = (page::Pages::beginning_at(settings.page), settings.tab);
        let tabs = tabs::RunTabs::new(settings.board.chart_settings());
        let library: Vec<LibraryEntry> = bundled().iter().filter_map(LibraryEntry::of).collect();
        let first = bundled().first();
        let document = first
            .and_then(Document::of_bundled)
            .unwrap_or_else(Document::blank);
        Self {
            services,
            settings_file: remember::SettingsFile::of(&settings),
            settings,
            document,
            history: history::History::default(),
            library,
            tabs,
            pages,
            machine: machine::Machine::default(),
            recent: recent::Recent::default(),
            verdicts: Verdicts::default(),
            tour: None,
            runs: runs::Runs::default(),
            comparison: comparison::TwoSides::default(),
            series: None,
            series_number: 0,
            jobs: jobs::Jobs::new(ctx.clone()),
            picking: false,
            question: None,
            after_save: None,
            closing: Closing::No,
            tab,
            start_panel: StartPanel::default(),
            library_panel: LibraryPanel::default(),
            runs_panel: RunsPanel::default(),
            comparison_panel: ComparisonPanel::default(),
            series_panel: SeriesPanel::default(),
            composer: ComposerPanel::default(),
            text_panel: TextPanel::default(),
            exporting: exporting::Exporting::default(),
            is_dark: false,
            machine_panel: MachinePanel::default(),
            preferences_panel: PreferencesPanel::default(),
            busy: None,
            tour_panel: TourPanel::default(),
            question_panel: QuestionPanel::default(),
            palette_panel: PalettePanel::default(),
            sidebar_most: None,
            regions: regions::Regions::default(),
            asked_menu: None,
            toasts: Toasts::default(),
            actions: Vec::new(),
            pacer: Pacer::new(cores_of_this_machine()),
            frame_clock: Arc::new(FrameClock::default()),
            cpu_at_last_frame: None,
            title: String::new(),
        }
    }

    /// Asks for something, as a panel would; it is done after the next frame.
    pub fn request(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// The scenario that is being composed.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The run that is shown.
    #[must_use]
    pub fn measurement(&self) -> Option<&Measurement> {
        self.tabs.measurement()
    }

    /// The stretch of time that the charts show, in seconds since the measurement began.
    #[must_use]
    pub fn shown_secs(&self) -> (f64, f64) {
        let shown = self.tabs.shown();
        shown.map_or((0.0, 0.0), |tab| tab.board.shown_secs())
    }

    /// Where the run stands that is shown.
    #[must_use]
    pub fn run_state(&self) -> RunState {
        // A run without a session is only shown, whatever it says of itself.
        self.measurement()
            .map_or(RunState::None, Measurement::state)
    }
}
