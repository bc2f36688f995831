//! `runs`: the library of kept runs.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::analysis::{CapacityPlan, SweepPlan};
use crate::cli::interrupt::interrupts;
use crate::cli::keep::Keeping;
use crate::cli::library::{library, open_run};
use crate::cli::runs_args::{
    RunsArgs, RunsCommand, RunsDeleteArgs, RunsImportArgs, RunsListArgs, RunsPathArgs,
    RunsRerunArgs, RunsShowArgs,
};
use crate::cli::series::{self, plan_so_far};
use crate::cli::source::print_problems;
use crate::cli::{Exit, Output, results, run, runs_list};
use crate::export::{self, Report};
use crate::run::RunRequest;
use crate::run::library::{Library, LibraryError};
use crate::run::record::{Completeness, Head, Meta, Record, RecordKind};
use crate::scenario::{self, Severity};

/// Carries out what is to be done with kept runs.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn runs(args: &RunsArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let library = library()?;
    let everything = RunsCommand::List(RunsListArgs::default());
    let result = match args.command.as_ref().unwrap_or(&everything) {
        RunsCommand::List(args) => list(&library, args, out),
        RunsCommand::Show(args) => show(&library, args, out),
        RunsCommand::Rename(args) => change(&library, &args.run, out, |meta| {
            meta.name = args.name.join(" ");
        }),
        RunsCommand::Tag(args) => change(&library, &args.run, out, |meta| {
            meta.tags.extend(args.tags.iter().cloned());
        }),
        RunsCommand::Untag(args) => change(&library, &args.run, out, |meta| {
            meta.tags.retain(|tag| !args.tags.contains(tag));
        }),
        RunsCommand::Note(args) => change(&library, &args.run, out, |meta| {
            meta.note = args.note.join(" ");
        }),
        RunsCommand::Delete(args) => delete(&library, args, out),
        RunsCommand::Path(args) => path(&library, args, out),
        RunsCommand::Rerun(args) => rerun(args, out),
        RunsCommand::Import(args) => import(&library, args, out),
    };
    match result {
        Err(error) if error.downcast_ref::<LibraryError>().is_some() => {
            out.message(format_args!("error: {error}"));
            Ok(Exit::Usage)
        }
        result => result,
    }
}

fn list(library: &Library, args: &RunsListArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let mut listing = library.list()?;
    let wanted = |head: &Head| {
        head.matches(&args.words) && args.tag.iter().all(|tag| head.meta.tags.contains(tag))
    };
    let all = args.words.is_empty() && args.tag.is_empty();
    listing
        .entries
        .retain(|entry| entry.head.as_ref().map_or(all, wanted));
    if args.json {
        out.figure(runs_list::json(&listing.entries)?);
        return Ok(Exit::Success);
    }
    let table = runs_list::table(&listing.entries);
    if !table.rows.is_empty() {
        out.figure_text(&export::text_table(&table));
    }
    for entry in &listing.entries {
        if let Err(error) = &entry.head {
            out.message(format_args!("broken: {error}"));
        }
    }
    if listing.left_out > 0 {
        out.message(format_args!(
            "and {} more files that were not looked at",
            listing.left_out
        ));
    }
    if table.rows.is_empty() {
        out.message(if all {
            "No runs are kept yet; 'poolscope run FILE' keeps what it runs."
        } else {
            "No run has all of these words and tags."
        });
    } else {
        out.message("Show one with 'poolscope runs show RUN'; more with 'poolscope runs --help'.");
    }
    Ok(Exit::Success)
}

/// Shows the run in the file at `path`, which need not be one of the library.
///
/// # Errors
/// As [`runs`].
pub(super) fn show_file(path: &Path, out: &mut Output) -> anyhow::Result<Exit> {
    let show = RunsShowArgs {
        run: path.display().to_string(),
        json: false,
        scenario: false,
        out: None,
    };
    let command = Some(RunsCommand::Show(show));
    runs(&RunsArgs { command }, out)
}

fn show(library: &Library, args: &RunsShowArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let path = library.find(&args.run)?;
    let record = Record::open(&path).map_err(LibraryError::from)?;
    if args.scenario {
        out.figure_text(&record.header.scenario);
        return Ok(Exit::Success);
    }
    if !run::takes_results(args.out.as_deref(), out) {
        return Ok(Exit::Usage);
    }
    if !args.json {
        let head = Head::read(&path).map_err(LibraryError::from)?;
        for line in runs_list::heading(&record, &head) {
            out.prose("", &line);
        }
    }
    if record.steps.is_empty() {
        out.message("It was cut before anything was measured.");
    }
    if record.header.kind != RecordKind::Run && (args.json || args.out.is_some()) {
        return give_out_series(&record, args, out);
    }
    for (step, run) in &record.steps {
        if !args.json {
            out.figure("");
        }
        if record.header.kind != RecordKind::Run {
            let coordinates: Vec<String> = step.coordinates.iter().map(f64::to_string).collect();
            out.figure(format_args!(
                "Point {} ({}), round {}",
                step.point,
                coordinates.join(", "),
                step.round
            ));
        }
        let folder = args.out.as_deref();
        match Report::of_record(&record).filter(|_| record.steps.len() == 1) {
            Some(report) => results::give_out_report(&report, folder, args.json, out)?,
            None => results::give_out(run, folder, args.json, out)?,
        };
    }
    Ok(Exit::Success)
}

/// What a series found by now: the document and the files are its own, not those of its runs.
fn give_out_series(record: &Record, args: &RunsShowArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let (id, folder) = (Some(&*record.header.id), args.out.as_deref());
    let given = match record.header.kind {
        RecordKind::Sweep => plan_so_far::<SweepPlan>(record, out)?
            .map(|plan| series::give_out(&plan, id, folder, args.json, out)),
        RecordKind::Capacity => plan_so_far::<CapacityPlan>(record, out)?
            .map(|plan| series::give_out(&plan, id, folder, args.json, out)),
        RecordKind::Run => None,
    };
    given.map_or(Ok(Exit::Usage), |given| given.map(|()| Exit::Success))
}

fn change(
    library: &Library,
    word: &str,
    out: &mut Output,
    change: impl FnOnce(&mut Meta),
) -> anyhow::Result<Exit> {
    let path = library.find(word)?;
    let head = library.change(&path, change)?;
    let tags = head.meta.tags.join(", ");
    let tags = if tags.is_empty() {
        String::new()
    } else {
        format!(" [{tags}]")
    };
    out.message(format_args!("{}: {}{tags}", head.header.id, head.title()));
    Ok(Exit::Success)
}

/// All words are looked up first: `last` means another run once one is gone.
fn delete(library: &Library, args: &RunsDeleteArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let found: Result<Vec<PathBuf>, LibraryError> =
        args.runs.iter().map(|word| library.find(word)).collect();
    let mut found = found?;
    found.sort();
    found.dedup();
    for path in found {
        let (done, to) = if args.forever {
            (library.delete_forever(&path), "Deleted for good")
        } else {
            (library.delete(&path), "In the bin")
        };
        done?;
        out.message(format_args!("{to}: '{}'", path.display()));
    }
    Ok(Exit::Success)
}

fn path(library: &Library, args: &RunsPathArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let path = match &args.run {
        Some(word) => library.find(word)?,
        None => library.folder().to_path_buf(),
    };
    out.figure(path.display());
    Ok(Exit::Success)
}

fn rerun(args: &RunsRerunArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let record = open_run(&args.run)?;
    let Some(request) = request_of(&record, out) else {
        return Ok(Exit::Usage);
    };
    let to = &args.results;
    if !run::takes_results(to.out.as_deref(), out) {
        return Ok(Exit::Usage);
    }
    let interrupts = interrupts().context("Ctrl-C cannot be watched")?;
    let mut keeping = Keeping::new(!to.no_keep);
    let run = run::measure(request, &mut keeping, &interrupts, out)?;
    let exit = results::give_out(&run, to.out.as_deref(), to.json, out);
    keeping.finish(&run, out);
    exit
}

/// What a record's run was asked for. A file from elsewhere can ask for anything, so it is looked at as any scenario.
fn request_of(record: &Record, out: &mut Output) -> Option<RunRequest> {
    let again = match (record.header.kind, record.run()) {
        (RecordKind::Run, Some(run)) => run.request.clone(),
        (RecordKind::Run, None) => {
            out.message(
                "error: it was cut before anything was measured, so there is nothing to run again",
            );
            return None;
        }
        (RecordKind::Sweep | RecordKind::Capacity, _) => {
            let label = record.header.kind.label();
            out.message(format_args!(
                "error: this is a {label}; print its scenario with 'poolscope runs show {} --scenario' and give \
                 that to 'poolscope {label}'",
                record.header.id
            ));
            return None;
        }
    };
    let problems = scenario::validate(&again.scenario);
    print_problems(record.title(), &problems, out);
    let wrong = problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    (!wrong).then_some(again)
}

fn import(library: &Library, args: &RunsImportArgs, out: &mut Output) -> anyhow::Result<Exit> {
    for file in &args.files {
        let (_, record) = library.import(file)?;
        let cut = match record.completeness {
            Completeness::Cut => " (it was cut, and has what had ended until then)",
            Completeness::Whole | Completeness::Stopped => "",
        };
        out.message(format_args!(
            "Imported {}: {}{cut}",
            record.header.id,
            record.title()
        ));
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::{Header, Step};
    use crate::support;

    fn record(run: crate::run::Run) -> Record {
        Record {
            header: Header::of_run(&run),
            meta: Meta::default(),
            steps: vec![(Step::default(), run)],
            completeness: Completeness::Whole,
        }
    }

    #[test]
    fn a_file_from_elsewhere_asks_for_nothing_that_a_scenario_may_not() {
        let mut out = Output::standard();
        let mut run = support::finished_run();
        run.request.candidates = vec![1];
        run.request.seed = 7;
        let again = request_of(&record(run.clone()), &mut out).unwrap();
        assert_eq!((again.candidates, again.seed), (vec![1], 7));
        run.request.scenario.protocol.repeats = 1_000_000;
        assert_eq!(request_of(&record(run), &mut out), None);
    }

    #[test]
    fn a_sweep_is_not_run_again_as_if_it_were_one_run() {
        let mut sweep = record(support::finished_run());
        sweep.header.kind = RecordKind::Sweep;
        assert_eq!(request_of(&sweep, &mut Output::standard()), None);
    }
}
