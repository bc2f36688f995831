//! Runs short scenarios with the real executable.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(
    dead_code,
    reason = "each test uses a part of it, in a crate of its own"
)]

use std::time::{Duration, Instant};

use poolscope::run::{Block, BlockState, Event, Run, RunRequest};
use poolscope::session::{RunnerCommand, Session};

/// Longer than any of these runs takes on a loaded machine; only a hang gets there.
const PATIENCE: Duration = Duration::from_mins(2);

/// A scenario file with one task kind and short phases.
pub(crate) fn scenario(stages: &str, load: &str, backends: &[&str]) -> String {
    let candidates: Vec<_> = backends
        .iter()
        .map(|backend| format!("(backend: {backend})"))
        .collect();
    let candidates = candidates.join(", ");
    format!(
        r#"(format: 1, title: "test", tasks: [(name: "task", stages: {stages})], load: {load},
            candidates: [{candidates}],
            protocol: (warm_up: "100ms", measure: "300ms", drain: "300ms", order: Listed))"#
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
    let session = Session::start(request.clone(), runner(), || ()).unwrap();
    let mut run = Run::new(request, 0);
    follow(&session, &mut run, |_, _| false);
    run
}

/// Takes in events until the run has ended, or `until` says so after one.
pub(crate) fn follow(
    session: &Session,
    run: &mut Run,
    mut until: impl FnMut(&Run, &Event) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    while !run.ended {
        let event = session
            .events()
            .recv_deadline(deadline)
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
