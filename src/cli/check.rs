//! `check`: what is wrong with a scenario file, or what it would do.

use crate::cli::args::CheckArgs;
use crate::cli::source::{Source, print_problems};
use crate::cli::{Exit, Output};
use crate::scenario;

/// Looks at every file before it says how it went; runs nothing.
pub(super) fn check(args: &CheckArgs, out: &mut Output) -> Exit {
    let mut exit = Exit::Success;
    for path in &args.files {
        match Source::read(path) {
            Ok(source) => exit = exit.worse(check_source(&source, out)),
            Err(message) => {
                out.message(message);
                exit = exit.worse(Exit::Usage);
            }
        }
    }
    exit
}

fn check_source(source: &Source, out: &mut Output) -> Exit {
    print_problems(&source.name, &source.loaded.problems, out);
    match &source.loaded.scenario {
        Some(scenario) if !source.loaded.has_errors() => {
            out.figure(format_args!("{}: valid", source.name));
            for line in scenario::describe(scenario) {
                out.prose("  ", &line);
            }
            Exit::Success
        }
        _ => Exit::Usage,
    }
}
