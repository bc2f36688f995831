//! The lines that follow from the probe's report.

use crate::analysis::checkup::instrument::{cost, timers};
use crate::analysis::checkup::limits::{Limit, held};
use crate::analysis::checkup::{Judgement, Line, Section, Unit};
use crate::run::probe::ProbeReport;
use crate::units::text;

/// All lines that follow from `report`, section by section.
#[must_use]
pub fn lines(report: &ProbeReport) -> Vec<Line> {
    let mut lines = Vec::new();
    machine(report, &mut lines);
    quiet(report, &mut lines);
    timers(report, &mut lines);
    files(report, &mut lines);
    limits(report, &mut lines);
    cost(report, &mut lines);
    for failure in &report.failures {
        lines.push(
            Line::fact(Section::SelfTests, "a step of the probe", "failed").judged(
                Judgement::Failed,
                "every step can be done",
                failure,
            ),
        );
    }
    lines
}

fn machine(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Machine;
    let machine = &report.machine;
    let mut fact = |what: &str, found: &str| lines.push(Line::fact(SECTION, what, found));
    fact("system", &machine.os);
    fact("kernel", &machine.kernel);
    fact("processor", &machine.cpu);
    let cores = f64::from(machine.cores);
    lines.push(held(
        SECTION,
        "cores that poolscope may use",
        Some(cores),
        Unit::Count,
        Limit::AtLeast(4.0, 2.0),
        "With one core the load generator and the workers take turns; measure on a larger machine.",
    ));
    let count = |value: Option<u32>| value.map(f64::from);
    lines.push(Line::figure(
        SECTION,
        "processors switched on",
        count(machine.processors),
        Unit::Count,
    ));
    let affinity = count(report.limits.affinity_cores);
    lines.push(Line::figure(
        SECTION,
        "processors in the affinity",
        affinity,
        Unit::Count,
    ));
    lines.push(quota(machine.quota_cores, cores));
    lines.push(governor(machine.governor.as_deref()));
    let (now, max) = (report.after.frequency_hz, report.after.frequency_max_hz);
    for (what, hz) in [
        ("clock frequency now", now),
        ("clock frequency at the most", max),
    ] {
        lines.push(Line::figure(
            SECTION,
            what,
            hz.map(|hz| hz as f64),
            Unit::Hertz,
        ));
    }
    lines.push(match machine.virtualization.as_deref() {
        Some(name) => Line::fact(SECTION, "virtual machine", name).judged(
            Judgement::Fair,
            "good is a machine of one's own",
            "",
        ),
        None => Line::fact(SECTION, "virtual machine", "none seen"),
    });
    let memory = Some(machine.memory_bytes as f64).filter(|bytes| *bytes > 0.0);
    lines.push(Line::figure(SECTION, "memory", memory, Unit::Bytes));
    lines.push(clock_source(machine.clock_source.as_deref()));
}

fn quota(quota_cores: Option<f64>, cores: f64) -> Line {
    let Some(quota) = quota_cores else {
        return Line::fact(Section::Machine, "CPU quota", "none");
    };
    let judgement = if quota < 1.0 || quota < cores / 2.0 {
        Judgement::Poor
    } else {
        Judgement::Fair
    };
    Line::figure(Section::Machine, "CPU quota", Some(quota), Unit::Cores).judged(
        judgement,
        "good is none: a quota stops all threads at once when it is used up",
        "Measure outside of the control group that has the quota, or raise it.",
    )
}

fn governor(governor: Option<&str>) -> Line {
    let Some(name) = governor else {
        return Line::fact(Section::Machine, "frequency governor", text::MISSING);
    };
    let judgement = if name == "performance" {
        Judgement::Good
    } else {
        Judgement::Fair
    };
    Line::fact(Section::Machine, "frequency governor", name).judged(
        judgement,
        "good is performance: others change the frequency while candidates take turns",
        "",
    )
}

fn clock_source(source: Option<&str>) -> Line {
    /// Clocks that the processor counts itself; others are asked over a bus.
    const FAST: [&str; 4] = [
        "tsc",
        "kvm-clock",
        "arch_sys_counter",
        "hyperv_clocksource_tsc_page",
    ];
    let Some(name) = source else {
        return Line::fact(Section::Machine, "clock source", text::MISSING);
    };
    let judgement = if FAST.contains(&name) {
        Judgement::Good
    } else {
        Judgement::Fair
    };
    Line::fact(Section::Machine, "clock source", name).judged(
        judgement,
        "good is a counter of the processor",
        "",
    )
}

/// What the machine did while the probe ran, in which at most one core is asked for.
fn quiet(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Quiet;
    let over = |counter: fn(&crate::run::MachineSample) -> Option<u64>| {
        Some(counter(&report.after)?.saturating_sub(counter(&report.before)?) as f64)
    };
    let passed = report
        .after
        .elapsed_nanos
        .saturating_sub(report.before.elapsed_nanos) as f64;
    let of_all = passed
        * f64::from(
            report
                .after
                .processors
                .unwrap_or(report.machine.cores)
                .max(1),
        );
    let busy = over(|sample| sample.busy_nanos);
    let ours = over(|sample| Some(sample.ours_cpu_nanos));
    let other = busy
        .zip(ours)
        .map(|(busy, ours)| (busy - ours).max(0.0) / of_all);
    let mut share = |what: &str, value: Option<f64>, good, fair, advice: &str| {
        let limit = Limit::AtMost(good, fair);
        lines.push(held(SECTION, what, value, Unit::Ratio, limit, advice));
    };
    share(
        "processor time taken by others",
        other,
        0.05,
        0.2,
        "Close other programs, and measure again.",
    );
    share(
        "processor time stolen by other machines",
        over(|sample| sample.steal_nanos).map(|nanos| nanos / of_all),
        0.01,
        0.05,
        "The host is short of processors; take another machine, or one of your own.",
    );
    share(
        "time waiting for memory",
        over(|sample| sample.memory_pressure_nanos).map(|nanos| nanos / passed),
        0.001,
        0.01,
        "Memory is short; close other programs.",
    );
    if report.machine.quota_cores.is_some() {
        share(
            "time held back by the CPU quota",
            over(|sample| sample.throttled_nanos).map(|nanos| nanos / of_all),
            0.0,
            0.01,
            "Raise the quota, or measure elsewhere.",
        );
    }
    room(report, lines);
}

/// What is left of the machine by now.
fn room(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Quiet;
    let cores = f64::from(report.machine.cores);
    lines.push(held(
        SECTION,
        "load of the last minute",
        report.machine.load_average,
        Unit::Count,
        Limit::AtMost(0.2 * cores, 0.5 * cores),
        "Something has kept the machine busy; wait until it is done.",
    ));
    let memory = report.machine.memory_bytes as f64;
    lines.push(held(
        SECTION,
        "memory that can be had",
        report
            .after
            .memory_available_bytes
            .map(|bytes| bytes as f64),
        Unit::Bytes,
        Limit::AtLeast((0.25 * memory).min(4e9), 1e9),
        "Close other programs.",
    ));
    lines.push(
        match (report.limits.swap_bytes, report.limits.swap_used_bytes) {
            (Some(0), _) => Line::fact(SECTION, "swap", "none"),
            (_, used) => held(
                SECTION,
                "swap in use",
                used.map(|bytes| bytes as f64),
                Unit::Bytes,
                Limit::AtMost(64e6, 1e9),
                "Memory was short; close other programs.",
            ),
        },
    );
}

fn files(report: &ProbeReport, lines: &mut Vec<Line>) {
    const SECTION: Section = Section::Files;
    let Some(scratch) = &report.scratch else {
        lines.push(Line::fact(SECTION, "scratch folder", text::MISSING));
        return;
    };
    let kind = Line::fact(
        SECTION,
        "file system of the scratch folder",
        scratch.kind.clone(),
    );
    lines.push(if scratch.in_memory {
        kind.judged(
            Judgement::Poor,
            "file stages are to reach a disk",
            "Name a folder on a disk in TMPDIR.",
        )
    } else {
        kind
    });
    lines.push(held(
        SECTION,
        "room in it",
        Some(scratch.free_bytes as f64),
        Unit::Bytes,
        Limit::AtLeast(4e9, 5e8),
        "Make room, or name another folder in TMPDIR.",
    ));
    let nanos = |value: Option<u64>| value.map(|nanos| nanos as f64);
    let advice = "Results of stages with fsync are those of this disk.";
    for (what, value, limit) in [
        (
            "write of 4 KiB and fsync, p50",
            scratch.sync_p50_nanos,
            Limit::AtMost(5e6, 50e6),
        ),
        (
            "write of 4 KiB and fsync, p99",
            scratch.sync_p99_nanos,
            Limit::AtMost(20e6, 200e6),
        ),
    ] {
        lines.push(held(
            SECTION,
            what,
            nanos(value),
            Unit::Nanos,
            limit,
            advice,
        ));
    }
}

fn limits(report: &ProbeReport, lines: &mut Vec<Line>) {
    let limits = &report.limits;
    for (what, value, good, fair) in [
        (
            "open files of a process",
            limits.open_files,
            65_536.0,
            4_096.0,
        ),
        (
            "processes of this user",
            limits.processes,
            16_384.0,
            1_024.0,
        ),
        (
            "processes and threads of this control group",
            limits.group_tasks,
            16_384.0,
            1_024.0,
        ),
        (
            "threads of the system",
            limits.system_threads,
            32_768.0,
            4_096.0,
        ),
    ] {
        lines.push(match value {
            None => Line::fact(Section::Limits, what, "no limit"),
            Some(value) => held(
                Section::Limits,
                what,
                Some(value as f64),
                Unit::Count,
                Limit::AtLeast(good, fair),
                "Large pools and many connections will be refused; raise the limit, or ask who runs the machine.",
            ),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::probe::{
        Bare, Clock, ClockCost, Lateness, Limits, Overhead, SamplerCost, ScratchFolder, Wait,
    };
    use crate::run::{Machine, MachineSample};

    fn sample(elapsed_nanos: u64, busy: u64, ours: u64, steal: u64) -> MachineSample {
        MachineSample {
            elapsed_nanos,
            ours_cpu_nanos: ours,
            busy_nanos: Some(busy),
            steal_nanos: Some(steal),
            processors: Some(4),
            frequency_hz: None,
            frequency_max_hz: None,
            memory_available_bytes: Some(12 << 30),
            memory_pressure_ratio: Some(0.0),
            memory_pressure_nanos: Some(0),
            suspended_nanos: Some(0),
            throttled_nanos: None,
            throttled_periods: None,
        }
    }

    /// Ten seconds on four processors.
    fn report() -> ProbeReport {
        const SECOND: u64 = 1_000_000_000;
        ProbeReport {
            machine: Machine {
                cores: 4,
                memory_bytes: 16 << 30,
                load_average: Some(0.1),
                clock_source: Some("tsc".to_owned()),
                ..Machine::default()
            },
            before: sample(0, 7 * SECOND, 0, 0),
            after: sample(10 * SECOND, 17 * SECOND, 6 * SECOND, 4 * SECOND),
            debug_build: false,
            limits: Limits::default(),
            clocks: vec![ClockCost {
                clock: Clock::Monotonic,
                nanos: 25.0,
            }],
            timer_slack_nanos: Some(1),
            waits: vec![Lateness {
                wait: Wait::Paced,
                wanted_nanos: 100_000,
                p50_nanos: Some(200),
                p99_nanos: None,
            }],
            scratch: Some(ScratchFolder {
                kind: "tmpfs".to_owned(),
                in_memory: true,
                free_bytes: 8 << 30,
                sync_p50_nanos: Some(900),
                sync_p99_nanos: Some(2_000),
            }),
            sampler: SamplerCost::default(),
            overheads: vec![Overhead {
                backend: "threads".to_owned(),
                tasks: 1_000,
                nanos: 700.0,
                range_nanos: (600.0, 900.0),
                bare: Bare::Queue,
                bare_nanos: 100.0,
            }],
            server: None,
            failures: Vec::new(),
        }
    }

    fn line(lines: &[Line], what: &str) -> Line {
        let found = lines.iter().find(|line| line.what.starts_with(what));
        found.unwrap_or_else(|| panic!("no line '{what}'")).clone()
    }

    #[test]
    fn what_others_took_is_what_was_busy_without_us() {
        let lines = lines(&report());
        // 10 s busy, 6 s of them ours, of 40 s in all.
        let other = line(&lines, "processor time taken by others");
        assert_eq!(other.value, Some((0.1, Unit::Ratio)));
        assert_eq!(other.judgement, Judgement::Fair);
        let stolen = line(&lines, "processor time stolen");
        assert_eq!(
            (stolen.value, stolen.judgement),
            (Some((0.1, Unit::Ratio)), Judgement::Poor)
        );
        assert!(stolen.advice.is_some());
    }

    #[test]
    fn a_scratch_folder_in_memory_is_poor_and_costs_are_told_against_the_bare_way() {
        let lines = lines(&report());
        let folder = line(&lines, "file system");
        assert_eq!(folder.judgement, Judgement::Poor);
        assert!(folder.advice.unwrap().contains("TMPDIR"));
        let added = line(
            &lines,
            "added to a task on threads (700 ns; bare queue 100 ns)",
        );
        assert_eq!(
            (added.value, added.judgement),
            (Some((600.0, Unit::Nanos)), Judgement::Good)
        );
    }

    #[test]
    fn what_the_probe_could_not_find_is_a_dash_and_what_it_could_not_do_fails() {
        let mut report = report();
        let all = lines(&report);
        let p99 = line(&all, "paced wait of 100 µs, late by (p99)");
        assert_eq!(
            (p99.found.as_str(), p99.judgement),
            (text::MISSING, Judgement::Stated)
        );
        assert!(crate::analysis::checkup::self_tests_hold(&all));
        report.failures = vec!["writing files: no room".to_owned()];
        let all = lines(&report);
        assert!(!crate::analysis::checkup::self_tests_hold(&all));
        let failed = line(&all, "a step of the probe");
        assert_eq!(failed.advice.as_deref(), Some("writing files: no room"));
    }
}
