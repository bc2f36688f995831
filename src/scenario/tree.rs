//! A scenario's text as a tree of values, each with its line and column.
//!
//! Why a reader of our own: serde with ron stops at the first mistake and forgets places once a value is
//! read. We report **all** problems of a file with line and column, those of meaning too ("p95 is below
//! the median"), and the window marks the fields. The language is RON's; the `ron` crate is the oracle in
//! the tests, and it writes the files.
//!
//! [`lex`](crate::scenario::lex) makes words, [`grammar`](crate::scenario::grammar) makes the tree,
//! [`decode`](crate::scenario::decode) makes a scenario. Nothing here knows what a scenario is.

use std::ops::Range;

use crate::scenario::{Place, Problem};

/// One value of the text.
#[derive(Debug)]
pub(super) struct Node {
    /// Different for each node of a tree, from 0.
    pub(super) id: usize,
    /// Where its first character stands.
    pub(super) place: Place,
    /// The bytes of the text that it is.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) value: Value,
}

/// What a value is, as far as the text alone tells.
#[derive(Debug)]
pub(super) enum Value {
    /// Something that could not be read, and was reported.
    Broken,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// `'x'`.
    Char,
    /// `"x"`.
    Text(String),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`; a scenario has none, so it only has to be told from the others.
    Map,
    /// A name alone, such as `Poisson` or `None`.
    Name(String),
    /// `(a: 1)` or `Name(a: 1)`; also `()`.
    Fields(Option<String>, Vec<Field>),
    /// `(1, 2)` or `Name(1)`.
    Items(Option<String>, Vec<Node>),
}

/// One `name: value`.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// Where the name stands.
    pub(super) place: Place,
    /// The byte of the text at which the name begins.
    pub(super) start: usize,
    /// Its value.
    pub(super) value: Node,
}

/// What became of a text.
#[derive(Debug)]
pub(super) struct Tree {
    /// The outermost value; incomplete if reading stopped.
    pub(super) root: Node,
    /// How many nodes there are.
    pub(super) nodes: usize,
    /// What was wrong, without paths.
    pub(super) problems: Vec<Problem>,
    /// Whether reading ended early: what follows from the tree's gaps must not be reported.
    pub(super) stopped: bool,
}

impl Node {
    /// The place of the field `path`, or of the nearest thing around it that the text has.
    pub(super) fn place_of(&self, path: &str) -> Place {
        let mut node = self;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            // What stands in the brackets of a name has the path of the name: `backend: Python(Ray(workers: 2))`.
            while let Value::Items(_, items) = &node.value
                && let [inner] = &items[..]
            {
                node = inner;
            }
            let next = match &node.value {
                Value::Fields(_, fields) => fields
                    .iter()
                    .find(|field| field.name == step)
                    .map(|field| &field.value),
                Value::List(items) => step
                    .trim_end_matches(']')
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get(index)),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.place
    }

    /// The path of the field or item that begins exactly at `place`, with its name or its value.
    pub(super) fn path_at(&self, place: Place) -> Option<String> {
        if self.place == place {
            return Some(String::new());
        }
        match &self.value {
            Value::Fields(_, fields) => fields.iter().find_map(|field| {
                let inner = if field.place == place {
                    String::new()
                } else {
                    field.value.path_at(place)?
                };
                let dot = if inner.is_empty() || inner.starts_with('[') {
                    ""
                } else {
                    "."
                };
                Some(format!("{}{dot}{inner}", field.name))
            }),
            Value::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let inner = item.path_at(place)?;
                let dot = if inner.is_empty() { "" } else { "." };
                Some(format!("[{index}]{dot}{inner}"))
            }),
            // As for `place_of`: `amount: Work(5)`.
            Value::Items(_, items) => items.iter().find_map(|item| item.path_at(place)),
            _ => None,
        }
    }

    /// How it is called in "expected …, found …".
    pub(super) fn describe(&self) -> String {
        match &self.value {
            Value::Broken => "something unreadable".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(_) => "a whole number".to_owned(),
            Value::Float(_) => "a number with a fraction".to_owned(),
            Value::Char => "a single character".to_owned(),
            Value::Text(_) => "a text".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map => "a map in { }".to_owned(),
            Value::Name(name) | Value::Fields(Some(name), _) | Value::Items(Some(name), _) => {
                format!("'{name}'")
            }
            Value::Fields(None, _) => "fields in ( )".to_owned(),
            Value::Items(None, _) => "values in ( )".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::grammar::read;

    #[test]
    fn a_path_finds_its_place_or_the_nearest_one() {
        let tree = read("(a: [(b: 1),\n (b: X(c: 2))])");
        assert_eq!(
            tree.root.place_of("a[1].b.c"),
            Place {
                line: 2,
                column: 11
            }
        );
        assert_eq!(
            tree.root.place_of("a[1].missing.c"),
            Place { line: 2, column: 2 }
        );
        assert_eq!(tree.root.place_of(""), Place { line: 1, column: 1 });
        let nested = read("(b: P(X(c: 2)))");
        let c = Place {
            line: 1,
            column: 12,
        };
        assert_eq!(nested.root.place_of("b.c"), c);
        assert_eq!(nested.root.path_at(c).as_deref(), Some("b.c"));
        let path_at = |line, column| tree.root.path_at(Place { line, column });
        assert_eq!(path_at(2, 11).as_deref(), Some("a[1].b.c"));
        assert_eq!(path_at(1, 2).as_deref(), Some("a"));
        assert_eq!(path_at(1, 3), None);
    }
}
