//! Every stage, distribution, load, queue and back end can be composed, and says what it became.

use egui_kittest::kittest::Queryable as _;
use poolscope::scenario::{
    AsyncCpu, Backend, Distribution, HybridWaits, Kernel, Load, LockKind, Problem, ProfilePart,
    Protection, QueuePolicy, Stage, Start, Transfer, Workers,
};
use poolscope::units::{Bytes, Nanos, text};

use crate::{Board, click, retype, scenario, shown};

/// The stage that all these tests change.
const STAGE: &str = "stage 1 of task kind 'request'";

/// Opens the list `combo` and clicks on `entry`.
pub(crate) fn choose(
    harness: &mut egui_kittest::Harness<'static, Board>,
    combo: &str,
    entry: &str,
) {
    click(harness, combo);
    // The list is drawn last; a title may stand elsewhere too.
    let entries = harness.query_all_by_role_and_label(egui::Role::Button, entry);
    entries.last().expect("the list has that entry").click();
    harness.run();
}

fn stage(harness: &egui_kittest::Harness<'static, Board>) -> Stage {
    harness.state().scenario.tasks[0].stages[0].clone()
}

#[test]
fn every_type_of_stage_can_be_chosen_and_shows_its_fields() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, STAGE);
    for (entry, label, field) in [
        ("TCP", "TCP", "Response size"),
        ("File read", "file read", "Size"),
        ("File append", "file append", "Size"),
        ("Memory", "memory", "Size"),
        ("Lock", "lock", "Locks"),
        ("Counter", "counter", "Additions"),
        ("Payload", "payload", "To worker"),
        ("CPU", "CPU", "Amount"),
        ("HTTP", "HTTP", "Response size"),
        ("File write", "file write", "Size"),
        ("Wait", "wait", "Time"),
    ] {
        choose(&mut harness, &format!("Type of {STAGE}"), entry);
        assert_eq!(stage(&harness).label(), label);
        harness.get_by_role_and_label(egui::Role::TextInput, &format!("{field} of {STAGE}"));
    }
    choose(&mut harness, &format!("Type of {STAGE}"), "Barrier");
    assert_eq!(stage(&harness), Stage::Barrier);
}

#[test]
fn a_wait_takes_every_distribution() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, STAGE);
    let kind = format!("Kind of time of {STAGE}");
    let time = |harness: &egui_kittest::Harness<'static, Board>| match stage(harness) {
        Stage::Wait { time } => time,
        other => panic!("{other:?} is no wait"),
    };
    choose(&mut harness, &kind, "Uniform");
    retype(&mut harness, &format!("To of time of {STAGE}"), "90ms");
    let (from, to) = (Nanos::from_millis(10), Nanos::from_millis(90));
    assert_eq!(time(&harness), Distribution::Uniform { from, to });
    choose(&mut harness, &kind, "Bimodal");
    retype(
        &mut harness,
        &format!("Share of the other of time of {STAGE}"),
        "0.25",
    );
    assert!(
        matches!(time(&harness), Distribution::Bimodal { other_share, .. } if (other_share - 0.25).abs() < 1e-9)
    );
    choose(&mut harness, &kind, "Exponential");
    retype(&mut harness, &format!("Mean of time of {STAGE}"), "7ms");
    let mean = Nanos::from_millis(7);
    assert_eq!(time(&harness), Distribution::Exponential { mean });
    choose(&mut harness, &kind, "Log-normal");
    assert!(matches!(time(&harness), Distribution::LogNormal { median, .. } if median == mean));
}

#[test]
fn what_is_rarely_used_is_folded_and_says_what_is_set() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, STAGE);
    choose(&mut harness, &format!("Type of {STAGE}"), "HTTP");
    let request = format!("Request size of {STAGE}");
    assert!(harness.query_by_label(&request).is_none());
    click(&mut harness, &format!("More settings of {STAGE}"));
    retype(&mut harness, &request, "2KiB");
    retype(&mut harness, &format!("Error share of {STAGE}"), "0.1");
    assert!(matches!(
        stage(&harness),
        Stage::Http { request, errors, .. } if request == Bytes::from_kib(2) && (errors - 0.1).abs() < 1e-9
    ));
    choose(&mut harness, &format!("Type of {STAGE}"), "Lock");
    click(
        &mut harness,
        &format!("Kind of lock of {STAGE}: Read-write"),
    );
    assert!(matches!(
        stage(&harness),
        Stage::Lock {
            kind: LockKind::ReadWrite { .. },
            ..
        }
    ));
}

#[test]
fn kernels_and_protections_are_chosen_from_lists() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, STAGE);
    choose(&mut harness, &format!("Type of {STAGE}"), "CPU");
    for kernel in Kernel::ALL {
        if !matches!(stage(&harness), Stage::Cpu { kernel: now, .. } if now == kernel) {
            choose(&mut harness, &format!("Kernel of {STAGE}"), kernel.label());
        }
        assert!(matches!(stage(&harness), Stage::Cpu { kernel: now, .. } if now == kernel));
    }
    choose(&mut harness, &format!("Type of {STAGE}"), "Counter");
    click(&mut harness, &format!("Protected by of {STAGE}: Atomic"));
    assert!(matches!(
        stage(&harness),
        Stage::Counter {
            protection: Protection::Atomic,
            ..
        }
    ));
}

#[test]
fn a_profile_is_composed_part_by_part() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Load: Profile");
    click(&mut harness, "Remove part 4");
    click(&mut harness, "Move up part 3");
    click(&mut harness, "Add part");
    click(&mut harness, "Shape of part 4: Spike");
    retype(&mut harness, "Peak per second of part 4", "900");
    retype(&mut harness, "Length of part 4", "4s");
    let Load::Profile { parts, .. } = &harness.state().scenario.load else {
        panic!("the load is no profile")
    };
    assert_eq!(parts.len(), 4);
    assert!(matches!(parts[1], ProfilePart::Step { .. }));
    assert!(matches!(
        parts[3],
        ProfilePart::Spike { peak_per_sec, length, .. }
            if (peak_per_sec - 900.0).abs() < 1e-9 && length == Nanos::from_secs(4)
    ));
}

#[test]
fn clients_think_batches_have_chunks_and_queues_a_policy() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "More settings of load");
    retype(&mut harness, "Think time", "30ms");
    assert!(
        matches!(harness.state().scenario.load, Load::Closed { think, .. }
            if think == Distribution::Constant(Nanos::from_millis(30)))
    );
    click(&mut harness, "Load: Batch");
    retype(&mut harness, "Chunk of the batch", "8");
    assert!(matches!(
        harness.state().scenario.load,
        Load::Batch { chunk: 8, .. }
    ));
    choose(&mut harness, "Queue policy", "Shed by age");
    retype(&mut harness, "Oldest age", "250ms");
    click(&mut harness, "More settings of queue");
    retype(&mut harness, "In-flight cap", "12");
    let queue = harness.state().scenario.queue;
    let older_than = Nanos::from_millis(250);
    assert_eq!(queue.policy, QueuePolicy::ShedByAge { older_than });
    assert_eq!(queue.in_flight, Some(12));
}

#[test]
fn every_setting_of_a_process_pool_can_be_reached() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "candidate 2");
    choose(&mut harness, "Back end of candidate 2", "Processes");
    click(&mut harness, "Workers counted of candidate 2: Per core");
    retype(&mut harness, "Workers of candidate 2", "3 per core");
    click(&mut harness, "More settings of candidate 2");
    click(&mut harness, "Start of candidate 2: Zygote");
    click(&mut harness, "Payload by of candidate 2: Shared");
    retype(&mut harness, "Chunk of candidate 2", "16");
    retype(&mut harness, "New after tasks of candidate 2", "500");
    let expected = Backend::Processes {
        workers: Workers::PerCore(3),
        start: Start::Zygote,
        chunk: Some(16),
        recycle_after: Some(500),
        payload: Transfer::SharedMemory,
    };
    assert_eq!(harness.state().scenario.candidates[1].backend, expected);
}

#[test]
fn a_hybrid_and_an_async_candidate_are_composed_with_a_queue_of_their_own() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "candidate 1");
    choose(&mut harness, "Back end of candidate 1", "Hybrid");
    click(&mut harness, "Waits on of candidate 1: Threads");
    retype(&mut harness, "Threads of candidate 1", "24");
    retype(&mut harness, "Processes of candidate 1", "2");
    retype(&mut harness, "Queue between of candidate 1", "7");
    let expected = Backend::Hybrid {
        waits: HybridWaits::Threads {
            workers: Workers::Count(24),
        },
        processes: Workers::Count(2),
        between: 7,
    };
    assert_eq!(harness.state().scenario.candidates[0].backend, expected);
    choose(&mut harness, "Back end of candidate 1", "Async");
    click(&mut harness, "CPU stages of candidate 1: Processes");
    retype(
        &mut harness,
        "Processes beside the loop of candidate 1",
        "3",
    );
    let cpu = AsyncCpu::Processes { workers: 3 };
    assert!(
        matches!(harness.state().scenario.candidates[0].backend, Backend::Async { cpu: now, .. } if now == cpu)
    );
    click(&mut harness, "Queue of candidate 1: Its own");
    retype(&mut harness, "Capacity of the queue of candidate 1", "5");
    assert_eq!(
        harness.state().scenario.candidates[0]
            .queue
            .map(|queue| queue.capacity),
        Some(5)
    );
    assert_eq!(
        harness.state().scenario.queue.capacity,
        scenario().queue.capacity
    );
}

#[test]
fn the_noise_floor_is_asked_for_and_the_server_is_limited_where_something_asks_it() {
    let mut harness = shown(Board::new(scenario()));
    assert!(harness.query_by_label("Loopback server").is_none());
    click(&mut harness, STAGE);
    choose(&mut harness, &format!("Type of {STAGE}"), "HTTP");
    click(&mut harness, "Loopback server");
    retype(&mut harness, "Server connections", "4");
    click(&mut harness, "Protocol");
    harness
        .get_by_role_and_label(egui::Role::CheckBox, "Noise floor")
        .click();
    harness.run();
    let scenario = &harness.state().scenario;
    assert_eq!(scenario.server.connections, Some(4));
    assert!(scenario.protocol.noise_floor);
}

#[test]
fn a_problem_of_a_setting_that_is_folded_is_seen_nevertheless() {
    let mut board = Board::new(scenario());
    board.problems = vec![
        Problem::error("tasks[0].stages[0].time.mean", "wrong mean", ""),
        Problem::error("candidates[1].backend.chunk", "wrong chunk", ""),
        Problem::error("protocol.drain", "wrong drain", ""),
        Problem::error("server.connections", "wrong server", ""),
        Problem::error("load.parts[1].rate_per_sec", "wrong rate", ""),
    ];
    let mut harness = shown(board);
    for section in [STAGE, "candidate 2", "Protocol"] {
        click(&mut harness, section);
    }
    for what in ["mean", "chunk", "drain", "server", "rate"] {
        let wrong = format!("wrong {what}");
        let found = harness.query_all_by_label_contains(&wrong);
        assert_eq!(found.count(), 1, "{what}");
    }
}

#[test]
fn the_strip_says_how_much_of_a_task_is_computing_and_how_much_is_waiting() {
    let mut harness = shown(Board::new(scenario()));
    // 2,000 KiB of SHA-256 are about a millisecond beside 20 ms of waiting.
    let whole = 20e6 + 2_000.0 * Kernel::Sha256.nominal_unit_nanos();
    let figure = format!("≈ {} per task,", text::nanos(whole));
    assert!(harness.query_by_label_contains(&figure).is_some());
    assert!(harness.query_all_by_label_contains("waiting 95 %").count() > 0);
    assert!(
        harness
            .query_by_label_contains("per task of the mix")
            .is_some()
    );
    click(&mut harness, "Remove task kind 'upload'");
    assert!(
        harness
            .query_by_label_contains("per task of the mix")
            .is_none()
    );
}

#[test]
fn the_stages_of_the_strip_are_read_one_after_the_other_with_arrow_keys() {
    let mut harness = shown(Board::new(scenario()));
    let strip = "task kind 'request' to scale, estimated";
    harness.get_by_label_contains(strip).focus();
    harness.run();
    assert!(harness.query_by_label_contains(strip).is_none());
    let first = "task kind 'request', Stage 1: Wait, ≈ 20.0 ms, waiting, needs no core, estimated";
    assert!(harness.query_by_label(first).is_some());
    for key in [egui::Key::ArrowRight, egui::Key::ArrowRight] {
        harness.key_press(key);
        harness.run();
        // The last one has none behind it.
        let second = harness.query_by_label_contains("'request', Stage 2: CPU, ≈");
        assert!(second.is_some());
    }
    harness.key_press(egui::Key::ArrowLeft);
    harness.run();
    assert!(harness.query_by_label(first).is_some());
}

#[test]
fn the_weight_of_a_kind_is_asked_for_where_there_is_another_one() {
    let mut harness = shown(Board::new(scenario()));
    let weight = |harness: &egui_kittest::Harness<'static, Board>| {
        let field = harness.query_by_label("Weight of task kind 'upload'");
        field.is_some()
    };
    assert!(weight(&harness));
    click(&mut harness, "Remove task kind 'request'");
    harness.get_by_label("Name of task kind 'upload'");
    assert!(!weight(&harness));
}
