//! What a scenario would do, in plain words, before it does it.
//!
//! Times of stages are estimates and say so; peaks and totals are upper bounds.

mod candidates;
mod defences;
mod faults;
mod load;
mod objectives;
mod prices;
mod python;
mod stages;
mod sweep;

use crate::scenario::estimate::{
    blocks, cpu_share, estimate_run_nanos, longest_run_nanos, nominal_task_nanos, task_nanos_on,
};
use crate::scenario::{Amount, Candidate, Order, Runtime, Scenario, Stage, TaskKind};
use crate::units::text;

pub use candidates::peak_bytes;
pub use faults::told as fault;
pub use prices::{prices, target};
pub use stages::stage;
pub use sweep::value as setting;

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
    let in_cpython = scenario.candidates.iter().any(Candidate::is_python);
    for kind in &scenario.tasks {
        let only = scenario.tasks.len() == 1;
        let mut line = task_kind(kind, kind.weight / weights, only);
        let (cpu, waiting) = task_nanos_on(Runtime::CPython, kind);
        if in_cpython && (cpu, waiting) != nominal_task_nanos(kind) {
            line.extend(["; in CPython ", &text::nanos(cpu + waiting)]);
        }
        lines.push(line);
        let stages = kind.stages.iter();
        lines.extend(stages.map(|stage| format!("  {}", told(stage, in_cpython))));
    }
    lines.push(load::load(scenario));
    lines.extend(load::server(scenario));
    lines.extend(faults::faults(scenario));
    let mut candidates = scenario.candidates.iter();
    let has_common = candidates.any(|candidate| candidate.defences.is_none());
    // Who injects faults asks what is done about them.
    if !scenario.defences.is_default() || (has_common && !scenario.faults.is_empty()) {
        lines.push(format!("Defences: {}", defences::told(scenario.defences)));
    }
    for (candidate, name) in scenario.candidates.iter().zip(scenario.candidate_names()) {
        lines.push(format!(
            "Candidate '{name}': {}",
            candidates::candidate(candidate, scenario)
        ));
    }
    lines.push(protocol(scenario));
    lines.extend(objectives::objectives(scenario));
    lines.push(prices::prices(&scenario.prices));
    lines.extend(prices::target(&scenario.prices));
    lines.extend(sweep::sweeps(scenario));
    lines
}

/// A stage, and how long its work takes in CPython if some candidate runs there.
fn told(stage: &Stage, in_cpython: bool) -> String {
    let mut words = stages::stage(stage);
    if let Stage::Cpu {
        amount: Amount::Work(_),
        ..
    } = stage
        && in_cpython
    {
        let (cpu, _) = stage.nanos_on(Runtime::CPython);
        words.extend(["; in CPython ", &text::nanos(cpu)]);
    }
    words
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

fn protocol(scenario: &Scenario) -> String {
    let protocol = &scenario.protocol;
    let order = match protocol.order {
        Order::Interleaved if protocol.repeats > 1 => {
            "repeats in turn, each in an order drawn from the seed"
        }
        Order::Interleaved | Order::Listed => "in the order of the file",
    };
    let measure = text::span(protocol.measure.0);
    let measure = if scenario.load.is_batch() {
        format!("the batch for at most {measure}")
    } else {
        format!("measurement {measure}")
    };
    let twice = if protocol.noise_floor {
        ", the first candidate twice in each repeat for the noise floor"
    } else {
        ""
    };
    format!(
        "Time: {}, {order}{twice}; each warm-up {}, {measure}, drain up to {}; estimated {} in all, at most {}",
        text::counted(blocks(scenario), "block", "blocks"),
        text::span(protocol.warm_up.0),
        text::span(protocol.drain.0),
        text::nanos(estimate_run_nanos(scenario) as f64),
        text::nanos(longest_run_nanos(scenario) as f64)
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
        assert!(time.ends_with("at most 97.5 s"), "{time}");
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

    /// The descriptions of a scenario that is put together from these parts.
    fn told(stages: &str, load: &str, rest: &str) -> Vec<String> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], load: {load}, {rest})"
        );
        let loaded = parse(&text);
        assert_eq!(loaded.problems, [], "{text}");
        describe(&loaded.scenario.unwrap())
    }

    #[test]
    fn every_stage_is_told_in_a_plain_sentence() {
        for (stage, words) in [
            (
                "Wait(time: Uniform(from: \"1ms\", to: \"3ms\"))",
                "waits 1 ms to 3 ms, all equally likely",
            ),
            (
                "Wait(time: Exponential(mean: \"2ms\"))",
                "waits 2 ms on average (exponential)",
            ),
            (
                "Wait(time: Bimodal(usual: \"1ms\", other: \"50ms\", other_share: 0.1))",
                "waits usually 1 ms and 50 ms in 10.0 % of the cases",
            ),
            (
                "FileWrite(size: \"64KiB\", block: \"4KiB\", access: Random, sync: true)",
                "writes 64 KiB to a file in the scratch folder, 4 KiB at a time at random places and makes \
                 sure that it is on the disk",
            ),
            (
                "FileAppend(size: \"1KiB\")",
                "appends 1 KiB to a log file in the scratch folder",
            ),
            (
                "FileRead(size: \"4MiB\")",
                "reads 4 MiB from a file, 1 MiB at a time",
            ),
            (
                "FileRead(size: \"64KiB\", block: \"4KiB\", access: Random, file: \"1GiB\")",
                "reads 64 KiB from a file of 1 GiB, 4 KiB at a time at random places",
            ),
            (
                "Memory(size: \"1MiB\", access: Allocate)",
                "allocates 1 MiB of memory without touching it",
            ),
            (
                "Memory(size: \"1MiB\", access: Stream, hold_tasks: 1)",
                "allocates 1 MiB of memory, writes all of it and reads it in order, and holds it for \
                 1 further task of its worker",
            ),
            (
                "Memory(size: \"1MiB\", access: Chase)",
                "allocates 1 MiB of memory and visits all of it in random order",
            ),
            (
                "Http(delay: Constant(\"5ms\"), request: \"2KiB\", errors: 0.05)",
                "sends 2 KiB to the built-in server on this machine, which waits 5 ms and answers 1 KiB; \
                 5.00 % of the requests fail",
            ),
            (
                "Tcp(delay: Constant(\"5ms\"), response: \"0\")",
                "asks the built-in server on this machine over raw TCP, which waits 5 ms and answers 0 B",
            ),
            (
                "Lock(hold: Constant(\"1ms\"))",
                "takes the lock that all tasks share and computes for 1 ms inside",
            ),
            (
                "Lock(hold: Constant(\"1ms\"), inside: Wait, locks: 8, kind: ReadWrite(readers: 0.9))",
                "takes one of 8 locks, drawn by the task's number, and waits 1 ms inside; 90.0 % of the \
                 tasks only read and may be inside together",
            ),
            (
                "Counter(increments: 1000)",
                "adds 1 to a counter that all tasks share, 1,000 times, without protection",
            ),
            (
                "Payload(to_worker: \"8MiB\", back: \"1MiB\")",
                "takes 8 MiB to its worker and brings 1 MiB back",
            ),
            (
                "Payload(to_worker: \"8MiB\", back: \"0\")",
                "takes 8 MiB to its worker",
            ),
        ] {
            let lines = told(
                stage,
                "Closed(clients: 1)",
                "candidates: [(backend: Sequential)]",
            );
            assert_eq!(lines[2], format!("  {words}"), "{stage}");
        }
        let phases = "Cpu(amount: Work(1)), Barrier, Cpu(amount: Work(1))";
        let lines = told(
            phases,
            "Batch(tasks: 5)",
            "candidates: [(backend: Sequential)]",
        );
        assert_eq!(
            lines[3],
            "  waits until all tasks of the batch have come this far"
        );
    }

    #[test]
    fn every_load_and_queue_is_told_in_a_plain_sentence() {
        let dropped = "at most 10,000 tasks wait, one more is dropped";
        for (load, queue, words) in [
            (
                "Closed(clients: 4, think: Exponential(mean: \"1s\"))",
                "()",
                format!(
                    "4 clients that think for 1 s on average (exponential) after an answer and then send \
                     the next task; {dropped}"
                ),
            ),
            (
                "Profile(parts: [Step(rate_per_sec: 100, length: \"4s\"), Ramp(from_per_sec: 0, to_per_sec: \
                 200, length: \"2s\"), Spike(base_per_sec: 50, peak_per_sec: 350, length: \"2s\"), \
                 Pause(length: \"2s\")])",
                "()",
                format!(
                    "tasks at random instants in 4 parts, again and again: 100 /s for 4 s, from 0 to 200 /s \
                     within 2 s, from 50 up to 350 /s and back to 50 within 2 s, a pause of 2 s; \
                     100 /s on average; {dropped}"
                ),
            ),
            (
                "Open(rate_per_sec: 100)",
                "(capacity: 5, policy: DropOldest)",
                "100 tasks per second at random instants; at most 5 tasks wait, one more pushes out the one \
                 that has waited longest"
                    .to_owned(),
            ),
            (
                "Open(rate_per_sec: 100)",
                "(capacity: 5, policy: Block, in_flight: 1)",
                "100 tasks per second at random instants; at most 5 tasks wait, further callers stand at \
                 the door until there is room; at most 1 task under way at once"
                    .to_owned(),
            ),
            (
                "Open(rate_per_sec: 100)",
                "(policy: ShedByAge(older_than: \"200ms\"))",
                format!(
                    "100 tasks per second at random instants; {dropped}; one that has waited longer than \
                     200 ms is given up when its turn comes"
                ),
            ),
            (
                "Batch(tasks: 20_000, chunk: 10)",
                "()",
                "20,000 tasks, all due at the start, handed out 10 at a time".to_owned(),
            ),
        ] {
            let rest = format!("queue: {queue}, candidates: [(backend: Sequential)]");
            let lines = told("Wait(time: Constant(\"1ms\"))", load, &rest);
            assert_eq!(lines[3], format!("Load: {words}"));
        }
    }

    #[test]
    fn every_back_end_is_told_with_what_it_does_not_share() {
        let candidates = "candidates: [\
            (backend: Processes(workers: 4, start: Zygote, chunk: 10, recycle_after: 500, payload: SharedMemory)),\
            (backend: Async(in_flight: 9, cpu: Processes(workers: 2)), queue: (capacity: 7)),\
            (backend: Hybrid(waits: Async(in_flight: 64), processes: 2, between: 10)),\
            (backend: Hybrid(waits: Threads(workers: 3), processes: 1)),\
            ], server: (connections: 8), protocol: (noise_floor: true, repeats: 2)";
        let stages = "Tcp(delay: Constant(\"1ms\")), Payload(to_worker: \"1MiB\", back: \"1MiB\"), \
            Memory(size: \"2MiB\", hold_tasks: 1), Lock(hold: Constant(\"1ms\"))";
        let lines = told(stages, "Open(rate_per_sec: 100)", candidates);
        let locks = "each process has locks of its own, so that none waits for another";
        for expected in [
            format!(
                "4 worker processes beside the runner, copied from one that is kept ready, which take 10 tasks \
                 at a time, each replaced after 500 tasks, payloads through shared memory; memory stages and \
                 payloads take at most 16 MiB; {locks}"
            ),
            "up to 9 tasks under way on 1 event loop in 1 process, computing on 2 worker processes beside it; \
             its own queue: at most 7 tasks wait, one more is dropped; memory stages and payloads take at \
             most 12 MiB"
                .to_owned(),
            format!(
                "waits and requests of up to 64 tasks on 1 event loop, everything else on 2 worker processes, \
                 and at most 10 tasks between the two; memory stages and payloads take at most 12 MiB; {locks}"
            ),
            format!(
                "waits and requests on 3 threads, everything else on 1 worker process, and at most 100 tasks \
                 between the two; memory stages and payloads take at most 16 MiB; {locks}"
            ),
            "Server: at most 8 connections at once, each request has one of its own, and further callers wait"
                .to_owned(),
            "Time: 10 blocks".to_owned(),
            ", the first candidate twice in each repeat for the noise floor; ".to_owned(),
        ] {
            let found = lines.iter().any(|line| line.contains(&expected));
            assert!(found, "{expected}\n{lines:#?}");
        }
        let per_core = "candidates: [(backend: Threads(workers: \"2 per core\"))]";
        let lines = told(
            "Wait(time: Constant(\"1ms\"))",
            "Closed(clients: 1)",
            per_core,
        );
        assert!(
            lines[4].ends_with(" threads (2 per core) in 1 process"),
            "{}",
            lines[4]
        );
    }
}
