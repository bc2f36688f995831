//! What defences must fulfil, the scenario's and those that candidates have of their own.

use crate::scenario::bounds::{
    MAX_ATTEMPTS, MAX_BACKOFF_FACTOR, MAX_BREAKER_CALLS, MAX_BUDGET_RATIO, MAX_BURST, MAX_PROBES,
    MAX_RESTARTS, MAX_WAIT,
};
use crate::scenario::validate::Checks;
use crate::scenario::{Backoff, Breaker, Candidate, Defences, Retry, RetryBudget, Scenario, Stage};
use crate::units::{Nanos, text};

/// The shortest time that can be told from none.
const NANOSECOND: Nanos = Nanos(1);

impl Checks {
    pub(super) fn defences(&mut self, scenario: &Scenario) {
        let indexed = || scenario.candidates.iter().enumerate();
        let common: Vec<(usize, &Candidate)> = indexed()
            .filter(|(_, candidate)| candidate.defences.is_none())
            .collect();
        self.defence("defences", scenario.defences, scenario, &common);
        for (index, candidate) in indexed() {
            if let Some(own) = candidate.defences {
                let path = format!("candidates[{index}].defences");
                self.defence(&path, own, scenario, &[(index, candidate)]);
            }
        }
    }

    /// The defences at `path`, which `users` have.
    fn defence(
        &mut self,
        path: &str,
        defences: Defences,
        scenario: &Scenario,
        users: &[(usize, &Candidate)],
    ) {
        let field = |name: &str| format!("{path}.{name}");
        let times = [
            ("attempt_time_out", defences.attempt_time_out),
            ("task_time_out", defences.task_time_out),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                self.quantity(&field(name), time, NANOSECOND..=MAX_WAIT);
            }
        }
        if let (Some(attempt), Some(task)) = (defences.attempt_time_out, defences.task_time_out)
            && attempt > task
            && task > Nanos::ZERO
        {
            self.warning(
                field("attempt_time_out"),
                format!("a task with all its attempts is given up after {task}, before {attempt}"),
                "write less, or raise task_time_out",
            );
        }
        if let Some(retry) = defences.retry {
            self.retry(&field("retry"), retry);
        }
        if let Some(breaker) = defences.breaker {
            self.breaker(&field("breaker"), breaker);
        }
        self.impossible(path, defences, scenario, users);
        self.restarts(path, defences, users);
    }

    fn retry(&mut self, path: &str, retry: Retry) {
        let field = |name: &str| format!("{path}.{name}");
        let most = u64::from(MAX_ATTEMPTS);
        self.count(&field("attempts"), retry.attempts, 2..=most);
        match retry.backoff {
            Backoff::Constant { wait } => {
                self.quantity(&field("backoff.wait"), wait, Nanos::ZERO..=MAX_WAIT);
            }
            Backoff::Exponential { first, factor, cap } => {
                self.quantity(&field("backoff.first"), first, Nanos::ZERO..=MAX_WAIT);
                self.within(&field("backoff.factor"), factor, (1.0, MAX_BACKOFF_FACTOR));
                if cap < first && first <= MAX_WAIT {
                    self.error(
                        field("backoff.cap"),
                        format!("the longest wait of {cap} is shorter than the first of {first}"),
                        format!("at least {first}"),
                    );
                } else {
                    self.quantity(&field("backoff.cap"), cap, Nanos::ZERO..=MAX_WAIT);
                }
            }
        }
        if let Some(RetryBudget { ratio, burst }) = retry.budget {
            self.within(&field("budget.ratio"), ratio, (0.0, MAX_BUDGET_RATIO));
            let most = u64::from(MAX_BURST);
            self.count(&field("budget.burst"), burst, 0..=most);
            if ratio <= 0.0 && burst == 0 {
                self.warning(
                    field("budget"),
                    "it never has a token: there are no retries",
                    "write a ratio above 0, or remove retry",
                );
            }
        }
    }

    fn breaker(&mut self, path: &str, breaker: Breaker) {
        let field = |name: &str| format!("{path}.{name}");
        let ratio = breaker.failure_ratio;
        if !(ratio > 0.0 && ratio <= 1.0) {
            self.error(
                field("failure_ratio"),
                format!("{} is no share at which it could open", text::given(ratio)),
                "write 0.5 for a half, 1 for all, or another number above 0",
            );
        }
        let most = u64::from(MAX_BREAKER_CALLS);
        self.count(&field("calls"), breaker.calls, 1..=most);
        self.quantity(&field("open_for"), breaker.open_for, NANOSECOND..=MAX_WAIT);
        let most = u64::from(MAX_PROBES);
        self.count(&field("probes"), breaker.probes, 1..=most);
    }

    /// What those who have these defences cannot do.
    fn impossible(
        &mut self,
        path: &str,
        defences: Defences,
        scenario: &Scenario,
        users: &[(usize, &Candidate)],
    ) {
        let gives_up = [
            ("attempt_time_out", defences.attempt_time_out.is_some()),
            ("task_time_out", defences.task_time_out.is_some()),
            ("retry", defences.retry.is_some()),
        ];
        let breaks = [("breaker", defences.breaker.is_some())];
        let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
        let has_barrier = stages.any(|stage| *stage == Stage::Barrier);
        let lists = scenario.load.is_batch();
        let python = users.iter().find(|(_, candidate)| candidate.is_python());
        for (name, _) in gives_up.into_iter().filter(|(_, is)| *is && has_barrier) {
            self.error(
                format!("{path}.{name}"),
                "a barrier waits for all tasks, and one that is given up never comes there",
                "remove it, or the barriers",
            );
        }
        for (name, _) in gives_up.into_iter().chain(breaks).filter(|(_, is)| *is) {
            if let Some((index, _)) = python.filter(|_| lists) {
                self.error(
                    format!("{path}.{name}"),
                    format!(
                        "CPython takes a batch as one list, in which no task can be given up or made again, \
                         and candidates[{index}] runs there"
                    ),
                    "remove it, take an open or a closed load, or write defences: () for that candidate",
                );
            }
        }
    }

    fn restarts(&mut self, path: &str, defences: Defences, users: &[(usize, &Candidate)]) {
        let Some(restarts) = defences.restarts else {
            return;
        };
        let path = format!("{path}.restarts");
        self.count(&path, restarts, 0..=u64::from(MAX_RESTARTS));
        let has_processes = |(_, user): &(usize, &Candidate)| user.backend.worker_processes() > 0;
        if !users.is_empty() && !users.iter().any(has_processes) {
            self.warning(
                path,
                "there are no worker processes that could be replaced",
                "remove it, or take a back end with worker processes",
            );
        }
    }

    /// A number from `least` to `most`.
    fn within(&mut self, path: &str, value: f64, (least, most): (f64, f64)) {
        if !(least..=most).contains(&value) {
            self.error(
                path,
                format!("{} is out of bounds", text::given(value)),
                format!("write {} to {}", text::given(least), text::given(most)),
            );
        }
    }
}
