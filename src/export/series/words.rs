//! What the texts of sweeps and searches have in common.

use crate::analysis::{Doubts, Figure};
use crate::export::csv::cell;
use crate::units::text;

/// A figure with its interval, or that it is missing.
pub(super) fn figure_text(figure: Option<Figure>, told: impl Fn(f64) -> String) -> String {
    let Some(figure) = figure else {
        return text::MISSING.to_owned();
    };
    match figure.ends() {
        Some((low, high)) => format!("{} ({} to {})", told(figure.value), told(low), told(high)),
        None => told(figure.value),
    }
}

/// Rows with their columns below each other, two spaces apart; each line ends with a line feed.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Why runs are not to be trusted, in lines; none if all are.
pub(in crate::export) fn doubts(doubts: &Doubts, what: &str) -> Vec<String> {
    let (runs, doubted) = doubts.runs();
    if doubted == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "{} of {} {} not to be trusted:",
        text::count(doubted),
        text::counted(runs, what, &format!("{what}s")),
        if doubted == 1 { "is" } else { "are" }
    )];
    let reasons = doubts.reasons().into_iter();
    lines.extend(reasons.map(|(reason, times)| {
        format!(
            "  {} {reason}",
            if times > 1 {
                format!("{}×", text::count(times))
            } else {
                "once".to_owned()
            }
        )
    }));
    if doubts.left_out() > 0 {
        lines.push(format!(
            "  and {} more",
            text::counted(doubts.left_out(), "reason", "reasons")
        ));
    }
    lines
}

/// Value and both ends as cells; what is not known is empty.
pub(super) fn cells(figure: Option<Figure>) -> [String; 3] {
    [
        cell(figure.map(|figure| figure.value)),
        cell(figure.and_then(|figure| figure.low)),
        cell(figure.and_then(|figure| figure.high)),
    ]
}
