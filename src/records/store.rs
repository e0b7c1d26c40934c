//! Writes a case: into a hidden folder first, each file and the folder synchronised, then
//! renamed. A power cut leaves either the whole case or a hidden folder that nobody reads.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::Serialize;

use super::{
    error::{RecordError, at},
    half_written,
};
use crate::{
    assess::{Assessment, Spread, report::Report},
    files,
    frame::{Detail, Frame, PixelFormat},
    phantom,
};

/// Where cases are kept.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

#[derive(Serialize)]
struct CaseFile<'a> {
    /// Of this form.
    schema: u32,
    /// When the frame was captured, RFC 3339, UTC.
    captured_at: String,
    /// How the frame's bytes are laid out in `frame_file`.
    format: PixelFormat,
    /// The burst it was taken from.
    burst: Spread,
    #[serde(flatten)]
    report: Report,
    /// Files of this case.
    files: &'a [String],
}

impl Store {
    /// A store in this folder. Nothing is touched until a case is saved.
    pub fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    /// Removes what a power cut left of a case that was never acknowledged as saved. What a
    /// living process may be writing is left alone; what cannot be removed stays hidden.
    pub fn clear_half_written(&self) {
        half_written::clear(&self.folder);
    }

    /// Stores a case, readable by its owner alone, and gives its name.
    ///
    /// # Errors
    /// [`RecordError`]; no part of the case is left behind then.
    pub fn save(
        &self,
        frame: &Frame,
        assessment: &Assessment,
        burst: Spread,
    ) -> Result<String, RecordError> {
        if frame.id != assessment.frame || frame.source != assessment.source {
            return Err(RecordError::OtherFrame);
        }
        private_folder()
            .recursive(true)
            .create(&self.folder)
            .map_err(at(&self.folder))?;
        let wanted = name(assessment);
        let hidden = half_written::folder(&self.folder, &wanted);
        let written = self.write(&hidden, &wanted, frame, assessment, burst);
        if written.is_err() {
            // What cannot be removed stays hidden; the error that matters is the first one.
            let _ = fs::remove_dir_all(&hidden);
        }
        written
    }

    fn write(
        &self,
        hidden: &Path,
        wanted: &str,
        frame: &Frame,
        assessment: &Assessment,
        burst: Spread,
    ) -> Result<String, RecordError> {
        if hidden.exists() {
            fs::remove_dir_all(hidden).map_err(at(hidden))?;
        }
        private_folder().create(hidden).map_err(at(hidden))?;
        let mut files = Vec::new();
        match frame.format {
            PixelFormat::Mjpeg => {
                write_file(&hidden.join("frame.jpg"), &frame.data)?;
                files.push("frame.jpg".to_owned());
            }
            PixelFormat::Yuyv { .. } => {
                write_file(&hidden.join("frame.yuyv"), &frame.data)?;
                files.push("frame.yuyv".to_owned());
            }
            PixelFormat::Rgb8 => {}
        }
        if frame.format != PixelFormat::Mjpeg {
            // Lossless, so that `analyze` gives the same answer of it.
            let path = hidden.join("frame.png");
            // Whoever encodes the picture opens the file again, and leaves its mode alone.
            files::new_private(&path).map_err(at(&path))?;
            let picture = frame.decode(Detail::Full)?;
            let marked = frame.source.kind == crate::frame::SourceKind::Phantom;
            let drawn = if marked {
                phantom::write_png(&path, &picture)
            } else {
                picture.save(&path).map_err(io::Error::other)
            };
            drawn
                .and_then(|()| File::open(&path)?.sync_all())
                .map_err(at(&path))?;
            files.push("frame.png".to_owned());
        }
        let case = CaseFile {
            schema: 1,
            captured_at: rfc3339(assessment.captured_at),
            format: frame.format,
            burst,
            report: Report::new(wanted, assessment),
            files: &files,
        };
        let path = hidden.join("case.json");
        let text = serde_json::to_vec_pretty(&case)
            .map_err(io::Error::other)
            .map_err(at(&path))?;
        write_file(&path, &text)?;
        sync_folder(hidden)?;
        // A clock that was set back may give a name twice: the older case stays.
        for attempt in 1..1000 {
            let name = match attempt {
                1 => wanted.to_owned(),
                n => format!("{wanted}-{n}"),
            };
            let target = self.folder.join(&name);
            if target.exists() {
                continue;
            }
            reveal(hidden, &target, || sync_folder(&self.folder))?;
            return Ok(name);
        }
        Err(RecordError::Io {
            path: self.folder.join(wanted),
            source: io::ErrorKind::AlreadyExists.into(),
        })
    }
}

/// `20261124-140503-1a2b3c4d`, and the words of stand-ins behind it.
fn name(assessment: &Assessment) -> String {
    let time: String = rfc3339(assessment.captured_at)
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect();
    let (day, clock) = time.split_at(time.len().min(8));
    let hash: String = assessment.frame_sha256.chars().take(8).collect();
    let mut parts = vec![day, clock, &hash];
    parts.extend(assessment.stand_ins());
    parts.join("-")
}

/// UTC, whole seconds. A clock that has lost its battery may say 1970; the record says so too.
fn rfc3339(time: SystemTime) -> String {
    let seconds = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    seconds.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Gives a whole case its name, for good. Where `sync` cannot make sure that the name outlasts a
/// power cut the case is hidden again: it is not stored, and saving again stores it once.
fn reveal(
    hidden: &Path,
    target: &Path,
    sync: impl FnOnce() -> Result<(), RecordError>,
) -> Result<(), RecordError> {
    fs::rename(hidden, target).map_err(at(target))?;
    sync().inspect_err(|_| {
        if let Err(e) = fs::rename(target, hidden) {
            log::warn!(
                "{} is there, but may not outlast a power cut: {e}",
                target.display()
            );
        }
    })
}

/// Of the owner alone: a case shows a patient.
fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    files::new_private(path)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .map_err(at(path))
}

fn sync_folder(folder: &Path) -> Result<(), RecordError> {
    File::open(folder)
        .and_then(|handle| handle.sync_all())
        .map_err(at(folder))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Instant};

    use super::*;
    use crate::{
        assess::sample,
        frame::{FrameId, Source, SourceKind},
    };

    const SPREAD: Spread = Spread {
        frames: 1,
        scored: 0,
        lowest: 0.0,
        highest: 0.0,
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
            serde_json::from_slice(&fs::read(case.join("case.json")).expect("a file"))
                .expect("JSON");
        assert_eq!(json["verdict"], "not_usable");
        assert_eq!(json["captured_at"], "2026-11-18T11:06:40Z");
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
}
