//! Facts of the machine that figures depend on. None of them names a person, a place or a network.

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// What stands for a name that the system does not tell.
const UNKNOWN: &str = "unknown";

/// The machine, as far as it tells.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineFacts {
    /// Operating system and its version: `Debian GNU/Linux 12`.
    pub os: String,
    /// Kernel version: `6.1.0-18-amd64`.
    pub kernel: String,
    /// Model of the first processor.
    pub cpu: String,
    /// Processors that this process may use; affinity and quota are respected.
    pub cores: u32,
    /// Memory in all, in bytes. None where the system does not tell.
    pub memory_bytes: Option<u64>,
    /// Load average of the last minute. None where the system has none.
    pub load_average: Option<f64>,
}

/// Asks the system. Takes some milliseconds.
#[must_use]
pub fn machine() -> MachineFacts {
    let wanted = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(wanted).ok();
    let cpu = system
        .as_ref()
        .and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
    MachineFacts {
        os: name_or_unknown(os()),
        kernel: name_or_unknown(System::kernel_version().ok()),
        cpu: name_or_unknown(cpu),
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: system
            .map(|system| system.total_memory())
            .filter(|bytes| *bytes > 0),
        load_average: System::load_average().ok().map(|average| average.one),
    }
}

fn os() -> Option<String> {
    let name = System::name().ok()?;
    Some(match System::os_version() {
        Ok(version) => format!("{name} {version}"),
        Err(_) => name,
    })
}

fn name_or_unknown(name: Option<String>) -> String {
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| UNKNOWN.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_tells_what_it_is() {
        let facts = machine();
        assert!(facts.cores >= 1);
        assert!(facts.memory_bytes.unwrap() > 1 << 20);
        for name in [&facts.os, &facts.kernel, &facts.cpu] {
            assert!(
                !name.is_empty() && name.trim() == name.as_str(),
                "{facts:?}"
            );
        }
    }
}
