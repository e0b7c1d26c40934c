//! From a picture to the model's input tensor, as training does it (`scripts/train/prepare.py`):
//! the largest centred rectangle of the input's aspect ratio, brought to size with Pillow's
//! antialiased bilinear filter, each byte minus 128. The filter's fixed-point arithmetic differs
//! from Pillow's in its last bit, so a byte may differ by one.

use image::RgbImage;

use super::assessment::Region;
use crate::{
    frame::{Detail, Part, Scaler},
    model::{InputSpec, View},
};

/// Why a picture could not be prepared.
#[derive(Debug, thiserror::Error)]
#[error("the picture ({width}x{height}) cannot be brought to the model's size: {why}")]
pub struct PrepareError {
    width: u32,
    height: u32,
    why: String,
}

/// How large a picture the analysis wants: a little more than the model's input, so that the
/// last resize still averages. It depends on the model alone, never on the display, so a stored
/// frame gives the same result on any device.
pub fn detail(input: &InputSpec) -> Detail {
    Detail::ShortSide(input.width.min(input.height) * 5 / 4)
}

/// Turns pictures into input tensors; keeps its buffers between calls.
pub struct Preparer {
    scaler: Scaler,
    size: (u32, u32),
    input: Vec<u8>,
    tensor: Vec<i8>,
}

impl Preparer {
    /// For a model's input.
    pub fn new(spec: &InputSpec) -> Preparer {
        let length = (spec.width * spec.height * 3) as usize;
        Preparer {
            scaler: Scaler::default(),
            size: (spec.width, spec.height),
            input: vec![0; length],
            tensor: vec![0; length],
        }
    }

    /// The int8 tensor (height × width × RGB) of a picture, all of it that fits.
    ///
    /// # Errors
    /// [`PrepareError`] for a picture without pixels.
    pub fn prepare(&mut self, picture: &RgbImage) -> Result<&[i8], PrepareError> {
        self.prepare_view(picture, View::WHOLE)
    }

    /// The same of one view.
    ///
    /// # Errors
    /// As [`Preparer::prepare`].
    pub fn prepare_view(&mut self, picture: &RgbImage, seen: View) -> Result<&[i8], PrepareError> {
        let (width, height) = picture.dimensions();
        let (left, top, part_width, part_height) =
            middle(centred((width, height), self.size), f64::from(seen.part));
        let part = Part::Rectangle(left, top, part_width, part_height);
        self.scaler
            .scale(picture, part, &mut self.input, self.size)
            .map_err(|why| PrepareError { width, height, why })?;
        for (out, byte) in self.tensor.iter_mut().zip(&self.input) {
            // The byte minus 128 is the byte with its top bit flipped, read as signed.
            *out = (byte ^ 0x80) as i8;
        }
        if seen.mirrored {
            for row in self.tensor.chunks_exact_mut(self.size.0 as usize * 3) {
                row.as_chunks_mut::<3>().0.reverse();
            }
        }
        Ok(&self.tensor)
    }
}

/// The part of a frame of size `frame` that a model of input size `input` sees, in pixels.
pub fn seen_region(frame: (u32, u32), input: (u32, u32)) -> Region {
    let (left, top, width, height) = centred(frame, input);
    Region {
        x: left.round() as u32,
        y: top.round() as u32,
        width: (width.round() as u32).max(1),
        height: (height.round() as u32).max(1),
    }
}

/// Left, top, width and height of the largest centred rectangle of aspect ratio `aspect`.
pub(super) fn centred(size: (u32, u32), aspect: (u32, u32)) -> (f64, f64, f64, f64) {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let ratio = f64::from(aspect.0) / f64::from(aspect.1);
    let (crop_width, crop_height) = if width > height * ratio {
        (height * ratio, height)
    } else {
        (width, width / ratio)
    };
    (
        (width - crop_width) / 2.0,
        (height - crop_height) / 2.0,
        crop_width,
        crop_height,
    )
}

/// The middle of a rectangle, a part of its width and height.
fn middle((left, top, width, height): (f64, f64, f64, f64), part: f64) -> (f64, f64, f64, f64) {
    let rim = (1.0 - part) / 2.0;
    (
        left + width * rim,
        top + height * rim,
        width * part,
        height * part,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Colour, Crop, Quantise, Resize};
    use proptest::prelude::*;

    fn spec(width: u32, height: u32) -> InputSpec {
        InputSpec {
            width,
            height,
            colour: Colour::Rgb,
            crop: Crop::CentreAspect,
            resize: Resize::BilinearAntialias,
            quantise: Quantise::ByteMinus128,
        }
    }

    /// Values from Pillow 11: `Image.resize((4, 3), BILINEAR, box=centred)` of the picture below.
    #[test]
    fn the_resize_is_pillows_to_within_one_step() {
        let picture = RgbImage::from_fn(13, 9, |x, y| {
            image::Rgb([
                ((x * 37 + y * 11) % 256) as u8,
                ((x * x * 3 + y * 29) % 256) as u8,
                ((x * 5 + y * y * 7) % 256) as u8,
            ])
        });
        let mut preparer = Preparer::new(&spec(4, 3));
        let tensor = preparer.prepare(&picture).unwrap();
        assert_eq!(tensor.len(), PILLOW.len());
        for (i, (&got, want)) in tensor.iter().zip(PILLOW).enumerate() {
            let got = (got as u8) ^ 0x80;
            assert!(
                got.abs_diff(want) <= 1,
                "byte {i}: {got}, Pillow has {want}"
            );
        }
    }

    const PILLOW: [u8; 36] = include!("prepare/pillow_13x9_to_4x3.in");

    #[test]
    fn a_wide_frame_is_seen_in_its_middle() {
        assert_eq!(
            seen_region((1920, 1080), (384, 288)),
            Region {
                x: 240,
                y: 0,
                width: 1440,
                height: 1080
            }
        );
        assert_eq!(
            seen_region((400, 300), (384, 288)),
            Region {
                x: 0,
                y: 0,
                width: 400,
                height: 300
            }
        );
    }

    #[test]
    fn a_mirrored_view_is_the_mirrored_picture_and_a_part_is_its_middle() {
        let picture = RgbImage::from_fn(64, 48, |x, y| {
            image::Rgb([(x * 4) as u8, (y * 5) as u8, (x * y % 251) as u8])
        });
        let mut preparer = Preparer::new(&spec(32, 24));
        let seen = |preparer: &mut Preparer, picture: &RgbImage, part, mirrored| {
            let view = View { part, mirrored };
            preparer.prepare_view(picture, view).unwrap().to_vec()
        };
        let mirror = image::imageops::flip_horizontal(&picture);
        assert_eq!(
            seen(&mut preparer, &picture, 1.0, true),
            seen(&mut preparer, &mirror, 1.0, false)
        );
        let half = image::imageops::crop_imm(&picture, 16, 12, 32, 24).to_image();
        assert_eq!(
            seen(&mut preparer, &picture, 0.5, false),
            seen(&mut preparer, &half, 1.0, false)
        );
    }

    proptest! {
        #[test]
        fn any_size_gives_a_full_tensor(width in 1u32..90, height in 1u32..90) {
            let mut preparer = Preparer::new(&spec(32, 32));
            let picture = RgbImage::from_pixel(width, height, image::Rgb([200, 128, 0]));
            let tensor = preparer.prepare(&picture).unwrap();
            prop_assert_eq!(tensor.len(), 32 * 32 * 3);
            for pixel in tensor.chunks_exact(3) {
                prop_assert_eq!(pixel, [72i8, 0, -128]);
            }
        }
    }
}
