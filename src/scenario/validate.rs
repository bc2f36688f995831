//! What a scenario must fulfil beyond its types: every violation with path, message and hint.
//!
//! Paths are field names without the names of variants: `tasks[0].stages[2].time.median`,
//! `load.rate_per_sec`, `candidates[1].backend.cpu.threads`. Places are added where a file is known.
//! The bounds hold on every machine; what one machine can bear is decided where the scenario runs.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::scenario::bounds::{
    MAX_BATCH, MAX_BLOCKING_THREADS, MAX_CANDIDATES, MAX_CLIENTS, MAX_CPU, MAX_EVENT_LOOPS,
    MAX_FILE, MAX_IN_FLIGHT, MAX_KINDS, MAX_MEMORY, MAX_PROCESSES, MAX_QUEUE, MAX_RATE,
    MAX_REPEATS, MAX_RESPONSE, MAX_STAGES, MAX_THREADS, MAX_TOTAL, MAX_WAIT, MIN_MEASURE,
    NAME_CHARS, P99_SAMPLES, PROSE_CHARS, TITLE_CHARS,
};
use crate::scenario::estimate::blocks_per_repeat;
use crate::scenario::text_rules::forbidden_character;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, CostBasis, Distribution, FORMAT, Load, PriceCard, Problem,
    Protocol, Scenario, Stage, TaskKind,
};
use crate::units::{Bytes, Nanos, text};

/// Everything that is wrong with `scenario`, in the order of its fields; empty if it can run as meant.
#[must_use]
pub fn validate(scenario: &Scenario) -> Vec<Problem> {
    let mut checks = Checks {
        problems: Vec::new(),
    };
    if scenario.format != FORMAT {
        checks.error(
            "format",
            format!("the format {} does not exist", scenario.format),
            format!("write {FORMAT}"),
        );
    }
    checks.line("title", &scenario.title, TITLE_CHARS);
    checks.prose("about", &scenario.about);
    checks.prose("look_for", &scenario.look_for);
    checks.tasks(&scenario.tasks);
    checks.load(scenario);
    checks.candidates(scenario);
    checks.protocol(scenario);
    checks.prices(&scenario.prices);
    checks.problems
}

struct Checks {
    problems: Vec<Problem>,
}

impl Checks {
    fn error(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::error(path, message, hint));
    }

    fn warning(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem::warning(path, message, hint));
    }

    /// A whole number within bounds.
    fn count(&mut self, path: &str, value: impl Into<u64>, bounds: RangeInclusive<u64>) {
        let value = value.into();
        if !bounds.contains(&value) {
            let hint = format!(
                "write {} to {}",
                text::count(*bounds.start()),
                text::count(*bounds.end())
            );
            self.error(
                path,
                format!("{} is out of bounds", text::count(value)),
                hint,
            );
        }
    }

    /// A time or size within bounds, shown as it is written.
    fn quantity<T: PartialOrd + Display + Copy>(
        &mut self,
        path: &str,
        value: T,
        bounds: RangeInclusive<T>,
    ) {
        if value < *bounds.start() {
            self.error(
                path,
                format!("{value} is too little"),
                format!("at least {}", bounds.start()),
            );
        } else if value > *bounds.end() {
            self.error(
                path,
                format!("{value} is too much"),
                format!("at most {}", bounds.end()),
            );
        }
    }

    /// A number above zero that is not infinite.
    fn positive(&mut self, path: &str, value: f64, what: &str) {
        if !(value.is_finite() && value > 0.0) {
            self.error(path, format!("{what} must be above 0"), "");
        }
    }

    /// How many entries a list has.
    fn length(&mut self, path: &str, length: usize, most: usize, what: &str) {
        if length == 0 {
            self.error(
                path,
                format!("there is no {what}"),
                format!("add at least one {what}"),
            );
        } else if length > most {
            let found = text::count(length as u64);
            self.error(
                path,
                format!("{found} is more than anybody can overlook"),
                format!("at most {most}"),
            );
        }
    }

    /// A text of one line that is not empty.
    fn line(&mut self, path: &str, value: &str, most: usize) {
        let length = value.chars().count();
        if value.trim().is_empty() {
            self.error(path, "it is empty", "give it a name");
        } else if length > most {
            let message = format!("it has {} characters", text::count(length as u64));
            self.error(path, message, format!("at most {most}"));
        }
        if value.chars().any(forbidden_character) {
            self.error(
                path,
                "it holds a line break or an invisible character",
                "remove it",
            );
        }
    }

    /// A text of some lines, or none.
    fn prose(&mut self, path: &str, value: &str) {
        let length = value.chars().count();
        if length > PROSE_CHARS {
            let message = format!("it has {} characters", text::count(length as u64));
            self.error(
                path,
                message,
                format!("at most {}", text::count(PROSE_CHARS as u64)),
            );
        }
        if value
            .chars()
            .any(|c| c != '\n' && c != '\t' && forbidden_character(c))
        {
            self.error(path, "it holds an invisible character", "remove it");
        }
    }

    fn tasks(&mut self, kinds: &[TaskKind]) {
        self.length("tasks", kinds.len(), MAX_KINDS, "task kind");
        let mut seen = HashMap::new();
        for (index, kind) in kinds.iter().enumerate() {
            let path = format!("tasks[{index}]");
            self.line(&format!("{path}.name"), &kind.name, NAME_CHARS);
            if let Some(first) = seen.insert(kind.name.as_str(), index) {
                self.error(
                    format!("{path}.name"),
                    format!("'{}' is the name of tasks[{first}] too", kind.name),
                    "choose another name",
                );
            }
            self.positive(&format!("{path}.weight"), kind.weight, "the weight");
            self.length(
                &format!("{path}.stages"),
                kind.stages.len(),
                MAX_STAGES,
                "stage",
            );
            for (number, stage) in kind.stages.iter().enumerate() {
                self.stage(&format!("{path}.stages[{number}]"), stage);
            }
        }
    }

    fn stage(&mut self, path: &str, stage: &Stage) {
        let one = Bytes(1);
        match *stage {
            Stage::Cpu { kernel, amount } => {
                let nanos = amount.nominal_nanos(kernel);
                if nanos <= 0.0 {
                    self.error(
                        format!("{path}.amount"),
                        "nothing is computed",
                        "write an amount above 0",
                    );
                } else if nanos > MAX_CPU.0 as f64 {
                    let message = format!("about {} of computing for one task", text::nanos(nanos));
                    self.error(
                        format!("{path}.amount"),
                        message,
                        format!("at most {MAX_CPU}"),
                    );
                }
            }
            Stage::Wait { time } => self.distribution(&format!("{path}.time"), time),
            Stage::FileWrite { size, .. }
            | Stage::FileAppend { size, .. }
            | Stage::FileRead { size, .. } => {
                self.quantity(&format!("{path}.size"), size, one..=MAX_FILE);
            }
            Stage::Lock { .. } | Stage::Counter { .. } | Stage::Payload { .. } | Stage::Barrier => {
            }
            Stage::Memory { size, .. } => {
                self.quantity(&format!("{path}.size"), size, one..=MAX_MEMORY);
            }
            Stage::Http {
                delay, response, ..
            }
            | Stage::Tcp {
                delay, response, ..
            } => {
                self.distribution(&format!("{path}.delay"), delay);
                self.quantity(
                    &format!("{path}.response"),
                    response,
                    Bytes(0)..=MAX_RESPONSE,
                );
            }
        }
    }

    fn distribution(&mut self, path: &str, time: Distribution) {
        match time {
            Distribution::Constant(time) => self.quantity(path, time, Nanos::ZERO..=MAX_WAIT),
            Distribution::Uniform { .. }
            | Distribution::Exponential { .. }
            | Distribution::Bimodal { .. } => {}
            Distribution::LogNormal { median, p95 } => {
                if median == Nanos::ZERO {
                    let hint = "write Constant(\"0s\") for no time at all";
                    self.error(format!("{path}.median"), "the median must be above 0", hint);
                }
                if p95 < median {
                    let message = format!("the 95th percentile {p95} is below the median {median}");
                    self.error(format!("{path}.p95"), message, format!("at least {median}"));
                }
                self.quantity(&format!("{path}.p95"), p95, Nanos::ZERO..=MAX_WAIT);
            }
        }
    }

    fn load(&mut self, scenario: &Scenario) {
        let capacity = scenario.queue.capacity;
        match scenario.load {
            Load::Profile { .. } => {}
            Load::Closed { clients, .. } => {
                self.count("load.clients", clients, 1..=u64::from(MAX_CLIENTS));
                if clients > capacity && capacity > 0 {
                    self.error(
                        "load.clients",
                        format!(
                            "{} clients do not fit into a queue of {}: tasks would be dropped at once",
                            text::count(clients.into()),
                            text::count(capacity.into())
                        ),
                        format!(
                            "write at most {} here, or raise queue.capacity",
                            text::count(capacity.into())
                        ),
                    );
                }
            }
            Load::Open { rate_per_sec, .. } => self.rate(rate_per_sec, &scenario.protocol),
            Load::Batch { tasks, .. } => self.count("load.tasks", tasks, 1..=MAX_BATCH),
        }
        self.count("queue.capacity", capacity, 1..=u64::from(MAX_QUEUE));
    }

    fn rate(&mut self, rate_per_sec: f64, protocol: &Protocol) {
        let path = "load.rate_per_sec";
        self.positive(path, rate_per_sec, "the rate");
        if rate_per_sec > MAX_RATE {
            let message = format!(
                "{} is more than can be generated",
                text::per_sec(rate_per_sec)
            );
            self.error(
                path,
                message,
                format!("at most {}", text::per_sec(MAX_RATE)),
            );
        }
        let repeats = f64::from(protocol.repeats);
        let tasks = rate_per_sec * protocol.measure.secs() * repeats;
        let needed = P99_SAMPLES;
        if tasks > 0.0 && tasks < needed {
            let secs = (needed / (rate_per_sec * repeats)).ceil();
            self.warning(
                "protocol.measure",
                format!(
                    "about {} tasks are measured; the 99th percentile needs {}",
                    text::number(tasks),
                    text::number(needed)
                ),
                format!("measure for {} or longer", text::nanos(secs * 1e9)),
            );
        }
    }

    fn candidates(&mut self, scenario: &Scenario) {
        let candidates = &scenario.candidates;
        self.length("candidates", candidates.len(), MAX_CANDIDATES, "candidate");
        let mut seen = HashMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            let path = format!("candidates[{index}]");
            if let Some(name) = &candidate.name {
                self.line(&format!("{path}.name"), name, NAME_CHARS);
            }
            if let Some(first) = seen.insert(candidate.label(), index) {
                self.same_label(&path, candidate, first);
            }
            self.backend(&format!("{path}.backend"), candidate.backend);
            self.idle_workers(
                &format!("{path}.backend"),
                candidate.backend,
                &scenario.load,
            );
        }
    }

    fn same_label(&mut self, path: &str, candidate: &Candidate, first: usize) {
        let field = if candidate.name.is_some() {
            "name"
        } else {
            "backend"
        };
        self.error(
            format!("{path}.{field}"),
            format!(
                "'{}' is what candidates[{first}] is called too",
                candidate.label()
            ),
            "change its settings, or give it a name of its own",
        );
    }

    fn backend(&mut self, path: &str, backend: Backend) {
        match backend {
            Backend::Sequential => {}
            Backend::Threads { workers } => {
                self.count(
                    &format!("{path}.workers"),
                    workers.count(),
                    1..=u64::from(MAX_THREADS),
                );
            }
            Backend::Hybrid { .. } => {}
            Backend::Processes { workers, .. } => {
                self.count(
                    &format!("{path}.workers"),
                    workers.count(),
                    1..=u64::from(MAX_PROCESSES),
                );
            }
            Backend::Async {
                in_flight,
                event_loops,
                cpu,
            } => {
                self.count(
                    &format!("{path}.in_flight"),
                    in_flight,
                    1..=u64::from(MAX_IN_FLIGHT),
                );
                self.count(
                    &format!("{path}.event_loops"),
                    event_loops,
                    1..=u64::from(MAX_EVENT_LOOPS),
                );
                if let AsyncCpu::Blocking { threads } = cpu {
                    let bounds = 1..=u64::from(MAX_BLOCKING_THREADS);
                    self.count(&format!("{path}.cpu.threads"), threads, bounds);
                }
            }
        }
    }

    /// Warns of workers that can never have work.
    fn idle_workers(&mut self, path: &str, backend: Backend, load: &Load) {
        let (most, what) = match load {
            Load::Closed { clients, .. } => (u64::from(*clients), "clients"),
            Load::Batch { tasks, .. } => (*tasks, "tasks"),
            Load::Open { .. } | Load::Profile { .. } => return,
        };
        let workers = u64::from(backend.workers());
        if most > 0 && workers > most {
            let field = if matches!(backend, Backend::Async { .. }) {
                "event_loops"
            } else {
                "workers"
            };
            self.warning(
                format!("{path}.{field}"),
                format!(
                    "{} of {} workers stay idle, as there are {} {what}",
                    text::count(workers - most),
                    text::count(workers),
                    text::count(most)
                ),
                format!("write at most {}, or raise the load", text::count(most)),
            );
        }
    }

    fn protocol(&mut self, scenario: &Scenario) {
        let Protocol {
            warm_up,
            measure,
            drain,
            repeats,
            ..
        } = scenario.protocol;
        self.quantity("protocol.measure", measure, MIN_MEASURE..=MAX_TOTAL);
        self.count("protocol.repeats", repeats, 1..=u64::from(MAX_REPEATS));
        let block = u128::from(warm_up.0) + u128::from(measure.0) + u128::from(drain.0);
        let blocks = u128::from(repeats) * u128::from(blocks_per_repeat(scenario));
        let total = block * blocks;
        if measure <= MAX_TOTAL && total > u128::from(MAX_TOTAL.0) {
            self.error(
                "protocol",
                format!("all blocks together may take {}", text::nanos(total as f64)),
                format!("at most {MAX_TOTAL}: shorten the phases, or run fewer repeats"),
            );
        }
    }

    fn prices(&mut self, prices: &PriceCard) {
        let currency = &prices.currency;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let message = "a currency has three capital letters";
            self.error("prices.currency", message, "write it like USD or EUR");
        }
        for (field, price) in [
            ("per_vcpu_hour", prices.per_vcpu_hour),
            ("per_gib_hour", prices.per_gib_hour),
        ] {
            if !(price.is_finite() && price >= 0.0) {
                self.error(
                    format!("prices.{field}"),
                    "a price must not be negative",
                    "write 0 or more",
                );
            }
        }
        if let CostBasis::Rented { vcpus, .. } = prices.basis {
            self.positive("prices.basis.vcpus", vcpus, "the number of rented cores");
        }
        self.prose("prices.source", &prices.source);
    }
}
