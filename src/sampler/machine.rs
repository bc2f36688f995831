//! Facts of the machine that figures depend on. None of them names a person, a place or a network.

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// What stands for a name that the system does not tell.
const UNKNOWN: &str = "unknown";

/// The machine, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Processors that are switched on, whoever may use them. None where the system does not tell.
    pub processors: Option<u32>,
    /// CPU time per time that the control groups allow, in cores. None without a quota.
    pub quota_cores: Option<f64>,
    /// Processes and threads that the control groups allow. None without such a limit.
    pub tasks_max: Option<u64>,
    /// What decides on the clock frequency: `powersave`. None where the system does not tell.
    pub governor: Option<String>,
    /// What the machine runs on if it is a virtual one: `KVM`. None if it seems to be a real one.
    pub virtualization: Option<String>,
    /// What the system's clocks count: `tsc`. None where the system does not tell.
    pub clock_source: Option<String>,
    /// Swap in all and in use, in bytes. None where the system does not tell.
    pub swap_bytes: Option<(u64, u64)>,
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
        governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        virtualization: virtualization(),
        clock_source: line("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        ..of_linux()
    }
}

/// What only Linux tells.
#[cfg(target_os = "linux")]
fn of_linux() -> MachineFacts {
    use crate::sampler::machine_watch::{MachineWatch, meminfo};
    let mut watch = MachineWatch::new();
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let swap = meminfo(&memory, "SwapTotal").zip(meminfo(&memory, "SwapFree"));
    MachineFacts {
        processors: watch.state().processors,
        quota_cores: watch.groups().quota_cores(),
        tasks_max: watch.groups().tasks_max(),
        swap_bytes: swap.map(|(all, free)| (all, all.saturating_sub(free))),
        ..MachineFacts::default()
    }
}

/// Elsewhere none of it is known.
#[cfg(not(target_os = "linux"))]
fn of_linux() -> MachineFacts {
    MachineFacts::default()
}

/// The only line of a file of the system.
fn line(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What the machine runs on, by what it calls itself; the processor's own flag says no more than that there is
/// something.
fn virtualization() -> Option<String> {
    let called = ["sys_vendor", "product_name", "bios_vendor"]
        .iter()
        .filter_map(|name| line(&format!("/sys/class/dmi/id/{name}")))
        .chain(line("/sys/hypervisor/type"))
        .collect::<Vec<_>>()
        .join(" ");
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    virtualization_of(&called, &cpu).map(str::to_owned)
}

fn virtualization_of(called: &str, cpu: &str) -> Option<&'static str> {
    /// Words in the names of machine and firmware, and what they mean; the first that is found counts.
    const KNOWN: [(&str, &str); 12] = [
        ("VirtualBox", "VirtualBox"),
        ("VMware", "VMware"),
        ("Parallels", "Parallels"),
        ("Amazon EC2", "Amazon EC2"),
        ("Google", "Google Compute Engine"),
        ("OpenStack", "OpenStack"),
        ("xen", "Xen"),
        ("Xen", "Xen"),
        ("Microsoft Corporation Virtual", "Hyper-V"),
        ("KVM", "KVM"),
        ("QEMU", "QEMU"),
        ("BHYVE", "bhyve"),
    ];
    let flags = cpu.lines().find(|line| line.starts_with("flags"))?;
    if !flags.split(' ').any(|flag| flag == "hypervisor") {
        return None;
    }
    let known = KNOWN.iter().find(|(word, _)| called.contains(word));
    Some(known.map_or("a hypervisor", |(_, name)| name))
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
        if cfg!(target_os = "linux") {
            assert!(facts.processors.unwrap() >= 1, "{facts:?}");
            let (all, used) = facts.swap_bytes.unwrap();
            assert!(used <= all);
        }
    }

    #[test]
    fn a_virtual_machine_is_named_by_what_it_calls_itself() {
        let virtual_cpu = "model name : x\nflags\t\t: fpu hypervisor sse\n";
        assert_eq!(
            virtualization_of("QEMU Standard PC", virtual_cpu),
            Some("QEMU")
        );
        assert_eq!(
            virtualization_of("Microsoft Corporation Virtual Machine", virtual_cpu),
            Some("Hyper-V")
        );
        assert_eq!(virtualization_of("", virtual_cpu), Some("a hypervisor"));
        let real_cpu = "model name : x\nflags\t\t: fpu sse\n";
        assert_eq!(virtualization_of("Google laptop", real_cpu), None);
    }
}
