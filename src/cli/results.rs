//! What a run gives out: the table and remarks, or the document, and the folder; and the exit code that follows.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::analysis::{
    self, CandidateFigures, CandidateStatus, Finding, FindingKind, NoiseFloor, Trust, Verdict,
    VerdictKind,
};
use crate::cli::{Exit, Output, compare};
use crate::export::{self, Table};
use crate::run::Run;
use crate::scenario;
use crate::units::text;

/// What response times of a closed load cannot tell.
const CLOSED: &str =
    "Closed load: clients wait for their answers, so response times hide overload.";

/// Prints and writes the figures of `run`, complete or not.
///
/// # Errors
/// If the folder cannot be written; what goes to standard output is printed before that.
pub(super) fn give_out(
    run: &Run,
    folder: Option<&Path>,
    json: bool,
    out: &mut Output,
) -> anyhow::Result<Exit> {
    let scenario = scenario::to_text(&run.request.scenario);
    give_out_report(&export::Report::of(run, &scenario), folder, json, out)
}

/// The same of a run that is more than itself: that has a record, or a baseline, against which it is held. What follows
/// from that is printed below the figures, or beside the document.
///
/// # Errors
/// As [`give_out`].
pub(super) fn give_out_report(
    report: &export::Report<'_>,
    folder: Option<&Path>,
    json: bool,
    out: &mut Output,
) -> anyhow::Result<Exit> {
    let run = report.run;
    let figures = analysis::candidate_figures(run);
    let trust = analysis::trust(run);
    let verdict = analysis::verdict(run, &figures, &trust);
    if json {
        out.figure(export::json(run)?.trim_end());
    } else {
        let scenario = &run.request.scenario;
        print_table(&export::table(&figures, scenario), out);
        let details = export::details(&figures, scenario);
        // Only with figures: a run of which nothing was measured has none.
        if details.headers.len() > 2 {
            out.figure("");
            print_table(&details, out);
        }
        let results = analysis::objective_results(run, &figures);
        let objectives = export::objectives_table(&figures, &results, scenario);
        if !objectives.rows.is_empty() {
            out.figure("");
            print_table(&objectives, out);
        }
        if out.figure_columns().is_some() {
            out.figure("");
        }
        if run.request.is_closed() {
            out.prose("", CLOSED);
        }
        if let Some(floor) = analysis::noise_floor(run) {
            out.prose("", &noise_floor(&floor, run));
        }
        for remark in remarks(&figures, &trust, &verdict) {
            out.prose("", &remark);
        }
    }
    let mut exit = exit(run, &trust, &verdict);
    if let Some((sides, compared, outcome)) = compare::compared(report) {
        if json {
            out.message(&outcome.why);
        } else {
            out.figure("");
            compare::print(sides, &compared, &outcome, out);
        }
        exit = exit.worse(compare::exit(&outcome));
    }
    if let Some(folder) = folder {
        export::write_folder(folder, report)
            .with_context(|| format!("results cannot be written to '{}'", folder.display()))?;
        out.message(format_args!("Results are in '{}'.", folder.display()));
    }
    Ok(exit)
}

fn print_table(table: &Table, out: &mut Output) {
    let text = match out.figure_columns() {
        Some(columns) => export::text_table_within(table, columns),
        None => export::text_table(table),
    };
    out.figure(text.trim_end());
}

/// `Noise floor: 'threads ×8' measured twice differed by 0.4 % in throughput (differences up to 1.2 % are noise) …`.
fn noise_floor(floor: &NoiseFloor, run: &Run) -> String {
    let told = floor.measures.iter().map(|noise| {
        let differed = text::percent((noise.ratio - 1.0).abs());
        let measure = noise.measure.label();
        match noise.floor_ratio {
            Some(half) => format!(
                "{differed} in {measure} (up to {} is noise)",
                text::percent(half)
            ),
            None => format!("{differed} in {measure}"),
        }
    });
    let name = run
        .request
        .scenario
        .candidate_names()
        .into_iter()
        .nth(floor.candidate);
    format!(
        "Noise floor: '{}', measured twice, differed by {}",
        name.unwrap_or_default(),
        told.collect::<Vec<_>>().join(", ")
    )
}

fn exit(run: &Run, trust: &Trust, verdict: &Verdict) -> Exit {
    if run.stopped {
        Exit::Interrupted
    } else if !trust.trustworthy || verdict.kind == VerdictKind::NotTrustworthy {
        Exit::NotTrustworthy
    } else if verdict.kind == VerdictKind::NoneQualifies {
        Exit::NoneQualifies
    } else {
        Exit::Success
    }
}

fn is_told(trust: &Trust, cause: &str) -> bool {
    trust.reasons.iter().any(|reason| reason.contains(cause))
}

/// What the table does not say: accidents, doubts and the conclusion. Each one line.
fn remarks(figures: &[CandidateFigures], trust: &Trust, verdict: &Verdict) -> Vec<String> {
    let mut remarks = Vec::new();
    for figures in figures {
        let name = &figures.name;
        match &figures.status {
            CandidateStatus::Stopped => {
                remarks.push(format!(
                    "{name}: stopped; the figures cover less than was asked for"
                ));
            }
            CandidateStatus::Waiting => remarks.push(format!("{name}: not measured")),
            // Else how it failed is among the reasons of distrust.
            CandidateStatus::Failed { cause } if !is_told(trust, cause) => {
                remarks.push(format!("{name}: failed: {cause}"));
            }
            CandidateStatus::Failed { .. } | CandidateStatus::Live | CandidateStatus::Done => {}
        }
        let degraded = &figures.resilience.degraded;
        if !degraded.is_empty() {
            remarks.push(format!("{name}: degraded: {}", degraded.join(", ")));
        } else if figures.worker_deaths > 0 {
            let deaths = text::counted(figures.worker_deaths.into(), "worker", "workers");
            remarks.push(format!("{name}: {deaths} died"));
        }
        if let Some(recovery) = figures.resilience.recovery {
            remarks.push(format!(
                "{name}: {}",
                recovery.sentence(figures.resilience.recovered_to)
            ));
        }
        remarks.extend(
            figures
                .remarks
                .iter()
                .map(|remark| format!("{name}: {remark}")),
        );
    }
    remarks.extend(findings(figures));
    remarks.extend(
        trust
            .reasons
            .iter()
            .map(|reason| format!("Not trustworthy: {reason}")),
    );
    remarks.extend(conclusion(verdict));
    remarks
}

/// What has a name, each kind once with all candidates that have it.
fn findings(figures: &[CandidateFigures]) -> Vec<String> {
    let mut found: BTreeMap<FindingKind, Vec<(&str, &Finding)>> = BTreeMap::new();
    for figures in figures {
        for finding in &figures.findings {
            let of_kind = found.entry(finding.kind).or_default();
            of_kind.push((&figures.name, finding));
        }
    }
    let line = |(kind, of): (FindingKind, Vec<(&str, &Finding)>)| match of.as_slice() {
        [(name, finding)] => format!("{name}: {}", finding.line()),
        several => {
            let evidence = several
                .iter()
                .map(|(name, finding)| format!("{name}: {}", finding.evidence));
            let evidence: Vec<String> = evidence.collect();
            format!(
                "{}: {}. {}",
                kind.label(),
                evidence.join("; "),
                kind.advice()
            )
        }
    };
    found.into_iter().map(line).collect()
}

/// The verdict, what would change it, and what a textbook says where the verdict does not say it itself.
fn conclusion(verdict: &Verdict) -> Vec<String> {
    // The reasons of distrust stand already there.
    if verdict.kind == VerdictKind::NotTrustworthy {
        return Vec::new();
    }
    let mut lines = vec![format!("Verdict: {}", verdict.why)];
    let changes = verdict.changes.iter();
    lines.extend(changes.map(|change| format!("What would change it: {change}")));
    let chosen = matches!(verdict.kind, VerdictKind::Choose | VerdictKind::Tie);
    if let Some(textbook) = verdict.textbook.as_ref().filter(|_| !chosen) {
        lines.push(format!("For comparison: {}.", textbook.text));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn told(run: &Run) -> Vec<String> {
        let figures = analysis::candidate_figures(run);
        let trust = analysis::trust(run);
        let verdict = analysis::verdict(run, &figures, &trust);
        remarks(&figures, &trust, &verdict)
    }

    #[test]
    fn faults_and_defences_are_told_candidate_by_candidate() {
        let told = told(&support::drill::run());
        for line in [
            "no budget: degraded: 6 attempts still ran for nobody at the end",
            "no budget: goodput was not back at the end, 7.00 s after the last fault",
            "budget: goodput was back 600 ms after the last fault",
            "processes: degraded: 2 workers died",
            "breaker: goodput was back as soon as the last fault was over",
        ] {
            assert!(told.iter().any(|said| said == line), "{line}: {told:#?}");
        }
        let storm = told.iter().find(|said| said.contains("retry storm"));
        let storm = storm.expect("it is named");
        assert!(storm.starts_with("no budget: retry storm: 3.50 attempts per task"));
        assert!(storm.ends_with("Give the retries a budget, such as one for ten tasks"));
    }

    #[test]
    fn without_faults_nothing_is_told_of_them() {
        for said in told(&support::finished_run()) {
            for word in ["degraded", "fault", "attempt", "breaker"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
}
