//! Files in the place of libedgetpu: a clear sentence each, and the CPU.

use std::{fs, time::Duration};

use bccscope::engine::Engine;

use crate::bench::{Bench, SIMULATED};

/// What is said of this file.
fn said_of(bench: &Bench) -> String {
    let mut engine = bench.open(bench.launch(Duration::from_secs(20)));
    let why = engine.info().fallback.clone().expect("a fallback");
    engine.infer(&bench.input(1)).expect("the CPU answers");
    assert_eq!(engine.info().name, "CPU");
    why
}

#[test]
fn no_library() {
    let bench = Bench::new();
    fs::remove_file(bench.library()).unwrap();
    let why = said_of(&bench);
    assert!(why.contains("is not installed"), "{why}");
    // Where nothing was asked for, nothing is missed.
    let auto = bench.open_auto(bench.launch(Duration::from_secs(20)));
    assert_eq!(
        (auto.info().name.as_str(), &auto.info().fallback),
        ("CPU", &None)
    );
    let why = auto.unused().expect("the self-test says why");
    assert!(why.contains("is not installed"), "{why}");
}

#[test]
fn a_file_that_is_no_library() {
    let bench = Bench::new();
    fs::write(bench.library(), "#!/bin/sh\n".repeat(20)).unwrap();
    let why = said_of(&bench);
    assert!(why.contains("is not a shared library"), "{why}");
}

#[test]
fn another_library() {
    let bench = Bench::new();
    let other = std::path::Path::new(env!("CARGO_BIN_EXE_bccscope"))
        .with_file_name("libtensorflowlite_c.so");
    fs::copy(other, bench.library()).unwrap();
    let why = said_of(&bench);
    assert!(
        why.contains("is not the Edge TPU runtime (it has no tflite_plugin_create_delegate)"),
        "{why}"
    );
}

#[test]
fn a_library_cut_short_anywhere() {
    let bench = Bench::new();
    let whole = fs::read(bench.library()).unwrap();
    for part in [0, 3, 63, 64, 4096, whole.len() / 2, whole.len() - 1] {
        fs::write(bench.library(), &whole[..part]).unwrap();
        let why = said_of(&bench);
        let said = ["is cut short", "is not a shared library", "damaged"];
        assert!(
            said.iter().any(|words| why.contains(words)),
            "{part}: {why}"
        );
    }
}

#[test]
fn the_library_comes_while_the_device_runs() {
    let bench = Bench::new();
    let away = bench.library().with_extension("away");
    fs::rename(bench.library(), &away).unwrap();
    let engine = bench.open(bench.launch(Duration::from_secs(20)));
    assert_eq!(engine.info().name, "CPU");
    fs::rename(&away, bench.library()).unwrap();
    crate::bench::wait_for(&engine, |name, _| name == SIMULATED);
}
