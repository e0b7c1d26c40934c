//! The CPU engine in a process of its own.

use std::path::PathBuf;

use bccscope::engine::{Engine, EngineError, Shape, worker::Isolated};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{Bench, same};

fn open(bench: &Bench, program: &str, model: Vec<u8>) -> Result<Isolated, EngineError> {
    let shape = Shape::of(&bench.package.manifest);
    Isolated::open(PathBuf::from(program), model, shape, 0)
}

fn opened(bench: &Bench) -> Isolated {
    let model = bench.package.cpu.clone();
    open(bench, env!("CARGO_BIN_EXE_bccscope"), model).expect("it starts")
}

#[test]
fn it_answers_as_in_process_bit_for_bit() {
    let bench = Bench::new();
    let (mut apart, mut here) = (opened(&bench), bench.cpu());
    for seed in 0..3 {
        let input = bench.input(seed);
        same(&apart.infer(&input).unwrap(), &here.infer(&input).unwrap());
    }
    let info = apart.info();
    assert_eq!((info.name.as_str(), &info.fallback), ("CPU", &None));
    assert!(info.runtime.ends_with("in its own process"), "{info:?}");
    assert!(matches!(
        apart.infer(&[0; 5]),
        Err(EngineError::InputLength { got: 5, .. })
    ));
}

/// Signals the process before its first answer and after it: the answer comes all the same.
fn survives(signal: Signal, rounds: u32) {
    let bench = Bench::new();
    let (mut apart, mut here) = (opened(&bench), bench.cpu());
    for seed in 0..rounds {
        let before = apart.process_id();
        let pid = Pid::from_raw(before.try_into().unwrap()).expect("a process");
        kill_process(pid, signal).expect("it was there");
        let input = bench.input(seed);
        same(&apart.infer(&input).unwrap(), &here.infer(&input).unwrap());
        assert_ne!(apart.process_id(), before);
    }
}

#[test]
fn a_process_that_dies_is_started_again_and_the_verdict_is_not_lost() {
    survives(Signal::KILL, 3);
}

#[test]
fn a_process_that_hangs_is_started_again_and_the_verdict_is_not_lost() {
    survives(Signal::STOP, 1);
}

#[test]
fn what_cannot_be_started_is_one_sentence() {
    let bench = Bench::new();
    let real = env!("CARGO_BIN_EXE_bccscope");
    for (program, model, words) in [
        (
            "/nonexistent",
            bench.package.cpu.clone(),
            "the CPU engine's process cannot be started",
        ),
        (
            "/bin/false",
            bench.package.cpu.clone(),
            "the CPU engine's process ended (exit code 1)",
        ),
        (
            real,
            b"no model".to_vec(),
            "the CPU engine failed: TensorFlow Lite refused the model",
        ),
    ] {
        let why = open(&bench, program, model).err().expect("an error");
        assert!(why.to_string().contains(words), "{why}");
    }
}
