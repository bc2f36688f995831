//! What is needed of HTTP/1.1: `GET /NANOS/BYTES` and `POST` with a body; `/NANOS/BYTES/503` asks for an error.
//!
//! Headers are parsed by `httparse`.

use std::io;

use crate::engine::stages::network::{Call, Head, Status, invalid};

pub(super) fn request(call: &Call) -> Vec<u8> {
    let Call {
        delay_nanos,
        request_bytes,
        response_bytes,
        fails,
    } = *call;
    let wish = if fails { "/503" } else { "" };
    if request_bytes == 0 {
        format!("GET /{delay_nanos}/{response_bytes}{wish} HTTP/1.1\r\nHost: localhost\r\n\r\n")
    } else {
        format!(
            "POST /{delay_nanos}/{response_bytes}{wish} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Length: {request_bytes}\r\n\r\n"
        )
    }
    .into_bytes()
}

pub(super) fn answer(head: &Head) -> Vec<u8> {
    let status = match head.status {
        Status::Ok => "200 OK",
        Status::Error => "503 Service Unavailable",
        Status::Unknown => "404 Not Found",
    };
    let closes = if head.closes {
        "Connection: close\r\n"
    } else {
        ""
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{closes}\r\n",
        head.bytes
    )
    .into_bytes()
}

/// The length of a request's header, and what it asks: none if its path is not ours.
pub(super) type Request = (usize, Option<Call>);

/// None while the header is incomplete.
pub(super) fn parse_request(received: &[u8]) -> io::Result<Option<Request>> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(received) {
        Ok(httparse::Status::Complete(length)) => {
            let body = content_length(request.headers)?.unwrap_or(0);
            let call = request.path.and_then(|path| call_of(path, body));
            if call.is_none() && body > 0 {
                return Err(invalid("a body for nobody"));
            }
            Ok(Some((length, call)))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

fn call_of(path: &str, request_bytes: u64) -> Option<Call> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let (delay, response, wish) = (parts.next()?, parts.next()?, parts.next());
    let fails = match (wish, parts.next()) {
        (None, None) => false,
        (Some("503"), None) => true,
        _ => return None,
    };
    Some(Call {
        delay_nanos: delay.parse().ok()?,
        request_bytes,
        response_bytes: response.parse().ok()?,
        fails,
    })
}

/// The length of an answer's header and what it says; none while it is incomplete.
pub(super) fn parse_answer(received: &[u8]) -> io::Result<Option<(usize, Head)>> {
    let mut headers = [httparse::EMPTY_HEADER; 8];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(received) {
        Ok(httparse::Status::Complete(length)) => {
            let status = match response.code {
                Some(200) => Status::Ok,
                Some(503) => Status::Error,
                _ => Status::Unknown,
            };
            let bytes = content_length(response.headers)?.ok_or_else(|| invalid("no length"))?;
            let closes = value(response.headers, "connection")
                .is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
            Ok(Some((
                length,
                Head {
                    status,
                    bytes,
                    closes,
                },
            )))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

fn value<'h>(headers: &[httparse::Header<'h>], name: &str) -> Option<&'h [u8]> {
    let header = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(header.value.trim_ascii())
}

/// None if there is no such header.
fn content_length(headers: &[httparse::Header<'_>]) -> io::Result<Option<u64>> {
    let Some(value) = value(headers, "content-length") else {
        return Ok(None);
    };
    let number = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(invalid("a length that is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Call = Call {
        delay_nanos: 40_000_001,
        request_bytes: 0,
        response_bytes: 1_024,
        fails: false,
    };

    #[test]
    fn a_request_comes_back_as_it_was_written_and_not_before_it_is_whole() {
        for call in [
            CALL,
            Call {
                request_bytes: 9,
                fails: true,
                ..CALL
            },
        ] {
            let bytes = request(&call);
            let (length, parsed) = parse_request(&bytes).unwrap().unwrap();
            assert_eq!((length, parsed), (bytes.len(), Some(call)));
            assert_eq!(parse_request(&bytes[..bytes.len() - 1]).unwrap(), None);
        }
        assert!(request(&CALL).starts_with(b"GET /40000001/1024 HTTP/1.1\r\n"));
    }

    #[test]
    fn an_answer_comes_back_as_it_was_written_and_not_before_it_is_whole() {
        for status in [Status::Ok, Status::Error, Status::Unknown] {
            for closes in [false, true] {
                let head = Head {
                    status,
                    bytes: 12,
                    closes,
                };
                let bytes = answer(&head);
                assert_eq!(parse_answer(&bytes).unwrap(), Some((bytes.len(), head)));
                assert_eq!(parse_answer(&bytes[..bytes.len() - 1]).unwrap(), None);
            }
        }
    }

    #[test]
    fn other_paths_are_not_ours_and_nonsense_is_refused() {
        for path in ["/", "/1", "/a/2", "/1/2/404", "/1/2/503/4", "/etc/passwd"] {
            let text = format!("GET {path} HTTP/1.1\r\n\r\n");
            let (_, call) = parse_request(text.as_bytes()).unwrap().unwrap();
            assert_eq!(call, None, "{path}");
        }
        for text in [
            "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
            "POST /1/2 HTTP/1.1\r\nContent-Length: many\r\n\r\n",
            "\u{1}\u{2}\r\n\r\n",
        ] {
            assert!(parse_request(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(
            parse_answer(b"HTTP/1.1 200 OK\r\n\r\n").is_err(),
            "no length"
        );
    }
}
