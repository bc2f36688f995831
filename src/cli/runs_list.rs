//! How the library reads: the table of runs, its document, and the lines above the figures of one run.

use serde::Serialize;

use crate::export::{Align, Header, Row, Table};
use crate::run::library::Entry;
use crate::run::record::{Completeness, Head, Record};
use crate::units::text;

/// Characters of a title in the table: longer ones are cut, and whole in the document.
const TITLE_CHARS: usize = 44;
/// Characters of all tags in the table.
const TAGS_CHARS: usize = 30;

/// Where a run stands, in a word or a few: `done`, `done, 1 of 10 blocks failed`, `stopped after 3 of 10 blocks`.
pub(super) fn state(head: &Head) -> String {
    let word = state_word(head);
    let blocks = |count| text::counted(count, "block", "blocks");
    let Some(closing) = head.closing else {
        return format!("{word} after {}", blocks(head.blocks));
    };
    let planned = blocks(closing.blocks_planned);
    let (ended, failed) = (closing.blocks_ended, closing.blocks_failed);
    let mut state = word.to_owned();
    if ended < closing.blocks_planned {
        state = format!("{state} after {} of {planned}", text::count(ended));
    }
    if failed > 0 {
        state = format!("{state}, {} of {planned} failed", text::count(failed));
    }
    state
}

/// The word of [`state`] alone.
const fn state_word(head: &Head) -> &'static str {
    match head.completeness {
        Completeness::Whole => "done",
        Completeness::Stopped => "stopped",
        Completeness::Cut if head.is_live => "running",
        Completeness::Cut => "cut",
    }
}

/// The runs of `entries` that can be read, in their order.
pub(super) fn table(entries: &[Entry]) -> Table {
    let header = |text, about| Header {
        text,
        align: Align::Left,
        about,
    };
    let rows = entries.iter().filter_map(|entry| entry.head.as_ref().ok());
    Table {
        headers: vec![
            header("Run", "What to call it by"),
            header("Begun", "In universal time"),
            header("Title", "Its name, or the title of its scenario"),
            header("Of", "What it is of"),
            header("State", "How far it goes"),
            header("Tags", "Words to find it by"),
        ],
        rows: rows
            .enumerate()
            .map(|(place, head)| row(place, head))
            .collect(),
    }
}

fn row(place: usize, head: &Head) -> Row {
    let header = &head.header;
    Row {
        candidate: place,
        cells: vec![
            header.id.clone(),
            text::date_time(header.started_unix_secs).replace(" UTC", ""),
            cut(head.title(), TITLE_CHARS),
            header.kind.label().to_owned(),
            state(head),
            cut(&head.meta.tags.join(", "), TAGS_CHARS),
        ],
    }
}

fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars - 1).collect();
    format!("{kept}…")
}

/// The lines above the figures of a run: what it is, when and where it ran, what is said of it.
pub(super) fn heading(record: &Record, head: &Head) -> Vec<String> {
    let header = &record.header;
    let when = text::date_time(header.started_unix_secs);
    let mut lines = vec![
        record.title().to_owned(),
        format!(
            "{} {} of {when}, seed {}, poolscope {}: {}",
            header.kind.label(),
            header.id,
            header.seed,
            header.app_version,
            state(head)
        ),
    ];
    if record.title() != header.title {
        lines.push(format!("Scenario: {}", header.title));
    }
    if let Some(machine) = record.run().and_then(|run| run.machine.as_ref()) {
        let cores = text::counted(machine.cores.into(), "core", "cores");
        let memory = text::bytes(machine.memory_bytes as f64);
        lines.push(format!(
            "Machine: {}, {cores}, {memory}, {}",
            machine.cpu, machine.os
        ));
    }
    if !record.meta.tags.is_empty() {
        lines.push(format!("Tags: {}", record.meta.tags.join(", ")));
    }
    lines.extend(record.meta.note.lines().map(|line| format!("Note: {line}")));
    lines
}

/// The document of `runs list --json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// `poolscope.runs/1`.
    schema: &'static str,
    /// The newest first.
    runs: Vec<RunDocument<'a>>,
    /// Files that cannot be read.
    broken: Vec<BrokenDocument>,
}

#[derive(Debug, Serialize)]
struct RunDocument<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    /// The name that it was given; null if none.
    name: Option<&'a str>,
    tags: &'a [String],
    note: &'a str,
    started_unix_secs: u64,
    seed: u64,
    app_version: &'a str,
    candidates: &'a [String],
    /// `done`, `stopped`, `cut` or `running`.
    state: &'static str,
    steps: u64,
    blocks_ended: u64,
    /// Null if it was cut.
    blocks_planned: Option<u64>,
    /// Null if it was cut.
    blocks_failed: Option<u64>,
    bytes: u64,
    path: String,
}

#[derive(Debug, Serialize)]
struct BrokenDocument {
    path: String,
    error: String,
}

/// `entries` as one JSON document.
///
/// # Errors
/// Never in practice: all of it can be written as JSON.
pub(super) fn json(entries: &[Entry]) -> serde_json::Result<String> {
    let document = Document {
        schema: "poolscope.runs/1",
        runs: entries.iter().filter_map(run_document).collect(),
        broken: entries
            .iter()
            .filter_map(|entry| {
                Some(BrokenDocument {
                    path: entry.path.display().to_string(),
                    error: entry.head.as_ref().err()?.to_string(),
                })
            })
            .collect(),
    };
    serde_json::to_string_pretty(&document)
}

fn run_document(entry: &Entry) -> Option<RunDocument<'_>> {
    let head = entry.head.as_ref().ok()?;
    let (header, meta) = (&head.header, &head.meta);
    Some(RunDocument {
        id: &header.id,
        kind: header.kind.label(),
        title: &header.title,
        name: Some(&*meta.name).filter(|name| !name.is_empty()),
        tags: &meta.tags,
        note: &meta.note,
        started_unix_secs: header.started_unix_secs,
        seed: header.seed,
        app_version: &header.app_version,
        candidates: &header.candidates,
        state: state_word(head),
        steps: head.steps,
        blocks_ended: head.blocks,
        blocks_planned: head.closing.map(|closing| closing.blocks_planned),
        blocks_failed: head.closing.map(|closing| closing.blocks_failed),
        bytes: entry.bytes,
        path: entry.path.display().to_string(),
    })
}
