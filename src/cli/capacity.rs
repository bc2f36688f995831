//! `capacity`: the highest rate at which the objectives hold.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::analysis::{CapacityEnd, CapacityPlan, objectives_hold};
use crate::cli::series::{Plan, chosen, exit, is_usable, make};
use crate::cli::series_args::CapacityArgs;
use crate::cli::{Exit, Output};
use crate::export::{ExportError, capacity_document, capacity_text, write_capacity_folder};
use crate::run::record::{RecordKind, Step};
use crate::run::{Run, RunRequest};
use crate::scenario::{CapacitySearch, NotApplicable, Scenario};
use crate::units::text;

/// As in a scenario file that does not say it.
const PRECISION_RATIO: f64 = 0.05;

impl Plan for CapacityPlan {
    const KIND: RecordKind = RecordKind::Capacity;

    fn of(scenario: &Scenario, out: &mut Output) -> anyhow::Result<Option<Self>> {
        let search = scenario
            .capacity
            .as_ref()
            .context("the scenario has no search for the capacity")?;
        let plan = Self::new(scenario, search, scenario.protocol.seed, objectives_hold);
        let told = |why: &NotApplicable| {
            out.message(format_args!("error: {} ({})", why.message, why.hint));
        };
        Ok(plan.inspect_err(told).ok())
    }

    fn announced(&self) -> String {
        format!(
            "the capacity of {}, about {} or less",
            text::counted(self.base.candidates.len() as u64, "candidate", "candidates"),
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
        let rate = step.coordinates.first().copied();
        format!(
            "Probe {}: {}",
            self.probes_made() + 1,
            text::or_missing(rate, text::per_sec)
        )
    }

    fn remaining_nanos(&self) -> u64 {
        self.remaining_nanos()
    }

    fn text(&self) -> String {
        capacity_text(self, &self.figures())
    }

    fn document(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&capacity_document(self, &self.figures()))
    }

    fn write(&self, folder: &Path, id: Option<&str>) -> Result<Vec<PathBuf>, ExportError> {
        write_capacity_folder(folder, self, &self.figures(), id)
    }
}

/// Makes the search and gives out what it found.
///
/// # Errors
/// Only for what the user could not know; everything else is printed and becomes an exit code.
pub(super) fn capacity(args: &CapacityArgs, out: &mut Output) -> anyhow::Result<Exit> {
    let wanted = |scenario, out: &mut Output| searched(scenario, args, out);
    let made = make::<CapacityPlan>(args.file.as_deref(), &args.series, wanted, out)?;
    let Some((plan, stopped)) = made else {
        return Ok(Exit::Usage);
    };
    let figures = plan.figures();
    let none = figures.iter().all(|one| one.end == CapacityEnd::BelowRange);
    let by_objectives = if none {
        Exit::NoneQualifies
    } else {
        Exit::Success
    };
    Ok(exit(stopped, plan.doubts()).worse(by_objectives))
}

/// The scenario with the search that is asked for; none if it cannot be made, and was told.
fn searched(mut scenario: Scenario, args: &CapacityArgs, out: &mut Output) -> Option<Scenario> {
    let of_file = scenario.capacity.take();
    let from = args.from.or(of_file.as_ref().map(|search| search.from));
    let to = args.to.or(of_file.as_ref().map(|search| search.to));
    let (Some(from), Some(to)) = (from, to) else {
        out.message("error: the file says nothing of a search; write --from 10 --to 1000, in tasks per second");
        return None;
    };
    let precision = of_file
        .as_ref()
        .map_or(PRECISION_RATIO, |search| search.precision_ratio);
    let names = chosen(&scenario, &args.series.changes, out)?;
    let of_file = of_file.map(|search| search.candidates).unwrap_or_default();
    scenario.capacity = Some(CapacitySearch {
        from,
        to,
        precision_ratio: args.precision.unwrap_or(precision),
        candidates: if names.is_empty() { of_file } else { names },
    });
    scenario.sweep = None;
    is_usable(&scenario, out).then_some(scenario)
}
