//! The built program with a simulated accelerator: what it says and stores.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use bccscope::phantom::Phantom;
use serde_json::Value;

use crate::bench::{Bench, SIMULATED};

/// Long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(90);

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
    assert_eq!(cpu["engine"], "CPU");
    assert!(!words.contains("Edge TPU"), "{words}");
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

/// A running device: what it logs comes line by line.
struct Device {
    child: Child,
    keys: ChildStdin,
    log: mpsc::Receiver<String>,
}

impl Device {
    fn start(bench: &Bench) -> Device {
        let mut child = program(bench, "edgetpu")
            .args(["run", "--source", "phantom", "--display", "png"])
            .args(["--size", "800x480", "--screens"])
            .arg(bench.dir.path().join("screens"))
            .arg("--cases")
            .arg(bench.dir.path().join("cases"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .env("RUST_LOG", "info")
            .spawn()
            .unwrap();
        let keys = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (send, log) = mpsc::channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .all(|line| send.send(line).is_ok())
        });
        Device { child, keys, log }
    }

    /// The next line with these words.
    fn says(&mut self, words: &str) -> String {
        let start = Instant::now();
        loop {
            if let Some(line) = self.said(words, PATIENCE) {
                return line;
            }
            assert!(start.elapsed() < PATIENCE, "never said {words:?}");
        }
    }

    fn said(&mut self, words: &str, within: Duration) -> Option<String> {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = self.log.recv_timeout(left).ok()?;
            if line.contains(words) {
                return Some(line);
            }
        }
    }

    /// Asks until it is obeyed: a command that comes too early is not.
    fn ask(&mut self, command: &str, words: &str) -> String {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            writeln!(self.keys, "{command}").unwrap();
            if let Some(line) = self.said(words, Duration::from_secs(5)) {
                return line;
            }
        }
        panic!("{command} was never answered by {words:?}");
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The device runs, the accelerator is pulled, and the next case says which engine it was.
#[test]
fn pulling_the_accelerator_while_the_device_runs() {
    let bench = Bench::new();
    let mut device = Device::start(&bench);
    device.says("known answers right");
    device.says("camera: PHANTOM");
    assert!(device.ask("capture", "frames scored").contains(SIMULATED));
    device.ask("save", "case stored");
    // By itself, without a capture.
    bench.faults("gone");
    device.says("no longer there");
    writeln!(device.keys, "back").unwrap();
    assert!(device.ask("capture", "frames scored").contains("CPU"));
    device.ask("save", "case stored");
    // And back.
    bench.faults("");
    device.says("known answers right");
    writeln!(device.keys, "quit").unwrap();
    assert!(device.child.wait().unwrap().success());

    let mut engines: Vec<(String, bool)> = fs::read_dir(bench.dir.path().join("cases"))
        .unwrap()
        .map(|entry| {
            let text = fs::read_to_string(entry.unwrap().path().join("case.json")).unwrap();
            let case: Value = serde_json::from_str(&text).unwrap();
            let engine = case["engine"].as_str().unwrap().to_owned();
            (engine, case["engine_fallback"].is_string())
        })
        .collect();
    engines.sort();
    assert_eq!(
        engines,
        [("CPU".to_owned(), true), (SIMULATED.to_owned(), false)]
    );
}
