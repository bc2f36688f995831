//! The document of `run --json` and `run.json`: all figures of a run, for programs.
//!
//! Its form is promised to the outside; its JSON Schema is `assets/run.schema.json`, generated from the types
//! here and held by a test. A change that could break a reader raises the number in [`SCHEMA`].

mod candidate;
mod cost;
mod interpreter;
mod resilience;
mod trust;
mod verdict;

use serde::Serialize;

use crate::analysis::{self, candidate_figures, noise_floor, objective_results};
use crate::export::ExportError;
use crate::run::{Machine, Run};
use crate::scenario::{Load, Scenario};

pub use candidate::{
    CandidateDocument, CounterDocument, PercentileIntervals, PercentilesDocument, PoolDocument,
    SteadinessDocument, TimeSplitDocument,
};
pub use cost::{CostDocument, SizingDocument};
pub use interpreter::{CollectionsDocument, InterpreterLockDocument};
pub use resilience::{
    AttemptsDocument, BreakerDocument, FaultDocument, FindingDocument, ResilienceDocument,
};
pub(super) use resilience::{recovery_nanos, recovery_word};
pub use trust::{NoiseFloorDocument, NoiseOfDocument, TrustDocument, TrustLineDocument};
pub use verdict::{
    DecidingDocument, DecidingFigureDocument, ObjectiveDocument, ObjectiveResultDocument,
    TextbookDocument, VerdictDocument,
};

/// Name and version of the document's form.
pub const SCHEMA: &str = "poolscope.run/1";

/// All figures of a run. Null is "not known", never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// Always "poolscope.run/1".
    pub schema: &'static str,
    /// Version of the program that wrote the document.
    pub version: &'static str,
    /// When the run began, in seconds since 1970 (UTC).
    pub started_unix_secs: u64,
    /// Whether all blocks are over; a document of a live run covers what had arrived.
    pub ended: bool,
    /// Whether the run was stopped before its end.
    pub stopped: bool,
    /// The scenario as it was run.
    pub scenario: Scenario,
    /// The machine; null if no runner came up.
    pub machine: Option<Machine>,
    /// The seed of the run.
    pub seed: u64,
    /// What response times can tell under this load.
    pub response_times: ResponseTimes,
    /// The candidates that were asked for, in the scenario's order.
    pub candidates: Vec<CandidateDocument>,
    /// The objectives of the scenario, in its order, and how each candidate stands to them; empty without any.
    pub objectives: Vec<ObjectiveDocument>,
    /// How far two measurements of the same candidate differed; null if it was not asked for or is not known.
    pub noise_floor: Option<NoiseFloorDocument>,
    /// How far the run can be trusted.
    pub trust: TrustDocument,
    /// What follows.
    pub verdict: VerdictDocument,
}

/// What response times can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResponseTimes {
    /// Open loads: what callers see at that demand, from the instant at which they wanted to start.
    Open,
    /// Closed loads: clients wait for their answers and send less when it gets slow, so that overload does not
    /// show. Not to be compared with those of open loads.
    ClosedHideOverload,
    /// Batches: all tasks are due at once, so that most of a response time is the wait for one's turn.
    Batch,
}

impl ResponseTimes {
    const fn of(load: &Load) -> Self {
        match load {
            Load::Open { .. } | Load::Profile { .. } => Self::Open,
            Load::Closed { .. } => Self::ClosedHideOverload,
            Load::Batch { .. } => Self::Batch,
        }
    }
}

/// All figures of `run`.
#[must_use]
pub fn document(run: &Run) -> Document {
    let figures = candidate_figures(run);
    let trust = analysis::trust(run);
    let names = run.request.scenario.candidate_names();
    let noise_floor = noise_floor(run);
    let objectives = verdict::objectives(run, &figures, &objective_results(run, &figures));
    let verdict = analysis::verdict(run, &figures, &trust);
    Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        started_unix_secs: run.started_unix_secs,
        ended: run.ended,
        stopped: run.stopped,
        scenario: run.request.scenario.clone(),
        machine: run.machine.clone(),
        seed: run.request.seed,
        response_times: ResponseTimes::of(&run.request.scenario.load),
        candidates: figures.into_iter().map(CandidateDocument::from).collect(),
        objectives,
        noise_floor: noise_floor.map(|floor| NoiseFloorDocument::of(&floor, &names)),
        trust: TrustDocument::from(trust),
        verdict: verdict.into(),
    }
}

/// The document as JSON, indented, ending with a line feed.
///
/// # Errors
/// If it cannot be encoded, which would be an error of this program.
pub fn json(run: &Run) -> Result<String, ExportError> {
    Ok(serde_json::to_string_pretty(&document(run))? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    /// Where the schema lies in the sources.
    const SCHEMA_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/run.schema.json");

    #[test]
    fn the_schema_in_assets_is_that_of_the_types() {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let schema = settings.into_generator().into_root_schema_for::<Document>();
        let generated = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(SCHEMA_FILE, &generated).unwrap();
        }
        let kept = std::fs::read_to_string(SCHEMA_FILE).unwrap_or_default();
        assert!(
            kept == generated,
            "run with UPDATE_EXPECT=1 to write assets/run.schema.json anew"
        );
    }

    #[test]
    fn what_is_not_known_is_null_and_a_figure_has_its_interval() {
        let document = serde_json::to_value(document(&support::sample_run())).unwrap();
        let candidates = &document["candidates"];
        assert!(candidates[4]["throughput_per_sec"].is_null());
        assert!(candidates[0]["makespan_nanos"].is_null());
        let throughput = &candidates[0]["throughput_per_sec"];
        assert!(
            throughput["value"].is_f64()
                && throughput["low"].is_null()
                && throughput["high"].is_null()
        );
        assert_eq!(candidates[2]["status"], "failed");
        assert_eq!(document["verdict"]["kind"], "not_trustworthy");
        assert_eq!(document["scenario"]["protocol"]["measure"], "6s");
    }
}
