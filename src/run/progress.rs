//! Where a run stands, for one line of text: from what has arrived, without a clock.

use crate::run::{Block, BlockState, Interval, Run};
use crate::scenario::estimate::estimate_candidate_nanos;
use crate::stats::Percentile;
use crate::wire::{BreakerState, Phase};

/// How far back the rates of [`Progress`] look: long enough to be calm, short enough to follow.
const RECENT_NANOS: u64 = 2_000_000_000;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Blocks that have ended, in whatever way.
    pub blocks_ended: usize,
    /// Blocks in all.
    pub blocks: usize,
    /// Estimated time to the end of the run, in nanoseconds; 0 when it has ended.
    pub remaining_nanos: u64,
    /// The block under way; none between two blocks.
    pub current: Option<CurrentBlock>,
}

/// The block under way.
#[derive(Debug, Clone, PartialEq)]
pub struct CurrentBlock {
    /// Index of its candidate in the scenario.
    pub candidate: usize,
    /// What it does now, for people: `measuring`.
    pub doing: &'static str,
    /// How long tasks have been running in it, in nanoseconds; 0 while it starts.
    pub elapsed_nanos: u64,
    /// Tasks that ended lately, per second; none before the first snapshot.
    pub throughput_per_sec: Option<f64>,
    /// 95th percentile of the response times of lately, in nanoseconds; none while there are too few.
    pub response_p95_nanos: Option<u64>,
    /// Attempts per task that the queue took lately; none where nobody watches attempts, and while there was no task.
    pub attempts_per_task: Option<f64>,
    /// Circuit breakers that let no attempt run.
    pub breakers_open: u64,
}

impl Run {
    /// Where the run stands by what has arrived.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            blocks_ended: self.blocks_ended(),
            blocks: self.blocks.len(),
            remaining_nanos: if self.ended {
                0
            } else {
                self.blocks.iter().map(|b| self.remaining(b)).sum()
            },
            current: self.current().map(|(_, block)| CurrentBlock::of(block)),
        }
    }

    fn remaining(&self, block: &Block) -> u64 {
        if block.state.is_over() {
            return 0;
        }
        let scenario = &self.request.scenario;
        let whole = scenario
            .candidates
            .get(block.planned.candidate)
            .map_or(0, |candidate| estimate_candidate_nanos(scenario, candidate));
        whole.saturating_sub(elapsed_nanos(block))
    }
}

impl CurrentBlock {
    fn of(block: &Block) -> Self {
        Self {
            candidate: block.planned.candidate,
            doing: match block.state {
                BlockState::Running(Phase::WarmUp) => "warming up",
                BlockState::Running(Phase::Measure) => "measuring",
                BlockState::Running(Phase::Drain) => "draining",
                _ => "starting",
            },
            elapsed_nanos: elapsed_nanos(block),
            throughput_per_sec: recent_throughput(block),
            response_p95_nanos: recent_p95(block),
            attempts_per_task: recent_amplification(block),
            breakers_open: breakers_open(block),
        }
    }
}

fn elapsed_nanos(block: &Block) -> u64 {
    block.last.as_ref().map_or(0, |last| last.elapsed_nanos)
}

/// The newest intervals.
fn recent(block: &Block) -> impl Iterator<Item = &Interval> {
    let intervals = block.timeline.intervals();
    let end = intervals.back().map_or(0, |newest| newest.end_nanos);
    let from = end.saturating_sub(RECENT_NANOS);
    intervals
        .iter()
        .rev()
        .take_while(move |interval| interval.end_nanos > from)
}

fn recent_amplification(block: &Block) -> Option<f64> {
    block.attempts()?;
    let (attempted, admitted) = recent(block).fold((0, 0), |(attempted, admitted), interval| {
        (
            attempted + interval.attempted(),
            admitted + interval.admitted,
        )
    });
    (admitted > 0).then(|| attempted as f64 / admitted as f64)
}

fn breakers_open(block: &Block) -> u64 {
    let breakers = block.resilience.breakers().iter();
    breakers
        .filter(|over| over.state == BreakerState::Open)
        .count() as u64
}

fn recent_throughput(block: &Block) -> Option<f64> {
    let (completed, secs) = recent(block).fold((0, 0.0), |(completed, secs), interval| {
        (completed + interval.completed, secs + interval.secs())
    });
    (secs > 0.0).then(|| completed as f64 / secs)
}

fn recent_p95(block: &Block) -> Option<u64> {
    let newest = block.timeline.intervals().len().checked_sub(1)?;
    Percentile::P95.of(&block.timeline.response_before(newest, RECENT_NANOS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{BlockEnd, Event, RunRequest};
    use crate::scenario::{bundled, parse};
    use crate::wire::{Cohort, Counts, FromRunner, Resources, Snapshot};

    fn run() -> Run {
        Run::new(
            RunRequest::all_of(parse(bundled()[0].text).scenario.unwrap()),
            0,
        )
    }

    fn snapshot(completed: u64, elapsed_nanos: u64) -> Event {
        let counts = Counts {
            offered: completed,
            admitted: completed,
            good: completed,
            ..Counts::default()
        };
        let message = FromRunner::Snapshot(Box::new(Snapshot {
            sequence: 0,
            elapsed_nanos,
            phase: Phase::Measure,
            measure_start_nanos: Some(0),
            measure_end_nanos: None,
            warm_up: Cohort::default(),
            measured: Cohort {
                counts,
                ..Cohort::default()
            },
            counters: Vec::new(),
            pools: Vec::new(),
            loop_lag: crate::stats::SparseHistogram::default(),
            interpreter_lock: None,
            collections: None,
            resilience: crate::wire::Resilience::default(),
            window_completed: completed,
            window_good: completed,
            window_good_late: 0,
            good_late: 0,
            lives: None,
            resources: Resources::default(),
            skipped_ticks: 0,
            merged: 0,
        }));
        Event::Message { block: 0, message }
    }

    #[test]
    fn a_run_that_has_not_begun_has_all_of_its_time_before_it() {
        let progress = run().progress();
        assert_eq!((progress.blocks_ended, progress.current), (0, None));
        assert!(progress.remaining_nanos > 0);
    }

    #[test]
    fn the_time_that_remains_shrinks_with_each_snapshot_and_each_block() {
        let mut run = run();
        run.apply(Event::BlockStarting { block: 0 });
        let starting = run.progress();
        let current = starting.current.unwrap();
        assert_eq!(
            (current.doing, current.throughput_per_sec),
            ("starting", None)
        );

        run.apply(snapshot(50, 500_000_000));
        let measuring = run.progress();
        assert_eq!(
            measuring.remaining_nanos,
            starting.remaining_nanos - 500_000_000
        );
        let current = measuring.current.unwrap();
        assert_eq!(
            (current.doing, current.throughput_per_sec),
            ("measuring", Some(100.0))
        );
        assert_eq!(current.response_p95_nanos, None);

        run.apply(Event::BlockEnded {
            block: 0,
            end: BlockEnd::Completed,
        });
        assert!(run.progress().remaining_nanos < measuring.remaining_nanos);
        run.apply(Event::RunEnded { stopped: true });
        assert_eq!(run.progress().remaining_nanos, 0);
    }
}
