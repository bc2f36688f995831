//! What a session tells of its run.

use crate::wire::FromRunner;

/// One thing that happened in a run. Blocks are numbered by their place in the plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A runner for the block is being started.
    BlockStarting {
        /// Place in the plan.
        block: usize,
    },
    /// The runner said something.
    Message {
        /// Place in the plan.
        block: usize,
        /// What it said.
        message: FromRunner,
    },
    /// The runner is gone and all that belonged to it.
    BlockEnded {
        /// Place in the plan.
        block: usize,
        /// How it ended.
        end: BlockEnd,
    },
    /// No block follows. The last event of a session.
    RunEnded {
        /// Whether a stop was asked for.
        stopped: bool,
    },
}

/// How a runner ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockEnd {
    /// As planned, after its last message.
    Completed,
    /// Because a stop was asked for.
    Stopped,
    /// In any other way; what had arrived is kept.
    Failed {
        /// What happened, in which phase, what to do: for people.
        cause: String,
    },
}
