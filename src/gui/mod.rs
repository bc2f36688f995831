//! The window: the only folder that names egui.
//!
//! [`app`] holds the state and its three halves (logic, layout, effects), [`panels`] show parts of it,
//! [`widgets`] are what panels are made of, and [`theme`] is every colour and size.
//! A panel pushes [`action::Action`]s and changes nothing but its own view state.
//!
//! **Invariant**: nothing in here computes a figure, executes a stage, or blocks the thread that draws.

pub mod action;
pub mod app;
pub mod board_settings;
pub mod commands;
pub mod dialogs;
pub mod notify;
pub mod panels;
pub mod repaint;
pub mod settings;
pub mod theme;
pub mod widgets;
mod window;
pub mod words;

pub use window::{WindowError, drawing, run};
