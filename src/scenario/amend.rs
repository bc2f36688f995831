//! An edited scenario written into the text that it was read from: what did not change stays as somebody wrote it, with
//! comments, order and notation.
//!
//! The scenario before and after the edit are written and read as trees. Where the two differ, the same place of the
//! text is replaced, and nothing else: a merge of three trees. A comment belongs to the entry of a list or of fields
//! that follows it, or that stands before it on its line; it moves and goes with it.

use std::collections::BTreeSet;

use crate::scenario::tree::{Field, Node, Value};
use crate::scenario::{Scenario, grammar, parse, to_text};

/// More pairs of entries than that are not compared when a list has changed; the list is then written anew.
const MAX_PAIRS: usize = 1_000_000;

/// The text of `after`, made from `text`, which is that of `before`.
///
/// What is written anew has lost its comments. That is all of it where `text` does not describe `before`.
#[must_use]
pub fn amend(text: &str, before: &Scenario, after: &Scenario) -> String {
    let (base, fresh) = (to_text(before), to_text(after));
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text == base {
        return fresh;
    }
    let trees = [text, &base, &fresh].map(grammar::read);
    if trees.iter().any(|tree| !tree.problems.is_empty()) {
        return fresh;
    }
    let [source, old, new] = trees.map(|tree| tree.root);
    let merge = Merge {
        text,
        fresh: &fresh,
        line_end: if text.contains("\r\n") { "\r\n" } else { "\n" },
    };
    let mut amended = text[..source.span.start].to_owned();
    amended.push_str(&merge.node(&source, &old, &new));
    amended.push_str(&text[source.span.end..]);
    // Somebody may write the same in ways that are not foreseen here: what is wrong then is the layout, not the scenario.
    if parse(&amended).scenario.as_ref() == Some(after) {
        amended
    } else {
        fresh
    }
}

struct Merge<'t> {
    text: &'t str,
    fresh: &'t str,
    line_end: &'static str,
}

/// One entry of what stands in brackets, with the blanks and comments that belong to it.
struct Entry {
    /// Between the entry before and this one.
    lead: String,
    body: String,
    /// The comma, and a comment behind it on the same line.
    tail: String,
}

/// What stands in brackets.
struct Bracket<'t> {
    /// Up to the first entry.
    open: &'t str,
    entries: Vec<(&'t str, &'t str)>,
    /// Behind the last entry.
    close: &'t str,
}

impl Merge<'_> {
    /// The text of `source`, changed as `new` differs from `old`.
    fn node(&self, source: &Node, old: &Node, new: &Node) -> String {
        if same(old, new) {
            return self.text[source.span.clone()].to_owned();
        }
        match (&source.value, &old.value, &new.value) {
            (Value::Fields(a, mine), Value::Fields(b, old), Value::Fields(c, new))
                if a == b && b == c && !mine.is_empty() =>
            {
                self.fields(source, mine, old, new)
            }
            (Value::Items(a, mine), Value::Items(b, old), Value::Items(c, new))
                if a == b && b == c && mine.len() == old.len() && old.len() == new.len() =>
            {
                self.items(source, mine, old, new)
            }
            (Value::List(mine), Value::List(old), Value::List(new))
                if mine.len() == old.len()
                    && !mine.is_empty()
                    && old.len() * new.len() <= MAX_PAIRS =>
            {
                self.items(source, mine, old, new)
            }
            _ => self.fresh(new, self.indent_at(source.span.start)),
        }
    }

    fn fields(&self, source: &Node, mine: &[Field], old: &[Field], new: &[Field]) -> String {
        let of =
            |fields: &'_ [Field], name: &str| fields.iter().position(|field| field.name == name);
        let spans = mine.iter().map(|field| field.start..field.value.span.end);
        let bracket = self.bracket(source, spans);
        let mut names: Vec<&str> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for (field, (lead, tail)) in mine.iter().zip(&bracket.entries) {
            let body = match (of(old, &field.name), of(new, &field.name)) {
                (Some(before), Some(after)) => {
                    self.node(&field.value, &old[before].value, &new[after].value)
                }
                (None, Some(after)) => self.fresh(&new[after].value, self.indent_at(field.start)),
                // What a written scenario leaves out has its default: it has it still, or again.
                (None, None) => self.text[field.value.span.clone()].to_owned(),
                (Some(_), None) => continue,
            };
            names.push(&field.name);
            entries.push(Entry {
                lead: (*lead).to_owned(),
                body: format!("{}{body}", &self.text[field.start..field.value.span.start]),
                tail: (*tail).to_owned(),
            });
        }
        let lead = self.usual_lead(&bracket);
        for (index, field) in new.iter().enumerate() {
            if of(mine, &field.name).is_none() && of(old, &field.name).is_none() {
                // Behind the one that it follows where all are written.
                let before = |name: &str| of(new, name).is_some_and(|at| at < index);
                let place = names
                    .iter()
                    .rposition(|name| before(name))
                    .map_or(0, |at| at + 1);
                let value = self.fresh(&field.value, indent_of(&lead));
                names.insert(place, &field.name);
                entries.insert(place, added(&lead, format!("{}: {value}", field.name)));
            }
        }
        self.join(&bracket, entries)
    }

    fn items(&self, source: &Node, mine: &[Node], old: &[Node], new: &[Node]) -> String {
        let bracket = self.bracket(source, mine.iter().map(|node| node.span.clone()));
        let origins = origins(old, new);
        let lead = self.usual_lead(&bracket);
        let entries = new.iter().zip(origins).map(|(node, origin)| match origin {
            Some(at) => {
                let (lead, tail) = bracket.entries[at];
                Entry {
                    lead: lead.to_owned(),
                    body: self.node(&mine[at], &old[at], node),
                    tail: tail.to_owned(),
                }
            }
            None => added(&lead, self.fresh(node, indent_of(&lead))),
        });
        self.join(&bracket, entries.collect())
    }

    /// Takes apart what stands in the brackets of `node`, whose entries have these `spans`.
    fn bracket(
        &self,
        node: &Node,
        spans: impl Iterator<Item = std::ops::Range<usize>>,
    ) -> Bracket<'_> {
        let text = self.text;
        // In front of the bracket stands a name at most.
        let inside = text[node.span.clone()]
            .find(['(', '['])
            .map_or(0, |at| at + 1);
        let first = node.span.start + inside;
        let mut at = first;
        let mut entries = Vec::new();
        for span in spans {
            let lead = &text[at..span.start];
            at = span.end + tail_length(&text[span.end..node.span.end]);
            entries.push((lead, &text[span.end..at]));
        }
        Bracket {
            open: &text[node.span.start..first],
            entries,
            close: &text[at..node.span.end],
        }
    }

    /// The blanks before an entry as they stand before others: one line each, or all on one line.
    fn usual_lead(&self, bracket: &Bracket<'_>) -> String {
        let lead = bracket.entries.first().map_or("", |(lead, _)| lead);
        match lead.rfind('\n') {
            Some(_) => format!("{}{}", self.line_end, indent_of(lead)),
            None => " ".to_owned(),
        }
    }

    /// The parts together again, with commas and line ends where the new order needs them.
    fn join(&self, bracket: &Bracket<'_>, entries: Vec<Entry>) -> String {
        let mut text = bracket.open.to_owned();
        let count = entries.len();
        // Whether the line ends in a comment, behind which nothing can stand.
        let mut in_comment = false;
        for (index, entry) in entries.into_iter().enumerate() {
            let is_blank = entry.lead.trim().is_empty() && !entry.lead.contains('\n');
            match (index, is_blank) {
                _ if in_comment && !entry.lead.starts_with(['\n', '\r']) => {
                    text.push_str(self.line_end);
                    text.push_str(&entry.lead);
                }
                (0, true) => {}
                (_, true) => text.push(' '),
                (_, false) => text.push_str(&entry.lead),
            }
            text.push_str(&entry.body);
            let comma = entry.tail.trim_start().starts_with(',');
            if !comma && index + 1 < count {
                text.push(',');
            }
            in_comment = entry.tail.contains("//");
            text.push_str(&entry.tail);
        }
        if in_comment && !bracket.close.starts_with(['\n', '\r']) {
            text.push_str(self.line_end);
        }
        text + bracket.close
    }

    /// What is written anew, with its lines moved to `indent`.
    fn fresh(&self, node: &Node, indent: &str) -> String {
        let before = &self.fresh[..node.span.start];
        let written = indent_of(before);
        let from = format!("\n{written}");
        let to = format!("{}{indent}", self.line_end);
        // Texts have no line ends: these are escaped.
        self.fresh[node.span.clone()].replace(&from, &to)
    }

    /// The blanks at the beginning of the line in which that byte stands.
    fn indent_at(&self, at: usize) -> &str {
        let line = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[line..];
        &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
    }
}

/// The blanks at the beginning of the last line of `lead`.
fn indent_of(lead: &str) -> &str {
    let line = lead.rfind('\n').map_or("", |at| &lead[at + 1..]);
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn added(lead: &str, body: String) -> Entry {
    Entry {
        lead: lead.to_owned(),
        body,
        tail: if lead.contains('\n') { "," } else { "" }.to_owned(),
    }
}

/// How much behind an entry belongs to it: the comma, and a comment that ends its line.
fn tail_length(behind: &str) -> usize {
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
    let mut length = 0;
    let comma = blanks(behind);
    if behind[comma..].starts_with(',') {
        length = comma + 1;
    }
    let comment = length + blanks(&behind[length..]);
    if behind[comment..].starts_with("//") {
        let rest = &behind[comment..];
        length = comment + rest.find(['\n', '\r']).unwrap_or(rest.len());
    }
    length
}

/// For each new item the old one that it comes from; none for one that was added.
fn origins(old: &[Node], new: &[Node]) -> Vec<Option<usize>> {
    let mut left: BTreeSet<usize> = (0..old.len()).collect();
    let mut origins: Vec<Option<usize>> = vec![None; new.len()];
    // Who stayed where it was, before who moved.
    for (index, (before, after)) in old.iter().zip(new).enumerate() {
        if same(before, after) && left.remove(&index) {
            origins[index] = Some(index);
        }
    }
    for (node, origin) in new.iter().zip(&mut origins) {
        if origin.is_none() {
            *origin = left.iter().copied().find(|&at| same(&old[at], node));
            if let Some(at) = *origin {
                left.remove(&at);
            }
        }
    }
    // Those that are left were edited, if there is one for each.
    if origins.iter().filter(|origin| origin.is_none()).count() == left.len() {
        let edited = origins.iter_mut().filter(|origin| origin.is_none());
        for (origin, at) in edited.zip(left) {
            *origin = Some(at);
        }
    }
    origins
}

/// Whether both are written the same, but for the layout.
fn same(a: &Node, b: &Node) -> bool {
    let all =
        |a: &[Node], b: &[Node]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (&a.value, &b.value) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Text(a), Value::Text(b)) | (Value::Name(a), Value::Name(b)) => a == b,
        (Value::List(a), Value::List(b)) => all(a, b),
        (Value::Items(a, of_a), Value::Items(b, of_b)) => a == b && all(of_a, of_b),
        (Value::Fields(a, of_a), Value::Fields(b, of_b)) => {
            let field = |(a, b): (&Field, &Field)| a.name == b.name && same(&a.value, &b.value);
            a == b && of_a.len() == of_b.len() && of_a.iter().zip(of_b).all(field)
        }
        // The others are not written.
        _ => false,
    }
}

#[cfg(test)]
mod tests;
