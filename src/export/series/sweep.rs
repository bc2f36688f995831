//! A sweep as text, values and document.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::{
    Crossing, Crossover, Figure, Measure, Scaling, ScalingFit, SweepFigures, SweepPlan, scaling,
};
use crate::export::csv::{text as csv_text, written};
use crate::export::series::words::{aligned, cells, doubts, figure_text};
use crate::export::{ExportError, measure_text};
use crate::scenario::{Scenario, Setting};
use crate::units::text;

/// Measures that the text has a table of; the documents have all.
pub(in crate::export) const TABLES: usize = 3;

/// Tables of the most important measures, where candidates change places, and the scaling laws.
#[must_use]
pub fn sweep_text(plan: &SweepPlan, figures: &SweepFigures) -> String {
    let mut parts = Vec::new();
    for measure in figures.measures.iter().take(TABLES) {
        parts.push(table(figures, *measure));
    }
    let mut lines: Vec<String> = Vec::new();
    let crossings = figures.crossings.iter();
    lines.extend(crossings.filter_map(|crossing| figures.sentence(crossing)));
    match scaling(plan) {
        Ok(all) => lines.extend(all.iter().flat_map(|one| scaling_lines(figures, one))),
        Err(why) => lines.extend(why.reason().map(str::to_owned)),
    }
    lines.extend(doubts(plan.doubts(), "visit"));
    let (done, all) = plan.progress();
    if done < all {
        lines.push(format!(
            "{} of {} were made: what is missing is told as no data",
            text::count(done as u64),
            text::counted(all as u64, "visit", "visits")
        ));
    }
    if !lines.is_empty() {
        parts.push(lines.join("\n") + "\n");
    }
    parts.join("\n")
}

fn table(figures: &SweepFigures, measure: Measure) -> String {
    let axes = figures
        .axes
        .iter()
        .map(|axis| axis.parameter.label().to_owned());
    let mut rows = vec![
        axes.chain(figures.candidates.iter().cloned())
            .collect::<Vec<_>>(),
    ];
    for (index, point) in figures.points.iter().enumerate() {
        let settings = figures.axes.iter().zip(&point.settings);
        let at = settings.map(|(axis, setting)| axis.text(*setting));
        let of = (0..figures.candidates.len()).map(|candidate| {
            figure_text(figures.figure(index, candidate, measure), |value| {
                measure_text(measure, value, &figures.currency)
            })
        });
        rows.push(at.chain(of).collect());
    }
    format!("{}\n{}", measure_title(measure), aligned(&rows))
}

/// A measure as it stands above its table.
pub(in crate::export) fn measure_title(measure: Measure) -> String {
    let label = measure.label();
    let mut title: String = label.chars().take(1).flat_map(char::to_uppercase).collect();
    title.extend(label.chars().skip(1));
    title
}

/// Speed-up and laws of one candidate, each a line.
pub(in crate::export) fn scaling_lines(figures: &SweepFigures, scaling: &Scaling) -> Vec<String> {
    let name = figures
        .candidates
        .get(scaling.candidate)
        .cloned()
        .unwrap_or_default();
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (scaling.points.first(), scaling.points.last()) {
        let base = if scaling.one_is_measured {
            String::new()
        } else {
            format!(
                ", by the law, as fewer than {} were not measured",
                text::number(first.workers)
            )
        };
        lines.push(format!(
            "'{name}': {} with {} workers, of which each works as {} of one alone{base}",
            text::factor(last.speedup.value),
            text::count(last.workers as u64),
            text::percent(last.efficiency_ratio.value)
        ));
    }
    let fits = [&scaling.amdahl, &scaling.universal].into_iter().flatten();
    lines.extend(fits.map(|fit| format!("'{name}': {}", fit.sentence())));
    lines
}

/// One row per point, candidate and measure; numbers as they are, what is not known is empty.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn sweep_csv(figures: &SweepFigures) -> Result<String, ExportError> {
    let axes = figures
        .axes
        .iter()
        .map(|axis| axis.parameter.word().to_owned());
    let rest = ["candidate", "rounds", "measure", "value", "low", "high"].map(str::to_owned);
    let header: Vec<String> = axes.chain(rest).collect();
    let mut rows = Vec::new();
    for (index, point) in figures.points.iter().enumerate() {
        for (candidate, name) in figures.candidates.iter().enumerate() {
            for measure in &figures.measures {
                let at = point
                    .settings
                    .iter()
                    .map(|setting| setting.amount().to_string());
                let what = [
                    csv_text(name),
                    point.rounds.to_string(),
                    measure.name().to_owned(),
                ];
                let values = cells(figures.figure(index, candidate, *measure));
                rows.push(at.chain(what).chain(values).collect());
            }
        }
    }
    written(&header, rows)
}

/// A sweep for programs. Null is "not known", never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepDocument {
    /// Always "poolscope.sweep/1".
    pub schema: &'static str,
    /// Version of the program that wrote the document.
    pub version: &'static str,
    /// The scenario with the sweep.
    pub scenario: Scenario,
    /// The seed of all orders and rounds.
    pub seed: u64,
    /// Visits that were made.
    pub visits: usize,
    /// Visits there are.
    pub visits_planned: usize,
    /// Visits that are not to be trusted.
    pub visits_doubted: u64,
    /// What is varied.
    pub axes: Vec<AxisDocument>,
    /// The candidates' names.
    pub candidates: Vec<String>,
    /// All points.
    pub points: Vec<PointDocument>,
    /// Where candidates change places.
    pub crossings: Vec<CrossingDocument>,
    /// How throughput grows with workers; empty for other parameters.
    pub scaling: Vec<ScalingDocument>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AxisDocument {
    /// What is varied, as it is written in a file.
    pub vary: &'static str,
    /// Its values.
    pub values: Vec<Setting>,
}

/// A point.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PointDocument {
    /// The value of each axis.
    pub settings: Vec<Setting>,
    /// How often it was visited.
    pub rounds: u32,
    /// By candidate: the figures by the measure's name; times in nanoseconds, sizes in bytes.
    pub figures: Vec<BTreeMap<&'static str, Option<Figure>>>,
}

/// Two candidates beside each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CrossingDocument {
    /// By what.
    pub measure: &'static str,
    /// Their names.
    pub candidates: [String; 2],
    /// `too_close`, `always` or `crosses`.
    pub kind: &'static str,
    /// Where they change places.
    pub places: Vec<Figure>,
    /// In words; null where they are too close to call.
    pub sentence: Option<String>,
}

/// The scaling of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ScalingDocument {
    /// Its name.
    pub candidate: String,
    /// By the number of workers: [workers, speed-up].
    pub speedup: Vec<(f64, Figure)>,
    /// Amdahl's law; null with fewer than three numbers of workers.
    pub amdahl: Option<FitDocument>,
    /// The Universal Scalability Law; null with fewer than four.
    pub universal: Option<FitDocument>,
}

/// A law that was fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FitDocument {
    /// Throughput of one worker.
    pub one_per_sec: Figure,
    /// σ.
    pub contention: Figure,
    /// κ.
    pub coherency: Figure,
    /// Workers with most throughput; null where more are always better.
    pub peak_workers: Option<Figure>,
    /// Not to be read beyond.
    pub limit_workers: f64,
    /// Root mean square of the relative errors.
    pub error_ratio: f64,
}

impl FitDocument {
    const fn of(fit: &ScalingFit) -> Self {
        Self {
            one_per_sec: fit.one_per_sec,
            contention: fit.contention,
            coherency: fit.coherency,
            peak_workers: fit.peak_workers,
            limit_workers: fit.limit_workers,
            error_ratio: fit.error_ratio,
        }
    }
}

/// The document of a sweep.
#[must_use]
pub fn sweep_document(plan: &SweepPlan, figures: &SweepFigures) -> SweepDocument {
    let laws = scaling(plan).unwrap_or_default();
    let (visits, visits_planned) = plan.progress();
    SweepDocument {
        schema: "poolscope.sweep/1",
        version: env!("CARGO_PKG_VERSION"),
        scenario: plan.scenario(),
        seed: plan.seed,
        visits,
        visits_planned,
        visits_doubted: plan.doubts().runs().1,
        axes: figures
            .axes
            .iter()
            .map(|axis| AxisDocument {
                vary: axis.parameter.word(),
                values: axis.settings.clone(),
            })
            .collect(),
        candidates: figures.candidates.clone(),
        points: points(figures),
        crossings: figures
            .crossings
            .iter()
            .map(|one| crossing(figures, one))
            .collect(),
        scaling: laws
            .iter()
            .map(|law| ScalingDocument {
                candidate: name_of(figures, law.candidate),
                speedup: law
                    .points
                    .iter()
                    .map(|point| (point.workers, point.speedup))
                    .collect(),
                amdahl: law.amdahl.as_ref().map(FitDocument::of),
                universal: law.universal.as_ref().map(FitDocument::of),
            })
            .collect(),
    }
}

fn name_of(figures: &SweepFigures, candidate: usize) -> String {
    figures
        .candidates
        .get(candidate)
        .cloned()
        .unwrap_or_default()
}

fn points(figures: &SweepFigures) -> Vec<PointDocument> {
    let of = |index: usize, candidate: usize| {
        let measures = figures.measures.iter();
        measures
            .map(|measure| (measure.name(), figures.figure(index, candidate, *measure)))
            .collect()
    };
    let points = figures.points.iter().enumerate();
    points
        .map(|(index, point)| PointDocument {
            settings: point.settings.clone(),
            rounds: point.rounds,
            figures: (0..figures.candidates.len())
                .map(|candidate| of(index, candidate))
                .collect(),
        })
        .collect()
}

fn crossing(figures: &SweepFigures, crossing: &Crossing) -> CrossingDocument {
    let (kind, places) = match &crossing.crossover {
        Crossover::TooClose => ("too_close", Vec::new()),
        Crossover::Always { .. } => ("always", Vec::new()),
        Crossover::At { places, .. } => ("crosses", places.clone()),
    };
    CrossingDocument {
        measure: crossing.measure.name(),
        candidates: [
            name_of(figures, crossing.pair.0),
            name_of(figures, crossing.pair.1),
        ],
        kind,
        places,
        sentence: figures.sentence(crossing),
    }
}
