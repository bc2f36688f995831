//! How a headless run is shown while it goes on: on a terminal one line that rewrites itself, else one line
//! for each block that has ended.

use std::time::{Duration, Instant};

use crate::cli::Output;
use crate::run::{Block, BlockState, Run};
use crate::units::text;

/// The line is rewritten at most that often: ten times a second is as often as there are news.
const REDRAW_AFTER: Duration = Duration::from_millis(100);

/// What was already shown.
#[derive(Debug)]
pub(super) struct ProgressReport {
    started: Instant,
    drawn: Option<Instant>,
    /// How many of the plan's blocks were reported as ended; they end in the order of the plan.
    reported: usize,
}

impl ProgressReport {
    /// Nothing was shown yet; the clock starts.
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            drawn: None,
            reported: 0,
        }
    }

    /// Shows what is new in `run`.
    pub(super) fn update(&mut self, run: &Run, out: &mut Output) {
        while let Some(block) = run
            .blocks
            .get(self.reported)
            .filter(|block| block.state.is_over())
        {
            self.reported += 1;
            if !out.has_live_line() || matches!(block.state, BlockState::Failed { .. }) {
                out.message(block_line(run, self.reported, block));
            }
        }
        let due = self
            .drawn
            .is_none_or(|drawn| drawn.elapsed() >= REDRAW_AFTER);
        if out.has_live_line() && due && !run.ended {
            self.drawn = Some(Instant::now());
            let elapsed = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
            out.live_line(&live_line(run, elapsed));
        }
    }
}

/// `[2/5] threads ×8, measuring, 0:07 passed, about 0:31 left, 1,234 /s, p95 12.3 ms`.
fn live_line(run: &Run, elapsed_nanos: u64) -> String {
    let progress = run.progress();
    let mut parts = Vec::new();
    if let Some(current) = &progress.current {
        let place = (progress.blocks_ended + 1).min(progress.blocks);
        let name = candidate_name(run, current.candidate);
        parts.push(format!("[{place}/{}] {name}", progress.blocks));
        parts.push(current.doing.to_owned());
    } else {
        parts.push(format!("[{}/{}]", progress.blocks_ended, progress.blocks));
    }
    parts.push(format!("{} passed", text::clock(elapsed_nanos)));
    parts.push(format!(
        "about {} left",
        text::clock(progress.remaining_nanos)
    ));
    if let Some(current) = progress.current {
        let p95 = current.response_p95_nanos.map(|nanos| nanos as f64);
        parts.push(text::or_missing(current.throughput_per_sec, text::per_sec));
        parts.push(format!("p95 {}", text::or_missing(p95, text::nanos)));
        if let Some(attempts) = current.attempts_per_task {
            parts.push(format!("{} attempts per task", text::number(attempts)));
        }
        if current.breakers_open > 0 {
            let open = text::counted(current.breakers_open, "breaker", "breakers");
            parts.push(format!("{open} open"));
        }
    }
    parts.join(", ")
}

/// `[2/5] threads ×8: done, 1,234 tasks good, 3 failed, 0 dropped`.
fn block_line(run: &Run, place: usize, block: &Block) -> String {
    let counts = block.counts();
    let state = match &block.state {
        // The sentence goes on.
        BlockState::Failed { cause } => format!("failed: {}", cause.trim_end_matches('.')),
        BlockState::Stopped => "stopped".to_owned(),
        _ if !block.degraded().is_empty() => "degraded".to_owned(),
        _ => "done".to_owned(),
    };
    let again = if block.planned.twin {
        ", again for the noise floor"
    } else {
        ""
    };
    let retries = match counts.retries {
        0 => String::new(),
        more => format!(", {}", text::counted(more, "retry", "retries")),
    };
    format!(
        "[{place}/{}] {}{again}: {state}; {} good, {} failed, {} dropped{retries}",
        run.blocks.len(),
        candidate_name(run, block.planned.candidate),
        text::counted(counts.good, "task", "tasks"),
        text::count(counts.failed + counts.timed_out),
        text::count(counts.dropped),
    )
}

fn candidate_name(run: &Run, candidate: usize) -> String {
    run.request.scenario.candidates.get(candidate).map_or_else(
        || text::MISSING.to_owned(),
        crate::scenario::Candidate::label,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{BlockEnd, BreakerState, Event, Phase, RunRequest};
    use crate::scenario::{bundled, parse};
    use crate::support::{self, drill::Tick};

    #[test]
    fn the_line_says_which_block_and_how_long() {
        let mut run = Run::new(
            RunRequest::all_of(parse(bundled()[0].text).scenario.unwrap()),
            0,
        );
        run.apply(Event::BlockStarting { block: 0 });
        let line = live_line(&run, 7_000_000_000);
        let name = candidate_name(&run, run.blocks[0].planned.candidate);
        assert!(
            line.starts_with(&format!(
                "[1/{}] {name}, starting, 0:07 passed, about",
                run.blocks.len()
            )),
            "{line}"
        );
        assert!(line.ends_with("–, p95 –"), "{line}");
    }

    #[test]
    fn a_storm_and_an_open_breaker_show_while_they_last() {
        let mut run = support::drill::run_of_one(
            |scenario| {
                let breaker = support::drill::scenario().candidates.remove(3);
                scenario.candidates = vec![breaker];
            },
            |tick| Tick {
                offered: 20,
                good: 10,
                timed_out: 10,
                retries: if tick < 90 { 0 } else { 30 },
                breaker: Some(BreakerState::Open),
                ..Tick::default()
            },
        );
        run.ended = false;
        run.blocks[0].state = BlockState::Running(Phase::Measure);
        let line = live_line(&run, 0);
        assert!(
            line.ends_with(", 2.50 attempts per task, 1 breaker open"),
            "{line}"
        );
        run.blocks[0].state = BlockState::Done;
        let line = block_line(&run, 1, &run.blocks[0]);
        assert!(
            line.ends_with("1,200 failed, 0 dropped, 900 retries"),
            "{line}"
        );
    }

    #[test]
    fn a_block_that_failed_says_why() {
        let mut run = Run::new(
            RunRequest::all_of(parse(bundled()[0].text).scenario.unwrap()),
            0,
        );
        let end = BlockEnd::Failed {
            cause: "killed by signal 9.".to_owned(),
        };
        run.apply(Event::BlockEnded { block: 0, end });
        let line = block_line(&run, 1, &run.blocks[0]);
        assert!(
            line.contains("failed: killed by signal 9; 0 tasks good"),
            "{line}"
        );
    }
}
