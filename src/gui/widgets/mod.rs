//! What panels are made of: cards, headers, field rows, badges, buttons with accessible names.
//!
//! Each is a function that draws and returns what egui returns; none keeps state.

mod basics;
mod field;
mod fold;
mod key_menu;
mod order;
mod panel_edge;
mod scroll;
mod select;
mod spot;
mod stroke;

pub use basics::{
    badge_among_ui, badge_ui, badge_width, candidate_swatch_ui, card_ui, colour_sign_ui,
    empty_state_ui, few_lines_ui, icon_button_ui, legend_toggle_ui, paint_candidate_swatch,
    primary_button_ui, section_header_ui, sign_ui, slider_ui, swatch_ui, tinted_button_ui, weak_ui,
};
pub use field::{Field, severity_ui};
pub use fold::{paint_fold, paint_lit};
pub use key_menu::{key_menu_ui, take_menu_keys};
pub use order::in_order_ui;
pub use panel_edge::PanelEdge;
pub use scroll::FollowFocus;
pub use select::select_in_field;
pub use spot::{Spot, mark_spot, spot_of, want_spot};
pub use stroke::{paint_stroke, stroke_sample_ui, stroke_sign_ui, stroke_sign_width};
