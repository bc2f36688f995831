//! A writer of SVG: shapes and texts, as far as our pictures need them.
//!
//! Coordinates are in pixels of the picture at 1x, from the upper left corner.

use std::fmt::Write as _;

use crate::chart::Stroke;
use crate::chart::palette::background_rgb;
use crate::export::font::{FAMILY, Weight};

/// Light for paper and slides, dark for dark slides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// On white.
    #[default]
    Light,
    /// On dark grey.
    Dark,
}

/// The colours of a picture beside those of the candidates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours {
    pub(super) background: [u8; 3],
    pub(super) unmeasured: [u8; 3],
    /// Where a fault lasts.
    pub(super) fault: [u8; 3],
    /// What names the fault, and the edges of its band.
    pub(super) fault_text: [u8; 3],
    pub(super) grid: [u8; 3],
    pub(super) axis: [u8; 3],
    pub(super) text: [u8; 3],
    pub(super) muted: [u8; 3],
    pub(super) warning: [u8; 3],
}

impl Theme {
    /// Whether the background is dark.
    #[must_use]
    pub const fn is_dark(self) -> bool {
        matches!(self, Self::Dark)
    }

    pub(super) const fn colours(self) -> Colours {
        let background = background_rgb(self.is_dark());
        match self {
            Self::Light => Colours {
                background,
                unmeasured: [238, 241, 245],
                fault: [255, 240, 217],
                fault_text: [138, 74, 0],
                grid: [224, 228, 233],
                axis: [150, 157, 167],
                text: [28, 32, 38],
                muted: [92, 99, 110],
                warning: [176, 58, 16],
            },
            Self::Dark => Colours {
                background,
                unmeasured: [36, 40, 48],
                fault: [58, 44, 24],
                fault_text: [240, 184, 96],
                grid: [52, 57, 66],
                axis: [112, 119, 131],
                text: [233, 236, 240],
                muted: [166, 173, 184],
                warning: [255, 150, 106],
            },
        }
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
    pub(super) colour: [u8; 3],
}

/// A picture that is being written.
#[derive(Debug)]
pub(super) struct Canvas {
    svg: String,
    clips: usize,
    name: &'static str,
}

impl Canvas {
    /// An empty picture. `name` goes into the ids, which must differ where pictures share a page.
    pub(super) fn new(
        name: &'static str,
        width: f64,
        height: f64,
        title: &str,
        background: [u8; 3],
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
            name,
        };
        canvas.rect(
            &Frame {
                x: 0.0,
                y: 0.0,
                width,
                height,
            },
            background,
        );
        canvas
    }

    pub(super) fn rect(&mut self, frame: &Frame, fill: [u8; 3]) {
        let Frame {
            x,
            y,
            width,
            height,
        } = frame;
        self.push(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{}\"/>",
            hex(fill)
        ));
    }

    pub(super) fn line(&mut self, from: [f64; 2], to: [f64; 2], colour: [u8; 3]) {
        let ([x1, y1], [x2, y2]) = (from, to);
        self.push(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{}\"/>",
            hex(colour)
        ));
    }

    /// A line through `points`; of a single point a dot.
    pub(super) fn polyline(
        &mut self,
        points: &[[f64; 2]],
        colour: [u8; 3],
        stroke: Stroke,
        width: f64,
    ) {
        let colour = hex(colour);
        if let [[x, y]] = points {
            self.push(format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{width:.1}\" fill=\"{colour}\"/>"
            ));
            return;
        }
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
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" \
             stroke-linejoin=\"round\"{dashes}/>"
        ));
    }

    /// The inside of an outline.
    pub(super) fn polygon(&mut self, outline: &[[f64; 2]], fill: [u8; 3]) {
        let mut points = String::new();
        for [x, y] in outline {
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        self.push(format_args!(
            "<polygon points=\"{}\" fill=\"{}\"/>",
            points.trim_end(),
            hex(fill)
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
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{}\"{weight}{anchor} fill=\"{}\">{}</text>",
            look.size,
            hex(look.colour),
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
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
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
