//! What can be expected of a candidate, as people say it. Everything is computed, so figures are round.

use crate::scenario::{
    AsyncCpu, Backend, Bottleneck, Bounds, Candidate, Demand, Load, LoadCurve, Preview, PythonPool,
    QueuePolicy, Scenario, bounds, demands, preview,
};
use crate::units::text;

/// How a candidate stands to the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gui::panels) enum Standing {
    /// There is room for more.
    Fits,
    /// Hardly any room is left.
    NearlyFull,
    /// All that it can do is used, and nobody is lost by it.
    Full,
    /// A batch takes all that there is, and ends.
    Batch,
    /// More is asked than it can do.
    Overloaded,
    /// Nothing of a task takes time.
    Unknown,
}

/// Above that part of what it can do, waits in the queue grow long: at 80 % a task waits four times as long as it is
/// served (M/M/1: `ρ / (1 − ρ)`).
const NEARLY_FULL_FROM: f64 = 0.8;

/// What can be expected of one candidate.
#[derive(Debug, Clone)]
pub(in crate::gui::panels) struct Expected {
    pub(in crate::gui::panels) name: String,
    pub(in crate::gui::panels) backend: Backend,
    pub(in crate::gui::panels) seen: Preview,
    pub(in crate::gui::panels) bounds: Bounds,
    /// The resources that it needs, without those that another one hides.
    pub(in crate::gui::panels) demands: Vec<Demand>,
    pub(in crate::gui::panels) standing: Standing,
    /// When the queue of an open load that asks for too much is full, and how long a task then waits in it, in
    /// nanoseconds; none where it never is.
    pub(in crate::gui::panels) full_queue_nanos: Option<(f64, f64)>,
    /// How long the load asks for more than it can do, of how long, in seconds; only where the mean is below.
    pub(in crate::gui::panels) peaks_secs: Option<(f64, f64)>,
}

impl Expected {
    /// What can be expected of `candidate` on a machine of `cores`; `curve` is that of the load.
    pub(in crate::gui::panels) fn of(
        scenario: &Scenario,
        candidate: &Candidate,
        cores: u32,
        curve: Option<&LoadCurve>,
    ) -> Self {
        let seen = preview(scenario, candidate, cores);
        let peaks_secs = peaks(scenario, &seen, curve);
        let bounds = bounds(scenario, &seen);
        Self {
            name: candidate.label(),
            backend: candidate.backend,
            full_queue_nanos: full_queue(scenario, candidate, (&bounds, &seen)),
            bounds,
            demands: telling(demands(scenario, candidate, cores)),
            standing: standing(&scenario.load, &seen, peaks_secs.is_some()),
            seen,
            peaks_secs,
        }
    }

    /// The rate at which the use of resources is told: what an open load asks for, and what can be done of all others.
    pub(in crate::gui::panels) fn rate_per_sec(&self, load: &Load) -> Option<f64> {
        if load.is_open() {
            self.seen.wanted_per_sec
        } else {
            self.seen.rate_per_sec
        }
    }

    /// The demand of the scarcest resource.
    pub(in crate::gui::panels) fn scarcest(&self) -> Option<&Demand> {
        let bottleneck = self.seen.bottleneck?;
        self.demands
            .iter()
            .find(|demand| demand.resource == bottleneck)
    }
}

fn standing(load: &Load, seen: &Preview, at_peaks: bool) -> Standing {
    if seen.max_rate_per_sec.is_none() {
        return Standing::Unknown;
    }
    let used = seen.utilisation_ratio;
    match load {
        Load::Batch { .. } => Standing::Batch,
        Load::Closed { .. } if used > 1.0 => Standing::Full,
        _ if used > 1.0 || at_peaks => Standing::Overloaded,
        _ if used >= NEARLY_FULL_FROM => Standing::NearlyFull,
        _ => Standing::Fits,
    }
}

/// A queue of `K` that grows by `g` a second is full after `K / g`, and by Little's law a task waits in it for `K / X`.
fn full_queue(
    scenario: &Scenario,
    candidate: &Candidate,
    (bounds, seen): (&Bounds, &Preview),
) -> Option<(f64, f64)> {
    let queue = candidate.queue.unwrap_or(scenario.queue);
    let capacity = f64::from(queue.capacity);
    let after = capacity * 1e9 / bounds.growth_per_sec?;
    let wait = capacity * 1e9 / seen.rate_per_sec?;
    let policy = queue.policy;
    // Callers at its door wait on, and tasks that are too old are given up before.
    let told = matches!(policy, QueuePolicy::DropNewest | QueuePolicy::DropOldest);
    (told && after < scenario.protocol.measure.0 as f64).then_some((after, wait))
}

fn peaks(scenario: &Scenario, seen: &Preview, curve: Option<&LoadCurve>) -> Option<(f64, f64)> {
    let (curve, max) = (curve?, seen.max_rate_per_sec?);
    let is_profile = matches!(scenario.load, Load::Profile { .. });
    if !is_profile || seen.utilisation_ratio > 1.0 {
        return None;
    }
    let above = curve.secs_above(max);
    (above > 0.0).then_some((above, curve.measure_secs))
}

/// Without who computes where no more of them can be under way: the same workers, used less.
fn telling(mut demands: Vec<Demand>) -> Vec<Demand> {
    let places = demands
        .iter()
        .find(|demand| demand.resource == Bottleneck::Places)
        .copied();
    demands.retain(|demand| {
        demand.resource != Bottleneck::Computing
            || places.is_none_or(|places| {
                places.servers > demand.servers || places.demand_nanos < demand.demand_nanos
            })
    });
    demands
}

/// One or several of what a resource consists of.
pub(in crate::gui::panels) fn servers_word(resource: Bottleneck, backend: Backend) -> &'static str {
    match resource {
        Bottleneck::Cores => "cores",
        Bottleneck::Server => "connections",
        Bottleneck::Places if in_flight(backend) => "places",
        Bottleneck::Computing => match backend {
            Backend::Async {
                cpu: AsyncCpu::Inline,
                ..
            }
            | Backend::Python(PythonPool::Asyncio {
                cpu: AsyncCpu::Inline,
                ..
            }) => "event loops",
            Backend::Hybrid { .. }
            | Backend::Async {
                cpu: AsyncCpu::Processes { .. },
                ..
            }
            | Backend::Python(
                PythonPool::Hybrid { .. }
                | PythonPool::Asyncio {
                    cpu: AsyncCpu::Processes { .. },
                    ..
                },
            ) => "processes",
            _ => "threads",
        },
        _ => "workers",
    }
}

fn in_flight(backend: Backend) -> bool {
    matches!(
        backend,
        Backend::Async { .. }
            | Backend::Hybrid { .. }
            | Backend::Python(PythonPool::Asyncio { .. } | PythonPool::Hybrid { .. })
    )
}

/// Behind "limited by".
fn limiter(resource: Bottleneck, backend: Backend) -> &'static str {
    match resource {
        Bottleneck::Cores => "the cores",
        Bottleneck::Server => "the server's connections",
        Bottleneck::Lock => "the lock",
        Bottleneck::Interpreter => "the interpreter lock",
        Bottleneck::Handling => "whoever hands out tasks",
        Bottleneck::Places if in_flight(backend) => "how many may be in flight",
        Bottleneck::Places => "its workers",
        Bottleneck::Computing => match servers_word(resource, backend) {
            "event loops" => "its event loop",
            "processes" => "its processes",
            _ => "its threads",
        },
    }
}

/// At the beginning of a line.
pub(in crate::gui::panels) fn title(resource: Bottleneck, backend: Backend) -> &'static str {
    match resource {
        Bottleneck::Cores => "Cores",
        Bottleneck::Server => "Server",
        Bottleneck::Lock => "Lock",
        Bottleneck::Interpreter => "Interpreter lock",
        Bottleneck::Handling => "Handing out",
        Bottleneck::Places if in_flight(backend) => "In flight",
        Bottleneck::Places => "Workers",
        Bottleneck::Computing => match servers_word(resource, backend) {
            "event loops" => "Event loop",
            "processes" => "Processes",
            _ => "Threads",
        },
    }
}

/// How much of a resource is used: `2.4 of 2 cores`, `80 % of the time`.
pub(in crate::gui::panels) fn used(demand: &Demand, backend: Backend, rate_per_sec: f64) -> String {
    match demand.resource {
        Bottleneck::Lock | Bottleneck::Interpreter | Bottleneck::Handling => {
            format!(
                "{} of the time",
                percent(demand.utilisation_at(rate_per_sec))
            )
        }
        resource => {
            let mut word = servers_word(resource, backend);
            if demand.servers == 1 {
                word = word
                    .strip_suffix("es")
                    .filter(|_| word == "processes")
                    .unwrap_or_else(|| word.strip_suffix('s').unwrap_or(word));
            }
            let servers = text::count(demand.servers.into());
            format!(
                "{} of {servers} {word}",
                about(demand.busy_at(rate_per_sec))
            )
        }
    }
}

/// The same where the resource is not named beside it: `interpreter lock 80 %`.
pub(in crate::gui::panels) fn used_of(
    demand: &Demand,
    backend: Backend,
    rate_per_sec: f64,
) -> String {
    match demand.resource {
        Bottleneck::Lock | Bottleneck::Interpreter | Bottleneck::Handling => {
            let what = title(demand.resource, backend).to_lowercase();
            format!("{what} {}", percent(demand.utilisation_at(rate_per_sec)))
        }
        _ => used(demand, backend, rate_per_sec),
    }
}

/// A number with as many digits as an estimate has.
fn about(value: f64) -> String {
    if value >= 9.95 {
        text::count(value.round() as u64)
    } else if value > 0.0 && value < 0.05 {
        "<0.1".to_owned()
    } else {
        format!("{value:.1}")
    }
}

/// A share as whole percent.
pub(in crate::gui::panels) fn percent(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.005 {
        "<1 %".to_owned()
    } else {
        format!("{} %", text::count((ratio * 100.0).round() as u64))
    }
}

/// A short word for it.
pub(in crate::gui::panels) fn badge(expected: &Expected) -> String {
    let word = match expected.standing {
        Standing::Batch => {
            let least = text::or_missing(expected.bounds.makespan_nanos, text::nanos);
            return format!("≥ {least}");
        }
        Standing::Fits => "fits",
        Standing::NearlyFull => "nearly full",
        Standing::Full => "full",
        Standing::Overloaded if expected.peaks_secs.is_some() => "overloaded at peaks",
        Standing::Overloaded => "overloaded",
        Standing::Unknown => "no limit known",
    };
    word.to_owned()
}

/// What happens, in a sentence without its full stop.
pub(in crate::gui::panels) fn sentence(expected: &Expected, load: &Load) -> String {
    let (Some(max), Some(bottleneck)) = (expected.seen.max_rate_per_sec, expected.seen.bottleneck)
    else {
        return "Nothing of a task takes time, so nothing limits it".to_owned();
    };
    let most = text::per_sec(max);
    let limited = format!("limited by {}", limiter(bottleneck, expected.backend));
    if let Load::Batch { tasks, .. } = load {
        let least = text::or_missing(expected.bounds.makespan_nanos, text::nanos);
        let all = text::counted(*tasks, "task takes", "tasks take");
        return format!("{all} at least ≈ {least}, {limited} to ≈ {most}");
    }
    let rate = expected.rate_per_sec(load).unwrap_or(max);
    let needed = expected
        .scarcest()
        .map(|demand| used(demand, expected.backend, rate))
        .unwrap_or_default();
    match (expected.standing, expected.bounds.growth_per_sec) {
        (Standing::Overloaded, Some(growth)) => {
            let full = expected
                .full_queue_nanos
                .map_or_else(String::new, |(after, _)| {
                    format!(" and is full after ≈ {}", text::nanos(after))
                });
            format!(
                "Would need {needed}: overloaded, the queue grows by ≈ {}{full}; {limited} to ≈ {most}",
                text::per_sec(growth)
            )
        }
        (Standing::Overloaded, None) => {
            let (above, whole) = expected.peaks_secs.unwrap_or_default();
            format!(
                "Asked for more than the ≈ {most} that it can do for ≈ {} of {}; {limited}",
                text::nanos(above * 1e9),
                text::nanos(whole * 1e9)
            )
        }
        (Standing::Full, _) => {
            let from = expected.bounds.saturating_clients.unwrap_or_default();
            format!(
                "Clients wait for each other where there are more than ≈ {}: {limited} to ≈ {most}",
                text::count(from.round() as u64)
            )
        }
        _ => format!(
            "Uses {needed} at ≈ {}; {limited} at ≈ {most}",
            text::per_sec(rate)
        ),
    }
}

/// What no back end of these settings can beat.
pub(in crate::gui::panels) fn bounds_line(expected: &Expected) -> String {
    let mut parts = Vec::new();
    let bounds = &expected.bounds;
    parts.extend(
        bounds
            .throughput_per_sec
            .map(|rate| format!("throughput ≤ {}", text::per_sec(rate))),
    );
    parts.extend(
        bounds
            .response_nanos
            .map(|nanos| format!("mean response time ≥ {}", text::nanos(nanos))),
    );
    match (bounds.growth_per_sec, expected.full_queue_nanos) {
        (Some(_), Some((_, wait))) => {
            let wait = text::nanos(wait);
            parts.push(format!(
                "once the queue is full, up to ≈ {wait} of waiting and tasks dropped"
            ));
        }
        (Some(_), None) => parts.push("waits grow for as long as it lasts".to_owned()),
        (None, _) => {}
    }
    parts.extend(
        bounds
            .makespan_nanos
            .map(|nanos| format!("makespan ≥ {}", text::nanos(nanos))),
    );
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{load_curve, parse};

    fn expected(load: &str, backend: &str) -> (Expected, Scenario) {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"8ms\")), \
             Cpu(amount: Time(\"2ms\"))])], load: {load}, candidates: [(backend: {backend})], \
             protocol: (measure: \"10s\"))"
        );
        let scenario = parse(&text).scenario.unwrap();
        let curve = load_curve(&scenario);
        let found = Expected::of(&scenario, &scenario.candidates[0], 2, curve.as_ref());
        (found, scenario)
    }

    #[track_caller]
    fn check(load: &str, backend: &str, word: &str, said: &str) {
        let (found, scenario) = expected(load, backend);
        assert_eq!(badge(&found), word);
        assert_eq!(sentence(&found, &scenario.load), said);
    }

    #[test]
    fn an_open_load_fits_or_overloads() {
        check(
            "Open(rate_per_sec: 400)",
            "Threads(workers: 64)",
            "fits",
            "Uses 0.8 of 2 cores at ≈ 400 /s; limited by the cores at ≈ 1,000 /s",
        );
        check(
            "Open(rate_per_sec: 1200)",
            "Threads(workers: 64)",
            "overloaded",
            "Would need 2.4 of 2 cores: overloaded, the queue grows by ≈ 200 /s; limited by the cores \
             to ≈ 1,000 /s",
        );
        check(
            "Open(rate_per_sec: 90)",
            "Sequential",
            "nearly full",
            "Uses 0.9 of 1 worker at ≈ 90.0 /s; limited by its workers at ≈ 100 /s",
        );
    }

    #[test]
    fn a_queue_that_overflows_says_when_and_how_long_tasks_wait_in_it() {
        let backend = "Threads(workers: 8), queue: (capacity: 100)";
        let (found, scenario) = expected("Open(rate_per_sec: 1000)", backend);
        assert!(
            sentence(&found, &scenario.load).contains("by ≈ 200 /s and is full after ≈ 500 ms")
        );
        assert_eq!(
            bounds_line(&found),
            "throughput ≤ 800 /s, once the queue is full, up to ≈ 125 ms of waiting and tasks dropped"
        );
    }

    #[test]
    fn a_load_that_is_too_much_only_at_its_peaks_says_for_how_long() {
        check(
            "Profile(parts: [Step(rate_per_sec: 50, length: \"9s\"), Step(rate_per_sec: 300, length: \"1s\")])",
            "Sequential",
            "overloaded at peaks",
            "Asked for more than the ≈ 100 /s that it can do for ≈ 1.00 s of 10.0 s; limited by its \
             workers",
        );
    }

    #[test]
    fn clients_wait_for_each_other_and_a_batch_takes_its_time() {
        check(
            "Closed(clients: 32)",
            "Threads(workers: 8)",
            "full",
            "Clients wait for each other where there are more than ≈ 8: limited by its workers to ≈ 800 /s",
        );
        check(
            "Batch(tasks: 1_000)",
            "Processes(workers: 64)",
            "≥ 1.00 s",
            "1,000 tasks take at least ≈ 1.00 s, limited by the cores to ≈ 1,000 /s",
        );
        let (found, _) = expected("Closed(clients: 32)", "Threads(workers: 8)");
        assert_eq!(
            bounds_line(&found),
            "throughput ≤ 800 /s, mean response time ≥ 40.0 ms"
        );
    }

    #[test]
    fn threads_are_told_once_and_an_event_loop_beside_its_places() {
        let resources = |backend: &str| -> Vec<&'static str> {
            let (found, _) = expected("Closed(clients: 32)", backend);
            let told = found.demands.iter();
            told.map(|demand| title(demand.resource, found.backend))
                .collect()
        };
        assert_eq!(resources("Threads(workers: 8)"), ["Cores", "Workers"]);
        assert_eq!(
            resources("Async(in_flight: 100)"),
            ["Cores", "In flight", "Event loop"]
        );
    }
}
