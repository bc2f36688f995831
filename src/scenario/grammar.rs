//! Words to a tree of values.
//!
//! Goes on after mistakes of one place, such as a missing comma, and stops at those behind which the
//! structure cannot be told, such as a bracket that is never closed.

use crate::scenario::lex::{self, MAX_PROBLEMS, Token, Word};
use crate::scenario::tree::{Field, Node, Tree, Value};
use crate::scenario::{Place, Problem};

/// How deep brackets may be nested. A scenario needs 8; the limit keeps the stack small.
const MAX_DEPTH: usize = 64;

/// Reads `text`. Takes time and memory in proportion to its length, and never fails as a whole.
pub(super) fn read(text: &str) -> Tree {
    let read = lex::words(text);
    let mut parser = Parser {
        words: read.list,
        at: 0,
        problems: read.problems,
        stopped: false,
        cut: read.stopped,
        nodes: 0,
    };
    let root = parser.root();
    Tree {
        root,
        nodes: parser.nodes,
        problems: parser.problems,
        stopped: parser.stopped || parser.cut,
    }
}

struct Parser {
    words: Vec<Word>,
    at: usize,
    problems: Vec<Problem>,
    /// A mistake behind which the structure cannot be told.
    stopped: bool,
    /// The words end early, so that brackets which stay open are no mistake of their own.
    cut: bool,
    nodes: usize,
}

impl Parser {
    /// The token `ahead` words from here.
    fn peek(&self, ahead: usize) -> &Token {
        self.words
            .get(self.at + ahead)
            .map_or(&Token::End, |word| &word.token)
    }

    /// Where the next word stands.
    fn here(&self) -> Place {
        let index = self.at.min(self.words.len() - 1);
        self.words[index].place
    }

    /// Where the last word ended.
    fn behind(&self) -> Place {
        self.words[self.at.saturating_sub(1).min(self.words.len() - 1)].end
    }

    fn bump(&mut self) -> Token {
        let token = self
            .words
            .get_mut(self.at)
            .map(|word| std::mem::replace(&mut word.token, Token::End));
        self.at += 1;
        token.unwrap_or(Token::End)
    }

    fn report(&mut self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem {
            place: Some(place),
            ..Problem::error("", message, hint)
        });
        self.stopped |= self.problems.len() >= MAX_PROBLEMS;
    }

    fn stop(&mut self, place: Place, message: impl Into<String>, hint: impl Into<String>) {
        self.report(place, message, hint);
        self.stopped = true;
    }

    fn node(&mut self, place: Place, value: Value) -> Node {
        let id = self.nodes;
        self.nodes += 1;
        let start = self.byte_at(place);
        let last = self.at.saturating_sub(1).min(self.words.len() - 1);
        let end = self.words[last].bytes.end.max(start);
        Node {
            id,
            place,
            span: start..end,
            value,
        }
    }

    /// The byte at which the word of that place begins.
    fn byte_at(&self, place: Place) -> usize {
        let index = self.words.partition_point(|word| word.place < place);
        self.words[index.min(self.words.len() - 1)].bytes.start
    }

    fn root(&mut self) -> Node {
        let place = self.here();
        let has_brackets = !matches!((self.peek(0), self.peek(1)), (Token::Name(_), Token::Colon));
        if *self.peek(0) == Token::End || !has_brackets {
            if !self.cut {
                let what = if has_brackets {
                    "there is no scenario in it"
                } else {
                    "the brackets around the scenario are missing"
                };
                self.stop(
                    place,
                    what,
                    "a scenario is written as (format: 1, title: \"…\", …)",
                );
            }
            return self.node(place, Value::Broken);
        }
        let root = self.value(0);
        if !self.stopped && *self.peek(0) != Token::End {
            let place = self.here();
            self.report(
                place,
                "there is something behind the end of the scenario",
                "remove it, or check the brackets before it",
            );
        }
        root
    }

    /// Reads a value. Consumes at least one word, unless a comma, a closing bracket or the end follows.
    fn value(&mut self, depth: usize) -> Node {
        let place = self.here();
        if depth > MAX_DEPTH {
            self.stop(
                place,
                format!("brackets are nested deeper than {MAX_DEPTH}"),
                "",
            );
            return self.node(place, Value::Broken);
        }
        if matches!(self.peek(0), Token::Comma | Token::Close(_) | Token::End) {
            if !self.cut || *self.peek(0) != Token::End {
                self.report(place, "a value is missing here", "");
            }
            return self.node(place, Value::Broken);
        }
        let value = match self.bump() {
            Token::Int(value) => Value::Int(value),
            Token::Float(value) => Value::Float(value),
            Token::Text(value) => Value::Text(value),
            Token::Char(_) => Value::Char,
            Token::Open('[') => Value::List(self.items(place, ']', depth)),
            Token::Open('{') => self.map(place, depth),
            Token::Open(_) => self.body(place, None, ')', depth),
            Token::Name(name) => self.named(name, depth),
            _ => {
                self.report(place, "a value is missing here", "");
                Value::Broken
            }
        };
        self.node(place, value)
    }

    fn named(&mut self, name: String, depth: usize) -> Value {
        let place = self.here();
        match self.peek(0) {
            Token::Open('(') => {
                self.bump();
                self.body(place, Some(name), ')', depth)
            }
            Token::Open('{') => {
                self.report(
                    place,
                    format!("the fields of {name} stand in round brackets"),
                    format!("write {name}(…)"),
                );
                self.bump();
                self.body(place, Some(name), '}', depth)
            }
            _ => match name.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::Name(name),
            },
        }
    }

    /// What stands in round brackets: fields if it begins like one, values otherwise.
    fn body(&mut self, open: Place, name: Option<String>, close: char, depth: usize) -> Value {
        let like_field = matches!(
            (self.peek(0), self.peek(1)),
            (Token::Name(_) | Token::Text(_), Token::Colon)
                | (Token::Close(_) | Token::End, _)
                // `workers 4`: the colon was forgotten.
                | (Token::Name(_), Token::Int(_) | Token::Float(_) | Token::Text(_) | Token::Name(_))
        );
        if like_field {
            Value::Fields(name, self.fields(open, close, depth))
        } else {
            Value::Items(name, self.items(open, close, depth))
        }
    }

    fn items(&mut self, open: Place, close: char, depth: usize) -> Vec<Node> {
        let mut items = Vec::new();
        self.entries(open, close, |parser| items.push(parser.value(depth + 1)));
        items
    }

    fn fields(&mut self, open: Place, close: char, depth: usize) -> Vec<Field> {
        let mut fields = Vec::new();
        self.entries(open, close, |parser| {
            fields.extend(parser.field(open, depth));
        });
        fields
    }

    fn map(&mut self, open: Place, depth: usize) -> Value {
        self.entries(open, '}', |parser| {
            parser.value(depth + 1);
            if *parser.peek(0) == Token::Colon {
                parser.bump();
                parser.value(depth + 1);
            }
        });
        Value::Map
    }

    fn field(&mut self, open: Place, depth: usize) -> Option<Field> {
        let place = self.here();
        let colon = *self.peek(1) == Token::Colon;
        let bracket = matches!(
            self.peek(1),
            Token::Open(_) | Token::Comma | Token::Close(_) | Token::End
        );
        let name = match self.peek(0) {
            Token::Name(_) if bracket => {
                // `Cpu(kernel: Sha256, Wait(…)`: most likely the bracket before was not closed.
                self.stop(
                    place,
                    "a field is missing here, written as name: value",
                    format!(
                        "is the bracket of line {}, column {} closed?",
                        open.line, open.column
                    ),
                );
                return None;
            }
            Token::Name(name) => name.clone(),
            Token::Text(name) if colon => {
                let name = name.clone();
                self.report(
                    place,
                    "the name of a field stands without quotes",
                    format!("write {name}: …"),
                );
                name
            }
            _ => {
                self.report(place, "this value has no name", "write name: value");
                self.value(depth + 1);
                return None;
            }
        };
        self.bump();
        if colon {
            self.bump();
        } else {
            let behind = self.behind();
            self.report(
                behind,
                format!("a colon is missing behind '{name}'"),
                format!("write {name}: …"),
            );
        }
        let value = self.value(depth + 1);
        let start = self.byte_at(place);
        Some(Field {
            name,
            place,
            start,
            value,
        })
    }

    /// Reads what is separated by commas up to `close`; `entry` is called where something stands.
    fn entries(&mut self, open: Place, close: char, mut entry: impl FnMut(&mut Self)) {
        while !self.stopped {
            let place = self.here();
            match self.peek(0) {
                Token::Close(found) if *found == close => {
                    self.bump();
                    return;
                }
                Token::Close(found) => {
                    let found = *found;
                    return self.stop(
                        place,
                        format!("'{found}' closes a bracket that is not open"),
                        format!(
                            "the one of line {}, column {} ends with '{close}'",
                            open.line, open.column
                        ),
                    );
                }
                Token::End if self.cut => return,
                Token::End => {
                    return self.stop(
                        open,
                        "this bracket is never closed",
                        format!("its end is '{close}'"),
                    );
                }
                Token::Comma => {
                    self.report(place, "there is a comma too many", "remove it");
                    self.bump();
                    continue;
                }
                _ => entry(self),
            }
            match self.peek(0) {
                Token::Comma => {
                    self.bump();
                }
                Token::Close(_) | Token::End => {}
                _ if self.stopped => {}
                _ => {
                    let behind = self.behind();
                    self.report(behind, "a comma is missing here", "");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        read(text)
            .problems
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_missing_comma_is_reported_and_the_rest_is_read() {
        let tree = read("(a: 1\n b: [1 2], c: 3)");
        let found: Vec<_> = tree.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            ["1:6 a comma is missing here", "2:7 a comma is missing here"]
        );
        let Value::Fields(None, fields) = tree.root.value else {
            panic!("fields are read")
        };
        assert_eq!(fields.len(), 3);
        assert!(!tree.stopped);
    }

    #[test]
    fn habits_of_other_languages_are_understood_and_reported() {
        assert_eq!(problems("(a = 1; \"b\": 2, c 3, d: D { e: 4 })").len(), 5);
        assert_eq!(problems("title: \"x\"").len(), 1);
    }

    #[test]
    fn a_bracket_that_stays_open_is_reported_at_its_place_alone() {
        assert_eq!(
            problems("(a: [1, 2"),
            ["1:5 this bracket is never closed (its end is ']')"]
        );
        assert_eq!(
            problems("(a: [1, 2)"),
            [
                "1:10 ')' closes a bracket that is not open (the one of line 1, column 5 ends with ']')"
            ]
        );
        assert_eq!(
            problems(""),
            [
                "1:1 there is no scenario in it (a scenario is written as (format: 1, title: \"…\", …))"
            ]
        );
    }

    #[test]
    fn deep_nesting_ends_with_a_problem_and_not_with_the_stack() {
        for bracket in ["[", "(", "{", "A(", "(a:", "[{"] {
            let tree = read(&bracket.repeat(100_000));
            assert!(tree.stopped);
            assert_eq!(tree.problems.len(), 1, "{bracket}: {:?}", tree.problems);
        }
    }
}
