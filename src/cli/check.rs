//! `check`: what is wrong with a scenario file, or what it would do.

use crate::cli::args::CheckArgs;
use crate::cli::python;
use crate::cli::source::{Source, print_problems};
use crate::cli::{Exit, Output};
use crate::scenario::{self, Backend, Problem, Scenario};
use crate::session::{FindError, LocalPython};

/// Looks at every file before it says how it went; runs nothing of what a file describes. For candidates of CPython
/// the interpreters of this machine are asked what they are.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn check(args: &CheckArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    let mut machine = Machine::default();
    for path in &args.files {
        match Source::read(path) {
            Ok(source) => exit = exit.worse(check_source(&source, &mut machine, out)?),
            Err(message) => {
                out.message(message);
                exit = exit.worse(Exit::Usage);
            }
        }
        if exit == Exit::Interrupted {
            break;
        }
    }
    Ok(exit)
}

fn check_source(source: &Source, machine: &mut Machine, out: &mut Output) -> anyhow::Result<Exit> {
    print_problems(&source.name, &source.loaded.problems, out);
    match &source.loaded.scenario {
        Some(scenario) if !source.loaded.has_errors() => {
            let Some(missing) = machine.lacks(scenario)? else {
                return Ok(Exit::Interrupted);
            };
            print_problems(&source.name, &missing, out);
            out.figure(format_args!("{}: valid", source.name));
            for line in scenario::describe(scenario) {
                out.prose("  ", &line);
            }
            Ok(Exit::Success)
        }
        _ => Ok(Exit::Usage),
    }
}

/// What this machine has for candidates of CPython; found out when the first file has one.
#[derive(Default)]
struct Machine(Option<Result<LocalPython, String>>);

impl Machine {
    /// What `scenario` names and this machine lacks. Warnings: it may be meant for another machine. None if the
    /// search was interrupted.
    fn lacks(&mut self, scenario: &Scenario) -> anyhow::Result<Option<Vec<Problem>>> {
        let candidates = scenario.candidates.iter().enumerate();
        let mut python = candidates
            .filter(|(_, candidate)| matches!(candidate.backend, Backend::Python(_)))
            .peekable();
        if python.peek().is_none() {
            return Ok(Some(Vec::new()));
        }
        let local = match self.0.take() {
            Some(local) => local,
            None => match python::look()? {
                Err(FindError::Interrupted) => return Ok(None),
                looked => looked.map_err(|error| error.to_string()),
            },
        };
        let lacks = match &local {
            Ok(local) => python
                .filter_map(|(index, candidate)| {
                    let message = local.home_of(candidate).err()?;
                    Some(Problem::warning(
                        format!("candidates[{index}]"),
                        message,
                        "",
                    ))
                })
                .collect(),
            Err(error) => vec![Problem::warning(
                "candidates",
                format!("the interpreters of this machine are not known: {error}"),
                "",
            )],
        };
        self.0 = Some(local);
        Ok(Some(lacks))
    }
}
