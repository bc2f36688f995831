//! Limits of figures: up to where they are good, and up to where fair.

use crate::analysis::checkup::{Judgement, Line, Section, Unit};

/// Two limits of a figure, of which the first is the stricter one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// Less is better: good up to the first, fair up to the second.
    AtMost(f64, f64),
    /// More is better: good from the first, fair from the second.
    AtLeast(f64, f64),
}

impl Limit {
    fn judge(self, value: f64) -> Judgement {
        let (good, fair) = match self {
            Self::AtMost(good, fair) => (value <= good, value <= fair),
            Self::AtLeast(good, fair) => (value >= good, value >= fair),
        };
        match (good, fair) {
            (true, _) => Judgement::Good,
            (false, true) => Judgement::Fair,
            (false, false) => Judgement::Poor,
        }
    }

    /// The limit that decides on the judgement, in words.
    fn text(self, judgement: Judgement, unit: Unit) -> String {
        let (words, good, fair) = match self {
            Self::AtMost(good, fair) => ("at most", good, fair),
            Self::AtLeast(good, fair) => ("at least", good, fair),
        };
        match judgement {
            Judgement::Poor => format!("fair is {words} {}", unit.text(fair)),
            _ => format!("good is {words} {}", unit.text(good)),
        }
    }
}

/// A figure held to its limit; not judged if it is not known.
pub(super) fn held(
    section: Section,
    what: &str,
    value: Option<f64>,
    unit: Unit,
    limit: Limit,
    advice: &str,
) -> Line {
    let line = Line::figure(section, what, value, unit);
    let Some(value) = value else {
        return line;
    };
    let judgement = limit.judge(value);
    line.judged(judgement, &limit.text(judgement, unit), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_good_up_to_the_first_limit_and_fair_up_to_the_second() {
        let line = |value, limit| held(Section::Timers, "it", value, Unit::Nanos, limit, "mend it");
        let less = Limit::AtMost(100.0, 1_000.0);
        assert_eq!(line(Some(100.0), less).judgement, Judgement::Good);
        assert_eq!(line(Some(101.0), less).judgement, Judgement::Fair);
        let poor = line(Some(1_001.0), less);
        assert_eq!(poor.judgement, Judgement::Poor);
        assert_eq!(poor.limit, "fair is at most 1.00 µs");
        assert_eq!(poor.advice.as_deref(), Some("mend it"));
        let more = Limit::AtLeast(10.0, 5.0);
        assert_eq!(line(Some(10.0), more).judgement, Judgement::Good);
        assert_eq!(line(Some(5.0), more).judgement, Judgement::Fair);
        assert_eq!(line(Some(4.0), more).judgement, Judgement::Poor);
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let line = held(
            Section::Timers,
            "it",
            None,
            Unit::Nanos,
            Limit::AtMost(1.0, 2.0),
            "",
        );
        assert_eq!(
            (line.judgement, line.found.as_str()),
            (Judgement::Stated, "–")
        );
    }
}
