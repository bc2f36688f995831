//! Runs in which faults strike and defences answer, told tenth of a second by tenth of a second.
//!
//! Nothing is simulated here: a test says what happened in each tenth, and the snapshots say the same.

mod teller;

use poolscope::run::{Event, Run, RunRequest};
use poolscope::scenario::{
    Backend, Backoff, Breaker, Candidate, Defences, Fault, Inject, Jitter, Protocol, Retry,
    RetryBudget, Scenario,
};
use poolscope::units::Nanos;
use poolscope::wire::{Attempts, BreakerState, IncidentKind};

use teller::block_events;

/// Length of what one [`Tick`] tells.
pub const TICK_NANOS: u64 = 100_000_000;
/// Ticks of the warm-up of [`scenario`].
const WARM_UP_TICKS: u64 = 10;

/// What happened in a tenth of a second, or how things stood at its end.
#[derive(Debug, Clone, Default)]
pub struct Tick {
    pub offered: u64,
    pub dropped: u64,
    pub good: u64,
    pub failed: u64,
    pub timed_out: u64,
    /// Of the attempts: all but `made`, which follows from the tasks and `retries`.
    pub attempts: Attempts,
    pub retries: u64,
    pub breaker: Option<BreakerState>,
    pub incidents: Vec<(IncidentKind, String)>,
}

impl Tick {
    /// As many good ones as were offered, and nothing else.
    pub fn calm(tasks: u64) -> Self {
        Self {
            offered: tasks,
            good: tasks,
            ..Self::default()
        }
    }

    /// With an incident more.
    pub fn with(mut self, kind: IncidentKind, message: &str) -> Self {
        self.incidents.push((kind, message.to_owned()));
        self
    }
}

/// Four candidates under 200 tasks a second; all tasks are slow from the third to the fifth second, and a worker is
/// killed in the fourth.
pub fn scenario() -> Scenario {
    let mut scenario = Scenario {
        title: "Retry drill".to_owned(),
        about: "Tasks are slow for two seconds, and callers try again.".to_owned(),
        ..super::scenario()
    };
    scenario.load = poolscope::scenario::Load::Open {
        rate_per_sec: 200.0,
        arrivals: poolscope::scenario::Arrivals::Constant,
    };
    scenario.protocol = Protocol {
        warm_up: Nanos(WARM_UP_TICKS * TICK_NANOS),
        measure: Nanos::from_secs(12),
        drain: Nanos::from_millis(500),
        ..Protocol::default()
    };
    let slow = Inject::Slow {
        factor: 1.0,
        added: Nanos::from_millis(400),
    };
    scenario.faults = vec![
        Fault {
            from: Nanos::from_secs(3),
            until: Some(Nanos::from_secs(5)),
            ..Fault::new(slow)
        },
        Fault {
            from: Nanos::from_secs(4),
            ..Fault::new(Inject::KillWorker { every: None })
        },
    ];
    scenario.candidates = candidates();
    scenario
}

/// Without a budget, with one, on worker processes, and with a breaker.
fn candidates() -> Vec<Candidate> {
    let retry = |budget| Retry {
        attempts: 5,
        backoff: Backoff::default(),
        jitter: Jitter::Full,
        budget,
    };
    let defences = |retry, breaker| Defences {
        attempt_time_out: Some(Nanos::from_millis(200)),
        retry: Some(retry),
        breaker,
        restarts: Some(1),
        ..Defences::default()
    };
    let budget = Some(RetryBudget {
        ratio: 0.1,
        burst: 10,
    });
    let breaker = Some(Breaker {
        failure_ratio: 0.5,
        calls: 20,
        open_for: Nanos::from_millis(300),
        probes: 3,
    });
    let candidate = |name: &str, backend, defences| Candidate {
        name: Some(name.to_owned()),
        defences: Some(defences),
        ..Candidate::of(backend)
    };
    vec![
        candidate(
            "no budget",
            Backend::threads(8),
            defences(retry(None), None),
        ),
        candidate("budget", Backend::threads(8), defences(retry(budget), None)),
        candidate(
            "processes",
            Backend::processes(4),
            defences(retry(budget), None),
        ),
        candidate(
            "breaker",
            Backend::threads(8),
            defences(retry(budget), breaker),
        ),
    ]
}

/// [`scenario`], carried out: without a budget goodput does not come back, with one it does at once, worker processes
/// die and are replaced until the budget is used up, and a breaker flaps.
pub fn run() -> Run {
    let request = RunRequest::all_of(scenario());
    let mut run = Run::new(request.clone(), super::STARTED_UNIX_SECS);
    let courses: [fn(u64) -> Tick; 4] = [no_budget, budget, processes, breaker];
    for (index, planned) in request.plan().into_iter().enumerate() {
        for event in block_events(&request, index, planned, courses[planned.candidate]) {
            run.apply(event);
        }
    }
    run.apply(Event::RunEnded { stopped: false });
    run
}

/// A run of one block of [`scenario`]'s first candidate, changed by `change`, of which `course` tells the measurement.
pub fn run_of_one(change: impl FnOnce(&mut Scenario), course: impl Fn(u64) -> Tick) -> Run {
    let mut scenario = scenario();
    scenario.candidates.truncate(1);
    change(&mut scenario);
    let request = RunRequest::all_of(scenario);
    let mut run = Run::new(request.clone(), super::STARTED_UNIX_SECS);
    for (index, planned) in request.plan().into_iter().enumerate() {
        for event in block_events(&request, index, planned, &course) {
            run.apply(event);
        }
    }
    run.apply(Event::RunEnded { stopped: false });
    run
}

/// Faults as told by the runner, at ticks of the measurement.
fn told(tick: u64, calm: Tick) -> Tick {
    match tick {
        30 => calm.with(IncidentKind::FaultBegan, "fault 1 begins: slow tasks"),
        40 => calm.with(IncidentKind::WorkerKilled, "fault 2 killed worker 3"),
        50 => calm.with(IncidentKind::FaultEnded, "fault 1 is over: slow tasks"),
        _ => calm,
    }
}

/// From the fault on three attempts per task, of which hardly one in three is in time.
fn no_budget(tick: u64) -> Tick {
    if tick < 30 {
        return Tick::calm(20);
    }
    let attempts = Attempts {
        timed_out: 55,
        wasted: 30,
        stuck: if tick >= 119 { 6 } else { 8 },
        ..Attempts::default()
    };
    let storm = Tick {
        offered: 20,
        dropped: 2,
        good: if tick < 50 { 2 } else { 6 },
        timed_out: 11,
        retries: 45,
        attempts,
        ..Tick::default()
    };
    told(tick, storm)
}

/// A tenth of the tasks is tried again; goodput is back 0.6 s after the fault.
fn budget(tick: u64) -> Tick {
    let tick_of = match tick {
        30..50 => Tick {
            offered: 20,
            good: 9,
            timed_out: 11,
            retries: 2,
            attempts: Attempts {
                timed_out: 13,
                wasted: 12,
                denied: 11,
                ..Attempts::default()
            },
            ..Tick::default()
        },
        50..56 => Tick {
            offered: 20,
            good: 14,
            timed_out: 4,
            retries: 1,
            attempts: Attempts {
                timed_out: 5,
                wasted: 3,
                denied: 4,
                ..Attempts::default()
            },
            ..Tick::default()
        },
        _ => Tick::calm(20),
    };
    told(tick, tick_of)
}

/// Two workers die, one more than may be replaced.
fn processes(tick: u64) -> Tick {
    const DIED: &str = "worker 3 was killed by signal 9; its task is lost, it is replaced";
    let mut tick_of = budget(tick);
    if matches!(tick, 40 | 70) {
        tick_of.good -= 1;
        tick_of.failed += 1;
        tick_of.attempts.failed += 1;
        tick_of = tick_of.with(IncidentKind::WorkerDied, DIED);
    }
    if (30..50).contains(&tick) {
        tick_of.attempts.stopped = tick_of.attempts.wasted;
        tick_of.attempts.wasted = 0;
        tick_of = tick_of.with(IncidentKind::WorkerStopped, "a worker was stopped");
    }
    tick_of
}

/// It opens, half-opens and closes every 0.6 s while the fault lasts.
fn breaker(tick: u64) -> Tick {
    if !(30..50).contains(&tick) {
        let mut calm = told(tick, Tick::calm(20));
        if tick == 50 {
            calm.breaker = Some(BreakerState::Closed);
            calm = calm.with(
                IncidentKind::BreakerClosed,
                "the breaker of 'request' closed",
            );
        }
        return calm;
    }
    let (state, kind) = match (tick - 30) % 6 {
        0 => (BreakerState::Open, Some(IncidentKind::BreakerOpened)),
        1 | 2 => (BreakerState::Open, None),
        3 => (
            BreakerState::HalfOpen,
            Some(IncidentKind::BreakerHalfOpened),
        ),
        4 => (BreakerState::Closed, Some(IncidentKind::BreakerClosed)),
        _ => (BreakerState::Closed, None),
    };
    let open = state == BreakerState::Open;
    let opened = u64::from(kind == Some(IncidentKind::BreakerOpened));
    let mut tick_of = Tick {
        offered: 20,
        good: if open { 0 } else { 14 },
        failed: if open { 20 } else { 0 },
        timed_out: if open { 0 } else { 6 },
        attempts: Attempts {
            rejected: if open { 20 } else { 0 },
            timed_out: if open { 0 } else { 6 },
            wasted: if open { 0 } else { 5 },
            openings: opened,
            ..Attempts::default()
        },
        breaker: Some(state),
        ..Tick::default()
    };
    if let Some(kind) = kind {
        tick_of = tick_of.with(kind, "the breaker of 'request' changed");
    }
    told(tick, tick_of)
}
