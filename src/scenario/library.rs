//! The scenarios that come with the program.
//!
//! They are the files of the folder `scenarios/`, embedded, so that a copied executable has them too.

/// One bundled scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundled {
    /// The file's name without folder and ending: `first_look`.
    pub file: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// The question that it answers, short enough for two lines of a card.
    pub question: &'static str,
    /// What one will see, short enough for three lines of a card.
    pub shows: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What a bundled scenario is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What a newcomer should see first.
    FirstSteps,
    /// Demand that comes in its own time.
    Services,
    /// Work that is to be done soon, and what workers share.
    Batches,
    /// What goes wrong, and how to defend oneself.
    Faults,
    /// CPython's own pools.
    Python,
}

impl Topic {
    /// All of them, in the order in which a newcomer should meet them.
    pub const ALL: [Self; 5] = [
        Self::FirstSteps,
        Self::Services,
        Self::Batches,
        Self::Faults,
        Self::Python,
    ];

    /// As a heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::FirstSteps => "First steps",
            Self::Services => "Services and their load",
            Self::Batches => "Batches, and what workers share",
            Self::Faults => "When things go wrong",
            Self::Python => "Python",
        }
    }
}

macro_rules! bundled {
    ($($file:literal $topic:ident: $question:literal, $shows:literal;)*) => {
        &[$(Bundled {
            file: $file,
            topic: Topic::$topic,
            question: $question,
            shows: $shows,
            text: include_str!(concat!("../../scenarios/", $file, ".ron")),
        }),*]
    };
}

/// In the order in which a newcomer should meet them; the first is the one that is shown at the start.
const BUNDLED: &[Bundled] = bundled![
    "first_look" FirstSteps:
        "Threads, processes or async for a small service?",
        "The same throughput from all, while response time and memory per worker tell them apart.";
    "twenty_calls" FirstSteps:
        "Does waiting need threads?",
        "4 s one after another, 0.2 s on threads and on an event loop: waiting needs places, not cores.";
    "prime_check" FirstSteps:
        "How much faster are two workers than one?",
        "A speed-up near 2 on two free cores, for threads and for processes.";
    "io_bound_service" Services:
        "How many threads does a service need that mostly waits?",
        "Two threads fall far behind and the queue grows. The others differ in memory and in the slowest answers.";
    "cpu_bound_batch" Batches:
        "What speeds up a batch that only computes?",
        "Two threads and two processes share two cores; an event loop alone gains nothing.";
    "image_pipeline" Services:
        "Should waiting and computing share one pool?",
        "Four threads fall behind with half of the cores idle: uploads that only wait hold the places.";
    "blocking_the_loop" Services:
        "What does a little computing do to an event loop?",
        "The 99th percentile near 50 ms on the loop, and near 2 ms with the computing beside it.";
    "ten_thousand_waits" Services:
        "Ten thousand waits: threads or an event loop?",
        "Both are done after little more than 3 s. Memory and start are what ten thousand threads cost.";
    "oversubscription" Services:
        "Do more threads than cores help?",
        "The same throughput from all. Service time and the slowest answers grow with the number of threads.";
    "overload" Services:
        "What should a queue do when too much comes?",
        "Four queues that all serve 200 a second. How long those wait who are served is what differs.";
    "chunk_size" Batches:
        "How many tasks should go to a process at once?",
        "The time of the batch falls from chunks of 1 to chunks of 100; chunks of 1,000 save nothing more.";
    "large_payload" Batches:
        "What does it cost to take data to a worker?",
        "Nothing for threads. Processes copy there and back; shared memory saves most of it, not all.";
    "lock_convoy" Batches:
        "How far do threads get behind one lock?",
        "A third more than one thread, however many there are. Processes have a lock each and go on.";
    "race_counter" Batches:
        "Who loses updates, and what does protection cost?",
        "Lost updates where threads count without protection, and what a lock costs that is fought over.";
    "phases" Batches:
        "What if all must fetch before any may compute?",
        "Two phases in the cores that are used, and between them everybody waits for the slowest.";
    "producers_consumers" Batches:
        "How long should the queue between two pools be?",
        "With room for one either side stands still in turns; some dozens are enough.";
    "fault_drill" Faults:
        "How does a pool take errors, slowness and hangs?",
        "Retries bring most tasks home, a short queue pushes back, and goodput returns when the fault is over.";
    "retry_storm" Faults:
        "Can retries make an outage last?",
        "The fault goes and the overload stays, unless retries have a budget.";
    "worker_crash" Faults:
        "What does one crash take with it?",
        "Threads and the event loop end at the first crash. Of processes each crash costs one task.";
    "slow_dependency" Faults:
        "Can one slow partner hold up everybody?",
        "Without a breaker tasks that need nobody time out too; with one they go on.";
    "python_threads_vs_processes" Python:
        "Threads or processes for computing in Python?",
        "Two threads no faster than a plain script; two processes near twice as fast on two free cores.";
    "python_twenty_calls" Python:
        "Threads or asyncio for Python that waits?",
        "4 s one after another, and a small part of it on twenty threads and on asyncio.";
    "python_native_code" Python:
        "Do Python's threads help where native code computes?",
        "Two threads near two processes: hashlib gives the interpreter lock away while it computes.";
    "python_image_pipeline" Python:
        "One pool, or a pipeline of two, in Python?",
        "Threads take turns at the interpreter lock; the hybrid waits on threads and computes on processes.";
    "python_chunk_size" Python:
        "Which chunksize makes a pool of processes pay?",
        "One by one two processes are far slower than a script; in chunks they keep up or overtake it.";
    "python_large_payload" Python:
        "What does it cost Python to take data to a worker?",
        "Nothing on threads. Processes pickle and copy both ways, in response time and busy cores.";
    "python_start_methods" Python:
        "Fork, spawn or forkserver?",
        "The cold start and the memory per worker differ; once they run, all three serve alike.";
    "python_scale_out" Python:
        "What does it cost to be ready for more machines?",
        "Times near each other on one machine; what differs is cold start, memory and the way of each task.";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_what_will_be_seen_fit_on_a_card() {
        for bundled in bundled() {
            let (question, shows) = (bundled.question, bundled.shows);
            assert!(
                question.ends_with('?') && question.len() <= 58,
                "{question}"
            );
            assert!(shows.ends_with('.') && shows.len() <= 112, "{shows}");
        }
    }

    #[test]
    fn every_topic_has_experiments_and_the_first_is_a_first_step() {
        assert_eq!(bundled()[0].topic, Topic::ALL[0]);
        for topic in Topic::ALL {
            assert!(bundled().iter().any(|bundled| bundled.topic == topic));
        }
    }
}
