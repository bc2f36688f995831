//! The file of a run: everything that is known of it, for ever readable.
//!
//! # Format
//!
//! Sixteen bytes say what the file is: [`MAGIC`], then the version as a little-endian `u16`. Frames follow to the end of
//! the file; each has a head of twenty bytes, then its content, which is JSON, deflated:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | kind of frame, see `Kind`; then three zero bytes |
//! | 4 | length of the content as it stands in the file, `u32`, little endian as all |
//! | 8 | length of the content once inflated |
//! | 12 | CRC-32 of the content as it stands in the file |
//! | 16 | CRC-32 of the sixteen bytes before |
//!
//! The first frame is the [`Header`]. Each executed step is a `Begin`, a `Block` for each block that ended, and an `End`;
//! `Closing` says that nothing more is to come. [`Meta`] may stand anywhere, and the last one holds. Files only grow: a
//! program that is killed leaves whole frames, of which the reader makes what it can and calls the record
//! [`Completeness::Cut`]. Everything that is needed to read a run stands in its file; the scenario stands there as text
//! with its own version, read by `scenario` as any other.
//!
//! # Versions
//!
//! The types within a block are also those of the wire, whose binary form has no names: `skip_serializing_if`, `default`
//! and flattening would break it, so they must not be used on these types. Instead:
//!
//! - A new field that is an `Option` needs nothing: an older file does not have it, and it reads as none.
//! - Any other change (new field, other name or meaning, a variant that goes) raises [`VERSION`] by one and adds one line
//!   to `migrate::STEPS`: a function that turns the JSON value of a frame of the version before into one of the new
//!   version. Readers apply them in turn, so that version 1 is read for ever; `tests/data/record` has a file of each. A file that
//!   is added to is first written anew in the version of today.
//! - Integers above 2^64 stand as text, so that a value of JSON keeps them ([`crate::stats::text_form`]).
//!
//! **Invariant**: reading never panics, and what it takes of memory is bounded, whatever the bytes are. Nothing in a file
//! has authority: no path, no command, nothing that is executed.

mod check;
mod error;
mod frame;
mod head;
mod migrate;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::run::Run;
use crate::scenario::Scenario;

pub use error::RecordError;
pub use head::Head;
pub use write::RecordWriter;

/// The first bytes of a file: not ASCII at first and both line ends, so that a transfer as text is noticed.
pub const MAGIC: [u8; 14] = *b"\x89poolscope\r\n\x1a\n";

/// Whether the file at `path` begins as those of runs do; one that cannot be read does not.
#[must_use]
pub fn is_run_file(path: &Path) -> bool {
    let mut first = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == MAGIC
}

/// The version that is written.
pub const VERSION: u16 = 2;
/// What names of such files end in.
pub const EXTENSION: &str = "poolscope-run";

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// One run: one step.
    Run,
    /// A sweep over one or two parameters.
    Sweep,
    /// A search for the highest rate at which the objectives hold.
    Capacity,
}

impl RecordKind {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Sweep => "sweep",
            Self::Capacity => "capacity",
        }
    }
}

/// What a record begins with; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the program that wrote it.
    pub app_version: String,
    /// What it is of.
    pub kind: RecordKind,
    /// Eight letters and digits that no other record has.
    pub id: String,
    /// When it was begun, in seconds since 1970 (UTC).
    pub started_unix_secs: u64,
    /// The seed of the run, or of the whole sweep.
    pub seed: u64,
    /// Title of the scenario.
    pub title: String,
    /// Names of the candidates that are measured, in the scenario's order.
    pub candidates: Vec<String>,
    /// The scenario in its file form: of a sweep the one that the steps are made from.
    pub scenario: String,
}

impl Header {
    /// The header of a new record, with an id of its own.
    #[must_use]
    pub fn new(
        kind: RecordKind,
        scenario: &Scenario,
        candidates: &[usize],
        seed: u64,
        started_unix_secs: u64,
    ) -> Self {
        let all = scenario.candidate_names();
        let names = candidates.iter().filter_map(|&index| all.get(index));
        Self {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            kind,
            id: new_id(),
            started_unix_secs,
            seed,
            title: scenario.title.clone(),
            candidates: names.cloned().collect(),
            scenario: crate::scenario::to_text(scenario),
        }
    }

    /// The header of a record of a series: with those candidates that `scenario` names for it, or with all.
    #[must_use]
    pub fn of_series(kind: RecordKind, scenario: &Scenario, started_unix_secs: u64) -> Self {
        let named: &[String] = match kind {
            RecordKind::Sweep => scenario.sweep.as_ref().map_or(&[], |of| &of.candidates),
            RecordKind::Capacity => scenario.capacity.as_ref().map_or(&[], |of| &of.candidates),
            RecordKind::Run => &[],
        };
        let all = scenario.candidate_names().into_iter().enumerate();
        let measured = all.filter(|(_, name)| named.is_empty() || named.contains(name));
        let measured: Vec<usize> = measured.map(|(index, _)| index).collect();
        let seed = scenario.protocol.seed;
        Self::new(kind, scenario, &measured, seed, started_unix_secs)
    }

    /// The header of a record of one run.
    #[must_use]
    pub fn of_run(run: &Run) -> Self {
        let request = &run.request;
        Self::new(
            RecordKind::Run,
            &request.scenario,
            &request.candidates,
            request.seed,
            run.started_unix_secs,
        )
    }
}

/// What people say of a record; the only part that changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// What it is called; empty if it was given no name.
    pub name: String,
    /// Words to find it by, sorted, none twice.
    pub tags: Vec<String>,
    /// A remark; empty without one.
    pub note: String,
}

/// Which of the runs of a sweep a run is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The point of the sweep, from 0.
    pub point: usize,
    /// Where the point lies, one number per parameter; empty for a plain run.
    pub coordinates: Vec<f64>,
    /// Which visit of that point, from 0.
    pub round: u32,
}

/// How far a record goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// To the end that was planned.
    Whole,
    /// To a stop that somebody asked for.
    Stopped,
    /// To some instant at which the program, the machine or the disk gave up; or it is still being written.
    Cut,
}

/// A record in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it began with.
    pub header: Header,
    /// What people say of it.
    pub meta: Meta,
    /// The runs in the order in which they were executed; of a plain run one, or none if it was cut before it began.
    /// Their `revision` counts nothing.
    pub steps: Vec<(Step, Run)>,
    /// How far it goes.
    pub completeness: Completeness,
}

impl Record {
    /// The run of a plain record; the first one of a sweep. None if it was cut before that.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.steps.first().map(|(_, run)| run)
    }

    /// What it is called: its name, else the title of the scenario.
    #[must_use]
    pub fn title(&self) -> &str {
        title_of(&self.header, &self.meta)
    }
}

/// What a record is called.
fn title_of<'a>(header: &'a Header, meta: &'a Meta) -> &'a str {
    if meta.name.is_empty() {
        &header.title
    } else {
        &meta.name
    }
}

/// The last frame of a record that was not cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Whether a stop was asked for.
    pub stopped: bool,
    /// Blocks that were planned, in all steps that were begun.
    pub blocks_planned: u64,
    /// Blocks that ended, in whatever way.
    pub blocks_ended: u64,
    /// Those of them that ended by an accident.
    pub blocks_failed: u64,
}

/// Kinds of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Header = 1,
    Meta = 2,
    Begin = 3,
    Block = 4,
    End = 5,
    Closing = 6,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Header,
            2 => Self::Meta,
            3 => Self::Begin,
            4 => Self::Block,
            5 => Self::End,
            6 => Self::Closing,
            _ => return None,
        })
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Meta => "notes",
            Self::Begin => "begin of a step",
            Self::Block => "block",
            Self::End => "end of a step",
            Self::Closing => "closing",
        }
    }
}

/// A step begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Begin {
    step: Step,
    /// The scenario of this step in its file form.
    scenario: String,
    candidates: Vec<usize>,
    seed: u64,
    started_unix_secs: u64,
    /// The blocks in their order: a later version may draw another one from the same seed.
    plan: Vec<crate::run::PlannedBlock>,
}

/// A step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    stopped: bool,
}

/// Whether `text` can be the id of a record.
pub(in crate::run) fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| ID_LETTERS.contains(&byte))
}

/// Characters of an id.
const ID_CHARS: usize = 8;
/// What an id is made of: digits and letters without those that are easily confused.
const ID_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Eight letters and digits out of the clock, the process and a counter: 40 bits, so that two of a million records are
/// called alike once in a while, and two of a person's hardly ever.
fn new_id() -> String {
    use sha2::Digest;
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let mut hash = sha2::Sha256::new();
    hash.update(now.to_le_bytes());
    hash.update(std::process::id().to_le_bytes());
    hash.update(COUNTER.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    hash.finalize()[..ID_CHARS]
        .iter()
        .map(|byte| char::from(ID_LETTERS[usize::from(byte % 32)]))
        .collect()
}
