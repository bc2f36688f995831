//! `report`: a run as one page, or as Markdown.

use std::path::Path;

use anyhow::Context;

use crate::cli::compare::open_plain;
use crate::cli::compare_args::ReportArgs;
use crate::cli::{Exit, Output};
use crate::export::{self, Report};

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
    let Some(record) = open_plain(&args.run, out)? else {
        return Ok(Exit::Usage);
    };
    let baseline = match &args.baseline {
        None => None,
        Some(word) => match open_plain(word, out)? {
            None => return Ok(Exit::Usage),
            baseline => baseline,
        },
    };
    let mut report = Report::of_record(&record).context("the record has a run")?;
    if let Some(baseline) = baseline.as_ref().and_then(Report::of_record) {
        report = report.against(baseline.side(), args.tolerance.tolerance.0);
    }
    let content = match form {
        Form::Page => export::report_html(&report),
        Form::Markdown => export::report_markdown(&report),
    };
    export::write_file(&args.out, content.as_bytes())?;
    out.message(format_args!("The report is in '{}'.", args.out.display()));
    Ok(Exit::Success)
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
