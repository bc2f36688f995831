//! What feeds one worker process and its successors.

mod deaths;

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::engine::backends::Desk;
use crate::engine::backends::desk::Meter;
use crate::engine::backends::feeder::deaths::lost;
use crate::engine::backends::pipe::{Answer, ORDERS_MAX, Order, WorkerCounter};
use crate::engine::backends::processes::Settings;
use crate::engine::backends::roster::Roster;
use crate::engine::backends::worker_process::{Source, WorkerProcess};
use crate::engine::clock;
use crate::engine::slab::Slab;
use crate::engine::stages::StageError;
use crate::engine::stages::payload::check;
use crate::engine::task::{Outcome, Ran, Task};
use crate::scenario::Transfer;

/// What the tasks of one request may bring together, and bring back, unless one of them alone has more: the rest
/// of the chunk travels after. Both sides hold that much memory.
const REQUEST_PAYLOAD_BYTES: usize = 4 << 20;
/// Shared memory is divided at a page.
const PAGE_BYTES: usize = 4 << 10;

/// The feeder of one worker.
pub(super) struct Feeder {
    worker: usize,
    settings: Settings,
    desk: Arc<Desk>,
    roster: Arc<Roster>,
    source: Arc<Source>,
    /// The most that a request brings, and brings back, in bytes.
    payload_max: (usize, usize),
    slab: Option<Slab>,
    /// Where in the slab what goes back begins.
    back_from: usize,
    /// What came back through the pipe.
    back: Vec<u8>,
    meter: Meter,
    /// What the present worker's counters showed last.
    counters: Vec<WorkerCounter>,
    /// Tasks that the present worker was given.
    served: u64,
}

/// Tasks that were taken off the queue together and have not come to an end, in their order.
struct Chunk {
    tasks: VecDeque<Task>,
    taken_nanos: u64,
}

/// Why a worker cannot go on.
enum Trouble {
    /// It died before it could take the request.
    Idle,
    /// It died with the request.
    AtWork,
    /// It wrote what cannot be understood.
    Nonsense(io::Error),
}

impl From<io::Error> for Trouble {
    /// A pipe that ends means a dead worker: the cause is in how it ended, not in the pipe's error.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidData {
            Self::Nonsense(error)
        } else {
            Self::AtWork
        }
    }
}

impl Feeder {
    pub(super) fn new(
        worker: usize,
        settings: Settings,
        desk: Arc<Desk>,
        roster: Arc<Roster>,
        source: Arc<Source>,
    ) -> io::Result<Self> {
        let (to_worker, back) = desk.recipes.payload_max();
        let limit = |largest: usize| {
            if largest == 0 {
                0
            } else {
                largest
                    .max(REQUEST_PAYLOAD_BYTES)
                    .next_multiple_of(PAGE_BYTES)
            }
        };
        let payload_max = (limit(to_worker), limit(back));
        let shared = settings.payload == Transfer::SharedMemory && payload_max != (0, 0);
        let slab = shared
            .then(|| Slab::create(payload_max.0 + payload_max.1))
            .transpose()?;
        Ok(Self {
            worker,
            settings,
            desk,
            roster,
            source,
            payload_max,
            slab,
            back_from: payload_max.0,
            back: Vec::new(),
            meter: Meter::default(),
            counters: Vec::new(),
            served: 0,
        })
    }

    /// Serves until the queue has ended, or no worker is left.
    pub(super) fn serve(mut self, ready: &Sender<io::Result<()>>) {
        let launched = self.launch();
        let (told, mut process) = match launched {
            Ok(process) => (Ok(()), Some(process)),
            Err(error) => (Err(error), None),
        };
        // The receiver waits for all workers, or has given up.
        let _ = ready.send(told);
        let mut taken = Vec::new();
        while let Some(worker) = process {
            let more = self.take(&mut taken);
            if !more {
                self.end(worker);
                return;
            }
            let taken_nanos = clock::now_nanos();
            let (desk, pool) = (&self.desk, self.settings.pool);
            taken.retain_mut(|task| desk.begin(pool, self.worker, task));
            let mut chunk = Chunk {
                tasks: taken.drain(..).collect(),
                taken_nanos,
            };
            process = self.execute(worker, &mut chunk);
            if process.is_none() {
                let end = if self.desk.cancel.is_set() {
                    || StageError::Cancelled
                } else {
                    lost
                };
                self.give_up(&mut chunk, usize::MAX, end);
            }
        }
    }

    /// Takes the next chunk off the queue: no more than the worker may still be given.
    fn take(&self, taken: &mut Vec<Task>) -> bool {
        let left = self
            .settings
            .recycle_after
            .map_or(u64::MAX, |after| after.saturating_sub(self.served).max(1));
        let room = usize::try_from(left).unwrap_or(usize::MAX);
        let max = self.settings.chunk.min(room).min(ORDERS_MAX as usize);
        self.desk
            .take_blocking(self.settings.pool, self.worker, max, taken)
    }

    /// Executes a chunk, request by request, and returns who is alive afterwards.
    fn execute(&mut self, worker: WorkerProcess, chunk: &mut Chunk) -> Option<WorkerProcess> {
        let mut process = Some(worker);
        while !chunk.tasks.is_empty() {
            let mut worker = process.take()?;
            if self.is_given_up(chunk) {
                process = self.stop(worker, chunk);
                continue;
            }
            let orders = self.orders(&chunk.tasks);
            self.served += orders.len() as u64;
            let exchanged = self.exchange(&mut worker, &orders, chunk);
            process = match exchanged {
                _ if self.rests() => {
                    self.cut_short(chunk);
                    self.stop(worker, chunk)
                }
                Ok(()) if self.has_served() => self.recycle(worker),
                Ok(()) => Some(worker),
                Err((trouble, unanswered)) => self.bury(worker, &trouble, chunk, unanswered),
            };
        }
        process
    }

    /// The orders of the next request: as many of the tasks as their payloads allow, but at least one.
    fn orders(&self, tasks: &VecDeque<Task>) -> Vec<Order> {
        let mut sums = (0, 0);
        let mut orders = Vec::with_capacity(tasks.len());
        for task in tasks {
            let (to_worker, back) = if self.payload_max == (0, 0) {
                (0, 0)
            } else {
                self.desk.recipes.payload_of(task.number, task.segment)
            };
            sums = (sums.0 + to_worker, sums.1 + back);
            let fits = sums.0 <= self.payload_max.0 && sums.1 <= self.payload_max.1;
            if !fits && !orders.is_empty() {
                break;
            }
            orders.push(Order {
                number: task.draw_number(),
                segment: task.segment,
                meter: self.meter.wants(task.number),
                to_worker: to_worker as u64,
                back: back as u64,
                affliction: task.affliction.clone(),
            });
        }
        orders
    }

    /// Sends one request and takes in its answers. On trouble also says how many answers are missing.
    fn exchange(
        &mut self,
        worker: &mut WorkerProcess,
        orders: &[Order],
        chunk: &mut Chunk,
    ) -> Result<(), (Trouble, usize)> {
        if self.bring(worker, orders).is_err() {
            return Err((Trouble::Idle, orders.len()));
        }
        let mut room_at = self.back_from;
        for (answered, order) in orders.iter().enumerate() {
            let missing = orders.len() - answered;
            let answer = worker
                .answer(order)
                .map_err(|error| (error.into(), missing))?;
            let checked = self
                .take_back(worker, &answer, room_at)
                .map_err(|error| (error.into(), missing))?;
            room_at += order.back as usize;
            if let Some(task) = chunk.tasks.pop_front() {
                self.tell(task, chunk.taken_nanos, answer, checked);
            }
        }
        let mut counters = Vec::new();
        worker
            .closing(&mut counters)
            .map_err(|error| (error.into(), 0))?;
        self.count(counters);
        Ok(())
    }

    /// Adds to the block's counters what the worker has added to its own since it was heard last.
    fn count(&mut self, counters: Vec<WorkerCounter>) {
        for counter in &counters {
            let before = self
                .counters
                .iter()
                .find(|before| before.protection == counter.protection)
                .map_or((0, 0), |before| (before.additions, before.value));
            self.desk.count(
                counter.protection,
                counter.additions.wrapping_sub(before.0),
                counter.value.wrapping_sub(before.1),
            );
        }
        self.counters = counters;
    }

    /// Hands over the orders with what their tasks bring.
    fn bring(&mut self, worker: &mut WorkerProcess, orders: &[Order]) -> io::Result<()> {
        let recipes = &self.desk.recipes;
        let pieces = orders
            .iter()
            .filter(|order| order.to_worker > 0)
            .flat_map(|order| recipes.segment(order.number, order.segment).steps())
            .filter_map(|(_, step, rng)| Some(step.as_payload()?.brought_by(rng)));
        if let Some(slab) = &mut self.slab {
            let mut room = slab.bytes_mut();
            for piece in pieces {
                let (place, rest) = room
                    .split_at_mut_checked(piece.len())
                    .ok_or(io::ErrorKind::OutOfMemory)?;
                place.copy_from_slice(piece);
                room = rest;
            }
            worker.request(orders, |_| Ok(()))
        } else {
            worker.request(orders, |out| {
                for piece in pieces {
                    out.write_all(piece)?;
                }
                Ok(())
            })
        }
    }

    /// Reads what an answer brings back, all of it, as the caller would.
    fn take_back(
        &mut self,
        worker: &mut WorkerProcess,
        answer: &Answer,
        room_at: usize,
    ) -> io::Result<Result<(), StageError>> {
        let mut checked = Ok(());
        let mut at = room_at;
        for piece in &answer.pieces {
            let bytes = piece.bytes as usize;
            let found = if let Some(slab) = &self.slab {
                slab.bytes()
                    .get(at..at + bytes)
                    .ok_or(io::ErrorKind::InvalidData)?
            } else {
                if self.back.len() < bytes {
                    self.back.resize(bytes, 0);
                }
                let buffer = &mut self.back[..bytes];
                worker.read_back(buffer)?;
                buffer
            };
            at += bytes;
            checked = checked.and(check(found, piece.sum));
        }
        Ok(checked)
    }

    /// Tells the desk of an answer.
    fn tell(
        &mut self,
        task: Task,
        taken_nanos: u64,
        answer: Answer,
        checked: Result<(), StageError>,
    ) {
        self.meter
            .saw(answer.end_nanos.saturating_sub(answer.start_nanos));
        let ran = Ran {
            taken_nanos,
            worker_end_nanos: answer.end_nanos,
            on_cpu_nanos: answer.on_cpu_nanos,
            lock_wait_nanos: answer.lock_wait_nanos,
            worker: Some(self.worker as u32),
            ..Ran::here(answer.start_nanos, clock::now_nanos())
        };
        let result = match answer.outcome {
            Outcome::Good => checked.map(|()| answer.digest),
            Outcome::Failed => Err(StageError::Failed(answer.message)),
            Outcome::Cancelled | Outcome::TimedOut => Err(StageError::Cancelled),
        };
        self.hand_on(task, ran, result);
    }

    fn hand_on(&self, task: Task, ran: Ran, result: Result<u64, StageError>) {
        let pool = self.settings.pool;
        if let Some(task) = self.desk.end(pool, self.worker, task, ran, result) {
            self.desk.pass_on_blocking(task);
        }
    }

    /// The worker was ended with the first task of the chunk that has no answer.
    fn cut_short(&self, chunk: &Chunk) {
        if let Some(task) = chunk.tasks.front() {
            let ran = Ran {
                worker: Some(self.worker as u32),
                ..Ran::here(chunk.taken_nanos, clock::now_nanos())
            };
            self.desk.cut_short(self.settings.pool, task, &ran);
        }
    }

    /// Up to `count` tasks of the chunk come to an end without an answer.
    fn give_up(&self, chunk: &mut Chunk, count: usize, end: impl Fn() -> StageError) {
        let count = count.min(chunk.tasks.len());
        for task in chunk.tasks.drain(..count) {
            let now = clock::now_nanos();
            let ran = Ran {
                taken_nanos: chunk.taken_nanos,
                worker: Some(self.worker as u32),
                ..Ran::here(chunk.taken_nanos, now)
            };
            self.hand_on(task, ran, Err(end()));
        }
    }
}
