//! Asking the built-in loopback server, over HTTP or raw TCP, and that server.
//!
//! A request says how long the server is to wait, how much it is to answer, and whether with an error: the
//! server keeps no state and draws nothing, and the same seed gives the same delays and errors everywhere.
//!
//! Connections are kept alive, as clients of services do. A server with a limit of connections closes each
//! after one answer, so that a connection that nobody uses keeps nobody waiting.
//!
//! The server listens on 127.0.0.1 only and runs in a process of its own, so that its CPU and memory are
//! never a candidate's.

mod client;
mod frame;
mod http;
mod pattern;
mod server;

use crate::engine::stages::draw::draw;
use crate::engine::stages::strike::Within;
use crate::scenario::Distribution;
use crate::stats::rng::Rng;

pub use client::{AsyncConnection, Connection};
pub use server::serve;

/// Longest header on either side; ours has about a hundred bytes.
const HEADER_MAX: usize = 4 << 10;

/// What is spoken over a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// HTTP/1.1, as much as this needs of it: `http.rs`.
    Http,
    /// Frames with a length: `frame.rs`.
    Tcp,
}

/// Asks the loopback server.
#[derive(Debug)]
pub struct NetworkStep {
    protocol: Protocol,
    delay: Distribution,
    response_bytes: u64,
    request_bytes: u64,
    /// The share of requests that are answered with an error, 0 to 1.
    errors: f64,
}

/// One request: all that the server has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Call {
    /// From the request's last byte to the answer's first.
    delay_nanos: u64,
    /// The length of what comes with the request.
    request_bytes: u64,
    /// The length of what comes with the answer; nothing comes with an error.
    response_bytes: u64,
    /// Whether to answer with an error.
    fails: bool,
}

/// The beginning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: Status,
    /// Of what follows.
    bytes: u64,
    /// Whether the server closes the connection after it.
    closes: bool,
}

/// How the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Ok,
    /// The error that the request asked for.
    Error,
    /// A request that is not ours.
    Unknown,
}

impl NetworkStep {
    pub(super) const fn new(
        protocol: Protocol,
        delay: Distribution,
        response_bytes: u64,
        request_bytes: u64,
        errors: f64,
    ) -> Self {
        Self {
            protocol,
            delay,
            response_bytes,
            request_bytes,
            errors,
        }
    }

    /// The request of a task; draws its delay, and its error only where there are any.
    fn call(&self, rng: &mut Rng) -> Call {
        let delay_nanos = draw(self.delay, rng);
        let fails = self.errors > 0.0 && rng.unit() < self.errors;
        Call {
            delay_nanos,
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            fails,
        }
    }
}

impl Call {
    /// What is really asked for: faults of the server are asked of it like all else, so that it needs to know nothing
    /// of them.
    const fn befallen(self, within: Within) -> Self {
        Self {
            delay_nanos: self.delay_nanos.saturating_add(within.server_added_nanos),
            fails: self.fails || within.server_fails,
            ..self
        }
    }

    /// What the task has of it: the same on every back end.
    const fn digest(&self) -> u64 {
        self.delay_nanos
            .wrapping_add(self.request_bytes)
            .wrapping_add(self.response_bytes)
    }

    /// The beginning of the right answer.
    const fn head(&self, closes: bool) -> Head {
        let (status, bytes) = if self.fails {
            (Status::Error, 0)
        } else {
            (Status::Ok, self.response_bytes)
        };
        Head {
            status,
            bytes,
            closes,
        }
    }
}

impl Protocol {
    fn request(self, call: &Call) -> Vec<u8> {
        match self {
            Self::Http => http::request(call),
            Self::Tcp => frame::request(call),
        }
    }

    fn answer(self, head: &Head) -> Vec<u8> {
        match self {
            Self::Http => http::answer(head),
            Self::Tcp => frame::answer(head),
        }
    }

    /// The length of an answer's header and what it says; none while it is incomplete.
    fn parse_answer(self, received: &[u8]) -> std::io::Result<Option<(usize, Head)>> {
        match self {
            Self::Http => http::parse_answer(received),
            Self::Tcp => frame::parse_answer(received),
        }
    }
}

fn invalid(message: &'static str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests;
