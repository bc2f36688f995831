//! How long a scenario will take.
//!
//! Estimates for progress and for "what would this file do", from the stages' nominal times and as if
//! each worker had a core of its own. They promise nothing; bounds say so in their names.

use crate::scenario::{
    AsyncCpu, Backend, Candidate, HybridWaits, Load, LockKind, Protocol, PythonPool, Runtime,
    Scenario, Stage, TaskKind, cpython_cost,
};

/// Starting a runner, its workers and its connections, and reading its last words.
const BLOCK_OVERHEAD_NANOS: u64 = 300_000_000;

/// The nominal time of one task of this kind, in nanoseconds: (CPU, waiting).
#[must_use]
pub fn nominal_task_nanos(kind: &TaskKind) -> (f64, f64) {
    task_nanos_on(Runtime::Native, kind)
}

/// As [`nominal_task_nanos`], on `runtime`.
#[must_use]
pub fn task_nanos_on(runtime: Runtime, kind: &TaskKind) -> (f64, f64) {
    kind.stages
        .iter()
        .fold((0.0, 0.0), |(cpu, waiting), stage| {
            let (more_cpu, more_waiting) = stage.nanos_on(runtime);
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

/// The nominal time of an average task of the mix on `runtime`, in nanoseconds: (CPU, waiting).
#[must_use]
pub fn mix_nanos_on(runtime: Runtime, scenario: &Scenario) -> (f64, f64) {
    let cpu = of_the_mix(scenario, |kind| task_nanos_on(runtime, kind).0);
    let waiting = of_the_mix(scenario, |kind| task_nanos_on(runtime, kind).1);
    (cpu, waiting)
}

/// The mean of something over the mix of kinds; 0 for a mix without weights.
pub(super) fn of_the_mix(scenario: &Scenario, value: impl Fn(&TaskKind) -> f64) -> f64 {
    let weights: f64 = scenario.tasks.iter().map(|kind| kind.weight).sum();
    if !(weights.is_finite() && weights > 0.0) {
        return 0.0;
    }
    let kinds = scenario.tasks.iter();
    kinds.map(|kind| kind.weight / weights * value(kind)).sum()
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
        // Of a cluster on the machine; whether an interpreter lock lets them, is another question.
        Backend::Python(pool) => cpython_cost::lanes(pool),
    }
}

/// For how long an average task of `candidate` keeps others out of the interpreter, in nanoseconds: no more than
/// one task in that time can pass. 0 where there is no interpreter lock; CPython is taken to have one, as only the
/// machine knows.
#[must_use]
pub fn interpreter_mix_nanos(scenario: &Scenario, candidate: &Candidate) -> f64 {
    let Some(locks) = cpython_cost::interpreter_locks(candidate) else {
        return 0.0;
    };
    let runtime = candidate.backend.runtime();
    let held = of_the_mix(scenario, |kind| {
        let stages = kind.stages.iter();
        stages
            .map(|stage| stage.interpreter_nanos_on(runtime))
            .sum()
    });
    let handling = match candidate.backend {
        Backend::Python(pool) if cpython_cost::shares_the_callers_lock(pool) => {
            handling_nanos(scenario, candidate.backend)
        }
        _ => 0.0,
    };
    held / f64::from(locks.max(1)) + handling
}

/// About what the one who hands out tasks spends on each, in nanoseconds: known of CPython's executors, where it
/// counts.
#[must_use]
pub fn handling_nanos(scenario: &Scenario, backend: Backend) -> f64 {
    cpython_cost::handling_nanos(scenario, backend)
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
    let (cpu, waiting) = mix_nanos_on(candidate.backend.runtime(), scenario);
    let measured = match scenario.load {
        Load::Batch { tasks, .. } => {
            let (computing, under_way) = lanes(candidate.backend);
            let queue = candidate.queue.unwrap_or(scenario.queue);
            let under_way = under_way.min(queue.in_flight.unwrap_or(u32::MAX)).max(1);
            let tasks = tasks as f64;
            let by_cores = tasks * cpu / f64::from(computing.clamp(1, under_way));
            let by_places = (tasks / f64::from(under_way)).ceil() * (cpu + waiting);
            let by_locks = tasks * locked_mix_nanos(scenario, candidate.backend);
            let by_interpreter = tasks * interpreter_mix_nanos(scenario, candidate);
            let by_handling = tasks * handling_nanos(scenario, candidate.backend);
            let slowest = [by_cores, by_places, by_locks, by_interpreter, by_handling]
                .into_iter()
                .fold(0.0, f64::max);
            // A float above the range of u64 becomes its largest value.
            (slowest as u64).min(measure.0)
        }
        // The last tasks of the measurement end within the drain.
        Load::Open { .. } | Load::Profile { .. } | Load::Closed { .. } => measure
            .0
            .saturating_add(((cpu + waiting) as u64).min(drain.0)),
    };
    measured
        .saturating_add(warm_up.0)
        .saturating_add(BLOCK_OVERHEAD_NANOS)
        .saturating_add(match candidate.backend {
            Backend::Python(pool) => cpython_cost::start_nanos(pool),
            _ => 0,
        })
}

/// For how long an average task keeps others out of the busiest lock, in nanoseconds: no more than one task
/// in that time can pass. Readers keep nobody out; a process has locks of its own.
#[must_use]
pub fn locked_mix_nanos(scenario: &Scenario, backend: Backend) -> f64 {
    let held = |stage: &Stage| match *stage {
        Stage::Lock {
            hold, locks, kind, ..
        } => {
            let writers = match kind {
                LockKind::Mutex => 1.0,
                LockKind::ReadWrite { readers } => (1.0 - readers).clamp(0.0, 1.0),
            };
            hold.mean_nanos() * writers / f64::from(locks.max(1))
        }
        _ => 0.0,
    };
    let owners = match backend {
        Backend::Python(PythonPool::InterpreterPoolExecutor { workers }) => workers.count(),
        _ => backend.worker_processes(),
    };
    let of_all = of_the_mix(scenario, |kind| kind.stages.iter().map(held).sum());
    of_all / f64::from(owners.max(1))
}

/// How many blocks a run has: each candidate in each repeat, and the first one twice for the noise floor.
#[must_use]
pub fn blocks(scenario: &Scenario) -> u64 {
    let repeats = u64::from(scenario.protocol.repeats);
    let again = u64::from(scenario.protocol.noise_floor && !scenario.candidates.is_empty());
    repeats * (scenario.candidates.len() as u64 + again)
}

/// About how long a block of an average candidate takes, in nanoseconds.
#[must_use]
pub fn estimate_block_nanos(scenario: &Scenario) -> u64 {
    let candidates = scenario.candidates.len().max(1) as u64;
    each_candidate_nanos(scenario).fold(0, u64::saturating_add) / candidates
}

/// About how long the whole run takes, in nanoseconds.
#[must_use]
pub fn estimate_run_nanos(scenario: &Scenario) -> u64 {
    let again = usize::from(scenario.protocol.noise_floor);
    each_candidate_nanos(scenario)
        .chain(each_candidate_nanos(scenario).take(again))
        .fold(0, u64::saturating_add)
        .saturating_mul(u64::from(scenario.protocol.repeats))
}

/// How long the phases of all blocks together may take at the most, in nanoseconds; never less than the estimate, which
/// has the starts of the back ends as well.
#[must_use]
pub fn longest_run_nanos(scenario: &Scenario) -> u64 {
    let Protocol {
        warm_up,
        measure,
        drain,
        ..
    } = scenario.protocol;
    let block = warm_up.0.saturating_add(measure.0).saturating_add(drain.0);
    block
        .saturating_mul(blocks(scenario))
        .max(estimate_run_nanos(scenario))
}

fn each_candidate_nanos(scenario: &Scenario) -> impl Iterator<Item = u64> {
    scenario
        .candidates
        .iter()
        .map(|candidate| estimate_candidate_nanos(scenario, candidate))
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
    fn a_mix_without_weights_has_no_time_instead_of_nonsense() {
        let mut mix = scenario("image_pipeline");
        for kind in &mut mix.tasks {
            kind.weight = 0.0;
        }
        assert_eq!(mix_nanos_on(Runtime::Native, &mix), (0.0, 0.0));
        mix.candidates.clear();
        assert_eq!(estimate_block_nanos(&mix), 0);
    }

    /// A batch of 100 tasks that wait 8 ms, compute for 2 ms, and hold a lock for as long as it says.
    fn batch(hold: &str, rest: &str) -> Scenario {
        let stages = format!(
            "Wait(time: Constant(\"8ms\")), Cpu(amount: Time(\"2ms\")), Lock(hold: Constant(\"{hold}\"), inside: Wait)"
        );
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], load: Batch(tasks: 100), \
             protocol: (warm_up: \"0s\"), {rest})"
        );
        parse(&text).scenario.unwrap()
    }

    #[test]
    fn a_batch_takes_what_its_cores_its_places_its_lock_and_its_cap_allow() {
        let candidates = "candidates: [(backend: Sequential), (backend: Threads(workers: 10)), \
            (backend: Processes(workers: 10)), (backend: Async(in_flight: 100)), \
            (backend: Hybrid(waits: Async(in_flight: 50), processes: 2, between: 48))]";
        let millis = |scenario: &Scenario| -> Vec<u64> {
            let overhead = BLOCK_OVERHEAD_NANOS;
            let each = each_candidate_nanos(scenario);
            each.map(|nanos| (nanos - overhead) / 1_000_000).collect()
        };
        // One after the other; ten at a time; as many by processes; the loop's 2 ms each; two at a time.
        assert_eq!(
            millis(&batch("0s", candidates)),
            [1_000, 100, 100, 200, 100]
        );
        // Five milliseconds in the one lock let nobody be faster than 500 ms, but for processes.
        assert_eq!(
            millis(&batch("5ms", candidates)),
            [1_500, 500, 150, 500, 250]
        );
        let capped = format!("queue: (in_flight: 5), {candidates}");
        assert_eq!(millis(&batch("0s", &capped)), [1_000, 200, 200, 200, 200]);
    }

    #[test]
    fn a_batch_in_cpython_takes_as_long_as_its_interpreter_and_its_start_do() {
        // 100 tasks of 24 ms of divisions in CPython.
        let text = "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Cpu(kernel: PrimeCheck, amount: \
            Work(10))])], load: Batch(tasks: 100), protocol: (warm_up: \"0s\"), candidates: [\
            (backend: Python(Sequential)), (backend: Python(ThreadPoolExecutor(workers: 2))), \
            (backend: Python(ProcessPoolExecutor(workers: 2))), \
            (backend: Python(ProcessPoolExecutor(workers: 2, start: Spawn)))])";
        let scenario = parse(text).scenario.unwrap();
        let millis: Vec<u64> = each_candidate_nanos(&scenario)
            .map(|nanos| (nanos - BLOCK_OVERHEAD_NANOS) / 1_000_000)
            .collect();
        assert_eq!(millis, [150 + 2_401, 150 + 2_405, 180 + 1_200, 450 + 1_200]);
    }

    #[test]
    fn the_noise_floor_is_one_more_block_in_each_repeat() {
        let mut scenario = scenario("first_look");
        scenario.protocol.repeats = 3;
        let without = estimate_run_nanos(&scenario);
        assert_eq!(blocks(&scenario), 12);
        scenario.protocol.noise_floor = true;
        let first = estimate_candidate_nanos(&scenario, &scenario.candidates[0]);
        assert_eq!(blocks(&scenario), 15);
        assert_eq!(estimate_run_nanos(&scenario), without + 3 * first);
    }
}
