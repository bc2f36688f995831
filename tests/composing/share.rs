//! The CPU share of the whole task.

use poolscope::scenario::cpu_share;

use super::*;

#[test]
fn the_cpu_share_is_typed_and_undone_in_one_step() {
    let mut harness = composing(Picked::Cancelled);
    let before = scenario(&harness).clone();
    let label = "CPU share of all tasks";
    enter(&mut harness, label);
    type_into(&mut harness, label, "50 %");
    let share = cpu_share(&scenario(&harness).tasks[0]);
    assert!((share - 0.5).abs() < 0.1, "{share}");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(*scenario(&harness), before);
    harness.get_by_label("Slide the CPU share of all tasks");
}
