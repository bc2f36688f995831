//! A writer of SVG: shapes and texts, as far as our pictures need them.
//!
//! Coordinates are in pixels of the picture at 1x, from the upper left corner.

use std::fmt::Write as _;

use crate::chart::Stroke;
use crate::chart::palette::{COLOURS, SPLIT_PARTS, background_rgb, ink_rgb, series_rgb, split_rgb};
use crate::export::font::{FAMILY, Weight};

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

/// How much thicker lines are on paper.
const PRINTED: f64 = 1.25;

/// How a picture of a run looks, and by what the run is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look<'a> {
    /// Light, dark, or for paper.
    pub theme: Theme,
    /// What the run is called in the library; none if it is not kept.
    pub id: Option<&'a str>,
}

impl From<Theme> for Look<'_> {
    fn from(theme: Theme) -> Self {
        Self { theme, id: None }
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
    const fn printed(self) -> [u8; 3] {
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
    fn name(self) -> String {
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

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// Which end of a text is at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) colour: Ink,
}

/// A picture that is being written.
#[derive(Debug)]
pub(super) struct Canvas {
    svg: String,
    clips: usize,
    name: String,
    theme: Theme,
}

impl Canvas {
    /// An empty picture. `name` goes into the ids, which must differ where pictures share a page.
    pub(super) fn new(
        name: impl Into<String>,
        width: f64,
        height: f64,
        title: &str,
        theme: Theme,
    ) -> Self {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" \
             font-family=\"{FAMILY}, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\">\n<title>{}</title>\n",
            escaped(title)
        );
        let mut canvas = Self {
            svg,
            clips: 0,
            name: name.into(),
            theme,
        };
        canvas.rect(
            &Frame {
                x: 0.0,
                y: 0.0,
                width,
                height,
            },
            Colours::ALL.background,
        );
        canvas
    }

    /// What the picture shows, in words, for those who cannot see it. Comes first.
    pub(super) fn describe(&mut self, words: &str) {
        let words = escaped(words);
        self.push(format_args!("<desc>{words}</desc>"));
    }

    /// The attributes that give `part`, "fill" or "stroke", its colour.
    fn paint(&self, part: &str, ink: Ink) -> String {
        let rgb = match self.theme {
            Theme::Dark => ink.dark,
            Theme::Print => ink.printed(),
            Theme::Light | Theme::Page => ink.light,
        };
        let mut attributes = format!("{part}=\"{}\"", hex(rgb));
        if self.theme == Theme::Page && ink.light != ink.dark {
            // Writing to a string cannot fail.
            let _ = write!(attributes, " class=\"{}{}\"", &part[..1], ink.name());
        }
        attributes
    }

    pub(super) fn rect(&mut self, frame: &Frame, fill: impl Into<Ink>) {
        let fill = self.paint("fill", fill.into());
        let Frame {
            x,
            y,
            width,
            height,
        } = frame;
        self.push(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {fill}/>"
        ));
    }

    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], colour: impl Into<Ink>) {
        let stroke = self.paint("stroke", colour.into());
        let ([x1, y1], [x2, y2]) = (from, to);
        self.push(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {stroke}/>"
        ));
    }

    /// A line through `points`; of a single point a dot.
    pub(super) fn polyline(
        &mut self,
        points: &[[f64; 2]],
        colour: impl Into<Ink>,
        stroke: Stroke,
        width: f64,
    ) {
        let colour = colour.into();
        let width = if self.theme == Theme::Print {
            width * PRINTED
        } else {
            width
        };
        if let [[x, y]] = points {
            let fill = self.paint("fill", colour);
            self.push(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{width:.1}\" {fill}/>"
            ));
            return;
        }
        let colour = self.paint("stroke", colour);
        let dashes = match stroke {
            Stroke::Solid => "",
            Stroke::Dashed => " stroke-dasharray=\"7 4\"",
            Stroke::Dotted => " stroke-dasharray=\"1.5 3.5\"",
        };
        let mut path = String::new();
        for (number, [x, y]) in points.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if number == 0 { "M" } else { "L" });
        }
        self.push(format_args!(
            "<path d=\"{path}\" fill=\"none\" {colour} stroke-width=\"{width}\" \
             stroke-linejoin=\"round\"{dashes}/>"
        ));
    }

    /// The inside of an outline, through which what lies below is seen.
    pub(super) fn veil(&mut self, outline: &[[f64; 2]], fill: impl Into<Ink>) {
        let fill = self.paint("fill", fill.into());
        let mut points = String::new();
        for [x, y] in outline {
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        self.push(format_args!(
            "<polygon points=\"{}\" {fill} fill-opacity=\"0.16\"/>",
            points.trim_end(),
        ));
    }

    /// The inside of an outline.
    pub(super) fn polygon(&mut self, outline: &[[f64; 2]], fill: impl Into<Ink>) {
        let fill = self.paint("fill", fill.into());
        let mut points = String::new();
        for [x, y] in outline {
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        self.push(format_args!(
            "<polygon points=\"{}\" {fill}/>",
            points.trim_end(),
        ));
    }

    pub(super) fn text(&mut self, at: [f64; 2], anchor: Anchor, look: Type, text: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = match look.weight {
            Weight::Regular => "",
            Weight::SemiBold => " font-weight=\"600\"",
        };
        let [x, y] = at;
        let fill = self.paint("fill", look.colour);
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{}\"{weight}{anchor} {fill}>{}</text>",
            look.size,
            escaped(text)
        ));
    }

    /// What `draw` draws is cut at `frame`.
    pub(super) fn clipped(&mut self, frame: &Frame, draw: impl FnOnce(&mut Self)) {
        self.clips += 1;
        let id = format!("{}-{}", self.name, self.clips);
        let Frame {
            x,
            y,
            width,
            height,
        } = frame;
        self.push(format_args!(
            "<clipPath id=\"{id}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/></clipPath>"
        ));
        self.push(format_args!("<g clip-path=\"url(#{id})\">"));
        draw(self);
        self.push(format_args!("</g>"));
    }

    /// The whole document.
    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.svg.write_fmt(element);
        self.svg.push('\n');
    }
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Text as it may stand in an element; signs that XML does not know are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_special_signs_stay_text() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{0}d"),
            "a&lt;b&gt; &amp; &quot;c&quot; d"
        );
    }
}
