//! What poolscope adds to a task: empty tasks on each back end, against the same without poolscope.
//!
//! One worker each, so that the figure is the time of one task and not of several side by side. Each round runs both,
//! one after the other; the medians are compared.

use std::io::{self, Read as _, Write as _};

use crossbeam_channel::bounded;

use crate::engine::{Surroundings, clock};
use crate::runner::probe::blocks::{next_to_nothing, run, scenario};
use crate::runner::probe::median;
use crate::scenario::{AsyncCpu, Backend, Load, Start, Transfer, Workers};
use crate::units::Nanos;
use crate::wire::{Bare, Overhead};

/// Rounds of which the median is taken.
const ROUNDS: usize = 5;
/// A round takes about that long.
const ROUND_NANOS: f64 = 100e6;
/// Tasks of the first round, which only says how many the others have.
const TRIAL_TASKS: u64 = 1_000;
const TASKS_MAX: f64 = 200_000.0;
/// Room of the bare queue.
const QUEUE: usize = 1_024;

/// A back end and what it is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    backend: Backend,
    bare: Bare,
}

/// All of them.
pub(super) const CASES: [Case; 4] = [
    Case {
        backend: Backend::Sequential,
        bare: Bare::Loop,
    },
    Case {
        backend: Backend::Threads {
            workers: Workers::Count(1),
        },
        bare: Bare::Queue,
    },
    Case {
        backend: Backend::Processes {
            workers: Workers::Count(1),
            start: Start::Fresh,
            chunk: None,
            recycle_after: None,
            payload: Transfer::Pipe,
        },
        bare: Bare::Pipe,
    },
    Case {
        backend: Backend::Async {
            in_flight: 64,
            event_loops: 1,
            cpu: AsyncCpu::Inline,
        },
        bare: Bare::Spawn,
    },
];

impl Case {
    /// The kind of back end.
    pub(super) const fn name(self) -> &'static str {
        self.backend.kind()
    }

    /// Runs it.
    pub(super) fn measure(self, surroundings: &Surroundings) -> Result<Overhead, String> {
        let trial = self.per_task(TRIAL_TASKS, surroundings)?;
        let tasks = (ROUND_NANOS / trial).clamp(TRIAL_TASKS as f64, TASKS_MAX) as u64;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(self.per_task(tasks, surroundings)?);
            let nanos = bare_nanos(self.bare, tasks).map_err(|error| error.to_string())?;
            bare.push(nanos / tasks as f64);
        }
        let range_nanos = ours
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), nanos| {
                (low.min(*nanos), high.max(*nanos))
            });
        let middle = |values| median(values).ok_or("no round was run");
        Ok(Overhead {
            backend: self.name().to_owned(),
            tasks,
            nanos: middle(ours)?,
            range_nanos,
            bare: self.bare,
            bare_nanos: middle(bare)?,
        })
    }

    /// Makespan over tasks, in nanoseconds.
    fn per_task(self, tasks: u64, surroundings: &Surroundings) -> Result<f64, String> {
        // Only a hang would need that long.
        let longest = Nanos::from_secs(30);
        let load = Load::Batch { tasks, chunk: 1 };
        let scenario = scenario(next_to_nothing(), load, self.backend, longest);
        let makespan = run(&scenario, surroundings)?.makespan_nanos;
        let makespan = makespan.ok_or("the batch did not come to its end")?;
        Ok(makespan.max(1) as f64 / tasks as f64)
    }
}

/// How long `items` take without poolscope, in nanoseconds.
fn bare_nanos(bare: Bare, items: u64) -> io::Result<f64> {
    let begun = clock::now_nanos();
    match bare {
        Bare::Loop => (0..items).for_each(next_to_nothing_of),
        Bare::Queue => through_queue(items)?,
        Bare::Pipe => through_pipe(items)?,
        Bare::Spawn => spawned(items)?,
    }
    Ok((clock::now_nanos() - begun) as f64)
}

/// What a task of the compared block computes.
fn next_to_nothing_of(item: u64) {
    std::hint::black_box(item.wrapping_mul(item));
}

fn through_queue(items: u64) -> io::Result<()> {
    let (sender, receiver) = bounded(QUEUE);
    let worker = std::thread::Builder::new()
        .name("bare worker".to_owned())
        .spawn(move || receiver.into_iter().for_each(next_to_nothing_of))?;
    for item in 0..items {
        // The receiver lives until the sender is dropped.
        let _ = sender.send(item);
    }
    drop(sender);
    join(worker)
}

fn through_pipe(items: u64) -> io::Result<()> {
    let (mut tasks, mut to_worker) = io::pipe()?;
    let (mut answers, mut to_us) = io::pipe()?;
    let worker = std::thread::Builder::new()
        .name("bare worker".to_owned())
        .spawn(move || {
            let mut byte = [0];
            while tasks.read_exact(&mut byte).is_ok() && to_us.write_all(&byte).is_ok() {
                next_to_nothing_of(byte[0].into());
            }
        })?;
    let mut byte = [1];
    for _ in 0..items {
        to_worker.write_all(&byte)?;
        answers.read_exact(&mut byte)?;
    }
    drop(to_worker);
    join(worker)
}

fn spawned(items: u64) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut under_way = std::collections::VecDeque::with_capacity(QUEUE);
        for item in 0..items {
            if under_way.len() == QUEUE
                && let Some(oldest) = under_way.pop_front()
            {
                // A task of this kind cannot panic.
                let _: Result<(), tokio::task::JoinError> = oldest.await;
            }
            under_way.push_back(tokio::spawn(async move { next_to_nothing_of(item) }));
        }
        for task in under_way {
            let _: Result<(), tokio::task::JoinError> = task.await;
        }
    });
    Ok(())
}

fn join(worker: std::thread::JoinHandle<()>) -> io::Result<()> {
    worker
        .join()
        .map_err(|_panic| io::Error::other("the bare worker panicked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bare_way_comes_to_its_end() {
        for bare in [Bare::Loop, Bare::Queue, Bare::Pipe, Bare::Spawn] {
            for items in [0, 1, 3_000] {
                assert!(bare_nanos(bare, items).unwrap() >= 0.0, "{bare:?}");
            }
        }
    }
}
