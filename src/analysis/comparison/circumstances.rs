//! What differs around two runs: the machine, the program, the interpreters, the speed of the processor.
//!
//! Only differences are listed; a fact that one side does not tell is a difference, since nobody can say that it is
//! the same.

use std::collections::BTreeMap;

use crate::analysis::comparison::Side;
use crate::run::{Machine, Run};
use crate::units::text;

/// A processor that differs by less is the same one on another day.
const SPEED_RATIO: f64 = 0.05;
/// So many more runnable tasks before a run are worth a word.
const LOAD_DIFFERENCE: f64 = 0.5;
/// What stands where a side does not tell.
const NOT_TOLD: &str = "not told";

/// How the speed of a processor is told, before the name of what it computed.
const SPEED: &str = "Time of a unit of";

/// One fact that differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Circumstance {
    /// What it is, for people: "Processor".
    pub what: String,
    /// In the baseline.
    pub baseline: String,
    /// In the run.
    pub run: String,
    /// Whether it makes another machine of it, rather than the same on another day.
    pub is_of_machine: bool,
}

impl Circumstance {
    /// Whether it is how fast the processor was, which also one machine is not on all days.
    pub(super) fn is_speed(&self) -> bool {
        self.what.starts_with(SPEED)
    }
}

/// All that differ; `paired` are the candidates that both have, as (of the baseline, of the run).
pub(super) fn differing(
    baseline: Side<'_>,
    run: Side<'_>,
    paired: &[(usize, usize)],
) -> Vec<Circumstance> {
    let mut found = Vec::new();
    let mut hold = |what: String, of_baseline: String, of_run: String, is_of_machine: bool| {
        if of_baseline != of_run {
            found.push(Circumstance {
                what,
                baseline: of_baseline,
                run: of_run,
                is_of_machine,
            });
        }
    };
    let machines = (baseline.run.machine.as_ref(), run.run.machine.as_ref());
    for fact in facts(machines.0, machines.1) {
        hold(fact.what, fact.baseline, fact.run, fact.is_of_machine);
    }
    if let (Some(before), Some(now)) = (load(machines.0), load(machines.1))
        && (before - now).abs() >= LOAD_DIFFERENCE
    {
        let what = "Load before the run".to_owned();
        hold(what, text::number(before), text::number(now), false);
    }
    let speeds = (speeds(baseline.run), speeds(run.run));
    for (kernel, before) in &speeds.0 {
        let Some(now) = speeds.1.get(kernel) else {
            continue;
        };
        if (now / before - 1.0).abs() >= SPEED_RATIO {
            let what = format!("{SPEED} {kernel}");
            hold(what, text::nanos(*before), text::nanos(*now), true);
        }
    }
    for &(of_baseline, of_run) in paired {
        let interpreters = (
            interpreter(baseline.run, of_baseline),
            interpreter(run.run, of_run),
        );
        if let (Some(before), Some(now)) = interpreters {
            let name = run.run.request.scenario.candidates[of_run].label();
            hold(format!("Interpreter of '{name}'"), before, now, false);
        }
    }
    let version = "poolscope".to_owned();
    hold(
        version,
        baseline.version.to_owned(),
        run.version.to_owned(),
        false,
    );
    let [before, now] = [baseline, run].map(|side| side.run.request.seed.to_string());
    hold("Seed".to_owned(), before, now, false);
    found
}

/// What differs between the machine on which something was measured, the baseline, and the one on which it goes on.
#[must_use]
pub fn differing_machines(before: &Machine, now: &Machine) -> Vec<Circumstance> {
    let mut found = facts(Some(before), Some(now));
    found.retain(|fact| fact.baseline != fact.run);
    found
}

/// All that two machines tell, also where it is the same.
fn facts(before: Option<&Machine>, now: Option<&Machine>) -> Vec<Circumstance> {
    let fact = |(what, fact, is_of_machine): (&str, Fact, bool)| {
        let told = |machine: Option<&Machine>| {
            let told = machine.and_then(fact).filter(|text| !text.is_empty());
            told.unwrap_or_else(|| NOT_TOLD.to_owned())
        };
        Circumstance {
            what: what.to_owned(),
            baseline: told(before),
            run: told(now),
            is_of_machine,
        }
    };
    FACTS.map(fact).into()
}

type Fact = fn(&Machine) -> Option<String>;

/// What a machine tells, and whether another value makes another machine.
const FACTS: [(&str, Fact, bool); 10] = [
    ("Processor", |machine| Some(machine.cpu.clone()), true),
    (
        "Cores for the run",
        |machine| Some(text::count(machine.cores.into())),
        true,
    ),
    (
        "Processors switched on",
        |machine| Some(text::count(machine.processors?.into())),
        true,
    ),
    (
        "CPU quota",
        |machine| {
            let none = || "none".to_owned();
            Some(machine.quota_cores.map_or_else(none, text::cores))
        },
        true,
    ),
    (
        "Memory",
        |machine| Some(text::bytes(machine.memory_bytes as f64)),
        true,
    ),
    (
        "Virtual machine",
        |machine| {
            let none = || "none seen".to_owned();
            Some(machine.virtualization.clone().unwrap_or_else(none))
        },
        true,
    ),
    (
        "Operating system",
        |machine| Some(machine.os.clone()),
        false,
    ),
    ("Kernel", |machine| Some(machine.kernel.clone()), false),
    ("Clock governor", |machine| machine.governor.clone(), false),
    (
        "Clock source",
        |machine| machine.clock_source.clone(),
        false,
    ),
];

fn load(machine: Option<&Machine>) -> Option<f64> {
    machine?.load_average
}

/// The shortest time of a unit of each kernel that was calibrated, in nanoseconds.
fn speeds(run: &Run) -> BTreeMap<&'static str, f64> {
    let mut speeds = BTreeMap::new();
    let started = run.blocks.iter().filter_map(|block| block.started.as_ref());
    for calibration in started.flat_map(|started| &started.calibration) {
        let nanos = calibration.fastest_nanos;
        if nanos > 0.0 {
            let fastest = speeds.entry(calibration.kernel.label()).or_insert(nanos);
            *fastest = nanos.min(*fastest);
        }
    }
    speeds
}

/// `CPython 3.11.7, joblib 1.6.0`; none for native candidates.
fn interpreter(run: &Run, candidate: usize) -> Option<String> {
    let started = run
        .blocks_of(candidate)
        .find_map(|block| block.started.as_ref())?;
    let python = started.python.as_ref()?;
    let mut words = format!("CPython {}", python.version);
    if python.free_threaded {
        words.push_str(", free-threaded");
    }
    if let Some(library) = &python.library {
        words.extend([", ", library]);
    }
    Some(words)
}
