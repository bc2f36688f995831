//! How callers and pools defend themselves, in words.

use crate::scenario::{
    Backend, Backoff, Breaker, Defences, Jitter, PythonPool, Retry, RetryBudget,
};
use crate::units::text;

/// All that is set, without an end mark; `none` if nothing is.
pub(super) fn told(defences: Defences) -> String {
    let mut words = Vec::new();
    if let Some(time) = defences.attempt_time_out {
        words.push(format!(
            "an attempt is given up after {}",
            text::span(time.0)
        ));
    }
    if let Some(time) = defences.task_time_out {
        words.push(format!(
            "a task with all its attempts is given up after {}",
            text::span(time.0)
        ));
    }
    words.extend(defences.retry.map(retry));
    words.extend(defences.breaker.map(breaker));
    if let Some(restarts) = defences.restarts {
        words.push(match restarts {
            0 => "no worker process that dies is replaced".to_owned(),
            some => format!(
                "{} that died replaced at the most",
                text::counted(some.into(), "worker process", "worker processes")
            ),
        });
    }
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join("; ")
    }
}

fn retry(retry: Retry) -> String {
    let wait = match retry.backoff {
        Backoff::Constant { wait } if wait.0 == 0 => "one at once after the other".to_owned(),
        Backoff::Constant { wait } => match retry.jitter {
            Jitter::Full => format!("each after up to {}, drawn evenly", text::span(wait.0)),
            Jitter::Off => format!("each after {}", text::span(wait.0)),
        },
        Backoff::Exponential { first, factor, cap } => {
            let (first, cap) = (text::span(first.0), text::span(cap.0));
            let longer = format!(
                "{first}, {} times as long each time, {cap} at the most",
                text::given(factor)
            );
            match retry.jitter {
                Jitter::Full => format!("each after a wait drawn evenly from 0 to {longer}"),
                Jitter::Off => format!("each after {longer}"),
            }
        }
    };
    let mut words = format!(
        "up to {}, {wait}",
        text::counted(retry.attempts.into(), "attempt", "attempts")
    );
    if let Some(RetryBudget { ratio, burst }) = retry.budget {
        words.extend([
            ", with a budget of ",
            &text::given(ratio),
            " retries for each task and ",
            &text::count(burst.into()),
            " in hand",
        ]);
    }
    words
}

fn breaker(breaker: Breaker) -> String {
    format!(
        "a breaker for each task kind opens for {} when {} of the last {} failed or timed out, and closes \
         after {}",
        text::span(breaker.open_for.0),
        text::percent(breaker.failure_ratio),
        text::counted(breaker.calls.into(), "attempt", "attempts"),
        text::counted(breaker.probes.into(), "good probe", "good probes")
    )
}

/// What becomes of work that was given up, on `backend`; nothing if nobody gives up.
pub(super) fn given_up(backend: Backend, defences: Defences) -> Option<&'static str> {
    if defences.attempt_time_out.is_none() && defences.task_time_out.is_none() {
        return None;
    }
    Some(match backend {
        Backend::Processes {
            chunk: None | Some(1),
            ..
        } => "work that was given up is stopped with its worker, which is replaced",
        Backend::Async { .. } | Backend::Python(PythonPool::Asyncio { .. }) => {
            "work that was given up stops where it next waits"
        }
        _ => "work that was given up goes on for nobody until it ends",
    })
}
