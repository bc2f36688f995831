//! What the load, the queues and the loopback server must fulfil.

use crate::scenario::bounds::{
    MAX_BATCH, MAX_CHUNK, MAX_CLIENTS, MAX_CONNECTIONS, MAX_IN_FLIGHT, MAX_PROFILE_PARTS,
    MAX_QUEUE, MAX_RATE, MAX_TOTAL, MAX_WAIT, P99_SAMPLES,
};
use crate::scenario::estimate::lanes;
use crate::scenario::model::round_nanos;
use crate::scenario::validate::{Checks, workers_by_number};
use crate::scenario::{Backend, Load, ProfilePart, Protocol, Queue, QueuePolicy, Scenario, Stage};
use crate::units::{Nanos, text};

/// The shortest time that can be told from none.
const NANOSECOND: Nanos = Nanos(1);

impl Checks {
    pub(super) fn load(&mut self, scenario: &Scenario) {
        match &scenario.load {
            Load::Closed { clients, think } => {
                self.count("load.clients", *clients, 1..=u64::from(MAX_CLIENTS));
                self.distribution("load.think", *think, MAX_WAIT);
            }
            Load::Open { rate_per_sec, .. } => {
                let path = "load.rate_per_sec";
                self.positive(path, *rate_per_sec, "the rate");
                self.largest_rate(path, *rate_per_sec);
                self.samples(&scenario.load, &scenario.protocol);
            }
            Load::Profile { parts, .. } => {
                self.profile(parts, &scenario.protocol);
                self.samples(&scenario.load, &scenario.protocol);
            }
            Load::Batch { tasks, chunk } => {
                self.count("load.tasks", *tasks, 1..=MAX_BATCH);
                self.chunk("load.chunk", *chunk, &scenario.load);
            }
        }
    }

    /// How many tasks travel together: some, and no more than there are.
    pub(super) fn chunk(&mut self, path: &str, chunk: u32, load: &Load) {
        self.count(path, chunk, 1..=u64::from(MAX_CHUNK));
        if let Load::Batch { tasks, .. } = *load
            && (1..=MAX_CHUNK).contains(&chunk)
            && tasks > 0
            && u64::from(chunk) > tasks
        {
            self.error(
                path,
                format!(
                    "a chunk of {} is more than all {}",
                    text::count(chunk.into()),
                    text::counted(tasks, "task", "tasks")
                ),
                format!("at most {}", text::count(tasks)),
            );
        }
    }

    fn profile(&mut self, parts: &[ProfilePart], protocol: &Protocol) {
        self.length("load.parts", parts.len(), MAX_PROFILE_PARTS, "part");
        let before = self.problems.len();
        for (index, part) in parts.iter().enumerate() {
            let path = format!("load.parts[{index}]");
            let rates: &[(&str, f64)] = match *part {
                ProfilePart::Step { rate_per_sec, .. } => &[("rate_per_sec", rate_per_sec)],
                ProfilePart::Ramp {
                    from_per_sec,
                    to_per_sec,
                    ..
                } => &[("from_per_sec", from_per_sec), ("to_per_sec", to_per_sec)],
                ProfilePart::Spike {
                    base_per_sec,
                    peak_per_sec,
                    ..
                } => &[
                    ("base_per_sec", base_per_sec),
                    ("peak_per_sec", peak_per_sec),
                ],
                ProfilePart::Pause { .. } => &[],
            };
            for (field, rate) in rates {
                let path = format!("{path}.{field}");
                if !(rate.is_finite() && *rate >= 0.0) {
                    self.error(&path, "a rate must not be negative", "write 0 or more");
                }
                self.largest_rate(&path, *rate);
            }
            self.quantity(
                &format!("{path}.length"),
                part.length(),
                NANOSECOND..=MAX_TOTAL,
            );
        }
        if parts.is_empty() || self.problems.len() > before {
            return;
        }
        let whole = Nanos(round_nanos(parts));
        if parts.iter().all(|part| part.tasks() <= 0.0) {
            self.error(
                "load.parts",
                "no part has a rate above 0: no task ever becomes due",
                "give at least one part a rate",
            );
        } else if whole > protocol.measure {
            self.warning(
                "load.parts",
                format!(
                    "the profile lasts {}, and the measurement ends after {}",
                    text::span(whole.0),
                    text::span(protocol.measure.0)
                ),
                "raise protocol.measure, or shorten the parts",
            );
        }
    }

    fn largest_rate(&mut self, path: &str, rate_per_sec: f64) {
        if rate_per_sec > MAX_RATE {
            let rate = text::per_sec(rate_per_sec);
            self.error(
                path,
                format!("{rate} is more than can be generated"),
                format!("at most {}", text::per_sec(MAX_RATE)),
            );
        }
    }

    /// Warns of a measurement in which the 99th percentile cannot become known.
    fn samples(&mut self, load: &Load, protocol: &Protocol) {
        let repeats = f64::from(protocol.repeats);
        let tasks = load.tasks_within(protocol.measure.0).unwrap_or(0.0) * repeats;
        let needed = P99_SAMPLES;
        if tasks > 0.0 && tasks < needed {
            let hint = match load {
                Load::Open { rate_per_sec, .. } => {
                    let secs = (needed / (rate_per_sec * repeats)).ceil();
                    format!("measure for {} or longer", text::nanos(secs * 1e9))
                }
                _ => "measure longer, or raise the rates".to_owned(),
            };
            self.warning(
                "protocol.measure",
                format!(
                    "about {} tasks are measured; the 99th percentile needs {}",
                    text::number(tasks),
                    text::number(needed)
                ),
                hint,
            );
        }
    }

    /// The scenario's queue, and those that candidates have of their own.
    pub(super) fn queues(&mut self, scenario: &Scenario) {
        self.queue("queue", scenario.queue, &scenario.load);
        let candidates = &scenario.candidates;
        let mut common = candidates
            .iter()
            .filter(|candidate| candidate.queue.is_none());
        if let Some(first) = common.next() {
            let capacity = scenario.queue.capacity;
            self.clients_fit(
                "load.clients",
                "queue.capacity",
                scenario.queue,
                &scenario.load,
            );
            // The widest of those that share the queue would have idle workers.
            let widest = common
                .map(|candidate| candidate.backend)
                .chain([first.backend])
                .max_by_key(|backend| most_under_way(*backend));
            if let Some(backend) = widest
                && capacity > 0
            {
                self.in_flight("queue.in_flight", scenario.queue, backend);
            }
        }
        for (index, candidate) in candidates.iter().enumerate() {
            if let Some(queue) = candidate.queue {
                let path = format!("candidates[{index}].queue");
                self.queue(&path, queue, &scenario.load);
                let capacity = format!("{path}.capacity");
                self.clients_fit(&capacity, &capacity, queue, &scenario.load);
                self.in_flight(&format!("{path}.in_flight"), queue, candidate.backend);
            }
        }
    }

    fn queue(&mut self, path: &str, queue: Queue, load: &Load) {
        let capacity = format!("{path}.capacity");
        self.count(&capacity, queue.capacity, 1..=u64::from(MAX_QUEUE));
        if let QueuePolicy::ShedByAge { older_than } = queue.policy {
            let path = format!("{path}.policy.older_than");
            self.quantity(&path, older_than, NANOSECOND..=MAX_WAIT);
        }
        if let Some(most) = queue.in_flight {
            let path = format!("{path}.in_flight");
            self.count(&path, most, 1..=u64::from(MAX_IN_FLIGHT));
        }
        if load.is_batch() && matches!(queue.policy, QueuePolicy::Block | QueuePolicy::DropOldest) {
            self.warning(
                format!("{path}.policy"),
                "a batch is a list and its queue is never full: this policy has no effect",
                "remove it, or take an open or a closed load",
            );
        }
    }

    /// Clients that send all at once must find room, unless they wait at the door.
    fn clients_fit(&mut self, path: &str, raise: &str, queue: Queue, load: &Load) {
        let Load::Closed { clients, .. } = *load else {
            return;
        };
        if queue.policy == QueuePolicy::Block || clients <= queue.capacity || queue.capacity == 0 {
            return;
        }
        let room = text::count(queue.capacity.into());
        let hint = if path == raise {
            format!(
                "write at least {} here, or policy: Block",
                text::count(clients.into())
            )
        } else {
            format!("write at most {room} here, raise {raise}, or take the policy Block")
        };
        self.error(
            path,
            format!(
                "{} clients do not fit into a queue of {room}: tasks would be dropped at once",
                text::count(clients.into()),
            ),
            hint,
        );
    }

    /// Warns of workers that a cap on tasks under way keeps idle.
    fn in_flight(&mut self, path: &str, queue: Queue, backend: Backend) {
        let (Some(most), Some(under_way)) = (queue.in_flight, most_under_way(backend)) else {
            return;
        };
        if (1..under_way).contains(&most) {
            self.warning(
                path,
                format!(
                    "'{}' could have {} under way, and is held to {}",
                    backend.label(),
                    text::counted(under_way.into(), "task", "tasks"),
                    text::count(most.into())
                ),
                "raise it, unless that is what is to be seen",
            );
        }
    }

    pub(super) fn server(&mut self, scenario: &Scenario) {
        let Some(connections) = scenario.server.connections else {
            return;
        };
        let path = "server.connections";
        self.count(path, connections, 1..=u64::from(MAX_CONNECTIONS));
        let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
        if !stages.any(|stage| matches!(stage, Stage::Http { .. } | Stage::Tcp { .. })) {
            self.warning(path, "no stage asks the server", "add an Http or Tcp stage");
        }
    }
}

/// How many tasks a back end can have under way, where the file says so and not the machine.
fn most_under_way(backend: Backend) -> Option<u32> {
    workers_by_number(backend).map(|_| lanes(backend).1)
}
