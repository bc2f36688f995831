//! Why visits of a sweep are not to be trusted: told once each, with how often.

use std::collections::BTreeMap;

use crate::analysis::trust;
use crate::run::Run;

/// More different reasons than these are counted only.
const REASONS_MAX: usize = 20;

/// Reasons of distrust over many runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    runs: u64,
    doubted: u64,
    /// By the reason without its numbers, which differ each time: the first one as it was, and how often.
    reasons: BTreeMap<String, (String, u64)>,
    left_out: u64,
}

impl Doubts {
    /// Looks at one more run.
    pub(in crate::analysis) fn take_in(&mut self, run: &Run) {
        let trust = trust(run);
        self.runs += 1;
        if trust.trustworthy {
            return;
        }
        self.doubted += 1;
        for reason in trust.reasons {
            let room = self.reasons.len() < REASONS_MAX;
            let kind: String = reason.chars().filter(|c| !c.is_ascii_digit()).collect();
            match self.reasons.get_mut(&kind) {
                Some((_, times)) => *times += 1,
                None if room => drop(self.reasons.insert(kind, (reason, 1))),
                None => self.left_out += 1,
            }
        }
    }

    /// How many runs were looked at, and how many of them are not to be trusted.
    #[must_use]
    pub const fn runs(&self) -> (u64, u64) {
        (self.runs, self.doubted)
    }

    /// Whether half of the runs or more are not to be trusted, so that nothing must be decided by all of them.
    #[must_use]
    pub const fn are_many(&self) -> bool {
        self.doubted > 0 && self.doubted * 2 >= self.runs
    }

    /// The reasons, each as it was told first, with how often there was one of the kind; most frequent first.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&str, u64)> {
        let all = self.reasons.values();
        let mut reasons: Vec<_> = all
            .map(|(reason, times)| (reason.as_str(), *times))
            .collect();
        reasons.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        reasons
    }

    /// How many reasons are not told.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }
}
