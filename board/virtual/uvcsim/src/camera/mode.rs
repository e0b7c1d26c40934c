//! What a stream consists of, and UVC's way of agreeing on it.

use crate::descriptors::{self as desc, Codec, FORMATS, INTERVALS};

/// One of the formats the camera offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Position in [`FORMATS`], counted from 1 as on the wire.
    format: u8,
    /// Position in the format's frame sizes, counted from 1.
    frame: u8,
    /// Time between two frames, in units of 100 ns.
    pub interval: u32,
}

impl Default for Mode {
    fn default() -> Mode {
        Mode {
            format: 1,
            frame: 1,
            interval: desc::DEFAULT_INTERVAL,
        }
    }
}

impl Mode {
    /// Nearest mode we can do: that is what a device must answer a probe with.
    pub fn negotiate(data: &[u8]) -> Mode {
        let byte = |i: usize| data.get(i).copied().unwrap_or(0);
        let format = byte(2).clamp(1, FORMATS.len() as u8);
        let frames = FORMATS[format as usize - 1].frames.len() as u8;
        let frame = byte(3).clamp(1, frames);
        let want = u32::from_le_bytes([byte(4), byte(5), byte(6), byte(7)]);
        let interval = *INTERVALS
            .iter()
            .min_by_key(|i| i.abs_diff(want))
            .unwrap_or(&desc::DEFAULT_INTERVAL);
        Mode {
            format,
            frame,
            interval,
        }
    }

    /// MJPG or YUYV.
    pub fn codec(&self) -> Codec {
        FORMATS[self.format as usize - 1].codec
    }

    /// Width and height.
    pub fn frame(&self) -> &'static desc::Frame {
        &FORMATS[self.format as usize - 1].frames[self.frame as usize - 1]
    }

    /// The 34-byte probe/commit block of UVC 1.1.
    pub fn block(&self, payload: u32) -> Vec<u8> {
        let mut b = vec![0u8; 34];
        b[2] = self.format;
        b[3] = self.frame;
        b[4..8].copy_from_slice(&self.interval.to_le_bytes());
        b[16..18].copy_from_slice(&32u16.to_le_bytes()); // wDelay, ms
        b[18..22].copy_from_slice(&self.frame().max_bytes().to_le_bytes());
        b[22..26].copy_from_slice(&payload.to_le_bytes());
        b[26..30].copy_from_slice(&desc::CLOCK_HZ.to_le_bytes());
        b
    }
}
