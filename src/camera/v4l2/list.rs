//! What cameras there are and what they offer, for `bccscope cameras`.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    choose::{Offer, offers},
    device::Linux,
    find::{Found, cameras},
    kernel::{Kernel, Sizes},
    open::fps_in_words,
};
use crate::platform::{is_sandbox, permission_advice};

/// A camera, or a video node that could not be asked what it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// Its node.
    pub node: PathBuf,
    /// Its name; empty where it could not be asked.
    pub name: String,
    /// Where it is plugged in, e.g. `usb-0000:01:00.0-1.2`.
    pub usb_path: String,
    /// The kernel driver.
    pub driver: String,
    /// What it offers.
    pub formats: Vec<Format>,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A pixel format and its sizes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Format {
    /// Four characters, e.g. `MJPG`.
    pub fourcc: String,
    /// Whether bccscope can use it.
    pub usable: bool,
    /// The sizes it comes in; empty where the driver does not say.
    pub sizes: Vec<Size>,
}

/// A size, or a range of them, with its rates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// Width and height in pixels; the smallest of a range.
    pub size: (u32, u32),
    /// Set for a range: its largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<(u32, u32)>,
    /// Frames a second, fastest first.
    pub fps: Vec<f64>,
}

/// Every camera of this machine, in the order of their nodes.
pub fn list() -> Vec<Listed> {
    list_on(&Linux)
}

fn list_on(kernel: &impl Kernel) -> Vec<Listed> {
    cameras(kernel)
        .into_iter()
        .map(|found| describe(kernel, found))
        .collect()
}

fn describe(kernel: &impl Kernel, found: Found) -> Listed {
    let mut listed = Listed {
        node: found.node,
        name: String::new(),
        usb_path: String::new(),
        driver: String::new(),
        formats: Vec::new(),
        error: None,
    };
    let asked = found.capability.and_then(|capability| {
        listed.name = capability.card;
        listed.usb_path = capability.bus;
        listed.driver = capability.driver;
        offers(&kernel.open(&listed.node)?)
    });
    match asked {
        Ok(offers) => {
            listed.formats = offers
                .into_iter()
                .map(|(fourcc, sizes)| Format {
                    fourcc: fourcc.to_string(),
                    usable: super::choose::USABLE.contains(&fourcc),
                    sizes: sizes.iter().map(size).collect(),
                })
                .collect();
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            listed.error = Some(if is_sandbox(&error) {
                format!("no permission: {}", permission_advice(&error, "video"))
            } else {
                "no permission: add this user to the group `video` (sudo usermod -aG video USER) and log in again"
                    .into()
            });
        }
        Err(error) => listed.error = Some(error.to_string()),
    }
    listed
}

fn size(offer: &Offer) -> Size {
    let (size, largest) = match offer.size {
        Sizes::One(width, height) => ((width, height), None),
        Sizes::Range { min, max, .. } => (min, Some(max)),
    };
    Size {
        size,
        largest,
        fps: offer.rates.iter().copied().map(fps_in_words).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fake::World, *};

    #[test]
    fn every_camera_is_listed_with_what_it_offers() {
        let world = World::new();
        world.plug("usb-1.1", "Dermatoscope");
        world.plug("usb-1.2", "Locked camera");
        world.forbid("usb-1.2");
        let listed = list_on(&world);
        assert_eq!(listed.len(), 3, "a node one may not open could be anything");
        assert_eq!(listed[0].name, "Dermatoscope");
        assert_eq!(listed[0].usb_path, "usb-1.1");
        let mjpg = &listed[0].formats[0];
        assert_eq!((mjpg.fourcc.as_str(), mjpg.usable), ("MJPG", true));
        assert_eq!(mjpg.sizes[0].fps, [30.0]);
        assert!(listed[1].error.as_ref().unwrap().contains("group `video`"));
    }
}
