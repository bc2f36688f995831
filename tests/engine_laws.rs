//! The laws that every figure rests on, with a manual clock: a simulated pool executes the real schedule
//! and writes into the real recorder, event by event, with exact numbers.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use poolscope::engine::arrivals::OpenSchedule;
use poolscope::engine::queue::{Offer, TaskQueue};
use poolscope::engine::{Admission, Cohort, Distributions, Outcome, Ran, Recorder, Tally, Task};
use poolscope::scenario::{Arrivals, Load, Queue, QueuePolicy};
use poolscope::stats::queueing;
use poolscope::stats::rng::Rng;
use poolscope::units::Nanos;

const SECOND: u64 = 1_000_000_000;

fn open_schedule(rate_per_sec: f64, arrivals: Arrivals, seed: u64) -> OpenSchedule {
    let load = Load::Open {
        rate_per_sec,
        arrivals,
    };
    OpenSchedule::new(&load, 0, seed).unwrap()
}

/// A pool of servers with a bounded queue in front, on a clock of its own.
struct SimulatedPool<'a> {
    recorder: &'a Recorder,
    servers: usize,
    queue: TaskQueue,
    /// Tasks under way: (end, number), the earliest first.
    ends: BinaryHeap<Reverse<(u64, u64, u64)>>,
    tasks: Vec<Task>,
    service: Box<dyn FnMut(u64) -> u64 + 'a>,
    /// Integral of the number of tasks in the system, in task nanoseconds.
    area: u128,
    last_event: u64,
}

impl<'a> SimulatedPool<'a> {
    fn new(
        recorder: &'a Recorder,
        servers: usize,
        capacity: u32,
        service: impl FnMut(u64) -> u64 + 'a,
    ) -> Self {
        Self::with_queue(
            recorder,
            servers,
            &Queue {
                capacity,
                ..Queue::default()
            },
            service,
        )
    }

    fn with_queue(
        recorder: &'a Recorder,
        servers: usize,
        queue: &Queue,
        service: impl FnMut(u64) -> u64 + 'a,
    ) -> Self {
        Self {
            recorder,
            servers,
            queue: TaskQueue::new(queue, 0),
            ends: BinaryHeap::new(),
            tasks: Vec::new(),
            service: Box::new(service),
            area: 0,
            last_event: 0,
        }
    }

    /// Time passes until `now`; then the law must hold.
    fn pass(&mut self, now: u64) {
        let depth = self.queue.depth();
        let inside = u128::from(depth.queued) + self.ends.len() as u128;
        self.area += inside * u128::from(now - self.last_event);
        self.last_event = now;
        let tally = self.recorder.tally(Cohort::Measured);
        check_law(tally);
        assert_eq!(tally.queued, depth.queued, "queued is what the queue holds");
        assert_eq!(tally.in_flight, depth.in_flight);
        assert_eq!(
            tally.in_flight as usize,
            self.ends.len(),
            "in flight is what runs"
        );
    }

    fn end_until(&mut self, until: u64) {
        while let Some(&Reverse((end, start, number))) = self.ends.peek() {
            if end > until {
                return;
            }
            self.pass(end);
            self.ends.pop();
            let ran = Ran::here(start, end);
            self.recorder
                .end(0, &self.tasks[number as usize], &ran, Outcome::Good, 0);
            self.queue.task_ended();
            self.start_waiting(end);
        }
    }

    fn start_waiting(&mut self, now: u64) {
        let (mut taken, mut shed) = (Vec::new(), Vec::new());
        let free = self.servers - self.ends.len();
        self.queue.try_take(now, free, &mut taken, &mut shed);
        for task in shed {
            self.recorder.shed(0, task.cohort);
        }
        for task in taken {
            self.recorder.start(0, &task);
            let end = now + (self.service)(task.number);
            self.ends.push(Reverse((end, now, task.number)));
        }
    }

    fn arrive(&mut self, due: u64) {
        self.end_until(due);
        self.pass(due);
        let number = self.tasks.len() as u64;
        let task = Task::new(number, Cohort::Measured, due, due);
        self.tasks.push(task.clone());
        self.recorder
            .offer(0, &task, || match self.queue.offer(&task) {
                Offer::Admitted => Admission::Admitted,
                Offer::AdmittedInPlaceOf(victim) => Admission::InPlaceOf(victim.cohort),
                Offer::Refused => Admission::Dropped,
                Offer::Ended => Admission::NotOffered,
            });
        self.start_waiting(due);
    }

    /// Runs `schedule` for `secs` and lets it run dry.
    fn run(mut self, schedule: OpenSchedule, secs: u64) -> Outcomes {
        self.recorder.set_window(0, u64::MAX);
        for due in schedule.take_while(|due| *due < secs * SECOND) {
            self.arrive(due);
        }
        self.end_until(u64::MAX);
        let tally = self.recorder.tally(Cohort::Measured);
        check_law(tally);
        Outcomes {
            tally,
            times: self.recorder.drain(Cohort::Measured, true),
            mean_inside: self.area as f64 / self.last_event as f64,
            nanos: self.last_event,
        }
    }
}

struct Outcomes {
    tally: Tally,
    times: Distributions,
    mean_inside: f64,
    nanos: u64,
}

fn check_law(tally: Tally) {
    assert_eq!(tally.offered, tally.admitted + tally.dropped, "{tally:?}");
    let ended = tally.good + tally.failed + tally.cancelled;
    assert_eq!(
        tally.admitted,
        ended + tally.queued + tally.in_flight,
        "{tally:?}"
    );
}

#[test]
fn below_capacity_a_regular_load_waits_for_nothing() {
    let recorder = Recorder::new(2);
    let schedule = open_schedule(100.0, Arrivals::Constant, 1);
    let done = SimulatedPool::new(&recorder, 1, 10, |_| 9_000_000).run(schedule, 10);
    assert_eq!((done.tally.good, done.tally.dropped), (1_000, 0));
    assert_eq!(done.times.response.to_dense().max(), Some(9_000_000));
    assert_eq!(done.times.queue_wait.to_dense().max(), Some(0));
}

#[test]
fn at_twice_the_capacity_half_is_dropped_and_the_rest_waits_for_the_whole_queue() {
    let recorder = Recorder::new(1);
    let schedule = open_schedule(200.0, Arrivals::Constant, 1);
    let done = SimulatedPool::new(&recorder, 1, 20, |_| 10_000_000).run(schedule, 30);
    let dropped = done.tally.dropped as f64 / done.tally.offered as f64;
    assert!((dropped - 0.5).abs() < 0.01, "{dropped}");
    // Twenty tasks ahead, and the one under way.
    let p50 = done.times.response.to_dense().quantile(0.5).unwrap() as f64;
    assert!((p50 / (21.0 * 10e6) - 1.0).abs() < 0.05, "{p50}");
    assert_eq!(done.times.service.to_dense().max(), Some(10_000_000));
}

#[test]
fn littles_law_holds() {
    for (servers, rate) in [(1, 70.0), (4, 300.0)] {
        let recorder = Recorder::new(2);
        let mut rng = Rng::new(9, 9);
        let service = |_| (rng.exponential() * 10e6) as u64;
        let schedule = open_schedule(rate, Arrivals::Poisson, 4);
        let done = SimulatedPool::new(&recorder, servers, 100_000, service).run(schedule, 300);
        let throughput = done.tally.good as f64 / (done.nanos as f64 / 1e9);
        let time_inside = done.times.response.to_dense().mean().unwrap() / 1e9;
        let ratio = done.mean_inside / (throughput * time_inside);
        assert!((ratio - 1.0).abs() < 0.001, "{servers} servers: {ratio}");
    }
}

#[test]
fn mean_response_is_schedule_delay_plus_queue_wait_plus_service() {
    let recorder = Recorder::new(1);
    let schedule = open_schedule(90.0, Arrivals::Poisson, 2);
    let done = SimulatedPool::new(&recorder, 1, 50, |_| 10_000_000).run(schedule, 60);
    let times = &done.times;
    let mean = |histogram: &poolscope::stats::SparseHistogram| histogram.to_dense().mean().unwrap();
    // Dropped tasks have a schedule delay (zero here) and nothing else.
    let parts = mean(&times.queue_wait) + mean(&times.service) + mean(&times.schedule_delay);
    assert!((mean(&times.response) - parts).abs() < 1.0);
}

/// Mean queue wait in seconds at half load, with exponential or constant service times of 10 ms.
fn mean_wait(servers: usize, exponential: bool) -> f64 {
    let service = 10_000_000_f64;
    let mut rng = Rng::new(5, 5);
    let recorder = Recorder::new(1);
    let draw = |_| {
        if exponential {
            (rng.exponential() * service) as u64
        } else {
            service as u64
        }
    };
    let schedule = open_schedule(50.0 * servers as f64, Arrivals::Poisson, 8);
    let done = SimulatedPool::new(&recorder, servers, 1_000_000, draw).run(schedule, 4_000);
    done.times.queue_wait.to_dense().mean().unwrap() / 1e9
}

#[test]
fn waiting_times_are_those_of_queueing_theory() {
    for servers in [1, 2, 4] {
        let (count, rate) = (servers as u32, 50.0 * servers as f64);
        for (exponential, expected) in [
            (true, queueing::mmc_mean_wait(rate, 100.0, count)),
            (false, queueing::mdc_mean_wait(rate, 0.01, count)),
        ] {
            let (wait, expected) = (mean_wait(servers, exponential), expected.unwrap());
            assert!(
                (wait / expected - 1.0).abs() < 0.05,
                "{servers} servers: {wait} instead of {expected}"
            );
        }
    }
}

#[test]
fn the_law_holds_at_every_event_under_every_queue_policy() {
    // Twice the capacity, so that every policy has to give up half of the tasks.
    for (policy, wait_p90_nanos) in [
        (QueuePolicy::DropNewest, 20 * 10_000_000),
        (QueuePolicy::DropOldest, 20 * 5_000_000),
        (
            QueuePolicy::ShedByAge {
                older_than: Nanos::from_millis(30),
            },
            30_000_000,
        ),
    ] {
        let recorder = Recorder::new(2);
        let queue = Queue {
            capacity: 20,
            policy,
            in_flight: None,
        };
        let schedule = open_schedule(200.0, Arrivals::Constant, 1);
        let pool = SimulatedPool::with_queue(&recorder, 1, &queue, |_| 10_000_000);
        let done = pool.run(schedule, 30);
        let ratio = done.tally.dropped as f64 / done.tally.offered as f64;
        assert!((ratio - 0.5).abs() < 0.01, "{policy:?}: {ratio}");
        assert_eq!(done.tally.good, done.tally.admitted);
        // The last twenty wait longer where the oldest are given up: nobody comes any more to push them out.
        let wait = done.times.queue_wait.to_dense().quantile(0.9).unwrap();
        let highest = wait_p90_nanos + wait_p90_nanos / 1_000;
        assert!(wait <= highest, "{policy:?}: {wait}");
    }
}

#[test]
fn a_cap_on_tasks_in_flight_leaves_servers_idle() {
    let recorder = Recorder::new(1);
    let queue = Queue {
        capacity: 10_000,
        policy: QueuePolicy::DropNewest,
        in_flight: Some(2),
    };
    let schedule = open_schedule(400.0, Arrivals::Constant, 1);
    let pool = SimulatedPool::with_queue(&recorder, 8, &queue, |_| 10_000_000);
    let done = pool.run(schedule, 10);
    // Two of eight servers do 200 per second, and it takes twice as long until all is done.
    assert_eq!(done.tally.good, 4_000);
    assert!(
        (done.nanos as f64 / 20e9 - 1.0).abs() < 0.01,
        "{}",
        done.nanos
    );
}

#[test]
fn a_standstill_shows_in_the_response_times_as_the_schedule_demands() {
    // 5 s of standstill in 10 s of a constant rate: half of the tasks wait a uniform 0 to 5 s.
    let recorder = Recorder::new(1);
    let mut frozen = false;
    let service = |number| {
        // The task that is due after 2 s takes 5 s; all others are quick.
        if !frozen && number == 2_000 {
            frozen = true;
            5 * SECOND
        } else {
            1_000
        }
    };
    let schedule = open_schedule(1_000.0, Arrivals::Constant, 1);
    let done = SimulatedPool::new(&recorder, 1, 100_000, service).run(schedule, 10);
    for (quantile, secs) in [(0.75, 2.5), (0.9, 4.0), (0.99, 4.9)] {
        let found = done.times.response.to_dense().quantile(quantile).unwrap() as f64 / 1e9;
        assert!((found / secs - 1.0).abs() < 0.01, "{quantile}: {found}");
    }
}
