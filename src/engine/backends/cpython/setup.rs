//! What the harness is told once: the scenario's recipes as plain numbers, and where everything lies.

use serde_json::{Value, json};

use crate::engine::backends::cpython::frames::PROTOCOL;
use crate::engine::backends::cpython::gives_up;
use crate::engine::plan::{Plan, phases_of};
use crate::engine::stages::Tables;
use crate::engine::stages::file::block_of;
use crate::scenario::bounds::MAX_LOCKS;
use crate::scenario::{
    Access, Amount, AsyncCpu, Backend, Distribution, Inside, Kernel, Load, LockKind, MemoryAccess,
    Protection, PythonPool, Scenario, Stage, TaskKind, cores_of_this_machine,
};

/// The set-up of the harness for `pool`, as JSON.
pub(super) fn setup(
    plan: &Plan,
    scenario: &Scenario,
    pool: PythonPool,
    tables: &Tables,
) -> serde_json::Result<Vec<u8>> {
    let Backend::Python(resolved) = Backend::Python(pool).for_cores(cores_of_this_machine()) else {
        unreachable!("resolving numbers of workers changes nothing else");
    };
    let pipelined = is_pipelined(pool);
    let kinds: Vec<Value> = scenario
        .tasks
        .iter()
        .map(|kind| kind_of(kind, pipelined))
        .collect();
    let around = &plan.surroundings;
    let python = around.python.as_ref();
    serde_json::to_vec(&json!({
        "protocol": PROTOCOL,
        "seed": plan.recipes.seed(),
        "pool": resolved,
        "batch": matches!(plan.load, Load::Batch { .. }),
        "kinds": kinds,
        "scratch": around.scratch,
        "server_port": around.server_port,
        "gives_up": gives_up(plan),
        "restarts": plan.defences.restarts,
        "tables": tables,
        "dask_address": python.and_then(|home| home.dask_address.as_deref()),
        "ray_address": python.and_then(|home| home.ray_address.as_deref()),
    }))
}

/// Whether the harness runs stages that wait in one pool and everything else in another.
const fn is_pipelined(pool: PythonPool) -> bool {
    matches!(
        pool,
        PythonPool::Hybrid { .. }
            | PythonPool::Asyncio {
                cpu: AsyncCpu::Processes { .. },
                ..
            }
    )
}

fn kind_of(kind: &TaskKind, pipelined: bool) -> Value {
    let steps: Vec<Value> = kind.stages.iter().filter_map(step_of).collect();
    json!({
        "weight": kind.weight,
        "steps": steps,
        "phases": phases_of(kind, pipelined),
    })
}

/// A stage as the harness executes it; none for a barrier.
fn step_of(stage: &Stage) -> Option<Value> {
    Some(match *stage {
        Stage::Cpu { kernel, amount, .. } => match amount {
            Amount::Work(work) => json!({"op": "cpu", "kernel": name_of(kernel), "work": work}),
            Amount::Time(time) => {
                json!({"op": "cpu", "kernel": name_of(kernel), "nanos": time.0})
            }
        },
        Stage::Wait { time } => json!({"op": "wait", "time": distribution(time)}),
        Stage::FileWrite { .. } | Stage::FileAppend { .. } | Stage::FileRead { .. } => {
            return file_step(stage);
        }
        Stage::Memory {
            size,
            access,
            hold_tasks,
        } => json!({
            "op": "memory",
            "bytes": size.0,
            "access": access_of(access),
            "hold_tasks": hold_tasks,
        }),
        Stage::Http {
            delay,
            response,
            request,
            errors,
        } => call("http", delay, response.0, request.0, errors),
        Stage::Tcp {
            delay,
            response,
            request,
            errors,
        } => call("tcp", delay, response.0, request.0, errors),
        Stage::Lock {
            hold,
            inside,
            locks,
            kind,
        } => lock(hold, inside, locks, kind),
        Stage::Counter {
            increments,
            protection,
        } => counter(increments, protection),
        Stage::Payload { to_worker, back } => {
            json!({"op": "payload", "to_worker": to_worker.0, "back": back.0})
        }
        Stage::Barrier => return None,
    })
}

/// As [`step_of`], for stages on files; none for others.
fn file_step(stage: &Stage) -> Option<Value> {
    Some(match *stage {
        Stage::FileWrite {
            size,
            block,
            access,
            sync,
        } => json!({
            "op": "file_write",
            "bytes": size.0,
            "block": block_of(block.0, size.0),
            "random": access == Access::Random,
            "sync": sync,
        }),
        Stage::FileAppend { size, sync } => {
            json!({"op": "file_append", "bytes": size.0, "sync": sync})
        }
        Stage::FileRead {
            size,
            block,
            access,
            file,
        } => json!({
            "op": "file_read",
            "bytes": size.0,
            "block": block_of(block.0, size.0),
            "random": access == Access::Random,
            "file_bytes": file.unwrap_or(size).0,
        }),
        _ => return None,
    })
}

fn lock(hold: Distribution, inside: Inside, locks: u32, kind: LockKind) -> Value {
    json!({
        "op": "lock",
        "hold": distribution(hold),
        "cpu": inside == Inside::Cpu,
        "locks": locks.clamp(1, MAX_LOCKS),
        "readers": match kind {
            LockKind::Mutex => None,
            LockKind::ReadWrite { readers } => Some(readers),
        },
    })
}

fn counter(increments: u64, protection: Protection) -> Value {
    json!({
        "op": "counter",
        "increments": increments,
        // There is no atomic addition: validation refuses it.
        "protection": match protection {
            Protection::Unprotected => "unprotected",
            Protection::Locked | Protection::Atomic => "locked",
        },
    })
}

fn call(op: &str, delay: Distribution, response: u64, request: u64, errors: f64) -> Value {
    json!({
        "op": op,
        "delay": distribution(delay),
        "response": response,
        "request": request,
        "errors": errors,
    })
}

fn distribution(distribution: Distribution) -> Value {
    match distribution {
        Distribution::Constant(time) => json!({"constant": time.0}),
        Distribution::Uniform { from, to } => json!({"uniform": [from.0, to.0]}),
        Distribution::Exponential { mean } => json!({"exponential": mean.0}),
        Distribution::LogNormal { median, .. } => {
            json!({"log_normal": [median.0, distribution.sigma()]})
        }
        Distribution::Bimodal {
            usual,
            other,
            other_share,
        } => json!({"bimodal": [usual.0, other.0, other_share]}),
    }
}

const fn name_of(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::SumOfSquares => "sum_of_squares",
        Kernel::PrimeCheck => "prime_check",
        Kernel::Sha256 => "sha256",
        Kernel::Deflate => "deflate",
        Kernel::JsonParse => "json_parse",
        Kernel::Sort => "sort",
        Kernel::MatrixProduct => "matrix_product",
        Kernel::PointerChase => "pointer_chase",
    }
}

const fn access_of(access: MemoryAccess) -> &'static str {
    match access {
        MemoryAccess::Allocate => "allocate",
        MemoryAccess::Touch => "touch",
        MemoryAccess::Stream => "stream",
        MemoryAccess::Chase => "chase",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::Surroundings;

    fn told(backend: &str, stages: &str) -> Value {
        let text = format!(
            r#"(format: 1, title: "t", tasks: [(name: "t", weight: 3, stages: {stages})],
                load: Batch(tasks: 9, chunk: 4), candidates: [(backend: Python({backend}))])"#
        );
        let scenario = crate::scenario::parse(&text).scenario.unwrap();
        let surroundings = Surroundings {
            executable: "poolscope".into(),
            scratch: "scratch".into(),
            server_port: Some(9),
            python: None,
        };
        let plan = Plan::new(&scenario, text, 0, u64::MAX, surroundings).unwrap();
        let Backend::Python(pool) = plan.backend else {
            panic!("{:?}", plan.backend)
        };
        let tables = Tables::from([("text", "there".into())]);
        let json = setup(&plan, &scenario, pool, &tables).unwrap();
        serde_json::from_slice(&json).unwrap()
    }

    #[test]
    fn the_set_up_has_recipes_as_plain_numbers() {
        let told = told(
            "ProcessPoolExecutor(workers: \"2 per core\", start: Spawn)",
            r#"[Cpu(amount: Work(5)), Barrier, Wait(time: LogNormal(median: "1ms", p95: "3ms")),
                FileRead(size: "3B", access: Random, file: "9B"), Cpu(kernel: Sort, amount: Time("2us"))]"#,
        );
        assert_eq!(told["seed"], u64::MAX);
        assert_eq!(told["batch"], true);
        assert_eq!(told["server_port"], 9);
        assert_eq!(told["tables"], json!({"text": "there"}));
        assert_eq!(told["dask_address"], Value::Null);
        let pool = &told["pool"]["ProcessPoolExecutor"];
        assert_eq!(pool["workers"], 2 * cores_of_this_machine());
        assert_eq!(pool["start"], "Spawn");
        let kind = &told["kinds"][0];
        assert_eq!(kind["weight"], 3.0);
        assert_eq!(kind["phases"], json!([[[0, 1, 0]], [[1, 4, 0]]]));
        let steps = kind["steps"].as_array().unwrap();
        let sigma = 3_f64.ln() / 1.644_853_626_951;
        assert_eq!(
            steps[..],
            [
                json!({"op": "cpu", "kernel": "sum_of_squares", "work": 5}),
                json!({"op": "wait", "time": {"log_normal": [1_000_000, sigma]}}),
                json!({"op": "file_read", "bytes": 3, "block": 3, "random": true, "file_bytes": 9}),
                json!({"op": "cpu", "kernel": "sort", "nanos": 2_000}),
            ]
        );
    }

    #[test]
    fn a_pipeline_is_told_which_segments_run_where() {
        let stages =
            r#"[Wait(time: Constant("1ms")), Cpu(amount: Work(1)), Barrier, Cpu(amount: Work(1))]"#;
        for backend in [
            "Hybrid(threads: 2, processes: 2)",
            "Asyncio(in_flight: 3, cpu: Processes(workers: 2))",
        ] {
            let phases = told(backend, stages)["kinds"][0]["phases"].clone();
            assert_eq!(
                phases,
                json!([[[0, 1, 0], [1, 2, 1]], [[2, 2, 0], [2, 3, 1]]]),
                "{backend}"
            );
        }
        let phases = told("Asyncio(in_flight: 3)", stages)["kinds"][0]["phases"].clone();
        assert_eq!(phases, json!([[[0, 2, 0]], [[2, 3, 0]]]));
    }

    #[test]
    fn every_stage_and_every_distribution_has_a_form() {
        let told = told(
            "Sequential",
            r#"[
                Wait(time: Uniform(from: "1us", to: "2us")), Wait(time: Exponential(mean: "3us")),
                Wait(time: Bimodal(usual: "1us", other: "9us", other_share: 0.25)),
                FileWrite(size: "8KiB", sync: true), FileAppend(size: "1KiB"),
                Memory(size: "1KiB", access: Chase, hold_tasks: 2),
                Http(delay: Constant("5us")), Tcp(delay: Constant("5us"), errors: 0.5, request: "2B"),
                Lock(hold: Constant("1us"), inside: Wait, locks: 4, kind: ReadWrite(readers: 0.75)),
                Counter(increments: 7, protection: Atomic), Payload(to_worker: "1B", back: "2B"),
            ]"#,
        );
        assert_eq!(told["pool"], "Sequential");
        let steps = told["kinds"][0]["steps"].as_array().unwrap();
        let expected = [
            json!({"op": "wait", "time": {"uniform": [1_000, 2_000]}}),
            json!({"op": "wait", "time": {"exponential": 3_000}}),
            json!({"op": "wait", "time": {"bimodal": [1_000, 9_000, 0.25]}}),
            json!({"op": "file_write", "bytes": 8_192, "block": 8_192, "random": false, "sync": true}),
            json!({"op": "file_append", "bytes": 1_024, "sync": false}),
            json!({"op": "memory", "bytes": 1_024, "access": "chase", "hold_tasks": 2}),
            json!({"op": "http", "delay": {"constant": 5_000}, "response": 1_024, "request": 0, "errors": 0.0}),
            json!({"op": "tcp", "delay": {"constant": 5_000}, "response": 1_024, "request": 2, "errors": 0.5}),
            json!({"op": "lock", "hold": {"constant": 1_000}, "cpu": false, "locks": 4, "readers": 0.75}),
            json!({"op": "counter", "increments": 7, "protection": "locked"}),
            json!({"op": "payload", "to_worker": 1, "back": 2}),
        ];
        for (step, expected) in steps.iter().zip(&expected) {
            assert_eq!(step, expected);
        }
        assert_eq!(steps.len(), expected.len());
    }
}
