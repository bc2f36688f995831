//! What resources cost, and what for.

use serde::{Deserialize, Serialize};

use crate::units::Bytes;

/// What resources cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PriceCard {
    /// Three letters, such as USD.
    pub currency: String,
    /// One virtual core for an hour.
    pub per_vcpu_hour: f64,
    /// One GiB of memory for an hour.
    pub per_gib_hour: f64,
    /// What is paid for.
    pub basis: CostBasis,
    /// Where the prices come from.
    pub source: String,
    /// Of which day they are, as 2026-11-21; empty if that is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The demand for which instances are counted; none are if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

impl Default for PriceCard {
    fn default() -> Self {
        Self {
            currency: "USD".to_owned(),
            per_vcpu_hour: 0.04,
            per_gib_hour: 0.005,
            basis: CostBasis::Consumed,
            source: "round figures near the list prices of large clouds, 2026".to_owned(),
            date: String::new(),
            target: None,
        }
    }
}

/// What is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum CostBasis {
    /// The core seconds and the memory that were used.
    #[default]
    Consumed,
    /// Cores and memory that are set aside, used or not.
    Rented {
        /// How many virtual cores.
        vcpus: f64,
        /// How much memory.
        memory: Bytes,
    },
    /// An instance at a price of its own: paid for is the share of it that the work fills, by whichever of cores and
    /// memory it needs the larger share of. The card's prices of cores and memory then only divide the price of the
    /// instance into its two parts.
    Instance {
        /// One instance for an hour.
        per_hour: f64,
        /// Its virtual cores.
        vcpus: f64,
        /// Its memory.
        memory: Bytes,
    },
}

/// A demand that is to be served.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Good tasks per second.
    pub rate_per_sec: f64,
    /// Share of each instance that is kept free, below 1.
    #[serde(default = "default_headroom")]
    pub headroom_ratio: f64,
}

/// As operators usually plan: a third more demand still fits.
const fn default_headroom() -> f64 {
    0.3
}
