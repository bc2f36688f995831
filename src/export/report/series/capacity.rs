//! What a report of a search for the capacity tells.

use crate::analysis::{CapacityEnd, CapacityFigures, CapacityPlan, Held};
use crate::export::report::html::{Cell, Column, TableRow};
use crate::export::report::series::story::{PointTable, Told, cell};
use crate::export::series::held_word;
use crate::units::text;

/// All of it.
pub(super) fn told(plan: &CapacityPlan, figures: &[CapacityFigures]) -> Told {
    let (headline, class) = headline(figures);
    let search = &plan.search;
    let varied = format!(
        "the rate, from {} to {}, to within {}",
        text::per_sec(search.from),
        text::per_sec(search.to),
        text::percent(search.precision_ratio)
    );
    let open = figures.iter().filter(|one| one.end == CapacityEnd::Open);
    let open: Vec<String> = open.map(|one| format!("'{}'", one.name)).collect();
    let incomplete =
        (!open.is_empty()).then(|| format!("the search is not over for {}", open.join(", ")));
    let mut tables = vec![overview(plan, figures)];
    tables.extend(figures.iter().map(|one| probes(plan, one)));
    Told {
        headline,
        class,
        conclusions: vec![
            (
                String::new(),
                figures.iter().map(CapacityFigures::sentence).collect(),
            ),
            ("What was to hold".to_owned(), demands(plan)),
        ],
        varied: ("Searched", varied),
        how: "For each candidate the rate was doubled until an objective was missed, and then the gap was halved. Each probe \
              ran one candidate at one rate in a fresh process; a rate that was too close to call was probed up to three \
              times and, if it stayed so, is not promised.",
        points_title: "Capacities, and all rates",
        points_about: "Below a figure stands its 95 % interval, where a rate was probed three times.",
        tables,
        missing: missing(plan, incomplete.as_ref()),
        incomplete,
        command: "capacity",
    }
}

/// What was to hold.
pub(super) fn demands(plan: &CapacityPlan) -> Vec<String> {
    let currency = &plan.base.prices.currency;
    let objectives = plan.base.objectives.iter();
    objectives.map(|one| one.demand(currency)).collect()
}

/// Who holds most: a capacity is known to lie between the rate that holds and the next that does not.
fn headline(figures: &[CapacityFigures]) -> (String, &'static str) {
    let known = figures
        .iter()
        .filter_map(|one| Some((one, one.held_per_sec?)));
    let best = known.max_by(|(_, a), (_, b)| a.total_cmp(b));
    let Some((_, held)) = best else {
        let over = figures.iter().all(|one| one.end == CapacityEnd::BelowRange);
        return if over && !figures.is_empty() {
            (
                "No candidate keeps the objectives at the lowest rate".to_owned(),
                "verdict bad",
            )
        } else {
            ("No rate was shown to hold yet".to_owned(), "verdict")
        };
    };
    let may_hold_more =
        |one: &&CapacityFigures| one.missed_per_sec.is_none_or(|missed| missed > held);
    let names: Vec<String> = figures
        .iter()
        .filter(may_hold_more)
        .map(|one| format!("'{}'", one.name))
        .collect();
    let rate = text::per_sec(held);
    match names.as_slice() {
        [name] if figures.len() > 1 => (
            format!("{name} carries the highest rate: {rate}"),
            "verdict good",
        ),
        [name] => (format!("{name} carries {rate}"), "verdict good"),
        _ => (
            format!(
                "Too close to call: {} carry {rate} or about as much",
                names.join(" and ")
            ),
            "verdict good",
        ),
    }
}

fn overview(plan: &CapacityPlan, figures: &[CapacityFigures]) -> PointTable {
    let columns = ["Capacity", "Knee", "Cost per 1k there"].map(Column::figures);
    let rows = figures.iter().map(|one| {
        let rate = |rate: Option<f64>| text::or_missing(rate, text::per_sec);
        let beyond = one.missed_per_sec.map(|missed| {
            let missed = text::per_sec(missed);
            format!("not shown at {missed}")
        });
        let capacity = Cell {
            below: beyond.unwrap_or_default(),
            ..Cell::of(rate(one.held_per_sec), "")
        };
        let cost = cell(one.cost_per_1k, |cost| {
            text::money(cost, &plan.base.prices.currency)
        });
        TableRow {
            colour: Column::of_candidate("", one.candidate).colour,
            cells: vec![capacity, Cell::of(rate(one.knee_per_sec), ""), cost],
            ..TableRow::plain(&one.name, [])
        }
    });
    PointTable {
        title: "The highest rates at which the objectives hold".to_owned(),
        columns: std::iter::once(Column::words("Candidate"))
            .chain(columns)
            .collect(),
        rows: rows.collect(),
    }
}

/// Every rate of one candidate.
fn probes(plan: &CapacityPlan, one: &CapacityFigures) -> PointTable {
    let columns = vec![
        Column::words("Rate"),
        Column::words("Objectives"),
        Column::figures("Probes"),
        Column::figures(format!(
            "{} of the response time",
            plan.percentile().0.label()
        )),
        Column::figures("Goodput"),
    ];
    let rows = one.probes.iter().map(|probe| {
        let class = match probe.held {
            Held::Yes => "better",
            Held::No => "worse",
            Held::Undecided => "close",
        };
        TableRow {
            cells: vec![
                Cell::of(held_word(probe.held), class),
                Cell::of(text::count(probe.visits.into()), ""),
                cell(probe.response_nanos, text::nanos),
                cell(probe.goodput_per_sec, text::per_sec),
            ],
            ..TableRow::plain(&text::per_sec(probe.rate_per_sec), [])
        }
    });
    PointTable {
        title: format!("{}: every rate that was tried", one.name),
        columns,
        rows: rows.collect(),
    }
}

fn missing(plan: &CapacityPlan, incomplete: Option<&String>) -> Vec<String> {
    let mut missing: Vec<String> = incomplete
        .map(|why| format!("Incomplete: {why}"))
        .into_iter()
        .collect();
    missing.extend(plan.left_out.iter().map(|objective| {
        format!(
            "The objective on {} is left out: no rate is too high for it",
            objective.label()
        )
    }));
    missing
}
