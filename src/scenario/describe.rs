//! What a scenario would do, in plain words, before it does it.
//!
//! Times of stages are estimates and say so; peaks and totals are upper bounds.

use crate::scenario::estimate::{
    blocks_per_repeat, cpu_share, estimate_run_nanos, lanes, longest_run_nanos, nominal_task_nanos,
};
use crate::scenario::{
    Amount, Arrivals, AsyncCpu, Backend, Candidate, CostBasis, Distribution, Load, Order, Scenario,
    Stage, TaskKind,
};
use crate::units::text;

/// One line each: title, task kinds with their stages, load, queue, candidates with their peaks, time, cost.
#[must_use]
pub fn describe(scenario: &Scenario) -> Vec<String> {
    let mut lines = vec![scenario.title.clone()];
    lines.extend(
        [&scenario.about, &scenario.look_for]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned(),
    );
    let weights: f64 = scenario.tasks.iter().map(|kind| kind.weight).sum();
    for kind in &scenario.tasks {
        lines.push(task_kind(
            kind,
            kind.weight / weights,
            scenario.tasks.len() == 1,
        ));
        lines.extend(
            kind.stages
                .iter()
                .map(|stage| format!("  {}", self::stage(stage))),
        );
    }
    lines.push(load(scenario));
    for (candidate, name) in scenario.candidates.iter().zip(scenario.candidate_names()) {
        lines.push(format!(
            "Candidate '{name}': {}",
            self::candidate(candidate, scenario)
        ));
    }
    lines.push(protocol(scenario));
    lines.push(prices(scenario));
    lines
}

fn task_kind(kind: &TaskKind, share: f64, only: bool) -> String {
    let (cpu, waiting) = nominal_task_nanos(kind);
    let of_all = if only {
        "every task".to_owned()
    } else {
        format!("{} of the tasks", text::percent(share))
    };
    format!(
        "Task '{}', {of_all}: estimated {}, of which {} needs a core",
        kind.name,
        text::nanos(cpu + waiting),
        text::percent(cpu_share(kind))
    )
}

/// One stage in words: `computes 8 checks (prime check), estimated 2.00 ms`.
#[must_use]
pub fn stage(stage: &Stage) -> String {
    match *stage {
        Stage::Cpu {
            kernel,
            amount: Amount::Work(units),
        } => format!(
            "computes {} {} ({}), estimated {}",
            text::count(units),
            kernel.unit(),
            kernel.label(),
            text::nanos(Amount::Work(units).nominal_nanos(kernel))
        ),
        Stage::Cpu {
            kernel,
            amount: Amount::Time(time),
        } => format!(
            "computes for {} of processor time ({})",
            text::span(time.0),
            kernel.label()
        ),
        Stage::Wait { time } => format!("waits {}", distribution(time)),
        Stage::FileWrite { size, sync, .. } => format!(
            "writes {} to a file in the scratch folder{}",
            text::size(size.0),
            if sync {
                " and makes sure that it is on the disk"
            } else {
                ""
            }
        ),
        Stage::FileRead { size, .. } => format!("reads {} from a file", text::size(size.0)),
        Stage::Memory { size, .. } => {
            format!("allocates and touches {} of memory", text::size(size.0))
        }
        Stage::Http {
            delay, response, ..
        }
        | Stage::Tcp {
            delay, response, ..
        } => format!(
            "asks the built-in server on this machine, which waits {} and answers {}",
            distribution(delay),
            text::size(response.0)
        ),
        Stage::FileAppend { size, .. } => format!("appends {} to a file", text::size(size.0)),
        Stage::Lock { hold, .. } => format!("holds a lock for {}", distribution(hold)),
        Stage::Counter {
            increments,
            protection,
        } => format!(
            "adds {} to a shared counter ({})",
            text::count(increments),
            protection.label()
        ),
        Stage::Payload { to_worker, back } => format!(
            "takes {} to the worker and brings {} back",
            text::size(to_worker.0),
            text::size(back.0)
        ),
        Stage::Barrier => "waits for all tasks of the batch".to_owned(),
    }
}

fn distribution(time: Distribution) -> String {
    match time {
        Distribution::Constant(time) => text::span(time.0),
        Distribution::LogNormal { median, p95 } => format!(
            "{} in the median and up to {} in 95 of 100 cases",
            text::span(median.0),
            text::span(p95.0)
        ),
        Distribution::Uniform { from, to } => {
            format!("{} to {}", text::span(from.0), text::span(to.0))
        }
        Distribution::Exponential { mean } => {
            format!(
                "{} on average, exponentially distributed",
                text::span(mean.0)
            )
        }
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => format!(
            "{}, and {} in {} of the cases",
            text::span(usual.0),
            text::span(other.0),
            text::percent(other_share)
        ),
    }
}

fn load(scenario: &Scenario) -> String {
    let queue = format!(
        "at most {} wait, one more is dropped",
        text::counted(scenario.queue.capacity.into(), "task", "tasks")
    );
    match scenario.load {
        Load::Profile { .. } => format!("Load: a profile; {queue}"),
        Load::Closed { clients, .. } => format!(
            "Load: {} that send the next task when the last is answered; {queue}",
            text::counted(clients.into(), "client", "clients")
        ),
        Load::Open {
            rate_per_sec,
            arrivals,
        } => {
            let spacing = match arrivals {
                Arrivals::Poisson => "at random instants",
                Arrivals::Constant => "at equal distances",
            };
            format!(
                "Load: {} tasks per second {spacing}; {queue}",
                text::given(rate_per_sec)
            )
        }
        Load::Batch { tasks, .. } => {
            format!(
                "Load: {}, all due at the start",
                text::counted(tasks, "task", "tasks")
            )
        }
    }
}

fn candidate(candidate: &Candidate, scenario: &Scenario) -> String {
    let workers = |count: u32, one, many| text::counted(count.into(), one, many);
    let mut words = match candidate.backend {
        Backend::Sequential => "one task after the other on 1 thread".to_owned(),
        Backend::Threads { workers: count } => {
            workers(count.count(), "thread", "threads") + " in 1 process"
        }
        Backend::Processes { workers: count, .. } => {
            workers(count.count(), "worker process", "worker processes") + " beside the runner"
        }
        Backend::Async {
            in_flight,
            event_loops,
            cpu,
        } => {
            let blocking = match cpu {
                AsyncCpu::Inline => String::new(),
                AsyncCpu::Blocking { threads } => {
                    format!(
                        " and up to {}",
                        workers(threads, "blocking thread", "blocking threads")
                    )
                }
                AsyncCpu::Processes { workers: count } => format!(
                    " and {}",
                    workers(count, "worker process", "worker processes")
                ),
            };
            format!(
                "up to {} under way on {}{blocking} in 1 process",
                workers(in_flight, "task", "tasks"),
                workers(event_loops, "event loop", "event loops")
            )
        }
        Backend::Hybrid { processes, .. } => {
            format!("waits beside {} worker processes", processes.count())
        }
    };
    let (memory, disk) = peak_bytes(candidate.backend, scenario);
    if memory > 0 {
        words.extend(["; memory stages take at most ", &text::size(memory)]);
    }
    if disk > 0 {
        words.extend(["; files take at most ", &text::size(disk)]);
    }
    words
}

/// Upper bounds of what all workers' stages hold at once, in bytes: memory, and files in the scratch folder.
#[must_use]
pub fn peak_bytes(backend: Backend, scenario: &Scenario) -> (u64, u64) {
    let (mut memory, mut written, mut read) = (0, 0, Vec::new());
    for stage in scenario.tasks.iter().flat_map(|kind| &kind.stages) {
        match *stage {
            Stage::Memory { size, .. } => memory = memory.max(size.0),
            Stage::FileWrite { size, .. } | Stage::FileAppend { size, .. } => {
                written = written.max(size.0)
            }
            Stage::FileRead { size, .. } => read.push(size.0),
            Stage::Cpu { .. }
            | Stage::Wait { .. }
            | Stage::Http { .. }
            | Stage::Tcp { .. }
            | Stage::Lock { .. }
            | Stage::Counter { .. }
            | Stage::Payload { .. }
            | Stage::Barrier => {}
        }
    }
    // Prepared files are shared: one of each size.
    read.sort_unstable();
    read.dedup();
    let prepared = read.into_iter().fold(0, u64::saturating_add);
    let (computing, under_way) = lanes(backend);
    // Memory is held only while a thread works on it; each task under way may own a file.
    let memory = memory.saturating_mul(u64::from(computing.max(backend.workers())));
    let files = written
        .saturating_mul(u64::from(under_way))
        .saturating_add(prepared);
    (memory, files)
}

fn protocol(scenario: &Scenario) -> String {
    let protocol = &scenario.protocol;
    let blocks = u64::from(protocol.repeats) * blocks_per_repeat(scenario);
    let order = match protocol.order {
        Order::Interleaved if protocol.repeats > 1 => {
            "repeats in turn, each in an order drawn from the seed"
        }
        Order::Interleaved | Order::Listed => "in the order of the file",
    };
    let measure = text::span(protocol.measure.0);
    let measure = if matches!(scenario.load, Load::Batch { .. }) {
        format!("the batch for at most {measure}")
    } else {
        format!("measurement {measure}")
    };
    format!(
        "Time: {}, {order}; each warm-up {}, {measure}, drain up to {}; estimated {} in all, at most {}",
        text::counted(blocks, "block", "blocks"),
        text::span(protocol.warm_up.0),
        text::span(protocol.drain.0),
        text::nanos(estimate_run_nanos(scenario) as f64),
        text::nanos(longest_run_nanos(scenario) as f64)
    )
}

fn prices(scenario: &Scenario) -> String {
    let prices = &scenario.prices;
    let basis = match prices.basis {
        CostBasis::Consumed => "paid for what is used".to_owned(),
        CostBasis::Rented { vcpus, memory } => format!(
            "paid for {} vCPUs and {} set aside",
            text::given(vcpus),
            text::size(memory.0)
        ),
    };
    format!(
        "Prices: {} {currency} per core and hour, {} {currency} per GiB and hour, {basis}",
        text::given(prices.per_vcpu_hour),
        text::given(prices.per_gib_hour),
        currency = prices.currency,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{bundled_named, parse};

    #[test]
    fn a_description_tells_the_work_the_load_the_peaks_and_the_time() {
        let scenario = parse(bundled_named("image_pipeline").unwrap().text)
            .scenario
            .unwrap();
        let lines = describe(&scenario);
        for expected in [
            "Image pipeline",
            "Task 'upload', 75.0 % of the tasks: estimated 79.4 ms, of which 1.23 % needs a core",
            "  allocates and touches 16 MiB of memory",
            "  computes 1,000 KiB compressed (deflate), estimated 40.0 ms",
            "Load: 72 tasks per second at random instants; at most 400 tasks wait, one more is dropped",
            "Candidate 'threads ×16': 16 threads in 1 process; memory stages take at most 256 MiB; \
             files take at most 17 MiB",
            "Candidate 'async ×100, CPU on 2 threads': up to 100 tasks under way on 1 event loop and \
             up to 2 blocking threads in 1 process; memory stages take at most 32 MiB; \
             files take at most 101 MiB",
        ] {
            assert!(
                lines.iter().any(|line| line == expected),
                "{expected}\n{lines:#?}"
            );
        }
        let time = lines
            .iter()
            .find(|line| line.starts_with("Time: "))
            .unwrap();
        assert!(time.ends_with("at most 70.0 s"), "{time}");
    }

    #[test]
    fn a_batch_is_told_as_a_batch() {
        let scenario = parse(bundled_named("twenty_calls").unwrap().text)
            .scenario
            .unwrap();
        let lines = describe(&scenario).join("\n");
        assert!(
            lines.contains("Load: 20 tasks, all due at the start\n"),
            "{lines}"
        );
        assert!(lines.contains("the batch for at most 10 s"), "{lines}");
        assert!(
            lines.contains("up to 20 tasks under way on 1 event loop in 1 process"),
            "{lines}"
        );
    }
}
