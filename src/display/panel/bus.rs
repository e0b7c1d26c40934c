//! Commands and pixels to the controller: an SPI device and the line that tells one from the
//! other. mipidsi's own interface borrows its buffer, so a display that is opened again and
//! again could not own it, and it sends empty transfers.

use std::fmt::Display;

use embedded_hal::{digital::OutputPin, spi::SpiDevice};
use mipidsi::interface::{Interface, InterfaceKind};

/// Most bytes of a transfer: spidev refuses more than its `bufsiz`, 4096 where nobody has
/// changed it.
pub(super) const MOST: usize = 4096;

/// The wires to a controller.
pub(super) struct Bus<SPI, DC> {
    spi: SPI,
    dc: DC,
    buffer: Vec<u8>,
}

/// What of it failed, in the system's words.
#[derive(Debug, thiserror::Error)]
pub(super) enum BusError {
    #[error("the SPI bus failed: {0}")]
    Spi(String),
    #[error("the D/C line failed: {0}")]
    Dc(String),
}

impl<SPI, DC> Bus<SPI, DC>
where
    SPI: SpiDevice<Error: Display>,
    DC: OutputPin<Error: Display>,
{
    pub(super) fn new(spi: SPI, dc: DC) -> Bus<SPI, DC> {
        Bus {
            spi,
            dc,
            buffer: Vec::with_capacity(MOST),
        }
    }

    /// Sends what is in the buffer.
    fn flush(&mut self) -> Result<(), BusError> {
        if !self.buffer.is_empty() {
            let sent = self.spi.write(&self.buffer);
            self.buffer.clear();
            sent.map_err(|e| BusError::Spi(e.to_string()))?;
        }
        Ok(())
    }
}

impl<SPI, DC> Interface for Bus<SPI, DC>
where
    SPI: SpiDevice<Error: Display>,
    DC: OutputPin<Error: Display>,
{
    type Word = u8;
    type Error = BusError;

    const KIND: InterfaceKind = InterfaceKind::Serial4Line;

    fn send_command(&mut self, command: u8, args: &[u8]) -> Result<(), BusError> {
        let line = |e: DC::Error| BusError::Dc(e.to_string());
        self.dc.set_low().map_err(line)?;
        self.buffer.clear();
        self.buffer.push(command);
        self.flush()?;
        self.dc.set_high().map_err(line)?;
        for part in args.chunks(MOST) {
            self.buffer.extend_from_slice(part);
            self.flush()?;
        }
        Ok(())
    }

    fn send_pixels<const N: usize>(
        &mut self,
        pixels: impl IntoIterator<Item = [u8; N]>,
    ) -> Result<(), BusError> {
        self.buffer.clear();
        for pixel in pixels {
            if self.buffer.len() + N > MOST {
                self.flush()?;
            }
            self.buffer.extend_from_slice(&pixel);
        }
        self.flush()
    }

    fn send_repeated_pixel<const N: usize>(
        &mut self,
        pixel: [u8; N],
        count: u32,
    ) -> Result<(), BusError> {
        self.send_pixels((0..count).map(|_| pixel))
    }
}
