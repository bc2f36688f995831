//! What the user composes and saves: the model, its file, and its validation.
//!
//! [`model`] is the vocabulary; it is documentation first: a scenario can be written from it alone.
//! The file form is RON with friendly durations and sizes.
//!
//! **Invariant**: a scenario has no authority. No type here can express a path, an address, a command,
//! an interpreter or an environment variable; reading one runs nothing.

pub mod model;
mod problem;

pub use model::*;
pub use problem::{Place, Problem, Severity};
