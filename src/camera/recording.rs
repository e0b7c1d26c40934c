//! The form of a recorded run: a folder with one file a frame, byte for byte as the source
//! delivered it, and `index.jsonl`, one JSON object a line: what happened, when, and each
//! frame's checksum. [`super::record`] writes it, [`super::replay`] plays it back.
//!
//! ```text
//! {"t_us":0,"event":"begin","form":"bccscope-recording","version":1,"program":"0.1.0","started_at":"2026-11-24T10:00:00Z"}
//! {"t_us":812,"event":"opened","source":{"kind":"camera","name":"…","detail":"…"},"adjusted":null,"interval_us":33333}
//! {"t_us":34100,"event":"frame","file":"000001.jpg","layout":"mjpeg","width":1280,"height":720,"bytes":91234,"sha256":"…","captured_us":33900,"captured_at":"…"}
//! {"t_us":67000,"event":"dropped","why":"truncated JPEG: it has no end"}
//! {"t_us":99000,"event":"lost","why":"…","advice":"…"}
//! {"t_us":1000000,"event":"end","frames":1}
//! ```
//!
//! Times are microseconds of a monotonic clock since the recording began. A recording without
//! its last line was cut off: it is played as far as it goes, and then fails.

use serde::{Deserialize, Serialize};

use super::{Lost, Opened};
use crate::frame::{PixelFormat, Source};

/// Name of the index within the folder.
pub(super) const INDEX: &str = "index.jsonl";
/// What the first line calls itself.
pub(super) const FORM: &str = "bccscope-recording";
/// Version of this form.
pub(super) const VERSION: u32 = 1;
/// Longest text in a line, in characters.
pub(super) const MAX_TEXT: usize = 1000;

/// One line of the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Microseconds since the recording began.
    pub(super) t_us: u64,
    /// What happened then.
    #[serde(flatten)]
    pub(super) event: Event,
}

/// What can happen in a recorded run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event {
    /// The first line.
    Begin {
        form: String,
        version: u32,
        program: String,
        /// Wall-clock time, RFC 3339.
        started_at: String,
    },
    /// Frames come from this source from now on.
    Opened {
        source: Source,
        adjusted: Option<String>,
        /// The time between two frames, in microseconds, where the source said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval_us: Option<u64>,
    },
    /// A frame.
    Frame(FrameLine),
    /// A frame that was thrown away.
    Dropped { why: String },
    /// The source was lost.
    Lost { why: String, advice: String },
    /// The last line.
    End { frames: u64 },
}

/// A frame's line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FrameLine {
    /// Its file within the folder.
    pub(super) file: String,
    pub(super) layout: PixelFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Size of the file.
    pub(super) bytes: u64,
    /// Of the file, in hexadecimal.
    pub(super) sha256: String,
    /// When it was captured, on the clock of `t_us`; below 0 for one captured before the
    /// recording began.
    pub(super) captured_us: i64,
    /// The same on the wall clock, RFC 3339.
    pub(super) captured_at: String,
}

impl From<&Opened> for Event {
    fn from(opened: &Opened) -> Event {
        Event::Opened {
            source: Source {
                kind: opened.source.kind,
                name: plain(&opened.source.name),
                detail: plain(&opened.source.detail),
            },
            adjusted: opened.adjusted.as_deref().map(plain),
            interval_us: opened
                .interval
                .and_then(|time| time.as_micros().try_into().ok()),
        }
    }
}

impl From<&Lost> for Event {
    fn from(lost: &Lost) -> Event {
        Event::Lost {
            why: plain(&lost.why),
            advice: plain(&lost.advice),
        }
    }
}

/// A text as an index holds it: on one line, of at most [`MAX_TEXT`] characters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_TEXT)
        .collect()
}

/// Name of a frame's file.
pub(super) fn file_name(number: u64, layout: PixelFormat) -> String {
    let extension = match layout {
        PixelFormat::Mjpeg => "jpg",
        PixelFormat::Yuyv { .. } => "yuyv",
        PixelFormat::Rgb8 => "rgb",
    };
    format!("{number:06}.{extension}")
}

/// Whether a name in an index is one that [`file_name`] gives: nothing that leads out of the
/// folder, or to anything but a frame.
pub(super) fn is_file_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(number, extension)| {
        (1..=20).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
            && matches!(extension, "jpg" | "yuyv" | "rgb")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frames_name_leads_nowhere_else() {
        assert!(is_file_name(&file_name(1, PixelFormat::Mjpeg)));
        assert!(is_file_name(&file_name(u64::MAX, PixelFormat::Rgb8)));
        for name in [
            "",
            ".jpg",
            "../1.jpg",
            "/etc/passwd",
            "1.jpg/x",
            "1.jpg\0",
            "index.jsonl",
            "1.png",
            "a.jpg",
        ] {
            assert!(!is_file_name(name), "{name:?}");
        }
    }
}
