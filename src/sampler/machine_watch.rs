//! Linux: the machine that is looked at again and again, with its files kept open.
//!
//! Formats: proc(5), `Documentation/accounting/psi.rst`, `Documentation/admin-guide/pm/cpufreq.rst`.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use rustix::time::{ClockId, clock_gettime};

use crate::sampler::MachineState;
use crate::sampler::cgroup::Groups;
use crate::sampler::watch::read_at_once;

/// Processors whose clock frequency is read: with more, these stand for all.
const FREQUENCIES_MAX: usize = 64;
/// Room for the lines of some hundred processors in `/proc/stat`; of more, the number alone would be too low.
const STAT_BYTES_MAX: usize = 64 << 10;

/// The open files.
#[derive(Debug)]
pub(super) struct MachineWatch {
    stat: Option<File>,
    memory: Option<File>,
    pressure: Option<File>,
    frequencies: Vec<File>,
    frequency_max_hz: Option<u64>,
    groups: Groups,
    buffer: Vec<u8>,
}

impl MachineWatch {
    pub(super) fn new() -> Self {
        let open = |path: &str| File::open(path).ok();
        Self {
            stat: open("/proc/stat"),
            memory: open("/proc/meminfo"),
            pressure: open("/proc/pressure/memory"),
            frequencies: (0..FREQUENCIES_MAX)
                .filter_map(|number| File::open(frequency_file(number, "scaling_cur_freq")).ok())
                .collect(),
            frequency_max_hz: (0..FREQUENCIES_MAX)
                .filter_map(|number| khz(&frequency_file(number, "cpuinfo_max_freq")))
                .max(),
            groups: Groups::of_this_process(),
            buffer: vec![0; STAT_BYTES_MAX],
        }
    }

    pub(super) fn state(&mut self) -> MachineState {
        let stat = self.read_stat();
        let available = self
            .memory
            .as_ref()
            .and_then(|file| read_at_once(file, |text| meminfo(text, "MemAvailable")));
        let left = self.groups.memory_left_bytes();
        let pressure = self
            .pressure
            .as_ref()
            .and_then(|file| read_at_once(file, parse_pressure));
        let throttled = self.groups.throttled();
        MachineState {
            busy_nanos: stat.map(|stat| stat.busy_nanos),
            steal_nanos: stat.map(|stat| stat.steal_nanos),
            processors: stat.map(|stat| stat.processors),
            frequency_hz: self.frequency_hz(),
            frequency_max_hz: self.frequency_max_hz,
            memory_available_bytes: match (available, left) {
                (Some(available), Some(left)) => Some(available.min(left)),
                (available, left) => available.or(left),
            },
            memory_pressure_ratio: pressure.map(|(ratio, _)| ratio),
            memory_pressure_nanos: pressure.map(|(_, nanos)| nanos),
            suspended_nanos: suspended_nanos(),
            throttled_nanos: throttled.map(|throttled| throttled.nanos),
            throttled_periods: throttled.map(|throttled| throttled.periods),
        }
    }

    pub(super) const fn groups(&self) -> &Groups {
        &self.groups
    }

    fn read_stat(&mut self) -> Option<Stat> {
        let length = self.stat.as_ref()?.read_at(&mut self.buffer, 0).ok()?;
        let text = std::str::from_utf8(&self.buffer[..length]).ok()?;
        parse_stat(text, rustix::param::clock_ticks_per_second())
    }

    /// Mean over the processors.
    fn frequency_hz(&self) -> Option<u64> {
        let readings = self
            .frequencies
            .iter()
            .filter_map(|file| read_at_once(file, |text| text.trim().parse::<u64>().ok()));
        let (sum, count) = readings.fold((0, 0), |(sum, count), khz| (sum + khz, count + 1));
        (count > 0).then(|| sum * 1_000 / count)
    }
}

fn frequency_file(processor: usize, name: &str) -> String {
    format!("/sys/devices/system/cpu/cpu{processor}/cpufreq/{name}")
}

/// A frequency that the system gives in kHz, in Hz.
fn khz(path: &str) -> Option<u64> {
    let khz: u64 = fs::read_to_string(path).ok()?.trim().parse().ok()?;
    Some(khz * 1_000)
}

/// How long the machine slept: the clock that goes on then, minus the one that does not. Both cannot be read at once;
/// of several readings the closest counts.
fn suspended_nanos() -> Option<u64> {
    const READINGS: usize = 3;
    let nanos = |clock| {
        let time = clock_gettime(clock);
        i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
    };
    let apart = (0..READINGS).map(|_| {
        // In this order the difference is never below what it was.
        let awake = nanos(ClockId::Monotonic);
        nanos(ClockId::Boottime) - awake
    });
    u64::try_from(apart.min()?.max(0)).ok()
}

/// The first lines of `/proc/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    busy_nanos: u64,
    steal_nanos: u64,
    processors: u32,
}

/// `ticks_per_sec` is the unit of the file. The times of guests are within the user's already.
fn parse_stat(text: &str, ticks_per_sec: u64) -> Option<Stat> {
    let mut lines = text.lines();
    let all = lines.next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = all
        .split_ascii_whitespace()
        .map_while(|field| field.parse().ok())
        .collect();
    let [user, nice, system, _idle, _iowait, irq, softirq, steal, ..] = ticks[..] else {
        return None;
    };
    let nanos = |ticks: u64| ticks * (1_000_000_000 / ticks_per_sec.max(1));
    Some(Stat {
        busy_nanos: nanos(user + nice + system + irq + softirq),
        steal_nanos: nanos(steal),
        processors: lines.take_while(|line| line.starts_with("cpu")).count() as u32,
    })
}

/// A size of `/proc/meminfo`, in bytes.
pub(super) fn meminfo(text: &str, name: &str) -> Option<u64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: u64 = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kib * 1_024)
}

/// `some avg10=1.25 avg60=… total=500`: share of the last ten seconds, and nanoseconds in all.
fn parse_pressure(text: &str) -> Option<(f64, u64)> {
    let some = text.lines().find_map(|line| line.strip_prefix("some "))?;
    let field = |name: &str| {
        some.split(' ')
            .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    let percent: f64 = field("avg10")?.parse().ok()?;
    let micros: u64 = field("total")?.parse().ok()?;
    Some((percent / 100.0, micros * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idling_waiting_for_disks_and_steal_are_not_busy() {
        let text = "cpu  10 2 3 100 50 4 1 7 9 0\ncpu0 5 1 1 50 25 2 0 3 9 0\ncpu1 5 1 2 50 25 2 1 4 0 0\nintr 7\n";
        let expected = Stat {
            busy_nanos: 200_000_000,
            steal_nanos: 70_000_000,
            processors: 2,
        };
        assert_eq!(parse_stat(text, 100), Some(expected));
        assert_eq!(parse_stat("cpu  10 2 3\n", 100), None);
        assert_eq!(parse_stat("", 100), None);
    }

    #[test]
    fn pressure_and_free_memory_are_read_in_our_units() {
        let text = "some avg10=1.25 avg60=0.00 avg300=0.00 total=500\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(parse_pressure(text), Some((0.0125, 500_000)));
        assert_eq!(parse_pressure(""), None);
        let text = "MemTotal:  100 kB\nMemAvailable:   7 kB\n";
        assert_eq!(meminfo(text, "MemAvailable"), Some(7 << 10));
        assert_eq!(meminfo(text, "Mem"), None);
    }

    #[test]
    fn the_machine_gets_busier_with_work_and_its_counters_never_go_back() {
        let mut watch = MachineWatch::new();
        let before = watch.state();
        let own = std::process::id();
        let begun = crate::sampler::cpu_nanos(own).unwrap();
        // Several ticks of the kernel's counter.
        while crate::sampler::cpu_nanos(own).unwrap() < begun + 100_000_000 {
            std::hint::black_box((0..10_000_u64).map(|n| n * n).sum::<u64>());
        }
        let after = watch.state();
        assert!(after.busy_nanos > before.busy_nanos, "{before:?} {after:?}");
        assert!(after.steal_nanos >= before.steal_nanos);
        assert!(after.processors.unwrap() >= 1);
        assert!(after.memory_available_bytes.unwrap() > 1 << 20);
        assert_eq!(
            after.throttled_nanos.is_some(),
            watch.groups().quota_cores().is_some()
        );
    }
}
