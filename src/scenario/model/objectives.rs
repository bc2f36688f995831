//! What a candidate must fulfil to be chosen.

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, Nanos, Percentile, text};

/// A bound on what a candidate may need or must give. Each kind of bound is set at most once, bounds of the response
/// time at most once for each percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub enum Objective {
    /// From the intended start to the finish. While one is set, goodput counts only those good tasks that are
    /// answered within the bound of the highest percentile.
    ResponseTime {
        /// Which share of the tasks must be answered within the bound.
        #[serde(default)]
        percentile: Percentile,
        /// The bound.
        at_most: Nanos,
    },
    /// Tasks that end per second, good or not.
    Throughput {
        /// The bound, per second.
        at_least: f64,
    },
    /// Good tasks per second; with an objective on the response time only those within its bound.
    Goodput {
        /// The bound, per second.
        at_least: f64,
    },
    /// Share of the tasks that failed or timed out among those that ended by themselves.
    ErrorRatio {
        /// The bound, from 0 to 1.
        at_most: f64,
    },
    /// Share of the tasks that the queue did not take or gave up among those that became due.
    DropRatio {
        /// The bound, from 0 to 1.
        at_most: f64,
    },
    /// Memory per worker, mean over the measurement.
    MemoryPerWorker {
        /// The bound.
        at_most: Bytes,
    },
    /// Of a batch: from its start to the end of its last task.
    Makespan {
        /// The bound.
        at_most: Nanos,
    },
    /// Price of 1,000 good tasks by the scenario's price card.
    CostPer1k {
        /// The bound, in the card's currency.
        at_most: f64,
    },
}

impl Objective {
    /// What is bounded, for people: `p99 of the response time`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::ResponseTime { percentile, .. } => {
                format!("{} of the response time", percentile.label())
            }
            Self::Throughput { .. } => "throughput".to_owned(),
            Self::Goodput { .. } => "goodput".to_owned(),
            Self::ErrorRatio { .. } => "error ratio".to_owned(),
            Self::DropRatio { .. } => "drop ratio".to_owned(),
            Self::MemoryPerWorker { .. } => "memory per worker".to_owned(),
            Self::Makespan { .. } => "makespan".to_owned(),
            Self::CostPer1k { .. } => "cost per 1k tasks".to_owned(),
        }
    }

    /// What is bounded, for programs: `response_time_p99`. Unique among the objectives of a scenario.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResponseTime { percentile, .. } => match percentile {
                Percentile::P50 => "response_time_p50",
                Percentile::P90 => "response_time_p90",
                Percentile::P95 => "response_time_p95",
                Percentile::P99 => "response_time_p99",
                Percentile::P999 => "response_time_p99_9",
            },
            Self::Throughput { .. } => "throughput",
            Self::Goodput { .. } => "goodput",
            Self::ErrorRatio { .. } => "error_ratio",
            Self::DropRatio { .. } => "drop_ratio",
            Self::MemoryPerWorker { .. } => "memory_per_worker",
            Self::Makespan { .. } => "makespan",
            Self::CostPer1k { .. } => "cost_per_1k",
        }
    }

    /// The bound as a number: nanoseconds, bytes, per second, a share, or money in the card's currency.
    #[must_use]
    pub const fn bound(&self) -> f64 {
        match self {
            Self::ResponseTime { at_most, .. } | Self::Makespan { at_most } => at_most.0 as f64,
            Self::Throughput { at_least } | Self::Goodput { at_least } => *at_least,
            Self::MemoryPerWorker { at_most } => at_most.0 as f64,
            Self::ErrorRatio { at_most }
            | Self::DropRatio { at_most }
            | Self::CostPer1k { at_most } => *at_most,
        }
    }

    /// Whether the figure must not be below the bound; the others must not be above theirs.
    #[must_use]
    pub const fn is_at_least(&self) -> bool {
        matches!(self, Self::Throughput { .. } | Self::Goodput { .. })
    }

    /// A value of what is bounded, in words; money in `currency`.
    #[must_use]
    pub fn show(&self, value: f64, currency: &str) -> String {
        match self {
            Self::ResponseTime { .. } | Self::Makespan { .. } => text::nanos(value),
            Self::Throughput { .. } | Self::Goodput { .. } => text::per_sec(value),
            Self::ErrorRatio { .. } | Self::DropRatio { .. } => text::percent(value),
            Self::MemoryPerWorker { .. } => text::bytes(value),
            Self::CostPer1k { .. } => text::money(value, currency),
        }
    }

    /// What is demanded: `p99 of the response time at most 50 ms`.
    #[must_use]
    pub fn demand(&self, currency: &str) -> String {
        let side = if self.is_at_least() {
            "at least"
        } else {
            "at most"
        };
        let bound = match self {
            // A bound is shown as it was written, not rounded like a figure.
            Self::ResponseTime { at_most, .. } | Self::Makespan { at_most } => {
                text::span(at_most.0)
            }
            Self::MemoryPerWorker { at_most } => text::size(at_most.0),
            Self::Throughput { at_least } | Self::Goodput { at_least } => {
                format!("{} /s", text::given(*at_least))
            }
            Self::ErrorRatio { at_most } | Self::DropRatio { at_most } => {
                // Without what the multiplication adds to a tenth.
                let exact = (at_most * 1e8).round() / 1e6;
                if exact.is_finite() {
                    format!("{} %", text::given(exact))
                } else {
                    text::given(*at_most)
                }
            }
            Self::CostPer1k { at_most } => format!("{} {currency}", text::given(*at_most)),
        };
        format!("{} {side} {bound}", self.label())
    }
}

/// The objective on the response time with the highest percentile; none without any.
pub(super) fn strictest_response(objectives: &[Objective]) -> Option<(Percentile, Nanos)> {
    let bounds = objectives.iter().filter_map(|objective| match objective {
        Objective::ResponseTime {
            percentile,
            at_most,
        } => Some((*percentile, *at_most)),
        _ => None,
    });
    bounds.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goodput_is_held_to_the_bound_of_the_highest_percentile() {
        let response = |percentile, millis| Objective::ResponseTime {
            percentile,
            at_most: Nanos::from_millis(millis),
        };
        let objectives = [
            response(Percentile::P99, 80),
            Objective::Goodput { at_least: 1.0 },
            response(Percentile::P50, 200),
        ];
        let strictest = (Percentile::P99, Nanos::from_millis(80));
        assert_eq!(strictest_response(&objectives), Some(strictest));
        assert_eq!(strictest_response(&objectives[1..2]), None);
    }

    #[test]
    fn a_demand_is_shown_as_it_was_written() {
        let demand = |objective: Objective| objective.demand("EUR");
        assert_eq!(
            demand(Objective::ResponseTime {
                percentile: Percentile::P999,
                at_most: Nanos::from_millis(50)
            }),
            "p99.9 of the response time at most 50 ms"
        );
        assert_eq!(
            demand(Objective::Goodput { at_least: 200.0 }),
            "goodput at least 200 /s"
        );
        assert_eq!(
            demand(Objective::ErrorRatio { at_most: 0.07 }),
            "error ratio at most 7 %"
        );
        assert_eq!(
            demand(Objective::CostPer1k { at_most: 0.0125 }),
            "cost per 1k tasks at most 0.0125 EUR"
        );
    }
}
