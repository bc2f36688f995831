//! What a candidate must fulfil, in words.

use crate::scenario::Scenario;
use crate::units::text;

/// One line: `Objectives: p99 of the response time at most 50 ms; …`; none where nothing is demanded.
pub(super) fn objectives(scenario: &Scenario) -> Option<String> {
    let currency = &scenario.prices.currency;
    let demands: Vec<String> = scenario
        .objectives
        .iter()
        .map(|objective| objective.demand(currency))
        .collect();
    if demands.is_empty() {
        return None;
    }
    let goodput = match scenario.good_within() {
        Some(bound) => format!(
            "; goodput counts what is answered within {}",
            text::span(bound.0)
        ),
        None => String::new(),
    };
    Some(format!("Objectives: {}{goodput}", demands.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Objective, bundled_named, parse};
    use crate::units::{Nanos, Percentile};

    #[test]
    fn demands_are_told_in_one_line_with_what_they_do_to_goodput() {
        let mut scenario = parse(bundled_named("image_pipeline").unwrap().text)
            .scenario
            .unwrap();
        scenario.objectives.clear();
        assert_eq!(objectives(&scenario), None);
        scenario.objectives = vec![
            Objective::ResponseTime {
                percentile: Percentile::P95,
                at_most: Nanos::from_millis(250),
            },
            Objective::DropRatio { at_most: 0.0 },
        ];
        assert_eq!(
            objectives(&scenario).unwrap(),
            "Objectives: p95 of the response time at most 250 ms; drop ratio at most 0 %; goodput counts what is \
             answered within 250 ms"
        );
    }
}
