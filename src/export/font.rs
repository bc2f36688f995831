//! The typeface of pictures and window, and how wide a text is in it.
//!
//! Inter by Rasmus Andersson, under the SIL Open Font License (see `assets/fonts/OFL.txt`), reduced to the signs
//! that are needed. Browsers that lack Inter use a font of about the same width, so layouts leave slack.

/// Inter Regular, OpenType.
pub const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
/// Inter Semi Bold, OpenType.
pub const SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
/// The family's name in the files.
pub const FAMILY: &str = "Inter";

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// For all text.
    Regular,
    /// For titles and heads of columns.
    SemiBold,
}

/// The width of `text` in the unit of `size`, without kerning.
#[must_use]
pub fn text_width(text: &str, size: f64, weight: Weight) -> f64 {
    let advances = match weight {
        Weight::Regular => &REGULAR_ADVANCES,
        Weight::SemiBold => &SEMI_BOLD_ADVANCES,
    };
    let advance = |character: char| match u32::from(character).checked_sub(32) {
        Some(index) if (index as usize) < advances.len() => u32::from(advances[index as usize]),
        _ => match character {
            '·' => 290,
            '–' => 500,
            '…' => 821,
            // The mean of capital letters: not too small for any other sign in use.
            _ => 680,
        },
    };
    f64::from(text.chars().map(advance).sum::<u32>()) * size / 1_000.0
}

/// `text`, cut with an ellipsis if it is wider than `width`.
#[must_use]
pub fn fitted(text: &str, width: f64, size: f64, weight: Weight) -> String {
    if text_width(text, size, weight) <= width {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.trim_end());
        if text_width(&cut, size, weight) <= width {
            return cut;
        }
    }
    String::new()
}

/// `text` in one line, or broken between words into two where it is wider than `width`; what is too long for two is cut.
#[must_use]
pub fn two_lines(text: &str, width: f64, size: f64, weight: Weight) -> Vec<String> {
    lines(text, 2, width, size, weight)
}

/// `text` broken between words into `most` lines at the most; what is too long for these is cut.
#[must_use]
pub fn lines(text: &str, most: usize, width: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() + 1 < most && text_width(rest, size, weight) > width {
        let spaces = rest.match_indices(' ').map(|(at, _)| at);
        let fits = |end: &usize| text_width(&rest[..*end], size, weight) <= width;
        let Some(end) = spaces.take_while(fits).last() else {
            break;
        };
        lines.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    let last = fitted(rest, width, size, weight);
    if !last.is_empty() {
        lines.push(last);
    }
    lines
}

/// Widths of the signs from space to tilde in thousandths of the size, as in the font's `hmtx` table.
#[rustfmt::skip]
const REGULAR_ADVANCES: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357,
    648, 648, 648, 648, 648, 648, 648, 648, 648, 648, 276, 280, 659, 659, 659, 507,
    936, 676, 651, 727, 719, 598, 587, 743, 740, 264, 543, 652, 562, 889, 753, 761,
    635, 761, 639, 638, 642, 741, 676, 949, 642, 665, 625, 362, 357, 362, 469, 452,
    497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544, 237, 869, 585, 597,
    609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];

/// The same for the heavier weight.
#[rustfmt::skip]
const SEMI_BOLD_ADVANCES: [u16; 95] = [
    248, 309, 396, 643, 649, 844, 663, 213, 393, 393, 543, 673, 295, 466, 290, 379,
    670, 670, 670, 670, 669, 670, 670, 670, 670, 670, 290, 295, 673, 673, 673, 544,
    999, 724, 657, 744, 724, 608, 586, 755, 744, 275, 561, 677, 566, 906, 741, 775,
    643, 776, 651, 649, 660, 734, 724, 1007, 690, 705, 653, 393, 379, 393, 481, 468,
    497, 575, 630, 577, 630, 593, 377, 625, 613, 261, 261, 569, 261, 898, 610, 608,
    625, 625, 397, 549, 380, 608, 576, 837, 562, 576, 562, 393, 358, 393, 673,
];

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg;

    #[test]
    fn the_table_of_widths_agrees_with_the_font() {
        for (weight, number) in [(Weight::Regular, 400), (Weight::SemiBold, 600)] {
            let text = "Hamburgefonstiv 0123456789 (x) ms";
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='2000' height='100'>\
                 <text x='0' y='50' font-family='Inter' font-size='50' font-weight='{number}'>{text}</text></svg>"
            );
            let tree = usvg::Tree::from_str(&svg, &crate::export::png::options()).unwrap();
            let drawn = f64::from(tree.root().bounding_box().width());
            let ours = text_width(text, 50.0, weight);
            // Kerning and the bearings of the first and last letter.
            assert!(
                (drawn / ours - 1.0).abs() < 0.02,
                "{weight:?}: {drawn} drawn, {ours} by the table"
            );
        }
    }

    #[test]
    fn a_text_that_is_too_wide_is_cut_with_an_ellipsis() {
        assert_eq!(fitted("short", 100.0, 10.0, Weight::Regular), "short");
        let cut = fitted("a rather long line of text", 60.0, 10.0, Weight::Regular);
        assert!(
            cut.ends_with('…') && text_width(&cut, 10.0, Weight::Regular) <= 60.0,
            "{cut}"
        );
        assert_eq!(fitted("any", 1.0, 10.0, Weight::Regular), "");
    }

    #[test]
    fn a_text_that_is_too_wide_for_a_line_is_broken_between_words_and_cut_after_the_second() {
        let lines = |text| two_lines(text, 60.0, 10.0, Weight::Regular);
        assert_eq!(lines("short"), ["short"]);
        assert_eq!(lines("a rather long line"), ["a rather long", "line"]);
        let cut = lines("a rather long line of text that goes on");
        assert_eq!((cut.len(), cut[0].as_str()), (2, "a rather long"));
        assert!(cut[1].ends_with('…'), "{cut:?}");
        assert_eq!(lines("unbreakableunbreakable").len(), 1);
        let all = super::lines(
            "a rather long line of text that goes on",
            9,
            60.0,
            10.0,
            Weight::Regular,
        );
        assert_eq!(all, ["a rather long", "line of text", "that goes on"]);
    }
}
