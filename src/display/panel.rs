//! SPI panels of 480x320 for which the kernel has no driver, through mipidsi. Where it has
//! one (panel-mipi-dbi, fbtft), "drm" or "fbdev" are better: they wait for nothing.
//!
//! These panels only listen. A wire that comes off is not noticed: the picture stands still,
//! which the clock on every screen shows. So that a disturbance on the wires does not last,
//! a whole picture is sent now and then.

mod bus;
mod changes;
#[cfg(test)]
mod controller;

use std::{fmt, io};

use embedded_graphics::pixelcolor::Rgb888;
use embedded_hal::{
    delay::DelayNs,
    digital::{OutputPin, PinState},
    spi::SpiDevice,
};
use image::RgbImage;
use linux_embedded_hal::{
    Delay, SpidevDevice,
    spidev::{SpiModeFlags, SpidevOptions},
};
use mipidsi::{
    Builder, InitError,
    interface::InterfacePixelFormat,
    models::{ILI9486Rgb666, ILI9488Rgb666, Model, ST7796},
    options::{ColorInversion, ColorOrder, Orientation, Rotation},
};

use self::{
    bus::{Bus, BusError},
    changes::{Area, changes},
};
use super::{Display, DisplayError, PanelSettings, check_size, settings::Controller};
use crate::platform::{gpio, permission_advice};

/// Pixels of the panels there are, held with the long side level.
const SIZE: (u32, u32) = (480, 320);
/// One of so many pictures is sent whole.
const WHOLE_EVERY: u32 = 64;

/// An SPI panel.
pub(super) struct Panel {
    name: String,
    glass: Box<dyn Glass>,
    /// What the panel shows; `None` where that is not known.
    shown: Option<RgbImage>,
    /// Pictures since a whole one was sent.
    partial: u32,
    /// Whether anything but black was to be shown.
    used: bool,
}

/// A controller that takes pixels, whatever its model and wires.
trait Glass {
    /// Sends one part of a picture.
    fn send(&mut self, picture: &RgbImage, part: Area) -> Result<(), BusError>;
}

impl Panel {
    /// Opens bus and lines, and starts the controller.
    pub(super) fn open(settings: &PanelSettings) -> Result<Panel, DisplayError> {
        let refuse = |why: String| DisplayError::new("SPI panel", why);
        let spi = open_spi(settings).map_err(refuse)?;
        let line = |line, level| gpio::raw_output(&settings.line(line), level);
        let dc = line(settings.dc, PinState::Low).map_err(refuse)?;
        let reset = settings.reset.map(|reset| line(reset, PinState::High));
        let reset = reset.transpose().map_err(refuse)?;
        Panel::start(settings, spi, dc, reset, &mut Delay).map_err(refuse)
    }

    /// Starts the controller on these wires; the panel is black then.
    fn start<SPI, DC, RST>(
        settings: &PanelSettings,
        spi: SPI,
        dc: DC,
        reset: Option<RST>,
        delay: &mut impl DelayNs,
    ) -> Result<Panel, String>
    where
        SPI: SpiDevice<Error: fmt::Display> + 'static,
        DC: OutputPin<Error: fmt::Display> + 'static,
        RST: OutputPin + 'static,
    {
        let bus = Bus::new(spi, dc);
        let glass = match settings.controller {
            Controller::St7796 => init(ST7796, bus, reset, settings, delay),
            Controller::Ili9486 => init(ILI9486Rgb666, bus, reset, settings, delay),
            Controller::Ili9488 => init(ILI9488Rgb666, bus, reset, settings, delay),
        }?;
        let (width, height) = SIZE;
        let mut panel = Panel {
            name: format!(
                "SPI panel {} on {} {width}x{height}",
                settings.controller.name(),
                settings.spi.display()
            ),
            glass,
            shown: None,
            partial: 0,
            used: false,
        };
        // A controller keeps its memory through a reset: the picture of the run before, with
        // a verdict perhaps, must not come to light again.
        panel.darken().map_err(|e| sentence(&e))?;
        Ok(panel)
    }

    fn darken(&mut self) -> Result<(), BusError> {
        self.shown = None;
        self.send(&RgbImage::new(SIZE.0, SIZE.1))
    }

    /// Sends what the panel does not show yet.
    fn send(&mut self, picture: &RgbImage) -> Result<(), BusError> {
        if self.partial >= WHOLE_EVERY {
            self.shown = None;
        }
        // Until all of it is there, nobody knows what the panel shows.
        let shown = self.shown.take();
        self.partial = if shown.is_some() { self.partial + 1 } else { 0 };
        for part in changes(shown.as_ref(), picture) {
            self.glass.send(picture, part)?;
        }
        let mut shown = shown.unwrap_or_else(|| RgbImage::new(SIZE.0, SIZE.1));
        shown.copy_from_slice(picture);
        self.shown = Some(shown);
        Ok(())
    }
}

impl Display for Panel {
    fn size(&self) -> (u32, u32) {
        SIZE
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(&self.name, SIZE, picture)?;
        self.used = true;
        self.send(picture)
            .map_err(|e| DisplayError::new(&self.name, sentence(&e)))
    }
}

impl Drop for Panel {
    /// A verdict must not stay on the glass when nobody keeps it true.
    fn drop(&mut self) {
        if self.used
            && let Err(e) = self.darken()
        {
            log::warn!("the last picture may still be on the panel: {e}");
        }
    }
}

impl<SPI, DC, M, RST> Glass for mipidsi::Display<Bus<SPI, DC>, M, RST>
where
    SPI: SpiDevice<Error: fmt::Display>,
    DC: OutputPin<Error: fmt::Display>,
    M: Model<ColorFormat: InterfacePixelFormat<u8> + From<Rgb888>>,
    RST: OutputPin,
{
    fn send(&mut self, picture: &RgbImage, part: Area) -> Result<(), BusError> {
        let (left, top) = (part.left as u16, part.top as u16);
        let (right, bottom) = (
            (part.left + part.width - 1) as u16,
            (part.top + part.height - 1) as u16,
        );
        let row = picture.width() as usize;
        let columns = part.left as usize..(part.left + part.width) as usize;
        let pixels = picture
            .as_raw()
            .as_chunks::<3>()
            .0
            .chunks_exact(row)
            .skip(part.top as usize)
            .take(part.height as usize)
            .filter_map(|row| row.get(columns.clone()))
            .flatten()
            .map(|[r, g, b]| M::ColorFormat::from(Rgb888::new(*r, *g, *b)));
        self.set_pixels(left, top, right, bottom, pixels)
    }
}

/// Starts a controller of this model.
fn init<M, SPI, DC, RST>(
    model: M,
    bus: Bus<SPI, DC>,
    reset: Option<RST>,
    settings: &PanelSettings,
    delay: &mut impl DelayNs,
) -> Result<Box<dyn Glass>, String>
where
    M: Model<ColorFormat: InterfacePixelFormat<u8> + From<Rgb888>> + 'static,
    SPI: SpiDevice<Error: fmt::Display> + 'static,
    DC: OutputPin<Error: fmt::Display> + 'static,
    RST: OutputPin + 'static,
{
    const {
        let (short, long) = M::FRAMEBUFFER_SIZE;
        assert!(long as u32 == SIZE.0 && short as u32 == SIZE.1);
    }
    let orientation = Orientation {
        rotation: Rotation::Deg90,
        mirrored: settings.mirrored,
    };
    let builder = Builder::new(model, bus)
        .orientation(orientation)
        .color_order(if settings.bgr {
            ColorOrder::Bgr
        } else {
            ColorOrder::Rgb
        })
        .invert_colors(if settings.inverted {
            ColorInversion::Inverted
        } else {
            ColorInversion::Normal
        });
    match reset {
        Some(reset) => match builder.reset_pin(reset).init(delay) {
            Ok(display) => Ok(Box::new(display)),
            Err(e) => Err(refusal(e)),
        },
        // mipidsi then resets by command.
        None => match builder.init(delay) {
            Ok(display) => Ok(Box::new(display)),
            Err(e) => Err(refusal(e)),
        },
    }
}

fn refusal<P: fmt::Debug>(error: InitError<BusError, P>) -> String {
    match error {
        InitError::Interface(e) => sentence(&e),
        InitError::ResetPin(e) => format!("the reset line failed: {e:?}"),
        InitError::InvalidConfiguration(e) => format!("mipidsi refuses the panel: {e:?}"),
    }
}

fn sentence(error: &BusError) -> String {
    format!("{error}; check the panel's wires, and display.panel in the settings")
}

fn open_spi(settings: &PanelSettings) -> Result<SpidevDevice, String> {
    let path = settings.spi.display();
    let mut spi = SpidevDevice::open(&settings.spi).map_err(|e| match e.inner().kind() {
        io::ErrorKind::NotFound => format!(
            "there is no {path}: switch the board's SPI bus on (Raspberry Pi: dtparam=spi=on in \
             config.txt)"
        ),
        io::ErrorKind::PermissionDenied => {
            let advice = permission_advice(e.inner(), "spi");
            format!("no permission on {path}: {advice}")
        }
        _ => format!("{path}: {e}"),
    })?;
    let options = SpidevOptions::new()
        .bits_per_word(8)
        .max_speed_hz(settings.speed_mhz.hertz())
        .mode(SpiModeFlags::SPI_MODE_0)
        .build();
    spi.configure(&options).map_err(|e| {
        format!(
            "{path} is no SPI bus, or refuses mode 0 at {} MHz: {e}",
            u32::from(settings.speed_mhz)
        )
    })?;
    Ok(spi)
}

#[cfg(test)]
mod tests;
