//! `sweep`: a scenario over values of one parameter, or two.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::analysis::{SweepFigures, SweepPlan};
use crate::cli::series::{Plan, chosen, exit, is_usable, make};
use crate::cli::series_args::SweepArgs;
use crate::cli::{Exit, Output};
use crate::export::{ExportError, sweep_document, sweep_text, write_sweep_folder};
use crate::run::record::{RecordKind, Step};
use crate::run::{Run, RunRequest};
use crate::scenario::describe::setting as setting_text;
use crate::scenario::{Axis, Parameter, Range, Scenario, Setting, StepScale, Sweep, Values};
use crate::units::text;

impl Plan for SweepPlan {
    const KIND: RecordKind = RecordKind::Sweep;

    fn of(scenario: &Scenario, _out: &mut Output) -> anyhow::Result<Option<Self>> {
        let sweep = scenario
            .sweep
            .as_ref()
            .context("the scenario has no sweep")?;
        Ok(Some(Self::new(scenario, sweep, scenario.protocol.seed)?))
    }

    fn announced(&self) -> String {
        let (done, all) = self.progress();
        format!(
            "{} of {} left, about {}",
            text::count((all - done) as u64),
            text::counted(all as u64, "visit", "visits"),
            text::nanos(self.remaining_nanos() as f64)
        )
    }

    fn next(&self) -> Option<(Step, RunRequest)> {
        self.next()
    }

    fn tell(&mut self, step: &Step, run: &Run) -> bool {
        self.tell(step, run)
    }

    fn told(&self, step: &Step) -> String {
        let (done, all) = self.progress();
        let settings = &self.points[step.point].settings;
        let at = self.sweep.axes().zip(settings).map(|(axis, setting)| {
            format!(
                "{} {}",
                axis.vary.label(),
                setting_text(axis.vary, *setting)
            )
        });
        format!(
            "Visit {} of {all}: {}",
            done + 1,
            at.collect::<Vec<_>>().join(", ")
        )
    }

    fn remaining_nanos(&self) -> u64 {
        self.remaining_nanos()
    }

    fn text(&self) -> String {
        sweep_text(self, &SweepFigures::of(self))
    }

    fn document(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&sweep_document(self, &SweepFigures::of(self)))
    }

    fn write(&self, folder: &Path, id: Option<&str>) -> Result<Vec<PathBuf>, ExportError> {
        write_sweep_folder(folder, self, &SweepFigures::of(self), id)
    }
}

/// Makes the sweep and gives out what it says.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn sweep(args: &SweepArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let wanted = |scenario, out: &mut Output| swept(scenario, args, out);
    let made = make::<SweepPlan>(args.file.as_deref(), &args.series, wanted, out)?;
    Ok(made.map_or(Exit::Usage, |(plan, stopped)| exit(stopped, plan.doubts())))
}

/// The scenario with the sweep that is asked for; none if it cannot be made, and was told.
fn swept(mut scenario: Scenario, args: &SweepArgs, out: &mut Output) -> Option<Scenario> {
    match axes(args) {
        Ok(axes) => {
            let mut axes = axes.into_iter();
            if let Some(x) = axes.next() {
                let y = axes.next();
                let repeats = scenario.sweep.take().and_then(|sweep| sweep.repeats);
                let candidates = Vec::new();
                scenario.sweep = Some(Sweep {
                    x,
                    y,
                    candidates,
                    repeats,
                });
            }
        }
        Err(message) => {
            out.message(message);
            return None;
        }
    }
    let names = chosen(&scenario, &args.series.changes, out)?;
    let Some(sweep) = &mut scenario.sweep else {
        out.message("error: the file says nothing of a sweep; write --vary workers --over 1,2,4");
        return None;
    };
    if !names.is_empty() {
        sweep.candidates = names;
    }
    let changes = &args.series.changes;
    sweep.repeats = changes.repeats.or(sweep.repeats);
    if changes.quick && changes.repeats.is_none() {
        sweep.repeats = Some(1);
    }
    scenario.capacity = None;
    is_usable(&scenario, out).then_some(scenario)
}

/// What `--vary` and `--over` say.
fn axes(args: &SweepArgs) -> Result<Vec<Axis>, String> {
    if args.vary.len() != args.over.len() || args.vary.len() > 2 {
        return Err(
            "error: write one --over for each --vary, and two of them at the most".to_owned(),
        );
    }
    let pairs = args.vary.iter().zip(&args.over);
    pairs
        .map(|(vary, over)| {
            Ok(Axis {
                vary: parameter(vary)?,
                over: values(over)?,
            })
        })
        .collect()
}

/// `workers`, `cpu-share` or `CpuShare`.
fn parameter(word: &str) -> Result<Parameter, String> {
    let plain = |word: &str| word.replace(['-', '_', ' '], "").to_lowercase();
    let found = Parameter::ALL
        .into_iter()
        .find(|parameter| plain(parameter.word()) == plain(word));
    found.ok_or_else(|| {
        let known = Parameter::ALL.map(Parameter::word).join(", ");
        format!("error: '{word}' cannot be varied; write one of: {known}")
    })
}

/// `1,2,4`, `50..400:8` or `1KiB..1MiB:6:log`.
fn values(words: &str) -> Result<Values, String> {
    let value = |word: &str| {
        Setting::read(word).ok_or_else(|| {
            format!("error: '{word}' is no value; write a number, or a time or size such as 5ms or 64KiB")
        })
    };
    let Some((from, rest)) = words.split_once("..") else {
        let list: Result<Vec<Setting>, String> = words.split(',').map(value).collect();
        return list.map(Values::List);
    };
    let mut rest = rest.split(':');
    let to = rest.next().unwrap_or_default();
    let steps = rest.next().and_then(|steps| steps.trim().parse().ok());
    let scale = match rest.next() {
        None => Some(StepScale::Linear),
        Some("log") => Some(StepScale::Log),
        Some(_) => None,
    };
    let (Some(steps), Some(scale), None) = (steps, scale, rest.next()) else {
        return Err(format!(
            "error: '{words}' is no range; write 50..400:8, or 50..400:8:log for equal ratios"
        ));
    };
    Ok(Values::Range(Range {
        from: value(from)?,
        to: value(to)?,
        steps,
        scale,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    #[test]
    fn values_are_a_list_or_a_range() {
        let list = Values::List(vec![1.0.into(), 2.5.into()]);
        assert_eq!(values("1, 2.5"), Ok(list));
        let range = Range {
            from: Setting::Size(Bytes::from_kib(1)),
            to: Setting::Size(Bytes::from_mib(1)),
            steps: 6,
            scale: StepScale::Log,
        };
        assert_eq!(values("1KiB..1MiB:6:log"), Ok(Values::Range(range)));
        for wrong in [
            "",
            "1,many",
            "1..2",
            "1..2:x",
            "1..2:3:lin",
            "1..2:3:log:4",
            "..2:3",
        ] {
            assert!(values(wrong).unwrap_err().contains("write"), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_written_as_in_files_or_as_options() {
        for word in ["CpuShare", "cpu-share", "cpushare", "CPU_SHARE"] {
            assert_eq!(parameter(word), Ok(Parameter::CpuShare));
        }
        assert!(parameter("colour").unwrap_err().contains("Workers"));
    }
}
