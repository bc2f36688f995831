//! One line of the trust panel: what is looked at, what was found, and the limit.

use serde::{Deserialize, Serialize};

use crate::run::{Block, Run};
use crate::units::text;

/// What a number of the trust panel counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrustUnit {
    /// A share: 1 is all of it.
    Ratio,
    /// A time in nanoseconds.
    Nanos,
    /// Processor cores.
    Cores,
    /// A number of things.
    Count,
}

impl TrustUnit {
    /// A limit as people read it: as it was chosen, where it was.
    pub(super) fn limit_text(self, limit: f64) -> String {
        let percent = (limit * 1e4).round() / 1e2;
        if self == Self::Ratio && (percent / 100.0 - limit).abs() < 1e-12 {
            return format!("{} %", text::given(percent));
        }
        self.text(limit)
    }

    /// A value as people read it.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Ratio => text::percent(value),
            Self::Nanos => text::nanos(value),
            Self::Cores => text::cores(value),
            Self::Count => text::count(value as u64),
        }
    }
}

/// On which side of its limit a value is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// It must not be smaller.
    AtLeast,
    /// It must not be larger.
    AtMost,
}

/// One line of the trust panel: of all blocks the worst one.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustLine {
    /// Its name in documents: `achieved_over_offered`.
    pub name: &'static str,
    /// What is looked at, for people: "Load reached".
    pub what: &'static str,
    /// What was found, in the block that is farthest beyond or nearest to its limit; none if not known.
    pub value: Option<f64>,
    /// What the value is held against; none for what is only shown.
    pub limit: Option<f64>,
    /// On which side of the limit it is good.
    pub bound: Bound,
    /// What both count.
    pub unit: TrustUnit,
    /// Whether the value is within its limit; none if one of them is not known.
    pub passed: Option<bool>,
    /// The block that the value is from, as people name it; none if it is of the whole run.
    pub worst: Option<String>,
}

impl TrustLine {
    /// The value as people read it, or a dash.
    #[must_use]
    pub fn value_text(&self) -> String {
        text::or_missing(self.value, |value| self.unit.text(value))
    }

    /// The limit as people read it, or a dash: "at least 99 %".
    #[must_use]
    pub fn limit_text(&self) -> String {
        let side = match self.bound {
            Bound::AtLeast => "at least",
            Bound::AtMost => "at most",
        };
        text::or_missing(self.limit, |limit| {
            format!("{side} {}", self.unit.limit_text(limit))
        })
    }
}

/// What a line looks at, before anything was found.
#[derive(Clone, Copy)]
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) unit: TrustUnit,
    pub(super) bound: Bound,
}

/// What one block answers.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) value: f64,
    pub(super) limit: f64,
}

impl Question {
    /// The worst answer of all blocks as a line, and whose it is; blocks that know nothing are left out.
    pub(super) fn ask<'a>(
        self,
        run: &'a Run,
        answer: impl Fn(&'a Block) -> Option<Answer>,
    ) -> (TrustLine, Option<Failure>) {
        let answers: Vec<(&Block, Answer)> = run
            .blocks
            .iter()
            .filter_map(|block| Some((block, answer(block)?)))
            .collect();
        let by_badness = |a: &&(&Block, Answer), b: &&(&Block, Answer)| {
            self.badness(a.1).total_cmp(&self.badness(b.1))
        };
        let beyond = answers
            .iter()
            .filter(|(_, answer)| self.is_beyond(*answer))
            .count();
        let worst = answers.iter().max_by(by_badness);
        let name = worst.map(|(block, _)| super::name(run, block));
        let line = TrustLine {
            value: worst.map(|(_, answer)| answer.value),
            limit: worst.map(|(_, answer)| answer.limit),
            passed: worst.map(|_| beyond == 0),
            worst: name.clone(),
            ..self.unknown()
        };
        let failure = name.filter(|_| beyond > 0).map(|name| Failure {
            name,
            value: line.value_text(),
            limit: text::or_missing(line.limit, |limit| self.unit.limit_text(limit)),
            others: beyond - 1,
        });
        (line, failure)
    }

    /// A line of the whole run.
    pub(super) fn of_run(self, value: Option<f64>, limit: Option<f64>) -> TrustLine {
        let answer = value
            .zip(limit)
            .map(|(value, limit)| Answer { value, limit });
        TrustLine {
            value,
            limit,
            passed: answer.map(|answer| !self.is_beyond(answer)),
            ..self.unknown()
        }
    }

    fn unknown(self) -> TrustLine {
        TrustLine {
            name: self.name,
            what: self.what,
            value: None,
            limit: None,
            bound: self.bound,
            unit: self.unit,
            passed: None,
            worst: None,
        }
    }

    fn is_beyond(self, answer: Answer) -> bool {
        match self.bound {
            Bound::AtLeast => answer.value < answer.limit,
            Bound::AtMost => answer.value > answer.limit,
        }
    }

    /// The larger the worse, of the same question.
    fn badness(self, answer: Answer) -> f64 {
        match self.bound {
            Bound::AtLeast => answer.limit - answer.value,
            // Limits may differ from block to block, and may be zero.
            Bound::AtMost if answer.limit > 0.0 => answer.value / answer.limit,
            Bound::AtMost => answer.value,
        }
    }
}

/// The worst block beyond a limit, in the words of a reason.
pub(super) struct Failure {
    /// `'threads ×8' (repeat 2)`.
    pub(super) name: String,
    pub(super) value: String,
    pub(super) limit: String,
    /// How many further blocks are beyond their limit.
    others: usize,
}

impl Failure {
    /// What to add to a reason where further blocks have the same.
    pub(super) fn others(&self) -> String {
        if self.others == 0 {
            return String::new();
        }
        let blocks = text::counted(self.others as u64, "further block", "further blocks");
        format!("; so in {blocks}")
    }
}
