//! What an inference costs beside the C call that does the work: `cargo bench --bench overhead`.
//!
//! All ways are taken in turn in one process, so that whatever else the machine does strikes
//! each alike, and medians are compared. The goals: at most 3 % more than the bare call in
//! process, at most 0.5 ms more isolated. The accelerator is SIMULATED: its delegate runs the
//! same model with the same kernels, so what it takes beyond the bare call is the way there and
//! back. The known answer asked behind each inference is a second inference; the last way has
//! it, the others do not.

use std::{
    env,
    time::{Duration, Instant},
};

use bccscope::engine::{
    CpuEngine, Engine, Settings, Shape,
    worker::{Guarded, Isolated, Limits, Probe},
};
use tflitec::{
    interpreter::{Interpreter, Options},
    model::Model,
};

// The folder, the wrapped model and the simulator's file, as the tests have them.
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/accelerator/bench.rs"]
mod bench;
use bench::{Bench, SIMULATED};

const WARM_UP: usize = 10;
const ROUNDS: usize = 400;
/// Of the bare call and of the CPU engine alike.
const THREADS: usize = 1;
/// A fault that is none must not become one on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);

/// A way to run one inference, and its times.
struct Way<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
    times: Vec<f64>,
}

impl<'a> Way<'a> {
    fn new(name: &'static str, run: impl FnMut() + 'a) -> Way<'a> {
        Way {
            name,
            run: Box::new(run),
            times: Vec::new(),
        }
    }

    fn go(&mut self) {
        let clock = Instant::now();
        (self.run)();
        self.times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
}

fn main() {
    // `cargo test --benches` runs it too: once round, to see that it works.
    let rounds = match env::args().any(|argument| argument == "--bench") {
        true => ROUNDS,
        false => 1,
    };
    let bench = Bench::new();
    let input = bench.input(1);
    let model = Model::from_bytes(&bench.package.cpu).expect("the shipped model");
    let options = Options {
        thread_count: THREADS as i32,
        is_xnnpack_enabled: true,
    };
    let bare = Interpreter::new(&model, Some(options)).expect("an interpreter");
    bare.allocate_tensors().expect("tensors");
    bare.input(0)
        .and_then(|tensor| tensor.set_data(&input))
        .expect("the input fits");
    let settings = Settings {
        threads: THREADS,
        ..Settings::default()
    };
    let manifest = &bench.package.manifest;
    let mut cpu = CpuEngine::open(bench.package.cpu.clone(), manifest, &settings)
        .expect("the shipped model runs");
    let program = env!("CARGO_BIN_EXE_bccscope").into();
    let bytes = bench.package.cpu.clone();
    let mut cpu_apart =
        Isolated::open(program, bytes, Shape::of(manifest), THREADS).expect("its process starts");
    let mut session = bench.session().expect("the simulator opens");
    let mut apart = guarded(&bench, Vec::new());
    let mut asked = guarded(&bench, bench.probes());

    let mut ways = [
        Way::new("TfLiteInterpreterInvoke alone", || {
            bare.invoke().expect("it runs");
        }),
        Way::new("CPU, in process", || {
            cpu.infer(&input).expect("it answers");
        }),
        Way::new("CPU, isolated", || {
            cpu_apart.infer(&input).expect("it answers");
        }),
        Way::new("Edge TPU SIMULATED, in process", || {
            session.infer(&input).expect("it answers");
        }),
        Way::new("Edge TPU SIMULATED, isolated", || {
            answer(&mut apart, &input)
        }),
        Way::new("the same and a known answer", || answer(&mut asked, &input)),
    ];
    for round in 0..WARM_UP + rounds {
        if round == WARM_UP {
            ways.iter_mut().for_each(|way| way.times.clear());
        }
        // To and fro, so that none always runs in the wake of the same other.
        match round % 2 {
            0 => ways.iter_mut().for_each(Way::go),
            _ => ways.iter_mut().rev().for_each(Way::go),
        }
    }
    report(&ways, rounds);
}

fn guarded(bench: &Bench, probes: Vec<Probe>) -> Guarded {
    let mut launch = bench.launch(AMPLE);
    launch.limits = Limits::with_deadline(AMPLE);
    Guarded::open(Box::new(bench.cpu()), launch, probes, false)
}

fn answer(engine: &mut Guarded, input: &[i8]) {
    engine.infer(input).expect("it answers");
    let info = engine.info();
    assert_eq!(info.name, SIMULATED, "{:?}", info.fallback);
}

fn report(ways: &[Way<'_>], rounds: usize) {
    let [bare, ..] = ways else { return };
    let base = quantile(&bare.times, 0.5);
    let first = quantile(&bare.times, 0.1);
    println!("{rounds} rounds, ms; more: than the bare call, median of the rounds' differences;");
    println!("the fastest tenth is what the machine's other work disturbs least");
    println!(
        "{:<32} {:>8} {:>8} {:>7} {:>14} {:>8}",
        "", "median", "more", "ratio", "fastest tenth", "more"
    );
    for way in ways {
        // Round by round: what slows a round slows both.
        let pairs = way.times.iter().zip(&bare.times);
        let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
        let (middle, more) = (quantile(&way.times, 0.5), quantile(&differences, 0.5));
        let ratio = 1.0 + more / base;
        let fast = quantile(&way.times, 0.1);
        println!(
            "{:<32} {middle:>8.3} {more:>8.3} {ratio:>7.4} {fast:>14.3} {:>8.3}",
            way.name,
            fast - first
        );
    }
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
