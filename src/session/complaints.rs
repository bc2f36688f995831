//! What a runner writes to standard error, reduced to a cause that people can read.
//!
//! Of a panic the first line of its message is kept: where in the sources it happened and the backtrace say nothing
//! to those who look at a figure that is missing. Of anything else the last lines are kept.

use std::collections::VecDeque;
use std::io::{BufRead, Read as _};
use std::sync::{Mutex, PoisonError};

/// So many of the last lines make a cause; what comes before them is rarely about the end.
const LINES_MAX: usize = 3;
/// A longer line is read in pieces of this many bytes.
const LINE_BYTES_MAX: u64 = 2 << 10;
/// Of a line that many characters are shown: two lines of a window.
const LINE_CHARS_MAX: usize = 240;

/// What is known of the end so far.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// The message of the first panic; those after it follow from it.
    panic: Option<String>,
    lines: VecDeque<String>,
    within: Within,
}

/// What the next line belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    /// The line that names the thread and the place of a panic was the last.
    Message,
    /// The first line of the message was seen; further ones, notes and the frames of a backtrace follow.
    Rest,
}

impl Complaints {
    /// Takes in one line, without its end.
    fn take(&mut self, line: &str) {
        let text = line.trim();
        if text.starts_with("thread ") && text.contains(" panicked at") {
            self.within = Within::Message;
            return;
        }
        match self.within {
            // A panic without words leaves the line empty.
            Within::Message => {
                self.within = Within::Rest;
                let message = if text.is_empty() { "a panic" } else { text };
                self.panic.get_or_insert_with(|| shown(message));
            }
            Within::Rest => {}
            Within::Nothing if text.is_empty() => {}
            Within::Nothing => {
                if self.lines.len() == LINES_MAX {
                    self.lines.pop_front();
                }
                self.lines.push_back(shown(text));
            }
        }
    }

    /// The cause in words; empty if nothing was said.
    pub(super) fn cause(&self) -> String {
        if let Some(panic) = &self.panic {
            return panic.clone();
        }
        let lines: Vec<_> = self.lines.iter().map(String::as_str).collect();
        lines.join("; ")
    }
}

/// Reads until the end. Bounded in both directions: whoever writes without end, with or without lines, fills nothing.
pub(super) fn keep(mut from: impl BufRead, kept: &Mutex<Complaints>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut piece = from.by_ref().take(LINE_BYTES_MAX);
        match piece.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take(&String::from_utf8_lossy(&line));
    }
}

/// `text` as far as it is shown; an ellipsis stands for what is missing.
fn shown(text: &str) -> String {
    match text.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(written: &str) -> String {
        let kept = Mutex::new(Complaints::default());
        keep(written.as_bytes(), &kept);
        kept.into_inner().unwrap().cause()
    }

    #[test]
    fn of_a_panic_the_first_line_of_its_message_is_the_cause_however_long_its_backtrace() {
        let frames =
            "  7: std::panicking::begin_panic\n      at /rustc/library/std/src/panicking.rs:7:5\n";
        let frames = frames.repeat(200);
        let written = format!(
            "\nthread 'main' (4711) panicked at src/engine/launch.rs:10:5:\nthe pool has no room\n  left: 1\n right: 2\n\
             stack backtrace:\n{frames}note: Some details are omitted, run with `RUST_BACKTRACE=full`.\n\
             \nthread 'main' (4711) panicked at library/core/src/panicking.rs:225:5:\npanic in a function that cannot unwind\n"
        );
        assert_eq!(cause_of(&written), "the pool has no room");
        assert_eq!(
            cause_of("thread 'pool 1' panicked at src/lib.rs:1:1:\n\n"),
            "a panic"
        );
    }

    #[test]
    fn of_other_words_the_last_lines_are_the_cause() {
        assert_eq!(cause_of(""), "");
        assert_eq!(
            cause_of("memory allocation of 99 bytes failed\n"),
            "memory allocation of 99 bytes failed"
        );
        assert_eq!(cause_of("one\n\ntwo\n three \nfour"), "two; three; four");
        let endless = "x".repeat(100_000);
        assert!(cause_of(&endless).chars().count() <= LINES_MAX * (LINE_CHARS_MAX + 3));
    }
}
