//! What the exit code says.

use std::process::ExitCode;

/// How the program ends. Part of what scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Everything was done; objectives are met, or there are none.
    Success = 0,
    /// Something went wrong that the user could not know.
    Internal = 1,
    /// The command line or a file is not as it should be.
    Usage = 2,
    /// No candidate meets the objectives.
    NoneQualifies = 3,
    /// The figures passed a limit of trust, or a block failed.
    NotTrustworthy = 4,
    /// A run is worse than its baseline.
    Worse = 5,
    /// Stopped by Ctrl-C or a signal that asks to end; figures so far were still given out.
    Interrupted = 130,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The one of two that a script should hear of first.
    #[must_use]
    pub const fn worse(self, other: Self) -> Self {
        if self.weight() >= other.weight() {
            self
        } else {
            other
        }
    }

    const fn weight(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Worse => 1,
            Self::NoneQualifies => 2,
            Self::NotTrustworthy => 3,
            Self::Usage => 4,
            Self::Internal => 5,
            Self::Interrupted => 6,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_runs_end_with_the_worst_of_their_codes() {
        assert_eq!(
            Exit::Success.worse(Exit::NoneQualifies),
            Exit::NoneQualifies
        );
        assert_eq!(
            Exit::NotTrustworthy.worse(Exit::NoneQualifies),
            Exit::NotTrustworthy
        );
        assert_eq!(Exit::Worse.worse(Exit::Success).code(), 5);
        // A missed objective is absolute; figures that cannot be trusted say nothing of either.
        assert_eq!(Exit::Worse.worse(Exit::NoneQualifies), Exit::NoneQualifies);
        assert_eq!(
            Exit::NotTrustworthy.worse(Exit::Worse),
            Exit::NotTrustworthy
        );
        assert_eq!(Exit::Interrupted.worse(Exit::Internal).code(), 130);
    }
}
