//! Where screens are shown: DRM/KMS, the kernel's framebuffer, or PNG files. Which one is
//! tried in which order is a setting; a fallback is logged and shown on the screen itself.

use image::RgbImage;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, thiserror::Error)]
#[error("{what}: {why}")]
pub struct DisplayError {
    /// Which display, and at what.
    pub what: String,
    /// The system's or our own words, with what to do.
    pub why: String,
}

/// The display in use.
pub struct OpenDisplay {
    /// The display.
    pub display: Box<dyn Display>,
    /// Set where this is not the first choice: why not, shown on every screen.
    pub fallback: Option<String>,
}

/// Settings of the `[display]` part of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}
