//! `compare`: two runs beside each other, or the candidates of one.

use anyhow::Context;

use crate::analysis::{
    self, PairComparison, RunComparison, RunOutcome, RunOutcomeKind, SettingDifference, Side,
};
use crate::cli::compare_args::CompareArgs;
use crate::cli::library::open_run;
use crate::cli::report::Form;
use crate::cli::request::candidates_named;
use crate::cli::{Exit, Output};
use crate::export::{self, Report};
use crate::run::Run;
use crate::run::library::LibraryError;
use crate::run::record::{Record, RecordKind};
use crate::units::text;

/// Compares, and says by the exit code whether the run is worse.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn compare(args: &CompareArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let form = match args.out.as_deref().map(Form::of).transpose() {
        Ok(form) => form,
        Err(message) => {
            out.message(message);
            return Ok(Exit::Usage);
        }
    };
    let Some(baseline) = open_plain(&args.baseline, out)? else {
        return Ok(Exit::Usage);
    };
    let Some(name) = &args.run else {
        return within(&baseline, args.against.as_deref(), out);
    };
    let Some(record) = open_plain(name, out)? else {
        return Ok(Exit::Usage);
    };
    let (Some(of_baseline), Some(report)) =
        (Report::of_record(&baseline), Report::of_record(&record))
    else {
        return Ok(Exit::Usage);
    };
    let report = report.against(of_baseline.side(), args.tolerance.tolerance.0);
    let (sides, compared, outcome) = compared(&report).context("there is a baseline")?;
    if args.json {
        let document = export::compare_document((&sides.0, &sides.1), &compared, &outcome);
        out.figure(export::compare_json(&document)?.trim_end());
    } else if let (Some(form), Some(path)) = (form, &args.out) {
        let content = match form {
            Form::Page => export::comparison_html(&report),
            Form::Markdown => export::comparison_markdown(&report),
        };
        export::write_file(path, content.context("there is a baseline")?.as_bytes())?;
        out.message(format_args!("The comparison is in '{}'.", path.display()));
        out.prose("", &outcome.why);
    } else {
        print(sides, &compared, &outcome, out);
    }
    Ok(exit(&outcome))
}

/// The record that `word` means, if it is one of a plain run that has begun. Else it is said why not.
///
/// # Errors
/// If the library cannot be used at all.
pub(super) fn open_plain(word: &str, out: &mut Output) -> anyhow::Result<Option<Record>> {
    let Some(record) = open_begun(word, out)? else {
        return Ok(None);
    };
    if record.header.kind != RecordKind::Run {
        out.message(format_args!(
            "error: '{word}' is a {} and not a single run; give the run to be looked at",
            record.header.kind.label()
        ));
        return Ok(None);
    }
    Ok(Some(record))
}

/// The record that `word` means, of a run or a series, if anything of it has begun. Else it is said why not.
///
/// # Errors
/// If the library cannot be used at all.
pub(super) fn open_begun(word: &str, out: &mut Output) -> anyhow::Result<Option<Record>> {
    let record = match open_run(word) {
        Ok(record) => record,
        Err(error) if error.downcast_ref::<LibraryError>().is_some() => {
            out.message(format_args!("error: {error}"));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if record.run().is_none() {
        out.message(format_args!(
            "error: '{word}' was cut before its first block; there is nothing to look at"
        ));
        return Ok(None);
    }
    Ok(Some(record))
}

type Compared<'a> = ((Side<'a>, Side<'a>), RunComparison, RunOutcome);

/// The report's run beside its baseline; none without one.
pub(super) fn compared<'a>(report: &Report<'a>) -> Option<Compared<'a>> {
    let (baseline, run) = (report.baseline?, report.side());
    let compared = analysis::compare_whole(baseline, run);
    let outcome = compared.outcome(report.tolerance_ratio);
    Some(((baseline, run), compared, outcome))
}

/// What the exit code says of a comparison.
pub(super) const fn exit(outcome: &RunOutcome) -> Exit {
    match outcome.kind {
        RunOutcomeKind::Worse => Exit::Worse,
        RunOutcomeKind::NotWorse => Exit::Success,
        RunOutcomeKind::NotKnown | RunOutcomeKind::NotTrustworthy => Exit::NotTrustworthy,
    }
}

/// Prints a comparison: what differs around the runs, the candidates, and what follows.
pub(super) fn print(
    (baseline, run): (Side<'_>, Side<'_>),
    compared: &RunComparison,
    outcome: &RunOutcome,
    out: &mut Output,
) {
    for (what, side) in [("Baseline", baseline), ("Run", run)] {
        let when = text::date_time(side.run.started_unix_secs);
        let (name, version) = (side.name, side.version);
        out.prose("", &format!("{what}: {name}, {when}, poolscope {version}"));
    }
    if compared.circumstances.is_empty() {
        out.figure("Around them nothing differs that is known.");
    } else {
        out.figure("Around them differs:");
        for fact in &compared.circumstances {
            out.prose(
                "  ",
                &format!("{}: {} → {}", fact.what, fact.baseline, fact.run),
            );
        }
    }
    if compared.settings.is_empty() {
        out.figure("The scenarios are the same but for candidates and prose.");
    } else {
        out.figure("In the scenarios differs:");
        print_settings(&compared.settings, out);
    }
    if compared.settings_dropped > 0 {
        let more = compared.settings_dropped as u64;
        let more = text::counted(more, "further difference", "further differences");
        out.figure(format_args!("  and {more}"));
    }
    for (whose, names) in [
        ("the baseline", &compared.only_in_baseline),
        ("the run", &compared.only_in_run),
    ] {
        if !names.is_empty() {
            out.prose("", &format!("Only in {whose}: {}", names.join("; ")));
        }
    }
    let currency = &run.run.request.scenario.prices.currency;
    for pair in &compared.pairs {
        print_pair(pair, currency, out);
    }
    out.figure("");
    out.prose("", &outcome.why);
}

fn print_settings(settings: &[SettingDifference], out: &mut Output) {
    for setting in settings {
        let (before, now) = (&setting.baseline, &setting.run);
        out.prose("  ", &format!("{}: {before} → {now}", setting.field));
    }
}

fn print_pair(pair: &PairComparison, currency: &str, out: &mut Output) {
    out.figure("");
    if pair.name == pair.baseline_name {
        out.figure(&pair.name);
    } else {
        out.figure(format_args!(
            "{} (in the baseline: {})",
            pair.name, pair.baseline_name
        ));
    }
    print_settings(&pair.settings, out);
    if pair.measures.is_empty() {
        out.figure("  nothing of it is known in either run");
        return;
    }
    let table = export::pair_table(pair, currency);
    let text = match out.figure_columns() {
        Some(columns) => export::text_table_within(&table, columns),
        None => export::text_table(&table),
    };
    out.figure(text.trim_end());
    for note in &pair.notes {
        out.prose("  ", note);
    }
}

/// The candidates of one run beside each other.
fn within(record: &Record, against: Option<&str>, out: &mut Output) -> anyhow::Result<Exit> {
    let run = record.run().context("the record has a run")?;
    let reference = match against {
        None => analysis::reference(run),
        Some(name) => match candidates_named(name, &run.request.scenario.candidates) {
            Ok(found) => found.first().copied(),
            Err(message) => {
                out.message(message);
                return Ok(Exit::Usage);
            }
        },
    };
    let pairs = reference.map_or_else(Vec::new, |reference| {
        analysis::compare_candidates(run, reference)
    });
    let Some(first) = pairs.first() else {
        out.message("error: fewer than two candidates of this run were measured");
        return Ok(Exit::Usage);
    };
    let name = &first.baseline_name;
    out.prose(
        "",
        &format!("The baseline of each table is '{name}' of the same run."),
    );
    let currency = &run.request.scenario.prices.currency;
    for pair in &pairs {
        let same_run = PairComparison {
            // Their settings differ, which is the point.
            settings: Vec::new(),
            baseline_name: pair.name.clone(),
            ..pair.clone()
        };
        print_pair(&same_run, currency, out);
    }
    Ok(trusted(run, out))
}

fn trusted(run: &Run, out: &mut Output) -> Exit {
    let trust = analysis::trust(run);
    for reason in &trust.reasons {
        out.prose("", &format!("Not trustworthy: {reason}"));
    }
    if trust.trustworthy {
        Exit::Success
    } else {
        Exit::NotTrustworthy
    }
}
