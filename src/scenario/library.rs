//! The scenarios that come with the program.
//!
//! They are the files of the folder `scenarios/`, embedded, so that a copied executable has them too.

/// One bundled scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundled {
    /// The file's name without folder and ending: `first_look`.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! bundled {
    ($($file:literal),* $(,)?) => {
        &[$(Bundled { file: $file, text: include_str!(concat!("../../scenarios/", $file, ".ron")) }),*]
    };
}

/// In the order in which a newcomer should meet them; the first is the one that is shown at the start.
const BUNDLED: &[Bundled] = bundled![
    "first_look",
    "twenty_calls",
    "prime_check",
    "io_bound_service",
    "cpu_bound_batch",
    "image_pipeline",
    "blocking_the_loop",
    "ten_thousand_waits",
    "oversubscription",
    "overload",
    "chunk_size",
    "large_payload",
    "lock_convoy",
    "race_counter",
    "phases",
    "producers_consumers",
    "fault_drill",
    "retry_storm",
    "worker_crash",
    "slow_dependency",
    "python_threads_vs_processes",
    "python_twenty_calls",
    "python_native_code",
    "python_image_pipeline",
    "python_chunk_size",
    "python_large_payload",
    "python_start_methods",
    "python_scale_out",
];

/// All bundled scenarios.
#[must_use]
pub const fn bundled() -> &'static [Bundled] {
    BUNDLED
}

/// The bundled scenario of that name, with or without the ending `.ron`.
#[must_use]
pub fn bundled_named(name: &str) -> Option<&'static Bundled> {
    let name = name.strip_suffix(".ron").unwrap_or(name);
    BUNDLED.iter().find(|bundled| bundled.file == name)
}
