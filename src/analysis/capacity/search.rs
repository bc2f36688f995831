//! Which rate is tried next: doubling until one does not hold, then halving the gap on the scale of ratios.

use crate::scenario::CapacitySearch;
use crate::scenario::bounds::MAX_CAPACITY_PROBES;

/// How often a rate is measured at the most while it is undecided.
pub(super) const VISITS_MAX: u32 = 3;

/// Whether the objectives hold at a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of them.
    Yes,
    /// One of them does not.
    No,
    /// Too close to call.
    Undecided,
}

/// What is known of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tried {
    pub(super) rate: f64,
    pub(super) visits: u32,
    pub(super) held: Held,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Next {
    /// Measure at this rate, for the first time or again.
    Try(f64),
    /// Nothing: it is found.
    Found,
    /// Nothing: too many rates were tried.
    GivenUp,
}

/// The highest rate that holds below all that do not, and the lowest that does not. What stays undecided does not
/// count as holding: a capacity is what can be promised.
pub(super) fn bracket(tried: &[Tried]) -> (Option<f64>, Option<f64>) {
    let rates = |of: fn(&Tried) -> bool| {
        tried
            .iter()
            .filter(move |tried| of(tried))
            .map(|tried| tried.rate)
    };
    let missed = rates(|tried| tried.held != Held::Yes).reduce(f64::min);
    let held = rates(|tried| tried.held == Held::Yes)
        .filter(|rate| missed.is_none_or(|missed| *rate < missed));
    (held.reduce(f64::max), missed)
}

/// The next rate, by what was tried.
pub(super) fn next(search: &CapacitySearch, tried: &[Tried]) -> Next {
    let again = |tried: &&Tried| tried.held == Held::Undecided && tried.visits < VISITS_MAX;
    if let Some(undecided) = tried.iter().find(again) {
        return Next::Try(undecided.rate);
    }
    let wanted = match bracket(tried) {
        (None, None) => search.from,
        (Some(held), None) if held < search.to => (held * 2.0).min(search.to),
        (Some(held), Some(missed)) if missed / held > 1.0 + search.precision_ratio => {
            (held * missed).sqrt()
        }
        _ => return Next::Found,
    };
    if tried.len() as u32 > search.probes().min(MAX_CAPACITY_PROBES) {
        return Next::GivenUp;
    }
    Next::Try(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(from: f64, to: f64) -> CapacitySearch {
        CapacitySearch {
            from,
            to,
            precision_ratio: 0.05,
            candidates: Vec::new(),
        }
    }

    /// The rates that are tried for a capacity of `truth`, undecided within `unsure` of it; and the bracket.
    fn hunt(
        search: &CapacitySearch,
        truth: f64,
        unsure: f64,
    ) -> (Vec<Tried>, (Option<f64>, Option<f64>)) {
        let mut tried: Vec<Tried> = Vec::new();
        for _ in 0..200 {
            let Next::Try(rate) = next(search, &tried) else {
                let found = bracket(&tried);
                return (tried, found);
            };
            let held = if (rate / truth).ln().abs() < unsure {
                Held::Undecided
            } else if rate < truth {
                Held::Yes
            } else {
                Held::No
            };
            match tried
                .iter_mut()
                .find(|tried| tried.rate.total_cmp(&rate).is_eq())
            {
                Some(known) => known.visits += 1,
                None => tried.push(Tried {
                    rate,
                    visits: 1,
                    held,
                }),
            }
        }
        panic!("the search does not end");
    }

    #[test]
    fn the_capacity_is_found_within_the_precision_and_the_promised_number_of_rates() {
        let search = search(10.0, 2_000.0);
        for truth in [11.0, 57.3, 250.0, 1_234.0, 1_999.0] {
            let (tried, (held, missed)) = hunt(&search, truth, 0.0);
            let (held, missed) = (held.unwrap(), missed.unwrap());
            assert!(held < truth && truth <= missed, "{held} {truth} {missed}");
            assert!(missed / held <= 1.05 + 1e-9);
            assert!(
                tried.len() as u32 <= search.probes() + 1,
                "{truth}: {}",
                tried.len()
            );
        }
    }

    #[test]
    fn outside_of_what_was_asked_for_the_search_ends_at_once() {
        let (tried, found) = hunt(&search(10.0, 80.0), 5.0, 0.0);
        assert_eq!((tried.len(), found), (1, (None, Some(10.0))));
        let (tried, found) = hunt(&search(10.0, 80.0), 500.0, 0.0);
        assert_eq!((tried.len(), found), (4, (Some(80.0), None)));
    }

    #[test]
    fn what_stays_undecided_is_measured_again_and_then_not_promised() {
        let (tried, (held, missed)) = hunt(&search(10.0, 2_000.0), 160.0, 0.1);
        let undecided: Vec<_> = tried
            .iter()
            .filter(|tried| tried.held == Held::Undecided)
            .collect();
        assert!(!undecided.is_empty());
        assert!(undecided.iter().all(|tried| tried.visits == VISITS_MAX));
        assert!(held.unwrap() < 160.0 * (-0.1_f64).exp());
        assert!(missed.unwrap() / held.unwrap() <= 1.05 + 1e-9);
    }

    #[test]
    fn a_rate_that_holds_above_one_that_does_not_is_not_believed() {
        let tried = [(10.0, Held::Yes), (20.0, Held::No), (40.0, Held::Yes)];
        let tried = tried.map(|(rate, held)| Tried {
            rate,
            visits: 1,
            held,
        });
        assert_eq!(bracket(&tried), (Some(10.0), Some(20.0)));
    }
}
