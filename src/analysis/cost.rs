//! What 1,000 good tasks cost.
//!
//! Cost per 1k = price of the resources over the measurement ÷ good tasks × 1000. Failed tasks, retries and
//! drops used resources too and stay in the numerator. Network, storage and control planes are not priced.

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

/// What is paid for, in two words.
#[must_use]
pub const fn basis_label(prices: &PriceCard) -> &'static str {
    match prices.basis {
        CostBasis::Consumed => "resources used",
        CostBasis::Rented { .. } => "resources rented",
    }
}

/// What the resources cost per hour, in the card's currency; none if something that is paid for is unknown.
#[must_use]
pub fn price_per_hour(prices: &PriceCard, used: Resources) -> Option<f64> {
    // What costs nothing need not be known.
    let costs = |amount: Option<f64>, price: f64| {
        if price.abs() > 0.0 {
            amount.map(|amount| amount * price)
        } else {
            Some(0.0)
        }
    };
    let gib = |bytes: f64| bytes / BYTES_PER_GIB;
    let (cores, memory_gib) = match prices.basis {
        CostBasis::Consumed => (used.cpu_cores, used.memory_bytes.map(gib)),
        CostBasis::Rented { vcpus, memory } => (Some(vcpus), Some(gib(memory.0 as f64))),
    };
    Some(costs(cores, prices.per_vcpu_hour)? + costs(memory_gib, prices.per_gib_hour)?)
}

/// The price of 1,000 good tasks, in the card's currency; none while no task was good.
#[must_use]
pub fn cost_per_1k(prices: &PriceCard, used: Resources, good_per_sec: Option<f64>) -> Option<f64> {
    let good_per_sec = good_per_sec.filter(|rate| *rate > 0.0)?;
    Some(price_per_hour(prices, used)? / SECS_PER_HOUR / good_per_sec * 1_000.0)
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
}
