//! A report of a run, a sweep or a search for the capacity for people who were not there: a page of one file, and
//! Markdown for pull requests.
//!
//! The page holds everything: style, fonts, pictures, and the data behind each picture. It loads nothing, runs
//! nothing, and follows the reader's choice of light or dark; on paper it is light. The same run gives the same bytes.
//!
//! Everything that comes from a scenario, from tasks or from notes is text and is escaped as such.

mod charts;
mod comparing;
mod html;
mod markdown;
mod page;
mod sections;
mod series;
mod story;
#[cfg(test)]
mod tests;

use crate::analysis::{Side, TOLERANCE_RATIO};
use crate::run::Run;
use crate::run::record::Record;

pub use markdown::{comparison_markdown, report_markdown};
pub use series::{
    SeriesAnswer, SeriesFound, SeriesReport, series_answer, series_html, series_markdown,
};

/// What a report is of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a Run,
    /// What it is called in the library, if it is kept.
    pub id: Option<&'a str>,
    /// What it is called where it is compared.
    pub name: &'a str,
    /// The scenario's file as text.
    pub scenario_text: &'a str,
    /// Version of the program that measured it.
    pub version: &'a str,
    /// Its record, if it was kept.
    pub record: Option<&'a Record>,
    /// What it is held against, if anything.
    pub baseline: Option<Side<'a>>,
    /// Up to which share a measure may be worse than the baseline's.
    pub tolerance_ratio: f64,
}

impl<'a> Report<'a> {
    /// Of a run that was measured just now.
    #[must_use]
    pub fn of(run: &'a Run, scenario_text: &'a str) -> Self {
        Self {
            run,
            id: None,
            name: &run.request.scenario.title,
            scenario_text,
            version: env!("CARGO_PKG_VERSION"),
            record: None,
            baseline: None,
            tolerance_ratio: TOLERANCE_RATIO,
        }
    }

    /// Of a record; none if it holds no run.
    #[must_use]
    pub fn of_record(record: &'a Record) -> Option<Self> {
        Some(Self {
            name: record.title(),
            version: &record.header.app_version,
            record: Some(record),
            id: Some(&record.header.id),
            ..Self::of(record.run()?, &record.header.scenario)
        })
    }

    /// The same, held against `baseline`.
    #[must_use]
    pub const fn against(self, baseline: Side<'a>, tolerance_ratio: f64) -> Self {
        Self {
            baseline: Some(baseline),
            tolerance_ratio,
            ..self
        }
    }

    /// Its side of a comparison.
    #[must_use]
    pub const fn side(&self) -> Side<'a> {
        Side {
            run: self.run,
            name: self.name,
            version: self.version,
        }
    }
}

/// The report as one page.
#[must_use]
pub fn report_html(report: &Report<'_>) -> String {
    let story = story::Story::of(report);
    let front = page::Front::of(&story, page::Kind::Report);
    page::page(&front, &sections::all(&story))
}

/// Only what differs between a run and its baseline, as one page; none without a baseline.
#[must_use]
pub fn comparison_html(report: &Report<'_>) -> Option<String> {
    let story = story::Story::of(report);
    let sections = comparing::page_sections(&story)?;
    let front = page::Front::of(&story, page::Kind::Comparison);
    Some(page::page(&front, &sections))
}
