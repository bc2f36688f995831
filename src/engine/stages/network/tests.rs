//! Clients against a real server on this machine's loopback.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::engine::cancel::Cancel;
use crate::engine::clock;
use crate::engine::stages::{Loops, StageError, Workbench};
use crate::engine::timer::Timer;
use crate::units::Nanos;

const PROTOCOLS: [Protocol; 2] = [Protocol::Http, Protocol::Tcp];
const MICROS: u64 = 1_000;

/// Runs `client` against a server with a limit of connections, or without.
fn with_server(connections: Option<u32>, client: impl FnOnce(u16)) {
    let (port_sender, port) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    std::thread::scope(|scope| {
        let server = scope.spawn(move || {
            serve(
                connections,
                |port| port_sender.send(port).map_err(std::io::Error::other),
                async { drop(stopped.await) },
            )
        });
        client(port.recv().unwrap());
        drop(stop);
        server.join().unwrap().unwrap();
    });
}

fn step(protocol: Protocol, response: u64, request: u64) -> NetworkStep {
    let delay = Distribution::Constant(Nanos::from_micros(100));
    NetworkStep::new(protocol, delay, response, request, 0.0)
}

fn bench(port: Option<u16>) -> Workbench {
    Workbench::new(std::path::Path::new("."), port, 1, Arc::default())
}

fn block_on<T>(work: impl AsyncFnOnce(Loops) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let around = Loops {
            timer: Timer::start().unwrap(),
            cancel: Arc::default(),
            offload: false,
            interpreter: None,
        };
        work(around).await
    })
}

#[test]
fn blocking_and_async_clients_get_the_answer_they_asked_for_over_either_protocol() {
    for (connections, keeps) in [(None, true), (Some(2), false)] {
        with_server(connections, |port| {
            for protocol in PROTOCOLS {
                let mut bench = bench(Some(port));
                for (response, request) in [(0, 0), (1, 70_000), (1_024, 1), (300_000, 300_000)] {
                    let step = step(protocol, response, request);
                    let before = clock::now_nanos();
                    let blocking = step
                        .run(&mut bench, &mut Rng::new(1, 1), &Cancel::default())
                        .unwrap();
                    let took = clock::now_nanos() - before;
                    assert!(took >= 100 * MICROS, "the server waited: {took} ns");
                    let mut rng = Rng::new(1, 1);
                    let on_loop = block_on(async |around| {
                        let done = step.run_async(&mut bench, &mut rng, &around).await;
                        // It belongs to this runtime, which ends.
                        assert_eq!(bench.async_connection.take().is_some(), keeps);
                        done
                    });
                    assert_eq!(on_loop.unwrap(), blocking, "the same digest");
                    assert_eq!(bench.connection.is_some(), keeps);
                }
            }
        });
    }
}

#[test]
fn errors_are_those_of_the_seed_on_every_client_and_the_connection_goes_on() {
    with_server(None, |port| {
        for protocol in PROTOCOLS {
            let step = NetworkStep {
                errors: 0.3,
                ..step(protocol, 10, 0)
            };
            let mut bench = bench(Some(port));
            let failed = |result: Result<u64, StageError>| match result {
                Ok(_) => false,
                Err(error) => {
                    assert!(error.to_string().contains("error (503)"), "{error}");
                    true
                }
            };
            let mut outcomes = [Vec::new(), Vec::new()];
            for number in 0..40 {
                let result = step.run(&mut bench, &mut Rng::new(7, number), &Cancel::default());
                outcomes[0].push(failed(result));
                assert!(bench.connection.is_some());
            }
            block_on(async |around| {
                for number in 0..40 {
                    let mut rng = Rng::new(7, number);
                    let result = step.run_async(&mut bench, &mut rng, &around).await;
                    outcomes[1].push(failed(result));
                }
                bench.async_connection = None;
            });
            assert_eq!(outcomes[0], outcomes[1]);
            let errors = outcomes[0].iter().filter(|failed| **failed).count();
            assert!((4..=24).contains(&errors), "{errors} of 40");
        }
    });
}

#[test]
fn a_server_with_a_limit_serves_no_more_at_a_time_and_everybody_in_the_end() {
    // Each answer takes 20 ms of one of two places: ten of them cannot be done in less than 100 ms.
    with_server(Some(2), |port| {
        let begun = clock::now_nanos();
        let served = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for number in 0..10 {
                let served = &served;
                scope.spawn(move || {
                    let delay = Distribution::Constant(Nanos::from_millis(20));
                    let step = NetworkStep::new(PROTOCOLS[number % 2], delay, 10, 0, 0.0);
                    let mut bench = bench(Some(port));
                    step.run(&mut bench, &mut Rng::new(1, 1), &Cancel::default())
                        .unwrap();
                    served.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(served.load(Ordering::Relaxed), 10);
        let took = clock::now_nanos() - begun;
        assert!(took >= 100_000 * MICROS, "{took} ns");
    });
}

#[test]
fn an_idle_connection_to_a_server_without_a_limit_keeps_nobody_waiting() {
    with_server(None, |port| {
        let idle: Vec<_> = (0..20)
            .map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
            .collect();
        step(Protocol::Http, 1, 0)
            .run(
                &mut bench(Some(port)),
                &mut Rng::new(1, 1),
                &Cancel::default(),
            )
            .unwrap();
        drop(idle);
    });
}

#[test]
fn a_client_whose_block_ends_stops_waiting_for_its_answer() {
    with_server(None, |port| {
        let step = NetworkStep {
            delay: Distribution::Constant(Nanos::from_secs(3_600)),
            ..step(Protocol::Tcp, 10, 100)
        };
        let cancel = Cancel::default();
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| step.run(&mut bench(Some(port)), &mut Rng::new(1, 1), &cancel));
            cancel.set();
            let result = waiting.join().unwrap();
            assert!(matches!(result, Err(StageError::Cancelled)), "{result:?}");
        });
    });
}

#[test]
fn a_path_that_is_not_ours_is_not_found_and_the_connection_goes_on() {
    with_server(None, |port| {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream
            .write_all(b"GET /etc/passwd HTTP/1.1\r\n\r\nGET /0/2 HTTP/1.1\r\n\r\n")
            .unwrap();
        let mut answers = Vec::new();
        while !answers.ends_with(&[b'\n', 0, 1]) {
            let mut chunk = [0; 256];
            let read = stream.read(&mut chunk).unwrap();
            assert!(read > 0, "the server goes on");
            answers.extend_from_slice(&chunk[..read]);
        }
        assert!(answers.starts_with(b"HTTP/1.1 404"));
        let text = String::from_utf8_lossy(&answers);
        assert!(text.contains("HTTP/1.1 200"), "{text}");
    });
}

#[test]
fn a_request_whose_body_is_not_what_was_announced_is_not_answered() {
    with_server(None, |port| {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream
            .write_all(b"POST /0/2 HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd")
            .unwrap();
        let mut answer = Vec::new();
        // The server closes: an end or a reset, and no byte before it.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty(), "{answer:?}");
    });
}

#[test]
fn without_a_server_the_failure_says_so() {
    let error = step(Protocol::Http, 1, 0)
        .run(&mut bench(None), &mut Rng::new(1, 1), &Cancel::default())
        .unwrap_err();
    assert!(error.to_string().contains("is not running"), "{error}");
}

#[test]
fn a_stage_without_errors_draws_nothing_for_them() {
    let mut rng = Rng::new(3, 3);
    step(Protocol::Http, 1, 0).call(&mut rng);
    assert_eq!(rng.unit().to_bits(), Rng::new(3, 3).unit().to_bits());
}
