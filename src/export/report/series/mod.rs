//! A report of a sweep, or of a search for the capacity: the same page and the same Markdown as of a run, with what
//! was varied, what follows, charts over it, and every point.

mod capacity;
mod charts;
mod markdown;
mod story;
mod sweep;
#[cfg(test)]
mod tests;

use crate::analysis::{CapacityFigures, CapacityPlan, Doubts, SweepFigures, SweepPlan};
use crate::export::report::html::table;
use crate::export::report::page::{Front, Section, page};
use crate::export::report::sections::{described, scenario_file, seeds_and_steps, words};
use crate::export::report::series::story::{PointTable, SeriesStory};
use crate::export::report::story::{machine_card, prices_words};
use crate::run::Series;
use crate::run::record::Record;

pub use markdown::series_markdown;

/// What a series found.
#[derive(Debug, Clone, Copy)]
pub enum SeriesFound<'a> {
    /// A sweep.
    Sweep(&'a SweepPlan, &'a SweepFigures),
    /// A search for the capacity.
    Capacity(&'a CapacityPlan, &'a [CapacityFigures]),
}

impl<'a> SeriesFound<'a> {
    const fn series(&self) -> &'a Series {
        match self {
            Self::Sweep(plan, _) => plan.series(),
            Self::Capacity(plan, _) => plan.series(),
        }
    }

    const fn doubts(&self) -> &'a Doubts {
        match self {
            Self::Sweep(plan, _) => plan.doubts(),
            Self::Capacity(plan, _) => plan.doubts(),
        }
    }

    /// What one of its runs is called.
    const fn step(&self) -> &'static str {
        match self {
            Self::Sweep(..) => "visit",
            Self::Capacity(..) => "probe",
        }
    }
}

/// What a report of a series is of.
#[derive(Debug, Clone, Copy)]
pub struct SeriesReport<'a> {
    /// What it found.
    pub found: SeriesFound<'a>,
    /// Its record, if it was kept.
    pub record: Option<&'a Record>,
}

/// What a series answers, in the words of its report, without its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesAnswer {
    /// The answer in a few words.
    pub headline: String,
    /// Why nothing must be decided by it; none where the figures can be trusted.
    pub stamp: Option<String>,
    /// How many runs are not to be trusted, and then each reason; empty if all are.
    pub doubts: Vec<String>,
    /// What is not there, and why.
    pub missing: Vec<String>,
    /// What a search was to hold.
    pub demands: Vec<String>,
}

/// What the series answers.
#[must_use]
pub fn series_answer(report: &SeriesReport<'_>) -> SeriesAnswer {
    let story = SeriesStory::of(report);
    let doubts = story.doubts();
    SeriesAnswer {
        stamp: story.stamp_and_place().map(|(stamp, _)| stamp),
        doubts: doubts.iter().map(|line| line.trim().to_owned()).collect(),
        headline: story.told.headline,
        missing: story.told.missing,
        demands: match report.found {
            SeriesFound::Sweep(..) => Vec::new(),
            SeriesFound::Capacity(plan, _) => capacity::demands(plan),
        },
    }
}

/// The report as one page.
#[must_use]
pub fn series_html(report: &SeriesReport<'_>) -> String {
    let story = SeriesStory::of(report);
    let front = Front {
        kicker: match report.found {
            SeriesFound::Sweep(..) => "poolscope report of a sweep",
            SeriesFound::Capacity(..) => "poolscope report of a search for the capacity",
        },
        scenario: &story.scenario,
        facts: story.facts(),
        stamp: story.stamp(),
        version: story.version(),
    };
    let sections = [
        verdict(&story),
        described(story.told.how, &story.what_was_measured()),
        charts::section(&story),
        points(&story),
        trust(&story),
        machine(&story),
        scenario_file(&story.file(), &story.scenario_text),
        seeds_and_steps(&story.seeds(), story.steps_again()),
        words(&story::WORDS_OF_SERIES),
    ];
    page(&front, &sections)
}

fn verdict(story: &SeriesStory<'_>) -> Section {
    Section::new("verdict", "Verdict", |html| {
        let stamp = story.stamp();
        let class = stamp.as_ref().map_or(story.told.class, |_| "verdict bad");
        html.within("div", &[("class", class)], |html| {
            html.leaf("p", &[("class", "headline")], &story.told.headline);
            if let Some(stamp) = stamp {
                html.paragraph(&format!("Do not decide by it: {stamp}."));
            }
        });
        for (about, sentences) in &story.told.conclusions {
            if !about.is_empty() {
                html.leaf("h3", &[], about);
            }
            html.list(sentences.iter().map(|sentence| format!("{sentence}.")));
        }
    })
}

fn points(story: &SeriesStory<'_>) -> Section {
    Section::new("points", story.told.points_title, |html| {
        html.paragraph(story.told.points_about);
        for PointTable {
            title,
            columns,
            rows,
        } in &story.told.tables
        {
            table(html, title, columns, rows);
        }
        let prices = prices_words(&story.scenario.prices);
        html.leaf("p", &[("class", "note")], &format!("Prices: {prices}."));
        let (file, content) = story.values_file();
        // Cells are strings: nothing of it can fail, and without a file there are still the tables.
        if let Ok(content) = content {
            html.within("p", &[], |html| {
                html.download(&format!("Save as {file}"), file, "text/csv", &content);
            });
        }
    })
}

fn trust(story: &SeriesStory<'_>) -> Section {
    Section::new("trust", "Trust, and what is missing", |html| {
        let doubts = story.doubts();
        match doubts.split_first() {
            None => html.paragraph(&format!(
                "No limit was passed in any {}: the load was reached, the instrument was light, and nothing else used \
                 the machine beyond what is tolerated.",
                story.report.found.step()
            )),
            Some((first, reasons)) => {
                html.paragraph(first);
                html.list(reasons.iter().map(|reason| reason.trim()));
            }
        }
        if story.told.missing.is_empty() {
            html.paragraph("Nothing is missing.");
        } else {
            html.list(story.told.missing.iter().map(|what| format!("{what}.")));
        }
    })
}

fn machine(story: &SeriesStory<'_>) -> Section {
    Section::new("machine", "Machine", |html| {
        if story.machines.is_empty() {
            html.paragraph("Not known: no runner came up to tell.");
        }
        for machine in &story.machines {
            html.terms("card", &machine_card(machine));
        }
    })
}
