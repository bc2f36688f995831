//! The report of `doctor` as text that can be pasted, and as a document.

use std::fmt::Write as _;

use serde::Serialize;

use crate::analysis::checkup::{Line, Section, self_tests_hold};
use crate::units::text::date_time;

/// A longer description pushes only its own line.
const WHAT_COLUMNS_MAX: usize = 64;
/// A longer finding pushes only its own line.
const FOUND_COLUMNS_MAX: usize = 24;
/// Words of judgement have up to that many letters.
const WORD_COLUMNS: usize = 6;

/// What is said of a quick examination.
const QUICK: &str = "Left out by --quick: the freeze test and the A/A test.";

/// Aligned text, section by section.
pub(super) fn text(lines: &[Line], quick: bool, unix_secs: u64) -> String {
    let mut text = format!(
        "poolscope {}, doctor's report of {}\n",
        env!("CARGO_PKG_VERSION"),
        date_time(unix_secs)
    );
    for section in Section::ALL {
        let of_section: Vec<&Line> = lines
            .iter()
            .filter(|line| line.section == section)
            .collect();
        if of_section.is_empty() {
            continue;
        }
        // Writing into a String cannot fail.
        let _ = write!(text, "\n{}\n", section.title());
        let columns = |column: fn(&Line) -> &str, max: usize| {
            let widths = of_section.iter().map(|line| column(line).chars().count());
            widths.filter(|width| *width <= max).max().unwrap_or(0)
        };
        let what = columns(|line| &line.what, WHAT_COLUMNS_MAX);
        let found = columns(|line| &line.found, FOUND_COLUMNS_MAX);
        for line in of_section {
            let word = line.judgement.word().unwrap_or_default();
            let row = format!(
                "  {:what$}  {:found$}  {word:WORD_COLUMNS$}  {}",
                line.what, line.found, line.limit
            );
            let _ = writeln!(text, "{}", row.trim_end());
            if let Some(advice) = &line.advice {
                let _ = writeln!(text, "      {advice}");
            }
        }
    }
    let conclusion = match (self_tests_hold(lines), quick) {
        (false, _) => "A self-test failed: figures of this machine cannot be trusted.",
        (true, true) => QUICK,
        (true, false) => "All self-tests came out as they should.",
    };
    let _ = writeln!(text, "\n{conclusion}");
    text
}

/// The document. Null is what is not known.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    /// When the examination ended, in seconds since 1970 (UTC).
    ended_unix_secs: u64,
    /// Whether freeze test and A/A test were left out.
    quick: bool,
    /// Whether every self-test that was carried out came out.
    self_tests_hold: bool,
    lines: Vec<DocumentLine<'a>>,
}

#[derive(Serialize)]
struct DocumentLine<'a> {
    section: &'static str,
    what: &'a str,
    found: &'a str,
    /// The same as a number, unrounded; null for words and for what is not known.
    value: Option<f64>,
    unit: Option<&'static str>,
    /// `good`, `fair`, `poor`, `failed`; null for a fact.
    judgement: Option<String>,
    limit: Option<&'a str>,
    advice: Option<&'a str>,
}

/// One JSON document.
///
/// # Errors
/// Never for the figures that there are: all are finite or null.
pub(super) fn json(lines: &[Line], quick: bool, unix_secs: u64) -> serde_json::Result<String> {
    let document = Document {
        schema: "poolscope.doctor/1",
        version: env!("CARGO_PKG_VERSION"),
        ended_unix_secs: unix_secs,
        quick,
        self_tests_hold: self_tests_hold(lines),
        lines: lines
            .iter()
            .map(|line| DocumentLine {
                section: line.section.name(),
                what: &line.what,
                found: &line.found,
                value: line.value.map(|(value, _)| value),
                unit: line.value.map(|(_, unit)| unit.name()),
                judgement: line.judgement.word().map(str::to_lowercase),
                limit: Some(line.limit.as_str()).filter(|limit| !limit.is_empty()),
                advice: line.advice.as_deref(),
            })
            .collect(),
    };
    serde_json::to_string_pretty(&document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::checkup::{Judgement, Unit};

    fn lines() -> Vec<Line> {
        vec![
            Line::fact(Section::Machine, "system", "Example OS 1"),
            Line::figure(
                Section::Timers,
                "reading the clock",
                Some(25.0),
                Unit::Nanos,
            )
            .judged(Judgement::Good, "good is at most 100 ns", "unseen"),
            Line::figure(Section::Timers, "timer slack", Some(5e4), Unit::Nanos).judged(
                Judgement::Poor,
                "fair is at most 1.00 µs",
                "Ask for less.",
            ),
        ]
    }

    #[test]
    fn the_text_is_aligned_and_says_what_to_do() {
        let expected = [
            "",
            "Machine",
            "  system  Example OS 1",
            "",
            "Clocks and waits",
            "  reading the clock  25.0 ns  good    good is at most 100 ns",
            "  timer slack        50.0 µs  poor    fair is at most 1.00 µs",
            "      Ask for less.",
            "",
            "Left out by --quick: the freeze test and the A/A test.",
            "",
        ];
        let text = text(&lines(), true, 0);
        let (title, body) = text.split_once('\n').unwrap();
        assert!(
            title.starts_with("poolscope ") && title.ends_with("1970-01-01 00:00 UTC"),
            "{title}"
        );
        assert_eq!(body, expected.join("\n"));
    }

    #[test]
    fn the_document_has_the_unrounded_figures_and_null_for_a_fact() {
        let text = json(&lines(), false, 0).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["schema"], "poolscope.doctor/1");
        assert_eq!(document["self_tests_hold"], true);
        let [fact, good, poor] = [0, 1, 2].map(|index| &document["lines"][index]);
        assert!(fact["value"].is_null() && fact["judgement"].is_null());
        assert_eq!(
            (&good["value"], &good["unit"]),
            (&25.0.into(), &"nanos".into())
        );
        assert!(good["advice"].is_null());
        assert_eq!(
            (&poor["judgement"], &poor["advice"]),
            (&"poor".into(), &"Ask for less.".into())
        );
    }

    #[test]
    fn a_failed_self_test_is_the_last_word() {
        let failed = Line::fact(Section::SelfTests, "freeze test", "no figures").judged(
            Judgement::Failed,
            "",
            "It was killed.",
        );
        let text = text(&[failed], false, 0);
        assert!(
            text.contains("FAILED") && text.contains("      It was killed.\n"),
            "{text}"
        );
        assert!(text.ends_with("cannot be trusted.\n"), "{text}");
    }
}
