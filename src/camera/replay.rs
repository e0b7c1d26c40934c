//! A recorded run as a camera: the same frames, byte for byte, with the same pauses, drops
//! and losses, or as fast as they are asked for.
//!
//! A recording comes from outside and is looked at in full before it plays: every line, and
//! that every frame's file is there and as long as it says. Checksums are compared as the
//! frames are played.

mod index;

use std::{
    collections::VecDeque,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use super::{
    Camera, Lost, News, Opened,
    pace::wait_until,
    recording::{Event, FrameLine, Line},
};
use crate::{
    frame::{Frame, FrameId, Source, SourceKind},
    model::package::sha256_hex,
};

/// Why a recording was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct ReplayError {
    /// The folder, or the file in it.
    pub path: String,
    /// What is wrong, in which line, and what to do.
    pub why: String,
}

/// How fast a recording plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// With the times it was recorded with; a frame that is overtaken by a newer one before
    /// it is asked for is left out, as with a real camera.
    #[default]
    AsRecorded,
    /// As fast as it is asked for, every frame.
    Fast,
}

/// What a recording holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When it was recorded, RFC 3339.
    pub started_at: String,
    /// What was recorded, each source once.
    pub sources: Vec<Source>,
    /// Frames in it.
    pub frames: u64,
    /// From its first to its last line.
    pub length: Duration,
    /// Whether it was finished; one that was not is cut off after its last frame.
    pub whole: bool,
}

/// A recorded run, played back.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    lines: VecDeque<Line>,
    summary: Summary,
    speed: Speed,
    began: Option<Instant>,
    source: Arc<Source>,
    /// Set where it cannot go on.
    failed: Option<Lost>,
}

impl Replay {
    /// Opens a recording. One that was cut off plays as far as it goes, and fails at its end.
    ///
    /// # Errors
    /// [`ReplayError`] for one that is damaged, or not a recording.
    pub fn open(folder: &Path, speed: Speed) -> Result<Replay, ReplayError> {
        let (lines, summary) = index::read(folder)?;
        if !summary.whole {
            log::warn!("{}", cut_off(folder, &summary));
        }
        Ok(Replay {
            folder: folder.to_path_buf(),
            lines: lines.into(),
            speed,
            began: None,
            source: Arc::new(Source {
                kind: SourceKind::Replay,
                name: "replay".into(),
                detail: summary.started_at.clone(),
            }),
            summary,
            failed: None,
        })
    }

    /// What the recording holds.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Whether the next line is a frame that is due already.
    fn overtaken(&self, began: Instant) -> bool {
        self.speed == Speed::AsRecorded
            && self.lines.front().is_some_and(|next| {
                matches!(next.event, Event::Frame(_))
                    && began + Duration::from_micros(next.t_us) <= Instant::now()
            })
    }

    fn frame(&mut self, line: FrameLine, began: Instant) -> News {
        match self.load(&line) {
            Ok(data) => {
                let now = Instant::now();
                let captured = match self.speed {
                    Speed::Fast => now,
                    Speed::AsRecorded => time(began, line.captured_us).min(now),
                };
                News::Frame(Frame {
                    id: FrameId::next(),
                    source: self.source.clone(),
                    captured_at: wall_clock(&line.captured_at),
                    captured,
                    format: line.layout,
                    width: line.width,
                    height: line.height,
                    data,
                })
            }
            Err(why) => {
                // What follows is no better evidence than this.
                self.lines.clear();
                let lost = self.failed.insert(Lost {
                    why: format!("{}: {why}", self.folder.join(&line.file).display()),
                    advice: "The recording is damaged: restore it from a copy, or record anew."
                        .into(),
                });
                News::Failed(lost.clone())
            }
        }
    }

    /// No line is left.
    fn end(&mut self) -> News {
        if self.summary.whole {
            return News::Ended;
        }
        let lost = cut_off(&self.folder, &self.summary);
        News::Failed(self.failed.insert(lost).clone())
    }

    fn load(&self, line: &FrameLine) -> Result<Arc<[u8]>, String> {
        let path = self.folder.join(&line.file);
        index::check_file(&path, line.bytes)?;
        let mut data = Vec::with_capacity(line.bytes as usize);
        File::open(&path)
            .and_then(|file| file.take(line.bytes + 1).read_to_end(&mut data))
            .map_err(|e| e.to_string())?;
        if sha256_hex(&data).eq_ignore_ascii_case(&line.sha256) {
            Ok(data.into())
        } else {
            Err("its content differs from its checksum in the index".into())
        }
    }
}

impl Camera for Replay {
    fn next(&mut self, wait: Duration) -> News {
        let asked = Instant::now();
        let began = *self.began.get_or_insert(asked);
        // Whoever asks on is not told that all has come to a good end.
        if let Some(lost) = &self.failed {
            return News::Failed(lost.clone());
        }
        loop {
            let Some(next) = self.lines.front() else {
                return self.end();
            };
            let due = began + Duration::from_micros(next.t_us);
            let left = wait.saturating_sub(asked.elapsed());
            if self.speed == Speed::AsRecorded && !wait_until(due, left) {
                return News::Quiet;
            }
            let Some(line) = self.lines.pop_front() else {
                return self.end();
            };
            match line.event {
                Event::Begin { .. } | Event::End { .. } => {}
                Event::Opened {
                    source,
                    adjusted,
                    interval_us,
                } => {
                    self.source = Arc::new(replayed(source, &self.summary.started_at));
                    return News::Opened(Opened {
                        source: self.source.clone(),
                        adjusted,
                        // At another pace than its own a recording is never slow.
                        interval: interval_us
                            .filter(|_| self.speed == Speed::AsRecorded)
                            .map(Duration::from_micros),
                    });
                }
                Event::Frame(_) if self.overtaken(began) => {}
                Event::Frame(line) => return self.frame(line, began),
                Event::Dropped { why } => return News::Dropped(why),
                Event::Lost { why, advice } => return News::Lost(Lost { why, advice }),
            }
        }
    }
}

/// What there is to say of a recording without its last line.
fn cut_off(folder: &Path, summary: &Summary) -> Lost {
    Lost {
        why: format!(
            "{}: the recording is cut off after {} frames",
            folder.display(),
            summary.frames
        ),
        advice: "It was not finished; what came later is not in it.".into(),
    }
}

/// The source as the screen shows it: a replay, and of what.
fn replayed(recorded: Source, started_at: &str) -> Source {
    let name = if recorded.kind == SourceKind::Replay {
        recorded.name
    } else {
        format!("replay of {}", recorded.name)
    };
    Source {
        kind: SourceKind::Replay,
        name,
        detail: format!("{}, recorded {started_at}", recorded.detail),
    }
}

/// A recorded time on this run's clock.
fn time(began: Instant, micros: i64) -> Instant {
    let distance = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 {
        began.checked_sub(distance).unwrap_or(began)
    } else {
        began + distance
    }
}

fn wall_clock(rfc3339: &str) -> SystemTime {
    rfc3339
        .parse::<jiff::Timestamp>()
        .map_or(SystemTime::UNIX_EPOCH, SystemTime::from)
}

#[cfg(test)]
mod tests;
