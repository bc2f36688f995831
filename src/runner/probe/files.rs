//! The scratch folder: what it lies on, and what a write that must reach the disk costs.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::Path;

use crate::engine::clock;
use crate::wire::ScratchFolder;

use crate::runner::probe::percentiles;

/// Writes that are timed: enough for a 99th percentile.
const WRITES: usize = 320;
/// A slow disk gets this long and no longer.
const PATIENCE_NANOS: u64 = 4_000_000_000;
const WRITE_BYTES: usize = 4 << 10;

/// Looks at `folder` and writes into it.
pub(super) fn scratch(folder: &Path) -> Result<ScratchFolder, String> {
    let (kind, in_memory) = kind(folder);
    let free_bytes = free_bytes(folder).map_err(|error| error.to_string())?;
    let times = synced_writes(folder).map_err(|error| error.to_string())?;
    let (sync_p50_nanos, sync_p99_nanos) = percentiles(times);
    Ok(ScratchFolder {
        kind,
        in_memory,
        free_bytes,
        sync_p50_nanos,
        sync_p99_nanos,
    })
}

/// Times of writing 4 KiB and fsync, in nanoseconds.
fn synced_writes(folder: &Path) -> io::Result<Vec<u64>> {
    let path = folder.join("probe.bin");
    let mut file = File::create(&path)?;
    let block = [0x5a; WRITE_BYTES];
    let begun = clock::now_nanos();
    let mut times = Vec::with_capacity(WRITES);
    while times.len() < WRITES && clock::now_nanos() - begun < PATIENCE_NANOS {
        file.rewind()?;
        let start = clock::now_nanos();
        file.write_all(&block)?;
        file.sync_all()?;
        times.push(clock::now_nanos() - start);
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(times)
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(folder)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Kind of the file system, and whether it is in memory.
#[cfg(target_os = "linux")]
fn kind(folder: &Path) -> (String, bool) {
    /// From `linux/magic.h` and the file systems' own headers.
    const KNOWN: [(u64, &str); 16] = [
        (0xef53, "ext4"),
        (0x5846_5342, "xfs"),
        (0x9123_683e, "btrfs"),
        (0x0102_1994, "tmpfs"),
        (0x8584_58f6, "ramfs"),
        (0x794c_7630, "overlay"),
        (0x2fc1_2fc1, "zfs"),
        (0xf2f5_2010, "f2fs"),
        (0xca45_1a4e, "bcachefs"),
        (0x6969, "nfs"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb2"),
        (0x6573_5546, "fuse"),
        (0x4d44, "fat"),
        (0x7366_746e, "ntfs"),
        (0x0102_1997, "9p"),
    ];
    // The width of the field differs between processors; the numbers have 32 bits.
    let magic = rustix::fs::statfs(folder).map(|facts| facts.f_type as u64 & 0xffff_ffff);
    let name = magic
        .ok()
        .and_then(|magic| KNOWN.iter().find(|(known, _)| *known == magic))
        .map_or("unknown", |(_, name)| name);
    (name.to_owned(), ["tmpfs", "ramfs"].contains(&name))
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
fn kind(_folder: &Path) -> (String, bool) {
    ("unknown".to_owned(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_looked_at_and_left_empty() {
        let folder = tempfile::tempdir().unwrap();
        let found = scratch(folder.path()).unwrap();
        assert!(found.free_bytes > 0 && found.sync_p50_nanos.is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(scratch(&folder.path().join("missing")).is_err());
    }
}
