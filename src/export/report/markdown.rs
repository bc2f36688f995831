//! The report for pull requests: short, and escaped for GitHub's Markdown.

use std::fmt::Write as _;

use crate::analysis::{RunComparison, RunOutcome, Side};
use crate::export::report::Report;
use crate::export::report::story::{FoundLine, Story, machine_words};
use crate::export::{Align, Table, pair_table, table};
use crate::units::text;

/// Findings that are told of one candidate.
const FINDINGS_MAX: usize = 3;
/// Differences that are listed.
const DIFFERENCES_MAX: usize = 12;

/// The report as Markdown.
#[must_use]
pub fn report_markdown(report: &Report<'_>) -> String {
    let story = Story::of(report);
    let run = story.run();
    let scenario = &run.request.scenario;
    let mut md = String::new();
    line(&mut md, &format!("# {}", escaped(&scenario.title)));
    if !scenario.about.is_empty() {
        line(&mut md, &escaped(&scenario.about));
    }
    let (headline, grounds) = (escaped(&story.headline()), escaped(&story.verdict.grounds));
    line(&mut md, format!("**{headline}.** {grounds}").trim_end());
    if let Some(why) = story.incomplete() {
        line(&mut md, &format!("> **Incomplete:** {}.", escaped(&why)));
    }
    let beside = story.beside_the_verdict();
    for told in &beside {
        let _ = writeln!(md, "- {}", escaped(told));
    }
    if !beside.is_empty() {
        md.push('\n');
    }
    objectives(&mut md, &story);
    if let (Some(baseline), Some((compared, outcome))) = (report.baseline, &story.compared) {
        line(&mut md, "## Against the baseline");
        comparison(&mut md, (baseline, report.side()), compared, outcome);
    }
    line(&mut md, "## Candidates");
    let figures = table(&story.figures, scenario);
    md.push_str(&markdown_table(&figures));
    md.push('\n');
    findings(&mut md, &story);
    again(&mut md, &story);
    md
}

/// Only what differs between a run and its baseline, as Markdown; none without a baseline.
#[must_use]
pub fn comparison_markdown(report: &Report<'_>) -> Option<String> {
    let story = Story::of(report);
    let (compared, outcome) = story.compared.as_ref()?;
    let mut md = String::new();
    let title = &story.run().request.scenario.title;
    line(&mut md, &format!("# {}: two runs compared", escaped(title)));
    comparison(
        &mut md,
        (report.baseline?, report.side()),
        compared,
        outcome,
    );
    Some(md)
}

/// A paragraph.
pub(super) fn line(md: &mut String, text: &str) {
    md.push_str(text);
    md.push_str("\n\n");
}

fn comparison(
    md: &mut String,
    (baseline, run): (Side<'_>, Side<'_>),
    compared: &RunComparison,
    outcome: &RunOutcome,
) {
    line(md, &format!("**{}**", escaped(&outcome.why)));
    for (what, side) in [("Baseline", baseline), ("Run", run)] {
        let when = text::date_time(side.run.started_unix_secs);
        let (name, version) = (escaped(side.name), escaped(side.version));
        // Writing to a string cannot fail.
        let _ = writeln!(md, "- {what}: {name}, {when}, poolscope {version}");
    }
    md.push('\n');
    let facts = compared
        .circumstances
        .iter()
        .map(|fact| (&fact.what, &fact.baseline, &fact.run));
    let settings = compared.settings.iter();
    let settings = settings.map(|setting| (&setting.field, &setting.baseline, &setting.run));
    let all: Vec<_> = facts.chain(settings).collect();
    for (what, before, now) in all.iter().take(DIFFERENCES_MAX) {
        let _ = writeln!(
            md,
            "- {} differs: {} → {}",
            escaped(what),
            escaped(before),
            escaped(now)
        );
    }
    let more = all.len().saturating_sub(DIFFERENCES_MAX) + compared.settings_dropped;
    if more > 0 {
        let more = text::counted(more as u64, "further difference", "further differences");
        let _ = writeln!(md, "- {more}");
    }
    for (whose, names) in [
        ("the baseline", &compared.only_in_baseline),
        ("the run", &compared.only_in_run),
    ] {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| escaped(name)).collect();
            let _ = writeln!(md, "- Only in {whose}: {}", names.join("; "));
        }
    }
    md.push('\n');
    let currency = &run.run.request.scenario.prices.currency;
    for pair in &compared.pairs {
        line(md, &format!("**{}**", escaped(&pair.name)));
        if pair.measures.is_empty() {
            line(md, "Nothing of it is known in either run.");
            continue;
        }
        md.push_str(&markdown_table(&pair_table(pair, currency)));
        md.push('\n');
        for note in &pair.notes {
            line(md, &format!("{}.", escaped(note)));
        }
    }
}

fn objectives(md: &mut String, story: &Story<'_>) {
    let scenario = &story.run().request.scenario;
    if scenario.objectives.is_empty() {
        line(md, "The scenario sets no objectives.");
        return;
    }
    line(md, "## Objectives");
    let names = story.figures.iter().map(|figures| escaped(&figures.name));
    let head: Vec<String> = std::iter::once("Demanded".to_owned())
        .chain(names)
        .collect();
    let _ = writeln!(md, "| {} |", head.join(" | "));
    let _ = writeln!(md, "|{}", " :--- |".repeat(head.len()));
    for (place, objective) in scenario.objectives.iter().enumerate() {
        let demand = escaped(&objective.demand(&scenario.prices.currency));
        let cells = story.objectives.iter().map(|results| {
            let words = results
                .get(place)
                .map(|result| story.objective_words(result).0);
            words.map_or_else(|| text::MISSING.to_owned(), |words| escaped(&words))
        });
        let row: Vec<String> = std::iter::once(demand).chain(cells).collect();
        let _ = writeln!(md, "| {} |", row.join(" | "));
    }
    md.push('\n');
}

fn findings(md: &mut String, story: &Story<'_>) {
    line(md, "## Findings");
    let found = story.findings();
    if found.is_empty() {
        line(md, "Nothing stood out.");
        return;
    }
    for (_, name, lines) in found {
        let more = lines.len().saturating_sub(FINDINGS_MAX);
        for FoundLine {
            label,
            evidence,
            advice,
        } in lines.iter().take(FINDINGS_MAX)
        {
            let label = if label.is_empty() {
                String::new()
            } else {
                format!(" {}:", escaped(label))
            };
            let advice = if advice.is_empty() {
                String::new()
            } else {
                format!(". *{}.*", escaped(advice))
            };
            let _ = writeln!(
                md,
                "- **{}**:{label} {}{advice}",
                escaped(name),
                escaped(evidence)
            );
        }
        if more > 0 {
            let _ = writeln!(
                md,
                "- **{}**: and {} more",
                escaped(name),
                text::count(more as u64)
            );
        }
    }
    md.push('\n');
}

fn again(md: &mut String, story: &Story<'_>) {
    let run = story.run();
    let machine = run.machine.as_ref().map_or_else(
        || "a machine that is not known".to_owned(),
        |machine| escaped(&machine_words(machine)),
    );
    let when = text::date_time(run.started_unix_secs);
    let (seed, version) = (run.request.seed, escaped(story.report.version));
    let measured = format!("Measured on {machine}; {when}; seed {seed}; poolscope {version}.");
    steps_and_scenario(
        md,
        &story.steps_again(),
        &measured,
        story.report.scenario_text,
    );
}

/// How the figures can be had again; `measured` is Markdown.
pub(super) fn steps_and_scenario(
    md: &mut String,
    steps: &[(String, String)],
    measured: &str,
    scenario_text: &str,
) {
    line(md, "## How to get these figures again");
    let commands: Vec<String> = steps
        .iter()
        .map(|(_, command)| format!("$ {command}"))
        .collect();
    let commands = commands.join("\n");
    let around = fence(&commands);
    let _ = write!(md, "{around}console\n{commands}\n{around}\n\n");
    line(md, measured);
    md.push_str("<details><summary>Scenario</summary>\n\n");
    let fence = fence(scenario_text);
    let _ = write!(md, "{fence}ron\n{}\n{fence}\n\n", scenario_text.trim_end());
    md.push_str("</details>\n");
}

/// A fence that does not occur in `text`.
fn fence(text: &str) -> String {
    let mut longest = 2;
    let mut length = 0;
    for character in text.chars() {
        length = if character == '`' { length + 1 } else { 0 };
        longest = longest.max(length);
    }
    "`".repeat(longest + 1)
}

/// A table; all cells are escaped.
fn markdown_table(table: &Table) -> String {
    let row = |cells: &mut dyn Iterator<Item = String>| {
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut md = row(&mut table.headers.iter().map(|header| escaped(header.text)));
    md.push_str(&row(&mut table.headers.iter().map(|header| {
        match header.align {
            Align::Left => ":---".to_owned(),
            Align::Right => "---:".to_owned(),
        }
    })));
    for cells in &table.rows {
        md.push_str(&row(&mut cells.cells.iter().map(|cell| escaped(cell))));
    }
    md
}

/// Text in which nothing is a sign of Markdown or HTML, in one line; nobody is called by an at sign, no issue is named
/// by a number, and no address becomes a link by itself.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        let rest = &text[place..];
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // A list, a rule or the line below a heading.
            '-' | '+' | '=' if place == 0 => {
                escaped.push('\\');
                escaped.push(character);
            }
            // A numbered list.
            '.' | ')'
                if place > 0
                    && text[..place].chars().all(|c| c.is_ascii_digit())
                    && rest[1..].starts_with(char::is_whitespace) =>
            {
                escaped.push('\\');
                escaped.push(character);
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("&#64;"),
            ':' if rest.starts_with("://") => escaped.push_str("&#58;"),
            '.' if text[..place].to_ascii_lowercase().ends_with("www") => {
                escaped.push_str("&#46;");
            }
            '\t' | '\n' | '\r' => escaped.push(' '),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_markdown() {
        for (given, expected) in [
            ("threads ×8 (fast)", "threads ×8 (fast)"),
            ("a|b", "a\\|b"),
            ("[x](y)", "\\[x\\](y)"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("@all see #1", "&#64;all see \\#1"),
            ("http://a.b www.c", "http&#58;//a.b www&#46;c"),
            ("- item\n# head", "\\- item \\# head"),
            ("12. of 1.5 ms", "12\\. of 1.5 ms"),
            ("1.50 ms", "1.50 ms"),
            ("p_95 `x` **y**", "p\\_95 \\`x\\` \\*\\*y\\*\\*"),
        ] {
            assert_eq!(escaped(given), expected);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fence("plain"), "```");
        assert_eq!(fence("a ```` b"), "`````");
    }
}
