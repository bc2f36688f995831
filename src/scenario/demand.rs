//! What an average task asks of each resource of a candidate: the service demands of operational analysis.
//!
//! `D` of Denning and Buzen ("The operational analysis of queueing network models", 1978): for how long a task keeps
//! one server of a resource, summed over all its visits. By the utilisation law a resource of `m` servers is used to
//! `X · D / m` at the rate `X`, and so allows no more than `m / D`. The times are the stages' nominal ones: estimates.

use crate::scenario::estimate::{
    handling_nanos, interpreter_mix_nanos, lanes, locked_mix_nanos, mix_nanos_on, of_the_mix,
};
use crate::scenario::strikes::asks_server;
use crate::scenario::{
    Backend, Bottleneck, Candidate, HybridWaits, PythonPool, Runtime, Scenario, Stage,
};

/// What an average task asks of one resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// The resource.
    pub resource: Bottleneck,
    /// How many tasks it serves at once.
    pub servers: u32,
    /// For how long an average task keeps one of its servers, in nanoseconds; above 0.
    pub demand_nanos: f64,
}

impl Demand {
    /// The most tasks per second that it allows: `m / D`.
    #[must_use]
    pub fn max_rate_per_sec(&self) -> f64 {
        f64::from(self.servers.max(1)) * 1e9 / self.demand_nanos
    }

    /// How many servers tasks keep busy on average at that rate: `X · D`, Little's law for the servers. More than
    /// there are: the rate cannot be served.
    #[must_use]
    pub fn busy_at(&self, rate_per_sec: f64) -> f64 {
        rate_per_sec * self.demand_nanos / 1e9
    }

    /// Which part of it is used at that rate: `X · D / m`; above 1 is overload.
    #[must_use]
    pub fn utilisation_at(&self, rate_per_sec: f64) -> f64 {
        self.busy_at(rate_per_sec) / f64::from(self.servers.max(1))
    }
}

/// What an average task of the mix asks of `candidate` on a machine of `cores`: the resources that it needs at all.
/// The first of those that allow the same is what a person would name.
#[must_use]
pub fn demands(scenario: &Scenario, candidate: &Candidate, cores: u32) -> Vec<Demand> {
    let backend = candidate.backend.for_cores(cores);
    let (cpu, waiting) = mix_nanos_on(backend.runtime(), scenario);
    let (computing, under_way) = lanes(backend);
    let queue = candidate.queue.unwrap_or(scenario.queue);
    let under_way = under_way.min(queue.in_flight.unwrap_or(u32::MAX));
    let computing = computing.min(under_way);
    let of = |resource, servers, demand_nanos| Demand {
        resource,
        servers,
        demand_nanos,
    };
    let here = Candidate {
        backend,
        ..candidate.clone()
    };
    // An interpreter lock that has a thread for it alone does not hold it up.
    let interpreter = if computing <= 1 {
        0.0
    } else {
        interpreter_mix_nanos(scenario, &here)
    };
    let (connections, served) = match scenario.server.connections {
        Some(connections) => (connections, served_mix_nanos(backend.runtime(), scenario)),
        None => (u32::MAX, 0.0),
    };
    let mut all = vec![of(Bottleneck::Cores, cores, cpu)];
    // A task leaves its waiting place when it goes on to a process.
    if let Some(waits) = waiting_places(backend, cores) {
        all.push(of(Bottleneck::Places, waits, waiting));
    }
    all.extend([
        of(Bottleneck::Places, under_way, cpu + waiting),
        of(Bottleneck::Computing, computing, cpu),
        of(Bottleneck::Lock, 1, locked_mix_nanos(scenario, backend)),
        of(Bottleneck::Interpreter, 1, interpreter),
        of(Bottleneck::Handling, 1, handling_nanos(scenario, backend)),
        of(Bottleneck::Server, connections, served),
    ]);
    all.retain(|demand| {
        let rate = demand.max_rate_per_sec();
        rate.is_finite() && rate > 0.0
    });
    keep_scarcer_places(&mut all);
    all
}

/// How many tasks may wait at once in the front of a pipeline; none for all others.
fn waiting_places(backend: Backend, cores: u32) -> Option<u32> {
    match backend {
        Backend::Hybrid {
            waits: HybridWaits::Threads { workers },
            ..
        } => Some(workers.on(cores)),
        Backend::Hybrid {
            waits: HybridWaits::Async { in_flight },
            ..
        } => Some(in_flight),
        Backend::Python(PythonPool::Hybrid { threads, .. }) => Some(threads.on(cores)),
        _ => None,
    }
}

/// Of the front and the whole of a pipeline only the scarcer is told: they are one word.
fn keep_scarcer_places(demands: &mut Vec<Demand>) {
    let is_places = |demand: &&Demand| demand.resource == Bottleneck::Places;
    let scarcest = demands
        .iter()
        .filter(is_places)
        .min_by(|a, b| a.max_rate_per_sec().total_cmp(&b.max_rate_per_sec()))
        .copied();
    demands.retain(|demand| !is_places(&demand) || Some(*demand) == scarcest);
}

/// For how long an average task keeps a connection of the loopback server, in nanoseconds.
fn served_mix_nanos(runtime: Runtime, scenario: &Scenario) -> f64 {
    let asked = |stage: &Stage| {
        let (cpu, waiting) = stage.nanos_on(runtime);
        cpu + waiting
    };
    of_the_mix(scenario, |kind| {
        let stages = kind.stages.iter();
        stages.filter(|stage| asks_server(stage)).map(asked).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn of(stages: &str, backend: &str, rest: &str) -> Vec<(Bottleneck, u32, f64)> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], candidates: [(backend: {backend})] {rest})"
        );
        let scenario = parse(&text).scenario.unwrap();
        let all = demands(&scenario, &scenario.candidates[0], 2);
        let told = all.iter();
        told.map(|demand| (demand.resource, demand.servers, demand.demand_nanos))
            .collect()
    }

    const MIXED: &str = "Wait(time: Constant(\"8ms\")), Cpu(amount: Time(\"2ms\"))";

    #[test]
    fn a_task_asks_for_a_core_a_place_and_who_computes() {
        assert_eq!(
            of(MIXED, "Threads(workers: 8)", ""),
            [
                (Bottleneck::Cores, 2, 2e6),
                (Bottleneck::Places, 8, 10e6),
                (Bottleneck::Computing, 8, 2e6),
            ]
        );
    }

    #[test]
    fn what_is_not_needed_is_not_told() {
        let wait = "Wait(time: Constant(\"8ms\"))";
        assert_eq!(
            of(wait, "Async(in_flight: 4)", ""),
            [(Bottleneck::Places, 4, 8e6)]
        );
        assert_eq!(of("Wait(time: Constant(\"0s\"))", "Sequential", ""), []);
    }

    #[test]
    fn locks_and_limited_servers_are_resources_of_one_and_of_so_many() {
        let stages = "Lock(hold: Constant(\"5ms\"), inside: Wait), Tcp(delay: Constant(\"1ms\"), response: \"0\")";
        let all = of(stages, "Threads(workers: 8)", ", server: (connections: 3)");
        assert!(all.contains(&(Bottleneck::Lock, 1, 5e6)));
        assert!(all.contains(&(Bottleneck::Server, 3, 1_030_000.0)));
    }

    #[test]
    fn of_the_two_sides_of_a_pipeline_the_scarcer_is_told() {
        let places = |waits: u32| {
            let backend =
                format!("Hybrid(waits: Async(in_flight: {waits}), processes: 1, between: 9)");
            let all = of(MIXED, &backend, "");
            let told = all.iter().filter(|(what, ..)| *what == Bottleneck::Places);
            told.copied().collect::<Vec<_>>()
        };
        // 1 of 8 ms allows 125 a second, 11 of 10 ms in all 1,100; 100 of 8 ms more than 110 of 10 ms.
        assert_eq!(places(1), [(Bottleneck::Places, 1, 8e6)]);
        assert_eq!(places(100), [(Bottleneck::Places, 110, 10e6)]);
    }

    #[test]
    fn use_follows_the_utilisation_law() {
        let demand = Demand {
            resource: Bottleneck::Cores,
            servers: 2,
            demand_nanos: 4e6,
        };
        assert!((demand.max_rate_per_sec() - 500.0).abs() < 1e-9);
        assert!((demand.busy_at(600.0) - 2.4).abs() < 1e-9);
        assert!((demand.utilisation_at(600.0) - 1.2).abs() < 1e-9);
    }
}
