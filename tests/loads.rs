//! Every load, queue policy and batch setting, for real, on back ends of each kind.
//!
//! What is asserted follows from the schedule and from waits that cannot be shorter than asked for, not from
//! how fast the machine is.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{follow, request, run_to_end, runner, scenario};
use poolscope::run::{Block, BlockState, Event, Run};
use poolscope::session::Session;
use poolscope::wire::FromRunner;

const ONE_WORKER: [&str; 3] = [
    "Threads(workers: 1)",
    "Processes(workers: 1)",
    "Async(in_flight: 1)",
];

fn check_books(block: &Block) {
    assert_eq!(block.state, BlockState::Done, "{:?}", block.finished);
    assert_eq!(block.violation, None);
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{counts:?}");
    assert_eq!((counts.queued, counts.in_flight), (0, 0));
}

/// Several times what the single worker can do, with a queue of 20: 300 tasks that wait for `wait` become due within
/// 300 ms.
fn overloaded(policy: &str, wait: &str, drain: &str) -> Run {
    let text = scenario(
        &format!(r#"[Wait(time: Constant("{wait}"))]"#),
        "Open(rate_per_sec: 1000, arrivals: Constant)",
        &ONE_WORKER,
    )
    .replace(
        "candidates:",
        &format!("queue: (capacity: 20, policy: {policy}), candidates:"),
    )
    // The first tasks find an empty queue.
    .replace("warm_up: \"100ms\"", "warm_up: \"0s\"")
    .replace("drain: \"30s\"", &format!("drain: \"{drain}\""));
    run_to_end(&text)
}

/// For how many nanoseconds the generator offered the tasks that became due within 300 ms: it may have been late.
fn offering_nanos(block: &Block) -> u64 {
    300_000_000 + block.measured.schedule_delay.max().unwrap()
}

#[test]
fn callers_that_wait_at_the_door_are_all_served_and_late() {
    for block in &overloaded("Block", "4ms", "30s").blocks {
        check_books(block);
        let counts = block.counts();
        assert_eq!((counts.offered, counts.good, counts.dropped), (300, 300, 0));
        // 300 tasks of 4 ms, of which 300 ms pass while they become due: the last one comes in more than
        // 800 ms late, with at most 20 in the queue before it.
        let late = block.measured.schedule_delay.max();
        assert!(late.is_some_and(|late| late > 700_000_000), "{late:?}");
        assert!(block.measured.response.max() > block.measured.schedule_delay.max());
    }
}

#[test]
fn callers_at_the_door_when_the_block_ends_are_dropped() {
    // The worker would need 30 s for all of them.
    for block in &overloaded("Block", "100ms", "0s").blocks {
        check_books(block);
        let counts = block.counts();
        assert_eq!(counts.offered, 300, "all that was due is in the books");
        assert!(counts.dropped > 0, "{counts:?}");
    }
}

#[test]
fn a_queue_that_gives_up_its_oldest_counts_them_as_dropped() {
    for block in &overloaded("DropOldest", "50ms", "30s").blocks {
        check_books(block);
        let counts = block.counts();
        assert_eq!(counts.offered, 300);
        // One worker ends no more than one each 50 ms while they come; 20 wait then, and one may be under way.
        // Twenty more if the worker goes on while the last one is on its way into the queue.
        let ended = offering_nanos(block) / 50_000_000 + 20;
        assert!(counts.dropped + ended + 21 >= 300, "{counts:?}");
        assert_eq!(counts.good, counts.admitted);
    }
}

#[test]
fn what_is_older_than_allowed_is_shed_when_its_turn_comes() {
    let run = overloaded(r#"ShedByAge(older_than: "1500ms")"#, "200ms", "30s");
    for block in &run.blocks {
        check_books(block);
        let counts = block.counts();
        assert_eq!(counts.offered, 300);
        assert_eq!(counts.good, counts.admitted);
        // The queue held twenty: in the time until they are too old, one worker cannot even begin with a dozen.
        let begun = (offering_nanos(block) + 1_500_000_000) / 200_000_000 + 1;
        assert!((1..=begun).contains(&counts.good), "{counts:?}");
    }
}

#[test]
fn never_are_more_tasks_under_way_than_the_cap_allows() {
    let text = scenario(
        r#"[Wait(time: Constant("2ms"))]"#,
        "Closed(clients: 12)",
        &[
            "Threads(workers: 8)",
            "Processes(workers: 4)",
            "Async(in_flight: 8)",
        ],
    )
    .replace("candidates:", "queue: (in_flight: 3), candidates:");
    let request = request(&text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    let mut seen = 0;
    follow(&session, &mut run, |_, event| {
        if let Event::Message {
            message: FromRunner::Snapshot(snapshot),
            ..
        } = event
        {
            let both = snapshot.warm_up.counts.plus(&snapshot.measured.counts);
            assert!(both.in_flight <= 3, "{both:?}");
            seen = seen.max(both.in_flight);
        }
        false
    });
    run.blocks.iter().for_each(check_books);
    assert!(seen > 0);
}

#[test]
fn clients_think_between_their_tasks() {
    let text = scenario(
        r#"[Wait(time: Constant("1ms"))]"#,
        r#"Closed(clients: 4, think: Constant("50ms"))"#,
        &[
            "Threads(workers: 4)",
            "Processes(workers: 2)",
            "Async(in_flight: 4)",
        ],
    )
    .replace("warm_up: \"100ms\"", "warm_up: \"0s\"");
    for block in &run_to_end(&text).blocks {
        check_books(block);
        let counts = block.counts();
        // A client's tasks are at least 51 ms apart: at most six of them fall into 300 ms.
        assert!((4..=4 * 6).contains(&counts.offered), "{counts:?}");
        assert_eq!(counts.dropped, 0);
    }
}

#[test]
fn a_profile_offers_the_tasks_of_its_area() {
    let load = r#"Profile(arrivals: Constant, parts: [
        Step(rate_per_sec: 200, length: "100ms"), Pause(length: "50ms"),
        Ramp(from_per_sec: 0, to_per_sec: 400, length: "100ms"),
        Spike(base_per_sec: 0, peak_per_sec: 400, length: "50ms"),
    ])"#;
    let text = scenario(
        r#"[Wait(time: Constant("1ms"))]"#,
        load,
        &["Threads(workers: 4)", "Async(in_flight: 8)"],
    );
    for block in &run_to_end(&text).blocks {
        check_books(block);
        // 20 + 0 + 20 + 10; the first and the last may lie on the edge.
        let offered = block.counts().offered;
        assert!((49..=51).contains(&offered), "{offered}");
    }
}

#[test]
fn a_chunk_is_taken_at_once_and_loses_no_task() {
    for chunk in [7, 100] {
        let text = scenario(
            "[Cpu(amount: Work(100))]",
            &format!("Batch(tasks: 100, chunk: {chunk})"),
            &["Sequential", "Threads(workers: 2)", "Processes(workers: 2)"],
        );
        for block in &run_to_end(&text).blocks {
            check_books(block);
            assert_eq!(block.counts().good, 100);
        }
    }
}

#[test]
fn no_task_passes_a_barrier_before_all_have_come_to_it() {
    let text = scenario(
        r#"[Wait(time: Constant("20ms")), Barrier, Wait(time: Constant("5ms"))]"#,
        "Batch(tasks: 8)",
        &["Sequential", "Threads(workers: 2)", "Async(in_flight: 2)"],
    );
    for block in &run_to_end(&text).blocks {
        check_books(block);
        assert_eq!(block.counts().good, 8);
        // The first to begin cannot end before all eight have waited 20 ms, two at a time at the most.
        let longest = block.measured.service.max();
        assert!(
            longest.is_some_and(|nanos| nanos >= 85_000_000),
            "{longest:?}"
        );
        let split = block.last.as_ref().unwrap().measured.split;
        assert!(split.queue_wait_nanos > 0, "held at the barrier: {split:?}");
    }
}

#[test]
fn tasks_at_a_barrier_leave_their_place_under_a_cap_to_others() {
    let text = scenario(
        r#"[Wait(time: Constant("1ms")), Cpu(amount: Work(100)), Barrier, Cpu(amount: Work(100))]"#,
        "Batch(tasks: 12)",
        &[
            "Threads(workers: 4)",
            "Async(in_flight: 8)",
            "Async(in_flight: 2, cpu: Processes(workers: 1))",
            "Hybrid(waits: Threads(workers: 2), processes: 1, between: 1)",
        ],
    )
    .replace("candidates:", "queue: (in_flight: 2), candidates:");
    for block in &run_to_end(&text).blocks {
        check_books(block);
        assert_eq!(block.counts().good, 12);
    }
}

#[test]
fn the_parts_of_a_task_add_up_to_its_response_time() {
    let text = scenario(
        r#"[Cpu(amount: Time("200us")), Wait(time: Constant("1ms"))]"#,
        "Open(rate_per_sec: 100)",
        &[
            "Sequential",
            "Threads(workers: 2)",
            "Processes(workers: 2)",
            "Async(in_flight: 8)",
            "Async(in_flight: 8, cpu: Blocking(threads: 2))",
        ],
    );
    for block in &run_to_end(&text).blocks {
        check_books(block);
        let split = block.last.as_ref().unwrap().measured.split;
        let responses = &block.measured.response;
        assert_eq!(split.tasks, responses.count(), "every task was metered");
        let mean = split.total_nanos() as f64 / split.tasks as f64;
        assert!(
            (mean / responses.mean().unwrap() - 1.0).abs() < 1e-9,
            "{split:?}"
        );
        let tasks = split.tasks;
        assert!(split.on_cpu_nanos >= tasks * 199_000, "{split:?}");
        // The last microseconds of a wait are spent awake, so that it ends when it should.
        assert!(split.off_cpu_nanos >= tasks * 900_000, "{split:?}");
    }
}
