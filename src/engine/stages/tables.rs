//! What the stages of a scenario work on, as files: for an interpreter that executes the same stages and has to find
//! the same.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::stages::{Step, file, kernels, payload};

/// Where each table lies, by its name.
pub(in crate::engine) type Tables = BTreeMap<&'static str, PathBuf>;

/// Writes the tables that `steps` need into `folder`.
pub(in crate::engine) fn write_tables<'s>(
    steps: impl Iterator<Item = &'s Arc<Step>>,
    folder: &Path,
) -> io::Result<Tables> {
    let mut tables = Tables::new();
    let mut longest_payload = None;
    for step in steps {
        let table = match &**step {
            Step::Cpu(step) => kernels::table(step.kernel()),
            Step::FileWrite(_) | Step::FileAppend(_) | Step::FileRead(_) => {
                Some(("file", file::template().to_vec()))
            }
            Step::Payload(step) => {
                let (to_worker, back) = step.sizes();
                longest_payload = longest_payload.max(Some(to_worker.max(back)));
                None
            }
            Step::Wait(_)
            | Step::Memory(_)
            | Step::Network(_)
            | Step::Lock(_)
            | Step::Counter(_) => None,
        };
        if let Some((name, bytes)) = table {
            put(&mut tables, folder, name, &bytes)?;
        }
    }
    if let Some(longest) = longest_payload {
        put(
            &mut tables,
            folder,
            "payload",
            &payload::callers_bytes(longest),
        )?;
    }
    Ok(tables)
}

/// Writes one table unless it is there.
fn put(tables: &mut Tables, folder: &Path, name: &'static str, bytes: &[u8]) -> io::Result<()> {
    if !tables.contains_key(name) {
        let path = folder.join(format!("table-{name}.bin"));
        std::fs::write(&path, bytes)?;
        tables.insert(name, path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Amount, Kernel, Stage};
    use crate::units::Bytes;

    #[test]
    fn only_what_the_stages_need_is_written_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let payload = |to_worker, back| Stage::Payload {
            to_worker: Bytes(to_worker),
            back: Bytes(back),
        };
        let stages = [
            Stage::cpu(Kernel::Sha256, Amount::Work(1)),
            Stage::cpu(Kernel::Deflate, Amount::Work(1)),
            Stage::cpu(Kernel::SumOfSquares, Amount::Work(1)),
            Stage::cpu(Kernel::MatrixProduct, Amount::Work(1)),
            payload(10, 5_000),
            payload(700, 0),
        ];
        let steps: Vec<_> = stages.iter().filter_map(Step::new).map(Arc::new).collect();
        let tables = write_tables(steps.iter(), folder.path()).unwrap();
        let lengths: Vec<_> = tables
            .iter()
            .map(|(name, path)| (*name, std::fs::metadata(path).unwrap().len()))
            .collect();
        assert_eq!(
            lengths,
            [
                ("matrix", 2 * 64 * 64 * 8),
                ("payload", 5_000 + (64 << 10)),
                ("text", 128 << 10)
            ]
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn every_kernel_with_data_has_a_table_of_its_length() {
        for (kernel, length) in [
            (Kernel::SumOfSquares, 0),
            (Kernel::PrimeCheck, 0),
            (Kernel::Sha256, 131_072),
            (Kernel::Deflate, 131_072),
            (Kernel::JsonParse, 131_072),
            (Kernel::Sort, 4 * 65_536),
            (Kernel::MatrixProduct, 65_536),
            (Kernel::PointerChase, 8 << 20),
        ] {
            let found = kernels::table(kernel).map_or(0, |(_, bytes)| bytes.len());
            assert_eq!(found, length, "{kernel:?}");
        }
    }
}
