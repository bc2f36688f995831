//! Every colour, spacing and text style of the window, light and dark, each also with high contrast.
//!
//! Nothing else in `gui` names a colour or a font size. The dark theme is not black and the light one not
//! white: both leave room below and above for wells and cards.

mod mark;
mod strong;

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, Style, TextStyle, Theme, Ui, Vec2, Visuals,
};
use serde::{Deserialize, Serialize};

pub use mark::{Mark, bears_mark, set_line_marks};

use crate::export::font;

/// Which theme the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the desktop has it.
    #[default]
    System,
    /// Dark letters on a light ground.
    Light,
    /// Light letters on a dark ground.
    Dark,
}

impl ThemeChoice {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As it stands in the menu.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// In egui's words.
    #[must_use]
    pub const fn preference(self) -> egui::ThemePreference {
        match self {
            Self::System => egui::ThemePreference::System,
            Self::Light => egui::ThemePreference::Light,
            Self::Dark => egui::ThemePreference::Dark,
        }
    }
}

/// Distances in points: multiples of four, so that edges of neighbours meet.
pub mod space {
    /// Between an icon and its text.
    pub const XS: f32 = 4.0;
    /// Between controls.
    pub const S: f32 = 8.0;
    /// Inside of cards.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Around empty states.
    pub const XL: f32 = 24.0;
    /// Width of the column of labels in a form.
    pub const LABEL_WIDTH: f32 = 112.0;
    /// Height of a control.
    pub const CONTROL_HEIGHT: f32 = 26.0;
}

/// Rounding of cards, in points.
const CARD_RADIUS: u8 = 8;
/// Rounding of controls, in points.
const CONTROL_RADIUS: u8 = 5;

/// Width of a scroll bar under the pointer, in points.
const SCROLL_BAR_WIDTH: f32 = 8.0;

/// Below menus, questions and messages.
const SHADOW: Shadow = Shadow {
    offset: [0, 4],
    blur: 16,
    spread: 0,
    color: Color32::from_black_alpha(60),
};

/// Over what the tour does not point at.
pub const DIM: Color32 = Color32::from_black_alpha(130);

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Behind the cards.
    pub canvas: Color32,
    /// Bars and side panels.
    pub panel: Color32,
    /// Cards.
    pub card: Color32,
    /// Text fields, plot grounds.
    pub well: Color32,
    /// Buttons at rest.
    pub control: Color32,
    /// Buttons under the pointer.
    pub control_hover: Color32,
    /// Lines around cards and between panels.
    pub border: Color32,
    /// Lines around controls.
    pub control_border: Color32,
    /// Text.
    pub text: Color32,
    /// Captions, units, hints.
    pub weak: Color32,
    /// What is active, and the primary button.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Ground of what is selected.
    pub selected: Color32,
    /// What forbids or failed.
    pub error: Color32,
    /// What is doubtful.
    pub warning: Color32,
    /// What went well.
    pub good: Color32,
    /// Lines of a plot's grid.
    pub grid: Color32,
    /// Over the warm-up in a plot.
    pub shade: Color32,
    /// Where a fault lasts, in a plot.
    pub fault: Color32,
    /// The edges of that.
    pub fault_edge: Color32,
    /// Time on a core, in the strip of a task.
    pub cpu: Color32,
    /// Time of waiting, in the strip of a task.
    pub waiting: Color32,
    /// Time in a critical section, in the strip of a task.
    pub lock: Color32,
    /// Time for moving bytes, in the strip of a task.
    pub moving: Color32,
}

/// The dark theme's colours.
pub const DARK: Palette = Palette {
    canvas: Color32::from_rgb(0x16, 0x19, 0x1e),
    panel: Color32::from_rgb(0x1c, 0x20, 0x26),
    card: Color32::from_rgb(0x22, 0x27, 0x2f),
    well: Color32::from_rgb(0x18, 0x1b, 0x21),
    control: Color32::from_rgb(0x2e, 0x35, 0x3f),
    control_hover: Color32::from_rgb(0x3a, 0x43, 0x4f),
    border: Color32::from_rgb(0x31, 0x38, 0x42),
    control_border: Color32::from_rgb(0x41, 0x4a, 0x56),
    text: Color32::from_rgb(0xe4, 0xe8, 0xed),
    weak: Color32::from_rgb(0x9b, 0xa6, 0xb3),
    accent: Color32::from_rgb(0x3f, 0x82, 0xf0),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    selected: Color32::from_rgb(0x26, 0x3d, 0x63),
    error: Color32::from_rgb(0xff, 0x7b, 0x72),
    warning: Color32::from_rgb(0xe8, 0xb3, 0x39),
    good: Color32::from_rgb(0x56, 0xc9, 0x89),
    grid: Color32::from_rgb(0x3d, 0x46, 0x52),
    shade: Color32::from_rgba_premultiplied(0x0f, 0x11, 0x13, 0x18),
    fault: Color32::from_rgba_premultiplied(0x1a, 0x12, 0x05, 0x20),
    fault_edge: Color32::from_rgb(0xa8, 0x82, 0x2c),
    cpu: Color32::from_rgb(0xe0, 0x8a, 0x3c),
    waiting: Color32::from_rgb(0x4a, 0x7d, 0xa8),
    lock: Color32::from_rgb(0xd4, 0x5d, 0x79),
    moving: Color32::from_rgb(0x3f, 0xa3, 0x7c),
};

/// The light theme's colours.
pub const LIGHT: Palette = Palette {
    canvas: Color32::from_rgb(0xea, 0xed, 0xf1),
    panel: Color32::from_rgb(0xf4, 0xf6, 0xf8),
    card: Color32::from_rgb(0xfc, 0xfd, 0xfe),
    well: Color32::from_rgb(0xf6, 0xf8, 0xfa),
    control: Color32::from_rgb(0xe4, 0xe8, 0xee),
    control_hover: Color32::from_rgb(0xd7, 0xdd, 0xe5),
    border: Color32::from_rgb(0xd6, 0xdb, 0xe2),
    control_border: Color32::from_rgb(0xbf, 0xc7, 0xd1),
    text: Color32::from_rgb(0x1d, 0x23, 0x2b),
    weak: Color32::from_rgb(0x58, 0x63, 0x71),
    accent: Color32::from_rgb(0x1f, 0x66, 0xd6),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    selected: Color32::from_rgb(0xcf, 0xdf, 0xfa),
    error: Color32::from_rgb(0xb9, 0x1c, 0x1c),
    warning: Color32::from_rgb(0x8f, 0x5f, 0x00),
    good: Color32::from_rgb(0x1b, 0x77, 0x47),
    grid: Color32::from_rgb(0xd3, 0xd9, 0xe1),
    shade: Color32::from_rgba_premultiplied(0x08, 0x0a, 0x0c, 0x12),
    fault: Color32::from_rgba_premultiplied(0x2e, 0x1f, 0x04, 0x30),
    fault_edge: Color32::from_rgb(0xb0, 0x7a, 0x10),
    cpu: Color32::from_rgb(0xd9, 0x7a, 0x22),
    waiting: Color32::from_rgb(0x6d, 0x9c, 0xc4),
    lock: Color32::from_rgb(0xc2, 0x3b, 0x5c),
    moving: Color32::from_rgb(0x2f, 0x8f, 0x68),
};

/// The colours that are in force where `ui` draws.
#[must_use]
pub fn palette(ui: &Ui) -> &'static Palette {
    palette_in(ui.visuals())
}

/// The colours that are in force in the whole window.
#[must_use]
pub fn palette_of(ctx: &Context) -> &'static Palette {
    palette_in(&ctx.style_of(ctx.theme()).visuals)
}

/// The visuals were made from a palette, and the colour of panels tells which: nothing draws with a changed one.
fn palette_in(visuals: &Visuals) -> &'static Palette {
    let (usual, strong) = if visuals.dark_mode {
        (&DARK, &strong::DARK)
    } else {
        (&LIGHT, &strong::LIGHT)
    };
    if visuals.panel_fill == strong.panel {
        strong
    } else {
        usual
    }
}

/// The colour of candidate `candidate`, the same in every chart, table and legend.
#[must_use]
pub const fn series_color(candidate: usize, dark: bool) -> Color32 {
    let [r, g, b] = crate::chart::palette::series_rgb(candidate, dark);
    Color32::from_rgb(r, g, b)
}

/// The family of headings and of what is pressed.
#[must_use]
pub fn semi_bold() -> FontFamily {
    FontFamily::Name("semi-bold".into())
}

/// The style of a card's or section's title.
#[must_use]
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// The frame of a card.
pub fn card_frame(palette: &Palette) -> egui::Frame {
    egui::Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.border))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(space::M as i8))
}

/// The frame of a chart: more room at the right, where the last label of the time axis stands out.
pub fn chart_frame(palette: &Palette) -> egui::Frame {
    let margin = space::S as i8;
    let right = space::L as i8 + 4;
    card_frame(palette).inner_margin(Margin {
        left: margin,
        right,
        top: margin,
        bottom: 4,
    })
}

/// The frame of a bar or side panel.
pub fn panel_frame(palette: &Palette) -> egui::Frame {
    egui::Frame::new()
        .fill(palette.panel)
        .inner_margin(Margin::same(space::S as i8))
}

/// The frame of a card that can be chosen.
pub fn choice_frame(palette: &Palette, hovered: bool, selected: bool) -> egui::Frame {
    let edge = if selected {
        palette.accent
    } else if hovered {
        palette.control_border
    } else {
        palette.border
    };
    card_frame(palette)
        .fill(if hovered {
            palette.control
        } else {
            palette.card
        })
        .stroke(Stroke::new(1.0, edge))
}

/// The line around a choice that has the keyboard, as around a button that has it.
#[must_use]
pub const fn focus_line(palette: &Palette) -> Stroke {
    Stroke {
        width: 2.0,
        color: palette.accent,
    }
}

/// The frame of a question in the middle of the window.
pub fn question_frame(palette: &Palette) -> egui::Frame {
    popup_frame(palette, palette.control_border).inner_margin(Margin::same(space::XL as i8))
}

/// The frame of a message above everything else, with a line of `edge`.
pub fn popup_frame(palette: &Palette, edge: Color32) -> egui::Frame {
    egui::Frame::new()
        .fill(palette.card)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
        .shadow(SHADOW)
}

/// Gives `ctx` our fonts and both themes.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    set_contrast(ctx, false);
}

/// Draws both themes with high contrast, or as usual.
pub fn set_contrast(ctx: &Context, high: bool) {
    let (dark, light) = if high {
        (&strong::DARK, &strong::LIGHT)
    } else {
        (&DARK, &LIGHT)
    };
    for (theme, palette, base) in [
        (Theme::Dark, dark, Visuals::dark()),
        (Theme::Light, light, Visuals::light()),
    ] {
        let mut style = style(palette, base);
        if high {
            strengthen(&mut style.visuals);
        }
        ctx.set_style_of(theme, style);
    }
}

/// Wider lines, and what is not possible now is still readable.
fn strengthen(visuals: &mut Visuals) {
    /// In points.
    const LINE: f32 = 1.5;
    /// Of what is enabled.
    const DISABLED: f32 = 0.75;
    visuals.disabled_alpha = DISABLED;
    visuals.window_stroke.width = LINE;
    let widgets = &mut visuals.widgets;
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.open,
    ] {
        widget.bg_stroke.width = LINE;
    }
}

/// Inter for text, as in the exported pictures; egui's own fonts for symbols that Inter does not have.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    for (name, data, family) in [
        ("inter", font::REGULAR, FontFamily::Proportional),
        ("inter-semi-bold", font::SEMI_BOLD, semi_bold()),
    ] {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(data)));
        let mut names = vec![name.to_owned()];
        names.extend(fallback.iter().cloned());
        // Arrows are in none of the proportional fonts.
        names.push("Hack".to_owned());
        fonts.families.insert(family, names);
    }
    fonts
}

fn style(palette: &Palette, base: Visuals) -> Style {
    let mut style = Style {
        visuals: visuals(palette, base),
        ..Style::default()
    };
    let regular = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Heading, FontId::new(18.0, semi_bold())),
        (title_style(), FontId::new(14.0, semi_bold())),
        (TextStyle::Body, regular(13.5)),
        (TextStyle::Button, regular(13.5)),
        (TextStyle::Small, regular(12.0)),
        (
            TextStyle::Monospace,
            FontId::new(12.5, FontFamily::Monospace),
        ),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(space::S);
    style.spacing.button_padding = Vec2::new(10.0, 4.0);
    style.spacing.interact_size = Vec2::new(40.0, space::CONTROL_HEIGHT);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(space::L as i8);
    style.spacing.combo_width = 96.0;
    // Lists and menus may be as high as the smallest window; what is shorter is as high as its content.
    style.spacing.default_area_size.y = 640.0;
    style.spacing.tooltip_width = 360.0;
    // The whole bar has room of its own, also where the pointer makes it wide.
    style.spacing.scroll = egui::style::ScrollStyle {
        bar_width: SCROLL_BAR_WIDTH,
        floating_allocated_width: SCROLL_BAR_WIDTH,
        ..egui::style::ScrollStyle::thin()
    };
    // Each frame of an animation is a repaint, and a repaint is dear where frames are rasterised in software.
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.3;
    style
}

fn visuals(palette: &Palette, base: Visuals) -> Visuals {
    let mut visuals = base;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.weak);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.well;
    visuals.extreme_bg_color = palette.well;
    visuals.text_edit_bg_color = Some(palette.well);
    visuals.code_bg_color = palette.well;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.control_border);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.panel_fill = palette.panel;
    visuals.window_shadow = SHADOW;
    visuals.popup_shadow = SHADOW;
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    // A blinking cursor repaints for ever.
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    visuals.slider_trailing_fill = true;
    visuals.striped = false;

    let widgets = &mut visuals.widgets;
    for (widget, fill, border, text) in [
        (
            &mut widgets.noninteractive,
            palette.card,
            palette.border,
            palette.text,
        ),
        (
            &mut widgets.inactive,
            palette.control,
            palette.control_border,
            palette.text,
        ),
        (
            &mut widgets.hovered,
            palette.control_hover,
            palette.control_border,
            palette.text,
        ),
        (
            &mut widgets.active,
            palette.control_hover,
            palette.accent,
            palette.text,
        ),
        (
            &mut widgets.open,
            palette.control_hover,
            palette.control_border,
            palette.text,
        ),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, border);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(CONTROL_RADIUS);
        widget.expansion = 0.0;
    }
    // What has the keyboard is drawn like this, and must be found at a glance.
    widgets.active.bg_stroke.width = 2.0;
    visuals
}
