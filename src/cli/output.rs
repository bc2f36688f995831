//! The only way in which the command line's part prints.
//!
//! A reader that goes away (`poolscope list | head -1`) ends the printing quietly and changes nothing else:
//! a run goes on, its files are written. Any other failure to print is kept, and becomes the exit code.

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::cli::prose::wrapped;

/// Where figures and messages go.
pub struct Output {
    figures: Sink,
    messages: Sink,
    /// The line that rewrites itself is on the screen and would be continued by the next message.
    progress_shown: bool,
    /// Columns of the terminal that shows the figures; none if they do not go to a terminal.
    figure_columns: Option<usize>,
    /// Columns of the terminal that shows the messages; none if it cannot rewrite a line, or is no terminal.
    live_columns: Option<usize>,
}

/// Narrower than this, a terminal would not be usable; some report 0.
const COLUMNS_MIN: usize = 20;
/// What terminals have had since punched cards.
const COLUMNS_USUAL: usize = 80;

impl Output {
    /// Figures to standard output, messages to standard error.
    #[must_use]
    pub fn standard() -> Self {
        // A terminal that calls itself dumb, such as an editor's, prints escape sequences as they are.
        let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        Self {
            figure_columns: terminal_columns(&io::stdout()),
            live_columns: terminal_columns(&io::stderr()).filter(|_| !dumb),
            ..Self::new(Box::new(io::stdout()), Box::new(io::stderr()))
        }
    }

    fn new(figures: Box<dyn Write>, messages: Box<dyn Write>) -> Self {
        Self {
            figures: Sink::new(figures),
            messages: Sink::new(messages),
            progress_shown: false,
            figure_columns: None,
            live_columns: None,
        }
    }

    /// Columns of the terminal that shows the figures; none if they go to a file or a pipe.
    #[must_use]
    pub const fn figure_columns(&self) -> Option<usize> {
        self.figure_columns
    }

    /// Prints `text` and a line end on standard output: what was asked for.
    pub fn figure(&mut self, text: impl fmt::Display) {
        self.clear_progress();
        self.figures.write(format_args!("{}\n", harmless(&text)));
    }

    /// Prints `text` as it is on standard output.
    pub fn figure_text(&mut self, text: &str) {
        self.clear_progress();
        self.figures.write(format_args!("{}", harmless(text)));
    }

    /// Prints a paragraph on standard output: on a terminal its lines end at spaces, else it is one line. `indent`
    /// stands before its first line; those that follow stand four columns further in.
    pub fn prose(&mut self, indent: &str, text: &str) {
        /// Longer lines are hard to read, however wide the terminal is.
        const READABLE: usize = 100;
        let Some(columns) = self.figure_columns else {
            self.figure(format_args!("{indent}{text}"));
            return;
        };
        // A text may come with an indentation of its own.
        let own = &text[..text.len() - text.trim_start().len()];
        let left = columns
            .min(READABLE)
            .saturating_sub(indent.len() + own.len());
        for (number, line) in wrapped(text, left.saturating_sub(HANGING.len()))
            .iter()
            .enumerate()
        {
            let hanging = if number == 0 { "" } else { HANGING };
            self.figure(format_args!("{indent}{own}{hanging}{line}"));
        }
    }

    /// Prints `text` and a line end on standard error: what is to be known beside it.
    pub fn message(&mut self, text: impl fmt::Display) {
        self.clear_progress();
        self.messages.write(format_args!("{}\n", harmless(&text)));
    }

    /// Whether a line that rewrites itself can be shown.
    #[must_use]
    pub const fn has_live_line(&self) -> bool {
        self.live_columns.is_some()
    }

    /// Shows `text` as the line that rewrites itself, cut to the terminal's width.
    pub fn live_line(&mut self, text: &str) {
        let Some(columns) = self.live_columns else {
            return;
        };
        // The last column stays free: some terminals wrap as soon as it is filled.
        let cut: String = text.chars().take(columns - 1).collect();
        self.messages.write(format_args!("{TO_LINE_START}{cut}"));
        self.progress_shown = true;
    }

    /// What went wrong with printing, if anything did; a reader that went away is nothing wrong.
    #[must_use]
    pub const fn failure(&self) -> Option<&io::Error> {
        self.figures.failure.as_ref()
    }

    fn clear_progress(&mut self) {
        if self.progress_shown {
            self.messages.write(format_args!("{TO_LINE_START}"));
            self.progress_shown = false;
        }
    }
}

/// Without what would steer a terminal: texts come from scenarios, runs and programs of other people.
fn harmless(text: impl fmt::Display) -> String {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    text.to_string().replace(steers, "\u{fffd}")
}

/// Before the second and further lines of a paragraph.
const HANGING: &str = "    ";

/// Return to the first column and erase the line.
const TO_LINE_START: &str = "\r\x1b[2K";

/// Columns of the terminal behind `stream`; none if there is none.
#[cfg(unix)]
fn terminal_columns(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    let usable = |columns: usize| {
        if columns < COLUMNS_MIN {
            COLUMNS_USUAL
        } else {
            columns
        }
    };
    stream.is_terminal().then(|| {
        rustix::termios::tcgetwinsize(stream)
            .map_or(COLUMNS_USUAL, |size| usable(size.ws_col.into()))
    })
}

/// Columns of the terminal behind `stream`; none if there is none.
#[cfg(not(unix))]
fn terminal_columns(stream: &impl IsTerminal) -> Option<usize> {
    stream.is_terminal().then_some(COLUMNS_USUAL)
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("figure_columns", &self.figure_columns)
            .field("live_columns", &self.live_columns)
            .finish_non_exhaustive()
    }
}

/// One of the two streams.
struct Sink {
    stream: Box<dyn Write>,
    /// Nobody reads any more, or writing failed: everything further is dropped.
    closed: bool,
    failure: Option<io::Error>,
}

impl Sink {
    const fn new(stream: Box<dyn Write>) -> Self {
        Self {
            stream,
            closed: false,
            failure: None,
        }
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        if self.closed {
            return;
        }
        let result = self
            .stream
            .write_fmt(text)
            .and_then(|()| self.stream.flush());
        if let Err(error) = result {
            self.closed = true;
            self.failure = (error.kind() != ErrorKind::BrokenPipe).then_some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A stream that a test can look into, and that can refuse.
    #[derive(Clone, Default)]
    struct Tape {
        text: Arc<Mutex<String>>,
        refuses: Option<ErrorKind>,
    }

    impl Write for Tape {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(kind) = self.refuses {
                return Err(kind.into());
            }
            self.text
                .lock()
                .unwrap()
                .push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure_and_a_full_disk_is_one() {
        for (kind, fails) in [
            (ErrorKind::BrokenPipe, false),
            (ErrorKind::StorageFull, true),
        ] {
            let stream = Tape {
                refuses: Some(kind),
                ..Tape::default()
            };
            let mut out = Output::new(Box::new(stream), Box::new(Tape::default()));
            out.figure("one");
            out.figure("two");
            assert_eq!(out.failure().is_some(), fails, "{kind}");
        }
    }

    #[test]
    fn the_live_line_is_cut_to_the_terminal_and_gone_before_the_next_message() {
        let messages = Tape::default();
        let mut out = Output {
            live_columns: Some(COLUMNS_MIN),
            ..Output::new(Box::new(Tape::default()), Box::new(messages.clone()))
        };
        out.live_line("a line that is longer than the terminal is wide");
        out.message("done");
        let expected = format!("{TO_LINE_START}a line that is long{TO_LINE_START}done\n");
        assert_eq!(*messages.text.lock().unwrap(), expected);
    }

    #[test]
    fn what_is_printed_cannot_steer_the_terminal() {
        let (figures, messages) = (Tape::default(), Tape::default());
        let mut out = Output::new(Box::new(figures.clone()), Box::new(messages.clone()));
        out.figure("a\u{1b}[2Jb\tc");
        out.figure_text("d\re\n");
        out.message("\u{9b}31m");
        assert_eq!(
            *figures.text.lock().unwrap(),
            "a\u{fffd}[2Jb\tc\nd\u{fffd}e\n"
        );
        assert_eq!(*messages.text.lock().unwrap(), "\u{fffd}31m\n");
    }

    #[test]
    fn prose_is_broken_for_a_terminal_only() {
        for (figure_columns, expected) in [
            (None, "  one two three\n"),
            (Some(COLUMNS_MIN), "  one two three\n"),
            (Some(12), "  one\n      two\n      three\n"),
        ] {
            let figures = Tape::default();
            let mut out = Output {
                figure_columns,
                ..Output::new(Box::new(figures.clone()), Box::new(Tape::default()))
            };
            out.prose("  ", "one two three");
            assert_eq!(*figures.text.lock().unwrap(), expected);
        }
    }

    #[test]
    fn without_a_terminal_there_is_no_live_line() {
        let messages = Tape::default();
        let mut out = Output::new(Box::new(Tape::default()), Box::new(messages.clone()));
        assert!(!out.has_live_line());
        out.live_line("unseen");
        assert_eq!(*messages.text.lock().unwrap(), "");
    }
}
