//! The lines of the instrument: clocks, waits, and what poolscope itself costs.

use crate::analysis::checkup::limits::{Limit, held};
use crate::analysis::checkup::{Judgement, Line, Section, Unit};
use crate::run::probe::{Bare, Clock, Lateness, Overhead, ProbeReport, Wait};
use crate::units::text;

pub(super) fn timers(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Timers;
    for cost in &report.clocks {
        let (what, limit) = match cost.clock {
            Clock::Monotonic => ("reading the clock", Limit::AtMost(100.0, 500.0)),
            Clock::ThreadCpu => ("reading a thread's CPU time", Limit::AtMost(1e3, 4e3)),
            Clock::ProcessCpu => ("reading a process's CPU time", Limit::AtMost(1e3, 4e3)),
        };
        let advice = "Small tasks are told too long; look at the clock source above.";
        lines.push(held(
            SECTION,
            what,
            Some(cost.nanos),
            Unit::Nanos,
            limit,
            advice,
        ));
    }
    lines.push(held(
        SECTION,
        "timer slack",
        report.timer_slack_nanos.map(|nanos| nanos as f64),
        Unit::Nanos,
        Limit::AtMost(1_000.0, 50_000.0),
        "The system does not grant precise timers to this user.",
    ));
    for lateness in &report.waits {
        late(lateness, lines);
    }
}

/// A way of waiting and how late it ends.
fn late(lateness: &Lateness, lines: &mut Vec<Line>) {
    const ADVICE: &str = "Something else needs the processors, or the machine saves power; times below this are not told.";
    let length = text::span(lateness.wanted_nanos);
    // In the order of the limits: good and fair medians, good and fair 99th percentiles.
    let (what, limits) = match lateness.wait {
        Wait::Sleep => (
            format!("plain sleep of {length}"),
            [100e3, 500e3, 500e3, 5e6],
        ),
        Wait::Paced => (format!("paced wait of {length}"), [5e3, 50e3, 100e3, 2e6]),
        Wait::Generator => (
            format!("load generator, a task each {length}"),
            [5e3, 50e3, 200e3, 2e6],
        ),
        Wait::ThreadStage => (
            format!("wait of {length} on a thread"),
            [20e3, 100e3, 200e3, 2e6],
        ),
        Wait::ProcessStage => (
            format!("wait of {length} on a process"),
            [20e3, 100e3, 200e3, 2e6],
        ),
        Wait::AsyncStage => (
            format!("wait of {length} on an event loop"),
            [20e3, 100e3, 200e3, 2e6],
        ),
    };
    let advice = match lateness.wait {
        Wait::AsyncStage => {
            "The timers of the event loop are coarse: async candidates wait longer than asked for."
        }
        _ => ADVICE,
    };
    let [good, fair, good_p99, fair_p99] = limits;
    for (name, nanos, limit) in [
        ("p50", lateness.p50_nanos, Limit::AtMost(good, fair)),
        ("p99", lateness.p99_nanos, Limit::AtMost(good_p99, fair_p99)),
    ] {
        let what = format!("{what}, late by ({name})");
        let value = nanos.map(|nanos| nanos as f64);
        lines.push(held(
            Section::Timers,
            &what,
            value,
            Unit::Nanos,
            limit,
            advice,
        ));
    }
}

/// What the instrument adds: to each task, and to the machine while it looks.
pub(super) fn cost(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Cost;
    if report.debug_build {
        lines.push(Line::fact(SECTION, "build", "without optimisation").judged(
            Judgement::Poor,
            "good is a release build",
            "Build with --release: the costs below are several times too high.",
        ));
    } else {
        lines.push(Line::fact(SECTION, "build", "release"));
    }
    lines.extend(report.overheads.iter().map(overhead_line));
    sampler(report, lines);
    let server = report.server;
    for (what, value, limit) in [
        (
            "request to the built-in server, p50",
            server.and_then(|server| server.p50_nanos),
            Limit::AtMost(100e3, 500e3),
        ),
        (
            "request to the built-in server, p99",
            server.and_then(|server| server.p99_nanos),
            Limit::AtMost(500e3, 5e6),
        ),
    ] {
        let value = value.map(|nanos| nanos as f64);
        lines.push(held(
            SECTION,
            what,
            value,
            Unit::Nanos,
            limit,
            "Delays of network stages are longer by that much.",
        ));
    }
}

/// What looking at processes and machine costs.
fn sampler(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Cost;
    let sampler = &report.sampler;
    for (what, value, limit) in [
        (
            "looking at a process: CPU time",
            sampler.cpu_nanos,
            Limit::AtMost(1e3, 5e3),
        ),
        (
            "looking at a process: resident size",
            sampler.resident_nanos,
            Limit::AtMost(2e3, 20e3),
        ),
        (
            "looking at a process: PSS and USS",
            sampler.memory_nanos,
            Limit::AtMost(5e5, 5e6),
        ),
        (
            "looking at the machine",
            sampler.machine_nanos,
            Limit::AtMost(2e5, 2e6),
        ),
    ] {
        lines.push(held(
            SECTION,
            what,
            value,
            Unit::Nanos,
            limit,
            "The system answers slowly; runs with many processes are sampled less often.",
        ));
    }
    let of_64 = sampler.cpu_nanos.zip(sampler.resident_nanos);
    lines.push(held(
        SECTION,
        "looking at 64 processes ten times a second",
        of_64.map(|(cpu, resident)| (cpu + resident) * 64.0 * 10.0 / 1e9),
        Unit::Cores,
        Limit::AtMost(0.002, 0.01),
        "Take fewer worker processes.",
    ));
}

fn overhead_line(overhead: &Overhead) -> Line {
    let bare = match overhead.bare {
        Bare::Loop => "bare loop",
        Bare::Queue => "bare queue",
        Bare::Pipe => "bare pipe",
        Bare::Spawn => "bare spawn",
    };
    // What peers take on such machines: a queue of threads 0.1 to 0.5 µs per task, an event loop about one, a pipe
    // there and back some microseconds.
    let limit = match overhead.bare {
        Bare::Loop | Bare::Queue => Limit::AtMost(1e3, 5e3),
        Bare::Spawn => Limit::AtMost(3e3, 15e3),
        Bare::Pipe => Limit::AtMost(20e3, 60e3),
    };
    let what = format!(
        "added to a task on {} ({}; {bare} {})",
        overhead.backend,
        text::nanos(overhead.nanos),
        text::nanos(overhead.bare_nanos),
    );
    let added = (overhead.nanos - overhead.bare_nanos).max(0.0);
    held(
        Section::Cost,
        &what,
        Some(added),
        Unit::Nanos,
        limit,
        "Give tasks at least a hundred times as much work, or measure on a quieter machine.",
    )
}
