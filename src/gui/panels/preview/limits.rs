//! The limits of the machine and of the candidates, as lines in the picture of the load.

use egui::Color32;

use crate::gui::panels::preview::words::{Expected, title};
use crate::gui::theme::{self, Palette};
use crate::scenario::{Bottleneck, CurveOf, Load, Runtime, Scenario, estimate::mix_nanos_on};
use crate::units::text;

/// A line at a limit.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::gui::panels) struct Limit {
    /// Where it lies: tasks per second, or clients.
    pub(in crate::gui::panels) at: f64,
    /// Whose it is, for the colour; none for the machine's.
    pub(in crate::gui::panels) candidate: Option<usize>,
    /// What stands at it.
    pub(in crate::gui::panels) name: String,
}

/// Where the cores are full, and where each candidate is.
pub(super) fn limits(
    scenario: &Scenario,
    expected: &[Expected],
    (cores, of): (u32, CurveOf),
) -> Vec<Limit> {
    let think = match &scenario.load {
        Load::Closed { think, .. } => think.mean_nanos(),
        _ => 0.0,
    };
    // By Little's law so many clients make that rate, if none waits for another: N = X · (D + Z).
    let placed = |rate: f64, task_nanos: f64| match of {
        CurveOf::Arrivals => rate,
        CurveOf::Clients => rate * (task_nanos + think) / 1e9,
    };
    let mut limits = Vec::new();
    let many = text::counted(cores.into(), "core", "cores");
    for (runtime, suffix) in [(Runtime::Native, ""), (Runtime::CPython, " by CPython")] {
        let runs = |one: &&Expected| one.backend.runtime() == runtime;
        let (cpu, waiting) = mix_nanos_on(runtime, scenario);
        if expected.iter().any(|one| runs(&one)) && cpu > 0.0 {
            limits.push(Limit {
                at: placed(f64::from(cores) * 1e9 / cpu, cpu + waiting),
                candidate: None,
                name: format!("{many} full{suffix}"),
            });
        }
    }
    for (index, one) in expected.iter().enumerate() {
        let (Some(rate), Some(bottleneck)) = (one.seen.max_rate_per_sec, one.seen.bottleneck)
        else {
            continue;
        };
        // That of the cores is there already.
        if bottleneck == Bottleneck::Cores {
            continue;
        }
        let what = title(bottleneck, one.backend).to_lowercase();
        limits.push(Limit {
            at: placed(rate, one.seen.task_nanos),
            candidate: Some(index),
            name: format!("{} ({what})", one.name),
        });
    }
    limits.retain(|limit| limit.at.is_finite());
    limits.sort_by(|a, b| a.at.total_cmp(&b.at));
    limits
}

impl Limit {
    /// The colour of its line: colours are the candidates', so the machine has that of text.
    pub(in crate::gui::panels) fn color(&self, palette: &Palette, dark: bool) -> Color32 {
        self.candidate.map_or(palette.text, |candidate| {
            theme::series_color(candidate, dark)
        })
    }
}

/// The `limits` (ascending), those together that lie nearer to each other than `room` on the scale.
pub(super) fn grouped<'a>(limits: &[&'a Limit], room: f64) -> Vec<Vec<&'a Limit>> {
    let mut groups: Vec<Vec<&Limit>> = Vec::new();
    for limit in limits {
        match groups.last_mut() {
            Some(group) if limit.at - group[0].at < room => group.push(limit),
            _ => groups.push(vec![limit]),
        }
    }
    groups
}

/// Each of `limits` (ascending) with its name and its place, those at about the same place at once: no further apart than
/// `room` of the scale. `value` writes a place.
pub(in crate::gui::panels) fn named(
    limits: &[&Limit],
    room: f64,
    value: impl Fn(f64) -> String,
) -> Vec<String> {
    /// More names in a row cannot be read.
    const NAMES: usize = 2;
    let words = |group: Vec<&Limit>| {
        let (low, high) = (group[0].at, group[group.len() - 1].at);
        let (from, to) = (value(low), value(high));
        let place = if from == to {
            from
        } else {
            format!("{from} … {to}")
        };
        let names = group.iter().take(NAMES).map(|one| one.name.as_str());
        let text = names.collect::<Vec<&str>>().join(", ");
        match group.len().saturating_sub(NAMES) {
            0 => format!("{text}: ≈ {place}"),
            rest => format!("{text} and {rest} more: ≈ {place}"),
        }
    };
    grouped(limits, room).into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{load_curve, parse};

    fn of(load: &str, candidates: &str) -> Vec<(f64, String)> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"8ms\")), \
             Cpu(amount: Time(\"2ms\"))])], load: {load}, candidates: [{candidates}])"
        );
        let scenario = parse(&text).scenario.unwrap();
        let curve = load_curve(&scenario).unwrap();
        let all: Vec<Expected> = scenario
            .candidates
            .iter()
            .map(|one| Expected::of(&scenario, one, 2, Some(&curve)))
            .collect();
        let found = limits(&scenario, &all, (2, curve.of));
        let round = |limit: Limit| (limit.at.round(), limit.name);
        found.into_iter().map(round).collect()
    }

    #[test]
    fn the_machine_has_one_line_and_those_that_it_does_not_limit_their_own() {
        let found = of(
            "Open(rate_per_sec: 90)",
            "(backend: Sequential), (backend: Threads(workers: 64)), (backend: Processes(workers: 64))",
        );
        let expected = [
            (100.0, "sequential (workers)".to_owned()),
            (1_000.0, "2 cores full".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn under_a_closed_load_limits_are_numbers_of_clients() {
        let found = of(
            "Closed(clients: 9, think: Constant(\"90ms\"))",
            "(backend: Threads(workers: 8))",
        );
        // 1,000 and 800 a second by 100 ms for each round.
        let expected = [
            (80.0, "threads ×8 (workers)".to_owned()),
            (100.0, "2 cores full".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_that_would_lie_over_each_other_become_one() {
        let limit = |at: f64, name: &str| Limit {
            at,
            candidate: None,
            name: name.to_owned(),
        };
        let all = [
            limit(10.0, "a"),
            limit(11.0, "b"),
            limit(12.0, "c"),
            limit(50.0, "d"),
        ];
        let all: Vec<&Limit> = all.iter().collect();
        let texts = named(&all, 5.0, |at| at.to_string());
        assert_eq!(texts, ["a, b and 1 more: ≈ 10 … 12", "d: ≈ 50"]);
    }
}
