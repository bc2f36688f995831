//! A run of which single tasks are known: two candidates, the tasks of one stretch written down by hand.

use poolscope::run::{BlockEnd, Event, Run};
use poolscope::wire::{
    FromRunner, LifeEnd, LifePart, LivesNews, Pool, PoolKind, SlowTask, Stretch, TimeSplit,
};

use super::noisy::noisy_run;

const MILLI: u64 = 1_000_000;

/// One part of `number`, on that worker, due and begun at `start`, all of its `service` nanoseconds on CPU.
pub fn part(number: u64, worker: Option<u32>, start: u64, service: u64) -> LifePart {
    LifePart {
        number,
        measured: true,
        kind: 0,
        attempt: 0,
        part: 0,
        pool: Some(0),
        worker,
        intended_nanos: start,
        schedule_delay_nanos: 0,
        before_nanos: 0,
        queue_wait_nanos: 0,
        dispatch_nanos: 0,
        start_wait_nanos: 0,
        service_nanos: service,
        return_nanos: 0,
        on_cpu_nanos: Some(service),
        lock_wait_nanos: 0,
        interpreter_wait_nanos: 0,
        end: LifeEnd::Good,
    }
}

/// The same, due 4 ms before its start.
fn late(number: u64, worker: Option<u32>, start: u64, service: u64) -> LifePart {
    LifePart {
        intended_nanos: start - 4 * MILLI,
        schedule_delay_nanos: MILLI,
        queue_wait_nanos: 2 * MILLI,
        dispatch_nanos: MILLI,
        ..part(number, worker, start, service)
    }
}

/// A whole life as the list of the slowest has it.
fn slow(part: LifePart) -> SlowTask {
    SlowTask {
        last: part,
        first_start_nanos: part.start_nanos(),
        split: Some(TimeSplit {
            tasks: 1,
            schedule_delay_nanos: part.schedule_delay_nanos,
            queue_wait_nanos: part.queue_wait_nanos,
            dispatch_nanos: part.dispatch_nanos,
            on_cpu_nanos: part.on_cpu_nanos.unwrap_or(0),
            ..TimeSplit::default()
        }),
    }
}

/// A run of two candidates. Of the first, four threads are known, and of the last of them that it was idle; of the second
/// that its tasks have no workers.
pub fn run() -> Run {
    let mut run = noisy_run(7, 1, &[1.0, 1.2]);
    for block in 0..run.blocks.len() {
        let Some(mut snapshot) = run.blocks[block].last.clone() else {
            continue;
        };
        let has_workers = run.blocks[block].planned.candidate == 0;
        let worker = |worker| has_workers.then_some(worker);
        let from = snapshot.measure_start_nanos.unwrap_or(0) + 1_000 * MILLI;
        let waits = LifePart {
            on_cpu_nanos: Some(5 * MILLI),
            ..late(3, worker(2), from + 20 * MILLI, 10 * MILLI)
        };
        let parts = vec![
            late(1, worker(0), from, 30 * MILLI),
            late(2, worker(1), from + 10 * MILLI, 30 * MILLI),
            waits,
        ];
        snapshot.sequence += 1;
        snapshot.pools = vec![Pool {
            kind: if has_workers {
                PoolKind::Threads
            } else {
                PoolKind::EventLoops
            },
            workers: 4,
            queued: 0,
            in_flight: 0,
        }];
        let far = late(9, worker(0), from + 2_000 * MILLI, 50 * MILLI);
        snapshot.lives = Some(LivesNews {
            stretches: vec![Stretch {
                number: 0,
                from_nanos: from,
                until_nanos: from + 100 * MILLI,
                dropped: 3,
            }],
            slowest: Some(vec![slow(far), slow(parts[1]), slow(parts[0])]),
            parts,
        });
        let message = FromRunner::Snapshot(Box::new(snapshot));
        run.apply(Event::Message { block, message });
        let end = BlockEnd::Completed;
        run.apply(Event::BlockEnded { block, end });
    }
    run
}
