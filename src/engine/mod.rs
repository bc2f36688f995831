//! Executes a plan in this process: generator, admission, back ends, recorder.
//!
//! Three things never know each other: *when* a task is due (`arrivals`, `load`), *where* it runs
//! (`backends`), and *what* is recorded (`recorder`). A [`Block`] ties them together and is driven by the
//! runner, which decides when to look.
//!
//! **Invariant**: no printing, no knowledge of wire, sampler or screen; the only files are those of file
//! stages, in the scratch folder that is handed in.

pub mod arrivals;
mod backends;
mod barrier;
pub mod block;
pub mod caller;
pub mod cancel;
pub mod clock;
mod drill;
pub mod faults;
pub mod interpreter;
pub mod lives;
pub mod load;
mod observation;
mod parts;
pub mod phases;
pub mod plan;
pub mod queue;
pub mod recorder;
mod resilience;
mod shared_histogram;
mod slab;
pub mod stages;
pub mod task;
pub mod timer;
mod totals;

pub use backends::{
    BackendError, Collections, InterpreterFacts, NOT_STARTED, PYTHON_PART, SERVER_PART,
    ServerProcess, WORKER_PART, ZYGOTE_PART, become_python, start_server, worker_main, zygote_main,
};
pub use block::Block;
pub use interpreter::InterpreterUse;
pub use lives::{LifePart, Lives, PartEnd, Sampled, SlowTask, Stretch};
pub use observation::Observation;
pub use phases::Stand;
pub use plan::{Plan, PythonHome, Recipes, Surroundings};
pub use recorder::{Admission, Distributions, Recorder, Tally};
pub use resilience::{Attempts, BreakerState, Incident, IncidentKind, Resilience};
pub use stages::{KernelSpeed, KnownSpeed, calibrate, serve};
pub use task::{Cohort, Journey, Outcome, Parts, Ran, Task};
pub use totals::Totals;
