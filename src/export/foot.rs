//! What stands at the foot of a picture: of what it is, and whether that can be trusted.

use crate::analysis::{CapacityPlan, Doubts, SweepPlan, trust};
use crate::export::canvas::{Anchor, Canvas, Colours, Type};
use crate::export::font::{Weight, fitted, text_width};
use crate::export::svg::{MARGIN, SLACK};
use crate::run::{Machine, Run, Series};
use crate::units::text;

/// Size of its letters.
const SIZE: f64 = 12.0;
/// From line to line.
const ROW: f64 = 19.0;

/// What stands at the foot of a picture. Nothing where the page around the picture says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foot {
    /// A line for each that it is of: what it is of, then what tells it from others of its kind.
    lines: Vec<Vec<String>>,
    /// What is to be known first, and how many more reasons there are, of each that has some.
    stamps: Vec<(String, usize)>,
    /// What `id` names: a run, a sweep, a search.
    kind: &'static str,
}

impl Foot {
    /// Of a run that is called `id` in the library, if it is kept.
    #[must_use]
    pub fn of(run: &Run, id: Option<&str>) -> Self {
        let reasons = trust(run).reasons;
        let unfinished = || (!run.ended).then(|| ("The run is not over".to_owned(), 0));
        let first = reasons.first();
        let doubted = first.map(|first| (format!("Not trustworthy: {first}"), reasons.len() - 1));
        let foot = Self {
            lines: vec![parts(
                &run.request.scenario.title,
                run.machine.as_ref(),
                Some(run.started_unix_secs),
                run.request.seed,
            )],
            stamps: doubted.or_else(unfinished).into_iter().collect(),
            kind: "run",
        };
        foot.called(id)
    }

    /// Of two runs, each with what it is in the picture, what it is called, and its id if it is kept.
    #[must_use]
    pub fn of_runs(runs: [(&str, &str, &Run, Option<&str>); 2]) -> Self {
        let mut both = Self::default();
        for (label, name, run, id) in runs {
            let mut foot = Self::of(run, id);
            for line in &mut foot.lines {
                let is_named = line.first().is_some_and(|title| title != name);
                let name = is_named.then(|| format!("{label}: '{name}'"));
                match (name, line.first_mut()) {
                    (Some(name), _) => line.insert(0, name),
                    (None, Some(title)) => *title = format!("{label}: {title}"),
                    (None, None) => {}
                }
            }
            for (words, _) in &mut foot.stamps {
                *words = format!("{label}: {words}");
            }
            both.lines.append(&mut foot.lines);
            both.stamps.append(&mut foot.stamps);
        }
        both
    }

    /// Of a sweep, as far as it is.
    #[must_use]
    pub fn of_sweep(plan: &SweepPlan) -> Self {
        Self {
            stamps: doubted(plan.doubts(), "visit").into_iter().collect(),
            kind: "sweep",
            ..Self::of_series(&plan.base.title, plan.series(), plan.seed)
        }
    }

    /// Of a search for the capacity, as far as it is.
    #[must_use]
    pub fn of_capacity(plan: &CapacityPlan) -> Self {
        Self {
            stamps: doubted(plan.doubts(), "probe").into_iter().collect(),
            kind: "search",
            ..Self::of_series(&plan.base.title, plan.series(), plan.seed)
        }
    }

    fn of_series(title: &str, series: &Series, seed: u64) -> Self {
        let runs = || series.points().iter().map(|point| &point.run);
        let begun = runs().map(|run| run.started_unix_secs).min();
        let machine = runs().find_map(|run| run.machine.as_ref());
        Self {
            lines: vec![parts(title, machine, begun, seed)],
            ..Self::default()
        }
    }

    /// With what it is called in the library, if it is kept.
    #[must_use]
    pub fn called(mut self, id: Option<&str>) -> Self {
        let word = id.map(|id| format!("{} {id}", self.kind));
        if let Some(line) = self.lines.first_mut() {
            let second = line.len().min(1);
            line.splice(second..second, word);
        }
        self
    }

    /// What it takes beyond the margin.
    pub(super) const fn height(&self) -> f64 {
        ROW * (self.lines.len() + self.stamps.len()) as f64
    }

    /// Writes it at the foot of a picture of that size; returns where it begins.
    pub(super) fn draw(&self, canvas: &mut Canvas, [width, height]: [f64; 2]) -> f64 {
        let room = (width - 2.0 * MARGIN) / SLACK;
        let mut y = height - MARGIN + 6.0;
        let mut write = |y: f64, weight, colour, text: &str| {
            let size = SIZE;
            let look = Type {
                size,
                weight,
                colour,
            };
            canvas.text([MARGIN, y], Anchor::Start, look, text);
        };
        for line in self.lines.iter().rev() {
            let line = fitted(&line.join(" · "), room, SIZE, Weight::Regular);
            write(y, Weight::Regular, Colours::ALL.muted, &line);
            y -= ROW;
        }
        for (first, more) in self.stamps.iter().rev() {
            // How many more there are is not what is cut off.
            let more = match more {
                0 => String::new(),
                more => format!(" (and {})", text::counted(*more as u64, "more", "more")),
            };
            let room = room - text_width(&more, SIZE, Weight::SemiBold);
            let stamp = fitted(first, room, SIZE, Weight::SemiBold) + &more;
            write(y, Weight::SemiBold, Colours::ALL.warning, &stamp);
            y -= ROW;
        }
        y + ROW - SIZE - 14.0
    }
}

/// Whether a series is to be trusted, if not.
fn doubted(doubts: &Doubts, step: &str) -> Option<(String, usize)> {
    let (all, doubted) = doubts.runs();
    let many = text::counted(all, step, &format!("{step}s"));
    let said = || {
        format!(
            "Not trustworthy: {} of {many} passed a limit",
            text::count(doubted)
        )
    };
    doubts.are_many().then(|| (said(), 0))
}

/// Which run it is: scenario, machine, time, seed, version.
#[must_use]
pub fn identity(run: &Run) -> String {
    Foot::of(run, None).lines.concat().join(" · ")
}

fn parts(
    title: &str,
    machine: Option<&Machine>,
    begun_unix_secs: Option<u64>,
    seed: u64,
) -> Vec<String> {
    let mut parts = vec![title.to_owned()];
    if let Some(machine) = machine {
        let cores = text::counted(u64::from(machine.cores), "core", "cores");
        parts.push(format!("{}, {cores}, {}", machine.cpu, machine.os));
    }
    parts.extend(begun_unix_secs.map(text::date_time));
    parts.push(format!("seed {seed}"));
    parts.push(format!("poolscope {}", env!("CARGO_PKG_VERSION")));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn a_run_that_is_kept_is_named_behind_its_title_and_one_that_is_not_has_no_name() {
        let run = support::finished_run();
        let title = &run.request.scenario.title;
        let kept = Foot::of(&run, Some("abc12345")).lines[0].join(" · ");
        assert!(
            kept.starts_with(&format!("{title} · run abc12345 · ")),
            "{kept}"
        );
        assert!(!identity(&run).contains("run "), "{kept}");
        assert!(Foot::default().called(None).lines.is_empty());
    }

    #[test]
    fn two_runs_have_a_line_each_which_says_which_is_which_and_both_can_be_doubted() {
        let run = support::sample_run();
        let title = run.request.scenario.title.clone();
        let foot = Foot::of_runs([
            ("Baseline", "before the change", &run, Some("abc12345")),
            ("Run", &title, &run, None),
        ]);
        let begin = format!("Baseline: 'before the change' · {title} · run abc12345");
        assert_eq!(foot.lines[0][..3].join(" · "), begin);
        assert_eq!(foot.lines[1][0], format!("Run: {title}"));
        let stamps: Vec<&str> = foot
            .stamps
            .iter()
            .map(|(words, _)| words.as_str())
            .collect();
        assert!(
            stamps[0].starts_with("Baseline: Not trustworthy"),
            "{stamps:?}"
        );
        assert!(stamps[1].starts_with("Run: Not trustworthy"), "{stamps:?}");
    }
}
