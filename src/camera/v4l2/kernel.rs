//! The seam to the kernel: what of V4L2 the camera uses, in plain types. [`super::device`]
//! is the real thing; the tests put a strict model of the kernel's buffer queue behind it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// The machine: its video nodes and its clock.
pub(super) trait Kernel: Send {
    /// An open video node.
    type Device: Video;

    /// The video nodes there are, e.g. `/dev/video0`, in the order of their numbers.
    fn nodes(&self) -> Vec<PathBuf>;

    /// The node behind a link such as `/dev/v4l/by-path/…`; the path itself where it is none.
    fn real_path(&self, path: &Path) -> PathBuf;

    /// Opens a node without waiting.
    fn open(&self, node: &Path) -> io::Result<Self::Device>;

    /// Monotonic time.
    fn now(&self) -> Instant;

    /// Lets time pass.
    fn sleep(&self, time: Duration);
}

/// An open video node; dropping it closes it. Errors are the kernel's own. An interrupted
/// call (EINTR) is an error like any other: the callers repeat it.
pub(super) trait Video: Send {
    /// A mapped buffer; dropping it unmaps it.
    type Memory: Memory;

    /// `VIDIOC_QUERYCAP`.
    fn capability(&self) -> io::Result<Capability>;
    /// `VIDIOC_ENUM_FMT`: the pixel format number `index`.
    fn pixel_format(&self, index: u32) -> io::Result<FourCc>;
    /// `VIDIOC_ENUM_FRAMESIZES`.
    fn sizes(&self, format: FourCc, index: u32) -> io::Result<Sizes>;
    /// `VIDIOC_ENUM_FRAMEINTERVALS`.
    fn rates(&self, format: FourCc, size: (u32, u32), index: u32) -> io::Result<Rates>;
    /// `VIDIOC_S_FMT`: gives what was really set.
    fn set_format(&mut self, format: FourCc, size: (u32, u32)) -> io::Result<Format>;
    /// `VIDIOC_S_PARM`: gives the rate really set, `None` where the driver does not say.
    fn set_rate(&mut self, fps: u32) -> io::Result<Option<Rate>>;
    /// `VIDIOC_REQBUFS`: gives how many there are.
    fn request_buffers(&mut self, count: u32) -> io::Result<u32>;
    /// `VIDIOC_QUERYBUF` and mmap.
    fn map(&mut self, index: u32) -> io::Result<Self::Memory>;
    /// `VIDIOC_QBUF`: the kernel owns the buffer from here on.
    fn queue(&mut self, index: u32) -> io::Result<()>;
    /// `VIDIOC_DQBUF`: the oldest filled buffer, ours from here on. EAGAIN where there is none.
    fn dequeue(&mut self) -> io::Result<Filled>;
    /// `VIDIOC_STREAMON`.
    fn stream_on(&mut self) -> io::Result<()>;
    /// `VIDIOC_STREAMOFF`: every buffer is ours again.
    fn stream_off(&mut self) -> io::Result<()>;
    /// Waits for a filled buffer.
    fn poll(&mut self, wait: Duration) -> io::Result<Ready>;
}

/// A mapped buffer. It may be read only while the kernel does not own it: between the
/// `dequeue` that named it and its next `queue`.
pub(super) trait Memory: Send {
    /// Its size in bytes.
    fn len(&self) -> usize;
    /// Reads its first `used` bytes in place, at most all of them.
    fn read<T>(&self, used: usize, look: impl FnOnce(&[u8]) -> T) -> T;
    /// Copies its first `used` bytes, at most all of them.
    fn copy(&self, used: usize) -> Arc<[u8]> {
        self.read(used, |data| Arc::from(data))
    }
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Capability {
    /// The kernel driver, `uvcvideo` for a USB camera.
    pub(super) driver: String,
    /// The camera's name.
    pub(super) card: String,
    /// Where it is plugged in, e.g. `usb-0000:01:00.0-1.2`.
    pub(super) bus: String,
    /// Whether this very node captures pictures of an input by streaming (a metadata node does
    /// not, nor one that gives back what was put into it).
    pub(super) captures: bool,
}

/// A pixel format's four characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FourCc(pub(super) [u8; 4]);

impl FourCc {
    /// Motion JPEG.
    pub(super) const MJPG: FourCc = FourCc(*b"MJPG");
    /// Packed YUV 4:2:2.
    pub(super) const YUYV: FourCc = FourCc(*b"YUYV");
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            let c = if byte.is_ascii_graphic() {
                char::from(byte)
            } else {
                '?'
            };
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

/// Sizes of pictures a format comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sizes {
    /// One size.
    One(u32, u32),
    /// Every size of a raster, the ends included.
    Range {
        min: (u32, u32),
        max: (u32, u32),
        step: (u32, u32),
    },
}

/// Frames in `seconds` seconds: a rate as the kernel states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) frames: u32,
    pub(super) seconds: u32,
}

impl Rate {
    /// Frames a second; 0 for nonsense.
    pub(super) fn fps(self) -> f64 {
        if self.seconds == 0 {
            return 0.0;
        }
        f64::from(self.frames) / f64::from(self.seconds)
    }

    /// Time between two frames; `None` for a rate that is none.
    pub(super) fn interval(self) -> Option<Duration> {
        Duration::try_from_secs_f64(1.0 / self.fps()).ok()
    }
}

/// Rates a size comes at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rates {
    /// One rate.
    One(Rate),
    /// Every rate between.
    Range { slowest: Rate, fastest: Rate },
}

/// The format set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) fourcc: FourCc,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes from a row to the next; 0 where that has no meaning.
    pub(super) stride: u32,
}

/// A filled buffer, as `VIDIOC_DQBUF` hands it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) index: u32,
    /// Bytes in it.
    pub(super) used: usize,
    /// `V4L2_BUF_FLAG_ERROR`: the content is damaged.
    pub(super) damaged: bool,
    /// When it was captured, where the driver gives monotonic time.
    pub(super) captured: Option<Instant>,
}

/// What poll says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// Nothing within the time.
    Nothing,
    /// A filled buffer.
    Filled,
    /// POLLERR or POLLHUP: unplugged, or the queue is broken. `dequeue` says which.
    Failed,
}
