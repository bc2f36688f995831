//! What the user can ask for: panels push actions, `app::perform` carries them out.

use std::path::PathBuf;

use crate::chart::ChartId;
use crate::gui::app::MachineChange;
use crate::gui::theme::ThemeChoice;
use crate::scenario::Scenario;

/// One wish of the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The composer changed the scenario; this is the new one.
    EditScenario(Box<Scenario>),
    /// Measure all candidates of the scenario.
    Run,
    /// End the run and keep what was measured.
    Stop,
    /// Show the composer.
    Compose,
    /// Show this section of the composer.
    ComposeSection(ComposerSection),
    /// Show the charts of the last run again, instead of what the open scenario would do.
    ShowCharts,
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
    /// Open this file: a recent one, or one that was dropped on the window.
    OpenFile(PathBuf),
    /// Empty the list of recent files.
    ForgetRecent,
    /// Ask for a file and write this there.
    Export(Exported, Format),
    /// Light, dark, or as the system has it.
    SetTheme(ThemeChoice),
    /// Show or hide the panel on the left.
    ToggleSidebar,
    /// Show or hide the panel with the results.
    ToggleResults,
    /// Show the settings of this machine.
    Settings,
    /// Show again what stood there before them.
    CloseSettings,
    /// Look for interpreters anew.
    FindInterpreters,
    /// Ask for the file or the folder of an interpreter that is to be added.
    ChooseInterpreter {
        /// Whether for the folder of a virtual environment.
        folder: bool,
    },
    /// Change the settings of this machine.
    ChangeMachine(MachineChange),
    /// Show what the program is.
    About,
    /// Leave, after the questions that are due.
    Quit,
    /// The answer to the question that is open.
    Answer(Answer),
}

/// A section of the composer to which others lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComposerSection {
    /// What a candidate must fulfil.
    Objectives,
    /// What resources cost, and the demand that is to be served.
    Prices,
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// One chart.
    Chart(ChartId),
    /// Where the time of a task goes.
    TimeSplit,
    /// All charts on one picture.
    Board,
    /// The figures of all candidates.
    Figures,
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
    /// Do nothing.
    Cancel,
}
