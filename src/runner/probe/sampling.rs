//! What the sampler costs.

use crate::runner::probe::nanos_per_call;
use crate::sampler::{MachineWatch, Watched};
use crate::wire::SamplerCost;

/// Looks at this process again and again, as the runner does with its workers.
pub(super) fn costs() -> SamplerCost {
    const CHEAP: u32 = 1_000;
    const EXPENSIVE: u32 = 10;
    let own = Watched::new(std::process::id());
    // A figure that is not there costs nothing worth telling.
    let cost = |calls, look: &dyn Fn() -> bool| {
        look().then(|| {
            nanos_per_call(calls, || {
                std::hint::black_box(look());
            })
        })
    };
    let mut machine = MachineWatch::new();
    let known = machine.state().busy_nanos.is_some();
    SamplerCost {
        cpu_nanos: cost(CHEAP, &|| own.cpu_nanos().is_some()),
        resident_nanos: cost(CHEAP, &|| own.resident_bytes().is_some()),
        memory_nanos: cost(EXPENSIVE, &|| {
            own.memory()
                .is_some_and(|memory| memory.pss_bytes.is_some())
        }),
        memory_of_bytes: own.resident_bytes(),
        machine_nanos: known.then(|| {
            nanos_per_call(EXPENSIVE, || {
                std::hint::black_box(machine.state());
            })
        }),
    }
}
