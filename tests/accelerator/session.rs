//! The session in this very process, opened and closed: run under valgrind, it shows that
//! interpreter, delegate, model and bytes go in the right order.
//!
//! `LD_LIBRARY_PATH=target/debug valgrind --error-exitcode=9 target/debug/deps/accelerator-* session`

use std::time::{Duration, Instant};

use bccscope::engine::{
    Engine,
    edgetpu::{Session, Trouble},
    shape,
    worker::Guarded,
};

use crate::bench::{Bench, close};

fn open(bench: &Bench) -> Result<Session, Trouble> {
    let shape = shape(&bench.package.manifest);
    let library = bench.library().display().to_string();
    Session::open(&library, bench.compiled.clone(), shape, |_| {})
}

#[test]
fn session_after_session_answers_alike() {
    let bench = Bench::new();
    let mut cpu = bench.cpu();
    for seed in 0..3 {
        let mut session = open(&bench).unwrap_or_else(|t| panic!("{}", t.sentence()));
        let input = bench.input(seed);
        let first = session.infer(&input).unwrap();
        close(&first, &cpu.infer(&input).unwrap());
        assert_eq!(session.infer(&input).unwrap(), first);
        assert!(session.infer(&input[1..]).is_err());
        assert_eq!(session.devices().len(), 1);
    }
}

#[test]
fn a_session_that_is_refused_half_way_leaves_nothing_behind() {
    let bench = Bench::new();
    let library = bench.library().display().to_string();
    let good = shape(&bench.package.manifest);
    let mut other = good.clone();
    other.maps = [1, 7, 7, 8];
    // A shape that differs, no model at all.
    for (bytes, shape) in [
        (bench.compiled.clone(), other),
        (b"nothing of the kind".to_vec(), good),
    ] {
        match Session::open(&library, bytes, shape, |_| {}) {
            Err(Trouble::Refused { .. }) => {}
            Err(trouble) => panic!("{trouble:?}"),
            Ok(_) => panic!("it was opened"),
        }
    }
}

/// `cargo test --release --test accelerator -- --ignored --nocapture what_isolation_costs`
#[test]
#[ignore = "a measurement: needs an idle machine"]
fn what_isolation_costs() {
    let bench = Bench::new();
    let mut here = open(&bench).unwrap_or_else(|t| panic!("{}", t.sentence()));
    let launch = bench.launch(Duration::from_secs(20));
    // Without questions, so that the way there and back alone is measured.
    let Ok(mut apart) = Guarded::open(Box::new(bench.cpu()), launch, Vec::new(), false) else {
        unreachable!("only asked for with `or_absent`");
    };
    let input = bench.input(1);
    let mut times = [Vec::new(), Vec::new()];
    // In turn, so that whatever else the machine does strikes both.
    for _ in 0..200 {
        let clock = Instant::now();
        here.infer(&input).unwrap();
        times[0].push(clock.elapsed());
        let clock = Instant::now();
        apart.infer(&input).unwrap();
        times[1].push(clock.elapsed());
        assert_eq!(apart.info().fallback, None);
    }
    let [here, apart] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let more = apart.saturating_sub(here);
    println!("in process {here:?}, isolated {apart:?}: {more:?} more (medians of 200)");
}
