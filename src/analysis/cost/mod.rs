//! What 1,000 good tasks cost, and what a demand would cost.
//!
//! Cost per 1k = price of the resources over the measurement ÷ good tasks × 1000. Failed tasks, retries and
//! drops used resources too and stay in the numerator. Network, storage and control planes are not priced.
//!
//! Of an instance that is paid for as a whole, work takes as much as it takes of the resource that it needs the larger
//! share of: the dominant share of Ghodsi et al., "Dominant Resource Fairness" (2011).

mod figures;
mod sizing;

pub use figures::CostFigures;
pub use sizing::{Demand, HOURS_PER_MONTH, Sizing, sizing};

use serde::Serialize;

use crate::scenario::{CostBasis, PriceCard};

const SECS_PER_HOUR: f64 = 3_600.0;
const BYTES_PER_GIB: f64 = 1_073_741_824.0;

/// What a candidate used, on average over a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resources {
    /// Cores kept busy; none if unknown.
    pub cpu_cores: Option<f64>,
    /// Memory in all, in bytes; none if unknown.
    pub memory_bytes: Option<f64>,
}

/// One of the two that are priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Processor cores.
    Cores,
    /// Memory.
    Memory,
}

/// A price with its two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priced {
    /// For cores, in the card's currency.
    pub cpu: f64,
    /// For memory, in the card's currency.
    pub memory: f64,
    /// Of which of the two an instance is filled first; none where no instance is paid for.
    pub dominant: Option<Resource>,
}

impl Priced {
    /// Both parts.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.cpu + self.memory
    }

    /// Both parts, so many times.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            cpu: self.cpu * factor,
            memory: self.memory * factor,
            ..self
        }
    }
}

/// What is paid for, in two words.
#[must_use]
pub const fn basis_label(prices: &PriceCard) -> &'static str {
    match prices.basis {
        CostBasis::Consumed => "resources used",
        CostBasis::Rented { .. } => "resources rented",
        CostBasis::Instance { .. } => "share of an instance",
    }
}

/// What is used costs per hour; none if something that is paid for is unknown.
#[must_use]
pub fn consumed_per_hour(prices: &PriceCard, used: Resources) -> Option<Priced> {
    match prices.basis {
        CostBasis::Consumed | CostBasis::Rented { .. } => by_unit(prices, used),
        CostBasis::Instance {
            per_hour,
            vcpus,
            memory,
        } => {
            let cores = used.cpu_cores? / vcpus;
            let bytes = used.memory_bytes? / memory.0 as f64;
            let dominant = if cores >= bytes {
                Resource::Cores
            } else {
                Resource::Memory
            };
            let share = cores.max(bytes);
            Some(instance(prices, per_hour, vcpus, memory.0 as f64, dominant).times(share))
        }
    }
}

/// What is set aside costs per hour, used or not: what the card rents, whole instances, or, if it rents nothing, all
/// of a machine with `machine`'s cores and memory. None if that is unknown.
#[must_use]
pub fn rented_per_hour(prices: &PriceCard, machine: Resources, used: Resources) -> Option<Priced> {
    match prices.basis {
        CostBasis::Consumed => by_unit(prices, machine),
        CostBasis::Rented { vcpus, memory } => by_unit(
            prices,
            Resources {
                cpu_cores: Some(vcpus),
                memory_bytes: Some(memory.0 as f64),
            },
        ),
        CostBasis::Instance { per_hour, .. } => {
            let part = consumed_per_hour(prices, used)?;
            // What fills none needs one.
            let whole = (part.total() / per_hour).ceil().max(1.0) * per_hour;
            Some(if part.total() > 0.0 {
                part.times(whole / part.total())
            } else {
                part
            })
        }
    }
}

/// What the resources cost per hour by the card's basis, in its currency; none if something that is paid for is
/// unknown.
#[must_use]
pub fn price_per_hour(prices: &PriceCard, used: Resources) -> Option<f64> {
    let bill = match prices.basis {
        CostBasis::Consumed | CostBasis::Instance { .. } => consumed_per_hour(prices, used),
        // The machine says nothing of what the card sets aside.
        CostBasis::Rented { .. } => rented_per_hour(prices, used, used),
    };
    Some(bill?.total())
}

/// The price of 1,000 good tasks by the card's basis, in its currency; none while no task was good.
///
/// # A worked example
///
/// 100 good tasks a second keep two cores and 4 GiB busy, on instances of 4 vCPUs and 16 GiB at 0.192 USD an hour:
///
/// ```
/// use poolscope::analysis::{Resource, Resources, consumed_per_hour, cost_per_1k};
/// use poolscope::scenario::{CostBasis, PriceCard};
/// use poolscope::units::Bytes;
///
/// let prices = PriceCard {
///     basis: CostBasis::Instance { per_hour: 0.192, vcpus: 4.0, memory: Bytes::from_mib(16 * 1024) },
///     ..PriceCard::default()
/// };
/// let used = Resources { cpu_cores: Some(2.0), memory_bytes: Some(4.0 * 1024.0 * 1024.0 * 1024.0) };
/// // Half of the cores and a quarter of the memory: the cores decide, and half of the instance is paid for.
/// let hourly = consumed_per_hour(&prices, used).unwrap();
/// assert!((hourly.total() - 0.096).abs() < 1e-12);
/// assert_eq!(hourly.dominant, Some(Resource::Cores));
/// // 0.096 USD an hour for 360,000 tasks.
/// let per_1k = cost_per_1k(&prices, used, Some(100.0)).unwrap();
/// assert!((per_1k - 0.096 / 360.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn cost_per_1k(prices: &PriceCard, used: Resources, good_per_sec: Option<f64>) -> Option<f64> {
    Some(price_per_hour(prices, used)? * hours_per_1k(good_per_sec)?)
}

/// For how many hours 1,000 good tasks keep the resources; none while no task was good.
pub(super) fn hours_per_1k(good_per_sec: Option<f64>) -> Option<f64> {
    let good_per_sec = good_per_sec.filter(|rate| *rate > 0.0)?;
    Some(1_000.0 / good_per_sec / SECS_PER_HOUR)
}

/// Cores and memory at the card's prices of each.
fn by_unit(prices: &PriceCard, amount: Resources) -> Option<Priced> {
    // What costs nothing need not be known.
    let costs = |amount: Option<f64>, price: f64| {
        if price.abs() > 0.0 {
            amount.map(|amount| amount * price)
        } else {
            Some(0.0)
        }
    };
    let gib = amount.memory_bytes.map(|bytes| bytes / BYTES_PER_GIB);
    Some(Priced {
        cpu: costs(amount.cpu_cores, prices.per_vcpu_hour)?,
        memory: costs(gib, prices.per_gib_hour)?,
        dominant: None,
    })
}

/// An instance, its price divided as the card's prices of cores and memory stand to each other; where those are all
/// zero, the price belongs to what is filled first.
fn instance(
    prices: &PriceCard,
    per_hour: f64,
    vcpus: f64,
    memory_bytes: f64,
    dominant: Resource,
) -> Priced {
    let cpu = vcpus * prices.per_vcpu_hour;
    let memory = memory_bytes / BYTES_PER_GIB * prices.per_gib_hour;
    let share = if cpu + memory > 0.0 {
        cpu / (cpu + memory)
    } else {
        f64::from(u8::from(dominant == Resource::Cores))
    };
    Priced {
        cpu: per_hour * share,
        memory: per_hour * (1.0 - share),
        dominant: Some(dominant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn card(basis: CostBasis) -> PriceCard {
        PriceCard {
            basis,
            ..PriceCard::default()
        }
    }

    const USED: Resources = Resources {
        cpu_cores: Some(4.0),
        memory_bytes: Some(8.0 * BYTES_PER_GIB),
    };

    #[test]
    fn four_cores_and_eight_gib_at_500_good_tasks_a_second_cost_0_000111_per_1k() {
        let rented = CostBasis::Rented {
            vcpus: 4.0,
            memory: Bytes::from_mib(8 * 1024),
        };
        for basis in [CostBasis::Consumed, rented] {
            let hourly = price_per_hour(&card(basis), USED).unwrap();
            assert!((hourly - 0.20).abs() < 1e-12);
            let cost = cost_per_1k(&card(basis), USED, Some(500.0)).unwrap();
            assert!((cost - 0.000_111_111).abs() < 1e-9, "{cost}");
        }
    }

    #[test]
    fn without_a_good_task_or_a_known_resource_there_is_no_cost() {
        let consumed = card(CostBasis::Consumed);
        assert_eq!(cost_per_1k(&consumed, USED, Some(0.0)), None);
        assert_eq!(cost_per_1k(&consumed, USED, None), None);
        let unknown = Resources {
            memory_bytes: None,
            ..USED
        };
        assert_eq!(cost_per_1k(&consumed, unknown, Some(1.0)), None);
        let free_memory = PriceCard {
            per_gib_hour: 0.0,
            ..consumed
        };
        assert!(cost_per_1k(&free_memory, unknown, Some(1.0)).is_some());
    }

    #[test]
    fn what_is_used_and_what_is_set_aside_are_both_priced_by_every_card() {
        let machine = Resources {
            cpu_cores: Some(8.0),
            memory_bytes: Some(16.0 * BYTES_PER_GIB),
        };
        // A card that rents nothing sets aside the machine.
        let consumed = card(CostBasis::Consumed);
        let rented = rented_per_hour(&consumed, machine, USED).unwrap();
        assert!((rented.cpu - 0.32).abs() < 1e-12 && (rented.memory - 0.08).abs() < 1e-12);
        let used = consumed_per_hour(&consumed, USED).unwrap();
        assert!((used.cpu - 0.16).abs() < 1e-12 && (used.memory - 0.04).abs() < 1e-12);
        // One that rents still knows what was used.
        let fixed = card(CostBasis::Rented {
            vcpus: 6.0,
            memory: Bytes::from_mib(1024),
        });
        assert_eq!(consumed_per_hour(&fixed, USED), Some(used));
        let set_aside = rented_per_hour(&fixed, machine, USED).unwrap();
        assert!((set_aside.total() - 0.245).abs() < 1e-12);
    }

    #[test]
    fn an_instance_is_filled_by_what_it_has_least_of_and_rented_as_a_whole() {
        let instance = card(CostBasis::Instance {
            per_hour: 1.0,
            vcpus: 16.0,
            memory: Bytes::from_mib(4 * 1024),
        });
        // A quarter of its cores, and twice its memory.
        let part = consumed_per_hour(&instance, USED).unwrap();
        assert!((part.total() - 2.0).abs() < 1e-12);
        assert_eq!(part.dominant, Some(Resource::Memory));
        // The parts stand as 16 × 0.04 to 4 × 0.005.
        assert!((part.cpu / part.memory - 32.0).abs() < 1e-9);
        let third = Resources {
            memory_bytes: Some(9.0 * BYTES_PER_GIB),
            ..USED
        };
        let whole = rented_per_hour(&instance, USED, third).unwrap();
        assert!((whole.total() - 3.0).abs() < 1e-12);
        let idle = Resources {
            cpu_cores: Some(0.001),
            memory_bytes: Some(1.0),
        };
        assert!((rented_per_hour(&instance, USED, idle).unwrap().total() - 1.0).abs() < 1e-12);
        let unknown = Resources {
            memory_bytes: None,
            ..USED
        };
        assert_eq!(consumed_per_hour(&instance, unknown), None);
    }
}
