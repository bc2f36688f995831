//! Cost in the document.

use serde::Serialize;

use crate::analysis::{CostFigures, Figure, Resource, Sizing};

/// What a candidate costs, in the currency of the scenario's prices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CostDocument {
    /// Of 1,000 good tasks, by the resources that were used; null if something that is paid for is not known.
    pub consumed_per_1k: Option<Figure>,
    /// Of 1,000 good tasks, by what is set aside: what the price card rents, whole instances, or else the machine.
    pub rented_per_1k: Option<Figure>,
    /// The part of `cost_per_1k` that is for cores.
    pub cpu_per_1k: Option<f64>,
    /// The part of `cost_per_1k` that is for memory.
    pub memory_per_1k: Option<f64>,
    /// Which of the two fills an instance first; null where no instance is paid for.
    pub dominant: Option<Resource>,
    /// What the price card's target would need; null without one.
    pub target: Option<SizingDocument>,
}

/// What a demand needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SizingDocument {
    /// Good tasks per second that are to be served.
    pub rate_per_sec: f64,
    /// Share of each instance that is kept free.
    pub headroom_ratio: f64,
    /// Cores that are busy at that rate.
    pub cpu_cores: f64,
    /// Workers that are busy at that rate.
    pub workers: u64,
    /// Memory in all, in bytes.
    pub memory_bytes: f64,
    /// How many instances; null where the price card knows none.
    pub instances: Option<u32>,
    /// Which of the two decided.
    pub decided_by: Resource,
    /// What it costs in a month of 730 hours.
    pub per_month: f64,
}

impl From<CostFigures> for CostDocument {
    fn from(figures: CostFigures) -> Self {
        let CostFigures {
            consumed_per_1k,
            rented_per_1k,
            cpu_per_1k,
            memory_per_1k,
            dominant,
            sizing,
        } = figures;
        Self {
            consumed_per_1k,
            rented_per_1k,
            cpu_per_1k,
            memory_per_1k,
            dominant,
            target: sizing.map(SizingDocument::from),
        }
    }
}

impl From<Sizing> for SizingDocument {
    fn from(sizing: Sizing) -> Self {
        Self {
            rate_per_sec: sizing.rate_per_sec,
            headroom_ratio: sizing.headroom_ratio,
            cpu_cores: sizing.cores,
            workers: sizing.workers,
            memory_bytes: sizing.memory_bytes,
            instances: sizing.instances,
            decided_by: sizing.decided_by,
            per_month: sizing.per_month,
        }
    }
}
