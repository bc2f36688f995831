//! The loopback server.
//!
//! It answers both protocols on one port: the first byte of a request tells which it is. Delays end by the
//! engine's own timer, a few microseconds late.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::engine::clock;
use crate::engine::stages::network::client::with_chunk;
use crate::engine::stages::network::pattern::{self, Body};
use crate::engine::stages::network::{Call, HEADER_MAX, Head, Protocol, Status, frame, http};
use crate::engine::timer::Timer;

/// Connections that may wait to be accepted; the system lowers it to its own limit.
const BACKLOG: u32 = 65_535;
/// A header and a body up to this length leave in one piece.
const TOGETHER_BYTES: u64 = 16 << 10;
/// Room for the header of a request of ours.
const REQUEST_ROOM: usize = 128;
/// How long nobody is accepted after a connection was refused, for lack of descriptors, say.
const REFUSED_NANOS: u64 = 10_000_000;

/// Runs the loopback server on this thread until `stop` ends; `ready` is told the port.
///
/// With a limit of `connections`, that many are served at a time, each for one request; further callers wait
/// to be accepted. Where more callers wait than the system keeps (4,096 on most), they try again and again.
///
/// # Errors
/// If no port or no timer can be had.
pub fn serve(
    connections: Option<u32>,
    ready: impl FnOnce(u16) -> io::Result<()>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    clock::wake_precisely();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let timer = Timer::start()?;
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        ready(listener.local_addr()?.port())?;
        tokio::select! {
            () = stop => {}
            () = accept_all(&listener, connections, &timer) => {}
        }
        Ok(())
    })
}

async fn accept_all(listener: &tokio::net::TcpListener, connections: Option<u32>, timer: &Timer) {
    let places = connections.map(|most| Arc::new(Semaphore::new(most.max(1) as usize)));
    loop {
        let place = match &places {
            // The semaphore is never closed.
            Some(places) => places.clone().acquire_owned().await.ok(),
            None => None,
        };
        // A refused connection (too many files, say) is the client's to report.
        if let Ok((stream, _)) = listener.accept().await {
            let timer = timer.clone();
            tokio::spawn(async move {
                // The end of a connection is the client's business.
                let _ = serve_connection(stream, place.is_some(), &timer).await;
                drop(place);
            });
        } else {
            timer.wait_until(clock::now_nanos() + REFUSED_NANOS).await;
        }
    }
}

/// What was asked, and over which protocol; no call if it is not ours.
type Asked = (Protocol, Option<Call>);

/// Answers the requests of one connection until the client closes it, or only the first.
async fn serve_connection(mut stream: TcpStream, only_one: bool, timer: &Timer) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut received = Vec::with_capacity(REQUEST_ROOM);
    loop {
        let (length, (protocol, call)) = loop {
            match parse(&received)? {
                Some(request) => break request,
                None if received.len() > HEADER_MAX => {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                None if stream.read_buf(&mut received).await? == 0 => return Ok(()),
                None => {}
            }
        };
        received.drain(..length);
        let Some(call) = call else {
            let unknown = Head {
                status: Status::Unknown,
                bytes: 0,
                closes: only_one,
            };
            stream.write_all(&protocol.answer(&unknown)).await?;
            if only_one {
                return stream.shutdown().await;
            }
            continue;
        };
        read_body(&stream, &mut received, call.request_bytes).await?;
        let due = clock::now_nanos().saturating_add(call.delay_nanos);
        timer.wait_until(due).await;
        write_answer(&mut stream, protocol, &call.head(only_one)).await?;
        if only_one {
            return stream.shutdown().await;
        }
    }
}

/// The length of the header and what it asks; none while it is incomplete.
fn parse(received: &[u8]) -> io::Result<Option<(usize, Asked)>> {
    if received.first() == Some(&frame::MARK) {
        let parsed = frame::parse_request(received)?;
        return Ok(parsed.map(|(length, call)| (length, (Protocol::Tcp, Some(call)))));
    }
    let parsed = http::parse_request(received)?;
    Ok(parsed.map(|(length, call)| (length, (Protocol::Http, call))))
}

/// Reads and verifies what comes with a request, the beginning of which may have been `received` already.
async fn read_body(stream: &TcpStream, received: &mut Vec<u8>, length: u64) -> io::Result<()> {
    let mut body = Body::new(length);
    let here = length.min(received.len() as u64) as usize;
    body.take(&received[..here])?;
    received.drain(..here);
    while body.left() > 0 {
        stream.readable().await?;
        with_chunk(|chunk| {
            let most = body.left().min(chunk.len() as u64) as usize;
            match stream.try_read(&mut chunk[..most]) {
                Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => body.take(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                Err(error) => Err(error),
            }
        })?;
    }
    Ok(())
}

async fn write_answer(stream: &mut TcpStream, protocol: Protocol, head: &Head) -> io::Result<()> {
    let mut first = protocol.answer(head);
    let mut sent = head.bytes.min(TOGETHER_BYTES);
    first.extend_from_slice(pattern::bytes(0, sent));
    stream.write_all(&first).await?;
    while sent < head.bytes {
        let chunk = pattern::bytes(sent, head.bytes - sent);
        stream.write_all(chunk).await?;
        sent += chunk.len() as u64;
    }
    Ok(())
}
