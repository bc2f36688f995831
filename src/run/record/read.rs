//! Reading a whole record.

use std::io::{Read, Seek};
use std::path::Path;

use serde::Deserialize;

use crate::run::record::frame::{FrameHead, Frames, Next};
use crate::run::record::head::is_locked;
use crate::run::record::{
    Begin, Closing, Completeness, End, Header, Kind, Meta, Record, RecordError, Step,
};
use crate::run::{Block, Run, RunRequest};
use crate::scenario;

/// What a record may take by its text and its histograms: a sweep of a thousand blocks of a minute each. Lists of pairs
/// of small numbers take three times as much memory as their text.
const LOADED_MAX_BYTES: u64 = 512 << 20;
/// Blocks of one step: all candidates and a twin, repeated as often as can be.
const PLAN_MAX: usize =
    (scenario::bounds::MAX_CANDIDATES + 1) * scenario::bounds::MAX_REPEATS as usize;

/// The content of a block's frame.
#[derive(Deserialize)]
struct Ended {
    index: usize,
    block: Block,
}

impl Record {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is no record, is damaged, or was written by a later version. A file that was cut is no error
    /// as long as its beginning is there.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        Self::of(Frames::open(path)?)
    }

    /// Reads a file to show it: what nobody writes any more has ended, whatever its last word was.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let is_live = is_locked(path);
        let mut record = Self::read(path)?;
        if let Some((_, run)) = record.steps.last_mut()
            && !run.ended
            && !is_live
        {
            (run.ended, run.stopped) = (true, true);
        }
        Ok(record)
    }

    /// Reads what `source` holds from its begin to its end; `path` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_from(source: impl Read + Seek, path: &Path) -> Result<Self, RecordError> {
        Self::of(Frames::new(source, path)?)
    }

    fn of(mut frames: Frames<impl Read + Seek>) -> Result<Self, RecordError> {
        let (header, _) = header(&mut frames)?;
        let mut reading = Reading {
            record: Self {
                header,
                meta: Meta::default(),
                steps: Vec::new(),
                completeness: Completeness::Cut,
            },
            taken: 0,
        };
        while let Next::Frame(frame) = frames.next()? {
            reading.take(&mut frames, &frame)?;
        }
        Ok(reading.record)
    }
}

/// The first frame.
pub(super) fn header(
    frames: &mut Frames<impl Read + Seek>,
) -> Result<(Header, FrameHead), RecordError> {
    match frames.next()? {
        Next::Frame(frame) if frame.kind == Kind::Header => {
            let mut header: Header = frames.content(&frame)?;
            header.title = without_controls(&header.title);
            header.app_version = without_controls(&header.app_version);
            header.candidates = header
                .candidates
                .iter()
                .map(|name| without_controls(name))
                .collect();
            if !super::is_id(&header.id) {
                return Err(frames.content_error(frame.number, frame.at, "its id is none"));
            }
            Ok((header, frame))
        }
        Next::Frame(frame) => {
            Err(frames.content_error(frame.number, frame.at, "the header does not come first"))
        }
        Next::End | Next::Cut => Err(RecordError::Empty {
            path: frames.path().to_path_buf(),
            at: frames.at(),
        }),
    }
}

/// What people say of a record.
pub(super) fn meta(
    frames: &mut Frames<impl Read + Seek>,
    frame: &FrameHead,
) -> Result<Meta, RecordError> {
    let mut meta: Meta = frames.content(frame)?;
    meta.name = without_controls(&meta.name);
    meta.tags = meta.tags.iter().map(|tag| without_controls(tag)).collect();
    Ok(meta)
}

/// A record as far as it was read.
struct Reading {
    record: Record,
    /// Bytes of text, and of histograms made from it.
    taken: u64,
}

impl Reading {
    fn take(
        &mut self,
        frames: &mut Frames<impl Read + Seek>,
        frame: &FrameHead,
    ) -> Result<(), RecordError> {
        self.spend(frames, frame, frame.inflated())?;
        let wrong = |frames: &Frames<_>, what: String| {
            Err(frames.content_error(frame.number, frame.at, what))
        };
        match frame.kind {
            Kind::Header => return wrong(frames, "there is a second header".to_owned()),
            Kind::Meta => self.record.meta = meta(frames, frame)?,
            Kind::Begin => {
                let begin: Begin = frames.content(frame)?;
                // Of what is planned a few bytes stand in the file.
                let blocks = (begin.plan.len() * size_of::<Block>()) as u64;
                self.spend(frames, frame, blocks)?;
                match begun(begin) {
                    Ok(step) => self.record.steps.push(step),
                    Err(what) => return wrong(frames, what),
                }
                self.record.completeness = Completeness::Cut;
            }
            Kind::Block => {
                let ended: Ended = frames.content(frame)?;
                self.spend(frames, frame, ended.block.dense_bytes())?;
                if let Err(what) = self.take_block(ended) {
                    return wrong(frames, what);
                }
            }
            Kind::End => {
                let end: End = frames.content(frame)?;
                let Some((_, run)) = self.record.steps.last_mut() else {
                    return wrong(frames, "a step ends that never began".to_owned());
                };
                run.ended = true;
                run.stopped = end.stopped;
            }
            Kind::Closing => {
                let closing: Closing = frames.content(frame)?;
                self.record.completeness = completeness(Some(closing));
            }
        }
        Ok(())
    }

    fn take_block(&mut self, ended: Ended) -> Result<(), String> {
        let Ended { index, block } = ended;
        let (_, run) = self
            .record
            .steps
            .last_mut()
            .ok_or("a block comes before a step")?;
        let place = run
            .blocks
            .get_mut(index)
            .ok_or_else(|| format!("there is no block {index} in the plan"))?;
        if place.planned != block.planned {
            return Err(format!("block {index} is not the one that was planned"));
        }
        block.check_kept()?;
        *place = block;
        // As while it ran: the machine is told by the first block that came up.
        let told = run.blocks.iter().find_map(|block| block.started.as_ref());
        run.machine = told.map(|started| started.machine.clone());
        Ok(())
    }

    fn spend(
        &mut self,
        frames: &Frames<impl Read + Seek>,
        frame: &FrameHead,
        bytes: u64,
    ) -> Result<(), RecordError> {
        self.taken += bytes;
        if self.taken > LOADED_MAX_BYTES {
            let what = format!("with those before it takes more than {LOADED_MAX_BYTES} bytes");
            return Err(frames.too_large(frame.number, frame.at, what));
        }
        Ok(())
    }
}

/// How far a record goes by the last closing after the last step.
pub(super) const fn completeness(closing: Option<Closing>) -> Completeness {
    match closing {
        None => Completeness::Cut,
        Some(Closing { stopped: true, .. }) => Completeness::Stopped,
        Some(_) => Completeness::Whole,
    }
}

/// The run of a step of which nothing has happened yet.
fn begun(begin: Begin) -> Result<(Step, Run), String> {
    let loaded = scenario::parse(&begin.scenario);
    let Some(scenario) = loaded.scenario else {
        let first = loaded.problems.first().map(ToString::to_string);
        return Err(format!(
            "its scenario cannot be read: {}",
            first.unwrap_or_default()
        ));
    };
    if begin.plan.len() > PLAN_MAX {
        return Err(format!("it plans {} blocks", begin.plan.len()));
    }
    let candidates = scenario.candidates.len();
    let planned = begin.plan.iter().map(|block| block.candidate);
    if let Some(missing) = planned
        .chain(begin.candidates.iter().copied())
        .find(|&index| index >= candidates)
    {
        return Err(format!("its scenario has no candidate {missing}"));
    }
    if begin
        .plan
        .iter()
        .any(|block| block.repeat >= scenario::bounds::MAX_REPEATS)
    {
        return Err("it repeats more often than any run".to_owned());
    }
    let mut told_once = begin.candidates.clone();
    told_once.sort_unstable();
    told_once.dedup();
    if told_once.len() < begin.candidates.len() {
        return Err("it measures a candidate twice".to_owned());
    }
    let run = Run {
        request: RunRequest {
            scenario,
            candidates: begin.candidates,
            seed: begin.seed,
        },
        started_unix_secs: begin.started_unix_secs,
        machine: None,
        blocks: begin.plan.into_iter().map(Block::new).collect(),
        ended: false,
        stopped: false,
        revision: 0,
    };
    Ok((begin.step, run))
}

/// What comes from elsewhere may not steer a terminal.
fn without_controls(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::run::record::frame;
    use crate::support;

    #[test]
    fn what_is_planned_counts_by_the_memory_that_it_takes_and_not_by_its_text() {
        let run = support::waiting_run();
        let begin = Begin {
            step: Step::default(),
            scenario: scenario::to_text(&run.request.scenario),
            candidates: vec![0],
            seed: 1,
            started_unix_secs: 2,
            plan: vec![run.blocks[0].planned; PLAN_MAX],
        };
        let begin = frame::frame(Kind::Begin, &begin).unwrap();
        let bytes = [frame::file_head().to_vec(), begin].concat();
        let mut frames = Frames::new(Cursor::new(&bytes), Path::new("run")).unwrap();
        let Next::Frame(frame) = frames.next().unwrap() else {
            panic!("there is a frame");
        };
        let taken = |taken: u64| Reading {
            record: Record {
                header: Header::of_run(&run),
                meta: Meta::default(),
                steps: Vec::new(),
                completeness: Completeness::Cut,
            },
            taken,
        };
        assert!(taken(0).take(&mut frames, &frame).is_ok());
        // Room for the text, and not for the blocks.
        let mut full = taken(LOADED_MAX_BYTES - 2 * frame.inflated());
        let error = full.take(&mut frames, &frame).unwrap_err();
        assert!(matches!(error, RecordError::TooLarge { .. }), "{error}");
        assert_eq!(full.record.steps.len(), 0);
    }
}
