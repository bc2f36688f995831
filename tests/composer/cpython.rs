//! Candidates in CPython and the interpreter lock: every executor and every setting of theirs can be composed.

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use poolscope::scenario::{
    AsyncCpu, Backend, Candidate, Cluster, Interpreter, InterpreterLock, JoblibBackend, PoolCall,
    PythonPool, Stage, StartMethod, Transfer, Workers,
};
use poolscope::units::Nanos;

use crate::vocabulary::choose;
use crate::{Board, click, retype, scenario, shown, text_of};

type Harness = egui_kittest::Harness<'static, Board>;

/// The second candidate, four native threads at first, is the one that all these tests change.
const NAME: &str = "candidate 2";

fn of(label: &str) -> String {
    format!("{label} of {NAME}")
}

/// The panel with the candidate's fields, which runs in CPython already.
fn in_cpython() -> Harness {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, NAME);
    choose(&mut harness, &of("Back end"), "CPython");
    harness
}

fn candidate(harness: &Harness) -> Candidate {
    harness.state().scenario.candidates[1].clone()
}

#[track_caller]
fn assert_pool(harness: &Harness, expected: PythonPool) {
    assert_eq!(candidate(harness).backend, Backend::Python(expected));
}

const FOUR: Workers = Workers::Count(4);

#[test]
fn threads_become_cpythons_threads_and_keep_their_number() {
    let mut harness = in_cpython();
    assert_pool(&harness, PythonPool::ThreadPoolExecutor { workers: FOUR });
    click(&mut harness, &(of("Workers counted") + ": Per core"));
    retype(&mut harness, &of("Workers"), "2 per core");
    let workers = Workers::PerCore(2);
    assert_pool(&harness, PythonPool::ThreadPoolExecutor { workers });
    choose(&mut harness, &of("Back end"), "Processes");
    assert_eq!(
        candidate(&harness).backend.for_cores(3),
        Backend::processes(6)
    );
}

#[test]
fn every_setting_of_a_pool_of_processes_can_be_reached() {
    let mut harness = in_cpython();
    choose(&mut harness, &of("Executor"), "ProcessPoolExecutor");
    choose(&mut harness, &of("Start method"), "spawn");
    click(&mut harness, &format!("More settings of {NAME}"));
    retype(&mut harness, &of("Chunk"), "16");
    retype(&mut harness, &of("Tasks per child"), "500");
    click(&mut harness, &(of("Payload by") + ": Shared"));
    let payload = Transfer::SharedMemory;
    assert_pool(
        &harness,
        PythonPool::ProcessPoolExecutor {
            workers: FOUR,
            start: StartMethod::Spawn,
            chunk: Some(16),
            tasks_per_child: Some(500),
            payload,
        },
    );
    assert!(
        harness
            .query_by_label_contains("Needs CPython 3.11 or later")
            .is_some()
    );
    choose(&mut harness, &of("Executor"), "multiprocessing.Pool");
    choose(&mut harness, &of("Batch by"), "imap_unordered");
    for (entry, start) in [
        ("forkserver", StartMethod::Forkserver),
        ("fork", StartMethod::Fork),
    ] {
        choose(&mut harness, &of("Start method"), entry);
        assert_pool(
            &harness,
            PythonPool::MultiprocessingPool {
                workers: FOUR,
                start,
                call: PoolCall::ImapUnordered,
                chunk: Some(16),
                tasks_per_child: Some(500),
                payload,
            },
        );
    }
}

#[test]
fn an_event_loop_computes_inline_on_threads_or_on_processes() {
    let mut harness = in_cpython();
    choose(&mut harness, &of("Executor"), "asyncio");
    retype(&mut harness, &of("In flight"), "30");
    let in_flight = 30;
    let cpu = AsyncCpu::Inline;
    assert_pool(&harness, PythonPool::Asyncio { in_flight, cpu });
    click(&mut harness, &(of("CPU stages") + ": Threads"));
    retype(&mut harness, &of("Blocking threads"), "3");
    let cpu = AsyncCpu::Blocking { threads: 3 };
    assert_pool(&harness, PythonPool::Asyncio { in_flight, cpu });
    click(&mut harness, &(of("CPU stages") + ": Processes"));
    retype(&mut harness, &of("Processes beside the loop"), "2");
    let cpu = AsyncCpu::Processes { workers: 2 };
    assert_pool(&harness, PythonPool::Asyncio { in_flight, cpu });
}

#[test]
fn a_pipeline_has_threads_processes_and_a_queue_between() {
    let mut harness = in_cpython();
    choose(&mut harness, &of("Executor"), "Threads, then processes");
    retype(&mut harness, &of("Threads"), "12");
    retype(&mut harness, &of("Processes"), "2");
    retype(&mut harness, &of("Queue between"), "7");
    choose(&mut harness, &of("Start method"), "spawn");
    let (threads, processes) = (Workers::Count(12), Workers::Count(2));
    assert_pool(
        &harness,
        PythonPool::Hybrid {
            threads,
            processes,
            start: StartMethod::Spawn,
            between: 7,
        },
    );
}

#[test]
fn libraries_and_new_executors_say_what_they_need() {
    let mut harness = in_cpython();
    choose(&mut harness, &of("Executor"), "InterpreterPoolExecutor");
    let workers = FOUR;
    assert_pool(&harness, PythonPool::InterpreterPoolExecutor { workers });
    let says = |harness: &Harness, words: &str| harness.query_by_label_contains(words).is_some();
    assert!(says(&harness, "Needs CPython 3.14 or later"));

    choose(&mut harness, &of("Executor"), "joblib");
    assert!(says(&harness, "python3 -m pip install joblib"));
    click(&mut harness, &(of("Runs on") + ": threading"));
    retype(&mut harness, &of("Chunk"), "5");
    let with = JoblibBackend::Threading;
    let chunk = Some(5);
    assert_pool(
        &harness,
        PythonPool::Joblib {
            workers,
            with,
            chunk,
        },
    );
    // The scenario's load is no batch, and the problem stands with the candidate.
    assert!(says(&harness, "joblib runs batches"));

    choose(&mut harness, &of("Executor"), "Dask");
    assert!(says(&harness, "python3 -m pip install distributed"));
    retype(&mut harness, &of("Threads each"), "2");
    let (cluster, threads) = (Cluster::Local, 2);
    assert_pool(
        &harness,
        PythonPool::Dask {
            workers,
            cluster,
            threads,
        },
    );
    click(&mut harness, &(of("Cluster") + ": Configured"));
    choose(&mut harness, &of("Executor"), "Ray");
    assert!(says(&harness, "python3 -m pip install ray"));
    let cluster = Cluster::Configured;
    assert_pool(&harness, PythonPool::Ray { workers, cluster });

    choose(&mut harness, &of("Executor"), "Plain script");
    assert_pool(&harness, PythonPool::Sequential);
}

#[test]
fn an_interpreter_is_typed_or_chosen_from_those_that_the_machine_has() {
    let mut harness = in_cpython();
    retype(&mut harness, &of("Interpreter"), "3.13t");
    assert_eq!(candidate(&harness).python.as_deref(), Some("3.13t"));

    let names = ["python", "nightly", "old"].map(str::to_owned);
    harness.state_mut().panel.offer_interpreters(names.to_vec());
    harness.run();
    // One that this machine does not have stays as it was written.
    assert_eq!(text_of(&harness, &of("Interpreter")), "3.13t");
    retype(&mut harness, &of("Interpreter"), "old");
    choose(&mut harness, &of("Interpreter"), "nightly");
    assert_eq!(candidate(&harness).python.as_deref(), Some("nightly"));
    choose(&mut harness, &of("Interpreter"), "python");
    assert_eq!(candidate(&harness).python, None);

    choose(&mut harness, &of("Interpreter"), "old");
    choose(&mut harness, &of("Back end"), "Threads");
    assert_eq!(candidate(&harness), Candidate::of(Backend::threads(4)));
}

#[test]
fn native_threads_are_given_an_interpreter_lock_and_its_interval() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, NAME);
    click(&mut harness, &(of("Interpreter lock") + ": Lock"));
    assert_eq!(candidate(&harness).interpreter, Interpreter::LOCK);
    retype(&mut harness, &of("Switch interval"), "2ms");
    let switch_interval = Nanos::from_millis(2);
    let lock = Interpreter::Lock { switch_interval };
    assert_eq!(candidate(&harness).interpreter, lock);
    choose(&mut harness, &of("Back end"), "Async");
    assert_eq!(candidate(&harness).interpreter, lock);
    // Processes have nothing to share.
    click(&mut harness, &(of("CPU stages") + ": Processes"));
    assert_eq!(candidate(&harness).interpreter, Interpreter::None);
    assert!(
        harness
            .query_by_label(&(of("Interpreter lock") + ": Lock"))
            .is_none()
    );
}

#[test]
fn a_cpu_stage_says_what_it_does_with_the_interpreter_lock() {
    let stage = "stage 2 of task kind 'request'";
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, stage);
    click(&mut harness, &format!("More settings of {stage}"));
    assert!(
        harness
            .query_by_label_contains("CPython releases the interpreter lock in this kernel")
            .is_some()
    );
    for (title, expected) in [
        ("Held", Some(InterpreterLock::Held)),
        ("Released", Some(InterpreterLock::Released)),
        ("Default", None),
    ] {
        let name = format!("Interpreter lock of {stage}: {title}");
        click(&mut harness, &name);
        assert!(matches!(
            harness.state().scenario.tasks[0].stages[1],
            Stage::Cpu { interpreter_lock, .. } if interpreter_lock == expected
        ));
    }
}

#[test]
fn three_candidates_in_cpython_are_added_at_once_and_one_with_a_lock() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "Add candidate");
    click(&mut harness, "CPython ×3");
    click(&mut harness, "Add candidate");
    click(&mut harness, "Threads ×2 with an interpreter lock");
    let names = harness.state().scenario.candidate_names();
    assert_eq!(
        names[2..],
        [
            "CPython sequential",
            "CPython threads ×2",
            "CPython processes ×2",
            "threads ×2, interpreter lock"
        ]
    );
}

#[test]
fn estimates_for_cpython_stand_beside_the_others_where_somebody_runs_there() {
    let mut harness = shown(Board::new(scenario()));
    click(&mut harness, "stage 2 of task kind 'request'");
    let there = |harness: &Harness| {
        let found = harness.query_all_by_label_contains("in CPython ≈");
        found.count()
    };
    assert_eq!(there(&harness), 0);
    click(&mut harness, NAME);
    choose(&mut harness, &of("Back end"), "CPython");
    assert_eq!(there(&harness), 1);
    let forecast = harness.get_by_label_contains("At most ≈");
    assert!(!forecast.accesskit_node().is_disabled());
}

#[test]
fn what_nobody_may_write_is_told_at_its_field() {
    let mut board = scenario();
    board.candidates[1] = Candidate {
        python: Some("/usr/bin/python3".to_owned()),
        ..Candidate::of(Backend::Python(PythonPool::Sequential))
    };
    let mut harness = shown(Board::new(board));
    click(&mut harness, NAME);
    let problem = harness
        .get_by_label_contains("it is no name of an interpreter")
        .rect();
    let field = harness
        .get_by_role_and_label(egui::Role::TextInput, &of("Interpreter"))
        .rect();
    assert!(
        problem.top() >= field.bottom() && problem.top() - field.bottom() < 20.0,
        "{problem} is below {field}"
    );
}
