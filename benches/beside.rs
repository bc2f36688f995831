//! What the window costs the figures that it shows: the same run with the window open and without one, in turns.
//!
//! `cargo bench --bench beside` starts a display of its own (Xvfb) and draws in software; `-- --rounds 5` makes other than
//! three rounds, `-- --measure 5s` measures other than ten seconds. Of each figure it prints the medians of both, how far
//! they are apart, and how far two runs without a window were apart at the most: the noise floor. Below it stands what the
//! window takes while it runs, and what one that shows a finished run takes while nobody touches it. It judges nothing, as figures are of this machine and
//! of what else it did; without Xvfb it says so and ends.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use eframe::egui;
use poolscope::analysis::candidate_figures;
use poolscope::gui::action::Action;
use poolscope::gui::app::{App, RunState, Services};
use poolscope::gui::dialogs::{FileDialogs, FileRequest, Picked};
use poolscope::gui::drawing;
use poolscope::gui::notify::DesktopNotifier;
use poolscope::run::{Run, RunRequest};
use poolscope::scenario::{Scenario, parse, to_text};
use poolscope::session::{RunnerCommand, Session};
use poolscope::units::Nanos;

/// The part that opens the window is told by this to play it.
const WINDOW: &str = "--as-window";
/// What that part prints when its run begins.
const BEGINS: &str = "begins";
/// How long an idle window is looked at.
const IDLE: Duration = Duration::from_secs(20);
/// A window has settled by then: toasts are gone.
const SETTLED: Duration = Duration::from_secs(12);
/// What the figures are called, in the order in which they are handed on.
const NAMES: [&str; 5] = ["throughput", "p50", "p95", "p99", "CPU per task"];

/// The figures of one candidate; missing ones are NaN.
type Figures = [f64; NAMES.len()];

struct NoDialogs;

impl FileDialogs for NoDialogs {
    fn pick(&self, _request: &FileRequest) -> Picked {
        Picked::Cancelled
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().collect();
    if let Some(place) = args.iter().position(|arg| arg == WINDOW) {
        as_window(args.get(place + 1).context("a file is named")?.into())?;
        return Ok(ExitCode::SUCCESS);
    }
    let value = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1)
    };
    let rounds: usize = value("--rounds").map_or(Ok(3), |text| text.parse())?;
    let measure: Nanos = value("--measure").map_or("10s", String::as_str).parse()?;
    let Some(display) = Display::start()? else {
        println!("Skipped: there is no Xvfb, which shows a window without a screen");
        return Ok(ExitCode::SUCCESS);
    };
    let scenario = scenario(measure)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("beside.ron");
    std::fs::write(&file, to_text(&scenario))?;
    let names = scenario.candidate_names();
    let (mut without, mut with, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let mut idle = None;
    for round in 1..=rounds {
        // In turns, and every second round the other way round, so that a drift of the machine hits both.
        for is_first in [true, false] {
            if is_first == (round % 2 == 1) {
                println!("round {round} of {rounds}: without a window");
                without.push(figures(&headless(&scenario)?));
            } else {
                println!("round {round} of {rounds}: with the window");
                let seen = windowed(&display, &file, names.len(), round == rounds)?;
                with.push(seen.figures);
                shares.push(seen.cores);
                idle = seen.idle.or(idle);
            }
        }
    }
    report(&names, &without, &with);
    let share = 100.0 * median(shares);
    println!("\nthe window while it runs: {share:.2} % of a core");
    if let Some(took) = idle {
        let (took, over) = (took.as_secs_f64(), IDLE.as_secs_f64());
        println!("idle window that shows the run: {took:.3} s of CPU in {over:.0} s");
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits and computes on threads and on processes, at a rate that both bear.
fn scenario(measure: Nanos) -> anyhow::Result<Scenario> {
    let text = r#"(format: 1, title: "Beside the window",
        tasks: [(name: "task", stages: [Cpu(amount: Time("2ms")), Wait(time: Constant("10ms"))])],
        load: Open(rate_per_sec: 60),
        candidates: [(backend: Threads(workers: 8)), (backend: Processes(workers: 4))],
        protocol: (warm_up: "1s", measure: "10s", drain: "5s", repeats: 1, order: Listed))"#;
    let loaded = parse(text);
    let problems = loaded.problems;
    let scenario = loaded.scenario;
    let mut scenario = scenario.with_context(|| format!("the scenario is wrong: {problems:?}"))?;
    scenario.protocol.measure = measure;
    Ok(scenario)
}

fn runner() -> PathBuf {
    env!("CARGO_BIN_EXE_poolscope").into()
}

/// The run without a window, as the command line makes it.
fn headless(scenario: &Scenario) -> anyhow::Result<Run> {
    let request = RunRequest::all_of(scenario.clone());
    let command = RunnerCommand {
        executable: runner(),
    };
    let session = Session::start(request.clone(), command, |_| ())?;
    let mut run = Run::new(request, 0);
    while !run.ended {
        run.apply(session.events().recv()?);
    }
    Ok(run)
}

/// A run in the window.
struct Seen {
    figures: Vec<Figures>,
    /// Cores that the window took while it ran.
    cores: f64,
    /// CPU time that it took afterwards, where that was asked for.
    idle: Option<Duration>,
}

/// The same run in a window of a process of its own; and, if `idle` is wanted, what the window takes afterwards.
fn windowed(
    display: &Display,
    file: &std::path::Path,
    candidates: usize,
    idle: bool,
) -> anyhow::Result<Seen> {
    let home = tempfile::tempdir()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(WINDOW).arg(file).env("DISPLAY", &display.name);
    command
        .env_remove("WAYLAND_DISPLAY")
        .env("LIBGL_ALWAYS_SOFTWARE", "1");
    for folder in [
        "HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        command.env(folder, home.path());
    }
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut child = Ended(child);
    let output = child.0.stdout.take().context("its output is a pipe")?;
    let mut found = Vec::new();
    let mut begun = (Instant::now(), Duration::ZERO);
    for line in BufReader::new(output).lines() {
        let line = line?;
        if line == BEGINS {
            begun = (Instant::now(), cpu_time(child.0.id())?);
        }
        let Some(figures) = line.strip_prefix("figures ") else {
            continue;
        };
        let mut all = [f64::NAN; NAMES.len()];
        for (place, word) in all.iter_mut().zip(figures.split(' ')) {
            *place = word.parse()?;
        }
        found.push(all);
        if found.len() == candidates {
            break;
        }
    }
    if found.len() < candidates {
        bail!("the window ended before its run did");
    }
    let took = cpu_time(child.0.id())?.saturating_sub(begun.1);
    let cores = took.as_secs_f64() / begun.0.elapsed().as_secs_f64();
    let mut took = None;
    if idle {
        std::thread::sleep(SETTLED);
        let before = cpu_time(child.0.id())?;
        std::thread::sleep(IDLE);
        took = Some(cpu_time(child.0.id())?.saturating_sub(before));
    }
    Ok(Seen {
        figures: found,
        cores,
        idle: took,
    })
}

/// CPU time of all threads of a process.
fn cpu_time(pid: u32) -> anyhow::Result<Duration> {
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // One that ended meanwhile has no file any more.
        let text = std::fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        nanos += text.split(' ').next().map_or(Ok(0), |word| match word {
            "" => Ok(0),
            word => word.parse::<u64>(),
        })?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Opens the window, runs the file in it, prints the figures, and shows the run until somebody ends the process.
fn as_window(file: PathBuf) -> anyhow::Result<()> {
    let services = Services {
        dialogs: Arc::new(NoDialogs),
        notifier: Arc::new(DesktopNotifier),
        executable: runner(),
        settings_dir: None,
        runs_dir: None,
    };
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1_280.0, 800.0]),
        ..drawing()
    };
    let opened = eframe::run_native(
        "beside",
        options,
        Box::new(move |creation| {
            let mut app = App::new(&creation.egui_ctx, services);
            app.request(Action::OpenFile(file));
            Ok(Box::new(Watched {
                app,
                step: Step::Opening(Instant::now()),
            }))
        }),
    );
    opened.map_err(|error| anyhow::anyhow!("the window cannot be opened: {error}"))
}

/// The window, and how far its run is.
struct Watched {
    app: App,
    step: Step,
}

enum Step {
    Opening(Instant),
    Running,
    Done,
}

impl eframe::App for Watched {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.app.logic(ctx, frame);
        match self.step {
            Step::Opening(since) => {
                let is_open = self.app.document().scenario().title == "Beside the window";
                // The first frames take longer than all others.
                if is_open && since.elapsed() > Duration::from_secs(2) {
                    self.app.request(Action::Run);
                    println!("{BEGINS}");
                    self.step = Step::Running;
                }
                ctx.request_repaint_after(Duration::from_millis(100));
            }
            Step::Running if self.app.run_state() != RunState::None => {
                let measurement = self.app.measurement();
                let run = measurement.map(poolscope::gui::app::Measurement::run);
                if let Some(run) = run.filter(|run| run.ended) {
                    for one in figures(run) {
                        let words = one.map(|figure| figure.to_string());
                        println!("figures {}", words.join(" "));
                    }
                    self.step = Step::Done;
                }
            }
            Step::Running => ctx.request_repaint_after(Duration::from_millis(100)),
            Step::Done => {}
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
    }
}

/// The figures of each candidate.
fn figures(run: &Run) -> Vec<Figures> {
    let all = candidate_figures(run);
    let one = |one: &poolscope::analysis::CandidateFigures| {
        let known = |figure: Option<f64>| figure.unwrap_or(f64::NAN);
        let times = &one.response_time_nanos;
        [
            known(one.throughput_per_sec.map(|figure| figure.value)),
            known(times.p50.map(|nanos| nanos as f64)),
            known(times.p95.map(|nanos| nanos as f64)),
            known(times.p99.map(|nanos| nanos as f64)),
            known(one.cpu_nanos_per_task.map(|figure| figure.value)),
        ]
    };
    all.iter().map(one).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(names: &[String], without: &[Vec<Figures>], with: &[Vec<Figures>]) {
    println!(
        "\n{:<24} {:<14} {:>14} {:>14} {:>9} {:>9}",
        "candidate", "figure", "without", "with window", "apart", "noise"
    );
    for (candidate, name) in names.iter().enumerate() {
        for (place, figure) in NAMES.iter().enumerate() {
            let of = |runs: &[Vec<Figures>]| -> Vec<f64> {
                runs.iter().map(|run| run[candidate][place]).collect()
            };
            let (alone, beside) = (of(without), of(with));
            let [low, high] = [f64::min, f64::max]
                .map(|end| alone.iter().copied().reduce(end).unwrap_or(f64::NAN));
            let noise = high / low - 1.0;
            let (alone, beside) = (median(alone), median(beside));
            let apart = beside / alone - 1.0;
            let said = if without.len() < 2 || !(apart.is_finite() && noise.is_finite()) {
                "not known"
            } else if apart.abs() <= noise {
                "within the noise"
            } else {
                "beyond the noise"
            };
            let (shown, unit) = if place == 0 { (1.0, "/s") } else { (1e6, "ms") };
            println!(
                "{name:<24} {figure:<14} {:>11.3} {unit} {:>11.3} {unit} {:>+8.1}% {:>8.1}%  {said}",
                alone / shown,
                beside / shown,
                100.0 * apart,
                100.0 * noise,
            );
        }
    }
}

/// A display without a screen, for as long as it is kept.
struct Display {
    name: String,
    _server: Ended,
}

impl Display {
    /// None where there is no Xvfb.
    fn start() -> anyhow::Result<Option<Self>> {
        let mut command = Command::new("Xvfb");
        // It takes a free number and tells which, as soon as it can be used.
        command.args(["-displayfd", "1", "-noreset", "-screen", "0", "1280x800x24"]);
        let server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut server = match server {
            Ok(server) => Ended(server),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("Xvfb cannot be started"),
        };
        let output = server.0.stdout.take().context("its output is a pipe")?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb ended at once");
        }
        Ok(Some(Self {
            name: format!(":{}", number.trim()),
            _server: server,
        }))
    }
}

/// A process that ends with its keeper.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
