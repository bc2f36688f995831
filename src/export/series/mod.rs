//! Sweeps and searches for the capacity as text, as comma-separated values, as documents and in a folder.

mod capacity;
mod folder;
#[cfg(test)]
mod samples;
mod sweep;
#[cfg(test)]
mod tests;
pub(super) mod words;

pub(super) use capacity::held_word;
pub use capacity::{CapacityDocument, capacity_csv, capacity_document, capacity_text};
pub use folder::{write_capacity_folder, write_sweep_folder};
#[cfg(test)]
pub(super) use samples::{done, list, pairs, scenario, searched, workers};
pub use sweep::{SweepDocument, sweep_csv, sweep_document, sweep_text};
pub(super) use sweep::{TABLES, measure_title, scaling_lines};
