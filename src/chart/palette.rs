//! The colours of candidates: eight that stay apart for people with colour-blindness, and four more.
//!
//! After Okabe and Ito (2008), with lightness moved until each has a contrast of at least 3:1 (WCAG 2.2, 1.4.11)
//! on its background, and until those of few candidates differ enough under each kind of dichromacy, as Machado,
//! Oliveira and Fernandes (2009) model it. Colour is never the only mark: legends name the lines, and tables repeat the names.

/// How many candidates have a colour of their own; the next has the first one's again.
pub const COLOURS: usize = 12;

/// So many colours stay apart for people with colour-blindness; the others are told by the shapes on their lines too.
pub const APART: usize = 8;

/// Whether the colour of that candidate is not enough to tell it: it is near that of another, or has been given before.
#[must_use]
pub const fn needs_shape(candidate: usize) -> bool {
    candidate >= APART
}

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
        [4, 71, 131],
        [173, 70, 0],
        [0, 126, 91],
        [206, 98, 165],
        [163, 149, 30],
        [34, 155, 224],
        [93, 65, 32],
        [106, 112, 122],
        [236, 63, 100],
        [54, 112, 242],
        [107, 135, 60],
        [0, 141, 148],
    ];
    const DARK: [[u8; 3]; COLOURS] = [
        [4, 151, 212],
        [210, 62, 0],
        [81, 234, 171],
        [171, 91, 141],
        [243, 216, 60],
        [172, 216, 255],
        [182, 139, 94],
        [152, 158, 167],
        [254, 100, 147],
        [80, 114, 214],
        [161, 198, 99],
        [22, 192, 216],
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
        [118, 124, 134],
        [141, 8, 95],
        [171, 110, 0],
        [107, 57, 19],
        [209, 0, 71],
        [215, 115, 161],
        [0, 99, 154],
        [66, 153, 221],
        [84, 47, 154],
    ];
    const DARK: [[u8; 3]; SPLIT_PARTS] = [
        [188, 194, 205],
        [183, 77, 127],
        [231, 155, 23],
        [150, 95, 49],
        [252, 110, 95],
        [210, 149, 172],
        [6, 105, 191],
        [105, 204, 254],
        [145, 118, 205],
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

/// The light of a channel, without its gamma.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(linear);
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
    use crate::chart::Chart;

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

    /// How people see `rgb` whose eyes lack one kind of cones, by `matrix`, in CIE Lab: a difference of 2 can just be
    /// seen.
    fn seen(rgb: [u8; 3], matrix: [[f64; 3]; 3]) -> [f64; 3] {
        let linear = rgb.map(linear);
        let dot = |row: [f64; 3]| row.iter().zip(&linear).map(|(a, b)| a * b).sum::<f64>();
        let light = matrix.map(dot).map(|channel| channel.clamp(0.0, 1.0));
        // CIE XYZ over its white.
        let of_white = [
            [0.4339, 0.3762, 0.1899],
            [0.2126, 0.7152, 0.0722],
            [0.0177, 0.1095, 0.8728],
        ];
        let [x, y, z] = of_white.map(|row: [f64; 3]| {
            let part: f64 = row.iter().zip(&light).map(|(a, b)| a * b).sum();
            if part > 0.008_856 {
                part.cbrt()
            } else {
                7.787 * part + 16.0 / 116.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
        let parts = a.iter().zip(&b);
        parts.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// Protanopia, deuteranopia and tritanopia after Machado, Oliveira and Fernandes (2009).
    const DICHROMACIES: [[[f64; 3]; 3]; 3] = [
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    #[test]
    fn candidates_neighbouring_parts_and_outcomes_stay_apart_whichever_cones_an_eye_lacks() {
        for (matrix, dark) in DICHROMACIES
            .into_iter()
            .flat_map(|matrix| [false, true].map(|dark| (matrix, dark)))
        {
            let of = |candidate| seen(series_rgb(candidate, dark), matrix);
            let least = |count: usize| {
                let pairs = (0..count).flat_map(|one| (0..one).map(move |other| (one, other)));
                pairs.map(|(one, other)| apart(of(one), of(other)))
            };
            let least = |count| least(count).fold(f64::INFINITY, f64::min);
            assert!(least(5) > 15.0, "five, dark {dark}: {:.1}", least(5));
            assert!(least(APART) > 13.0, "dark {dark}: {:.1}", least(APART));
            let part = |part| seen(split_rgb(part, dark), matrix);
            for place in 1..SPLIT_PARTS {
                let apart = apart(part(place - 1), part(place));
                assert!(apart > 16.0, "part {place}, dark {dark}: {apart:.1}");
            }
            // Any two outcomes can lie upon each other, as what did not happen has no area.
            for (one, other) in (0..Chart::OUTCOMES).flat_map(|one| (0..one).map(move |o| (one, o)))
            {
                let [a, b] = [one, other].map(Chart::area_colour);
                let apart = apart(part(a), part(b));
                assert!(
                    apart > 16.0,
                    "outcomes {one} and {other}, dark {dark}: {apart:.1}"
                );
            }
        }
        assert!(!needs_shape(APART - 1) && needs_shape(APART));
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
