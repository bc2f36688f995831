//! The CPU share of the whole task: computing and waiting made longer and shorter so that their sum stays.

use egui::{Slider, Ui};

use crate::gui::panels::composer::form::{Form, Owner};
use crate::gui::panels::composer::lines::remark_ui;
use crate::gui::panels::composer::typed_units::Share;
use crate::gui::widgets::slider_ui;
use crate::scenario::estimate::nominal_task_nanos;
use crate::scenario::{Amount, Distribution, Parameter, Scenario, Setting, Stage, apply};
use crate::units::Nanos;

/// Shows the share of the mix and sets it. `held` is the scenario as it was when the slider was taken hold of: each
/// place of the slider starts from there, or rounding to whole units of work would add up.
pub(super) fn share_ui(
    ui: &mut Ui,
    form: &mut Form<'_>,
    scenario: &mut Scenario,
    held: &mut Option<Box<Scenario>>,
) {
    let Some(now) = share_of(scenario) else {
        return;
    };
    // What cannot be set is not offered.
    if apply(scenario, Parameter::CpuShare, Setting::Number(now)).is_err() {
        return;
    }
    let owner = Owner::new("", "");
    let hint = "Of the time of all tasks, the part that needs a core. CPU stages and waits change so that the time of a task stays";
    let field = owner.named("cpu_share", "CPU share", hint, "CPU share of all tasks");
    let mut typed = Share(now);
    // The slider below does what buttons would.
    form.short_value(ui, &field, &mut typed);
    if typed != Share(now) {
        set(scenario, None, typed.0);
    }
    let field = owner.named(
        "cpu_share_slider",
        " ",
        hint,
        "Slide the CPU share of all tasks",
    );
    let mut percent = now * 100.0;
    let slid = form.row(ui, &field, |ui| {
        ui.spacing_mut().slider_width = ui.available_width();
        slider_ui(ui, Slider::new(&mut percent, 1.0..=99.0).show_value(false))
            .accessible_name(&field.name)
    });
    if slid.drag_started() {
        *held = Some(Box::new(scenario.clone()));
    }
    if slid.changed() {
        set(scenario, held.as_deref(), percent.round() / 100.0);
    }
    if slid.drag_stopped() {
        *held = None;
    }
    remark_ui(ui, "Estimated; the time of an average task stays as it is");
}

/// The part of an average task that computes, to a tenth of a percent; none for tasks without time.
fn share_of(scenario: &Scenario) -> Option<f64> {
    let (cpu, whole) = scenario
        .tasks
        .iter()
        .fold((0.0, 0.0), |(cpu, whole), task| {
            let (task_cpu, waiting) = nominal_task_nanos(task);
            let weight = task.weight;
            (
                cpu + weight * task_cpu,
                whole + weight * (task_cpu + waiting),
            )
        });
    (whole > 0.0 && cpu.is_finite()).then(|| (cpu / whole * 1_000.0).round() / 1_000.0)
}

/// Sets the share, of `from` if somebody holds the slider; a share that other stages forbid changes nothing.
fn set(scenario: &mut Scenario, from: Option<&Scenario>, share: f64) {
    if let Ok(set) = apply(
        from.unwrap_or(scenario),
        Parameter::CpuShare,
        Setting::Number(share),
    ) {
        // Only the tasks: names of candidates are made for a sweep.
        scenario.tasks = set.tasks;
        let stages = scenario.tasks.iter_mut().flat_map(|kind| &mut kind.stages);
        stages.flat_map(scaled_times).for_each(round);
    }
}

/// The times of a stage that follow the share.
fn scaled_times(stage: &mut Stage) -> Vec<&mut Nanos> {
    let time = match stage {
        Stage::Cpu { amount, .. } => {
            return match amount {
                Amount::Time(time) => vec![time],
                Amount::Work(_) => Vec::new(),
            };
        }
        Stage::Wait { time } => time,
        Stage::Http { delay, .. } | Stage::Tcp { delay, .. } => delay,
        _ => return Vec::new(),
    };
    match time {
        Distribution::Constant(time) => vec![time],
        Distribution::Uniform { from, to } => vec![from, to],
        Distribution::Exponential { mean } => vec![mean],
        Distribution::LogNormal { median, p95 } => vec![median, p95],
        Distribution::Bimodal { usual, other, .. } => vec![usual, other],
    }
}

/// To three significant digits, as times are shown: more would say that the share is known so exactly.
fn round(time: &mut Nanos) {
    let digits = time.0.checked_ilog10().map_or(0, |log| log + 1);
    let unit = 10_u64.pow(digits.saturating_sub(3));
    time.0 = ((time.0 as f64 / unit as f64).round() as u64).saturating_mul(unit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn scenario(stages: &str) -> Scenario {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [{stages}])], load: Closed(clients: 1), \
             candidates: [(backend: Sequential)])"
        );
        parse(&text).scenario.unwrap()
    }

    #[test]
    fn the_share_changes_and_the_time_of_a_task_does_not() {
        let mut tasks = scenario("Cpu(amount: Time(\"2ms\")), Wait(time: Constant(\"8ms\"))");
        assert_eq!(share_of(&tasks), Some(0.2));
        set(&mut tasks, None, 0.7);
        assert_eq!(share_of(&tasks), Some(0.7));
        let (cpu, waiting) = nominal_task_nanos(&tasks.tasks[0]);
        assert!((cpu + waiting - 10e6).abs() < 1.0);
    }

    #[test]
    fn what_the_slider_sets_can_be_read() {
        let mut tasks = scenario("Cpu(amount: Time(\"2ms\")), Wait(time: Constant(\"8ms\"))");
        set(&mut tasks, None, 0.7638);
        let times = tasks.tasks[0].stages.iter_mut().flat_map(scaled_times);
        assert_eq!(
            times.map(|time| time.0).collect::<Vec<_>>(),
            [7_640_000, 2_360_000]
        );
    }

    #[test]
    fn each_place_of_the_slider_starts_from_where_it_was_taken_hold_of() {
        let begun =
            scenario("Cpu(kernel: PrimeCheck, amount: Work(8)), Wait(time: Constant(\"5ms\"))");
        let mut tasks = begun.clone();
        for share in [0.01, 0.99, 0.3] {
            set(&mut tasks, Some(&begun), share);
        }
        let mut at_once = begun.clone();
        set(&mut at_once, None, 0.3);
        assert_eq!(tasks, at_once);
    }

    #[test]
    fn tasks_that_only_wait_have_no_share_to_set() {
        let mut tasks = scenario("Wait(time: Constant(\"8ms\"))");
        let before = tasks.clone();
        set(&mut tasks, None, 0.5);
        assert_eq!(tasks, before);
    }
}
