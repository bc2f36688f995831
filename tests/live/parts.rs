//! Finds the hidden parts of the program among the processes of the machine.

#![allow(
    dead_code,
    reason = "each test uses a part of it, in a crate of its own"
)]

/// The children of all threads of `pid`.
fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = tasks
        .flatten()
        .filter_map(|t| std::fs::read_to_string(t.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .map(|pid| pid.parse().unwrap())
                .collect::<Vec<u32>>()
        })
        .collect()
}

/// The hidden parts below `pid`: (pid, part).
pub(crate) fn parts_below(pid: u32) -> Vec<(u32, String)> {
    let mut parts = Vec::new();
    let mut pids = children(pid);
    while let Some(pid) = pids.pop() {
        pids.extend(children(pid));
        if let Some(part) = part_of(pid) {
            parts.push((pid, part));
        }
    }
    parts
}

/// The hidden part that `pid` plays, if it lives and plays one.
pub(crate) fn part_of(pid: u32) -> Option<String> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    let part = line.split('\0').nth(1)?;
    part.starts_with("__").then(|| part.to_owned())
}

/// How long a process has computed, in ticks of the system: some tens or hundreds of them are a second. 0 if it is gone.
pub(crate) fn cpu_ticks(pid: u32) -> u64 {
    stat_field(pid, 11)
}

/// When a process began, in ticks since the system did: numbers of processes begin anew at some time. 0 if it is gone.
pub(crate) fn begun(pid: u32) -> u64 {
    stat_field(pid, 19)
}

/// A number of what the system says of a process, counted from behind its name, which may hold anything.
fn stat_field(pid: u32, place: usize) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let field = fields.split_whitespace().nth(place);
    field.and_then(|field| field.parse().ok()).unwrap_or(0)
}
