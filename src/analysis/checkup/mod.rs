//! The report of `poolscope doctor`: what was found of machine and program, line by line, each held to a limit.
//!
//! A limit says what its line is good for: where a figure is poor, results are shakier or cost more than they need,
//! and the line says what to do. Only a self-test can fail; poor lines describe a machine and are no fault.

mod instrument;
mod interpreters;
mod limits;
mod lines;
mod tests_of_self;

use crate::units::text;

pub use interpreters::interpreter_lines;
pub use lines::lines;
pub use tests_of_self::{aa_line, freeze_lines};

/// How good a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// A fact that is neither good nor bad, or a figure that is not known.
    Stated,
    /// Nothing to do.
    Good,
    /// Results are usable; small differences are not.
    Fair,
    /// It shows in results; the line says what to do.
    Poor,
    /// A self-test that did not come out: figures of this machine cannot be trusted.
    Failed,
}

impl Judgement {
    /// The word for it; none for a fact.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Stated => None,
            Self::Good => Some("good"),
            Self::Fair => Some("fair"),
            Self::Poor => Some("poor"),
            Self::Failed => Some("FAILED"),
        }
    }
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Nanos,
    /// Bytes.
    Bytes,
    /// A share: 0.1 is ten per cent.
    Ratio,
    /// Processor cores.
    Cores,
    /// Things.
    Count,
    /// Hertz.
    Hertz,
}

impl Unit {
    /// As it ends the names of fields.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nanos => "nanos",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
            Self::Cores => "cores",
            Self::Count => "count",
            Self::Hertz => "hertz",
        }
    }

    /// How `value` reads.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Nanos => text::nanos(value),
            Self::Bytes => text::bytes(value),
            Self::Ratio => text::percent(value),
            Self::Cores => text::cores(value),
            Self::Count => text::given(value),
            Self::Hertz => format!("{} GHz", text::number(value / 1e9)),
        }
    }
}

/// The parts of the report, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What the machine is.
    Machine,
    /// What it was doing.
    Quiet,
    /// Clocks and waits.
    Timers,
    /// The scratch folder.
    Files,
    /// What the system allows.
    Limits,
    /// The interpreters of CPython that candidates can use.
    Interpreters,
    /// What poolscope itself costs.
    Cost,
    /// Whether poolscope measures what it should.
    SelfTests,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Machine,
        Self::Quiet,
        Self::Timers,
        Self::Files,
        Self::Limits,
        Self::Interpreters,
        Self::Cost,
        Self::SelfTests,
    ];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Machine => "Machine",
            Self::Quiet => "How quiet it is",
            Self::Timers => "Clocks and waits",
            Self::Files => "Files",
            Self::Limits => "Limits",
            Self::Interpreters => "Interpreters",
            Self::Cost => "What poolscope itself costs",
            Self::SelfTests => "Self-tests",
        }
    }

    /// Its name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Quiet => "quiet",
            Self::Timers => "timers",
            Self::Files => "files",
            Self::Limits => "limits",
            Self::Interpreters => "interpreters",
            Self::Cost => "cost",
            Self::SelfTests => "self_tests",
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it stands.
    pub section: Section,
    /// What it is about.
    pub what: String,
    /// What was found, for people; [`text::MISSING`] if it is not known.
    pub found: String,
    /// The same as a number with its unit; none for words, and where it is not known.
    pub value: Option<(f64, Unit)>,
    /// How good that is.
    pub judgement: Judgement,
    /// The limit that it was held to; empty for a fact.
    pub limit: String,
    /// What to do about it; none if nothing.
    pub advice: Option<String>,
}

impl Line {
    /// A fact in words.
    #[must_use]
    pub fn fact(section: Section, what: &str, found: impl Into<String>) -> Self {
        Self {
            section,
            what: what.to_owned(),
            found: found.into(),
            value: None,
            judgement: Judgement::Stated,
            limit: String::new(),
            advice: None,
        }
    }

    /// A figure that is not judged.
    #[must_use]
    pub fn figure(section: Section, what: &str, value: Option<f64>, unit: Unit) -> Self {
        Self {
            value: value.map(|value| (value, unit)),
            ..Self::fact(
                section,
                what,
                text::or_missing(value, |value| unit.text(value)),
            )
        }
    }

    /// The same, judged in words.
    #[must_use]
    pub fn judged(self, judgement: Judgement, limit: &str, advice: &str) -> Self {
        let advised = matches!(judgement, Judgement::Poor | Judgement::Failed);
        Self {
            judgement,
            limit: limit.to_owned(),
            advice: (advised && !advice.is_empty()).then(|| advice.to_owned()),
            ..self
        }
    }
}

/// Whether every self-test came out.
#[must_use]
pub fn self_tests_hold(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.judgement != Judgement::Failed)
}
