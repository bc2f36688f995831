//! Memory that two processes of one block map at once, so that payloads need not travel through a pipe.
//!
//! The file behind it has no name and lives in memory only (`memfd`, Linux); the other process opens it through
//! `/proc`, which needs no descriptor to be handed over. Elsewhere there is none, and who asks is told so.
//!
//! **Invariant**: at any instant at most one of the two processes touches a slab. It is handed over with the
//! frames of `backends::pipe`, whose system calls order what was written before against what is read after.

use std::io;
use std::path::{Path, PathBuf};

/// A mapping of shared memory.
#[derive(Debug)]
pub(in crate::engine) struct Slab {
    map: system::Map,
    /// How another process can open it while this one holds it.
    path: PathBuf,
}

impl Slab {
    /// New shared memory of `bytes`, all zero; no page of it is there before it is touched.
    pub(in crate::engine) fn create(bytes: usize) -> io::Result<Self> {
        let (map, path) = system::create(bytes)?;
        Ok(Self { map, path })
    }

    /// The memory that another process calls `path`.
    pub(in crate::engine) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            map: system::open(path)?,
            path: path.to_owned(),
        })
    }

    /// How another process of the same user can open it, as long as this one lives and holds it.
    pub(in crate::engine) fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    pub(in crate::engine) fn bytes(&self) -> &[u8] {
        system::bytes(&self.map)
    }

    /// All of it, to be written.
    pub(in crate::engine) fn bytes_mut(&mut self) -> &mut [u8] {
        system::bytes_mut(&mut self.map)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::path::{Path, PathBuf};

    use memmap2::MmapMut;
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};

    /// The file stays open: its descriptor is its name for others.
    #[derive(Debug)]
    pub(super) struct Map {
        memory: MmapMut,
        _file: File,
    }

    /// Without these a mapping could lose its pages while it is used.
    const SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::SEAL);

    pub(super) fn create(bytes: usize) -> io::Result<(Map, PathBuf)> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(memfd_create("poolscope-slab", flags)?);
        file.set_len(bytes as u64)?;
        fcntl_add_seals(&file, SEALS)?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        Ok((map(file)?, path.into()))
    }

    pub(super) fn open(path: &Path) -> io::Result<Map> {
        map(OpenOptions::new().read(true).write(true).open(path)?)
    }

    #[expect(
        unsafe_code,
        reason = "mapping a file is unsafe because somebody else may cut or change it; there is no safe call, \
                  and copying through the file costs what sharing is there to save"
    )]
    fn map(file: File) -> io::Result<Map> {
        // Another file than one of ours could be cut under our feet.
        if !fcntl_get_seals(&file)?.contains(SEALS) {
            return Err(io::Error::other("the shared memory is not sealed"));
        }
        // SAFETY: the file is sealed against shrinking, so that every page of the mapping stays there. It has
        // no name; only the feeder that made it and its worker, which is this executable, map it, and by the
        // invariant of this module they take turns: no reference of one side lives while the other writes.
        let memory = unsafe { MmapMut::map_mut(&file)? };
        Ok(Map {
            memory,
            _file: file,
        })
    }

    pub(super) fn bytes(map: &Map) -> &[u8] {
        &map.memory
    }

    pub(super) fn bytes_mut(map: &mut Map) -> &mut [u8] {
        &mut map.memory
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::convert::Infallible;
    use std::io;
    use std::path::{Path, PathBuf};

    /// There is none.
    pub(super) type Map = Infallible;

    pub(super) fn create(_: usize) -> io::Result<(Map, PathBuf)> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn open(_: &Path) -> io::Result<Map> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn bytes(map: &Map) -> &[u8] {
        match *map {}
    }

    pub(super) fn bytes_mut(map: &mut Map) -> &mut [u8] {
        match *map {}
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let mut here = Slab::create(10_000).unwrap();
        let mut there = Slab::open(here.path()).unwrap();
        assert_eq!((here.bytes().len(), there.bytes().len()), (10_000, 10_000));
        here.bytes_mut()[9_999] = 7;
        assert_eq!(there.bytes()[9_999], 7);
        there.bytes_mut()[0] = 9;
        assert_eq!(here.bytes()[0], 9);
    }

    #[test]
    fn a_file_that_could_be_cut_is_not_mapped() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(4_096).unwrap();
        assert!(Slab::open(file.path()).is_err());
    }
}
