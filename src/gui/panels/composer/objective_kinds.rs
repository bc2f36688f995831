//! The kinds of objectives: their names, what they mean, and with which bound one begins.

use crate::scenario::{Objective, Scenario};
use crate::units::{Bytes, Nanos, Percentile, text};

/// What is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectiveForm {
    /// A percentile of the response time.
    ResponseTime,
    /// Tasks per second.
    Throughput,
    /// Good tasks per second.
    Goodput,
    /// Share of the tasks that failed.
    ErrorRatio,
    /// Share of the tasks that were dropped.
    DropRatio,
    /// Memory per worker.
    MemoryPerWorker,
    /// Length of a batch.
    Makespan,
    /// Price of 1,000 good tasks.
    CostPer1k,
}

/// The percentiles, in the order in which they are shown.
pub(super) const PERCENTILES: [(Percentile, &str, &str); 5] = [
    (Percentile::P50, "p50", "The median"),
    (Percentile::P90, "p90", "Nine tenths of the tasks"),
    (Percentile::P95, "p95", "95 of 100 tasks"),
    (Percentile::P99, "p99", "99 of 100 tasks"),
    (
        Percentile::P999,
        "p99.9",
        "999 of 1,000 tasks: needs 2,995 of them to be known",
    ),
];

/// Which percentile is proposed next, once those before it are bounded.
const PROPOSED: [Percentile; 5] = [
    Percentile::P99,
    Percentile::P50,
    Percentile::P95,
    Percentile::P999,
    Percentile::P90,
];

impl ObjectiveForm {
    /// All of them, in the order of the menu.
    pub(super) const ENTRIES: [(Self, &'static str, &'static str); 8] = [
        (
            Self::ResponseTime,
            "Response time",
            "From the intended start to the finish, at a percentile",
        ),
        (
            Self::Goodput,
            "Goodput",
            "Good tasks per second; with a bound on the response time only those within it",
        ),
        (
            Self::Throughput,
            "Throughput",
            "Tasks that end per second, good or not",
        ),
        (
            Self::ErrorRatio,
            "Error ratio",
            "Share of the tasks that failed or timed out among those that ended",
        ),
        (
            Self::DropRatio,
            "Drop ratio",
            "Share of the tasks that the queue did not take or gave up",
        ),
        (
            Self::MemoryPerWorker,
            "Memory per worker",
            "Mean over the measurement",
        ),
        (
            Self::Makespan,
            "Makespan",
            "Of a batch: from its start to the end of its last task",
        ),
        (
            Self::CostPer1k,
            "Cost per 1k tasks",
            "Price of 1,000 good tasks by the scenario's prices",
        ),
    ];

    /// The form of `objective`.
    pub(super) const fn of(objective: &Objective) -> Self {
        match objective {
            Objective::ResponseTime { .. } => Self::ResponseTime,
            Objective::Throughput { .. } => Self::Throughput,
            Objective::Goodput { .. } => Self::Goodput,
            Objective::ErrorRatio { .. } => Self::ErrorRatio,
            Objective::DropRatio { .. } => Self::DropRatio,
            Objective::MemoryPerWorker { .. } => Self::MemoryPerWorker,
            Objective::Makespan { .. } => Self::Makespan,
            Objective::CostPer1k { .. } => Self::CostPer1k,
        }
    }

    /// Its name.
    pub(super) fn title(self) -> &'static str {
        Self::ENTRIES
            .iter()
            .find(|(form, ..)| *form == self)
            .map_or("", |(_, title, _)| title)
    }

    /// What it means.
    pub(super) fn explanation(self) -> &'static str {
        Self::ENTRIES
            .iter()
            .find(|(form, ..)| *form == self)
            .map_or("", |(_, _, explanation)| explanation)
    }

    /// Why no objective of this form can be added to `scenario`; none if one can.
    pub(super) fn why_not(self, scenario: &Scenario) -> Option<&'static str> {
        let same = scenario
            .objectives
            .iter()
            .filter(|objective| Self::of(objective) == self)
            .count();
        match self {
            Self::ResponseTime if same >= PERCENTILES.len() => {
                Some("Every percentile is bounded already")
            }
            Self::ResponseTime => None,
            Self::Makespan if !scenario.load.is_batch() => Some("Only a batch has a makespan"),
            _ if same > 0 => Some("It is bounded already"),
            _ => None,
        }
    }

    /// One to begin with: a bound that says something for `scenario`.
    pub(super) fn objective(self, scenario: &Scenario) -> Objective {
        /// Independent arrivals scatter: what is asked for lies below what comes in on average.
        const OF_THE_OFFERED: f64 = 0.9;
        /// Where it is for the run to find out how much comes in, in tasks per second.
        const RATE: f64 = 100.0;
        let offered = scenario.load.mean_rate_per_sec();
        let rate = offered.map_or(RATE, |rate| (rate * OF_THE_OFFERED * 10.0).round() / 10.0);
        match self {
            Self::ResponseTime => Objective::ResponseTime {
                percentile: free_percentile(&scenario.objectives),
                at_most: Nanos::from_millis(100),
            },
            Self::Throughput => Objective::Throughput { at_least: rate },
            Self::Goodput => Objective::Goodput { at_least: rate },
            Self::ErrorRatio => Objective::ErrorRatio { at_most: 0.01 },
            Self::DropRatio => Objective::DropRatio { at_most: 0.0 },
            Self::MemoryPerWorker => Objective::MemoryPerWorker {
                at_most: Bytes::from_mib(64),
            },
            Self::Makespan => Objective::Makespan {
                at_most: scenario.protocol.measure,
            },
            Self::CostPer1k => Objective::CostPer1k { at_most: 0.01 },
        }
    }
}

fn free_percentile(objectives: &[Objective]) -> Percentile {
    let is_taken = |wanted: &Percentile| {
        objectives.iter().any(|objective| {
            matches!(objective, Objective::ResponseTime { percentile, .. } if percentile == wanted)
        })
    };
    PROPOSED
        .into_iter()
        .find(|percentile| !is_taken(percentile))
        .unwrap_or_default()
}

/// What is demanded, as short as it can be said: `p99 ≤ 50 ms`.
pub(super) fn told(objective: &Objective, currency: &str) -> String {
    let given = text::given;
    match *objective {
        Objective::ResponseTime {
            percentile,
            at_most,
        } => format!("{} ≤ {}", percentile.label(), text::span(at_most.0)),
        Objective::Throughput { at_least } => format!("throughput ≥ {} /s", given(at_least)),
        Objective::Goodput { at_least } => format!("goodput ≥ {} /s", given(at_least)),
        Objective::ErrorRatio { at_most } => format!("errors ≤ {}", text::percent(at_most)),
        Objective::DropRatio { at_most } => format!("drops ≤ {}", text::percent(at_most)),
        Objective::MemoryPerWorker { at_most } => format!("memory ≤ {}", text::size(at_most.0)),
        Objective::Makespan { at_most } => format!("makespan ≤ {}", text::span(at_most.0)),
        Objective::CostPer1k { at_most } => {
            format!("cost ≤ {}", text::money(at_most, currency))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Load, validate};
    use crate::support;

    #[test]
    fn every_kind_begins_with_a_bound_that_is_valid() {
        let mut scenario = support::scenario();
        let before = validate(&scenario);
        for (form, title, _) in ObjectiveForm::ENTRIES {
            scenario.load = if form == ObjectiveForm::Makespan {
                Load::Batch {
                    tasks: 400,
                    chunk: 1,
                }
            } else {
                support::scenario().load
            };
            assert_eq!(form.why_not(&scenario), None, "{title}");
            let objective = form.objective(&scenario);
            assert_eq!(ObjectiveForm::of(&objective), form);
            assert_eq!((form.title(), title), (title, form.title()));
            scenario.objectives = vec![objective];
            let problems = validate(&scenario);
            assert!(problems.len() <= before.len(), "{title}: {problems:?}");
            scenario.objectives.clear();
        }
    }

    #[test]
    fn a_kind_is_set_once_and_response_times_once_for_each_percentile() {
        let mut scenario = support::scenario();
        for _ in PERCENTILES {
            assert_eq!(ObjectiveForm::ResponseTime.why_not(&scenario), None);
            let objective = ObjectiveForm::ResponseTime.objective(&scenario);
            assert!(!scenario.objectives.contains(&objective));
            scenario.objectives.push(objective);
        }
        assert!(ObjectiveForm::ResponseTime.why_not(&scenario).is_some());
        assert!(ObjectiveForm::Makespan.why_not(&scenario).is_some());
        let goodput = ObjectiveForm::Goodput.objective(&scenario);
        scenario.objectives.push(goodput);
        assert!(ObjectiveForm::Goodput.why_not(&scenario).is_some());
    }
}
