//! What the user can ask for: panels push actions, `app::perform` carries them out.

use std::path::PathBuf;
use std::sync::Arc;

use crate::chart::{ChartId, LanesOf, Percentile, Preset};
use crate::export::{BoardParts, Picture};
use crate::gui::app::{ExportAction, MachineChange, Page, SidebarTab, Slot, TabAction};
use crate::gui::theme::ThemeChoice;
use crate::run::record::{Meta, RecordKind};
use crate::scenario::Scenario;

/// One wish of the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The composer changed the scenario; this is the new one.
    EditScenario(Box<Scenario>),
    /// Its text was changed to this one, which describes this scenario.
    EditText(Arc<str>, Box<Scenario>),
    /// Tell this: what went well, or, as an error, what did not.
    Tell(Result<String, String>),
    /// Take back the newest edit of the scenario.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Measure all candidates of the scenario.
    Run,
    /// End the run and keep what was measured.
    Stop,
    /// Show the composer.
    Compose,
    /// Show this section of the composer.
    ComposeSection(ComposerSection),
    /// Show this page.
    Show(Page),
    /// Show this part of the panel on the left.
    ShowTab(SidebarTab),
    /// Give the keyboard to this part of the window.
    GoTo(Region),
    /// Draw everything larger or smaller.
    Zoom(Step),
    /// Open the command palette, or close it.
    FindCommand,
    /// Change how the window looks or behaves.
    Prefer(Preference),
    /// Show the settings that this finds.
    FindSetting(&'static str),
    /// Put this into the clipboard.
    CopyText(String),
    /// Show all keys that do something.
    ListShortcuts,
    /// Show or hide this candidate (an index in the scenario) on the board.
    ToggleCandidate(usize),
    /// Leave the settings of this machine for the page that they were opened from.
    Back,
    /// Begin a new scenario.
    New,
    /// Choose a scenario file and open it.
    Open,
    /// Save to the file it came from, or ask for one.
    Save,
    /// Ask for a file and save there.
    SaveAs,
    /// Open the bundled scenario of this file name.
    OpenBundled(&'static str),
    /// Open the bundled scenario of this file name and measure it.
    RunBundled(&'static str),
    /// Open this file: a recent one, or one that was dropped on the window.
    OpenFile(PathBuf),
    /// Empty the list of recent files.
    ForgetRecent,
    /// Take this one off the list of recent files.
    ForgetFile(PathBuf),
    /// Ask for a file and write this there.
    Export(Exported, Format),
    /// Put this on the clipboard in that form.
    Copy(Exported, Format),
    /// Do this with the dialog for pictures of the board.
    Exporting(ExportAction),
    /// Light, dark, or as the system has it.
    SetTheme(ThemeChoice),
    /// Show or hide the panel on the left.
    ToggleSidebar,
    /// Show or hide the panel with the results.
    ToggleResults,
    /// Look for interpreters anew.
    FindInterpreters,
    /// Ask for the file or the folder of an interpreter that is to be added.
    ChooseInterpreter {
        /// Whether for the folder of a virtual environment.
        folder: bool,
    },
    /// Change the settings of this machine.
    ChangeMachine(MachineChange),
    /// Do this with kept runs.
    Runs(RunsAction),
    /// Do this with the tabs of opened runs.
    Tabs(TabAction),
    /// Do this with a sweep or a search.
    Series(SeriesAction),
    /// Do this with the tour.
    Tour(TourAction),
    /// Do this with the board of charts.
    Board(BoardAction),
    /// Show what the program is.
    About,
    /// Leave, after the questions that are due.
    Quit,
    /// The answer to the question that is open.
    Answer(Answer),
}

/// What can be done with the board of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardAction {
    /// Show this chart, or put it away.
    ToggleChart(ChartId),
    /// Bring this chart into view; one that was put away comes back.
    LookAt(ChartId),
    /// Move this chart by so many places.
    MoveChart(ChartId, isize),
    /// Put this chart before or behind another.
    PutChart {
        /// Which one.
        chart: ChartId,
        /// The other one.
        beside: ChartId,
        /// Whether behind it.
        behind: bool,
    },
    /// Make this chart so many columns wide.
    SetSpan(ChartId, usize),
    /// Arrange the charts for a question; the overview is the usual arrangement.
    Arrange(Preset),
    /// Show or hide a percentile of the response time.
    TogglePercentile(Percentile),
    /// Show or hide the longest response time.
    ToggleLongest,
    /// Show or hide the marks of faults, retries and deaths.
    ToggleMarks,
    /// Lay the candidates over each other, or side by side.
    ToggleSideBySide,
    /// Freeze charts and results, or catch up with the run.
    TogglePause,
    /// Show all of the run, as it goes on.
    Follow,
    /// Show a shorter stretch of time.
    ZoomIn,
    /// Show a longer stretch of time.
    ZoomOut,
}

/// A part of the window that the keyboard can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// The one after that which has the keyboard.
    Next,
    /// The one before.
    Previous,
    /// The menu bar.
    Menus,
    /// The page in the middle.
    Page,
    /// The panel on the left.
    Sidebar,
}

/// A setting of the window; those without a value are switched on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// Size of everything, in percent of the usual.
    Scale(u16),
    /// Stronger text and lines.
    HighContrast,
    /// Marks on the lines of charts.
    LineMarks,
    /// Charts of a run move once a second.
    ReducedMotion,
    /// Charts move smoothly while a run measures, which takes from the run.
    SmoothCharts,
    /// The desktop is told when a long run has ended.
    Notify,
    /// A run of at least so many seconds is a long one.
    NotifyAfter(u32),
}

/// A step of the size of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Larger.
    Up,
    /// Smaller.
    Down,
    /// As large as at the first start.
    Normal,
}

/// A section of the composer to which others lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComposerSection {
    /// What a task does.
    TaskKinds,
    /// How tasks become due, and where they wait.
    Load,
    /// What goes wrong on purpose.
    Faults,
    /// What is done about it.
    Defences,
    /// What is compared.
    Candidates,
    /// How long and how often is measured.
    Protocol,
    /// What a candidate must fulfil.
    Objectives,
    /// What resources cost, and the demand that is to be served.
    Prices,
    /// Which parameters are varied, over which values.
    Sweep,
    /// The search for the highest rate.
    Capacity,
}

impl ComposerSection {
    /// All, from top to bottom.
    pub const ALL: [Self; 10] = [
        Self::TaskKinds,
        Self::Load,
        Self::Faults,
        Self::Defences,
        Self::Candidates,
        Self::Protocol,
        Self::Objectives,
        Self::Prices,
        Self::Sweep,
        Self::Capacity,
    ];

    /// What stands above it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::TaskKinds => "Task kinds",
            Self::Load => "Load",
            Self::Faults => "Faults",
            Self::Defences => "Defences",
            Self::Candidates => "Candidates",
            Self::Protocol => "Protocol",
            Self::Objectives => "Objectives",
            Self::Prices => "Prices",
            Self::Sweep => "Sweep",
            Self::Capacity => "Capacity",
        }
    }

    /// Other words by which it is found: what one wants to do there.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TaskKinds => {
                "add a stage to the task, add a task kind, CPU wait HTTP TCP file memory lock counter payload barrier share"
            }
            Self::Load => "set the clients, rate, profile, batch, queue, arrivals",
            Self::Faults => "add a fault, failures, chaos",
            Self::Defences => "add a defence, time-out, retry, circuit breaker",
            Self::Candidates => {
                "add a candidate, add a series of candidates, threads, processes, async"
            }
            Self::Protocol => "set the warm-up, measuring time, repeats, seed, noise floor",
            Self::Objectives => "add an objective, goal, SLO, bound",
            Self::Prices => "set the prices, cost, instances",
            Self::Sweep => "add a sweep, vary a parameter, series, range",
            Self::Capacity => "add a search for the capacity, highest rate, knee",
        }
    }
}

/// What can be done with the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TourAction {
    /// Begin it, from its first step.
    Begin,
    /// Go to the next step, or end it after the last.
    Next,
    /// Go back to the step before.
    Back,
    /// End it, or decline it: it is not offered again.
    End,
}

/// What can be done with kept runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunsAction {
    /// Show all of them, in the left panel.
    Browse,
    /// List them anew.
    List,
    /// Show the run in this file, as if it had just ended.
    Open(PathBuf),
    /// Measure the same again.
    Rerun(PathBuf),
    /// Ask for the file of a run from elsewhere, and copy it in.
    Import,
    /// Say this of the run.
    Say {
        /// Its file.
        path: PathBuf,
        /// Name, tags and note.
        meta: Meta,
    },
    /// Put it into the bin, after a question.
    Delete {
        /// Its file.
        path: PathBuf,
        /// What it is called.
        title: String,
    },
    /// Make a run one of the two that are compared.
    Compare(Slot, SideChoice),
    /// Exchange the two that are compared.
    SwapSides,
    /// Compare two candidates of the run that is shown.
    CompareCandidates,
    /// Make this candidate (an index in the scenario) one of the two that are compared.
    ChooseCandidate(Slot, usize),
    /// Compare two runs again, and not two candidates of one.
    CompareRuns,
}

/// What can be done with a sweep or a search for the capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesAction {
    /// Begin that of the open scenario.
    Start(RecordKind),
    /// Go on with the one that was stopped.
    Resume,
}

/// Which run is to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideChoice {
    /// The one that is shown.
    Shown,
    /// The one in this file.
    File(PathBuf),
    /// None.
    Nothing,
}

/// A chart that is not of the board, as it is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenChart {
    /// What it is of, for the name of the file.
    pub of: String,
    /// The chart.
    pub picture: Picture,
}

/// What is exported.
#[derive(Debug, Clone, PartialEq)]
pub enum Exported {
    /// One chart.
    Chart(ChartId),
    /// A chart of a comparison, of a sweep or of a search.
    Seen(Arc<SeenChart>),
    /// Where the time of a task goes.
    TimeSplit,
    /// What each worker did, from and until these nanoseconds since the block's start.
    Lanes(LanesOf, [u64; 2]),
    /// All charts on one picture.
    Board,
    /// This of the board.
    BoardPart(BoardParts),
    /// The figures of all candidates.
    Figures,
    /// The whole run, for people who were not there.
    Report,
    /// The same of the sweep or search that is shown.
    SeriesReport,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A vector picture.
    Svg,
    /// A picture of pixels.
    Png,
    /// A table for spreadsheets.
    Csv,
    /// The document that `run --json` prints.
    Json,
    /// A page of one file for any browser.
    Html,
    /// Text with marks, as pull requests show it.
    Markdown,
}

impl Exported {
    /// A chart of a comparison, of a sweep or of a search, as it is seen.
    #[must_use]
    pub fn seen(of: &str, picture: Picture) -> Self {
        let of = of.to_owned();
        Self::Seen(Arc::new(SeenChart { of, picture }))
    }
}

impl Format {
    /// As it stands in a menu.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Html => "HTML",
            Self::Markdown => "Markdown",
        }
    }

    /// At the end of a file name, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
        }
    }
}

/// What the user answered to a question in the middle of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Save first, then go on.
    Save,
    /// Go on and lose the changes.
    Discard,
    /// End the run, then go on.
    StopAndClose,
    /// This path was typed.
    Path(PathBuf),
    /// Delete it.
    Delete,
    /// Do nothing.
    Cancel,
}
