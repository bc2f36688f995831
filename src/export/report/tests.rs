//! Reports: what they tell, that they need nothing from outside, and that nothing from outside gets into them as code.

use std::collections::BTreeSet;

use resvg::usvg::roxmltree::{Document, Node, ParsingOptions};

use super::*;
use crate::analysis::Side;
use crate::run::record::{Completeness, Header, Meta, Record, Step};
use crate::scenario::{Objective, to_text};
use crate::support;
use crate::units::{Nanos, Percentile};

/// A text that is no text in HTML, Markdown, SVG or a spreadsheet.
pub(super) const HOSTILE: &str = "</style></pre><script>alert('x')</script><img src=x onerror=\"y\"> & [a](http://b) | `c` @all #1";

fn html(run: &Run) -> String {
    report_html(&Report::of(run, &to_text(&run.request.scenario)))
}

/// The page as a tree: what is not well-formed does not get through.
pub(super) fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).expect("the page is well-formed")
}

/// All text of a node, with spaces as one sees them.
pub(super) fn words(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let all: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    all.join("")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn section(document: &Document<'_>, id: &str) -> String {
    let found = document
        .descendants()
        .find(|node| node.attribute("id") == Some(id));
    words(found.unwrap_or_else(|| panic!("no section {id}")))
}

#[test]
fn a_report_tells_the_whole_story_in_its_order() {
    let page = html(&support::finished_run());
    let document = parsed(&page);
    let ids: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("section"))
        .filter_map(|node| node.attribute("id"))
        .collect();
    assert_eq!(
        ids,
        [
            "verdict",
            "objectives",
            "measured",
            "charts",
            "candidates",
            "findings",
            "beside",
            "trust",
            "machine",
            "scenario",
            "again",
            "words",
        ]
    );
    for (id, told) in [
        ("verdict", "Nothing is demanded, so nothing is decided"),
        ("objectives", "The scenario sets no objectives."),
        ("measured", "Task 'request'"),
        ("charts", "Response time by percentile"),
        ("candidates", "async ×64, CPU on 2 threads"),
        ("findings", "sequential"),
        ("beside", "Each measure over that of 'sequential'"),
        ("trust", "Load reached"),
        ("machine", "Example CPU at 2.5 GHz"),
        ("scenario", "poolscope scenario, format 1"),
        (
            "again",
            "poolscope run checkout_service.ron --seed 1 --out results",
        ),
        ("words", "From the instant at which a task was due"),
    ] {
        let section = section(&document, id);
        assert!(section.contains(told), "{id}: {section}");
    }
    let header = document
        .descendants()
        .find(|node| node.has_tag_name("header"));
    let header = words(header.unwrap());
    for told in [
        "Checkout service",
        "A request that computes",
        "fills its queue and drops",
        "2026-03-01 12:00 UTC",
    ] {
        assert!(header.contains(told), "{header}");
    }
}

/// Loads nothing, runs nothing, and links only within itself.
pub(super) fn stands_alone(page: &str) {
    let document = parsed(page);
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            ![
                "script", "link", "iframe", "object", "embed", "img", "image", "use", "form",
                "base"
            ]
            .contains(&name),
            "{name}"
        );
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on"), "{name}");
            assert!(
                name != "src" && name != "srcset" && name != "action",
                "{name}"
            );
            if name == "href" {
                assert!(
                    value.starts_with('#') || value.starts_with("data:"),
                    "{value}"
                );
            }
            assert!(
                !value.contains("url(") || value.starts_with("url(#"),
                "{value}"
            );
        }
    }
    let style = document
        .descendants()
        .find(|node| node.has_tag_name("style"))
        .unwrap();
    let style = style.text().unwrap();
    assert!(!style.contains("http") && !style.contains("@import"));
    assert_eq!(
        style.matches("url(").count(),
        style.matches("url(data:").count()
    );
}

#[test]
fn a_page_loads_nothing_runs_nothing_and_links_only_within_itself() {
    for run in [
        support::finished_run(),
        support::drill::run(),
        support::waiting_run(),
    ] {
        let page = html(&run);
        stands_alone(&page);
        assert_eq!(html(&run), page, "the same run gives the same page");
    }
}

/// Every id stands once, every link leads somewhere, and every colour of a picture has a rule.
pub(super) fn is_linked_and_coloured(page: &str) {
    let document = parsed(page);
    let mut ids = BTreeSet::new();
    for id in document
        .descendants()
        .filter_map(|node| node.attribute("id"))
    {
        assert!(ids.insert(id), "{id} stands twice");
    }
    let links = document
        .descendants()
        .filter_map(|node| node.attribute("href"));
    for link in links.filter_map(|link| link.strip_prefix('#')) {
        assert!(ids.contains(link), "#{link}");
    }
    let in_pictures = document.descendants().filter(|node| {
        node.ancestors()
            .any(|above| above.has_tag_name(("http://www.w3.org/2000/svg", "svg")))
    });
    let classes: BTreeSet<&str> = in_pictures
        .filter_map(|node| node.attribute("class"))
        .flat_map(str::split_whitespace)
        .collect();
    assert!(classes.len() > 10, "{classes:?}");
    for class in classes {
        assert!(page.contains(&format!(".{class}{{")), "{class}");
    }
}

#[test]
fn ids_are_unique_links_lead_somewhere_and_every_colour_has_a_rule_for_the_dark() {
    is_linked_and_coloured(&html(&support::drill::run()));
}

/// Every picture has a title, a description and its data: how many there are.
pub(super) fn pictures_with_data(page: &str) -> usize {
    let document = parsed(page);
    let figures: Vec<Node<'_, '_>> = document
        .descendants()
        .filter(|node| node.has_tag_name("figure"))
        .collect();
    for figure in &figures {
        let id = figure.attribute("id").unwrap();
        for part in ["title", "desc"] {
            let found = figure
                .descendants()
                .find(|node| node.tag_name().name() == part);
            assert!(
                found.is_some_and(|node| !words(node).is_empty()),
                "{id} has no {part}"
            );
        }
        let details = figure
            .descendants()
            .find(|node| node.has_tag_name("details"))
            .unwrap();
        let has = |name| details.descendants().any(|node| node.has_tag_name(name));
        assert!(has("table") || has("a"), "{id} has no data");
    }
    figures.len()
}

#[test]
fn every_picture_has_a_title_a_description_and_its_data() {
    let page = html(&support::finished_run());
    assert!(pictures_with_data(&page) >= 9);
    let document = parsed(&page);
    let file = document
        .descendants()
        .find(|node| node.attribute("download") == Some("response_time_percentiles.csv"));
    let address = file.unwrap().attribute("href").unwrap();
    let encoded = address.split_once("base64,").unwrap().1;
    let bytes =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with("candidate,line,part,nines,nanoseconds\nsequential,,0,"),
        "{text}"
    );
    for row in document
        .descendants()
        .filter(|node| node.has_tag_name("tbody"))
    {
        assert!(
            row.descendants()
                .any(|node| node.attribute("scope") == Some("row"))
        );
    }
}

/// A run of which every text is hostile.
fn hostile_run() -> Run {
    let mut run = support::sample_run();
    let scenario = &mut run.request.scenario;
    scenario.title = HOSTILE.to_owned();
    scenario.about = HOSTILE.to_owned();
    scenario.look_for = HOSTILE.to_owned();
    scenario.tasks[0].name = HOSTILE.to_owned();
    scenario.prices.source = HOSTILE.to_owned();
    for candidate in &mut scenario.candidates {
        candidate.name = Some(format!("{} {HOSTILE}", candidate.label()));
    }
    let machine = run.machine.as_mut().unwrap();
    machine.cpu = HOSTILE.to_owned();
    for block in &mut run.blocks {
        if let Some(finished) = &mut block.finished {
            finished.failures = vec![format!("={HOSTILE}\u{0}\n# a heading")];
        }
    }
    run
}

#[test]
fn nothing_of_a_scenario_a_task_or_a_note_becomes_code_in_a_page() {
    let run = hostile_run();
    let text = to_text(&run.request.scenario);
    let record = Record {
        meta: Meta {
            name: HOSTILE.to_owned(),
            tags: vec![HOSTILE.to_owned()],
            note: HOSTILE.to_owned(),
        },
        header: Header::of_run(&run),
        steps: vec![(Step::default(), run.clone())],
        completeness: Completeness::Cut,
    };
    let side = Side {
        run: &run,
        name: HOSTILE,
        version: HOSTILE,
    };
    let report = Report {
        scenario_text: &text,
        ..Report::of_record(&record).unwrap().against(side, 0.05)
    };
    for page in [report_html(&report), comparison_html(&report).unwrap()] {
        let document = parsed(&page);
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            assert!(name != "script" && name != "img", "{name}");
        }
        assert!(!page.contains("<script") && !page.contains("<img"));
        assert!(
            words(document.root()).contains("alert('x')"),
            "it is shown as text"
        );
        // The style ends where it should.
        assert_eq!(page.matches("</style>").count(), 1);
    }
}

#[test]
fn nothing_of_a_scenario_or_a_task_becomes_markdown() {
    let run = hostile_run();
    let text = "````\n# not a heading\n````";
    let markdown = report_markdown(&Report::of(&run, text));
    let (told, scenario) = markdown.split_once("<details>").unwrap();
    assert!(!told.contains("<script") && !told.contains("<img") && !told.contains("](http:"));
    assert!(!told.contains(" @all") && !told.contains(" #1"));
    let headings: Vec<&str> = told.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings.len(), 4, "{headings:?}");
    assert!(
        scenario.contains("`````ron\n````\n# not a heading\n````\n`````\n"),
        "{scenario}"
    );
}

#[test]
fn a_run_that_is_not_over_or_was_cut_says_so() {
    let run = support::sample_run();
    let page = html(&run);
    assert!(page.contains("the run is not over; 4 of 5 blocks ended"));
    assert!(page.contains("not measured"));
    let record = Record {
        header: Header::of_run(&run),
        meta: Meta::default(),
        steps: vec![(Step::default(), run)],
        completeness: Completeness::Cut,
    };
    let report = Report::of_record(&record).unwrap();
    let page = report_html(&report);
    assert!(page.contains("the record was cut before its end; 4 of 5 blocks ended"));
    assert!(page.contains(&format!("poolscope compare {} last", record.header.id)));
    assert!(report_markdown(&report).contains("**Incomplete:** the record was cut"));
    let nothing = html(&support::waiting_run());
    for told in [
        "Not known: no runner came up to tell.",
        "Without data, and not drawn: Throughput,",
    ] {
        assert!(nothing.contains(told), "{told}");
    }
}

#[test]
fn objectives_stand_with_what_each_candidate_makes_of_them() {
    let mut scenario = support::scenario();
    scenario.objectives = vec![
        Objective::ResponseTime {
            percentile: Percentile::P95,
            at_most: Nanos::from_millis(60),
        },
        Objective::DropRatio { at_most: 0.0 },
    ];
    let run = support::run_of(&crate::run::RunRequest::all_of(scenario));
    let page = html(&run);
    let document = parsed(&page);
    let objectives = section(&document, "objectives");
    for told in [
        "p95 of the response time at most 60 ms",
        "drop ratio at most",
        "met:",
        "missed:",
    ] {
        assert!(objectives.contains(told), "{told}: {objectives}");
    }
    let markdown = report_markdown(&Report::of(&run, ""));
    assert!(
        markdown.contains("| p95 of the response time at most 60 ms | "),
        "{markdown}"
    );
}

#[test]
fn a_report_with_a_baseline_names_what_differs_and_lays_the_curves_over_each_other() {
    let then = support::noisy::noisy_run(1, 3, &[1.0]);
    let mut now = support::noisy::noisy_run(2, 3, &[1.5]);
    now.machine.as_mut().unwrap().cpu = "Another CPU".to_owned();
    let text = to_text(&now.request.scenario);
    let side = Side {
        run: &then,
        name: "then",
        version: "0.0.9",
    };
    let report = Report::of(&now, &text).against(side, 0.05);
    let page = report_html(&report);
    let document = parsed(&page);
    let baseline = section(&document, "baseline");
    let (differs, judged) = baseline.split_once("Scenarios").unwrap();
    for told in [
        "Worse than the baseline",
        "Example CPU at 2.5 GHz",
        "Another CPU",
        "0.0.9",
    ] {
        assert!(differs.contains(told), "{told}: {differs}");
    }
    assert!(judged.contains("Both ran the same scenario.") && judged.contains("worse"));
    assert!(
        page.contains("id=\"chart-pair0-curve\"") && page.contains("id=\"chart-pair0-histogram\"")
    );
    let only = comparison_html(&report).unwrap();
    assert!(section(&parsed(&only), "around").contains("Another CPU"));
    let markdown = comparison_markdown(&report).unwrap();
    assert!(
        markdown.contains("| memory per worker |") && markdown.contains("| worse |"),
        "{markdown}"
    );
    assert_eq!(comparison_html(&Report::of(&now, &text)), None);
}
