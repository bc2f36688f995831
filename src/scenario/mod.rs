//! What the user composes and saves: the model, its file, and its validation.
//!
//! [`model`] is the vocabulary; it is documentation first: a scenario can be written from it alone.
//! The file form is RON with friendly durations and sizes: [`parse`] reads it and reports every problem
//! with line and column, [`to_text`] writes it. [`validate()`] says what is wrong with a scenario that was
//! composed in the window, [`describe()`] what it would do, [`bundled`] lists those that come along.
//!
//! **Invariant**: a scenario has no authority. No type here can express a path, an address, a command,
//! an interpreter or an environment variable; reading one runs nothing.

pub mod model;

mod amend;
pub mod bounds;
mod caveats;
mod cpython_cost;
mod curve;
mod decode;
mod demand;
pub mod describe;
mod deserialize;
pub mod estimate;
mod fragment;
#[cfg(test)]
mod generators;
#[cfg(test)]
mod generators_resilience;
#[cfg(test)]
mod generators_sweep;
#[cfg(test)]
mod generators_verdict;
mod grammar;
mod lex;
mod library;
mod load;
mod nominal;
mod placeholder;
mod points;
mod presets;
mod preview;
mod problem;
mod quick;
mod quoted;
#[cfg(test)]
mod schema;
mod strikes;
#[cfg(test)]
mod tests;
mod text_rules;
mod tree;
pub mod validate;
mod vary;

pub use amend::amend;
pub use caveats::{Caveat, caveats};
pub use curve::{CurveOf, FaultWindow, LoadCurve, load_curve};
pub use demand::{Demand, demands};
pub use describe::describe;
pub use estimate::{cpu_share, estimate_block_nanos, estimate_run_nanos};
pub use fragment::{parse_stages, stage_text};
pub use library::{Bundled, Topic, bundled, bundled_named};
pub use load::{
    Loaded, MAX_FILE_BYTES, ScenarioFileError, parse, read_file, read_text, to_text, write_file,
};
pub use model::*;
pub use nominal::Runtime;
pub use points::Point;
pub use presets::{PricePreset, price_preset, price_presets, prices_text};
pub use preview::{Bottleneck, Bounds, Preview, bounds, preview};
pub use problem::{Place, Problem, Severity};
pub use strikes::can_hit;
pub use validate::validate;
pub use vary::{NotApplicable, apply};
