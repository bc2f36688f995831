//! Making a copy of this process: the one call of the engine that has no safe form.

use std::io;

use nix::unistd::ForkResult;

/// Which of the two processes this is after [`fork`].
pub(super) enum Side {
    /// The one that was there before, and the other's process id.
    Original(u32),
    /// The new one.
    Copy,
}

/// Makes a copy of this process, which must have one thread.
///
/// # Errors
/// If it has more, or the system refuses.
pub(super) fn fork() -> io::Result<Side> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads != 1 {
        return Err(io::Error::other(format!(
            "a process of {threads} threads cannot be copied"
        )));
    }
    #[expect(
        unsafe_code,
        reason = "fork is unsafe because other threads' locks would stay locked for ever in the copy; there is \
                  no safe call that makes a copy, and a copy is what is to be measured"
    )]
    // SAFETY: this process has one thread, as was just seen, and who could start another is that thread. So no
    // lock is held by anybody else, and the copy may allocate and do everything that the original may.
    let forked = unsafe { nix::unistd::fork() };
    match forked? {
        ForkResult::Parent { child } => Ok(Side::Original(child.as_raw().unsigned_abs())),
        ForkResult::Child => Ok(Side::Copy),
    }
}
