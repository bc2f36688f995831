//! The forms of defences: the scenario's, and those that a candidate has of its own.

use egui::Ui;

use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::options::Entry;
use crate::scenario::{
    Backoff, Breaker, Candidate, Defences, Jitter, Retry, RetryBudget, Scenario,
};
use crate::units::Nanos;

/// Whose defences a candidate has.
const OWNERS: [Entry<bool>; 2] = [
    (false, "Scenario's", "The defences of the scenario"),
    (true, "Its own", "Defences of this candidate alone"),
];

const RETRIES: [Entry<bool>; 2] = [
    (false, "None", "Each task has one attempt"),
    (
        true,
        "Retry",
        "Attempts that failed, timed out or were lost are made again",
    ),
];

const BACKOFFS: [Entry<bool>; 2] = [
    (true, "Exponential", "Longer before each further attempt"),
    (false, "Constant", "Always as long"),
];

const JITTERS: [Entry<Jitter>; 2] = [
    (
        Jitter::Full,
        "Full",
        "Evenly between nothing and the whole wait: callers do not come back together",
    ),
    (Jitter::Off, "None", "Every wait is the whole wait"),
];

const BUDGETS: [Entry<bool>; 2] = [
    (false, "No limit", "As many retries as there are failures"),
    (
        true,
        "Budget",
        "Retries take tokens, of which each task brings a part",
    ),
];

const BREAKERS: [Entry<bool>; 2] = [
    (false, "None", "Calls go on, whatever fails"),
    (
        true,
        "Breaker",
        "Calls of a task kind that keeps failing are cut off for a while",
    ),
];

/// Where a breaker begins that is switched on.
const OPEN_FOR: Nanos = Nanos::from_secs(1);
/// A tenth more calls at the most: what is usual between services.
const BUDGET: RetryBudget = RetryBudget {
    ratio: 0.1,
    burst: 10,
};

/// The section of the scenario's defences.
pub(super) fn section_ui(ui: &mut Ui, form: &mut Form<'_>, scenario: &mut Scenario) {
    let common = scenario.candidates.iter();
    let own = common.filter(|candidate| candidate.defences.is_some());
    let (own, all) = (own.count(), scenario.candidates.len());
    if own > 0 && own == all {
        remark_ui(
            ui,
            "Every candidate has defences of its own; these are nobody's",
        );
    } else if own > 0 {
        remark_ui(ui, "For all candidates that have none of their own");
    }
    let owner = Owner::new("defences", "");
    defences_ui(ui, form, &owner, &mut scenario.defences, true);
    form.rest(ui, "defences");
}

/// What the folded section says.
pub(super) fn summary(defences: Defences) -> String {
    if defences.is_default() {
        "none".to_owned()
    } else {
        defences.label()
    }
}

/// Whose defences the candidate `owner` has, and the fields of its own.
pub(super) fn own_defences_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    candidate: &mut Candidate,
    of_the_scenario: Defences,
) {
    let hint = "Defences of its own show what they do, beside the others";
    let field = owner.named("defences.form", "Defences", hint, "Defences");
    if let Some(own) = form.choice(ui, &field, candidate.defences.is_some(), &OWNERS) {
        candidate.defences = own.then_some(of_the_scenario);
    }
    if let Some(defences) = &mut candidate.defences {
        let inner = Owner::new(format!("{}.defences", owner.path), owner.name.clone());
        let has_workers = candidate.backend.worker_processes() > 0;
        defences_ui(ui, form, &inner, defences, has_workers);
    }
}

/// All defences; the names of `owner`'s fields end with whose they are, if they are a candidate's.
/// `has_workers`: whether there may be worker processes that can be replaced.
fn defences_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    owner: &Owner,
    defences: &mut Defences,
    has_workers: bool,
) {
    let hint = "How long a caller waits for an attempt, from handing it to the queue; in a batch from its turn";
    let field = owner.field("attempt_time_out", "Attempt time-out", hint);
    form.optional(ui, &field, &mut defences.attempt_time_out, "none");
    let hint = "How long a caller waits for a task with all its attempts, from its intended start";
    let field = owner.field("task_time_out", "Task time-out", hint);
    form.optional(ui, &field, &mut defences.task_time_out, "none");

    let hint = "Whether an attempt that failed is made again";
    let field = owner.named("retry", "Retries", hint, "Retries");
    if let Some(on) = form.choice(ui, &field, defences.retry.is_some(), &RETRIES) {
        defences.retry = on.then(Retry::usual);
    }
    if let Some(retry) = &mut defences.retry {
        retry_ui(ui, form, &part(owner, "retry", "retries"), retry);
    }

    let hint =
        "Whether calls that keep failing are cut off; each task kind has a breaker of its own";
    let field = owner.named("breaker", "Circuit breaker", hint, "Circuit breaker");
    if let Some(on) = form.choice(ui, &field, defences.breaker.is_some(), &BREAKERS) {
        defences.breaker = on.then_some(Breaker::usual(OPEN_FOR));
    }
    if let Some(breaker) = &mut defences.breaker {
        breaker_ui(ui, form, &part(owner, "breaker", "the breaker"), breaker);
    }

    if has_workers || defences.restarts.is_some() {
        restarts_ui(ui, form, owner, &mut defences.restarts);
    }
}

/// How many workers that died are replaced; `owner` are the defences.
fn restarts_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, restarts: &mut Option<u32>) {
    let hint = "How many times worker processes that died are replaced in a block, all together";
    let field = owner.field("restarts", "Restarts", hint);
    form.optional(ui, &field, restarts, "10 for each worker");
}

/// A part of the defences, whose fields are told from those of other parts and other candidates.
fn part(owner: &Owner, key: &str, spoken: &str) -> Owner {
    let name = if owner.name.is_empty() {
        spoken.to_owned()
    } else {
        format!("{spoken} of {}", owner.name)
    };
    Owner::new(format!("{}.{key}", owner.path), name)
}

fn retry_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, retry: &mut Retry) {
    let hint = "How many attempts a task has at the most, the first included";
    let field = owner.field("attempts", "Attempts", hint);
    form.value(ui, &field, &mut retry.attempts);
    let hint = "How many retries there may be beside first attempts";
    let field = owner.named("budget", "Budget", hint, "Budget");
    if let Some(on) = form.choice(ui, &field, retry.budget.is_some(), &BUDGETS) {
        retry.budget = on.then_some(BUDGET);
    }
    if let Some(budget) = &mut retry.budget {
        let hint = "What each task puts in: 0.1 allows one retry for ten tasks";
        let field = owner.named("budget.ratio", "Retries per task", hint, "Budget per task");
        form.value(ui, &field, &mut budget.ratio);
        let hint = "How many retries the budget holds; it is full at the start";
        let field = owner.named("budget.burst", "In hand", hint, "Budget in hand");
        form.value(ui, &field, &mut budget.burst);
    }
    let summary = backoff_summary(*retry);
    form.more(ui, owner, &summary, |form, ui| {
        backoff_ui(ui, form, owner, &mut retry.backoff);
        let hint = "How the wait is spread";
        let field = owner.field("jitter", "Jitter", hint);
        if let Some(to) = form.choice(ui, &field, retry.jitter, &JITTERS) {
            retry.jitter = to;
        }
    });
}

fn backoff_summary(retry: Retry) -> String {
    let jitter = match retry.jitter {
        Jitter::Full => "full jitter",
        Jitter::Off => "no jitter",
    };
    match retry.backoff {
        Backoff::Constant { wait } => format!("wait {wait}, {jitter}"),
        Backoff::Exponential { first, factor, cap } => {
            format!("wait {first} ×{factor} to {cap}, {jitter}")
        }
    }
}

fn backoff_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, backoff: &mut Backoff) {
    let hint = "How long a caller waits before the next attempt";
    let field = owner.named("backoff", "Back-off", hint, "Back-off");
    let is_exponential = matches!(backoff, Backoff::Exponential { .. });
    if let Some(to_exponential) = form.choice(ui, &field, is_exponential, &BACKOFFS) {
        *backoff = convert_backoff(*backoff, to_exponential);
    }
    match backoff {
        Backoff::Constant { wait } => {
            let field = owner.named("backoff.wait", "Wait", hint, "Wait");
            form.value(ui, &field, wait);
        }
        Backoff::Exponential { first, factor, cap } => {
            let hint = "Before the second attempt";
            let field = owner.named("backoff.first", "First wait", hint, "First wait");
            form.value(ui, &field, first);
            let hint = "How many times longer before each further one";
            let field = owner.named("backoff.factor", "Times longer", hint, "Times longer");
            form.value(ui, &field, factor);
            let field = owner.named(
                "backoff.cap",
                "Longest wait",
                "Never longer",
                "Longest wait",
            );
            form.value(ui, &field, cap);
        }
    }
}

/// The back-off in its other form; the first wait stays.
fn convert_backoff(backoff: Backoff, to_exponential: bool) -> Backoff {
    match (backoff, to_exponential) {
        (Backoff::Constant { wait }, true) => {
            let mut exponential = Backoff::default();
            if let Backoff::Exponential { first, cap, .. } = &mut exponential {
                *first = wait;
                *cap = (*cap).max(wait);
            }
            exponential
        }
        (Backoff::Exponential { first, .. }, false) => Backoff::Constant { wait: first },
        _ => backoff,
    }
}

fn breaker_ui(ui: &mut Ui, form: &mut Form<'_>, owner: &Owner, breaker: &mut Breaker) {
    let hint = "It opens when that share of the last attempts failed or timed out, 0 to 1";
    let field = owner.field("failure_ratio", "Opens at", hint);
    form.value(ui, &field, &mut breaker.failure_ratio);
    let hint = "How many attempts it looks back on; it does not open before it has seen as many";
    let field = owner.field("calls", "Of the last", hint);
    form.value(ui, &field, &mut breaker.calls);
    let hint = "How long calls are cut off";
    let field = owner.field("open_for", "Open for", hint);
    form.value(ui, &field, &mut breaker.open_for);
    let hint = "How many attempts are tried then; it closes when all are good";
    let field = owner.field("probes", "Probes", hint);
    form.value(ui, &field, &mut breaker.probes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_form_of_a_back_off_keeps_the_first_wait() {
        let wait = Nanos::from_secs(3);
        let constant = Backoff::Constant { wait };
        let exponential = convert_backoff(constant, true);
        assert_eq!(
            exponential,
            Backoff::Exponential {
                first: wait,
                factor: 2.0,
                cap: wait
            }
        );
        assert_eq!(convert_backoff(exponential, false), constant);
        assert_eq!(convert_backoff(exponential, true), exponential);
    }

    #[test]
    fn what_is_folded_says_what_is_set() {
        assert_eq!(summary(Defences::default()), "none");
        let defences = Defences {
            attempt_time_out: Some(Nanos::from_millis(100)),
            retry: Some(Retry::usual()),
            ..Defences::default()
        };
        assert_eq!(summary(defences), "3 attempts of 100ms");
        assert_eq!(
            backoff_summary(Retry::usual()),
            "wait 10ms ×2 to 1s, full jitter"
        );
    }
}
