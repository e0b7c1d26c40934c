//! A frame as its source delivered it: bytes, format, origin and time. Nothing is decoded
//! until somebody asks, and the bytes are what a record stores and hashes.

mod decode;
pub mod jpeg;
mod scale;
mod yuyv;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime},
};

use serde::{Deserialize, Serialize};

pub(crate) use decode::check_pixels;
pub use decode::{DecodeError, Detail, MAX_PIXELS, MAX_SIDE};
pub(crate) use scale::{Part, Scaler};

/// Number of a frame within one run of the program: unique and rising, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FrameId(pub u64);

impl FrameId {
    /// The next number of this process, whatever source the frame comes from.
    pub fn next() -> FrameId {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        FrameId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What kind of thing delivers frames. Everything but `Camera` and `File` is a stand-in
/// and is named on every screen and in every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A V4L2 capture device.
    Camera,
    /// A picture file.
    File,
    /// A recorded run, played back.
    Replay,
    /// The drawn test target.
    Phantom,
}

/// Where frames come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What kind of source.
    pub kind: SourceKind,
    /// Short name for the screen: the camera's card name, the file's path, `PHANTOM seed 7`.
    pub name: String,
    /// For the bench engineer: USB path, driver, format, e.g. `usb-0000:01:00.0-1.2 MJPG 1920x1080@30`.
    pub detail: String,
}

impl Source {
    /// The word a stand-in must wear on every screen and record: `None` for a camera or a file.
    pub fn stand_in(&self) -> Option<&'static str> {
        match self.kind {
            SourceKind::Camera | SourceKind::File => None,
            SourceKind::Replay => Some("REPLAY"),
            SourceKind::Phantom => Some("PHANTOM"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// How a frame's bytes are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelFormat {
    /// One JPEG picture (V4L2 `MJPG`, or a .jpg file).
    Mjpeg,
    /// Packed YUV 4:2:2 (V4L2 `YUYV`), BT.601 limited range.
    Yuyv {
        /// Bytes a row, at least `2 * width`.
        stride: u32,
    },
    /// Packed 8-bit RGB, rows without gaps (files that are not JPEG, the phantom).
    Rgb8,
}

/// One picture as its source delivered it.
#[derive(Clone)]
pub struct Frame {
    /// Its number in this run.
    pub id: FrameId,
    /// Where it came from.
    pub source: Arc<Source>,
    /// Wall-clock time of capture (the file's reading, for a file).
    pub captured_at: SystemTime,
    /// Monotonic time of capture: what staleness is judged by.
    pub captured: Instant,
    /// Layout of `data`.
    pub format: PixelFormat,
    /// Width in pixels, as the source announced it.
    pub width: u32,
    /// Height in pixels, as the source announced it.
    pub height: u32,
    /// The bytes, cut to those used.
    pub data: Arc<[u8]>,
}

impl Frame {
    /// A frame captured now, with the next number.
    pub fn now(
        source: Arc<Source>,
        format: PixelFormat,
        (width, height): (u32, u32),
        data: impl Into<Arc<[u8]>>,
    ) -> Frame {
        Frame {
            id: FrameId::next(),
            source,
            captured_at: SystemTime::now(),
            captured: Instant::now(),
            format,
            width,
            height,
            data: data.into(),
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("id", &self.id)
            .field("source", &self.source.name)
            .field("format", &self.format)
            .field("size", &(self.width, self.height))
            .field("bytes", &self.data.len())
            .finish()
    }
}
