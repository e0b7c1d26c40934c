//! A controller of a test: it is wired to a recording SPI device and a D/C line, and makes of
//! the bytes what the data sheets of ST7796, ILI9486 and ILI9488 say. It shares nothing with
//! the driver under test.

use std::{cell::RefCell, convert::Infallible, fmt, rc::Rc};

use embedded_hal::{
    delay::DelayNs,
    digital::{self, OutputPin},
    spi::{self, Operation, SpiDevice},
};
use image::{Rgb, RgbImage, imageops};

use super::bus::MOST;

/// Columns and rows of its memory.
const MEMORY: (u32, u32) = (320, 480);

/// The controller.
pub(super) struct State {
    pub(super) memory: RgbImage,
    command: u8,
    args: Vec<u8>,
    columns: (u32, u32),
    rows: (u32, u32),
    at: (u32, u32),
    madctl: u8,
    pixel_format: u8,
    pub(super) inverted: bool,
    pub(super) awake: bool,
    pub(super) on: bool,
    pub(super) soft_resets: u32,
    /// Levels the reset line was given.
    pub(super) resets: Vec<bool>,
    data: bool,
    /// Transfers so far, and the one that fails.
    pub(super) transfers: usize,
    pub(super) fails_at: Option<usize>,
    /// Pixels taken.
    pub(super) pixels: usize,
}

/// A look at it, and its wires.
#[derive(Clone)]
pub(super) struct Wires(pub(super) Rc<RefCell<State>>);

impl Wires {
    pub(super) fn new() -> Wires {
        Wires(Rc::new(RefCell::new(State {
            // What a memory holds that nobody has written.
            memory: RgbImage::from_pixel(MEMORY.0, MEMORY.1, Rgb([255, 0, 255])),
            command: 0,
            args: Vec::new(),
            columns: (0, MEMORY.0 - 1),
            rows: (0, MEMORY.1 - 1),
            at: (0, 0),
            madctl: 0,
            pixel_format: 0,
            inverted: false,
            awake: false,
            on: false,
            soft_resets: 0,
            resets: Vec::new(),
            data: false,
            transfers: 0,
            fails_at: None,
            pixels: 0,
        })))
    }

    pub(super) fn dc(&self) -> Dc {
        Dc(self.clone())
    }

    pub(super) fn reset(&self) -> Reset {
        Reset(self.clone())
    }

    /// What one sees who has turned the panel to lie on its long side, with a glass whose
    /// colours are as the settings said.
    pub(super) fn seen(&self) -> RgbImage {
        imageops::rotate270(&self.0.borrow().memory)
    }

    pub(super) fn blue_first(&self) -> bool {
        self.0.borrow().madctl & 0x08 != 0
    }
}

impl State {
    fn byte(&mut self, byte: u8) {
        if !self.data {
            self.command = byte;
            self.args.clear();
            match byte {
                0x01 => self.soft_resets += 1,
                0x10 => self.awake = false,
                0x11 => self.awake = true,
                0x20 => self.inverted = false,
                0x21 => self.inverted = true,
                0x28 => self.on = false,
                0x29 => self.on = true,
                0x2c => self.at = (self.columns.0, self.rows.0),
                _ => {}
            }
            return;
        }
        self.args.push(byte);
        match (self.command, self.args.as_slice()) {
            (0x2a, [a, b, c, d]) => self.columns = window([*a, *b, *c, *d]),
            (0x2b, [a, b, c, d]) => self.rows = window([*a, *b, *c, *d]),
            (0x36, [madctl]) => self.madctl = *madctl,
            (0x3a, [format]) => self.pixel_format = *format & 7,
            (0x2c, args) => {
                if let Some(colour) = pixel(self.pixel_format, args) {
                    self.args.clear();
                    self.pixel(colour);
                }
            }
            _ => {}
        }
    }

    fn pixel(&mut self, colour: [u8; 3]) {
        let (x, y) = self.at;
        assert!(y <= self.rows.1, "a pixel beyond the window");
        self.at = if x == self.columns.1 {
            (self.columns.0, y + 1)
        } else {
            (x + 1, y)
        };
        // MV exchanges columns and rows, MX and MY mirror the memory's.
        let (mut column, mut row) = if self.madctl & 0x20 != 0 {
            (y, x)
        } else {
            (x, y)
        };
        if self.madctl & 0x40 != 0 {
            column = MEMORY.0 - 1 - column;
        }
        if self.madctl & 0x80 != 0 {
            row = MEMORY.1 - 1 - row;
        }
        self.memory.put_pixel(column, row, Rgb(colour));
        self.pixels += 1;
    }
}

fn window([a, b, c, d]: [u8; 4]) -> (u32, u32) {
    let word = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
    let (first, last) = (word(a, b), word(c, d));
    assert!(first <= last, "a window from {first} to {last}");
    (first, last)
}

/// A colour, scaled to 8 bits a channel, once all its bytes are there.
fn pixel(format: u8, bytes: &[u8]) -> Option<[u8; 3]> {
    let scale = |value: u32, most: u32| ((value * 255 + most / 2) / most) as u8;
    match (format, bytes) {
        (5, [high, low]) => {
            let word = u32::from(u16::from_be_bytes([*high, *low]));
            Some([
                scale(word >> 11, 31),
                scale(word >> 5 & 63, 63),
                scale(word & 31, 31),
            ])
        }
        (6, [r, g, b]) => Some([r, g, b].map(|byte| scale(u32::from(byte >> 2), 63))),
        (5 | 6, _) => None,
        _ => panic!("a pixel before the pixel format was set to 16 or 18 bits"),
    }
}

/// The bus has failed.
#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Input/output error (os error 5)")
    }
}

impl spi::Error for Broken {
    fn kind(&self) -> spi::ErrorKind {
        spi::ErrorKind::Other
    }
}

impl spi::ErrorType for Wires {
    type Error = Broken;
}

impl SpiDevice for Wires {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Broken> {
        let mut state = self.0.borrow_mut();
        state.transfers += 1;
        if state.fails_at == Some(state.transfers) {
            return Err(Broken);
        }
        for operation in operations {
            let Operation::Write(bytes) = operation else {
                panic!("a panel only listens");
            };
            assert!(!bytes.is_empty(), "an empty transfer");
            assert!(bytes.len() <= MOST, "spidev refuses {} bytes", bytes.len());
            for byte in *bytes {
                state.byte(*byte);
            }
        }
        Ok(())
    }
}

/// The line that tells commands from data.
pub(super) struct Dc(Wires);

impl digital::ErrorType for Dc {
    type Error = Infallible;
}

impl OutputPin for Dc {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.0.borrow_mut().data = false;
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.0.borrow_mut().data = true;
        Ok(())
    }
}

/// The reset line.
pub(super) struct Reset(Wires);

impl digital::ErrorType for Reset {
    type Error = Infallible;
}

impl OutputPin for Reset {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.0.borrow_mut().resets.push(false);
        Ok(())
    }
    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.0.borrow_mut().resets.push(true);
        Ok(())
    }
}

/// No test waits for a controller.
pub(super) struct NoDelay;

impl DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}
