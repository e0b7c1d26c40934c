//! `bccscope cameras`: what cameras there are and what they offer.

use std::io::{self, Write};

use clap::Args;

use super::error::{CliError, OrFail};
use crate::camera::v4l2::{self, Format, Listed, Size};

/// Arguments of `bccscope cameras`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope cameras
  bccscope cameras --json

Name one of them in the configuration: device in [camera] takes the USB path, the node or
part of the name. Exit code 1 when there is no camera that can be used.")]
pub struct CamerasCommand {
    /// One JSON array instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When there is no camera, or none that can be used.
pub fn run(command: &CamerasCommand) -> Result<(), CliError> {
    let cameras = v4l2::list();
    let text = if command.json {
        serde_json::to_string_pretty(&cameras).or_fail()? + "\n"
    } else {
        cameras.iter().map(describe).collect::<Vec<_>>().join("\n")
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            return Err(CliError::Failed(format!("stdout: {e}")));
        }
        _ => {}
    }
    match why_none(&cameras) {
        Some(why) => Err(CliError::Failed(why.into())),
        None => Ok(()),
    }
}

/// Why none of them can be used; `None` where one can.
fn why_none(cameras: &[Listed]) -> Option<&'static str> {
    if cameras.is_empty() {
        return Some(
            "no camera found: plug in the dermatoscope (a phantom needs none: --source phantom)",
        );
    }
    if cameras.iter().any(usable) {
        return None;
    }
    if cameras.iter().all(|camera| camera.error.is_some()) {
        return Some("no camera could be opened, see above");
    }
    Some("no camera has a format that can be used (MJPG or YUYV), see above: plug in another one")
}

fn usable(camera: &Listed) -> bool {
    camera.error.is_none() && camera.formats.iter().any(|format| format.usable)
}

fn describe(camera: &Listed) -> String {
    let node = camera.node.display();
    let mut text = if camera.name.is_empty() {
        format!("{node}\n")
    } else {
        format!(
            "{}\n  usb path  {}\n  node      {node}\n  driver    {}\n",
            camera.name, camera.usb_path, camera.driver
        )
    };
    if let Some(error) = &camera.error {
        text += &format!("  ERROR: {error}\n");
    }
    for format in &camera.formats {
        text += &describe_format(format);
    }
    if camera.error.is_none() && !usable(camera) {
        text += "  it has no format that can be used (MJPG or YUYV)\n";
    }
    text
}

fn describe_format(format: &Format) -> String {
    let usable = if format.usable { "" } else { " (not usable)" };
    let mut text = format!("  {}{usable}\n", format.fourcc);
    for size in &format.sizes {
        text += &format!("    {}\n", describe_size(size));
    }
    text
}

fn describe_size(size: &Size) -> String {
    let (width, height) = size.size;
    let sizes = match size.largest {
        Some((w, h)) => format!("{width}x{height} to {w}x{h}"),
        None => format!("{width}x{height}"),
    };
    if size.fps.is_empty() {
        return sizes;
    }
    let rates: Vec<String> = size.fps.iter().map(f64::to_string).collect();
    format!("{sizes:<12} {} fps", rates.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(format: Option<(&str, bool)>, error: Option<&str>) -> Listed {
        Listed {
            node: "/dev/video0".into(),
            name: "Camera".into(),
            usb_path: "usb-1".into(),
            driver: "uvcvideo".into(),
            formats: (format.into_iter())
                .map(|(fourcc, usable)| Format {
                    fourcc: fourcc.into(),
                    usable,
                    sizes: vec![],
                })
                .collect(),
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn cameras_of_which_none_can_be_used_are_a_failure_with_its_reason() {
        let good = || camera(Some(("MJPG", true)), None);
        let other = || camera(Some(("H264", false)), None);
        let locked = || camera(None, Some("no permission"));
        for (cameras, words) in [
            (vec![], Some("plug in the dermatoscope")),
            (vec![good(), other(), locked()], None),
            (vec![locked()], Some("could be opened")),
            (vec![other()], Some("has a format")),
            (vec![camera(None, None)], Some("has a format")),
            (vec![locked(), other()], Some("has a format")),
        ] {
            let why = why_none(&cameras);
            assert_eq!(why.is_some(), words.is_some(), "{why:?}");
            let why = why.unwrap_or_default();
            assert!(why.contains(words.unwrap_or_default()), "{words:?}: {why}");
        }
    }

    #[test]
    fn a_camera_is_described_with_every_size_and_rate() {
        let camera = Listed {
            node: "/dev/video0".into(),
            name: "Dermatoscope".into(),
            usb_path: "usb-0000:01:00.0-1.2".into(),
            driver: "uvcvideo".into(),
            formats: vec![
                Format {
                    fourcc: "MJPG".into(),
                    usable: true,
                    sizes: vec![Size {
                        size: (1920, 1080),
                        largest: None,
                        fps: vec![30.0, 7.5],
                    }],
                },
                Format {
                    fourcc: "H264".into(),
                    usable: false,
                    sizes: vec![],
                },
            ],
            error: None,
        };
        assert_eq!(
            describe(&camera),
            "Dermatoscope\n  usb path  usb-0000:01:00.0-1.2\n  node      /dev/video0\n  \
             driver    uvcvideo\n  MJPG\n    1920x1080    30, 7.5 fps\n  H264 (not usable)\n"
        );
    }
}
