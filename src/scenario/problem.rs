//! What is wrong with a scenario, where, and what to do about it.

use std::fmt;

/// A line and column of the file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Whether a problem forbids running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It can run, and will probably not show what was meant.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it forbids running.
    pub severity: Severity,
    /// The field, as in `tasks[0].stages[2].size`; empty for the file as a whole.
    pub path: String,
    /// Where in the file, if it came from one.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do; empty if the message says it all.
    pub hint: String,
}

impl Problem {
    /// An error at the field `path`.
    #[must_use]
    pub fn error(
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            path: path.into(),
            place: None,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// A warning at the field `path`.
    #[must_use]
    pub fn warning(
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, message, hint)
        }
    }
}

impl fmt::Display for Problem {
    /// `12:5 tasks[0].stages[2].size: message (hint)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(f, "{}:{} ", place.line, place.column)?;
        }
        if self.severity == Severity::Warning {
            write!(f, "warning: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}
