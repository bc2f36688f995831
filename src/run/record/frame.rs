//! Frames: what a record consists of; see the parent for their form.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::run::record::{Kind, MAGIC, RecordError, VERSION, migrate};

/// Bytes of the head of a file.
pub(super) const FILE_HEAD: usize = 16;
/// Bytes of the head of a frame.
const FRAME_HEAD: usize = 20;
/// Content of a frame as it stands in the file: ten times the largest block that was seen.
const STORED_MAX: u32 = 32 << 20;
/// Content of a frame once inflated: all intervals of a time line with ten thousand different times in each.
const INFLATED_MAX: u32 = 64 << 20;
/// Frames of a file: a sweep of a thousand runs has some twenty thousand.
const FRAMES_MAX: u64 = 1 << 20;

/// Where a frame stands and what its head says.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameHead {
    pub(super) kind: Kind,
    /// Which frame, from 1.
    pub(super) number: u64,
    /// Byte at which it begins.
    pub(super) at: u64,
    stored: u32,
    inflated: u32,
    checksum: u32,
}

impl FrameHead {
    /// Byte at which the next frame begins.
    pub(super) fn end(&self) -> u64 {
        self.at + FRAME_HEAD as u64 + u64::from(self.stored)
    }

    /// Bytes of its content once inflated.
    pub(super) const fn inflated(&self) -> u64 {
        self.inflated as u64
    }
}

/// The head of a file of this version.
pub(super) fn file_head() -> [u8; FILE_HEAD] {
    let mut head = [0; FILE_HEAD];
    head[..MAGIC.len()].copy_from_slice(&MAGIC);
    head[MAGIC.len()..].copy_from_slice(&VERSION.to_le_bytes());
    head
}

/// Writes `content` as a frame into `to`; gives back nothing if it is larger than a reader takes.
pub(super) fn frame(kind: Kind, content: &impl Serialize) -> std::io::Result<Vec<u8>> {
    let json = serde_json::to_vec(content)?;
    let mut frame = vec![0; FRAME_HEAD];
    // Runs are written while the next block is measured: little time matters more than few bytes.
    let mut deflater = DeflateEncoder::new(&mut frame, Compression::fast());
    deflater.write_all(&json)?;
    deflater.finish()?;
    let too_large = || std::io::Error::other("a block is larger than the file of a run can hold");
    let inflated = u32::try_from(json.len())
        .ok()
        .filter(|&n| n <= INFLATED_MAX);
    let stored = u32::try_from(frame.len() - FRAME_HEAD).ok();
    let stored = stored.filter(|&n| n <= STORED_MAX).ok_or_else(too_large)?;
    let checksum = crc32fast::hash(&frame[FRAME_HEAD..]);
    frame[0] = kind as u8;
    frame[4..8].copy_from_slice(&stored.to_le_bytes());
    frame[8..12].copy_from_slice(&inflated.ok_or_else(too_large)?.to_le_bytes());
    frame[12..16].copy_from_slice(&checksum.to_le_bytes());
    let of_head = crc32fast::hash(&frame[..16]);
    frame[16..20].copy_from_slice(&of_head.to_le_bytes());
    Ok(frame)
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Next {
    /// A frame, whole as far as its length goes.
    Frame(FrameHead),
    /// The end, after a whole frame.
    End,
    /// The end, within a frame; or nothing but zeros, as a machine that lost its power leaves them.
    Cut,
}

/// Goes through the frames of a file.
#[derive(Debug)]
pub(super) struct Frames<R> {
    source: R,
    path: PathBuf,
    version: u16,
    length: u64,
    /// Where the next frame begins.
    at: u64,
    /// How many frames came.
    number: u64,
}

impl Frames<File> {
    /// Opens a file and looks at its head.
    pub(super) fn open(path: &Path) -> Result<Self, RecordError> {
        let io = |source| RecordError::io(path, "cannot be opened", source);
        // A pipe would wait for its other end.
        if !std::fs::metadata(path).map_err(io)?.is_file() {
            return Err(RecordError::Foreign {
                path: path.to_path_buf(),
            });
        }
        Self::new(File::open(path).map_err(io)?, path)
    }
}

impl<R: Read + Seek> Frames<R> {
    /// Looks at the head of `source`, which `path` names in errors.
    pub(super) fn new(mut source: R, path: &Path) -> Result<Self, RecordError> {
        let io = |source| RecordError::io(path, "cannot be read", source);
        let length = source.seek(SeekFrom::End(0)).map_err(io)?;
        source.seek(SeekFrom::Start(0)).map_err(io)?;
        let mut head = Vec::with_capacity(FILE_HEAD);
        source
            .by_ref()
            .take(FILE_HEAD as u64)
            .read_to_end(&mut head)
            .map_err(io)?;
        let common = head.len().min(MAGIC.len());
        let path = path.to_path_buf();
        if head[..common] != MAGIC[..common] {
            return Err(RecordError::Foreign { path });
        }
        let Some(version) = head.get(MAGIC.len()..FILE_HEAD) else {
            return Err(RecordError::Empty { path, at: length });
        };
        let version = u16::from_le_bytes([version[0], version[1]]);
        if version > VERSION {
            return Err(RecordError::Newer { path, version });
        }
        let frames = Self {
            source,
            path,
            version,
            length,
            at: FILE_HEAD as u64,
            number: 0,
        };
        if version == 0 {
            return Err(frames.damaged(0, 0, "there is no version 0"));
        }
        Ok(frames)
    }

    /// The version of the file.
    pub(super) const fn version(&self) -> u16 {
        self.version
    }

    /// Where the next frame begins.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// Which file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The head of the next frame. Its content is passed over unless [`Self::content`] reads it.
    pub(super) fn next(&mut self) -> Result<Next, RecordError> {
        let (at, number) = (self.at, self.number + 1);
        let left = self.length.saturating_sub(at);
        if left == 0 {
            return Ok(Next::End);
        }
        if left < FRAME_HEAD as u64 {
            return Ok(Next::Cut);
        }
        let mut head = [0; FRAME_HEAD];
        self.read_at(at, &mut head)?;
        if head == [0; FRAME_HEAD] {
            return Ok(Next::Cut);
        }
        let word = |from: usize| {
            u32::from_le_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]])
        };
        if crc32fast::hash(&head[..16]) != word(16) {
            return Err(self.damaged(number, at, "the checksum of its head does not fit"));
        }
        let Some(kind) = Kind::of(head[0]) else {
            return Err(self.content_error(number, at, "it is of a kind that nobody writes"));
        };
        let frame = FrameHead {
            kind,
            number,
            at,
            stored: word(4),
            inflated: word(8),
            checksum: word(12),
        };
        if frame.stored > STORED_MAX || frame.inflated > INFLATED_MAX || number > FRAMES_MAX {
            let what = format!(
                "{} bytes that become {} bytes",
                frame.stored, frame.inflated
            );
            return Err(self.too_large(number, at, what));
        }
        if frame.end() > self.length {
            return Ok(Next::Cut);
        }
        self.at = frame.end();
        self.number = number;
        Ok(Next::Frame(frame))
    }

    /// What a frame says.
    pub(super) fn content<T: DeserializeOwned>(
        &mut self,
        frame: &FrameHead,
    ) -> Result<T, RecordError> {
        let (number, at) = (frame.number, frame.at);
        let mut stored = vec![0; frame.stored as usize];
        self.read_at(at + FRAME_HEAD as u64, &mut stored)?;
        if crc32fast::hash(&stored) != frame.checksum {
            return Err(self.damaged(number, at, "its checksum does not fit"));
        }
        let mut json = Vec::new();
        let inflated = DeflateDecoder::new(&stored[..])
            .take(frame.inflated() + 1)
            .read_to_end(&mut json);
        if inflated.is_err() || json.len() as u64 != frame.inflated() {
            return Err(self.content_error(number, at, "it does not inflate to its length"));
        }
        drop(stored);
        migrate::read(self.version, frame.kind, &json).map_err(|error| {
            let what = format!("its {} reads: {error}", frame.kind.label());
            self.content_error(number, at, what)
        })
    }

    fn read_at(&mut self, at: u64, into: &mut [u8]) -> Result<(), RecordError> {
        let read = self
            .source
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.source.read_exact(into));
        read.map_err(|source| RecordError::io(&self.path, "cannot be read", source))
    }

    fn damaged(&self, frame: u64, at: u64, what: impl Into<String>) -> RecordError {
        RecordError::Damaged {
            path: self.path.clone(),
            frame,
            at,
            what: what.into(),
        }
    }

    pub(super) fn content_error(
        &self,
        frame: u64,
        at: u64,
        what: impl Into<String>,
    ) -> RecordError {
        RecordError::Content {
            path: self.path.clone(),
            frame,
            at,
            what: what.into(),
        }
    }

    pub(super) fn too_large(&self, frame: u64, at: u64, what: impl Into<String>) -> RecordError {
        RecordError::TooLarge {
            path: self.path.clone(),
            frame,
            at,
            what: what.into(),
        }
    }
}
