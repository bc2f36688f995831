//! What goes wrong on purpose, when and whom it hits, in words.

use std::fmt::Write as _;

use crate::scenario::strikes::{Toll, has_event_loop, takes_a_process, toll};
use crate::scenario::{Backend, Crash, Fault, Inject, Scenario};
use crate::units::text;

/// One line for each fault.
pub(super) fn faults(scenario: &Scenario) -> Vec<String> {
    let tell = |fault| format!("Fault: {}", told(fault));
    scenario.faults.iter().map(tell).collect()
}

/// A fault, as `from 3 s to 5 s each attempt of 'call' takes 10 times as long`.
#[must_use]
pub fn told(fault: &Fault) -> String {
    if fault.inject.hits_attempts() {
        format!("{}, {}", window(fault), of_attempts(fault))
    } else {
        of_workers(fault)
    }
}

fn window(fault: &Fault) -> String {
    let from = text::span(fault.from.0);
    match (fault.from.0, fault.until) {
        (0, None) => "all the time".to_owned(),
        (_, None) => format!("from {from} on"),
        (0, Some(until)) => format!("for the first {}", text::span(until.0)),
        (_, Some(until)) => format!("from {from} to {}", text::span(until.0)),
    }
}

fn of_attempts(fault: &Fault) -> String {
    let whole = fault.probability >= 1.0;
    let of_kind = match &fault.task {
        Some(task) => format!(" of '{task}'"),
        None => String::new(),
    };
    let mut who = if whole {
        format!("every attempt{of_kind}")
    } else {
        format!("each attempt{of_kind}")
    };
    if !whole {
        let _ = write!(
            who,
            " has a chance of {} that it",
            text::percent(fault.probability)
        );
    }
    let what = match fault.inject {
        Inject::Error => "fails after its work".to_owned(),
        Inject::Slow { factor, added } => slow(factor, added.0),
        Inject::Hang => "never comes to its end".to_owned(),
        Inject::Crash { how } => crash(how),
        Inject::Leak { bytes, up_to } => format!(
            "leaves {} of memory behind, up to {} in each worker",
            text::size(bytes.0),
            text::size(up_to.0)
        ),
        Inject::StallLoop { length } => format!(
            "blocks the event loop that runs it for {}",
            text::span(length.0)
        ),
        Inject::SlowServer { added } => format!(
            "is answered {} later by the server, request by request",
            text::span(added.0)
        ),
        Inject::FailServer => "is answered with an error by the server".to_owned(),
        Inject::HoldLock { added } => {
            format!("holds its locks for {} longer", text::span(added.0))
        }
        Inject::KillWorker { .. } | Inject::StallWorker { .. } => String::new(),
    };
    format!("{who} {what}")
}

fn slow(factor: f64, added: u64) -> String {
    let added_span = text::span(added);
    if factor <= 1.0 {
        format!("takes {added_span} longer")
    } else if added == 0 {
        format!("takes {} times as long", text::given(factor))
    } else {
        format!(
            "takes {} times as long and {added_span} more",
            text::given(factor)
        )
    }
}

fn crash(how: Crash) -> String {
    match how {
        Crash::Panic => "panics, which the pool catches",
        Crash::Exit { code } => return format!("ends its process with code {code}"),
        Crash::Abort => "aborts its process (signal 6)",
        Crash::Segfault => "touches forbidden memory (signal 11)",
        Crash::StackOverflow => "overflows its stack",
        Crash::Kill => "is killed with its process (signal 9)",
    }
    .to_owned()
}

fn of_workers(fault: &Fault) -> String {
    let from = text::span(fault.from.0);
    let mut words = match (fault.inject.every(), fault.until) {
        (None, _) => format!("after {from}"),
        (Some(every), None) => format!(
            "after {from}, and every {} from then on",
            text::span(every.0)
        ),
        (Some(every), Some(until)) => format!(
            "after {from}, and every {} until {}",
            text::span(every.0),
            text::span(until.0)
        ),
    };
    if fault.probability < 1.0 {
        let _ = write!(
            words,
            ", each time with a chance of {}",
            text::percent(fault.probability)
        );
    }
    match fault.inject {
        Inject::StallWorker { length, .. } => {
            let _ = write!(
                words,
                ", a worker stands still for {}",
                text::span(length.0)
            );
        }
        _ => words.push_str(", a worker is killed"),
    }
    words
}

/// What the faults take on `backend` where that is not the same everywhere; empty if nothing differs.
pub(super) fn on(backend: Backend, scenario: &Scenario) -> Vec<&'static str> {
    let mut notes = Vec::new();
    let any = |is: fn(Inject) -> bool| scenario.faults.iter().any(|fault| is(fault.inject));
    if any(takes_a_process) {
        match toll(backend) {
            Toll::All => {
                notes.push("the first crash or killed worker ends it, and the block with it");
            }
            Toll::Worker => notes.push(
                "a crash or a killed worker loses the tasks on that worker, which is replaced",
            ),
            Toll::Either => {}
        }
    }
    if any(|inject| matches!(inject, Inject::StallLoop { .. })) && !has_event_loop(backend) {
        notes.push("it has no event loop that could be blocked");
    }
    notes
}

#[cfg(test)]
mod tests {
    use crate::scenario::{describe, parse};

    /// The descriptions of a scenario with these faults, defences and candidates.
    fn lines(faults: &str, defences: &str, candidates: &str) -> Vec<String> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Tcp(delay: Constant(\"1ms\")), \
             Lock(hold: Constant(\"1ms\"))])], load: Open(rate_per_sec: 100), faults: [{faults}], \
             defences: {defences}, candidates: [{candidates}])"
        );
        let loaded = parse(&text);
        assert!(!loaded.has_errors(), "{text}\n{:?}", loaded.problems);
        describe(&loaded.scenario.unwrap())
    }

    #[test]
    fn every_fault_is_told_in_a_plain_sentence() {
        for (fault, words) in [
            (
                "inject: Error",
                "all the time, every attempt fails after its work",
            ),
            (
                "inject: Error, probability: 0.05, from: \"2s\", until: \"4s\", task: \"a\"",
                "from 2 s to 4 s, each attempt of 'a' has a chance of 5.00 % that it fails after its work",
            ),
            (
                "inject: Slow(factor: 10), until: \"4s\"",
                "for the first 4 s, every attempt takes 10 times as long",
            ),
            (
                "inject: Slow(added: \"20ms\"), from: \"4s\"",
                "from 4 s on, every attempt takes 20 ms longer",
            ),
            (
                "inject: Slow(factor: 1.5, added: \"20ms\")",
                "all the time, every attempt takes 1.5 times as long and 20 ms more",
            ),
            (
                "inject: Hang, probability: 0.5",
                "all the time, each attempt has a chance of 50.0 % that it never comes to its end",
            ),
            (
                "inject: Crash(how: Exit(code: 3))",
                "all the time, every attempt ends its process with code 3",
            ),
            (
                "inject: Leak(bytes: \"1MiB\")",
                "all the time, every attempt leaves 1 MiB of memory behind, up to 256 MiB in each worker",
            ),
            (
                "inject: StallLoop(length: \"1s\")",
                "all the time, every attempt blocks the event loop that runs it for 1 s",
            ),
            (
                "inject: SlowServer(added: \"1s\")",
                "all the time, every attempt is answered 1 s later by the server, request by request",
            ),
            (
                "inject: HoldLock(added: \"1ms\")",
                "all the time, every attempt holds its locks for 1 ms longer",
            ),
            (
                "inject: KillWorker(), from: \"2s\"",
                "after 2 s, a worker is killed",
            ),
            (
                "inject: KillWorker(every: \"1s\"), from: \"2s\", until: \"5s\", probability: 0.5",
                "after 2 s, and every 1 s until 5 s, each time with a chance of 50.0 %, a worker is killed",
            ),
            (
                "inject: StallWorker(length: \"500ms\", every: \"1s\")",
                "after 0 s, and every 1 s from then on, a worker stands still for 500 ms",
            ),
        ] {
            let lines = lines(
                &format!("({fault})"),
                "()",
                "(backend: Async(in_flight: 8))",
            );
            assert_eq!(lines[5], format!("Fault: {words}"));
            assert_eq!(lines[6], "Defences: none");
        }
    }

    #[test]
    fn every_defence_is_told_in_a_plain_sentence() {
        for (defences, words) in [
            (
                "attempt_time_out: \"100ms\", task_time_out: \"1s\", retry: (attempts: 4)",
                "an attempt is given up after 100 ms; a task with all its attempts is given up after 1 s; up to \
                 4 attempts, each after a wait drawn evenly from 0 to 10 ms, 2 times as long each time, 1 s at \
                 the most",
            ),
            (
                "retry: (attempts: 2, backoff: Constant(wait: \"0s\"), budget: (ratio: 0.1))",
                "up to 2 attempts, one at once after the other, with a budget of 0.1 retries for each task and \
                 10 in hand",
            ),
            (
                "retry: (attempts: 2, backoff: Constant(wait: \"5ms\"), jitter: Off)",
                "up to 2 attempts, each after 5 ms",
            ),
            (
                "breaker: (failure_ratio: 0.2, open_for: \"1s\", probes: 1)",
                "a breaker for each task kind opens for 1 s when 20.0 % of the last 20 attempts failed or timed \
                 out, and closes after 1 good probe",
            ),
            (
                "restarts: 1",
                "1 worker process that died replaced at the most",
            ),
        ] {
            let processes = "(backend: Processes(workers: 2))";
            let lines = lines("", &format!("({defences})"), processes);
            assert_eq!(lines[5], format!("Defences: {words}"));
        }
        assert!(lines("", "()", "(backend: Sequential)")[5].starts_with("Candidate "));
    }

    #[test]
    fn a_candidate_tells_its_own_defences_and_what_faults_take_there() {
        let faults = "(inject: Crash(), from: \"1s\"), (inject: StallLoop(length: \"1s\")), \
            (inject: Leak(bytes: \"1MiB\", up_to: \"8MiB\"))";
        let candidates = "(backend: Threads(workers: 2)), (backend: Processes(workers: 2), defences: ()), \
            (backend: Async(in_flight: 8, cpu: Processes(workers: 1)), defences: (restarts: 3))";
        let told = lines(faults, "(attempt_time_out: \"1s\")", candidates);
        for expected in [
            "2 threads in 1 process; the first crash or killed worker ends it, and the block with it; it has no \
             event loop that could be blocked; work that was given up goes on for nobody until it ends; memory \
             stages and leaks take at most 16 MiB",
            "; its own defences: none; a crash or a killed worker loses the tasks on that worker, which is \
             replaced; it has no event loop that could be blocked; memory",
            "computing on 1 worker process beside it; its own defences: 3 worker processes that died replaced \
             at the most; memory",
        ] {
            assert!(
                told.iter().any(|line| line.contains(expected)),
                "{expected}\n{told:#?}"
            );
        }
        // Nobody has the scenario's defences, which are none.
        let own = lines(
            faults,
            "()",
            "(backend: Async(in_flight: 8), defences: (restarts: 3))",
        );
        assert!(own.iter().all(|line| !line.starts_with("Defences")));
    }
}
