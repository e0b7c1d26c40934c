//! Reads an index and believes none of it unchecked.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::Path,
    time::Duration,
};

use super::{ReplayError, Summary};
use crate::{
    camera::{
        recording::{Event, FORM, FrameLine, INDEX, Line, MAX_TEXT, VERSION, is_file_name},
        still::MAX_FILE,
    },
    frame::check_pixels,
};

/// Largest index that is read, in bytes: some ten hours at 30 frames a second.
const MAX_INDEX: u64 = 512 << 20;
/// Longest line, in bytes.
const MAX_LINE: u64 = 64 << 10;
/// Longest recording: a week.
const MAX_TIME: u64 = 7 * 24 * 3600 * 1_000_000;

/// The lines of a recording, every one checked, and what they hold. One that was cut off, maybe in
/// the middle of a line, has no end.
pub(super) fn read(folder: &Path) -> Result<(Vec<Line>, Summary), ReplayError> {
    let path = folder.join(INDEX);
    let refuse = |why: String| ReplayError {
        path: path.display().to_string(),
        why,
    };
    let meta = fs::metadata(&path).map_err(|e| {
        if folder.is_dir() {
            refuse(format!("{e}; is this the folder of a recording?"))
        } else {
            ReplayError {
                path: folder.display().to_string(),
                why: "is not a folder; a recording is one, as `bccscope record` makes it".into(),
            }
        }
    })?;
    if !meta.is_file() {
        return Err(refuse("is not a file".into()));
    }
    if meta.len() > MAX_INDEX {
        return Err(refuse(format!(
            "has {} bytes, the limit is {MAX_INDEX}",
            meta.len()
        )));
    }
    let file = File::open(&path).map_err(|e| refuse(e.to_string()))?;
    let mut reader = BufReader::new(file.take(MAX_INDEX));
    let mut check = Check::default();
    let mut lines = Vec::new();
    loop {
        let number = lines.len() + 1;
        let wrong = |why: String| refuse(format!("line {number}: {why}"));
        let mut bytes = Vec::new();
        let read = (&mut reader)
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .map_err(|e| wrong(e.to_string()))?;
        if read == 0 {
            break;
        }
        if bytes.pop() != Some(b'\n') {
            if read as u64 == MAX_LINE {
                return Err(wrong(format!(
                    "longer than {MAX_LINE} bytes: not an index of a recording"
                )));
            }
            // Half a line: the program or the board was stopped while it was written.
            break;
        }
        let line: Line = serde_json::from_slice(&bytes)
            .map_err(|e| wrong(format!("not a line of a recording: {e}")))?;
        check.line(folder, &line).map_err(wrong)?;
        lines.push(line);
    }
    let summary = check.end().map_err(refuse)?;
    Ok((lines, summary))
}

/// What the lines so far have said.
#[derive(Default)]
struct Check {
    summary: Option<Summary>,
    time: u64,
    open: bool,
    ended: bool,
}

impl Check {
    fn line(&mut self, folder: &Path, line: &Line) -> Result<(), String> {
        if self.ended {
            return Err("after the end of the recording".into());
        }
        if line.t_us < self.time {
            return Err("its time lies before that of the line before".into());
        }
        if line.t_us > MAX_TIME {
            return Err("its time lies more than a week after the beginning".into());
        }
        self.time = line.t_us;
        let Some(summary) = &mut self.summary else {
            self.summary = Some(begin(&line.event)?);
            return Ok(());
        };
        match &line.event {
            Event::Begin { .. } => return Err("a second beginning".into()),
            Event::Opened {
                source, adjusted, ..
            } => {
                for text in [&source.name, &source.detail] {
                    check_text(text)?;
                }
                adjusted.iter().try_for_each(|text| check_text(text))?;
                if !summary.sources.contains(source) {
                    summary.sources.push(source.clone());
                }
                self.open = true;
            }
            Event::Frame(frame) => {
                if !self.open {
                    return Err("a frame while no source is open".into());
                }
                check_frame(folder, frame, line.t_us)?;
                summary.frames += 1;
            }
            Event::Dropped { why } => check_text(why)?,
            Event::Lost { why, advice } => {
                check_text(why)?;
                check_text(advice)?;
                self.open = false;
            }
            Event::End { frames } => {
                if *frames != summary.frames {
                    return Err(format!(
                        "it counts {frames} frames where there are {}",
                        summary.frames
                    ));
                }
                self.ended = true;
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Summary, String> {
        match self.summary {
            None => Err("is empty: nothing was recorded; record it again".into()),
            Some(summary) => Ok(Summary {
                length: Duration::from_micros(self.time),
                whole: self.ended,
                ..summary
            }),
        }
    }
}

fn begin(event: &Event) -> Result<Summary, String> {
    let Event::Begin {
        form,
        version,
        program,
        started_at,
    } = event
    else {
        return Err("not the beginning of a recording".into());
    };
    if form != FORM {
        return Err(format!("not the index of a {FORM}"));
    }
    check_text(program)?;
    if *version != VERSION {
        return Err(format!(
            "version {version} of the form, made by bccscope {program}; this program reads version {VERSION}"
        ));
    }
    check_time(started_at)?;
    Ok(Summary {
        started_at: started_at.clone(),
        sources: Vec::new(),
        frames: 0,
        length: Duration::ZERO,
        whole: false,
    })
}

fn check_frame(folder: &Path, frame: &FrameLine, t_us: u64) -> Result<(), String> {
    if !is_file_name(&frame.file) {
        return Err(format!(
            "{:?} is no name of a frame, such as 000001.jpg",
            frame.file.chars().take(80).collect::<String>()
        ));
    }
    let of = |why: String| format!("{}: {why}", frame.file);
    check_pixels(frame.width, frame.height).map_err(|e| of(e.to_string()))?;
    if frame.bytes == 0 || frame.bytes > MAX_FILE {
        return Err(of(format!(
            "{} bytes, where 1 to {MAX_FILE} are possible",
            frame.bytes
        )));
    }
    if frame.sha256.len() != 64 || !frame.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(of("its sha256 is not 64 hexadecimal digits".into()));
    }
    // A frame from the future would pass for fresh when it is not.
    if frame.captured_us > t_us as i64 || frame.captured_us < -(MAX_TIME as i64) {
        return Err(of("its time of capture cannot be".into()));
    }
    check_time(&frame.captured_at).map_err(of)?;
    check_file(&folder.join(&frame.file), frame.bytes).map_err(of)
}

/// A plain file of this size; not a link, which could lead anywhere.
pub(super) fn check_file(path: &Path, bytes: u64) -> Result<(), String> {
    let meta = fs::symlink_metadata(path).map_err(|e| e.to_string())?;
    if !meta.is_file() {
        return Err("is not a plain file".into());
    }
    if meta.len() != bytes {
        return Err(format!(
            "has {} bytes where the index says {bytes}: restore the recording from a copy",
            meta.len()
        ));
    }
    Ok(())
}

/// Texts reach terminals and screens: no control characters, no end without end.
fn check_text(text: &str) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("a text with control characters".into());
    }
    if text.chars().count() > MAX_TEXT {
        return Err(format!("a text of more than {MAX_TEXT} characters"));
    }
    Ok(())
}

fn check_time(text: &str) -> Result<(), String> {
    text.parse::<jiff::Timestamp>()
        .map(|_| ())
        .map_err(|_| "a time that is not RFC 3339".into())
}
