//! What a sweep and a search for the capacity have in common: which run is next, and what is known by now.

use crate::analysis::{
    CapacityFigures, CapacityPlan, Scaling, SweepFigures, SweepPlan, objectives_hold, scaling,
};
use crate::chart::{Heat, Plane, capacity_plane, scaling_planes};
use crate::export::{Foot, SeriesFound, SeriesReport};
use crate::run::record::{Record, RecordKind, Step};
use crate::run::{Run, RunRequest};
use crate::scenario::{NotApplicable, Scenario};

/// Which run is next.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Sweep(Box<SweepPlan>),
    Capacity(Box<CapacityPlan>),
}

/// What is known by now.
#[derive(Debug)]
pub enum SeriesFigures {
    /// Of a sweep.
    Sweep {
        /// What every point measured.
        figures: Box<SweepFigures>,
        /// How throughput grows with the workers; empty where the sweep is not of them.
        scaling: Vec<Scaling>,
        /// A chart per measure; empty for two parameters.
        planes: Vec<Plane>,
        /// Maps of two parameters: measure by measure, and of each candidate by candidate.
        heats: Vec<Heat>,
        /// Speed-up and efficiency; empty where the sweep is not of workers.
        scaling_planes: Vec<Plane>,
        /// Why there is no scaling law; none where nobody would expect one.
        no_scaling: Option<&'static str>,
    },
    /// Of a search for the capacity.
    Capacity {
        /// Candidate by candidate.
        figures: Vec<CapacityFigures>,
        /// Response time over rate.
        plane: Box<[Plane; 1]>,
        /// The currency of costs.
        currency: String,
    },
}

/// How far a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeriesProgress {
    /// Runs that were made.
    pub done: usize,
    /// Runs that there will be; none where nobody knows yet.
    pub all: Option<usize>,
    /// About how long the rest takes, in nanoseconds.
    pub remaining_nanos: u64,
}

impl Plan {
    pub(super) fn of(kind: RecordKind, scenario: &Scenario) -> Result<Self, NotApplicable> {
        let seed = scenario.protocol.seed;
        let missing = |message: &str| NotApplicable {
            message: message.to_owned(),
            hint: String::new(),
        };
        match kind {
            RecordKind::Capacity => {
                let search = scenario.capacity.as_ref();
                let search = search.ok_or_else(|| missing("the scenario searches no capacity"))?;
                CapacityPlan::new(scenario, search, seed, objectives_hold)
                    .map(|plan| Self::Capacity(Box::new(plan)))
            }
            RecordKind::Sweep | RecordKind::Run => {
                let sweep = scenario.sweep.as_ref();
                let sweep = sweep.ok_or_else(|| missing("the scenario sweeps nothing"))?;
                SweepPlan::new(scenario, sweep, seed).map(|plan| Self::Sweep(Box::new(plan)))
            }
        }
    }

    pub(super) fn next(&self) -> Option<(Step, RunRequest)> {
        match self {
            Self::Sweep(plan) => plan.next(),
            Self::Capacity(plan) => plan.next(),
        }
    }

    pub(super) fn tell(&mut self, step: &Step, run: &Run) -> bool {
        match self {
            Self::Sweep(plan) => plan.tell(step, run),
            Self::Capacity(plan) => plan.tell(step, run),
        }
    }

    pub(super) fn progress(&self) -> SeriesProgress {
        match self {
            Self::Sweep(plan) => {
                let (done, all) = plan.progress();
                SeriesProgress {
                    done,
                    all: Some(all),
                    remaining_nanos: plan.remaining_nanos(),
                }
            }
            Self::Capacity(plan) => SeriesProgress {
                done: plan.probes_made() as usize,
                all: None,
                remaining_nanos: plan.remaining_nanos(),
            },
        }
    }

    /// What stands below pictures of it.
    pub(super) fn foot(&self) -> Foot {
        match self {
            Self::Sweep(plan) => Foot::of_sweep(plan),
            Self::Capacity(plan) => Foot::of_capacity(plan),
        }
    }

    /// What it found by now in the `form` of a report; `record` is its own, if it is kept.
    pub(super) fn report<T>(&self, record: Option<&Record>, form: fn(&SeriesReport<'_>) -> T) -> T {
        match self {
            Self::Sweep(plan) => {
                let found = SeriesFound::Sweep(plan, &SweepFigures::of(plan));
                form(&SeriesReport { found, record })
            }
            Self::Capacity(plan) => {
                let found = SeriesFound::Capacity(plan, &plan.figures());
                form(&SeriesReport { found, record })
            }
        }
    }

    pub(super) fn figures(&self) -> SeriesFigures {
        match self {
            Self::Sweep(plan) => {
                let figures = Box::new(SweepFigures::of(plan));
                let (scaling, no_scaling) = match scaling(plan) {
                    Ok(scaling) => (scaling, None),
                    Err(why) => (Vec::new(), why.reason()),
                };
                let scaling_planes = if scaling.is_empty() {
                    Vec::new()
                } else {
                    scaling_planes(&scaling, &figures.candidates)
                };
                SeriesFigures::Sweep {
                    planes: figures.planes(),
                    heats: figures.heats(),
                    scaling_planes,
                    figures,
                    scaling,
                    no_scaling,
                }
            }
            Self::Capacity(plan) => {
                let figures = plan.figures();
                SeriesFigures::Capacity {
                    plane: Box::new([capacity_plane(plan, &figures)]),
                    figures,
                    currency: plan.base.prices.currency.clone(),
                }
            }
        }
    }
}
