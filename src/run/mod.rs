//! What is known of one run, while it goes on and afterwards.
//!
//! A [`Run`] is built from [`Event`]s and from nothing else: session, window, CLI and tests feed the same.
//! Its memory is bounded whatever the length of the run: see [`Timeline`].
//!
//! **Invariant**: nothing here draws conclusions; that is `analysis`.

mod block;
mod event;
mod faults;
mod interpreter;
pub mod library;
mod lives;
mod memory;
mod plan;
mod pools;
mod progress;
pub mod record;
mod resilience;
mod resources;
mod series;
mod timeline;
mod workers;

pub use block::{Block, BlockState, Distributions, Window};
pub use event::{BlockEnd, Event};
pub use faults::FaultWindow;
pub use lives::Lives;
pub use memory::MemoryOver;
pub use plan::{PlannedBlock, Run, RunRequest};
pub use pools::PoolOver;
pub use progress::{CurrentBlock, Progress};
pub use resilience::{BreakerOver, Degraded, Mark, ResilienceOver};
pub use resources::{MachineOver, ResidentOver, ResourcesOver, WorkerOver};
pub use series::{Series, SeriesPoint};
pub use timeline::{Interval, Timeline};
pub use workers::{WORKER_LINES_MAX, WorkerLine, WorkerLines};

// The plain words of the wire that a run is told in, for those who read runs and never speak to a runner.
pub use crate::wire::{
    Attempts, BreakerState, Calibration, Collections, Counter, Counts, Finished, Incident,
    IncidentKind, InterpreterLockUse, LifeEnd, LifePart, Machine, MachineSample, MemoryKind, Phase,
    Pool, PoolKind, PythonFacts, SlowTask, Started, Stretch, TimeSplit,
};

/// Which interpreters the hidden finder found, for those who show them and never speak to a finder.
pub mod interpreters {
    pub use crate::wire::{
        ConfiguredInterpreter, FoundInterpreter, InterpreterFacts, Interpreters, PACKAGES,
        Threading, Trouble,
    };
}

/// What the hidden probe says of a machine, for those who judge it and never speak to a probe.
pub mod probe {
    pub use crate::wire::{
        Bare, Clock, ClockCost, Lateness, Limits, Overhead, ProbeReport, SamplerCost,
        ScratchFolder, ServerCost, Wait,
    };
}
