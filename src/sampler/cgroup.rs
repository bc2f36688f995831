//! Linux: what the control groups of this process allow it, and how often they held it back.
//!
//! Both versions are read, as `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/` describe them. A limit of a
//! group holds for all groups below it, so every level up to the root that can be seen is asked.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::sampler::watch::read_at_once;

/// The levels at which a limit is set; empty if there is none.
#[derive(Debug, Default)]
pub(super) struct Groups {
    quotas: Vec<Quota>,
    memory_limits: Vec<MemoryLimit>,
    /// How many processes and threads may exist; the least of all levels.
    tasks_max: Option<u64>,
}

#[derive(Debug)]
struct Quota {
    cores: f64,
    stat: File,
}

#[derive(Debug)]
struct MemoryLimit {
    bytes: u64,
    usage: File,
    stat: File,
}

/// Time for which a quota held processes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Throttled {
    pub(super) nanos: u64,
    pub(super) periods: u64,
}

impl Groups {
    /// Those of this process.
    pub(super) fn of_this_process() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let (groups, mounts) = (read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
        let mut found = Self::default();
        for level in levels(&groups, &mounts, "cpu") {
            found.quotas.extend(quota(&level));
        }
        for level in levels(&groups, &mounts, "memory") {
            found.memory_limits.extend(memory_limit(&level));
        }
        found.tasks_max = levels(&groups, &mounts, "pids")
            .iter()
            .filter_map(|level| number(&level.join("pids.max")))
            .min();
        found
    }

    /// The least quota, in cores.
    pub(super) fn quota_cores(&self) -> Option<f64> {
        self.quotas
            .iter()
            .map(|quota| quota.cores)
            .min_by(f64::total_cmp)
    }

    pub(super) const fn tasks_max(&self) -> Option<u64> {
        self.tasks_max
    }

    /// Over all levels with a quota; none without one.
    pub(super) fn throttled(&self) -> Option<Throttled> {
        let readings = self
            .quotas
            .iter()
            .filter_map(|quota| read_at_once(&quota.stat, parse_throttled));
        readings.reduce(|a, b| Throttled {
            nanos: a.nanos + b.nanos,
            periods: a.periods + b.periods,
        })
    }

    /// What is left of the least generous limit, in bytes; none without one. Files in the cache that nobody has
    /// used lately can be dropped, so they count as left.
    pub(super) fn memory_left_bytes(&self) -> Option<u64> {
        self.memory_limits
            .iter()
            .filter_map(|limit| {
                let used = read_at_once(&limit.usage, |text| text.trim().parse::<u64>().ok())?;
                let droppable = read_at_once(&limit.stat, |text| {
                    // In version 1 the shorter name leaves out what belongs to groups within the group.
                    value(text, "total_inactive_file").or_else(|| value(text, "inactive_file"))
                });
                let used = used.saturating_sub(droppable.unwrap_or(0));
                Some(limit.bytes.saturating_sub(used))
            })
            .min()
    }
}

fn quota(level: &Path) -> Option<Quota> {
    let cores = if let Ok(text) = fs::read_to_string(level.join("cpu.max")) {
        parse_cpu_max(&text)?
    } else {
        let quota = number(&level.join("cpu.cfs_quota_us"))?;
        let period = number(&level.join("cpu.cfs_period_us")).filter(|period| *period > 0)?;
        quota as f64 / period as f64
    };
    let stat = File::open(level.join("cpu.stat")).ok()?;
    Some(Quota { cores, stat })
}

fn memory_limit(level: &Path) -> Option<MemoryLimit> {
    /// Version 1 has no word for "none": it shows the largest multiple of a page instead.
    const NONE_FROM: u64 = 1 << 60;
    let bytes = number(&level.join("memory.max"))
        .or_else(|| number(&level.join("memory.limit_in_bytes")))
        .filter(|bytes| *bytes < NONE_FROM)?;
    let usage = File::open(level.join("memory.current"))
        .or_else(|_| File::open(level.join("memory.usage_in_bytes")))
        .ok()?;
    let stat = File::open(level.join("memory.stat")).ok()?;
    Some(MemoryLimit { bytes, usage, stat })
}

/// A number that stands alone in a file; none for `max` and `-1`, which mean that there is no limit.
fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// `max 100000` or `50000 100000`: quota and period in microseconds.
fn parse_cpu_max(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
    (period > 0.0).then_some(quota / period)
}

/// Version 2 counts in microseconds, version 1 in nanoseconds under another name.
fn parse_throttled(text: &str) -> Option<Throttled> {
    let nanos = value(text, "throttled_usec")
        .map(|micros| micros * 1_000)
        .or_else(|| value(text, "throttled_time"))?;
    Some(Throttled {
        nanos,
        periods: value(text, "nr_throttled")?,
    })
}

/// The number behind `name` and a space, at the start of a line.
fn value(text: &str, name: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?
        .trim()
        .parse()
        .ok()
}

/// The folders of this process's group and of those around it that `controller` limits, innermost first.
fn levels(groups: &str, mounts: &str, controller: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for line in groups.lines() {
        // `0::/user.slice/…` is version 2, `4:cpu,cpuacct:/…` version 1.
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let unified = controllers.is_empty();
        if !unified && controllers.split(',').all(|name| name != controller) {
            continue;
        }
        if let Some((mount, root)) = mount_of(mounts, (!unified).then_some(controller)) {
            // A group outside of what is mounted, as in a container with its host's tree, cannot be seen.
            let Ok(below) = Path::new(path).strip_prefix(&root) else {
                continue;
            };
            found.extend(below.ancestors().map(|ancestor| mount.join(ancestor)));
        }
    }
    found
}

/// Where the tree of `controller`, or that of version 2, is mounted, and which group its top is.
fn mount_of(mounts: &str, controller: Option<&str>) -> Option<(PathBuf, PathBuf)> {
    mounts.lines().find_map(|line| {
        // 31 23 0:28 ROOT MOUNT OPTIONS … - TYPE SOURCE SUPER_OPTIONS
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, mount) = (front.next()?, front.next()?);
        let mut back = back.split(' ');
        let (kind, options) = (back.next()?, back.nth(1)?);
        let fits = match controller {
            None => kind == "cgroup2",
            Some(name) => kind == "cgroup" && options.split(',').any(|option| option == name),
        };
        fits.then(|| (PathBuf::from(mount), PathBuf::from(root)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_up_to_the_root_that_is_mounted_is_asked() {
        let mounts = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
        assert_eq!(
            levels("0::/user.slice/app\n", mounts, "cpu"),
            [
                "/sys/fs/cgroup/user.slice/app",
                "/sys/fs/cgroup/user.slice",
                "/sys/fs/cgroup/"
            ]
            .map(PathBuf::from)
        );
        let mounts = "32 31 0:29 /docker/7 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpuacct,cpu\n";
        assert_eq!(
            levels("4:memory:/x\n1:cpu,cpuacct:/docker/7/in\n", mounts, "cpu"),
            ["/sys/fs/cgroup/cpu/in", "/sys/fs/cgroup/cpu/"].map(PathBuf::from)
        );
        assert!(levels("1:cpu:/elsewhere\n", mounts, "cpu").is_empty());
        assert!(levels("", "", "cpu").is_empty());
    }

    #[test]
    fn a_quota_and_what_it_held_back_are_read_in_both_versions() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        assert!(quota(folder.path()).is_none());
        write("cpu.cfs_quota_us", "-1\n");
        write("cpu.cfs_period_us", "100000\n");
        write(
            "cpu.stat",
            "nr_periods 9\nnr_throttled 3\nthrottled_time 5000\n",
        );
        assert!(quota(folder.path()).is_none(), "no quota is set");
        write("cpu.cfs_quota_us", "150000\n");
        let of_one = Groups {
            quotas: quota(folder.path()).into_iter().collect(),
            ..Groups::default()
        };
        assert_eq!(of_one.quota_cores(), Some(1.5));
        let expected = Throttled {
            nanos: 5_000,
            periods: 3,
        };
        assert_eq!(of_one.throttled(), Some(expected));
        write("cpu.max", "50000 100000\n");
        write(
            "cpu.stat",
            "usage_usec 1\nnr_periods 9\nnr_throttled 3\nthrottled_usec 5\n",
        );
        assert_eq!(
            quota(folder.path()).unwrap().cores.to_bits(),
            0.5_f64.to_bits()
        );
        assert_eq!(of_one.throttled(), Some(expected), "the file is still open");
        write("cpu.max", "max 100000\n");
        assert!(quota(folder.path()).is_none());
    }

    #[test]
    fn what_is_left_of_a_memory_limit_counts_cached_files_as_free() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("memory.max", "max\n");
        assert!(memory_limit(folder.path()).is_none());
        write("memory.max", "1000\n");
        write("memory.current", "700\n");
        write("memory.stat", "anon 400\ninactive_file 250\n");
        let groups = Groups {
            memory_limits: memory_limit(folder.path()).into_iter().collect(),
            ..Groups::default()
        };
        assert_eq!(groups.memory_left_bytes(), Some(550));
        assert_eq!(Groups::default().memory_left_bytes(), None);
    }
}
