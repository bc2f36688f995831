//! Pictures of synthetic runs, as they are exported.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use poolscope::chart::{ChartId, ChartSettings, SplitChart, build};
use poolscope::export::{
    BoardParts, Look, Report, Theme, board_part_svg, board_svg, chart_svg, points_csv, write_folder,
};

#[test]
fn a_picture_says_what_it_shows_and_of_which_run() {
    let mut run = support::sample_run();
    run.request.scenario.title = "Fast <and> small".to_owned();
    let chart = build(ChartId::ResponseTime, &run, &ChartSettings::default());
    let svg = chart_svg(&chart, &run, Theme::Light);
    let picture = texts_of(&svg);
    for text in [
        "Response time",
        "threads ×8",
        "async ×64, CPU on 2 threads (no data)",
        "p50",
        "p99",
        "10 ms",
        "time since the measurement began; shaded: not measured",
    ] {
        assert!(
            picture.iter().any(|found| found == text),
            "{text}: {picture:?}"
        );
    }
    let identity = picture
        .iter()
        .find(|text| text.contains("Fast <and> small · Example CPU"))
        .unwrap();
    assert!(
        identity.contains("2026-03-01 12:00 UTC · seed 1 · poolscope "),
        "{identity}"
    );
    assert!(
        picture
            .iter()
            .any(|text| text.starts_with("Not trustworthy: 'processes ×4' failed"))
    );
    assert_ne!(svg, chart_svg(&chart, &run, Theme::Dark));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn the_board_has_all_charts_and_all_candidates_and_can_be_drawn_before_anything_has_happened() {
    for run in [
        support::finished_run(),
        support::waiting_run(),
        support::batch_run(),
    ] {
        let svg = board_svg(&run, &ChartSettings::default(), Theme::Light);
        let texts = texts_of(&svg);
        for text in ChartId::shown_for(&run.request).map(ChartId::title).chain([
            "Candidate",
            "Cost/1k",
            SplitChart::TITLE,
        ]) {
            assert!(texts.iter().any(|found| found == text), "{text}");
        }
        for name in run.request.scenario.candidate_names() {
            assert!(texts.contains(&name), "{name}");
        }
    }
}

#[test]
fn lines_bear_the_shapes_of_their_candidates_on_paper_and_where_they_do_in_the_window() {
    let run = support::finished_run();
    let settings = ChartSettings::default();
    let chart = build(ChartId::Throughput, &run, &settings);
    let shapes = |look: Look<'_>| chart_svg(&chart, &run, look).matches("<polygon").count();
    let marked = Look {
        line_marks: true,
        ..Look::default()
    };
    assert_eq!(shapes(Look::default()), 0);
    assert!(shapes(marked) >= 2 * run.request.scenario.candidates.len());
    assert_eq!(shapes(marked), shapes(Theme::Print.into()));
}

#[test]
fn a_picture_of_a_part_of_the_run_shows_only_that_and_says_so() {
    let run = support::finished_run();
    let whole = ChartSettings::default();
    let part = ChartSettings {
        stretch: Some((0.5, 1.5)),
        ..ChartSettings::default()
    };
    let chart = |settings| build(ChartId::Throughput, &run, settings);
    assert!(chart(&whole).span().unwrap().1 > 1.5);
    assert_eq!(chart(&part).span(), Some((0.5, 1.5)));
    let told = "time since the measurement began, only 0.5 to 1.5 s; shaded: not measured";
    let of_chart = texts_of(&chart_svg(&chart(&part), &run, Theme::Light));
    assert!(of_chart.iter().any(|text| text == told), "{of_chart:?}");
    // No label of the time axis is outside.
    let seconds = of_chart.iter().filter_map(|text| {
        let number = text.strip_suffix(" s")?;
        number.parse::<f64>().ok()
    });
    let seconds: Vec<f64> = seconds.collect();
    assert!(seconds.len() > 2, "{of_chart:?}");
    assert!(
        seconds.iter().all(|at| (0.5..=1.5).contains(at)),
        "{seconds:?}"
    );
    let of_board = texts_of(&board_svg(&run, &part, Theme::Light));
    let says = |texts: &[String]| texts.iter().any(|text| text.contains("a part of the run"));
    assert!(says(&of_board), "{of_board:?}");
    assert!(!says(&texts_of(&board_svg(&run, &whole, Theme::Light))));
    let rows = |settings| points_csv(&chart(settings)).unwrap().lines().count();
    assert!(rows(&part) > 1 && rows(&part) < rows(&whole));
}

#[test]
fn plots_side_by_side_take_the_width_of_the_picture_as_they_do_on_the_board() {
    let run = support::finished_run();
    let settings = ChartSettings {
        side_by_side: true,
        ..ChartSettings::default()
    };
    let height = |settings| {
        let parts = BoardParts {
            split: false,
            figures: false,
            ..BoardParts::all_of(&run, settings)
        };
        let svg = board_part_svg(&run, settings, Theme::Light, &parts);
        let height = svg.split("height=\"").nth(1).unwrap();
        height.split('"').next().unwrap().parse::<f64>().unwrap()
    };
    // A row for each chart instead of one for three.
    assert!(height(&settings) > 2.0 * height(&ChartSettings::default()));
}

#[test]
fn every_picture_of_a_folder_names_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let run = support::finished_run();
    let report = Report {
        id: Some("abc12345"),
        ..Report::of(&run, "(format: 1)")
    };
    let files = write_folder(dir.path(), &report).unwrap();
    let pictures = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "svg"));
    for path in pictures {
        let svg = std::fs::read_to_string(path).unwrap();
        assert!(svg.contains("run abc12345"), "{}", path.display());
    }
}

/// All texts of an SVG, which must be well-formed.
fn texts_of(svg: &str) -> Vec<String> {
    let document =
        resvg::usvg::roxmltree::Document::parse(svg).expect("the picture is well-formed");
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .filter_map(|node| node.text().map(str::to_owned))
        .collect()
}
