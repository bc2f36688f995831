//! A table as text for terminals, pipes and files.

use crate::export::table::{Align, Header, Row, Table};

/// The table aligned with spaces; each line ends with a line feed. As wide as it is, for pipes and files.
#[must_use]
pub fn text_table(table: &Table) -> String {
    let widths = widths(table);
    let columns: Vec<usize> = (0..table.headers.len()).collect();
    lines(table, &columns, &widths)
}

/// The table for a terminal of that many columns. What is too wide stands in parts, one below the other, each
/// with the candidates' names in front; what is the same for all candidates is told once, in a last line.
#[must_use]
pub fn text_table_within(table: &Table, columns: usize) -> String {
    let mut widths = widths(table);
    if line_width(&widths) <= columns {
        return text_table(table);
    }
    let (shared, mut differing): (Vec<usize>, Vec<usize>) =
        (1..table.headers.len()).partition(|&column| is_shared(table, column));
    // A name of any length leaves half of the line to the figures.
    widths[0] = widths[0].min(columns / 2);
    let mut parts = Vec::new();
    while !differing.is_empty() {
        let fits = |count: &usize| {
            let part = differing[..*count].iter().map(|&column| widths[column]);
            line_width(&std::iter::once(widths[0]).chain(part).collect::<Vec<_>>()) <= columns
        };
        // At least one, however narrow the terminal is.
        let count = (2..=differing.len()).take_while(fits).last().unwrap_or(1);
        let part: Vec<usize> = std::iter::once(0).chain(differing.drain(..count)).collect();
        parts.push(lines(table, &part, &widths));
    }
    if !shared.is_empty() {
        parts.push(told_once(table, &shared, columns));
    }
    parts.join("\n")
}

/// The columns that are the same for all candidates, in lines of at most that many characters, if a cell fits.
fn told_once(table: &Table, shared: &[usize], columns: usize) -> String {
    let mut text = String::from("The same for all:");
    let mut width = text.chars().count();
    for (place, &column) in shared.iter().enumerate() {
        let end = if place + 1 < shared.len() { "," } else { "\n" };
        let (header, cell) = (table.headers[column].text, &table.rows[0].cells[column]);
        let told = format!("{header} {cell}{end}");
        let chars = told.trim_end().chars().count();
        if width + 1 + chars > columns {
            text.push_str("\n   ");
            width = 3;
        }
        text.push(' ');
        text.push_str(&told);
        width += 1 + chars;
    }
    text
}

/// What stands between two columns of a text.
const BETWEEN: &str = "  ";

/// Whether several candidates have the same cell in `column`.
fn is_shared(table: &Table, column: usize) -> bool {
    let same = |pair: &[Row]| pair[0].cells[column] == pair[1].cells[column];
    table.rows.len() > 1 && table.rows.windows(2).all(same)
}

/// The widest text of each column, its head included, in characters.
fn widths(table: &Table) -> Vec<usize> {
    let chars = |text: &str| text.chars().count();
    let width = |(column, header): (usize, &Header)| {
        table
            .rows
            .iter()
            .map(|row| chars(&row.cells[column]))
            .fold(chars(header.text), usize::max)
    };
    table.headers.iter().enumerate().map(width).collect()
}

fn line_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + BETWEEN.len() * widths.len().saturating_sub(1)
}

/// The head and all rows, with these columns only.
fn lines(table: &Table, columns: &[usize], widths: &[usize]) -> String {
    let line = |cell: &dyn Fn(usize) -> String| {
        let padded = columns.iter().map(|&column| {
            let (cell, width) = (cut(&cell(column), widths[column]), widths[column]);
            match table.headers[column].align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }
        });
        let joined = padded.collect::<Vec<_>>().join(BETWEEN);
        format!("{}\n", joined.trim_end())
    };
    let mut text = line(&|column| table.headers[column].text.to_owned());
    for row in &table.rows {
        text.push_str(&line(&|column| row.cells[column].clone()));
    }
    text
}

/// `text` in at most `width` characters; an ellipsis stands for what is missing.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::candidate_figures;
    use crate::export::table::table;
    use crate::support;

    #[test]
    fn a_table_that_is_wider_than_the_terminal_stands_in_parts_that_fit() {
        let run = support::sample_run();
        let table = table(&candidate_figures(&run), &run.request.scenario);
        for columns in [40, 80, 120] {
            let text = text_table_within(&table, columns);
            let fits = |line: &str| line.chars().count() <= columns;
            assert!(text.lines().all(fits), "{columns}:\n{text}");
            for header in &table.headers {
                assert!(text.contains(header.text), "{}:\n{text}", header.text);
            }
        }
        assert_eq!(text_table_within(&table, 1_000), text_table(&table));
    }

    #[test]
    fn what_is_the_same_for_all_is_told_once_and_a_long_name_is_cut() {
        let header = |text| Header {
            text,
            align: Align::Left,
            about: "",
        };
        let row = |name: &str, figure: &str| Row {
            candidate: 0,
            cells: vec![name.to_owned(), "done".to_owned(), figure.to_owned()],
        };
        let table = Table {
            headers: vec![header("Name"), header("Status"), header("Rate")],
            rows: vec![row("a", "9 /s"), row("a name without an end", "8 /s")],
        };
        assert_eq!(
            text_table_within(&table, 24),
            "Name          Rate\na             9 /s\na name with…  8 /s\n\nThe same for all:\n    Status done\n"
        );
    }

    #[test]
    fn figures_of_a_text_table_end_in_one_column() {
        let header = |text, align| Header {
            text,
            align,
            about: "",
        };
        let table = Table {
            headers: vec![header("Name", Align::Left), header("Rate", Align::Right)],
            rows: vec![
                Row {
                    candidate: 0,
                    cells: vec!["a".to_owned(), "9 /s".to_owned()],
                },
                Row {
                    candidate: 1,
                    cells: vec!["b ×12".to_owned(), "1,000 /s".to_owned()],
                },
            ],
        };
        assert_eq!(
            text_table(&table),
            "Name       Rate\na          9 /s\nb ×12  1,000 /s\n"
        );
    }
}
