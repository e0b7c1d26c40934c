//! Settings of the `[display]` part of the configuration. Nonsense is refused while the
//! file is read, with a sentence.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Rotation;

/// Settings of the `[display]` part of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which displays are tried, first choice first.
    pub order: Order,
    /// How far the picture is turned clockwise on the panel.
    pub rotate: Rotation,
    /// The `[display.drm]` part.
    pub drm: DrmSettings,
    /// The `[display.fbdev]` part.
    pub fbdev: FbdevSettings,
    /// The `[display.png]` part.
    pub png: PngSettings,
}

/// A way to show pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// DRM/KMS: HDMI, DSI, DPI and SPI panels with a kernel driver.
    Drm,
    /// The kernel's framebuffer.
    Fbdev,
    /// PNG files in a folder: no display at all, for the bench.
    Png,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Drm => "DRM",
            Kind::Fbdev => "fbdev",
            Kind::Png => "PNG files",
        })
    }
}

/// Displays in the order they are tried: at least one, none twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Kind>", into = "Vec<Kind>")]
pub struct Order(Vec<Kind>);

impl Order {
    /// The displays, first choice first.
    pub fn kinds(&self) -> &[Kind] {
        &self.0
    }
}

impl Default for Order {
    fn default() -> Self {
        Order(vec![Kind::Drm, Kind::Fbdev])
    }
}

impl TryFrom<Vec<Kind>> for Order {
    type Error = String;

    fn try_from(kinds: Vec<Kind>) -> Result<Order, String> {
        if kinds.is_empty() {
            return Err("order is empty: name at least one of drm, fbdev, png".into());
        }
        for (i, kind) in kinds.iter().enumerate() {
            if kinds[..i].contains(kind) {
                return Err(format!("order names {kind} twice"));
            }
        }
        Ok(Order(kinds))
    }
}

impl From<Order> for Vec<Kind> {
    fn from(order: Order) -> Self {
        order.0
    }
}

/// Width and height in pixels, each 160 to 4096, written `1280x720`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Size, String> {
        let side = |side: &str| {
            side.parse::<u32>()
                .ok()
                .filter(|n| (160..=4096).contains(n))
        };
        text.split_once('x')
            .and_then(|(width, height)| {
                Some(Size {
                    width: side(width)?,
                    height: side(height)?,
                })
            })
            .ok_or_else(|| {
                format!("{text:?}: a size is WIDTHxHEIGHT, each 160 to 4096, such as \"800x480\"")
            })
    }
}

impl From<Size> for String {
    fn from(size: Size) -> String {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Settings of the `[display.drm]` part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrmSettings {
    /// Device file; none takes the first card with a screen plugged in.
    pub card: Option<PathBuf>,
    /// Connector, e.g. `HDMI-A-1`; none takes the first with a screen plugged in.
    pub connector: Option<String>,
    /// Size of the mode; none takes the screen's preferred one.
    pub mode: Option<Size>,
}

/// Settings of the `[display.fbdev]` part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FbdevSettings {
    /// Device file.
    pub device: PathBuf,
}

impl Default for FbdevSettings {
    fn default() -> Self {
        FbdevSettings {
            device: "/dev/fb0".into(),
        }
    }
}

/// Settings of the `[display.png]` part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PngSettings {
    /// Folder of `screen.png`; made where it is missing.
    pub folder: PathBuf,
    /// Size of the pictures.
    pub size: Size,
    /// Also keeps every picture that differs from the one before, as `screen-000001.png` and on.
    pub keep: bool,
}

impl Default for PngSettings {
    fn default() -> Self {
        PngSettings {
            folder: "/tmp/bccscope-screen".into(),
            size: Size {
                width: 1280,
                height: 720,
            },
            keep: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        toml::from_str::<Settings>(text).unwrap_err().to_string()
    }

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        for (text, words) in [
            ("order = []", "order is empty"),
            ("order = [\"drm\", \"drm\"]", "order names DRM twice"),
            ("order = [\"hdmi\"]", "hdmi"),
            ("rotate = 45", "0, 90, 180 or 270"),
            ("[drm]\nmode = \"720p\"", "WIDTHxHEIGHT"),
            ("[png]\nsize = \"8x8\"", "160 to 4096"),
            ("[png]\nsize = \"800x4294967297\"", "160 to 4096"),
            ("[drm]\nconector = \"DSI-1\"", "conector"),
        ] {
            let error = refused(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let settings: Settings =
            toml::from_str("order = [\"png\"]\nrotate = 270\n[drm]\nmode = \"800x480\"").unwrap();
        assert_eq!(settings.rotate, Rotation::Clockwise270);
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
