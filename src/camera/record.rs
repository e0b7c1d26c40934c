//! Writes a run down as it happens; the form is that of `camera::recording`.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

use jiff::Timestamp;

use super::{
    News,
    recording::{Event, FORM, FrameLine, INDEX, Line, VERSION, file_name, plain},
};
use crate::{
    files,
    frame::{Frame, PixelFormat},
    model::package::sha256_hex,
};

/// Why a run could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// There is something of that name already. It is not touched.
    #[error("{0}: exists already and is not overwritten; name a new folder")]
    Exists(PathBuf),
    /// The system's words.
    #[error("{path}: cannot be written")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// What was recorded so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames stored.
    pub frames: u64,
    /// Frames the source threw away.
    pub dropped: u64,
    /// Times the source was lost.
    pub lost: u64,
    /// Bytes of the frames.
    pub bytes: u64,
}

/// Writes a run into a new folder.
pub struct Recorder {
    folder: PathBuf,
    index: File,
    /// Bytes of the whole lines in it.
    written: u64,
    began: Instant,
    counts: Counts,
    /// The layout of each frame, of which its file has its name.
    layouts: Vec<PixelFormat>,
}

impl Recorder {
    /// Makes the folder, readable by its owner alone: a run may show a patient.
    ///
    /// # Errors
    /// [`RecordingError`]; a folder that exists is never written into.
    pub fn create(folder: &Path) -> Result<Recorder, RecordingError> {
        DirBuilder::new()
            .mode(0o700)
            .create(folder)
            .map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => RecordingError::Exists(folder.to_path_buf()),
                _ => at(folder)(source),
            })?;
        let path = folder.join(INDEX);
        let index = files::new_private(&path).map_err(at(&path))?;
        let mut recorder = Recorder {
            folder: folder.to_path_buf(),
            index,
            written: 0,
            began: Instant::now(),
            counts: Counts::default(),
            layouts: Vec::new(),
        };
        recorder.line(Event::Begin {
            form: FORM.into(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").into(),
            started_at: rfc3339(SystemTime::now()),
        })?;
        Ok(recorder)
    }

    /// Writes down what the source said.
    ///
    /// # Errors
    /// [`RecordingError`]; what was recorded before is whole, and [`Recorder::finish`] keeps it.
    pub fn write(&mut self, news: &News) -> Result<(), RecordingError> {
        match news {
            News::Quiet | News::Ended => Ok(()),
            News::Opened(opened) => self.line(opened.into()),
            News::Frame(frame) => self.frame(frame),
            News::Dropped(why) => {
                self.counts.dropped += 1;
                self.line(Event::Dropped { why: plain(why) })
            }
            News::Lost(lost) | News::Failed(lost) => {
                self.counts.lost += 1;
                self.line(lost.into())
            }
        }
    }

    /// What was recorded so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Writes the last line, without which a recording counts as cut off, once every frame is
    /// on the disk: what is counted here outlives a power cut.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn finish(mut self) -> Result<Counts, RecordingError> {
        // Only now: a disk that is waited for after each frame would cost frames.
        for (number, layout) in (1..).zip(&self.layouts) {
            synced(&self.folder.join(file_name(number, *layout)))?;
        }
        self.line(Event::End {
            frames: self.counts.frames,
        })?;
        let path = self.folder.join(INDEX);
        self.index.sync_all().map_err(at(&path))?;
        synced(&self.folder)?;
        synced(parent(&self.folder))?;
        Ok(self.counts)
    }

    fn frame(&mut self, frame: &Frame) -> Result<(), RecordingError> {
        let file = file_name(self.counts.frames + 1, frame.format);
        let path = self.folder.join(&file);
        let mut out = files::new_private(&path).map_err(at(&path))?;
        // The frame before its line: a line never names a file that is not there.
        out.write_all(&frame.data)
            .map_err(at(&path))
            .and_then(|()| {
                self.line(Event::Frame(FrameLine {
                    file,
                    layout: frame.format,
                    width: frame.width,
                    height: frame.height,
                    bytes: frame.data.len() as u64,
                    sha256: sha256_hex(&frame.data),
                    captured_us: since(self.began, frame.captured),
                    captured_at: rfc3339(frame.captured_at),
                }))
            })
            .inspect_err(|_| {
                // No line names it; on a full disk the last lines need its room. The error that
                // matters is the first one.
                let _ = fs::remove_file(&path);
            })?;
        self.counts.frames += 1;
        self.counts.bytes += frame.data.len() as u64;
        self.layouts.push(frame.format);
        Ok(())
    }

    /// Whole and at once: whatever ends the program leaves every line before.
    fn line(&mut self, event: Event) -> Result<(), RecordingError> {
        let line = Line {
            t_us: self.began.elapsed().as_micros() as u64,
            event,
        };
        let mut bytes = serde_json::to_vec(&line)
            .map_err(io::Error::from)
            .map_err(at(&self.folder.join(INDEX)))?;
        bytes.push(b'\n');
        self.index
            .write_all(&bytes)
            .inspect_err(|_| self.take_back())
            .map_err(at(&self.folder.join(INDEX)))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Half a line would spoil the one after it.
    fn take_back(&self) {
        let mut index = &self.index;
        let taken = index
            .set_len(self.written)
            .and_then(|()| index.seek(SeekFrom::Start(self.written)));
        if let Err(why) = taken {
            log::warn!(
                "{}: half a line stays in it: {why}",
                self.folder.join(INDEX).display()
            );
        }
    }
}

/// Waits until a file, or the names in a folder, are on the disk.
fn synced(path: &Path) -> Result<(), RecordingError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}

/// The folder a path lies in.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> RecordingError {
    let path = path.to_path_buf();
    move |source| RecordingError::Io { path, source }
}

/// Microseconds from the beginning to a time, which may lie before it.
fn since(began: Instant, time: Instant) -> i64 {
    let micros = |d: std::time::Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
    match time.checked_duration_since(began) {
        Some(after) => micros(after),
        None => -micros(began.saturating_duration_since(time)),
    }
}

fn rfc3339(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
