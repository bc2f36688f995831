//! Which blocks a run consists of, and the run as a whole.

use crate::run::{Block, BlockState, Event};
use crate::scenario::{Load, Order, Scenario};
use crate::stats::rng::Rng;
use crate::wire::Machine;

/// What to run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// The scenario, validated.
    pub scenario: Scenario,
    /// Indices of the candidates to measure, in the scenario's order; all others are left out.
    pub candidates: Vec<usize>,
    /// The seed; the scenario's own unless the user gave another.
    pub seed: u64,
}

/// One block of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedBlock {
    /// Index of the candidate in the scenario.
    pub candidate: usize,
    /// Which repeat, from 0.
    pub repeat: u32,
}

impl RunRequest {
    /// All candidates of `scenario` with its own seed.
    #[must_use]
    pub fn all_of(scenario: Scenario) -> Self {
        let candidates = (0..scenario.candidates.len()).collect();
        let seed = scenario.protocol.seed;
        Self {
            scenario,
            candidates,
            seed,
        }
    }

    /// Whether all tasks are due at the start of the measurement, of which the length is the figure.
    #[must_use]
    pub const fn is_batch(&self) -> bool {
        matches!(self.scenario.load, Load::Batch { .. })
    }

    /// Whether clients wait for their answers, so that response times hide overload.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.scenario.load, Load::Closed { .. })
    }

    /// The blocks in the order in which they run: the same for the same request.
    #[must_use]
    pub fn plan(&self) -> Vec<PlannedBlock> {
        /// A stream of its own, so that the order does not move with the tasks' draws.
        const ORDER_STREAM: u64 = 0x006f_7264_6572;
        let mut rng = Rng::new(self.seed, ORDER_STREAM);
        let mut plan = Vec::new();
        for repeat in 0..self.scenario.protocol.repeats {
            let mut order = self.candidates.clone();
            // The first repeat keeps the file's order: with a single one nothing is gained by shuffling.
            if repeat > 0 && self.scenario.protocol.order == Order::Interleaved {
                shuffle(&mut order, &mut rng);
            }
            plan.extend(
                order
                    .into_iter()
                    .map(|candidate| PlannedBlock { candidate, repeat }),
            );
        }
        plan
    }
}

/// Fisher and Yates.
fn shuffle(items: &mut [usize], rng: &mut Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, (rng.next_u64() % (last as u64 + 1)) as usize);
    }
}

/// What is known of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was asked for.
    pub request: RunRequest,
    /// When it began, in seconds since 1970 (UTC).
    pub started_unix_secs: u64,
    /// The machine, once a runner has told.
    pub machine: Option<Machine>,
    /// The blocks in the order of the plan.
    pub blocks: Vec<Block>,
    /// Whether [`Event::RunEnded`] has come.
    pub ended: bool,
    /// Whether a stop was asked for.
    pub stopped: bool,
    /// Raised by every event: what caches of charts are keyed by.
    pub revision: u64,
}

impl Run {
    /// A run of which nothing has happened yet.
    #[must_use]
    pub fn new(request: RunRequest, started_unix_secs: u64) -> Self {
        let blocks = request.plan().into_iter().map(Block::new).collect();
        Self {
            request,
            started_unix_secs,
            machine: None,
            blocks,
            ended: false,
            stopped: false,
            revision: 0,
        }
    }

    /// Takes in what happened. Events of blocks that the plan does not have are ignored.
    pub fn apply(&mut self, event: Event) {
        self.revision += 1;
        match event {
            Event::BlockStarting { block } => {
                if let Some(block) = self.blocks.get_mut(block) {
                    block.state = BlockState::Starting;
                }
            }
            Event::Message { block, message } => {
                if let crate::wire::FromRunner::Started(started) = &message {
                    self.machine.get_or_insert_with(|| started.machine.clone());
                }
                if let Some(block) = self.blocks.get_mut(block) {
                    block.apply(message);
                }
            }
            Event::BlockEnded { block, end } => {
                if let Some(block) = self.blocks.get_mut(block) {
                    block.end(end);
                }
            }
            Event::RunEnded { stopped } => {
                self.ended = true;
                self.stopped = stopped;
            }
        }
    }

    /// The blocks of one candidate, in order of repeats.
    pub fn blocks_of(&self, candidate: usize) -> impl Iterator<Item = &Block> {
        self.blocks
            .iter()
            .filter(move |block| block.planned.candidate == candidate)
    }

    /// The block that is under way, with its place in the plan.
    #[must_use]
    pub fn current(&self) -> Option<(usize, &Block)> {
        self.blocks
            .iter()
            .enumerate()
            .find(|(_, block)| block.state.is_live())
    }

    /// How many blocks have ended, in whatever way.
    #[must_use]
    pub fn blocks_ended(&self) -> usize {
        self.blocks
            .iter()
            .filter(|block| block.state.is_over())
            .count()
    }
}
