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
