//! Quantities and how they read: the only place that turns numbers into text.
//!
//! [`Nanos`] and [`Bytes`] are what scenario files and forms hold; the functions of [`text`] are what
//! tables, charts, messages and the window show. [`Percentile`] is
//! which of those are bounded by objectives and measured as figures.
//! Nothing here knows what a figure means.

mod bytes;
mod nanos;
mod parse;
mod percentile;
pub mod text;

pub use bytes::Bytes;
pub use nanos::Nanos;
pub use parse::QuantityError;
pub use percentile::Percentile;
