//! Faults again and again: no verdict is lost, wrong or late, and the engine is truly named.

use std::{
    sync::{Arc, Mutex},
    thread::{self, available_parallelism},
    time::{Duration, Instant},
};

use bccscope::{
    assess::EngineInfo,
    engine::{
        CpuEngine, Engine, EngineError, Outputs,
        worker::{Guarded, Probe},
    },
};

use crate::bench::{Bench, SIMULATED, close, same, wait_for};

/// What is commanded, and what must then be said.
struct Fault {
    words: &'static str,
    said: &'static [&'static str],
    /// For one that shows only when the next worker starts: what is said then.
    at_start: Option<&'static str>,
}

const fn strikes(words: &'static str, said: &'static [&'static str]) -> Fault {
    Fault {
        words,
        said,
        at_start: None,
    }
}

const FAULTS: [Fault; 8] = [
    strikes("slow=60000", &["did not answer within"]),
    strikes("hang", &["did not answer within"]),
    strikes("abort", &["SIGABRT"]),
    strikes("wrong", &["answers wrongly"]),
    strikes("error", &["USB transfer error"]),
    // By the heartbeat or by an inference, whichever comes first.
    strikes("gone", &["no longer there", "USB transfer error"]),
    Fault {
        words: "busy abort",
        said: &["SIGABRT"],
        at_start: Some("would not open"),
    },
    Fault {
        words: "mismatch abort",
        said: &["SIGABRT"],
        at_start: Some("do not fit each other"),
    },
];

/// The CPU behind the accelerator, and how long it took for its last answer.
struct Timed {
    cpu: CpuEngine,
    took: Arc<Mutex<Duration>>,
}

impl Engine for Timed {
    fn info(&self) -> &EngineInfo {
        self.cpu.info()
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        let clock = Instant::now();
        let answer = self.cpu.infer(input);
        *self.took.lock().unwrap() = clock.elapsed();
        answer
    }
}

/// What was seen of one fault.
#[derive(Debug, Default)]
struct Seen {
    /// Faults that struck a working accelerator and were named.
    struck: usize,
    by_accelerator: usize,
    by_cpu: usize,
    worst: Duration,
    /// Of a verdict less the CPU's inference in it, where there was one.
    worst_without_cpu: Duration,
}

/// One fault's engine, and questions whose answers are known.
struct Trial<'a> {
    bench: &'a Bench,
    engine: Guarded,
    questions: Vec<Probe>,
    turn: usize,
    seen: Seen,
    cpu_took: Arc<Mutex<Duration>>,
}

impl Trial<'_> {
    /// One verdict: right, and by the engine it names.
    fn ask(&mut self) {
        let question = &self.questions[self.turn % self.questions.len()];
        self.turn += 1;
        *self.cpu_took.lock().unwrap() = Duration::ZERO;
        let clock = Instant::now();
        let got = self.engine.infer(&question.input);
        let took = clock.elapsed();
        let got: Outputs = got.expect("no verdict is lost");
        let info = self.engine.info();
        match (info.name.as_str(), &info.fallback) {
            (SIMULATED, None) => {
                close(&got, &question.answer);
                self.seen.by_accelerator += 1;
            }
            ("CPU", Some(_)) => {
                same(&got, &question.answer);
                self.seen.by_cpu += 1;
            }
            other => panic!("{other:?}"),
        }
        let without_cpu = took.saturating_sub(*self.cpu_took.lock().unwrap());
        self.seen.worst = self.seen.worst.max(took);
        self.seen.worst_without_cpu = self.seen.worst_without_cpu.max(without_cpu);
    }

    fn why(&self) -> &str {
        self.engine.info().fallback.as_deref().unwrap_or_default()
    }

    /// Before, with, while and after the fault.
    fn round(&mut self, fault: &Fault) {
        wait_for(&self.engine, |name, _| name == SIMULATED);
        self.ask();
        wait_for(&self.engine, |name, _| name == SIMULATED);
        self.bench.faults(fault.words);
        self.ask();
        let why = self.why();
        assert_eq!(self.engine.info().name, "CPU", "{}", fault.words);
        // On a busy machine another failure may come before this one.
        let named = fault.said.iter().any(|words| why.contains(words));
        self.seen.struck += usize::from(named);
        if let Some(words) = fault.at_start {
            wait_for(&self.engine, |_, why| {
                why.is_some_and(|why| why.contains(words))
            });
        }
        self.ask();
        assert_eq!(self.engine.info().name, "CPU", "{}", fault.words);
        self.bench.faults("");
        self.ask();
    }
}

/// Until this fault has struck so often.
fn rounds(fault: &Fault, count: usize, deadline: Duration) -> Seen {
    let bench = Bench::new();
    let mut launch = bench.launch(deadline);
    launch.limits.trips = usize::MAX;
    launch.limits.start = Duration::from_secs(2);
    // Longer than the next inference takes: a worker started while it would hang is waited for.
    launch.limits.first_rest = Duration::from_millis(100);
    launch.limits.longest_rest = Duration::from_millis(100);
    let mut cpu = bench.cpu();
    let questions = (0..16u32).map(|seed| {
        let input = bench.input(1000 + seed);
        let answer = cpu.infer(&input).unwrap();
        Probe { input, answer }
    });
    let questions = questions.collect();
    let cpu_took = Arc::default();
    let timed = Timed {
        cpu,
        took: Arc::clone(&cpu_took),
    };
    let mut trial = Trial {
        questions,
        cpu_took,
        engine: bench.open_before(Box::new(timed), launch),
        bench: &bench,
        turn: 0,
        seen: Seen::default(),
    };
    for _ in 0..2 * count + 10 {
        if trial.seen.struck >= count {
            return trial.seen;
        }
        trial.round(fault);
    }
    panic!("{} struck only {} times", fault.words, trial.seen.struck);
}

/// All faults, each with a folder, an engine and worker processes of its own; most of the time is
/// spent waiting.
fn all(count: usize, deadline: Duration, at_a_time: usize) -> Vec<(&'static str, Seen)> {
    let waiting = Mutex::new(FAULTS.iter());
    let seen = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                loop {
                    let Some(fault) = waiting.lock().unwrap().next() else {
                        return;
                    };
                    let result = rounds(fault, count, deadline);
                    seen.lock().unwrap().push((fault.words, result));
                }
            });
        }
    });
    seen.into_inner().unwrap()
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

#[test]
fn every_fault_once() {
    for (fault, seen) in all(1, Duration::from_millis(500), cores()) {
        assert!(seen.by_cpu >= 2, "{fault}");
    }
}

/// `cargo test --release --test accelerator -- --ignored --nocapture every_fault_two_hundred`;
/// fewer rounds with `BCCSCOPE_STRESS_ROUNDS=20`.
#[test]
#[ignore = "takes minutes"]
fn every_fault_two_hundred_times() {
    let deadline = Duration::from_millis(250);
    let wanted = std::env::var("BCCSCOPE_STRESS_ROUNDS").ok();
    let count = wanted.map_or(200, |n| n.parse().expect("a number of rounds"));
    let clock = Instant::now();
    // A core for the verdict, one for the worker that starts meanwhile: no more is measured than
    // a device that does nothing else would show.
    let all = all(count, deadline, (cores() / 2).max(1));
    println!(
        "deadline {deadline:?}; {:?} in all; times in ms",
        clock.elapsed()
    );
    println!(
        "{:<16} {:>7} {:>11} {:>7} {:>9} {:>19}",
        "fault", "struck", "accelerator", "CPU", "worst", "worst less its CPU's"
    );
    let ms = |time: Duration| time.as_secs_f32() * 1000.0;
    for (fault, seen) in &all {
        println!(
            "{fault:<16} {:>7} {:>11} {:>7} {:>9.1} {:>19.1}",
            seen.struck,
            seen.by_accelerator,
            seen.by_cpu,
            ms(seen.worst),
            ms(seen.worst_without_cpu)
        );
    }
    for (fault, seen) in &all {
        // Not later than the deadline and one inference of the CPU, to the millisecond: the
        // machine must be idle.
        assert!(seen.worst_without_cpu <= deadline, "{fault}: {seen:?}");
    }
}
