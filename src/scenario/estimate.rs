//! How long a scenario will take, and its quick form.
//!
//! Estimates for progress and for "what would this file do", from the stages' nominal times and as if
//! each worker had a core of its own. They promise nothing; bounds say so in their names.

use crate::scenario::{
    AsyncCpu, Backend, Candidate, HybridWaits, Load, Protocol, Scenario, TaskKind,
};
use crate::units::Nanos;

/// Starting a runner, its workers and its connections, and reading its last words.
const BLOCK_OVERHEAD_NANOS: u64 = 300_000_000;

/// The phases of the quick form: enough for a picture, not for a verdict.
const QUICK_WARM_UP: Nanos = Nanos::from_millis(300);
const QUICK_MEASURE: Nanos = Nanos::from_secs(2);
const QUICK_DRAIN: Nanos = Nanos::from_secs(2);

/// The nominal time of one task of this kind, in nanoseconds: (CPU, waiting).
#[must_use]
pub fn nominal_task_nanos(kind: &TaskKind) -> (f64, f64) {
    kind.stages
        .iter()
        .fold((0.0, 0.0), |(cpu, waiting), stage| {
            let (more_cpu, more_waiting) = stage.nominal_nanos();
            (cpu + more_cpu, waiting + more_waiting)
        })
}

/// Which part of a task's nominal time needs a core, from 0 to 1; 0 for a task without time.
#[must_use]
pub fn cpu_share(kind: &TaskKind) -> f64 {
    let (cpu, waiting) = nominal_task_nanos(kind);
    if cpu + waiting > 0.0 {
        cpu / (cpu + waiting)
    } else {
        0.0
    }
}

/// The nominal time of an average task of the mix, in nanoseconds: (CPU, waiting).
#[must_use]
pub fn nominal_mix_nanos(scenario: &Scenario) -> (f64, f64) {
    let weights: f64 = scenario.tasks.iter().map(|kind| kind.weight).sum();
    if !(weights.is_finite() && weights > 0.0) {
        return (0.0, 0.0);
    }
    scenario
        .tasks
        .iter()
        .fold((0.0, 0.0), |(cpu, waiting), kind| {
            let (kind_cpu, kind_waiting) = nominal_task_nanos(kind);
            let share = kind.weight / weights;
            (cpu + share * kind_cpu, waiting + share * kind_waiting)
        })
}

/// How many tasks a back end can compute at once, and how many can be under way at once.
#[must_use]
pub fn lanes(backend: Backend) -> (u32, u32) {
    match backend {
        Backend::Sequential => (1, 1),
        Backend::Threads { .. } | Backend::Processes { .. } => {
            (backend.workers(), backend.workers())
        }
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => match cpu {
            AsyncCpu::Inline => (event_loops, in_flight),
            AsyncCpu::Blocking { threads } => (threads, in_flight),
            AsyncCpu::Processes { workers } => (workers, in_flight),
        },
        Backend::Hybrid {
            waits,
            processes,
            between,
        } => {
            let waiting = match waits {
                HybridWaits::Threads { workers } => workers.count(),
                HybridWaits::Async { in_flight } => in_flight,
            };
            let computing = processes.count();
            let under_way = waiting.saturating_add(computing).saturating_add(between);
            (computing, under_way)
        }
    }
}

/// About how long one block of `candidate` takes, in nanoseconds.
#[must_use]
pub fn estimate_candidate_nanos(scenario: &Scenario, candidate: &Candidate) -> u64 {
    let Protocol {
        warm_up,
        measure,
        drain,
        ..
    } = scenario.protocol;
    let (cpu, waiting) = nominal_mix_nanos(scenario);
    let measured = match scenario.load {
        Load::Batch { tasks, .. } => {
            let (computing, under_way) = lanes(candidate.backend);
            let tasks = tasks as f64;
            let by_cores = tasks * cpu / f64::from(computing.max(1));
            let by_places = (tasks / f64::from(under_way.max(1))).ceil() * (cpu + waiting);
            // A float above the range of u64 becomes its largest value.
            (by_cores.max(by_places) as u64).min(measure.0)
        }
        // The last tasks of the measurement end within the drain.
        Load::Open { .. } | Load::Profile { .. } | Load::Closed { .. } => measure
            .0
            .saturating_add(((cpu + waiting) as u64).min(drain.0)),
    };
    measured
        .saturating_add(warm_up.0)
        .saturating_add(BLOCK_OVERHEAD_NANOS)
}

/// About how long a block of an average candidate takes, in nanoseconds.
#[must_use]
pub fn estimate_block_nanos(scenario: &Scenario) -> u64 {
    let candidates = scenario.candidates.len().max(1) as u64;
    all_candidates_nanos(scenario) / candidates
}

/// About how long the whole run takes, in nanoseconds.
#[must_use]
pub fn estimate_run_nanos(scenario: &Scenario) -> u64 {
    all_candidates_nanos(scenario).saturating_mul(u64::from(scenario.protocol.repeats))
}

/// How long the phases of all blocks together may take at the most, in nanoseconds.
#[must_use]
pub fn longest_run_nanos(scenario: &Scenario) -> u64 {
    let Protocol {
        warm_up,
        measure,
        drain,
        repeats,
        ..
    } = scenario.protocol;
    let block = warm_up.0.saturating_add(measure.0).saturating_add(drain.0);
    block
        .saturating_mul(u64::from(repeats))
        .saturating_mul(scenario.candidates.len() as u64)
}

fn all_candidates_nanos(scenario: &Scenario) -> u64 {
    scenario
        .candidates
        .iter()
        .map(|candidate| estimate_candidate_nanos(scenario, candidate))
        .fold(0, u64::saturating_add)
}

impl Scenario {
    /// The quick form: short phases and one repeat, for a first impression. A batch keeps its tasks and
    /// the time it may take.
    #[must_use]
    pub fn quick(&self) -> Self {
        let mut quick = self.clone();
        let protocol = &mut quick.protocol;
        protocol.warm_up = protocol.warm_up.min(QUICK_WARM_UP);
        protocol.drain = protocol.drain.min(QUICK_DRAIN);
        protocol.repeats = protocol.repeats.min(1);
        if !matches!(self.load, Load::Batch { .. }) {
            protocol.measure = protocol.measure.min(QUICK_MEASURE);
        }
        quick
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{bundled_named, parse};

    fn scenario(file: &str) -> Scenario {
        parse(bundled_named(file).unwrap().text).scenario.unwrap()
    }

    #[test]
    fn waits_overlap_and_computing_is_shared_between_cores() {
        let calls = scenario("twenty_calls");
        let secs = |scenario: &Scenario, index: usize| {
            estimate_candidate_nanos(scenario, &scenario.candidates[index]) as f64 / 1e9
        };
        // 20 × 0.2 s one after the other, or all at once, with 0.3 s to start a block.
        assert!((secs(&calls, 0) - 4.3).abs() < 1e-6);
        assert!((secs(&calls, 1) - 0.5).abs() < 1e-6);
        assert!((secs(&calls, 2) - 0.5).abs() < 1e-6);

        let primes = scenario("prime_check");
        // 500 × 60 × 95 µs, and 0.8 s to start a block and warm up.
        assert!((secs(&primes, 0) - 3.65).abs() < 1e-6);
        assert!((secs(&primes, 1) - 2.225).abs() < 1e-6);
        assert_eq!(longest_run_nanos(&primes), 3 * 61_500_000_000);
    }

    #[test]
    fn the_share_of_computing_is_that_of_the_task() {
        assert!(cpu_share(&scenario("twenty_calls").tasks[0]) < 1e-9);
        assert!((cpu_share(&scenario("prime_check").tasks[0]) - 1.0).abs() < 1e-9);
        // What its description promises: about 30 %.
        let service = cpu_share(&scenario("io_bound_service").tasks[0]);
        assert!((0.25..0.35).contains(&service), "{service}");
        assert!(
            cpu_share(&TaskKind {
                name: String::new(),
                weight: 1.0,
                stages: vec![]
            }) < 1e-9
        );
    }

    #[test]
    fn the_quick_form_is_short_and_keeps_a_batch_whole() {
        let quick = scenario("first_look").quick();
        assert_eq!(quick.protocol.measure, QUICK_MEASURE);
        assert!(estimate_run_nanos(&quick) < 15_000_000_000);
        let batch = scenario("prime_check");
        assert_eq!(batch.quick().load, batch.load);
        assert_eq!(batch.quick().protocol.measure, batch.protocol.measure);
    }

    #[test]
    fn a_mix_without_weights_has_no_time_instead_of_nonsense() {
        let mut mix = scenario("image_pipeline");
        for kind in &mut mix.tasks {
            kind.weight = 0.0;
        }
        assert_eq!(nominal_mix_nanos(&mix), (0.0, 0.0));
        mix.candidates.clear();
        assert_eq!(estimate_block_nanos(&mix), 0);
    }
}
