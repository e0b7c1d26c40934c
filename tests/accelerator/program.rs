//! The built program with a simulated accelerator: what it says and stores.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use bccscope::phantom::Phantom;
use serde_json::{Value, json};

use crate::bench::{Bench, SIMULATED};

/// The program with this bench's model and library, and a line of the configuration's engine.
pub fn program(bench: &Bench, engine: &str) -> Command {
    let config = bench.dir.path().join("bccscope.toml");
    // A deadline that a busy machine keeps.
    let text = format!(
        "[engine]\n{engine}\ndeadline_ms = 10000\nedgetpu_library = {:?}\n\
         [model]\npath = {:?}\n",
        bench.library(),
        bench.dir.path().join("model")
    );
    fs::write(&config, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bccscope"));
    command.arg("--config").arg(config).stdin(Stdio::null());
    command
}

fn analyse(bench: &Bench, choice: &str) -> (Value, String) {
    analyse_with(bench, &format!("choice = {choice:?}"))
}

fn analyse_with(bench: &Bench, engine: &str) -> (Value, String) {
    let picture = bench.dir.path().join("lesion.png");
    let drawing = Phantom {
        seed: 2,
        patterns: vec![],
        width: 400,
        height: 300,
    };
    drawing.draw().picture.save(&picture).unwrap();
    let output = program(bench, engine)
        .args(["analyze", "--json"])
        .arg(&picture)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    (serde_json::from_slice(&output.stdout).unwrap(), words)
}

#[test]
fn the_json_line_names_the_engine_and_that_it_is_simulated() {
    let bench = Bench::new();
    for choice in ["auto", "edgetpu"] {
        let (line, words) = analyse(&bench, choice);
        assert_eq!(line["engine"], SIMULATED, "{words}");
        assert_eq!(line["engine_fallback"], Value::Null);
        assert_eq!(line["stand_ins"], json!(["SIMULATED"]));
        let runtime = line["engine_runtime"].as_str().unwrap();
        assert!(
            runtime.contains("model_edgetpu.tflite sha256 "),
            "{runtime}"
        );
    }
    let (cpu, words) = analyse(&bench, "cpu");
    assert_eq!(cpu["engine"], "CPU");
    assert_eq!(cpu["stand_ins"], json!([]));
    assert!(!words.contains("Edge TPU"), "{words}");
}

#[test]
fn the_cpu_engine_in_its_own_process_says_the_same() {
    let bench = Bench::new();
    let (here, _) = analyse(&bench, "cpu");
    let (apart, words) = analyse_with(&bench, "choice = \"cpu\"\nisolate_cpu = true");
    assert_eq!(apart["bcc"], here["bcc"], "{words}");
    assert_eq!(apart["patterns"], here["patterns"]);
    assert_eq!(apart["engine"], "CPU");
    let runtime = apart["engine_runtime"].as_str().unwrap();
    assert!(runtime.ends_with("in its own process"), "{runtime}");
}

#[test]
fn a_fallback_is_in_the_json_line_and_on_stderr() {
    let bench = Bench::new();
    bench.faults("abort");
    let (line, words) = analyse(&bench, "edgetpu");
    assert_eq!(line["engine"], "CPU");
    let why = line["engine_fallback"].as_str().unwrap();
    assert!(why.contains("SIGABRT"), "{why}");
    assert!(words.contains("the CPU analyses instead"), "{words}");
    // The score is the CPU's.
    let (cpu, _) = analyse(&bench, "cpu");
    assert_eq!(line["bcc"], cpu["bcc"]);
}

#[test]
fn without_an_accelerator_auto_says_nothing_of_one() {
    let bench = Bench::new();
    bench.faults("no-device");
    let (line, words) = analyse(&bench, "auto");
    assert_eq!(line["engine"], "CPU");
    assert_eq!(line["engine_fallback"], Value::Null);
    assert!(!words.contains("the CPU analyses"), "{words}");
}

#[test]
fn a_damaged_compiled_file_is_a_fallback_with_auto_too() {
    let bench = Bench::new();
    let file = bench.dir.path().join("model/model_edgetpu.tflite");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let (line, _) = analyse(&bench, "auto");
    assert_eq!(line["engine"], "CPU");
    let why = line["engine_fallback"].as_str().unwrap();
    assert!(why.contains("model_edgetpu.tflite: its sha256"), "{why}");
}

#[test]
fn a_model_without_a_compiled_file_is_said_where_the_accelerator_was_asked_for() {
    let bench = Bench::new();
    let manifest = bench.dir.path().join("model/manifest.toml");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bcc8-mnv2/manifest.toml");
    fs::copy(shipped, manifest).unwrap();
    assert_eq!(analyse(&bench, "auto").0["engine_fallback"], Value::Null);
    let (line, _) = analyse(&bench, "edgetpu");
    let why = line["engine_fallback"].as_str().unwrap();
    assert!(why.contains("no file compiled for the Edge TPU"), "{why}");
}
