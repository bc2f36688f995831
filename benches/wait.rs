//! How late waits of 100 µs end, and what they cost: async ones by the engine's timer and by tokio's own,
//! blocking ones by the engine's signal; and answers of the loopback server.
//!
//! `cargo bench --bench wait`. What criterion calls time is lateness: of a wait of 100 µs, without the 100 µs.
//! The table before it has medians, 99th percentiles, CPU time per wait, and (on Linux) memory per waiting task;
//! compare within one run only.

#![expect(missing_docs, reason = "criterion's macros make public items")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::{Criterion, criterion_group};
use poolscope::engine::cancel::Cancel;
use poolscope::engine::timer::Timer;
use poolscope::engine::{self, clock};
use tokio::runtime::{Builder, Runtime};

const WAIT_NANOS: u64 = 100_000;

/// Who ends the waits.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Engine,
    Tokio,
}

const BOTH: [(&str, By); 2] = [("engine", By::Engine), ("tokio::time", By::Tokio)];

fn runtime(loops: usize) -> Runtime {
    let mut builder = if loops == 1 {
        Builder::new_current_thread()
    } else {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(loops);
        builder
    };
    builder
        .on_thread_start(clock::wake_precisely)
        .enable_all()
        .build()
        .expect("the system has room for a runtime")
}

/// The lateness of each of `waits` waits of each of `tasks` tasks, in nanoseconds.
fn lateness(runtime: &Runtime, by: By, tasks: usize, waits: usize, wait_nanos: u64) -> Vec<u64> {
    runtime.block_on(async {
        let timer = Timer::start().expect("the system has timers");
        let running: Vec<_> = (0..tasks)
            .map(|_| {
                let timer = timer.clone();
                tokio::spawn(async move {
                    let mut late = Vec::with_capacity(waits);
                    for _ in 0..waits {
                        let due = clock::now_nanos() + wait_nanos;
                        match by {
                            By::Engine => {
                                timer.wait_until(due).await;
                            }
                            By::Tokio => {
                                tokio::time::sleep(Duration::from_nanos(wait_nanos)).await;
                            }
                        }
                        late.push(clock::now_nanos() - due);
                    }
                    late
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in running {
            all.extend(task.await.expect("no wait panics"));
        }
        all
    })
}

fn process_cpu_nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

fn row(what: &str, measure: impl FnOnce() -> Vec<u64>) {
    let (cpu, begun) = (process_cpu_nanos(), clock::now_nanos());
    let mut late = measure();
    let cpu = process_cpu_nanos() - cpu;
    let took = clock::now_nanos() - begun;
    late.sort_unstable();
    let micros = |share: f64| late[((late.len() - 1) as f64 * share) as usize] as f64 / 1e3;
    println!(
        "{what:<58} p50 {:>8.1} µs  p99 {:>8.1} µs  CPU per wait {:>6.2} µs  ({:.2} cores)",
        micros(0.5),
        micros(0.99),
        cpu as f64 / 1e3 / late.len() as f64,
        cpu as f64 / took as f64
    );
}

fn table() {
    for (name, by) in BOTH {
        for (loops, tasks, waits, wait) in [
            (1, 1, 2_000, WAIT_NANOS),
            (1, 100, 500, WAIT_NANOS),
            (1, 100, 100, 10 * WAIT_NANOS),
            (1, 10_000, 3, 10_000 * WAIT_NANOS),
            (1, 100_000, 2, 10_000 * WAIT_NANOS),
            (2, 1, 2_000, WAIT_NANOS),
            (2, 100, 500, WAIT_NANOS),
        ] {
            let runtime = runtime(loops);
            let what = format!(
                "{name}, {loops} loops, {tasks} waits of {} µs",
                wait / 1_000
            );
            row(&what, || lateness(&runtime, by, tasks, waits, wait));
        }
    }
    for (threads, waits) in [(1, 2_000), (100, 100), (1_000, 20)] {
        row(&format!("blocking, {threads} threads, 100 µs"), || {
            blocking(threads, waits, WAIT_NANOS)
        });
    }
    server(&[0, 100_000, 1_000_000], 1_000);
    row("blocking, 1000 threads, 10 ms", || {
        blocking(1_000, 20, 100 * WAIT_NANOS)
    });
}

/// Resident memory that `TASKS` tasks add to a process of their own while they wait.
fn memory(by: By) {
    const TASKS: u64 = 100_000;
    let resident = || -> Option<u64> {
        let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
        Some(pages.split(' ').nth(1)?.parse::<u64>().ok()? * rustix::param::page_size() as u64)
    };
    let runtime = runtime(1);
    runtime.block_on(async {
        let timer = Timer::start().expect("the system has timers");
        let begun = Arc::new(AtomicU64::new(0));
        let before = resident();
        let running: Vec<_> = (0..TASKS)
            .map(|_| {
                let (timer, begun) = (timer.clone(), begun.clone());
                tokio::spawn(async move {
                    begun.fetch_add(1, Ordering::Relaxed);
                    let hour = 3_600_000_000_000;
                    match by {
                        By::Engine => drop(timer.wait_until(clock::now_nanos() + hour).await),
                        By::Tokio => tokio::time::sleep(Duration::from_nanos(hour)).await,
                    }
                })
            })
            .collect();
        while begun.load(Ordering::Relaxed) < TASKS {
            tokio::task::yield_now().await;
        }
        if let (Some(before), Some(after)) = (before, resident()) {
            let bytes = (after - before) / TASKS;
            println!("memory per waiting task: {bytes} B");
        }
        drop(running);
    });
}

/// In a process of its own: memory that was used before would be used again.
fn memory_of_each() {
    for (name, _) in BOTH {
        println!("{name}:");
        let bench = std::env::current_exe().expect("a program has a path");
        let done = std::process::Command::new(bench)
            .args(["memory", name])
            .status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

fn blocking(threads: usize, waits: usize, wait_nanos: u64) -> Vec<u64> {
    let cancel = Cancel::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    clock::wake_precisely();
                    let mut late = Vec::with_capacity(waits);
                    for _ in 0..waits {
                        let due = clock::now_nanos() + wait_nanos;
                        let _ = cancel.wait_until(due);
                        late.push(clock::now_nanos() - due);
                    }
                    late
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().expect("no wait panics"))
            .collect()
    })
}

/// The time from a request to the loopback server to its answer, without the delay that was asked for.
fn server(delays: &[u64], asked: usize) {
    let (port_sender, port) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ready = move |port| port_sender.send(port).map_err(std::io::Error::other);
    std::thread::scope(|scope| {
        scope.spawn(|| engine::serve(None, ready, async { drop(stopped.await) }));
        let port: u16 = port.recv().expect("the server listens");
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it accepts");
        for delay in delays {
            let request = format!("GET /{delay}/0 HTTP/1.1\r\n\r\n");
            let what = format!("loopback server, answer after {} µs", delay / 1_000);
            row(&what, || {
                let late = (0..asked).map(|_| {
                    let due = clock::now_nanos() + delay;
                    stream.write_all(request.as_bytes()).expect("it reads");
                    let read = stream.read(&mut [0; 1_024]).expect("it answers");
                    assert!(read > 0, "the connection stays");
                    clock::now_nanos() - due
                });
                late.collect()
            });
        }
        drop(stop);
    });
}

fn single(criterion: &mut Criterion) {
    for (name, by) in BOTH {
        let runtime = runtime(1);
        criterion.bench_function(
            &format!("lateness of an async wait of 100 µs, {name}"),
            |b| {
                b.iter_custom(|waits| {
                    let late = lateness(&runtime, by, 1, waits as usize, WAIT_NANOS);
                    Duration::from_nanos(late.iter().sum())
                });
            },
        );
    }
    criterion.bench_function("lateness of a blocking wait of 100 µs", |b| {
        b.iter_custom(|waits| {
            Duration::from_nanos(blocking(1, waits as usize, WAIT_NANOS).iter().sum())
        });
    });
}

criterion_group!(benches, single);

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [part, name] = arguments.as_slice()
        && part == "memory"
    {
        let by = BOTH.iter().find(|(known, _)| known == name);
        return memory(by.expect("one of the two").1);
    }
    // The event loop's own thread.
    clock::wake_precisely();
    memory_of_each();
    table();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
