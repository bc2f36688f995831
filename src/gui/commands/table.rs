//! The table of commands, in the order of the menus. A new command is one entry here.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::chart::Preset;
use crate::gui::action::{
    Action, BoardAction, Exported, Format, Preference, Region, RunsAction, SeriesAction, Step,
    TourAction,
};
use crate::gui::app::{ExportAction, Page, RunState, SidebarTab, TabAction};
use crate::gui::commands::{Command, Marked, Menu, Situation};
use crate::gui::theme::ThemeChoice;
use crate::run::record::RecordKind;
use crate::units::text;

/// The key that goes with most: `Ctrl`, or the command key of a Mac.
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const PLAIN: Modifiers = Modifiers::NONE;

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

/// All commands, by menu and section.
pub static COMMANDS: &[Command] = &[
    Command::of(Menu::File, 0, "New", || Action::New)
        .words("scenario experiment compose")
        .keys(&[key(CTRL, Key::N)])
        .unless(while_running),
    Command::of(Menu::File, 0, "Open…", || Action::Open)
        .words("scenario file load")
        .keys(&[key(CTRL, Key::O)])
        .unless(while_running),
    Command::of(Menu::File, 1, "Save", || Action::Save)
        .words("scenario file write")
        .keys(&[key(CTRL, Key::S)]),
    Command::of(Menu::File, 1, "Save as…", || Action::SaveAs)
        .words("scenario file write")
        .keys(&[key(CTRL_SHIFT, Key::S)]),
    Command::of(Menu::File, 2, "Import a run…", || {
        Action::Runs(RunsAction::Import)
    })
    .words("open file")
    .unless(while_running),
    export("Report as HTML…", || {
        Action::Export(Exported::Report, Format::Html)
    }),
    export("Report as Markdown…", || {
        Action::Export(Exported::Report, Format::Markdown)
    }),
    export("Series report as HTML…", || {
        Action::Export(Exported::SeriesReport, Format::Html)
    })
    .words("sweep capacity search")
    .unless(without_series_report),
    export("Series report as Markdown…", || {
        Action::Export(Exported::SeriesReport, Format::Markdown)
    })
    .words("sweep capacity search")
    .unless(without_series_report),
    export("Choose charts for a picture…", || {
        Action::Exporting(ExportAction::Open)
    })
    .keys(&[key(CTRL, Key::E)]),
    export("Board as SVG…", || {
        Action::Export(Exported::Board, Format::Svg)
    }),
    export("Board as PNG…", || {
        Action::Export(Exported::Board, Format::Png)
    }),
    export("Figures as CSV…", || {
        Action::Export(Exported::Figures, Format::Csv)
    }),
    export("Figures as JSON…", || {
        Action::Export(Exported::Figures, Format::Json)
    }),
    Command::of(Menu::File, 3, "Settings…", || Action::Show(Page::Machine))
        .words("preferences options machine interpreters clusters")
        .keys(&[key(CTRL, Key::Comma)]),
    Command::of(Menu::File, 4, "Quit", || Action::Quit)
        .words("close exit leave")
        .keys(&[key(CTRL, Key::Q)]),
    Command::of(Menu::Edit, 0, "Undo", || Action::Undo)
        .words("take back")
        .keys(&[key(CTRL, Key::Z)])
        .yielding()
        .told(|now| step_told("Undo", now.undoes))
        .unless(|now| while_running(now).or_else(|| nothing_to("undo", now.undoes))),
    Command::of(Menu::Edit, 0, "Redo", || Action::Redo)
        .words("again")
        .keys(&[key(CTRL_SHIFT, Key::Z), key(CTRL, Key::Y)])
        .yielding()
        .told(|now| step_told("Redo", now.redoes))
        .unless(|now| while_running(now).or_else(|| nothing_to("redo", now.redoes))),
    Command::of(Menu::View, 0, "Command palette…", || Action::FindCommand)
        .words("search find commands")
        .keys(&[
            key(CTRL, Key::P),
            key(CTRL_SHIFT, Key::P),
            key(CTRL, Key::K),
        ]),
    page("Start page", || Action::Show(Page::Start))
        .words("show go to home experiments cards welcome")
        .keys(&[key(ALT, Key::Home)])
        .marked(Marked::Choice(|now| now.page == Page::Start)),
    page("Plan page", || Action::Show(Page::Plan))
        .keys(&[key(CTRL, Key::Num1)])
        .marked(Marked::Choice(|now| now.page == Page::Plan)),
    page("Text page", || Action::Show(Page::Text))
        .words("show go to RON source file")
        .keys(&[key(CTRL, Key::Num2)])
        .marked(Marked::Choice(|now| now.page == Page::Text)),
    page("Charts page", || Action::Show(Page::Charts))
        .words("show go to board results")
        .keys(&[key(CTRL, Key::Num3)])
        .marked(Marked::Choice(|now| now.page == Page::Charts))
        .unless(without_run),
    page("Comparison page", || Action::Show(Page::Comparison))
        .keys(&[key(CTRL, Key::Num4)])
        .marked(Marked::Choice(|now| now.page == Page::Comparison)),
    page("Sweeps page", || Action::Show(Page::Series))
        .words("show go to series parameter capacity")
        .keys(&[key(CTRL, Key::Num5)])
        .marked(Marked::Choice(|now| now.page == Page::Series)),
    tab("Library", || Action::ShowTab(SidebarTab::Library))
        .keys(&[key(ALT, Key::Num1)])
        .marked(Marked::Choice(|now| shows(now, SidebarTab::Library))),
    tab("Compose", || Action::ShowTab(SidebarTab::Compose))
        .words("show edit scenario form panel")
        .keys(&[key(ALT, Key::Num2)])
        .marked(Marked::Choice(|now| shows(now, SidebarTab::Compose))),
    tab("Runs", || Action::ShowTab(SidebarTab::Runs))
        .words("show kept history panel")
        .keys(&[key(ALT, Key::Num3)])
        .marked(Marked::Choice(|now| shows(now, SidebarTab::Runs))),
    run_tab("Next run", || Action::Tabs(TabAction::Next))
        .keys(&[key(CTRL, Key::Tab), key(CTRL, Key::PageDown)])
        .unless(|now| without_tabs(now, 2)),
    run_tab("Previous run", || Action::Tabs(TabAction::Previous))
        .keys(&[key(CTRL_SHIFT, Key::Tab), key(CTRL, Key::PageUp)])
        .unless(|now| without_tabs(now, 2)),
    run_tab("Close the run that is shown", || {
        Action::Tabs(TabAction::CloseShown)
    })
    .keys(&[key(CTRL, Key::W)])
    .unless(|now| without_tabs(now, 1)),
    Command::of(Menu::View, 4, "Left panel", || Action::ToggleSidebar)
        .words("show hide sidebar")
        .keys(&[key(CTRL, Key::B)])
        .marked(Marked::Check(has_sidebar)),
    Command::of(Menu::View, 4, "Results", || Action::ToggleResults)
        .words("show hide table panel")
        .keys(&[key(CTRL, Key::J)])
        .marked(Marked::Check(|now| now.settings.results)),
    Command::of(Menu::View, 5, "Next part of the window", || {
        Action::GoTo(Region::Next)
    })
    .words("focus keyboard region")
    .keys(&[key(PLAIN, Key::F6)])
    .within("Move the keyboard"),
    Command::of(Menu::View, 5, "Previous part of the window", || {
        Action::GoTo(Region::Previous)
    })
    .words("focus keyboard region")
    .keys(&[key(SHIFT, Key::F6)])
    .within("Move the keyboard"),
    Command::of(Menu::View, 5, "Menus", || Action::GoTo(Region::Menus))
        .words("focus keyboard bar")
        .keys(&[key(PLAIN, Key::F10)])
        .within("Move the keyboard"),
    Command::of(Menu::View, 6, "Larger", || Action::Zoom(Step::Up))
        .words("zoom in scale bigger text")
        .keys(&[key(CTRL, Key::Plus), key(CTRL, Key::Equals)])
        .within("Size of everything"),
    Command::of(Menu::View, 6, "Smaller", || Action::Zoom(Step::Down))
        .words("zoom out scale text")
        .keys(&[key(CTRL, Key::Minus)])
        .within("Size of everything"),
    Command::of(Menu::View, 6, "Normal size", || Action::Zoom(Step::Normal))
        .words("reset zoom scale 100%")
        .keys(&[key(CTRL, Key::Num0)])
        .within("Size of everything"),
    theme("Theme: As the system", || {
        Action::SetTheme(ThemeChoice::System)
    })
    .marked(Marked::Choice(|now| {
        now.settings.theme == ThemeChoice::System
    })),
    theme("Theme: Light", || Action::SetTheme(ThemeChoice::Light)).marked(Marked::Choice(|now| {
        now.settings.theme == ThemeChoice::Light
    })),
    theme("Theme: Dark", || Action::SetTheme(ThemeChoice::Dark)).marked(Marked::Choice(|now| {
        now.settings.theme == ThemeChoice::Dark
    })),
    look("High contrast", || Action::Prefer(Preference::HighContrast))
        .marked(Marked::Check(|now| now.settings.high_contrast)),
    look("Marks on the lines of charts", || {
        Action::Prefer(Preference::LineMarks)
    })
    .marked(Marked::Check(|now| now.settings.line_marks)),
    look("Reduced motion", || {
        Action::Prefer(Preference::ReducedMotion)
    })
    .marked(Marked::Check(|now| now.settings.reduced_motion)),
    look("Smooth charts while measuring", || {
        Action::Prefer(Preference::SmoothCharts)
    })
    .marked(Marked::Check(|now| now.settings.smooth_charts)),
    board("Pause the view of the run, or resume it", || {
        Action::Board(BoardAction::TogglePause)
    })
    .words("freeze charts live stop go on"),
    board("Follow the run: show all of it", || {
        Action::Board(BoardAction::Follow)
    })
    .words("reset zoom live home whole"),
    board("Show a shorter stretch of time", || {
        Action::Board(BoardAction::ZoomIn)
    })
    .words("zoom in charts"),
    board("Show a longer stretch of time", || {
        Action::Board(BoardAction::ZoomOut)
    })
    .words("zoom out charts"),
    board("Candidates side by side, or over each other", || {
        Action::Board(BoardAction::ToggleSideBySide)
    })
    .words("small multiples columns overlay"),
    board("Mark faults, retries and deaths, or do not", || {
        Action::Board(BoardAction::ToggleMarks)
    })
    .words("markers ticks charts"),
    board("Arrange charts: overview", || {
        Action::Board(BoardAction::Arrange(Preset::Overview))
    })
    .words("board reset arrangement layout"),
    board("Arrange charts: latency", || {
        Action::Board(BoardAction::Arrange(Preset::Latency))
    })
    .words("board response time histogram percentile layout"),
    board("Arrange charts: resources", || {
        Action::Board(BoardAction::Arrange(Preset::Resources))
    })
    .words("board cpu memory cost workers layout"),
    Command::of(Menu::Run, 0, "Run all candidates", || Action::Run)
        .words("start measure")
        .keys(&[key(PLAIN, Key::F5), key(CTRL, Key::R)])
        .unless(cannot_run),
    Command::of(Menu::Run, 0, "Stop the run", || Action::Stop)
        .words("end cancel")
        .keys(&[key(SHIFT, Key::F5)])
        .unless(|now| (!now.running).then(|| "Nothing runs".to_owned())),
    Command::of(Menu::Run, 1, "Run the sweep", || {
        Action::Series(SeriesAction::Start(RecordKind::Sweep))
    })
    .words("series parameter start")
    .unless(|now| {
        cannot_run(now).or_else(|| without(now, RecordKind::Sweep, "The scenario has no sweep"))
    }),
    Command::of(Menu::Run, 1, "Find the capacity", || {
        Action::Series(SeriesAction::Start(RecordKind::Capacity))
    })
    .words("series search knee start")
    .unless(|now| {
        let why = "The scenario has no search for the capacity";
        cannot_run(now).or_else(|| without(now, RecordKind::Capacity, why))
    }),
    Command::of(Menu::Run, 2, "Compare two candidates of this run", || {
        Action::Runs(RunsAction::CompareCandidates)
    })
    .words("difference side by side")
    .unless(|now| {
        let why = "No run is shown that is over and has two candidates";
        (!now.comparable).then(|| why.to_owned())
    }),
    Command::of(Menu::Run, 3, "Look for interpreters", || {
        Action::FindInterpreters
    })
    .words("python machine search again")
    .unless(while_running),
    Command::of(Menu::Help, 0, "Keyboard shortcuts", || {
        Action::ListShortcuts
    })
    .words("keys help")
    .keys(&[key(CTRL, Key::Slash), key(PLAIN, Key::F1)]),
    Command::of(Menu::Help, 0, "Take the tour", || {
        Action::Tour(TourAction::Begin)
    })
    .words("guide introduction help learn"),
    Command::of(Menu::Help, 1, "About poolscope", || Action::About)
        .words("version licence data folder"),
];

const fn export(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::File, 2, name, action)
        .within("Export")
        .words("export save picture table")
        .unless(without_run)
}

const fn board(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 7, name, action)
        .within("Board")
        .unless(without_run)
}

const fn page(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 1, name, action).words("show go to")
}

const fn tab(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 2, name, action).words("show panel tab")
}

const fn theme(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 6, name, action)
        .within("Appearance")
        .words("appearance colours")
}

const fn run_tab(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 3, name, action).words("tab switch")
}

fn without_tabs(now: &Situation<'_>, needed: usize) -> Option<String> {
    let why = if needed > 1 {
        "No other run is open"
    } else {
        "No run is open"
    };
    (now.tabs < needed).then(|| why.to_owned())
}

const fn look(name: &'static str, action: fn() -> Action) -> Command {
    Command::of(Menu::View, 6, name, action)
        .within("Appearance")
        .words("appearance accessibility colours")
}

fn shows(now: &Situation<'_>, tab: SidebarTab) -> bool {
    has_sidebar(now) && now.tab == tab
}

/// The start page has no left panel.
fn has_sidebar(now: &Situation<'_>) -> bool {
    now.settings.sidebar && now.page != Page::Start
}

fn while_running(now: &Situation<'_>) -> Option<String> {
    now.running.then(|| "Stop the run first".to_owned())
}

fn cannot_run(now: &Situation<'_>) -> Option<String> {
    if now.running {
        return Some("A run is under way".to_owned());
    }
    let problems = text::counted(now.errors as u64, "problem", "problems");
    (now.errors > 0).then(|| format!("{problems} of the scenario must be mended first"))
}

fn without(now: &Situation<'_>, kind: RecordKind, why: &str) -> Option<String> {
    (!now.series.contains(&kind)).then(|| why.to_owned())
}

fn without_run(now: &Situation<'_>) -> Option<String> {
    let why = "There are charts when a run was started or opened";
    (now.state == RunState::None).then(|| why.to_owned())
}

fn without_series_report(now: &Situation<'_>) -> Option<String> {
    let why = "There is a report when a run of a sweep or of a search has ended";
    (!now.reportable_series).then(|| why.to_owned())
}

fn nothing_to(verb: &str, what: Option<&str>) -> Option<String> {
    what.is_none().then(|| format!("Nothing to {verb}"))
}

/// "Undo: change title", shortened where a menu would be wider than a small window has room for.
fn step_told(verb: &str, what: Option<&str>) -> String {
    /// In letters.
    const LETTERS_MAX: usize = 60;
    what.map_or_else(
        || format!("Nothing to {}", verb.to_lowercase()),
        |what| shortened(&format!("{verb}: {what}"), LETTERS_MAX),
    )
}

/// `text`, cut off with an ellipsis where it has more than `most` letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most).chain(['…']).collect()
}
