//! A writer of SVG: shapes and texts, as far as our pictures need them.
//!
//! Coordinates are in pixels of the picture at 1x, from the upper left corner.

use std::fmt::Write as _;

use crate::chart::palette::{SPLIT_PARTS, needs_shape};
use crate::chart::{Shape, Stroke, StrokePattern};
use crate::export::font::{FAMILY, Weight};
use crate::export::ink::hex;
pub(super) use crate::export::ink::{Colours, Ink};
use crate::export::{Look, Theme};

/// How much thicker lines are on paper.
const PRINTED: f64 = 1.25;

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
    /// Whether lines bear the shapes of their candidates.
    line_marks: bool,
    /// Parts of a task's time whose lines are defined.
    hatched: Vec<usize>,
}

impl Canvas {
    /// An empty picture. `name` goes into the ids, which must differ where pictures share a page.
    pub(super) fn new<'a>(
        name: impl Into<String>,
        width: f64,
        height: f64,
        title: &str,
        look: impl Into<Look<'a>>,
    ) -> Self {
        let Look {
            theme, line_marks, ..
        } = look.into();
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
            line_marks: line_marks || theme == Theme::Print,
            hatched: Vec::new(),
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

    /// The attributes that give the inside and the edge their colours: an element has one class attribute only.
    fn paint_both(&self, fill: Ink, stroke: Ink) -> String {
        let parts = [self.paint("fill", fill), self.paint("stroke", stroke)];
        let named = parts.each_ref().map(|part| part.split_once(" class="));
        if let [Some((fill, inside)), Some((stroke, edge))] = named {
            let (inside, edge) = (inside.trim_matches('"'), edge.trim_matches('"'));
            return format!("{fill} {stroke} class=\"{inside} {edge}\"");
        }
        parts.join(" ")
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
        /// As long as the dots of a dotted line are.
        const DOT: f32 = 1.5;
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
        let width = width * f64::from(stroke.width_ratio());
        let dashes = match stroke.pattern() {
            StrokePattern::Full => String::new(),
            StrokePattern::Dashes(on, off) => format!(" stroke-dasharray=\"{on} {off}\""),
            StrokePattern::Dots(apart) => {
                format!(" stroke-dasharray=\"{DOT} {}\"", apart - DOT)
            }
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

    /// Whether the line of that candidate bears its shape.
    pub(super) const fn bears_mark(&self, candidate: usize) -> bool {
        self.line_marks || needs_shape(candidate)
    }

    /// The shape of a candidate around `at`, from which it reaches `radius`. It has an edge in the colour of the ground,
    /// so that it can be told from lines below it.
    pub(super) fn shape(&mut self, at: [f64; 2], radius: f64, candidate: usize) {
        let (shape, ink) = (Shape::of(candidate), Ink::of_candidate(candidate));
        for stroke in shape.strokes() {
            let place = |[x, y]: [f64; 2]| [at[0] + x * radius, at[1] + y * radius];
            let points: Vec<[f64; 2]> = stroke.into_iter().map(place).collect();
            if shape.is_filled() {
                let paint = self.paint_both(ink, Colours::ALL.background);
                let points = outline(&points);
                self.push(format_args!(
                    "<polygon points=\"{points}\" {paint} stroke-width=\"1\"/>"
                ));
            } else {
                self.polyline(&points, ink, Stroke::Solid, 1.8);
            }
        }
    }

    /// A stretch of a part of a task's time, with lines of its own on paper.
    pub(super) fn part_rect(&mut self, frame: &Frame, part: usize) {
        let Frame {
            x,
            y,
            width,
            height,
        } = *frame;
        let (right, bottom) = (x + width, y + height);
        self.rect(frame, Ink::of_part(part));
        self.hatch(&[[x, y], [right, y], [right, bottom], [x, bottom]], part);
    }

    /// The same within an outline.
    pub(super) fn part_area(&mut self, outline: &[[f64; 2]], part: usize) {
        self.polygon(outline, Ink::of_part(part));
        self.hatch(outline, part);
    }

    /// Lines across an outline, which tell parts apart without colours; none where lines bear no shapes either.
    fn hatch(&mut self, outline: &[[f64; 2]], part: usize) {
        /// Turned by so many degrees, with so much between the lines; the first part is plain.
        const HATCHES: [Option<(i32, f64)>; SPLIT_PARTS] = [
            None,
            Some((45, 5.0)),
            Some((-45, 5.0)),
            Some((0, 4.0)),
            Some((90, 5.0)),
            None,
            Some((45, 9.0)),
            Some((90, 9.0)),
            Some((0, 8.0)),
        ];
        let Some((angle, apart)) = HATCHES[part % SPLIT_PARTS].filter(|_| self.line_marks) else {
            return;
        };
        let id = format!("{}-hatch-{part}", self.name);
        if !self.hatched.contains(&part) {
            self.hatched.push(part);
            let line = self.paint("stroke", Ink::of_part(part).letters());
            self.push(format_args!(
                "<pattern id=\"{id}\" width=\"{apart}\" height=\"{apart}\" patternUnits=\"userSpaceOnUse\" \
                 patternTransform=\"rotate({angle})\"><path d=\"M0 0H{apart}\" {line} stroke-width=\"1.4\" \
                 stroke-opacity=\"0.55\"/></pattern>"
            ));
        }
        let points = self::outline(outline);
        self.push(format_args!(
            "<polygon points=\"{points}\" fill=\"url(#{id})\"/>"
        ));
    }

    /// The inside of an outline, through which what lies below is seen.
    pub(super) fn veil(&mut self, outline: &[[f64; 2]], fill: impl Into<Ink>) {
        let fill = self.paint("fill", fill.into());
        let points = self::outline(outline);
        self.push(format_args!(
            "<polygon points=\"{points}\" {fill} fill-opacity=\"0.16\"/>"
        ));
    }

    /// The inside of an outline.
    pub(super) fn polygon(&mut self, outline: &[[f64; 2]], fill: impl Into<Ink>) {
        let fill = self.paint("fill", fill.into());
        let points = self::outline(outline);
        self.push(format_args!("<polygon points=\"{points}\" {fill}/>"));
    }

    pub(super) fn text(&mut self, at: [f64; 2], anchor: Anchor, look: Type, text: &str) {
        self.text_with(at, anchor, look, text, None);
    }

    /// Text that may stand on lines: with a seam in the colour of the ground, so that it can be read.
    pub(super) fn text_over(&mut self, at: [f64; 2], anchor: Anchor, look: Type, text: &str) {
        self.text_with(at, anchor, look, text, Some(Colours::ALL.background));
    }

    /// Text in the middle of a part, with a seam in the part's colour where it has lines.
    pub(super) fn text_on_part(&mut self, at: [f64; 2], look: Type, text: &str, part: usize) {
        let seam = self.line_marks.then(|| Ink::of_part(part));
        self.text_with(at, Anchor::Middle, look, text, seam);
    }

    fn text_with(
        &mut self,
        at: [f64; 2],
        anchor: Anchor,
        look: Type,
        text: &str,
        seam: Option<Ink>,
    ) {
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
        let fill = seam.map_or_else(
            || self.paint("fill", look.colour),
            |seam| {
                let both = self.paint_both(look.colour, seam);
                format!(
                    "{both} stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\""
                )
            },
        );
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

/// Points as a polygon has them.
fn outline(points: &[[f64; 2]]) -> String {
    let points = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}"));
    points.collect::<Vec<_>>().join(" ")
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
