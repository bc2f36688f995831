//! What a report of a sweep tells.

use crate::analysis::{Crossover, Measure, SweepFigures, SweepPlan, scaling};
use crate::export::measure_text;
use crate::export::report::html::{Column, TableRow};
use crate::export::report::series::story::{PointTable, Told, cell};
use crate::export::series::{TABLES, measure_title, scaling_lines};
use crate::units::text;

/// All of it.
pub(super) fn told(plan: &SweepPlan, figures: &SweepFigures) -> Told {
    let axes = figures.axes.iter().map(|axis| {
        let values = axis.settings.iter().map(|setting| axis.text(*setting));
        let values: Vec<String> = values.collect();
        format!("{} {}", axis.parameter.label(), values.join(", "))
    });
    let varied = format!(
        "{}; {}",
        axes.collect::<Vec<_>>().join("; each with "),
        text::counted(figures.rounds.into(), "round", "rounds")
    );
    let (headline, class) = headline(plan, figures);
    let (done, all) = plan.progress();
    let incomplete = (done < all).then(|| {
        format!(
            "{} of {} were made",
            text::count(done as u64),
            text::counted(all as u64, "visit", "visits")
        )
    });
    let measures = figures.measures.iter().take(TABLES);
    Told {
        headline,
        class,
        conclusions: conclusions(plan, figures),
        varied: ("Varied", varied),
        how: "Every point is the scenario with other values of what was varied. Each round visited all points in an order \
              drawn from the seed, and each visit ran all candidates, each block in a fresh process. Estimates were made \
              before; the figures below were measured.",
        points_title: "All points",
        points_about: "A row for each point, a column for each candidate; below a figure stands its 95 % interval, where \
                       three rounds or more were made. What was measured besides is below the charts and in the file.",
        tables: measures.map(|measure| points(figures, *measure)).collect(),
        missing: missing(figures, incomplete.as_ref()),
        incomplete,
        command: "sweep",
    }
}

fn headline(plan: &SweepPlan, figures: &SweepFigures) -> (String, &'static str) {
    let crossings = || figures.crossings.iter().map(|crossing| &crossing.crossover);
    let crosses = crossings().any(|one| matches!(one, Crossover::At { .. }));
    let decided = crossings().any(|one| !matches!(one, Crossover::TooClose));
    let (open, good) = ("verdict", "verdict good");
    let [axis] = figures.axes.as_slice() else {
        return ("Two parameters, pair by pair".to_owned(), open);
    };
    let what = axis.parameter.label();
    if plan.progress().0 == 0 {
        ("Nothing was measured".to_owned(), open)
    } else if figures.candidates.len() < 2 {
        (format!("One candidate over {what}"), open)
    } else if decided && !figures.tells_chance() {
        (format!("Differences over {what} that may be chance"), open)
    } else if crosses {
        (format!("Which candidate is better depends on {what}"), good)
    } else if decided {
        (format!("No candidates change places over {what}"), good)
    } else {
        ("Too close to call".to_owned(), open)
    }
}

fn conclusions(plan: &SweepPlan, figures: &SweepFigures) -> Vec<(String, Vec<String>)> {
    let mut told = Vec::new();
    if figures.axes.len() > 1 {
        let sentence = "The maps below have a cell for each pair of values, and the same scale for all candidates";
        told.push((String::new(), vec![sentence.to_owned()]));
    }
    for measure in &figures.measures {
        let of_measure = figures
            .crossings
            .iter()
            .filter(|crossing| crossing.measure == *measure);
        let sentences = of_measure.map(|crossing| {
            let name = |candidate: usize| figures.candidates[candidate].as_str();
            let (a, b) = crossing.pair;
            let sentence = figures.sentence(crossing);
            sentence
                .unwrap_or_else(|| format!("'{}' and '{}' are too close to call", name(a), name(b)))
        });
        let sentences: Vec<String> = sentences.collect();
        if !sentences.is_empty() {
            told.push((measure_title(*measure), sentences));
        }
    }
    let laws = match scaling(plan) {
        Ok(all) => all
            .iter()
            .flat_map(|one| scaling_lines(figures, one))
            .collect(),
        Err(why) => why.reason().map(sentence_case).into_iter().collect(),
    };
    let laws: Vec<String> = laws;
    if !laws.is_empty() {
        told.push(("Scaling with workers".to_owned(), laws));
    }
    told
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// One measure at every point.
pub(super) fn points(figures: &SweepFigures, measure: Measure) -> PointTable {
    let labels = figures.axes.iter().map(|axis| axis.parameter.label());
    let labels: Vec<&str> = labels.collect();
    let mut columns = vec![Column::words(sentence_case(&labels.join(", ")))];
    let names = figures.candidates.iter().enumerate();
    columns.extend(names.map(|(index, name)| Column::of_candidate(name, index)));
    let rows = figures.points.iter().enumerate().map(|(index, point)| {
        let settings = figures.axes.iter().zip(&point.settings);
        let at: Vec<String> = settings.map(|(axis, at)| axis.text(*at)).collect();
        let cells = (0..figures.candidates.len()).map(|candidate| {
            cell(figures.figure(index, candidate, measure), |value| {
                measure_text(measure, value, &figures.currency)
            })
        });
        TableRow {
            cells: cells.collect(),
            ..TableRow::plain(&at.join(", "), [])
        }
    });
    PointTable {
        title: measure_title(measure),
        columns,
        rows: rows.collect(),
    }
}

fn missing(figures: &SweepFigures, incomplete: Option<&String>) -> Vec<String> {
    let mut missing: Vec<String> = incomplete
        .map(|why| format!("Of the sweep {why}: what is missing is shown as not known"))
        .into_iter()
        .collect();
    // Three blocks are what an interval takes.
    if !figures.tells_chance() {
        missing.push(
            "Fewer than three rounds: nothing has an interval, and no difference can be told from chance; sweep it with \
             three repeats or more"
                .to_owned(),
        );
    }
    // By what is not known: often the same of many.
    let mut unknown_of: Vec<(String, Vec<String>)> = Vec::new();
    for (candidate, name) in figures.candidates.iter().enumerate() {
        let of_points = |measure: &Measure| {
            (0..figures.points.len()).any(|point| {
                let visited = figures.points[point].rounds > 0;
                visited && figures.figure(point, candidate, *measure).is_none()
            })
        };
        let unknown = figures.measures.iter().filter(|measure| of_points(measure));
        let unknown: Vec<&str> = unknown.map(|measure| measure.label()).collect();
        if unknown.is_empty() {
            continue;
        }
        let (unknown, name) = (unknown.join(", "), format!("'{name}'"));
        match unknown_of.iter_mut().find(|(known, _)| *known == unknown) {
            Some((_, names)) => names.push(name),
            None => unknown_of.push((unknown, vec![name])),
        }
    }
    missing.extend(unknown_of.into_iter().map(|(unknown, names)| {
        let names = names.join(", ");
        format!("Not known of {names} at some of the points that were visited: {unknown}")
    }));
    missing
}
