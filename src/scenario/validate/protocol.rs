//! What the phases and the repeats must fulfil.

use crate::scenario::bounds::{MAX_REPEATS, MAX_TOTAL, MIN_MEASURE};
use crate::scenario::estimate::blocks;
use crate::scenario::validate::Checks;
use crate::scenario::{Protocol, Scenario};
use crate::units::text;

impl Checks {
    pub(super) fn protocol(&mut self, scenario: &Scenario) {
        let Protocol {
            warm_up,
            measure,
            drain,
            repeats,
            ..
        } = scenario.protocol;
        self.quantity("protocol.measure", measure, MIN_MEASURE..=MAX_TOTAL);
        self.count("protocol.repeats", repeats, 1..=u64::from(MAX_REPEATS));
        let block = u128::from(warm_up.0) + u128::from(measure.0) + u128::from(drain.0);
        let blocks = u128::from(blocks(scenario));
        let total = block * blocks;
        if measure <= MAX_TOTAL && total > u128::from(MAX_TOTAL.0) {
            self.error(
                "protocol",
                format!("all blocks together may take {}", text::nanos(total as f64)),
                format!("at most {MAX_TOTAL}: shorten the phases, or run fewer repeats"),
            );
        }
    }
}
