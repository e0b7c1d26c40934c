//! The built program with a simulated accelerator: what it says and stores.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use bccscope::phantom::Phantom;
use serde_json::Value;

use crate::bench::{Bench, SIMULATED};

fn program(bench: &Bench, choice: &str) -> Command {
    let config = bench.dir.path().join("bccscope.toml");
    // A deadline that a busy machine keeps.
    let text = format!(
        "[engine]\nchoice = {choice:?}\ndeadline_ms = 10000\nedgetpu_library = {:?}\n\
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
    let picture = bench.dir.path().join("lesion.png");
    let drawing = Phantom {
        seed: 2,
        patterns: vec![],
        width: 400,
        height: 300,
    };
    drawing.draw().picture.save(&picture).unwrap();
    let output = program(bench, choice)
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
        let runtime = line["engine_runtime"].as_str().unwrap();
        assert!(
            runtime.contains("model_edgetpu.tflite sha256 "),
            "{runtime}"
        );
    }
    let (cpu, words) = analyse(&bench, "cpu");
    assert_eq!((cpu["engine"].as_str(), words.as_str()), (Some("CPU"), ""));
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

/// The device runs, the accelerator is pulled, and the next case says which engine it was.
#[test]
fn pulling_the_accelerator_while_the_device_runs() {
    let bench = Bench::new();
    let [screens, cases] = ["screens", "cases"].map(|name| bench.dir.path().join(name));
    let mut child = program(&bench, "edgetpu")
        .args(["run", "--source", "phantom", "--display", "png"])
        .args(["--size", "800x480", "--screens"])
        .arg(&screens)
        .arg("--cases")
        .arg(&cases)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .env("RUST_LOG", "info")
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut wait_for = |words: &str| {
        let mut seen = Vec::new();
        loop {
            let line = log
                .next()
                .unwrap_or_else(|| panic!("no {words:?} in {seen:#?}"));
            let line = line.unwrap();
            if line.contains(words) {
                return line;
            }
            seen.push(line);
        }
    };
    wait_for("known answers right");
    // The first capture may come before the first frame; it is repeated until it is scored.
    std::thread::sleep(std::time::Duration::from_secs(2));
    writeln!(keys, "capture").unwrap();
    assert!(wait_for("frames scored").contains(SIMULATED));
    writeln!(keys, "save").unwrap();
    // By itself, without a capture.
    bench.faults("gone");
    wait_for("no longer there");
    writeln!(keys, "back").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    writeln!(keys, "capture").unwrap();
    assert!(wait_for("frames scored").contains("CPU"));
    writeln!(keys, "save").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    writeln!(keys, "quit").unwrap();
    drop(keys);
    assert!(child.wait().unwrap().success());

    let mut stored: Vec<(String, Value)> = fs::read_dir(&cases)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(path.join("assessment.json")).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    stored.sort_by(|a, b| a.0.cmp(&b.0));
    let engines: Vec<_> = stored.iter().map(|case| case.1["engine"].clone()).collect();
    assert_eq!(engines, [SIMULATED, "CPU"]);
    assert!(stored[1].1["engine_fallback"].as_str().is_some());
}
