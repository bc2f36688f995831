//! What objectives and prices must fulfil, and what can never be decided.

use std::collections::HashSet;

use crate::scenario::bounds::{MAX_MEMORY, MAX_RATE, MAX_TOTAL};
use crate::scenario::validate::Checks;
use crate::scenario::{CostBasis, Load, Objective, PriceCard, Scenario, Target};
use crate::units::{Bytes, Nanos, Percentile, text};

/// The shortest time that can be told from none.
const NANOSECOND: Nanos = Nanos(1);

impl Checks {
    pub(super) fn objectives(&mut self, scenario: &Scenario) {
        let mut seen = HashSet::new();
        for (index, objective) in scenario.objectives.iter().enumerate() {
            let path = format!("objectives[{index}]");
            if !seen.insert(objective.name()) {
                self.error(
                    &path,
                    format!("the {} is bounded twice", objective.label()),
                    "remove one of the two",
                );
            }
            self.objective(&path, objective, scenario);
        }
    }

    fn objective(&mut self, path: &str, objective: &Objective, scenario: &Scenario) {
        let at_most = format!("{path}.at_most");
        let at_least = format!("{path}.at_least");
        match *objective {
            Objective::ResponseTime {
                percentile,
                at_most: bound,
            } => {
                self.quantity(&at_most, bound, NANOSECOND..=MAX_TOTAL);
                self.enough_samples(&format!("{path}.percentile"), percentile, scenario);
            }
            Objective::Throughput { at_least: bound } | Objective::Goodput { at_least: bound } => {
                self.least_rate(&at_least, bound, scenario);
            }
            Objective::ErrorRatio { at_most: bound } => self.share(&at_most, bound),
            Objective::DropRatio { at_most: bound } => {
                self.share(&at_most, bound);
                if scenario.load.is_batch() {
                    self.warning(
                        path,
                        "a batch is a list of which nothing is dropped: every candidate meets this",
                        "remove it, or bound the error ratio",
                    );
                }
            }
            Objective::MemoryPerWorker { at_most: bound } => {
                self.quantity(&at_most, bound, Bytes(1)..=MAX_MEMORY);
            }
            Objective::Makespan { at_most: bound } => self.makespan(path, bound, scenario),
            Objective::CostPer1k { at_most: bound } => self.positive(&at_most, bound, "the bound"),
        }
    }

    /// A rate that can be reached at all.
    fn least_rate(&mut self, path: &str, bound: f64, scenario: &Scenario) {
        self.positive(path, bound, "the bound");
        if bound > MAX_RATE {
            let rate = text::per_sec(bound);
            let hint = format!("at most {}", text::per_sec(MAX_RATE));
            self.error(path, format!("{rate} is more than can be generated"), hint);
        } else if let Some(offered) = scenario.load.mean_rate_per_sec()
            && bound > offered
        {
            self.warning(
                path,
                format!(
                    "only {} become due, so that no candidate can meet it",
                    text::per_sec(offered)
                ),
                "lower the bound, or raise the rate of the load",
            );
        }
    }

    fn makespan(&mut self, path: &str, bound: Nanos, scenario: &Scenario) {
        let at_most = format!("{path}.at_most");
        self.quantity(&at_most, bound, NANOSECOND..=MAX_TOTAL);
        if !scenario.load.is_batch() {
            self.error(
                path,
                "only a batch has a makespan",
                "bound the response time, or take load: Batch(…)",
            );
        } else if bound > scenario.protocol.measure {
            self.warning(
                at_most,
                format!(
                    "the batch is cut after {}, before the bound: what takes longer stays undecided",
                    text::span(scenario.protocol.measure.0)
                ),
                "raise protocol.measure",
            );
        }
    }

    /// Warns of a percentile that cannot become known.
    fn enough_samples(&mut self, path: &str, percentile: Percentile, scenario: &Scenario) {
        let in_a_block = match scenario.load {
            Load::Batch { tasks, .. } => Some(tasks as f64),
            Load::Open { .. } | Load::Profile { .. } => {
                scenario.load.tasks_within(scenario.protocol.measure.0)
            }
            // How many it will be is what the run finds out.
            Load::Closed { .. } => None,
        };
        let Some(tasks) = in_a_block.map(|tasks| tasks * f64::from(scenario.protocol.repeats))
        else {
            return;
        };
        let needed = percentile.samples_needed() as f64;
        if tasks > 0.0 && tasks < needed {
            self.warning(
                path,
                format!(
                    "about {} tasks are measured and {} needs {}: it will stay undecided",
                    text::number(tasks),
                    percentile.label(),
                    text::number(needed)
                ),
                "measure longer, repeat more often, or take a lower percentile",
            );
        }
    }

    pub(super) fn prices(&mut self, prices: &PriceCard) {
        let currency = &prices.currency;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let message = "a currency has three capital letters";
            self.error("prices.currency", message, "write it like USD or EUR");
        }
        self.price("prices.per_vcpu_hour", prices.per_vcpu_hour);
        self.price("prices.per_gib_hour", prices.per_gib_hour);
        match prices.basis {
            CostBasis::Consumed => {}
            CostBasis::Rented { vcpus, .. } => {
                self.positive("prices.basis.vcpus", vcpus, "the number of rented cores");
            }
            CostBasis::Instance {
                per_hour,
                vcpus,
                memory,
            } => {
                self.price("prices.basis.per_hour", per_hour);
                self.positive("prices.basis.vcpus", vcpus, "the number of its cores");
                if memory.0 == 0 {
                    self.error("prices.basis.memory", "an instance has memory", "");
                }
            }
        }
        self.prose("prices.source", &prices.source);
        if !prices.date.is_empty() && !is_date(&prices.date) {
            self.error(
                "prices.date",
                "it is no date",
                "write year, month and day like 2026-11-21",
            );
        }
        if let Some(target) = prices.target {
            self.target(target);
        }
    }

    fn target(&mut self, target: Target) {
        let path = "prices.target.rate_per_sec";
        self.positive(path, target.rate_per_sec, "the rate");
        if !(0.0..1.0).contains(&target.headroom_ratio) {
            self.error(
                "prices.target.headroom_ratio",
                format!("{} is no headroom", text::given(target.headroom_ratio)),
                "write 0 for none, or the share that is kept free, below 1",
            );
        }
    }

    fn price(&mut self, path: &str, price: f64) {
        if !(price.is_finite() && price >= 0.0) {
            self.error(path, "a price must not be negative", "write 0 or more");
        }
    }
}

/// Whether `text` is a day of the calendar as 2026-11-21.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(digits) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or_default();
    match parts[..] {
        [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => {
            let (year, month) = (number(year), number(month));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month {
                4 | 6 | 9 | 11 => 30,
                2 if leap => 29,
                2 => 28,
                _ => 31,
            };
            (1..=12).contains(&month) && (1..=days).contains(&number(day))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Problem, bundled_named, parse, validate};

    /// What is said of the bundled scenario `file` with these objectives.
    fn said(file: &str, objectives: Vec<Objective>) -> Vec<String> {
        let mut scenario = parse(bundled_named(file).unwrap().text).scenario.unwrap();
        scenario.objectives = objectives;
        let told = |problem: &Problem| format!("{}: {}", problem.path, problem.message);
        validate(&scenario).iter().map(told).collect()
    }

    #[test]
    fn a_bound_is_set_once_and_makes_sense_for_the_load() {
        use Percentile::{P50, P99, P999};
        let response = |percentile| Objective::ResponseTime {
            percentile,
            at_most: Nanos::from_millis(50),
        };
        assert_eq!(
            said("image_pipeline", vec![response(P50), response(P99)]),
            [""; 0]
        );
        assert_eq!(
            said("image_pipeline", vec![response(P99), response(P99)]),
            ["objectives[1]: the p99 of the response time is bounded twice"]
        );
        let makespan = Objective::Makespan {
            at_most: Nanos::from_secs(1),
        };
        assert_eq!(
            said("image_pipeline", vec![makespan]),
            ["objectives[0]: only a batch has a makespan"]
        );
        assert_eq!(said("twenty_calls", vec![makespan]), [""; 0]);
        assert_eq!(
            said("twenty_calls", vec![response(P999)]).len(),
            1,
            "three batches of twenty have no p99.9"
        );
        let impossible = Objective::Goodput { at_least: 100.0 };
        assert_eq!(
            said("image_pipeline", vec![impossible]),
            ["objectives[0].at_least: only 72.0 /s become due, so that no candidate can meet it"]
        );
    }

    #[test]
    fn bounds_are_finite_and_in_their_range() {
        for objective in [
            Objective::ResponseTime {
                percentile: Percentile::P50,
                at_most: Nanos::ZERO,
            },
            Objective::Throughput { at_least: 0.0 },
            Objective::Goodput { at_least: f64::NAN },
            Objective::Goodput { at_least: 1e9 },
            Objective::ErrorRatio { at_most: 1.5 },
            Objective::DropRatio { at_most: -0.1 },
            Objective::MemoryPerWorker { at_most: Bytes(0) },
            Objective::CostPer1k { at_most: 0.0 },
        ] {
            let said = said("image_pipeline", vec![objective]);
            assert_eq!(said.len(), 1, "{objective:?}: {said:?}");
        }
    }

    #[test]
    fn days_of_the_calendar_are_dates() {
        for date in ["2026-11-21", "2024-02-29", "2000-02-29"] {
            assert!(is_date(date), "{date}");
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "21.11.2026",
            "2026-1-1",
            "2026-00-10",
            "+026-01-01",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn an_instance_and_a_target_are_checked_with_the_prices() {
        let mut scenario = parse(bundled_named("first_look").unwrap().text)
            .scenario
            .unwrap();
        scenario.prices.basis = CostBasis::Instance {
            per_hour: -1.0,
            vcpus: 0.0,
            memory: Bytes(0),
        };
        scenario.prices.date = "today".to_owned();
        scenario.prices.target = Some(Target {
            rate_per_sec: 0.0,
            headroom_ratio: 1.0,
        });
        let paths: Vec<String> = validate(&scenario)
            .into_iter()
            .map(|problem| problem.path)
            .collect();
        assert_eq!(
            paths,
            [
                "prices.basis.per_hour",
                "prices.basis.vcpus",
                "prices.basis.memory",
                "prices.date",
                "prices.target.rate_per_sec",
                "prices.target.headroom_ratio",
            ]
        );
    }
}
