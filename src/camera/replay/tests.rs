//! Recordings written, played back, and spoiled.

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::{
    camera::{
        phantom::{PhantomCamera, PhantomSettings},
        record::{Recorder, RecordingError},
        recording::INDEX,
    },
    frame::PixelFormat,
};

/// A short run with everything in it that can happen.
fn record(folder: &Path) -> Vec<News> {
    let mut camera = PhantomCamera::new(PhantomSettings {
        width: 160,
        height: 160,
        fps: 120,
        ..PhantomSettings::default()
    });
    let mut news: Vec<News> = (0..4)
        .map(|_| camera.next(Duration::from_secs(1)))
        .collect();
    news.push(News::Dropped("truncated JPEG\nin two lines".into()));
    news.push(News::Lost(Lost {
        why: "unplugged".into(),
        advice: "plug it in".into(),
    }));
    news.push(News::Opened(Opened {
        source: Arc::new(Source {
            kind: SourceKind::Camera,
            name: "Dermatoscope".into(),
            detail: "usb-1 YUYV 4x2@30".into(),
        }),
        adjusted: Some("asked for 1920x1080".into()),
        interval: Some(Duration::from_millis(800)),
    }));
    let source = Source {
        kind: SourceKind::Camera,
        name: "Dermatoscope".into(),
        detail: String::new(),
    };
    let yuyv = PixelFormat::Yuyv { stride: 8 };
    let data: Vec<u8> = (0..16).collect();
    news.push(News::Frame(Frame::now(source.into(), yuyv, (4, 2), data)));
    let mut recorder = Recorder::create(folder).unwrap();
    for news in &news {
        recorder.write(news).unwrap();
    }
    assert_eq!(recorder.finish().unwrap().frames, 4);
    news
}

/// A recording of so many frames that goes on.
fn begun(run: &Path, frames: u64) -> (PhantomCamera, Recorder) {
    let mut camera = PhantomCamera::new(PhantomSettings {
        width: 160,
        height: 160,
        fps: 120,
        ..PhantomSettings::default()
    });
    let mut recorder = Recorder::create(run).unwrap();
    while recorder.counts().frames < frames {
        recorder
            .write(&camera.next(Duration::from_secs(1)))
            .unwrap();
    }
    (camera, recorder)
}

fn play(folder: &Path, speed: Speed) -> Vec<News> {
    let mut replay = Replay::open(folder, speed).unwrap();
    let mut all = Vec::new();
    loop {
        match replay.next(Duration::from_millis(5)) {
            News::Quiet => {}
            News::Ended => return all,
            news => all.push(news),
        }
    }
}

#[test]
fn a_run_is_played_back_byte_for_byte_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let recorded = record(&run);
    let played = play(&run, Speed::Fast);
    assert_eq!(played.len(), recorded.len());
    for (was, is) in recorded.iter().zip(&played) {
        match (was, is) {
            (News::Frame(was), News::Frame(is)) => {
                assert_eq!(was.data, is.data);
                assert_eq!(was.format, is.format);
                assert_eq!((was.width, was.height), (is.width, is.height));
                let apart = |a: SystemTime, b: SystemTime| {
                    a.duration_since(b)
                        .or_else(|_| b.duration_since(a))
                        .unwrap()
                };
                assert!(apart(was.captured_at, is.captured_at) < Duration::from_micros(1));
                assert_eq!(is.source.kind, SourceKind::Replay);
                assert!(is.id > was.id);
            }
            (News::Opened(was), News::Opened(is)) => {
                assert_eq!(was.adjusted, is.adjusted);
                assert_eq!(is.source.name, format!("replay of {}", was.source.name));
            }
            (News::Lost(was), News::Lost(is)) => assert_eq!(was, is),
            (News::Dropped(_), News::Dropped(is)) => {
                assert_eq!(is, "truncated JPEG in two lines");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_run_with_its_times_loses_no_event_and_shows_no_frame_early() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    record(&run);
    let played = play(&run, Speed::AsRecorded);
    let count = |pick: fn(&News) -> bool| played.iter().filter(|n| pick(n)).count();
    assert_eq!(count(|n| matches!(n, News::Opened(_))), 2);
    assert_eq!(count(|n| matches!(n, News::Lost(_))), 1);
    assert_eq!(count(|n| matches!(n, News::Dropped(_))), 1);
    // The last frame of the recording is never overtaken.
    assert!(matches!(played.last(), Some(News::Frame(_))));
    for news in &played {
        if let News::Frame(frame) = news {
            assert!(frame.captured <= Instant::now());
        }
    }
}

#[test]
fn a_slow_camera_is_as_slow_played_back_at_its_pace_and_in_an_older_recording_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    record(&run);
    let last = |speed| {
        let opened = |news: &News| match news {
            News::Opened(opened) => Some(opened.interval),
            _ => None,
        };
        play(&run, speed).iter().rev().find_map(opened).unwrap()
    };
    assert_eq!(last(Speed::AsRecorded), Some(Duration::from_millis(800)));
    assert_eq!(last(Speed::Fast), None);
    let index = run.join(INDEX);
    let written = fs::read_to_string(&index).unwrap();
    let older = written.replace(",\"interval_us\":800000", "");
    assert_ne!(older, written);
    fs::write(&index, older).unwrap();
    assert_eq!(last(Speed::AsRecorded), None);
}

#[test]
fn a_summary_says_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    record(&run);
    let replay = Replay::open(&run, Speed::Fast).unwrap();
    let summary = replay.summary();
    assert_eq!(summary.frames, 4);
    let names: Vec<_> = summary.sources.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["PHANTOM seed 7 UL,AT", "Dermatoscope"]);
}

#[test]
fn an_existing_folder_is_never_recorded_into() {
    let folder = tempfile::tempdir().unwrap();
    let error = Recorder::create(folder.path()).err().unwrap();
    assert!(matches!(error, RecordingError::Exists(_)), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_recording_is_finished_only_when_every_frame_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let (_, recorder) = begun(&run, 3);
    // One that cannot be waited for: it is not there.
    fs::remove_file(run.join("000002.jpg")).unwrap();
    let error = recorder.finish().unwrap_err().to_string();
    assert!(error.contains("000002.jpg"), "{error}");
    let index = fs::read_to_string(run.join(INDEX)).unwrap_or_default();
    assert!(!index.contains("\"end\""), "it says that it is whole");
}

/// A recording whose index was rewritten.
fn spoiled(change: impl FnOnce(&Path, String) -> String) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    record(&run);
    let index = fs::read_to_string(run.join(INDEX)).unwrap();
    let changed = change(&run, index);
    fs::write(run.join(INDEX), changed).unwrap();
    let refused = Replay::open(&run, Speed::Fast).unwrap_err();
    assert!(refused.path.contains("run"), "{refused}");
    refused.why
}

#[test]
fn every_damage_is_one_clear_sentence() {
    type Change = fn(&Path, String) -> String;
    let cases: [(&str, Change); 14] = [
        ("is empty", |_, _| String::new()),
        ("line 1: not a line", |_, index| index.replacen('{', "[", 1)),
        ("not the beginning", |_, index| {
            index.lines().skip(1).map(|l| format!("{l}\n")).collect()
        }),
        ("version 9", |_, index| {
            index.replace("\"version\":1", "\"version\":9")
        }),
        ("not the index of a", |_, index| {
            index.replace(crate::camera::recording::FORM, "x")
        }),
        ("no name of a frame", |_, index| {
            index.replace("000001.jpg", "../../etc/passwd")
        }),
        ("64 hexadecimal", |_, index| {
            index.replace("\"sha256\":\"", "\"sha256\":\"z")
        }),
        ("line 1: not a line of", |_, _| "{}\n".repeat(3)),
        ("counts 9 frames", |_, index| {
            index.replace("\"frames\":4", "\"frames\":9")
        }),
        ("the index says", |run, index| {
            fs::write(run.join("000001.jpg"), b"short").unwrap();
            index
        }),
        ("No such file", |run, index| {
            fs::remove_file(run.join("000002.jpg")).unwrap();
            index
        }),
        ("not a plain file", |run, index| {
            fs::remove_file(run.join("000002.jpg")).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", run.join("000002.jpg")).unwrap();
            index
        }),
        ("control characters", |_, index| {
            index.replace("unplugged", "\\u001b[2J")
        }),
        ("time of capture", |_, index| {
            index.replace("\"captured_us\":", "\"captured_us\":9999999999999,\"x\":")
        }),
    ];
    for (words, change) in cases {
        let why = spoiled(change);
        assert!(why.contains(words), "{words}: {why}");
    }
}

#[test]
fn a_frame_changed_after_recording_is_a_failure_not_a_picture_and_no_good_end_follows() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    record(&run);
    let path = run.join("000002.jpg");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let mut replay = Replay::open(&run, Speed::Fast).unwrap();
    let mut frames = 0;
    loop {
        match replay.next(Duration::ZERO) {
            News::Frame(_) => frames += 1,
            News::Opened(_) => {}
            News::Failed(lost) => {
                assert!(lost.why.contains("000002.jpg"), "{lost}");
                assert!(lost.why.contains("checksum"), "{lost}");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(frames, 1);
    assert!(matches!(replay.next(Duration::ZERO), News::Failed(_)));
}

#[test]
fn a_recording_that_was_cut_off_plays_as_far_as_it_goes_and_never_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let recorded = record(&run);
    let index = fs::read_to_string(run.join(INDEX)).unwrap();
    let last_but_one = index.lines().rev().nth(1).unwrap();
    let cut_in_frame = index.find(last_but_one).unwrap() + 20;
    for (length, missing) in [
        // In its last line, between two lines, in the line of the last frame.
        (index.len() - 5, 0),
        (index.rfind("{\"t_us\"").unwrap(), 0),
        (cut_in_frame, 1),
    ] {
        fs::write(run.join(INDEX), &index[..length]).unwrap();
        let mut replay = Replay::open(&run, Speed::Fast).unwrap();
        assert!(!replay.summary().whole);
        for _ in 0..recorded.len() - missing {
            let news = replay.next(Duration::ZERO);
            assert!(!matches!(news, News::Failed(_) | News::Ended), "{news:?}");
        }
        let words = format!("cut off after {} frames", 4 - missing);
        for _ in 0..2 {
            let News::Failed(lost) = replay.next(Duration::ZERO) else {
                panic!("it has come to a good end");
            };
            assert!(lost.why.contains(&words), "{lost}");
        }
    }
}

#[test]
fn every_line_is_in_the_index_as_soon_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut recorder = Recorder::create(&run).unwrap();
    for count in 2..5 {
        recorder.write(&News::Dropped("x".into())).unwrap();
        let index = fs::read_to_string(run.join(INDEX)).unwrap();
        assert_eq!(index.lines().count(), count);
    }
}

#[test]
fn what_was_recorded_before_a_frame_could_not_be_written_is_a_whole_recording() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let (mut camera, mut recorder) = begun(&run, 2);
    fs::create_dir(run.join("000003.jpg")).unwrap();
    let refused = loop {
        if let Err(why) = recorder.write(&camera.next(Duration::from_secs(1))) {
            break why;
        }
    };
    // The cause is told once, by whoever joins the causes.
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(!refused.to_string().contains(&cause), "{refused}");
    assert_eq!(recorder.finish().unwrap().frames, 2);
    let replay = Replay::open(&run, Speed::Fast).unwrap();
    assert!(replay.summary().whole);
    assert_eq!(replay.summary().frames, 2);
}

#[test]
fn what_is_no_recording_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let error = Replay::open(folder.path(), Speed::Fast).unwrap_err();
    assert!(error.why.contains("folder of a recording"), "{error}");
    let file = folder.path().join("picture.jpg");
    fs::write(&file, b"x").unwrap();
    let error = Replay::open(&file, Speed::Fast).unwrap_err();
    assert!(error.why.contains("is not a folder"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_byte_of_an_index_changed_is_a_recording_or_a_sentence(
        at in any::<proptest::sample::Index>(), byte in any::<u8>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        let mut recorder = Recorder::create(&run).unwrap();
        for news in [
            News::Opened(Opened::new(Arc::new(Source {
                kind: SourceKind::Camera,
                name: "x".into(),
                detail: "y".into(),
            }))),
            News::Dropped("z".into()),
        ] {
            recorder.write(&news).unwrap();
        }
        recorder.finish().unwrap();
        let mut index = fs::read(run.join(INDEX)).unwrap();
        let at = at.index(index.len());
        index[at] = byte;
        fs::write(run.join(INDEX), index).unwrap();
        if let Ok(mut replay) = Replay::open(&run, Speed::Fast) {
            for _ in 0..5 {
                replay.next(Duration::ZERO);
            }
        }
    }
}
