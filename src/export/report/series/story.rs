//! What a report of a series tells, in words: the same for a page and for Markdown.

use crate::analysis::{Figure, differing_machines};
use crate::export::ExportError;
use crate::export::report::html::{Cell, Column, TableRow};
use crate::export::report::series::{SeriesFound, SeriesReport, capacity, sweep};
use crate::export::report::story::{
    file_of, kept_as, load_and_time, machine_words, what_is_measured,
};
use crate::export::series::words::doubts;
use crate::export::{capacity_csv, sweep_csv};
use crate::run::Machine;
use crate::scenario::{Scenario, to_text};
use crate::units::text;

/// Machines that are shown: a series that goes from hand to hand is nothing to decide by.
const MACHINES_MAX: usize = 4;

/// All that a report of a series is written from.
#[derive(Debug)]
pub(super) struct SeriesStory<'a> {
    pub(super) report: &'a SeriesReport<'a>,
    /// The scenario with what was varied.
    pub(super) scenario: Scenario,
    /// Its file.
    pub(super) scenario_text: String,
    /// The machines that measured it: one, unless another one was asked for in between.
    pub(super) machines: Vec<&'a Machine>,
    pub(super) told: Told,
}

/// What sweeps tell in one way and searches in another.
#[derive(Debug)]
pub(super) struct Told {
    /// The answer in a few words.
    pub(super) headline: String,
    /// The class of the verdict.
    pub(super) class: &'static str,
    /// By what it is about, or nothing: sentences without their full stops.
    pub(super) conclusions: Vec<(String, Vec<String>)>,
    /// What was varied, for the facts at the head: its name, and how.
    pub(super) varied: (&'static str, String),
    /// How it was measured.
    pub(super) how: &'static str,
    pub(super) points_title: &'static str,
    pub(super) points_about: &'static str,
    pub(super) tables: Vec<PointTable>,
    /// What is not there, and why: sentences without their full stops.
    pub(super) missing: Vec<String>,
    /// Why figures cover less than was asked for; none if they do not.
    pub(super) incomplete: Option<String>,
    /// The command that does it again.
    pub(super) command: &'static str,
}

/// A table of points.
#[derive(Debug)]
pub(super) struct PointTable {
    pub(super) title: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<TableRow>,
}

impl<'a> SeriesStory<'a> {
    pub(super) fn of(report: &'a SeriesReport<'a>) -> Self {
        let (scenario, told) = match report.found {
            SeriesFound::Sweep(plan, figures) => (plan.scenario(), sweep::told(plan, figures)),
            SeriesFound::Capacity(plan, figures) => {
                (plan.scenario(), capacity::told(plan, figures))
            }
        };
        let text = report.record.map(|record| record.header.scenario.clone());
        Self {
            report,
            scenario_text: text.unwrap_or_else(|| to_text(&scenario)),
            scenario,
            machines: machines(report.found),
            told,
        }
    }

    /// Version of the program that measured.
    pub(super) fn version(&self) -> &'a str {
        let kept = self.report.record;
        kept.map_or(env!("CARGO_PKG_VERSION"), |record| {
            &record.header.app_version
        })
    }

    /// When the first run of it began, for people.
    pub(super) fn measured(&self) -> String {
        let points = self.report.found.series().points().iter();
        let begun = points.map(|point| point.run.started_unix_secs).min();
        begun.map_or_else(|| "not yet".to_owned(), text::date_time)
    }

    /// The machine in a line.
    pub(super) fn machine(&self) -> String {
        match self.machines.as_slice() {
            [] => "a machine that is not known: no runner came up".to_owned(),
            [one] => machine_words(one),
            [first, others @ ..] => format!(
                "{}; and on {}",
                machine_words(first),
                text::counted(others.len() as u64, "other machine", "other machines")
            ),
        }
    }

    /// What somebody who was not there must know first.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let (varied, how) = &self.told.varied;
        let mut facts = vec![
            ("Measured", self.measured()),
            ("On", self.machine()),
            (*varied, how.clone()),
        ];
        // Of the time a scenario tells what a plain run of it would take.
        let load = load_and_time(&self.scenario).into_iter();
        facts.extend(load.filter(|(name, _)| *name != "Time"));
        let protocol = &self.scenario.protocol;
        let [warm_up, measure, drain] =
            [protocol.warm_up, protocol.measure, protocol.drain].map(|time| text::span(time.0));
        facts.push((
            "Time",
            format!("in each block warm-up {warm_up}, measurement {measure}, drain up to {drain}"),
        ));
        facts.extend(self.report.record.map(kept_as).unwrap_or_default());
        facts.extend(self.told.incomplete.clone().map(|why| ("Incomplete", why)));
        let owned = facts.into_iter();
        owned.map(|(term, what)| (term.to_owned(), what)).collect()
    }

    /// What a task does, how tasks come, and who carries them out; what is said of the time and of what was varied stands
    /// at the head.
    pub(super) fn what_was_measured(&self) -> Vec<String> {
        let mut plain = self.scenario.clone();
        plain.sweep = None;
        plain.capacity = None;
        let mut lines = what_is_measured(&plain);
        lines.retain(|line| !line.starts_with("Time: "));
        lines
    }

    /// Why nothing must be decided by the figures, and where; none where they can be trusted.
    pub(super) fn stamp(&self) -> Option<String> {
        let (stamp, place) = self.stamp_and_place()?;
        Some(format!("{stamp}, under {place}"))
    }

    /// Why nothing must be decided by the figures, and the section that tells more.
    pub(super) fn stamp_and_place(&self) -> Option<(String, &'static str)> {
        let (runs, doubted) = self.report.found.doubts().runs();
        if self.machines.len() > 1 {
            return Some(("it was measured on several machines".to_owned(), "Machine"));
        }
        let step = self.report.found.step();
        self.report.found.doubts().are_many().then(|| {
            let stamp = format!(
                "{} of {} passed a limit",
                text::count(doubted),
                text::counted(runs, step, &format!("{step}s"))
            );
            (stamp, "Trust")
        })
    }

    /// Why runs are not to be trusted, the first line with how many; none if all are.
    pub(super) fn doubts(&self) -> Vec<String> {
        doubts(self.report.found.doubts(), self.report.found.step())
    }

    /// A name for the scenario's file.
    pub(super) fn file(&self) -> String {
        file_of(&self.scenario)
    }

    /// All figures as a file: its name, and its content.
    pub(super) fn values_file(&self) -> (&'static str, Result<String, ExportError>) {
        match self.report.found {
            SeriesFound::Sweep(_, figures) => ("sweep.csv", sweep_csv(figures)),
            SeriesFound::Capacity(plan, figures) => ("capacity.csv", capacity_csv(plan, figures)),
        }
    }

    /// The seed, and what follows from it.
    pub(super) fn seeds(&self) -> Vec<(String, String)> {
        let told = [
            ("Seed", self.scenario.protocol.seed.to_string()),
            (
                "What follows from it",
                "arrivals, distributions, failures, and the order of points and candidates in each round; not what the \
                 machine does"
                    .to_owned(),
            ),
        ];
        told.map(|(term, what)| (term.to_owned(), what)).into()
    }

    /// How the figures can be had again: what to do, and the command for it.
    pub(super) fn steps_again(&self) -> Vec<(String, String)> {
        let (file, command) = (self.file(), self.told.command);
        let mut steps = vec![
            (
                format!("Save the scenario of this report as {file}, and see what it would do."),
                format!("poolscope check {file}"),
            ),
            (
                "Do it again with the same seed; the results are in the folder afterwards."
                    .to_owned(),
                format!("poolscope {command} {file} --out results"),
            ),
        ];
        if let (Some(record), Some(_)) = (self.report.record, &self.told.incomplete) {
            steps.push((
                "Or go on with this one, on the machine that began it and has its record."
                    .to_owned(),
                format!("poolscope {command} --resume {}", record.header.id),
            ));
        }
        steps
    }
}

/// The machines of all blocks, those that are alike once.
fn machines(found: SeriesFound<'_>) -> Vec<&Machine> {
    let mut machines: Vec<&Machine> = Vec::new();
    let points = found.series().points().iter();
    let blocks = points.flat_map(|point| &point.run.blocks);
    for started in blocks.filter_map(|block| block.started.as_ref()) {
        let is_known = machines.iter().any(|known| {
            let differing = differing_machines(known, &started.machine);
            !differing.iter().any(|fact| fact.is_of_machine)
        });
        if !is_known && machines.len() < MACHINES_MAX {
            machines.push(&started.machine);
        }
    }
    machines
}

/// A figure with its interval below.
pub(super) fn cell(figure: Option<Figure>, told: impl Fn(f64) -> String) -> Cell {
    let Some(figure) = figure else {
        return Cell::of(text::MISSING, "close");
    };
    let below = figure.ends().map_or_else(String::new, |(low, high)| {
        format!("{} to {}", told(low), told(high))
    });
    Cell {
        below,
        ..Cell::of(told(figure.value), "")
    }
}

/// What words of series mean.
pub(super) const WORDS_OF_SERIES: [(&str, &str); 5] = [
    (
        "Round, visit, probe",
        "A round visits every point of a sweep once, in an order drawn from the seed; a visit is an ordinary run of all candidates. A probe is a run of one candidate at one rate.",
    ),
    (
        "Change of places",
        "Where the curves of two candidates cross. Its interval comes from curves drawn around the measured points, and takes three rounds.",
    ),
    (
        "Capacity",
        "The highest rate at which all objectives were shown to hold. The true one lies between it and the next rate, at which they do not, or not surely.",
    ),
    (
        "Knee",
        "The rate at which rate over response time is largest: beyond it, waiting grows faster than what is done.",
    ),
    (
        "Amdahl's and the Universal Scalability Law",
        "Laws of how throughput grows with workers. Contention is the share that only one can do at a time; coherency is what workers cost each other. Beyond its mark a law must not be read.",
    ),
];
