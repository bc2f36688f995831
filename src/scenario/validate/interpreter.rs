//! What the modelled interpreter lock needs, and what real interpreters make of stages that say what they do with theirs.

use crate::scenario::bounds::{MAX_SWITCH_INTERVAL, MIN_SWITCH_INTERVAL};
use crate::scenario::validate::Checks;
use crate::scenario::{
    AsyncCpu, Backend, Candidate, Interpreter, InterpreterLock, Scenario, Stage,
};

impl Checks {
    /// Whether there is something to share a lock on the candidate at `path`.
    pub(super) fn interpreter(&mut self, path: &str, candidate: &Candidate) {
        let Interpreter::Lock { switch_interval } = candidate.interpreter else {
            return;
        };
        let path = format!("{path}.interpreter");
        self.quantity(
            &format!("{path}.switch_interval"),
            switch_interval,
            MIN_SWITCH_INTERVAL..=MAX_SWITCH_INTERVAL,
        );
        let (why, hint) = match candidate.backend {
            Backend::Threads { .. } => return,
            Backend::Async { cpu, .. } if !matches!(cpu, AsyncCpu::Processes { .. }) => return,
            Backend::Sequential => (
                "a single thread shares its lock with nobody",
                "remove it: the candidate is the same without; or take Threads",
            ),
            Backend::Processes { .. } => (
                "every worker process has an interpreter and a lock of its own, so that none waits for another",
                "remove it, or take Threads",
            ),
            Backend::Async { .. } | Backend::Hybrid { .. } => (
                "what computes runs in worker processes, each with an interpreter and a lock of its own",
                "remove it, or take Threads, or Async that computes inline or on blocking threads",
            ),
            Backend::Python(_) => (
                "CPython brings its own interpreter lock: the model of it is for native candidates",
                "remove it",
            ),
        };
        self.error(path, why, hint);
    }

    /// Whether CPython can do with its lock what the stages say.
    pub(super) fn stages_in_cpython(&mut self, scenario: &Scenario) {
        let python = |candidate: &&Candidate| matches!(candidate.backend, Backend::Python(_));
        let Some(candidate) = scenario.candidates.iter().find(python) else {
            return;
        };
        for (kind, task) in scenario.tasks.iter().enumerate() {
            for (number, stage) in task.stages.iter().enumerate() {
                let &Stage::Cpu {
                    kernel,
                    interpreter_lock: Some(said),
                    ..
                } = stage
                else {
                    continue;
                };
                let does = kernel.interpreter_lock();
                if said == does {
                    continue;
                }
                let does = match does {
                    InterpreterLock::Held => "holds",
                    InterpreterLock::Released => "releases",
                };
                self.error(
                    format!("tasks[{kind}].stages[{number}].interpreter_lock"),
                    format!(
                        "in CPython the kernel '{}' {does} the interpreter lock, and '{}' runs there",
                        kernel.label(),
                        candidate.label()
                    ),
                    "remove it, take another kernel, or measure native candidates with a modelled lock only",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::parse;

    /// The problems of a scenario with these CPU settings and candidates, each on a line.
    fn problems(cpu: &str, candidates: &str) -> Vec<String> {
        let text = format!(
            "(format: 1, title: \"T\", tasks: [(name: \"a\", stages: [Wait(time: Constant(\"1ms\")), \
             Cpu(amount: Work(9){cpu})])], load: Batch(tasks: 900), candidates: [{candidates}])"
        );
        let problems = parse(&text).problems.into_iter();
        problems
            .map(|problem| format!("{}: {} ({})", problem.path, problem.message, problem.hint))
            .collect()
    }

    #[test]
    fn threads_and_async_without_processes_may_share_a_lock() {
        let candidates = "(backend: Threads(workers: 4), interpreter: Lock()), \
             (backend: Async(in_flight: 9), interpreter: Lock(switch_interval: \"10us\")), \
             (backend: Async(in_flight: 9, cpu: Blocking(threads: 2)), interpreter: Lock(switch_interval: \"1s\"))";
        assert_eq!(problems("", candidates), [""; 0]);
    }

    #[test]
    fn where_there_is_nothing_to_share_it_says_why() {
        for (backend, why) in [
            ("Sequential", "a single thread shares"),
            ("Processes(workers: 2)", "of its own, so that none waits"),
            (
                "Async(in_flight: 9, cpu: Processes(workers: 2))",
                "what computes runs in worker processes",
            ),
            (
                "Hybrid(waits: Threads(workers: 2), processes: 2)",
                "what computes runs in worker processes",
            ),
            ("Python(Sequential)", "brings its own interpreter lock"),
        ] {
            let found = problems("", &format!("(backend: {backend}, interpreter: Lock())"));
            let [problem] = &found[..] else {
                panic!("{backend}: {found:?}");
            };
            assert!(
                problem.starts_with("candidates[0].interpreter: ") && problem.contains(why),
                "{problem}"
            );
        }
    }

    #[test]
    fn a_switch_interval_has_bounds() {
        for (interval, bound) in [("9us", "at least 10us"), ("2s", "at most 1s")] {
            let candidate = format!(
                "(backend: Threads(workers: 4), interpreter: Lock(switch_interval: \"{interval}\"))"
            );
            let found = problems("", &candidate);
            assert!(
                found.len() == 1
                    && found[0].starts_with("candidates[0].interpreter.switch_interval: ")
                    && found[0].contains(bound),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_stage_cannot_say_of_cpython_what_it_does_not_do() {
        let native = "(backend: Threads(workers: 4), interpreter: Lock())";
        let both = &format!("{native}, (backend: Python(Sequential))");
        let released = ", interpreter_lock: Released";
        assert_eq!(problems(released, native), [""; 0]);
        assert_eq!(problems(", interpreter_lock: Held", both), [""; 0]);
        let found = problems(released, both);
        assert!(
            found.len() == 1
                && found[0]
                    .starts_with("tasks[0].stages[1].interpreter_lock: in CPython the kernel")
                && found[0].contains("holds the interpreter lock"),
            "{found:?}"
        );
        let released_there = ", kernel: Sha256, interpreter_lock: Held";
        let found = problems(released_there, both);
        assert!(
            found[0].contains("releases the interpreter lock"),
            "{found:?}"
        );
    }
}
