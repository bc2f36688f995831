//! What a worker process or a zygote is told once, before its first task, and the frames of such messages.

use std::io::{self, Read, Write};
use std::path::PathBuf;

/// Longest message, in bytes: a scenario is at most 1 MiB.
const MESSAGE_MAX: u32 = 4 << 20;

/// What a worker process needs to know before its first task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Setup {
    /// The scenario in its file form.
    pub(super) scenario: String,
    /// The seed of the run.
    pub(super) seed: u64,
    /// Whether stages that wait run in another pool.
    pub(super) pipelined: bool,
    /// The block's scratch folder.
    pub(super) scratch: PathBuf,
    /// Port of the loopback server.
    pub(super) server_port: Option<u16>,
}

/// What is a worker process's own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Identity {
    /// Number of the worker among the block's.
    pub(super) worker: u64,
    /// Where its payloads lie; in the pipe if absent.
    pub(super) slab: Option<SlabPlace>,
}

/// Shared memory for payloads: first what comes, then what goes back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct SlabPlace {
    /// How the worker can open it.
    pub(super) path: PathBuf,
    /// Where what goes back begins, in bytes.
    pub(super) back_from: u64,
}

/// Writes a message that comes once: a length and the value.
pub(super) fn write_value(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads what [`write_value`] wrote.
pub(super) fn read_value<T: serde::de::DeserializeOwned>(input: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MESSAGE_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a message is too long",
        ));
    }
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_comes_once_is_bounded() {
        let identity = Identity {
            worker: 3,
            slab: Some(SlabPlace {
                path: "memory".into(),
                back_from: 9,
            }),
        };
        let mut bytes = Vec::new();
        write_value(&mut bytes, &identity).unwrap();
        assert_eq!(
            read_value::<Identity>(&mut bytes.as_slice()).unwrap(),
            identity
        );
        bytes[3] = 0xff;
        assert!(read_value::<Identity>(&mut bytes.as_slice()).is_err());
    }
}
