//! Reports of simulated sweeps and searches: what they tell, and that they stand alone as those of runs do.

use super::*;
use crate::analysis::{CapacityEnd, Crossover, SweepFigures, SweepPlan};
use crate::export::report::tests::{
    HOSTILE, is_linked_and_coloured, parsed, pictures_with_data, section, stands_alone,
};
use crate::export::series::{done, list, pairs, scenario, searched, workers};
use crate::run::record::{Completeness, Header, Meta, RecordKind};
use crate::scenario::{Parameter, Sweep};

fn of_sweep(plan: &SweepPlan) -> (String, String) {
    let figures = SweepFigures::of(plan);
    let report = SeriesReport {
        found: SeriesFound::Sweep(plan, &figures),
        record: None,
    };
    (series_html(&report), series_markdown(&report))
}

fn of_search(plan: &CapacityPlan, figures: &[CapacityFigures]) -> (String, String) {
    let report = SeriesReport {
        found: SeriesFound::Capacity(plan, figures),
        record: None,
    };
    (series_html(&report), series_markdown(&report))
}

#[test]
fn a_report_of_a_sweep_tells_what_was_varied_what_follows_and_every_point() {
    let plan = workers();
    let (page, markdown) = of_sweep(&plan);
    let document = parsed(&page);
    for (id, told) in [
        ("verdict", "No candidates change places over workers"),
        (
            "verdict",
            "'threads ×N' has more goodput than '=others' wherever they can be told apart, workers 1 to 16",
        ),
        ("verdict", "'threads ×N': Amdahl's law: contention "),
        ("verdict", "not to be read beyond 32 workers"),
        ("measured", "Every point is the scenario with other values"),
        ("charts", "Speed-up"),
        ("points", "Workers threads ×N =others 1 "),
        ("points", "Save as sweep.csv"),
        ("trust", "Nothing is missing."),
        ("machine", "Example CPU at 2.5 GHz"),
        ("scenario", "sweep: ("),
        (
            "again",
            "poolscope sweep checkout_service.ron --out results",
        ),
        ("words", "Beyond its mark a law must not be read."),
    ] {
        let section = section(&document, id);
        assert!(section.contains(told), "{id}, {told}: {section}");
    }
    assert!(page.contains("workers 1, 2, 4, 8, 16; 3 rounds"));
    for told in [
        "**No candidates change places over workers.**",
        "- 'threads ×N' has more goodput than '=others' wherever ",
        "| Workers | threads ×N | \\=others |",
        "$ poolscope sweep checkout_service.ron --out results",
        "sweep: (",
    ] {
        assert!(markdown.contains(told), "{told}: {markdown}");
    }
}

#[test]
fn where_candidates_change_places_is_told_with_its_interval_and_drawn() {
    let mut sweep = Sweep::of(Parameter::Workers, list(&[1.0, 2.0, 4.0, 8.0]));
    sweep.repeats = Some(3);
    let plan = done(&sweep, |at| vec![at[0] / 3.0, 1.0]);
    let (page, markdown) = of_sweep(&plan);
    let verdict = section(&parsed(&page), "verdict");
    assert!(
        verdict.contains("Which candidate is better depends on workers"),
        "{verdict}"
    );
    let figures = SweepFigures::of(&plan);
    let sentence = figures.sentence(&figures.crossings[0]).unwrap();
    assert!(sentence.contains("'threads ×N' has more goodput below workers "));
    assert!(sentence.contains(" to "), "{sentence}");
    assert!(verdict.contains(&sentence) && markdown.contains(&sentence));
    let chart = section(&parsed(&page), "chart-goodput");
    let Crossover::At { places, .. } = &figures.crossings[0].crossover else {
        panic!("they cross: {sentence}");
    };
    let at = figures.axes[0].text_between(places[0].value);
    assert!(chart.contains(&format!("{at} (")), "{at}: {chart}");
}

#[test]
fn pages_of_series_stand_alone_and_all_pictures_have_their_data_and_a_dark_form() {
    let search = searched();
    let pages = [
        (of_sweep(&workers()), 10),
        (of_sweep(&pairs()), 6),
        (of_search(&search, &search.figures()), 1),
    ];
    for ((page, _), pictures) in pages {
        stands_alone(&page);
        is_linked_and_coloured(&page);
        assert_eq!(pictures_with_data(&page), pictures);
    }
    assert_eq!(of_sweep(&workers()), of_sweep(&workers()));
}

#[test]
fn what_is_missing_of_a_sweep_is_said_with_how_to_go_on() {
    let mut sweep = Sweep::of(Parameter::Workers, list(&[1.0, 2.0]));
    sweep.repeats = Some(2);
    let scenario = scenario();
    let plan = SweepPlan::new(&scenario, &sweep, 7).unwrap();
    let figures = SweepFigures::of(&plan);
    let record = Record {
        header: Header::new(RecordKind::Sweep, &scenario, &[0, 1], 7, 0),
        meta: Meta::default(),
        steps: Vec::new(),
        completeness: Completeness::Stopped,
    };
    let report = SeriesReport {
        found: SeriesFound::Sweep(&plan, &figures),
        record: Some(&record),
    };
    let page = series_html(&report);
    let resume = format!("poolscope sweep --resume {}", record.header.id);
    for told in [
        "Nothing was measured",
        "0 of 4 visits were made",
        "Fewer than three rounds",
        "Not known: no runner came up to tell.",
        &resume,
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert!(series_markdown(&report).contains("> **Incomplete:** 0 of 4 visits were made."));
}

#[test]
fn nothing_of_a_series_becomes_code_or_markdown() {
    let mut plan = workers();
    plan.base.title = HOSTILE.to_owned();
    plan.base.about = HOSTILE.to_owned();
    plan.base.prices.source = HOSTILE.to_owned();
    let mut figures = SweepFigures::of(&plan);
    for name in &mut figures.candidates {
        name.push_str(HOSTILE);
    }
    let report = SeriesReport {
        found: SeriesFound::Sweep(&plan, &figures),
        record: None,
    };
    let page = series_html(&report);
    stands_alone(&page);
    assert!(!page.contains("<script") && !page.contains("<img"));
    let markdown = series_markdown(&report);
    let (told, _) = markdown.split_once("<details>").unwrap();
    assert!(!told.contains("<script") && !told.contains("<img") && !told.contains("](http:"));
    assert!(!told.contains(" @all") && !told.contains(" #1"));
}

#[test]
fn a_report_of_a_search_tells_who_carries_most_and_names_ties_as_ties() {
    let plan = searched();
    let mut figures = plan.figures();
    let (page, markdown) = of_search(&plan, &figures);
    let document = parsed(&page);
    // Both were simulated alike.
    let verdict = section(&document, "verdict");
    assert!(
        verdict.contains("Too close to call: 'threads ×4' and "),
        "{verdict}"
    );
    assert!(
        verdict.contains("p95 of the response time at most 60 ms"),
        "{verdict}"
    );
    let points = section(&document, "points");
    for told in [
        "not shown at ",
        "undecided",
        "Cost per 1k there",
        "Save as capacity.csv",
    ] {
        assert!(points.contains(told), "{told}: {points}");
    }
    assert!(section(&document, "trust").contains("The objective on goodput is left out"));
    assert!(markdown.contains("| Candidate | Capacity | Knee | Cost per 1k there |"));
    let headline = |figures: &[CapacityFigures]| {
        let page = of_search(&plan, figures).0;
        section(&parsed(&page), "verdict")
    };
    figures[1].held_per_sec = Some(20.0);
    figures[1].missed_per_sec = Some(22.0);
    assert!(headline(&figures).starts_with("Verdict 'threads ×4' carries the highest rate: "));
    for one in &mut figures {
        one.end = CapacityEnd::BelowRange;
        one.held_per_sec = None;
    }
    assert!(headline(&figures).starts_with("Verdict No candidate keeps the objectives"));
}
