//! What is known of one run, while it goes on and afterwards.
//!
//! A [`Run`] is built from [`Event`]s and from nothing else: session, window, CLI and tests feed the same.
//! Its memory is bounded whatever the length of the run: see [`Timeline`].
//!
//! **Invariant**: nothing here draws conclusions; that is `analysis`.

mod block;
mod event;
mod plan;
mod timeline;

pub use block::{Block, BlockState, Distributions, MemoryOver, Window};
pub use event::{BlockEnd, Event};
pub use plan::{PlannedBlock, Run, RunRequest};
pub use timeline::{Interval, Timeline};

/// What a run's history is made of, for those who do not speak the language of runner and session.
pub use crate::wire::{Counts, Machine, MemoryKind, Phase};
