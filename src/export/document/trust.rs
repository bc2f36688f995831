//! Trust and the noise floor in the document.

use serde::Serialize;

use crate::analysis::{Bound, NoiseFloor, NoiseOf, Trust, TrustLine, TrustUnit};

/// How far the run can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrustDocument {
    /// Whether no limit was passed.
    pub trustworthy: bool,
    /// Which limits were passed.
    pub reasons: Vec<String>,
    /// What was looked at, each with its limit.
    pub lines: Vec<TrustLineDocument>,
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

/// One thing that was looked at: of all blocks the worst one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TrustLineDocument {
    /// Its name, such as `achieved_over_offered`.
    pub name: &'static str,
    /// What is looked at, for people.
    pub what: &'static str,
    /// What was found; null if not known.
    pub value: Option<f64>,
    /// What it is held against; null if there is nothing to hold.
    pub limit: Option<f64>,
    /// On which side of the limit the value is good.
    pub bound: Bound,
    /// What value and limit count.
    pub unit: TrustUnit,
    /// Whether the value is within its limit; null if one of them is not known.
    pub passed: Option<bool>,
    /// The block that the value is from; null if it is of the whole run.
    pub worst: Option<String>,
}

/// How far two measurements of the same candidate differed: smaller differences do not count.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoiseFloorDocument {
    /// The candidate that was measured twice in each repeat.
    pub candidate: String,
    /// One entry per measure.
    pub measures: Vec<NoiseOfDocument>,
}

/// The noise floor of one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoiseOfDocument {
    /// Which: `throughput`, `goodput`, `response_time_p50`, `response_time_p95`, `response_time_p99`,
    /// `cpu_per_task`, `memory_per_worker` or `cost_per_1k`.
    pub measure: &'static str,
    /// The second measurement over the first.
    pub ratio: f64,
    /// How far the 95 % interval of that ratio goes away from 1; null with fewer than three repeats.
    pub floor_ratio: Option<f64>,
}

impl NoiseFloorDocument {
    pub(super) fn of(floor: &NoiseFloor, names: &[String]) -> Self {
        let one = |noise: &NoiseOf| NoiseOfDocument {
            measure: noise.measure.name(),
            ratio: noise.ratio,
            floor_ratio: noise.floor_ratio,
        };
        Self {
            candidate: names.get(floor.candidate).cloned().unwrap_or_default(),
            measures: floor.measures.iter().map(one).collect(),
        }
    }
}

impl From<Trust> for TrustDocument {
    fn from(trust: Trust) -> Self {
        Self {
            trustworthy: trust.trustworthy,
            reasons: trust.reasons,
            lines: trust
                .lines
                .into_iter()
                .map(TrustLineDocument::from)
                .collect(),
            achieved_over_offered_ratio: trust.achieved_over_offered_ratio,
            schedule_delay_p99_nanos: trust.schedule_delay_p99_nanos,
            observer_cpu_cores: trust.observer_cpu_cores,
            instrument_cpu_cores: trust.instrument_cpu_cores,
            snapshots_lost: trust.snapshots_lost,
            ticks_skipped: trust.ticks_skipped,
        }
    }
}

impl From<TrustLine> for TrustLineDocument {
    fn from(line: TrustLine) -> Self {
        Self {
            name: line.name,
            what: line.what,
            value: line.value,
            limit: line.limit,
            bound: line.bound,
            unit: line.unit,
            passed: line.passed,
            worst: line.worst,
        }
    }
}
