//! poolscope: contract in the making.

pub mod scenario;
pub mod stats;
pub mod units;
