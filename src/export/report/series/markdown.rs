//! The report of a series for pull requests: short, and escaped for GitHub's Markdown.

use std::fmt::Write as _;

use crate::export::report::markdown::{escaped, line, steps_and_scenario};
use crate::export::report::series::SeriesReport;
use crate::export::report::series::story::{PointTable, SeriesStory};

/// The report as Markdown.
#[must_use]
pub fn series_markdown(report: &SeriesReport<'_>) -> String {
    let story = SeriesStory::of(report);
    let scenario = &story.scenario;
    let mut md = String::new();
    line(&mut md, &format!("# {}", escaped(&scenario.title)));
    if !scenario.about.is_empty() {
        line(&mut md, &escaped(&scenario.about));
    }
    line(&mut md, &format!("**{}.**", escaped(&story.told.headline)));
    let (varied, how) = &story.told.varied;
    line(&mut md, &format!("{varied}: {}.", escaped(how)));
    for (what, why) in [
        ("Not trustworthy", story.stamp()),
        ("Incomplete", story.told.incomplete.clone()),
    ] {
        if let Some(why) = why {
            line(&mut md, &format!("> **{what}:** {}.", escaped(&why)));
        }
    }
    for (about, sentences) in &story.told.conclusions {
        if !about.is_empty() {
            line(&mut md, &format!("**{}**", escaped(about)));
        }
        list(&mut md, sentences);
    }
    line(&mut md, &format!("## {}", story.told.points_title));
    for table in &story.told.tables {
        line(&mut md, &format!("**{}**", escaped(&table.title)));
        points(&mut md, table);
    }
    let doubts = story.doubts();
    if !(doubts.is_empty() && story.told.missing.is_empty()) {
        line(&mut md, "## Trust, and what is missing");
        if let Some((first, reasons)) = doubts.split_first() {
            line(&mut md, &escaped(first));
            list(&mut md, reasons);
        }
        list(&mut md, &story.told.missing);
    }
    let measured = format!(
        "Measured on {}; {}; seed {}; poolscope {}.",
        escaped(&story.machine()),
        story.measured(),
        scenario.protocol.seed,
        escaped(story.version())
    );
    steps_and_scenario(
        &mut md,
        &story.steps_again(),
        &measured,
        &story.scenario_text,
    );
    md
}

fn list(md: &mut String, lines: &[String]) {
    for told in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(md, "- {}", escaped(told.trim()));
    }
    if !lines.is_empty() {
        md.push('\n');
    }
}

/// A table with intervals in brackets.
fn points(md: &mut String, table: &PointTable) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = table.columns.iter().map(|column| escaped(&column.text));
    md.push_str(&row(heads.collect()));
    let sides = table.columns.iter().map(|column| {
        let side = if column.figures { "---:" } else { ":---" };
        side.to_owned()
    });
    md.push_str(&row(sides.collect()));
    for one in &table.rows {
        let cells = one.cells.iter().map(|cell| {
            if cell.below.is_empty() {
                escaped(&cell.text)
            } else {
                escaped(&format!("{} ({})", cell.text, cell.below))
            }
        });
        let head = std::iter::once(escaped(&one.head));
        md.push_str(&row(head.chain(cells).collect()));
    }
    md.push('\n');
}
