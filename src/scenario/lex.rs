//! Scenario text to words: brackets, names, numbers and texts, each with its place.
//!
//! It knows no grammar; what belongs where is the business of [`tree`](crate::scenario::tree).
//! It goes on after every mistake except an unclosed text or comment, behind which nothing can be told.

use std::iter::Peekable;
use std::ops::Range;
use std::str::Chars;

use crate::scenario::{Place, Problem};

/// The smallest piece that means something.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// `(`, `[` or `{`.
    Open(char),
    /// `)`, `]` or `}`.
    Close(char),
    /// `,` or, after a problem was recorded, `;`.
    Comma,
    /// `:` or, after a problem was recorded, `=`.
    Colon,
    /// A whole number; numbers beyond 128 bits are clamped, as they are refused wherever they stand.
    Int(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// What stands between quotes, without the escapes.
    Text(String),
    /// A single quoted character.
    Char(char),
    /// An identifier; also `true`, `inf` and `-inf`.
    Name(String),
    /// After the last character.
    End,
}

/// A token with where it starts and where it ends.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// What it is.
    pub(super) token: Token,
    /// Its first character.
    pub(super) place: Place,
    /// The character after its last one.
    pub(super) end: Place,
    /// Its bytes in the text.
    pub(super) bytes: Range<usize>,
}

/// What became of a text.
#[derive(Debug)]
pub(super) struct Words {
    /// In order; the last is [`Token::End`].
    pub(super) list: Vec<Word>,
    /// What was wrong.
    pub(super) problems: Vec<Problem>,
    /// Whether reading ended before the end of the text.
    pub(super) stopped: bool,
}

/// More mistakes than that in one file are not of interest: it is no scenario.
pub(super) const MAX_PROBLEMS: usize = 100;

/// Splits `text` into words.
pub(super) fn words(text: &str) -> Words {
    let mut lexer = Lexer {
        rest: text.chars().peekable(),
        here: Place { line: 1, column: 1 },
        at: 0,
        problems: Vec::new(),
        stopped: false,
    };
    let mut words = Vec::new();
    loop {
        lexer.skip_blanks();
        let (place, start) = (lexer.here, lexer.at);
        let token = if lexer.stopped || lexer.problems.len() >= MAX_PROBLEMS {
            lexer.stopped = true;
            Some(Token::End)
        } else {
            lexer.token()
        };
        let Some(token) = token else { continue };
        let last = token == Token::End;
        words.push(Word {
            token,
            place,
            end: lexer.here,
            bytes: start..lexer.at,
        });
        if last {
            return Words {
                list: words,
                problems: lexer.problems,
                stopped: lexer.stopped,
            };
        }
    }
}

pub(super) struct Lexer<'t> {
    rest: Peekable<Chars<'t>>,
    /// The place of the next character.
    pub(super) here: Place,
    /// Its byte.
    at: usize,
    pub(super) problems: Vec<Problem>,
    /// Whether nothing more is read.
    pub(super) stopped: bool,
}

impl Lexer<'_> {
    /// The next character.
    pub(super) fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    /// The character after the next one.
    fn peek_second(&self) -> Option<char> {
        let mut ahead = self.rest.clone();
        ahead.next();
        ahead.next()
    }

    /// Takes the next character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.here = Place {
                line: self.here.line + 1,
                column: 1,
            };
        } else {
            self.here.column += 1;
        }
        Some(c)
    }

    /// Takes the characters that belong.
    pub(super) fn bump_while(&mut self, mut belongs: impl FnMut(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek().filter(|c| belongs(*c)) {
            taken.push(c);
            self.bump();
        }
        taken
    }

    /// Records a problem.
    pub(super) fn report(
        &mut self,
        place: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problems.push(Problem {
            place: Some(place),
            ..Problem::error("", message, hint)
        });
    }

    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '/' if self.peek_second() == Some('/') => {
                    self.bump_while(|c| c != '\n');
                }
                '/' if self.peek_second() == Some('*') => {
                    self.skip_block_comment();
                }
                c if c.is_whitespace() => {
                    self.bump();
                }
                _ => return,
            }
        }
    }

    /// Block comments nest, so that a part with comments can be commented out.
    fn skip_block_comment(&mut self) {
        let opening = self.here;
        let mut depth = 0_usize;
        loop {
            match self.bump() {
                Some('/') if self.peek() == Some('*') => {
                    self.bump();
                    depth += 1;
                }
                Some('*') if self.peek() == Some('/') => {
                    self.bump();
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                Some(_) => {}
                None => {
                    self.report(opening, "this comment has no end", "close it with */");
                    self.stopped = true;
                    return;
                }
            }
        }
    }

    /// The next token; `None` if a stray character was reported and skipped.
    fn token(&mut self) -> Option<Token> {
        let place = self.here;
        let Some(c) = self.peek() else {
            return Some(Token::End);
        };
        match c {
            '(' | '[' | '{' => {
                self.bump();
                Some(Token::Open(c))
            }
            ')' | ']' | '}' => {
                self.bump();
                Some(Token::Close(c))
            }
            ',' | ':' => {
                self.bump();
                Some(if c == ',' { Token::Comma } else { Token::Colon })
            }
            ';' => {
                self.bump();
                self.report(
                    place,
                    "';' does not separate anything here",
                    "write a comma",
                );
                Some(Token::Comma)
            }
            '=' => {
                self.bump();
                self.report(place, "'=' does not belong here", "write name: value");
                Some(Token::Colon)
            }
            '"' => Some(self.quoted_text()),
            '\'' => Some(self.quoted_char()),
            'r' if matches!(self.peek_second(), Some('"' | '#')) => Some(self.raw_text()),
            '#' => {
                self.attribute();
                None
            }
            c if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number(),
            c if is_name_start(c) => Some(Token::Name(self.bump_while(is_name_part))),
            _ => {
                self.bump();
                self.report(
                    place,
                    format!("'{}' means nothing here", c.escape_debug()),
                    "remove it",
                );
                None
            }
        }
    }

    /// `#![enable(…)]` would let a file change how it is read.
    fn attribute(&mut self) {
        let place = self.here;
        self.bump_while(|c| c != ']' && c != '\n');
        if self.peek() == Some(']') {
            self.bump();
        }
        self.report(
            place,
            "a scenario cannot switch on extensions of RON",
            "remove the line; optional values are written plainly",
        );
    }

    fn number(&mut self) -> Option<Token> {
        let place = self.here;
        let mut text = self.bump_while(|c| c == '+' || c == '-');
        if self.peek().is_some_and(is_name_start) {
            // `-inf`: a name that every place for a number refuses with its own words.
            text.push_str(&self.bump_while(is_name_part));
            return Some(Token::Name(text));
        }
        let mut previous = ' ';
        let mut decimal = true;
        text.push_str(&self.bump_while(|c| {
            let sign_of_exponent =
                matches!(c, '+' | '-') && decimal && matches!(previous, 'e' | 'E');
            let belongs = c == '.' || is_name_part(c) || sign_of_exponent;
            decimal &= !matches!(c, 'x' | 'X');
            previous = c;
            belongs
        }));
        if let Some(token) = number(&text) {
            return Some(token);
        }
        let quantity = text
            .trim_start_matches(['+', '-'])
            .starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(char::is_alphabetic);
        if quantity {
            self.report(
                place,
                format!("'{text}' must stand in quotes"),
                format!("write \"{text}\""),
            );
            return Some(Token::Text(text));
        }
        self.report(
            place,
            format!("'{text}' is not a number"),
            "write it like 12, 0.5 or 1e6",
        );
        None
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The token of `12`, `-1_000`, `0xFF`, `0.5`, `1e6`; `None` if `text` is no number.
fn number(text: &str) -> Option<Token> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (radix, whole) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        _ => (10, digits),
    };
    if !whole.is_empty() && whole.chars().all(|c| c.is_digit(radix)) {
        let value = i128::from_str_radix(whole, radix).unwrap_or(i128::MAX);
        return Some(Token::Int(sign * value));
    }
    // `parse` would also take "inf" and "nan".
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    plain.parse().ok().map(Token::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        let read = words(text);
        assert_eq!(read.problems, [], "{text}");
        read.list
            .into_iter()
            .map(|word| word.token)
            .filter(|token| *token != Token::End)
            .collect()
    }

    #[test]
    fn every_form_of_number_and_text_is_read() {
        assert_eq!(
            tokens("1 -2_000 +3 0xFF 0b11 0.5 .5 1e6 -1.5E-3"),
            [
                Token::Int(1),
                Token::Int(-2000),
                Token::Int(3),
                Token::Int(255),
                Token::Int(3),
                Token::Float(0.5),
                Token::Float(0.5),
                Token::Float(1e6),
                Token::Float(-0.0015),
            ]
        );
        assert_eq!(
            tokens(r##""a\"\n\u{e4}\x41" r"b\" r#"c"d"# 'e' '\''"##),
            [
                Token::Text("a\"\näA".into()),
                Token::Text("b\\".into()),
                Token::Text("c\"d".into()),
                Token::Char('e'),
                Token::Char('\''),
            ]
        );
        assert_eq!(
            tokens("/* a /* b */ c */ x // y\n-inf"),
            [Token::Name("x".into()), Token::Name("-inf".into())]
        );
    }

    #[test]
    fn a_mistake_does_not_hide_the_next_one() {
        let read = words("#![enable(x)] 40ms ; ? 'text' \"\\q\u{202e}\" 1.2.3");
        let found: Vec<_> = read.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 8, "{found:#?}");
        assert!(!read.stopped);
        assert!(
            found[1].starts_with("1:15 '40ms' must stand in quotes"),
            "{}",
            found[1]
        );
    }

    #[test]
    fn columns_count_characters_and_lines_may_end_in_two_ways() {
        let read = words("ä\r\n  \"ü\" x");
        assert_eq!(read.list[1].place, Place { line: 2, column: 3 });
        assert_eq!(read.list[2].place, Place { line: 2, column: 7 });
    }

    #[test]
    fn what_is_never_closed_is_reported_where_it_was_opened() {
        for text in ["a\n \"b", "a\n /* b /* c */", "a\n r#\"b\""] {
            let read = words(text);
            assert!(read.stopped, "{text}");
            assert_eq!(
                read.problems[0].place,
                Some(Place { line: 2, column: 2 }),
                "{text}"
            );
        }
    }
}
