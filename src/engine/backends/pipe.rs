//! The records that travel between this process and a worker process, over the worker's standard input
//! and output.
//!
//! Fixed layouts instead of the session's frames: a task is 8 bytes, an answer 20 and a text, and both ends
//! are the same executable. Instants need no translation: the monotonic clock is the machine's.

use std::io::{self, Read, Write};

use crate::engine::task::{Outcome, Ran};

/// Longest text of a failure, in bytes.
const MESSAGE_MAX: usize = 4 << 10;
/// Longest set-up, in bytes: a scenario is at most 1 MiB.
const SETUP_MAX: u32 = 4 << 20;

/// What a worker process needs to know before its first task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Setup {
    /// The scenario in its file form.
    pub(super) scenario: String,
    /// The seed of the run.
    pub(super) seed: u64,
    /// Number of the worker among the block's.
    pub(super) worker: u64,
    /// The block's scratch folder.
    pub(super) scratch: std::path::PathBuf,
    /// Port of the loopback server.
    pub(super) server_port: Option<u16>,
}

impl Setup {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let bytes = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&bytes)?;
        out.flush()
    }

    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > SETUP_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = vec![0; length as usize];
        input.read_exact(&mut bytes)?;
        postcard::from_bytes(&bytes).map_err(io::Error::other)
    }
}

/// Writes a task.
pub(super) fn write_task(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

/// Reads a task; none at the orderly end.
pub(super) fn read_task(input: &mut impl Read) -> io::Result<Option<u64>> {
    let mut number = [0; 8];
    match input.read_exact(&mut number) {
        Ok(()) => Ok(Some(u64::from_le_bytes(number))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a worker process says when a task is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) ran: Ran,
    pub(super) outcome: Outcome,
    /// Why it failed, if it did.
    pub(super) message: String,
}

impl Answer {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut length = self.message.len().min(MESSAGE_MAX);
        while !self.message.is_char_boundary(length) {
            length -= 1;
        }
        let mut record = Vec::with_capacity(20 + length);
        record.extend_from_slice(&self.ran.start_nanos.to_le_bytes());
        record.extend_from_slice(&self.ran.end_nanos.to_le_bytes());
        record.push(match self.outcome {
            Outcome::Good => 0,
            Outcome::Failed => 1,
            Outcome::Cancelled => 2,
        });
        record.push(0);
        record.extend_from_slice(&(length as u16).to_le_bytes());
        record.extend_from_slice(&self.message.as_bytes()[..length]);
        out.write_all(&record)?;
        out.flush()
    }

    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut nanos = [0; 8];
        input.read_exact(&mut nanos)?;
        let start_nanos = u64::from_le_bytes(nanos);
        input.read_exact(&mut nanos)?;
        let end_nanos = u64::from_le_bytes(nanos);
        let mut rest = [0; 4];
        input.read_exact(&mut rest)?;
        let [outcome, _, low, high] = rest;
        let outcome = match outcome {
            0 => Outcome::Good,
            1 => Outcome::Failed,
            2 => Outcome::Cancelled,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let mut message = vec![0; usize::from(u16::from_le_bytes([low, high]))];
        input.read_exact(&mut message)?;
        let message = String::from_utf8_lossy(&message).into_owned();
        Ok(Self {
            ran: Ran::here(start_nanos, end_nanos),
            outcome,
            message,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in() {
        let mut bytes = Vec::new();
        let setup = Setup {
            scenario: "(format: 1)".to_owned(),
            seed: 7,
            worker: 3,
            scratch: "scratch".into(),
            server_port: Some(80),
        };
        let answers = [
            Answer {
                ran: Ran::here(1, u64::MAX),
                outcome: Outcome::Good,
                message: String::new(),
            },
            Answer {
                ran: Ran::here(5, 6),
                outcome: Outcome::Failed,
                message: "why — because".to_owned(),
            },
        ];
        setup.write(&mut bytes).unwrap();
        for answer in &answers {
            answer.write(&mut bytes).unwrap();
        }
        write_task(&mut bytes, 42).unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(Setup::read(&mut input).unwrap(), setup);
        for answer in &answers {
            assert_eq!(&Answer::read(&mut input).unwrap(), answer);
        }
        assert_eq!(read_task(&mut input).unwrap(), Some(42));
        assert_eq!(read_task(&mut input).unwrap(), None);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let answer = Answer {
            ran: Ran::here(0, 0),
            outcome: Outcome::Failed,
            message: "–".repeat(5_000),
        };
        let mut bytes = Vec::new();
        answer.write(&mut bytes).unwrap();
        let read = Answer::read(&mut bytes.as_slice()).unwrap();
        assert!(read.message.len() <= MESSAGE_MAX && answer.message.starts_with(&read.message));
    }
}
