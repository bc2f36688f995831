//! Runs short scenarios with the real executable.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(
    dead_code,
    reason = "each test uses a part of it, in a crate of its own"
)]

use std::io::Write as _;
use std::time::Duration;

use poolscope::run::{Block, BlockState, Event, Run, RunRequest};
use poolscope::session::{RunnerCommand, Session};

/// Longer than any of these runs is silent on a loaded machine; only a hang gets there.
const PATIENCE: Duration = Duration::from_mins(2);

/// A scenario file with one task kind and short phases. Tasks may take their time to end: the drain is over when they
/// have.
pub(crate) fn scenario(stages: &str, load: &str, backends: &[&str]) -> String {
    let candidates: Vec<_> = backends
        .iter()
        .map(|backend| format!("(backend: {backend})"))
        .collect();
    let candidates = candidates.join(", ");
    format!(
        r#"(format: 1, title: "test", tasks: [(name: "task", stages: {stages})], load: {load},
            candidates: [{candidates}],
            protocol: (warm_up: "100ms", measure: "300ms", drain: "30s", order: Listed))"#
    )
    .replace(
        "measure: \"300ms\"",
        if load.starts_with("Batch") {
            "measure: \"60s\""
        } else {
            "measure: \"300ms\""
        },
    )
}

/// How the real executable is started.
pub(crate) fn runner() -> RunnerCommand {
    RunnerCommand {
        executable: env!("CARGO_BIN_EXE_poolscope").into(),
    }
}

/// The request of a scenario file.
pub(crate) fn request(text: &str) -> RunRequest {
    let loaded = poolscope::scenario::parse(text);
    RunRequest::all_of(
        loaded
            .scenario
            .unwrap_or_else(|| panic!("{:#?}", loaded.problems)),
    )
}

/// Runs `text` to its end.
pub(crate) fn run_to_end(text: &str) -> Run {
    let request = request(text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |_, _| false);
    run
}

/// Runs `text` until `until` says after an event that it has seen what it wants, and stops it then. However long that
/// takes, the blocks must be longer.
pub(crate) fn run_until(text: &str, until: impl FnMut(&Run, &Event) -> bool) -> Run {
    let request = request(text);
    let session = Session::start(request.clone(), runner(), |_| ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, until);
    let last = run.blocks.iter().rev().find(|block| block.last.is_some());
    assert!(!run.ended, "it never came to that: {last:?}");
    session.stop();
    follow(&session, &mut run, |_, _| false);
    run
}

/// `text` with a measurement that is longer than anybody waits for something in it.
pub(crate) fn long(text: &str) -> String {
    text.replace(r#"measure: "300ms""#, r#"measure: "5min""#)
}

/// Says aloud why a test is not held, past the capture of the test harness: a test that was skipped must not look like
/// one that was run.
pub(crate) fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Takes in events until the run has ended, or `until` says so after one.
pub(crate) fn follow(
    session: &Session,
    run: &mut Run,
    mut until: impl FnMut(&Run, &Event) -> bool,
) {
    while !run.ended {
        let event = session
            .events()
            .recv_timeout(PATIENCE)
            .expect("events come until the end");
        run.apply(event.clone());
        if until(run, &event) {
            return;
        }
    }
}

/// Asserts that a block ended in order and that every task is in its books, once.
pub(crate) fn check_books(block: &Block, name: &str) {
    assert_eq!(
        block.state,
        BlockState::Done,
        "{name}: {:?}",
        block.finished
    );
    assert_eq!(block.violation, None, "{name}");
    let counts = block.counts();
    assert!(counts.obey_the_law(), "{name}: {counts:?}");
    assert_eq!((counts.queued, counts.in_flight), (0, 0), "{name}");
    let ended = counts.good + counts.failed + counts.timed_out;
    assert_eq!(block.measured.response.count(), ended, "{name}");
}

/// What all measured tasks of a block did, as one number.
pub(crate) fn digest(block: &Block) -> u64 {
    block.last.as_ref().unwrap().measured.digest
}
