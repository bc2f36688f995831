//! Which blocks a run consists of, and the run as a whole.

use serde::{Deserialize, Serialize};

use crate::run::{Block, BlockState, Event};
use crate::scenario::{
    AsyncCpu, Backend, HybridWaits, Load, Order, Scenario, cores_of_this_machine,
};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedBlock {
    /// Index of the candidate in the scenario.
    pub candidate: usize,
    /// Which repeat, from 0.
    pub repeat: u32,
    /// Whether it measures the candidate a second time in this repeat, to find the noise floor. A twin never
    /// counts into the candidate's figures.
    pub twin: bool,
}

impl RunRequest {
    /// All candidates of `scenario` with its own seed. Workers per core become numbers for this machine: the
    /// record of a run says how many there were.
    #[must_use]
    pub fn all_of(scenario: Scenario) -> Self {
        let scenario = scenario.for_cores(cores_of_this_machine());
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
    ///
    /// With several repeats each repeat visits all candidates in an order of its own, drawn from the seed: a
    /// machine that warms up or fills its disk cache then favours nobody. A single repeat keeps the order of
    /// the file, as one draw would only exchange one bias for another; the twin comes last, so that what it
    /// differs by includes what the machine did meanwhile.
    #[must_use]
    pub fn plan(&self) -> Vec<PlannedBlock> {
        /// A stream of its own, so that the order does not move with the tasks' draws.
        const ORDER_STREAM: u64 = 0x006f_7264_6572;
        let protocol = &self.scenario.protocol;
        let draw = protocol.order == Order::Interleaved && protocol.repeats > 1;
        let mut rng = Rng::new(self.seed, ORDER_STREAM);
        let mut plan = Vec::new();
        for repeat in 0..protocol.repeats {
            let block = |candidate, twin| PlannedBlock {
                candidate,
                repeat,
                twin,
            };
            let firsts = self.candidates.iter().map(|&index| block(index, false));
            let mut order: Vec<_> = firsts
                .chain(self.twin().map(|index| block(index, true)))
                .collect();
            if draw {
                shuffle(&mut order, &mut rng);
            }
            plan.extend(order);
        }
        plan
    }

    /// Whether a candidate that is measured has an event loop.
    #[must_use]
    pub fn has_event_loops(&self) -> bool {
        self.backends().any(|backend| {
            matches!(
                backend,
                Backend::Async { .. }
                    | Backend::Hybrid {
                        waits: HybridWaits::Async { .. },
                        ..
                    }
            )
        })
    }

    /// Whether the tasks of a candidate that is measured pass several pools.
    #[must_use]
    pub fn has_several_pools(&self) -> bool {
        self.backends().any(|backend| match backend {
            // The queue before blocking threads is the runtime's own, and nobody tells its length.
            Backend::Async { cpu, .. } => matches!(cpu, AsyncCpu::Processes { .. }),
            Backend::Hybrid { .. } => true,
            Backend::Sequential
            | Backend::Threads { .. }
            | Backend::Processes { .. }
            | Backend::Python(_) => false,
        })
    }

    fn backends(&self) -> impl Iterator<Item = Backend> {
        let all = &self.scenario.candidates;
        self.candidates
            .iter()
            .filter_map(|&index| Some(all.get(index)?.backend))
    }

    /// The candidate that is measured twice in each repeat, if the noise floor is asked for: the first in the
    /// scenario of those that are measured.
    #[must_use]
    pub fn twin(&self) -> Option<usize> {
        let first = self.candidates.iter().min().copied();
        first.filter(|_| self.scenario.protocol.noise_floor)
    }
}

/// Fisher and Yates.
fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
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

    /// The blocks of one candidate, in order of repeats, without those of its twin.
    pub fn blocks_of(&self, candidate: usize) -> impl Iterator<Item = &Block> {
        self.blocks
            .iter()
            .filter(move |block| block.planned.candidate == candidate && !block.planned.twin)
    }

    /// The blocks that measure a candidate a second time, in order of repeats.
    pub fn twin_blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.planned.twin)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn request(repeats: u32, order: Order, noise_floor: bool) -> RunRequest {
        let mut scenario = support::scenario();
        scenario.protocol.repeats = repeats;
        scenario.protocol.order = order;
        scenario.protocol.noise_floor = noise_floor;
        RunRequest::all_of(scenario)
    }

    fn candidates(plan: &[PlannedBlock]) -> Vec<usize> {
        plan.iter().map(|block| block.candidate).collect()
    }

    #[test]
    fn a_single_repeat_and_a_listed_order_keep_the_order_of_the_file() {
        let once = request(1, Order::Interleaved, false).plan();
        assert_eq!(candidates(&once), [0, 1, 2, 3, 4]);
        let listed = request(2, Order::Listed, true).plan();
        assert_eq!(candidates(&listed), [0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 0]);
        assert!(listed[5].twin && listed[11].twin && !listed[0].twin);
    }

    #[test]
    fn each_repeat_visits_all_candidates_and_the_twin_in_an_order_of_its_own() {
        let request = request(6, Order::Interleaved, true);
        let plan = request.plan();
        assert_eq!(plan, request.plan(), "the same seed gives the same order");
        let repeats: Vec<Vec<PlannedBlock>> = plan.chunks(6).map(<[_]>::to_vec).collect();
        for (number, repeat) in repeats.iter().enumerate() {
            let mut visited = candidates(repeat);
            visited.sort_unstable();
            assert_eq!(visited, [0, 0, 1, 2, 3, 4]);
            assert!(repeat.iter().all(|block| block.repeat as usize == number));
            let twins: Vec<_> = repeat.iter().filter(|block| block.twin).collect();
            assert_eq!((twins.len(), twins[0].candidate), (1, 0));
        }
        let orders: std::collections::BTreeSet<_> = repeats.iter().map(|r| candidates(r)).collect();
        assert!(orders.len() > 3, "{orders:?}");
        let place = |repeat: &Vec<PlannedBlock>| repeat.iter().position(|block| block.twin);
        let places: std::collections::BTreeSet<_> = repeats.iter().map(place).collect();
        assert!(places.len() > 1, "the twin moves as well");
        assert_ne!(
            repeats[0],
            self::request(1, Order::Interleaved, true).plan()
        );
    }

    #[test]
    fn without_the_question_there_is_no_twin_and_twins_are_not_among_a_candidates_blocks() {
        assert!(
            request(3, Order::Interleaved, false)
                .plan()
                .iter()
                .all(|block| !block.twin)
        );
        let mut some = request(2, Order::Interleaved, true);
        some.candidates = vec![3, 1];
        assert_eq!(some.twin(), Some(1));
        let run = Run::new(some, 0);
        assert_eq!(
            (run.blocks_of(1).count(), run.twin_blocks().count()),
            (2, 2)
        );
    }
}
