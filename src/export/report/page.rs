//! The page around the sections: style, fonts, title, contents, foot.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::chart::palette::COLOURS;
use crate::export::canvas::Ink;
use crate::export::report::html::Html;
use crate::export::report::story::Story;
use crate::export::{Theme, font};
use crate::scenario::Scenario;
use crate::units::text;

/// The style of a report.
const STYLE: &str = include_str!("../../../assets/report.css");

/// A part of the page that the contents name.
#[derive(Debug)]
pub(super) struct Section {
    /// Where a link leads.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) html: String,
}

impl Section {
    pub(super) fn new(
        id: &'static str,
        title: impl Into<String>,
        write: impl FnOnce(&mut Html),
    ) -> Self {
        let mut html = Html::default();
        write(&mut html);
        Self {
            id,
            title: title.into(),
            html: html.finish(),
        }
    }
}

/// What a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// All of a run.
    Report,
    /// A run beside its baseline, and nothing else.
    Comparison,
}

/// What stands above and below the sections.
#[derive(Debug)]
pub(super) struct Front<'a> {
    /// What the page is, above its title.
    pub(super) kicker: &'static str,
    /// Title and prose are its.
    pub(super) scenario: &'a Scenario,
    /// What somebody who was not there must know first.
    pub(super) facts: Vec<(String, String)>,
    /// Why nothing must be decided by the figures; none where they can be trusted.
    pub(super) stamp: Option<String>,
    /// Version of the program that measured.
    pub(super) version: &'a str,
}

impl<'a> Front<'a> {
    /// Of a run.
    pub(super) fn of(story: &Story<'a>, kind: Kind) -> Self {
        // Of two runs the outcome says it.
        let is_stamped = kind == Kind::Report && !story.trust.trustworthy;
        let reasons = story.trust.reasons.len() as u64;
        Self {
            kicker: match kind {
                Kind::Report => "poolscope report",
                Kind::Comparison => "poolscope: two runs compared",
            },
            scenario: &story.run().request.scenario,
            facts: story.circumstances(),
            stamp: is_stamped.then(|| {
                format!(
                    "{}, under Verdict and Trust",
                    text::counted(reasons, "reason", "reasons")
                )
            }),
            version: story.report.version,
        }
    }
}

/// The whole page.
pub(super) fn page(front: &Front<'_>, sections: &[Section]) -> String {
    let scenario = front.scenario;
    let mut html = Html::default();
    html.own("<!DOCTYPE html>\n");
    html.within("html", &[("lang", "en")], |html| {
        html.within("head", &[], |html| head(html, &scenario.title));
        html.within("body", &[], |html| {
            html.within("header", &[], |html| header(html, front));
            html.within("nav", &[("aria-label", "Contents")], |html| {
                html.within("ol", &[], |html| {
                    for section in sections {
                        let link = format!("#{}", section.id);
                        html.within("li", &[], |html| {
                            html.leaf("a", &[("href", &link)], &section.title);
                        });
                    }
                });
            });
            html.within("main", &[], |html| {
                for section in sections {
                    html.within("section", &[("id", section.id)], |html| {
                        html.leaf("h2", &[], &section.title);
                        html.own(&section.html);
                    });
                }
            });
            html.within("footer", &[], |html| {
                html.paragraph(&format!(
                    "Measured by poolscope {}; report by poolscope {}. This page loads nothing from anywhere: it can be \
                     sent, archived and printed as it is.",
                    front.version,
                    env!("CARGO_PKG_VERSION")
                ));
            });
        });
    });
    html.finish()
}

fn head(html: &mut Html, title: &str) {
    html.void("meta", &[("charset", "utf-8")]);
    let viewport = "width=device-width, initial-scale=1";
    html.void("meta", &[("name", "viewport"), ("content", viewport)]);
    html.void(
        "meta",
        &[("name", "color-scheme"), ("content", "light dark")],
    );
    html.void("meta", &[("name", "generator"), ("content", "poolscope")]);
    html.leaf("title", &[], &format!("{title} · poolscope report"));
    html.own(&format!(
        "<style>\n{}{STYLE}{}</style>\n",
        fonts(),
        colours()
    ));
}

/// The typeface of the pictures, so that they read the same on every machine.
fn fonts() -> String {
    let face = |weight: u32, file: &[u8]| {
        format!(
            "@font-face{{font-family:'{}';font-weight:{weight};src:url(data:font/otf;base64,{}) format('opentype')}}\n",
            font::FAMILY,
            STANDARD.encode(file)
        )
    };
    face(400, font::REGULAR) + &face(600, font::SEMI_BOLD)
}

/// The colours of the candidates, and those of the pictures where the page is dark.
fn colours() -> String {
    let inks = (0..COLOURS).map(|candidate| (candidate, Ink::of_candidate(candidate)));
    let rule = |(candidate, rgb): (usize, [u8; 3])| {
        let [r, g, b] = rgb;
        format!(".k{candidate}{{--k:#{r:02x}{g:02x}{b:02x}}}\n")
    };
    let light: String = inks
        .clone()
        .map(|(number, ink)| rule((number, ink.light)))
        .collect();
    let dark: String = inks.map(|(number, ink)| rule((number, ink.dark))).collect();
    let pictures = Theme::page_rules();
    format!("{light}@media screen and (prefers-color-scheme:dark){{\n{dark}{pictures}}}\n")
}

fn header(html: &mut Html, front: &Front<'_>) {
    let scenario = front.scenario;
    html.leaf("p", &[("class", "kicker")], front.kicker);
    html.leaf("h1", &[], &scenario.title);
    if !scenario.about.is_empty() {
        html.leaf("p", &[("class", "lead")], &scenario.about);
    }
    if !scenario.look_for.is_empty() {
        html.within("p", &[], |html| {
            html.leaf("strong", &[], "What to look for.");
            html.text(&format!(" {}", scenario.look_for));
        });
    }
    html.terms("facts", &front.facts);
    if let Some(stamp) = &front.stamp {
        html.within("div", &[("class", "stamp"), ("role", "note")], |html| {
            html.leaf("strong", &[], "Not trustworthy");
            html.text(&format!(": {stamp}. Do not decide by these figures."));
        });
    }
}
