//! HTTP GET against the built-in loopback server, and that server.
//!
//! The request says how long the server is to wait and how much it is to answer, so the server needs no
//! state and draws nothing: `GET /NANOS/BYTES`. Connections are kept alive, as clients of services do.
//! Only what this needs of HTTP/1.1 is here; headers are parsed by `httparse`.
//!
//! The server's timer ticks once a millisecond and rounds up: an answer comes about a millisecond later than
//! its delay says, to every candidate alike.
//!
//! The server listens on 127.0.0.1 only and runs in a process of its own, so that its CPU and memory are
//! never a candidate's.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::engine::cancel::Cancel;
use crate::engine::stages::wait::draw;
use crate::engine::stages::{StageError, Workbench};
use crate::scenario::Distribution;
use crate::stats::rng::Rng;

/// Longest header on either side; ours has about a hundred bytes.
const HEADER_MAX: usize = 4 << 10;
/// What is read or written at once, at the most.
const CHUNK_BYTES: usize = 64 << 10;
/// Connections that may wait to be accepted; the system lowers it to its own limit.
const BACKLOG: u32 = 65_535;
/// What every answer consists of; one for all connections, however many there are.
static BODY: [u8; CHUNK_BYTES] = [b'x'; CHUNK_BYTES];
/// How long a blocking read waits before it looks at the cancel signal.
const CANCEL_LOOK: Duration = Duration::from_millis(50);
const DOING: &str = "asking the loopback server";

/// Asks the loopback server.
#[derive(Debug)]
pub struct HttpStep {
    delay: Distribution,
    bytes: u64,
}

/// A connection of a blocking worker.
#[derive(Debug)]
pub struct Connection(TcpStream);

/// A connection of an async worker.
#[derive(Debug)]
pub struct AsyncConnection(tokio::net::TcpStream);

impl HttpStep {
    pub(super) const fn new(delay: Distribution, bytes: u64) -> Self {
        Self { delay, bytes }
    }

    /// No more than for an answer: ten thousand buffers must not show as memory of the candidate.
    fn make_room(&self, buffer: &mut Vec<u8>) {
        /// Room for our header, which has about fifty bytes.
        const HEADER_BYTES: u64 = 256;
        let needed = (self.bytes + HEADER_BYTES).min(CHUNK_BYTES as u64) as usize;
        if buffer.len() < needed {
            buffer.resize(needed, 0);
        }
    }

    fn request(&self, rng: &mut Rng) -> String {
        let delay = draw(self.delay, rng);
        format!(
            "GET /{delay}/{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            self.bytes
        )
    }

    pub(super) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<(), StageError> {
        let request = self.request(rng);
        let connection = match bench.connection.take() {
            Some(connection) => connection,
            None => connect(bench.server_port).map_err(|error| StageError::io(DOING, &error))?,
        };
        let mut stream = CancellableStream {
            stream: connection.0,
            cancel,
        };
        let mut answer = Answer::new();
        self.make_room(&mut bench.buffer);
        let exchanged = stream.stream.write_all(request.as_bytes()).and_then(|()| {
            while !answer.is_whole() {
                let read = stream.read(&mut bench.buffer)?;
                answer.take(&bench.buffer[..read])?;
            }
            Ok(())
        });
        match exchanged {
            Ok(()) => {
                bench.connection = Some(Connection(stream.stream));
                answer.check(self.bytes)
            }
            Err(_) if cancel.is_set() => Err(StageError::Cancelled),
            Err(error) => Err(StageError::io(DOING, &error)),
        }
    }

    pub(super) async fn run_async(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
    ) -> Result<(), StageError> {
        let request = self.request(rng);
        let kept = bench.async_connection.take();
        self.make_room(&mut bench.buffer);
        let (port, buffer) = (bench.server_port, &mut bench.buffer);
        let exchanged = async {
            let mut stream = if let Some(AsyncConnection(stream)) = kept {
                stream
            } else {
                let address = (Ipv4Addr::LOCALHOST, port.ok_or_else(no_server)?);
                let stream = tokio::net::TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                stream
            };
            let mut answer = Answer::new();
            stream.write_all(request.as_bytes()).await?;
            while !answer.is_whole() {
                let read = stream.read(buffer).await?;
                answer.take(&buffer[..read])?;
            }
            Ok((stream, answer))
        }
        .await;
        match exchanged {
            Ok((stream, answer)) => {
                bench.async_connection = Some(AsyncConnection(stream));
                answer.check(self.bytes)
            }
            Err(error) => Err(StageError::io(DOING, &error)),
        }
    }
}

fn no_server() -> io::Error {
    io::Error::other("the loopback server is not running")
}

fn connect(port: Option<u16>) -> io::Result<Connection> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port.ok_or_else(no_server)?))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(CANCEL_LOOK))?;
    Ok(Connection(stream))
}

/// Reads until data comes or the block ends.
struct CancellableStream<'a> {
    stream: TcpStream,
    cancel: &'a Cancel,
}

impl Read for CancellableStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::TimedOut
                            | io::ErrorKind::Interrupted
                    ) =>
                {
                    if self.cancel.is_set() {
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }
}

/// An answer as it comes in.
struct Answer {
    header: Vec<u8>,
    /// Known once the header is whole: status, and bytes of the body still to come.
    body: Option<(u16, u64)>,
    length: u64,
}

impl Answer {
    const fn new() -> Self {
        Self {
            header: Vec::new(),
            body: None,
            length: 0,
        }
    }

    fn is_whole(&self) -> bool {
        matches!(self.body, Some((_, 0)))
    }

    /// Takes in what was read; nothing read means that the server closed.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let invalid = |message| io::Error::new(io::ErrorKind::InvalidData, message);
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some((_, left)) = &mut self.body {
            *left = left.saturating_sub(bytes.len() as u64);
            return Ok(());
        }
        let before = self.header.len();
        self.header.extend_from_slice(bytes);
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response
            .parse(&self.header)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        if let httparse::Status::Complete(header_length) = parsed {
            let length = content_length(response.headers).ok_or_else(|| invalid("no length"))?;
            let code = response.code.ok_or_else(|| invalid("no status"))?;
            let of_body = (before + bytes.len() - header_length) as u64;
            self.length = length;
            self.body = Some((code, length.saturating_sub(of_body)));
        } else if self.header.len() > HEADER_MAX {
            return Err(invalid("the header does not end"));
        }
        Ok(())
    }

    fn check(&self, expected: u64) -> Result<(), StageError> {
        match self.body {
            Some((200, _)) if self.length == expected => Ok(()),
            Some((code, _)) => Err(StageError::Failed(format!(
                "the loopback server answered with status {code} and {} bytes",
                self.length
            ))),
            None => Err(StageError::Failed(
                "the loopback server's answer has no header".to_owned(),
            )),
        }
    }
}

fn content_length(headers: &[httparse::Header<'_>]) -> Option<u64> {
    let header = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))?;
    std::str::from_utf8(header.value).ok()?.trim().parse().ok()
}

/// Runs the loopback server on this thread until `stop` ends; `ready` is told the port.
///
/// # Errors
/// If no port can be had.
pub fn serve(
    ready: impl FnOnce(u16) -> io::Result<()>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        ready(listener.local_addr()?.port())?;
        let accept = async {
            loop {
                // A refused connection (too many files, say) is the client's to report.
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        // The end of a connection is the client's business.
                        let _ = answer_all(stream).await;
                    });
                } else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        };
        tokio::select! {
            () = stop => {}
            () = accept => {}
        }
        Ok(())
    })
}

/// Answers the requests of one connection until the client closes it.
async fn answer_all(mut stream: tokio::net::TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut received = Vec::new();
    loop {
        let asked = loop {
            match parse_request(&received)? {
                Some((consumed, asked)) => {
                    received.drain(..consumed);
                    break asked;
                }
                None if received.len() > HEADER_MAX => {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                None if stream.read_buf(&mut received).await? == 0 => return Ok(()),
                None => {}
            }
        };
        let Some((delay_nanos, mut left)) = asked else {
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                .await?;
            continue;
        };
        tokio::time::sleep(Duration::from_nanos(delay_nanos)).await;
        let mut first = format!("HTTP/1.1 200 OK\r\nContent-Length: {left}\r\n\r\n").into_bytes();
        // Header and a small body in one segment.
        let beside = left.min(CHUNK_BYTES as u64 - HEADER_MAX as u64);
        first.extend_from_slice(&BODY[..beside as usize]);
        stream.write_all(&first).await?;
        left -= beside;
        while left > 0 {
            let length = left.min(CHUNK_BYTES as u64);
            stream.write_all(&BODY[..length as usize]).await?;
            left -= length;
        }
    }
}

/// The consumed length, and what was asked (none if the path is not ours); none while incomplete.
#[expect(
    clippy::type_complexity,
    reason = "a private pair of pairs, taken apart at once"
)]
fn parse_request(received: &[u8]) -> io::Result<Option<(usize, Option<(u64, u64)>)>> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(received) {
        Ok(httparse::Status::Complete(length)) => {
            let asked = request.path.and_then(|path| {
                let (delay, bytes) = path.strip_prefix('/')?.split_once('/')?;
                Some((delay.parse().ok()?, bytes.parse().ok()?))
            });
            Ok(Some((length, asked)))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    /// Runs `client` against a server on this machine's loopback.
    fn with_server(client: impl FnOnce(u16) + Send) {
        let (port_sender, port) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        std::thread::scope(|scope| {
            let server = scope.spawn(move || {
                serve(
                    |port| port_sender.send(port).map_err(io::Error::other),
                    async { drop(stopped.await) },
                )
            });
            client(port.recv().unwrap());
            drop(stop);
            server.join().unwrap().unwrap();
        });
    }

    fn step(bytes: u64) -> HttpStep {
        HttpStep::new(Distribution::Constant(Nanos::from_micros(100)), bytes)
    }

    #[test]
    fn a_blocking_and_an_async_client_get_the_answer_they_asked_for_on_one_connection() {
        with_server(|port| {
            let scratch = tempfile::tempdir().unwrap();
            let mut bench =
                Workbench::new(scratch.path(), Some(port), 1, std::sync::Arc::default());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            for bytes in [0, 1, 1_024, 300_000] {
                let mut rng = Rng::new(1, bytes);
                step(bytes)
                    .run(&mut bench, &mut rng, &Cancel::default())
                    .unwrap();
                runtime
                    .block_on(step(bytes).run_async(&mut bench, &mut rng))
                    .unwrap();
            }
            assert!(bench.connection.is_some() && bench.async_connection.is_some());
        });
    }

    #[test]
    fn a_path_that_is_not_ours_is_not_found_and_the_connection_goes_on() {
        with_server(|port| {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            stream
                .write_all(b"GET /etc/passwd HTTP/1.1\r\n\r\nGET /0/2 HTTP/1.1\r\n\r\n")
                .unwrap();
            let mut answers = String::new();
            while !answers.ends_with("xx") {
                let mut chunk = [0; 256];
                let read = stream.read(&mut chunk).unwrap();
                answers.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
            }
            assert!(answers.starts_with("HTTP/1.1 404") && answers.contains("HTTP/1.1 200"));
        });
    }

    #[test]
    fn without_a_server_the_failure_says_so() {
        let mut bench = Workbench::new(
            std::path::Path::new("."),
            None,
            1,
            std::sync::Arc::default(),
        );
        let error = step(1)
            .run(&mut bench, &mut Rng::new(1, 1), &Cancel::default())
            .unwrap_err();
        assert!(error.to_string().contains("not running"), "{error}");
    }
}
