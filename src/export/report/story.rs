//! What a report tells, in words: the same for a page and for Markdown.

use crate::analysis::{
    self, CandidateFigures, CandidateStatus, NoiseFloor, ObjectiveResult, PairComparison,
    RunComparison, RunOutcome, Trust, Verdict, basis_label,
};
use crate::export::report::Report;
use crate::run::record::Record;
use crate::run::{Machine, Run};
use crate::scenario::{self, PriceCard, Scenario};
use crate::units::text;

/// All conclusions that a report is written from.
#[derive(Debug)]
pub(super) struct Story<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) figures: Vec<CandidateFigures>,
    pub(super) trust: Trust,
    pub(super) verdict: Verdict,
    /// The objectives of each of the figures, in the order of both.
    pub(super) objectives: Vec<Vec<ObjectiveResult>>,
    pub(super) floor: Option<NoiseFloor>,
    /// The candidate that the others are held against, and the others beside it.
    pub(super) against: Option<(usize, Vec<PairComparison>)>,
    /// The run beside its baseline, if it has one.
    pub(super) compared: Option<(RunComparison, RunOutcome)>,
}

impl<'a> Story<'a> {
    pub(super) fn of(report: &'a Report<'a>) -> Self {
        let run = report.run;
        let figures = analysis::candidate_figures(run);
        let trust = analysis::trust(run);
        let verdict = analysis::verdict(run, &figures, &trust);
        let against = analysis::reference(run)
            .map(|reference| (reference, analysis::compare_candidates(run, reference)))
            .filter(|(_, pairs)| !pairs.is_empty());
        let compared = report.baseline.map(|baseline| {
            let compared = analysis::compare_whole(baseline, report.side());
            let outcome = compared.outcome(report.tolerance_ratio);
            (compared, outcome)
        });
        Self {
            floor: analysis::noise_floor(run),
            objectives: analysis::objective_results(run, &figures),
            report,
            figures,
            trust,
            verdict,
            against,
            compared,
        }
    }

    pub(super) const fn run(&self) -> &'a Run {
        self.report.run
    }

    /// The answer in a line.
    pub(super) fn headline(&self) -> String {
        self.verdict.headline(self.run().ended)
    }

    /// What somebody who was not there must know first: when, where, what, how long.
    pub(super) fn circumstances(&self) -> Vec<(String, String)> {
        let run = self.run();
        let mut told = vec![("Measured", text::date_time(run.started_unix_secs))];
        if let Some(machine) = &run.machine {
            told.push(("On", machine_words(machine)));
        } else {
            told.push((
                "On",
                "a machine that is not known: no runner came up".to_owned(),
            ));
        }
        told.extend(load_and_time(&run.request.scenario));
        told.extend(self.report.record.map(kept_as).unwrap_or_default());
        told.extend(self.incomplete().map(|why| ("Incomplete", why)));
        let owned = told.into_iter().map(|(term, what)| (term.to_owned(), what));
        owned.collect()
    }

    /// Why the figures cover less than was asked for; none if they do not.
    pub(super) fn incomplete(&self) -> Option<String> {
        use crate::run::record::Completeness;
        let run = self.run();
        let blocks = format!(
            "{} of {} blocks ended",
            text::count(run.blocks_ended() as u64),
            text::count(run.blocks.len() as u64)
        );
        let cut = self.report.record.map(|record| record.completeness) == Some(Completeness::Cut);
        if cut {
            Some(format!("the record was cut before its end; {blocks}"))
        } else if run.stopped {
            Some(format!("the run was stopped; {blocks}"))
        } else if run.ended {
            None
        } else {
            Some(format!("the run is not over; {blocks}"))
        }
    }

    /// What a task does, how tasks come, and who carries them out: plain words, line by line. What is indented belongs
    /// to the line before.
    pub(super) fn what_was_measured(&self) -> Vec<String> {
        what_is_measured(&self.run().request.scenario)
    }

    /// What was found at each candidate: (index, name, lines). Candidates at which nothing was found are left out.
    pub(super) fn findings(&self) -> Vec<(usize, &str, Vec<FoundLine>)> {
        let found = self.figures.iter().map(|figures| {
            let lines = found_of(figures);
            (figures.candidate, figures.name.as_str(), lines)
        });
        found.filter(|(_, _, lines)| !lines.is_empty()).collect()
    }

    /// How far the candidate that was measured twice differs from itself.
    pub(super) fn noise_floor(&self) -> Option<String> {
        let floor = self.floor.as_ref()?;
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
        let candidates = &self.run().request.scenario.candidates;
        let name = candidates.get(floor.candidate)?.label();
        let told: Vec<_> = told.collect();
        Some(format!(
            "'{name}' was measured twice in each repeat, as if it were two candidates. It differed from itself by {}.",
            told.join(", ")
        ))
    }

    /// How the figures can be had again: what to do, and the command for it.
    pub(super) fn steps_again(&self) -> Vec<(String, String)> {
        let (run, file) = (self.run(), self.scenario_file());
        let mut command = format!("poolscope run {file} --seed {}", run.request.seed);
        let all = &run.request.scenario.candidates;
        if run.request.candidates.len() < all.len() {
            let names = run
                .request
                .candidates
                .iter()
                .filter_map(|&index| all.get(index));
            let names: Vec<_> = names.map(scenario::Candidate::label).collect();
            command.push_str(" --only ");
            command.push_str(&shell_quoted(&names.join(",")));
        }
        let mut steps = vec![
            (
                format!("Save the scenario of this report as {file}, and see what it would do."),
                format!("poolscope check {file}"),
            ),
            (
                "Run it with the same seed; the results are in the folder afterwards.".to_owned(),
                format!("{command} --out results"),
            ),
        ];
        if let Some(record) = self.report.record {
            steps.push((
                "Hold the new run against this one, on a machine that has its record.".to_owned(),
                format!("poolscope compare {} last", record.header.id),
            ));
        }
        steps
    }

    /// A name for the scenario's file that every system and shell takes as it is.
    pub(super) fn scenario_file(&self) -> String {
        file_of(&self.run().request.scenario)
    }

    /// What the verdict says beside its reason: what would change it, and what a textbook recommends.
    pub(super) fn beside_the_verdict(&self) -> Vec<String> {
        let sentence = |text: &str| {
            let mut letters = text.trim_end_matches('.').chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string());
            format!("{}{}.", first.unwrap_or_default(), letters.as_str())
        };
        let changes = self.verdict.changes.iter();
        let mut told: Vec<String> = changes
            .map(|change| format!("What would change it: {}", sentence(change)))
            .collect();
        let textbook = self.verdict.textbook.as_ref();
        told.extend(textbook.map(|textbook| {
            let words = textbook.words(!self.verdict.candidates.is_empty());
            format!("What a textbook says: {}", sentence(&words))
        }));
        told
    }

    /// One objective of one candidate in words, and what is to be known beside it.
    pub(super) fn objective_words(&self, result: &ObjectiveResult) -> (String, String) {
        let currency = &self.run().request.scenario.prices.currency;
        let value = result.figure.map(|figure| figure.value);
        let value = text::or_missing(value, |value| result.objective.show(value, currency));
        let mut beside = Vec::new();
        if let Some(margin) = result.margin_ratio {
            let side = if margin < 0.0 {
                "beyond the bound"
            } else {
                "to spare"
            };
            beside.push(format!("{} {side}", text::percent(margin.abs())));
        }
        if result.by_value_alone {
            beside.push("by the value alone, without an interval".to_owned());
        }
        if !result.reason.is_empty() {
            beside.push(result.reason.clone());
        }
        if let Some(longer) = result.to_decide {
            beside.push(format!("{} would decide it", longer.words()));
        }
        (
            format!("{}: {value}", result.outcome.text()),
            beside.join("; "),
        )
    }

    /// Seeds and what else decides on chance.
    pub(super) fn seeds(&self) -> Vec<(String, String)> {
        let request = &self.run().request;
        let protocol = request.scenario.protocol;
        let mut order: Vec<String> = Vec::new();
        for block in &self.run().blocks {
            let name = self
                .figures
                .iter()
                .find(|f| f.candidate == block.planned.candidate);
            let again = if block.planned.twin { " (again)" } else { "" };
            order.extend(name.map(|figures| format!("{}{again}", figures.name)));
        }
        let rest = order.len().saturating_sub(ORDER_MAX);
        order.truncate(ORDER_MAX);
        let mut order = order.join(" → ");
        if rest > 0 {
            order.extend([" → and ", &text::count(rest as u64), " more"]);
        }
        vec![
            ("Seed of the run".to_owned(), request.seed.to_string()),
            ("Seed in the scenario".to_owned(), protocol.seed.to_string()),
            (
                "What follows from it".to_owned(),
                "arrivals, distributions, failures and the order of blocks; not what the machine does".to_owned(),
            ),
            ("Order of the blocks".to_owned(), order),
        ]
    }

    /// What costs are made of.
    pub(super) fn prices(&self) -> String {
        prices_words(&self.run().request.scenario.prices)
    }
}

/// Under which words a record is found, and what people say of it.
pub(super) fn kept_as(record: &Record) -> Vec<(&'static str, String)> {
    let (header, meta) = (&record.header, &record.meta);
    let called = if meta.name.is_empty() {
        header.id.clone()
    } else {
        format!("{} ({})", meta.name, header.id)
    };
    let mut told = vec![("Kept as", called)];
    told.extend((!meta.tags.is_empty()).then(|| ("Tags", meta.tags.join(", "))));
    told.extend((!meta.note.is_empty()).then(|| ("Note", meta.note.clone())));
    told
}

/// How tasks come, and how long that is measured.
pub(super) fn load_and_time(scenario: &Scenario) -> Vec<(&'static str, String)> {
    let lines = scenario::describe(scenario);
    let told = [("Load", "Load: "), ("Time", "Time: ")].map(|(name, start)| {
        let line = lines.iter().find_map(|line| line.strip_prefix(start));
        line.map(|line| (name, line.to_owned()))
    });
    told.into_iter().flatten().collect()
}

/// See [`Story::what_was_measured`].
pub(super) fn what_is_measured(scenario: &Scenario) -> Vec<String> {
    let prose = [&scenario.about, &scenario.look_for];
    let prose = prose.iter().filter(|text| !text.is_empty()).count();
    let mut lines = scenario::describe(scenario);
    lines.drain(..(1 + prose).min(lines.len()));
    lines
}

/// See [`Story::scenario_file`].
pub(super) fn file_of(scenario: &Scenario) -> String {
    let title = scenario.title.to_lowercase();
    let plain = title
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let plain: String = plain.take(40).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "scenario.ron".to_owned()
    } else {
        format!("{}.ron", words.join("_"))
    }
}

/// What costs are made of.
pub(super) fn prices_words(prices: &PriceCard) -> String {
    format!(
        "{} {} per core and hour, {} {} per GiB and hour, for {} ({})",
        text::given(prices.per_vcpu_hour),
        prices.currency,
        text::given(prices.per_gib_hour),
        prices.currency,
        basis_label(prices),
        prices.source
    )
}

/// Blocks that the order names.
const ORDER_MAX: usize = 30;

/// One line of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundLine {
    /// Its name; empty for a remark.
    pub(super) label: String,
    /// What shows it.
    pub(super) evidence: String,
    /// What to do; empty where nothing is to do.
    pub(super) advice: String,
}

impl FoundLine {
    fn new(label: &str, evidence: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            evidence: evidence.into(),
            advice: String::new(),
        }
    }
}

fn found_of(figures: &CandidateFigures) -> Vec<FoundLine> {
    let mut lines = Vec::new();
    match &figures.status {
        CandidateStatus::Failed { cause } => lines.push(FoundLine::new("failed", cause.as_str())),
        CandidateStatus::Stopped => lines.push(FoundLine::new(
            "stopped",
            "the figures cover less than was asked for",
        )),
        CandidateStatus::Waiting => {
            lines.push(FoundLine::new("not measured", "its turn did not come"));
        }
        CandidateStatus::Live | CandidateStatus::Done => {}
    }
    let resilience = &figures.resilience;
    if !resilience.degraded.is_empty() {
        lines.push(FoundLine::new("degraded", resilience.degraded.join(", ")));
    }
    for finding in &figures.findings {
        lines.push(FoundLine {
            advice: finding.kind.advice().to_owned(),
            ..FoundLine::new(finding.kind.label(), finding.evidence.as_str())
        });
    }
    lines.extend(
        resilience
            .recovery
            .map(|recovery| FoundLine::new("", recovery.sentence(resilience.recovered_to))),
    );
    lines.extend(
        figures
            .remarks
            .iter()
            .map(|remark| FoundLine::new("", remark.as_str())),
    );
    lines
}

/// A machine in a line: processor, cores, memory, system.
pub(super) fn machine_words(machine: &Machine) -> String {
    format!(
        "{}, {}, {} of memory, {}",
        machine.cpu,
        text::counted(machine.cores.into(), "core", "cores"),
        text::bytes(machine.memory_bytes as f64),
        machine.os
    )
}

/// All that a machine tells; what it does not tell is said.
pub(super) fn machine_card(machine: &Machine) -> Vec<(String, String)> {
    let told = |fact: Option<String>| fact.unwrap_or_else(|| "not told".to_owned());
    let count = |fact: Option<u32>| told(fact.map(|count| text::count(count.into())));
    let card = [
        ("Processor", machine.cpu.clone()),
        (
            "Cores that the run may use",
            text::count(machine.cores.into()),
        ),
        ("Processors switched on", count(machine.processors)),
        (
            "CPU quota",
            machine
                .quota_cores
                .map_or_else(|| "none".to_owned(), text::cores),
        ),
        ("Memory", text::bytes(machine.memory_bytes as f64)),
        ("Operating system", machine.os.clone()),
        ("Kernel", machine.kernel.clone()),
        (
            "Virtual machine",
            machine
                .virtualization
                .clone()
                .unwrap_or_else(|| "none seen".to_owned()),
        ),
        ("Clock governor", told(machine.governor.clone())),
        ("Clock source", told(machine.clock_source.clone())),
        (
            "Load before the run",
            text::or_missing(machine.load_average, text::number),
        ),
    ];
    card.map(|(what, value)| (what.to_owned(), value)).into()
}

/// `words` as one word of a shell.
fn shell_quoted(words: &str) -> String {
    let line: String = words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("'{}'", line.replace('\'', "'\\''"))
}

/// What the words of a report mean, for those who meet them for the first time.
pub(super) const WORDS: [(&str, &str); 10] = [
    (
        "Candidate",
        "One back end with its settings: threads, processes, an event loop. All candidates were given the same work under the same demand, one after the other, each in a fresh process.",
    ),
    (
        "Response time",
        "From the instant at which a task was due to its end: what a caller waits, queue included. Service time is the part from its start on.",
    ),
    (
        "p50, p95, p99",
        "Of 100 tasks 50, 95 or 99 took at most that long. A percentile of too few tasks is not shown.",
    ),
    (
        "Throughput, goodput",
        "Tasks that ended per second; those of them that were good.",
    ),
    (
        "Makespan",
        "Of a batch: from its start to the end of its last task. Speed-up is the sequential candidate's makespan over this one's.",
    ),
    (
        "Memory per worker",
        "PSS: memory of a worker process, shared pages divided among those who share them. RSS: shared pages counted in each. Derived: growth of the process over its empty state, divided by its threads or loops.",
    ),
    (
        "Cost per 1k",
        "Price of the resources over the measurement, divided by good tasks, times 1,000. Network, storage and operation are not priced.",
    ),
    (
        "±, interval",
        "With 95 % confidence the true value is within it. It takes at least three repeats; without them no interval is shown, and no difference is called real.",
    ),
    (
        "Too close to call",
        "The difference may be chance, is inside of what the same candidate differs from itself, or is too small to matter.",
    ),
    ("–", "Not known. What is missing is never shown as zero."),
];
