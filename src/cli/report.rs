//! `report`: a run, a sweep or a search for the capacity as one page, or as Markdown.

use std::path::Path;

use anyhow::Context;

use crate::analysis::{CapacityPlan, SweepFigures, SweepPlan};
use crate::cli::compare::{open_begun, open_plain};
use crate::cli::compare_args::ReportArgs;
use crate::cli::series::plan_so_far;
use crate::cli::{Exit, Output};
use crate::export::{self, Report, SeriesFound, SeriesReport};
use crate::run::record::{Record, RecordKind};

/// In which form a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One page of HTML.
    Page,
    /// Markdown.
    Markdown,
}

impl Form {
    /// By the ending of the file.
    ///
    /// # Errors
    /// Says for people which endings there are.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("html" | "htm") => Ok(Self::Page),
            Some("md" | "markdown") => Ok(Self::Markdown),
            _ => Err(format!(
                "error: '{}' says not what to write: let it end in .html for a page or in .md for Markdown",
                path.display()
            )),
        }
    }
}

/// Writes a report.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn report(args: &ReportArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let form = match Form::of(&args.out) {
        Ok(form) => form,
        Err(message) => {
            out.message(message);
            return Ok(Exit::Usage);
        }
    };
    let Some(record) = open_begun(&args.run, out)? else {
        return Ok(Exit::Usage);
    };
    let content = match record.header.kind {
        RecordKind::Run => of_run(&record, form, args, out)?,
        kind if args.baseline.is_some() => {
            out.message(format_args!(
                "error: '{}' is a {} and is held against nothing; leave out --baseline",
                args.run,
                kind.label()
            ));
            None
        }
        RecordKind::Sweep => plan_so_far::<SweepPlan>(&record, out)?.map(|plan| {
            let figures = SweepFigures::of(&plan);
            of_series(&record, SeriesFound::Sweep(&plan, &figures), form)
        }),
        RecordKind::Capacity => plan_so_far::<CapacityPlan>(&record, out)?.map(|plan| {
            let figures = plan.figures();
            of_series(&record, SeriesFound::Capacity(&plan, &figures), form)
        }),
    };
    let Some(content) = content else {
        return Ok(Exit::Usage);
    };
    export::write_file(&args.out, content.as_bytes())?;
    out.message(format_args!("The report is in '{}'.", args.out.display()));
    Ok(Exit::Success)
}

/// The report of a run; none if its baseline cannot be used, which was told.
fn of_run(
    record: &Record,
    form: Form,
    args: &ReportArgs,
    out: &mut Output,
) -> anyhow::Result<Option<String>> {
    let baseline = match &args.baseline {
        None => None,
        Some(word) => match open_plain(word, out)? {
            None => return Ok(None),
            baseline => baseline,
        },
    };
    let mut report = Report::of_record(record).context("the record has a run")?;
    if let Some(baseline) = baseline.as_ref().and_then(Report::of_record) {
        report = report.against(baseline.side(), args.tolerance.tolerance.0);
    }
    Ok(Some(match form {
        Form::Page => export::report_html(&report),
        Form::Markdown => export::report_markdown(&report),
    }))
}

fn of_series(record: &Record, found: SeriesFound<'_>, form: Form) -> String {
    let report = SeriesReport {
        found,
        record: Some(record),
    };
    match form {
        Form::Page => export::series_html(&report),
        Form::Markdown => export::series_markdown(&report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_is_written() {
        assert_eq!(Form::of(Path::new("a/b.HTML")), Ok(Form::Page));
        assert_eq!(Form::of(Path::new("b.md")), Ok(Form::Markdown));
        for wrong in ["report", "report.pdf", ".html"] {
            let message = Form::of(Path::new(wrong)).unwrap_err();
            assert!(message.contains(".md"), "{message}");
        }
    }
}
