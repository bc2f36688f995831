//! The sections of a report, in the order in which somebody who was not there asks.

use crate::analysis::{CandidateFigures, Judgement, ObjectiveResult, Outcome, VerdictKind};
use crate::export::report::html::{Cell, Column, Html, TableRow, table};
use crate::export::report::page::Section;
use crate::export::report::story::{Story, WORDS, machine_card};
use crate::export::report::{charts, comparing};
use crate::export::{Row, Table, details, ratio_cells, table as figures_table};
use crate::units::text;

/// All sections.
pub(super) fn all(story: &Story<'_>) -> Vec<Section> {
    let mut sections = vec![
        verdict(story),
        objectives(story),
        measured(story),
        charts::section(story),
        candidates(story),
        findings(story),
        beside_each_other(story),
    ];
    sections.extend(comparing::section(story));
    sections.extend([
        trust(story),
        machine(story),
        scenario(story),
        again(story),
        words(&[]),
    ]);
    sections
}

fn verdict(story: &Story<'_>) -> Section {
    Section::new("verdict", "Verdict", |html| {
        let class = match story.verdict.kind {
            VerdictKind::Choose | VerdictKind::Tie => "verdict good",
            VerdictKind::NoneQualifies | VerdictKind::NotTrustworthy => "verdict bad",
            VerdictKind::NoObjectives => "verdict",
        };
        html.within("div", &[("class", class)], |html| {
            html.leaf("p", &[("class", "headline")], &story.headline());
            if !story.verdict.grounds.is_empty() {
                html.paragraph(&story.verdict.grounds);
            }
        });
        deciding(html, story);
        let beside = story.beside_the_verdict();
        if !beside.is_empty() {
            html.list(beside);
        }
    })
}

/// The figures that decided.
fn deciding(html: &mut Html, story: &Story<'_>) {
    let deciding = &story.verdict.deciding;
    if deciding.is_empty() {
        return;
    }
    let rows = deciding.iter().map(|deciding| {
        let cell = |figures: &CandidateFigures| {
            let mut all = deciding.figures.iter();
            let found = all.find(|figure| figure.candidate == figures.name);
            found.map_or_else(
                || Cell::of(text::MISSING, "close"),
                |figure| Cell::of(figure.text.clone(), figure.outcome.map_or("", met)),
            )
        };
        TableRow {
            cells: story.figures.iter().map(cell).collect(),
            ..TableRow::plain(&deciding.label, [])
        }
    });
    let rows: Vec<TableRow> = rows.collect();
    table(
        html,
        "The figures that decided, the most decisive first",
        &by_candidate("", story),
        &rows,
    );
}

/// A first column and one for each candidate.
fn by_candidate(first: &str, story: &Story<'_>) -> Vec<Column> {
    let of = |figures: &CandidateFigures| Column::of_candidate(&figures.name, figures.candidate);
    let first = std::iter::once(Column::words(first));
    first.chain(story.figures.iter().map(of)).collect()
}

/// The class of a cell.
const fn met(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "better",
        Outcome::Undecided => "close",
        Outcome::Missed => "worse",
    }
}

fn objectives(story: &Story<'_>) -> Section {
    Section::new("objectives", "Objectives", |html| {
        let scenario = &story.run().request.scenario;
        if scenario.objectives.is_empty() {
            html.paragraph(
                "The scenario sets no objectives. With bounds on response times, throughput, errors, memory or cost \
                 the report says who meets them, and the verdict chooses.",
            );
            return;
        }
        let rows = scenario
            .objectives
            .iter()
            .enumerate()
            .map(|(place, objective)| {
                let cell = |results: &Vec<ObjectiveResult>| {
                    results.get(place).map_or_else(
                        || Cell::of(text::MISSING, "close"),
                        |result| {
                            let (words, below) = story.objective_words(result);
                            Cell {
                                below,
                                ..Cell::of(words, met(result.outcome))
                            }
                        },
                    )
                };
                let demand = objective.demand(&scenario.prices.currency);
                TableRow {
                    cells: story.objectives.iter().map(cell).collect(),
                    ..TableRow::plain(&demand, [])
                }
            });
        let rows: Vec<TableRow> = rows.collect();
        let columns = by_candidate("Demanded", story);
        table(
            html,
            "Whether each candidate meets what is demanded",
            &columns,
            &rows,
        );
    })
}

/// A table with candidates as rows, turned: a row for each measure with what it means, a column for each candidate.
fn turned(of: &Table, figures: &[CandidateFigures]) -> (Vec<Column>, Vec<TableRow>) {
    let name = |row: &Row| {
        let found = figures
            .iter()
            .find(|figures| figures.candidate == row.candidate);
        found.map_or("", |figures| figures.name.as_str())
    };
    let mut columns = vec![Column::words("")];
    let of_candidates = of
        .rows
        .iter()
        .map(|row| Column::of_candidate(name(row), row.candidate));
    columns.extend(of_candidates);
    // The first column is the name.
    let rows = of
        .headers
        .iter()
        .enumerate()
        .skip(1)
        .map(|(place, header)| TableRow {
            about: header.about.to_owned(),
            ..TableRow::plain(
                header.text,
                of.rows.iter().map(|row| row.cells[place].clone()),
            )
        });
    let rows = rows.collect();
    (columns, rows)
}

fn candidates(story: &Story<'_>) -> Section {
    Section::new("candidates", "Candidates in figures", |html| {
        let scenario = &story.run().request.scenario;
        let main = figures_table(&story.figures, scenario);
        let (columns, rows) = turned(&main, &story.figures);
        table(html, "The figures of each candidate", &columns, &rows);
        if story.run().request.is_closed() {
            html.leaf("p", &[("class", "note")], CLOSED);
        }
        html.leaf(
            "p",
            &[("class", "note")],
            &format!("Prices: {}.", story.prices()),
        );
        let more = details(&story.figures, scenario);
        if more.headers.len() > 2 {
            html.details("More figures", |html| {
                let (columns, rows) = turned(&more, &story.figures);
                table(html, "Further figures of each candidate", &columns, &rows);
            });
        }
    })
}

/// What response times of a closed load cannot tell.
const CLOSED: &str = "Closed load: clients wait for their answers and send less when it gets slow, so response times \
                      hide overload. They are not to be compared with those of an open load.";

fn findings(story: &Story<'_>) -> Section {
    Section::new("findings", "Findings", |html| {
        let found = story.findings();
        if found.is_empty() {
            html.paragraph("Nothing stood out: no failures, no remarks.");
        }
        for (candidate, name, lines) in found {
            let class = Column::of_candidate(name, candidate).colour;
            html.leaf("h3", &[("class", &class)], name);
            html.within("ul", &[], |html| {
                for line in lines {
                    html.within("li", &[], |html| {
                        if !line.label.is_empty() {
                            html.leaf("strong", &[], &line.label);
                            html.text(": ");
                        }
                        html.text(&line.evidence);
                        if !line.advice.is_empty() {
                            html.leaf(
                                "p",
                                &[("class", "advice")],
                                &format!("What to do: {}.", line.advice),
                            );
                        }
                    });
                }
            });
        }
    })
}

/// The class of a cell.
pub(super) const fn judged(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Better => "better",
        Judgement::Worse => "worse",
        Judgement::TooClose | Judgement::NotKnown => "close",
    }
}

fn beside_each_other(story: &Story<'_>) -> Section {
    Section::new("beside", "Candidates beside each other", |html| {
        let Some((reference, pairs)) = &story.against else {
            html.paragraph("Only one candidate was measured.");
            return;
        };
        let name = story
            .figures
            .iter()
            .find(|figures| figures.candidate == *reference);
        let name = name.map_or("", |figures| figures.name.as_str());
        html.paragraph(&format!(
            "Each measure over that of '{name}': 2.00× is twice as much. With three repeats or more its 95 % interval \
             stands in brackets, and below it what follows: that it is better, worse, or too close to call."
        ));
        let mut columns = vec![Column::words("")];
        columns.extend(
            pairs
                .iter()
                .map(|pair| Column::of_candidate(&pair.name, pair.candidate)),
        );
        let rows = ratio_cells(pairs).into_iter().map(|(measure, cells)| {
            let cells = cells.into_iter().map(|cell| match cell {
                Some((ratio, judgement)) => Cell {
                    below: if judgement == Judgement::NotKnown {
                        String::new()
                    } else {
                        judgement.label().to_owned()
                    },
                    ..Cell::of(ratio, judged(judgement))
                },
                None => Cell::of(text::MISSING, "close"),
            });
            TableRow {
                cells: cells.collect(),
                ..TableRow::plain(measure.label(), [])
            }
        });
        let rows: Vec<TableRow> = rows.collect();
        table(html, &format!("Ratios to '{name}'"), &columns, &rows);
        let repeats = story.run().request.scenario.protocol.repeats;
        if repeats < 3 {
            html.leaf(
                "p",
                &[("class", "note")],
                "Fewer than three repeats: no difference can be told from chance. Run it with --repeats 3 or more to judge.",
            );
        }
        let mut notes: Vec<String> = story.noise_floor().into_iter().collect();
        for pair in pairs {
            notes.extend(
                pair.notes
                    .iter()
                    .map(|note| format!("{}: {note}.", pair.name)),
            );
        }
        if !notes.is_empty() {
            html.list(notes);
        }
    })
}

fn measured(story: &Story<'_>) -> Section {
    described(
        "Every candidate ran the same tasks under the same demand, one after the other, each block in a fresh \
         process. Estimates were made before; the figures below were measured.",
        &story.what_was_measured(),
    )
}

/// What a scenario is in plain words, after `how` it was measured.
pub(super) fn described(how: &str, lines: &[String]) -> Section {
    Section::new("measured", "What was measured", |html| {
        html.paragraph(how);
        html.within("ul", &[], |html| {
            let mut lines = lines.iter().peekable();
            while let Some(line) = lines.next() {
                html.within("li", &[], |html| {
                    html.text(line.trim());
                    let mut steps = Vec::new();
                    while let Some(step) = lines.next_if(|next| next.starts_with(' ')) {
                        steps.push(step.trim());
                    }
                    if !steps.is_empty() {
                        html.list(steps);
                    }
                });
            }
        });
    })
}

fn trust(story: &Story<'_>) -> Section {
    Section::new("trust", "Trust", |html| {
        let trust = &story.trust;
        if trust.trustworthy {
            html.paragraph(
                "No limit was passed: the load was reached, the instrument was light, and nothing else used the machine \
                 beyond what is tolerated.",
            );
        } else {
            html.paragraph(
                "These limits were passed, so that the figures must not decide anything:",
            );
            html.list(&trust.reasons);
        }
        let columns = [
            Column::words("What was looked at"),
            Column::figures("Found"),
            Column::figures("Limit"),
            Column::words("Within"),
            Column::words("Worst in"),
        ];
        let rows = trust.lines.iter().map(|line| {
            let (passed, class) = match line.passed {
                Some(true) => ("yes", ""),
                Some(false) => ("no", "worse"),
                None => ("not known", "close"),
            };
            let plain = |text: String| Cell::of(text, "");
            TableRow {
                cells: vec![
                    plain(line.value_text()),
                    plain(line.limit_text()),
                    Cell::of(passed, class),
                    plain(line.worst.clone().unwrap_or_default()),
                ],
                ..TableRow::plain(line.what, [])
            }
        });
        let rows: Vec<TableRow> = rows.collect();
        table(
            html,
            "What was looked at, in the block that came nearest to its limit",
            &columns,
            &rows,
        );
        steadiness(html, story);
    })
}

fn steadiness(html: &mut Html, story: &Story<'_>) {
    let columns = [
        Column::words("Candidate"),
        Column::words("Steadiness"),
        Column::words("Why"),
    ];
    let rows = story.figures.iter().map(|figures| {
        let steadiness = &figures.steadiness;
        TableRow {
            colour: Column::of_candidate("", figures.candidate).colour,
            ..TableRow::plain(
                &figures.name,
                [steadiness.label.text().to_owned(), steadiness.why.clone()],
            )
        }
    });
    let rows: Vec<TableRow> = rows.collect();
    table(
        html,
        "Whether the measurements had settled",
        &columns,
        &rows,
    );
}

fn machine(story: &Story<'_>) -> Section {
    Section::new("machine", "Machine", |html| {
        let Some(machine) = &story.run().machine else {
            html.paragraph("Not known: no runner came up to tell.");
            return;
        };
        html.terms("card", &machine_card(machine));
        let interpreters = story.figures.iter().filter_map(|figures| {
            let python = figures.python.as_ref()?;
            let mut words = format!("{}: CPython {}", figures.name, python.version);
            if python.free_threaded {
                words.push_str(", free-threaded");
            }
            if let Some(library) = &python.library {
                words.extend([", ", library]);
            }
            Some(words)
        });
        let interpreters: Vec<String> = interpreters.collect();
        if !interpreters.is_empty() {
            html.leaf("h3", &[], "Interpreters");
            html.list(interpreters);
        }
    })
}

fn scenario(story: &Story<'_>) -> Section {
    scenario_file(&story.scenario_file(), story.report.scenario_text)
}

/// The scenario as the file called `file`.
pub(super) fn scenario_file(file: &str, content: &str) -> Section {
    Section::new("scenario", "Scenario", |html| {
        html.paragraph("The whole experiment as a file: who has it can run it.");
        html.within("p", &[], |html| {
            html.download(&format!("Save as {file}"), file, "text/plain", content);
        });
        html.within(
            "pre",
            &[("tabindex", "0"), ("aria-label", "Scenario file")],
            |html| {
                html.block("code", content);
            },
        );
    })
}

fn again(story: &Story<'_>) -> Section {
    seeds_and_steps(&story.seeds(), story.steps_again())
}

/// What decides on chance, and what to do for the same figures: what, and the command for it.
pub(super) fn seeds_and_steps(seeds: &[(String, String)], steps: Vec<(String, String)>) -> Section {
    Section::new(
        "again",
        "Seeds, and how to get these figures again",
        |html| {
            html.terms("card", seeds);
            html.within("ol", &[("class", "steps")], |html| {
                for (what, command) in steps {
                    html.within("li", &[], |html| {
                        html.paragraph(&what);
                        html.within("pre", &[], |html| html.leaf("code", &[], &command));
                    });
                }
            });
        },
    )
}

/// What words mean, those of `more` first.
pub(super) fn words(more: &[(&str, &str)]) -> Section {
    Section::new("words", "Words", |html| {
        let words = more.iter().chain(&WORDS);
        let words: Vec<_> = words
            .map(|(word, what)| ((*word).to_owned(), (*what).to_owned()))
            .collect();
        html.terms("words", &words);
    })
}
