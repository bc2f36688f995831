//! What `sweep` and `capacity` have in common: one ordinary run after the other, each kept as soon as it ends.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use crossbeam_channel::Receiver;

use crate::analysis::{Doubts, differing_machines};
use crate::cli::args::Changes;
use crate::cli::interrupt::interrupts;
use crate::cli::keep::Keeping;
use crate::cli::library::library;
use crate::cli::request::{changed, request};
use crate::cli::run::{measure_while, takes_results};
use crate::cli::series_args::SeriesArgs;
use crate::cli::source::{Source, print_problems};
use crate::cli::{Exit, Output};
use crate::export::ExportError;
use crate::run::record::{Closing, Header, Record, RecordError, RecordKind, RecordWriter, Step};
use crate::run::{Machine, Run, RunRequest};
use crate::scenario::{self, Candidate, Scenario, Severity};
use crate::units::text;

/// What is done step by step, and what it found by now.
pub(super) trait Plan: Sized {
    /// What it is kept as.
    const KIND: RecordKind;
    /// The plan that `scenario` makes, before its first step; none if it makes none, which was told.
    fn of(scenario: &Scenario, out: &mut Output) -> anyhow::Result<Option<Self>>;
    /// What is left to do, for people.
    fn announced(&self) -> String;
    /// The next step.
    fn next(&self) -> Option<(Step, RunRequest)>;
    /// What a step told; whether it was taken in.
    fn tell(&mut self, step: &Step, run: &Run) -> bool;
    /// What a step is, for people.
    fn told(&self, step: &Step) -> String;
    /// Estimated time to the end, in nanoseconds.
    fn remaining_nanos(&self) -> u64;
    /// What it found, for people.
    fn text(&self) -> String;
    /// What it found, for programs: JSON.
    fn document(&self) -> serde_json::Result<String>;
    /// Writes what it found, and which series that is if it is kept, into `folder`.
    fn write(&self, folder: &Path, id: Option<&str>) -> Result<Vec<PathBuf>, ExportError>;
}

/// What `record` tells by now; none if its scenario may not run, which was told.
///
/// # Errors
/// If its scenario makes no such series, and that is nothing that a user could mend.
pub(super) fn plan_so_far<P: Plan>(record: &Record, out: &mut Output) -> anyhow::Result<Option<P>> {
    let Some(scenario) = scenario_of(record, out) else {
        return Ok(None);
    };
    let mut plan = P::of(&scenario, out)?;
    if let Some(plan) = &mut plan {
        for (step, run) in &record.steps {
            plan.tell(step, run);
        }
    }
    Ok(plan)
}

/// Makes the series of `file`, with what `wanted` makes of its scenario, or goes on with an old one, and gives out what
/// it found. Returns the plan and whether it was stopped; none if something cannot be used, and was told.
///
/// # Errors
/// Only for what the user could not know.
pub(super) fn make<P: Plan>(
    file: Option<&Path>,
    args: &SeriesArgs,
    wanted: impl FnOnce(Scenario, &mut Output) -> Option<Scenario>,
    out: &mut Output,
) -> anyhow::Result<Option<(P, bool)>> {
    let ready: Option<Ready<P>> = match begin(file, args, P::KIND, out)? {
        Some(Begin::New(scenario)) => fresh(*scenario, args, wanted, out)?,
        Some(Begin::Old(record, path)) => gone_on_with(&record, &path, args, out)?,
        None => None,
    };
    let Some((mut plan, mut recording, same)) = ready else {
        return Ok(None);
    };
    let interrupts = interrupts().context("Ctrl-C cannot be watched")?;
    let announced = plan.announced();
    out.message(format_args!("{}: {announced}", recording.title));
    let Some(stopped) = drive(&mut plan, &mut recording, same, &interrupts, out)? else {
        return Ok(None);
    };
    let id = recording.finish(stopped, out);
    let (folder, json) = (args.results.out.as_deref(), args.results.json);
    give_out(&plan, id.as_deref(), folder, json, out)?;
    Ok(Some((plan, stopped)))
}

/// What a series begins with.
type Ready<P> = (P, Recording, SameMachine);

fn fresh<P: Plan>(
    scenario: Scenario,
    args: &SeriesArgs,
    wanted: impl FnOnce(Scenario, &mut Output) -> Option<Scenario>,
    out: &mut Output,
) -> anyhow::Result<Option<Ready<P>>> {
    let Some(scenario) = wanted(scenario, out) else {
        return Ok(None);
    };
    let Some(plan) = P::of(&scenario, out)? else {
        return Ok(None);
    };
    let recording = Recording::new(P::KIND, &scenario, !args.results.no_keep, out);
    Ok(Some((plan, recording, SameMachine::default())))
}

fn gone_on_with<P: Plan>(
    record: &Record,
    path: &Path,
    args: &SeriesArgs,
    out: &mut Output,
) -> anyhow::Result<Option<Ready<P>>> {
    let Some(plan) = plan_so_far(record, out)? else {
        return Ok(None);
    };
    let same = SameMachine::as_of(record, args.other_machine);
    Ok(Some((plan, Recording::resume(record, path)?, same)))
}

/// Prints what the plan found by now, as a document if `json`, and writes its files into `folder`.
///
/// # Errors
/// If the files cannot be written.
pub(super) fn give_out(
    plan: &impl Plan,
    id: Option<&str>,
    folder: Option<&Path>,
    json: bool,
    out: &mut Output,
) -> anyhow::Result<()> {
    if json {
        out.figure(plan.document()?);
    } else {
        out.figure_text(&plan.text());
    }
    if let Some(folder) = folder {
        plan.write(folder, id)
            .with_context(|| format!("results cannot be written to '{}'", folder.display()))?;
        out.message(format_args!("Results are in '{}'.", folder.display()));
    }
    Ok(())
}

/// A scenario to begin with, or a record to go on with.
enum Begin {
    New(Box<Scenario>),
    Old(Box<Record>, PathBuf),
}

/// Reads what the arguments name, and applies the options; none if something cannot be used, and was told.
fn begin(
    file: Option<&Path>,
    args: &SeriesArgs,
    kind: RecordKind,
    out: &mut Output,
) -> anyhow::Result<Option<Begin>> {
    if !takes_results(args.results.out.as_deref(), out) {
        return Ok(None);
    }
    if let Some(word) = &args.resume {
        if args.changes != Changes::default() {
            out.message("error: what goes on goes on as it began; leave out the options that change the scenario");
            return Ok(None);
        }
        return resumed(word, kind, out);
    }
    let file = file.context("no file was named")?;
    let source = match Source::read(file) {
        Ok(source) => source,
        Err(message) => {
            out.message(message);
            return Ok(None);
        }
    };
    let found = source
        .usable(out)
        .map(|(_, scenario)| changed(scenario, &args.changes));
    Ok(found.map(|scenario| Begin::New(Box::new(scenario))))
}

fn resumed(word: &str, kind: RecordKind, out: &mut Output) -> anyhow::Result<Option<Begin>> {
    let path = library()?.find(word)?;
    let record = Record::read(&path)?;
    if record.header.kind != kind {
        out.message(format_args!(
            "error: '{word}' is of a {} and not of a {}",
            record.header.kind.label(),
            kind.label()
        ));
        return Ok(None);
    }
    Ok(Some(Begin::Old(Box::new(record), path)))
}

/// The names of the candidates that `--only` chooses; empty without it.
pub(super) fn chosen(
    scenario: &Scenario,
    changes: &Changes,
    out: &mut Output,
) -> Option<Vec<String>> {
    if changes.only.is_empty() {
        return Some(Vec::new());
    }
    let found = request(scenario.clone(), &changes.only)
        .map_err(|message| out.message(message))
        .ok()?;
    let candidates = found
        .candidates
        .iter()
        .filter_map(|&index| scenario.candidates.get(index));
    Some(candidates.map(Candidate::label).collect())
}

/// Whether `scenario` can run as the options make it; what forbids it is told.
pub(super) fn is_usable(scenario: &Scenario, out: &mut Output) -> bool {
    let mut problems = scenario::validate(scenario);
    problems.retain(|problem| problem.severity == Severity::Error);
    print_problems("with these options", &problems, out);
    problems.is_empty()
}

/// Makes all steps that are left, or those up to the first interrupt; whether it was stopped. None if the machine is
/// not the one to go on with, which was told.
fn drive(
    plan: &mut impl Plan,
    recording: &mut Recording,
    mut same: SameMachine,
    interrupts: &Receiver<()>,
    out: &mut Output,
) -> anyhow::Result<Option<bool>> {
    /// A machine on which every attempt breaks off does not get better by trying for ever.
    const FRUITLESS_MAX: u32 = 3;
    let mut fruitless = 0;
    while let Some((step, request)) = plan.next() {
        out.message(format_args!(
            "{}; about {} left",
            plan.told(&step),
            text::clock(plan.remaining_nanos())
        ));
        let mut wanted = |run: &Run, out: &mut Output| same.lets_go_on(run, out);
        let mut keeping = Keeping::new(false);
        let run = measure_while(request, &mut keeping, interrupts, &mut wanted, out)?;
        if same.refused {
            return Ok(None);
        }
        if run.stopped {
            return Ok(Some(true));
        }
        recording.take(&step, &run, out);
        if plan.tell(&step, &run) {
            fruitless = 0;
        } else {
            fruitless += 1;
            anyhow::ensure!(
                fruitless < FRUITLESS_MAX,
                "the step did not come to its end, {fruitless} times in a row"
            );
        }
    }
    Ok(Some(false))
}

/// Whether a series that goes on does so on the machine that began it: of points that were measured on different ones
/// nobody could say what makes the difference.
#[derive(Debug, Default)]
struct SameMachine {
    /// The machine that began it, until the one at hand has been held against it; none if nothing is to be held.
    began: Option<Machine>,
    /// Whether another one was asked for.
    another_is_wanted: bool,
    /// Whether it is another one that was not asked for.
    refused: bool,
}

impl SameMachine {
    /// As the machine of `record`, unless another one was asked for.
    fn as_of(record: &Record, another_is_wanted: bool) -> Self {
        let mut machines = record
            .steps
            .iter()
            .filter_map(|(_, run)| run.machine.as_ref());
        Self {
            began: machines.next().cloned(),
            another_is_wanted,
            refused: false,
        }
    }

    /// Looks at the machine once, as soon as a runner has told of it, and before anything is measured.
    fn lets_go_on(&mut self, run: &Run, out: &mut Output) -> bool {
        let Some(now) = &run.machine else {
            return true;
        };
        let Some(began) = self.began.take() else {
            return !self.refused;
        };
        let differing = differing_machines(&began, now);
        let is_another = differing.iter().any(|fact| fact.is_of_machine);
        self.refused = is_another && !self.another_is_wanted;
        if self.refused {
            out.message("error: this is another machine than the one that began it:");
        } else if !differing.is_empty() {
            out.message("warning: the machine is not as it was when this began:");
        }
        for fact in &differing {
            let (what, before, now) = (&fact.what, &fact.baseline, &fact.run);
            out.message(format_args!("  {what}: {before} → {now}"));
        }
        if self.refused {
            out.message(
                "Nothing was measured. Go on where it began, or begin anew; with --other-machine it goes on here, and \
                 differences between points can then be those of the machines.",
            );
        }
        !self.refused
    }
}

/// The exit code by what went on.
pub(super) fn exit(stopped: bool, doubts: &Doubts) -> Exit {
    if stopped {
        Exit::Interrupted
    } else if doubts.are_many() {
        Exit::NotTrustworthy
    } else {
        Exit::Success
    }
}

/// Keeps a series in the library while it goes on. What goes wrong with it is one line and never the series' own
/// failure.
struct Recording {
    title: String,
    writer: Option<RecordWriter>,
    id: String,
    closing: Closing,
}

impl Recording {
    /// Of a new series, if it is `wanted`.
    fn new(kind: RecordKind, scenario: &Scenario, wanted: bool, out: &mut Output) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.map_or(0, |since| since.as_secs());
        let header = Header::of_series(kind, scenario, seconds);
        let writer = if wanted {
            let made = library().and_then(|library| Ok(library.create(&header)?));
            made.map_err(|error| out.message(not_kept(&error))).ok()
        } else {
            None
        };
        Self {
            title: scenario.title.clone(),
            writer,
            id: header.id,
            closing: Closing::of([], false),
        }
    }

    /// Of the one at `path` that goes on.
    fn resume(record: &Record, path: &Path) -> Result<Self, RecordError> {
        Ok(Self {
            title: record.title().to_owned(),
            writer: Some(RecordWriter::resume(path)?),
            id: record.header.id.clone(),
            closing: Closing::of(record.steps.iter().map(|(_, run)| run), false),
        })
    }

    fn take(&mut self, step: &Step, run: &Run, out: &mut Output) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        self.closing.count(run);
        if let Err(error) = writer.whole_run(step, run) {
            out.message(not_kept(&error));
            self.writer = None;
        }
    }

    /// Nothing more is to come. Returns what it is called in the library, if it is kept.
    fn finish(mut self, stopped: bool, out: &mut Output) -> Option<String> {
        let mut writer = self.writer.take()?;
        self.closing.stopped = stopped;
        match writer.close(&self.closing) {
            Ok(()) => {
                let resumed = if stopped {
                    format!("; go on with --resume {}", self.id)
                } else {
                    String::new()
                };
                out.message(format_args!("Kept as {}{resumed}.", self.id));
                Some(self.id)
            }
            Err(error) => {
                out.message(not_kept(&error));
                None
            }
        }
    }
}

fn not_kept<E: std::fmt::Display>(error: &E) -> String {
    format!("warning: this is not kept: {error:#}")
}

/// What a record that is gone on with began with. A file from elsewhere can ask for anything, so it is looked at as any
/// scenario; none if it cannot run, and was told.
pub(super) fn scenario_of(record: &Record, out: &mut Output) -> Option<Scenario> {
    let loaded = scenario::parse(&record.header.scenario);
    if loaded.scenario.is_none() || loaded.has_errors() {
        print_problems(record.title(), &loaded.problems, out);
        return None;
    }
    loaded.scenario
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::{Completeness, Meta};
    use crate::support;

    #[test]
    fn a_series_from_elsewhere_goes_on_only_if_its_scenario_may_run() {
        let mut out = Output::standard();
        let record = |scenario: &Scenario| Record {
            header: Header::new(RecordKind::Sweep, scenario, &[0], 1, 2),
            meta: Meta::default(),
            steps: Vec::new(),
            completeness: Completeness::Stopped,
        };
        let mut scenario = support::scenario();
        assert_eq!(
            scenario_of(&record(&scenario), &mut out),
            Some(scenario.clone())
        );
        scenario.protocol.repeats = 1_000_000;
        assert_eq!(scenario_of(&record(&scenario), &mut out), None);
    }
}
