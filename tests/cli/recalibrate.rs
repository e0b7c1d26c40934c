//! A clinic's own calibration: a model of its own comes out, or a sentence and nothing.

use std::{fmt::Write, fs, path::Path};

use bccscope::model::{Package, Task};

use super::support::{self, bccscope};

fn shipped() -> Package {
    Package::open(&support::shipped()).expect("the shipped model")
}

/// Labels of sixty images, a third of them BCC, and their answers by the shipped model, as
/// `analyze --json` writes them: the surer, the more often right.
fn data(folder: &Path, manifest_sha256: &str) {
    let package = shipped();
    let answer = |task: Task, p: f64| {
        let task = package.manifest.task(task);
        format!(
            r#""probability":{p},"low":{},"high":{}"#,
            task.low, task.high
        )
    };
    let mut labels = String::from("file,diagnosis,bcc\n");
    let mut lines = String::new();
    for i in 0..60 {
        let bcc = i % 3 == 0;
        // One in five is answered as the others are.
        let p = if bcc == (i % 5 != 0) { 0.7 } else { 0.2 } + f64::from(i) / 1e3;
        let (code, yes) = if bcc { ("BCC", 1) } else { ("NV", 0) };
        let _ = writeln!(labels, "{i}.jpg,{code},{yes}");
        let patterns = Task::PATTERNS
            .map(|task| format!(r#"{{"code":"{}",{}}}"#, task.code(), answer(task, 0.01)));
        let _ = writeln!(
            lines,
            r#"{{"path":"{i}.jpg","bcc":{{{}}},"patterns":[{}],"quality":{{"usable":true}},"engine":"CPU","model":{{"name":"bcc8-mnv2","version":"0.5.0","sha256":"{}","manifest_sha256":"{manifest_sha256}"}}}}"#,
            answer(Task::Bcc, p),
            patterns.join(","),
            package.cpu_sha256,
        );
    }
    fs::write(folder.join("labels.csv"), labels).expect("written");
    fs::write(folder.join("answers.jsonl"), lines).expect("written");
}

fn recalibrate(folder: &Path, more: &[&str]) -> super::support::Ran {
    let path = |name: &str| folder.join(name).display().to_string();
    let (labels, answers) = (path("labels.csv"), path("answers.jsonl"));
    let (out, model) = (path("ours"), shipped().folder.display().to_string());
    let all = [
        "study",
        "recalibrate",
        "--labels",
        &labels,
        "--predictions",
        &answers,
        "--model",
        &model,
        "--name",
        "ours",
        "--version",
        "1",
        "--out",
        &out,
    ];
    bccscope(all.iter().chain(more))
}

#[test]
fn a_clinics_own_prevalence_gives_a_model_that_the_program_takes_and_names_in_its_results() {
    let folder = tempfile::tempdir().expect("a folder");
    data(folder.path(), &shipped().manifest_sha256);
    let ran = recalibrate(folder.path(), &["--prevalence", "0.05"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in [
        "60 images",
        "20 of them BCC",
        "5.0 % are BCC",
        "Fewer than 100",
    ] {
        assert!(ran.out.contains(words), "no {words:?} in: {}", ran.out);
    }
    let ours = folder.path().join("ours");
    let model = ours.display().to_string();
    assert_eq!(bccscope(["model", "verify", "--model", &model]).code, 0);
    let phantom = folder.path().join("p.png").display().to_string();
    assert_eq!(bccscope(["phantom", &phantom, "--pattern", "UL"]).code, 0);
    let json = bccscope(["analyze", "--json", "--model", &model, &phantom]).json();
    assert_eq!(json[0]["model"]["name"], "ours");
    let package = Package::open(&ours).expect("a model");
    assert_eq!(json[0]["model"]["manifest_sha256"], package.manifest_sha256);
    assert_eq!(json[0]["model"]["sha256"], shipped().cpu_sha256);
    let prevalence = json[0]["model"]["prevalence"].as_f64().expect("a number");
    assert!((prevalence - 0.05).abs() < 1e-6);
    // It is not written over.
    recalibrate(folder.path(), &[]).refused(1, &["ours: is there already"]);
}

#[test]
fn answers_of_the_same_network_with_other_thresholds_move_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    data(folder.path(), &"0".repeat(64));
    let ran = recalibrate(folder.path(), &[]);
    ran.refused(1, &["answers.jsonl", "other thresholds of it"]);
    assert!(!folder.path().join("ours").exists());
}

#[test]
fn a_share_that_is_none_is_wrong_use() {
    let folder = tempfile::tempdir().expect("a folder");
    data(folder.path(), &shipped().manifest_sha256);
    for share in ["5", "0", "1", "NaN", "x"] {
        recalibrate(folder.path(), &["--prevalence", share]).refused(2, &["5 % is 0.05"]);
    }
    assert!(!folder.path().join("ours").exists());
}
