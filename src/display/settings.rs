//! Settings of the `[display]` part of the configuration. Nonsense is refused while the
//! file is read, with a sentence.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Rotation;
use crate::platform::gpio::Line;

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
    /// The `[display.panel]` part.
    pub panel: PanelSettings,
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
    /// An SPI panel the kernel has no driver for.
    Panel,
    /// PNG files in a folder: no display at all, for the bench.
    Png,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Drm => "DRM",
            Kind::Fbdev => "fbdev",
            Kind::Panel => "SPI panel",
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
            return Err("order is empty: name at least one of drm, fbdev, panel, png".into());
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

/// Settings of the `[display.panel]` part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PanelSettings {
    /// Device file of the SPI bus and chip select.
    pub spi: PathBuf,
    /// The bus's clock.
    pub speed_mhz: Megahertz,
    /// The panel's controller.
    pub controller: Controller,
    /// GPIO chip of the two lines: its device file, or its label.
    pub chip: PathBuf,
    /// Line that tells commands from data (D/C, RS).
    pub dc: u32,
    /// Line of the hardware reset; none where it is not wired.
    pub reset: Option<u32>,
    /// Red and blue are swapped on the glass: most panels.
    pub bgr: bool,
    /// Colours are inverted on the glass: most IPS panels.
    pub inverted: bool,
    /// The glass shows everything as in a mirror.
    pub mirrored: bool,
}

impl Default for PanelSettings {
    fn default() -> Self {
        PanelSettings {
            spi: "/dev/spidev0.0".into(),
            speed_mhz: Megahertz(32),
            controller: Controller::St7796,
            chip: "/dev/gpiochip0".into(),
            dc: 24,
            reset: None,
            bgr: true,
            inverted: false,
            mirrored: false,
        }
    }
}

impl PanelSettings {
    /// A line of the panel.
    pub(super) fn line(&self, line: u32) -> Line {
        Line {
            chip: self.chip.clone(),
            line,
            active_low: false,
        }
    }

    /// All GPIO lines of the panel.
    pub fn lines(&self) -> Vec<Line> {
        let lines = std::iter::once(self.dc).chain(self.reset);
        lines.map(|line| self.line(line)).collect()
    }
}

/// A bus's clock in megahertz, 1 to 125.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Megahertz(u32);

impl Megahertz {
    /// The same in hertz.
    pub fn hertz(self) -> u32 {
        self.0 * 1_000_000
    }
}

impl TryFrom<u32> for Megahertz {
    type Error = String;

    fn try_from(megahertz: u32) -> Result<Megahertz, String> {
        if (1..=125).contains(&megahertz) {
            Ok(Megahertz(megahertz))
        } else {
            Err(format!("speed_mhz = {megahertz}: it must be 1 to 125"))
        }
    }
}

impl From<Megahertz> for u32 {
    fn from(megahertz: Megahertz) -> u32 {
        megahertz.0
    }
}

/// Controllers of panels of 480x320 pixels, the least a screen needs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Controller {
    /// Sitronix ST7796, 16 bits a pixel.
    St7796,
    /// Ilitek ILI9486, 18 bits a pixel over SPI. Not the boards that have shift registers
    /// before it.
    Ili9486,
    /// Ilitek ILI9488, 18 bits a pixel over SPI.
    Ili9488,
}

impl Controller {
    const ALL: [Controller; 3] = [Controller::St7796, Controller::Ili9486, Controller::Ili9488];

    /// Its name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Controller::St7796 => "st7796",
            Controller::Ili9486 => "ili9486",
            Controller::Ili9488 => "ili9488",
        }
    }
}

impl TryFrom<String> for Controller {
    type Error = String;

    fn try_from(name: String) -> Result<Controller, String> {
        /// Known controllers whose panels are too small.
        const SMALL: [&str; 9] = [
            "gc9107", "gc9a01", "ili9225", "ili9341", "ili9342c", "rm67162", "st7735", "st7735s",
            "st7789",
        ];
        let found = Controller::ALL.into_iter().find(|c| c.name() == name);
        found.ok_or_else(|| {
            let why = if SMALL.contains(&name.as_str()) {
                "has fewer than the 480x320 pixels the screens need"
            } else {
                "is not known here"
            };
            format!("controller {name} {why}: it must be st7796, ili9486 or ili9488")
        })
    }
}

impl From<Controller> for String {
    fn from(controller: Controller) -> String {
        controller.name().into()
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
            ("[panel]\nspeed_mhz = 0", "1 to 125"),
            ("[panel]\nspeed_mhz = 4300", "1 to 125"),
            ("[panel]\ncontroller = \"st7789\"", "480x320"),
            ("[panel]\ncontroller = \"hx8357\"", "not known"),
            ("[panel]\ndc = -1", "-1"),
        ] {
            let error = refused(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let settings: Settings =
            toml::from_str("order = [\"panel\", \"png\"]\nrotate = 270\n[drm]\nmode = \"800x480\"\n[panel]\nreset = 25").unwrap();
        assert_eq!(settings.rotate, Rotation::Clockwise270);
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
