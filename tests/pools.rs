//! Pools of worker processes, for real: chunks, payloads, zygote, recycling, deaths, pipelines of two pools.
//!
//! Nothing here depends on speed: what is asserted is counts, digests and laws.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;
#[path = "live/parts.rs"]
mod parts;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::{Duration, Instant};

use live::{check_books, digest, follow, long, request, run_to_end, run_until, runner, scenario};
use parts::{cpu_ticks, part_of};
use poolscope::run::{Block, BlockState, Event, Run};
use poolscope::session::Session;
use poolscope::wire::{FromRunner, Phase};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than any death takes on a loaded machine; only a survivor gets there.
const PATIENCE: Duration = Duration::from_mins(2);

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn every_back_end_does_the_same_work() {
    let backends = [
        "Sequential",
        "Threads(workers: 2)",
        "Threads(workers: 5)",
        "Processes(workers: 2)",
        "Processes(workers: 2, chunk: 7)",
        "Processes(workers: 2, chunk: 7, payload: SharedMemory)",
        "Processes(workers: 2, start: Zygote)",
        "Processes(workers: 2, chunk: 3, recycle_after: 4)",
        "Processes(workers: 2, start: Zygote, recycle_after: 5, payload: SharedMemory)",
        "Async(in_flight: 10)",
        "Async(in_flight: 10, event_loops: 2)",
        "Async(in_flight: 10, cpu: Blocking(threads: 2))",
        "Async(in_flight: 10, cpu: Processes(workers: 2))",
        "Hybrid(waits: Threads(workers: 2), processes: 2)",
        "Hybrid(waits: Async(in_flight: 7), processes: 2, between: 1)",
    ];
    let stages = r#"[
        Payload(to_worker: "70KiB", back: "10B"),
        Cpu(kernel: SumOfSquares, amount: Work(1000)), Cpu(kernel: Deflate, amount: Work(2)),
        Wait(time: LogNormal(median: "200us", p95: "1ms")),
        FileWrite(size: "8KiB"), FileRead(size: "70KiB"),
        Wait(time: Uniform(from: "0s", to: "1ms")),
        Memory(size: "64KiB"), Counter(increments: 7, protection: Atomic), Payload(to_worker: "3B", back: "200KiB"),
    ]"#;
    let run = run_to_end(&scenario(stages, "Batch(tasks: 30)", &backends));
    let expected = digest(&run.blocks[0]);
    assert_ne!(expected, 0);
    for (block, name) in run.blocks.iter().zip(backends) {
        check_books(block, name);
        let counts = block.counts();
        assert_eq!(counts.good, 30, "{name}: {:?}", block.finished);
        assert_eq!(digest(block), expected, "{name}");
        let last = block.last.as_ref().unwrap();
        let tasks = last.warm_up.counts.good + counts.good;
        assert_eq!(last.counters.len(), 1, "{name}");
        assert_eq!(last.counters[0].additions, 7 * tasks, "{name}");
        assert_eq!(last.counters[0].value, 7 * tasks, "{name}");
        assert!(block.incidents.is_empty(), "{name}: {:?}", block.incidents);
    }
}

#[test]
fn payloads_larger_than_a_pipe_holds_travel_in_chunks_both_ways() {
    // Both sides write more than a pipe takes: only one that reads first and answers then gets through.
    let run = run_to_end(&scenario(
        r#"[Payload(to_worker: "3MiB", back: "2MiB"), Payload(to_worker: "0B", back: "0B")]"#,
        "Batch(tasks: 12)",
        &[
            "Threads(workers: 2)",
            "Processes(workers: 2, chunk: 5)",
            "Processes(workers: 2, chunk: 5, payload: SharedMemory)",
        ],
    ));
    for block in &run.blocks {
        check_books(block, "payload");
        assert_eq!(block.counts().good, 12, "{:?}", block.finished);
        assert_eq!(digest(block), digest(&run.blocks[0]));
    }
}

/// Kills the first `victims` workers, each after more tasks have ended, and stops the block when all deaths were told
/// and tasks ended after that.
fn with_deaths(backend: &str, victims: usize) -> Run {
    let stages = r#"[Wait(time: Constant("5ms"))]"#;
    let text = long(&scenario(stages, "Closed(clients: 40)", &[backend]));
    let (mut killed, mut seen) = (0, 0);
    run_until(&text, |run, event| {
        let block = &run.blocks[0];
        let completed = block.counts().completed();
        if let Event::Message {
            message: FromRunner::Snapshot(snapshot),
            ..
        } = event
            && snapshot.phase == Phase::Measure
            && killed < victims
            && completed > seen
        {
            // Its successors have other numbers.
            kill(block.started.as_ref().unwrap().worker_pids[killed]);
            killed += 1;
        }
        if killed < victims || block.incidents.len() < victims {
            seen = completed;
        }
        block.incidents.len() == victims && block.counts().good > seen + 20
    })
}

/// How many tasks were lost, in the measurement and before.
fn lost(block: &Block) -> u64 {
    let of_warm_up = block.last.as_ref().map(|last| last.warm_up.counts.failed);
    block.counts().failed + of_warm_up.unwrap_or(0)
}

/// How many tasks were lost with a worker, as the block tells it.
fn told_lost(message: &str) -> u64 {
    if message.contains("no task") {
        0
    } else if message.contains("its task is lost") {
        1
    } else {
        let (words, _) = message.split_once(" tasks are lost").unwrap();
        let (_, number) = words.rsplit_once(' ').unwrap();
        number.parse().unwrap()
    }
}

#[test]
fn a_dead_worker_loses_its_chunk_and_no_other_task() {
    let run = with_deaths("Processes(workers: 3, chunk: 6)", 2);
    let block = &run.blocks[0];
    assert!(block.counts().obey_the_law(), "{:?}", block.counts());
    let mut told = 0;
    for incident in &block.incidents {
        let message = &incident.message;
        assert!(
            message.contains("signal 9") && message.contains("replaced"),
            "{message}"
        );
        // Of slow tasks those that were answered are not lost with the chunk.
        assert!(told_lost(message) <= 6, "{message}");
        told += told_lost(message);
    }
    assert_eq!(lost(block), told, "{:?}", block.incidents);
}

#[test]
fn a_worker_that_dies_at_work_takes_its_whole_chunk_along() {
    // Nothing of a chunk is answered before the block is stopped. The tasks of most clients wait when the first
    // worker is lost: its successor gets a chunk of six.
    let text = long(&scenario(
        r#"[Cpu(amount: Time("9min"))]"#,
        "Closed(clients: 40)",
        &["Processes(workers: 2, chunk: 6)"],
    ));
    let (mut idle_ticks, mut killed) = (None, None);
    let run = run_until(&text, |run, _| {
        let block = &run.blocks[0];
        let Some(started) = &block.started else {
            return false;
        };
        let worker = started.worker_pids[0];
        let ticks = cpu_ticks(worker);
        if killed.is_none() && ticks > 10 + *idle_ticks.get_or_insert(ticks) {
            kill(worker);
            killed = Some(worker);
        }
        lost(block) > 0 && !block.incidents.is_empty()
    });
    let block = &run.blocks[0];
    let told = told_lost(&block.incidents[0].message);
    assert!((1..=6).contains(&told), "{:?}", block.incidents);
    assert_eq!(lost(block), told, "{:?}", block.incidents);
}

#[test]
fn a_dead_copy_of_a_zygote_is_replaced_and_says_how_it_died() {
    let run = with_deaths("Processes(workers: 2, start: Zygote)", 2);
    let block = &run.blocks[0];
    let counts = block.counts();
    assert!(counts.obey_the_law() && lost(block) <= 2, "{counts:?}");
    assert!(
        block
            .incidents
            .iter()
            .all(|incident| incident.message.contains("signal 9")),
        "{:?}",
        block.incidents
    );
}

#[test]
fn a_worker_whose_answer_cannot_be_understood_is_ended_and_replaced() {
    let text = long(&scenario(
        r#"[Wait(time: Constant("5ms"))]"#,
        "Closed(clients: 8)",
        &["Processes(workers: 2, chunk: 2)"],
    ));
    let (mut has_spoken, mut good_before) = (false, 0);
    let run = run_until(&text, |run, _| {
        let block = &run.blocks[0];
        let good = block.counts().good;
        if good > 0 && !has_spoken {
            // As a stray print of a library would do.
            let worker = block.started.as_ref().unwrap().worker_pids[0];
            let mut its_output = std::fs::OpenOptions::new()
                .write(true)
                .open(format!("/proc/{worker}/fd/1"))
                .unwrap();
            its_output.write_all(b"warning: something is odd").unwrap();
            has_spoken = true;
        }
        if block.incidents.is_empty() {
            good_before = good;
        }
        good > good_before + 10
    });
    let block = &run.blocks[0];
    assert!(block.counts().obey_the_law(), "{:?}", block.counts());
    // The worker may still have had tasks that became due in the warm-up.
    assert!((1..=2).contains(&lost(block)), "{:?}", block.counts());
    assert_eq!(block.incidents.len(), 1, "{:?}", block.incidents);
    let message = &block.incidents[0].message;
    assert!(
        message.contains("cannot be understood") && message.contains("replaced"),
        "{message}"
    );
}

#[test]
fn workers_that_have_served_their_time_are_replaced_and_none_of_them_is_called_dead() {
    let run = run_to_end(&scenario(
        r#"[Cpu(kernel: Sha256, amount: Time("1ms"))]"#,
        "Batch(tasks: 40)",
        &[
            "Processes(workers: 2, recycle_after: 3)",
            "Processes(workers: 2, chunk: 5, recycle_after: 3, start: Zygote)",
        ],
    ));
    for block in &run.blocks {
        check_books(block, "recycled");
        assert_eq!(block.counts().good, 40);
        let finished = block.finished.as_ref().unwrap();
        assert_eq!(finished.worker_deaths, 0);
        // The warm-up's tasks count as well. A worker serves three at the most; two may be left over.
        assert!(finished.workers_recycled >= 40 / 3 - 2, "{finished:?}");
        // What the workers used does not go with them.
        let used = block.window().unwrap().cpu_nanos;
        assert!(used >= 39_000_000, "{used} ns");
    }
}

#[test]
fn nothing_of_a_zygote_survives_its_runner_or_the_zygote_itself() {
    let text = long(&scenario(
        r#"[Wait(time: Constant("20ms"))]"#,
        "Closed(clients: 4)",
        &["Processes(workers: 2, start: Zygote)"],
    ));
    for victim in ["__runner", "__zygote"] {
        let request = request(&text);
        let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
        let mut run = Run::new(request, 0);
        let mut runner_pid = 0;
        follow(&session, &mut run, |run, event| {
            if let Event::Message {
                message: FromRunner::Hello(hello),
                ..
            } = event
            {
                runner_pid = hello.pid;
            }
            run.blocks[0].counts().good > 0
        });
        let below: BTreeSet<u32> = parts::parts_below(runner_pid)
            .into_iter()
            .filter(|(_, part)| part == "__zygote")
            .map(|(pid, _)| pid)
            .collect();
        let workers: BTreeSet<u32> = run.blocks[0]
            .started
            .as_ref()
            .unwrap()
            .worker_pids
            .iter()
            .copied()
            .collect();
        assert_eq!(workers.len(), 2);
        assert_eq!(below.len(), 3, "the zygote and its copies: {below:?}");
        let zygote = *below.difference(&workers).next().unwrap();
        kill(if victim == "__runner" {
            runner_pid
        } else {
            zygote
        });
        eventually(victim, || below.iter().all(|pid| part_of(*pid).is_none()));
        follow(&session, &mut run, |_, _| false);
        let BlockState::Failed { cause } = &run.blocks[0].state else {
            panic!("{:?}", run.blocks[0].state)
        };
        if victim == "__zygote" {
            assert!(cause.contains("no worker process is left"), "{cause}");
        }
        assert!(run.blocks[0].counts().obey_the_law());
    }
}

#[test]
fn a_pipeline_that_is_full_everywhere_goes_on_and_shows_its_pools() {
    // One place between, one worker on each side, and every task changes sides four times.
    let stages = r#"[
        Wait(time: Constant("100us")), Cpu(amount: Work(1000)), Wait(time: Constant("100us")),
        Cpu(amount: Work(1000)), Wait(time: Constant("100us")),
    ]"#;
    let text = scenario(
        stages,
        "Closed(clients: 50)",
        &[
            "Hybrid(waits: Threads(workers: 1), processes: 1, between: 1)",
            "Hybrid(waits: Async(in_flight: 20), processes: 1, between: 1)",
            "Async(in_flight: 20, cpu: Processes(workers: 1))",
        ],
    )
    .replace(r#"warm_up: "100ms""#, r#"warm_up: "0s""#);
    for block in &run_to_end(&text).blocks {
        check_books(block, "pipeline");
        let counts = block.counts();
        // Each client has sent one at the begin.
        assert!(counts.good >= 50 && counts.failed == 0, "{counts:?}");
    }
}

#[test]
fn a_batch_with_barriers_comes_through_every_pool() {
    let run = run_to_end(&scenario(
        r#"[Cpu(amount: Work(1000)), Barrier, Cpu(amount: Work(1000)), Barrier, Wait(time: Constant("1ms"))]"#,
        "Batch(tasks: 25)",
        &[
            "Threads(workers: 2)",
            "Processes(workers: 2, chunk: 4)",
            "Hybrid(waits: Threads(workers: 2), processes: 2, between: 1)",
        ],
    ));
    for block in &run.blocks {
        check_books(block, "barriers");
        assert_eq!(block.counts().good, 25);
        assert_eq!(digest(block), digest(&run.blocks[0]));
    }
}
