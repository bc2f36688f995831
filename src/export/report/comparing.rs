//! The run beside its baseline: what differs around them first, then candidate by candidate, with charts.

use crate::analysis::{
    NOTHING_IN_COMMON, PairComparison, RunComparison, RunOutcome, RunOutcomeKind,
    SettingDifference, Side,
};
use crate::chart::{Distribution, histogram_overlay, percentile_curve};
use crate::export::pair_table;
use crate::export::report::charts::diagram_figure;
use crate::export::report::html::{Cell, Column, Html, TableRow, table};
use crate::export::report::page::Section;
use crate::export::report::sections::judged;
use crate::export::report::story::{Story, machine_card};
use crate::units::text;

/// More pairs have their tables and no charts: a page must stay one that can be opened.
const CHARTED_MAX: usize = 8;

/// The comparison as a part of a report; none without a baseline.
pub(super) fn section(story: &Story<'_>) -> Option<Section> {
    let (baseline, (compared, outcome)) = (story.report.baseline?, story.compared.as_ref()?);
    Some(Section::new("baseline", "Against the baseline", |html| {
        write_outcome(html, outcome);
        write_sides(html, story, baseline);
        write_around(html, compared);
        write_pairs(html, story, baseline, compared);
    }))
}

/// The comparison as a page of its own; none without a baseline.
pub(super) fn page_sections(story: &Story<'_>) -> Option<Vec<Section>> {
    let (baseline, (compared, outcome)) = (story.report.baseline?, story.compared.as_ref()?);
    let machine = |html: &mut Html, side: Side<'_>| {
        html.leaf("h3", &[], side.name);
        match &side.run.machine {
            Some(machine) => html.terms("card", &machine_card(machine)),
            None => html.paragraph("Not known: no runner came up to tell."),
        }
    };
    Some(vec![
        Section::new("outcome", "Outcome", |html| {
            write_outcome(html, outcome);
            write_sides(html, story, baseline);
        }),
        Section::new("around", "What differs around them", |html| {
            write_around(html, compared);
        }),
        Section::new("candidates", "Candidate by candidate", |html| {
            write_pairs(html, story, baseline, compared);
        }),
        Section::new("machines", "Machines", |html| {
            machine(html, baseline);
            machine(html, story.report.side());
        }),
    ])
}

fn write_outcome(html: &mut Html, outcome: &RunOutcome) {
    let class = match outcome.kind {
        RunOutcomeKind::Worse | RunOutcomeKind::NotTrustworthy => "verdict bad",
        RunOutcomeKind::NotWorse => "verdict good",
        RunOutcomeKind::NotKnown => "verdict",
    };
    html.within("div", &[("class", class)], |html| {
        html.leaf("p", &[("class", "headline")], outcome.headline());
        html.paragraph(&outcome.why);
    });
}

fn write_sides(html: &mut Html, story: &Story<'_>, baseline: Side<'_>) {
    let side = |what: &str, side: Side<'_>| {
        let when = text::date_time(side.run.started_unix_secs);
        let words = format!(
            "{}, measured {when} by poolscope {}",
            side.name, side.version
        );
        (what.to_owned(), words)
    };
    html.terms(
        "facts",
        &[side("Baseline", baseline), side("Run", story.report.side())],
    );
}

fn write_around(html: &mut Html, compared: &RunComparison) {
    html.leaf("h3", &[], "Machines and programs");
    if compared.circumstances.is_empty() {
        html.paragraph(
            "Nothing that is known differs: machine, program, interpreters and seed are the same.",
        );
    } else {
        let rows = compared
            .circumstances
            .iter()
            .map(|fact| TableRow::plain(&fact.what, [fact.baseline.clone(), fact.run.clone()]));
        let columns = ["", "Baseline", "Run"].map(Column::words);
        table(
            html,
            "What differs between machines and programs",
            &columns,
            &rows.collect::<Vec<_>>(),
        );
    }
    html.leaf("h3", &[], "Scenarios");
    if compared.settings.is_empty() {
        html.paragraph("Both ran the same scenario.");
    } else {
        write_settings(
            html,
            "What differs between the scenarios",
            &compared.settings,
        );
    }
    if compared.settings_dropped > 0 {
        let more = compared.settings_dropped as u64;
        html.paragraph(&format!(
            "And {} that are not listed: these are two experiments rather than one.",
            text::counted(more, "more difference", "more differences")
        ));
    }
    for (whose, names) in [
        ("the baseline", &compared.only_in_baseline),
        ("the run", &compared.only_in_run),
    ] {
        if !names.is_empty() {
            html.paragraph(&format!("Only in {whose}: {}.", names.join("; ")));
        }
    }
}

fn write_settings(html: &mut Html, caption: &str, settings: &[SettingDifference]) {
    let rows = settings.iter().map(|setting| {
        TableRow::plain(
            &setting.field,
            [setting.baseline.clone(), setting.run.clone()],
        )
    });
    let columns = ["Field", "Baseline", "Run"].map(Column::words);
    table(html, caption, &columns, &rows.collect::<Vec<_>>());
}

fn write_pairs(html: &mut Html, story: &Story<'_>, baseline: Side<'_>, compared: &RunComparison) {
    if compared.pairs.is_empty() {
        html.paragraph(NOTHING_IN_COMMON);
    }
    for (number, pair) in compared.pairs.iter().enumerate() {
        let class = Column::of_candidate("", pair.candidate).colour;
        let name = if pair.name == pair.baseline_name {
            pair.name.clone()
        } else {
            format!("{} (in the baseline: {})", pair.name, pair.baseline_name)
        };
        html.leaf("h3", &[("class", &class)], &name);
        if !pair.settings.is_empty() {
            write_settings(html, "What differs between their settings", &pair.settings);
        }
        write_pair(html, pair, &story.run().request.scenario.prices.currency);
        if number < CHARTED_MAX {
            let lines = Distribution::of_pair(pair, baseline.run, story.run());
            let curve = percentile_curve(&lines);
            diagram_figure(html, &curve, &format!("pair{number}-curve"));
            html.details("The same as a histogram", |html| {
                let histogram = histogram_overlay(&lines);
                diagram_figure(html, &histogram, &format!("pair{number}-histogram"));
            });
        }
    }
}

fn write_pair(html: &mut Html, pair: &PairComparison, currency: &str) {
    if pair.measures.is_empty() {
        html.paragraph("Nothing of it is known in either run.");
        return;
    }
    let of = pair_table(pair, currency);
    let columns: Vec<Column> = of
        .headers
        .iter()
        .map(|header| match header.align {
            crate::export::Align::Left => Column::words(header.text),
            crate::export::Align::Right => Column::figures(header.text),
        })
        .collect();
    let rows = of.rows.iter().zip(&pair.measures).map(|(row, measure)| {
        let mut cells: Vec<_> = row
            .cells
            .iter()
            .skip(1)
            .map(|cell| Cell::of(cell.clone(), ""))
            .collect();
        if let Some(last) = cells.last_mut() {
            last.class = judged(measure.judgement);
        }
        TableRow {
            cells,
            ..TableRow::plain(&row.cells[0], [])
        }
    });
    let caption = format!("{}: run over baseline", pair.name);
    table(html, &caption, &columns, &rows.collect::<Vec<_>>());
    if !pair.notes.is_empty() {
        html.list(pair.notes.iter().map(|note| format!("{note}.")));
    }
}
