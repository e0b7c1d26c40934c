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
    half_written::{self, HalfWritten},
};
use crate::{
    assess::{Assessment, Spread, report::Report},
    files,
    frame::{Detail, Frame, PixelFormat},
    phantom,
};

/// Of the form of `case.json`.
pub(super) const SCHEMA: u32 = 1;

/// Where cases are kept.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

#[derive(Serialize)]
struct CaseFile<'a> {
    /// [`SCHEMA`].
    schema: u32,
    /// When the frame was captured, RFC 3339, UTC.
    captured_at: String,
    /// How the frame's bytes are laid out in `frame_file`.
    format: PixelFormat,
    /// The burst it was taken from, and why its verdict may differ from the frame's own.
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
        // Of the owner alone: a case shows a patient.
        DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(&self.folder)
            .map_err(at(&self.folder))?;
        let wanted = name(assessment);
        let hidden = HalfWritten::create(&self.folder, &wanted)
            .map_err(|(path, source)| RecordError::Io { path, source })?;
        let written = self.write(&hidden.path, &wanted, frame, assessment, burst);
        if written.is_err() {
            // What cannot be removed stays hidden; the error that matters is the first one.
            let _ = fs::remove_dir_all(&hidden.path);
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
        let mut report = Report::new(wanted, assessment);
        report.verdict_words = burst.words(assessment.verdict);
        let case = CaseFile {
            schema: SCHEMA,
            captured_at: rfc3339(assessment.captured_at),
            format: frame.format,
            burst,
            report,
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
pub(super) mod tests;
