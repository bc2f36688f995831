//! Two runs, or the candidates of one, beside each other: as tables for people and as a document for programs.
//!
//! The document's form is promised to the outside; its JSON Schema is `assets/compare.schema.json`, generated from
//! the types here and held by a test.

use serde::Serialize;

use crate::analysis::{
    Circumstance, Figure, Judgement, Lost, Measure, MeasureComparison, PairComparison,
    RunComparison, RunOutcome, RunOutcomeKind, SettingDifference, Side,
};
use crate::export::table::figure;
use crate::export::{Align, ExportError, Header, Row, Table};
use crate::units::text;

/// Name and version of the document's form.
pub const COMPARE_SCHEMA: &str = "poolscope.compare/1";

/// A value of `measure` with its unit.
#[must_use]
pub fn measure_text(measure: Measure, value: f64, currency: &str) -> String {
    match measure {
        Measure::Throughput
        | Measure::Goodput
        | Measure::Good
        | Measure::VoluntarySwitches
        | Measure::InvoluntarySwitches => text::per_sec(value),
        Measure::Response(_) | Measure::Makespan | Measure::ColdStart | Measure::CpuPerTask => {
            text::nanos(value)
        }
        Measure::ErrorRatio | Measure::DropRatio => text::percent(value),
        Measure::CpuCores => text::cores(value),
        Measure::MemoryPerWorker
        | Measure::MemorySteady
        | Measure::MemoryUnique
        | Measure::MemoryTotal
        | Measure::MemoryPerTask => text::bytes(value),
        Measure::Cost | Measure::CostConsumed | Measure::CostRented => text::money(value, currency),
    }
}

const fn header(text: &'static str, align: Align, about: &'static str) -> Header {
    Header { text, align, about }
}

/// What stands above the columns of a pair.
const PAIR_HEADERS: [Header; 8] = [
    header("Measure", Align::Left, "What is compared"),
    header(
        "Baseline",
        Align::Right,
        "What the run is held against, with what its 95 % interval reaches to the farther side",
    ),
    header("Run", Align::Right, "What is held against it"),
    header("Difference", Align::Right, "Run minus baseline"),
    header("Ratio", Align::Right, "Run over baseline"),
    header(
        "95 % interval",
        Align::Right,
        "Of the ratio, for this measure alone",
    ),
    header(
        "Noise",
        Align::Right,
        "Differences of up to that share do not count",
    ),
    header("Judgement", Align::Left, "What follows from it"),
];

/// The same where both are candidates of one run.
const CANDIDATE_HEADERS: [Header; 3] = [
    header(
        "Baseline",
        Align::Right,
        "What the other candidate is held against, with what its 95 % interval reaches to the farther side",
    ),
    header("Candidate", Align::Right, "What is held against it"),
    header("Difference", Align::Right, "Candidate minus baseline"),
];

/// The measures of two candidates of one run, a row each.
#[must_use]
pub fn candidates_table(pair: &PairComparison, currency: &str) -> Table {
    let mut table = pair_table(pair, currency);
    for (header, own) in table.headers.iter_mut().skip(1).zip(CANDIDATE_HEADERS) {
        *header = own;
    }
    if let Some(ratio) = table.headers.get_mut(4) {
        ratio.about = "Candidate over baseline";
    }
    table
}

/// The measures of one pair, a row each.
#[must_use]
pub fn pair_table(pair: &PairComparison, currency: &str) -> Table {
    let row = |measure: &MeasureComparison| Row {
        candidate: pair.candidate,
        cells: pair_cells(measure, currency),
    };
    Table {
        headers: PAIR_HEADERS.into(),
        rows: pair.measures.iter().map(row).collect(),
    }
}

fn pair_cells(row: &MeasureComparison, currency: &str) -> Vec<String> {
    let value = |value| measure_text(row.measure, value, currency);
    let compared = row.comparison;
    vec![
        row.measure.label().to_owned(),
        figure(row.baseline, value),
        figure(row.run, value),
        text::or_missing(compared.map(|compared| compared.difference.value), |by| {
            if by > 0.0 {
                format!("+{}", value(by))
            } else {
                value(by)
            }
        }),
        text::or_missing(compared.map(|compared| compared.ratio.value), text::factor),
        compared
            .and_then(|compared| compared.ratio.ends())
            .map_or_else(|| text::MISSING.to_owned(), interval),
        text::or_missing(compared.map(|compared| compared.noise_ratio), noise),
        row.judgement.label().to_owned(),
    ]
}

/// Beyond the figure itself a noise floor says only that no difference counts.
fn noise(ratio: f64) -> String {
    if ratio > 1.0 {
        ">100 %".to_owned()
    } else {
        text::percent(ratio)
    }
}

fn interval((low, high): (f64, f64)) -> String {
    format!("{} to {}", text::number(low), text::factor(high))
}

/// A ratio with its interval in words, and what follows from it; none where it is not known.
pub type RatioCell = Option<(String, Judgement)>;

/// All pairs in one table: a row for each measure, a column for each candidate that is held against the same one.
/// A cell is the ratio and what follows from it.
#[must_use]
pub fn ratio_cells(pairs: &[PairComparison]) -> Vec<(Measure, Vec<RatioCell>)> {
    let has = |measure: &Measure| {
        let mut measures = pairs.iter().flat_map(|pair| &pair.measures);
        measures.any(|found| found.measure == *measure)
    };
    let cell = |pair: &PairComparison, measure: Measure| {
        let mut measures = pair.measures.iter();
        let found = measures.find(|found| found.measure == measure)?;
        let ratio = found.comparison?.ratio;
        let words = match ratio.ends() {
            Some((low, high)) => format!(
                "{} ({} to {})",
                text::factor(ratio.value),
                text::number(low),
                text::number(high)
            ),
            None => text::factor(ratio.value),
        };
        Some((words, found.judgement))
    };
    Measure::OF_RUNS
        .into_iter()
        .filter(has)
        .map(|measure| {
            let cells = pairs.iter().map(|pair| cell(pair, measure));
            (measure, cells.collect())
        })
        .collect()
}

/// Two runs beside each other. Null is "not known", never zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CompareDocument {
    /// Always "poolscope.compare/1".
    pub schema: &'static str,
    /// Version of the program that wrote the document.
    pub version: &'static str,
    /// What the run is held against.
    pub baseline: SideDocument,
    /// The run.
    pub run: SideDocument,
    /// What differs between machines, programs and interpreters.
    pub circumstances: Vec<Circumstance>,
    /// What differs between the scenarios, without their candidates.
    pub settings: Vec<SettingDifference>,
    /// How many such differences are not listed.
    pub settings_dropped: usize,
    /// The candidates that both runs measured.
    pub candidates: Vec<PairDocument>,
    /// Candidates that only the baseline measured.
    pub only_in_baseline: Vec<String>,
    /// Candidates that only the run measured.
    pub only_in_run: Vec<String>,
    /// What follows.
    pub outcome: OutcomeDocument,
}

/// One of the two runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideDocument {
    /// What it was called.
    pub name: String,
    /// The title of its scenario.
    pub title: String,
    /// When it began, in seconds since 1970 (UTC).
    pub started_unix_secs: u64,
    /// Its seed.
    pub seed: u64,
    /// Version of the program that measured it.
    pub version: String,
}

impl SideDocument {
    fn of(side: &Side<'_>) -> Self {
        Self {
            name: side.name.to_owned(),
            title: side.run.request.scenario.title.clone(),
            started_unix_secs: side.run.started_unix_secs,
            seed: side.run.request.seed,
            version: side.version.to_owned(),
        }
    }
}

/// One candidate in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PairDocument {
    /// Its name in the run.
    pub name: String,
    /// Its name in the baseline.
    pub baseline_name: String,
    /// What differs between its settings.
    pub settings: Vec<SettingDifference>,
    /// What a reader must know before comparing.
    pub notes: Vec<&'static str>,
    /// Each measure that at least one of them knows.
    pub measures: Vec<MeasureDocument>,
}

/// One measure of a candidate in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MeasureDocument {
    /// Which measure.
    pub measure: &'static str,
    /// In the baseline, in the measure's unit: nanoseconds, bytes, per second, money.
    pub baseline: Option<Figure>,
    /// In the run.
    pub run: Option<Figure>,
    /// Run minus baseline.
    pub difference: Option<Figure>,
    /// Run over baseline.
    pub ratio: Option<Figure>,
    /// The share up to which a difference is taken for noise.
    pub noise_ratio: Option<f64>,
    /// What follows.
    pub judgement: Judgement,
}

/// What follows from the comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OutcomeDocument {
    /// What kind of answer it is.
    pub kind: RunOutcomeKind,
    /// Up to which share a measure may be worse.
    pub tolerance_ratio: f64,
    /// How many measures are worse by more than that.
    pub worse: usize,
    /// How many are better.
    pub better: usize,
    /// What the baseline has and the run has not: it cannot be judged, and counts as worse.
    pub lost: Vec<Lost>,
    /// The answer for people.
    pub why: String,
}

/// The comparison of `baseline` and `run` as a document.
#[must_use]
pub fn compare_document(
    (baseline, run): (&Side<'_>, &Side<'_>),
    compared: &RunComparison,
    outcome: &RunOutcome,
) -> CompareDocument {
    CompareDocument {
        schema: COMPARE_SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        baseline: SideDocument::of(baseline),
        run: SideDocument::of(run),
        circumstances: compared.circumstances.clone(),
        settings: compared.settings.clone(),
        settings_dropped: compared.settings_dropped,
        candidates: compared.pairs.iter().map(PairDocument::of).collect(),
        only_in_baseline: compared.only_in_baseline.clone(),
        only_in_run: compared.only_in_run.clone(),
        outcome: OutcomeDocument {
            kind: outcome.kind,
            tolerance_ratio: outcome.tolerance_ratio,
            worse: outcome.worse.len(),
            better: outcome.better.len(),
            lost: outcome.lost.clone(),
            why: outcome.why.clone(),
        },
    }
}

/// The document as JSON, indented, ending with a line feed.
///
/// # Errors
/// If it cannot be encoded, which would be an error of this program.
pub fn compare_json(document: &CompareDocument) -> Result<String, ExportError> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

impl PairDocument {
    fn of(pair: &PairComparison) -> Self {
        Self {
            name: pair.name.clone(),
            baseline_name: pair.baseline_name.clone(),
            settings: pair.settings.clone(),
            notes: pair.notes.clone(),
            measures: pair.measures.iter().map(MeasureDocument::of).collect(),
        }
    }
}

impl MeasureDocument {
    fn of(row: &MeasureComparison) -> Self {
        let compared = row.comparison.as_ref();
        Self {
            measure: row.measure.name(),
            baseline: row.baseline,
            run: row.run,
            difference: compared.map(|compared| compared.difference),
            ratio: compared.map(|compared| compared.ratio),
            noise_ratio: compared.map(|compared| compared.noise_ratio),
            judgement: row.judgement,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{TOLERANCE_RATIO, compare_candidates, compare_whole};
    use crate::export::text_table;
    use crate::run::Run;
    use crate::support::noisy::noisy_run;

    /// Where the schema lies in the sources.
    const SCHEMA_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/compare.schema.json");

    fn side<'a>(name: &'a str, run: &'a Run) -> Side<'a> {
        Side {
            run,
            name,
            version: "0.1.0",
        }
    }

    #[test]
    fn the_schema_of_comparisons_is_that_of_the_types_and_a_document_follows_it() {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let schema = settings
            .into_generator()
            .into_root_schema_for::<CompareDocument>();
        let generated = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(SCHEMA_FILE, &generated).unwrap();
        }
        let kept = std::fs::read_to_string(SCHEMA_FILE).unwrap_or_default();
        assert!(
            kept == generated,
            "run with UPDATE_EXPECT=1 to write assets/compare.schema.json anew"
        );
        let (then, now) = (noisy_run(1, 3, &[1.0]), noisy_run(2, 3, &[1.5]));
        let sides = (side("then", &then), side("now", &now));
        let compared = compare_whole(sides.0, sides.1);
        let outcome = compared.outcome(TOLERANCE_RATIO);
        let document = compare_document((&sides.0, &sides.1), &compared, &outcome);
        let value: serde_json::Value =
            serde_json::from_str(&compare_json(&document).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&kept).unwrap()).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(value["outcome"]["kind"], "worse");
        let throughput = &value["candidates"][0]["measures"][0];
        assert_eq!(throughput["measure"], "throughput");
        assert_eq!(throughput["judgement"], "worse");
        assert!(throughput["ratio"]["high"].as_f64().unwrap() < 1.0);
    }

    #[test]
    fn a_row_has_both_figures_how_far_they_are_apart_and_what_follows() {
        let (then, now) = (noisy_run(1, 3, &[1.0]), noisy_run(1, 3, &[2.0]));
        let compared = compare_whole(side("then", &then), side("now", &now));
        let table = pair_table(&compared.pairs[0], "USD");
        let memory = table
            .rows
            .iter()
            .find(|row| row.cells[0] == "memory per worker");
        let cells = &memory.unwrap().cells;
        assert!(
            cells[3].starts_with("+4.") && cells[3].ends_with(" MiB"),
            "{cells:?}"
        );
        assert_eq!((cells[4].as_str(), cells[6].as_str()), ("2.00×", "1.00 %"));
        assert!(
            cells[5].starts_with("1.9") && cells[5].contains(" to 2.0"),
            "{cells:?}"
        );
        assert_eq!(cells[7], "worse");
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.cells.len() == table.headers.len())
        );
        assert!(
            text_table(&table).contains("too close to call"),
            "the cold start"
        );
    }

    #[test]
    fn candidates_stand_beside_each_other_measure_by_measure() {
        let run = noisy_run(1, 3, &[1.0, 1.5, 1.0]);
        let cells = ratio_cells(&compare_candidates(&run, 0));
        let (measure, of_throughput) = &cells[0];
        assert_eq!(*measure, Measure::Throughput);
        let (words, judgement) = of_throughput[0].as_ref().unwrap();
        assert!(
            words.starts_with("0.6") && words.contains(" to "),
            "{words}"
        );
        assert_eq!(*judgement, Judgement::Worse);
        assert_eq!(of_throughput[1].as_ref().unwrap().1, Judgement::TooClose);
    }
}
