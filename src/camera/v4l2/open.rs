//! From a camera that was found to a running stream: format, rate, buffers. Every refusal is
//! a sentence and what to do.

use std::{io, sync::Arc, time::Duration};

use super::{
    choose::{choose, offers},
    find::{Known, Meant, NotFound},
    intact::Shape,
    kernel::{Format, FourCc, Kernel, Rate, Video},
    queue::{Queue, is_gone},
    stream::Stream,
};
use crate::{
    camera::{
        Lost, Opened,
        settings::{FormatWish, Settings, stall},
    },
    frame::{PixelFormat, Source, SourceKind, check_pixels},
};

/// A stream that was started, and what to say once it delivers.
pub(super) struct Running<D: Video> {
    pub(super) stream: Stream<D>,
    pub(super) opened: Opened,
    /// What the camera is known by when it comes back.
    pub(super) known: Known,
}

/// Opens the camera that was found.
pub(super) fn open<K: Kernel>(
    kernel: &K,
    settings: &Settings,
    meant: Meant,
) -> Result<Running<K::Device>, Lost> {
    let name = meant.capability.card.clone();
    let failed = |doing: &str, error: &io::Error| refused(&name, doing, error);
    let mut device = kernel
        .open(&meant.node)
        .map_err(|e| failed("opening it", &e))?;
    let offers = offers(&device).map_err(|e| failed("asking for its formats", &e))?;
    let Some(choice) = choose(&offers, settings) else {
        let has: Vec<String> = offers
            .iter()
            .map(|(fourcc, _)| fourcc.to_string())
            .collect();
        return Err(unusable(&name, &has, settings));
    };
    let format = device
        .set_format(choice.fourcc, choice.size)
        .map_err(|e| failed("setting its format", &e))?;
    let shape = shape(&format).map_err(|why| Lost {
        why: format!("{name}: {why}"),
        advice: advice_other_format(),
    })?;
    // Some drivers have no rate to set; what they deliver is what there is.
    let rate = match device.set_rate(settings.fps) {
        Ok(rate) => rate,
        Err(error) if is_gone(&error) => return Err(failed("setting its rate", &error)),
        Err(error) => {
            log::debug!("{name}: its rate cannot be set: {error}");
            None
        }
    };
    let source = Arc::new(source(&meant, &format, rate));
    let opened = Opened {
        adjusted: adjusted(settings, &format, rate, meant.others),
        source: source.clone(),
        interval: rate.and_then(Rate::interval),
    };
    let now = kernel.now();
    let queue = Queue::start(device, shape.need()).map_err(|(doing, e)| failed(doing, &e))?;
    log::debug!(
        "{name}: {} streams, asked for {} {:?}",
        meant.node.display(),
        choice.fourcc,
        choice.size
    );
    let set = Duration::from_millis(settings.stall_ms);
    let stall = stall(set, opened.interval);
    Ok(Running {
        stream: Stream::new(queue, shape, source, stall, now),
        opened,
        known: meant.known,
    })
}

/// What the frames look like, or why they are of no use.
fn shape(format: &Format) -> Result<Shape, String> {
    let Format {
        fourcc,
        width,
        height,
        stride,
    } = *format;
    check_pixels(width, height).map_err(|e| format!("it set {width}x{height}: {e}"))?;
    let format = match fourcc {
        FourCc::MJPG => PixelFormat::Mjpeg,
        FourCc::YUYV => PixelFormat::Yuyv {
            stride: stride.max(width.div_ceil(2) * 4),
        },
        other => return Err(format!("it set {other}, which is neither MJPG nor YUYV")),
    };
    Ok(Shape {
        format,
        width,
        height,
    })
}

fn source(meant: &Meant, format: &Format, rate: Option<Rate>) -> Source {
    let name = if meant.capability.card.is_empty() {
        meant.node.display().to_string()
    } else {
        meant.capability.card.clone()
    };
    Source {
        kind: SourceKind::Camera,
        name,
        detail: format!("{} {}", meant.capability.bus, in_words(format, rate)),
    }
}

/// `MJPG 1920x1080@30`.
fn in_words(format: &Format, rate: Option<Rate>) -> String {
    let Format {
        fourcc,
        width,
        height,
        ..
    } = format;
    match rate.map(Rate::fps).filter(|fps| *fps > 0.0) {
        Some(fps) => format!("{fourcc} {width}x{height}@{}", fps_in_words(fps)),
        None => format!("{fourcc} {width}x{height}"),
    }
}

/// Frames a second with at most two decimals: `30`, `29.97`, `7.5`.
pub(super) fn fps_in_words(fps: f64) -> f64 {
    (fps * 100.0).round() / 100.0
}

/// What differs from the wish: both, in words.
fn adjusted(
    settings: &Settings,
    format: &Format,
    rate: Option<Rate>,
    others: usize,
) -> Option<String> {
    let Settings {
        width, height, fps, ..
    } = *settings;
    let wished = match settings.format {
        FormatWish::Auto => None,
        FormatWish::Mjpg => Some(FourCc::MJPG),
        FormatWish::Yuyv => Some(FourCc::YUYV),
    };
    let same_format = wished.is_none_or(|fourcc| fourcc == format.fourcc);
    let same_size = (width, height) == (format.width, format.height);
    // 29.97 is 30.
    let same_rate =
        rate.is_none_or(|rate| (rate.fps() - f64::from(fps)).abs() < 0.05 * f64::from(fps));
    let mut words = Vec::new();
    if !(same_format && same_size && same_rate) {
        let wished = wished.map_or(String::new(), |fourcc| format!("{fourcc} "));
        words.push(format!(
            "asked for {wished}{width}x{height}@{fps}, in use {}",
            in_words(format, rate)
        ));
    }
    if others > 0 {
        words.push(format!(
            "{} cameras fit the setting device = {:?}, one is in use",
            others + 1,
            settings.device
        ));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// Why none was, with what to do.
pub(super) fn not_found(why: NotFound, settings: &Settings) -> Lost {
    let wanted = &settings.device;
    match why {
        NotFound::None if wanted.is_empty() => Lost {
            why: "No camera found".into(),
            advice: "Plug in the dermatoscope.".into(),
        },
        NotFound::None => Lost {
            why: format!("No camera found ({wanted} is asked for)"),
            advice: "Plug in the dermatoscope.".into(),
        },
        NotFound::Others(names) => Lost {
            why: format!("The camera {wanted} is not there, but {}", names.join(", ")),
            advice: "Plug in the dermatoscope, or set device in [camera] to what `bccscope cameras` lists.".into(),
        },
        NotFound::Refused(node, error) => {
            refused(&node.display().to_string(), "opening it", &error)
        }
    }
}

fn unusable(name: &str, has: &[String], settings: &Settings) -> Lost {
    let wanted = match settings.format {
        FormatWish::Auto => "MJPG nor YUYV",
        FormatWish::Mjpg => "MJPG (format = \"mjpg\" is set)",
        FormatWish::Yuyv => "YUYV (format = \"yuyv\" is set)",
    };
    let neither = if settings.format == FormatWish::Auto {
        "neither "
    } else {
        "no "
    };
    let has = if has.is_empty() {
        "nothing".to_owned()
    } else {
        has.join(", ")
    };
    Lost {
        why: format!("{name} offers {neither}{wanted}, only {has}"),
        advice: advice_other_format(),
    }
}

fn advice_other_format() -> String {
    "Use another camera, or set format, width and height in [camera] to what `bccscope cameras` lists.".into()
}

/// A refusal of the kernel's, with what to do about it.
fn refused(name: &str, doing: &str, error: &io::Error) -> Lost {
    let (why, advice) = match error.raw_os_error() {
        _ if is_gone(error) => (
            format!("{name} was unplugged"),
            "Plug the dermatoscope in again.",
        ),
        // The modes of its device file; below, the service's sandbox.
        Some(libc::EACCES) => (
            format!("{name} may not be opened: no permission"),
            "Add this user to the group `video` (sudo usermod -aG video USER) and log in again.",
        ),
        Some(libc::EPERM) => (
            format!("{name} may not be opened: the service's sandbox does not know cameras"),
            "Restart the service: sudo systemctl restart bccscope.",
        ),
        Some(libc::EBUSY) => (
            format!("{name} is in use by another program"),
            "Close the other program (`fuser -v /dev/video*` names it).",
        ),
        Some(libc::ENOSPC) => (
            format!("{name} gets too little USB bandwidth ({doing})"),
            "Unplug other cameras from this USB controller, or set a smaller width and height in [camera].",
        ),
        _ => (
            format!("{name} failed: {doing}: {error}"),
            "It is opened again by itself. If that does not help, unplug it and plug it in again.",
        ),
    };
    Lost {
        why,
        advice: advice.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(fourcc: FourCc, width: u32, height: u32) -> Format {
        Format {
            fourcc,
            width,
            height,
            stride: 0,
        }
    }

    const THIRTY: Option<Rate> = Some(Rate {
        frames: 30,
        seconds: 1,
    });

    #[test]
    fn the_wish_granted_is_not_worth_a_word() {
        let settings = Settings::default();
        let set = format(FourCc::MJPG, settings.width, settings.height);
        assert_eq!(adjusted(&settings, &set, THIRTY, 0), None);
        let ntsc = Some(Rate {
            frames: 30_000,
            seconds: 1001,
        });
        assert_eq!(adjusted(&settings, &set, ntsc, 0), None);
        assert_eq!(adjusted(&settings, &set, None, 0), None);
    }

    #[test]
    fn another_format_than_asked_for_is_said_with_both() {
        let settings = Settings {
            format: FormatWish::Mjpg,
            ..Settings::default()
        };
        let set = format(FourCc::YUYV, 640, 480);
        let words = adjusted(&settings, &set, THIRTY, 1).unwrap();
        assert!(words.contains("MJPG 1920x1080@30"), "{words}");
        assert!(words.contains("YUYV 640x480@30"), "{words}");
        assert!(words.contains("2 cameras"), "{words}");
    }

    #[test]
    fn a_format_nobody_asked_for_and_nobody_can_read_is_refused() {
        assert!(shape(&format(FourCc(*b"H264"), 640, 480)).is_err());
        assert!(shape(&format(FourCc::MJPG, 0, 480)).is_err());
        assert!(shape(&format(FourCc::YUYV, u32::MAX, u32::MAX)).is_err());
        let yuyv = shape(&format(FourCc::YUYV, 640, 480)).unwrap();
        assert_eq!(yuyv.need(), 640 * 480 * 2);
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (code, words) in [
            (libc::EACCES, "group `video`"),
            (libc::EPERM, "sudo systemctl restart bccscope"),
            (libc::EBUSY, "other program"),
            (libc::ENOSPC, "smaller width"),
            (libc::ENODEV, "Plug"),
            (libc::EIO, "unplug it"),
        ] {
            let lost = refused("X", "y", &io::Error::from_raw_os_error(code));
            assert!(lost.advice.contains(words), "{code}: {}", lost.advice);
        }
    }
}
