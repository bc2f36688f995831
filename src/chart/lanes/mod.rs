//! What each worker did, moment by moment: a lane per worker, with the parts of tasks that it executed.
//!
//! One stretch of one block at a time: within it every part of a task was kept, so what is empty was idle. Within a part
//! it is known how long the worker computed, waited, and waited for locks, and not in which order: the pieces stand in
//! the order of [`SplitPart::ALL`], and their lengths are measured. Where tasks have no worker of their own, as on event
//! loops, a lane is a place among those that are under way at once.

#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use crate::chart::SplitPart;
use crate::run::{Block, LifeEnd, LifePart, Lives, PoolKind, Run, Stretch, TimeSplit};

/// Lanes that are drawn; more are counted.
const LANES_MAX: usize = 64;

/// What a piece of a lane is: a part of a task's time, or time on the worker that was not told apart because the
/// processor time was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LanePart {
    /// One of the parts that means are told in.
    Known(SplitPart),
    /// Before this part of the task came into its queue: earlier attempts, and earlier parts.
    Before,
    /// Executed, on CPU or waiting.
    Unread,
}

impl LanePart {
    /// As it stands in the legend.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Known(part) => part.label(),
            Self::Before => "earlier attempts and parts",
            Self::Unread => "executing",
        }
    }

    /// The part of the palette whose colour it has; none of what was not told apart.
    #[must_use]
    pub const fn colour(self) -> Option<SplitPart> {
        match self {
            Self::Known(part) => Some(part),
            Self::Before => Some(SplitPart::Retries),
            Self::Unread => None,
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Known(part) => part.about(),
            Self::Before => "Earlier attempts at the task, and its earlier parts on other pools",
            Self::Unread => {
                "Executed by the worker; how much of it on CPU was not read: of tasks below 20 µs it is of one in sixteen"
            }
        }
    }

    /// The share of the lane's height that it takes, so that parts stay apart without colour: computing fills the lane,
    /// waiting does not.
    #[must_use]
    pub const fn height(self) -> f32 {
        match self {
            Self::Known(SplitPart::OnCpu) => 1.0,
            Self::Unread => 0.85,
            Self::Known(SplitPart::LockWait | SplitPart::InterpreterWait) => 0.62,
            Self::Known(SplitPart::Waiting) => 0.38,
            Self::Known(_) | Self::Before => 0.2,
        }
    }
}

/// A piece of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Which of [`Lanes::lives`] it belongs to.
    pub life: usize,
    /// What was going on.
    pub part: LanePart,
    /// Its begin, in nanoseconds since the block's start.
    pub from_nanos: u64,
    /// Its end.
    pub until_nanos: u64,
}

/// What one worker did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// As it stands before the lane: `worker 1`.
    pub name: String,
    /// Ascending, none over another.
    pub pieces: Vec<Piece>,
}

/// Which lanes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LanesOf {
    /// Place of the block in the run.
    pub block: usize,
    /// Place of the stretch among those of the block.
    pub stretch: usize,
}

/// Why there are no lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLanes {
    /// Its measurement has not begun.
    NotYet,
    /// It was measured by a version that kept no single tasks, or the file does not keep them.
    NotKept,
    /// It ended before a stretch was told.
    Cut,
}

impl NoLanes {
    /// Title and explanation.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotYet => (
                "Nothing yet",
                "Lanes appear within a second of the measurement's begin",
            ),
            Self::NotKept => (
                "Single tasks were not kept",
                "Runs of earlier versions and the points of series have none; run it again to see what each worker did",
            ),
            Self::Cut => (
                "No single tasks",
                "The measurement ended before any task could be told",
            ),
        }
    }
}

/// What the workers of one candidate did in one stretch of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Lanes {
    /// Index of the candidate in the scenario.
    pub candidate: usize,
    /// The candidate's name.
    pub label: String,
    /// Which repeat, from 0.
    pub repeat: u32,
    /// The stretch.
    pub stretch: Stretch,
    /// When the measurement began, in nanoseconds since the block's start.
    pub measure_start_nanos: u64,
    /// By pool and worker.
    pub lanes: Vec<Lane>,
    /// Workers beyond those that are drawn.
    pub lanes_hidden: usize,
    /// The parts of tasks, by their starts.
    pub lives: Vec<LifePart>,
    /// Whether lanes are workers, and not places among the tasks that are under way at once.
    pub has_workers: bool,
    /// Tasks on workers at once, in the mean over the stretch.
    pub under_way: f64,
    /// Of these, on CPU; none if the processor time of one was not read.
    pub on_cpu: Option<f64>,
}

impl Lanes {
    /// The lanes of `of` in `run`. O(parts that were kept × log).
    ///
    /// # Errors
    /// If there are none, with the reason.
    pub fn of(run: &Run, of: LanesOf) -> Result<Self, NoLanes> {
        let block = run.blocks.get(of.block).ok_or(NoLanes::NotYet)?;
        let lives = known_lives(block)?;
        let last = lives.stretches().len().checked_sub(1);
        let place = last.ok_or(NoLanes::NotYet)?.min(of.stretch);
        let stretch = lives.stretches()[place];
        let mut parts: Vec<LifePart> = lives.parts_of(stretch).copied().collect();
        parts.sort_by_key(|part| (part.start_nanos(), part.number));
        let (rows, has_workers) = rows(&parts);
        let (lanes, lanes_hidden) = named(block, rows, has_workers);
        let lanes: Vec<Lane> = lanes
            .into_iter()
            .map(|(name, row)| Lane {
                name,
                pieces: pieces(&parts, &row),
            })
            .collect();
        let candidate = block.planned.candidate;
        let names = run.request.scenario.candidate_names();
        let mut made = Self {
            candidate,
            label: names.get(candidate).cloned().unwrap_or_default(),
            repeat: block.planned.repeat,
            stretch,
            measure_start_nanos: block
                .last
                .as_ref()
                .and_then(|last| last.measure_start_nanos)
                .unwrap_or(0),
            lanes,
            lanes_hidden,
            lives: parts,
            has_workers,
            under_way: 0.0,
            on_cpu: None,
        };
        made.average();
        Ok(made)
    }

    /// Means over the stretch of what is executed, of all workers.
    fn average(&mut self) {
        let (from, until) = (self.stretch.from_nanos, self.stretch.until_nanos);
        let length = until.saturating_sub(from).max(1) as f64;
        let (mut service, mut on_cpu) = (0.0, Some(0.0));
        for life in &self.lives {
            let within = life
                .worker_end_nanos()
                .min(until)
                .saturating_sub(life.start_nanos().max(from)) as f64;
            service += within;
            // Spread evenly: where in the part it computed is not known.
            let share = within / life.service_nanos.max(1) as f64;
            let cpu = life.on_cpu_nanos.map(|nanos| nanos as f64 * share);
            on_cpu = on_cpu.zip(cpu).map(|(sum, nanos)| sum + nanos);
        }
        self.under_way = service / length;
        self.on_cpu = on_cpu.map(|nanos| nanos / length);
    }

    /// The kinds of pieces that occur, in the order of the legend.
    #[must_use]
    pub fn parts(&self) -> Vec<LanePart> {
        let all = self.lanes.iter().flat_map(|lane| &lane.pieces);
        let parts: std::collections::BTreeSet<LanePart> = all.map(|piece| piece.part).collect();
        parts.into_iter().collect()
    }

    /// The piece of lane `lane` at `nanos` since the block's start.
    #[must_use]
    pub fn piece_at(&self, lane: usize, nanos: u64) -> Option<&Piece> {
        let pieces = &self.lanes.get(lane)?.pieces;
        let after = pieces.partition_point(|piece| piece.from_nanos <= nanos);
        let piece = pieces.get(after.checked_sub(1)?)?;
        (nanos < piece.until_nanos).then_some(piece)
    }
}

/// The blocks of `candidate` by their repeats, as places in the run.
#[must_use]
pub fn lane_blocks(run: &Run, candidate: usize) -> Vec<usize> {
    let blocks = run.blocks.iter().enumerate();
    let mut of: Vec<usize> = blocks
        .filter(|(_, block)| block.planned.candidate == candidate && !block.planned.twin)
        .map(|(place, _)| place)
        .collect();
    of.sort_by_key(|place| run.blocks[*place].planned.repeat);
    of
}

/// The stretch of `lives` in which task `number` is seen, if there is one.
#[must_use]
pub fn stretch_with(lives: &Lives, number: u64) -> Option<usize> {
    lives.stretches().iter().position(|stretch| {
        lives
            .parts_of(*stretch)
            .any(|part| part.measured && part.number == number)
    })
}

/// Where the time of one part of a task went, from its intended start on: (what, length in nanoseconds), none of them
/// empty. What was not told apart is one piece.
#[must_use]
pub fn life_pieces(life: &LifePart) -> Vec<(LanePart, u64)> {
    use SplitPart as P;
    let mut pieces = vec![
        (LanePart::Known(P::ScheduleDelay), life.schedule_delay_nanos),
        (LanePart::Before, life.before_nanos),
        (LanePart::Known(P::QueueWait), life.queue_wait_nanos),
        (LanePart::Known(P::Dispatch), life.dispatch_nanos),
        (LanePart::Known(P::InterpreterWait), life.start_wait_nanos),
    ];
    pieces.extend(service_pieces(life));
    pieces.push((LanePart::Known(P::Return), life.return_nanos));
    pieces.retain(|(_, nanos)| *nanos > 0);
    pieces
}

/// Where the time of one task went, as [`life_pieces`].
#[must_use]
pub fn split_pieces(split: &TimeSplit) -> Vec<(LanePart, u64)> {
    let parts = SplitPart::ALL.into_iter();
    parts
        .map(|part| (LanePart::Known(part), part.of(split)))
        .filter(|(_, nanos)| *nanos > 0)
        .collect()
}

/// How a part ended, in words.
#[must_use]
pub const fn end_words(end: LifeEnd) -> &'static str {
    match end {
        LifeEnd::GoesOn => "goes on with its next part",
        LifeEnd::Good => "good",
        LifeEnd::Failed => "failed",
        LifeEnd::TimedOut => "given up by its caller",
        LifeEnd::Cancelled => "cut by the end of the block",
        LifeEnd::Unawaited => "executed for nobody: its caller had given it up",
    }
}

fn known_lives(block: &Block) -> Result<&Lives, NoLanes> {
    let begun = block
        .last
        .as_ref()
        .is_some_and(|last| last.measure_start_nanos.is_some());
    match &block.lives {
        Some(lives) if !lives.stretches().is_empty() => Ok(lives),
        None if begun => Err(NoLanes::NotKept),
        _ if block.state.is_over() => Err(NoLanes::Cut),
        _ => Err(NoLanes::NotYet),
    }
}

/// Which pool, and which worker of it.
type RowKey = (u32, u32);

/// The parts of each lane, as places in `parts`, which are ascending by start. Whether lanes are workers.
fn rows(parts: &[LifePart]) -> (BTreeMap<RowKey, Vec<usize>>, bool) {
    let mut rows: BTreeMap<RowKey, Vec<usize>> = BTreeMap::new();
    let mut has_workers = true;
    // Of those without a worker: when the last one of each place was over.
    let mut places: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        let pool = part.pool.unwrap_or(0);
        let worker = part.worker.unwrap_or_else(|| {
            has_workers = false;
            let ends = places.entry(pool).or_default();
            let free = ends.iter().position(|end| *end <= part.start_nanos());
            let place = free.unwrap_or(ends.len());
            ends.resize(ends.len().max(place + 1), 0);
            ends[place] = part.worker_end_nanos();
            place as u32
        });
        rows.entry((pool, worker)).or_default().push(index);
    }
    (rows, has_workers)
}

/// The first lanes with their names, and how many more there are: workers that did nothing have one too.
fn named(
    block: &Block,
    mut rows: BTreeMap<RowKey, Vec<usize>>,
    has_workers: bool,
) -> (Vec<(String, Vec<usize>)>, usize) {
    let pools = block.last.as_ref().map_or(&[][..], |last| &last.pools[..]);
    if has_workers {
        for (number, pool) in pools.iter().enumerate() {
            for worker in 0..pool.workers {
                rows.entry((number as u32, worker)).or_default();
            }
        }
    }
    let name = |(pool, worker): RowKey| {
        let kind = pools.get(pool as usize).map(|pool| pool.kind);
        let what = match kind {
            _ if !has_workers && pools.len() < 2 => "place",
            Some(PoolKind::Threads) => "thread",
            Some(PoolKind::Processes) => "process",
            Some(PoolKind::EventLoops) => "on loops",
            None => "worker",
        };
        format!("{what} {}", worker + 1)
    };
    let hidden = rows.len().saturating_sub(LANES_MAX);
    let shown = rows.into_iter().take(LANES_MAX);
    (shown.map(|(key, row)| (name(key), row)).collect(), hidden)
}

/// What a worker did with the parts at the places `row` of `parts`. The way to it and back shows only where it does not
/// execute another one.
fn pieces(parts: &[LifePart], row: &[usize]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut free_from = 0;
    for (place, &index) in row.iter().enumerate() {
        let life = &parts[index];
        let next = row.get(place + 1).map(|next| parts[*next].start_nanos());
        let busy_from = next.unwrap_or(u64::MAX).max(life.start_nanos());
        let mut at = life.taken_nanos();
        let before = [
            (LanePart::Known(SplitPart::Dispatch), life.dispatch_nanos),
            (
                LanePart::Known(SplitPart::InterpreterWait),
                life.start_wait_nanos,
            ),
        ];
        let back = [(LanePart::Known(SplitPart::Return), life.return_nanos)];
        for (part, nanos) in before.into_iter().chain(service_pieces(life)).chain(back) {
            let from_nanos = at.max(free_from);
            at = at.saturating_add(nanos);
            let until_nanos = at.min(busy_from);
            if from_nanos < until_nanos {
                free_from = until_nanos;
                pieces.push(Piece {
                    life: index,
                    part,
                    from_nanos,
                    until_nanos,
                });
            }
        }
    }
    pieces
}

/// The service time of a part, told apart as far as it is known.
fn service_pieces(life: &LifePart) -> impl Iterator<Item = (LanePart, u64)> {
    use SplitPart as P;
    let locks = life.lock_wait_nanos.min(life.service_nanos);
    let interpreter = life.interpreter_wait_nanos.min(life.service_nanos - locks);
    let left = life.service_nanos - locks - interpreter;
    // Two clocks: the CPU clock may have seen some nanoseconds more.
    let cpu = life.on_cpu_nanos.map(|cpu| cpu.min(left));
    [
        (LanePart::Known(P::LockWait), locks),
        (LanePart::Known(P::InterpreterWait), interpreter),
        (LanePart::Known(P::OnCpu), cpu.unwrap_or(0)),
        (LanePart::Known(P::Waiting), cpu.map_or(0, |cpu| left - cpu)),
        (LanePart::Unread, if cpu.is_none() { left } else { 0 }),
    ]
    .into_iter()
}
