//! A writer of HTML that cannot leave an element open: elements are nested by closures.
//!
//! What it writes is also well-formed XML, so that a test can read it back. Every text and every value of an attribute
//! is escaped; only pictures of our own are taken as they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::export::canvas::escaped;

/// Names and values of attributes.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// A piece of a page that is being written.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

impl Html {
    /// An element with what `inner` writes.
    pub(super) fn within(
        &mut self,
        tag: &str,
        attributes: Attributes<'_>,
        inner: impl FnOnce(&mut Self),
    ) {
        self.begin(tag, attributes);
        self.text.push_str(">\n");
        inner(self);
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push_str(">\n");
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, tag: &str, attributes: Attributes<'_>, text: &str) {
        self.begin(tag, attributes);
        self.text.push('>');
        self.text.push_str(&escaped(text));
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
        // Behind a word of a sentence a line break would be a space.
        if !matches!(tag, "strong" | "a" | "code") {
            self.text.push('\n');
        }
    }

    /// An element with a text of which the line breaks count.
    pub(super) fn block(&mut self, tag: &str, text: &str) {
        self.begin(tag, &[]);
        self.text.push('>');
        let lines: Vec<String> = text.lines().map(escaped).collect();
        self.text.push_str(&lines.join("\n"));
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push_str(">\n");
    }

    /// An element that holds nothing.
    pub(super) fn void(&mut self, tag: &str, attributes: Attributes<'_>) {
        self.begin(tag, attributes);
        self.text.push_str("/>\n");
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.leaf("p", &[], text);
    }

    /// A text between elements.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(&escaped(text));
    }

    /// What is HTML already: pictures and pieces of our own, never anything from outside.
    pub(super) fn own(&mut self, html: &str) {
        self.text.push_str(html);
    }

    /// A list of terms with what they are.
    pub(super) fn terms(&mut self, class: &str, terms: &[(String, String)]) {
        self.within("dl", &[("class", class)], |html| {
            for (term, what) in terms {
                html.within("div", &[], |html| {
                    html.leaf("dt", &[], term);
                    html.leaf("dd", &[], what);
                });
            }
        });
    }

    /// A list of lines.
    pub(super) fn list(&mut self, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        self.within("ul", &[], |html| {
            for line in lines {
                html.leaf("li", &[], line.as_ref());
            }
        });
    }

    /// What can be opened by who wants to see it.
    pub(super) fn details(&mut self, summary: &str, inner: impl FnOnce(&mut Self)) {
        self.within("details", &[], |html| {
            html.leaf("summary", &[], summary);
            inner(html);
        });
    }

    /// A link that saves `content` as a file called `file`, without any network.
    pub(super) fn download(&mut self, words: &str, file: &str, kind: &str, content: &str) {
        let address = format!(
            "data:{kind};charset=utf-8;base64,{}",
            STANDARD.encode(content)
        );
        self.leaf("a", &[("href", &address), ("download", file)], words);
    }

    /// All that was written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self, tag: &str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text.push_str(&escaped(value));
            self.text.push('"');
        }
    }
}

/// The head of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// As it stands there.
    pub(super) text: String,
    /// The class of its colour, `k3`; empty without one.
    pub(super) colour: String,
    /// Whether its cells are figures.
    pub(super) figures: bool,
}

impl Column {
    pub(super) fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub(super) fn figures(text: impl Into<String>) -> Self {
        Self {
            figures: true,
            ..Self::words(text)
        }
    }

    /// The column of a candidate.
    pub(super) fn of_candidate(name: &str, candidate: usize) -> Self {
        Self {
            colour: format!("k{}", candidate % crate::chart::palette::COLOURS),
            ..Self::figures(name)
        }
    }
}

/// A row of a table: its head, an explanation of that, and its cells with a class each, or none.
#[derive(Debug, Clone, Default)]
pub(super) struct TableRow {
    pub(super) head: String,
    pub(super) about: String,
    /// The class of its colour, as of a column.
    pub(super) colour: String,
    pub(super) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) class: &'static str,
    /// What stands below it, smaller.
    pub(super) below: String,
}

impl Cell {
    pub(super) fn of(text: impl Into<String>, class: &'static str) -> Self {
        Self {
            text: text.into(),
            class,
            below: String::new(),
        }
    }
}

impl TableRow {
    pub(super) fn plain(head: &str, cells: impl IntoIterator<Item = String>) -> Self {
        Self {
            head: head.to_owned(),
            cells: cells.into_iter().map(|cell| Cell::of(cell, "")).collect(),
            ..Self::default()
        }
    }
}

/// Writes a table that can be scrolled where it is too wide.
pub(super) fn table(html: &mut Html, caption: &str, columns: &[Column], rows: &[TableRow]) {
    let region = [
        ("class", "scroll"),
        ("role", "region"),
        ("aria-label", caption),
        ("tabindex", "0"),
    ];
    html.within("div", &region, |html| {
        html.within("table", &[], |html| {
            html.leaf("caption", &[], caption);
            html.within("thead", &[], |html| {
                html.within("tr", &[], |html| {
                    for column in columns {
                        let side = if column.figures { "n" } else { "" };
                        let class = format!("{side} {}", column.colour);
                        let attributes = [("scope", "col"), ("class", class.trim())];
                        html.leaf("th", &attributes, &column.text);
                    }
                });
            });
            html.within("tbody", &[], |html| {
                for row in rows {
                    html.within("tr", &[], |html| table_row(html, columns, row));
                }
            });
        });
    });
}

fn table_row(html: &mut Html, columns: &[Column], row: &TableRow) {
    html.within("th", &[("scope", "row"), ("class", &row.colour)], |html| {
        html.text(&row.head);
        if !row.about.is_empty() {
            html.leaf("small", &[], &row.about);
        }
    });
    for (cell, column) in row.cells.iter().zip(columns.iter().skip(1)) {
        let side = if column.figures { "n" } else { "" };
        let class = format!("{side} {}", cell.class);
        html.within("td", &[("class", class.trim())], |html| {
            html.text(&cell.text);
            if !cell.below.is_empty() {
                html.leaf("small", &[], &cell.below);
            }
        });
    }
}
