//! Short blocks within the probe: the engine as a runner drives it, without snapshots.

use std::time::Duration;

use crate::engine::{self, BackendError, Block, Plan, Stand, Surroundings, clock};
use crate::scenario::{
    Amount, Arrivals, Backend, Candidate, Defences, Distribution, FORMAT, Kernel, Load, PriceCard,
    Protocol, Queue, Scenario, Server, Stage, TaskKind, to_text,
};
use crate::stats::{Histogram, Percentile, SparseHistogram};
use crate::units::{Bytes, Nanos};
use crate::wire::ServerCost;

/// What a block came to.
pub(super) struct Outcome {
    /// For a batch: how long it took, in nanoseconds.
    pub(super) makespan_nanos: Option<u64>,
    /// Start to finish of the tasks, in nanoseconds.
    pub(super) service: Histogram,
    /// Lateness of the generator, in nanoseconds.
    pub(super) schedule_delay: Histogram,
}

/// A scenario of one task kind with one stage, on one back end.
pub(super) fn scenario(stage: Stage, load: Load, backend: Backend, measure: Nanos) -> Scenario {
    Scenario {
        format: FORMAT,
        title: "probe".to_owned(),
        about: String::new(),
        look_for: String::new(),
        tasks: vec![TaskKind {
            name: "probe".to_owned(),
            weight: 1.0,
            stages: vec![stage],
        }],
        load,
        queue: Queue::default(),
        server: Server::default(),
        faults: Vec::new(),
        defences: Defences::default(),
        candidates: vec![Candidate::of(backend)],
        protocol: Protocol {
            warm_up: Nanos::from_millis(50),
            measure,
            drain: Nanos::from_secs(2),
            ..Protocol::default()
        },
        objectives: Vec::new(),
        prices: PriceCard::default(),
        sweep: None,
        capacity: None,
    }
}

/// The least work that a stage can do.
pub(super) const fn next_to_nothing() -> Stage {
    Stage::cpu(Kernel::SumOfSquares, Amount::Work(1))
}

/// One client without a pause.
pub(super) fn one_client() -> Load {
    Load::Closed {
        clients: 1,
        think: Distribution::Constant(Nanos(0)),
    }
}

/// Tasks at equal distances.
pub(super) const fn at_rate(rate_per_sec: f64) -> Load {
    Load::Open {
        rate_per_sec,
        arrivals: Arrivals::Constant,
    }
}

/// Runs the only candidate of `scenario` to its end.
pub(super) fn run(scenario: &Scenario, surroundings: &Surroundings) -> Result<Outcome, String> {
    let plan = Plan::new(
        scenario,
        to_text(scenario),
        0,
        scenario.protocol.seed,
        surroundings.clone(),
    )
    .ok_or("the scenario has no candidate")?;
    let mut block = Block::new(plan).map_err(text)?;
    block.start().map_err(text)?;
    block.begin().map_err(text)?;
    while block.stand() != Stand::Over {
        while block.poll(false).map_err(text)? {}
        let left = block.deadline_nanos().saturating_sub(clock::now_nanos());
        std::thread::sleep(Duration::from_nanos(left));
    }
    let observation = block.observe();
    let tally = observation.tallies[engine::Cohort::Measured.index()];
    if tally.good == 0 || tally.good != tally.offered {
        return Err(format!(
            "of {} tasks {} came to a good end",
            tally.offered, tally.good
        ));
    }
    let measured = &observation.distributions[engine::Cohort::Measured.index()];
    Ok(Outcome {
        makespan_nanos: block.makespan_nanos(),
        service: dense(&measured.service),
        schedule_delay: dense(&measured.schedule_delay),
    })
}

fn dense(sparse: &SparseHistogram) -> Histogram {
    let mut histogram = Histogram::new();
    histogram.merge_sparse(sparse);
    histogram
}

/// The error and what the system said.
#[expect(
    clippy::needless_pass_by_value,
    reason = "fits map_err without a closure"
)]
fn text(error: BackendError) -> String {
    match std::error::Error::source(&error) {
        Some(source) => format!("{error} ({source})"),
        None => error.to_string(),
    }
}

/// One request after the other to the built-in server.
pub(super) fn server(surroundings: &Surroundings) -> Result<ServerCost, String> {
    let server = engine::start_server(&surroundings.executable, None).map_err(text)?;
    let surroundings = Surroundings {
        server_port: Some(server.port()),
        ..surroundings.clone()
    };
    let request = Stage::Http {
        delay: Distribution::Constant(Nanos(0)),
        response: Bytes::from_kib(1),
        request: Bytes(0),
        errors: 0.0,
    };
    let scenario = scenario(
        request,
        one_client(),
        Backend::Sequential,
        Nanos::from_millis(500),
    );
    let outcome = run(&scenario, &surroundings)?;
    Ok(ServerCost {
        p50_nanos: Percentile::P50.of(&outcome.service),
        p99_nanos: Percentile::P99.of(&outcome.service),
    })
}
