//! The zygote: a process that has everything a worker needs and copies itself when one is wanted (Linux).
//!
//! It is this executable in a part of its own, with one thread; it has read the scenario. Its copies share its
//! memory until they write to it. Elsewhere there is no zygote, and who asks for one is told so.
//!
//! A worker's parent is the zygote, whose parent is the runner: each has the kernel end it with its parent.
//! The pipes between feeder and worker are made by the feeder and opened by the zygote through `/proc`, so no
//! descriptor has to be handed over, and no third process holds an end of them.

use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::backends::child::{self, ZYGOTE_PART};
use crate::engine::backends::setup::{Identity, Setup, read_value, write_value};
use crate::engine::backends::worker::READY;

/// What the runner wants of the zygote.
#[derive(Debug, Serialize, Deserialize)]
enum Command {
    /// A worker.
    Fork {
        /// Which one.
        identity: Identity,
        /// The pipe that it reads from, in the runner's `/proc` folder.
        input: PathBuf,
        /// The pipe that it writes to.
        output: PathBuf,
    },
    /// To collect a worker that has been killed or is about to end.
    Collect {
        /// Its process id.
        pid: u32,
    },
}

/// What the zygote answers.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    /// The worker's process id.
    Forked { pid: u32 },
    /// The worker's status as the system gives it, and its processor time.
    Collected { status: i32, cpu_nanos: Option<u64> },
    /// Why not.
    Refused { why: String },
}

/// The runner's handle on its zygote. Dropping it ends the process, and with it its copies.
#[derive(Debug)]
pub(super) struct Zygote {
    pid: u32,
    child: Mutex<Child>,
    channel: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Zygote {
    /// Starts a zygote and waits until it is ready. To be called by a thread that outlives it.
    pub(super) fn start(executable: &Path, setup: &Setup) -> io::Result<Self> {
        if !cfg!(target_os = "linux") {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "only Linux copies processes; write start: Fresh",
            ));
        }
        let mut child = child::start(executable, ZYGOTE_PART, &[])?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (mut commands, replies) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        let mut replies = BufReader::new(replies);
        let mut ready = [0];
        let made_ready =
            write_value(&mut commands, setup).and_then(|()| replies.read_exact(&mut ready));
        // From here on dropping ends it.
        let zygote = Self {
            pid: child.id(),
            child: Mutex::new(child),
            channel: Mutex::new((commands, replies)),
        };
        made_ready?;
        if ready != [READY] {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(zygote)
    }

    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Makes a worker that reads from `input` and writes to `output`; returns its process id.
    pub(super) fn fork(
        &self,
        identity: Identity,
        input: PathBuf,
        output: PathBuf,
    ) -> io::Result<u32> {
        let command = Command::Fork {
            identity,
            input,
            output,
        };
        match self.ask(&command)? {
            Reply::Forked { pid } => Ok(pid),
            Reply::Refused { why } => Err(io::Error::other(why)),
            Reply::Collected { .. } => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Waits for the end of worker `pid`: its status and its processor time.
    pub(super) fn collect(&self, pid: u32) -> io::Result<(i32, Option<u64>)> {
        match self.ask(&Command::Collect { pid })? {
            Reply::Collected { status, cpu_nanos } => Ok((status, cpu_nanos)),
            Reply::Refused { why } => Err(io::Error::other(why)),
            Reply::Forked { .. } => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn ask(&self, command: &Command) -> io::Result<Reply> {
        let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        let (commands, replies) = &mut *channel;
        let answered = write_value(commands, command).and_then(|()| read_value(replies));
        answered.map_err(|error| io::Error::other(format!("the zygote is gone ({error})")))
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        // It may be gone already; the wait collects it either way.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The life of a zygote: set-up, then command after command until its input ends.
///
/// # Errors
/// If a pipe breaks, or what comes cannot be understood.
#[cfg(target_os = "linux")]
pub fn zygote_main(input: impl Read, mut output: impl Write) -> io::Result<()> {
    use crate::engine::backends::worker::Workshop;
    let mut input = BufReader::new(input);
    let workshop = Workshop::new(read_value(&mut input)?)?;
    output.write_all(&[READY])?;
    output.flush()?;
    loop {
        // The end of the input is the end of the runner.
        let Ok(command) = read_value(&mut input) else {
            return Ok(());
        };
        let reply = match command {
            Command::Fork {
                identity,
                input,
                output,
            } => copy(&workshop, &identity, &input, &output),
            Command::Collect { pid } => collect(pid),
        };
        let reply = reply.unwrap_or_else(|error| Reply::Refused {
            why: error.to_string(),
        });
        write_value(&mut output, &reply)?;
    }
}

/// Elsewhere than on Linux there is none.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn zygote_main(_: impl Read, _: impl Write) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Makes a worker; returns in the zygote only.
#[cfg(target_os = "linux")]
fn copy(
    workshop: &crate::engine::backends::worker::Workshop,
    identity: &Identity,
    input: &Path,
    output: &Path,
) -> io::Result<Reply> {
    use std::fs::{File, OpenOptions};

    use crate::engine::backends::fork::{Side, fork};
    use crate::engine::backends::worker::PIPE_BYTES;
    // Opened here, so that a failure has an answer, and closed here when the copy has its own.
    let (input, output) = (
        File::open(input)?,
        OpenOptions::new().write(true).open(output)?,
    );
    let zygote = rustix::process::getpid();
    if let Side::Original(pid) = fork()? {
        return Ok(Reply::Forked { pid });
    }
    let worked = be_a_child_of(zygote).and_then(|()| {
        workshop.work(
            identity,
            &mut BufReader::with_capacity(PIPE_BYTES, &input),
            &output,
        )
    });
    // Not by return: what follows is the zygote's life. The pipes are closed by the end itself, so that who
    // sees them closed finds a process whose status is decided.
    std::process::exit(match worked {
        Ok(()) => 0,
        Err(error) => {
            // Nobody is left to tell where even that fails.
            let _ = writeln!(io::stderr(), "a worker copied from the zygote: {error}");
            1
        }
    })
}

/// Binds this copy to its parent and gives back what it has of the parent's pipes.
#[cfg(target_os = "linux")]
fn be_a_child_of(parent: rustix::process::Pid) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    // Where it is refused, the guard and the closed pipes remain.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    // The parent may have died before the line above.
    if getppid() != Some(parent) {
        std::process::exit(1);
    }
    let nothing = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn collect(pid: u32) -> io::Result<Reply> {
    use rustix::process::{WaitOptions, waitpid};
    let cpu_nanos = child::cpu_nanos_at_end(pid);
    let process = child::pid(pid).ok_or(io::ErrorKind::InvalidInput)?;
    let (_, status) =
        waitpid(Some(process), WaitOptions::empty())?.ok_or(io::ErrorKind::NotFound)?;
    Ok(Reply::Collected {
        status: status.as_raw(),
        cpu_nanos,
    })
}
