//! `bccscope cameras` and `bccscope record` as a user runs them, with the phantom for a camera.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use bccscope::camera::{
    Camera, News,
    replay::{Replay, Speed},
};

fn bccscope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const PHANTOM: &str = "phantom:seed=3,patterns=UL,size=200x160,fps=120";

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/bcc8-mnv2");

fn record(out: &Path) -> Output {
    let out = out.to_str().expect("a path in UTF-8");
    bccscope(&["record", out, "--frames", "5", "--source", PHANTOM])
}

#[test]
fn a_recorded_phantom_is_played_back_and_still_says_phantom() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let output = record(&run);
    assert!(output.status.success(), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("5 frames"));

    let mut replay = Replay::open(&run, Speed::Fast).unwrap();
    assert_eq!(replay.summary().frames, 5);
    let mut frames = 0;
    loop {
        match replay.next(Duration::ZERO) {
            News::Opened(opened) => {
                assert_eq!(opened.source.name, "replay of PHANTOM seed 3 UL");
                assert_eq!(opened.source.stand_in(), Some("REPLAY"));
            }
            News::Frame(frame) => {
                frames += 1;
                let file = run.join(format!("{frames:06}.jpg"));
                assert_eq!(fs::read(file).unwrap(), &frame.data[..]);
            }
            News::Ended => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(frames, 5);
}

#[test]
fn a_recording_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    assert!(record(&run).status.success());
    let before = fs::read(run.join("index.jsonl")).unwrap();
    let output = record(&run);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("not overwritten"),
        "{}",
        said(&output)
    );
    assert_eq!(fs::read(run.join("index.jsonl")).unwrap(), before);
}

#[test]
fn a_recording_can_be_recorded_again_and_is_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    assert!(record(&first).status.success());
    let source = format!("replay-fast:{}", first.display());
    let out = second.to_str().unwrap();
    let output = bccscope(&["record", out, "--seconds", "60", "--source", &source]);
    assert!(output.status.success(), "{}", said(&output));
    for number in 1..=5 {
        let name = format!("{number:06}.jpg");
        assert_eq!(
            fs::read(first.join(&name)).unwrap(),
            fs::read(second.join(&name)).unwrap()
        );
    }
}

#[test]
fn wrong_use_of_record_is_exit_code_2_and_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let out = run.to_str().unwrap();
    for (arguments, words) in [
        (vec!["record", out], "--seconds"),
        (vec!["record", out, "--frames", "0"], "0"),
        (
            vec!["record", out, "--frames", "1", "--source", "webcam"],
            "a source is",
        ),
    ] {
        let output = bccscope(&arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(!run.exists(), "{arguments:?}");
    }
}

#[test]
fn a_recording_that_is_not_there_is_a_failure_that_makes_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let out = run.to_str().unwrap();
    let output = bccscope(&[
        "record",
        out,
        "--frames",
        "1",
        "--source",
        "replay:/no/such",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("/no/such"), "{}", said(&output));
    assert!(!run.exists());
}

#[test]
fn a_recording_with_a_bad_checksum_is_a_failure_of_replay_and_of_what_is_recorded_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    assert!(record(&run).status.success());
    let spoilt = run.join("000003.jpg");
    let mut bytes = fs::read(&spoilt).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&spoilt, bytes).unwrap();

    let copy = folder.path().join("copy");
    let source = format!("replay-fast:{}", run.display());
    let copied = copy.to_str().unwrap();
    for arguments in [
        vec!["replay", "--model", MODEL, run.to_str().unwrap()],
        vec!["record", copied, "--seconds", "60", "--source", &source],
    ] {
        let output = bccscope(&arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("000003.jpg"), "{arguments:?}: {said}");
        assert!(said.contains("restore it"), "{arguments:?}: {said}");
    }
    // What was recorded until then is whole, and says what happened.
    let mut replay = Replay::open(&copy, Speed::Fast).unwrap();
    assert_eq!(replay.summary().frames, 2);
    let lost = std::iter::repeat_with(|| replay.next(Duration::ZERO))
        .take_while(|news| !matches!(news, News::Ended))
        .any(|news| matches!(news, News::Lost(lost) if lost.why.contains("000003.jpg")));
    assert!(lost);
}

#[test]
fn cameras_lists_what_there_is_or_says_that_there_is_none() {
    let output = bccscope(&["cameras", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let none = listed.as_array().unwrap().is_empty();
    if none {
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said(&output).contains("plug in the dermatoscope"),
            "{}",
            said(&output)
        );
    }
}
