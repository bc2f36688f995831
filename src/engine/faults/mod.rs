//! What goes wrong on purpose: which attempts are hit, and by what.
//!
//! Decided here, in the caller's process, when an attempt begins, and carried out by whoever executes it. Which attempts
//! are hit follows from the seed, the fault, the task and the attempt, so that the same attempts are hit on every back
//! end; whether a fault lasts at that moment is a matter of real time.

mod affliction;
mod schedule;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::scenario::{Backend, Fault, Scenario, can_hit};
use crate::stats::rng::Rng;

pub use affliction::Affliction;
pub(in crate::engine) use schedule::{Due, Schedule};

/// A stream of its own for each fault, so that faults do not move with the tasks' draws or with each other.
const FAULT_STREAM: u64 = 0x6661_756c_7473;
/// Added to the seed once per attempt after the first.
const ATTEMPT_SALT: u64 = 0x9e37_79b9_7f4a_7c15;

/// The faults of a block.
#[derive(Debug)]
pub struct Faults {
    list: Vec<Prepared>,
    seed: u64,
    /// When the measurement began; `u64::MAX` before.
    measured_from_nanos: AtomicU64,
    /// How long the worker that begins the next attempt is to hold still, in nanoseconds.
    stall_nanos: AtomicU64,
}

#[derive(Debug)]
struct Prepared {
    fault: Fault,
    /// Whether it can hit attempts of each task kind.
    kinds: Vec<bool>,
    hits: AtomicU64,
}

impl Faults {
    /// Those of `scenario` on `backend`, drawn from `seed`; none without any.
    #[must_use]
    pub fn new(scenario: &Scenario, backend: Backend, seed: u64) -> Option<Self> {
        let prepared = |fault: &Fault| Prepared {
            kinds: scenario
                .tasks
                .iter()
                .map(|kind| can_hit(fault, kind, backend))
                .collect(),
            fault: fault.clone(),
            hits: AtomicU64::new(0),
        };
        (!scenario.faults.is_empty()).then(|| Self {
            list: scenario.faults.iter().map(prepared).collect(),
            seed,
            measured_from_nanos: AtomicU64::new(u64::MAX),
            stall_nanos: AtomicU64::new(0),
        })
    }

    /// The measurement begins at an instant of the monotonic clock: the windows of faults count from it.
    pub fn measure_from(&self, instant_nanos: u64) {
        self.measured_from_nanos
            .store(instant_nanos, Ordering::Release);
    }

    /// How long the measurement has lasted at an instant, in nanoseconds; none before it.
    #[must_use]
    pub fn elapsed_nanos(&self, now_nanos: u64) -> Option<u64> {
        now_nanos.checked_sub(self.measured_from_nanos.load(Ordering::Acquire))
    }

    /// The instant of the monotonic clock at which the measurement has lasted `elapsed_nanos`; none before it, and for
    /// none.
    pub(in crate::engine) fn instant_nanos(&self, elapsed_nanos: Option<u64>) -> Option<u64> {
        let start = self.measured_from_nanos.load(Ordering::Acquire);
        elapsed_nanos
            .filter(|_| start != u64::MAX)
            .map(|elapsed| start.saturating_add(elapsed))
    }

    /// What befalls attempt `attempt` (0 is the first) of task `number`, of task kind `kind`, which begins at an instant;
    /// none if nothing does.
    pub fn strike(
        &self,
        number: u64,
        attempt: u32,
        kind: usize,
        now_nanos: u64,
    ) -> Option<Box<Affliction>> {
        let elapsed = self.elapsed_nanos(now_nanos)?;
        let mut affliction = Affliction {
            stall_nanos: self.stall_nanos.swap(0, Ordering::AcqRel),
            ..Affliction::default()
        };
        for (index, prepared) in self.list.iter().enumerate() {
            let Prepared { fault, kinds, hits } = prepared;
            if kinds.get(kind).is_some_and(|hit| *hit)
                && fault.lasts_at(elapsed)
                && self.draw(index, number, attempt) < fault.probability
            {
                hits.fetch_add(1, Ordering::Relaxed);
                affliction.add(fault.inject);
            }
        }
        (!affliction.is_none()).then(|| Box::new(affliction))
    }

    /// Evenly in 0 to 1.
    fn draw(&self, fault: usize, number: u64, attempt: u32) -> f64 {
        let seed = self
            .seed
            .wrapping_add(FAULT_STREAM.wrapping_mul(fault as u64 + 1))
            .wrapping_add(ATTEMPT_SALT.wrapping_mul(u64::from(attempt)));
        Rng::new(seed, number).unit()
    }

    /// The worker that begins the next attempt holds still for that long: a thread or an event loop, which no signal
    /// stops.
    pub fn stall_next(&self, nanos: u64) {
        self.stall_nanos.fetch_max(nanos, Ordering::AcqRel);
    }

    /// All faults in the order of the scenario.
    pub fn all(&self) -> impl Iterator<Item = &Fault> {
        self.list.iter().map(|prepared| &prepared.fault)
    }

    /// A fault has hit a worker at the `occurrence`-th of its instants, if it was drawn so.
    #[must_use]
    pub fn hits_worker(&self, fault: usize, occurrence: u64) -> bool {
        let Some(prepared) = self.list.get(fault) else {
            return false;
        };
        let hits = self.draw(fault, occurrence, 0) < prepared.fault.probability;
        if hits {
            prepared.hits.fetch_add(1, Ordering::Relaxed);
        }
        hits
    }

    /// Which of `workers` workers the `occurrence`-th instant of a fault hits.
    #[must_use]
    pub fn victim(&self, fault: usize, occurrence: u64, workers: usize) -> usize {
        let drawn = self.draw(fault, occurrence, 1) * workers as f64;
        (drawn as usize).min(workers.saturating_sub(1))
    }

    /// How many attempts or workers each fault has hit, in the order of the scenario.
    #[must_use]
    pub fn hits(&self) -> Vec<u64> {
        self.list
            .iter()
            .map(|prepared| prepared.hits.load(Ordering::Relaxed))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::AsyncCpu;
    use crate::scenario::Inject;
    use crate::units::Nanos;

    fn scenario(faults: Vec<Fault>) -> Scenario {
        let text = r#"(format: 1, title: "t", tasks: [
            (name: "a", stages: [Cpu(amount: Work(1))]), (name: "b", stages: [Cpu(amount: Work(1))])],
            candidates: [(backend: Sequential)])"#;
        let mut scenario = crate::scenario::parse(text).scenario.unwrap();
        scenario.faults = faults;
        scenario
    }

    fn faults(list: Vec<Fault>, seed: u64) -> Faults {
        let faults = Faults::new(&scenario(list), Backend::Sequential, seed).unwrap();
        faults.measure_from(1_000);
        faults
    }

    #[test]
    fn a_fault_hits_its_share_of_the_attempts_and_the_same_ones_whenever_they_begin() {
        let half = Fault {
            probability: 0.5,
            ..Fault::new(Inject::Error)
        };
        let faults = faults(vec![half], 7);
        let hit = |now: u64| -> Vec<bool> {
            (0..1_000)
                .map(|number| faults.strike(number, 0, 0, now).is_some())
                .collect()
        };
        let (early, late) = (hit(1_000), hit(9_999));
        assert_eq!(early, late);
        let count = early.iter().filter(|hit| **hit).count();
        assert!((450..550).contains(&count), "{count}");
        assert_eq!(faults.hits(), [2 * count as u64]);
        let again: Vec<_> = (0..1_000)
            .map(|number| faults.strike(number, 1, 0, 1_000).is_some())
            .collect();
        assert_ne!(early, again, "each attempt is drawn anew");
    }

    #[test]
    fn a_fault_lasts_from_one_instant_of_the_measurement_to_another_and_hits_its_kind_only() {
        let fault = Fault {
            from: Nanos(10),
            until: Some(Nanos(20)),
            task: Some("b".to_owned()),
            ..Fault::new(Inject::Hang)
        };
        let faults = faults(vec![fault], 1);
        let hit = |kind, now| faults.strike(1, 0, kind, now).is_some();
        assert!(!hit(1, 999), "there are none in the warm-up");
        assert!(!hit(1, 1_009) && hit(1, 1_010) && hit(1, 1_019) && !hit(1, 1_020));
        assert!(!hit(0, 1_015));
    }

    #[test]
    fn only_where_there_are_event_loops_one_is_blocked() {
        let stall = Fault::new(Inject::StallLoop { length: Nanos(5) });
        let hits = |backend| {
            let faults = Faults::new(&scenario(vec![stall.clone()]), backend, 1).unwrap();
            faults.measure_from(0);
            let struck = faults.strike(1, 0, 0, 10);
            (struck.map_or(0, |struck| struck.stall_nanos), faults.hits())
        };
        assert_eq!(hits(Backend::threads(2)), (0, vec![0]));
        let on_a_loop = Backend::Async {
            in_flight: 1,
            event_loops: 1,
            cpu: AsyncCpu::Inline,
        };
        assert_eq!(hits(on_a_loop), (5, vec![1]));
    }

    #[test]
    fn a_stalled_thread_is_the_one_that_begins_the_next_attempt() {
        let kill = Fault::new(Inject::KillWorker { every: None });
        let faults = faults(vec![kill], 1);
        assert!(faults.strike(1, 0, 0, 1_000).is_none());
        faults.stall_next(500);
        assert_eq!(faults.strike(2, 0, 0, 1_000).unwrap().stall_nanos, 500);
        assert!(faults.strike(3, 0, 0, 1_000).is_none());
        assert!(faults.hits_worker(0, 0));
        assert_eq!(faults.hits(), [1]);
        let victims: Vec<_> = (0..100).map(|at| faults.victim(0, at, 3)).collect();
        assert!((0..3).all(|worker| victims.contains(&worker)));
    }
}
