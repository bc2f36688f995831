//! Single tasks of the engine, in the words of the wire: instants become lengths from the block's start on.

use crate::engine::{self, Cohort, Outcome, PartEnd, Sampled};
use crate::wire::{LifeEnd, LifePart, LivesNews, SlowTask, Stretch, TimeSplit};

/// What was kept, of a block that began at `start_nanos` on the monotonic clock.
pub(super) fn lives(sampled: &Sampled, start_nanos: u64) -> LivesNews {
    let since = |nanos: u64| nanos.saturating_sub(start_nanos);
    let stretch = |stretch: &engine::Stretch| Stretch {
        number: stretch.number,
        from_nanos: since(stretch.from_nanos),
        until_nanos: since(stretch.until_nanos),
        dropped: stretch.dropped,
    };
    let slow = |slow: &engine::SlowTask| SlowTask {
        last: part(&slow.last, start_nanos),
        first_start_nanos: since(slow.first_start_nanos),
        split: slow.parts.map(|parts| TimeSplit {
            tasks: 1,
            schedule_delay_nanos: slow
                .last
                .offered_nanos
                .saturating_sub(slow.last.intended_nanos),
            retries_nanos: slow.retries_nanos,
            queue_wait_nanos: parts.queue_wait_nanos,
            dispatch_nanos: parts.dispatch_nanos,
            lock_wait_nanos: parts.lock_wait_nanos,
            interpreter_wait_nanos: parts.interpreter_wait_nanos,
            on_cpu_nanos: parts.on_cpu_nanos,
            off_cpu_nanos: parts.off_cpu_nanos,
            return_nanos: parts.return_nanos,
        }),
    };
    let slowest = sampled.slowest.as_ref();
    LivesNews {
        stretches: sampled.stretches.iter().map(stretch).collect(),
        parts: sampled
            .parts
            .iter()
            .map(|one| part(one, start_nanos))
            .collect(),
        slowest: slowest.map(|tasks| tasks.iter().map(slow).collect()),
    }
}

fn part(part: &engine::LifePart, start_nanos: u64) -> LifePart {
    let ran = &part.ran;
    let before_start = ran.start_nanos.saturating_sub(ran.taken_nanos);
    let start_wait_nanos = ran.start_wait_nanos.min(before_start);
    let between = |from: u64, to: u64| to.saturating_sub(from);
    LifePart {
        number: part.number,
        measured: part.cohort == Cohort::Measured,
        kind: part.kind as u32,
        attempt: part.attempt,
        part: u32::from(part.part),
        pool: part.pool.map(|pool| pool as u32),
        worker: ran.worker,
        intended_nanos: between(start_nanos, part.intended_nanos),
        schedule_delay_nanos: between(part.intended_nanos, part.offered_nanos),
        before_nanos: between(part.offered_nanos, part.queued_nanos),
        queue_wait_nanos: between(part.queued_nanos, ran.taken_nanos),
        dispatch_nanos: before_start - start_wait_nanos,
        start_wait_nanos,
        service_nanos: between(ran.start_nanos, ran.worker_end_nanos),
        return_nanos: between(ran.worker_end_nanos, ran.end_nanos),
        on_cpu_nanos: ran.on_cpu_nanos,
        lock_wait_nanos: ran.lock_wait_nanos,
        interpreter_wait_nanos: ran.interpreter_wait_nanos,
        end: match part.end {
            PartEnd::GoesOn => LifeEnd::GoesOn,
            PartEnd::Unawaited => LifeEnd::Unawaited,
            PartEnd::Ended(Outcome::Good) => LifeEnd::Good,
            PartEnd::Ended(Outcome::Failed) => LifeEnd::Failed,
            PartEnd::Ended(Outcome::TimedOut) => LifeEnd::TimedOut,
            PartEnd::Ended(Outcome::Cancelled) => LifeEnd::Cancelled,
        },
    }
}
