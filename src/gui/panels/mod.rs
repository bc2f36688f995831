//! The parts of the window. Each owns its view state only, reads data by reference and pushes actions.

pub mod board;
pub mod chart;
pub mod comparison;
pub mod composer;
mod diagram;
pub mod export_dialog;
mod export_menu;
pub mod library;
pub mod machine;
mod marks;
pub mod menus;
pub mod palette;
pub mod plan;
mod plot_lines;
pub mod preferences;
pub mod preview;
pub mod question;
pub mod results;
pub mod runs;
pub mod series;
mod shortcuts;
pub mod start;
pub mod tabs;
pub mod text;
pub mod toasts;
pub mod toolbar;
pub mod tour;
