//! What resources cost, in words.

use crate::scenario::{CostBasis, PriceCard};
use crate::units::text;

/// The prices, what is paid for and of which day they are, in one line.
#[must_use]
pub fn prices(prices: &PriceCard) -> String {
    let currency = &prices.currency;
    let basis = match prices.basis {
        CostBasis::Consumed => "paid for what is used".to_owned(),
        CostBasis::Rented { vcpus, memory } => format!(
            "paid for {} vCPUs and {} set aside",
            text::given(vcpus),
            text::size(memory.0)
        ),
        CostBasis::Instance {
            per_hour,
            vcpus,
            memory,
        } => format!(
            "paid for the part of an instance that is filled, of {} vCPUs and {} at {} {currency} per hour",
            text::given(vcpus),
            text::size(memory.0),
            text::given(per_hour)
        ),
    };
    let of = if prices.date.is_empty() {
        String::new()
    } else {
        format!(", of {}", prices.date)
    };
    format!(
        "Prices: {} {currency} per core and hour, {} {currency} per GiB and hour, {basis}{of}",
        text::given(prices.per_vcpu_hour),
        text::given(prices.per_gib_hour),
    )
}

/// The demand that instances are counted for, in one line; none without any.
#[must_use]
pub fn target(prices: &PriceCard) -> Option<String> {
    let target = prices.target?;
    Some(format!(
        "Target: {} good tasks per second, with {} of each instance kept free",
        text::given(target.rate_per_sec),
        text::percent(target.headroom_ratio)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Target;
    use crate::units::Bytes;

    #[test]
    fn an_instance_is_told_with_its_price_its_day_and_the_demand() {
        let card = PriceCard {
            basis: CostBasis::Instance {
                per_hour: 0.192,
                vcpus: 4.0,
                memory: Bytes::from_mib(16 * 1024),
            },
            date: "2026-11-21".to_owned(),
            target: Some(Target {
                rate_per_sec: 500.0,
                headroom_ratio: 0.3,
            }),
            ..PriceCard::default()
        };
        assert_eq!(
            prices(&card),
            "Prices: 0.04 USD per core and hour, 0.005 USD per GiB and hour, paid for the part of an instance that \
             is filled, of 4 vCPUs and 16 GiB at 0.192 USD per hour, of 2026-11-21"
        );
        assert_eq!(
            target(&card).unwrap(),
            "Target: 500 good tasks per second, with 30.0 % of each instance kept free"
        );
        assert_eq!(target(&PriceCard::default()), None);
    }
}
