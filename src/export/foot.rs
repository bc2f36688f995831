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
    /// What it is of, then what tells it from others of its kind.
    parts: Vec<String>,
    /// What is to be known first, and how many more reasons there are.
    stamp: Option<(String, usize)>,
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
            parts: parts(
                &run.request.scenario.title,
                run.machine.as_ref(),
                Some(run.started_unix_secs),
                run.request.seed,
            ),
            stamp: doubted.or_else(unfinished),
            kind: "run",
        };
        foot.called(id)
    }

    /// Of two runs that are held against each other, each with what it is called in the library, if it is kept.
    #[must_use]
    pub fn of_two(sides: [(&Run, Option<&str>); 2]) -> Self {
        let [baseline, run] = sides.map(|(run, id)| {
            let called = id.map_or_else(String::new, |id| format!("run {id}, "));
            let title = &run.request.scenario.title;
            let begun = text::date_time(run.started_unix_secs);
            format!("{title} ({called}{begun}, seed {})", run.request.seed)
        });
        let mut parts = vec![format!("{run} against {baseline}")];
        let machines = sides.map(|(run, _)| run.machine.as_ref().map(on_machine));
        let [of_baseline, of_run] = &machines;
        if of_baseline == of_run {
            parts.extend(of_run.clone());
        }
        parts.push(format!("poolscope {}", env!("CARGO_PKG_VERSION")));
        let mut reasons = sides.into_iter().flat_map(|(run, _)| trust(run).reasons);
        let first = reasons.next();
        let more = reasons.count();
        Self {
            parts,
            stamp: first.map(|first| (format!("Not trustworthy: {first}"), more)),
            kind: "comparison",
        }
    }

    /// Of a sweep, as far as it is.
    #[must_use]
    pub fn of_sweep(plan: &SweepPlan) -> Self {
        Self {
            stamp: doubted(plan.doubts(), "visit"),
            kind: "sweep",
            ..Self::of_series(&plan.base.title, plan.series(), plan.seed)
        }
    }

    /// Of a search for the capacity, as far as it is.
    #[must_use]
    pub fn of_capacity(plan: &CapacityPlan) -> Self {
        Self {
            stamp: doubted(plan.doubts(), "probe"),
            kind: "search",
            ..Self::of_series(&plan.base.title, plan.series(), plan.seed)
        }
    }

    fn of_series(title: &str, series: &Series, seed: u64) -> Self {
        let runs = || series.points().iter().map(|point| &point.run);
        let begun = runs().map(|run| run.started_unix_secs).min();
        let machine = runs().find_map(|run| run.machine.as_ref());
        Self {
            parts: parts(title, machine, begun, seed),
            ..Self::default()
        }
    }

    /// With what it is called in the library, if it is kept.
    #[must_use]
    pub fn called(mut self, id: Option<&str>) -> Self {
        let word = id.map(|id| format!("{} {id}", self.kind));
        let second = self.parts.len().min(1);
        self.parts.splice(second..second, word);
        self
    }

    fn identity(&self) -> String {
        self.parts.join(" · ")
    }

    /// What it takes beyond the margin.
    pub(super) const fn height(&self) -> f64 {
        let stamp = if self.stamp.is_some() { ROW } else { 0.0 };
        stamp + if self.parts.is_empty() { 0.0 } else { 20.0 }
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
        let identity = fitted(&self.identity(), room, SIZE, Weight::Regular);
        write(y, Weight::Regular, Colours::ALL.muted, &identity);
        if let Some((first, more)) = &self.stamp {
            // How many more there are is not what is cut off.
            let more = match more {
                0 => String::new(),
                more => format!(" (and {})", text::counted(*more as u64, "more", "more")),
            };
            let room = room - text_width(&more, SIZE, Weight::SemiBold);
            let stamp = fitted(first, room, SIZE, Weight::SemiBold) + &more;
            y -= ROW;
            write(y, Weight::SemiBold, Colours::ALL.warning, &stamp);
        }
        y - SIZE - 14.0
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
    Foot::of(run, None).identity()
}

/// What computed.
fn on_machine(machine: &Machine) -> String {
    let cores = text::counted(u64::from(machine.cores), "core", "cores");
    format!("{}, {cores}, {}", machine.cpu, machine.os)
}

fn parts(
    title: &str,
    machine: Option<&Machine>,
    begun_unix_secs: Option<u64>,
    seed: u64,
) -> Vec<String> {
    let mut parts = vec![title.to_owned()];
    parts.extend(machine.map(on_machine));
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
    fn two_runs_are_named_with_what_tells_them_apart_and_the_machine_they_share() {
        let run = support::finished_run();
        let mut other = run.clone();
        other.request.seed = 99;
        let told = Foot::of_two([(&run, Some("abc12345")), (&other, None)]).identity();
        let title = &run.request.scenario.title;
        let begun = text::date_time(run.started_unix_secs);
        let seed = run.request.seed;
        let sides = format!(
            "{title} ({begun}, seed 99) against {title} (run abc12345, {begun}, seed {seed}) · "
        );
        assert!(told.starts_with(&sides), "{told}");
        let machine = run.machine.as_ref().map(on_machine).unwrap();
        assert!(told.contains(&machine), "{told}");
        other.machine.as_mut().unwrap().cpu = "Another".to_owned();
        let told = Foot::of_two([(&run, None), (&other, None)]).identity();
        assert!(!told.contains(" cores, "), "{told}");
    }

    #[test]
    fn a_run_that_is_kept_is_named_behind_its_title_and_one_that_is_not_has_no_name() {
        let run = support::finished_run();
        let title = &run.request.scenario.title;
        let kept = Foot::of(&run, Some("abc12345")).identity();
        assert!(
            kept.starts_with(&format!("{title} · run abc12345 · ")),
            "{kept}"
        );
        assert!(!identity(&run).contains("run "), "{kept}");
        assert!(Foot::default().called(None).identity().is_empty());
    }
}
