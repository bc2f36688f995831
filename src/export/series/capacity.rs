//! A search for the capacity as text, values and document.

use serde::Serialize;

use crate::analysis::{CapacityEnd, CapacityFigures, CapacityPlan, Figure, Held};
use crate::export::ExportError;
use crate::export::csv::{text as csv_text, written};
use crate::export::series::words::{aligned, cells, doubts, figure_text};
use crate::scenario::Scenario;
use crate::units::text;

/// What was found of each candidate, and every rate that was tried.
#[must_use]
pub fn capacity_text(plan: &CapacityPlan, figures: &[CapacityFigures]) -> String {
    let (percentile, _) = plan.percentile();
    let currency = &plan.base.prices.currency;
    let mut rows = vec![
        ["candidate", "capacity", "knee", "cost per 1k there"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for one in figures {
        rows.push(vec![
            one.name.clone(),
            text::or_missing(one.held_per_sec, text::per_sec),
            text::or_missing(one.knee_per_sec, text::per_sec),
            figure_text(one.cost_per_1k, |cost| text::money(cost, currency)),
        ]);
    }
    let mut parts = vec![aligned(&rows)];
    for one in figures {
        let label = percentile.label();
        let mut rows = vec![vec![
            "rate".to_owned(),
            "objectives".to_owned(),
            label.to_owned(),
            "goodput".to_owned(),
        ]];
        for probe in &one.probes {
            rows.push(vec![
                text::per_sec(probe.rate_per_sec),
                held_word(probe.held).to_owned(),
                figure_text(probe.response_nanos, text::nanos),
                figure_text(probe.goodput_per_sec, text::per_sec),
            ]);
        }
        parts.push(format!("{}\n{}", one.name, aligned(&rows)));
    }
    let mut lines: Vec<String> = figures.iter().map(CapacityFigures::sentence).collect();
    lines.extend(plan.left_out.iter().map(|objective| {
        format!(
            "The objective on {} is left out: no rate is too high for it",
            objective.label()
        )
    }));
    lines.extend(doubts(plan.doubts(), "probe"));
    parts.push(lines.join("\n") + "\n");
    parts.join("\n")
}

/// Whether the objectives hold, in a word.
pub(in crate::export) const fn held_word(held: Held) -> &'static str {
    match held {
        Held::Yes => "hold",
        Held::No => "missed",
        Held::Undecided => "undecided",
    }
}

/// One row per candidate and rate.
///
/// # Errors
/// If the table cannot be encoded, which would be an error of this program.
pub fn capacity_csv(
    plan: &CapacityPlan,
    figures: &[CapacityFigures],
) -> Result<String, ExportError> {
    let response = format!(
        "response_time_{}_nanos",
        plan.percentile().0.label().replace('.', "_")
    );
    let mut header = ["candidate", "rate_per_sec", "objectives", "visits"]
        .map(str::to_owned)
        .to_vec();
    for name in [response.as_str(), "goodput_per_sec"] {
        header.extend([
            name.to_owned(),
            format!("{name}_low"),
            format!("{name}_high"),
        ]);
    }
    let mut rows = Vec::new();
    for one in figures {
        for probe in &one.probes {
            let mut row = vec![
                csv_text(&one.name),
                probe.rate_per_sec.to_string(),
                held_word(probe.held).to_owned(),
                probe.visits.to_string(),
            ];
            row.extend(cells(probe.response_nanos));
            row.extend(cells(probe.goodput_per_sec));
            rows.push(row);
        }
    }
    written(&header, rows)
}

/// A search for programs. Null is "not known", never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CapacityDocument {
    /// Always "poolscope.capacity/1".
    pub schema: &'static str,
    /// Version of the program that wrote the document.
    pub version: &'static str,
    /// The scenario with the search.
    pub scenario: Scenario,
    /// The seed of all probes.
    pub seed: u64,
    /// The percentile of the response times.
    pub percentile: &'static str,
    /// Probes that are not to be trusted.
    pub probes_doubted: u64,
    /// What was found.
    pub candidates: Vec<CandidateCapacityDocument>,
}

/// The capacity of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CandidateCapacityDocument {
    /// Its name.
    pub name: String,
    /// `found`, `beyond_range`, `below_range` or `open`.
    pub end: &'static str,
    /// The highest rate that holds.
    pub held_per_sec: Option<f64>,
    /// The lowest rate that was not shown to hold.
    pub missed_per_sec: Option<f64>,
    /// The rate at the knee of the response time.
    pub knee_per_sec: Option<f64>,
    /// Price of 1,000 good tasks at the highest rate that holds.
    pub cost_per_1k: Option<Figure>,
    /// Every rate that was tried.
    pub probes: Vec<ProbeDocument>,
    /// In words.
    pub sentence: String,
}

/// A rate that was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProbeDocument {
    /// Tasks per second that were offered.
    pub rate_per_sec: f64,
    /// "hold", "missed" or "undecided".
    pub objectives: &'static str,
    /// How often it was measured.
    pub visits: u32,
    /// The response time at the percentile.
    pub response_time_nanos: Option<Figure>,
    /// Good tasks per second.
    pub goodput_per_sec: Option<Figure>,
}

/// The document of a search.
#[must_use]
pub fn capacity_document(plan: &CapacityPlan, figures: &[CapacityFigures]) -> CapacityDocument {
    let candidates = figures.iter().map(|one| CandidateCapacityDocument {
        name: one.name.clone(),
        end: match one.end {
            CapacityEnd::Found => "found",
            CapacityEnd::BeyondRange => "beyond_range",
            CapacityEnd::BelowRange => "below_range",
            CapacityEnd::Open => "open",
        },
        held_per_sec: one.held_per_sec,
        missed_per_sec: one.missed_per_sec,
        knee_per_sec: one.knee_per_sec,
        cost_per_1k: one.cost_per_1k,
        probes: one
            .probes
            .iter()
            .map(|probe| ProbeDocument {
                rate_per_sec: probe.rate_per_sec,
                objectives: held_word(probe.held),
                visits: probe.visits,
                response_time_nanos: probe.response_nanos,
                goodput_per_sec: probe.goodput_per_sec,
            })
            .collect(),
        sentence: one.sentence(),
    });
    CapacityDocument {
        schema: "poolscope.capacity/1",
        version: env!("CARGO_PKG_VERSION"),
        scenario: plan.scenario(),
        seed: plan.seed,
        percentile: plan.percentile().0.label(),
        probes_doubted: plan.doubts().runs().1,
        candidates: candidates.collect(),
    }
}
