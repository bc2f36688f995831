//! The part of the lexer that reads what stands in quotes.
//!
//! Texts are shown in windows, terminals and reports, so what they may hold is decided here and in
//! [`text_rules`](crate::scenario::text_rules).

use crate::scenario::Place;
use crate::scenario::lex::{Lexer, MAX_PROBLEMS, Token};
use crate::scenario::text_rules::forbidden_character;

impl Lexer<'_> {
    /// `"…"`.
    pub(super) fn quoted_text(&mut self) -> Token {
        let opening = self.here;
        self.bump();
        let mut text = String::new();
        loop {
            let place = self.here;
            match self.bump() {
                Some('"') => return Token::Text(text),
                Some('\\') => text.extend(self.escape(place)),
                // Line ends are the same on all systems.
                Some('\r') if self.peek() == Some('\n') => {}
                Some(c) => text.extend(self.allowed(place, c)),
                None => return self.unclosed_text(opening),
            }
            if self.stopped {
                return Token::Text(text);
            }
        }
    }

    fn unclosed_text(&mut self, opening: Place) -> Token {
        self.report(
            opening,
            "this text has no end",
            "close it with a quotation mark",
        );
        self.stopped = true;
        Token::Text(String::new())
    }

    /// What stands behind a backslash; `None` after a problem.
    fn escape(&mut self, place: Place) -> Option<char> {
        let unescaped = match self.bump() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('0') => Some('\0'),
            Some(c @ ('\\' | '"' | '\'')) => Some(c),
            Some('x') => {
                let mut left = 2;
                let digits = self.bump_while(|c| {
                    left -= 1;
                    left >= 0 && c.is_ascii_hexdigit()
                });
                u8::from_str_radix(&digits, 16).ok().map(char::from)
            }
            Some('u') if self.peek() == Some('{') => {
                self.bump();
                let digits = self.bump_while(|c| c.is_ascii_hexdigit());
                let closed = self.peek() == Some('}');
                if closed {
                    self.bump();
                }
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .filter(|_| closed)
                    .and_then(char::from_u32)
            }
            _ => None,
        };
        if unescaped.is_none() {
            self.report(
                place,
                "this backslash does not begin an escape that is known",
                r#"known are \n, \t, \\, \" and \u{…}; a backslash itself is \\"#,
            );
        }
        self.allowed(place, unescaped?)
    }

    /// `r"…"` and `r#"…"#`.
    pub(super) fn raw_text(&mut self) -> Token {
        let opening = self.here;
        self.bump();
        let hashes = self.bump_while(|c| c == '#').len();
        if self.bump() != Some('"') {
            self.report(opening, "'r#' does not begin a raw text", "write r#\"…\"#");
            self.stopped = true;
            return Token::End;
        }
        let mut text = String::new();
        loop {
            let place = self.here;
            match self.bump() {
                Some('"') => {
                    let mut left = hashes;
                    let closing = self.bump_while(|c| {
                        let belongs = left > 0 && c == '#';
                        left -= usize::from(belongs);
                        belongs
                    });
                    if closing.len() == hashes {
                        return Token::Text(text);
                    }
                    text.push('"');
                    text.push_str(&closing);
                }
                Some('\r') if self.peek() == Some('\n') => {}
                Some(c) => text.extend(self.allowed(place, c)),
                None => return self.unclosed_text(opening),
            }
            if self.stopped {
                return Token::Text(text);
            }
        }
    }

    /// `'…'`.
    pub(super) fn quoted_char(&mut self) -> Token {
        let opening = self.here;
        self.bump();
        let place = self.here;
        let c = match self.bump() {
            Some('\\') => self.escape(place),
            other => other,
        };
        if self.peek() == Some('\'') {
            self.bump();
            if let Some(c) = c {
                return Token::Char(c);
            }
            return Token::Char(' ');
        }
        // Most likely a text in the wrong quotes: take it as that, up to its closing quote on the line.
        let mut text: String = c.into_iter().collect();
        text.push_str(&self.bump_while(|c| c != '\'' && c != '\n'));
        if self.peek() == Some('\'') {
            self.bump();
        }
        self.report(opening, "a text stands in double quotes", "write \"…\"");
        Token::Text(text)
    }

    /// Leaves out, after a report, what would show differently from what it is.
    fn allowed(&mut self, place: Place, c: char) -> Option<char> {
        if c == '\n' || c == '\t' || !forbidden_character(c) {
            return Some(c);
        }
        self.report(
            place,
            format!(
                "the invisible character U+{:04X} must not stand in a text",
                c as u32
            ),
            "remove it",
        );
        self.stopped |= self.problems.len() >= MAX_PROBLEMS;
        None
    }
}
