//! The language between session and runner: framed messages over the runner's standard input and output.
//!
//! A frame is a length (u32, little endian), a CRC-32 of the payload (u32, little endian) and the payload
//! (postcard). The checksum tells a message from a stray print; a frame that fails it ends the channel.
//! The first message of each side is its hello, which never changes; see [`PROTOCOL`].
//!
//! **Invariant**: messages describe; nothing here measures, decides or shows.

mod frame;
mod interpreters;
mod lives;
mod machine;
mod message;
pub mod part;
mod probe;
mod python;
mod resilience;

pub use frame::{FrameError, read_frame, write_frame};
pub use interpreters::*;
pub use lives::*;
pub use machine::*;
pub use message::*;
pub use probe::*;
pub use python::*;
pub use resilience::{Attempts, BreakerState, Incident, IncidentKind, Resilience};
