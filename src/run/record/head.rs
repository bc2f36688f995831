//! The head of a record: what a list shows of it, without its blocks.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::run::record::frame::{Frames, Next};
use crate::run::record::{Closing, Completeness, Header, Kind, Meta, RecordError, read};

/// What a list shows of a record. Reading it takes a few small reads, whatever the file's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What it began with.
    pub header: Header,
    /// What people say of it.
    pub meta: Meta,
    /// How far it goes.
    pub completeness: Completeness,
    /// What its last word says; none if it was cut.
    pub closing: Option<Closing>,
    /// Steps that were begun.
    pub steps: u64,
    /// Blocks that ended.
    pub blocks: u64,
    /// Whether a program is still writing into it.
    pub is_live: bool,
}

impl Head {
    /// Reads the head of a file. Contents of blocks are passed over, so damage within them goes unnoticed here.
    ///
    /// # Errors
    /// If it cannot be read, is no record, is damaged, or was written by a later version.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let mut frames = Frames::open(path)?;
        let (header, _) = read::header(&mut frames)?;
        let (mut last_meta, mut last_closing) = (None, None);
        let (mut steps, mut blocks) = (0, 0);
        while let Next::Frame(frame) = frames.next()? {
            match frame.kind {
                Kind::Header | Kind::End => {}
                Kind::Meta => last_meta = Some(frame),
                Kind::Begin => {
                    steps += 1;
                    last_closing = None;
                }
                Kind::Block => blocks += 1,
                Kind::Closing => last_closing = Some(frame),
            }
        }
        let meta = last_meta.map(|frame| read::meta(&mut frames, &frame));
        let closing = last_closing.map(|frame| frames.content(&frame));
        let closing = closing.transpose()?;
        Ok(Self {
            header,
            meta: meta.transpose()?.unwrap_or_default(),
            completeness: read::completeness(closing),
            closing,
            steps,
            blocks,
            is_live: is_locked(path),
        })
    }

    /// What it is called: its name, else the title of the scenario.
    #[must_use]
    pub fn title(&self) -> &str {
        super::title_of(&self.header, &self.meta)
    }
}

/// Whether a writer holds the file. Where files cannot be locked, none does.
pub(super) fn is_locked(path: &Path) -> bool {
    File::open(path)
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
