use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Instant};

use super::*;
use crate::{
    assess::{Verdict, Verdicts, sample},
    frame::{FrameId, Source, SourceKind},
    model::package::sha256_hex,
};

const SPREAD: Spread = Spread {
    frames: 1,
    scored: 0,
    lowest: 0.0,
    highest: 0.0,
    verdicts: Verdicts {
        bcc_suspected: 0,
        uncertain: 0,
        no_bcc_signs: 0,
    },
    chosen_verdict: None,
};

fn frame(kind: SourceKind, format: PixelFormat, data: &[u8]) -> Frame {
    Frame {
        id: FrameId(7),
        source: Arc::new(Source {
            kind,
            name: "a camera".into(),
            detail: String::new(),
        }),
        captured_at: SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_000_000),
        captured: Instant::now(),
        format,
        width: 2,
        height: 1,
        data: Arc::from(data),
    }
}

/// Stores a case of this frame, which the gate refused, and gives its name.
pub(crate) fn stored(store: &Store, kind: SourceKind, format: PixelFormat, data: &[u8]) -> String {
    let frame = frame(kind, format, data);
    let mut assessment = sample::refused(&frame);
    assessment.frame_sha256 = sha256_hex(data);
    store.save(&frame, &assessment, SPREAD).expect("saved")
}

fn visible(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into())
        .collect();
    names.sort();
    names
}

#[test]
fn a_case_holds_the_cameras_own_bytes_and_what_was_said_of_them() {
    let root = tempfile::tempdir().expect("a folder");
    let store = Store::new(root.path().join("cases"));
    let frame = frame(SourceKind::Camera, PixelFormat::Mjpeg, b"\xff\xd8 bytes");
    let name = store
        .save(&frame, &sample::refused(&frame), SPREAD)
        .expect("saved");
    assert_eq!(name, "20261118-110640-abababab");
    let case = root.path().join("cases").join(&name);
    assert_eq!(visible(&case), ["case.json", "frame.jpg"]);
    assert_eq!(
        fs::read(case.join("frame.jpg")).expect("a frame"),
        &frame.data[..]
    );
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(case.join("case.json")).expect("a file")).expect("JSON");
    assert_eq!(json["verdict"], "not_usable");
    assert_eq!(json["captured_at"], "2026-11-18T11:06:40Z");
}

#[test]
fn a_case_says_why_its_verdict_is_not_its_frames_own() {
    let root = tempfile::tempdir().expect("a folder");
    let frame = frame(SourceKind::Camera, PixelFormat::Mjpeg, b"x");
    let mut assessment = sample::refused(&frame);
    assessment.verdict = Verdict::Uncertain;
    let burst = Spread {
        frames: 5,
        scored: 5,
        lowest: 0.01,
        highest: 0.99,
        verdicts: Verdicts {
            bcc_suspected: 1,
            uncertain: 0,
            no_bcc_signs: 4,
        },
        chosen_verdict: Some(Verdict::NoBccSigns),
    };
    let store = Store::new(root.path().into());
    let name = store.save(&frame, &assessment, burst).expect("saved");
    let text = fs::read(root.path().join(name).join("case.json")).expect("a file");
    let json: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(json["verdict"], "uncertain");
    assert_eq!(
        json["verdict_words"],
        "Uncertain: pictures differ, repeat or refer"
    );
    assert_eq!(json["burst"]["chosen_verdict"], "no_bcc_signs");
    assert_eq!(
        json["burst"]["verdicts"],
        serde_json::json!({ "bcc_suspected": 1, "uncertain": 0, "no_bcc_signs": 4 })
    );
}

#[test]
fn the_same_name_twice_keeps_both_cases() {
    let root = tempfile::tempdir().expect("a folder");
    let store = Store::new(root.path().into());
    let frame = frame(SourceKind::Phantom, PixelFormat::Rgb8, &[9; 6]);
    let first = store
        .save(&frame, &sample::refused(&frame), SPREAD)
        .expect("saved");
    let second = store
        .save(&frame, &sample::refused(&frame), SPREAD)
        .expect("saved");
    assert!(first.ends_with("-PHANTOM"), "{first}");
    assert_eq!(visible(root.path()), [first.clone(), second]);
    let png = fs::read(root.path().join(first).join("frame.png")).expect("a picture");
    assert!(phantom::is_marked(&png));
}

#[test]
fn a_case_is_named_after_everything_that_only_stood_in() {
    let root = tempfile::tempdir().expect("a folder");
    for (kind, words) in [
        (SourceKind::Camera, "-abababab-SIMULATED"),
        (SourceKind::Phantom, "-abababab-PHANTOM-SIMULATED"),
    ] {
        let frame = frame(kind, PixelFormat::Mjpeg, b"x");
        let mut assessment = sample::refused(&frame);
        assessment.engine.name = "Edge TPU SIMULATED".into();
        let store = Store::new(root.path().into());
        let name = store.save(&frame, &assessment, SPREAD).expect("saved");
        assert!(name.ends_with(words), "{name}");
    }
}

#[test]
fn a_case_is_readable_by_its_owner_alone() {
    let root = tempfile::tempdir().expect("a folder");
    let cases = root.path().join("cases");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let yuyv = PixelFormat::Yuyv { stride: 4 };
    for (kind, format, data) in [
        (SourceKind::Camera, PixelFormat::Mjpeg, &b"bytes"[..]),
        (SourceKind::Camera, yuyv, &[9; 4]),
        (SourceKind::Phantom, PixelFormat::Rgb8, &[9; 6]),
    ] {
        let frame = frame(kind, format, data);
        let name = Store::new(cases.clone())
            .save(&frame, &sample::refused(&frame), SPREAD)
            .expect("saved");
        assert_eq!((mode(&cases), mode(&cases.join(&name))), (0o700, 0o700));
        for file in visible(&cases.join(&name)) {
            assert_eq!(mode(&cases.join(&name).join(&file)), 0o600, "{file}");
        }
    }
}

#[test]
fn a_case_that_may_not_outlast_a_power_cut_is_not_there() {
    let root = tempfile::tempdir().expect("a folder");
    let (hidden, target) = (root.path().join(".case.7"), root.path().join("case"));
    fs::create_dir(&hidden).expect("a folder");
    let failing = || Err(at(root.path())(io::Error::other("a card that is worn out")));
    let words = reveal(&hidden, &target, failing)
        .expect_err("not stored")
        .to_string();
    assert!(words.ends_with("worn out"), "{words}");
    assert_eq!(visible(root.path()), [".case.7"]);
    reveal(&hidden, &target, || Ok(())).expect("stored");
    assert_eq!(visible(root.path()), ["case"]);
}

#[test]
fn a_result_of_another_frame_is_not_stored() {
    let root = tempfile::tempdir().expect("a folder");
    let frame = frame(SourceKind::Camera, PixelFormat::Mjpeg, b"x");
    let mut other = sample::refused(&frame);
    other.frame = FrameId(8);
    let error = Store::new(root.path().into()).save(&frame, &other, SPREAD);
    assert!(matches!(error, Err(RecordError::OtherFrame)));
    assert!(visible(root.path()).is_empty());
}

#[test]
fn a_case_that_cannot_be_written_leaves_nothing_behind() {
    let root = tempfile::tempdir().expect("a folder");
    // Too few bytes for a picture: the PNG cannot be made.
    let frame = frame(SourceKind::Camera, PixelFormat::Rgb8, &[1, 2]);
    let error = Store::new(root.path().into()).save(&frame, &sample::refused(&frame), SPREAD);
    assert!(matches!(error, Err(RecordError::Frame(_))));
    assert!(visible(root.path()).is_empty());
    let file = root.path().join("file");
    fs::write(&file, "").expect("a file");
    let words = Store::new(file.join("cases"))
        .save(&frame, &sample::refused(&frame), SPREAD)
        .expect_err("a file is no folder")
        .to_string();
    assert!(words.contains("file/cases"), "{words}");
}
