//! The laws of attempts, with the real desk, queue and recorder, and without threads or times: whatever the order in which
//! workers and callers come, each task is in the books once, and each attempt has one end.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::bounded;

use crate::engine::backends::desk::{Desk, DeskParts};
use crate::engine::caller::{Caller, Due};
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::load::Gate;
use crate::engine::plan::{Recipes, Surroundings};
use crate::engine::queue::TaskQueue;
use crate::engine::recorder::{Recorder, Tally};
use crate::engine::resilience::{Attempts, BreakerState};
use crate::engine::stages::StageError;
use crate::engine::task::{Cohort, Ran, Task};
use crate::scenario::{
    Backoff, Breaker, Defences, Jitter, Queue, QueuePolicy, Retry, RetryBudget, Scenario,
};
use crate::stats::rng::Rng;
use crate::units::Nanos;

/// Nothing is due before it is taken out of the diary by hand.
const NEVER: Nanos = Nanos::from_secs(3_600);

/// A desk whose workers and whose clerk are the test.
struct Bureau {
    desk: Arc<Desk>,
    gate: Arc<Gate>,
    caller: Arc<Caller>,
    recorder: Arc<Recorder>,
    queue: Arc<TaskQueue>,
    running: Vec<Task>,
    /// Tasks that ended well, as their workers saw it.
    good: BTreeSet<u64>,
}

impl Bureau {
    fn new(defences: Defences, queue: Queue) -> Self {
        let text = r#"(format: 1, title: "t", tasks: [
            (name: "a", stages: [Cpu(amount: Work(1))]), (name: "b", stages: [Cpu(amount: Work(1))])],
            candidates: [(backend: Sequential)])"#;
        let scenario: Scenario = crate::scenario::parse(text).scenario.unwrap();
        let recipes = Arc::new(Recipes::new(&scenario, false, 1));
        let policy = queue.policy;
        let queue = Arc::new(TaskQueue::new(&queue, 0));
        let recorder = Arc::new(Recorder::new(1));
        recorder.set_window(0, u64::MAX);
        let caller = Caller::new(defences, recipes.clone(), false).unwrap();
        let gate = Gate::new(
            queue.clone(),
            policy,
            recorder.clone(),
            Some(caller.clone()),
        );
        let gate = Arc::new(gate);
        gate.measure_between(0, u64::MAX);
        let desk = Desk::new(DeskParts {
            recipes,
            surroundings: Surroundings {
                executable: PathBuf::new(),
                scratch: PathBuf::new(),
                server_port: None,
                python: None,
            },
            cancel: Arc::new(Cancel::default()),
            interpreter: None,
            recorder: recorder.clone(),
            lives: Arc::default(),
            gate: gate.clone(),
            caller: Some(caller.clone()),
            faults: None,
            // Nobody reads it, and nobody waits for that.
            incidents: bounded(1).0,
            queues: vec![queue.clone()],
            batch_tasks: 0,
        });
        Self {
            desk: Arc::new(desk),
            gate,
            caller,
            recorder,
            queue,
            running: Vec::new(),
            good: BTreeSet::new(),
        }
    }

    fn offer(&self) {
        self.gate.offer(0, clock::now_nanos());
    }

    /// A worker takes the next task, if there is one, and begins with it, if it may.
    fn take(&mut self) {
        if self.queue.depth().queued == 0 {
            return;
        }
        let mut taken = Vec::new();
        assert!(self.desk.take_blocking(0, 0, 1, &mut taken));
        for mut task in taken {
            if self.desk.begin(0, 0, &mut task) {
                self.running.push(task);
            }
        }
    }

    /// The worker of a running task is done with it.
    fn end(&mut self, index: usize, is_good: bool) {
        let task = self.running.swap_remove(index);
        let now = clock::now_nanos();
        let is_awaited = !is_given_up(&task);
        if is_good && is_awaited {
            assert!(
                self.good.insert(task.number),
                "{} is good twice",
                task.number
            );
        }
        let result = if is_good {
            Ok(0)
        } else {
            Err(StageError::Failed("on purpose".to_owned()))
        };
        assert!(
            self.desk
                .end(0, 0, task, Ran::here(now, now), result)
                .is_none()
        );
    }

    /// A worker that is at a task that was given up is really stopped.
    fn stop(&mut self, index: usize) {
        if is_given_up(&self.running[index]) {
            let task = self.running.swap_remove(index);
            self.desk.discard(0, &task, true);
        }
    }

    /// The clerk does something that is due, whichever comes first.
    fn act(&self, pick: impl FnOnce(usize) -> usize) -> bool {
        let due = self.caller.take_entry(pick);
        due.map(|due| self.desk.act(due)).is_some()
    }

    /// The running attempt of that place is given up.
    fn time_out(&self, index: usize) {
        let attempt = self.running[index].attempt.clone().unwrap();
        self.desk.act(Due::TimeOut(attempt));
    }

    fn tally(&self) -> Tally {
        self.recorder.tally(Cohort::Measured)
    }

    fn attempts(&self) -> Attempts {
        self.caller.attempts()
    }

    /// What must hold after each event.
    fn check(&self) {
        let (tally, attempts) = (self.tally(), self.attempts());
        let text = format!("{tally:?} {attempts:?}");
        assert_eq!(tally.offered, tally.admitted + tally.dropped, "{text}");
        let ended = tally.good + tally.failed + tally.timed_out + tally.cancelled;
        assert_eq!(tally.admitted, ended + tally.outstanding(), "{text}");
        assert!(
            tally.queued <= tally.admitted && tally.in_flight <= tally.admitted,
            "{text}"
        );
        assert_eq!(tally.good, self.good.len() as u64, "{text}");
        assert_eq!(self.desk.gauges()[0].1, self.running.len() as u64, "{text}");
        let stuck = self.running.iter().filter(|task| is_given_up(task)).count();
        assert_eq!(attempts.stuck, stuck as u64, "{text}");
        let retries = self.caller.retries(Cohort::Measured);
        assert_eq!(attempts.made, tally.admitted + retries, "{text}");
        let over = tally.good + attempts.failed + attempts.timed_out + attempts.rejected;
        assert!(
            over <= attempts.made && attempts.refused <= attempts.failed,
            "{text}"
        );
    }

    /// Lets everything come to its end, well; nothing is left afterwards.
    fn drain(&mut self) {
        loop {
            self.take();
            if !self.running.is_empty() {
                self.end(0, true);
            } else if self.queue.depth().queued == 0 && !self.act(|_| 0) {
                break;
            }
            self.check();
        }
        let (tally, attempts) = (self.tally(), self.attempts());
        assert_eq!(tally.outstanding(), 0, "{tally:?}");
        let over = tally.good + attempts.failed + attempts.timed_out + attempts.rejected;
        assert_eq!(attempts.made, over, "{tally:?} {attempts:?}");
        assert_eq!(attempts.stuck, 0);
    }
}

fn is_given_up(task: &Task) -> bool {
    let attempt = task.attempt.as_ref();
    attempt.is_some_and(|attempt| attempt.is_settled())
}

fn retry(attempts: u32, budget: Option<RetryBudget>) -> Retry {
    Retry {
        attempts,
        backoff: Backoff::Constant { wait: NEVER },
        jitter: Jitter::Full,
        budget,
    }
}

fn breaker(open_for: Nanos) -> Breaker {
    Breaker {
        failure_ratio: 0.5,
        calls: 4,
        open_for,
        probes: 2,
    }
}

fn room(capacity: u32, policy: QueuePolicy) -> Queue {
    Queue {
        capacity,
        policy,
        ..Queue::default()
    }
}

/// What a block may be defended with; every part of it in some.
fn all_defences() -> Vec<Defences> {
    let time_out = Defences {
        attempt_time_out: Some(NEVER),
        ..Defences::default()
    };
    let budget = RetryBudget {
        ratio: 0.2,
        burst: 3,
    };
    vec![
        time_out,
        Defences {
            retry: Some(retry(3, None)),
            ..time_out
        },
        Defences {
            retry: Some(retry(5, Some(budget))),
            task_time_out: Some(NEVER),
            ..time_out
        },
        Defences {
            retry: Some(retry(3, None)),
            // Open and half-open by turns.
            breaker: Some(breaker(Nanos(1))),
            ..time_out
        },
        Defences {
            breaker: Some(breaker(NEVER)),
            ..Defences::default()
        },
    ]
}

#[test]
fn in_whatever_order_workers_and_callers_come_no_task_is_lost_or_counted_twice() {
    let policies = [QueuePolicy::DropNewest, QueuePolicy::DropOldest];
    for (case, defences) in all_defences().into_iter().enumerate() {
        for policy in policies {
            for seed in 0..20 {
                let mut rng = Rng::new(seed, case as u64);
                let mut bureau = Bureau::new(defences, room(4, policy));
                for _ in 0..400 {
                    let mut pick = |count: usize| (rng.next_u64() % count.max(1) as u64) as usize;
                    let (what, which) = (pick(8), pick(bureau.running.len()));
                    match what {
                        0 | 1 => bureau.offer(),
                        2 if bureau.running.len() < 6 => bureau.take(),
                        3 | 4 if !bureau.running.is_empty() => bureau.end(which, what == 3),
                        5 if !bureau.running.is_empty() => bureau.stop(which),
                        6 if !bureau.running.is_empty() => bureau.time_out(which),
                        _ => {
                            bureau.act(pick);
                        }
                    }
                    bureau.check();
                }
                bureau.drain();
                assert!(bureau.tally().admitted > 20);
            }
        }
    }
}

#[test]
fn each_task_that_keeps_failing_has_as_many_attempts_as_allowed_and_fails_once() {
    let defences = Defences {
        retry: Some(retry(3, None)),
        ..Defences::default()
    };
    let mut bureau = Bureau::new(defences, room(100, QueuePolicy::DropNewest));
    for _ in 0..10 {
        bureau.offer();
    }
    for _ in 0..3 {
        while bureau.queue.depth().queued > 0 {
            bureau.take();
            bureau.end(0, false);
            bureau.check();
        }
        while bureau.act(|_| 0) {}
    }
    let (tally, attempts) = (bureau.tally(), bureau.attempts());
    assert_eq!((tally.failed, tally.outstanding()), (10, 0));
    assert_eq!(
        (attempts.made, attempts.failed, attempts.denied),
        (30, 30, 0)
    );
    assert_eq!(bureau.caller.retries(Cohort::Measured), 20);
}

#[test]
fn a_budget_allows_its_burst_and_its_ratio_and_denies_the_rest() {
    let budget = RetryBudget {
        ratio: 0.5,
        burst: 3,
    };
    let defences = Defences {
        retry: Some(retry(100, Some(budget))),
        ..Defences::default()
    };
    let mut bureau = Bureau::new(defences, room(100, QueuePolicy::DropNewest));
    // Each task fails and asks for a retry before the next one puts its half in.
    for _ in 0..20 {
        bureau.offer();
        bureau.take();
        bureau.end(0, false);
        bureau.check();
    }
    // Three and what nineteen put in after the first, who found it full, have taken one: 3 + 19 / 2, rounded down.
    let attempts = bureau.attempts();
    assert_eq!((attempts.made, attempts.failed), (20, 20));
    assert_eq!(attempts.denied, 20 - 12);
    assert_eq!(bureau.tally().failed, 8, "who was denied is done");
    bureau.drain();
    let (tally, attempts) = (bureau.tally(), bureau.attempts());
    assert_eq!((tally.good, tally.failed, attempts.made), (12, 8, 32));
}

#[test]
fn who_is_given_up_is_counted_by_how_far_it_had_come() {
    let defences = Defences {
        attempt_time_out: Some(NEVER),
        ..Defences::default()
    };
    let mut bureau = Bureau::new(defences, room(100, QueuePolicy::DropNewest));
    for _ in 0..5 {
        bureau.offer();
    }
    for _ in 0..3 {
        bureau.take();
    }
    // Two wait, three run; all are given up.
    while bureau.act(|_| 0) {
        bureau.check();
    }
    let (tally, attempts) = (bureau.tally(), bureau.attempts());
    assert_eq!((tally.timed_out, tally.outstanding()), (5, 0));
    assert_eq!((attempts.timed_out, attempts.stuck), (5, 3));
    assert_eq!(
        bureau.queue.depth().queued,
        2,
        "their places in the queue stay"
    );
    bureau.stop(0);
    bureau.end(0, true);
    bureau.end(0, false);
    bureau.take();
    bureau.take();
    bureau.check();
    let attempts = bureau.attempts();
    assert_eq!(
        (attempts.stopped, attempts.wasted, attempts.stuck),
        (1, 2, 0)
    );
    assert_eq!(bureau.queue.depth().queued, 0);
    assert_eq!(
        bureau.tally().good,
        0,
        "an answer that nobody awaits is none"
    );
}

#[test]
fn an_open_breaker_rejects_its_kind_at_once_and_the_other_kind_goes_on() {
    let defences = Defences {
        breaker: Some(breaker(NEVER)),
        retry: Some(retry(2, None)),
        ..Defences::default()
    };
    let mut bureau = Bureau::new(defences, room(1_000, QueuePolicy::DropNewest));
    for _ in 0..100 {
        bureau.offer();
    }
    let mut of_kind = [0_u64; 2];
    while bureau.queue.depth().queued > 0 {
        bureau.take();
        if let Some(task) = bureau.running.first() {
            let kind = task.attempt.as_ref().unwrap().kind();
            of_kind[kind] += 1;
            // The first kind fails always.
            bureau.end(0, kind == 1);
        }
        bureau.check();
    }
    let (tally, attempts) = (bureau.tally(), bureau.attempts());
    assert_eq!(of_kind[0], 4, "it opens at the fourth failure");
    assert_eq!(tally.good, of_kind[1]);
    // Those four come again; all others of their kind were rejected, and are not tried again.
    assert_eq!(attempts.rejected, 100 - of_kind[1] - 4);
    assert_eq!((attempts.failed, attempts.openings), (4, 1));
    assert_eq!((tally.failed, tally.outstanding()), (attempts.rejected, 4));
    let states = bureau.caller.breakers();
    assert_eq!(states, [BreakerState::Open, BreakerState::Closed]);
    bureau.drain();
    assert_eq!(bureau.attempts().rejected, 100 - of_kind[1]);
}

#[test]
fn a_retry_that_a_full_queue_refuses_is_a_failed_attempt() {
    let defences = Defences {
        retry: Some(retry(3, None)),
        ..Defences::default()
    };
    let mut bureau = Bureau::new(defences, room(1, QueuePolicy::DropNewest));
    bureau.offer();
    bureau.take();
    bureau.end(0, false);
    bureau.offer();
    // Twice its caller finds the queue full.
    assert!(bureau.act(|_| 0));
    bureau.check();
    assert!(bureau.act(|_| 0));
    bureau.check();
    assert!(!bureau.act(|_| 0));
    let (tally, attempts) = (bureau.tally(), bureau.attempts());
    assert_eq!(
        (attempts.made, attempts.failed, attempts.refused),
        (4, 3, 2)
    );
    assert_eq!((tally.failed, tally.queued), (1, 1));
}
