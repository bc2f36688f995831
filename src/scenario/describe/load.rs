//! Loads, queues and the loopback server in words.

use crate::scenario::describe::stages::distribution;
use crate::scenario::{
    Arrivals, Distribution, Load, ProfilePart, Queue, QueuePolicy, Scenario, Stage,
};
use crate::units::{Nanos, text};

/// More parts of a profile are not told one by one.
const PARTS_TOLD: usize = 6;

/// How tasks become due, and where they wait.
pub(super) fn load(scenario: &Scenario) -> String {
    let queue = queue(scenario.queue, &scenario.load);
    let queue = if queue.is_empty() {
        queue
    } else {
        format!("; {queue}")
    };
    match &scenario.load {
        Load::Closed { clients, think } => {
            let clients = text::counted((*clients).into(), "client", "clients");
            if *think == Distribution::Constant(Nanos::ZERO) {
                format!("Load: {clients} that send the next task when the last is answered{queue}")
            } else {
                let think = distribution(*think);
                format!(
                    "Load: {clients} that think for {think} after an answer and then send the next task{queue}"
                )
            }
        }
        Load::Open {
            rate_per_sec,
            arrivals,
        } => format!(
            "Load: {} tasks per second {}{queue}",
            text::given(*rate_per_sec),
            spacing(*arrivals)
        ),
        Load::Profile { arrivals, parts } => format!(
            "Load: tasks {} in {}, again and again: {}; {} on average{queue}",
            spacing(*arrivals),
            text::counted(parts.len() as u64, "part", "parts"),
            profile(parts),
            text::per_sec(scenario.load.mean_rate_per_sec().unwrap_or(0.0))
        ),
        Load::Batch { tasks, chunk } => {
            let chunks = match chunk {
                0 | 1 => String::new(),
                chunk => format!(", handed out {} at a time", text::count((*chunk).into())),
            };
            format!(
                "Load: {}, all due at the start{chunks}{queue}",
                text::counted(*tasks, "task", "tasks")
            )
        }
    }
}

const fn spacing(arrivals: Arrivals) -> &'static str {
    match arrivals {
        Arrivals::Poisson => "at random instants",
        Arrivals::Constant => "at equal distances",
    }
}

fn profile(parts: &[ProfilePart]) -> String {
    let mut told: Vec<_> = parts.iter().take(PARTS_TOLD).map(part).collect();
    if parts.len() > PARTS_TOLD {
        told.push(format!("and {} more", parts.len() - PARTS_TOLD));
    }
    told.join(", ")
}

fn part(part: &ProfilePart) -> String {
    let length = text::span(part.length().0);
    match *part {
        ProfilePart::Step { rate_per_sec, .. } => {
            format!("{} /s for {length}", text::given(rate_per_sec))
        }
        ProfilePart::Ramp {
            from_per_sec,
            to_per_sec,
            ..
        } => format!(
            "from {} to {} /s within {length}",
            text::given(from_per_sec),
            text::given(to_per_sec)
        ),
        ProfilePart::Spike {
            base_per_sec,
            peak_per_sec,
            ..
        } => format!(
            "from {base} up to {} /s and back to {base} within {length}",
            text::given(peak_per_sec),
            base = text::given(base_per_sec)
        ),
        ProfilePart::Pause { .. } => format!("a pause of {length}"),
    }
}

/// What may wait and what is given up, without an end mark; empty for a batch that nothing limits.
pub(super) fn queue(queue: Queue, load: &Load) -> String {
    let mut words = Vec::new();
    let room = text::counted(queue.capacity.into(), "task", "tasks");
    match queue.policy {
        QueuePolicy::ShedByAge { older_than } => {
            let age = text::span(older_than.0);
            if !load.is_batch() {
                words.push(format!("at most {room} wait, one more is dropped"));
            }
            words.push(format!(
                "one that has waited longer than {age} is given up when its turn comes"
            ));
        }
        _ if load.is_batch() => {}
        QueuePolicy::DropNewest => words.push(format!("at most {room} wait, one more is dropped")),
        QueuePolicy::DropOldest => words.push(format!(
            "at most {room} wait, one more pushes out the one that has waited longest"
        )),
        QueuePolicy::Block => words.push(format!(
            "at most {room} wait, further callers stand at the door until there is room"
        )),
    }
    if let Some(most) = queue.in_flight {
        words.push(format!(
            "at most {} under way at once",
            text::counted(most.into(), "task", "tasks")
        ));
    }
    words.join("; ")
}

/// What the loopback server allows; nothing if it has no limit or nobody asks it.
pub(super) fn server(scenario: &Scenario) -> Option<String> {
    let connections = scenario.server.connections?;
    let mut stages = scenario.tasks.iter().flat_map(|kind| &kind.stages);
    stages
        .any(|stage| matches!(stage, Stage::Http { .. } | Stage::Tcp { .. }))
        .then(|| {
            format!(
                "Server: at most {} at once, each request has one of its own, and further callers wait",
                text::counted(connections.into(), "connection", "connections")
            )
        })
}
