//! What faults must fulfil, and which candidates they cannot hit.

use crate::scenario::bounds::{MAX_FAULTS, MAX_LEAK, MAX_SLOW_FACTOR, MAX_WAIT, MIN_EVERY};
use crate::scenario::strikes::{
    Toll, asks_server, has_event_loop, hits_stage, takes_a_process, takes_lock, toll,
};
use crate::scenario::validate::Checks;
use crate::scenario::{Backend, Candidate, Crash, Defences, Fault, Inject, Scenario};
use crate::units::{Bytes, Nanos, text};

/// The shortest time that can be told from none.
const NANOSECOND: Nanos = Nanos(1);

impl Checks {
    pub(super) fn faults(&mut self, scenario: &Scenario) {
        let count = scenario.faults.len();
        if count > MAX_FAULTS {
            self.error(
                "faults",
                format!(
                    "{} are more than can be told apart in a result",
                    text::count(count as u64)
                ),
                format!("at most {MAX_FAULTS}"),
            );
        }
        for (index, fault) in scenario.faults.iter().enumerate() {
            let path = format!("faults[{index}]");
            let probability = fault.probability;
            if !(probability > 0.0 && probability <= 1.0) {
                self.error(
                    format!("{path}.probability"),
                    format!("{} is no share that it could hit", text::given(probability)),
                    "write 1 for all, or a number above 0 and below 1",
                );
            }
            self.window(&path, fault, scenario);
            self.hit_kind(&path, fault, scenario);
            let path = format!("{path}.inject");
            self.inject(&path, fault.inject);
            self.every(&path, fault, scenario);
            self.nothing_to_hit(&path, fault, scenario);
            self.consequences(&path, fault, scenario);
        }
    }

    fn window(&mut self, path: &str, fault: &Fault, scenario: &Scenario) {
        let Fault { from, until, .. } = *fault;
        if let Some(until) = until
            && until <= from
        {
            self.error(
                format!("{path}.until"),
                format!("it ends at {until} and begins at {from}"),
                format!("write more than {from}, or remove it: the fault then lasts to the end"),
            );
        }
        let measure = scenario.protocol.measure;
        if from >= measure {
            self.warning(
                format!("{path}.from"),
                format!("it begins after {from}, and the measurement ends after {measure}"),
                "begin earlier, or raise protocol.measure",
            );
        }
        if fault.until.is_some() && !fault.inject.hits_attempts() && fault.inject.every().is_none()
        {
            self.warning(
                format!("{path}.until"),
                "it strikes at one instant, which has no end",
                "write every in it, or remove this",
            );
        }
    }

    fn hit_kind(&mut self, path: &str, fault: &Fault, scenario: &Scenario) {
        let Some(task) = &fault.task else { return };
        let path = format!("{path}.task");
        if !fault.inject.hits_attempts() {
            self.error(path, "it hits workers, whatever they run", "remove it");
        } else if scenario.tasks.iter().all(|kind| kind.name != *task) {
            let names = scenario.tasks.iter().map(|kind| format!("'{}'", kind.name));
            let names = names.take(SHOWN_NAMES).collect::<Vec<_>>().join(", ");
            self.error(
                path,
                format!("there is no task kind '{task}'"),
                format!("write one of {names}, or remove it: it then hits all"),
            );
        }
    }

    fn inject(&mut self, path: &str, inject: Inject) {
        let field = |name: &str| format!("{path}.{name}");
        match inject {
            Inject::Slow { factor, added } => {
                if !(1.0..=MAX_SLOW_FACTOR).contains(&factor) {
                    self.error(
                        field("factor"),
                        format!("{} is out of bounds", text::given(factor)),
                        format!("write 1 to {}", text::given(MAX_SLOW_FACTOR)),
                    );
                } else if factor <= 1.0 && added == Nanos::ZERO {
                    let hint = "write a factor above 1, or added";
                    self.error(path, "it makes nothing slower", hint);
                }
                self.quantity(&field("added"), added, Nanos::ZERO..=MAX_WAIT);
            }
            Inject::Leak { bytes, up_to } => {
                self.quantity(&field("up_to"), up_to, Bytes(1)..=MAX_LEAK);
                let most = up_to.clamp(Bytes(1), MAX_LEAK);
                self.quantity(&field("bytes"), bytes, Bytes(1)..=most);
            }
            Inject::StallLoop { length } | Inject::StallWorker { length, .. } => {
                self.quantity(&field("length"), length, NANOSECOND..=MAX_WAIT);
            }
            Inject::SlowServer { added } | Inject::HoldLock { added } => {
                self.quantity(&field("added"), added, NANOSECOND..=MAX_WAIT);
            }
            Inject::Error
            | Inject::Hang
            | Inject::Crash { .. }
            | Inject::FailServer
            | Inject::KillWorker { .. } => {}
        }
    }

    /// The instants of a fault of workers.
    fn every(&mut self, path: &str, fault: &Fault, scenario: &Scenario) {
        let Some(every) = fault.inject.every() else {
            return;
        };
        let path = format!("{path}.every");
        let measure = scenario.protocol.measure;
        if every > measure {
            self.error(
                &path,
                format!("{every} is longer than the measurement of {measure}"),
                "write less, or remove it: it then strikes once",
            );
        } else {
            self.quantity(&path, every, MIN_EVERY..=MAX_WAIT.max(measure));
        }
        if let Inject::StallWorker { length, .. } = fault.inject
            && every >= MIN_EVERY
            && length > every
        {
            self.warning(
                path,
                format!(
                    "a worker stands still for {length}, and the next one is struck {every} later"
                ),
                "write more than the length, unless several are to stand still",
            );
        }
    }

    /// Faults that find nothing of what they hit.
    fn nothing_to_hit(&mut self, path: &str, fault: &Fault, scenario: &Scenario) {
        let (found, message, hint) = match fault.inject {
            Inject::SlowServer { .. } | Inject::FailServer => (
                hits_stage(scenario, fault, asks_server),
                "no stage that it hits asks the server",
                "add an Http or Tcp stage, or take another fault",
            ),
            Inject::HoldLock { .. } => (
                hits_stage(scenario, fault, takes_lock),
                "no stage that it hits takes a lock",
                "add a Lock stage or a Counter that is Locked, or take another fault",
            ),
            Inject::StallLoop { .. } => {
                self.loops(path, scenario);
                return;
            }
            _ => return,
        };
        // Of a kind that does not exist another problem tells.
        let of_a_kind = fault.task.as_ref();
        let kind_exists =
            of_a_kind.is_none_or(|task| scenario.tasks.iter().any(|k| k.name == *task));
        if !found && kind_exists {
            self.error(path, message, hint);
        }
    }

    fn loops(&mut self, path: &str, scenario: &Scenario) {
        let without = named(scenario, |backend, _| !has_event_loop(backend));
        let Some(names) = without else { return };
        if scenario
            .candidates
            .iter()
            .any(|candidate| has_event_loop(candidate.backend))
        {
            self.warning(
                path,
                format!("it does not hit {names}, which run tasks without an event loop"),
                "compare with that in mind",
            );
        } else {
            self.error(
                path,
                "no candidate has an event loop",
                "add an Async candidate, or take StallWorker",
            );
        }
    }

    /// What the user must know of candidates on which the fault ends everything, or does not exist.
    fn consequences(&mut self, path: &str, fault: &Fault, scenario: &Scenario) {
        let how = fault.inject;
        if matches!(
            how,
            Inject::Crash {
                how: Crash::StackOverflow
            }
        ) && let Some(index) = scenario.candidates.iter().position(Candidate::is_python)
        {
            self.error(
                format!("{path}.how"),
                format!("CPython makes an exception of it (RecursionError), and candidates[{index}] runs there"),
                "write Segfault or Abort",
            );
        }
        let ends = |candidate: &Candidate| toll(candidate.backend) == Toll::All;
        if takes_a_process(how)
            && !scenario.candidates.is_empty()
            && scenario.candidates.iter().all(ends)
        {
            let hint = match how {
                Inject::Crash { .. } => {
                    "add a candidate with worker processes, or write how: Panic, which a pool catches"
                }
                _ => "add a candidate with worker processes",
            };
            self.warning(
                path,
                "every candidate lives in one process, which ends with it: so does the block",
                hint,
            );
        }
        if how == Inject::Hang
            && let Some(names) = named(scenario, |_, defences| {
                defences.attempt_time_out.is_none() && defences.task_time_out.is_none()
            })
        {
            self.warning(
                path,
                format!("on {names} nobody gives it up: each takes a worker for ever"),
                "write attempt_time_out or task_time_out in the defences",
            );
        }
    }
}

/// More names than that make no message readable.
const SHOWN_NAMES: usize = 4;

/// The labels of the candidates that `are` holds for, in a list for people; none if there are none.
fn named(scenario: &Scenario, are: impl Fn(Backend, Defences) -> bool) -> Option<String> {
    let candidates = scenario.candidates.iter().enumerate();
    let names: Vec<String> = candidates
        .filter(|(index, candidate)| are(candidate.backend, scenario.defences_of(*index)))
        .map(|(_, candidate)| format!("'{}'", candidate.label()))
        .collect();
    if names.is_empty() {
        return None;
    }
    let more = names.len().saturating_sub(SHOWN_NAMES);
    let shown = names[..names.len() - more].join(", ");
    Some(match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    })
}
