//! From a frame's bytes to RGB pixels. Strict: a frame that does not decode cleanly is an
//! error, never a picture with a grey half.

use image::RgbImage;

use super::{Frame, PixelFormat, jpeg, yuyv};

/// The largest picture that is decoded, in pixels. A dermatoscope delivers 2 to 12 million.
pub const MAX_PIXELS: u64 = 64_000_000;

/// The longest side that is decoded, in pixels: JPEG's own limit. A picture of one row with all of
/// [`MAX_PIXELS`] in it took four times the memory of a square one when it was scaled.
pub const MAX_SIDE: u32 = 65_535;

/// How large a picture the caller needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Every pixel.
    Full,
    /// JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as its shorter side keeps
    /// at least this many pixels. Other formats ignore it. The choice depends on the frame
    /// and this number alone, so a stored frame decodes to the same pixels again.
    ShortSide(u32),
}

/// Why a frame gave no picture.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// Nothing in it.
    #[error("the frame is empty")]
    Empty,
    /// Fewer bytes than the format needs.
    #[error("the frame is cut short: {got} bytes where {need} are needed")]
    Short {
        /// Bytes there.
        got: usize,
        /// Bytes needed.
        need: usize,
    },
    /// The picture inside has another size than its source announced.
    #[error(
        "the frame is {got_width}x{got_height} where {width}x{height} was agreed with the camera"
    )]
    SizeDiffers {
        /// Width inside the frame.
        got_width: u32,
        /// Height inside the frame.
        got_height: u32,
        /// Width announced.
        width: u32,
        /// Height announced.
        height: u32,
    },
    /// Over [`MAX_PIXELS`].
    #[error(
        "the picture is {width}x{height} ({} megapixels), the limit is {} megapixels: scale it down",
        u64::from(*width) * u64::from(*height) / 1_000_000,
        MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Width found.
        width: u32,
        /// Height found.
        height: u32,
    },
    /// A side over [`MAX_SIDE`].
    #[error("the picture is {width}x{height}, the limit of a side is {MAX_SIDE}: cut it")]
    TooLong {
        /// Width found.
        width: u32,
        /// Height found.
        height: u32,
    },
    /// The decoder's own words.
    #[error("the picture is damaged or not of its kind: {0}")]
    Damaged(String),
}

impl Frame {
    /// Decodes the frame to RGB.
    ///
    /// # Errors
    /// [`DecodeError`] for an empty, short, damaged or oversized frame.
    pub fn decode(&self, detail: Detail) -> Result<RgbImage, DecodeError> {
        if self.data.is_empty() {
            return Err(DecodeError::Empty);
        }
        check_pixels(self.width, self.height)?;
        match self.format {
            PixelFormat::Mjpeg => jpeg::decode(&self.data, (self.width, self.height), detail),
            PixelFormat::Yuyv { stride } => {
                yuyv::decode(&self.data, self.width, self.height, stride)
            }
            PixelFormat::Rgb8 => {
                let need = self.width as usize * self.height as usize * 3;
                let pixels = self.data.get(..need).ok_or(DecodeError::Short {
                    got: self.data.len(),
                    need,
                })?;
                RgbImage::from_raw(self.width, self.height, pixels.to_vec()).ok_or(
                    DecodeError::Short {
                        got: self.data.len(),
                        need,
                    },
                )
            }
        }
    }
}

/// Refuses a picture over [`MAX_PIXELS`] or [`MAX_SIDE`], or without pixels.
pub(crate) fn check_pixels(width: u32, height: u32) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::Empty);
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(DecodeError::TooLarge { width, height });
    }
    if width.max(height) > MAX_SIDE {
        return Err(DecodeError::TooLong { width, height });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_bounded_in_pixels_and_in_its_longer_side() {
        assert!(check_pixels(8000, 8000).is_ok());
        assert!(check_pixels(65_535, 1).is_ok());
        let refused = |width, height| check_pixels(width, height).unwrap_err().to_string();
        assert!(refused(8001, 8000).contains("64 megapixels"));
        for (width, height) in [(65_536, 1), (1, 64_000_000)] {
            let sentence = refused(width, height);
            assert!(
                sentence.contains(&format!("{width}x{height}")),
                "{sentence}"
            );
            assert!(
                sentence.contains("65535") && sentence.contains("cut it"),
                "{sentence}"
            );
        }
    }
}
