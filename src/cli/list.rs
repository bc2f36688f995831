//! `list`: the scenarios that come along.

use crate::cli::args::ListArgs;
use crate::cli::prose::wrapped;
use crate::cli::source::bundled_names;
use crate::cli::{Exit, Output};
use crate::scenario;

/// Columns to which prose is broken: comfortable to read, however wide the terminal is.
const PROSE_COLUMNS: usize = 88;
/// Before the lines that tell about a scenario.
const INDENT: &str = "    ";

/// Lists the bundled scenarios, or prints the file of one.
pub(super) fn list(args: &ListArgs, out: &mut Output) -> Exit {
    let Some(name) = &args.show else {
        list_all(out);
        return Exit::Success;
    };
    if let Some(bundled) = scenario::bundled_named(name) {
        out.figure_text(bundled.text);
        Exit::Success
    } else {
        out.message(format_args!(
            "error: no scenario that comes along is called '{name}'; there are: {}",
            bundled_names().join(", ")
        ));
        Exit::Usage
    }
}

fn list_all(out: &mut Output) {
    let columns = out.figure_columns().unwrap_or(usize::MAX);
    let columns = PROSE_COLUMNS.min(columns.saturating_sub(INDENT.len()));
    for bundled in scenario::bundled() {
        let Some(scenario) = scenario::parse(bundled.text).scenario else {
            continue;
        };
        out.figure(format_args!("{}: {}", bundled.file, scenario.title));
        for line in wrapped(&scenario.about, columns) {
            out.figure(format_args!("{INDENT}{line}"));
        }
    }
    out.message(
        "Run one with 'poolscope run NAME', print its file with 'poolscope list --show NAME'.",
    );
}
