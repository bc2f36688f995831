//! The colours of pictures, on a light and on a dark ground and on paper.

use crate::chart::palette::{COLOURS, SPLIT_PARTS, background_rgb, ink_rgb, series_rgb, split_rgb};

/// Light for paper and slides, dark for dark slides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// On white.
    #[default]
    Light,
    /// On dark grey.
    Dark,
    /// On white, with black letters and darker, thicker lines, for paper.
    Print,
    /// As the page around the picture is: light, and dark where the reader wants it so. For pictures that are part of
    /// a page.
    Page,
}

/// How a picture of a run looks, and by what the run is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look<'a> {
    /// Light, dark, or for paper.
    pub theme: Theme,
    /// What the run is called in the library; none if it is not kept.
    pub id: Option<&'a str>,
    /// Whether lines bear the shapes of their candidates; on paper they always do, as printers may know no colours.
    pub line_marks: bool,
}

impl From<Theme> for Look<'_> {
    fn from(theme: Theme) -> Self {
        Self {
            theme,
            ..Self::default()
        }
    }
}

/// One colour, as it is on a light and on a dark ground. A plain colour is the same on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) light: [u8; 3],
    pub(super) dark: [u8; 3],
}

impl From<[u8; 3]> for Ink {
    fn from(rgb: [u8; 3]) -> Self {
        Self {
            light: rgb,
            dark: rgb,
        }
    }
}

impl Ink {
    pub(super) const fn new(light: [u8; 3], dark: [u8; 3]) -> Self {
        Self { light, dark }
    }

    /// The colour of a candidate.
    pub(super) const fn of_candidate(candidate: usize) -> Self {
        Self::new(series_rgb(candidate, false), series_rgb(candidate, true))
    }

    /// The colour of a part of a task's time.
    pub(super) const fn of_part(part: usize) -> Self {
        Self::new(split_rgb(part, false), split_rgb(part, true))
    }

    /// As it is on paper: what is not coloured is darker, because printers and copiers lose what is faint.
    pub(super) const fn printed(self) -> [u8; 3] {
        let grey = Colours::ALL;
        let [r, g, b] = self.light;
        let [text, muted, axis, grid] = [grey.text, grey.muted, grey.axis, grey.grid];
        if self.is(text) || self.is(muted) {
            [0, 0, 0]
        } else if self.is(axis) {
            [70, 70, 70]
        } else if self.is(grid) {
            [200, 200, 200]
        } else {
            [r, g, b]
        }
    }

    const fn is(self, other: Self) -> bool {
        let [mine, theirs] = [self.light, other.light];
        mine[0] == theirs[0] && mine[1] == theirs[1] && mine[2] == theirs[2]
    }

    /// Letters that can be read on it.
    pub(super) fn letters(self) -> Self {
        Self::new(ink_rgb(self.light), ink_rgb(self.dark))
    }

    /// What a page's rules call it: made of both colours, so that equal names mean equal colours.
    pub(super) fn name(self) -> String {
        format!("{}-{}", &hex(self.light)[1..], &hex(self.dark)[1..])
    }
}

/// The colours of a picture beside those of the candidates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours {
    pub(super) background: Ink,
    pub(super) unmeasured: Ink,
    /// Where a fault lasts.
    pub(super) fault: Ink,
    /// What names the fault, and the edges of its band.
    pub(super) fault_text: Ink,
    pub(super) grid: Ink,
    pub(super) axis: Ink,
    pub(super) text: Ink,
    pub(super) muted: Ink,
    pub(super) warning: Ink,
}

impl Colours {
    pub(super) const ALL: Self = Self {
        background: Ink::new(background_rgb(false), background_rgb(true)),
        unmeasured: Ink::new([238, 241, 245], [36, 40, 48]),
        fault: Ink::new([255, 240, 217], [58, 44, 24]),
        fault_text: Ink::new([138, 74, 0], [240, 184, 96]),
        grid: Ink::new([224, 228, 233], [52, 57, 66]),
        axis: Ink::new([150, 157, 167], [112, 119, 131]),
        text: Ink::new([28, 32, 38], [233, 236, 240]),
        muted: Ink::new([92, 99, 110], [166, 173, 184]),
        warning: Ink::new([176, 58, 16], [255, 150, 106]),
    };

    const fn list(&self) -> [Ink; 9] {
        [
            self.background,
            self.unmeasured,
            self.fault,
            self.fault_text,
            self.grid,
            self.axis,
            self.text,
            self.muted,
            self.warning,
        ]
    }
}

impl Theme {
    /// Whether the background is dark.
    #[must_use]
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Dark)
    }

    /// The style rules that make pictures of [`Theme::Page`] dark; a page puts them where it is dark.
    pub(super) fn page_rules() -> String {
        let parts = (0..SPLIT_PARTS).map(Ink::of_part);
        let parts = parts.chain(crate::export::heat::inks());
        let letters = parts.clone().map(Ink::letters);
        let inks: std::collections::BTreeMap<String, Ink> = Colours::ALL
            .list()
            .into_iter()
            .chain((0..COLOURS).map(Ink::of_candidate))
            .chain(parts)
            .chain(letters)
            .map(|ink| (ink.name(), ink))
            .collect();
        let rule = |(name, ink): (&String, &Ink)| {
            let dark = hex(ink.dark);
            format!(".f{name}{{fill:{dark}}}.s{name}{{stroke:{dark}}}\n")
        };
        inks.iter().map(rule).collect()
    }
}

/// As pictures and pages write it.
pub(super) fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
