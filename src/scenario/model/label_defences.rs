//! What defences of a candidate's own are called in a legend: short, and different for different settings.

use std::fmt::Write as _;

use crate::scenario::model::defences::{Backoff, Breaker, DEFAULT_BURST, Defences, Jitter, Retry};
use crate::scenario::model::label::plural;

impl Defences {
    /// `3 attempts of 100ms, budget 0.1, breaker 1s`: unique for different settings.
    #[must_use]
    pub fn label(self) -> String {
        let mut parts = Vec::new();
        match (self.retry, self.attempt_time_out) {
            (Some(retry), Some(time)) => {
                parts.push(format!("{} attempts of {time}", retry.attempts));
            }
            (Some(retry), None) => parts.push(format!("{} attempts", retry.attempts)),
            (None, Some(time)) => parts.push(format!("attempt of {time}")),
            (None, None) => {}
        }
        if let Some(retry) = self.retry {
            retry.add_settings(&mut parts);
        }
        if let Some(time) = self.task_time_out {
            parts.push(format!("task time-out {time}"));
        }
        if let Some(breaker) = self.breaker {
            parts.push(breaker.label());
        }
        if let Some(restarts) = self.restarts {
            parts.push(format!("{restarts} restart{}", plural(restarts)));
        }
        if parts.is_empty() {
            "no defences".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

impl Retry {
    fn add_settings(self, parts: &mut Vec<String>) {
        match self.backoff {
            Backoff::Constant { wait } => parts.push(format!("{wait} apart")),
            Backoff::Exponential { first, factor, cap } => {
                if self.backoff != Backoff::default() {
                    parts.push(format!("back-off {first} ×{factor} to {cap}"));
                }
            }
        }
        if self.jitter == Jitter::Off {
            parts.push("no jitter".to_owned());
        }
        if let Some(budget) = self.budget {
            let mut words = format!("budget {}", budget.ratio);
            if budget.burst != DEFAULT_BURST {
                let _ = write!(words, " and {}", budget.burst);
            }
            parts.push(words);
        }
    }
}

impl Breaker {
    /// `breaker 1s`, `breaker 1s at 0.2 of 50, 5 probes`.
    fn label(self) -> String {
        let usual = Self::usual(self.open_for);
        let mut words = format!("breaker {}", self.open_for);
        if (self.failure_ratio, self.calls) != (usual.failure_ratio, usual.calls) {
            let _ = write!(words, " at {} of {}", self.failure_ratio, self.calls);
        }
        if self.probes != usual.probes {
            let _ = write!(words, ", {} probe{}", self.probes, plural(self.probes));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::{Backend, Candidate, RetryBudget};
    use crate::units::Nanos;

    /// Defences that differ from each other in one setting at least.
    fn defences() -> Vec<Defences> {
        let times = [
            None,
            Some(Nanos::from_millis(100)),
            Some(Nanos::from_secs(1)),
        ];
        let mut all = Vec::new();
        for attempt_time_out in times {
            all.extend(times.map(|task_time_out| Defences {
                attempt_time_out,
                task_time_out,
                ..Defences::default()
            }));
        }
        let retry = Retry {
            attempts: 3,
            backoff: Backoff::default(),
            jitter: Jitter::Full,
            budget: None,
        };
        let budget = |ratio, burst| Some(RetryBudget { ratio, burst });
        let wait = Nanos::from_millis(10);
        let retries = [
            retry,
            Retry {
                attempts: 4,
                ..retry
            },
            Retry {
                jitter: Jitter::Off,
                ..retry
            },
            Retry {
                budget: budget(0.1, DEFAULT_BURST),
                ..retry
            },
            Retry {
                budget: budget(0.1, 20),
                ..retry
            },
            Retry {
                backoff: Backoff::Constant { wait },
                ..retry
            },
            Retry {
                backoff: Backoff::Exponential {
                    first: wait,
                    factor: 3.0,
                    cap: Nanos::from_secs(1),
                },
                ..retry
            },
        ];
        let breaker = Breaker::usual(Nanos::from_secs(1));
        let breakers = [
            breaker,
            Breaker {
                calls: 50,
                ..breaker
            },
            Breaker {
                failure_ratio: 0.2,
                ..breaker
            },
            Breaker {
                probes: 1,
                ..breaker
            },
        ];
        for attempt_time_out in times {
            all.extend(retries.map(|retry| Defences {
                attempt_time_out,
                retry: Some(retry),
                ..Defences::default()
            }));
            all.extend(breakers.map(|breaker| Defences {
                attempt_time_out,
                breaker: Some(breaker),
                restarts: Some(1),
                ..Defences::default()
            }));
        }
        all
    }

    #[test]
    fn every_combination_of_defences_has_a_label_of_its_own() {
        let all = defences();
        let labels: BTreeSet<String> = all.iter().map(|defences| defences.label()).collect();
        assert_eq!(labels.len(), all.len());
        let shown = |index: usize| Candidate {
            defences: Some(all[index]),
            ..Candidate::of(Backend::Sequential)
        };
        assert_eq!(shown(0).label(), "sequential, no defences");
        assert_eq!(
            shown(4).label(),
            "sequential, attempt of 100ms, task time-out 100ms"
        );
        assert_eq!(
            shown(24).label(),
            "sequential, 3 attempts of 100ms, budget 0.1 and 20"
        );
        assert_eq!(
            shown(18).label(),
            "sequential, breaker 1s at 0.2 of 20, 1 restart"
        );
    }
}
