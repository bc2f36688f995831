//! Snapshots and incidents of a block of which each tenth of a second is told.

use poolscope::run::{BlockEnd, Event, PlannedBlock, RunRequest};
use poolscope::scenario::Scenario;
use poolscope::stats::{Histogram, SparseHistogram};
use poolscope::wire::{
    Attempts, BreakerState, Cohort, Counts, Finished, FromRunner, Incident, IncidentKind, Memory,
    MemoryKind, Phase, Pool, PoolKind, Resilience, Resources, Snapshot, Started, TimeSplit,
};

use super::{TICK_NANOS, Tick};

/// All events of one block; `course` is asked for each tenth of a second of the measurement, from 0.
pub fn block_events(
    request: &RunRequest,
    index: usize,
    planned: PlannedBlock,
    course: impl Fn(u64) -> Tick,
) -> Vec<Event> {
    let message = |message| Event::Message {
        block: index,
        message,
    };
    let scenario = &request.scenario;
    let backend = scenario.candidates[planned.candidate].backend;
    let mut events = vec![
        Event::BlockStarting { block: index },
        message(FromRunner::Started(Box::new(Started {
            cold_start_nanos: 900_000,
            worker_pids: Vec::new(),
            baseline_bytes: Some(3 << 20),
            machine: super::super::machine(),
            calibration: Vec::new(),
            python: None,
        }))),
    ];
    let warm_up = scenario.protocol.warm_up.0 / TICK_NANOS;
    let measure = scenario.protocol.measure.0 / TICK_NANOS;
    let mut teller = Teller::new(scenario, planned.candidate, backend.workers());
    for tick in 0..=(warm_up + measure) {
        let told = match tick.checked_sub(warm_up) {
            Some(within) if within < measure => course(within),
            Some(_) => Tick::default(),
            None => Tick::calm(20),
        };
        for (kind, text) in &told.incidents {
            events.push(message(FromRunner::Incident(Incident {
                elapsed_nanos: tick * TICK_NANOS,
                kind: *kind,
                message: text.clone(),
            })));
        }
        let snapshot = teller.tell(tick, &told, warm_up, measure);
        events.push(message(FromRunner::Snapshot(Box::new(snapshot))));
    }
    events.push(message(FromRunner::Finished(Finished {
        stopped: false,
        makespan_nanos: None,
        worker_deaths: teller.deaths,
        workers_recycled: 0,
        failures: Vec::new(),
    })));
    events.push(Event::BlockEnded {
        block: index,
        end: BlockEnd::Completed,
    });
    events
}

/// Adds up what the ticks tell.
struct Teller {
    workers: u32,
    counts: [Counts; 2],
    attempts: Attempts,
    watched: bool,
    breakers: Vec<BreakerState>,
    fault_hits: Vec<u64>,
    window: [u64; 3],
    good_within: u64,
    good_late: u64,
    split: TimeSplit,
    deaths: u32,
}

impl Teller {
    fn new(scenario: &Scenario, candidate: usize, workers: u32) -> Self {
        let defences = scenario.defences_of(candidate);
        Self {
            workers,
            counts: [Counts::default(); 2],
            attempts: Attempts::default(),
            watched: defences.watches_attempts(),
            breakers: vec![BreakerState::Closed; usize::from(defences.breaker.is_some())],
            fault_hits: vec![0; scenario.faults.len()],
            window: [0; 3],
            good_within: scenario.good_within().map_or(u64::MAX, |bound| bound.0),
            good_late: 0,
            split: TimeSplit::default(),
            deaths: 0,
        }
    }

    fn tell(&mut self, tick: u64, told: &Tick, warm_up: u64, measure: u64) -> Snapshot {
        let now = (tick + 1) * TICK_NANOS;
        let (start, end) = (warm_up * TICK_NANOS, (warm_up + measure) * TICK_NANOS);
        let is_measured = now > start;
        let over = now > end;
        let late = self.late(told);
        self.good_late += late;
        if is_measured && !over {
            self.window[2] += late;
        }
        self.add(told, usize::from(is_measured), over);
        let ended = told.good + told.failed + told.timed_out;
        let mut response = Histogram::new();
        (0..ended).for_each(|number| response.record(response_nanos(told, number)));
        let cohort = |counts, response: SparseHistogram, split| Cohort {
            counts,
            service: response.clone(),
            response,
            split,
            ..Cohort::default()
        };
        let (of_warm_up, of_measured) = if is_measured {
            (SparseHistogram::default(), response.to_sparse())
        } else {
            (response.to_sparse(), SparseHistogram::default())
        };
        let both = self.counts[0].plus(&self.counts[1]);
        Snapshot {
            sequence: tick,
            elapsed_nanos: now,
            phase: match now {
                now if now < start => Phase::WarmUp,
                now if now < end => Phase::Measure,
                _ => Phase::Drain,
            },
            measure_start_nanos: (now >= start).then_some(start),
            measure_end_nanos: (now >= end).then_some(end),
            warm_up: cohort(self.counts[0], of_warm_up, TimeSplit::default()),
            measured: cohort(self.counts[1], of_measured, self.split),
            counters: Vec::new(),
            pools: vec![Pool {
                kind: PoolKind::Threads,
                workers: self.workers,
                queued: both.queued,
                in_flight: both.in_flight,
            }],
            loop_lag: SparseHistogram::default(),
            interpreter_lock: None,
            collections: None,
            resilience: Resilience {
                attempts: self.watched.then_some(self.attempts),
                breakers: self.breakers.clone(),
                fault_hits: self.fault_hits.clone(),
            },
            window_completed: self.window[0],
            window_good: self.window[1],
            window_good_late: self.window[2],
            good_late: self.good_late,
            lives: None,
            resources: resources(now),
            skipped_ticks: 0,
            merged: 0,
        }
    }

    /// How many of its good tasks, the first ones, are answered after the bound.
    fn late(&self, told: &Tick) -> u64 {
        let late = |number: &u64| response_nanos(told, *number) > self.good_within;
        (0..told.good).filter(late).count() as u64
    }

    fn add(&mut self, told: &Tick, cohort: usize, over: bool) {
        let counts = &mut self.counts[cohort];
        let admitted = told.offered - told.dropped;
        counts.offered += told.offered;
        counts.admitted += admitted;
        counts.dropped += told.dropped;
        counts.good += told.good;
        counts.failed += told.failed;
        counts.timed_out += told.timed_out;
        counts.retries += told.retries;
        let left = counts.admitted - counts.completed() - counts.cancelled;
        if over {
            counts.cancelled += left;
        }
        let left = if over { 0 } else { left };
        counts.in_flight = left.min(u64::from(self.workers));
        counts.queued = left - counts.in_flight;
        self.deaths += told
            .incidents
            .iter()
            .filter(|(kind, _)| *kind == IncidentKind::WorkerDied)
            .count() as u32;
        if cohort == 0 {
            return;
        }
        let stuck = if over {
            self.attempts.stuck
        } else {
            told.attempts.stuck
        };
        self.attempts = Attempts {
            made: self.attempts.made + admitted + told.retries,
            stuck,
            ..self.attempts.plus(&told.attempts)
        };
        if let (Some(breaker), Some(state)) = (self.breakers.first_mut(), told.breaker) {
            *breaker = state;
        }
        if let Some(hits) = self.fault_hits.first_mut() {
            *hits += told.attempts.timed_out;
        }
        let ended = told.good + told.failed + told.timed_out;
        if !over {
            self.window[0] += ended;
            self.window[1] += told.good;
        }
        self.split.tasks += ended;
        self.split.retries_nanos += told.retries * 30_000_000;
        self.split.queue_wait_nanos += ended * 4_000_000;
        self.split.on_cpu_nanos += ended * 2_000_000;
        self.split.off_cpu_nanos += ended * 6_000_000;
    }
}

/// What the system says at that instant, in nanoseconds since the start.
fn resources(now: u64) -> Resources {
    Resources {
        cpu_nanos: now / 2,
        instrument_cpu_nanos: now / 100,
        observer_cpu_nanos: Some(now / 50),
        memory: Some(Memory {
            kind: MemoryKind::Derived,
            per_worker_bytes: 600_000.0,
            per_worker_uss_bytes: None,
            per_worker_rss_bytes: None,
            total_bytes: 8 << 20,
        }),
        ..Resources::default()
    }
}

/// The response time of that one of the tasks of a tenth of a second, in nanoseconds.
const fn response_nanos(told: &Tick, number: u64) -> u64 {
    20_000_000 + number * 300_000 + told.timed_out * 12_000_000
}
