//! The figures of all candidates, kept up to date at the price of what is new.

use crate::analysis::figures::{CandidateFigures, figures_of, set_speedups};
use crate::run::{BlockState, Run};

/// The figures of all candidates of one run, as of the last [`FiguresBook::update`].
///
/// Whether a block had settled is judged by all that its timeline holds. While a run goes on, most candidates have no
/// block under way, and what was said of them still holds: nothing comes to a block that is over.
#[derive(Debug, Clone, Default)]
pub struct FiguresBook {
    figures: Vec<CandidateFigures>,
    /// Of what each of the figures was made; none if that still moves.
    made_of: Vec<Option<Settled>>,
}

/// What the figures of a candidate without a block under way depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Settled {
    blocks_over: usize,
    /// The end of the run brings the intervals.
    run_ended: bool,
    machine_known: bool,
}

impl Settled {
    fn of(run: &Run, candidate: usize) -> Option<Self> {
        let mut blocks_over = 0;
        for block in run.blocks_of(candidate) {
            match &block.state {
                state if state.is_over() => blocks_over += 1,
                BlockState::Waiting => {}
                _ => return None,
            }
        }
        Some(Self {
            blocks_over,
            run_ended: run.ended,
            machine_known: run.machine.is_some(),
        })
    }
}

impl FiguresBook {
    /// Of `run` as it is.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let mut book = Self::default();
        book.update(run);
        book
    }

    /// Brings the figures up to date with `run`, which is the same at each call, later or earlier.
    ///
    /// O(histogram slots + intervals) for each candidate that changed: call it once per revision of the run, not once
    /// per frame.
    pub fn update(&mut self, run: &Run) {
        let mut candidates = run.request.candidates.clone();
        candidates.sort_unstable();
        let mut before = std::mem::take(&mut self.figures).into_iter().peekable();
        let mut made_of = std::mem::take(&mut self.made_of).into_iter();
        for candidate in candidates {
            let settled = Settled::of(run, candidate);
            let old = before.next_if(|figures| figures.candidate == candidate);
            let kept = old.filter(|_| {
                let made_of = made_of.next().flatten();
                settled.is_some() && made_of == settled
            });
            // A candidate that the scenario does not have has none.
            if let Some(figures) = kept.or_else(|| figures_of(run, candidate)) {
                self.figures.push(figures);
                self.made_of.push(settled);
            }
        }
        set_speedups(run, &mut self.figures);
    }

    /// The figures, in the scenario's order.
    #[must_use]
    pub fn figures(&self) -> &[CandidateFigures] {
        &self.figures
    }

    /// The same, for good.
    #[must_use]
    pub fn into_figures(self) -> Vec<CandidateFigures> {
        self.figures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::run::{Distributions, Event, RunRequest, Timeline};
    use crate::support;

    #[test]
    fn all_along_a_run_it_says_what_is_said_of_the_run_as_a_whole() {
        let mut scenario = support::scenario();
        scenario.protocol.repeats = 2;
        let request = RunRequest::all_of(scenario);
        let mut run = Run::new(request.clone(), 0);
        let mut book = FiguresBook::of(&run);
        for event in support::events(&request) {
            run.apply(event);
            book.update(&run);
            // Some at least: to hold each against the whole takes long.
            if run.revision.is_multiple_of(17) || run.ended {
                assert_eq!(book.figures(), candidate_figures(&run));
            }
        }
        assert!(run.ended && !book.figures().is_empty());
    }

    #[test]
    fn what_is_settled_is_not_looked_at_again_before_the_run_ends() {
        let mut run = support::finished_run();
        run.ended = false;
        let mut book = FiguresBook::of(&run);
        let before = book.figures().to_vec();
        for block in &mut run.blocks {
            block.timeline = Timeline::new();
            block.measured = Distributions::default();
        }
        book.update(&run);
        assert_eq!(book.figures(), before);
        run.apply(Event::RunEnded { stopped: false });
        book.update(&run);
        assert_ne!(book.figures(), before);
    }
}
