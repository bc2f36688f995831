//! What a candidate can be expected to do, before it has ever run: for a form that is being filled in.
//!
//! Operational laws and nothing else: no rate is above what its scarcest resource allows, and Little's law
//! tells from a rate and a time how many are under way (Denning and Buzen, "The operational analysis of
//! queueing network models", 1978). The times are the stages' nominal ones, so all of it is an estimate and
//! must be shown as one. It knows nothing of queueing: near a utilisation of 1 real response times are longer.

use crate::scenario::demand::demands;
use crate::scenario::estimate::mix_nanos_on;
use crate::scenario::{Candidate, Load, Scenario};

/// What a candidate can be expected to do under the scenario's load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preview {
    /// The most tasks per second that it can do; none if nothing of a task takes time.
    pub max_rate_per_sec: Option<f64>,
    /// What allows no more than that; none if nothing of a task takes time.
    pub bottleneck: Option<Bottleneck>,
    /// The rate that the load asks for over the largest that can be done; above 1 is overload. 1 for a batch,
    /// which takes all that there is; 0 if nothing of a task takes time.
    pub utilisation_ratio: f64,
    /// The tasks per second that the load asks for if nothing holds it up; none for a batch, which takes all that it
    /// gets.
    pub wanted_per_sec: Option<f64>,
    /// How many tasks per second it will do; none for tasks that take no time, unless the load limits them.
    pub rate_per_sec: Option<f64>,
    /// How many tasks are under way on average: the rate times the time of a task.
    pub expected_in_flight: Option<f64>,
    /// How long a task takes that waits for nobody, in nanoseconds.
    pub task_nanos: f64,
    /// How many cores it keeps busy.
    pub busy_cores: Option<f64>,
}

/// The resource that allows no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bottleneck {
    /// The machine has no more cores.
    Cores,
    /// The back end computes on no more threads, loops or processes.
    Computing,
    /// No more tasks may be under way: all workers are taken, most of them by waiting.
    Places,
    /// One task at a time in the critical section.
    Lock,
    /// One thread at a time in the interpreter.
    Interpreter,
    /// Who hands out tasks and takes their results is busy with that.
    Handling,
    /// The loopback server serves no more connections at once.
    Server,
}

impl Bottleneck {
    /// What allows no more, as it stands behind "limited by".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cores => "the cores of this machine",
            Self::Computing => "the threads or processes that compute",
            Self::Places => "the places for tasks under way",
            Self::Lock => "the lock",
            Self::Interpreter => "the interpreter lock",
            Self::Handling => "the process that hands out tasks and takes results",
            Self::Server => "the connections of the server",
        }
    }
}

/// What `candidate` can be expected to do on a machine of `cores`.
#[must_use]
pub fn preview(scenario: &Scenario, candidate: &Candidate, cores: u32) -> Preview {
    let (cpu, waiting) = mix_nanos_on(candidate.backend.runtime(), scenario);
    let task_nanos = cpu + waiting;
    let limits = demands(scenario, candidate, cores);
    let scarcest = limits
        .iter()
        .map(|demand| (demand.max_rate_per_sec(), demand.resource))
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    let max = scarcest.map(|(rate, _)| rate);
    let wanted = wanted_per_sec(&scenario.load, task_nanos);
    let rate_per_sec = match (wanted, max) {
        (Some(wanted), Some(max)) => Some(wanted.min(max)),
        (wanted, max) => wanted.or(max),
    };
    Preview {
        max_rate_per_sec: max,
        bottleneck: scarcest.map(|(_, bottleneck)| bottleneck),
        utilisation_ratio: match (wanted, max) {
            (_, None) => 0.0,
            (None, Some(_)) => 1.0,
            (Some(wanted), Some(max)) => wanted / max,
        },
        wanted_per_sec: wanted,
        rate_per_sec,
        expected_in_flight: rate_per_sec.map(|rate| rate * task_nanos / 1e9),
        task_nanos,
        busy_cores: rate_per_sec.map(|rate| rate * cpu / 1e9),
    }
}

/// The tasks per second that the load asks for if nothing holds it up; none if it takes all that it gets.
fn wanted_per_sec(load: &Load, task_nanos: f64) -> Option<f64> {
    match load {
        Load::Closed { clients, think } => {
            let cycle = think.mean_nanos() + task_nanos;
            (cycle > 0.0).then(|| f64::from(*clients) * 1e9 / cycle)
        }
        Load::Open { .. } | Load::Profile { .. } => load.mean_rate_per_sec(),
        Load::Batch { .. } => None,
    }
}

/// What no back end can beat, whatever the queue does: the asymptotic bounds of operational analysis.
///
/// With `D` the time of a task that waits for nobody, `Dmax` the time that the scarcest resource needs for each task
/// (the inverse of the largest rate), `N` clients and their think time `Z`: `X ≤ min(1/Dmax, N/(D+Z))` and
/// `R ≥ max(D, N·Dmax − Z)` (Lazowska and others, "Quantitative System Performance", 1984, chapter 5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// No more tasks per second than that; none if nothing of a task takes time.
    pub throughput_per_sec: Option<f64>,
    /// No response time below that on average, in nanoseconds; none for a batch, and for an open load that asks for
    /// more than can be done, whose response times grow for as long as it lasts.
    pub response_nanos: Option<f64>,
    /// Closed load: from so many clients on they wait for each other, `N* = (D+Z)/Dmax`.
    pub saturating_clients: Option<f64>,
    /// Batch: no earlier are all tasks done, in nanoseconds.
    pub makespan_nanos: Option<f64>,
    /// Open load that asks for more than can be done: by so many tasks per second the queue grows.
    pub growth_per_sec: Option<f64>,
}

/// The bounds of a candidate that is expected to do `seen` under the load of `scenario`.
#[must_use]
pub fn bounds(scenario: &Scenario, seen: &Preview) -> Bounds {
    let alone = seen.task_nanos;
    let scarcest_nanos = seen.max_rate_per_sec.map(|rate| 1e9 / rate);
    let mut bounds = Bounds {
        throughput_per_sec: seen.rate_per_sec,
        response_nanos: Some(alone),
        saturating_clients: None,
        makespan_nanos: None,
        growth_per_sec: None,
    };
    match &scenario.load {
        Load::Closed { clients, think } => {
            let think = think.mean_nanos();
            let all = scarcest_nanos.map_or(0.0, |nanos| f64::from(*clients) * nanos - think);
            bounds.response_nanos = Some(all.max(alone));
            bounds.saturating_clients = scarcest_nanos.map(|nanos| (alone + think) / nanos);
        }
        Load::Open { .. } | Load::Profile { .. } => {
            if let (Some(wanted), Some(max)) = (seen.wanted_per_sec, seen.max_rate_per_sec)
                && wanted > max
            {
                bounds.growth_per_sec = Some(wanted - max);
                bounds.response_nanos = None;
            }
        }
        Load::Batch { tasks, .. } => {
            let all = scarcest_nanos.map_or(0.0, |nanos| *tasks as f64 * nanos);
            bounds.makespan_nanos = (*tasks > 0).then(|| all.max(alone));
            bounds.response_nanos = None;
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    const WAIT_8_COMPUTE_2: &str = "Wait(time: Constant(\"8ms\")), Cpu(amount: Time(\"2ms\"))";

    fn look(stages: &str, load: &str, backend: &str, rest: &str, cores: u32) -> Preview {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], load: {load}, \
             candidates: [(backend: {backend})] {rest})"
        );
        let scenario = parse(&text).scenario.unwrap();
        preview(&scenario, &scenario.candidates[0], cores)
    }

    #[track_caller]
    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-6 * expected, "{found}");
    }

    #[test]
    fn the_scarcest_resource_sets_the_largest_rate() {
        for (backend, cores, max, bottleneck) in [
            ("Sequential", 4, 100.0, Bottleneck::Places),
            ("Threads(workers: 8)", 4, 800.0, Bottleneck::Places),
            ("Threads(workers: 64)", 4, 2_000.0, Bottleneck::Cores),
            (
                "Threads(workers: \"2 per core\")",
                4,
                800.0,
                Bottleneck::Places,
            ),
            ("Async(in_flight: 100)", 4, 500.0, Bottleneck::Computing),
            ("Async(in_flight: 100)", 1, 500.0, Bottleneck::Cores),
            (
                "Async(in_flight: 100, cpu: Blocking(threads: 2))",
                4,
                1_000.0,
                Bottleneck::Computing,
            ),
            (
                "Hybrid(waits: Threads(workers: 4), processes: 2)",
                4,
                500.0,
                Bottleneck::Places,
            ),
            (
                "Hybrid(waits: Async(in_flight: 64), processes: 2)",
                4,
                1_000.0,
                Bottleneck::Computing,
            ),
        ] {
            let found = look(WAIT_8_COMPUTE_2, "Batch(tasks: 100)", backend, "", cores);
            near(found.max_rate_per_sec, max);
            assert_eq!(found.bottleneck, Some(bottleneck), "{backend} on {cores}");
            near(Some(found.utilisation_ratio), 1.0);
            near(found.expected_in_flight, max * 0.01);
        }
    }

    #[test]
    fn a_lock_a_server_and_a_cap_are_resources_too() {
        let threads = "Threads(workers: 64)";
        let lock = format!("{WAIT_8_COMPUTE_2}, Lock(hold: Constant(\"5ms\"), inside: Wait)");
        let found = look(&lock, "Batch(tasks: 100)", threads, "", 8);
        assert_eq!(found.bottleneck, Some(Bottleneck::Lock));
        near(found.max_rate_per_sec, 200.0);
        let tcp = "Tcp(delay: Constant(\"10ms\"), response: \"0\")";
        let found = look(
            tcp,
            "Batch(tasks: 100)",
            threads,
            ", server: (connections: 1)",
            8,
        );
        assert_eq!(found.bottleneck, Some(Bottleneck::Server));
        near(found.max_rate_per_sec, 1e9 / 10_030_000.0);
        let capped = ", queue: (in_flight: 2)";
        let found = look(WAIT_8_COMPUTE_2, "Batch(tasks: 100)", threads, capped, 8);
        assert_eq!(found.bottleneck, Some(Bottleneck::Places));
        near(found.max_rate_per_sec, 200.0);
    }

    #[test]
    fn an_interpreter_lock_lets_one_thread_compute_at_a_time_and_processes_have_one_each() {
        // 24 ms of divisions in CPython, a millisecond as machine code.
        let primes = "Cpu(kernel: PrimeCheck, amount: Work(10))";
        for (backend, max, bottleneck) in [
            ("Threads(workers: 2)", 2e9 / 950e3, Bottleneck::Cores),
            (
                "Python(ThreadPoolExecutor(workers: 2))",
                1e9 / (24e6 + 50e3),
                Bottleneck::Interpreter,
            ),
            (
                "Python(ProcessPoolExecutor(workers: 2))",
                2e9 / 24e6,
                Bottleneck::Cores,
            ),
            (
                "Python(InterpreterPoolExecutor(workers: 2))",
                2e9 / 24e6,
                Bottleneck::Cores,
            ),
        ] {
            let found = look(primes, "Batch(tasks: 100)", backend, "", 2);
            assert_eq!(found.bottleneck, Some(bottleneck), "{backend}");
            near(found.max_rate_per_sec, max);
        }
        // Native threads with the lock model take turns too, unless what they compute releases it.
        let text = |stage: &str| {
            format!(
                "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stage}])], load: Batch(tasks: 9), \
                 candidates: [(backend: Threads(workers: 2), interpreter: Lock())])"
            )
        };
        for (stage, bottleneck) in [
            (primes, Bottleneck::Interpreter),
            (
                "Cpu(kernel: PrimeCheck, amount: Work(10), interpreter_lock: Released)",
                Bottleneck::Cores,
            ),
            ("Cpu(kernel: Sha256, amount: Work(999))", Bottleneck::Cores),
            ("Counter(increments: 1_000)", Bottleneck::Interpreter),
        ] {
            let scenario = parse(&text(stage)).scenario.unwrap();
            let found = preview(&scenario, &scenario.candidates[0], 2);
            assert_eq!(found.bottleneck, Some(bottleneck), "{stage}");
        }
    }

    #[test]
    fn tiny_tasks_are_held_up_by_whoever_hands_them_out_unless_they_travel_together() {
        let tiny = "Cpu(kernel: SumOfSquares, amount: Work(80))";
        let look = |chunk| {
            let backend = format!("Python(ProcessPoolExecutor(workers: 2, chunk: {chunk}))");
            look(tiny, "Batch(tasks: 20_000)", &backend, "", 2)
        };
        let single = look(1);
        assert_eq!(single.bottleneck, Some(Bottleneck::Handling));
        near(single.max_rate_per_sec, 5_000.0);
        let many = look(1_000);
        assert_eq!(many.bottleneck, Some(Bottleneck::Cores));
        near(many.max_rate_per_sec, 2e9 / 4_400.0);
    }

    #[test]
    fn the_load_says_how_much_of_it_is_used() {
        let open = look(
            WAIT_8_COMPUTE_2,
            "Open(rate_per_sec: 400)",
            "Threads(workers: 8)",
            "",
            4,
        );
        near(Some(open.utilisation_ratio), 0.5);
        near(open.rate_per_sec, 400.0);
        near(open.expected_in_flight, 4.0);
        near(open.busy_cores, 0.8);
        let over = look(
            WAIT_8_COMPUTE_2,
            "Open(rate_per_sec: 1600)",
            "Threads(workers: 8)",
            "",
            4,
        );
        near(Some(over.utilisation_ratio), 2.0);
        near(over.rate_per_sec, 800.0);
        // Ten clients that think for 90 ms and wait for 10 ms send a hundred a second.
        let load = "Closed(clients: 10, think: Constant(\"90ms\"))";
        let closed = look(WAIT_8_COMPUTE_2, load, "Threads(workers: 8)", "", 4);
        near(closed.rate_per_sec, 100.0);
        near(closed.expected_in_flight, 1.0);
    }

    #[test]
    fn tasks_that_take_no_time_have_no_limit_and_no_nonsense() {
        let nothing = "Wait(time: Constant(\"0s\"))";
        let found = look(nothing, "Closed(clients: 1)", "Threads(workers: 1)", "", 4);
        assert_eq!((found.max_rate_per_sec, found.rate_per_sec), (None, None));
        assert!(found.utilisation_ratio.abs() < 1e-12);
        let found = look(
            nothing,
            "Open(rate_per_sec: 50)",
            "Threads(workers: 1)",
            "",
            4,
        );
        near(found.rate_per_sec, 50.0);
    }

    /// The bounds of eight threads on four cores: 8 ms of waiting and 2 ms of computing, so 800 a second at most.
    fn bounds_under(load: &str) -> Bounds {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{WAIT_8_COMPUTE_2}])], load: {load}, \
             candidates: [(backend: Threads(workers: 8))])"
        );
        let scenario = parse(&text).scenario.unwrap();
        bounds(&scenario, &preview(&scenario, &scenario.candidates[0], 4))
    }

    #[test]
    fn few_clients_bound_the_rate_and_many_the_response_time() {
        let few = bounds_under("Closed(clients: 10, think: Constant(\"90ms\"))");
        near(few.throughput_per_sec, 100.0);
        near(few.response_nanos, 10e6);
        near(few.saturating_clients, 80.0);
        let many = bounds_under("Closed(clients: 160, think: Constant(\"90ms\"))");
        near(many.throughput_per_sec, 800.0);
        // 160 clients / 800 a second - 90 ms.
        near(many.response_nanos, 110e6);
        assert_eq!((many.makespan_nanos, many.growth_per_sec), (None, None));
    }

    #[test]
    fn an_open_load_beyond_the_limit_lets_the_queue_grow() {
        let fits = bounds_under("Open(rate_per_sec: 400)");
        near(fits.throughput_per_sec, 400.0);
        near(fits.response_nanos, 10e6);
        assert_eq!(fits.growth_per_sec, None);
        let over = bounds_under("Open(rate_per_sec: 1000)");
        near(over.throughput_per_sec, 800.0);
        near(over.growth_per_sec, 200.0);
        assert_eq!(over.response_nanos, None);
    }

    #[test]
    fn a_batch_ends_no_earlier_than_its_scarcest_resource_allows_and_no_task_alone() {
        near(bounds_under("Batch(tasks: 400)").makespan_nanos, 500e6);
        near(bounds_under("Batch(tasks: 1)").makespan_nanos, 10e6);
    }
}
