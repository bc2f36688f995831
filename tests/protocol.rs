//! The runner through pipes in memory: hello, refusal, nonsense, stop, a session that is gone.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

use poolscope::runner::{Environment, serve};
use poolscope::wire::{
    FrameError, FromRunner, Hello, PROTOCOL, StartBlock, ToRunner, read_frame, write_frame,
};

/// The writing end of a pipe in memory.
struct PipeEnd(Sender<Vec<u8>>);

/// The reading end of a pipe in memory; ends when the writing end is dropped.
struct PipeReader(Receiver<Vec<u8>>, Vec<u8>);

fn pipe() -> (PipeEnd, PipeReader) {
    let (sender, receiver) = channel();
    (PipeEnd(sender), PipeReader(receiver, Vec::new()))
}

impl Write for PipeEnd {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.1.is_empty() {
            let Ok(bytes) = self.0.recv() else {
                return Ok(0);
            };
            self.1 = bytes;
        }
        let length = self.1.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.1[..length]);
        self.1.drain(..length);
        Ok(length)
    }
}

/// Runs a runner against `talk`, which has the session's ends of both pipes; returns how the runner ended.
fn with_runner(talk: impl FnOnce(PipeEnd, &mut PipeReader)) -> Result<(), String> {
    let scratch = tempfile::tempdir().unwrap();
    let environment = Environment {
        executable: env!("CARGO_BIN_EXE_poolscope").into(),
        scratch: scratch.path().to_owned(),
    };
    let (to_runner, input) = pipe();
    let (output, mut from_runner) = pipe();
    std::thread::scope(|scope| {
        let environment = &environment;
        let runner = scope.spawn(move || serve(input, output, environment));
        let hello: FromRunner = read_frame(&mut from_runner, &mut Vec::new()).unwrap();
        assert!(matches!(hello, FromRunner::Hello(hello) if hello.protocol == PROTOCOL));
        talk(to_runner, &mut from_runner);
        runner.join().unwrap().map_err(|error| error.to_string())
    })
}

fn hello(to: &mut PipeEnd) {
    write_frame(to, &ToRunner::Hello(Hello::ours())).unwrap();
}

fn start(to: &mut PipeEnd, candidate: u32, measure: &str) {
    let scenario = format!(
        r#"(format: 1, title: "t", tasks: [(name: "t", stages: [Wait(time: Constant("1ms"))])],
            load: Closed(clients: 1), candidates: [(backend: Sequential)],
            protocol: (warm_up: "0s", measure: "{measure}", drain: "1s"))"#
    );
    let block = StartBlock {
        scenario,
        candidate,
        repeat: 0,
        seed: 1,
        python: None,
        observer_pid: std::process::id(),
        fastest_nanos: Vec::new(),
    };
    write_frame(to, &ToRunner::Start(block)).unwrap();
}

fn rest(from: &mut PipeReader) -> Vec<FromRunner> {
    let mut messages = Vec::new();
    loop {
        match read_frame(from, &mut Vec::new()) {
            Ok(message) => messages.push(message),
            Err(FrameError::Closed) => return messages,
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_block_is_told_from_start_to_finish_in_numbered_snapshots() {
    let mut messages = Vec::new();
    let ended = with_runner(|mut to, from| {
        hello(&mut to);
        start(&mut to, 0, "250ms");
        messages = rest(from);
    });
    assert_eq!(ended, Ok(()));
    assert!(matches!(messages.first(), Some(FromRunner::Started(_))));
    assert!(matches!(messages.last(), Some(FromRunner::Finished(f)) if !f.stopped));
    let sequences: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            FromRunner::Snapshot(snapshot) => Some(snapshot.sequence),
            _ => None,
        })
        .collect();
    assert!(sequences.len() >= 3);
    assert!(
        sequences.iter().copied().eq(0..sequences.len() as u64),
        "{sequences:?}"
    );
}

#[test]
fn another_version_is_told_who_is_older() {
    let ended = with_runner(|mut to, from| {
        let newer = Hello {
            protocol: PROTOCOL + 1,
            version: "9.9.9".to_owned(),
            pid: 1,
        };
        write_frame(&mut to, &ToRunner::Hello(newer)).unwrap();
        rest(from);
    });
    let error = ended.unwrap_err();
    assert!(
        error.contains("9.9.9") && error.contains("newer"),
        "{error}"
    );
}

#[test]
fn nonsense_ends_the_runner_with_an_error() {
    let ended = with_runner(|mut to, from| {
        to.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        rest(from);
    });
    assert!(ended.unwrap_err().contains("not a message"));
}

#[test]
fn a_block_that_cannot_be_measured_is_refused_with_the_reason() {
    let mut messages = Vec::new();
    let ended = with_runner(|mut to, from| {
        hello(&mut to);
        start(&mut to, 7, "1s");
        messages = rest(from);
    });
    assert!(ended.unwrap_err().contains("no candidate 7"));
    assert!(matches!(&messages[..], [FromRunner::Refused { message }] if message.contains('7')));
}

#[test]
fn a_stop_and_a_session_that_is_gone_end_the_block_in_order() {
    for stop in [true, false] {
        let mut messages = Vec::new();
        let ended = with_runner(|mut to, from| {
            hello(&mut to);
            start(&mut to, 0, "1h");
            let started: FromRunner = read_frame(from, &mut Vec::new()).unwrap();
            assert!(matches!(started, FromRunner::Started(_)));
            if stop {
                write_frame(&mut to, &ToRunner::Stop).unwrap();
                messages = rest(from);
            } else {
                drop(to);
                messages = rest(from);
            }
        });
        assert_eq!(ended, Ok(()));
        let Some(FromRunner::Finished(finished)) = messages.last() else {
            panic!("{messages:?}")
        };
        assert!(finished.stopped);
    }
}
