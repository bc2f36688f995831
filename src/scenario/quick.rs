//! The quick form of a scenario: the same in short, for a first impression.

use crate::scenario::bounds::MIN_EVERY;
use crate::scenario::{Fault, Inject, Load, Scenario};
use crate::units::Nanos;

/// The phases of the quick form: enough for a picture, not for a verdict.
const QUICK_WARM_UP: Nanos = Nanos::from_millis(300);
const QUICK_MEASURE: Nanos = Nanos::from_secs(2);
const QUICK_DRAIN: Nanos = Nanos::from_secs(2);

impl Scenario {
    /// The quick form: short phases and one repeat, for a first impression. A batch keeps its tasks and
    /// the time it may take; a profile keeps its shape, with shorter parts if the measurement is cut, and
    /// faults come and go at about the same share of it: the lengths of both are cut to what people write, see
    /// [`Nanos::in_round_numbers`]. Times of attempts and defences stay what they are.
    #[must_use]
    pub fn quick(&self) -> Self {
        let mut quick = self.clone();
        let protocol = &mut quick.protocol;
        protocol.warm_up = protocol.warm_up.min(QUICK_WARM_UP);
        protocol.drain = protocol.drain.min(QUICK_DRAIN);
        protocol.repeats = protocol.repeats.min(1);
        if !self.load.is_batch() {
            protocol.measure = protocol.measure.min(QUICK_MEASURE);
        }
        if protocol.measure < self.protocol.measure {
            let share = protocol.measure.0 as f64 / self.protocol.measure.0 as f64;
            let shorten =
                |time: Nanos| Nanos((time.0 as f64 * share).ceil() as u64).in_round_numbers();
            if let Load::Profile { parts, .. } = &mut quick.load {
                for part in parts {
                    part.set_length(shorten(part.length()));
                }
            }
            for fault in &mut quick.faults {
                fault.shorten(shorten);
            }
        }
        quick
    }
}

impl Fault {
    /// Moves and shortens it on the line of time; what it does to one attempt stays.
    fn shorten(&mut self, shorten: impl Fn(Nanos) -> Nanos) {
        let begin = self.from;
        self.from = shorten(begin);
        // By its length, so that even the shortest window has an inside.
        self.until = self.until.map(|until| {
            let length = shorten(Nanos(until.0.saturating_sub(begin.0)));
            Nanos(self.from.0.saturating_add(length.0))
        });
        let (Inject::KillWorker { every } | Inject::StallWorker { every, .. }) = &mut self.inject
        else {
            return;
        };
        *every = every.map(|every| shorten(every).max(MIN_EVERY));
        if let Inject::StallWorker { length, .. } = &mut self.inject {
            *length = shorten(*length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::estimate::estimate_run_nanos;
    use crate::scenario::{bundled_named, parse};

    fn scenario(file: &str) -> Scenario {
        parse(bundled_named(file).unwrap().text).scenario.unwrap()
    }

    #[test]
    fn the_quick_form_is_short_and_keeps_a_batch_whole() {
        let quick = scenario("first_look").quick();
        assert_eq!(quick.protocol.measure, QUICK_MEASURE);
        assert!(estimate_run_nanos(&quick) < 15_000_000_000);
        let batch = scenario("prime_check");
        assert_eq!(batch.quick().load, batch.load);
        assert_eq!(batch.quick().protocol.measure, batch.protocol.measure);
    }

    #[test]
    fn the_quick_form_of_a_profile_keeps_its_shape() {
        let mut scenario = scenario("first_look");
        scenario.load = Load::Profile {
            arrivals: crate::scenario::Arrivals::Poisson,
            parts: vec![
                crate::scenario::ProfilePart::Pause {
                    length: Nanos::from_secs(6),
                },
                crate::scenario::ProfilePart::Step {
                    rate_per_sec: 100.0,
                    length: Nanos::from_secs(2),
                },
            ],
        };
        let quick = scenario.quick();
        assert_eq!(
            quick.load.mean_rate_per_sec(),
            scenario.load.mean_rate_per_sec()
        );
        assert_eq!(
            quick.load.tasks_within(Nanos::from_millis(1_500).0),
            Some(0.0)
        );
        assert_eq!(quick.load.tasks_within(Nanos::from_secs(2).0), Some(50.0));
    }

    #[test]
    fn the_quick_form_keeps_faults_at_the_same_share_of_the_measurement() {
        let mut scenario = scenario("first_look");
        scenario.protocol.measure = Nanos::from_secs(20);
        let secs = Nanos::from_secs;
        let fault = |inject, from, until| Fault {
            from,
            until,
            ..Fault::new(inject)
        };
        let added = secs(1);
        let slow = Inject::Slow { factor: 1.0, added };
        let stall = |length, every| Inject::StallWorker { length, every };
        scenario.faults = vec![
            fault(slow, secs(5), Some(secs(7))),
            fault(stall(secs(2), Some(secs(4))), secs(10), None),
            fault(
                Inject::KillWorker {
                    every: Some(MIN_EVERY),
                },
                Nanos(1),
                Some(Nanos(2)),
            ),
        ];
        let millis = Nanos::from_millis;
        let quick = scenario.quick();
        assert_eq!(
            quick.faults,
            [
                fault(slow, millis(500), Some(millis(700))),
                fault(stall(millis(200), Some(millis(400))), secs(1), None),
                fault(
                    Inject::KillWorker {
                        every: Some(MIN_EVERY),
                    },
                    Nanos(1),
                    Some(Nanos(2)),
                ),
            ]
        );
        // Of thirds of a measurement, what a person would write.
        scenario.protocol.measure = secs(15);
        scenario.faults = vec![fault(slow, secs(2), Some(secs(4)))];
        let cut = fault(slow, millis(260), Some(millis(520)));
        assert_eq!(scenario.quick().faults, [cut]);
        // A batch is not cut, and neither are its faults.
        scenario.load = Load::Batch {
            tasks: 10,
            chunk: 1,
        };
        assert_eq!(scenario.quick().faults, scenario.faults);
    }
}
