//! The colours of high contrast: every text has a contrast of at least 7:1 on every ground on which it stands
//! (WCAG 2.2, 1.4.6), and lines around controls at least 3:1 (1.4.11).

use egui::Color32;

use crate::gui::theme::Palette;

/// The dark theme with high contrast.
pub(super) const DARK: Palette = Palette {
    canvas: Color32::from_rgb(0x00, 0x00, 0x00),
    panel: Color32::from_rgb(0x08, 0x0a, 0x0c),
    card: Color32::from_rgb(0x0e, 0x11, 0x15),
    well: Color32::from_rgb(0x00, 0x00, 0x00),
    control: Color32::from_rgb(0x1a, 0x1f, 0x26),
    control_hover: Color32::from_rgb(0x2a, 0x31, 0x3b),
    border: Color32::from_rgb(0x8a, 0x94, 0xa2),
    control_border: Color32::from_rgb(0xa8, 0xb3, 0xc1),
    text: Color32::from_rgb(0xff, 0xff, 0xff),
    weak: Color32::from_rgb(0xd3, 0xda, 0xe3),
    accent: Color32::from_rgb(0x8f, 0xc0, 0xff),
    on_accent: Color32::from_rgb(0x00, 0x00, 0x00),
    selected: Color32::from_rgb(0x12, 0x30, 0x5c),
    error: Color32::from_rgb(0xff, 0xad, 0xa6),
    warning: Color32::from_rgb(0xf5, 0xc8, 0x5a),
    good: Color32::from_rgb(0x82, 0xe4, 0xae),
    grid: Color32::from_rgb(0x5c, 0x67, 0x75),
    shade: Color32::from_rgba_premultiplied(0x22, 0x26, 0x2b, 0x30),
    fault: Color32::from_rgba_premultiplied(0x42, 0x30, 0x0d, 0x50),
    fault_edge: Color32::from_rgb(0xf0, 0xc0, 0x50),
    cpu: Color32::from_rgb(0xf2, 0xa0, 0x54),
    waiting: Color32::from_rgb(0x7a, 0xb4, 0xe4),
    lock: Color32::from_rgb(0xff, 0x9a, 0xa8),
    moving: Color32::from_rgb(0x6f, 0xd6, 0xac),
};

/// The light theme with high contrast.
pub(super) const LIGHT: Palette = Palette {
    canvas: Color32::from_rgb(0xff, 0xff, 0xff),
    panel: Color32::from_rgb(0xfa, 0xfb, 0xfc),
    card: Color32::from_rgb(0xff, 0xff, 0xff),
    well: Color32::from_rgb(0xff, 0xff, 0xff),
    control: Color32::from_rgb(0xec, 0xef, 0xf3),
    control_hover: Color32::from_rgb(0xdc, 0xe2, 0xe9),
    border: Color32::from_rgb(0x5f, 0x69, 0x76),
    control_border: Color32::from_rgb(0x3c, 0x45, 0x50),
    text: Color32::from_rgb(0x00, 0x00, 0x00),
    weak: Color32::from_rgb(0x2e, 0x36, 0x40),
    accent: Color32::from_rgb(0x0a, 0x3a, 0x8c),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    selected: Color32::from_rgb(0xd2, 0xe2, 0xfc),
    error: Color32::from_rgb(0x80, 0x0c, 0x0c),
    warning: Color32::from_rgb(0x54, 0x38, 0x00),
    good: Color32::from_rgb(0x08, 0x45, 0x28),
    grid: Color32::from_rgb(0x9a, 0xa4, 0xb0),
    shade: Color32::from_rgba_premultiplied(0x10, 0x14, 0x18, 0x28),
    fault: Color32::from_rgba_premultiplied(0x4a, 0x34, 0x0a, 0x50),
    fault_edge: Color32::from_rgb(0x7a, 0x52, 0x00),
    cpu: Color32::from_rgb(0xb8, 0x5e, 0x08),
    waiting: Color32::from_rgb(0x2c, 0x64, 0x94),
    lock: Color32::from_rgb(0xa0, 0x18, 0x38),
    moving: Color32::from_rgb(0x0d, 0x5c, 0x40),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::palette::contrast;

    fn ratio(a: Color32, b: Color32) -> f64 {
        let rgb = |color: Color32| [color.r(), color.g(), color.b()];
        contrast(rgb(a), rgb(b))
    }

    #[test]
    fn every_text_has_a_contrast_of_seven_on_every_ground() {
        for palette in [DARK, LIGHT] {
            let grounds = [
                palette.canvas,
                palette.panel,
                palette.card,
                palette.well,
                palette.control,
                palette.control_hover,
                palette.selected,
            ];
            for (name, ink) in [("text", palette.text), ("weak", palette.weak)] {
                for ground in grounds {
                    let ratio = ratio(ink, ground);
                    assert!(ratio >= 7.0, "{name} on {ground:?}: {ratio:.2}");
                }
            }
            for (name, ink) in [
                ("error", palette.error),
                ("warning", palette.warning),
                ("good", palette.good),
                ("accent", palette.accent),
            ] {
                for ground in &grounds[..5] {
                    let on_it = ratio(ink, *ground);
                    assert!(on_it >= 7.0, "{name} on {ground:?}: {on_it:.2}");
                }
                // The ground of a badge is a little of its own colour.
                let badge = palette.card.blend(ink.gamma_multiply(0.16));
                let on_it = ratio(ink, badge);
                assert!(on_it >= 7.0, "{name} in a badge: {on_it:.2}");
            }
            assert!(ratio(palette.on_accent, palette.accent) >= 7.0);
        }
    }

    #[test]
    fn lines_around_controls_and_cards_stand_out() {
        for palette in [DARK, LIGHT] {
            for (line, ground) in [
                (palette.control_border, palette.control),
                (palette.control_border, palette.panel),
                (palette.border, palette.card),
                (palette.border, palette.canvas),
                (palette.accent, palette.control_hover),
                (palette.fault_edge, palette.well),
            ] {
                let ratio = ratio(line, ground);
                assert!(ratio >= 3.0, "{line:?} on {ground:?}: {ratio:.2}");
            }
        }
    }
}
