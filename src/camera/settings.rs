//! Settings of the `[camera]` part of the configuration. Nonsense is refused while the file
//! is read, with a sentence.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest any camera may deliver nothing, in milliseconds: a rate that makes no sense must
/// not hide that it stands still.
const LONGEST_STALL: u64 = 10_000;

/// Settings of the `[camera]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Settings {
    /// Which camera: where it is plugged in (`usb-…`), its node (`/dev/…`), or part of its
    /// name; empty takes the first, USB cameras before others.
    pub device: String,
    /// The format wished for.
    pub format: FormatWish,
    /// Width wished for in pixels, 160 to 8192.
    pub width: u32,
    /// Height wished for in pixels, 120 to 8192.
    pub height: u32,
    /// Frames a second wished for, 1 to 120.
    pub fps: u32,
    /// A camera that delivers nothing for this long is opened anew, in milliseconds, 200 to
    /// 10,000; a slow one is given the time of three frames.
    pub stall_ms: u64,
}

/// How long a camera with this time between two frames may deliver nothing before it stands still:
/// `set`, or three frames' time where that is longer.
pub(crate) fn stall(set: Duration, interval: Option<Duration>) -> Duration {
    let three = interval.unwrap_or_default().saturating_mul(3);
    set.max(three.min(Duration::from_millis(LONGEST_STALL)))
}

/// The pixel format wished for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormatWish {
    /// MJPG where the camera has it, else YUYV.
    #[default]
    Auto,
    /// MJPG or nothing.
    Mjpg,
    /// YUYV or nothing.
    Yuyv,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            device: String::new(),
            format: FormatWish::Auto,
            width: 1920,
            height: 1080,
            fps: 30,
            stall_ms: 1000,
        }
    }
}

/// The settings as written, before they are looked at.
#[derive(Deserialize)]
#[serde(
    default,
    deny_unknown_fields,
    expecting = "the part [camera] with its settings"
)]
struct Unchecked {
    device: String,
    format: FormatWish,
    width: u32,
    height: u32,
    fps: u32,
    stall_ms: u64,
}

impl Default for Unchecked {
    fn default() -> Self {
        let Settings {
            device,
            format,
            width,
            height,
            fps,
            stall_ms,
        } = Settings::default();
        Unchecked {
            device,
            format,
            width,
            height,
            fps,
            stall_ms,
        }
    }
}

impl TryFrom<Unchecked> for Settings {
    type Error = String;

    fn try_from(written: Unchecked) -> Result<Settings, String> {
        let within = |name: &str, value: u64, low: u64, high: u64| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(format!(
                    "{name} = {value} in [camera]: it must be {low} to {high}"
                ))
            }
        };
        within("width", written.width.into(), 160, 8192)?;
        within("height", written.height.into(), 120, 8192)?;
        within("fps", written.fps.into(), 1, 120)?;
        within("stall_ms", written.stall_ms, 200, LONGEST_STALL)?;
        if written.device.chars().any(char::is_control) {
            return Err(format!(
                "device = {:?} in [camera]: it holds a control character; name a camera that `bccscope cameras` lists",
                written.device
            ));
        }
        Ok(Settings {
            device: written.device.trim().to_owned(),
            format: written.format,
            width: written.width,
            height: written.height,
            fps: written.fps,
            stall_ms: written.stall_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        for (text, words) in [
            ("width = 0", "160 to 8192"),
            ("height = 99999", "120 to 8192"),
            ("fps = 0", "1 to 120"),
            ("stall_ms = 5", "200 to 10000"),
            ("format = \"h264\"", "h264"),
            ("device = \"a\\u0000b\"", "control character"),
            ("hight = 720", "hight"),
        ] {
            let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_slow_camera_is_given_the_time_of_three_frames() {
        let set = Duration::from_secs(1);
        for (interval, milliseconds) in [
            (None, 1000),
            (Some(33), 1000),
            (Some(333), 1000),
            (Some(500), 1500),
            (Some(1000), 3000),
            // Nonsense is no way to wait for ever.
            (Some(u64::MAX), 10_000),
        ] {
            assert_eq!(
                stall(set, interval.map(Duration::from_millis)),
                Duration::from_millis(milliseconds),
                "{interval:?}"
            );
        }
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let settings: Settings =
            toml::from_str("device = \" usb-1.2 \"\nformat = \"yuyv\"\nwidth = 640").unwrap();
        assert_eq!(settings.device, "usb-1.2");
        assert_eq!((settings.width, settings.height), (640, 1080));
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
