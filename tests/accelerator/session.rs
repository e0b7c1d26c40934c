//! The session in this very process, opened and closed: run under valgrind, it shows that
//! interpreter, delegate, model and bytes go in the right order (`scripts/valgrind.sh`).

use bccscope::engine::{
    Engine, Shape,
    edgetpu::{Session, Trouble},
};

use crate::bench::{Bench, close};

#[test]
fn session_after_session_answers_alike() {
    let bench = Bench::new();
    let mut cpu = bench.cpu();
    for seed in 0..3 {
        let mut session = bench
            .session()
            .unwrap_or_else(|t| panic!("{}", t.sentence()));
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
    let good = Shape::of(&bench.package.manifest);
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
