//! What the system allows these processes, and whom it ends first.

/// More open files than this nobody needs: ten thousand connections have two ends each.
#[cfg(unix)]
const OPEN_FILES_WANTED: u64 = 65_536;

/// Raises the soft limit of open files as far as the hard one allows. Each connection and each worker
/// process takes one or two, and many systems start with 1,024.
#[cfg(unix)]
pub(super) fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit
        .maximum
        .map_or(OPEN_FILES_WANTED, |hard| hard.min(OPEN_FILES_WANTED));
    if limit.current.is_some_and(|soft| soft < wanted) {
        // Where it is refused, the tasks that find no descriptor say so.
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                maximum: limit.maximum,
            },
        );
    }
}

/// Elsewhere there is no such limit.
#[cfg(not(unix))]
pub(super) const fn raise_open_files() {}

/// Makes this process the first to go when memory runs out: the workload, and not the window or the desktop.
pub(super) fn go_first_without_memory() {
    #[cfg(target_os = "linux")]
    // Everybody may raise it; where it is refused, the system chooses by size.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}
