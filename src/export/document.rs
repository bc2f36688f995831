//! The document of `run --json` and `run.json`: all figures of a run, for programs.
//!
//! Its form is promised to the outside; its JSON Schema is `assets/run.schema.json`, generated from the types
//! here and held by a test. A change that could break a reader raises the number in [`SCHEMA`].

use serde::Serialize;

use crate::analysis::{
    CandidateFigures, CandidateStatus, Summary, Trust, VerdictKind, candidate_figures, trust,
    verdict,
};
use crate::export::{ExportError, status_word};
use crate::run::{Counts, Machine, MemoryKind, Run};
use crate::scenario::Scenario;

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
    /// The candidates that were asked for, in the scenario's order.
    pub candidates: Vec<CandidateDocument>,
    /// Results of the objectives; empty, since this version's scenarios cannot set any.
    pub objectives: Vec<serde_json::Value>,
    /// How far the run can be trusted.
    pub trust: TrustDocument,
    /// What follows.
    pub verdict: VerdictDocument,
}

/// A figure with its interval.
///
/// This version does not compute intervals yet: `low` and `high` are null, also with several repeats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower end of the interval over the repeats; null where not known.
    pub low: Option<f64>,
    /// Upper end of the interval over the repeats; null where not known.
    pub high: Option<f64>,
}

/// The figures of one candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CandidateDocument {
    /// Its name in the scenario.
    pub name: String,
    /// The kind of back end: sequential, threads, processes or async.
    pub backend: &'static str,
    /// How many threads, processes or event loops.
    pub workers: u32,
    /// waiting, live, done, stopped or failed.
    pub status: &'static str,
    /// Why it failed; null unless it did.
    pub cause: Option<String>,
    /// The tasks that became due in the measurements; all 0 if none did, as where nothing was measured.
    pub counts: Counts,
    /// Tasks that ended within the measurement, per second; of a batch, per second of the makespan.
    pub throughput_per_sec: Option<Figure>,
    /// The good ones of them.
    pub goodput_per_sec: Option<Figure>,
    /// Intended start to finish.
    pub response_time_nanos: PercentilesDocument,
    /// Start to finish.
    pub service_time_nanos: PercentilesDocument,
    /// Admission to start.
    pub queue_wait_nanos: PercentilesDocument,
    /// Intended start to offer: the generator's lateness.
    pub schedule_delay_nanos: PercentilesDocument,
    /// Time to ready of the back end, mean over the blocks.
    pub cold_start_nanos: Option<f64>,
    /// Batches: start to the end of the last task, mean over the blocks; null for other loads.
    pub makespan_nanos: Option<Figure>,
    /// Batches: makespan of the sequential candidate over this one's; null without a sequential candidate.
    pub speedup: Option<Figure>,
    /// Cores that the back end kept busy, mean over the measurement.
    pub cpu_cores_used: Option<Figure>,
    /// Mean over the measurement.
    pub memory_per_worker_bytes: Option<Figure>,
    /// Largest sample.
    pub memory_per_worker_peak_bytes: Option<f64>,
    /// Runner and workers together, mean over the measurement.
    pub memory_total_bytes: Option<f64>,
    /// How memory per worker was found; null if it is not known.
    pub memory_kind: Option<MemoryKind>,
    /// Price of 1,000 good tasks, in the currency of the scenario's price card; null while none was good.
    pub cost_per_1k: Option<Figure>,
    /// How many workers died.
    pub worker_deaths: u32,
    /// The first failures of tasks and incidents.
    pub remarks: Vec<String>,
}

/// The figures of a distribution, in nanoseconds; null where the sample is too small.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PercentilesDocument {
    /// Median.
    pub p50: Option<u64>,
    /// 90th percentile.
    pub p90: Option<u64>,
    /// 95th percentile.
    pub p95: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
    /// 99.9th percentile.
    pub p99_9: Option<u64>,
    /// Largest value.
    pub max: Option<u64>,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// How many values.
    pub count: u64,
}

/// How far the run can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrustDocument {
    /// Whether no limit was passed.
    pub trustworthy: bool,
    /// Which limits were passed.
    pub reasons: Vec<String>,
    /// Open loads: tasks that became due over those that the rate asks for, of the worst block.
    pub achieved_over_offered_ratio: Option<f64>,
    /// 99th percentile of the generator's lateness.
    pub schedule_delay_p99_nanos: Option<u64>,
    /// Cores that the window or the command line used while it measured.
    pub observer_cpu_cores: Option<f64>,
    /// Cores that generator, sampler and snapshots used.
    pub instrument_cpu_cores: Option<f64>,
    /// Snapshots that never arrived.
    pub snapshots_lost: u64,
    /// Ticks of 100 ms at which no snapshot could be sent.
    pub ticks_skipped: u64,
}

/// What follows from the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VerdictDocument {
    /// What kind of answer it is.
    pub kind: VerdictKind,
    /// The candidates that are chosen; empty where nothing is decided.
    pub candidates: Vec<String>,
    /// The reason, for people.
    pub why: String,
}

/// All figures of `run`.
#[must_use]
pub fn document(run: &Run) -> Document {
    let figures = candidate_figures(run);
    let trust = trust(run);
    let verdict = verdict(run, &figures, &trust);
    Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        started_unix_secs: run.started_unix_secs,
        ended: run.ended,
        stopped: run.stopped,
        scenario: run.request.scenario.clone(),
        machine: run.machine.clone(),
        seed: run.request.seed,
        candidates: figures.into_iter().map(CandidateDocument::from).collect(),
        objectives: Vec::new(),
        trust: TrustDocument::from(trust),
        verdict: VerdictDocument {
            kind: verdict.kind,
            candidates: verdict.candidates,
            why: verdict.why,
        },
    }
}

/// The document as JSON, indented, ending with a line feed.
///
/// # Errors
/// If it cannot be encoded, which would be an error of this program.
pub fn json(run: &Run) -> Result<String, ExportError> {
    Ok(serde_json::to_string_pretty(&document(run))? + "\n")
}

/// Without an interval.
fn plain(value: Option<f64>) -> Option<Figure> {
    value.map(|value| Figure {
        value,
        low: None,
        high: None,
    })
}

impl From<CandidateFigures> for CandidateDocument {
    fn from(figures: CandidateFigures) -> Self {
        let status = status_word(&figures.status);
        let cause = match figures.status {
            CandidateStatus::Failed { cause } => Some(cause),
            _ => None,
        };
        Self {
            name: figures.name,
            backend: figures.backend,
            workers: figures.workers,
            status,
            cause,
            counts: figures.counts,
            throughput_per_sec: plain(figures.throughput_per_sec),
            goodput_per_sec: plain(figures.goodput_per_sec),
            response_time_nanos: figures.response_time_nanos.into(),
            service_time_nanos: figures.service_time_nanos.into(),
            queue_wait_nanos: figures.queue_wait_nanos.into(),
            schedule_delay_nanos: figures.schedule_delay_nanos.into(),
            cold_start_nanos: figures.cold_start_nanos,
            makespan_nanos: plain(figures.makespan_nanos),
            speedup: plain(figures.speedup),
            cpu_cores_used: plain(figures.cpu_cores_used),
            memory_per_worker_bytes: plain(figures.memory_per_worker_bytes),
            memory_per_worker_peak_bytes: figures.memory_per_worker_peak_bytes,
            memory_total_bytes: figures.memory_total_bytes,
            memory_kind: figures.memory_kind,
            cost_per_1k: plain(figures.cost_per_1k),
            worker_deaths: figures.worker_deaths,
            remarks: figures.remarks,
        }
    }
}

impl From<Summary> for PercentilesDocument {
    fn from(summary: Summary) -> Self {
        let Summary {
            count,
            p50,
            p90,
            p95,
            p99,
            p99_9,
            max,
            mean,
        } = summary;
        Self {
            p50,
            p90,
            p95,
            p99,
            p99_9,
            max,
            mean,
            count,
        }
    }
}

impl From<Trust> for TrustDocument {
    fn from(trust: Trust) -> Self {
        Self {
            trustworthy: trust.trustworthy,
            reasons: trust.reasons,
            achieved_over_offered_ratio: trust.achieved_over_offered_ratio,
            schedule_delay_p99_nanos: trust.schedule_delay_p99_nanos,
            observer_cpu_cores: trust.observer_cpu_cores,
            instrument_cpu_cores: trust.instrument_cpu_cores,
            snapshots_lost: trust.snapshots_lost,
            ticks_skipped: trust.ticks_skipped,
        }
    }
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
