//! The colours of candidates: eight that stay apart for people with colour-blindness, and four more.
//!
//! After Okabe and Ito (2008), with lightness moved until each has a contrast of at least 3:1 (WCAG 2.2, 1.4.11)
//! on its background. Colour is never the only mark: legends name the lines, and tables repeat the names.

/// How many candidates have a colour of their own; the next has the first one's again.
pub const COLOURS: usize = 12;

/// What lies behind a chart: white, or the dark grey of the dark theme.
#[must_use]
pub const fn background_rgb(dark: bool) -> [u8; 3] {
    if dark { [24, 26, 31] } else { [255, 255, 255] }
}

/// The colour of the candidate with that index in the scenario, everywhere.
#[must_use]
pub const fn series_rgb(candidate: usize, dark: bool) -> [u8; 3] {
    /// Blue, vermilion, green, purple, olive, sky, brown, grey, crimson, indigo, moss, teal.
    const LIGHT: [[u8; 3]; COLOURS] = [
        [0, 114, 178],
        [213, 94, 0],
        [0, 148, 108],
        [178, 86, 142],
        [150, 130, 0],
        [40, 146, 206],
        [122, 75, 42],
        [90, 96, 106],
        [190, 30, 60],
        [88, 72, 190],
        [92, 124, 40],
        [0, 118, 128],
    ];
    const DARK: [[u8; 3]; COLOURS] = [
        [74, 158, 230],
        [242, 122, 48],
        [34, 190, 146],
        [226, 146, 196],
        [240, 184, 56],
        [134, 206, 246],
        [196, 140, 98],
        [178, 184, 194],
        [255, 110, 130],
        [150, 140, 255],
        [170, 205, 90],
        [70, 205, 215],
    ];
    let colours = if dark { &DARK } else { &LIGHT };
    colours[candidate % COLOURS]
}

/// How many parts the time of a task has.
pub const SPLIT_PARTS: usize = 9;

/// The colour of a part of a task's time, in the order of [`crate::chart::SplitPart::ALL`].
///
/// What is lost on the way is warm, what the task itself does is cool; neighbours differ in lightness, so that
/// they stay apart without colour.
#[must_use]
pub const fn split_rgb(part: usize, dark: bool) -> [u8; 3] {
    /// Grey, magenta, amber, brown, red, rose, blue, light blue, violet.
    const LIGHT: [[u8; 3]; SPLIT_PARTS] = [
        [128, 134, 144],
        [150, 40, 104],
        [206, 132, 0],
        [122, 75, 42],
        [200, 40, 60],
        [222, 104, 140],
        [0, 98, 164],
        [74, 148, 210],
        [136, 82, 178],
    ];
    const DARK: [[u8; 3]; SPLIT_PARTS] = [
        [150, 156, 166],
        [214, 110, 176],
        [240, 184, 56],
        [186, 126, 82],
        [255, 98, 110],
        [255, 178, 200],
        [60, 138, 224],
        [134, 196, 246],
        [190, 140, 240],
    ];
    let colours = if dark { &DARK } else { &LIGHT };
    colours[part % SPLIT_PARTS]
}

/// Letters that can be read on `ground`: dark ones on a light ground, white ones on a dark one, by its relative
/// luminance (WCAG 2.2, without its gamma).
#[must_use]
pub fn ink_rgb([r, g, b]: [u8; 3]) -> [u8; 3] {
    let light = 0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b);
    if light > 125.0 {
        [16, 16, 16]
    } else {
        [255, 255, 255]
    }
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_stands_out_from_its_background() {
        for dark in [false, true] {
            for candidate in 0..COLOURS {
                let contrast = contrast(series_rgb(candidate, dark), background_rgb(dark));
                assert!(
                    contrast >= 3.0,
                    "colour {candidate}, dark {dark}: {contrast:.2}"
                );
            }
            for part in 0..SPLIT_PARTS {
                let contrast = contrast(split_rgb(part, dark), background_rgb(dark));
                assert!(contrast >= 3.0, "part {part}, dark {dark}: {contrast:.2}");
                let ground = split_rgb(part, dark);
                let letters = self::contrast(ink_rgb(ground), ground);
                assert!(
                    letters >= 3.0,
                    "letters on part {part}, dark {dark}: {letters:.2}"
                );
            }
        }
    }

    #[test]
    fn no_two_candidates_share_a_colour_until_there_are_more_than_twelve() {
        for dark in [false, true] {
            let colours: std::collections::BTreeSet<_> = (0..COLOURS)
                .map(|candidate| series_rgb(candidate, dark))
                .collect();
            assert_eq!(colours.len(), COLOURS);
            assert_eq!(series_rgb(COLOURS, dark), series_rgb(0, dark));
        }
    }
}
