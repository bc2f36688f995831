//! The table of objectives: one row for each candidate and objective.

use crate::analysis::{CandidateFigures, ObjectiveResult, Outcome};
use crate::export::table::{Align, Header, Row, Table};
use crate::scenario::Scenario;
use crate::units::text;

const HEADERS: [Header; 6] = [
    header("Candidate", Align::Left, "One back end with its settings"),
    header("Objective", Align::Left, "What is demanded"),
    header(
        "Outcome",
        Align::Left,
        "Met or missed if the whole interval is on one side of the bound; by value alone with fewer than three blocks",
    ),
    header("Figure", Align::Right, "What was measured"),
    header(
        "Margin",
        Align::Right,
        "How far the figure is from the bound, as a share of the bound; negative on the bad side",
    ),
    header(
        "To decide",
        Align::Left,
        "How much more would probably decide what is undecided",
    ),
];

const fn header(text: &'static str, align: Align, about: &'static str) -> Header {
    Header { text, align, about }
}

/// How the candidates of `figures` stand to the objectives, with their `results`; without rows if there are none.
#[must_use]
pub fn objectives_table(
    figures: &[CandidateFigures],
    results: &[Vec<ObjectiveResult>],
    scenario: &Scenario,
) -> Table {
    let currency = &scenario.prices.currency;
    let mut rows = Vec::new();
    for index in 0..scenario.objectives.len() {
        for (figures, results) in figures.iter().zip(results) {
            rows.extend(results.get(index).map(|result| Row {
                candidate: figures.candidate,
                cells: cells(figures, result, currency),
            }));
        }
    }
    let decided = rows.iter().all(|row| row.cells[5].is_empty());
    let mut headers = HEADERS.to_vec();
    if decided {
        headers.truncate(5);
        for row in &mut rows {
            row.cells.truncate(5);
        }
    }
    Table { headers, rows }
}

fn cells(figures: &CandidateFigures, result: &ObjectiveResult, currency: &str) -> Vec<String> {
    let objective = &result.objective;
    let show = |value| objective.show(value, currency);
    let figure = match result.figure {
        None => text::MISSING.to_owned(),
        Some(figure) => match figure.ends() {
            Some((low, high)) => {
                format!("{} ({} to {})", show(figure.value), show(low), show(high))
            }
            None => show(figure.value),
        },
    };
    let outcome = if result.by_value_alone {
        format!("{} (by value alone)", result.outcome.text())
    } else {
        result.outcome.text().to_owned()
    };
    let to_decide = match (result.outcome, result.to_decide) {
        (Outcome::Undecided, Some(longer)) => longer.words(),
        (Outcome::Undecided, None) => result.reason.clone(),
        _ => String::new(),
    };
    vec![
        figures.name.clone(),
        objective.demand(currency),
        outcome,
        figure,
        text::or_missing(result.margin_ratio, margin),
        to_decide,
    ]
}

/// `+12.0 %`, `-3.10 %`.
fn margin(ratio: f64) -> String {
    let sign = if ratio < 0.0 { "-" } else { "+" };
    format!("{sign}{}", text::percent(ratio.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{candidate_figures, objective_results};
    use crate::scenario::Objective;
    use crate::support;
    use crate::units::{Nanos, Percentile};

    #[test]
    fn every_objective_has_a_row_for_every_candidate_with_its_margin() {
        let mut run = support::finished_run();
        run.request.scenario.objectives = vec![
            Objective::ResponseTime {
                percentile: Percentile::P99,
                at_most: Nanos::from_millis(60),
            },
            Objective::DropRatio { at_most: 0.0 },
        ];
        let figures = candidate_figures(&run);
        let results = objective_results(&run, &figures);
        let table = objectives_table(&figures, &results, &run.request.scenario);
        assert_eq!((table.rows.len(), table.headers.len()), (10, 5));
        let first = &table.rows[0].cells;
        assert_eq!(first[1], "p99 of the response time at most 60 ms");
        // Its queue was full at the end, and what was cut had taken longer than the bound.
        assert_eq!((&*first[2], &*first[3]), ("missed", text::MISSING));
        let second = &table.rows[1].cells;
        assert_eq!(second[2], "met (by value alone)");
        assert!(second[4].starts_with('+'), "{second:?}");
        // Of nothing there is no share.
        assert_eq!(table.rows[6].cells[4], text::MISSING);
        run.request.scenario.objectives.clear();
        let results = objective_results(&run, &figures);
        let none = objectives_table(&figures, &results, &run.request.scenario);
        assert!(none.rows.is_empty());
    }
}
