//! One worker process, seen from the side that feeds it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;

use crate::engine::backends::child::{self, End};
use crate::engine::backends::pipe::{Answer, Order, WorkerCounter, read_closing, write_orders};
use crate::engine::backends::setup::{Identity, Setup, write_value};
use crate::engine::backends::worker::{PIPE_BYTES, READY};
use crate::engine::backends::zygote::Zygote;

/// Where worker processes come from.
#[derive(Debug)]
pub(super) enum Source {
    /// The executable is started anew, with this set-up.
    Fresh {
        executable: PathBuf,
        setup: Box<Setup>,
    },
    /// A copy of a process that is kept ready.
    Zygote(Zygote),
}

impl Source {
    /// Process id of the zygote; none if workers are started anew.
    pub(super) fn zygote_pid(&self) -> Option<u32> {
        match self {
            Self::Fresh { .. } => None,
            Self::Zygote(zygote) => Some(zygote.pid()),
        }
    }
}

/// A worker process that has not been collected.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    pid: u32,
    origin: Origin,
    requests: BufWriter<File>,
    answers: BufReader<File>,
    record: Vec<u8>,
}

#[derive(Debug)]
enum Origin {
    Own(Child),
    Copy(Arc<Source>),
}

impl WorkerProcess {
    /// Starts a worker and waits until it is ready. The calling thread must outlive it.
    pub(super) fn start(source: &Arc<Source>, identity: &Identity) -> io::Result<Self> {
        let mut process = match &**source {
            Source::Fresh { executable, .. } => Self::spawn(executable)?,
            Source::Zygote(zygote) => Self::copy(source, zygote, identity)?,
        };
        let told = match &**source {
            Source::Fresh { setup, .. } => write_value(&mut process.requests, &**setup)
                .and_then(|()| write_value(&mut process.requests, identity)),
            Source::Zygote(_) => Ok(()),
        };
        let mut ready = [0];
        let made_ready = told.and_then(|()| process.answers.read_exact(&mut ready));
        if made_ready.is_ok() && ready == [READY] {
            return Ok(process);
        }
        let end = process.end();
        Err(io::Error::other(format!(
            "it {} before it was ready",
            end.how
        )))
    }

    fn spawn(executable: &std::path::Path) -> io::Result<Self> {
        let mut child = child::start(executable, child::WORKER_PART, &[])?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        let (requests, answers) = (OwnedFd::from(requests), OwnedFd::from(answers));
        let pid = child.id();
        Ok(Self::new(pid, Origin::Own(child), requests, answers))
    }

    fn copy(source: &Arc<Source>, zygote: &Zygote, identity: &Identity) -> io::Result<Self> {
        let (its_input, requests) = io::pipe()?;
        let (answers, its_output) = io::pipe()?;
        let path = |fd| PathBuf::from(format!("/proc/{}/fd/{fd}", std::process::id()));
        let pid = zygote.fork(
            identity.clone(),
            path(its_input.as_raw_fd()),
            path(its_output.as_raw_fd()),
        )?;
        // The worker's ends are closed here with the end of this function: it has its own.
        let origin = Origin::Copy(source.clone());
        Ok(Self::new(pid, origin, requests.into(), answers.into()))
    }

    fn new(pid: u32, origin: Origin, requests: OwnedFd, answers: OwnedFd) -> Self {
        Self {
            pid,
            origin,
            requests: BufWriter::with_capacity(PIPE_BYTES, requests.into()),
            answers: BufReader::with_capacity(PIPE_BYTES, answers.into()),
            record: Vec::new(),
        }
    }

    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Hands over a request: the orders, and then what `bring` writes. An error means that the worker has not
    /// begun with any of them.
    pub(super) fn request(
        &mut self,
        orders: &[Order],
        bring: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<()> {
        write_orders(&mut self.requests, orders, &mut self.record)?;
        bring(&mut self.requests)?;
        self.requests.flush()
    }

    /// The answer to the next order of the request.
    pub(super) fn answer(&mut self, order: &Order) -> io::Result<Answer> {
        Answer::read(&mut self.answers, order)
    }

    /// Bytes that follow an answer.
    pub(super) fn read_back(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.answers.read_exact(bytes)
    }

    /// The end of the answers to a request.
    pub(super) fn closing(&mut self, counters: &mut Vec<WorkerCounter>) -> io::Result<()> {
        read_closing(&mut self.answers, counters)
    }

    /// Ends the worker, which holds nothing that an orderly end would save, and collects it.
    pub(super) fn end(self) -> End {
        match self.origin {
            Origin::Own(mut child) => child::end(&mut child),
            Origin::Copy(source) => {
                child::kill(self.pid);
                let Source::Zygote(zygote) = &*source else {
                    unreachable!("copies come from a zygote");
                };
                match zygote.collect(self.pid) {
                    Ok((status, cpu_nanos)) => End {
                        how: how(status),
                        cpu_nanos,
                    },
                    Err(error) => End {
                        how: format!("ended in an unknown way ({error})"),
                        cpu_nanos: None,
                    },
                }
            }
        }
    }
}

#[cfg(unix)]
fn how(status: i32) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    child::describe(std::process::ExitStatus::from_raw(status))
}

#[cfg(not(unix))]
fn how(status: i32) -> String {
    format!("ended with {status}")
}
