//! Where screens are shown: DRM/KMS, the kernel's framebuffer, an SPI panel, or PNG files. Which one is
//! tried in which order is a setting; a fallback is logged and shown on the screen itself.
//!
//! The app holds a [`Reopening`]: it opens the first display that works, closes one that
//! dies, tries again with backoff and returns to the first choice as soon as it is there.

mod console;
mod drm;
mod fbdev;
mod memory;
mod open;
mod panel;
pub mod pixels;
mod png;
mod reopening;
mod rotation;
mod settings;

use image::RgbImage;

pub use self::{
    memory::{Memory, Seen},
    open::{Devices, Opener, open},
    reopening::Reopening,
    rotation::{Rotated, Rotation},
    settings::{
        Controller, DrmSettings, FbdevSettings, Kind, Megahertz, Order, PanelSettings, PngSettings,
        Settings, Size,
    },
};

/// Something that shows whole pictures.
pub trait Display {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// What it is, for the log and the self-test, e.g. `DRM /dev/dri/card0 HDMI-A-1 1280x720@60`.
    fn name(&self) -> &str;

    /// Shows a picture of exactly [`Display::size`].
    ///
    /// # Errors
    /// [`DisplayError`]: the picture is not on the screen; the display may be asked again.
    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError>;
}

/// Why a display could not be opened or a picture not be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct DisplayError {
    /// Which display, and at what.
    pub what: String,
    /// The system's or our own words, with what to do.
    pub why: String,
}

impl DisplayError {
    fn new(what: impl Into<String>, why: impl Into<String>) -> DisplayError {
        DisplayError {
            what: what.into(),
            why: why.into(),
        }
    }
}

/// The display in use.
pub struct OpenDisplay {
    /// The display.
    pub display: Box<dyn Display>,
    /// Set where this is not the first choice: why not, shown on every screen.
    pub fallback: Option<String>,
}

/// Refuses a picture that is not of the display's size: a programming error upstream, and
/// still no reason to panic or to show half a verdict.
fn check_size(name: &str, size: (u32, u32), picture: &RgbImage) -> Result<(), DisplayError> {
    if picture.dimensions() == size {
        return Ok(());
    }
    let (width, height) = picture.dimensions();
    Err(DisplayError::new(
        name,
        format!(
            "a picture of {width}x{height} was drawn for a display of {}x{}",
            size.0, size.1
        ),
    ))
}
