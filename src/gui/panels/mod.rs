//! The parts of the window. Each owns its view state only, reads data by reference and pushes actions.

pub mod composer;
