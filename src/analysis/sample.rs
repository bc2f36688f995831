//! The blocks of one candidate as a sample: what can be measured of them, and how sure it is.
//!
//! Every figure is a function of how often each block counts. Counting each once gives the figure, drawing the
//! counts gives its interval; see [`crate::stats::bootstrap`]. Rates are sums over sums, so that a longer block
//! weighs more; percentiles are those of merged histograms, never averaged.

use crate::analysis::cost::{
    Resources, consumed_per_hour, hours_per_1k, price_per_hour, rented_per_hour,
};
use crate::analysis::measure::Measure;
use crate::analysis::memory;
use crate::run::{Block, BlockState, MemoryOver, Run, Window};
use crate::scenario::PriceCard;
use crate::stats::bootstrap::{BLOCKS_MIN, BlockHistograms, Bootstrap, Scale};
use crate::stats::{Figure, Histogram, Uncertain};

/// What one block contributes.
struct Facts<'a> {
    repeat: u32,
    window: Option<Window>,
    makespan_nanos: Option<u64>,
    completed: u64,
    good: u64,
    offered: u64,
    dropped: u64,
    cold_start_nanos: Option<u64>,
    memory: Option<MemoryOver>,
    steady_bytes: Option<f64>,
    /// Memory of all workers and tasks in flight, each summed over the samples.
    bytes_over_tasks: Option<(f64, f64)>,
    response: &'a Histogram,
}

/// The blocks of one candidate.
pub(super) struct Sample<'a> {
    facts: Vec<Facts<'a>>,
    prices: &'a PriceCard,
    /// All cores and all memory of the machine.
    machine: Resources,
    /// Whether blocks have makespans, and rates are those of them: a batch that was done in all blocks that ended as
    /// planned. The makespan of those that were done in time would be one of the fast ones alone.
    by_makespan: bool,
    seed: u64,
    /// Whether figures get intervals: while a run goes on they would be computed anew with every snapshot.
    intervals: bool,
}

/// A figure as a function of how often each of its blocks counts.
type Statistic<'s> = Box<dyn Fn(&[u32]) -> Option<f64> + 's>;

impl<'a> Sample<'a> {
    /// `blocks`, all of one candidate of `run`.
    pub(super) fn of(run: &'a Run, blocks: &[&'a Block]) -> Self {
        let facts: Vec<_> = blocks.iter().map(|block| Facts::of(run, block)).collect();
        let was_cut =
            |block: &&Block| block.state == BlockState::Done && block.makespan_nanos().is_none();
        Self {
            by_makespan: run.request.is_batch()
                && facts.iter().any(|facts| facts.makespan_nanos.is_some())
                && !blocks.iter().any(was_cut),
            facts,
            prices: &run.request.scenario.prices,
            machine: machine(run),
            seed: run.request.seed,
            intervals: run.ended,
        }
    }

    /// `measure` over all blocks that know it, with its interval where there are blocks enough and the run has
    /// ended; none where no block knows it.
    pub(super) fn figure(&self, measure: Measure) -> Option<Figure> {
        let known = self.known(measure);
        let statistic = self.statistic(measure, &known);
        // Without an interval there is nothing to draw.
        if self.has_intervals() {
            Bootstrap::new(known.len(), self.seed).figure(statistic)
        } else {
            statistic(&vec![1; known.len()]).map(Figure::plain)
        }
    }

    /// The logarithm of `measure` with its error; none with too few blocks, or where it is not above zero.
    pub(super) fn uncertain(&self, measure: Measure) -> Option<Uncertain> {
        let known = self.known(measure);
        let statistic = self.statistic(measure, &known);
        let spread = Bootstrap::new(known.len(), self.seed).spread(Scale::Ratio, statistic)?;
        spread.logarithm()
    }

    /// Whether any figure can have an interval.
    pub(super) const fn has_intervals(&self) -> bool {
        self.intervals && self.facts.len() >= BLOCKS_MIN
    }

    /// `measure` over all blocks that know it; none where no block does.
    pub(super) fn value(&self, measure: Measure) -> Option<f64> {
        let known = self.known(measure);
        self.statistic(measure, &known)(&vec![1; known.len()])
    }

    /// What is paid for.
    pub(super) const fn prices(&self) -> &PriceCard {
        self.prices
    }

    /// All cores and all memory of the machine.
    pub(super) const fn machine(&self) -> Resources {
        self.machine
    }

    /// The seed of the draws.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The repeats of the blocks that know `measure`, ascending.
    pub(super) fn repeats(&self, measure: Measure) -> Vec<u32> {
        let known = self.known(measure);
        let mut repeats: Vec<u32> = known
            .iter()
            .map(|&index| self.facts[index].repeat)
            .collect();
        repeats.sort_unstable();
        repeats
    }

    /// `measure` of the blocks of `repeats`, in that order; none where one of them does not know it.
    pub(super) fn of_repeats(&self, measure: Measure, repeats: &[u32]) -> Option<Statistic<'_>> {
        let known = self.known(measure);
        let place = |repeat: &u32| {
            let mut known = known.iter().copied();
            known.find(|&index| self.facts[index].repeat == *repeat)
        };
        let chosen: Vec<usize> = repeats.iter().map(place).collect::<Option<_>>()?;
        Some(self.statistic(measure, &chosen))
    }

    /// The places of the blocks that know `measure`; empty where a percentile has too few samples.
    fn known(&self, measure: Measure) -> Vec<usize> {
        let has = |facts: &Facts<'_>| match measure {
            // One in which every task was cut has ranks too.
            Measure::Response(_) => facts.response.count_with_cut() > 0,
            Measure::Cost | Measure::CostConsumed | Measure::CostRented => {
                self.is_priced(facts, measure)
            }
            measure => self.part(facts, measure).is_some(),
        };
        let places = self.facts.iter().enumerate();
        let found: Vec<usize> = places
            .filter(|(_, facts)| has(facts))
            .map(|(index, _)| index)
            .collect();
        if let Measure::Response(percentile) = measure {
            let count = |&index: &usize| self.facts[index].response.count_with_cut();
            if found.iter().map(count).sum::<u64>() < percentile.samples_needed() {
                return Vec::new();
            }
        }
        found
    }

    /// `measure` of the blocks at `places`.
    fn statistic(&self, measure: Measure, places: &[usize]) -> Statistic<'_> {
        let chosen: Vec<&Facts<'_>> = places.iter().map(|&index| &self.facts[index]).collect();
        match measure {
            Measure::Response(percentile) => {
                let prepared = BlockHistograms::new(chosen.iter().map(|facts| facts.response));
                let quantile = percentile.quantile();
                Box::new(move |times| Some(prepared.quantile(quantile, times)? as f64))
            }
            Measure::Cost | Measure::CostConsumed | Measure::CostRented => {
                Box::new(move |times| self.cost(&chosen, times, measure))
            }
            measure => Box::new(move |times| self.ratio(&chosen, times, measure)),
        }
    }

    fn ratio(&self, chosen: &[&Facts<'_>], times: &[u32], measure: Measure) -> Option<f64> {
        let (mut above, mut below) = (0.0, 0.0);
        for (facts, times) in chosen.iter().zip(times) {
            if let Some((numerator, denominator)) = self.part(facts, measure) {
                above += numerator * f64::from(*times);
                below += denominator * f64::from(*times);
            }
        }
        (below > 0.0).then(|| above / below)
    }

    fn cost(&self, chosen: &[&Facts<'_>], times: &[u32], measure: Measure) -> Option<f64> {
        let hourly = self.per_hour(self.used(chosen, times), measure)?;
        Some(hourly * hours_per_1k(self.ratio(chosen, times, Measure::Good))?)
    }

    /// What is paid per hour, in the mode of `measure`.
    fn per_hour(&self, used: Resources, measure: Measure) -> Option<f64> {
        let priced = match measure {
            Measure::CostConsumed => consumed_per_hour(self.prices, used),
            Measure::CostRented => rented_per_hour(self.prices, self.machine, used),
            _ => return price_per_hour(self.prices, used),
        };
        Some(priced?.total())
    }

    fn used(&self, chosen: &[&Facts<'_>], times: &[u32]) -> Resources {
        Resources {
            cpu_cores: self.ratio(chosen, times, Measure::CpuCores),
            memory_bytes: self.ratio(chosen, times, Measure::MemoryTotal),
        }
    }

    /// Whether all that is paid for is known of a block. One without a good task counts: what it used was paid.
    fn is_priced(&self, facts: &Facts<'_>, measure: Measure) -> bool {
        let used = self.used(&[facts], &[1]);
        self.part(facts, Measure::Good).is_some() && self.per_hour(used, measure).is_some()
    }

    /// What one block adds to the numerator and the denominator of `measure`; none where it does not know it.
    fn part(&self, facts: &Facts<'_>, measure: Measure) -> Option<(f64, f64)> {
        let secs = |nanos: u64| nanos as f64 / 1e9;
        let mean = |value: f64| (value, 1.0);
        let over = |part: u64, whole: u64| (whole > 0).then_some((part as f64, whole as f64));
        let rate = |of_makespan: u64, of_window: fn(&Window) -> u64| {
            if self.by_makespan {
                Some((of_makespan as f64, secs(facts.makespan_nanos?)))
            } else {
                let window = facts.window.filter(|window| window.nanos > 0)?;
                Some((of_window(&window) as f64, secs(window.nanos)))
            }
        };
        let switches = |of: fn(&Window) -> Option<u64>| {
            let window = facts.window.filter(|window| window.read_nanos > 0)?;
            Some((of(&window)? as f64, secs(window.read_nanos)))
        };
        match measure {
            Measure::Throughput => rate(facts.completed, |window| window.completed),
            Measure::Goodput => rate(facts.good, |window| {
                window.good.saturating_sub(window.good_late)
            }),
            Measure::Good => rate(facts.good, |window| window.good),
            Measure::ErrorRatio => over(facts.completed - facts.good, facts.completed),
            Measure::DropRatio => over(facts.dropped, facts.offered),
            Measure::Makespan => {
                let nanos = facts.makespan_nanos.filter(|_| self.by_makespan)?;
                Some(mean(nanos as f64))
            }
            Measure::ColdStart => facts.cold_start_nanos.map(|nanos| mean(nanos as f64)),
            Measure::CpuCores => {
                // A batch that is done uses nothing between its end and the reading.
                let window = facts.window?;
                let over = facts.makespan_nanos.unwrap_or(window.read_nanos);
                (over > 0).then_some((window.cpu_nanos as f64, over as f64))
            }
            Measure::CpuPerTask => {
                let window = facts.window.filter(|window| window.completed > 0)?;
                Some((window.cpu_nanos as f64, window.completed as f64))
            }
            Measure::VoluntarySwitches => switches(|window| window.voluntary_switches),
            Measure::InvoluntarySwitches => switches(|window| window.involuntary_switches),
            Measure::MemoryPerWorker => Some(mean(facts.memory?.per_worker_mean_bytes)),
            Measure::MemorySteady => facts.steady_bytes.map(mean),
            Measure::MemoryUnique => facts.memory?.per_worker_uss_bytes.map(mean),
            Measure::MemoryTotal => Some(mean(facts.memory?.total_mean_bytes)),
            Measure::MemoryPerTask => facts.bytes_over_tasks,
            // Not sums over sums.
            Measure::Response(_) | Measure::Cost | Measure::CostConsumed | Measure::CostRented => {
                None
            }
        }
    }
}

impl<'a> Facts<'a> {
    fn of(run: &Run, block: &'a Block) -> Self {
        let counts = block.counts();
        let candidates = &run.request.scenario.candidates;
        let workers = candidates
            .get(block.planned.candidate)
            .map_or(1, |candidate| {
                // Memory is that of the processes where there are any.
                match candidate.backend.worker_processes() {
                    0 => candidate.backend.workers(),
                    processes => processes,
                }
            });
        Self {
            repeat: block.planned.repeat,
            window: block.window(),
            makespan_nanos: block.makespan_nanos(),
            completed: counts.completed(),
            good: counts.good,
            offered: counts.offered,
            dropped: counts.dropped,
            cold_start_nanos: block
                .started
                .as_ref()
                .map(|started| started.cold_start_nanos),
            memory: block.memory,
            steady_bytes: memory::steady_per_worker_bytes(block),
            bytes_over_tasks: memory::over_tasks_in_flight(block, f64::from(workers)),
            response: &block.measured.response,
        }
    }
}

/// All cores and all memory of the machine that `run` runs on, as far as it has told.
fn machine(run: &Run) -> Resources {
    let machine = run.machine.as_ref();
    Resources {
        cpu_cores: machine.map(|machine| f64::from(machine.cores)),
        memory_bytes: machine.map(|machine| machine.memory_bytes as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support;

    fn sample(run: &Run, candidate: usize) -> Sample<'_> {
        Sample::of(run, &run.blocks_of(candidate).collect::<Vec<_>>())
    }

    #[test]
    fn rates_are_sums_over_sums_so_that_a_longer_block_weighs_more() {
        let run = support::repeated_run();
        let sample = sample(&run, 1);
        let windows: Vec<Window> = run.blocks_of(1).filter_map(Block::window).collect();
        let completed: u64 = windows.iter().map(|window| window.completed).sum();
        let nanos: u64 = windows.iter().map(|window| window.nanos).sum();
        let value = sample.value(Measure::Throughput).unwrap();
        assert!((value - completed as f64 * 1e9 / nanos as f64).abs() < 1e-9);
        // Counting only the second block gives the second block's own rate.
        let second = sample.of_repeats(Measure::Throughput, &[1]).unwrap()(&[1]).unwrap();
        let own = windows[1].completed as f64 * 1e9 / windows[1].nanos as f64;
        assert!((second - own).abs() < 1e-9);
    }

    #[test]
    fn a_block_that_knows_nothing_of_a_measure_is_not_drawn() {
        let mut run = support::noisy::noisy_run(1, 4, &[1.0]);
        let planned = |block: &&mut Block| !block.planned.twin && block.planned.repeat == 2;
        run.blocks.iter_mut().find(planned).unwrap().memory = None;
        let sample = sample(&run, 0);
        assert_eq!(sample.repeats(Measure::Throughput), [0, 1, 2, 3]);
        assert_eq!(sample.repeats(Measure::MemoryPerWorker), [0, 1, 3]);
        assert_eq!(
            sample.repeats(Measure::Cost),
            [0, 1, 3],
            "memory is paid for"
        );
        assert!(
            sample
                .figure(Measure::MemoryPerWorker)
                .unwrap()
                .ends()
                .is_some()
        );
        assert!(
            sample
                .of_repeats(Measure::MemoryPerWorker, &[0, 2])
                .is_none()
        );
    }

    #[test]
    fn while_a_run_goes_on_figures_have_no_intervals() {
        let mut run = support::noisy::noisy_run(1, 4, &[1.0]);
        run.ended = false;
        let figure = sample(&run, 0).figure(Measure::Throughput).unwrap();
        assert_eq!(figure.ends(), None);
        run.ended = true;
        assert!(
            sample(&run, 0)
                .figure(Measure::Throughput)
                .unwrap()
                .ends()
                .is_some()
        );
    }

    #[test]
    fn a_percentile_with_too_few_samples_is_known_by_no_block() {
        let run = support::waiting_run();
        for measure in Measure::COMPARED {
            assert_eq!(sample(&run, 0).figure(measure), None, "{}", measure.name());
        }
    }
}
