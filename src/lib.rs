//! poolscope measures whether work should run on threads, on processes, async, or one after the other.
//!
//! A person composes a task out of CPU, wait, file, memory and network stages, says how tasks arrive, and
//! names candidates: back ends with their settings. poolscope runs the same work on each of them, on the
//! person's own machine, and shows throughput, response times, memory per worker and cost per 1k tasks, live.
//! This page is the architecture document.
//!
//! # Bird's-eye view
//!
//! One executable plays all parts:
//!
//! ```text
//! poolscope (window) ─┐                                 ┌ threads, event loops: inside the runner
//! poolscope run (CLI) ┴─ session ─ guard ─ pipe ─ runner┼ worker processes, or a zygote and its copies
//!                                                       ├ harness: an interpreter with its own pools
//!                                                       └ loopback server, if a stage asks it
//! ```
//!
//! A *scenario* (a RON file) is validated and becomes a *run*: one *block* per candidate and repeat.
//! For each block the [`session`] starts a fresh *runner* process, which executes the block with the
//! [`engine`] and writes *snapshots* to its standard output, at most ten a second. The session hands them on
//! as events; a [`run::Run`] is built from events and nothing else. [`analysis`] draws conclusions from it,
//! [`chart`] makes drawable data of it, [`export`] writes files, and the [`cli`] and the window show it.
//!
//! `poolscope doctor` has the session start a *probe* instead of a runner, below a guard like any other part: it
//! measures clocks, waits and poolscope's own cost with the same engine, and says what it found in one message.
//!
//! Each run is kept: a [`run::library::Keeper`] writes every block that ended into the run's file, on a thread of its
//! own, and [`run::record`] has the form of that file and how later versions read it. What is loaded is a [`run::Run`]
//! as it was live, so that nothing that shows or judges runs knows the difference.
//!
//! A candidate of `CPython` names an interpreter, and never its path. Before the first block of one the session has a
//! *finder* started below a guard, which asks every interpreter of the machine what it is; with that and the local
//! settings ([`session::LocalSettings`]) the session says to the runner which executable is meant. What is missing
//! fails that block with a text that says how to get it.
//!
//! The life of one task: *arrivals* say when it is due; the *gate* offers it to the bounded queue (or drops
//! and counts it); a worker of the back end takes it, executes its steps and stamps begin and end; the
//! *recorder* counts it and adds its times to histograms. Response time runs from the intended start.
//!
//! A task is executed in *segments*: cut at barriers, and where a back end has two pools also where waiting and
//! computing meet. Worker processes get segments in chunks over a pipe, with the bytes that their payload stages
//! bring; see `backends::processes` for what a chunk promises, `backends::hybrid` for why two pools with a bounded
//! queue between cannot block each other, and `slab` for memory that two processes map.
//!
//! CPython candidates go the same way, with the real executors of an interpreter in the place of ours: the engine
//! takes tasks off the queue and hands them to the *harness* (`assets/harness.py`), whose executor runs them; see
//! `backends::cpython`. The stages find the same there, bit for bit, which the digests of the tasks prove.
//!
//! Threads and event loops of a candidate with `interpreter: Lock` share a model of CPython's interpreter lock,
//! [`engine::interpreter`]. A worker holds it while it runs; a stage that blocks does so within
//! [`engine::interpreter::released`], or two locks could wait for each other.
//!
//! What goes wrong on purpose is decided in the engine when an attempt begins ([`engine::faults`], seeded) and travels
//! with it to whoever carries it out. The defences of callers (time-outs, retries with back-off and budget, circuit
//! breakers) are the engine's as well, [`engine::caller`]: it is the caller of every back end, CPython's too. An attempt
//! is settled exactly once, by the worker that ends it or by the caller that gives it up; the loser of that race changes
//! nothing but what was wasted.
//!
//! # Entry points
//!
//! - `src/main.rs` chooses the part to play; [`runner::play_if_asked`] comes first, before anything of the
//!   window's is touched.
//! - [`cli`] for the commands, `gui::run` for the window, [`session::Session::start`] for a run,
//!   [`engine::Block`] for what a runner executes, [`scenario::model`] for what a file can say.
//!
//! # Code map
//!
//! Each folder may import those that stand before it in its line of the table; `tests/tidy.rs` holds it.
//!
//! | folder | what it is | may import, besides `units` |
//! |---|---|---|
//! | [`units`] | quantities and how they read: the only place that turns numbers into text | nothing |
//! | [`stats`] | pure mathematics: histogram, percentiles, intervals, queueing and scaling laws, crossings of curves, reduction, repeatable randomness | nothing |
//! | [`scenario`] | the file: model, reading with all problems at once, validation, description | nothing |
//! | [`sampler`] | what the operating system says of processes and of the machine | nothing |
//! | [`wire`] | the language between runner and session, each field with its unit | scenario, stats |
//! | [`engine`] | executes a plan in this process | scenario, stats |
//! | [`runner`] | child side: guard, runner, probe, finder, the hidden parts | engine, sampler, wire, scenario, stats |
//! | [`run`] | what is known of one run, live or loaded; the file of a run, and the library of kept ones | wire, scenario, stats |
//! | [`session`] | parent side: starts, reads, commands, ends; the settings of the machine | run, wire, scenario |
//! | [`analysis`] | conclusions: figures with intervals, comparisons of candidates and of runs, noise floor, steadiness, cost, objectives, findings, trust, verdict, sweeps, capacity, scaling | run, scenario, stats |
//! | [`chart`] | what to draw, as data | run, analysis, stats |
//! | [`export`] | CSV, JSON, SVG, PNG, tables, the report as a page and as Markdown | chart, run, analysis, scenario |
//! | [`cli`] | arguments, headless runs, progress, exit codes | session, run, analysis, export, scenario |
//! | `gui` | the window; the only place that names egui | session, run, analysis, chart, export, scenario |
//!
//! Within the engine, three things never know each other: *when* a task is due (`arrivals`, `load`), *where*
//! it runs (`backends`), and *what* is recorded (`recorder`). How callers behave (`caller`) and what goes wrong
//! (`faults`) know none of them. A new stage, load, back end, chart or export
//! is one new file plus one line where its siblings are listed.
//!
//! # Invariants
//!
//! - **Invariant**: the parent never executes a stage. Whatever the workload does (panic, abort, out of
//!   memory, endless loop), the window and the CLI stay alive and say what happened.
//! - **Invariant**: one block is one fresh runner process. Nothing of one candidate shows in another's figures.
//! - **Invariant**: no process outlives its parent, in whatever way that dies. A *guard* between session and
//!   runner notices the end of its lifeline pipe and kills everything below itself; on Linux it is a
//!   subreaper, and runner, workers and loopback server also have a parent-death signal; a worker that is a copy of
//!   a zygote goes with that, and the zygote with the runner. An interpreter gets the signal before it is one: the
//!   executable asks for it and then becomes the interpreter, which sees to its own workers.
//! - **Invariant**: a scenario file has no authority: no word for a path, an address, a command, an
//!   interpreter or an environment variable. Reading one runs nothing.
//! - **Invariant**: nothing upstream waits for the screen. While the receiver of a session is slow, snapshots
//!   are merged: counters are cumulative and histograms add up, so only resolution is lost.
//! - **Invariant**: the counts obey `offered = admitted + dropped` and `admitted = good + failed + timed out +
//!   cancelled + queued + in flight` in every snapshot; a violation marks the block as invalid.
//! - **Invariant**: memory is bounded whatever the length of a run: histograms have a fixed layout, a
//!   timeline halves its resolution instead of growing, every queue and list has a named bound.
//! - **Invariant**: the file of a run is enough. It opens with everything in it on a machine that never saw the scenario,
//!   in this version and in all later ones; a file that was cut opens with what was whole; no bytes make its reader
//!   panic or fill the memory; and opening one runs nothing. Keeping a run never makes it fail, nor anybody wait.
//! - **Invariant**: one panic strategy, unwind (a missing window library panics and is caught); runner and
//!   workers turn an unhandled panic into an abort by their own hook.
//!
//! # Where this departs from the first design
//!
//! - Between the session and a slow receiver nothing is thrown away ("the newest wins"): snapshots are merged,
//!   which costs the same and loses no sample.
//! - Histograms have `HdrHistogram`'s layout at three digits, written here, because the recorder needs them over
//!   atomics that are read while they are written; the `hdrhistogram` crate is the oracle in the tests.
//! - The recorder has one shard per processor and not per worker, so that a thousand threads do not carry a
//!   thousand histograms in the memory that is being measured.
//! - The loopback server is a process of its own, so that its CPU and memory are nobody's.

// Tests may fail by panicking; `tests/tidy.rs` holds the rule for everything else.
#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test may fail by panicking")
)]

pub mod analysis;
pub mod chart;
pub mod cli;
pub mod engine;
pub mod export;
#[cfg(feature = "gui")]
pub mod gui;
pub mod run;
pub mod runner;
pub mod sampler;
pub mod scenario;
pub mod session;
pub mod stats;
pub mod units;
pub mod wire;

// Unit tests use the same synthetic runs as the tests in `tests/`, which name this crate from outside.
#[cfg(test)]
extern crate self as poolscope;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
