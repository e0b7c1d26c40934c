//! The kernel itself: V4L2 through the `v4l` crate's device and ioctls.
//!
//! The crate's own readings of capabilities, formats and controls are not used: they panic
//! on text that is not UTF-8 and on colour spaces they do not know, and they enumerate
//! without end where a driver does. Here every answer is taken as plain numbers.

mod mapped;
mod plain;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use v4l::{
    Device,
    v4l_sys::{
        V4L2_BUF_FLAG_ERROR, V4L2_BUF_FLAG_TIMESTAMP_MASK, V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
        V4L2_CAP_STREAMING, V4L2_CAP_TIMEPERFRAME, V4L2_CAP_VIDEO_CAPTURE,
        v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE as VIDEO_CAPTURE, v4l2_buffer, v4l2_capability,
        v4l2_fmtdesc, v4l2_format, v4l2_fract, v4l2_frmivalenum,
        v4l2_frmivaltypes_V4L2_FRMIVAL_TYPE_DISCRETE as RATE_DISCRETE, v4l2_frmsizeenum,
        v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE as SIZE_DISCRETE, v4l2_input,
        v4l2_memory_V4L2_MEMORY_MMAP as MMAP, v4l2_requestbuffers, v4l2_streamparm,
    },
    v4l2::vidioc,
};

pub(super) use self::mapped::Mapped;
use self::plain::Plain;
use super::kernel::{Capability, Filled, Format, FourCc, Kernel, Rate, Rates, Ready, Sizes, Video};

/// The Linux this runs on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Linux;

impl Kernel for Linux {
    type Device = Node;

    fn nodes(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir("/dev") else {
            return Vec::new();
        };
        let mut nodes: Vec<(u32, PathBuf)> = folder
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let number = path.file_name()?.to_str()?.strip_prefix("video")?;
                Some((number.parse().ok()?, path))
            })
            .collect();
        nodes.sort();
        nodes.into_iter().map(|(_, path)| path).collect()
    }

    fn real_path(&self, path: &Path) -> PathBuf {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
    }

    fn open(&self, node: &Path) -> io::Result<Node> {
        // O_RDWR | O_NONBLOCK. Its close cannot fail on a video node, so its drop cannot panic.
        Device::with_path(node).map(|device| Node {
            device: Arc::new(device),
        })
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// An open video node.
pub(super) struct Node {
    device: Arc<Device>,
}

impl Node {
    fn fd(&self) -> i32 {
        self.device.handle().fd()
    }

    fn ioctl<T: Plain>(&self, request: vidioc::_IOC_TYPE, argument: &mut T) -> io::Result<()> {
        plain::ioctl(self.fd(), request, argument)
    }

    /// Whether the driver knows of inputs, as every camera's does. That of the Raspberry Pi's
    /// ISP does not: its nodes capture, but only what a program has put into it.
    fn has_inputs(&self) -> bool {
        let asked = self.ioctl(vidioc::VIDIOC_ENUMINPUT, &mut v4l2_input::zeroed());
        // Any other error is a camera's: uvcvideo has one for a selector it cannot follow.
        !asked.is_err_and(|error| error.raw_os_error() == Some(libc::ENOTTY))
    }
}

/// Text in a field of fixed size: up to the first NUL, whatever it holds.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&b| b == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end])
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The kernel states seconds a frame; a rate is the other way round.
fn rate(interval: v4l2_fract) -> Rate {
    Rate {
        frames: interval.denominator,
        seconds: interval.numerator,
    }
}

impl Video for Node {
    type Memory = Mapped;

    fn capability(&self) -> io::Result<Capability> {
        let mut answer = v4l2_capability::zeroed();
        self.ioctl(vidioc::VIDIOC_QUERYCAP, &mut answer)?;
        let needed = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        Ok(Capability {
            driver: text(&answer.driver),
            card: text(&answer.card),
            bus: text(&answer.bus_info),
            // `device_caps` is this node, `capabilities` all nodes of the camera together.
            captures: answer.device_caps & needed == needed && self.has_inputs(),
        })
    }

    fn pixel_format(&self, index: u32) -> io::Result<FourCc> {
        let mut answer = v4l2_fmtdesc::zeroed();
        answer.index = index;
        answer.type_ = VIDEO_CAPTURE;
        self.ioctl(vidioc::VIDIOC_ENUM_FMT, &mut answer)?;
        Ok(FourCc(answer.pixelformat.to_le_bytes()))
    }

    fn sizes(&self, format: FourCc, index: u32) -> io::Result<Sizes> {
        let mut answer = v4l2_frmsizeenum::zeroed();
        answer.index = index;
        answer.pixel_format = u32::from_le_bytes(format.0);
        self.ioctl(vidioc::VIDIOC_ENUM_FRAMESIZES, &mut answer)?;
        if answer.type_ == SIZE_DISCRETE {
            // SAFETY: every member of the union is of integers, any bits are a value.
            let size = unsafe { answer.__bindgen_anon_1.discrete };
            return Ok(Sizes::One(size.width, size.height));
        }
        // SAFETY: as above.
        let range = unsafe { answer.__bindgen_anon_1.stepwise };
        Ok(Sizes::Range {
            min: (range.min_width, range.min_height),
            max: (range.max_width, range.max_height),
            step: (range.step_width, range.step_height),
        })
    }

    fn rates(&self, format: FourCc, size: (u32, u32), index: u32) -> io::Result<Rates> {
        let mut answer = v4l2_frmivalenum::zeroed();
        answer.index = index;
        answer.pixel_format = u32::from_le_bytes(format.0);
        (answer.width, answer.height) = size;
        self.ioctl(vidioc::VIDIOC_ENUM_FRAMEINTERVALS, &mut answer)?;
        if answer.type_ == RATE_DISCRETE {
            // SAFETY: every member of the union is of integers, any bits are a value.
            return Ok(Rates::One(rate(unsafe {
                answer.__bindgen_anon_1.discrete
            })));
        }
        // SAFETY: as above.
        let range = unsafe { answer.__bindgen_anon_1.stepwise };
        Ok(Rates::Range {
            slowest: rate(range.max),
            fastest: rate(range.min),
        })
    }

    fn set_format(&mut self, format: FourCc, size: (u32, u32)) -> io::Result<Format> {
        let mut wish = v4l2_format::zeroed();
        wish.type_ = VIDEO_CAPTURE;
        // SAFETY: the union is zeroed, which `pix` takes as "any field order, any colours".
        let pix = unsafe { &mut wish.fmt.pix };
        pix.pixelformat = u32::from_le_bytes(format.0);
        (pix.width, pix.height) = size;
        self.ioctl(vidioc::VIDIOC_S_FMT, &mut wish)?;
        // SAFETY: for a capture buffer the kernel answers in `pix`; any bits are a value.
        let set = unsafe { wish.fmt.pix };
        Ok(Format {
            fourcc: FourCc(set.pixelformat.to_le_bytes()),
            width: set.width,
            height: set.height,
            stride: set.bytesperline,
        })
    }

    fn set_rate(&mut self, fps: u32) -> io::Result<Option<Rate>> {
        let mut wish = v4l2_streamparm::zeroed();
        wish.type_ = VIDEO_CAPTURE;
        // SAFETY: the union is zeroed, which is a value of `capture`.
        let capture = unsafe { &mut wish.parm.capture };
        capture.timeperframe = v4l2_fract {
            numerator: 1,
            denominator: fps,
        };
        self.ioctl(vidioc::VIDIOC_S_PARM, &mut wish)?;
        // SAFETY: for a capture buffer the kernel answers in `capture`; any bits are a value.
        let set = unsafe { wish.parm.capture };
        let says = set.capability & V4L2_CAP_TIMEPERFRAME != 0;
        Ok(says.then(|| rate(set.timeperframe)))
    }

    fn request_buffers(&mut self, count: u32) -> io::Result<u32> {
        let mut wish = v4l2_requestbuffers::zeroed();
        wish.count = count;
        wish.type_ = VIDEO_CAPTURE;
        wish.memory = MMAP;
        self.ioctl(vidioc::VIDIOC_REQBUFS, &mut wish)?;
        Ok(wish.count)
    }

    fn map(&mut self, index: u32) -> io::Result<Mapped> {
        let mut buffer = capture_buffer(index);
        self.ioctl(vidioc::VIDIOC_QUERYBUF, &mut buffer)?;
        let length = buffer.length as usize;
        if length == 0 {
            return Err(io::Error::other("the driver made a buffer of 0 bytes"));
        }
        // SAFETY: for MMAP buffers the kernel answers in `offset`; any bits are a value.
        let offset = unsafe { buffer.m.offset };
        Mapped::new(self.fd(), offset, length)
    }

    fn queue(&mut self, index: u32) -> io::Result<()> {
        self.ioctl(vidioc::VIDIOC_QBUF, &mut capture_buffer(index))
    }

    fn dequeue(&mut self) -> io::Result<Filled> {
        let mut buffer = capture_buffer(0);
        self.ioctl(vidioc::VIDIOC_DQBUF, &mut buffer)?;
        let monotonic =
            buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        Ok(Filled {
            index: buffer.index,
            used: buffer.bytesused as usize,
            damaged: buffer.flags & V4L2_BUF_FLAG_ERROR != 0,
            captured: monotonic.then(|| instant(&buffer)).flatten(),
        })
    }

    fn stream_on(&mut self) -> io::Result<()> {
        self.ioctl(vidioc::VIDIOC_STREAMON, &mut (VIDEO_CAPTURE as i32))
    }

    fn stream_off(&mut self) -> io::Result<()> {
        self.ioctl(vidioc::VIDIOC_STREAMOFF, &mut (VIDEO_CAPTURE as i32))
    }

    fn poll(&mut self, wait: Duration) -> io::Result<Ready> {
        let mut asked = libc::pollfd {
            fd: self.fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // Rounded up: rounded down, the last millisecond would be a busy loop.
        let milliseconds = wait.as_micros().div_ceil(1000).min(60_000) as i32;
        // SAFETY: one pollfd that lives through the call.
        let answered = unsafe { libc::poll(&raw mut asked, 1, milliseconds) };
        match answered {
            0 => Ok(Ready::Nothing),
            1 if asked.revents & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0 => {
                Ok(Ready::Failed)
            }
            1 => Ok(Ready::Filled),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn capture_buffer(index: u32) -> v4l2_buffer {
    let mut buffer = v4l2_buffer::zeroed();
    buffer.index = index;
    buffer.type_ = VIDEO_CAPTURE;
    buffer.memory = MMAP;
    buffer
}

/// A buffer's time on the clock `Instant` reads. `None` for a time that cannot be.
fn instant(buffer: &v4l2_buffer) -> Option<Instant> {
    let stamp = Duration::new(
        u64::try_from(buffer.timestamp.tv_sec).ok()?,
        u32::try_from(buffer.timestamp.tv_usec)
            .ok()?
            .checked_mul(1000)?,
    );
    let mut clock = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes one timespec, which lives through the call.
    if unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut clock) } != 0 {
        return None;
    }
    let now = Duration::new(
        u64::try_from(clock.tv_sec).ok()?,
        u32::try_from(clock.tv_nsec).ok()?,
    );
    Instant::now().checked_sub(now.checked_sub(stamp)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_utf8_is_still_a_name() {
        assert_eq!(text(b"Derma\xffscope \x07\0rest"), "Derma\u{fffd}scope");
        assert_eq!(text(b"full field"), "full field");
        assert_eq!(text(b"\0"), "");
    }

    #[test]
    fn a_node_that_is_no_camera_answers_with_an_error() {
        let node = Linux.open(Path::new("/dev/null")).unwrap();
        assert!(node.capability().is_err());
    }

    #[test]
    fn a_node_whose_driver_knows_of_no_inputs_is_no_camera() {
        let node = Linux.open(Path::new("/dev/null")).unwrap();
        assert!(!node.has_inputs());
    }

    #[test]
    fn a_request_with_an_argument_of_another_size_never_reaches_the_kernel() {
        let node = Linux.open(Path::new("/dev/null")).unwrap();
        let error = node.ioctl(vidioc::VIDIOC_QUERYCAP, &mut 0i32).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(error.raw_os_error(), None);
    }

    #[test]
    fn a_time_from_the_future_is_not_believed() {
        let mut buffer = capture_buffer(0);
        buffer.timestamp.tv_sec = i64::MAX;
        assert_eq!(instant(&buffer), None);
        buffer.timestamp.tv_sec = -1;
        assert_eq!(instant(&buffer), None);
    }
}
