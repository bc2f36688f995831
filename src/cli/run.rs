//! `run`: scenarios without the window, one after the other.
//!
//! Everything that can be refused is refused before the first measurement: files, options, the folder of results.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use crossbeam_channel::{Receiver, never, select};

use crate::cli::args::{Changes, ResultsArgs, RunArgs};
use crate::cli::compare::open_plain;
use crate::cli::compare_args::ToleranceArgs;
use crate::cli::interrupt::interrupts;
use crate::cli::keep::Keeping;
use crate::cli::progress::ProgressReport;
use crate::cli::request::{changed, request};
use crate::cli::source::{Source, print_problems};
use crate::cli::{Exit, Output, results};
use crate::export::Report;
use crate::run::{Run, RunRequest};
use crate::scenario::{self, Problem, Scenario, Severity};
use crate::session::{RunnerCommand, Session};

/// How often the clock of the live line is rewritten while nothing arrives, as while a runner starts.
const CLOCK_TICK: Duration = Duration::from_millis(250);

/// One run that can begin.
struct Prepared {
    request: RunRequest,
    /// The folder for its results, proven writable; none if none was asked for.
    folder: Option<PathBuf>,
}

/// Runs every scenario that was named, and says how it went.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn run(args: &RunArgs, out: &mut Output) -> anyhow::Result<Exit> {
    if args.results.json && args.files.len() > 1 {
        out.message("error: --json gives one document, so it takes one FILE; run them one by one");
        return Ok(Exit::Usage);
    }
    if args.baseline.is_some() && args.files.len() > 1 {
        out.message("error: --baseline is held against one FILE; run them one by one");
        return Ok(Exit::Usage);
    }
    let baseline = match &args.baseline {
        None => None,
        Some(word) => match open_plain(word, out)? {
            None => return Ok(Exit::Usage),
            baseline => baseline,
        },
    };
    let Some(prepared) = prepare(args, out) else {
        return Ok(Exit::Usage);
    };
    let interrupts = interrupts().context("Ctrl-C cannot be watched")?;
    let several = prepared.len() > 1;
    let mut exit = Exit::Success;
    for prepared in prepared {
        if several {
            out.message(format_args!("{}", prepared.request.scenario.title));
        }
        let mut keeping = Keeping::new(!args.results.no_keep);
        let run = measure(prepared.request, &mut keeping, &interrupts, out)?;
        let text = scenario::to_text(&run.request.scenario);
        let mut report = Report::of(&run, &text);
        if let Some(baseline) = baseline.as_ref().and_then(Report::of_record) {
            report = report.against(baseline.side(), args.tolerance.tolerance.0);
        }
        if prepared.folder.is_some() {
            // The pictures bear its name.
            report.id = keeping.settle(&run);
        }
        let given_out =
            results::give_out_report(&report, prepared.folder.as_deref(), args.results.json, out);
        keeping.finish(&run, out);
        exit = exit.worse(given_out?);
        if exit == Exit::Interrupted {
            break;
        }
    }
    Ok(exit)
}

/// The quick form of one scenario, for where no window can be opened.
///
/// # Errors
/// As [`run`].
pub(super) fn run_quickly(file: Option<PathBuf>, out: &mut Output) -> anyhow::Result<Exit> {
    let first = scenario::bundled()
        .first()
        .context("no scenario comes along")?;
    let args = RunArgs {
        files: vec![file.unwrap_or_else(|| first.file.into())],
        results: ResultsArgs::default(),
        baseline: None,
        tolerance: ToleranceArgs::default(),
        changes: Changes {
            quick: true,
            ..Changes::default()
        },
    };
    run(&args, out)
}

/// Reads every file and looks at every option; none if anything of it cannot be used.
fn prepare(args: &RunArgs, out: &mut Output) -> Option<Vec<Prepared>> {
    let mut prepared = Vec::new();
    for path in &args.files {
        let one = match Source::read(path) {
            Ok(source) => prepare_one(source, args, out),
            Err(message) => {
                out.message(message);
                None
            }
        };
        prepared.push(one);
    }
    // All files were looked at, so that one go shows all that is wrong.
    let prepared: Vec<Prepared> = prepared.into_iter().collect::<Option<_>>()?;
    let mut folders = BTreeSet::new();
    for folder in prepared.iter().filter_map(|one| one.folder.as_ref()) {
        if !folders.insert(folder) {
            out.message(format_args!(
                "error: the results of two files would go to '{}'; give the files different names, or run them one \
                 by one with an --out each",
                folder.display()
            ));
            return None;
        }
    }
    Some(prepared)
}

fn prepare_one(source: Source, args: &RunArgs, out: &mut Output) -> Option<Prepared> {
    let name = source.name.clone();
    let (stem, scenario) = source.usable(out)?;
    let (of_the_file, scenario) = (scenario.clone(), changed(scenario, &args.changes));
    let problems = brought_by_options(&of_the_file, &scenario);
    print_problems(&format!("{name} with these options"), &problems, out);
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return None;
    }
    let request = request(scenario, &args.changes.only)
        .map_err(|message| out.message(message))
        .ok()?;
    let folder = args.results.out.as_ref().map(|folder| {
        if args.files.len() > 1 {
            folder.join(stem)
        } else {
            folder.clone()
        }
    });
    takes_results(folder.as_deref(), out).then_some(Prepared { request, folder })
}

/// What is wrong with the scenario as the options change it: they can be out of bounds as fields can. Warnings were
/// already given for the file; new ones are told of faults, which a
/// shorter measurement may leave out, and of objectives, which it may leave undecided.
fn brought_by_options(of_the_file: &Scenario, changed: &Scenario) -> Vec<Problem> {
    let known = scenario::validate(of_the_file);
    let mut problems = scenario::validate(changed);
    problems.retain(|problem| {
        let told = ["faults", "objectives"]
            .iter()
            .any(|path| problem.path.starts_with(path));
        problem.severity == Severity::Error || (told && !known.contains(problem))
    });
    problems
}

/// Whether the folder that results are asked for can take them; if not, it is said.
pub(super) fn takes_results(folder: Option<&Path>, out: &mut Output) -> bool {
    if let Some(folder) = folder
        && let Err(error) = prove_writable(folder)
    {
        out.message(format_args!(
            "error: results cannot be written: {error}; choose another --out: '{}'",
            folder.display()
        ));
        return false;
    }
    true
}

/// Before a measurement of minutes, rather than after it.
fn prove_writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new()
        .prefix(".poolscope-")
        .tempfile_in(folder)
        .map(drop)
}

/// Runs `request` to its end or to the first interrupt.
pub(super) fn measure(
    request: RunRequest,
    keeping: &mut Keeping,
    interrupts: &Receiver<()>,
    out: &mut Output,
) -> anyhow::Result<Run> {
    measure_while(request, keeping, interrupts, &mut |_, _| true, out)
}

/// As [`measure`], and only for as long as `wanted` says so of what is known.
pub(super) fn measure_while(
    request: RunRequest,
    keeping: &mut Keeping,
    interrupts: &Receiver<()>,
    wanted: &mut dyn FnMut(&Run, &mut Output) -> bool,
    out: &mut Output,
) -> anyhow::Result<Run> {
    let executable = std::env::current_exe().context("the path of this program is not known")?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let mut run = Run::new(request.clone(), now);
    let mut progress = ProgressReport::new();
    keeping.begin(&run);
    let session = Session::start(request, RunnerCommand { executable }, |_| {})
        .context("the run cannot be started")?;
    // Replaced by one that never speaks after the first: the second interrupt does not come here.
    let mut interrupts = interrupts.clone();
    let mut stopping = false;
    while !run.ended {
        select! {
            recv(session.events()) -> event => {
                run.apply(event.context("the run ended without a last word")?);
            }
            recv(interrupts) -> _ => {
                out.message("Stopping; press Ctrl-C again to leave at once.");
                session.stop();
                interrupts = never();
            }
            default(CLOCK_TICK) => {}
        }
        if !stopping && !wanted(&run, out) {
            session.stop();
            stopping = true;
        }
        keeping.follow(&run);
        progress.update(&run, out);
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn a_fault_that_a_shorter_measurement_leaves_out_is_told_once() {
        let storm = scenario::bundled_named("retry_storm").map(|bundled| bundled.text);
        let mut storm = scenario::parse(storm.unwrap()).scenario.unwrap();
        assert_eq!(brought_by_options(&storm, &storm.quick()), []);
        let mut shorter = storm.clone();
        shorter.protocol.measure = Nanos::from_secs(1);
        let found = brought_by_options(&storm, &shorter);
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "warning: faults[0].from: it begins after 3s, and the measurement ends after 1s (begin earlier, \
              or raise protocol.measure)"
            ]
        );
        // The file said so already.
        storm.protocol.measure = Nanos::from_secs(2);
        storm.faults[0].from = Nanos::from_secs(2);
        let mut again = storm.clone();
        again.protocol.seed = 7;
        assert_eq!(brought_by_options(&storm, &again), []);
    }
}
