//! The client: one request and its answer, blocking for threads and processes, and async.
//!
//! Bodies are written from a static table and checked as they come; nothing is kept of them.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::interpreter::released;
use crate::engine::stages::network::pattern::{self, Body, CHUNK_BYTES};
use crate::engine::stages::network::{
    Call, HEADER_MAX, Head, NetworkStep, Protocol, Status, invalid,
};
use crate::engine::stages::{Loops, StageError, Workbench};
use crate::engine::timer::Timer;
use crate::stats::rng::Rng;

/// How long a blocking call waits before it looks at the cancel signal, and how long a connection may take to
/// be accepted before it is tried anew. (The system's own second attempt comes after a whole second.)
const LOOK: Duration = Duration::from_millis(50);
/// A request and a body up to this length leave in one piece.
const TOGETHER_BYTES: u64 = 16 << 10;
const DOING: &str = "asking the loopback server";

/// A connection of a blocking worker.
#[derive(Debug)]
pub struct Connection(TcpStream);

/// A connection of an async worker.
#[derive(Debug)]
pub struct AsyncConnection(tokio::net::TcpStream);

thread_local! {
    /// What is read lands here first: one buffer for each thread, not for each of ten thousand connections.
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Calls `read` with this thread's buffer, which is zero pages until it is touched.
pub(super) fn with_chunk<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    CHUNK.with_borrow_mut(|chunk| {
        if chunk.is_empty() {
            *chunk = vec![0; CHUNK_BYTES];
        }
        read(chunk)
    })
}

impl NetworkStep {
    pub(in crate::engine::stages) fn run(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        cancel: &Cancel,
    ) -> Result<u64, StageError> {
        let call = self.call(rng);
        let asked = call.befallen(bench.within);
        let kept = bench.connection.take();
        let exchanged = address(bench.server_port).and_then(|address| {
            let connection = match kept {
                Some(connection) => connection,
                None => Connection::open(address, cancel)?,
            };
            let head = connection.exchange(self.protocol, &asked, cancel)?;
            if head.closes {
                close(&connection.0);
            } else {
                bench.connection = Some(connection);
            }
            Ok(head)
        });
        match exchanged {
            Err(_) if cancel.is_set() => Err(StageError::Cancelled),
            exchanged => outcome(&call, &asked, exchanged),
        }
    }

    pub(in crate::engine::stages) async fn run_async(
        &self,
        bench: &mut Workbench,
        rng: &mut Rng,
        around: &Loops,
    ) -> Result<u64, StageError> {
        let call = self.call(rng);
        let asked = call.befallen(bench.within);
        let kept = bench.async_connection.take();
        let exchanged = async {
            let address = address(bench.server_port)?;
            let mut connection = match kept {
                Some(connection) => connection,
                None => AsyncConnection::open(address, &around.timer).await?,
            };
            let head = connection.exchange(self.protocol, &asked).await?;
            if head.closes {
                close(&connection.0);
            } else {
                bench.async_connection = Some(connection);
            }
            Ok(head)
        };
        let (exchanged, on_cpu_nanos) = metered(exchanged).await;
        bench.on_cpu_nanos += on_cpu_nanos;
        match exchanged {
            Err(_) if around.cancel.is_set() => Err(StageError::Cancelled),
            exchanged => outcome(&call, &asked, exchanged),
        }
    }
}

/// Awaits `future`; also gives the processor time that its polls took, in nanoseconds.
async fn metered<F: Future>(future: F) -> (F::Output, u64) {
    let mut future = std::pin::pin!(future);
    let mut nanos = 0;
    let output = std::future::poll_fn(|context| {
        // One poll never moves to another thread.
        let before = clock::thread_cpu_nanos();
        let polled = future.as_mut().poll(context);
        nanos += clock::thread_cpu_nanos().saturating_sub(before);
        polled
    });
    (output.await, nanos)
}

fn address(port: Option<u16>) -> io::Result<SocketAddr> {
    let port = port.ok_or_else(|| io::Error::other("the loopback server is not running"))?;
    Ok((Ipv4Addr::LOCALHOST, port).into())
}

/// Whether the answer is what was `asked` for in the place of `call`, which the task drew.
fn outcome(call: &Call, asked: &Call, exchanged: io::Result<Head>) -> Result<u64, StageError> {
    let head = exchanged.map_err(|error| StageError::io(DOING, &error))?;
    let expected = asked.head(head.closes);
    match head.status {
        Status::Error if head == expected => {
            let who = if call.fails {
                "the stage's 'errors' asks"
            } else {
                "an injected fault asks"
            };
            Err(StageError::Failed(format!(
                "the loopback server answered with an error (503), as {who}"
            )))
        }
        Status::Ok if head == expected => Ok(call.digest()),
        status => Err(StageError::Failed(format!(
            "the loopback server gave another answer than it was asked for: {} ({} bytes)",
            match status {
                Status::Ok => "a good one",
                Status::Error => "an error",
                Status::Unknown => "it does not know the request",
            },
            head.bytes
        ))),
    }
}

/// Lets the connection go at once. The server is done with it, and a connection that closes in the usual way
/// keeps its port for a minute: at a thousand requests a second the machine would run out of them.
fn close(connection: &impl std::os::fd::AsFd) {
    // Where it is refused, the connection closes in the usual way.
    let _ = rustix::net::sockopt::set_socket_linger(connection, Some(Duration::ZERO));
}

/// The request's header with the beginning of its body, and where the body goes on.
fn first_piece(protocol: Protocol, call: &Call) -> (Vec<u8>, u64) {
    let mut piece = protocol.request(call);
    let beside = call.request_bytes.min(TOGETHER_BYTES);
    piece.extend_from_slice(pattern::bytes(0, beside));
    (piece, beside)
}

impl Connection {
    fn open(address: SocketAddr, cancel: &Cancel) -> io::Result<Self> {
        let stream = loop {
            match released(|| TcpStream::connect_timeout(&address, LOOK)) {
                Err(error) if goes_on(&error, cancel) => {}
                done => break done?,
            }
        };
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        Ok(Self(stream))
    }

    fn exchange(&self, protocol: Protocol, call: &Call, cancel: &Cancel) -> io::Result<Head> {
        let (piece, mut sent) = first_piece(protocol, call);
        self.write_all(&piece, cancel)?;
        while sent < call.request_bytes {
            let chunk = pattern::bytes(sent, call.request_bytes - sent);
            self.write_all(chunk, cancel)?;
            sent += chunk.len() as u64;
        }
        let mut answer = Answer::new(protocol);
        loop {
            let read = with_chunk(|chunk| match released(|| (&self.0).read(chunk)) {
                Err(error) if goes_on(&error, cancel) => Ok(None),
                Err(error) => Err(error),
                Ok(read) => answer.take(&chunk[..read]),
            })?;
            if let Some(head) = read {
                return Ok(head);
            }
        }
    }

    fn write_all(&self, mut bytes: &[u8], cancel: &Cancel) -> io::Result<()> {
        while !bytes.is_empty() {
            match released(|| (&self.0).write(bytes)) {
                Err(error) if goes_on(&error, cancel) => {}
                Err(error) => return Err(error),
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
            }
        }
        Ok(())
    }
}

/// Whether it is only that time was up, and the block has not ended.
fn goes_on(error: &io::Error, cancel: &Cancel) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted) && !cancel.is_set()
}

impl AsyncConnection {
    async fn open(address: SocketAddr, timer: &Timer) -> io::Result<Self> {
        let stream = loop {
            let look = clock::now_nanos() + LOOK.as_nanos() as u64;
            tokio::select! {
                connected = tokio::net::TcpStream::connect(address) => break connected?,
                goes_on = timer.wait_until(look) => if !goes_on {
                    return Err(io::ErrorKind::Interrupted.into());
                }
            }
        };
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    async fn exchange(&mut self, protocol: Protocol, call: &Call) -> io::Result<Head> {
        let (piece, mut sent) = first_piece(protocol, call);
        self.0.write_all(&piece).await?;
        drop(piece);
        while sent < call.request_bytes {
            let chunk = pattern::bytes(sent, call.request_bytes - sent);
            self.0.write_all(chunk).await?;
            sent += chunk.len() as u64;
        }
        let mut answer = Answer::new(protocol);
        loop {
            self.0.readable().await?;
            let read = with_chunk(|chunk| match released(|| self.0.try_read(chunk)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error),
                Ok(read) => answer.take(&chunk[..read]),
            })?;
            if let Some(head) = read {
                return Ok(head);
            }
        }
    }
}

/// An answer as it comes in.
#[derive(Debug)]
struct Answer {
    protocol: Protocol,
    /// Empty unless the header came in more than one piece.
    header: Vec<u8>,
    body: Option<(Head, Body)>,
}

impl Answer {
    const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            header: Vec::new(),
            body: None,
        }
    }

    /// Takes in and verifies what was read; nothing read means that the server closed. Returns the header once
    /// the answer is whole.
    fn take(&mut self, read: &[u8]) -> io::Result<Option<Head>> {
        if read.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((head, body)) = &mut self.body else {
            return self.take_header(read);
        };
        body.take(read)?;
        Ok((body.left() == 0).then_some(*head))
    }

    fn take_header(&mut self, read: &[u8]) -> io::Result<Option<Head>> {
        let received = if self.header.is_empty() {
            read
        } else {
            self.header.extend_from_slice(read);
            &self.header
        };
        let Some((length, head)) = self.protocol.parse_answer(received)? else {
            if received.len() > HEADER_MAX {
                return Err(invalid("the header does not end"));
            }
            if self.header.is_empty() {
                self.header.extend_from_slice(read);
            }
            return Ok(None);
        };
        let mut body = Body::new(head.bytes);
        body.take(&received[length..])?;
        let whole = body.left() == 0;
        self.body = Some((head, body));
        Ok(whole.then_some(head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::stages::strike::Within;

    const HEAD: Head = Head {
        status: Status::Ok,
        bytes: 600,
        closes: false,
    };

    #[test]
    fn an_answer_is_whole_after_its_last_byte_in_whatever_pieces_it_comes() {
        for protocol in [Protocol::Http, Protocol::Tcp] {
            let bytes = [protocol.answer(&HEAD).as_slice(), pattern::bytes(0, 600)].concat();
            for piece in [1, 7, 100, bytes.len()] {
                let mut answer = Answer::new(protocol);
                let pieces: Vec<_> = bytes.chunks(piece).collect();
                let (last, before) = pieces.split_last().unwrap();
                for piece in before {
                    assert_eq!(answer.take(piece).unwrap(), None);
                }
                assert_eq!(answer.take(last).unwrap(), Some(HEAD));
            }
        }
    }

    #[test]
    fn a_broken_answer_is_an_error_and_never_a_shorter_one() {
        for protocol in [Protocol::Http, Protocol::Tcp] {
            let header = protocol.answer(&HEAD);
            let mut cut = Answer::new(protocol);
            assert_eq!(cut.take(&header).unwrap(), None);
            assert_eq!(
                cut.take(&[]).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
            let mut foreign = Answer::new(protocol);
            assert!(foreign.take(&[header, vec![9; 600]].concat()).is_err());
        }
        let mut endless = Answer::new(Protocol::Http);
        let line = b"HTTP/1.1 200 OK\r\n";
        assert_eq!(endless.take(line).unwrap(), None);
        let more =
            std::iter::repeat_n(b"A: b\r\n", 1_000).find_map(|line| endless.take(line).err());
        assert!(more.is_some(), "the header is bounded");
    }

    #[test]
    fn only_the_answer_that_was_asked_for_is_a_success() {
        let call = Call {
            delay_nanos: 5,
            request_bytes: 0,
            response_bytes: 600,
            fails: false,
        };
        let failing = Call {
            fails: true,
            ..call
        };
        assert_eq!(outcome(&call, &call, Ok(HEAD)).unwrap(), 605);
        let text = |call: &Call, head: Head| {
            let failed = outcome(call, call, Ok(head)).unwrap_err();
            failed.to_string()
        };
        assert!(text(&failing, HEAD).contains("another answer"));
        assert!(text(&call, failing.head(false)).contains("another answer"));
        assert!(text(&failing, failing.head(false)).contains("'errors' asks"));
        let slow = call.befallen(Within {
            server_added_nanos: 7,
            ..Within::default()
        });
        assert_eq!(slow.delay_nanos, 12);
        assert_eq!(
            outcome(&call, &slow, Ok(HEAD)).unwrap(),
            605,
            "what was drawn counts"
        );
        let struck = call.befallen(Within {
            server_fails: true,
            ..Within::default()
        });
        let failed = outcome(&call, &struck, Ok(struck.head(false))).unwrap_err();
        assert!(
            failed.to_string().contains("an injected fault asks"),
            "{failed}"
        );
    }
}
