//! The command line: arguments, headless runs, progress, tables, exit codes.
//!
//! [`read_arguments`] says which part to play; `main` opens the window for [`Part::Window`] and gives
//! everything else to [`execute`]. All printing goes through [`Output`].
//!
//! **Invariant**: no figure is computed here; a run is driven by its session, judged by `analysis`, and put
//! into form by `export`. Standard output holds what was asked for, standard error everything else.

mod args;
mod capacity;
mod check;
mod compare;
mod compare_args;
mod diagnostics;
mod doctor;
mod doctor_cases;
mod doctor_report;
mod exit;
mod interrupt;
mod keep;
mod library;
mod list;
mod output;
mod prices;
mod progress;
mod prose;
mod python;
mod python_args;
mod report;
mod request;
mod results;
mod run;
mod runs;
mod runs_args;
mod runs_list;
mod series;
mod series_args;
mod source;
mod sweep;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser};

use crate::run::record::is_run_file;

pub use args::{
    Changes, CheckArgs, Command, CommandLine, CompletionsArgs, DoctorArgs, ListArgs, PricesArgs,
    ResultsArgs, RunArgs,
};
pub use compare_args::{CompareArgs, ReportArgs, Share, ToleranceArgs};
pub use diagnostics::diagnostics_to_stderr;
pub use exit::Exit;
pub use output::Output;
pub use python_args::{
    AddressArgs, PythonAddArgs, PythonArgs, PythonCommand, PythonListArgs, PythonRemoveArgs,
};

pub use runs_args::{
    RunsArgs, RunsCommand, RunsDeleteArgs, RunsImportArgs, RunsListArgs, RunsNoteArgs,
    RunsPathArgs, RunsRenameArgs, RunsRerunArgs, RunsShowArgs, RunsTagArgs,
};

pub use series_args::{CapacityArgs, SeriesArgs, SweepArgs};

/// Which part the user asks for.
#[derive(Debug)]
pub enum Part {
    /// The window, with this file if there is one.
    Window(Option<PathBuf>),
    /// A command without the window.
    Command(Box<Command>),
}

/// Reads the command line; help, version and usage errors are printed and end the program.
///
/// # Errors
/// With the exit code, if everything is said already.
pub fn read_arguments(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut Output,
) -> Result<Part, Exit> {
    let line = CommandLine::try_parse_from(arguments).map_err(|error| {
        // Without colours: they would need a second way of printing.
        let text = error.render().to_string();
        if error.use_stderr() {
            out.message(text.trim_end());
            Exit::Usage
        } else {
            out.figure_text(&text);
            Exit::Success
        }
    })?;
    match (line.command, line.file) {
        (Some(command), _) => Ok(Part::Command(Box::new(command))),
        (None, Some(file)) if is_run_file(&file) => Ok(Part::Window(Some(file))),
        // A misspelt command arrives here as a file that does not exist.
        (None, Some(file)) => match source::Source::read(&file) {
            Ok(_) => Ok(Part::Window(Some(file))),
            Err(message) => {
                out.message(format_args!("{message}\n  or see the commands with --help"));
                Err(Exit::Usage)
            }
        },
        (None, None) => Ok(Part::Window(None)),
    }
}

/// Carries out a command.
pub fn execute(command: &Command, out: &mut Output) -> Exit {
    let result = match command {
        Command::Run(args) => run::run(args, out),
        Command::Sweep(args) => sweep::sweep(args, out),
        Command::Capacity(args) => capacity::capacity(args, out),
        Command::Runs(args) => runs::runs(args, out),
        Command::Compare(args) => compare::compare(args, out),
        Command::Report(args) => report::report(args, out),
        Command::Check(args) => check::check(args, out),
        Command::List(args) => Ok(list::list(args, out)),
        Command::Prices(args) => Ok(prices::prices(args, out)),
        Command::Doctor(args) => doctor::doctor(*args, out),
        Command::Python(args) => python::python(args, out),
        Command::Completions(args) => Ok(completions(args, out)),
    };
    conclude(result, out)
}

/// Says in one line why there is no window, and runs `file`, or the first scenario that comes along, in its
/// quick form instead.
pub fn instead_of_window(reason: &str, file: Option<PathBuf>, out: &mut Output) -> Exit {
    let result = match file {
        Some(file) if is_run_file(&file) => {
            out.message(format_args!(
                "{reason}; the run is shown here instead (see 'poolscope runs --help')."
            ));
            runs::show_file(&file, out)
        }
        file => {
            out.message(format_args!(
                "{reason}; running headless and quickly instead (see 'poolscope run --help')."
            ));
            run::run_quickly(file, out)
        }
    };
    conclude(result, out)
}

fn conclude(result: anyhow::Result<Exit>, out: &mut Output) -> Exit {
    let exit = result.unwrap_or_else(|error| {
        out.message(format_args!("error: {error:#}"));
        Exit::Internal
    });
    let failure = out
        .failure()
        .map(|error| format!("error: standard output cannot be written: {error}"));
    match failure {
        Some(message) => {
            out.message(message);
            exit.worse(Exit::Internal)
        }
        None => exit,
    }
}

fn completions(args: &CompletionsArgs, out: &mut Output) -> Exit {
    let mut script = Vec::new();
    let mut command = CommandLine::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    out.figure_text(&String::from_utf8_lossy(&script));
    Exit::Success
}
