//! Writing a record: frame by frame, each whole or not at all.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::run::record::frame::{self, Frames, Next};
use crate::run::record::{
    Begin, Closing, Completeness, End, Header, Kind, Meta, Record, RecordError, Step, VERSION, read,
};
use crate::run::{Block, Run};
use crate::scenario;

/// Writes into one file, which nobody else writes into meanwhile.
///
/// What was written stays if the program is killed; only [`Self::close`] waits for the disk itself.
#[derive(Debug)]
pub struct RecordWriter {
    file: File,
    path: PathBuf,
    /// Where the next frame goes: after the last whole one.
    at: u64,
    /// Whether the step that was begun is one of a series.
    of_series: bool,
}

/// The content of a block's frame.
#[derive(Serialize)]
struct Ended<'a> {
    index: usize,
    block: &'a Block,
}

impl RecordWriter {
    /// Makes a new file; there must be none at `path`.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create(path: &Path, header: &Header) -> Result<Self, RecordError> {
        let refused = |source| RecordError::io(path, "cannot be made", source);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(refused)?;
        // Nobody else writes into a file that has just been made; a list may look at it for a moment. Where files cannot
        // be locked, nobody is kept from it.
        let _ = file.lock();
        let mut writer = Self {
            file,
            path: path.to_path_buf(),
            at: 0,
            of_series: false,
        };
        let begun = writer
            .append_bytes(&frame::file_head())
            .and_then(|()| writer.append(Kind::Header, header));
        if begun.is_err() {
            // Nothing can be read from it.
            let _ = std::fs::remove_file(path);
        }
        begun.map(|()| writer)
    }

    /// Opens a file to write on after its last whole frame; what was cut behind it is dropped. A file of an older version
    /// becomes one of this version first.
    ///
    /// # Errors
    /// If it is no record, is damaged, is of a later version, somebody else writes into it, or the system refuses.
    pub fn resume(path: &Path) -> Result<Self, RecordError> {
        let refused = |source| RecordError::io(path, "cannot be written", source);
        let open = || OpenOptions::new().write(true).open(path).map_err(refused);
        let mut file = locked(path, open)?;
        let mut frames = Frames::open(path)?;
        if frames.version() != VERSION {
            upgrade(path)?;
            file = locked(path, open)?;
            frames = Frames::open(path)?;
        }
        read::header(&mut frames)?;
        while let Next::Frame(_) = frames.next()? {}
        let at = frames.at();
        file.set_len(at).map_err(refused)?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
            at,
            of_series: false,
        })
    }

    /// Which file it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A step begins: `run` as it was before anything of it happened, or later.
    ///
    /// # Errors
    /// If the system refuses; the file then ends with the frame before, here as in all that follow.
    pub fn begin(&mut self, step: &Step, run: &Run) -> Result<(), RecordError> {
        self.of_series = !step.coordinates.is_empty();
        let request = &run.request;
        let begin = Begin {
            step: step.clone(),
            scenario: scenario::to_text(&request.scenario),
            candidates: request.candidates.clone(),
            seed: request.seed,
            started_unix_secs: run.started_unix_secs,
            plan: run.blocks.iter().map(|block| block.planned).collect(),
        };
        self.append(Kind::Begin, &begin)
    }

    /// A block of the step ended; `index` is its place in the plan. Of a series, which has thousands of them, single tasks
    /// are not kept.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn block(&mut self, index: usize, block: &Block) -> Result<(), RecordError> {
        if self.of_series && block.lives.is_some() {
            let mut block = block.clone();
            block.lives = None;
            let block = &block;
            return self.append(Kind::Block, &Ended { index, block });
        }
        self.append(Kind::Block, &Ended { index, block })
    }

    /// The step ended.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn end(&mut self, stopped: bool) -> Result<(), RecordError> {
        self.append(Kind::End, &End { stopped })
    }

    /// What people say of the record, in place of what they said before.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn meta(&mut self, meta: &Meta) -> Result<(), RecordError> {
        self.append(Kind::Meta, meta)
    }

    /// Nothing more is to come. Waits until the disk has it all.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn close(&mut self, closing: &Closing) -> Result<(), RecordError> {
        self.append(Kind::Closing, closing)?;
        self.file
            .sync_data()
            .map_err(|source| RecordError::io(&self.path, "cannot be written", source))
    }

    /// A whole run at once: one step and all its blocks that were begun.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn whole_run(&mut self, step: &Step, run: &Run) -> Result<(), RecordError> {
        self.begin(step, run)?;
        for (index, block) in run.blocks.iter().enumerate() {
            if block.state.is_over() {
                self.block(index, block)?;
            }
        }
        if run.ended {
            self.end(run.stopped)?;
        }
        Ok(())
    }

    fn append(&mut self, kind: Kind, content: &impl Serialize) -> Result<(), RecordError> {
        let frame = frame::frame(kind, content)
            .map_err(|source| RecordError::io(&self.path, "cannot be written", source))?;
        self.append_bytes(&frame)
    }

    fn append_bytes(&mut self, bytes: &[u8]) -> Result<(), RecordError> {
        let written = self
            .file
            .seek(SeekFrom::Start(self.at))
            .and_then(|_| self.file.write_all(bytes));
        if let Err(source) = written {
            // A disk that became full within the frame: what was whole stays whole.
            let _ = self.file.set_len(self.at);
            return Err(RecordError::io(&self.path, "cannot be written", source));
        }
        self.at += bytes.len() as u64;
        Ok(())
    }
}

impl Closing {
    /// The closing of a record of these runs.
    #[must_use]
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Run>, stopped: bool) -> Self {
        let mut closing = Self {
            stopped,
            blocks_planned: 0,
            blocks_ended: 0,
            blocks_failed: 0,
        };
        runs.into_iter().for_each(|run| closing.count(run));
        closing
    }

    /// Counts the blocks of one more run.
    pub fn count(&mut self, run: &Run) {
        let failed = |block: &&Block| matches!(block.state, crate::run::BlockState::Failed { .. });
        self.blocks_planned += run.blocks.len() as u64;
        self.blocks_ended += run.blocks_ended() as u64;
        self.blocks_failed += run.blocks.iter().filter(failed).count() as u64;
    }
}

/// Writes a file of an older version anew, with all that is in it; either completely, or not at all.
fn upgrade(path: &Path) -> Result<(), RecordError> {
    let refused = |source| RecordError::io(path, "cannot be brought to this version", source);
    let record = Record::read(path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let beside = tempfile::tempdir_in(folder.unwrap_or(Path::new("."))).map_err(refused)?;
    let anew = beside.path().join("anew");
    let mut writer = RecordWriter::create(&anew, &record.header)?;
    for (step, run) in &record.steps {
        writer.whole_run(step, run)?;
    }
    writer.meta(&record.meta)?;
    let runs = record.steps.iter().map(|(_, run)| run);
    match record.completeness {
        Completeness::Cut => {}
        Completeness::Whole => writer.close(&Closing::of(runs, false))?,
        Completeness::Stopped => writer.close(&Closing::of(runs, true))?,
    }
    drop(writer);
    std::fs::rename(&anew, path).map_err(refused)
}

/// The file at `path`, which nobody else writes. Who waited for the lock may have opened what was replaced meanwhile by a
/// file of a later version: what is written into that one is lost.
fn locked(path: &Path, open: impl Fn() -> Result<File, RecordError>) -> Result<File, RecordError> {
    let mut file = open()?;
    lock(&file, path)?;
    while !is_at(&file, path) {
        file = open()?;
        lock(&file, path)?;
    }
    Ok(file)
}

/// Whether `file` is still the one at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |of: &std::fs::Metadata, at: &std::fs::Metadata| {
        (of.dev(), of.ino()) == (at.dev(), at.ino())
    };
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(of), Ok(at)) => same(&of, &at),
        // Whoever opens it next says what is wrong.
        _ => true,
    }
}

/// Whether `file` is still the one at `path`: elsewhere a file that is open is not replaced.
#[cfg(not(unix))]
const fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Keeps others from writing. Where files cannot be locked, nobody is kept from it.
fn lock(file: &File, path: &Path) -> Result<(), RecordError> {
    /// A list looks at the lock for microseconds; a writer holds it for as long as its run lasts. To tell them apart takes
    /// a wait with an end, a tenth of a second in all, and systems offer locks only with a wait without one.
    const TRIES: u32 = 20;
    const BETWEEN: Duration = Duration::from_millis(5);
    for _ in 0..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN),
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
        }
    }
    Err(RecordError::Busy {
        path: path.to_path_buf(),
    })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    #[test]
    fn a_file_that_was_replaced_while_its_lock_was_waited_for_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let header = Header::of_run(&support::waiting_run());
        drop(RecordWriter::create(&path, &header).unwrap());
        let opened = std::cell::Cell::new(0);
        let open = || {
            opened.set(opened.get() + 1);
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            if opened.get() == 1 {
                // As somebody does who brings it to a later version.
                let anew = folder.path().join("anew");
                drop(RecordWriter::create(&anew, &header).unwrap());
                std::fs::rename(&anew, &path).unwrap();
            }
            Ok(file)
        };
        let file = locked(&path, open).unwrap();
        assert_eq!(opened.get(), 2);
        assert!(is_at(&file, &path));
    }
}
