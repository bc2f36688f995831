//! The loopback server and the event loops, for real, on back ends of each kind.
//!
//! What is asserted are counts, laws, and times that cannot be shorter than asked for.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod live;

use live::{follow, long, request, run_to_end, run_until, runner, scenario};
use poolscope::run::{BlockState, Event, Run};
use poolscope::session::Session;
use poolscope::stats::SparseHistogram;
use poolscope::wire::FromRunner;

const BACKENDS: [&str; 5] = [
    "Sequential",
    "Threads(workers: 4)",
    "Processes(workers: 2)",
    "Async(in_flight: 4)",
    "Async(in_flight: 4, event_loops: 2)",
];

#[test]
fn http_and_tcp_carry_bodies_both_ways_on_every_back_end() {
    let stages = r#"[
        Http(delay: Constant("200us"), response: "300KiB", request: "200KiB"),
        Tcp(delay: Uniform(from: "0us", to: "1ms"), response: "300KiB", request: "200KiB"),
        Tcp(delay: Constant("0us"), response: "1B"),
    ]"#;
    let run = run_to_end(&scenario(stages, "Batch(tasks: 12)", &BACKENDS));
    for block in &run.blocks {
        assert_eq!(block.state, BlockState::Done);
        assert_eq!(block.counts().good, 12, "{:?}", block.finished);
    }
}

#[test]
fn the_same_seed_gives_the_same_errors_on_every_back_end() {
    for stage in ["Http", "Tcp"] {
        let stages = format!(r#"[{stage}(delay: Constant("100us"), errors: 0.3)]"#);
        let run = run_to_end(&scenario(&stages, "Batch(tasks: 60)", &BACKENDS));
        let failed: Vec<_> = run
            .blocks
            .iter()
            .map(|block| {
                let failures = &block.finished.as_ref().unwrap().failures;
                assert!(failures[0].contains("error (503)"), "{failures:?}");
                block.counts().failed
            })
            .collect();
        assert!((5..40).contains(&failed[0]), "{failed:?}");
        assert!(failed.iter().all(|count| *count == failed[0]), "{failed:?}");
    }
}

#[test]
fn a_limit_of_connections_holds_on_every_back_end_and_everybody_is_served() {
    // One connection at a time and 10 ms for each answer: twelve of them take 120 ms, whoever asks.
    let stages = r#"[Http(delay: Constant("10ms"))]"#;
    let text = scenario(stages, "Batch(tasks: 12)", &BACKENDS)
        .replace("candidates:", "server: (connections: 1), candidates:");
    for block in &run_to_end(&text).blocks {
        assert_eq!(block.counts().good, 12, "{:?}", block.finished);
        let makespan = block.finished.as_ref().unwrap().makespan_nanos.unwrap();
        assert!(makespan >= 120_000_000, "{makespan}");
    }
}

/// What the event loops of each block recorded.
fn loop_lags(text: &str) -> Vec<SparseHistogram> {
    let request = request(text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    let mut lags = vec![SparseHistogram::default(); run.blocks.len()];
    follow(&session, &mut run, |_, event| {
        if let Event::Message {
            block,
            message: FromRunner::Snapshot(snapshot),
        } = event
        {
            lags[*block].absorb(&snapshot.loop_lag);
        }
        false
    });
    lags
}

#[test]
fn a_task_that_computes_on_the_event_loop_shows_as_a_stalled_loop() {
    // A batch, since it lasts as long as its tasks take: the loop comes to its beats between two of them, if
    // it has one at a time.
    let text = scenario(
        r#"[Cpu(kernel: SumOfSquares, amount: Time("50ms")), Wait(time: Constant("1ms"))]"#,
        "Batch(tasks: 8)",
        &["Async(in_flight: 1)", "Threads(workers: 2)"],
    );
    let lags = loop_lags(&text);
    let [inline, threads] = lags.as_slice() else {
        panic!("two blocks");
    };
    let quantile = |lag: &SparseHistogram, share| lag.to_dense().quantile(share).unwrap();
    // A beat that is due while a task computes comes when that is done: up to 50 ms late.
    assert!(quantile(inline, 0.99) > 30_000_000);
    assert!(quantile(inline, 0.5) > 5_000_000);
    assert!(threads.is_empty(), "no event loop, no lag");
}

#[test]
fn an_event_loop_goes_on_while_a_task_computes_elsewhere() {
    let text = long(&scenario(
        r#"[Cpu(kernel: SumOfSquares, amount: Time("9min"))]"#,
        "Closed(clients: 1)",
        &["Async(in_flight: 1, cpu: Blocking(threads: 1))"],
    ));
    let (mut snapshots, mut beats) = (0, 0);
    run_until(&text, |_, event| {
        if let Event::Message {
            message: FromRunner::Snapshot(snapshot),
            ..
        } = event
            && snapshot.warm_up.counts.in_flight == 1
        {
            snapshots += 1;
            // In the first one there may be beats from before the task began.
            if snapshots > 1 {
                beats += snapshot.loop_lag.count();
            }
        }
        beats >= 20
    });
}
